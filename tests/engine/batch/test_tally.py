import pytest

from restorer.engine.batch.job import (
    BatchWaited,
    FileEnded,
    FileProgressed,
    FilesFound,
    FilesMeasured,
    FileStarted,
)
from restorer.engine.batch.journal import Entry
from restorer.engine.batch.plan import Item
from restorer.engine.batch.tally import Tally


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def done(name, megapixels):
    return FileEnded(Entry(name, "done", megapixels=megapixels))


@pytest.fixture
def clock():
    return Clock()


def test_the_time_left_goes_by_pixels_not_files(clock):
    tally = Tally(3, clock)
    tally.add(FilesMeasured(3, 1 + 1 + 98))
    tally.add(FileStarted("a", 1.0))
    clock.now = 2.0
    tally.add(done("a", 1.0))
    progress = tally.progress
    assert progress.megapixels_per_s == pytest.approx(0.5)
    assert progress.eta_s == pytest.approx(99 / 0.5)


def test_a_half_done_file_counts_half(clock):
    tally = Tally(1, clock)
    tally.add(FilesMeasured(1, 10))
    tally.add(FileStarted("a", 10.0))
    clock.now = 5.0
    tally.add(FileProgressed("a", 0.5))
    assert tally.progress.eta_s == pytest.approx(5.0)


def test_pauses_and_waits_are_no_slowness(clock):
    tally = Tally(2, clock)
    tally.add(FileStarted("a", 1.0))
    clock.now = 1.0
    tally.add(done("a", 1.0))
    clock.now = 100.0
    tally.rested()
    clock.now = 200.0
    tally.add(BatchWaited())
    assert tally.progress.megapixels_per_s == pytest.approx(1.0)


def test_what_earlier_runs_did_counts_as_done_but_not_as_speed(clock):
    tally = Tally(3, clock)
    tally.add(FilesMeasured(3, 3.0))
    tally.add(FileEnded(Entry("old", "done", megapixels=1.0), earlier=True))
    assert tally.progress.done == 1
    assert tally.progress.megapixels_per_s is None
    tally.add(FileStarted("a", 1.0))
    clock.now = 4.0
    tally.add(done("a", 1.0))
    assert tally.progress.eta_s == pytest.approx(4.0)


def test_what_is_no_picture_does_not_wait_in_the_estimate(clock):
    tally = Tally(2, clock)
    tally.add(FilesMeasured(1, 1.0))
    tally.add(FileEnded(Entry("bad", "failed")))
    tally.add(FileStarted("a", 1.0))
    clock.now = 1.0
    tally.add(done("a", 1.0))
    assert tally.progress.eta_s == 0
    assert (tally.progress.failed, tally.progress.ended) == (1, 2)


def test_a_clock_that_goes_backwards_does_no_harm(clock):
    tally = Tally(1, clock)
    tally.add(FileStarted("a", 1.0))
    clock.now = -50.0
    tally.add(done("a", 1.0))
    assert tally.progress.megapixels_per_s is None


def found(*names):
    return FilesFound(tuple(Item(name, name, name, 1) for name in names))


def test_files_that_come_later_are_counted(clock):
    tally = Tally(0, clock)
    tally.add(found("a", "b"))
    assert tally.progress.total == 2


def test_a_file_that_a_second_worker_finds_again_is_counted_once(clock):
    tally = Tally(0, clock)
    tally.add(found("a", "b"))
    tally.add(found("b"))
    assert tally.progress.total == 2
    tally.add(done("b", 1.0))
    tally.add(found("b"))
    assert tally.progress.total == 3, "it has changed"
