import threading
from dataclasses import replace

import pytest
from PIL import Image as PillowImage
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QTableView

from restorer.engine.batch.job import FileEnded, FileProgressed, FilesFound, FileStarted
from restorer.engine.batch.journal import Entry
from restorer.engine.batch.plan import Item, Plan
from restorer.gui.batch import thumbnails
from restorer.gui.batch.table import MOST_MOVED, BatchModel, Column, State
from restorer.gui.batch.thumbnails import SIDE_PX, Thumbnails, small_image


def plan_of(folder, count):
    items = (
        Item(f"{i}.jpg", str(folder / f"{i}.jpg"), f"{i}.jpg", 1_500_000) for i in range(count)
    )
    return Plan(folder, tuple(items))


@pytest.fixture
def model(qapp, qtmodeltester, tmp_path):
    thumbnails = Thumbnails()
    made = BatchModel(thumbnails)
    made.show_plan(plan_of(tmp_path, 5))
    qtmodeltester.check(made)
    yield made
    thumbnails.stop()


def row(model, number):
    return [model.index(number, column).data() for column in Column]


def failed(name, reason):
    return FileEnded(Entry(name, "failed", reason=reason))


def test_all_files_wait_at_first(model):
    assert model.rowCount() == 5
    assert row(model, 3) == ["3.jpg", "1.5 MB", "waiting", "", "", ""]


def test_what_happens_to_a_file_is_shown(model, qtbot):
    with qtbot.waitSignal(model.dataChanged, timeout=0):
        model.hear([FileStarted("1.jpg", 12.0), FileProgressed("1.jpg", 0.5)])
    assert row(model, 1)[Column.STATE] == "50 %"
    entry = Entry("1.jpg", "done", target="1.jpg", sigma=12.34, seconds=3.21)
    model.hear([FileEnded(entry), failed("2.jpg", "2.jpg is empty.")])
    assert row(model, 1)[2:] == ["done", "12.3", "3.2 s", "1.jpg"]
    assert row(model, 2)[2:] == ["failed", "", "", "2.jpg is empty."]
    assert model.count(State.FAILED) == 1


def test_what_is_selected_stays_so_while_others_leave_the_filter(model, qtbot):
    table = QTableView()
    qtbot.addWidget(table)
    table.setModel(model)
    model.filter(State.WAITING)
    table.setCurrentIndex(model.index(3, 0))
    model.hear([FileStarted("1.jpg", 12.0), failed("4.jpg", "x")])
    assert [model.index(row, 0).data() for row in range(3)] == ["0.jpg", "2.jpg", "3.jpg"]
    assert table.currentIndex().data() == "3.jpg"
    assert [index.data() for index in table.selectedIndexes()] == ["3.jpg"]
    model.settle()
    assert model.index(1, 0).data() == "1.jpg"
    assert model.rowCount() == 4


def test_many_that_leave_the_filter_at_once_leave_it_too(model, tmp_path):
    model.show_plan(plan_of(tmp_path, MOST_MOVED + 2))
    model.filter(State.WAITING)
    model.hear([failed(f"{number}.jpg", "x") for number in range(MOST_MOVED + 1)])
    assert model.rowCount() == 1


def test_what_is_in_hand_when_the_job_ends_waits_again(model):
    model.hear([FileStarted("1.jpg", 12.0), FileProgressed("1.jpg", 0.9)])
    model.settle()
    assert row(model, 1)[Column.STATE] == "waiting"
    assert model.count(State.WAITING) == 5


def test_events_of_unknown_files_are_left_out(model):
    model.hear([failed("other.jpg", "x")])
    assert model.count(State.WAITING) == 5


def test_files_that_are_found_while_watching_get_rows(model, qtbot, tmp_path):
    old, new = plan_of(tmp_path, 6).items[1::4]
    changed = replace(old, size_bytes=9)
    model.hear([failed("1.jpg", "broken"), FileProgressed("1.jpg", 0.37)])
    with qtbot.waitSignal(model.rowsInserted, timeout=0):
        model.hear([FilesFound((new, changed)), FileStarted("5.jpg", 1.0)])
    assert model.rowCount() == 6
    assert row(model, 5)[:3] == ["5.jpg", "1.5 MB", "0 %"]
    assert row(model, 1)[:3] == ["1.jpg", "1 kB", "waiting"]
    assert row(model, 1)[Column.REASON] == ""
    assert model.item(model.index(5, 0)) == new


def test_files_that_are_found_obey_the_filter(model, tmp_path):
    model.filter(State.DONE)
    new = plan_of(tmp_path, 6).items[5]
    model.hear([FilesFound((new,))])
    assert model.rowCount() == 0
    model.hear([FileEnded(Entry(new.name, "done", target=new.target))])
    assert row(model, 0)[0] == "5.jpg"
    model.filter(State.WAITING)
    model.hear([FilesFound((new,))])
    assert model.rowCount() == 6


def test_a_filter_shows_one_state_and_follows_it(model):
    model.filter(State.FAILED)
    assert model.rowCount() == 0
    model.hear([failed("3.jpg", "broken")])
    assert row(model, 0)[0] == "3.jpg"
    assert model.item(model.index(0, 0)).name == "3.jpg"
    model.filter(State.WAITING)
    assert [model.index(i, 0).data() for i in range(4)] == ["0.jpg", "1.jpg", "2.jpg", "4.jpg"]
    model.filter(None)
    assert model.rowCount() == 5


def test_two_hundred_thousand_rows_cost_only_what_is_asked_for(qapp, tmp_path):
    thumbnails = Thumbnails()
    model = BatchModel(thumbnails)
    model.show_plan(plan_of(tmp_path, 200_000))
    assert model.rowCount() == 200_000
    assert row(model, 199_999)[0] == "199999.jpg"
    assert thumbnails._kept == {}
    assert thumbnails._waiting == []
    thumbnails.stop()


def test_a_thumbnail_comes_later(model, tmp_path, qtbot, monkeypatch):
    may_read = threading.Event()
    monkeypatch.setattr(
        thumbnails, "small_image", lambda path: may_read.wait(60) and small_image(path)
    )
    (folder := tmp_path / "pictures").mkdir()
    PillowImage.new("RGB", (300, 200), (200, 30, 30)).save(folder / "0.jpg")
    model.show_plan(plan_of(folder, 1))
    index = model.index(0, 0)
    roles = Qt.ItemDataRole

    def shown():
        return index.data(roles.DecorationRole).pixelColor(18, 18)

    assert shown().alpha() == 0
    may_read.set()
    qtbot.waitUntil(lambda: shown().alpha() == 255)
    colour = shown()
    assert abs(colour.red() - QColor(200, 30, 30).red()) < 6


def test_thumbnails_are_square_and_bad_files_have_none(tmp_path):
    path = tmp_path / "a.png"
    PillowImage.new("L", (500, 20), 90).save(path)
    image = small_image(path)
    assert (image.width(), image.height()) == (SIDE_PX, SIDE_PX)
    path.write_text("no picture")
    assert small_image(path) is None
    assert small_image(tmp_path / "missing.png") is None
