import threading
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QDragEnterEvent, QDropEvent

from restorer.cli import run as run_command_line
from restorer.engine.batch import journal
from restorer.engine.batch.job import (
    BatchNoted,
    BatchReady,
    BatchStopped,
    BatchWaited,
    FileEnded,
    FilesFound,
    FilesMeasured,
    FileStarted,
    FileSteppedDown,
)
from restorer.engine.batch.journal import Entry
from restorer.engine.batch.plan import Item, make_plan
from restorer.errors import BatchError
from restorer.gui.actions import Page
from restorer.gui.batch import runner
from restorer.gui.batch.page import FolderPage
from restorer.gui.batch.runner import BatchRunner
from restorer.gui.batch.table import State
from restorer.gui.widgets import MOST_NOTES_PX, Notes
from tests.gui.conftest import write_photo

PATIENCE_MS = 120_000  # only a failing test waits that long


class Script:
    """A supervisor that says what the test wants, one event at a time."""

    def __init__(self):
        self.jobs = []
        self.may_go_on = threading.Semaphore(0)
        self.closed = threading.Event()
        self.error = None

    def __call__(self, job, *, is_stopped):
        self.jobs.append(job)
        try:
            if self.error is not None:
                raise self.error
            yield BatchReady("a test")
            yield from self.notes
            yield FilesMeasured(len(job.plan.items), 12.0)
            for item in job.plan.items:
                yield FileStarted(item.name, 4.0)
                self.may_go_on.acquire()
                state = "failed" if "bad" in item.name else "done"
                reason = "bad.png is empty." if state == "failed" else None
                yield FileEnded(Entry(item.name, state, target=item.target, reason=reason))
            for items in self.later:
                yield FilesFound(items)
            if self.watches:
                yield BatchWaited()
                self.may_go_on.acquire()
            if self.stop:
                yield BatchStopped("The disk is full.")
        finally:
            self.closed.set()

    stop = False
    notes = ()
    later = ()
    watches = False


@pytest.fixture
def script():
    return Script()


@pytest.fixture
def page(qtbot, session, script, tiny_weights):
    made = FolderPage(session, BatchRunner(script), tiny_weights)
    qtbot.addWidget(made)
    yield made
    script.may_go_on.release(100)
    made.runner.cancel()
    made.runner.wait(10)
    made.thumbnails.stop()


@pytest.fixture
def folder(tmp_path):
    for name in ("a.png", "bad.png", "c.png"):
        write_photo(tmp_path / "Holiday" / name, 64, 48)
    return tmp_path / "Holiday"


def begin(page, folder, qtbot):
    page.take([folder])
    qtbot.mouseClick(page.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.model.rowCount() > 0)


def end(page, script, qtbot):
    script.may_go_on.release(100)
    qtbot.waitUntil(lambda: not page.runner.is_running)


def test_a_dropped_folder_gets_a_folder_for_its_results(page, folder):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(folder))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0)
    assert not page.start.isEnabled()
    page.dropEvent(QDropEvent(QPointF(1, 1), copy, data, left, none))
    assert page.output.text() == str(folder.with_name("Holiday restored"))
    assert page.start.isEnabled()


def test_the_results_of_a_whole_disk_get_a_folder_on_it(page):
    root = Path(Path.cwd().anchor)
    page.take([root])
    assert page.output.text() == str(root / "restored")
    assert page.start.isEnabled()


def test_another_folder_gets_another_folder_for_its_results(page, folder, tmp_path):
    page.take([folder])
    page.take([tmp_path])
    assert page.output.text() == str(tmp_path.with_name(f"{tmp_path.name} restored"))
    page.output.setText("mine")
    page.take([folder])
    assert page.output.text() == "mine"
    page.output.setText(" ")
    assert not page.start.isEnabled()


def test_tab_leads_out_of_the_table(page):
    assert not page.table.tabKeyNavigation()


def test_a_batch_runs_and_is_summed_up(page, folder, script, qtbot):
    begin(page, folder, qtbot)
    assert not page.recursive.isEnabled()
    with qtbot.waitSignal(page.finished) as said:
        script.may_go_on.release(100)
    assert said.args == ["2 done, 0 skipped, 1 failed, 0 not begun."]
    assert page.model.count(State.DONE) == 2
    assert page.retry.isVisibleTo(page)
    assert page.bar.value() == 1000


def test_it_takes_the_settings_of_the_panel(page, folder, script, qtbot, session):
    session.change(replace(session.settings, denoise=12.0, scale=2))
    page.recursive.setChecked(True)
    page.existing.setCurrentIndex(2)
    page.metadata.setCurrentIndex(1)
    page.template.setText("{name}_x{scale}.{ext}")
    begin(page, folder, qtbot)
    end(page, script, qtbot)
    job = script.jobs[0]
    assert (job.settings.denoise, job.settings.scale) == (12.0, 2)
    assert (job.selection.recursive, job.selection.existing) == (True, "number")
    assert job.plan.items[0].target == "a_x2.png"
    assert job.saving.strip_location
    assert job.resume


