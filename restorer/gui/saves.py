"""Results on their way into files, and files of the cache that are no longer needed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from restorer.gui.bridge import Client
from restorer.gui.state import Trouble
from restorer.settings import Saving, Settings
from restorer.worker import protocol
from restorer.worker.protocol import Event, Photo, SavePhoto


@dataclass(frozen=True, slots=True)
class Save:
    """What was asked for, whatever the user does next. `job`: the restoration that it needs."""

    photo: Photo
    settings: Settings
    target: Path
    saving: Saving
    job: int


class Saves(QObject):
    """A save waits until its restoration is whole, then goes to the worker.

    Files of the cache that are retired go as soon as no save needs them.
    """

    written = Signal(object)  # Save
    failed = Signal(object)  # Trouble

    def __init__(self, client: Client) -> None:
        super().__init__()
        self.interrupted: list[Save] = []  # what they waited for failed; it may be tried again
        self._client = client
        self._waiting: list[Save] = []
        self._results: dict[int, protocol.ResultStarted] = {}  # what waiting ones need, by job
        self._sent: dict[int, tuple[Save, set[Path]]] = {}
        self._retired: list[Path] = []
        self._last: protocol.ResultStarted | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether a restoration must not be cancelled."""
        return bool(self._waiting)

    @property
    def is_busy(self) -> bool:
        """Whether something is still to be written."""
        return self.is_waiting or bool(self._sent)

    def add(self, save: Save, result: protocol.ResultStarted | None) -> None:
        """`result`: the whole one, or None while it is being made; then it waits.

        What waits for the same file, made otherwise, waits no longer.
        """
        if result is not None:
            self._send(save, result)
            return
        self._waiting = [other for other in self._waiting if other.target != save.target]
        self._waiting.append(save)
        if self._last is not None and self._last.job == save.job:
            self._results[save.job] = self._last

    def drop_waiting(self) -> list[Path]:
        """The user stopped them; returns what will not be written."""
        dropped, self._waiting = self._waiting, []
        self._results.clear()
        return [save.target for save in dropped]

    def retire(self, files: list[Path]) -> None:
        """These are no longer needed for anything but saves."""
        self._retired += files
        needed = {path for _, paths in self._sent.values() for path in paths}
        for save in self._waiting:
            needed |= _files(save, self._results.get(save.job))
        kept = []
        for path in self._retired:
            try:
                if path in needed:
                    kept.append(path)
                else:
                    path.unlink(missing_ok=True)
            except OSError:  # Windows keeps files that are mapped
                kept.append(path)
        self._retired = kept

    def hear(self, event: Event) -> None:
        """What the worker says of saves and of what they wait for."""
        if isinstance(event, protocol.ResultStarted):
            self._last = event
            if any(event.job == save.job for save in self._waiting):
                self._results[event.job] = event
        elif isinstance(event, protocol.LAST_EVENTS):
            self._end(event)

    def lost(self, jobs: tuple[int, ...]) -> Path | None:
        """A worker died with these jobs; the first file that is not written because of it."""
        unsaved = [self._sent.pop(job)[0].target for job in jobs if job in self._sent]
        if taken := self._take(jobs):
            self.interrupted = taken
        unsaved += [save.target for save in taken]
        self.retire([])
        return unsaved[0] if unsaved else None

    def _end(self, event: protocol.JobDone | protocol.JobFailed | protocol.JobCancelled) -> None:
        result = self._results.get(event.job)
        waited = self._take((event.job,))
        if waited and isinstance(event, protocol.JobFailed):
            self.interrupted = waited
        for save in waited:
            if isinstance(event, protocol.JobDone) and result is not None:
                self._send(save, result)
            else:
                why = event.message if isinstance(event, protocol.JobFailed) else ""
                text = self.tr("{0} was not saved. {1}").format(save.target.name, why)
                self.failed.emit(Trouble(text.strip()))
        if event.job in self._sent:
            save, _ = self._sent.pop(event.job)
            if isinstance(event, protocol.JobDone):
                self.written.emit(save)
            elif isinstance(event, protocol.JobFailed):
                self.failed.emit(Trouble(event.message, event.details))
            self.retire([])

    def _take(self, jobs: tuple[int, ...]) -> list[Save]:
        """Those that wait for these jobs, no longer waiting."""
        taken = [save for save in self._waiting if save.job in jobs]
        self._waiting = [save for save in self._waiting if save.job not in jobs]
        for job in jobs:
            self._results.pop(job, None)
        return taken

    def _send(self, save: Save, result: protocol.ResultStarted) -> None:
        request = SavePhoto(
            job=0,
            photo=save.photo,
            settings=save.settings,
            result=result.result,
            cleaned=result.cleaned,
            target=save.target,
            saving=save.saving,
        )
        self._sent[self._client.submit(request)] = (save, _files(save, result))


def _files(save: Save, result: protocol.ResultStarted | None) -> set[Path]:
    return {*save.photo.files, *([] if result is None else result.files)}
