"""The ways by which photos come into the window: a dialog, the clipboard, a drop, a menu."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from restorer.engine.imagefile import READABLE
from restorer.errors import ImageUnwritable
from restorer.gui.clipboard import pasted_file
from restorer.gui.preferences import PreferencesFile
from restorer.settings import resources_dir


class OpenFlow(QObject):
    """Asks what has to be asked and says what is wanted."""

    wanted = Signal(object)  # list[Path]
    told = Signal(str)

    def __init__(self, cache: Path, preferences: PreferencesFile, window: QWidget) -> None:
        super().__init__()
        self._cache = cache
        self._preferences = preferences
        self._window = window

    def open_sample(self) -> None:
        self.wanted.emit([resources_dir() / "sample.jpg"])

    def ask(self) -> None:
        """For one photo or several."""
        patterns = " ".join(f"*{suffix}" for suffix in sorted(READABLE))
        names, _ = QFileDialog.getOpenFileNames(
            self._window,
            self.tr("Open photos"),
            self._preferences.value.folder,
            self.tr("Photos ({0})").format(patterns),
        )
        if names:
            self.wanted.emit([Path(name) for name in names])

    def paste(self) -> None:
        """Files that were copied, or a picture."""
        paths = local_files(QGuiApplication.clipboard().mimeData())
        try:
            picture = None if paths else pasted_file(self._cache)
        except ImageUnwritable as error:
            self.told.emit(str(error))
            return
        if picture is not None:
            paths = [picture]
        if paths:
            self.wanted.emit(paths)
        else:
            self.told.emit(self.tr("There is no picture in the clipboard."))

    def fill_recent(self, menu: QMenu) -> None:
        """With the photos that were open last."""
        menu.clear()
        for name in self._preferences.value.recent:
            path = Path(name)
            action = menu.addAction(f"{path.name}   {path.parent}".replace("&", "&&"))
            action.triggered.connect(lambda _checked=False, path=path: self.wanted.emit([path]))
        if menu.isEmpty():
            menu.addAction(self.tr("No photos yet")).setEnabled(False)


def local_files(data: QMimeData | None) -> list[Path]:
    """What was copied or is dragged, as far as it lies on this computer."""
    if data is None:  # an empty clipboard
        return []
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
