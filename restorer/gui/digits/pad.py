"""A sheet of paper to draw a digit on."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from restorer.engine.image import Image
from restorer.gui.digits.colours import ink, paper

SIDE_PX: Final = 154
_STROKE_PX: Final = 14.0  # of MNIST's strokes, in proportion
_PAUSE_MS: Final = 120  # looks at the drawing while it goes on, not at each of its pixels


class DrawingPad(QWidget):
    """The mouse draws; the right button erases."""

    drawn = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(SIDE_PX, SIDE_PX)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName(self.tr("Drawing pad"))
        self.setAccessibleDescription(self.tr("Draw a digit with the mouse, as large as you can."))
        self._ink = QImage(2 * SIDE_PX, 2 * SIDE_PX, QImage.Format.Format_Grayscale8)
        self._ink.fill(0)
        self._last: QPointF | None = None
        self._soon = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._soon.timeout.connect(self.drawn)

    def clear(self) -> None:
        self._soon.stop()
        self._ink.fill(0)
        self.update()

    @property
    def is_empty(self) -> bool:
        return not self._pixels().any()

    def picture(self) -> Image:
        """What was drawn, light on dark."""
        return Image(self._pixels()[..., None])

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        whole = QRectF(self.rect())
        painter.fillRect(whole, paper(self.palette()))
        mask = QImage(self._ink.size(), QImage.Format.Format_ARGB32_Premultiplied)
        mask.fill(ink(self.palette()))
        mask.setAlphaChannel(self._ink)
        painter.drawImage(whole, mask)
        muted = self.palette().placeholderText().color()
        if self.is_empty:
            painter.setPen(muted)
            painter.drawText(whole, Qt.AlignmentFlag.AlignCenter, self.tr("Draw a digit here"))
        painter.setPen(self.palette().mid().color())
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._last = event.position()
        self._stroke(event.position(), erases=bool(event.buttons() & Qt.MouseButton.RightButton))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._last is not None:
            erases = bool(event.buttons() & Qt.MouseButton.RightButton)
            self._stroke(event.position(), erases=erases)

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:  # noqa: N802
        self._last = None
        self._soon.stop()
        self.drawn.emit()

    def _stroke(self, to: QPointF, *, erases: bool) -> None:
        assert self._last is not None
        painter = QPainter(self._ink)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(2, 2)
        colour = QColor("black") if erases else QColor("white")
        width = _STROKE_PX * (1.6 if erases else 1)
        round_ = Qt.PenCapStyle.RoundCap
        painter.setPen(QPen(colour, width, c=round_))
        # A line of no length is not drawn everywhere.
        painter.drawLine(self._last, to + QPointF(0.01, 0))
        painter.end()
        self._last = to
        self.update()
        if not self._soon.isActive():
            self._soon.start()

    def _pixels(self) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
        side = self._ink.width()
        rows = np.frombuffer(self._ink.constBits(), np.uint8)
        return rows.reshape(side, self._ink.bytesPerLine())[:, :side].copy()
