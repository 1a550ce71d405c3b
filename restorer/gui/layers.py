"""What can be seen of a photo, as pixels: before, after and what was removed. No widgets, no torch.

All boxes are in pixels of the result; a photo that was not enlarged has a result of its own size.
`level` k halves that k times, as in a Pyramid.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from restorer.engine.blend import blend
from restorer.engine.image import Pixels, Samples, to_pixels, to_samples
from restorer.engine.pyramid import PixelFile, Pyramid
from restorer.engine.tiling import Box
from restorer.settings import Settings
from restorer.worker.protocol import Photo

Bytes = NDArray[np.uint8]
_MARGIN_PX: Final = 3  # what bicubic resampling reads around a pixel
_EIGHT_BITS: Final = np.dtype(np.uint8)


class Layer(enum.Enum):
    """One way to look at a photo."""

    BEFORE = enum.auto()
    AFTER = enum.auto()
    REMOVED = enum.auto()


@dataclass(slots=True)
class Result:
    """A restoration as far as it has come. `done`: its finished parts, in its own pixels."""

    pixels: Pyramid
    cleaned: Pyramid | None
    scale: int
    done: list[Box] = field(default_factory=list)
    complete: bool = False


class Layers:
    """The photo and its newest result; where that has no pixels yet, what was there before it."""

    def __init__(self, photo: Photo) -> None:
        self._source = Pyramid.open(photo.pixels)
        self._alpha = None if photo.alpha is None else Pyramid.open(photo.alpha)
        self._width, self._height = photo.width, photo.height
        self._result: Result | None = None
        self._older: Result | None = None
        self.keep_grain = self.keep_colour_noise = 0.0
        self.gain = 8

    @property
    def scale(self) -> int:
        return 1 if self._result is None else self._result.scale

    @property
    def photo_size(self) -> tuple[int, int]:
        """Width and height before it was enlarged."""
        return self._width, self._height

    @property
    def has_alpha(self) -> bool:
        return self._alpha is not None

    @property
    def extent(self) -> Box:
        """The whole result."""
        return Box(0, 0, self._width * self.scale, self._height * self.scale)

    @property
    def levels(self) -> int:
        return math.ceil(math.log2(max(1.0, max(self.extent.width, self.extent.height) / 256))) + 1

    def begin(self, result: PixelFile, cleaned: PixelFile | None, scale: int) -> None:
        """A new result is on its way. The last whole one stays in sight until tiles cover it."""
        if self._result is not None and self._result.complete:
            self._older = self._result
        small = None if cleaned is None else Pyramid.open(cleaned)
        self._result = Result(Pyramid.open(result), small, scale)

    def finish(self, box: Box) -> None:
        """`box` of the result has its pixels."""
        if self._result is not None:
            self._result.done.append(box)

    def complete(self) -> None:
        """All of the result has."""
        if self._result is not None:
            self._result.complete = True
            self._older = None

    def take(self, settings: Settings) -> None:
        """How much of the noise is to come back."""
        self.keep_grain, self.keep_colour_noise = settings.keep_grain, settings.keep_colour_noise

    def level_extent(self, level: int) -> Box:
        """The whole at that level, in its own pixels."""
        whole = self.extent
        return Box(0, 0, -(-whole.width // 2**level), -(-whole.height // 2**level))

    def pixels(self, layer: Layer, level: int, box: Box) -> Bytes:
        """(h, w, C) of `box`, which is in pixels of that level and inside it; 8 bits."""
        if layer is Layer.BEFORE:
            return _bytes(self._before(level, box))
        if layer is Layer.AFTER:
            return _bytes(self._after(level, box))
        before = to_pixels(self._before(level, box))
        result = self._result
        if result is not None and result.cleaned is not None:  # not what enlarging added
            after = self._cleaned(result, before, level, box)
        else:
            after = to_pixels(self._after(level, box))
        removed = before - after
        return to_samples(np.float32(self.gain) * removed + np.float32(0.5), _EIGHT_BITS)

    def alpha(self, level: int, box: Box) -> Bytes:
        """(h, w) of `box`, as `pixels`; opaque if the photo has none."""
        if self._alpha is None:
            return np.full((box.height, box.width), 255, np.uint8)
        return _bytes(resampled(self._alpha, level, box, self.scale))[..., 0]

    def _before(self, level: int, box: Box) -> Samples:
        return resampled(self._source, level, box, self.scale)

    def _after(self, level: int, box: Box) -> Samples:
        result, older = self._result, self._older
        if result is not None and result.complete:
            return self._blended(result, level, box)
        below = self._before(level, box)
        for layer in (older, result):
            if layer is None:
                continue
            if layer.scale != self.scale:
                ratio = self.scale / layer.scale
                below = resampled(layer.pixels, level, box, ratio)
                continue
            for part in [box] if layer.complete else _covered(layer.done, level, box):
                restored = self._blended(layer, level, part)
                if restored.dtype != below.dtype:
                    below, restored = to_pixels(below), to_pixels(restored)
                if not below.flags.writeable:
                    below = below.copy()
                inside = part.seen_from(box)
                below[inside.rows, inside.columns] = restored
        return below

    def _cleaned(self, result: Result, before: Pixels, level: int, box: Box) -> Pixels:
        """Enlarged as the photo is, where the denoiser has been; what comes back is back."""
        assert result.cleaned is not None
        after = before.copy()
        for part in [box] if result.complete else _covered(result.done, level, box):
            inside = part.seen_from(box)
            cleaned = to_pixels(resampled(result.cleaned, level, part, result.scale))
            after[inside.rows, inside.columns] = blend(
                cleaned,
                before[inside.rows, inside.columns] - cleaned,
                keep_grain=self.keep_grain,
                keep_colour_noise=self.keep_colour_noise,
            )
        return after

    def _blended(self, result: Result, level: int, box: Box) -> Samples:
        restored = result.pixels.levels[level][box.rows, box.columns]
        if not self.keep_grain and not self.keep_colour_noise:
            return restored
        if result.cleaned is None:
            cleaned = to_pixels(restored)
        else:
            cleaned = to_pixels(resampled(result.cleaned, level, box, result.scale))
        return blend(
            to_pixels(restored),
            to_pixels(resampled(self._source, level, box, result.scale)) - cleaned,
            keep_grain=self.keep_grain,
            keep_colour_noise=self.keep_colour_noise,
        )


def resampled(pyramid: Pyramid, level: int, box: Box, scale: float) -> Samples:
    """Part `box` of level `level` of the picture enlarged bicubically by `scale`.

    In the pyramid's own depth where nothing has to be resampled, else float32.
    """
    own_level = min(len(pyramid.levels) - 1, max(0, math.floor(math.log2(2**level / scale))))
    own = pyramid.levels[own_level]
    factor = scale * 2**own_level / 2**level  # pixels of `box` a pixel of `own`
    if factor == 1:
        return own[box.rows, box.columns]
    height, width = own.shape[:2]
    left, top = box.left / factor, box.top / factor
    right, bottom = min(width, box.right / factor), min(height, box.bottom / factor)
    around = math.ceil(_MARGIN_PX / min(1.0, factor))
    x, y = max(0, math.floor(left) - around), max(0, math.floor(top) - around)
    part = own[y : math.ceil(bottom) + around, x : math.ceil(right) + around]
    window = (left - x, top - y, right - x, bottom - y)
    part = part if part.dtype == np.uint8 else to_pixels(part)
    planes = [
        PillowImage.fromarray(np.ascontiguousarray(part[..., channel])).resize(
            (box.width, box.height), PillowImage.Resampling.BICUBIC, box=window
        )
        for channel in range(part.shape[2])
    ]
    return np.stack([np.asarray(plane) for plane in planes], axis=-1)


def _covered(done: list[Box], level: int, box: Box) -> list[Box]:
    """The parts of `box`, at that level, whose pixels are all in one of the `done` boxes."""
    size = 2**level
    whole = (
        Box(
            left := -(-part.left // size),
            top := -(-part.top // size),
            max(0, part.right // size - left),
            max(0, part.bottom // size - top),
        )
        for part in done
    )
    parts = (part.intersect(box) for part in whole)
    return [part for part in parts if part is not None]


def _bytes(samples: Samples) -> Bytes:
    if samples.dtype == np.uint8:
        return samples
    return to_samples(to_pixels(samples), _EIGHT_BITS)
