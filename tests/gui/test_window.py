import errno
import os
import shlex
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage
from PIL import ImageCms
from PySide6.QtCore import QMimeData, QPointF, Qt, QThreadPool, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QInputDialog,
    QMenu,
    QMessageBox,
    QPushButton,
    QTextBrowser,
)

from restorer.cli import run as run_command_line
from restorer.engine import imagefile
from restorer.engine.image import JpegCoding
from restorer.errors import DiskFull, WeightsMissing
from restorer.gui import main_window, preferences
from restorer.gui.about_model import cards_html
from restorer.gui.actions import Page
from restorer.gui.exporting import ExportDialog, command_line, proposed_target
from restorer.gui.preferences import Preferences, PreferencesFile, Preset
from restorer.gui.shortcuts import Shortcuts
from restorer.gui.state import Running
from restorer.gui.status import speed
from restorer.gui.viewer import Compare
from restorer.settings import Saving, Settings, weights_dir
from tests.conftest import drawn
from tests.gui.conftest import open_and_restore, write_photo


@pytest.fixture
def photo(window, client, photo_file):
    """An open, restored photo."""
    open_and_restore(window.session, client, photo_file)
    return window.session.photo


def trigger(window, name):
    window.actions_.named[name].trigger()


def answer_save(monkeypatch, *paths):
    """The answers of the dialog, one after another; the last one to all that follow."""
    asked, answers = [], [str(path) for path in paths]

    def ask(_parent, _title, proposed, *_):
        asked.append(Path(proposed))
        return answers.pop(0) if len(answers) > 1 else answers[0], ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    return asked


def mime(*paths):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


# Opening.


def test_it_begins_with_an_invitation(window):
    assert window.pages.currentWidget() is window.start
    assert not window.controls.save.isEnabled()
    assert not window.actions_.named["save"].isEnabled()


def test_the_dialog_opens_a_photo(window, client, photo_file, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(photo_file)], ""))
    trigger(window, "open")
    client.work()
    assert window.pages.currentWidget() is window.viewer
    assert window.windowTitle() == "photo.png – Restorer"


def test_a_dropped_file_is_opened(window, client, photo_file, qtbot):
    data = mime(photo_file)
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0)
    window.dropEvent(QDropEvent(QPointF(10, 10), copy, data, left, none))
    client.work()
    assert window.session.photo.name == "photo.png"


def test_copied_files_and_pictures_are_pasted(window, client, photo_file):
    clipboard = QGuiApplication.clipboard()
    clipboard.setMimeData(mime(photo_file))
    trigger(window, "paste")
    client.work()
    assert window.session.photo.name == "photo.png"
    write_photo(client.cache / "digit-1.png", 64, 48)
    samples = np.ascontiguousarray(drawn(80, 60))
    image = QImage(samples.data, 80, 60, 240, QImage.Format.Format_RGB888).copy()
    clipboard.setImage(image)
    trigger(window, "paste")
    client.work()
    assert (window.session.photo.width, window.session.photo.height) == (80, 60)
    assert window.saving._folder() is not None  # not into the cache
    assert window.session.place is None  # nor are its files neighbours
    clipboard.clear()
    trigger(window, "paste")
    assert "no picture" in window.status.currentMessage()


def test_the_sample_is_offered(window, client, qtbot):
    qtbot.mouseClick(window.start.sample, Qt.MouseButton.LeftButton)
    assert window.session.opening.name == "sample.jpg"


def test_recent_photos_are_remembered(window, photo, client):
    window.actions_.recent.aboutToShow.emit()
    assert "photo.png" in window.actions_.recent.actions()[0].text()
    again = PreferencesFile(window._preferences._path).value
    assert again.recent == (str(photo.path),)


def test_arrow_keys_turn_over_the_folder(window, client, qtbot, tmp_path):
    for name in ("1.png", "2.png"):
        write_photo(tmp_path / "many" / name, 64, 48)
    open_and_restore(window.session, client, tmp_path / "many" / "1.png")
    qtbot.keyClick(window.viewer, Qt.Key.Key_Right)
    client.work()
    assert window.session.photo.name == "2.png"
    qtbot.keyClick(window.viewer, Qt.Key.Key_Left)
    client.work()
    assert window.session.photo.name == "1.png"