def test_pause_and_go_on(page, folder, script, qtbot):
    begin(page, folder, qtbot)
    page.pause.click()
    assert page.runner.is_paused
    assert page.pause.text() == "Go on"
    script.may_go_on.release(1)
    qtbot.waitUntil(lambda: page.model.count(State.DONE) == 1)
    page.pause.click()
    assert not page.runner.is_paused
    end(page, script, qtbot)
    assert page.model.count(State.DONE) == 2


def test_cancel_ends_the_job_and_keeps_what_is_done(page, folder, script, qtbot):
    begin(page, folder, qtbot)
    script.may_go_on.release(1)
    qtbot.waitUntil(lambda: page.model.count(State.DONE) == 1)
    page.cancel.click()
    end(page, script, qtbot)
    assert script.closed.is_set()
    assert page.model.count(State.WAITING) >= 1
    assert "1 done" in page.told.text()


def test_cancel_answers_at_once_and_the_row_in_hand_waits_again(page, folder, script, qtbot):
    begin(page, folder, qtbot)
    qtbot.waitUntil(lambda: page.model.count(State.WORKING) == 1)
    page.cancel.click()
    assert page.told.text() == "Stopping. What is done stays done."
    assert not page.cancel.isEnabled()
    end(page, script, qtbot)
    assert page.model.count(State.WORKING) == 0
    assert "not begun" in page.told.text()
    page.start.click()
    assert page.cancel.isEnabled()
    end(page, script, qtbot)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("~/Results", Path.home() / "Results"),
        (" /tmp/results ", Path("/tmp/results")),
        ("file:///tmp/my%20results", Path("/tmp/my results")),
        ("Results", "beside"),
    ],
)
def test_a_folder_is_typed_as_elsewhere(page, folder, script, qtbot, typed, meant):
    page.take([folder])
    page.output.setText(typed)
    page.start.click()
    end(page, script, qtbot)
    expected = folder.with_name("Results") if meant == "beside" else meant
    assert script.jobs[0].selection.output == expected
    assert page.output.text() == str(expected)


def test_what_is_dropped_while_a_folder_is_restored_is_refused(page, folder, script, qtbot):
    begin(page, folder, qtbot)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(folder))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0)
    event = QDragEnterEvent(QPoint(1, 1), copy, data, left, none)
    page.dragEnterEvent(event)
    assert event.dropAction() is Qt.DropAction.IgnoreAction
    end(page, script, qtbot)


def test_only_the_failed_are_tried_again(page, folder, script, qtbot):
    begin(page, folder, qtbot)
    end(page, script, qtbot)
    page.retry.click()
    end(page, script, qtbot)
    assert script.jobs[1].retry_failed


def test_of_another_folder_nothing_has_failed_yet(page, folder, script, qtbot, tmp_path):
    begin(page, folder, qtbot)
    end(page, script, qtbot)
    page.take([write_photo(tmp_path / "Other" / "a.png", 64, 48).parent])
    assert not page.retry.isVisibleTo(page)
    page.take([folder])
    assert page.retry.isVisibleTo(page)
    page.output.setText("elsewhere")
    assert not page.retry.isVisibleTo(page)


def test_why_a_batch_cannot_go_on_is_told_also_to_the_desktop(page, folder, script, qtbot):
    script.stop = True
    begin(page, folder, qtbot)
    with qtbot.waitSignal(page.finished) as said:
        script.may_go_on.release(100)
    assert said.args == ["The disk is full."]
    assert page.told.text() == "The disk is full."


def test_photos_that_come_while_watching_are_in_table_and_report(
    page, folder, script, qtbot, monkeypatch
):
    reported = []
    monkeypatch.setattr(page.reporter, "start", reported.append)
    late = Item("late.png", str(folder / "late.png"), "late.png", 100)
    script.later = ((late,),)
    begin(page, folder, qtbot)
    end(page, script, qtbot)
    assert page.model.index(3, 0).data() == "late.png"
    assert page.told.text() == "2 done, 0 skipped, 1 failed, 1 not begun."
    page.report.click()
    assert reported[0].items[-1] == late


def test_what_should_be_read_stays_until_the_next_start(page, folder, script, qtbot):
    full = "Memory was full: continuing in smaller tiles"
    script.notes = (
        BatchNoted("The results will take about 90 GB, and 3 GB are free."),
        FileSteppedDown("a.png", full, "a test"),
        FileSteppedDown("c.png", full, "a test"),
    )
    begin(page, folder, qtbot)
    end(page, script, qtbot)
    assert page.notes.isVisibleTo(page)
    assert page.notes.text.split("\n") == [script.notes[0].sentence, f"a.png: {full}"]
    script.notes = ()
    page.start.click()
    assert not page.notes.isVisibleTo(page)
    end(page, script, qtbot)
    assert page.notes.text == ""


