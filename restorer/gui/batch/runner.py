"""A folder job beside the window: planned and heard in a thread, worked on in its own process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from restorer.engine.batch.job import BatchStopped, Event, Job
from restorer.engine.batch.plan import Plan, Selection, make_plan
from restorer.engine.batch.supervisor import supervise
from restorer.engine.wording import failure_text
from restorer.settings import Saving, Settings

FLUSH_MS: Final = 100  # ten times a second the window hears what has happened


class Supervise(Protocol):
    """The events of a job, which may be stopped between any two."""

    def __call__(self, job: Job, *, is_stopped: Callable[[], bool]) -> Generator[Event]: ...


@dataclass(frozen=True, slots=True)
class Wish:
    """What to do with a folder's photos; see Job, which a plan makes of it."""

    selection: Selection
    settings: Settings
    weights: Path
    saving: Saving
    retry_failed: bool
    watch: bool

    def job(self, plan: Plan) -> Job:
        """What the journal says is done stays done, whoever did it."""
        return Job(
            selection=self.selection,
            plan=plan,
            settings=self.settings,
            weights=self.weights,
            saving=self.saving,
            resume=True,
            retry_failed=self.retry_failed,
            watch=self.watch,
        )


class BatchRunner(QObject):
    """One job at a time. Its events come in handfuls, on the window's thread."""

    planned = Signal(object)  # Plan
    happened = Signal(object)  # list[Event]
    ended = Signal(str)  # empty, or why it could not go on
    paused_changed = Signal()

    def __init__(self, supervise: Supervise = supervise) -> None:
        super().__init__()
        self._supervise = supervise
        self._lock = threading.Lock()
        self._heard: list[Event] = []
        self._plan: Plan | None = None
        self._goes_on = threading.Event()
        self._stopped = threading.Event()
        self._failure = ""
        self._thread: threading.Thread | None = None
        self._flush = QTimer(self, interval=FLUSH_MS)
        self._flush.timeout.connect(self._on_flush)

    @property
    def is_running(self) -> bool:
        return self._thread is not None

    @property
    def is_paused(self) -> bool:
        return self.is_running and not self._goes_on.is_set()

    @property
    def is_stopping(self) -> bool:
        """Whether it was cancelled and has not ended yet."""
        return self.is_running and self._stopped.is_set()

    def start(self, wish: Wish) -> None:
        """Plans and begins; nothing happens while another job runs."""
        if self._thread is not None:
            return
        self._plan, self._heard, self._failure = None, [], ""
        self._stopped.clear()
        self._goes_on.set()
        self._thread = threading.Thread(target=self._run, args=(wish,), daemon=True)
        self._thread.start()
        self._flush.start()

    def pause(self) -> None:
        """After the file in hand nothing new is begun."""
        self._goes_on.clear()
        self.paused_changed.emit()

    def go_on(self) -> None:
        self._goes_on.set()
        self.paused_changed.emit()

    def cancel(self) -> None:
        """Ends soon; the journal knows what is done."""
        self._stopped.set()
        self._goes_on.set()

    def wait(self, timeout_s: float) -> None:
        """For the end of the window: until the job has ended, or that long."""
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _run(self, wish: Wish) -> None:
        try:
            plan = make_plan(wish.selection)
            with self._lock:
                self._plan = plan
            job = wish.job(plan)
            with closing(self._supervise(job, is_stopped=self._stopped.is_set)) as events:
                for event in events:
                    with self._lock:
                        self._heard.append(event)
                    if isinstance(event, BatchStopped):
                        self._failure = event.reason
                    self._goes_on.wait()
                    if self._stopped.is_set():
                        return
        except Exception as error:  # noqa: BLE001  a thread that dies silently would never end
            self._failure = failure_text(error)

    def _on_flush(self) -> None:
        thread = self._thread
        has_ended = thread is not None and not thread.is_alive()  # before the last events are taken
        with self._lock:
            plan, self._plan = self._plan, None
            heard, self._heard = self._heard, []
        if plan is not None:
            self.planned.emit(plan)
        if heard:
            self.happened.emit(heard)
        if has_ended:
            self._flush.stop()
            self._thread = None
            self.ended.emit(self._failure)
