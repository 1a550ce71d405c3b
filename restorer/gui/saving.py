"""The ways by which a result leaves the window: files, the clipboard, and a command line."""

from __future__ import annotations

import copy
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from restorer.engine import metadata, resultfile
from restorer.errors import ImageUnwritable
from restorer.gui.asking import may_replace
from restorer.gui.clipboard import Copier
from restorer.gui.exporting import ExportDialog, command_line, proposed_target
from restorer.gui.preferences import PreferencesFile
from restorer.gui.session import Session
from restorer.settings import Saving, resources_dir
from restorer.worker.protocol import Photo


class SaveFlow(QObject):
    """Asks what has to be asked and tells the session."""

    told = Signal(str)
    closing_agreed = Signal()

    def __init__(
        self, session: Session, cache: Path, preferences: PreferencesFile, window: QWidget
    ) -> None:
        super().__init__()
        self._session = session
        self._cache = cache
        self._preferences = preferences
        self._window = window
        self._photo: Photo | None = None  # whose options these are
        self._saving = Saving()
        self._closes_when_saved = False
        self._copies_when_done = False
        self.copier = Copier()
        self.copier.copied.connect(lambda: self.told.emit(self.tr("Copied.")))
        self.copier.failed.connect(self.told)
        session.saved.connect(self._on_saved)
        session.photo_changed.connect(self._on_photo_changed)
        session.progress_changed.connect(self._on_progress)
        session.trouble_changed.connect(self._on_trouble)
        self._on_photo_changed()

    @property
    def is_homeless(self) -> bool:
        """Whether the photo was pasted or is the program's own: nothing is saved beside it."""
        photo = self._session.photo
        return photo is not None and photo.path.parent in (self._cache, resources_dir())

    def save(self) -> None:
        """Under the name that was chosen before, or asks for one."""
        target = self._session.saved_as
        if target is not None and self._session.can_save:
            self._tell(target, self._session.save(target, self._saving))
        else:
            self.save_as()

    def save_as(self) -> None:
        """Asks for the name."""
        self._ask_where_and_save(self._saving)

    def export(self) -> None:
        """Asks for format and metadata first."""
        photo = self._session.photo
        if photo is None:
            return
        dialog = ExportDialog(photo, self._preferences.value.quality, self._window)
        if dialog.exec():
            quality = dialog.saving.quality or 0
            self._preferences.change(lambda known: replace(known, quality=quality))
            self._ask_where_and_save(dialog.saving, dialog.suffix)

    def copy(self) -> None:
        """The result into the clipboard, as soon as it is whole."""
        session = self._session
        if session.photo is None or session.layers is None or session.opening is not None:
            return
        self._copies_when_done = not session.is_complete
        if session.is_complete:
            self.copier.copy(session.photo, copy.copy(session.layers), session.settings)
        else:
            if session.progress is None:  # it was stopped
                session.restore()
            self.told.emit(self.tr("It is copied when it is done."))

    def copy_command(self) -> None:
        """The command line that gives the file that Save would give."""
        session, photo = self._session, self._session.photo
        if photo is not None:
            target = session.saved_as or proposed_target(photo, self._folder())
            text = command_line(photo, session.settings, target, self._saving)
            QGuiApplication.clipboard().setText(text)
            self.told.emit(text)

    def may_close(self) -> bool:
        """Asks if a result would be lost; what is being saved is saved before `closing_agreed`."""
        self.stay_open()
        if self._session.saves.is_busy:
            self._closes_when_saved = True
            self.told.emit(self.tr("The window closes when the photo is saved."))
            return False
        if not self._session.is_unsaved:
            return True
        buttons = QMessageBox.StandardButton
        answer = QMessageBox.question(
            self._window,
            "Restorer",
            self.tr("The restored photo is not saved."),
            buttons.Save | buttons.Discard | buttons.Cancel,
            buttons.Save,
        )
        if answer == buttons.Save:
            self._closes_when_saved = True
            QTimer.singleShot(0, self.save)
        return answer == buttons.Discard

    def stay_open(self) -> None:
        """A later save closes no window, whatever was wanted before."""
        self._closes_when_saved = False

    def _ask_where_and_save(self, saving: Saving, suffix: str | None = None) -> None:
        photo = self._session.photo
        if photo is None or not self._session.can_save:
            self.stay_open()
            if photo is not None:
                text = self.tr("{0} is not saved: another photo is being opened.")
                self.told.emit(text.format(photo.name))
            return
        proposed = proposed_target(photo, self._folder(), suffix)
        target = self._ask_where(photo, proposed, saving)
        # Another photo may have come meanwhile.
        if target is None or self._session.photo is not photo or not self._session.can_save:
            self.stay_open()
            return
        self._saving = saving
        self._tell(target, self._session.save(target, saving))

    def _ask_where(self, photo: Photo, proposed: Path, saving: Saving) -> Path | None:
        """Until the answer is a file that can be written, or none."""
        title, target = self.tr("Save the result"), proposed
        while True:
            name, _ = QFileDialog.getSaveFileName(self._window, title, str(target))
            if not name:
                return None
            target = Path(name)
            if not target.suffix:
                target = target.with_suffix(proposed.suffix)
                if target.exists() and not may_replace(target, self._window):
                    return None
            try:
                resultfile.check_writable(target, source=photo.path)
                self._check_fits(photo, target, saving)
            except ImageUnwritable as error:
                QMessageBox.warning(self._window, title, str(error))
            else:
                return target

    def _check_fits(self, photo: Photo, target: Path, saving: Saving) -> None:
        """Raises ImageUnwritable if the format cannot hold the result."""
        with suppress(ValueError):  # of a size that cannot be reached the restoration tells
            enlargement = self._session.settings.enlargement(photo.width, photo.height)
            size = enlargement.of(photo.width, photo.height)
            bits = 8 if saving.eight_bits else photo.bits
            resultfile.check_holds(target, metadata.without(photo.rest, saving), *size, bits)

    def _tell(self, target: Path, at_once: bool) -> None:
        if not at_once:
            self.told.emit(self.tr("It is saved as {0} when it is done.").format(target.name))

    def _folder(self) -> Path | None:
        """Beside the photo is None."""
        if not self.is_homeless:
            return None
        pictures = QStandardPaths.StandardLocation.PicturesLocation
        return Path(QStandardPaths.writableLocation(pictures))

    def _on_saved(self, path: Path) -> None:
        self.told.emit(self.tr("Saved as {0}.").format(path))
        closes = self._closes_when_saved
        self.stay_open()  # what is asked at the close may be answered by going on
        if closes:
            self.closing_agreed.emit()

    def _on_photo_changed(self) -> None:
        """How one photo was exported is no wish for the next."""
        if self._session.photo is not self._photo:
            self._photo = self._session.photo
            self._saving = Saving()
            self._copies_when_done = False

    def _on_progress(self) -> None:
        if self._copies_when_done and self._session.is_complete:
            self.copy()
        elif self._session.progress is None:
            self._copies_when_done = False  # stopped: what comes later was not meant

    def _on_trouble(self) -> None:
        if self._session.trouble is not None:
            self.stay_open()  # what was to be saved may not be
