"""The ways by which a result leaves the window: files, the clipboard, and a command line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from restorer.gui.clipboard import Copier
from restorer.gui.exporting import ExportDialog, command_line, proposed_target
from restorer.gui.preferences import PreferencesFile
from restorer.gui.session import Session
from restorer.settings import Saving, resources_dir


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
        self._saving = Saving(quality=preferences.value.quality or None)
        self._closes_when_saved = False
        self.copier = Copier()
        self.copier.copied.connect(lambda: self.told.emit(self.tr("Copied.")))
        session.saved.connect(self._on_saved)

    @property
    def is_homeless(self) -> bool:
        """Whether the photo was pasted or is the program's own: nothing is saved beside it."""
        photo = self._session.photo
        return photo is not None and photo.path.parent in (self._cache, resources_dir())

    def save(self) -> None:
        """Under the name that was chosen before, or asks for one."""
        if self._session.saved_as is not None:
            self._session.save(self._session.saved_as, self._saving)
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
            self._saving = dialog.saving
            quality = dialog.saving.quality or 0
            self._preferences.change(replace(self._preferences.value, quality=quality))
            self._ask_where_and_save(dialog.saving, dialog.suffix)

    def copy(self) -> None:
        """The result into the clipboard."""
        session = self._session
        if session.photo is not None and session.layers is not None:
            self.copier.copy(session.photo, session.layers, session.settings)

    def copy_command(self) -> None:
        """The command line that gives the file that Save would give."""
        session, photo = self._session, self._session.photo
        if photo is not None:
            target = session.saved_as or proposed_target(photo, self._folder())
            text = command_line(photo, session.settings, target, self._saving)
            QGuiApplication.clipboard().setText(text)
            self.told.emit(text)

    def may_close(self) -> bool:
        """Asks if a result would be lost; after "Save" it is saved and `closing_agreed` follows."""
        if not self._session.is_unsaved or self._closes_when_saved:
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

    def _ask_where_and_save(self, saving: Saving, suffix: str | None = None) -> None:
        photo = self._session.photo
        if photo is None:
            return
        proposed = proposed_target(photo, self._folder(), suffix)
        title = self.tr("Save the result")
        name, _ = QFileDialog.getSaveFileName(self._window, title, str(proposed))
        if name:
            target = Path(name)
            target = target if target.suffix else target.with_suffix(proposed.suffix)
            self._session.save(target, saving)
        else:
            self._closes_when_saved = False

    def _folder(self) -> Path | None:
        """Beside the photo is None."""
        if not self.is_homeless:
            return None
        pictures = QStandardPaths.StandardLocation.PicturesLocation
        return Path(QStandardPaths.writableLocation(pictures))

    def _on_saved(self, path: Path) -> None:
        self.told.emit(self.tr("Saved as {0}.").format(path))
        if self._closes_when_saved:
            self.closing_agreed.emit()
