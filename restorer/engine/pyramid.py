"""A picture at full, half, quarter, ... size in one file that two processes can map; no torch.

The worker writes, the window reads: a view of a 100-megapixel photo then costs what the screen
shows, not what the photo has.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image as PillowImage

from restorer.engine.image import Samples
from restorer.engine.tiling import Box

SMALLEST_PX: Final = 256  # the last level's longer side is at most that


@dataclass(frozen=True, slots=True)
class PixelFile:
    """Where a pyramid lies and how to read it: all that has to go through a pipe.

    `shape`: (H, W, C) of the full size. `dtype`: "uint8" or "uint16".
    """

    path: Path
    shape: tuple[int, int, int]
    dtype: str

    @property
    def size_bytes(self) -> int:
        height, width = zip(*_level_sizes(*self.shape[:2]), strict=True)
        pixels = sum(h * w for h, w in zip(height, width, strict=True))
        samples: int = pixels * self.shape[2]
        return samples * np.dtype(self.dtype).itemsize


@dataclass(frozen=True, slots=True)
class Pyramid:
    """`levels[k]`: (ceil(H / 2^k), ceil(W / 2^k), C), each the mean of 2 x 2 of the one before."""

    levels: tuple[Samples, ...]

    @classmethod
    def create(cls, file: PixelFile) -> Pyramid:
        """Makes the file, all zeros, with its room on the disk reserved.

        Raises OSError if there is no room: without the reservation a full disk would kill the
        process that writes into the map.
        """
        with file.path.open("wb") as stream:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(stream.fileno(), 0, file.size_bytes)
            else:
                stream.truncate(file.size_bytes)
        return cls._mapped(file, "r+")

    @classmethod
    def open(cls, file: PixelFile) -> Pyramid:
        """For reading. Raises OSError or ValueError if the file is gone or too short."""
        return cls._mapped(file, "r")

    @classmethod
    def _mapped(cls, file: PixelFile, mode: str) -> Pyramid:
        flat = np.memmap(file.path, dtype=file.dtype, mode=mode, shape=None)  # type: ignore[call-overload]
        levels, start = [], 0
        for height, width in _level_sizes(*file.shape[:2]):
            count = height * width * file.shape[2]
            levels.append(flat[start : start + count].reshape(height, width, file.shape[2]))
            start += count
        return cls(tuple(levels))

    @property
    def full(self) -> Samples:
        return self.levels[0]

    def update(self, box: Box) -> None:
        """Brings the smaller levels up to date after `box` of the full size was written."""
        for larger, smaller in zip(self.levels, self.levels[1:], strict=False):
            height, width = larger.shape[:2]
            box = box.grow(0, Box(0, 0, width, height), 2)
            halved = _halved(larger[box.rows, box.columns])
            box = Box(box.left // 2, box.top // 2, halved.shape[1], halved.shape[0])
            smaller[box.rows, box.columns] = halved


def level_for(pyramid_levels: int, zoom: float) -> int:
    """The smallest level that still has a pixel for each of the screen's at that zoom.

    `zoom`: screen pixels a picture pixel.
    """
    level = 0
    while level + 1 < pyramid_levels and zoom * 2 ** (level + 1) <= 1:
        level += 1
    return level


def _level_sizes(height: int, width: int) -> list[tuple[int, int]]:
    sizes = [(height, width)]
    while max(sizes[-1]) > SMALLEST_PX:
        height, width = sizes[-1]
        sizes.append((-(-height // 2), -(-width // 2)))
    return sizes


def _halved(samples: Samples) -> Samples:
    """(H, W, C) to (ceil(H / 2), ceil(W / 2), C); at an odd rim the mean is over what is there."""
    if samples.dtype == np.uint8 and samples.shape[2] in (1, 3):
        plane = samples[..., 0] if samples.shape[2] == 1 else samples
        picture = PillowImage.fromarray(np.ascontiguousarray(plane))
        half = np.asarray(picture.reduce(2))  # ten times as fast as numpy
        return half if half.ndim == 3 else half[..., None]
    odd = [(0, side % 2) for side in samples.shape[:2]]
    even = np.pad(samples, (*odd, (0, 0)), mode="edge").astype(np.uint32)
    total = even[0::2, 0::2] + even[1::2, 0::2] + even[0::2, 1::2] + even[1::2, 1::2]
    return ((total + 2) // 4).astype(samples.dtype)
