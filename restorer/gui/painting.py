"""What the viewer paints besides the photo."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

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


def frame_image(frame: Frame, *, opaque: bool) -> QImage:
    """The frame's pixels as an image, without a copy: it lives no longer than the frame."""
    height, width = frame.pixels.shape[:2]
    kind = QImage.Format.Format_RGB32 if opaque else QImage.Format.Format_ARGB32
    return QImage(frame.pixels.data, width, height, 4 * width, kind)


def paint_checks(painter: QPainter, area: QRectF) -> None:
    """What shows through a transparent photo."""
    painter.fillRect(area, QColor(205, 205, 205))
    painter.setPen(Qt.PenStyle.NoPen)
    for row in range(int(area.top()) // _CHECK_PX, int(area.bottom()) // _CHECK_PX + 1):
        for column in range(int(area.left()) // _CHECK_PX, int(area.right()) // _CHECK_PX + 1):
            if (row + column) % 2:
                check = QRectF(column * _CHECK_PX, row * _CHECK_PX, _CHECK_PX, _CHECK_PX)
                painter.fillRect(check.intersected(area), QColor(160, 160, 160))