# Restoring.


def test_the_controls_say_what_was_found(window, photo):
    noise = window.session.noise
    assert window.controls.strength.value == pytest.approx(noise.strength, abs=0.4)
    kinds = {"fine": f"sigma {noise.sigma:.1f}", "coarse": "coarse grain", "jpeg": "JPEG blocks"}
    for kind, told in kinds.items():
        window.session.noise = replace(noise, kind=kind)
        window.session.noise_estimated.emit()
        assert told in window.controls.noise.text()


def test_moving_the_strength_makes_it_manual(window, photo, client, qtbot):
    window.controls.strength.slider.setValue(40)
    assert window.session.settings.denoise == 30.0
    assert window.controls.denoise.choice == 2
    qtbot.waitUntil(lambda: bool(client.waiting))
    client.work()
    assert window.session.is_complete


def test_noise_can_be_left(window, photo, client, qtbot):
    qtbot.mouseClick(window.controls.denoise.button(0), Qt.MouseButton.LeftButton)
    assert window.session.settings.denoise == "off"
    assert not window.controls.grain.isEnabled()


def test_enlarging_keeps_what_is_looked_at(window, photo, client, qtbot):
    window.viewer.set_zoom(2.0)
    qtbot.mouseClick(window.controls.scale.button(1), Qt.MouseButton.LeftButton)
    client.work()
    assert window.session.layers.scale == 2
    assert window.viewer.zoom == 1.0
    assert window.controls.plausible.isVisible()
    assert window.controls.width_px.value() == 800


def test_a_wanted_size(window, photo, client):
    window.controls.width_px.setValue(1000)
    assert window.session.settings.width == 1000
    assert window.controls.height_px.value() == 750
    assert window.controls.scale.choice == -1
    window.controls.width_px.setValue(800)
    assert window.session.settings == replace(window.session.settings, scale=2, width=None)


def test_grain_comes_back_at_once(window, photo, client):
    sent = len(client.sent)
    window.controls.grain.slider.setValue(50)
    assert window.session.settings.keep_grain == 0.5
    assert len(client.sent) == sent


def test_presets(window, photo, client, monkeypatch):
    preset = window.controls.preset
    preset.activated.emit(preset.findText("Clean and enlarge ×2"))
    assert window.session.settings.scale == 2
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: ("Mine", True))
    window.controls.grain.slider.setValue(40)
    menu = {action.text(): action for action in window.controls.own_presets.menu().actions()}
    menu["Save these settings…"].trigger()
    trigger(window, "undo")
    preset.activated.emit(preset.findText("Mine"))
    assert window.session.settings.keep_grain == 0.4
    assert preset.currentText() == "Mine"


def test_undo_and_redo_move_the_controls(window, photo):
    window.controls.grain.slider.setValue(50)
    trigger(window, "undo")
    assert window.controls.grain.slider.value() == 0
    trigger(window, "redo")
    assert window.controls.grain.slider.value() == 50


def test_undo_leaves_the_photo_alone_where_it_is_not_seen(window, photo):
    window.controls.grain.slider.setValue(50)
    window.show_page(Page.DIGITS)
    trigger(window, "undo")
    assert window.session.settings.keep_grain == 0.5
    window.show_page(Page.PHOTO)
    trigger(window, "undo")
    assert window.session.settings.keep_grain == 0


def test_what_is_open_is_cut_only_where_there_is_no_room(window, client, tmp_path, qtbot):
    files = [write_photo(tmp_path / "many" / f"{'long ' * 18}{number}.png") for number in range(42)]
    window.session.open(files)
    client.work()
    shown = window.status.file
    assert "1 of 42" in shown.text()
    qtbot.waitUntil(lambda: shown.width() >= shown.fontMetrics().horizontalAdvance(shown.text()))
    assert window.status.minimumSizeHint().width() < 600


def test_escape_stops(window, client, photo_file, qtbot):
    window.session.open([photo_file])
    client.step()
    assert window.status.cancel.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    client.work()
    assert not window.status.cancel.isVisible()
    assert not window.session.is_complete


def test_the_view_is_restored_first(window, photo, client):
    window.viewer.set_zoom(8.0)
    seen = client.views[-1]
    assert seen.area < photo.width * photo.height / 4
    trigger(window, "restore")
    assert client.waiting[-1].view == seen


