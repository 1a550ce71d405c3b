from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QInputDialog, QMessageBox, QScrollArea

from restorer.gui.actions import Page
from restorer.gui.preferences import Preset
from restorer.settings import Settings
from tests.gui.conftest import open_and_restore, turn_wheel

LONG = "Wedding at the lake, second camera body, ISO 6400"


@pytest.fixture
def photo(window, client, photo_file):
    """An open, restored photo."""
    open_and_restore(window.session, client, photo_file)
    return window.session.photo


def add_preset(window, name):
    preferences = window._preferences
    preset = Preset(name, Settings(keep_grain=0.7))
    preferences.change(lambda known: known.with_preset(preset))
    window.controls.show_presets(preferences.value.presets)


def entries(menu):
    return {action.text(): action for action in menu.actions() if action.text()}


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("page", list(Page))
def test_nothing_in_a_panel_is_cut_off(open_window, speak, language, page):
    speak(language)
    window = open_window()
    add_preset(window, LONG)
    window.show_page(page)
    QApplication.processEvents()
    panel = window.digits.panel if page is Page.DIGITS else window.controls
    assert panel.isVisible()
    assert panel.minimumSizeHint().width() <= panel.width()
    for scroll in panel.findChildren(QScrollArea):
        assert scroll.widget().minimumSizeHint().width() <= scroll.viewport().width()


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_title_of_the_table_is_cut_off(open_window, speak, language):
    speak(language)
    header = open_window().folder.table.horizontalHeader()
    for column in range(header.count()):
        assert header.sectionSizeFromContents(column).width() <= header.sectionSize(column)


@pytest.mark.parametrize("language", ["en", "de"])
def test_half_a_screen_is_room_enough_for_a_photo_and_for_a_folder(open_window, speak, language):
    speak(language)
    window = open_window()
    window.show_page(Page.DIGITS)
    for page in (Page.PHOTO, Page.FOLDER):
        window.show_page(page)
        QApplication.processEvents()
        window.resize(960, 700)
        assert window.width() == 960
        assert window.sheets.currentWidget().minimumSizeHint().width() <= window.sheets.width()
        window.resize(100, 700)
        assert window.header.minimumSizeHint().width() <= window.width()


@pytest.mark.parametrize("key", [Qt.Key.Key_End, Qt.Key.Key_R, Qt.Key.Key_S])
def test_no_key_on_the_presets_saves_or_removes_one(window, qtbot, monkeypatch, key):
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: pytest.fail("asked"))
    monkeypatch.setattr(QMessageBox, "question", lambda *_: pytest.fail("asked"))
    add_preset(window, "Mine")
    qtbot.keyClick(window.controls.preset, key)
    assert [preset.name for preset in window._preferences.value.presets] == ["Mine"]


@pytest.mark.parametrize("agrees", [True, False])
def test_removing_a_preset_is_asked_about(window, monkeypatch, agrees):
    buttons = QMessageBox.StandardButton
    answer = buttons.Yes if agrees else buttons.No
    monkeypatch.setattr(QMessageBox, "question", lambda *_: answer)
    add_preset(window, "Mine")
    entries(window.controls.own_presets.menu())["Remove “Mine”…"].trigger()
    assert (window.controls.preset.findText("Mine") == -1) is agrees
    assert bool(window._preferences.value.presets) is not agrees


def test_the_wheel_turns_nothing_that_has_no_focus(window, photo, client):
    controls, asked = window.controls, len(client.sent)
    before = window.session.settings
    window.viewer.setFocus()
    for widget in (
        controls.preset,
        controls.strength.slider,
        controls.grain.slider,
        controls.width_px,
        window.folder.existing,
        window.digits.panel.side,
    ):
        turn_wheel(widget, -1)
    assert window.session.settings == before
    assert len(client.sent) == asked
    assert controls.width_px.value() == photo.width
    assert window.folder.existing.currentIndex() == 0
    assert window.digits.panel.side.value() == 280
    assert not controls.preset.hasFocus()


def test_the_wheel_turns_what_has_the_focus(window, photo, qtbot):
    slider = window.controls.grain.slider
    slider.setFocus()
    qtbot.waitUntil(slider.hasFocus)
    turn_wheel(slider, 1)
    assert window.session.settings.keep_grain > 0


def test_a_size_that_is_turned_is_the_one_that_is_saved(window, photo, qtbot):
    box = window.controls.width_px
    box.setFocus()
    qtbot.waitUntil(box.hasFocus)
    turn_wheel(box, -1)
    assert window.session.settings == replace(window.session.settings, width=photo.width - 1)
