"""Where to cut a picture and in which order; no pixels, no torch."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

VIEW_TILE_PX: Final = 320  # small enough to be on screen at once, see `plan`
MIN_CORE_PX: Final = 64  # below, a tile would be nearly all halo


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of whole pixels: the corner it starts at, and its size."""

    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.left + self.width

    @property
    def bottom(self) -> int:
        return self.top + self.height

    @property
    def area(self) -> int:
        return self.width * self.height

    @property
    def rows(self) -> slice:
        return slice(self.top, self.bottom)

    @property
    def columns(self) -> slice:
        return slice(self.left, self.right)

    def intersect(self, other: Box) -> Box | None:
        """What both have in common; None if that is nothing."""
        left, top = max(self.left, other.left), max(self.top, other.top)
        right, bottom = min(self.right, other.right), min(self.bottom, other.bottom)
        if left >= right or top >= bottom:
            return None
        return Box(left, top, right - left, bottom - top)

    def grow(self, halo_px: int, within: Box, stride: int = 1) -> Box:
        """Larger by `halo_px` on each side and then to multiples of `stride`, inside `within`."""
        left = max(within.left, (self.left - halo_px) // stride * stride)
        top = max(within.top, (self.top - halo_px) // stride * stride)
        right = min(within.right, -(-(self.right + halo_px) // stride) * stride)
        bottom = min(within.bottom, -(-(self.bottom + halo_px) // stride) * stride)
        return Box(left, top, right - left, bottom - top)

    def seen_from(self, origin: Box) -> Box:
        """The same rectangle in coordinates that start at the corner of `origin`."""
        return Box(self.left - origin.left, self.top - origin.top, self.width, self.height)

    def scaled(self, factor: int) -> Box:
        return Box(self.left * factor, self.top * factor, self.width * factor, self.height * factor)


def cut(area: Box, tile_px: int, stride: int) -> list[Box]:
    """Tiles of about `tile_px` a side that cover `area` exactly, of nearly equal size.

    All corners but those on the rim of `area` lie on multiples of `stride`, so a network that
    works on cells of `stride` pixels sees the same cells however the picture is cut.
    """
    columns, rows = -(-area.width // tile_px), -(-area.height // tile_px)
    return _grid(area, columns, rows, stride)


def plan(picture: Box, *, max_px: int, halo_px: int, stride: int, view: Box | None) -> list[Box]:
    """Tiles in the order in which they are to be done.

    Each tile, its halo included, has at most `max_px` pixels (as far as the halo allows); among the
    grids that keep to it the one is taken that computes the fewest pixels twice. If the user looks
    at `view`, that part comes first, in small tiles from its middle outwards: the first is there at
    once. What lies around it follows in large ones.
    """
    seen = None if view is None else view.intersect(picture)
    if seen is None or picture.area <= VIEW_TILE_PX**2:
        return _cheapest_grid(picture, max_px, halo_px, stride, picture)
    seen = seen.grow(0, picture, stride)
    tiles = nearest_first(cut(seen, VIEW_TILE_PX, stride), seen)
    around = [
        tile
        for part in _frame(picture, seen)
        for tile in _cheapest_grid(part, max_px, halo_px, stride, picture)
    ]
    return tiles + nearest_first(around, seen)


def nearest_first(tiles: Iterable[Box], centre: Box) -> list[Box]:
    """The tiles by the distance of their middle from that of `centre`."""
    x, y = centre.left + centre.width / 2, centre.top + centre.height / 2

    def distance(tile: Box) -> float:
        return math.hypot(tile.left + tile.width / 2 - x, tile.top + tile.height / 2 - y)

    return sorted(tiles, key=distance)


def quarter(tile: Box, stride: int) -> list[Box]:
    """Up to four parts of about half the sides; the tile alone if `stride` allows no cut."""
    columns = 2 if tile.width > stride else 1
    rows = 2 if tile.height > stride else 1
    return _grid(tile, columns, rows, stride)


def _grid(area: Box, columns: int, rows: int, stride: int) -> list[Box]:
    lefts = _edges(area.left, area.right, columns, stride)
    tops = _edges(area.top, area.bottom, rows, stride)
    return [
        Box(left, top, right - left, bottom - top)
        for top, bottom in itertools.pairwise(tops)
        for left, right in itertools.pairwise(lefts)
    ]


def _edges(start: int, end: int, parts: int, stride: int) -> list[int]:
    inner = (start + round((end - start) * i / parts / stride) * stride for i in range(1, parts))
    aligned = {edge // stride * stride for edge in inner}
    return [start, *sorted(edge for edge in aligned if start < edge < end), end]


def _cheapest_grid(part: Box, max_px: int, halo_px: int, stride: int, picture: Box) -> list[Box]:
    """The cut of `part` that reads the fewest pixels with tiles of at most `max_px`."""
    core_px = max(MIN_CORE_PX, math.isqrt(max_px) - 2 * halo_px)

    def reads(start: int, end: int, limit: int) -> list[tuple[int, int]]:
        """For 1, 2, ... parts of an axis: the longest piece with its halos, and all together."""
        options = []
        for parts in range(1, -(-(end - start) // core_px) + 1):
            edges = _edges(start, end, parts, stride)
            pieces = [
                min(limit, after + halo_px) - max(0, before - halo_px)
                for before, after in itertools.pairwise(edges)
            ]
            options.append((max(pieces), sum(pieces)))
        return options

    widths = reads(part.left, part.right, picture.right)
    heights = reads(part.top, part.bottom, picture.bottom)
    most = (len(widths), len(heights))
    best, best_px = most, math.inf
    for columns, (widest, all_widths) in enumerate(widths, start=1):
        for rows, (highest, all_heights) in enumerate(heights, start=1):
            if widest * highest <= max_px and all_widths * all_heights < best_px:
                best, best_px = (columns, rows), all_widths * all_heights
    return _grid(part, *best, stride)


def _frame(picture: Box, hole: Box) -> list[Box]:
    """The picture without the hole: the bands above and below it, and its left and right."""
    bands = (
        Box(picture.left, picture.top, picture.width, hole.top - picture.top),
        Box(picture.left, hole.bottom, picture.width, picture.bottom - hole.bottom),
        Box(picture.left, hole.top, hole.left - picture.left, hole.height),
        Box(hole.right, hole.top, picture.right - hole.right, hole.height),
    )
    return [band for band in bands if band.area]
