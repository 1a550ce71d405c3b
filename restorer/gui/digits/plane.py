"""From the map's coordinates to pixels and back: arithmetic without widgets."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

_NORMAL: Final = NormalDist()
_LEAST_SHARE: Final = 1e-4  # of the prior, at the rim of the map by shares
TILE_PX: Final = 28
_MOST_ZOOM: Final = 64.0
_LEAST_ZOOM: Final = 0.6

Floats = NDArray[np.float64]


@dataclass(slots=True)
class Plane:
    """What of the map is seen.

    `by_share`: the axes run by equal shares of the prior, not by equal steps. Places on the sheet
    then are the cumulative normal distribution of the coordinates, stretched to +-`half_width`.
    `x`, `y`: the place in the middle. `zoom`: 1 shows the whole square.
    """

    half_width: float = 3.0
    by_share: bool = False
    x: float = 0.0
    y: float = 0.0
    zoom: float = 1.0
    width_px: float = 1.0
    height_px: float = 1.0

    @property
    def px_per_unit(self) -> float:
        shorter = max(1.0, min(self.width_px, self.height_px))
        return self.zoom * shorter / (2 * self.half_width)

    def fit(self) -> None:
        """The whole square."""
        self.x, self.y, self.zoom = 0.0, 0.0, 1.0

    def zoom_by(self, factor: float, px: tuple[float, float]) -> None:
        """The place under that pixel stays there."""
        before = self.place_at(px)
        self.zoom = min(_MOST_ZOOM, max(_LEAST_ZOOM, self.zoom * factor))
        after = self.place_at(px)
        self.x += before[0] - after[0]
        self.y += before[1] - after[1]
        self._keep_near()

    def pan(self, right_px: float, down_px: float) -> None:
        """Moves the map by that many pixels."""
        self.x -= right_px / self.px_per_unit
        self.y += down_px / self.px_per_unit
        self._keep_near()

    def place_at(self, px: tuple[float, float]) -> tuple[float, float]:
        scale = self.px_per_unit
        return (
            self.x + (px[0] - self.width_px / 2) / scale,
            self.y - (px[1] - self.height_px / 2) / scale,
        )

    def code_at(self, px: tuple[float, float]) -> tuple[float, float]:
        """The point of the map under a pixel."""
        x, y = self.place_at(px)
        return self.unbent(x), self.unbent(y)

    def px_of(self, code: tuple[float, float]) -> tuple[float, float]:
        scale = self.px_per_unit
        x, y = self.bent(code[0]), self.bent(code[1])
        return (
            self.width_px / 2 + (x - self.x) * scale,
            self.height_px / 2 - (y - self.y) * scale,
        )

    def pixels_of(self, codes: NDArray[np.float32]) -> tuple[Floats, Floats]:
        """Of many at once."""
        places = codes.astype(np.float64)
        if self.by_share:
            bent = np.vectorize(_NORMAL.cdf, otypes=[float])
            places = self.half_width * (2 * bent(places) - 1)
        scale = self.px_per_unit
        return (
            self.width_px / 2 + (places[:, 0] - self.x) * scale,
            self.height_px / 2 - (places[:, 1] - self.y) * scale,
        )

    def bent(self, coordinate: float) -> float:
        if not self.by_share:
            return coordinate
        return self.half_width * (2 * _NORMAL.cdf(coordinate) - 1)

    def unbent(self, place: float) -> float:
        if not self.by_share:
            return place
        share = (place / self.half_width + 1) / 2
        return _NORMAL.inv_cdf(min(1 - _LEAST_SHARE, max(_LEAST_SHARE, share)))

    def tile_step(self) -> float:
        """Width of a tile as a place: a power of two of the whole, 28 to 56 pixels."""
        whole = 2 * self.half_width
        halvings = math.floor(math.log2(whole * self.px_per_unit / TILE_PX))
        return float(whole / 2.0**halvings)

    def tiles(self) -> tuple[int, int, int, int]:
        """First column and row, and how many of them are seen; row 0 is above the middle line."""
        step = self.tile_step()
        left, top = self.place_at((0, 0))
        right, bottom = self.place_at((self.width_px, self.height_px))
        first_column, last_column = math.floor(left / step), math.ceil(right / step)
        first_row, last_row = math.floor(-top / step), math.ceil(-bottom / step)
        if self.by_share:  # beyond its rim there is nothing
            edge = round(self.half_width / step)
            first_column, last_column = max(-edge, first_column), min(edge, last_column)
            first_row, last_row = max(-edge, first_row), min(edge, last_row)
        return (
            first_column,
            first_row,
            max(0, last_column - first_column),
            max(0, last_row - first_row),
        )

    def tile_code(self, column: int, row: int) -> tuple[float, float]:
        """The point in the middle of a tile."""
        step = self.tile_step()
        return self.unbent((column + 0.5) * step), self.unbent(-(row + 0.5) * step)

    def ticks(self) -> list[float]:
        """Coordinates to name on the axes, at sensible distances on the screen."""
        if self.by_share:
            return [-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0]
        least = 70 / self.px_per_unit
        power = 10.0 ** math.floor(math.log10(least))
        step = next(power * n for n in (1, 2, 5, 10) if power * n >= least)
        reach = (self.width_px + self.height_px) / self.px_per_unit
        first = math.ceil((min(self.x, self.y) - reach) / step)
        last = math.floor((max(self.x, self.y) + reach) / step)
        return [round(i * step, 9) for i in range(first, last + 1)]

    def _keep_near(self) -> None:
        limit = 1.5 * self.half_width
        self.x = min(limit, max(-limit, self.x))
        self.y = min(limit, max(-limit, self.y))
