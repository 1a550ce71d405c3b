"""Where one looks at a picture and from how near: arithmetic without widgets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from restorer.engine.tiling import Box

MAX_ZOOM: Final = 32.0
ZOOM_STEP: Final = 1.25


@dataclass(slots=True)
class Viewpoint:
    """`x`, `y`: the picture's point in the middle of the view, in its pixels. `zoom`: screen pixels
    a pixel. `fits`: the zoom follows the size of the view.

    Sizes of views are in screen pixels.
    """

    x: float = 0.0
    y: float = 0.0
    zoom: float = 1.0
    fits: bool = True

    def fit(self, extent: Box, view: tuple[float, float]) -> None:
        """The whole picture, but never larger than 100 %."""
        self.x, self.y = extent.width / 2, extent.height / 2
        self.zoom = min(1.0, _whole(extent, view))
        self.fits = True

    def zoom_to(
        self,
        zoom: float,
        extent: Box,
        view: tuple[float, float],
        anchor: tuple[float, float] = (0.0, 0.0),
    ) -> None:
        """`anchor`: the point that stays where it is on the screen, seen from the view's middle."""
        zoom = min(MAX_ZOOM, max(min(1.0, _whole(extent, view)) / 2, zoom))
        self.x += anchor[0] / self.zoom - anchor[0] / zoom
        self.y += anchor[1] / self.zoom - anchor[1] / zoom
        self.zoom, self.fits = zoom, False
        self.keep_inside(extent)

    def pan(self, right: float, down: float, extent: Box) -> None:
        """Moves the picture by that many screen pixels."""
        self.x -= right / self.zoom
        self.y -= down / self.zoom
        self.fits = False
        self.keep_inside(extent)

    def rescale(self, ratio: float) -> None:
        """The picture has `ratio` times as many pixels a side now; what is seen stays."""
        self.x *= ratio
        self.y *= ratio
        self.zoom /= ratio

    def keep_inside(self, extent: Box) -> None:
        """The middle of the view never leaves the picture."""
        self.x = min(max(self.x, 0.0), float(extent.width))
        self.y = min(max(self.y, 0.0), float(extent.height))

    def visible(self, extent: Box, view: tuple[float, float]) -> Box | None:
        """The part of the picture that is seen, in whole pixels; None if that is nothing."""
        width, height = view[0] / self.zoom, view[1] / self.zoom
        left, top = int(self.x - width / 2), int(self.y - height / 2)
        return Box(left, top, int(width) + 2, int(height) + 2).intersect(extent)


def _whole(extent: Box, view: tuple[float, float]) -> float:
    return min(view[0] / extent.width, view[1] / extent.height)