def test_a_drawing_is_told_from_a_photo(window, client, tmp_path):
    path = tmp_path / "drawing.png"
    samples = np.full((200, 300, 3), 255, np.uint8)
    samples[50:60] = 0
    from PIL import Image as PillowImage

    PillowImage.fromarray(samples).save(path)
    open_and_restore(window.session, client, path)
    assert window.controls.unlike.isVisible()
    assert "80%" in window.controls.unlike.text()


# Comparing.


@pytest.mark.parametrize(
    ("key", "compare"),
    [
        (Qt.Key.Key_A, Compare.AFTER),
        (Qt.Key.Key_D, Compare.DIVIDER),
        (Qt.Key.Key_S, Compare.SIDE_BY_SIDE),
        (Qt.Key.Key_R, Compare.REMOVED),
    ],
)
def test_each_way_to_compare_has_a_key(window, photo, qtbot, key, compare):
    qtbot.keyClick(window, key)
    assert window.viewer.compare is compare
    checked = [a.data() for a in window.actions_.compare.actions() if a.isChecked()]
    assert checked == [compare]


def test_the_removed_is_amplified_step_by_step(window, photo):
    gain = window.session.layers.gain
    trigger(window, "more_gain")
    assert window.session.layers.gain == 2 * gain
    trigger(window, "less_gain")
    assert window.session.layers.gain == gain


# Saving.


def test_save_proposes_a_free_name_and_then_remembers_it(
    window, photo, client, monkeypatch, tmp_path
):
    asked = answer_save(monkeypatch, tmp_path / "mine.png")
    trigger(window, "save")
    client.work()
    assert asked == [photo.path.with_name("photo_restored.png")]
    assert (tmp_path / "mine.png").exists()
    assert "Saved as" in window.status.currentMessage()
    window.controls.grain.slider.setValue(50)
    trigger(window, "save")
    client.work()
    assert len(asked) == 1
    assert not window.session.is_unsaved


