"""A job in a process of its own, which may die without taking the job along; no torch here."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from typing import Final

from restorer.engine.batch import journal
from restorer.engine.batch.job import BatchNoted, Event, FileEnded, FilesFound, Job
from restorer.engine.batch.journal import ENDED, Entry, Journal
from restorer.engine.batch.plan import sweep
from restorer.engine.wording import failure_text
from restorer.errors import BatchError, RestorerError

PATIENCE_S: Final = 5.0  # for a worker that is no longer wanted to finish a tile and a file
_POLL_S: Final = 0.2  # so soon it is seen that a child that says nothing is not wanted any more
_GIVE_UP_AFTER: Final = 2  # deaths in a row in which no file was touched


@dataclass(frozen=True, slots=True)
class _Refused:
    """The job could not be started or failed as a whole."""

    message: str


@dataclass(frozen=True, slots=True)
class _Finished:
    """There is nothing more to do."""


Run = Callable[[Job], Iterator[Event]]


def run_here(job: Job) -> Iterator[Event]:
    """The run in this process; imports torch."""
    from restorer.engine.batch.run import run

    return run(job)


def supervise(
    job: Job, run: Run = run_here, is_stopped: Callable[[], bool] = lambda: False
) -> Generator[Event]:
    """The events of `run`, which works in a child process.

    A child that dies, whatever of, is replaced; the files it had in hand are written down as
    suspects, and one that takes the process down twice is set aside. A child that is no longer
    iterated rests; one whose parent is gone ends. One that says nothing, because it works or hangs,
    ends as soon as `is_stopped`, or is killed.

    Raises BatchError if the job cannot be started.
    """
    output = job.plan.output
    begin = journal.size(output)
    heard: set[str] = set()
    earlier: set[str] = set()
    idle_deaths = 0
    while True:
        before = journal.size(output)
        death = None
        with closing(_events(job, run, is_stopped)) as events:
            for event in _told_once(events, earlier):
                if isinstance(event, _Died):
                    death = event
                    break
                if isinstance(event, FileEnded):
                    heard.add(event.entry.name)
                yield event
        if death is None:
            return
        idle_deaths = 0 if journal.read(output, start=before).entries else idle_deaths + 1
        if idle_deaths >= _GIVE_UP_AFTER:
            raise BatchError(f"The work cannot begin: its process ended with {death.reason}.")
        yield BatchNoted(f"The working process ended with {death.reason} and is replaced.")
        history = _write_down_suspects(job, begin)
        for entry in history.entries.values():
            if entry.state in ENDED and entry.name not in heard:
                heard.add(entry.name)
                yield FileEnded(entry)
        job = replace(job, since=begin)


@dataclass(frozen=True, slots=True)
class _Died:
    """The child is gone; `reason` as a signal's name or an exit status."""

    reason: str


def _told_once(events: Iterator[Event | _Died], earlier: set[str]) -> Generator[Event | _Died]:
    """Without what was done before the job, where a worker that has died since has told of it."""
    for event in events:
        if isinstance(event, FilesFound):
            earlier.difference_update(item.name for item in event.items)
        elif isinstance(event, FileEnded) and event.earlier:
            if event.entry.name in earlier:
                continue
            earlier.add(event.entry.name)
        yield event


def _events(job: Job, run: Run, is_stopped: Callable[[], bool]) -> Generator[Event | _Died]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    child = context.Process(target=_serve, args=(theirs, job, run), daemon=True)
    child.start()
    theirs.close()
    try:
        while True:
            try:
                while not ours.poll(_POLL_S):
                    if is_stopped():
                        return
                message = ours.recv()
            except (EOFError, OSError):
                child.join()
                yield _Died(_cause(child.exitcode))
                return
            if isinstance(message, _Finished):
                return
            if isinstance(message, _Refused):
                raise BatchError(message.message)
            yield message
            with suppress(OSError):  # it has died: the next recv says so
                ours.send(True)
    finally:
        ours.close()
        child.join(PATIENCE_S)
        if child.is_alive():
            child.kill()
            child.join()
        if child.exitcode:
            sweep(job.plan)


def _serve(connection: Connection, job: Job, run: Run) -> None:
    """The child: sends an event and waits until it has been taken, as a generator does."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the parent gets them too, and ends us in order
    taken = threading.Semaphore(0)
    alone = threading.Event()

    def listen() -> None:
        with suppress(EOFError, OSError):
            while True:
                connection.recv()
                taken.release()
        alone.set()
        taken.release()
        # A large tile or file may take longer than anybody waits for a job that is not wanted.
        timer = threading.Timer(PATIENCE_S, os._exit, (1,))
        timer.daemon = True
        timer.start()

    threading.Thread(target=listen, daemon=True).start()
    events = run(job)
    try:
        for event in events:
            with suppress(OSError):  # nobody is listening: `alone` says so
                connection.send(event)
            taken.acquire()
            if alone.is_set():
                return
        message: _Finished | _Refused = _Finished()
    except (RestorerError, OSError) as error:
        message = _Refused(failure_text(error, str(job.plan.output)))
    finally:
        close = getattr(events, "close", None)
        if close is not None:
            close()
    with suppress(OSError):
        connection.send(message)


def _write_down_suspects(job: Job, begin: int) -> journal.History:
    """Blames the files that were in hand; returns the journal of this job."""
    output = job.plan.output
    history = journal.read(output, start=begin)
    with Journal(output) as writing:
        for file in sorted(history.in_hand):
            writing.append(Entry(history.entries[file].name, "crashed", source=file))
    return history


def _cause(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        with suppress(ValueError):
            return signal.Signals(-exit_code).name
    return f"status {exit_code}"
