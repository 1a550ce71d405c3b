"""Reading, networks and writing side by side, so that the networks never wait for the disk."""

from __future__ import annotations

import queue
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from restorer.engine.batch.job import (
    Event,
    FileEnded,
    FileProgressed,
    FilesMeasured,
    FileStarted,
    FileSteppedDown,
    Job,
)
from restorer.engine.batch.journal import Entry, Journal
from restorer.engine.batch.meter import Meter
from restorer.engine.batch.plan import Item
from restorer.engine.batch.triage import Todo, Triage
from restorer.engine.device import ladder
from restorer.engine.photo import FileOpened, FileProcessed, FileRestored, Workshop, write
from restorer.engine.restore import SteppedDown, TileDone
from restorer.engine.resultfile import make_folder
from restorer.engine.wording import failure_text
from restorer.errors import BatchError, DiskFull

HELD_BYTES: Final = 512 << 20  # of pictures that wait before or behind the networks
_BYTES_A_PIXEL: Final = 3
_PIXELS_A_BYTE: Final = 4  # of a file whose header has not been seen yet


@dataclass(frozen=True, slots=True)
class _Opened:
    """A photo that has been read and waits for the networks."""

    todo: Todo
    photo: FileOpened

    @property
    def megapixels(self) -> float:
        return self.photo.image.megapixels


@dataclass(frozen=True, slots=True)
class _Read:
    """A reader is done with an item: it waits for the networks, or has ended."""

    item: Item
    outcome: _Opened | FileEnded


@dataclass(frozen=True, slots=True)
class _Written:
    """A writer is done with a result."""

    ended: FileEnded
    held_bytes: int


@dataclass(frozen=True, slots=True)
class _Broken:
    """A thread found that the batch cannot go on."""

    error: BatchError | DiskFull


_Message = _Read | _Written | _Broken


