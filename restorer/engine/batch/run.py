"""A job as a generator of events: to pause, do not iterate; to cancel, stop iterating."""

from __future__ import annotations

import datetime as dt
import shutil
import time
from collections.abc import Callable, Iterator

from restorer import __version__
from restorer.engine.batch.job import (
    BatchNoted,
    BatchReady,
    BatchStopped,
    BatchWaited,
    Event,
    FilesFound,
    Job,
)
from restorer.engine.batch.journal import ENDED, Heading, History, Journal
from restorer.engine.batch.line import Line
from restorer.engine.batch.meter import Meter
from restorer.engine.batch.plan import Item, sweep
from restorer.engine.batch.triage import Triage, alone_last, to_do
from restorer.engine.batch.watch import POLL_S, Arrivals
from restorer.engine.device import ladder
from restorer.engine.photo import Workshop
from restorer.errors import BatchError, DiskFull


def run(job: Job, *, wait: Callable[[float], None] = time.sleep) -> Iterator[Event]:
    """Does the job in this process; ends with its last file, or with BatchStopped.

    Each file that ends is in the journal before it is heard of. A file that fails ends only itself.
    What ends the batch is a full disk or a journal that cannot be written. `wait`: how to let time
    pass while watching.

    Raises WeightsError, DeviceUnavailable or BatchError before any file is touched.
    """
    workshop = Workshop.open(job.settings, job.weights)
    yield BatchReady(str(ladder(job.settings.device)[0]))
    output = job.plan.output
    with Journal(output) as journal:
        history, items = to_do(job)
        sweep(job.plan)
        journal.begin(_heading(job, workshop))
        if note := _note_on_space(job, items, history):
            yield BatchNoted(note)
        triage = Triage(job, history, workshop.checksums())
        meter = Meter()
        line = Line(workshop, triage, journal, meter, job)
        try:
            if job.since is None:  # else it may have been a header that took the worker down
                meter.start(items)
            yield from _in_turn(line, items, history)
            if job.watch:
                yield from _watched(job, line, history, wait)
        except (BatchError, DiskFull) as error:
            yield from line.last_events()
            yield BatchStopped(str(error))
        finally:
            meter.stop()
            line.close()


def _in_turn(line: Line, items: tuple[Item, ...], history: History) -> Iterator[Event]:
    together, alone = alone_last(items, history.crashes.__contains__)
    yield from line.work(together)
    for item in alone:
        yield from line.work([item])


def _watched(
    job: Job, line: Line, history: History, wait: Callable[[float], None]
) -> Iterator[Event]:
    arrivals = Arrivals(job.selection, job.plan, history.files(*ENDED))
    while True:
        yield BatchWaited()
        wait(POLL_S)
        if items := arrivals.poll():
            yield FilesFound(items)
            yield from _in_turn(line, items, history)


def _heading(job: Job, workshop: Workshop) -> Heading:
    return Heading(
        version=__version__,
        started=dt.datetime.now().astimezone().isoformat(timespec="seconds"),
        sources=tuple(str(source) for source in job.selection.sources),
        settings=job.settings.to_json(),
        weights=workshop.checksums(),
    )


def _note_on_space(job: Job, items: tuple[Item, ...], history: History) -> str | None:
    """A warning if the results, guessed from the sources' sizes, will not find room."""
    needed = sum(item.size_bytes for item in items if item.path not in history.done)
    needed *= job.settings.scale**2
    free = shutil.disk_usage(job.plan.output).free
    if needed <= free:
        return None
    return (
        f"The results will take about {_gigabytes(needed)}, and {_gigabytes(free)} are free in "
        f"{job.plan.output}. When the disk is full the batch stops, and can go on later."
    )


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.1f} GB"
