import csv
import re

import numpy as np
import pytest
from PIL import Image as PillowImage
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QThreadPool, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QAbstractButton, QComboBox, QFileDialog, QMessageBox, QSpinBox

from restorer.engine.digitpicture import enlarged
from restorer.gui.digits.values import CONDITIONAL, PLAIN, VAE
from tests.conftest import drawn_digit


def click(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.fixture
def saves_to(monkeypatch, tmp_path):
    def choose(name):
        path = tmp_path / name
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
        return path

    return choose


@pytest.mark.parametrize("replaces", [True, False])
def test_a_file_is_not_replaced_unasked_where_the_name_had_no_ending(
    page, qtbot, saves_to, monkeypatch, replaces
):
    path = saves_to("digit")
    precious = path.with_suffix(".png")
    precious.write_text("precious")
    buttons = QMessageBox.StandardButton
    answer = buttons.Yes if replaces else buttons.No
    monkeypatch.setattr(QMessageBox, "question", lambda *_: answer)
    page.saver.save_digit()
    QThreadPool.globalInstance().waitForDone()
    assert (precious.read_bytes() != b"precious") is replaces


def draw(page, qtbot, corners):
    pad = page.panel.own.pad
    qtbot.mousePress(pad, Qt.MouseButton.LeftButton, pos=QPoint(*corners[0]))
    for corner in corners[1:]:
        pad._stroke(QPoint(*corner).toPointF(), erases=False)
    qtbot.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=QPoint(*corners[-1]))


ONE = ((80, 20), (82, 80), (84, 150))


def test_the_die_goes_somewhere_else_each_time(page, client, qtbot):
    seen = set()
    for _ in range(3):
        click(qtbot, page.panel.play.random)
        client.work()
        seen.add(page.state.digit_point)
    assert len(seen) == 3


def test_a_random_sheet_has_as_many_digits_as_wanted(page, client, qtbot):
    page.panel.play.count.setValue(33)
    click(qtbot, page.panel.play.many)
    client.work()
    assert page.state.sheet.digits.shape == (33, 28, 28)
    assert page.tray.isVisible()
    page.grab()


def test_variations_begin_with_the_digit_itself_and_lie_near(page, client, qtbot):
    page.state.move_to((1, 1))
    client.work()
    click(qtbot, page.panel.play.vary)
    client.work()
    sheet = page.state.sheet
    assert np.array_equal(sheet.digits[0], page.state.digit)
    assert np.abs(sheet.codes - 1).max() < 1


def test_a_path_goes_from_mark_to_mark(page, client, qtbot):
    page.state.move_to((-1, 0))
    click(qtbot, page.panel.play.start)
    page.state.move_to((1, 2))
    click(qtbot, page.panel.play.end)
    page.panel.play.frames.setValue(5)
    click(qtbot, page.panel.play.path)
    client.work()
    sheet = page.state.sheet
    expected = [[-1, 0], [-0.5, 0.5], [0, 1], [0.5, 1.5], [1, 2]]
    np.testing.assert_allclose(sheet.codes, expected)
    assert sheet.animated
    page.grab()


def test_playing_a_path_walks_it_there_and_back(page, client):
    page.state.show_path(3)
    client.work()
    page.state.marks = [(0, 0), (1, 0)]
    page.state.show_path(3)
    client.work()
    walked = []
    for _ in range(4):
        page.tray.step()
        walked.append(page.state.point[0])
    assert walked == [0.5, 1, 0.5, 0]


def test_another_model_ends_the_playing(page, client, qtbot):
    page.state.show_path(3)
    client.work()
    click(qtbot, page.tray.play)
    assert page.tray.play.isChecked()
    page.state.choose_model(PLAIN)
    assert not page.tray.play.isChecked()
    assert not page.tray._beat.isActive()


