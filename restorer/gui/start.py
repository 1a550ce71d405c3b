"""What is there before a photo is: an invitation."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from restorer.gui.theme import program_icon
from restorer.gui.widgets import muted, titled

MOST_RECENT = 4


class StartPage(QWidget):
    """Open, try the sample, or take one of the last photos."""

    open_wanted = Signal()
    sample_wanted = Signal()
    recent_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        picture = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        picture.setPixmap(program_icon().pixmap(112, 112))
        title = QLabel(self.tr("Drop a photo here"), alignment=Qt.AlignmentFlag.AlignCenter)
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 1.9)
        title.setFont(font)
        text = muted(self.tr("It is cleaned while you watch. The original is never changed."))
        text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.open = QPushButton(self.tr("Open a photo…"))
        self.open.setProperty("primary", True)
        self.open.clicked.connect(self.open_wanted)
        self.sample = QPushButton(self.tr("Try the sample"))
        self.sample.clicked.connect(self.sample_wanted)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(self.open)
        buttons.addWidget(self.sample)
        buttons.addStretch()
        self._recent = QVBoxLayout()
        self._recent.setSpacing(2)
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addStretch(3)
        for widget in (picture, title, text):
            column.addWidget(widget)
        column.addSpacing(6)
        column.addLayout(buttons)
        column.addSpacing(18)
        column.addLayout(self._recent)
        column.addStretch(4)

    def show_recent(self, names: tuple[str, ...]) -> None:
        """Links to the last photos that are still there."""
        while (item := self._recent.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        there = filter(os.path.exists, names)  # a Path may raise
        for name in itertools.islice(there, MOST_RECENT):
            link = titled(
                QPushButton(Path(name).name.replace("&", "&&"), flat=True), Path(name).name, name
            )
            link.setProperty("link", True)
            link.setCursor(Qt.CursorShape.PointingHandCursor)
            link.clicked.connect(lambda _checked, name=name: self.recent_wanted.emit(name))
            self._recent.addWidget(link, 0, Qt.AlignmentFlag.AlignCenter)
