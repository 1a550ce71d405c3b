"""What lies still on the map while the point moves: digits, doubt, the prior's rings, dots."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPalette, QPen

from restorer.engine.digitpicture import SIDE_PX, Bytes
from restorer.gui.digits.colours import class_colours, digit_image, ink, paper
from restorer.gui.digits.plane import Plane
from restorer.gui.digits.tiles import Tiles
from restorer.worker.digit_protocol import Chart

_HATCH_STEP_PX: Final = 2  # doubt is looked up that coarsely
_DOT_RADIUS_PX: Final = 1.1
_FAINTEST: Final = 0.3  # what is left of the ink where the prior is thin


@dataclass(frozen=True, slots=True)
class Layers:
    """What is to be seen: the decoded digits, and the test digits' dots of which classes."""

    digits: bool = True
    dots: frozenset[int] = frozenset(range(10))
    has_prior: bool = True


def compose(
    plane: Plane, tiles: Tiles, chart: Chart | None, layers: Layers, palette: QPalette, ratio: float
) -> QImage:
    """The whole of it, at the screen's own pixels."""
    size = QSize(math.ceil(plane.width_px * ratio), math.ceil(plane.height_px * ratio))
    image = QImage(size, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    rim = _rim(plane)
    image.fill(palette.window().color())
    painter = QPainter(image)
    painter.setClipRect(rim)
    painter.fillRect(rim, paper(palette))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    if layers.digits:
        _paint_digits(painter, plane, tiles, layers, palette)
    if chart is not None and chart.guess is not None:
        _paint_doubt(painter, plane, chart, palette)
    if chart is not None and chart.known is not None and layers.dots:
        dots = _dots(plane, chart, layers, palette, size, ratio)
        painter.drawImage(0, 0, dots)
    if layers.has_prior:
        _paint_rings(painter, plane, palette)
    painter.end()
    return image


def _rim(plane: Plane) -> QRectF:
    """How far the map goes: everywhere, or to where the shares of the prior end."""
    if not plane.by_share:
        return QRectF(0, 0, plane.width_px, plane.height_px)
    side, scale = plane.half_width, plane.px_per_unit
    left = plane.width_px / 2 - (plane.x + side) * scale
    top = plane.height_px / 2 + (plane.y - side) * scale
    return QRectF(left, top, 2 * side * scale, 2 * side * scale)


def _paint_digits(
    painter: QPainter, plane: Plane, tiles: Tiles, layers: Layers, palette: QPalette
) -> None:
    first_column, first_row, columns, rows = plane.tiles()
    if not rows or not columns:
        return
    mosaic, _there = tiles.mosaic(plane)
    if layers.has_prior and not plane.by_share:
        mosaic = _faded(mosaic, plane)
    step, scale = plane.tile_step(), plane.px_per_unit
    target = QRectF(
        plane.width_px / 2 + (first_column * step - plane.x) * scale,
        plane.height_px / 2 + (first_row * step + plane.y) * scale,
        columns * step * scale,
        rows * step * scale,
    )
    painter.drawImage(target, digit_image(mosaic, palette))


def _faded(mosaic: Bytes, plane: Plane) -> Bytes:
    """Digits are as strong as the prior is dense, by the square root, and never gone."""
    first_column, first_row, columns, rows = plane.tiles()
    step = plane.tile_step()
    x = (first_column + np.arange(columns) + 0.5) * step
    y = (first_row + np.arange(rows) + 0.5) * step
    density = np.exp(-(np.square(x) + np.square(y)[:, None]) / 4)
    strength = (_FAINTEST + (1 - _FAINTEST) * density).astype(np.float32)
    tiled = mosaic.reshape(rows, SIDE_PX, columns, SIDE_PX) * strength[:, None, :, None]
    return np.asarray(tiled.astype(np.uint8).reshape(mosaic.shape))


def _paint_doubt(painter: QPainter, plane: Plane, chart: Chart, palette: QPalette) -> None:
    """Hatches and pales where the model has seen hardly any digit."""
    assert chart.guess is not None
    last = len(chart.guess) - 1
    scale = last / (2 * chart.reach)

    def places(length_px: float, *, down: bool) -> list[int]:
        found = []
        for px in np.arange(0, length_px, _HATCH_STEP_PX):
            code = plane.code_at((0, px) if down else (px, 0))
            at = (chart.reach - code[1]) * scale if down else (code[0] + chart.reach) * scale
            found.append(round(min(last, max(0, at))))
        return found

    rows = places(plane.height_px, down=True)
    columns = places(plane.width_px, down=False)
    doubt = np.ascontiguousarray(chart.guess[np.ix_(rows, columns)])
    height, width = doubt.shape
    mask = QImage(doubt.data, width, height, width, QImage.Format.Format_Alpha8)
    whole = QRectF(0, 0, width * _HATCH_STEP_PX, height * _HATCH_STEP_PX)
    veil = QImage(whole.size().toSize(), QImage.Format.Format_ARGB32_Premultiplied)
    back = paper(palette)
    back.setAlpha(150)
    veil.fill(back)
    over = QPainter(veil)
    line = ink(palette)
    line.setAlpha(70)
    over.fillRect(whole, QBrush(line, Qt.BrushStyle.BDiagPattern))
    over.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    over.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationIn)
    over.drawImage(whole, mask)
    over.end()
    painter.drawImage(whole, veil)