def test_a_digit_of_the_sheet_is_gone_to_by_mouse_and_by_key(page, client, qtbot):
    page.state.show_random(8)
    client.work()
    page.grab()
    sheet, picture = page.state.sheet, page.tray.picture
    place = picture.cell(5).center().toPoint()
    qtbot.mouseClick(picture, Qt.MouseButton.LeftButton, pos=place)
    client.work()
    assert page.state.digit_point == pytest.approx(sheet.codes[5].tolist())
    qtbot.keyClick(picture, Qt.Key.Key_Left)
    qtbot.keyClick(picture, Qt.Key.Key_Return)
    assert page.state.point == pytest.approx(sheet.codes[4].tolist())
    click(qtbot, page.tray.close_)
    assert not page.tray.isVisible()


def test_one_digit_in_many_styles_and_one_style_in_all_digits(page, client, qtbot):
    assert not page.panel.play.conditional.isVisible()
    page.state.choose_model(CONDITIONAL)
    page.state.choose_digit(4)
    page.state.move_to((0.5, 0.5))
    client.work()
    click(qtbot, page.panel.play.styles)
    client.work()
    assert set(page.state.sheet.labels) == {4}
    click(qtbot, page.panel.play.ten)
    client.work()
    sheet = page.state.sheet
    assert sheet.labels == list(range(10))
    assert np.array_equal(sheet.digits[4], page.state.digit)
    page.tray.picture.chosen.emit(9)
    assert page.state.digit_wanted == 9


def test_the_same_codes_go_through_both_kinds(page, client, qtbot):
    click(qtbot, page.panel.play.compare)
    client.work()
    models = [r.model for r in client.answered[-2:]]
    assert models == [VAE, PLAIN]
    sheet = page.state.sheet
    assert sheet.digits.shape == (24, 28, 28)
    np.testing.assert_array_equal(sheet.codes[:12], sheet.codes[12:])
    assert len(sheet.rows) == 2
    page.grab()
    page.tray.picture.chosen.emit(13)
    client.work()
    assert page.state.model == PLAIN
    assert page.panel.model.currentData() == PLAIN
    assert np.array_equal(page.state.digit, sheet.digits[13])


def test_a_drawn_digit_is_found_on_the_map(page, client, qtbot):
    page.panel.show_tab(1)
    draw(page, qtbot, ONE)
    client.work()
    own = page.state.own
    assert page.state.point == pytest.approx(own.code)
    assert min(own.sigma) > 0
    seen, rebuilt, lost = (picture.digit for picture in page.panel.own.pictures)
    assert seen[14, 14] > 200  # a stroke through the middle, light on dark
    assert np.array_equal(rebuilt, page.state.digit)
    assert np.array_equal(lost, np.abs(seen.astype(int) - rebuilt))
    assert "±" in page.panel.own.found.text()
    page.grab()


def test_numbers_with_a_comma_are_told_apart(make_page, known_weights, speak, qtbot):
    speak("de")
    page = make_page(known_weights)
    draw(page, qtbot, ONE)
    page.client.work()
    number = "\N{MINUS SIGN}?[0-9]+,[0-9][0-9]"
    found = page.panel.own.found.text()
    assert re.match(rf"Bei {number} ± {number}; {number} ± {number}\. ", found)
    told = page.panel.picture.accessibleDescription()
    assert re.fullmatch(rf"Bei {number}; {number}", told)


def test_a_drawn_digit_is_found_again_by_another_model(page, client, qtbot):
    draw(page, qtbot, ONE)
    client.work()
    page.state.choose_model(PLAIN)
    client.work()
    assert page.state.own.sigma is None
    assert "±" not in page.panel.own.found.text()
    click(qtbot, page.panel.own.clear)
    assert page.state.own is None
    assert page.panel.own.pad.is_empty


def test_a_drawn_digit_pulls_nobody_back_to_it(page, client, qtbot):
    page.state.choose_model(CONDITIONAL)
    draw(page, qtbot, ONE)
    client.work()
    page.state.move_to((1.5, -1.0))
    page.state.show_all_ten()
    client.work()
    before = page.state.own
    page.tray.picture.chosen.emit(3)
    client.work()
    assert page.state.own is not before  # as that digit's map has it
    assert page.state.point == (1.5, -1.0)
    page.state.choose_model(VAE)
    client.work()
    assert page.state.point == (1.5, -1.0)


