"""How strongly was this picture once compressed as a JPEG? No torch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from restorer.engine.image import BT_601, Image, JpegCoding, Samples, to_pixels

VISIBLE: Final = 3.0  # the level of libjpeg's quality 69
FINE: Final = 0.5  # that of 95
# Enlarging shows what else is too small to see: from quality 92 down the deblocker gains something.
VISIBLE_ENLARGED: Final = 0.8
SAMPLE_PX: Final = 768
# Annex K of the standard (ITU-T T.81), for brightness: libjpeg scales it, others are much like it.
LUMA_TABLE: Final = (
    *(16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55),
    *(14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62),
    *(18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92),
    *(49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99),
)
COLOUR_TABLE: Final = (
    *(17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99),
    *(24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99, 99, 99, 99),
    *((99,) * 32),
)
_LOW: Final = 4  # a side of the square of frequencies that count
_MAX_BLOCKS: Final = 2048
_STEPS: Final = np.arange(4, 256)  # finer ones are hidden by the rounding of pixels
_PERIODIC: Final = 0.6  # 1 for exact multiples, 0 by chance
_FEWEST_VALUES: Final = 24  # of a frequency, to tell its step
_FEWEST_MULTIPLES: Final = 3
_FEWEST_FREQUENCIES: Final = 4
_MOST_SPREAD: Final = 0.25  # between frequencies, of how coarse they are
_DCT: Final = np.array(
    [
        [math.sqrt((1 if u else 0.5) / 4) * math.cos(math.pi / 8 * (x + 0.5) * u) for x in range(8)]
        for u in range(_LOW)
    ]
)

Values = NDArray[np.float64]


def table_level(table: Sequence[int]) -> float:
    """How coarse 64 quantization steps of brightness are, in 8-bit levels.

    The RMS of the error that rounding to their multiples leaves in the sixteen lowest frequencies,
    where photos have their energy and blocks are seen; the higher ones are mostly rounded to
    nothing. libjpeg's qualities 90, 75, 50, 20 and 10 are levels 1.0, 2.5, 4.9, 12.2 and 24.5.
    """
    return math.sqrt(float(np.mean(np.square(_low(table), dtype=float))) / 12)


@dataclass(frozen=True, slots=True)
class Compression:
    """How strongly a picture was compressed, as of `table_level`, 0 if it was not.

    `tables`: 64 quantization steps each of brightness and of colour; only known by the pixels they
    are taken for the standard's. `grid`: the row and the column, 0 to 7, in which blocks begin.
    """

    level: float
    tables: tuple[Sequence[float], Sequence[float]] = ((), ())
    grid: tuple[int, int] = (0, 0)


def compression_of(image: Image) -> Compression:
    """The strongest JPEG compression that the picture went through.

    A JPEG's own table tells, and if it was cropped or saved anew, in another format or in higher
    quality, the pixels do, of what is `VISIBLE`: the DCT coefficients of its blocks still lie near
    the multiples of the steps to which they were once rounded (Fan and de Queiroz 2003). Resizing
    wipes that out.
    """
    coding = image.jpeg
    told = Compression(0.0) if coding is None else _told_by(coding)
    seen = _seen_in(image.samples)
    return seen if seen.level >= VISIBLE and seen.level > told.level else told


def _told_by(coding: JpegCoding) -> Compression:
    luma, *colour = coding.tables
    return Compression(table_level(luma), (luma, colour[0] if colour else luma), coding.grid)


def _low(table: Sequence[int]) -> NDArray[np.int64]:
    return np.reshape(np.asarray(table), (8, 8))[:_LOW, :_LOW]


def _seen_in(samples: Samples) -> Compression:
    brightness, corner = _middle(samples)
    top, left = _grid(brightness.T), _grid(brightness)
    rows, columns = (brightness.shape[0] - top) // 8, (brightness.shape[1] - left) // 8
    blocks = brightness[top : top + 8 * rows, left : left + 8 * columns]
    blocks = blocks.reshape(rows, 8, columns, 8).swapaxes(1, 2).reshape(-1, 8, 8)
    blocks = blocks[:: max(1, len(blocks) // _MAX_BLOCKS)]
    coefficients = (_DCT @ blocks @ _DCT.T).reshape(-1, _LOW * _LOW)
    standard = _low(LUMA_TABLE).ravel()
    # Without the mean of a block, which lies too far from zero to be counted in steps.
    found = [_step(values) for values in coefficients.T[1:]]
    ratios = np.array([step / usual for step, usual in zip(found, standard[1:], strict=True)])
    ratios = ratios[ratios > 0]
    if len(ratios) < _FEWEST_FREQUENCIES:
        return Compression(0.0)
    # Not all frequencies tell: how coarse the others are follows from the standard's table.
    ratio = float(np.median(ratios))
    if np.median(np.abs(ratios - ratio)) > _MOST_SPREAD * ratio:
        return Compression(0.0)  # not a table for eyes: some regular pattern
    luma, colour = (tuple(ratio * step for step in table) for table in (LUMA_TABLE, COLOUR_TABLE))
    grid = (corner[0] + top) % 8, (corner[1] + left) % 8
    return Compression(ratio * table_level(LUMA_TABLE), (luma, colour), grid)


def _step(values: Values) -> int:
    """The largest number of which they are nearly multiples; 0 if there is none.

    Values near zero are multiples of everything and say nothing. What is drawn has few values at
    all, which are exact multiples of many numbers; what was compressed has the rounding of its
    pixels on top.
    """
    telling = np.abs(values)[:, None] > _STEPS / 4
    counts = telling.sum(axis=0)
    waves = np.cos(2 * np.pi / _STEPS * values[:, None]) * telling
    periodic = np.where(counts < _FEWEST_VALUES, 0, waves.sum(axis=0) / np.maximum(1, counts))
    fitting = np.flatnonzero(periodic > _PERIODIC)
    if not len(fitting):
        return 0
    # The neighbours of the right step nearly fit as well.
    near = fitting[_STEPS[fitting] > 0.8 * _STEPS[fitting[-1]]]
    best = near[np.argmax(periodic[near])]
    heard = values[telling[:, best]]
    multiples = np.unique(np.rint(heard / _STEPS[best]))
    different = np.unique(np.round(heard, 2))
    is_drawn = len(multiples) < _FEWEST_MULTIPLES or len(different) < len(heard) / 8
    return 0 if is_drawn else int(_STEPS[best])


def _grid(brightness: Values) -> int:
    """In which column blocks begin, 0 to 7: steps are higher there than beside it."""
    if brightness.shape[1] < 16:
        return 0
    steps = np.abs(np.diff(brightness, axis=1)).mean(axis=0)
    edges = steps[1:-1] - (steps[:-2] + steps[2:]) / 2  # of column i + 2 against the one before
    sums = [edges[phase::8].mean() for phase in range(8)]
    return (int(np.argmax(sums)) + 2) % 8


def _middle(samples: Samples) -> tuple[Values, tuple[int, int]]:
    """(H, W) brightness of the middle of the picture, in 8-bit levels, and where that begins."""
    top, left = (max(0, side - SAMPLE_PX) // 2 for side in samples.shape[:2])
    part = 255 * to_pixels(samples[top : top + SAMPLE_PX, left : left + SAMPLE_PX]).astype(float)
    brightness: Values = part[..., 0] if part.shape[2] == 1 else part @ np.array(BT_601)
    return brightness, (top, left)
