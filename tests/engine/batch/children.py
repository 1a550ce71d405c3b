"""What the supervisor's children do in tests; quick to import, for there is no torch."""

import errno
import os
import signal
import time

from restorer.engine.batch import journal
from restorer.engine.batch.job import BatchReady, FileEnded
from restorer.engine.batch.journal import ENDED, Entry, Journal
from restorer.errors import BatchError


def do(job, *, deadly=(), after=()):
    """Does the files in order, without networks; dies in the middle of `deadly` ones.

    `after`: dies when those are in the journal, before anybody hears of it.
    """
    history = journal.read(job.plan.output, start=job.since or 0)
    for item in job.plan.items:
        if item.path in history.files(*ENDED):
            continue
        with Journal(job.plan.output) as writing:
            if history.crashes.get(item.path, 0) >= 2:
                entry = Entry(item.name, "failed", source=item.path, reason="set aside")
            else:
                writing.append(Entry(item.name, "started", source=item.path))
                if item.name in deadly:
                    os.kill(os.getpid(), signal.SIGKILL)
                entry = Entry(item.name, "done", source=item.path)
            writing.append(entry)
        if item.name in after:
            os.kill(os.getpid(), signal.SIGKILL)
        yield FileEnded(entry)


def die_in_1(job):
    return do(job, deadly=("1.png",))


def die_after_1(job):
    return do(job, after=("1.png",))


def die_with_1_and_2_in_hand(job):
    """1.png takes it down each time; the first time 2.png had been begun too."""
    if not journal.read(job.plan.output, start=job.since or 0).crashes:
        with Journal(job.plan.output) as writing:
            writing.append(Entry("2.png", "started", source=job.plan.items[2].path))
    return do(job, deadly=("1.png",))


def die_at_once(job):
    os.kill(os.getpid(), signal.SIGKILL)
    yield


def hang(_job):
    """As on a share that is gone."""
    yield BatchReady("a test")
    time.sleep(3600)


def lose_the_disk(job):
    yield from do(job)
    raise OSError(errno.EIO, "the disk cannot be reached")


def refuse(job):
    raise BatchError("There is no such device.")
    yield


def work(job):
    """The real run, to its end or until it is killed."""
    from restorer.engine.batch.run import run

    for _ in run(job):
        pass


def die_reading_1(job):
    """The real run, which 1.png takes down each time, whatever else is in hand."""
    from restorer.engine.batch.run import run
    from restorer.engine.photo import Workshop

    read = Workshop.read

    def deadly(self, source):
        if source.name == "1.png":
            os.kill(os.getpid(), signal.SIGKILL)
        return read(self, source)

    Workshop.read = deadly
    return run(job)