class Line:
    """Threads that read, the networks in the caller's, threads that write.

    All counting is done in the caller's thread; the others only put messages into the inbox.
    """

    def __init__(
        self, workshop: Workshop, triage: Triage, journal: Journal, meter: Meter, job: Job
    ) -> None:
        self._workshop = workshop
        self._triage = triage
        self._journal = journal
        self._meter = meter
        self._workers = job.workers
        self._saving = job.saving
        # On a GPU's time; where the CPU does it all, it would only take turns with itself.
        self._estimates_ahead = ladder(job.settings.device)[0].device.type != "cpu"
        self._output = job.plan.output
        self._readers = ThreadPoolExecutor(job.workers, "reader")
        self._writers = ThreadPoolExecutor(job.workers, "writer")
        self._inbox: queue.SimpleQueue[_Message] = queue.SimpleQueue()
        self._opened: deque[_Opened] = deque()
        self._reading: dict[str, int] = {}  # bytes that each will take, until the networks are done
        self._writing = self._writing_bytes = 0
        self._told = FilesMeasured(0, 0.0)

    def work(self, items: Iterable[Item]) -> Iterator[Event]:
        """All of these files, in the order in which they are read.

        Raises BatchError or DiskFull if the batch cannot go on.
        """
        ahead = deque(items)
        while True:
            self._feed(ahead)
            yield from self._heard(block=False)
            if self._opened:
                yield from self._process(self._opened.popleft(), ahead)
            elif self._reading or self._writing:
                yield from self._heard(block=True)
            elif not ahead:
                return

    def last_events(self) -> Iterator[Event]:
        """After an error: lets writers finish what they have begun, and tells of it."""
        self.close()
        while not self._inbox.empty():
            message = self._inbox.get()
            if isinstance(message, _Written):
                yield message.ended
            elif isinstance(message, _Read) and isinstance(message.outcome, FileEnded):
                yield message.outcome

    def close(self) -> None:
        """Begins nothing new and waits for what is being read and written."""
        for threads in (self._readers, self._writers):
            threads.shutdown(wait=True, cancel_futures=True)

    def _feed(self, ahead: deque[Item]) -> None:
        """Starts as many reads as there is room for; one photo too large for it may always come."""
        while ahead and len(self._reading) <= self._workers:
            megapixels = self._meter.known(ahead[0])
            pixels = ahead[0].size_bytes * _PIXELS_A_BYTE
            if megapixels is not None:
                pixels = int(megapixels * 1e6)
            coming = pixels * _BYTES_A_PIXEL
            if self._reading and sum(self._reading.values()) + coming > HELD_BYTES:
                return
            item = ahead.popleft()
            self._reading[item.path] = coming
            self._readers.submit(self._guarded, partial(self._read, item))

    def _heard(self, *, block: bool) -> Iterator[Event]:
        """What the threads have to say; with `block` at least one of them."""
        while block or not self._inbox.empty():
            message = self._inbox.get()
            block = False
            if isinstance(message, _Broken):
                raise message.error
            if isinstance(message, _Written):
                self._writing -= 1
                self._writing_bytes -= message.held_bytes
                yield from self._measured()
                yield message.ended
            elif isinstance(message.outcome, _Opened):
                self._opened.append(message.outcome)
            else:
                del self._reading[message.item.path]
                yield from self._measured()
                yield message.outcome

    def _measured(self) -> Iterator[FilesMeasured]:
        measured = self._meter.measured
        if measured != self._told:
            self._told = measured
            yield measured

    def _process(self, opened: _Opened, ahead: deque[Item]) -> Iterator[Event]:
        """One photo through the networks; then it is handed to the writers."""
        todo, name = opened.todo, opened.todo.item.name
        yield from self._measured()
        yield FileStarted(name, opened.megapixels)
        processed = None
        try:
            for event in self._workshop.process(opened.photo):
                if isinstance(event, TileDone):
                    yield FileProgressed(name, event.done_px / event.total_px)
                elif isinstance(event, SteppedDown):
                    yield FileSteppedDown(name, event.reason, event.now_on)
                elif isinstance(event, FileProcessed):
                    processed = event
                self._feed(ahead)
                yield from self._heard(block=False)
        except (BatchError, DiskFull):
            raise
        except Exception as error:  # noqa: BLE001  one photo must not end the others
            yield self._failed(todo, error, opened.megapixels)
        finally:
            self._reading.pop(todo.item.path, None)
        if processed is not None:
            held = processed.restoration.out.nbytes
            while self._writing and (
                self._writing > self._workers or self._writing_bytes + held > HELD_BYTES
            ):
                yield from self._heard(block=True)
            self._writing += 1
            self._writing_bytes += held
            write_it = partial(self._write, todo, processed, opened.megapixels)
            self._writers.submit(self._guarded, write_it)

    def _guarded(self, step: Callable[[], _Message]) -> None:
        """A thread's step; whatever it raises gets home."""
        try:
            message = step()
        except (BatchError, DiskFull) as error:
            message = _Broken(error)
        except BaseException as error:  # noqa: BLE001  a thread that dies would hang the batch
            message = _Broken(BatchError(failure_text(error)))
        self._inbox.put(message)

    def _read(self, item: Item) -> _Message:
        decided = self._triage.decide(item)
        if isinstance(decided, FileEnded):
            if not (decided.earlier and self._triage.is_told(decided.entry)):
                self._take_down(decided.entry)
            return _Read(item, decided)
        self._take_down(decided.started)
        try:
            photo = self._workshop.read(item.source)
            photo.check_fits(self._output / decided.target, self._saving)
            if self._estimates_ahead:
                photo = self._workshop.estimate(photo)
            decided.check_unchanged()
        except Exception as error:  # noqa: BLE001  one photo must not end the others
            return _Read(item, self._failed(decided, error, self._meter.of(item)))
        self._meter.note(item, photo.image.megapixels)
        return _Read(item, _Opened(decided, photo))

    def _write(self, todo: Todo, processed: FileProcessed, megapixels: float) -> _Message:
        target = self._output / todo.target
        held = processed.restoration.out.nbytes
        try:
            make_folder(target.parent)
            _check_space(target, held)
            done = write(processed, target, self._saving)
        except DiskFull:
            raise
        except Exception as error:  # noqa: BLE001  one photo must not end the others
            return _Written(self._failed(todo, error, megapixels), held)
        entry = _done(todo, done, megapixels)
        self._take_down(entry)
        return _Written(FileEnded(entry), held)

    def _failed(self, todo: Todo, error: Exception, megapixels: float | None) -> FileEnded:
        reason = failure_text(error, todo.item.source.name)
        entry = replace(todo.entry("failed"), reason=reason, megapixels=megapixels)
        self._take_down(entry)
        return FileEnded(entry)

    def _take_down(self, entry: Entry) -> None:
        self._journal.append(entry)
        self._triage.note(entry)


def _done(todo: Todo, done: FileRestored, megapixels: float) -> Entry:
    return replace(
        todo.entry("done"),
        megapixels=megapixels,
        width=done.width,
        height=done.height,
        size_bytes=done.target.stat().st_size,
        sigma=None if done.noise is None else round(done.noise.sigma, 2),
        noise=None if done.noise is None else done.noise.word,
        kind=None if done.noise is None else done.noise.kind,
        denoised_at=done.denoised_at,
        device=done.device,
        seconds=round(done.total_s, 3),
    )


def _check_space(target: Path, most_bytes: int) -> None:
    """Stops while there is still a little room: a disk that is quite full harms other programs."""
    if shutil.disk_usage(target.parent).free < most_bytes:
        raise DiskFull(
            target,
            f"The disk is nearly full: {target.name} was not saved. Make room and go on.",
        )