@pytest.mark.parametrize("name", ["save", "copy_command", "undo"])
def test_a_number_that_is_being_typed_counts_for_a_shortcut(
    window, photo, client, monkeypatch, tmp_path, qtbot, name
):
    answer_save(monkeypatch, tmp_path / "mine.png")
    trigger(window, "save")
    client.work()
    window.activateWindow()
    box = window.controls.width_px
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, str(photo.width // 2))
    assert window.session.settings.width is None
    trigger(window, name)
    client.work()
    assert window.session.settings.width == (None if name == "undo" else photo.width // 2)
    if name == "save":
        assert imagefile.describe(tmp_path / "mine.png").width == photo.width // 2


def test_the_quality_of_one_export_is_not_that_of_other_photos(
    window, photo, client, monkeypatch, tmp_path
):
    def choose(dialog):
        begins_with.append(dialog.quality.value())
        dialog.format.setCurrentIndex(0)
        dialog.quality.setValue(20)
        return QDialog.DialogCode.Accepted

    begins_with = []
    monkeypatch.setattr(ExportDialog, "exec", choose)
    answer_save(monkeypatch, tmp_path / "small.jpg")
    trigger(window, "export")
    client.work()
    window.session.open([write_photo(tmp_path / "other.png")])
    client.work()
    answer_save(monkeypatch, tmp_path / "other.jpg")
    trigger(window, "save")
    client.work()
    assert client.sent[-1].saving.quality is None
    trigger(window, "export")
    assert begins_with[1] == 20


def test_export_asks_for_the_format(window, photo, client, monkeypatch, tmp_path):
    def choose(dialog):
        dialog.format.setCurrentIndex(0)
        dialog.quality.setValue(80)
        dialog.metadata.setCurrentIndex(1)
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(ExportDialog, "exec", choose)
    asked = answer_save(monkeypatch, tmp_path / "mine")
    trigger(window, "export")
    client.work()
    assert asked[0].suffix == ".jpg"
    assert imagefile.describe(tmp_path / "mine.jpg").format == "JPEG"
    assert client.sent[-1].saving.quality == 80
    assert client.sent[-1].saving.strip_location


def test_the_copied_command_makes_the_same_file(window, photo, client, monkeypatch, tmp_path):
    window.session.change(Settings(denoise=12.5, scale=2, keep_grain=0.25))
    client.work()
    answer_save(monkeypatch, tmp_path / "window.png")
    trigger(window, "save")
    client.work()
    trigger(window, "copy_command")
    words = shlex.split(QGuiApplication.clipboard().text())
    assert words[0] == "restorer"
    words[words.index("-o") + 1] = str(tmp_path / "command.png")
    weights = str(client.server._weights)
    assert run_command_line([*words[1:], "--weights", weights]) == 0
    one, other = imagefile.read(tmp_path / "window.png"), imagefile.read(tmp_path / "command.png")
    np.testing.assert_array_equal(one.samples, other.samples)


def test_the_result_is_copied(window, photo, qtbot):
    with qtbot.waitSignal(window.saving.copier.copied):
        trigger(window, "copy")
    image = QGuiApplication.clipboard().image()
    assert (image.width(), image.height()) == (400, 300)


def test_closing_asks_once_if_something_would_be_lost(
    window, photo, client, monkeypatch, tmp_path, qtbot
):
    answers = [QMessageBox.StandardButton.Cancel, QMessageBox.StandardButton.Save]
    monkeypatch.setattr(QMessageBox, "question", lambda *_: answers.pop(0))
    answer_save(monkeypatch, tmp_path / "mine.png")
    window.close()
    assert window.isVisible()
    window.close()
    assert window.isVisible()
    qtbot.waitUntil(lambda: bool(client.waiting))
    client.work()
    assert not window.isVisible()
    assert (tmp_path / "mine.png").exists()
    assert answers == []


def test_closing_a_saved_photo_asks_nothing(window, photo, client, monkeypatch, tmp_path):
    answer_save(monkeypatch, tmp_path / "mine.png")
    trigger(window, "save")
    client.work()
    monkeypatch.setattr(QMessageBox, "question", lambda *_: pytest.fail("asked"))
    window.close()
    assert not window.isVisible()


def test_a_failed_save_does_not_let_the_window_close(window, photo, client, monkeypatch, tmp_path):
    asked = []

    def save(*_):
        asked.append(1)
        return QMessageBox.StandardButton.Save

    def write(_request):
        raise DiskFull(tmp_path, "The disk is full.")

    monkeypatch.setattr(QMessageBox, "question", save)
    monkeypatch.setattr(client.server, "_save", write)
    answer_save(monkeypatch, tmp_path / "mine.png")
    for count in (1, 2):
        window.close()
        QApplication.processEvents()
        client.work()
        assert window.isVisible()
        assert len(asked) == count


def test_a_save_after_a_refused_close_leaves_the_window_open(
    window, photo, client, monkeypatch, tmp_path
):
    cancel = QMessageBox.StandardButton.Cancel
    monkeypatch.setattr(QMessageBox, "question", lambda *_: cancel)
    answer_save(monkeypatch, tmp_path / "mine.png")
    trigger(window, "save")
    window.close()  # waits for the file
    window.controls.grain.slider.setValue(50)
    client.work()  # and asks about what was changed meanwhile
    assert window.isVisible()
    trigger(window, "save")
    client.work()
    assert not window.session.is_unsaved
    assert window.isVisible()


def test_a_folder_that_goes_on_keeps_the_window_open_after_a_save(
    window, photo, client, monkeypatch, tmp_path
):
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.No)
    answer_save(monkeypatch, tmp_path / "mine.png")
    trigger(window, "save")
    window.close()  # waits for the file
    window.folder.runner._thread = threading.current_thread()  # a folder is being restored
    window.close()
    window.folder.runner._thread = None
    client.work()
    assert window.isVisible()


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("mine.psd", "no ending that can be written"),
        ("holiday v1.2", "no ending that can be written"),
        ("photo.png", "is the original"),
        ("missing/mine.png", "does not exist"),
    ],
)
def test_what_cannot_be_saved_is_said_before_the_work_and_asked_again(
    window, client, photo_file, monkeypatch, name, why
):
    window.session.open([photo_file])
    client.step()  # open, and not yet restored
    told, bad, good = [], photo_file.parent / name, photo_file.parent / "good.png"
    monkeypatch.setattr(QMessageBox, "warning", lambda *words: told.append(words[2]))
    asked = answer_save(monkeypatch, bad, good)
    trigger(window, "save")
    assert [why in text for text in told] == [True]
    assert asked[1:] == [bad]
    client.work()
    assert good.exists()
    assert not bad.exists() or bad == photo_file