def _paint_rings(painter: QPainter, plane: Plane, palette: QPalette) -> None:
    """The prior at one, two and three standard deviations."""
    colour = palette.highlight().color()
    for sigmas in (1, 2, 3):
        colour.setAlpha(200)
        painter.setPen(QPen(colour, 1.4, Qt.PenStyle.DashLine))
        turn = np.linspace(0, math.tau, 181, dtype=np.float32)
        ring = sigmas * np.stack((np.cos(turn), np.sin(turn)), axis=1)
        x, y = plane.pixels_of(ring)
        painter.drawPolyline([QPointF(*at) for at in zip(x.tolist(), y.tolist(), strict=True)])
        top = QPointF(*plane.px_of((0, sigmas)))
        if top.y() < 10:
            continue
        colour.setAlpha(255)
        text = f"{sigmas}\N{GREEK SMALL LETTER SIGMA}"
        plate = QRectF(top.x() - 14, top.y() - 9, 28, 18)
        back = paper(palette)
        back.setAlpha(200)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(back)
        painter.drawRoundedRect(plate, 4, 4)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(colour)
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)


def _dots(
    plane: Plane, chart: Chart, layers: Layers, palette: QPalette, size: QSize, ratio: float
) -> QImage:
    """Ten thousand ellipses would take a tenth of a second; arrays take a hundredth."""
    assert chart.known is not None
    width, height = size.width(), size.height()
    x, y = plane.pixels_of(chart.known.codes)
    column, row = np.rint(x * ratio).astype(int), np.rint(y * ratio).astype(int)
    colours = np.array([_premultiplied(c) for c in class_colours(palette)], np.uint32)
    shown = np.isin(chart.known.labels, list(layers.dots))
    canvas = np.zeros((height, width), np.uint32)
    # A dot grows with the zoom, but slowly: near by, single digits are to be told apart.
    radius = _DOT_RADIUS_PX * ratio * plane.zoom**0.4
    reach = math.ceil(radius)
    for down in range(-reach, reach + 1):
        for right in range(-reach, reach + 1):
            if math.hypot(down, right) > radius:
                continue
            at_row, at_column = row + down, column + right
            inside = (
                shown & (at_row >= 0) & (at_row < height) & (at_column >= 0) & (at_column < width)
            )
            labels = chart.known.labels[inside]
            canvas[at_row[inside], at_column[inside]] = colours[labels]
    image = QImage(canvas.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    image = image.copy()
    image.setDevicePixelRatio(ratio)
    return image


def _premultiplied(colour: QColor, alpha: int = 190) -> int:
    red, green, blue = (
        round(level * alpha / 255) for level in (colour.red(), colour.green(), colour.blue())
    )
    return alpha << 24 | red << 16 | green << 8 | blue
