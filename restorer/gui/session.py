"""What is open, what is wanted and what is done: the one place that knows, and says so by signals.

Widgets write into it and are told; they hold nothing that matters themselves.
"""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from restorer.engine.tiling import Box
from restorer.gui.bridge import Bridge
from restorer.gui.folder import Folder
from restorer.gui.history import History
from restorer.gui.layers import Layers
from restorer.gui.saves import Save, Saves
from restorer.gui.state import Progress, Running, Trouble
from restorer.gui.visits import FileState, Visit, Visits
from restorer.settings import Saving, Settings
from restorer.worker import protocol
from restorer.worker.protocol import Event, OpenPhoto, Photo, RestorePhoto

DRAG_PAUSE_MS: Final = 120  # a slider that rests that long is meant
GESTURE_MS: Final = 1500  # steps by key or wheel that are further apart are undone one by one


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
        self._tried: Path | None = None  # what was last asked to be opened
        self._file: FileState | None = None  # of the photo
        self._opening_file: FileState | None = None
        self._visits = Visits()
        self.saves = Saves(self._client)
        self.saves.written.connect(self._on_saved)
        self.saves.failed.connect(self._fail)
        self._saved: Settings | None = None
        self._result: protocol.ResultStarted | None = None
        self._complete = False
        self._started_s = 0.0
        self._pause = QTimer(self, singleShot=True, interval=DRAG_PAUSE_MS)
        self._pause.timeout.connect(self.restore)
        self._gesture = QTimer(self, singleShot=True, interval=GESTURE_MS)
        self._gesture.timeout.connect(self.end_gesture)
        bridge.event_received.connect(self._on_event)

    # What is open.

    def open(self, paths: list[Path], *, has_neighbours: bool = True) -> None:
        """The first of them, or of their photos; see Folder."""
        chosen = self._folder.choose(paths, has_neighbours=has_neighbours)
        if chosen is None:
            self._fail(Trouble(self.tr("There are no photos in {0}.").format(paths[0].name)))
        else:
            self._open(chosen)

    def open_neighbour(self, step: int) -> None:
        """The photo that many places further in the folder; at its ends nothing happens."""
        chosen = self._folder.neighbour(self._tried, step)  # also past one that cannot be opened
        if chosen is not None:
            self._open(chosen)

    @property
    def place(self) -> tuple[int, int] | None:
        """Which of how many photos is open, counted from 1; None if it is alone."""
        return None if self.photo is None else self._folder.place(self.photo.path)

    def _open(self, path: Path) -> None:
        if self._tried != path and self._is_open(path):
            was_opening = self.opening is not None
            self._stay()
            if was_opening and not self._complete:
                self.restore()  # opening had stopped it
            return
        self._pause.stop()
        self._cancel(max(self._open_job, self._restore_job))
        self._tried = path
        self._fail(None)
        visit = self._visits.come_back(path)
        if visit is not None:
            self._come_back(visit)
            return
        self.opening, self._opening_file = path, FileState.of(path)
        self._open_job = self._client.submit(OpenPhoto(0, path, path.name))
        self._set_progress(Progress(0, 1, None))
        self.photo_changed.emit()

    def _is_open(self, path: Path) -> bool:
        """Whether it is the photo's file, and has not changed since."""
        if self.photo is None or self.photo.path != path:
            return False
        return self._file is not None and self._file == FileState.of(path)

    def _stay(self) -> None:
        """With the open photo: whatever was tried to open in its place is not wanted any more."""
        assert self.photo is not None
        self._tried = self.photo.path
        self._fail(None)
        if self.opening is not None:
            self._cancel(self._open_job)
            self.opening, self._open_job = None, 0
            self._set_progress(None)
        self.photo_changed.emit()

    def _come_back(self, visit: Visit) -> None:
        """To a photo that was left, with its result if that is what is wanted now."""
        gone = self._leave()
        self.photo, self.layers, self._file = visit.photo, visit.layers, visit.file
        self.noise, self._result, self._saved = visit.noise, visit.result, visit.saved
        self.opening = self.view = self.saved_as = None
        self._open_job = self._restore_job = 0
        self._complete = self._gives_the_same(visit.settings)
        self.layers.take(self.settings)
        self._run(replace(self.running, stepped_down=""))
        self._set_progress(None)
        self.photo_changed.emit()
        self.saves.retire(gone)
        if not self._complete:
            self.restore()

    def _leave(self) -> list[Path]:
        """Keeps the photo for when it comes back; returns the files that may go when it is hidden.

        What was only half restored is not kept.
        """
        photo, result = self.photo, self._result
        if photo is None or self.layers is None:
            return []
        if result is None or not self._complete or self._file is None:
            return [*photo.files, *([] if result is None else result.files)]
        visit = Visit(
            photo, self._file, self.layers, result, self.noise, self.settings, self._saved
        )
        return [file for dropped in self._visits.leave(visit) for file in dropped.files]

    def _cancel(self, up_to: int) -> None:
        """Unless a save waits: what it needs is finished first, whatever is wanted next."""
        if not self.saves.is_waiting:
            self._client.cancel(up_to)

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
        if gesture is not None:
            self._gesture.start()
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
        self.settings_changed.emit()
        if self.photo is None or self.layers is None:
            return
        if self._gives_the_same(before):
            self.layers.take(self.settings)
            self.blend_changed.emit()
        elif self.opening is not None:
            self._complete = False  # should the photo stay, it is restored anew
        elif dragging:
            self._complete = False
            self._pause.start()
        else:
            self.restore()

    def _gives_the_same(self, settings: Settings) -> bool:
        """Whether the networks make of them what they make of the present ones."""
        return self._network_wants(settings) == self._network_wants(self.settings)

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
        if self.photo is None or self.layers is None or self.opening is not None:
            return
        self._cancel(self._restore_job)
        self._fail(None)
        self.saves.interrupted = []
        self.layers.take(self.settings)
        request = RestorePhoto(0, self.photo, self.settings, self.view)
        self._started_s, self._complete = time.monotonic(), False
        self._set_progress(Progress(0, 1, None))
        self._restore_job = self._client.submit(request)

    def cancel(self) -> None:
        """Stops what runs; what is done stays in sight."""
        self._pause.stop()
        dropped = self.saves.drop_waiting()
        self._client.cancel(max(self._open_job, self._restore_job))
        if dropped:
            names = ", ".join(str(target) for target in dropped)
            self._fail(Trouble(self.tr("{0} was not saved.").format(names)))

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
    def can_save(self) -> bool:
        """Not while another photo opens, unless the result of this one is whole."""
        return self.photo is not None and (self.opening is None or self.is_complete)

    def save(self, target: Path, saving: Saving) -> bool:
        """If `can_save`: as soon as the result is whole; whether it already is."""
        assert self.photo is not None
        self._fail(None)
        if not self.is_complete and (self._pause.isActive() or not self._restore_job):
            self.restore()
        save = Save(self.photo, self.settings, target, saving, self._restore_job)
        self.saves.add(save, self._result if self.is_complete else None)
        return self.is_complete

    # What the worker says.

    def _on_event(self, event: Event) -> None:
        waited = self.saves.is_waiting
        self.saves.hear(event)
        if waited and not self.saves.is_waiting:  # what was wanted meanwhile, but the newest
            self._client.cancel(max(self._open_job, self._restore_job) - 1)
        self._follow_worker(event)

    def _follow_worker(self, event: Event) -> None:
        match event:
            case protocol.WorkerReady():
                self._run(replace(self.running, device=event.device))
            case protocol.ModelsUnusable():
                self._fail(Trouble(event.message, event.details))
            case protocol.PhotoOpened():
                self._on_opened(event)
            case protocol.NoiseEstimated() if event.job == self._restore_job:
                self.noise = event
                self.noise_estimated.emit()
            case protocol.ResultStarted():
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

    def _on_opened(self, event: protocol.PhotoOpened) -> None:
        if event.job != self._open_job:
            self.saves.retire(event.photo.files)
            return
        gone = self._leave()
        self.photo, self.layers, self._file = event.photo, Layers(event.photo), self._opening_file
        self.opening = self.noise = self.view = self.saved_as = self._saved = None
        self._result, self._complete, self._restore_job = None, False, 0
        self._run(replace(self.running, stepped_down=""))
        self.photo_changed.emit()  # the viewer lets go of the old pixels before their files go
        self.saves.retire(gone)
        self.restore()

    def _on_result_started(self, event: protocol.ResultStarted) -> None:
        if event.job != self._restore_job or self.layers is None:
            self.saves.retire(event.files)
            return
        old, self._result = self._result, event
        self.saves.retire([] if old is None else old.files)
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
        if event.job == self._restore_job:
            self._restore_job = 0
            if isinstance(event, protocol.JobDone) and self.layers is not None:
                self.layers.complete()
                self._complete = not self._pause.isActive()
            elif isinstance(event, protocol.JobFailed):
                self._fail(Trouble(self._why_failed(event), event.details, again="restore"))
            if self.opening is None:
                self._set_progress(None)
        elif event.job == self._open_job and not isinstance(event, protocol.JobDone):
            self.opening = None
            self._set_progress(None)
            if self.photo is not None and not self._complete:
                self.restore()  # opening had stopped it
            if isinstance(event, protocol.JobFailed):
                self._fail(Trouble(event.message, event.details))
            self.photo_changed.emit()

    def _why_failed(self, event: protocol.JobFailed) -> str:
        names = ", ".join(save.target.name for save in self.saves.interrupted)
        if not names:
            return event.message
        return self.tr("{0} was not saved. {1}").format(names, event.message)

    def _on_saved(self, save: Save) -> None:
        if save.photo is self.photo:
            self.saved_as, self._saved = save.target, save.settings
        self._visits.saved(save.photo, save.settings)
        self.saved.emit(save.target)

    def _on_worker_died(self, event: protocol.WorkerDied) -> None:
        self._run(Running())
        if event.given_up:
            text = self.tr("The process that runs the networks cannot be started.")
        elif event.hung:
            text = self.tr("The worker stopped answering and was restarted.")
        else:
            text = self.tr("The worker ended unexpectedly and was restarted.")
        again = "restore" if self._restore_job in event.lost else ""
        if again:
            self._restore_job = 0
            self._set_progress(None)
            self._fail(Trouble(text, again=again))
        if self._open_job in event.lost and self.opening is not None:
            name, self.opening = self.opening.name, None
            self._set_progress(None)
            lost = self.tr("{0} {1} was not opened.").format(text, name)
            self._fail(Trouble(lost, again="open"))
            self.photo_changed.emit()
        unsaved = self.saves.lost(event.lost)
        if unsaved is not None:
            told = self.tr("{0} {1} was not saved.").format(text, unsaved)
            self._fail(Trouble(told, again=again))
        elif event.given_up and self.trouble is None:
            self._fail(Trouble(text))

    def run_again(self) -> None:
        """What the trouble names."""
        if self.trouble is not None and self.trouble.again == "open" and self._tried is not None:
            self._open(self._tried)
        else:
            interrupted = self.saves.interrupted
            if self.opening is not None and self.photo is not None:
                self._stay()
            self.restore()
            for save in interrupted:
                if save.photo is self.photo and self._gives_the_same(save.settings):
                    self.saves.add(replace(save, job=self._restore_job), None)

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