def test_what_one_photo_was_exported_without_the_next_one_keeps(
    window, photo, client, monkeypatch, tmp_path
):
    def choose(dialog):
        dialog.metadata.setCurrentIndex(2)
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(ExportDialog, "exec", choose)
    answer_save(monkeypatch, tmp_path / "mine.png")
    trigger(window, "export")
    client.work()
    assert client.sent[-1].saving.strip_metadata
    open_and_restore(window.session, client, write_photo(tmp_path / "photos" / "next.png"))
    trigger(window, "save")
    client.work()
    assert not client.sent[-1].saving.strip_metadata


def test_a_name_without_an_ending_replaces_nothing_unasked(
    window, photo, client, monkeypatch, tmp_path
):
    precious = write_photo(tmp_path / "holiday.png", 16, 16)
    before = precious.read_bytes()
    answer_save(monkeypatch, tmp_path / "holiday")
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.No)
    trigger(window, "save")
    client.work()
    assert precious.read_bytes() == before


def test_a_copy_waits_for_the_whole_result(window, client, photo_file, qtbot):
    QGuiApplication.clipboard().clear()
    window.session.open([photo_file])
    client.step()
    trigger(window, "copy")
    assert QGuiApplication.clipboard().image().isNull()
    with qtbot.waitSignal(window.saving.copier.copied):
        client.work()


def test_a_copy_that_was_asked_for_while_nothing_runs_starts_it(window, client, photo_file, qtbot):
    QGuiApplication.clipboard().clear()
    window.session.open([photo_file])
    client.step()
    window.session.cancel()
    client.work()
    trigger(window, "copy")
    with qtbot.waitSignal(window.saving.copier.copied):
        client.work()


def test_a_copy_that_fails_is_said(window, photo, qtbot, monkeypatch):
    def fail(*_):
        raise ImageCms.PyCMSError("broken")

    monkeypatch.setattr("restorer.gui.clipboard.result_image", fail)
    with qtbot.waitSignal(window.saving.copier.failed) as told:
        trigger(window, "copy")
    assert told.args[0].startswith("photo.png was not copied.")


def test_a_copy_that_was_stopped_does_not_come_later(window, client, photo_file):
    window.session.open([photo_file])
    client.step()
    trigger(window, "copy")
    window.session.cancel()
    client.work()
    QGuiApplication.clipboard().setText("mine")
    window.session.restore()
    client.work()
    QThreadPool.globalInstance().waitForDone()
    QApplication.processEvents()
    assert QGuiApplication.clipboard().text() == "mine"


def icc_file(path, space):
    path.write_bytes(ImageCms.ImageCmsProfile(ImageCms.createProfile(space)).tobytes())
    return path


def test_a_screen_profile_is_chosen_kept_and_given_up(window, monkeypatch, tmp_path):
    chosen = icc_file(tmp_path / "screen.icc", "sRGB")
    answers = [str(chosen), ""]
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (answers.pop(0), ""))
    assert not window.actions_.named["system_profile"].isEnabled()
    trigger(window, "screen_profile")
    trigger(window, "screen_profile")  # and Cancel
    assert window._preferences.value.screen_profile == str(chosen)
    trigger(window, "system_profile")
    assert window._preferences.value.screen_profile == ""


@pytest.mark.parametrize("kind", ["LAB", "no profile"])
def test_a_file_that_is_no_screen_profile_is_refused(window, monkeypatch, tmp_path, kind):
    bad = tmp_path / "bad.icc"
    bad.write_bytes(b"hello" * 100)
    if kind == "LAB":
        icc_file(bad, kind)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(bad), ""))
    trigger(window, "screen_profile")
    assert "bad.icc is no colour profile of a screen" in window.status.currentMessage()
    assert window._preferences.value.screen_profile == ""


