import multiprocessing
import re
from pathlib import Path

import pytest

from restorer.engine.batch.plan import Plan
from restorer.gui.batch import reporter as module
from restorer.gui.batch.reporter import Reporter

PATIENCE_MS = 120_000  # only a failing test waits that long


@pytest.fixture
def reporter(qapp):
    made = Reporter()
    yield made
    made.stop()


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_report_is_all_that_is_left(reporter, qtbot, tmp_path):
    with qtbot.waitSignal(reporter.ended, timeout=PATIENCE_MS) as told:
        reporter.start(Plan(tmp_path, ()))
    assert told.args == [tmp_path / "report.html", ""]
    assert names(tmp_path) == ["report.html"]


def test_a_report_that_was_stopped_leaves_nothing(reporter, tmp_path):
    reporter.start(Plan(tmp_path, ()))
    process = reporter._process
    reporter.stop()
    assert not process.is_alive()
    assert names(tmp_path) == []


def test_a_folder_that_is_gone_is_said(reporter, qtbot, tmp_path):
    with qtbot.waitSignal(reporter.ended) as told:
        reporter.start(Plan(tmp_path / "gone", ()))
    assert re.match(r"report\.html: .+ cannot be used: No such file or directory", told.args[1])


def test_a_process_that_dies_is_said(reporter, qtbot, tmp_path):
    with qtbot.waitSignal(reporter.ended) as told:
        reporter.start(Plan(tmp_path, ()))
        reporter._process.kill()
    assert "was not written" in told.args[1]
    assert names(tmp_path) == []


def test_whatever_goes_wrong_is_said(monkeypatch):
    def fail(*_):
        raise MemoryError

    monkeypatch.setattr(module, "write_report", fail)
    ours, theirs = multiprocessing.Pipe()
    ours.send(Plan(Path(), ()))
    module.write(theirs, Path("report.html"))
    assert ours.recv().startswith("report.html: There is not enough memory")
