"""The window's side of the worker process: start it, ask, listen, replace it. No Qt, no torch."""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import multiprocessing
import os
import queue
import shutil
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Final

import platformdirs

from restorer.engine.tiling import Box
from restorer.settings import weights_dir
from restorer.worker import server
from restorer.worker.protocol import (
    LAST_EVENTS,
    Event,
    JobCancelled,
    Request,
    SavePhoto,
    WorkerDied,
)

SILENCE_S: Final = 3.0  # a cancelled job that has not ended after that hangs
_LOOK_EVERY_S: Final = 0.25


def default_cache() -> Path:
    """Where the program's pixels lie while it runs."""
    return Path(platformdirs.user_cache_dir("restorer", appauthor=False)) / "pixels"


class WorkerClient:
    """One worker process at a time, replaced when it dies or hangs.

    `on_event` is called on the client's own thread. All methods may be called from any thread and
    return at once.
    """

    def __init__(
        self,
        on_event: Callable[[Event], None],
        *,
        cache: Path | None = None,
        weights: Path | None = None,
        serve: Callable[..., None] = server.serve,
        silence_s: float = SILENCE_S,
    ) -> None:
        cache = cache or default_cache()
        cache.mkdir(parents=True, exist_ok=True)
        sweep(cache)
        self.cache = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=cache))
        self._on_event = on_event
        self._weights = weights or weights_dir()
        self._serve = serve
        self._silence_s = silence_s
        self._context = multiprocessing.get_context("spawn")
        # Without a lock: a killed worker could take it along. Numbers of eight bytes need none.
        self._cancelled_up_to = self._context.RawValue(ctypes.c_longlong, 0)
        self._view = self._context.RawArray(ctypes.c_longlong, 4)
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._pending: deque[int] = deque()  # asked and not yet answered, in order
        self._saves: set[int] = set()  # those of them that are not to be cancelled
        self._waiting_since: float | None = None  # for the first of them, which was cancelled
        self._closing = False
        self._outbox: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        self._connection, self._process = self._spawn()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    @property
    def process_id(self) -> int | None:
        return self._process.pid

    def submit(self, request: Request) -> int:
        """Sends the request under the next job number, which is returned; its own is ignored."""
        with self._lock:
            job = next(self._numbers)
            self._pending.append(job)
            if isinstance(request, SavePhoto):
                self._saves.add(job)
            self._outbox.put(replace(request, job=job))
        return job

    def cancel(self, up_to: int) -> None:
        """Everything but saves up to that job ends as soon as the worker looks, or is killed."""
        with self._lock:
            value = self._cancelled_up_to
            value.value = max(value.value, up_to)
            self._time_the_first()

    def look_at(self, view: Box) -> None:
        """The running restoration goes on with what is near to that part of the photo."""
        # A box that is read half old, half new only changes an order.
        self._view[:] = [view.left, view.top, view.width, view.height]

    def close(self) -> None:
        """Ends the worker and removes the files of this run."""
        with self._lock:
            self._closing = True
            self._cancelled_up_to.value = 2**62
            self._outbox.put(None)
            self._connection.close()
        self._process.join(timeout=self._silence_s)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._listener.join()
        shutil.rmtree(self.cache, ignore_errors=True)

    def _spawn(self) -> tuple[Connection, multiprocessing.process.BaseProcess]:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=self._serve,
            args=(theirs, self._cancelled_up_to, self._view, self.cache, self._weights),
            daemon=True,
            name="restorer-worker",
        )
        process.start()
        theirs.close()  # else the end of the pipe would never be seen
        # A pipe can be full while the worker computes: then a thread waits, not the window.
        sender = threading.Thread(target=_send_all, args=(self._outbox, ours), daemon=True)
        sender.start()
        return ours, process

    def _listen(self) -> None:
        while not self._closing:
            try:
                if self._connection.closed:
                    break
                if wait([self._connection], timeout=_LOOK_EVERY_S):
                    self._received(self._connection.recv())
                elif self._hangs():
                    self._process.kill()
                    self._replace(hung=True)
            except (EOFError, OSError):
                if not self._closing:
                    self._replace(hung=False)

    def _received(self, event: Event) -> None:
        if isinstance(event, LAST_EVENTS):
            with self._lock:
                self._pending = deque(job for job in self._pending if job > event.job)
                self._saves.discard(event.job)
                self._waiting_since = None
                self._time_the_first()
        if not self._closing:
            self._on_event(event)

    def _time_the_first(self) -> None:
        if not (self._pending and self._is_cancelled(self._pending[0])):
            self._waiting_since = None
        elif self._waiting_since is None:
            self._waiting_since = time.monotonic()

    def _is_cancelled(self, job: int) -> bool:
        return job <= self._cancelled_up_to.value and job not in self._saves

    def _hangs(self) -> bool:
        since = self._waiting_since
        return since is not None and time.monotonic() - since > self._silence_s

    def _replace(self, *, hung: bool) -> None:
        with self._lock:
            if self._closing:
                return
            lost, self._pending = tuple(self._pending), deque()
            self._waiting_since = None
            cancelled = [job for job in lost if self._is_cancelled(job)]
            self._saves.clear()
            self._outbox.put(None)
            self._outbox = queue.SimpleQueue()
            self._connection.close()
            self._process.join(timeout=self._silence_s)
            self._connection, self._process = self._spawn()
        for job in cancelled:
            self._on_event(JobCancelled(job))
        self._on_event(WorkerDied(tuple(job for job in lost if job not in cancelled), hung))


def _send_all(outbox: queue.SimpleQueue[Request | None], connection: Connection) -> None:
    # A dead worker cannot be written to; its listener reports what was asked of it as lost.
    with contextlib.suppress(OSError, ValueError):
        while (request := outbox.get()) is not None:
            connection.send(request)


def sweep(cache: Path) -> None:
    """Removes what runs that no longer live have left in the cache folder."""
    for folder in cache.iterdir():
        owner, _, rest = folder.name.partition("-")
        if rest and owner.isdigit() and not _is_alive(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)


def _is_alive(process_id: int) -> bool:
    """On Windows always no: files that are in use cannot be removed there anyway."""
    if os.name == "nt":
        return False
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
