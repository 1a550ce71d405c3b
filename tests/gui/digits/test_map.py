import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from restorer.engine.digits import DigitPress
from restorer.gui.digits import backdrop, map_view
from restorer.gui.digits.plane import Plane
from restorer.gui.digits.values import CONDITIONAL, DENSE, PLAIN, VAE
from restorer.worker.digit_protocol import DrawDigits, Slot
from tests.gui.conftest import turn_wheel


def at(page, code):
    return page.view.position_of(code).toPoint()


def points(requests):
    return [
        tuple(r.codes[0].tolist())
        for r in requests
        if isinstance(r, DrawDigits) and r.slot is Slot.POINT
    ]


def move(view, position, buttons=Qt.MouseButton.NoButton):
    """QTest moves no pressed mouse on every platform."""
    local = QPointF(position)
    QApplication.sendEvent(
        view,
        QMouseEvent(
            QMouseEvent.Type.MouseMove,
            local,
            QPointF(view.mapToGlobal(position)),
            Qt.MouseButton.NoButton,
            buttons,
            Qt.KeyboardModifier.NoModifier,
        ),
    )


def test_nothing_is_asked_before_the_page_is_seen(qtbot, tmp_path, known_weights):
    from restorer.gui.digits.bridge import DigitBridge
    from restorer.gui.digits.page import DigitsPage
    from tests.gui.digits.conftest import SyncDigits

    bridge = DigitBridge(lambda on_event: SyncDigits(on_event, known_weights))
    page = DigitsPage(bridge, known_weights, tmp_path)
    qtbot.addWidget(page)
    assert bridge.client.asked == []
    page.show()
    assert bridge.client.asked


def test_a_click_gives_the_digit_of_that_point(page, client, qtbot, known_weights):
    qtbot.mouseClick(page.view, Qt.MouseButton.LeftButton, pos=at(page, (1, -1)))
    client.work()
    assert page.state.point == pytest.approx((1, -1), abs=0.01)
    expected = DigitPress.open(known_weights, VAE).draw(np.array([page.state.point], np.float32))
    assert np.array_equal(page.panel.picture.digit, expected[0])


def test_the_same_click_always_gives_the_same_digit(page, client, qtbot):
    drawn = []
    for place in ((1, -1), (-2, 0.5), (1, -1)):
        qtbot.mouseClick(page.view, Qt.MouseButton.LeftButton, pos=at(page, place))
        client.work()
        drawn.append(page.panel.picture.digit)
    assert np.array_equal(drawn[0], drawn[2])
    assert not np.array_equal(drawn[0], drawn[1])


def test_a_drag_draws_only_where_the_pointer_is_by_then(page, client, qtbot):
    start = at(page, (0, 0))
    client.answered.clear()
    qtbot.mousePress(page.view, Qt.MouseButton.LeftButton, pos=start)
    for right in range(1, 31):
        move(page.view, start + QPoint(right, 0), Qt.MouseButton.LeftButton)
    client.work()
    assert len(points(client.answered)) == 1  # of 31 that were asked for
    assert page.state.digit_point == pytest.approx(page.state.point)
    assert len(page.state.trail) > 20
    move(page.view, start + QPoint(0, 40), Qt.MouseButton.LeftButton)
    client.work()
    qtbot.mouseRelease(page.view, Qt.MouseButton.LeftButton, pos=start + QPoint(0, 40))
    assert page.state.digit_point == pytest.approx(
        page.view.code_at(QPointF(start + QPoint(0, 40)))
    )


def test_a_point_goes_before_the_tiles_behind_it(page, client):
    page.view.zoom_by(3)
    page.grab()
    page.state.move_to((1, 1))
    client.answered.clear()
    client.step()
    assert client.answered[0].slot is Slot.POINT


def test_answers_about_another_model_are_dropped(page, client):
    page.state.move_to((1, 1))
    lost = client._waiting.take()
    page.state.choose_model(DENSE)
    client.work()
    shown = page.state.digit
    page.bridge.event_received.emit(client._server.answer(lost))
    assert page.state.digit is shown


def test_a_look_shows_the_digit_without_going_there(page, client):
    move(page.view, at(page, (-1, 1)))
    client.work()
    place, _digit = page.state.glimpse
    assert place == pytest.approx((-1, 1), abs=0.01)
    assert page.state.point == (0, 0)
    page.grab()


def test_a_look_that_is_answered_too_late_is_not_shown(page, client):
    move(page.view, at(page, (-1, 1)))
    page.state.glimpse_at(None)
    client.work()
    assert page.state.glimpse is None


