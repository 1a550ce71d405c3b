"""Widgets that show digits: one, or a sheet of many."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from restorer.engine.digitpicture import SIDE_PX, Bytes
from restorer.gui.digits.colours import digit_image, paper
from restorer.gui.digits.values import Sheet

_GAP_PX: Final = 4
_LARGEST_PX: Final = 84


class DigitPicture(QWidget):
    """One digit, its pixels as squares."""

    def __init__(self, times: int, name: str) -> None:
        """`times`: how much larger than the digit itself."""
        super().__init__()
        self._digit: Bytes | None = None
        side = times * SIDE_PX
        self.setFixedSize(side + 2, side + 2)
        self.setAccessibleName(name)

    def show_digit(self, digit: Bytes | None) -> None:
        self._digit = digit
        self.update()

    @property
    def digit(self) -> Bytes | None:
        return self._digit

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        inner = QRectF(self.rect().adjusted(1, 1, -1, -1))
        painter.fillRect(inner, paper(self.palette()))
        if self._digit is not None:
            painter.drawImage(inner, digit_image(self._digit, self.palette()))
        painter.setPen(self.palette().mid().color())
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))


class SheetPicture(QWidget):
    """Many digits, as large as fit; one can be chosen with a click, or arrows and Enter."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._sheet: Sheet | None = None
        self._current = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Drawn digits"))
        self.setAccessibleDescription(self.tr("Arrows choose a digit, Enter goes to its point."))

    def show_sheet(self, sheet: Sheet | None) -> None:
        self._sheet = sheet
        self._current = 0
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(400, 2 * 62 if self._rows() > 1 else 72)

    def cell(self, index: int) -> QRectF:
        """Where a digit is."""
        columns, side = self._columns(), self._side()
        row, column = divmod(index, columns)
        return QRectF(
            self._captions_px() + column * (side + _GAP_PX), row * (side + _GAP_PX), side, side
        )

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        if self._sheet is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for index, digit in enumerate(self._sheet.digits):
            cell = self.cell(index)
            painter.fillRect(cell, paper(self.palette()))
            painter.drawImage(cell, digit_image(np.ascontiguousarray(digit), self.palette()))
            focused = self.hasFocus() and index == self._current
            pen = QPen(self.palette().highlight().color(), 2) if focused else QPen()
            painter.setPen(pen if focused else self.palette().mid().color())
            painter.drawRect(cell)
        painter.setPen(self.palette().text().color())
        for row, caption in enumerate(self._sheet.rows):
            cell = self.cell(row * self._columns())
            place = QRectF(0, cell.top(), self._captions_px() - 10, cell.height())
            painter.drawText(
                place, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap, caption
            )

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        index = self._at(event.position())
        if index is not None:
            self._current = index
            self.update()
            self.chosen.emit(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        count = 0 if self._sheet is None else len(self._sheet.digits)
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -self._columns(),
            Qt.Key.Key_Down: self._columns(),
        }
        key = Qt.Key(event.key())
        if count and key in steps:
            wanted = self._current + steps[key]
            if 0 <= wanted < count:
                self._current = wanted
                self.update()
        elif count and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit(self._current)
        else:
            super().keyPressEvent(event)

    def _at(self, position: QPointF) -> int | None:
        count = 0 if self._sheet is None else len(self._sheet.digits)
        return next((i for i in range(count) if self.cell(i).contains(position)), None)

    def _captions_px(self) -> int:
        if self._sheet is None or not self._sheet.rows:
            return 0
        widths = [self.fontMetrics().horizontalAdvance(text) for text in self._sheet.rows]
        return min(140, max(widths) + 14)

    def _rows(self) -> int:
        if self._sheet is None:
            return 1
        return max(1, math.ceil(len(self._sheet.digits) / self._columns()))

    def _columns(self) -> int:
        """Those of the sheet if its rows mean something, else as many as make the digits large."""
        if self._sheet is None or not len(self._sheet.digits):
            return 1
        if self._sheet.rows:
            return self._sheet.columns
        count = len(self._sheet.digits)
        return max(range(1, count + 1), key=lambda n: (self._fitting(n, count), -n))

    def _side(self) -> int:
        count = 1 if self._sheet is None else max(1, len(self._sheet.digits))
        return max(6, self._fitting(self._columns(), count))

    def _fitting(self, columns: int, count: int) -> int:
        rows = math.ceil(count / columns)
        across = (self.width() - self._captions_px() - 1) // columns - _GAP_PX
        down = (self.height() - 1) // rows - _GAP_PX
        return min(_LARGEST_PX, across, down + (_GAP_PX if rows == 1 else 0))
