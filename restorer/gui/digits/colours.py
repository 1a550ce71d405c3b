"""Colours of the ten classes and of ink on paper."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtGui import QColor, QImage, QPalette

from restorer.engine.digitpicture import Bytes

# Okabe and Ito 2008 without black, and wine, grey and lime to make ten; told apart by all kinds of
# colour vision as well as ten colours can be. Yellow is too light for paper, blue for a dark wall.
_ON_DARK: Final = (
    "#e69f00",
    "#56b4e9",
    "#00b386",
    "#f0e442",
    "#3d8fe0",
    "#d55e00",
    "#cc79a7",
    "#9aa0a8",
    "#b0486e",
    "#a6d854",
)
_ON_LIGHT: Final = (
    "#e69f00",
    "#56b4e9",
    "#009e73",
    "#c9b800",
    "#0072b2",
    "#d55e00",
    "#cc79a7",
    "#777c85",
    "#882255",
    "#6fa01e",
)


def is_dark(palette: QPalette) -> bool:
    """Whether light ink belongs on it."""
    return palette.window().color().lightness() < 128


def class_colours(palette: QPalette) -> list[QColor]:
    """One for each digit."""
    return [QColor(name) for name in (_ON_DARK if is_dark(palette) else _ON_LIGHT)]


def paper(palette: QPalette) -> QColor:
    """What digits are drawn on."""
    return QColor("#141518") if is_dark(palette) else QColor("#ffffff")


def ink(palette: QPalette) -> QColor:
    """What they are drawn with."""
    return QColor("#eceef2") if is_dark(palette) else QColor("#22262c")


def digit_image(digit: Bytes, palette: QPalette) -> QImage:
    """(H, W) as ink on paper; the image keeps its own copy."""
    height, width = digit.shape
    pixels = np.ascontiguousarray(digit)
    image = QImage(pixels.data, width, height, width, QImage.Format.Format_Indexed8)
    image.setColorTable(_ramp(paper(palette), ink(palette)))
    return image.convertToFormat(QImage.Format.Format_RGB32)


def _ramp(low: QColor, high: QColor) -> list[int]:
    steps = np.linspace(0, 1, 256)[:, None]
    ends = np.array([[low.red(), low.green(), low.blue()], [high.red(), high.green(), high.blue()]])
    levels = np.rint(ends[0] + steps * (ends[1] - ends[0])).astype(np.uint32)
    packed = 0xFF000000 | levels[:, 0] << 16 | levels[:, 1] << 8 | levels[:, 2]
    return [int(colour) for colour in packed]
