"""The supervisor against children that die as they are told, and once against the real run."""

import multiprocessing
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from restorer.engine.batch import journal, supervisor
from restorer.engine.batch.job import BatchNoted, BatchReady, FileEnded
from restorer.engine.batch.journal import Journal
from restorer.engine.batch.supervisor import supervise
from restorer.errors import BatchError
from tests.engine.batch.children import (
    die_after_1,
    die_at_once,
    die_in_1,
    die_reading_1,
    die_with_1_and_2_in_hand,
    do,
    hang,
    lose_the_disk,
    refuse,
)
from tests.engine.batch.jobs import again, ended, files, job_of, saved, states


@pytest.fixture(autouse=True)
def importable(monkeypatch):
    """The children find this module too, however pytest was started."""
    monkeypatch.syspath_prepend(Path(__file__).parents[3])


@pytest.fixture
def job(tmp_path, tiny_weights):
    for i in range(3):
        saved(tmp_path / "in" / f"{i}.png", seed=i)
    return job_of(tmp_path / "in", tmp_path / "out", tiny_weights)


def test_a_file_that_takes_the_process_down_twice_is_set_aside(job):
    events = list(supervise(job, die_in_1))
    assert states(events) == {"0.png": "done", "1.png": "failed", "2.png": "done"}
    assert len([event for event in events if isinstance(event, BatchNoted)]) == 2
    assert "SIGKILL" in next(e.sentence for e in events if isinstance(e, BatchNoted))


def test_a_crash_is_not_blamed_again_on_what_was_in_hand_at_an_earlier_one(job):
    events = list(supervise(job, die_with_1_and_2_in_hand))
    assert states(events) == {"0.png": "done", "1.png": "failed", "2.png": "done"}
    assert journal.read(job.plan.output).in_hand == set()


def test_a_file_that_ended_unheard_is_heard_of_all_the_same(job):
    events = list(supervise(job, die_after_1))
    assert states(events) == dict.fromkeys(("0.png", "1.png", "2.png"), "done")
    assert len([event for event in events if isinstance(event, FileEnded)]) == 3


def test_a_process_that_cannot_even_begin_is_not_tried_for_ever(job):
    with pytest.raises(BatchError, match="SIGKILL"):
        list(supervise(job, die_at_once))


def test_why_a_job_is_refused_is_told(job):
    with pytest.raises(BatchError, match="no such device"):
        list(supervise(job, refuse))


def test_an_error_of_the_system_is_told_and_not_taken_for_a_death(job):
    with pytest.raises(BatchError, match="disk cannot be reached"):
        list(supervise(job, lose_the_disk))


def test_stopping_to_iterate_ends_the_process(job):
    events = supervise(job, do)
    next(events)
    events.close()
    assert len(journal.read(job.plan.output).files("done")) <= 2
    with Journal(job.plan.output, patience_s=0):
        pass  # nobody holds the lock any more


def test_a_process_that_hangs_is_waited_for_no_longer_than_it_is_wanted(job, monkeypatch):
    monkeypatch.setattr(supervisor, "PATIENCE_S", 0.1)
    stopped = threading.Event()
    events = supervise(job, hang, is_stopped=stopped.is_set)
    assert next(events) == BatchReady("a test")
    stopped.set()
    assert list(events) == []
    assert not multiprocessing.active_children()


def test_the_real_run_in_a_process_of_its_own(job):
    events = list(supervise(job))
    assert set(states(events).values()) == {"done"}
    assert ended(events)["0.png"].width == 40
    assert len(files(job.plan.output)) == 3


def test_of_all_that_are_in_hand_only_the_culprit_is_set_aside(job):
    found = ended(supervise(job, die_reading_1))
    assert {name: entry.state for name, entry in found.items()} == {
        "0.png": "done",
        "1.png": "failed",
        "2.png": "done",
    }
    assert "took the program down twice" in found["1.png"].reason
    assert set(files(job.plan.output)) == {"0.png", "2.png"}
    assert not list(job.plan.output.rglob("*.part"))


def test_what_was_done_earlier_is_heard_of_once_whoever_finds_it_again(tmp_path, tiny_weights):
    for i in (0, 2):
        saved(tmp_path / "in" / f"{i}.png", seed=i)
    job = job_of(tmp_path / "in", tmp_path / "out", tiny_weights, resume=True)
    list(supervise(job))
    saved(tmp_path / "in" / "1.png", seed=1)
    heard = [e for e in supervise(again(job), die_reading_1) if isinstance(e, FileEnded)]
    assert sorted(e.entry.name for e in heard) == ["0.png", "1.png", "2.png"]


def test_the_supervising_process_needs_no_torch():
    modules = "supervisor, plan, journal, job, tally, triage, watch, meter"
    command = (
        f"import sys; from restorer.engine.batch import {modules}; print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, check=True)
    assert done.stdout.strip() == b"False"
