"""What moves on the map: the point and its trail, a path, a posterior, a glimpse; and the axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPalette, QPen

from restorer.engine.digitpicture import Bytes
from restorer.gui.digits.colours import digit_image, ink, paper
from restorer.gui.digits.plane import Plane
from restorer.gui.widgets import decimal, plain

GLIMPSE_PX: Final = 84
_MARKER_PX: Final = 7.0

Point = tuple[float, float]


def paint_axes(painter: QPainter, plane: Plane, area: QRectF, palette: QPalette) -> None:
    """Numbers below and to the left of `area`."""
    muted = palette.placeholderText().color()
    painter.setPen(QPen(palette.mid().color(), 1))
    painter.drawLine(area.bottomLeft(), area.bottomRight())
    painter.drawLine(area.topLeft(), area.bottomLeft())
    painter.setPen(muted)
    right_most = area.left() - 100.0
    for tick in plane.ticks():
        text = plain(tick)
        across, down = plane.px_of((tick, tick))
        x, y = area.left() + across, area.top() + down
        if area.left() + 8 <= x <= area.right() - 8 and x - right_most > 34:
            right_most = x
            painter.drawLine(QPointF(x, area.bottom()), QPointF(x, area.bottom() + 4))
            painter.drawText(
                QRectF(x - 30, area.bottom() + 5, 60, 18), Qt.AlignmentFlag.AlignCenter, text
            )
        if area.top() + 8 <= y <= area.bottom() - 6:
            painter.drawLine(QPointF(area.left() - 4, y), QPointF(area.left(), y))
            painter.drawText(
                QRectF(area.left() - 44, y - 9, 36, 18),
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                text,
            )


def paint_marker(painter: QPainter, plane: Plane, point: Point, palette: QPalette) -> None:
    """A ring in the accent colour, readable on ink and on paper."""
    at = QPointF(*plane.px_of(point))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in (
        (ink(palette), 7.0),
        (paper(palette), 4.5),
        (palette.highlight().color(), 3.0),
    ):
        painter.setPen(QPen(colour, width))
        painter.drawEllipse(at, _MARKER_PX, _MARKER_PX)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(palette.highlight().color())
    painter.drawEllipse(at, 2.0, 2.0)


def paint_trail(
    painter: QPainter, plane: Plane, points: Sequence[Point], palette: QPalette
) -> None:
    """Where the marker was, the older the fainter."""
    colour = palette.highlight().color()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    places = [QPointF(*plane.px_of(point)) for point in points]
    for i in range(1, len(places)):
        colour.setAlpha(round(170 * i / len(places)))
        painter.setPen(QPen(colour, 2, c=Qt.PenCapStyle.RoundCap))
        painter.drawLine(places[i - 1], places[i])


def paint_path(
    painter: QPainter, plane: Plane, start: Point | None, end: Point | None, palette: QPalette
) -> None:
    """The marked points, A and B, and the line between them."""
    colour = QColor("#f2a03d")
    places = [None if mark is None else QPointF(*plane.px_of(mark)) for mark in (start, end)]
    if places[0] is not None and places[1] is not None:
        for pen in (
            QPen(paper(palette), 5),
            QPen(colour, 2, Qt.PenStyle.DashLine),
        ):
            painter.setPen(pen)
            painter.drawLine(places[0], places[1])
    for name, place in zip("AB", places, strict=True):
        if place is None:
            continue
        painter.setPen(QPen(paper(palette), 2))
        painter.setBrush(colour)
        painter.drawEllipse(place, 10, 10)
        painter.setPen(QColor("#1b1c1f"))
        painter.drawText(
            QRectF(place.x() - 10, place.y() - 10, 20, 20), Qt.AlignmentFlag.AlignCenter, name
        )


def paint_ellipse(
    painter: QPainter, plane: Plane, code: Point, sigma: Point, palette: QPalette
) -> None:
    """A posterior at one and at two standard deviations."""
    colour = QColor("#e6399b")
    for sigmas, alpha in ((2, 60), (1, 110)):
        corners = [
            plane.px_of((code[0] + side * sigmas * sigma[0], code[1] - side * sigmas * sigma[1]))
            for side in (-1, 1)
        ]
        box = QRectF(QPointF(*corners[0]), QPointF(*corners[1])).normalized()
        colour.setAlpha(alpha)
        painter.setBrush(colour)
        edge = QColor(colour)
        edge.setAlpha(255)
        painter.setPen(QPen(paper(palette), 3.5))
        painter.drawEllipse(box)
        painter.setPen(QPen(edge, 1.5))
        painter.drawEllipse(box)


def paint_glimpse(
    painter: QPainter, plane: Plane, point: Point, digit: Bytes, palette: QPalette
) -> None:
    """The digit beside the pointer, on the side where there is room."""
    right, down = plane.px_of(point)
    left = right + 18 if right + 18 + GLIMPSE_PX < plane.width_px else right - 18 - GLIMPSE_PX
    top = down - 18 - GLIMPSE_PX if down - 18 - GLIMPSE_PX > 0 else down + 18
    plate = QRectF(round(left), round(top), GLIMPSE_PX, GLIMPSE_PX)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 60))
    painter.drawRoundedRect(plate.adjusted(-3, -1, 3, 5), 6, 6)
    painter.setPen(QPen(palette.highlight().color(), 1.5))
    painter.setBrush(paper(palette))
    painter.drawRoundedRect(plate.adjusted(-2, -2, 2, 2), 5, 5)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=False)
    painter.drawImage(plate, digit_image(digit, palette))
    x, y = (decimal(value, 2) for value in point)
    text = QCoreApplication.translate("MapView", "{0}, {1}").format(x, y)
    width = painter.fontMetrics().horizontalAdvance(text)
    foot = QRectF(plate.center().x() - width / 2 - 6, plate.bottom() - 16, width + 12, 16)
    back = paper(palette)
    back.setAlpha(190)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(back)
    painter.drawRoundedRect(foot, 3, 3)
    painter.setPen(ink(palette))
    painter.drawText(foot, Qt.AlignmentFlag.AlignCenter, text)
