"""What is open, what is wanted and what is done: the one place that knows, and says so by signals.

Widgets write into it and are told; they hold nothing that matters themselves.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from restorer.engine.pyramid import PixelFile
from restorer.engine.tiling import Box
from restorer.gui.bridge import Bridge
from restorer.gui.folder import Folder
from restorer.gui.history import History
from restorer.gui.layers import Layers
from restorer.gui.state import Progress, Running, Trouble
from restorer.settings import Saving, Settings
from restorer.worker import protocol
from restorer.worker.protocol import Event, OpenPhoto, Photo, RestorePhoto, SavePhoto

DRAG_PAUSE_MS: Final = 120  # a slider that rests that long is meant


@dataclass(frozen=True, slots=True)
class _Save:
    target: Path
    saving: Saving
    settings: Settings


class Session(QObject):
    """One photo, its settings with their history, and its result."""

    photo_changed = Signal()
    settings_changed = Signal()
    noise_estimated = Signal()
    result_begun = Signal()
    tile_finished = Signal(object)  # Box, pixels of the result
    blend_changed = Signal()
    progress_changed = Signal()
    running_changed = Signal()
    trouble_changed = Signal()
    saved = Signal(object)  # Path

    def __init__(self, bridge: Bridge, settings: Settings | None = None) -> None:
        super().__init__()
        self.photo: Photo | None = None
        self.layers: Layers | None = None
        self.noise: protocol.NoiseEstimated | None = None
        self.progress: Progress | None = None
        self.running = Running()
        self.trouble: Trouble | None = None
        self.opening: Path | None = None
        self.view: Box | None = None  # what is looked at, in pixels of the photo
        self.saved_as: Path | None = None
        self._history = History(settings or Settings())
        self._folder = Folder()
        self._bridge = bridge
        self._client = bridge.client
        self._open_job = self._restore_job = 0
        self._saves: dict[int, _Save] = {}
        self._waiting_save: _Save | None = None
        self._saved: Settings | None = None
        self._result: protocol.ResultStarted | None = None
        self._complete = False
        self._old_files: list[Path] = []
        self._started_s = 0.0
        self._pause = QTimer(self, singleShot=True, interval=DRAG_PAUSE_MS)
        self._pause.timeout.connect(self.restore)
        bridge.event_received.connect(self._on_event)

    # What is open.

    def open(self, paths: list[Path]) -> None:
        """The first of them, or of their photos; see Folder."""
        chosen = self._folder.choose(paths)
        if chosen is None:
            self._fail(Trouble(self.tr("There are no photos in {0}.").format(paths[0].name)))
        else:
            self._open(chosen)

    def open_neighbour(self, step: int) -> None:
        """The photo that many places further in the folder; at its ends nothing happens."""
        current = self.photo.path if self.opening is None and self.photo else self.opening
        chosen = self._folder.neighbour(current, step)
        if chosen is not None:
            self._open(chosen)

    @property
    def place(self) -> tuple[int, int] | None:
        """Which of how many photos is open, counted from 1; None if it is alone."""
        return None if self.photo is None else self._folder.place(self.photo.path)

    def _open(self, path: Path) -> None:
        self._client.cancel(max(self._open_job, self._restore_job))
        self._waiting_save = None
        self.opening = path
        self._set_progress(None)
        self._fail(None)
        self._open_job = self._client.submit(OpenPhoto(0, path, path.name))
        self.photo_changed.emit()

    # What is wanted.

    @property
    def settings(self) -> Settings:
        return self._history.value

    @property
    def can_undo(self) -> bool:
        return self._history.can_undo

    @property
    def can_redo(self) -> bool:
        return self._history.can_redo

    def change(self, settings: Settings, gesture: object = None) -> None:
        """New settings; all steps of one `gesture`, such as a slider's drag, are undone at once."""
        before = self.settings
        self._history.change(settings, gesture)
        self._follow(before, dragging=gesture is not None)

    def end_gesture(self) -> None:
        self._history.end_gesture()

    def undo(self) -> None:
        before = self.settings
        self._history.undo()
        self._follow(before)

    def redo(self) -> None:
        before = self.settings
        self._history.redo()
        self._follow(before)

    def _follow(self, before: Settings, *, dragging: bool = False) -> None:
        if self.settings == before:
            return
        self._waiting_save = None
        self.settings_changed.emit()
        if self.photo is None or self.layers is None:
            return
        if self._network_wants(before) == self._network_wants(self.settings):
            self.layers.take(self.settings)
            self.blend_changed.emit()
        elif dragging:
            self._pause.start()
        else:
            self.restore()

    def _network_wants(self, settings: Settings) -> tuple[object, ...]:
        """What the networks depend on; the rest is blended and resized afterwards."""
        assert self.photo is not None
        try:
            scale = settings.enlargement(self.photo.width, self.photo.height).scale
        except ValueError as error:
            return (str(error),)
        return (settings.denoise, scale, settings.device)

    # What is done.

    def restore(self) -> None:
        """Starts anew with what is in view."""
        self._pause.stop()
        if self.photo is None or self.layers is None:
            return
        self._client.cancel(self._restore_job)
        self._fail(None)
        self.layers.take(self.settings)
        request = RestorePhoto(0, self.photo, self.settings, self.view)
        self._started_s, self._complete = time.monotonic(), False
        self._set_progress(Progress(0, 1, None))
        self._restore_job = self._client.submit(request)

    def cancel(self) -> None:
        """Stops what runs; what is done stays in sight."""
        self._pause.stop()
        self._client.cancel(max(self._open_job, self._restore_job))
        self._waiting_save = None

    def look_at(self, view: Box) -> None:
        """`view`: pixels of the photo."""
        self.view = view
        self._client.look_at(view)

    @property
    def is_complete(self) -> bool:
        """Whether the whole result is there, made with the present settings."""
        return self._complete

    @property
    def is_unsaved(self) -> bool:
        """Whether there is a whole result that is in no file."""
        return self.is_complete and self._saved != self.settings

    @property
    def result_file(self) -> PixelFile | None:
        return self._result.result if self._result is not None else None

    @property
    def cleaned_file(self) -> PixelFile | None:
        return self._result.cleaned if self._result is not None else None

    def save(self, target: Path, saving: Saving) -> None:
        """As soon as the result is whole."""
        if self.photo is None:
            return
        self._fail(None)
        self._waiting_save = _Save(target, saving, self.settings)
        if self.is_complete:
            self._submit_save()
        elif not self._restore_job:
            self.restore()

    def _submit_save(self) -> None:
        save, result = self._waiting_save, self._result
        if save is None or result is None or self.photo is None:
            return
        self._waiting_save = None
        request = SavePhoto(
            job=0,
            photo=self.photo,
            settings=save.settings,
            result=result.result,
            cleaned=result.cleaned,
            target=save.target,
            saving=save.saving,
        )
        self._saves[self._client.submit(request)] = save

    # What the worker says.

    def _on_event(self, event: Event) -> None:
        match event:
            case protocol.WorkerReady():
                self._run(replace(self.running, device=event.device))
            case protocol.PhotoOpened() if event.job == self._open_job:
                self._on_opened(event.photo)
            case protocol.NoiseEstimated() if event.job == self._restore_job:
                self.noise = event
                self.noise_estimated.emit()
            case protocol.ResultStarted() if event.job == self._restore_job:
                self._on_result_started(event)
            case protocol.TileFinished() if event.job == self._restore_job:
                self._on_tile(event)
            case protocol.WorkSteppedDown() if event.job == self._restore_job:
                self._run(replace(self.running, stepped_down=event.reason, device=event.device))
            case protocol.JobDone() | protocol.JobFailed() | protocol.JobCancelled():
                self._on_end(event)
            case protocol.WorkerDied():
                self._on_worker_died(event)
            case _:
                pass  # of a job that is no longer wanted

    def _on_opened(self, photo: Photo) -> None:
        if self.photo is not None:
            _remove(
                [self.photo.pixels.path, *([self.photo.alpha.path] if self.photo.alpha else [])]
            )
        self.photo, self.layers = photo, Layers(photo)
        self.opening = self.noise = self.view = self.saved_as = self._saved = None
        self._forget_result()
        self._run(replace(self.running, stepped_down=""))
        self.photo_changed.emit()
        self.restore()

    def _on_result_started(self, event: protocol.ResultStarted) -> None:
        assert self.layers is not None
        self._old_files = _remove(self._old_files)
        if self._result is not None:
            self._old_files += _files_of(self._result)
        self._result = event
        self.layers.begin(event.result, event.cleaned, event.scale)
        self._run(replace(self.running, device=event.device, stepped_down=""))
        self.result_begun.emit()

    def _on_tile(self, event: protocol.TileFinished) -> None:
        assert self.layers is not None
        self.layers.finish(event.box)
        elapsed = time.monotonic() - self._started_s
        eta_s = elapsed * (event.total_px / event.done_px - 1)
        side = round(max(event.box.width, event.box.height))
        speed = event.box.area / 1e6 / event.tile_s if event.tile_s > 0 else None
        self._run(replace(self.running, tile_px=side, megapixels_per_s=speed))
        self._set_progress(Progress(event.done_px, event.total_px, eta_s))
        self.tile_finished.emit(event.box)

    def _on_end(self, event: protocol.JobDone | protocol.JobFailed | protocol.JobCancelled) -> None:
        failed = event if isinstance(event, protocol.JobFailed) else None
        if event.job in self._saves:
            self._on_saved(self._saves.pop(event.job), failed)
        elif event.job == self._restore_job:
            self._restore_job = 0
            if isinstance(event, protocol.JobDone) and self.layers is not None:
                self.layers.complete()
                self._complete = True
                self._submit_save()
            elif failed is not None:
                self._waiting_save = None
                self._fail(Trouble(failed.message, failed.details, again="restore"))
            self._set_progress(None)
        elif event.job == self._open_job and failed is not None:
            self.opening = None
            if self.photo is not None and not self._complete:
                self.restore()  # opening had stopped it
            self._fail(Trouble(failed.message, failed.details))
            self.photo_changed.emit()

    def _on_saved(self, save: _Save, failed: protocol.JobFailed | None) -> None:
        if failed is not None:
            self._fail(Trouble(failed.message, failed.details))
            return
        self.saved_as, self._saved = save.target, save.settings
        self.saved.emit(save.target)

    def _on_worker_died(self, event: protocol.WorkerDied) -> None:
        lost_saves = [save for job, save in self._saves.items() if job in event.lost]
        self._saves = {job: save for job, save in self._saves.items() if job not in event.lost}
        self._run(Running())
        text = self.tr("The worker ended unexpectedly and was restarted.")
        if event.hung:
            text = self.tr("The worker stopped answering and was restarted.")
        if self._open_job in event.lost and self.opening is not None:
            name, self.opening = self.opening.name, None
            text = self.tr("{0} {1} was not opened.").format(text, name)
            self._fail(Trouble(text))
            self.photo_changed.emit()
        elif lost_saves:
            self._fail(
                Trouble(self.tr("{0} {1} was not saved.").format(text, lost_saves[0].target))
            )
        elif self._restore_job in event.lost:
            self._fail(Trouble(text, again="restore"))
        if self._restore_job in event.lost:
            self._restore_job = 0
            self._waiting_save = None
            self._set_progress(None)

    def _forget_result(self) -> None:
        if self._result is not None:
            self._old_files = _remove([*self._old_files, *_files_of(self._result)])
        self._result, self._complete = None, False
        self._restore_job = 0

    def dismiss_trouble(self) -> None:
        self._fail(None)

    def _fail(self, trouble: Trouble | None) -> None:
        if trouble != self.trouble:
            self.trouble = trouble
            self.trouble_changed.emit()

    def _run(self, running: Running) -> None:
        if running != self.running:
            self.running = running
            self.running_changed.emit()

    def _set_progress(self, progress: Progress | None) -> None:
        self.progress = progress
        self.progress_changed.emit()


def _files_of(result: protocol.ResultStarted) -> list[Path]:
    return [file.path for file in (result.result, result.cleaned) if file is not None]


def _remove(files: list[Path]) -> list[Path]:
    """Those that could not be removed: Windows keeps files that are mapped."""
    kept = []
    for file in files:
        try:
            file.unlink(missing_ok=True)
        except OSError:
            kept.append(file)
    return kept
