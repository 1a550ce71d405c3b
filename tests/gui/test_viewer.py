import numpy as np
import pytest
from PIL import ImageCms
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage

from restorer.engine.tiling import Box
from restorer.gui.frames import TILE_PX, Frames, ScreenColours
from restorer.gui.layers import Layer, Layers
from restorer.gui.viewer import Compare, Viewer
from tests.conftest import drawn
from tests.gui.conftest import turn_wheel
from tests.gui.test_layers import photo_of, stored

SIZE = (600, 400)


@pytest.fixture
def source():
    return drawn(*SIZE)


@pytest.fixture
def layers(tmp_path, source):
    """The result is the photo's negative, so that both can be told apart anywhere."""
    made = Layers(photo_of(tmp_path, source))
    made.begin(stored(tmp_path, "result", 255 - source), None, 1)
    made.complete()
    return made


@pytest.fixture
def viewer(qtbot, layers):
    made = Viewer()
    qtbot.addWidget(made)
    made.resize(*SIZE)
    made.show_layers(layers, Frames(layers, ScreenColours(None, None)))
    made.show()
    qtbot.waitExposed(made)
    made.clearFocus()
    return made


def shown(viewer, qtbot):
    """What is on the screen, once every tile is as it should be: (H, W, 3)."""
    image = viewer.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(
        image.height(), image.bytesPerLine()
    )
    return pixels[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(int)


def test_the_frame_of_focus_leaves_the_photo_in_sight(viewer, qtbot):
    settle(viewer, qtbot)
    before = shown(viewer, qtbot)
    viewer.setFocus(Qt.FocusReason.TabFocusReason)
    viewer._shows_focus = True
    after = shown(viewer, qtbot)
    assert (before[10:-10, 10:-10] == after[10:-10, 10:-10]).all()
    assert (before != after).any()


def settle(viewer, qtbot):
    viewer._frames._last.clear()
    for _ in range(20):
        viewer.grab()


def test_at_100_percent_pixels_are_exact(viewer, source, qtbot):
    viewer.set_compare(Compare.AFTER)
    settle(viewer, qtbot)
    assert viewer.zoom == 1
    np.testing.assert_array_equal(shown(viewer, qtbot), 255 - source)


def test_the_divider_parts_before_from_after(viewer, source, qtbot):
    viewer.set_compare(Compare.DIVIDER)
    viewer.set_divider(0.5)
    settle(viewer, qtbot)
    picture = shown(viewer, qtbot)
    np.testing.assert_array_equal(picture[300:, :280], source[300:, :280])
    np.testing.assert_array_equal(picture[300:, 320:], 255 - source[300:, 320:])


def test_the_divider_is_dragged(viewer, qtbot):
    viewer.set_compare(Compare.DIVIDER)
    middle = QPoint(viewer.width() // 2, 100)
    qtbot.mousePress(viewer, Qt.MouseButton.LeftButton, pos=middle)
    qtbot.mouseMove(viewer, QPoint(150, 100))
    qtbot.mouseRelease(viewer, Qt.MouseButton.LeftButton, pos=QPoint(150, 100))
    assert viewer.divider == pytest.approx(150 / viewer.width(), abs=0.01)


def test_side_by_side_shows_the_same_part_twice(viewer, qtbot):
    viewer.set_compare(Compare.SIDE_BY_SIDE)
    viewer.set_zoom(1.0)
    settle(viewer, qtbot)
    picture = shown(viewer, qtbot)
    left, right = picture[200:, 10:290], picture[200:, 311:591]
    assert np.abs(left - (255 - right)).max() <= 2


def test_a_held_key_shows_the_original(viewer, source, qtbot):
    viewer.set_compare(Compare.AFTER)
    qtbot.keyPress(viewer, Qt.Key.Key_Space)
    settle(viewer, qtbot)
    np.testing.assert_array_equal(shown(viewer, qtbot)[300:], source[300:])
    qtbot.keyRelease(viewer, Qt.Key.Key_Space)
    settle(viewer, qtbot)
    np.testing.assert_array_equal(shown(viewer, qtbot)[300:], 255 - source[300:])


def test_the_difference_view_says_how_it_is_amplified(viewer, layers, source, qtbot):
    layers.gain = 2
    viewer.set_compare(Compare.REMOVED)
    viewer.outdate()
    settle(viewer, qtbot)
    expected = np.clip(2 * (2 * source.astype(int) - 255) + 127.5, 0, 255)
    assert np.abs(shown(viewer, qtbot)[300:] - expected[300:]).max() <= 1


def test_the_wheel_zooms_to_the_pointer(viewer, qtbot):
    at = QPoint(450, 100)
    before = viewer._point.x + (450 - viewer.width() / 2) / viewer.zoom
    turn_wheel(viewer, 4, at)
    assert viewer.zoom > 2
    assert viewer._point.x + (450 - viewer.width() / 2) / viewer.zoom == pytest.approx(before)


def test_a_wheel_that_is_turned_sideways_leaves_the_photo_fitted(viewer):
    viewer.fit()
    turn_wheel(viewer, 0, sideways=1)
    viewer.resize(300, 200)
    assert viewer.zoom == 0.5


def test_dragging_moves_the_photo(viewer, qtbot):
    viewer.set_zoom(4.0)
    before = viewer._point.x
    qtbot.mousePress(viewer, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    qtbot.mouseMove(viewer, QPoint(60, 100))
    qtbot.mouseRelease(viewer, Qt.MouseButton.LeftButton, pos=QPoint(60, 100))
    assert viewer._point.x == pytest.approx(before + 40 / 4)


def test_a_double_click_turns_between_the_whole_and_100_percent(viewer, qtbot):
    viewer.resize(300, 200)
    viewer.fit()
    assert viewer.zoom == pytest.approx(0.5)
    qtbot.mouseDClick(viewer, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    assert viewer.zoom == 1
    qtbot.mouseDClick(viewer, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    assert viewer.zoom == pytest.approx(0.5)


def test_above_200_percent_pixels_are_squares(viewer, source, qtbot):
    viewer.set_compare(Compare.AFTER)
    viewer.set_zoom(8.0)
    settle(viewer, qtbot)
    picture = shown(viewer, qtbot)
    colours = {tuple(colour) for colour in (255 - source.reshape(-1, 3)).tolist()}
    part = picture[100:300, 100:500].reshape(-1, 3)
    assert {tuple(colour) for colour in part.tolist()} <= colours


def test_keys_move_the_photo_and_the_divider(viewer, qtbot):
    viewer.set_zoom(4.0)
    before = viewer._point.x
    qtbot.keyClick(viewer, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert viewer._point.x > before
    divider = viewer.divider
    qtbot.keyClick(viewer, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert viewer.divider < divider


def test_another_photo_of_the_same_size_is_seen_at_the_same_place(viewer, tmp_path, qtbot):
    twice = Layers(photo_of(tmp_path, drawn(*SIZE)))
    twice.begin(stored(tmp_path, "twice", np.zeros((800, 1200, 3), np.uint8)), None, 2)
    other = Layers(photo_of(tmp_path, drawn(*SIZE)))
    viewer.set_zoom(4.0)
    viewer.pan(QPointF(120, 80))
    with qtbot.waitSignal(viewer.view_changed) as before:
        viewer.pan(QPointF(0, 0))
    with qtbot.waitSignal(viewer.view_changed) as after:
        viewer.show_layers(twice, Frames(twice, ScreenColours(None, None)))
    assert viewer.zoom == 2.0
    seen, was = after.args[0], before.args[0]
    assert abs(seen.left - 2 * was.left) <= 2
    assert abs(seen.width - 2 * was.width) <= 4
    viewer.show_layers(other, Frames(other, ScreenColours(None, None)))
    assert viewer.zoom == 4.0


def test_another_photo_of_another_size_is_fitted(viewer, tmp_path):
    other = Layers(photo_of(tmp_path, drawn(1200, 400)))
    viewer.set_zoom(4.0)
    viewer.show_layers(other, Frames(other, ScreenColours(None, None)))
    assert viewer.zoom == 0.5


def test_the_part_that_is_seen_is_told(viewer, qtbot):
    with qtbot.waitSignal(viewer.view_changed, timeout=0) as told:
        viewer.set_zoom(2.0)
    seen = told.args[0]
    assert abs(seen.width - 300) <= 2
    assert abs(seen.height - 200) <= 2
    assert seen.left == pytest.approx(150, abs=1)


def test_only_tiles_that_a_box_touches_are_rendered_again(layers):
    frames = Frames(layers, ScreenColours(None, None))
    whole = layers.extent
    frames.draw(Layer.AFTER, 0, whole)
    frames.outdate(Box(0, 0, 10, 10))
    stale = {key for key, tile in frames._tiles.items() if not tile.fresh}
    assert stale == {(Layer.AFTER, 0, 0, 0)}
    assert whole.width > TILE_PX


def test_tiles_without_time_are_coarse_first_and_then_exact(layers, source, monkeypatch):
    frames = Frames(layers, ScreenColours(None, None))
    monkeypatch.setattr("restorer.gui.frames.FRAME_S", -1.0)
    first = frames.draw(Layer.AFTER, 0, layers.extent)
    assert not first.final
    error = np.abs(first.pixels[..., 2::-1].astype(int) - (255 - source)).mean()
    assert 0 < error < 10
    monkeypatch.setattr("restorer.gui.frames.FRAME_S", 10.0)
    second = frames.draw(Layer.AFTER, 0, layers.extent)
    assert second.final
    np.testing.assert_array_equal(second.pixels[..., 2::-1], 255 - source)


def test_colours_go_through_the_photos_profile(tmp_path):
    """A profile with exchanged primaries must exchange what is seen."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    samples = drawn(64, 48)
    same = ScreenColours(srgb, None).convert(samples)
    assert np.abs(same.astype(int) - samples).max() <= 1
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    np.testing.assert_array_equal(ScreenColours(lab, None).convert(samples), samples)
    np.testing.assert_array_equal(ScreenColours(b"no profile", None).convert(samples), samples)


def test_a_screen_with_a_profile_gets_other_numbers(tmp_path):
    profile = tmp_path / "screen.icc"
    profile.write_bytes(wide_gamut_profile())
    samples = np.full((4, 4, 3), (200, 30, 30), np.uint8)
    converted = ScreenColours(None, profile).convert(samples)
    assert converted[0, 0, 0] < 195  # less red does on a screen of wider gamut


def wide_gamut_profile():
    """sRGB's profile with the red primary of a wider gamut (Adobe RGB's is further out)."""
    content = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    at = content.index(b"rXYZ")
    offset = int.from_bytes(content[at + 4 : at + 8], "big") + 8
    for place, value in enumerate((0.60974, 0.31111, 0.01947)):  # Adobe RGB (1998), D50
        fixed = round(value * 65536)
        content[offset + 4 * place : offset + 4 * place + 4] = fixed.to_bytes(4, "big")
    return bytes(content)


def test_transparency_shows_checks(qtbot, tmp_path, source):
    alpha = np.zeros(source.shape[:2], np.uint8)
    layers = Layers(photo_of(tmp_path, source, alpha))
    viewer = Viewer()
    qtbot.addWidget(viewer)
    viewer.resize(*SIZE)
    viewer.set_compare(Compare.AFTER)
    viewer.show_layers(layers, Frames(layers, ScreenColours(None, None)))
    settle(viewer, qtbot)
    picture = shown(viewer, qtbot)[100:300, 100:300]
    assert set(np.unique(picture)) == {160, 205}


@pytest.mark.parametrize("compare", list(Compare))
def test_every_mode_paints_at_every_zoom(viewer, compare, qtbot):
    viewer.set_compare(compare)
    for zoom in (0.1, 0.5, 1.0, 1.7, 5.0, 32.0):
        viewer.set_zoom(zoom)
        assert not viewer.grab().isNull()
