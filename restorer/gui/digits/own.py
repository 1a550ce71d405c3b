"""A digit of one's own: drawn, opened or pasted, and what the model makes of it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from restorer.engine.digitpicture import prepared
from restorer.errors import NoDigit
from restorer.gui.digits.pad import DrawingPad
from restorer.gui.digits.pictures import DigitPicture
from restorer.gui.digits.state import DigitsState
from restorer.gui.widgets import decimal, muted, titled


class Own(QWidget):
    """The pad, and below it the digit as the model sees it, its reconstruction, and the rest."""

    def __init__(self, state: DigitsState) -> None:
        super().__init__()
        self._state = state
        self.pad = DrawingPad()
        self.pad.drawn.connect(self._on_drawn)
        self.clear = self._button(self.tr("Clear"), self.tr("Begin anew"))
        self.open = self._button(self.tr("Open…"), self.tr("Open the picture of a digit"))
        self.paste = self._button(self.tr("Paste"), self.tr("Take the picture in the clipboard"))
        self.clear.clicked.connect(self._on_clear)
        names = (
            (self.tr("Seen"), self.tr("The digit, centred and scaled as the model wants it")),
            (self.tr("Rebuilt"), self.tr("What the decoder makes of its point")),
            (self.tr("Lost"), self.tr("The difference between both")),
        )
        self.pictures = [titled(DigitPicture(3, name), name, tip) for name, tip in names]
        self.found = muted()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 2)
        column.setSpacing(6)
        beside = QHBoxLayout()
        buttons = QVBoxLayout()
        buttons.setSpacing(6)
        for button in (self.clear, self.open, self.paste):
            buttons.addWidget(button)
        buttons.addStretch()
        beside.addWidget(self.pad)
        beside.addLayout(buttons, 1)
        column.addLayout(beside)
        grid = QGridLayout()
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(2)
        for place, picture in enumerate(self.pictures):
            caption = QLabel(names[place][0], alignment=Qt.AlignmentFlag.AlignHCenter)
            caption.setProperty("muted", True)
            grid.addWidget(picture, 0, place, Qt.AlignmentFlag.AlignHCenter)
            grid.addWidget(caption, 1, place)
        column.addLayout(grid)
        column.addWidget(self.found)
        column.addStretch()
        state.own_changed.connect(self._show)
        self._show()

    def _on_drawn(self) -> None:
        if self.pad.is_empty:
            self._state.forget_own()
            return
        try:
            self._state.locate(prepared(self.pad.picture()))
        except NoDigit:
            self._state.forget_own()

    def _on_clear(self) -> None:
        self.pad.clear()
        self._state.forget_own()

    def _show(self) -> None:
        own = self._state.own
        shown = (None,) * 3 if own is None else (own.seen, own.reconstruction, own.lost)
        for picture, digit in zip(self.pictures, shown, strict=True):
            picture.show_digit(digit)
        if own is None:
            text = self.tr("Try a letter or a shoe, too: the model can only answer with digits.")
        else:
            x, y = (decimal(value, 2) for value in own.code)
            text = self.tr("At {0}, {1}").format(x, y)
            if own.sigma is not None:
                text = self.tr("At {0} ± {1}, {2} ± {3}").format(
                    x, decimal(own.sigma[0], 2), y, decimal(own.sigma[1], 2)
                )
            text += ". " + self.tr("Off by {0} % on average.").format(decimal(100 * own.error, 1))
        self.found.setText(text)

    def _button(self, text: str, tip: str) -> QPushButton:
        button = titled(QPushButton(text), text, tip)
        button.setAutoDefault(False)
        return button
