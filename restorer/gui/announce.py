"""Tells the desktop that something has ended while the user was elsewhere."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from restorer.gui.theme import program_icon


class Announcer(QObject):
    """A flash in the task bar, and a message where the desktop shows such."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._tray: QSystemTrayIcon | None = None

    def announce(self, text: str) -> None:
        """Nothing happens while the window is in front: the user sees it there."""
        if self._window.isActiveWindow():
            return
        QApplication.alert(self._window)
        if QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages():
            if self._tray is None:
                self._tray = QSystemTrayIcon(program_icon(), self)
                self._tray.activated.connect(self._window.activateWindow)
            self._tray.show()
            self._tray.showMessage("Restorer", text)