def test_a_digit_that_another_model_was_asked_for_meanwhile_is_gone_to(page, client, qtbot):
    draw(page, qtbot, ONE)
    page.state.choose_model(PLAIN)
    client.work()
    assert page.state.point == pytest.approx(page.state.own.code)


def test_a_path_plays_only_while_it_is_seen(page, client, qtbot):
    page.state.show_path(3)
    client.work()
    click(qtbot, page.tray.play)
    page.hide()
    assert not page.tray._beat.isActive()


def test_a_cleared_digit_does_not_come_back(page, client, qtbot):
    draw(page, qtbot, ONE)
    click(qtbot, page.panel.own.clear)
    client.work()
    assert page.state.own is None


def test_a_pasted_digit_is_found(page, client, qtbot):
    digit = enlarged(drawn_digit(3)[None], 200)[0]
    image = QImage(digit.data, 200, 200, 200, QImage.Format.Format_Grayscale8).copy()
    QGuiApplication.clipboard().setImage(image)
    with qtbot.waitSignal(page.saver.digit_read):
        click(qtbot, page.panel.own.paste)
    client.work()
    assert page.state.own is not None


def test_a_copied_file_is_found(page, client, qtbot, tmp_path):
    path = tmp_path / "three.png"
    PillowImage.fromarray(enlarged(drawn_digit(3)[None], 200)[0]).save(path)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    QGuiApplication.clipboard().setMimeData(data)
    with qtbot.waitSignal(page.saver.digit_read):
        click(qtbot, page.panel.own.paste)
    client.work()
    assert page.state.own is not None


def test_an_opened_picture_without_a_digit_is_said(page, qtbot, tmp_path, monkeypatch):
    path = tmp_path / "blank.png"
    PillowImage.new("L", (60, 60), 200).save(path)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    with qtbot.waitSignal(page.said, check_params_cb=lambda text: "no digit" in text):
        click(qtbot, page.panel.own.open)


def test_a_dropped_picture_is_found(page, client, qtbot, tmp_path):
    path = tmp_path / "three.png"
    PillowImage.fromarray(enlarged(drawn_digit(3)[None], 200)[0]).save(path)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(300, 300),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    with qtbot.waitSignal(page.saver.digit_read):
        page.dropEvent(event)
    client.work()
    assert page.state.own is not None
    assert page.panel.own.isVisible()


def test_a_cache_that_is_full_is_no_empty_clipboard(page, qtbot, monkeypatch):
    QGuiApplication.clipboard().setImage(QImage(60, 60, QImage.Format.Format_Grayscale8))
    monkeypatch.setattr(QImage, "save", lambda *_, **__: False)
    with qtbot.waitSignal(page.said, check_params_cb=lambda text: "cannot be kept" in text):
        click(qtbot, page.panel.own.paste)


def test_an_empty_clipboard_is_said(page, qtbot):
    QGuiApplication.clipboard().setText("no picture")
    with qtbot.waitSignal(page.said):
        click(qtbot, page.panel.own.paste)


def test_a_digit_is_saved_at_the_size_wanted(page, qtbot, saves_to):
    path = saves_to("seven.png")
    page.panel.side.setValue(140)
    with qtbot.waitSignal(page.said, check_params_cb=lambda text: "seven.png" in text):
        click(qtbot, page.panel.save)
    with PillowImage.open(path) as opened:
        saved = np.array(opened)
    assert np.array_equal(saved, enlarged(page.state.digit[None], 140)[0])


def test_a_name_without_an_ending_gets_one(page, qtbot, saves_to):
    path = saves_to("seven")
    with qtbot.waitSignal(page.said):
        click(qtbot, page.panel.save)
    assert path.with_name("seven.png").exists()


def test_a_sheet_its_codes_and_a_path_are_saved(page, client, qtbot, saves_to):
    page.panel.side.setValue(28)
    page.state.show_path(6)
    page.state.marks = [(0, 0), (1, 1)]
    page.state.show_path(6)
    client.work()
    strip = saves_to("strip.png")
    with qtbot.waitSignal(page.said):
        click(qtbot, page.tray.save)
    with PillowImage.open(strip) as opened:
        assert opened.size == (6 * 28, 28)
    table = saves_to("codes.csv")
    with qtbot.waitSignal(page.said):
        click(qtbot, page.tray.codes)
    rows = list(csv.reader(table.read_text().splitlines()))
    assert rows[0] == ["x", "y"]
    assert [float(v) for v in rows[-1]] == [1, 1]
    for name in ("path.gif", "path.webp"):
        film = saves_to(name)
        with qtbot.waitSignal(page.said):
            click(qtbot, page.tray.animation)
        with PillowImage.open(film) as opened:
            assert opened.n_frames == 10  # there and back


