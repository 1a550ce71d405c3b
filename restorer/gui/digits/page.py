"""The page of digits, put together."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from restorer.gui.digits.bridge import DigitBridge
from restorer.gui.digits.legend import Legend
from restorer.gui.digits.map_view import MapView
from restorer.gui.digits.panel import DRAW, Panel
from restorer.gui.digits.saving import DigitSaver
from restorer.gui.digits.state import DigitsState
from restorer.gui.digits.tray import Tray
from restorer.gui.opening import local_files


class DigitsPage(QWidget):
    """The map, its legend and its strip of digits; the panel beside it.

    The digits' process starts when the page is first shown; whoever made the bridge closes its
    client. `restore_wanted`: the file of a noisy digit to be cleaned. `said`: a sentence for the
    status bar.
    """

    restore_wanted = Signal(Path)
    said = Signal(str)

    def __init__(self, bridge: DigitBridge, weights: Path, cache: Path) -> None:
        super().__init__()
        self.state = DigitsState(bridge, weights)
        self.saver = DigitSaver(self.state, cache, self)
        self.view = MapView(self.state)
        self.legend = Legend(self.state, self.view, self.saver)
        self.tray = Tray(self.state, self.saver)
        self.panel = Panel(self.state, self.saver)
        self._started = False
        left = QVBoxLayout()
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(0)
        left.addWidget(self.legend)
        left.addWidget(self.view, 1)
        left.addWidget(self.tray)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(left, 1)
        row.addWidget(self.panel)
        self.state.failed.connect(self.said)
        self.saver.told.connect(self.said)
        self.saver.restore_wanted.connect(self.restore_wanted)
        self.saver.digit_read.connect(self.state.locate)
        self.setFocusProxy(self.view)
        self.setAcceptDrops(True)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        if _dropped_file(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """A picture of a digit is looked for on the map."""
        path = _dropped_file(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self.panel.show_tab(DRAW)
            self.saver.read_picture(path)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        if not self._started:
            self._started = True
            self.state.start()
        super().showEvent(event)


def _dropped_file(data: QMimeData) -> Path | None:
    paths = local_files(data)
    return paths[0] if len(paths) == 1 else None
