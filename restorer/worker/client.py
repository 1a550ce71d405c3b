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
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Final

import platformdirs

from restorer.engine.processes import is_alive
from restorer.engine.tiling import Box
from restorer.settings import weights_dir
from restorer.worker import server
from restorer.worker.protocol import (
    LAST_EVENTS,
    Event,
    JobCancelled,
    JobFailed,
    OpenPhoto,
    Request,
    SavePhoto,
    WorkerDied,
    WorkerReady,
)

SILENCE_S: Final = 3.0  # a cancelled job that has not ended after that hangs
OPENING_FACTOR: Final = 10  # a decoder cannot be interrupted: opening may take so much longer
MOST_DEATHS: Final = 3  # in a row without having loaded the models: then something is broken
NO_WORKER: Final = (
    "The process that runs the networks cannot be started. Start Restorer again; if that does not "
    "help, reinstall it."
)
_LOOK_EVERY_S: Final = 0.25

Outbox = queue.SimpleQueue[Request | None]


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
        self._pending: dict[int, Request] = {}  # asked and not yet answered, in order
        self._deaths = 0  # since the models were last loaded
        self._given_up = False
        self._waiting_since: float | None = None  # for the first of them, which was cancelled
        self._closing = False
        self._outbox: Outbox = queue.SimpleQueue()
        self._connection, self._process = self._spawn(self._outbox)
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    @property
    def process_id(self) -> int | None:
        return self._process.pid

    def submit(self, request: Request) -> int:
        """Sends the request under the next job number, which is returned; its own is ignored."""
        with self._lock:
            request = replace(request, job=next(self._numbers))
            if not self._given_up:
                self._pending[request.job] = request
                self._outbox.put(request)
        if self._given_up:  # from a thread like all events: the caller has to know the number first
            failed = JobFailed(request.job, NO_WORKER, "")
            threading.Thread(target=self._on_event, args=(failed,), daemon=True).start()
        return request.job

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
        saves = any(isinstance(request, SavePhoto) for request in self._pending.values())
        self._process.join(timeout=self._silence_s * (OPENING_FACTOR if saves else 1))
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._listener.join()
        shutil.rmtree(self.cache, ignore_errors=True)

    def _spawn(self, outbox: Outbox) -> tuple[Connection, multiprocessing.process.BaseProcess]:
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
        sender = threading.Thread(target=_send_all, args=(outbox, ours), daemon=True)
        sender.start()
        return ours, process

    def _listen(self) -> None:
        while not (self._closing or self._given_up):
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
                self._pending = {j: r for j, r in self._pending.items() if j > event.job}
                self._waiting_since = None
                self._time_the_first()
        if isinstance(event, WorkerReady):
            self._deaths = 0
        if not self._closing:
            self._on_event(event)

    def _time_the_first(self) -> None:
        first = next(iter(self._pending.values()), None)
        if first is None or not self._is_cancelled(first):
            self._waiting_since = None
        elif self._waiting_since is None:
            self._waiting_since = time.monotonic()

    def _is_cancelled(self, request: Request) -> bool:
        is_old = request.job <= self._cancelled_up_to.value
        return is_old and not isinstance(request, SavePhoto)

    def _hangs(self) -> bool:
        with self._lock:
            since, first = self._waiting_since, next(iter(self._pending.values()), None)
        limit = self._silence_s * (OPENING_FACTOR if isinstance(first, OpenPhoto) else 1)
        return since is not None and time.monotonic() - since > limit

    def _replace(self, *, hung: bool) -> None:
        """Another process. What waited behind a job that hung is asked again, the rest is lost."""
        with self._lock:
            if self._closing:
                return
            asked = self._pending
            cancelled = [job for job, request in asked.items() if self._is_cancelled(request)]
            wanted = {job: asked[job] for job in asked if job not in cancelled}
            self._pending = wanted if hung else {}
            self._waiting_since = None
            self._outbox.put(None)
            outbox: Outbox = queue.SimpleQueue()
            self._outbox = outbox
            for request in self._pending.values():
                outbox.put(request)
            self._connection.close()
            old = self._process
            self._deaths += 1
            self._given_up = self._deaths >= MOST_DEATHS
        old.join(timeout=self._silence_s)  # without the lock: the window may go on asking
        if old.is_alive():
            old.kill()
            old.join()
        if not self._given_up:
            connection, process = self._spawn(outbox)
            with self._lock:
                self._connection, self._process = connection, process
        for job in cancelled:
            self._on_event(JobCancelled(job))
        lost = () if hung and not self._given_up else tuple(wanted)
        self._on_event(WorkerDied(lost, hung, self._given_up))


def _send_all(outbox: Outbox, connection: Connection) -> None:
    # A dead worker cannot be written to; its listener reports what was asked of it as lost.
    with contextlib.suppress(OSError, ValueError):
        while (request := outbox.get()) is not None:
            connection.send(request)


def sweep(cache: Path) -> None:
    """Removes what runs that no longer live have left in the cache folder."""
    for folder in cache.iterdir():
        owner, _, rest = folder.name.partition("-")
        if rest and owner.isdigit() and not is_alive(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)