def test_a_profile_that_is_gone_does_not_blank_the_photo(window, client, photo_file, tmp_path):
    gone = str(tmp_path / "gone.icc")
    window._preferences.change(lambda known: replace(known, screen_profile=gone))
    open_and_restore(window.session, client, photo_file)
    assert window.viewer.layers is window.session.layers


def test_long_names_do_not_widen_the_window(window, client, tmp_path):
    width = window.minimumSizeHint().width()
    open_and_restore(window.session, client, write_photo(tmp_path / f"{'n' * 200}.png", 64, 48))
    assert window.minimumSizeHint().width() == width


# Errors.


def test_errors_are_told_beside_the_photo(window, photo, client, tmp_path, qtbot):
    bad = tmp_path / "bad.jpg"
    bad.write_text("not a picture")
    window.viewer.set_zoom(3.0)
    window.open_paths([bad])
    client.work()
    assert window.message.isVisible()
    assert "bad.jpg" in window.message.text.text()
    assert not window.message.again.isVisible()
    assert window.viewer.zoom == 3.0  # the open photo stays as it was
    qtbot.mouseClick(window.message.close_button, Qt.MouseButton.LeftButton)
    assert not window.message.isVisible()


def test_a_job_that_was_lost_can_be_run_again(window, client, photo_file, qtbot):
    window.session.open([photo_file])
    client.step()
    client.work_and_die_after(2)
    assert window.message.again.isVisible()
    qtbot.mouseClick(window.message.again, Qt.MouseButton.LeftButton)
    client.work()
    assert window.session.is_complete
    assert not window.message.isVisible()


def test_models_that_cannot_be_loaded_are_not_waited_for(window, client, photo_file, monkeypatch):
    def miss():
        raise WeightsMissing(Path("denoiser.safetensors"))

    monkeypatch.setattr(client.server, "_wait_for_models", miss)
    window.session._run(Running())
    window.session.open([photo_file])
    assert "Loading the models" in window.status.device.text()
    client.work()
    assert "denoiser.safetensors" in window.message.text.text()
    assert window.status.device.text() == ""


def test_models_that_cannot_be_loaded_are_told_before_a_photo_is_opened(window, client, tmp_path):
    client.server._weights = tmp_path / "nowhere"
    client.warm_up()
    assert "nowhere" in window.message.text.text()
    assert window.message.isVisible()


def test_details_can_be_copied(window, photo, client, monkeypatch, qtbot):
    monkeypatch.setattr(client.server, "_restore", lambda _request: 1 / 0)
    trigger(window, "restore")
    client.work()
    assert "Traceback" not in window.message.text.text()
    qtbot.mouseClick(window.message.copy, Qt.MouseButton.LeftButton)
    assert "ZeroDivisionError" in QGuiApplication.clipboard().text()


# A good citizen.


def test_every_control_has_a_name(window, photo):
    kinds = (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox)
    controls = [w for kind in kinds for w in window.findChildren(kind) if w.isVisible()]
    assert len(controls) > 20
    nameless = [
        w
        for w in controls
        if not (w.accessibleName() or getattr(w, "text", str)())
        and not w.objectName().startswith("qt_")
        and w.focusPolicy() != Qt.FocusPolicy.NoFocus
    ]
    assert nameless == []


def test_every_action_is_in_a_menu(window):
    def in_menus(menu):
        for action in menu.actions():
            below = action.menu()
            yield from in_menus(below) if isinstance(below, QMenu) else [action]

    listed = {a for top in window.actions_.menus.actions() for a in in_menus(top.menu())}
    assert set(window.actions_.named.values()) <= listed


def test_no_key_means_two_things(window):
    actions = [*window.actions_.named.values(), *window.actions_.compare.actions()]
    keys = [key.toString() for action in actions for key in action.shortcuts()]
    assert len(keys) == len(set(keys))


def test_the_shortcuts_page_shows_all_of_them(window):
    text = Shortcuts(window.actions_.menus, window).findChild(QTextBrowser).toPlainText()
    for action in window.actions_.named.values():
        if action.shortcuts():
            assert action.text().replace("&", "").rstrip("…") in text


