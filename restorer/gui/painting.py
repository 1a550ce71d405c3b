"""What the viewer paints besides the photo."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen, QPixmap

from restorer.gui.frames import Frame

_CHECK_PX: Final = 8


def paint_label(painter: QPainter, text: str, area: QRectF) -> None:
    """A word on a dark plate in the corner of `area`, if there is room for it."""
    metrics = painter.fontMetrics()
    width, height = metrics.horizontalAdvance(text) + 16, metrics.height() + 6
    if area.width() < width + 20:
        return
    plate = QRectF(area.left() + 10, area.top() + 10, width, height)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 150))
    painter.drawRoundedRect(plate, 5, 5)
    painter.setPen(QColor("white"))
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()


def paint_divider(painter: QPainter, x: float, height: float) -> None:
    """The line between before and after, with a handle that says that it moves."""
    painter.save()
    painter.fillRect(QRectF(x - 1.5, 0, 3, height), QColor(0, 0, 0, 90))
    painter.fillRect(QRectF(x - 0.5, 0, 1, height), QColor("white"))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(0, 0, 0, 110), 1))
    painter.setBrush(QColor("white"))
    middle = QPointF(x, height / 2)
    painter.drawEllipse(middle, 13, 13)
    painter.setPen(QPen(QColor(50, 50, 50), 1.8, c=Qt.PenCapStyle.RoundCap))
    for side in (-1, 1):
        tip = middle + QPointF(8 * side, 0)
        painter.drawLine(tip, tip + QPointF(-4 * side, -4))
        painter.drawLine(tip, tip + QPointF(-4 * side, 4))
    painter.restore()


def frame_image(frame: Frame, *, opaque: bool) -> QImage:
    """The frame's pixels as an image, without a copy: it lives no longer than the frame."""
    height, width = frame.pixels.shape[:2]
    kind = QImage.Format.Format_RGB32 if opaque else QImage.Format.Format_ARGB32
    return QImage(frame.pixels.data, width, height, 4 * width, kind)


def paint_checks(painter: QPainter, area: QRectF) -> None:
    """What shows through a transparent photo."""
    tile = QPixmap(2 * _CHECK_PX, 2 * _CHECK_PX)
    tile.fill(QColor(205, 205, 205))
    inner = QPainter(tile)
    for corner in (0, _CHECK_PX):
        inner.fillRect(corner, _CHECK_PX - corner, _CHECK_PX, _CHECK_PX, QColor(160, 160, 160))
    inner.end()
    painter.fillRect(area, QBrush(tile))
