"""The strip below the map: digits that were drawn together."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from restorer.gui.digits.pictures import SheetPicture
from restorer.gui.digits.saving import DigitSaver
from restorer.gui.digits.state import DigitsState
from restorer.gui.widgets import heading, titled

FRAME_MS = 60
HEIGHT_PX = 170
LOW_PX = 128  # for a single row
_FEW = 16  # are large enough in one row


class Tray(QWidget):
    """Shows the state's sheet; a click on one of its digits goes to its point."""

    def __init__(self, state: DigitsState, saver: DigitSaver) -> None:
        super().__init__()
        self._state = state
        self._frame = 0
        self.title = heading("")
        self.picture = SheetPicture()
        self.picture.chosen.connect(self._go_to)
        self.play = self._button(self.tr("Play"), self.tr("Walk the path back and forth"))
        self.play.setCheckable(True)
        self.save = self._button(self.tr("Save…"), self.tr("Save these digits as one picture"))
        self.animation = self._button(
            self.tr("Save animation…"), self.tr("Save the path as GIF or WebP")
        )
        self.codes = self._button(self.tr("Codes…"), self.tr("Save the points as CSV"))
        self.copy = self._button(self.tr("Copy"), self.tr("Copy these digits as one picture"))
        self.close_ = self._button(self.tr("Close"), self.tr("Close the strip"))
        self.play.toggled.connect(self._on_play)
        self.save.clicked.connect(saver.save_sheet)
        self.animation.clicked.connect(saver.save_animation)
        self.codes.clicked.connect(saver.save_codes)
        self.copy.clicked.connect(saver.copy_sheet)
        self.close_.clicked.connect(state.close_sheet)
        self._beat = QTimer(self, interval=FRAME_MS)
        self._beat.timeout.connect(self.step)
        top = QHBoxLayout()
        top.setSpacing(6)
        top.addWidget(self.title)
        top.addStretch()
        for button in (self.play, self.save, self.animation, self.codes, self.copy, self.close_):
            top.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(8)
        column.addLayout(top)
        column.addWidget(self.picture, 1)
        state.sheet_changed.connect(self._show)
        state.model_changed.connect(self._on_model_changed)
        self._show()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        self.play.setChecked(False)  # nobody sees the digits that it would ask for
        super().hideEvent(event)

    def step(self) -> None:
        """The next frame of the path, there and back."""
        sheet = self._state.sheet
        if sheet is None:
            return
        last = len(sheet.codes) - 1
        self._frame = (self._frame + 1) % (2 * last)
        self._go_to(self._frame if self._frame <= last else 2 * last - self._frame)

    def _on_play(self, plays: bool) -> None:
        self.play.setText(self.tr("Stop") if plays else self.tr("Play"))
        if plays:
            self._frame = 0
            self._beat.start()
        else:
            self._beat.stop()

    def _on_model_changed(self) -> None:
        """Whoever turns to another model is not dragged back by a path that plays."""
        sheet, state = self._state.sheet, self._state
        if sheet is not None and (
            sheet.model_of(0) != state.model
            or (sheet.labels is not None and sheet.labels[0] != state.label)
        ):
            self.play.setChecked(False)

    def _go_to(self, index: int) -> None:
        sheet = self._state.sheet
        assert sheet is not None
        self._state.choose_model(sheet.model_of(index))
        if sheet.labels is not None:
            self._state.choose_digit(sheet.labels[index])
        x, y = sheet.codes[index].tolist()
        self._state.move_to((x, y))

    def _show(self) -> None:
        sheet = self._state.sheet
        self.play.setChecked(False)
        self.setVisible(sheet is not None)
        self.picture.show_sheet(sheet)
        if sheet is not None:
            self.title.setText(sheet.title)
            is_short = len(sheet.digits) <= _FEW and not sheet.rows
            self.setFixedHeight(LOW_PX if is_short else HEIGHT_PX)
            self.play.setVisible(sheet.animated)
            self.animation.setVisible(sheet.animated)

    def _button(self, text: str, tip: str) -> QPushButton:
        button = titled(QPushButton(text), text, tip)
        button.setAutoDefault(False)
        return button