def test_the_keyboard_reaches_every_control(window, photo, qtbot):
    reached, widget = set(), window.viewer.nextInFocusChain()
    reached.add(window.viewer)
    while widget is not window.viewer:
        widget = widget.nextInFocusChain()
        if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            reached.add(widget)
    for wanted in (
        window.controls.preset,
        window.controls.denoise.button(0),
        window.controls.strength.slider,
        window.controls.grain.slider,
        window.controls.scale.button(3),
        window.controls.save,
        window.viewer,
    ):
        assert wanted in reached


@pytest.mark.parametrize("choice", ["dark", "light"])
def test_themes(window, choice):
    window.appearance.change_theme(choice)
    is_dark = window.palette().window().color().lightness() < 128
    assert is_dark == (choice == "dark")
    assert window._preferences.value.theme == choice


def test_the_photo_has_three_quarters_of_the_window(window, photo):
    share = window.viewer.width() * window.viewer.height() / (window.width() * window.height())
    assert share >= 0.75


def test_window_and_settings_are_remembered(window, photo, client, tmp_path):
    window.session.change(Settings(denoise=20.0))
    client.work()
    window.session._complete = False
    window.viewer.set_divider(0.3)
    window.close()
    assert window._settings.value("divider", type=float) == pytest.approx(0.3)
    assert PreferencesFile(window._preferences._path).value.settings == Settings(denoise=20.0)


def test_that_the_screen_is_full_is_shown_however_it_came(open_window):
    window = open_window()
    action = window.actions_.named["full_screen"]
    assert not action.isChecked()
    window.setWindowState(window.windowState() ^ Qt.WindowState.WindowFullScreen)
    QApplication.processEvents()
    assert action.isChecked()
    window.close()
    again = open_window()
    QApplication.processEvents()
    assert again.isFullScreen()
    action = again.actions_.named["full_screen"]
    assert action.isChecked()
    action.trigger()
    QApplication.processEvents()
    assert not again.isFullScreen()
    assert not action.isChecked()


def test_the_panel_can_be_hidden(window, photo):
    trigger(window, "controls")
    assert not window.controls.isVisible()
    trigger(window, "controls")
    assert window.controls.isVisible()


def test_model_cards_say_what_they_were_trained_on():
    html = cards_html(["denoiser", "deblocker", "upscaler-x2"], weights_dir())
    assert "BSDS500" in html
    assert "sigma 25: PSNR 3" in html
    assert "Removes the blocks of strong JPEG compression" in html
    assert "plausible, not recovered" in html


def test_model_cards_have_the_numbers_of_the_language(speak):
    speak("de")
    html = cards_html(["denoiser", "picture-estimator"], weights_dir())
    assert "PSNR 39,92 dB" in html
    assert "313.608" in html
    assert "31 of 31" in html


def test_a_catalog_that_is_gone_is_told(tmp_path):
    assert "cannot be read" in cards_html(["denoiser"], tmp_path)


def test_damaged_preferences_are_left_at_their_defaults(tmp_path):
    path = tmp_path / "preferences.json"
    wrong = '{"theme": 3, "recent": "x", "presets": [1, {"name": "x"}], "quality": 500}'
    for text in ("", "[]", "{", wrong):
        path.write_text(text)
        assert PreferencesFile(path).value == Preferences()


def test_a_path_that_nobody_may_look_at_is_opened_to_hear_why(
    window, client, monkeypatch, tmp_path
):
    def closed(path, **_options):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "is_dir", closed)
    window.session.open([tmp_path / "closed" / "a.png"])
    assert window.session.opening == tmp_path / "closed" / "a.png"


def test_names_that_are_not_utf_8_are_remembered(tmp_path):
    recent = (os.fsdecode(b"caf\xe9.jpg"),)
    PreferencesFile(tmp_path / "p.json").change(lambda _: Preferences(recent=recent))
    assert PreferencesFile(tmp_path / "p.json").value.recent == recent
    assert os.listdir(tmp_path) == ["p.json"]


def test_two_windows_keep_each_others_presets(tmp_path):
    one, other = (PreferencesFile(tmp_path / "p.json") for _ in range(2))
    one.change(lambda known: known.with_preset(Preset("Mine", Settings(scale=2))))
    other.change(lambda known: known.with_recent(tmp_path / "a.png"))
    kept = PreferencesFile(tmp_path / "p.json").value
    assert [preset.name for preset in kept.presets] == ["Mine"]
    assert kept.recent == (str(tmp_path / "a.png"),)