def test_the_map_is_saved_as_it_is_seen(page, qtbot, saves_to):
    path = saves_to("map.png")
    with qtbot.waitSignal(page.said):
        click(qtbot, page.legend.save)
    _, _, columns, rows = page.view.plane.tiles()
    with PillowImage.open(path) as opened:
        assert opened.size == (28 * columns, 28 * rows)


def test_a_map_that_is_not_all_drawn_is_not_saved(page, qtbot, saves_to):
    path = saves_to("map.png")
    page.view.zoom_by(4)
    with qtbot.waitSignal(page.said, check_params_cb=lambda text: "still being drawn" in text):
        click(qtbot, page.legend.save)
    assert not path.exists()


@pytest.mark.parametrize("does", ["save", "read"])
def test_whatever_goes_wrong_with_a_file_is_said(page, qtbot, saves_to, monkeypatch, does):
    def fail(*_):
        raise MemoryError

    path = saves_to("seven.png")
    monkeypatch.setattr("restorer.gui.digits.saving.digitfile.write_picture", fail)
    monkeypatch.setattr("restorer.gui.digits.saving.imagefile.read", fail)
    told = "seven.png: There is not enough memory"
    with qtbot.waitSignal(page.said, check_params_cb=lambda text: text.startswith(told)):
        page.saver.save_digit() if does == "save" else page.saver.read_picture(path)


def test_what_cannot_be_saved_is_said(page, qtbot, saves_to, tmp_path):
    saves_to("nowhere/seven.png")
    with qtbot.waitSignal(page.said, check_params_cb=lambda text: "does not exist" in text):
        click(qtbot, page.panel.save)


def test_a_sheet_of_too_many_pixels_is_refused(page, client, qtbot, saves_to):
    path = saves_to("huge.png")
    page.panel.side.setValue(4096)
    page.state.show_random(20)
    client.work()
    with qtbot.waitSignal(page.said, check_params_cb=lambda text: "megapixels" in text):
        click(qtbot, page.tray.save)
    assert not path.exists()


def test_digits_go_into_the_clipboard(page, client, qtbot):
    page.panel.side.setValue(56)
    click(qtbot, page.panel.copy)
    assert QGuiApplication.clipboard().image().size().toTuple() == (56, 56)
    page.state.show_random(12)
    client.work()
    click(qtbot, page.tray.copy)
    assert QGuiApplication.clipboard().image().size().toTuple() == (560, 112)


def test_a_noisy_digit_is_sent_to_restore(page, qtbot):
    with qtbot.waitSignal(page.restore_wanted) as sent:
        click(qtbot, page.panel.send)
    (path,) = sent.args
    with PillowImage.open(path) as opened:
        pixels = np.array(opened)
    assert pixels.shape == (448, 448)
    assert pixels[:40, :40].std() > 20
    click(qtbot, page.panel.send)
    assert len(list(path.parent.glob("digit-*.png"))) == 2


def test_everything_that_can_be_worked_has_a_name_and_is_reached_by_key(page):
    # A spin box's line edit and a scroll bar's own parts are Qt's.
    for kind in (QAbstractButton, QSpinBox, QComboBox):
        for widget in page.findChildren(kind):
            assert widget.accessibleName() or widget.text(), widget
            if not widget.property("segment"):  # arrows move among those
                assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus, widget
    for widget in (page.view, page.panel.at_x, page.panel.own.pad, page.tray.picture):
        assert widget.accessibleName()


def test_the_window_loads_no_torch():
    import subprocess
    import sys

    code = (
        "import restorer.gui.digits.page, restorer.worker.digits\n"
        "import sys; assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