def test_every_folder_that_cannot_be_read_is_named_and_counted(
    page, folder, script, qtbot, monkeypatch
):
    problems = ("The folder one cannot be read.", "The folder two cannot be read.")
    monkeypatch.setattr(
        runner, "make_plan", lambda selection: replace(make_plan(selection), problems=problems)
    )
    begin(page, folder, qtbot)
    end(page, script, qtbot)
    assert page.notes.text.split("\n") == list(problems)
    assert page.told.text().endswith("0 not begun. Folders that could not be read: 2.")


def test_a_hundred_notes_leave_room_for_the_table(page, qtbot):
    page.resize(700, 600)
    page.show()
    for number in range(100):
        page._note(f"The folder {number} cannot be read.")
    few = Notes()
    qtbot.addWidget(few)
    few.show_sentences(["One."])
    assert few.height() < page.notes.height() == MOST_NOTES_PX


def test_that_a_batch_only_waits_is_told(page, folder, script, qtbot):
    script.watches = True
    begin(page, folder, qtbot)
    script.may_go_on.release(3)
    qtbot.waitUntil(lambda: "waiting for new photos" in page.told.text())
    assert page.told.text() == "3 of 3,  1 failed,  waiting for new photos"
    end(page, script, qtbot)


def test_a_job_that_cannot_begin_is_told(page, folder, script, qtbot):
    script.error = BatchError("The journal cannot be written.")
    begin(page, folder, qtbot)
    end(page, script, qtbot)
    assert page.told.text() == "The journal cannot be written."


def test_names_that_cannot_be_are_told_before_the_start(page, folder, script):
    page.take([folder])
    page.template.setText("result.{ext}")
    page.start.click()
    assert "needs {name}" in page.told.text()
    assert script.jobs == []


def test_a_missing_folder_is_told(page, tmp_path, script, qtbot):
    page.take([tmp_path / "missing"])
    page.start.click()
    qtbot.waitUntil(lambda: not page.runner.is_running)
    assert "missing" in page.told.text()


def test_files_of_one_state_are_shown(page, folder, script, qtbot):
    begin(page, folder, qtbot)
    end(page, script, qtbot)
    page.filter.setCurrentIndex(page.filter.findData(State.FAILED))
    assert page.model.rowCount() == 1
    assert "bad.png is empty." in page.model.index(0, 5).data()


def test_a_photo_is_opened_from_the_table(page, folder, script, qtbot):
    begin(page, folder, qtbot)
    with qtbot.waitSignal(page.open_wanted, timeout=0) as told:
        page.table.activated.emit(page.model.index(2, 0))
    assert told.args == [folder / "c.png"]


def test_a_real_batch_that_the_command_line_takes_up(
    qtbot, session, folder, tiny_weights, monkeypatch
):
    page = FolderPage(session, BatchRunner(), tiny_weights)
    qtbot.addWidget(page)
    (folder / "bad.png").write_bytes(b"")
    page.take([folder])
    page.start.click()
    qtbot.waitUntil(lambda: page.model.rowCount() == 3, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: not page.runner.is_running, timeout=PATIENCE_MS)
    assert page.told.text() == "2 done, 0 skipped, 1 failed, 0 not begun."
    output = folder.with_name("Holiday restored")
    assert (output / "a.png").exists()
    assert {e.state for e in journal.read(output).entries.values()} == {"done", "failed"}
    shown = []
    monkeypatch.setattr(QDesktopServices, "openUrl", shown.append)
    page.report.click()
    qtbot.waitUntil(lambda: bool(shown), timeout=PATIENCE_MS)
    assert shown == [QUrl.fromLocalFile(str(output / "report.html"))]
    assert (output / "report.html").exists()
    before = (output / "a.png").stat().st_mtime_ns
    words = ["batch", str(folder), str(output), "--resume", "--weights", str(tiny_weights)]
    assert run_command_line(words) == 1  # the bad one
    assert (output / "a.png").stat().st_mtime_ns == before
    page.thumbnails.stop()


def test_pages_are_turned(window, qtbot):
    assert window.header.of_photo.isVisible()
    next(a for a in window.actions_.page.actions() if a.data() is Page.FOLDER).trigger()
    assert window.page is Page.FOLDER
    assert window.folder.isVisible()
    assert not window.header.of_photo.isVisible()
    assert window.controls.isVisible()
    window._show_title("40 %")
    assert window.windowTitle() == "40 % – Restorer"


def test_a_photo_of_the_table_is_shown_on_its_page(window, client, photo_file):
    window.show_page(Page.FOLDER)
    window.folder.open_wanted.emit(photo_file)
    client.work()
    assert window.page is Page.PHOTO
    assert window.session.photo.name == "photo.png"