def test_a_disk_that_refuses_costs_no_change_before(tmp_path, monkeypatch):
    file = PreferencesFile(tmp_path / "p.json")
    file.change(lambda known: replace(known, quality=80))
    with monkeypatch.context() as refusing:
        refusing.setattr(preferences.os, "replace", no_room)
        file.change(lambda known: replace(known, theme="dark"))
        file.change(lambda known: replace(known, quality=70))
    assert (file.value.theme, file.value.quality) == ("dark", 70)
    file.change(lambda known: known.with_recent(tmp_path / "a.png"))
    assert PreferencesFile(tmp_path / "p.json").value == file.value
    (tmp_path / "p.json").write_text("{")
    file.change(lambda known: replace(known, quality=60))
    assert (file.value.theme, file.value.quality) == ("dark", 60)


def no_room(*_):
    raise OSError(errno.ENOSPC, "no room")


def test_preferences_survive_the_disk(tmp_path):
    wanted = Preferences(
        theme="dark", recent=("a", "b"), presets=(Preset("x", Settings(scale=2)),), quality=80
    )
    PreferencesFile(tmp_path / "p.json").change(lambda _: wanted)
    assert PreferencesFile(tmp_path / "p.json").value == wanted


def test_the_command_line_leaves_defaults_out(photo, tmp_path):
    target = tmp_path / "it's mine.png"
    text = command_line(photo, Settings(), target, Saving())
    assert shlex.split(text) == ["restorer", "restore", str(photo.path), "-o", str(target)]


def test_a_format_that_cannot_hold_the_result_is_refused_when_it_is_chosen(
    window, client, tmp_path, monkeypatch
):
    source = tmp_path / "clear.png"
    PillowImage.new("RGBA", (40, 30), (200, 100, 50, 128)).save(source)
    open_and_restore(window.session, client, source)
    refused = []
    monkeypatch.setattr(QMessageBox, "warning", lambda *words: refused.append(words[2]))
    asked = answer_save(monkeypatch, tmp_path / "out.jpg", tmp_path / "out.png")
    trigger(window, "save_as")
    client.work()
    assert refused == ["out.jpg: JPEG has no transparency. Choose .png, .webp or .tif."]
    assert asked[1] == tmp_path / "out.jpg"
    assert (tmp_path / "out.png").exists()
    assert not (tmp_path / "out.jpg").exists()


def test_the_command_line_replaces_what_save_has_written(photo, tmp_path):
    target = tmp_path / "out.png"
    target.touch()
    assert shlex.split(command_line(photo, Settings(), target, Saving()))[-1] == "--replace"


def test_a_proposed_name_is_never_the_originals(photo):
    assert proposed_target(photo) != photo.path
    assert proposed_target(photo, suffix=".jpg").name == "photo_restored.jpg"


@pytest.mark.parametrize(
    ("kind", "cleaner"),
    [
        ("fine", "denoiser"),
        ("saved", "degrainer"),
        ("coarse", "degrainer"),
        ("jpeg", "deblocker"),
    ],
)
def test_about_opens_with_the_models_of_the_photo(
    window, photo, client, monkeypatch, kind, cleaner
):
    named = []
    monkeypatch.setattr(
        main_window.AboutModels, "__init__", lambda _self, names, *_: named.append(names)
    )
    monkeypatch.setattr(main_window.AboutModels, "exec", lambda _self: 0)
    window.session.change(Settings(scale=3))
    client.work()
    window.session.noise = replace(window.session.noise, kind=kind)
    QPushButton.click(window.controls.about)
    photo = window.session.photo
    window.session.photo = replace(photo, rest=replace(photo.rest, jpeg=JpegCoding((), "4:4:4")))
    QPushButton.click(window.controls.about)
    assert named == [
        ["upscaler-x3", cleaner, estimator, "picture-estimator"]
        for estimator in ("estimator", "jpeg-estimator")
    ]


@pytest.mark.parametrize(("fast", "text"), [(0.372, "0.37"), (4.21, "4.2"), (257.3, "257")])
def test_speeds_are_plain_numbers(fast, text):
    assert speed(fast) == text
