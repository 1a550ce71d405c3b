"""What the window asks of the digits' process, and what comes back: frozen values over a pipe."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from restorer.engine.digitmap import Codes, KnownDigits
from restorer.engine.digitpicture import Bytes
from restorer.engine.image import Pixels


class Slot(enum.IntEnum):
    """What an answer is for; the lowest goes first."""

    POINT = enum.auto()
    GLIMPSE = enum.auto()
    CHART = enum.auto()
    OWN = enum.auto()
    SHEET = enum.auto()
    SECOND_SHEET = enum.auto()
    TILES = enum.auto()


@dataclass(frozen=True, slots=True, eq=False)
class ChartMap:
    """What is known of a model's map; `label`: of that digit's map, for a conditional model."""

    model: str
    label: int | None = None
    slot: Slot = Slot.CHART
    job: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class DrawDigits:
    """The digits at `codes` (N, 2)."""

    model: str
    codes: Codes
    labels: tuple[int, ...] | None
    slot: Slot
    job: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class LocateDigit:
    """Where `digit` (28, 28) in [0, 1] lies, and what the model makes of it."""

    model: str
    digit: Pixels
    label: int | None
    slot: Slot = Slot.OWN
    job: int = 0


Request = ChartMap | DrawDigits | LocateDigit


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """`half_width`: of the square to show first. `guess`: (S, S) uint8 over the square of
    +-`reach`, row 0 at the top; 0 where digits are known, 255 where there is none around.

    Without known digits `known` and `guess` are None.
    """

    half_width: float
    reach: float
    known: KnownDigits | None
    guess: NDArray[np.uint8] | None

    def is_guess(self, code: tuple[float, float]) -> bool:
        """Whether so few digits lie around a point that the model has to guess there."""
        if self.guess is None:
            return False
        if max(map(abs, code)) > self.reach:
            return True
        scale = (len(self.guess) - 1) / (2 * self.reach)
        row, column = round((self.reach - code[1]) * scale), round((code[0] + self.reach) * scale)
        return bool(self.guess[row, column])


@dataclass(frozen=True, slots=True, eq=False)
class MapCharted:
    """The answer to ChartMap."""

    request: ChartMap
    chart: Chart


@dataclass(frozen=True, slots=True, eq=False)
class DigitsDrawn:
    """The answer to DrawDigits; `digits`: (N, 28, 28)."""

    request: DrawDigits
    digits: Bytes


@dataclass(frozen=True, slots=True, eq=False)
class DigitLocated:
    """The answer to LocateDigit. `sigma`: of the posterior; None for a model without one."""

    request: LocateDigit
    code: tuple[float, float]
    sigma: tuple[float, float] | None
    reconstruction: Bytes


@dataclass(frozen=True, slots=True, eq=False)
class DigitsFailed:
    """`message` is for the user; `details`, if any, for a report of the error."""

    request: Request
    message: str
    details: str


Event = MapCharted | DigitsDrawn | DigitLocated | DigitsFailed