def test_arrows_move_and_shift_makes_them_large(page, client, qtbot):
    view = page.view
    qtbot.keyClick(view, Qt.Key.Key_Right)
    small = page.state.point[0]
    qtbot.keyClick(view, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert page.state.point == pytest.approx((small, 10 * small))
    qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert page.state.point == (0, 0)


def test_keys_never_lead_out_of_sight(page, qtbot):
    for _ in range(12):
        qtbot.keyClick(page.view, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert page.view.area().contains(page.view.position_of(page.state.point))


def test_letters_throw_the_die_and_mark_a_path(page, qtbot):
    qtbot.keyClick(page.view, Qt.Key.Key_A)
    qtbot.keyClick(page.view, Qt.Key.Key_R)
    qtbot.keyClick(page.view, Qt.Key.Key_B)
    assert page.state.point != (0, 0)
    assert page.state.marks == [(0, 0), page.state.point]
    qtbot.keyClick(page.view, Qt.Key.Key_Home)
    assert page.state.point == (0, 0)


def test_a_typed_position_is_gone_to(page, client):
    page.panel.at_x.setValue(1.25)
    page.panel.at_y.setValue(-0.5)
    client.work()
    assert page.state.digit_point == pytest.approx((1.25, -0.5))
    page.state.move_to((0.123456, 0))
    assert page.panel.at_x.value() == 0.123


def test_the_wheel_zooms_to_the_pointer(page):
    place = at(page, (1.5, 1))
    before = page.view.code_at(QPointF(place))
    turn_wheel(page.view, 4, place)
    assert page.view.plane.zoom > 2
    assert page.view.code_at(QPointF(place)) == pytest.approx(before)


def test_a_wheel_that_is_turned_sideways_leaves_the_map_alone(page, monkeypatch):
    monkeypatch.setattr(page.view, "zoom_by", lambda *_: pytest.fail("zoomed"))
    turn_wheel(page.view, 0, sideways=1)


def test_a_click_on_the_numbers_beside_the_map_is_no_point(page, qtbot):
    for place in (QPoint(10, 200), QPoint(300, page.view.height() - 5)):
        qtbot.mouseClick(page.view, Qt.MouseButton.LeftButton, pos=place)
    assert page.state.point == (0, 0)


@pytest.mark.parametrize("how", [Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton, "space"])
def test_the_map_is_moved_and_the_point_stays(page, qtbot, how):
    view = page.view
    start = at(page, (0, 0))
    button = Qt.MouseButton.LeftButton if how == "space" else how
    if how == "space":
        qtbot.keyPress(view, Qt.Key.Key_Space)
    qtbot.mousePress(view, button, pos=start)
    move(view, start + QPoint(60, 25), button)
    qtbot.mouseRelease(view, button, pos=start + QPoint(60, 25))
    assert page.state.point == (0, 0)
    assert at(page, (0, 0)) == start + QPoint(60, 25)


def test_a_map_that_is_slow_to_compose_is_moved_first_and_composed_at_rest(
    page, client, qtbot, monkeypatch
):
    """Then the same is seen as if it had been composed at once."""
    client.work()
    view = page.view
    view.repaint_map()
    view.grab()
    composed = []

    def compose(*arguments):
        composed.append(arguments)
        return backdrop.compose(*arguments)

    monkeypatch.setattr(map_view, "compose", compose)
    view._compose_ms = 1000.0
    inner = QRect(200, 200, 100, 100)
    before = view.grab(inner).toImage()
    view._pan(QPointF(32, 16))
    moved = view.grab(inner.translated(32, 16)).toImage()
    assert composed == []
    assert moved == before
    qtbot.waitUntil(lambda: view.grab() is not None and len(composed) == 1)
    assert view._drift == QPointF()
    view._compose_ms = 0.0
    view._pan(QPointF(-32, -16))
    assert view.grab(inner).toImage() == before
    assert len(composed) == 2


def test_all_tiles_in_sight_are_drawn_and_kept(page, client):
    _, there = page.state.tiles.mosaic(page.view.plane)
    assert there.all()
    asked = len(client.asked)
    page.view.repaint_map()
    page.grab()
    assert len(client.asked) == asked


def test_new_tiles_do_not_compose_the_map_each_time(page, client, qtbot, monkeypatch):
    composed = []

    def compose(*words):
        composed.append(1)
        return real(*words)

    real = map_view.compose
    monkeypatch.setattr(map_view, "compose", compose)
    page.view.zoom_by(4)
    page.view.grab()
    rounds = 0
    while client.step():
        rounds += 1
        page.view.grab()
    assert rounds > 3
    assert len(composed) == 1
    qtbot.waitUntil(lambda: len(composed) == 2)


@pytest.mark.parametrize("by_share", [False, True])
def test_places_come_back_from_pixels(by_share):
    plane = Plane(by_share=by_share, width_px=900, height_px=600, x=0.3, y=-0.2, zoom=1.7)
    for code in ((0.0, 0.0), (1.2, -2.1), (-0.7, 0.4)):
        assert plane.code_at(plane.px_of(code)) == pytest.approx(code)
        x, y = plane.pixels_of(np.array([code], np.float32))
        assert (x[0], y[0]) == pytest.approx(plane.px_of(code), abs=1e-3)


def test_equal_shares_of_the_prior_are_equally_wide():
    plane = Plane(by_share=True, width_px=600, height_px=600)
    quartiles = [plane.px_of((x, 0))[0] for x in (-0.67449, 0, 0.67449)]
    assert np.diff(quartiles) == pytest.approx([150, 150], abs=0.1)


def test_switching_the_axes_keeps_the_point_and_draws_all(page, client, qtbot):
    page.state.move_to((1, 1))
    qtbot.mouseClick(page.legend.axes.button(1), Qt.MouseButton.LeftButton)
    page.grab()
    client.work()
    assert page.view.plane.by_share
    assert page.state.point == (1, 1)
    assert page.state.tiles.mosaic(page.view.plane)[1].all()


def test_points_far_from_all_digits_are_guesses(page):
    page.state.move_to((1.5, 0))
    assert not page.panel.guess.isVisible()
    page.state.move_to((3, 3))
    assert page.panel.guess.isVisible()


def test_classes_are_switched_on_the_map(page, qtbot):
    qtbot.mouseClick(page.legend.classes[3], Qt.MouseButton.LeftButton)
    assert page.view.layers.dots == frozenset(range(10)) - {3}
    page.legend.dots.click()
    assert page.view.layers.dots == frozenset()
    page.legend.dots.click()
    page.legend.digits.click()
    assert page.view.layers.dots == frozenset(range(10))
    assert not page.view.layers.digits


def test_a_narrow_window_gives_the_classes_a_line_of_their_own(page, qtbot):
    def lines_between():
        last, save = page.legend.classes[-1], page.legend.save
        return last.mapTo(page, QPoint(0, 0)).y() - save.mapTo(page, QPoint(0, 0)).y()

    page.resize(1800, 700)  # enough in every font
    qtbot.waitUntil(lambda: abs(lines_between()) < page.legend.save.height() / 2)
    one_line = page.legend.height()
    assert page.minimumSizeHint().width() < 1000
    page.resize(900, 700)
    qtbot.waitUntil(lambda: lines_between() > page.legend.save.height() / 2)
    assert page.legend.height() > one_line


def test_without_codes_the_dots_are_left_out_and_it_is_said(make_page, tiny_digit_weights):
    page = make_page(tiny_digit_weights)
    assert page.legend.none.isVisible()
    assert not page.legend.dots.isVisible()
    page.state.move_to((9, 9))
    assert not page.panel.guess.isVisible()


def test_the_plain_autoencoder_has_no_prior(page, client):
    page.state.choose_model(PLAIN)
    client.work()
    page.grab()
    assert not page.view.layers.has_prior
    assert not page.legend.axes.isEnabled()


def test_the_conditional_model_draws_the_digit_it_is_told(page, client, qtbot):
    assert not page.panel.digits.isVisible()
    page.state.choose_model(CONDITIONAL)
    client.work()
    seven = page.state.digit
    assert set(page.state.chart.known.labels) == {7}
    qtbot.mouseClick(page.panel.digits.button(3), Qt.MouseButton.LeftButton)
    client.work()
    assert not np.array_equal(page.state.digit, seven)
    assert set(page.state.chart.known.labels) == {3}


def test_a_missing_model_is_not_offered(make_page, tmp_path, known_weights):
    from restorer.models import catalog

    folder = tmp_path / "few"
    folder.mkdir()
    for file in known_weights.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    whole = catalog.open_catalog(folder)
    entries = tuple(entry for entry in whole.entries if entry.name != PLAIN)
    catalog.write_catalog(catalog.Catalog(folder, entries))
    page = make_page(folder)
    assert page.panel.model.findData(PLAIN) == -1
    assert not page.panel.play.compare.isEnabled()


def test_damaged_weights_are_said(make_page, tmp_path, known_weights, qtbot):
    folder = tmp_path / "damaged"
    folder.mkdir()
    for file in known_weights.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / "vae-dense.safetensors").write_bytes(b"no weights")
    page = make_page(folder)
    with qtbot.waitSignal(page.said, check_params_cb=lambda text: "checksum" in text):
        page.state.choose_model(DENSE)
        page.client.work()
