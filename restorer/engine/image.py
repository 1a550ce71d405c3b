"""A picture in memory, with all that a file says about it besides the pixels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.float32]
"""Samples in [0, 1], not clipped: what the networks read and write."""

Samples = NDArray[Any]
"""Samples as a file stores them: uint8, uint16, or float32 in [0, 1]."""

BT_601: Final = (0.299, 0.587, 0.114)  # of brightness: red, green, blue
_BAND_ROWS: Final = 512
_FULL_SCALE: Final = {np.dtype(np.uint8): 255.0, np.dtype(np.uint16): 65535.0}


@dataclass(frozen=True, slots=True)
class JpegCoding:
    """How strongly a JPEG is compressed: its quantization tables, and "4:4:4" or coarser colour.

    `grid`: the row and the column, 0 to 7, in which its blocks begin; 0 unless it was turned.
    """

    tables: tuple[tuple[int, ...], ...]
    subsampling: str
    grid: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Image:
    """Pixels and what must come through a restoration unchanged.

    `samples`: (H, W, 3) colour or (H, W, 1) grey; uint8, uint16, or float32 in [0, 1]. They stay in
    the file's own depth, because float32 would quadruple the memory of a 100-megapixel photo; tiles
    are converted one at a time. Upright: EXIF orientation is already applied.
    `alpha`: (H, W) of the same depth, or None.
    `icc`, `exif`, `xmp`, `iptc`: as stored in files, orientation reset to 1. `dpi`: horizontal,
    vertical. `texts`: remarks with their names, as PNG has them; "Comment" is that of a JPEG.
    `xmp_extension`: what of a JPEG's XMP did not fit into its first segment, as segments.
    `jpeg`: how a JPEG was compressed. `lossless`: whether a WebP lost nothing. `is_as_stored`:
    whether these are a file's pixels, neither turned nor converted nor restored. `format`: Pillow's
    name of the source's file format, such as "JPEG"; None for a picture that does not come from a
    file.
    """

    samples: Samples
    alpha: Samples | None = None
    icc: bytes | None = None
    exif: bytes | None = None
    dpi: tuple[float, float] | None = None
    format: str | None = None
    xmp: bytes | None = None
    iptc: bytes | None = None
    texts: tuple[tuple[str, str], ...] = ()
    xmp_extension: tuple[bytes, ...] = ()
    jpeg: JpegCoding | None = None
    lossless: bool = False
    is_as_stored: bool = False

    @property
    def height(self) -> int:
        return int(self.samples.shape[0])

    @property
    def width(self) -> int:
        return int(self.samples.shape[1])

    @property
    def megapixels(self) -> float:
        return self.height * self.width / 1e6

    def in_eight_bits(self) -> Image:
        """The same picture with 8 bits a sample."""
        eight_bits = np.dtype(np.uint8)
        if self.samples.dtype == eight_bits:
            return self
        alpha = self.alpha
        return replace(
            self,
            samples=to_samples(to_pixels(self.samples), eight_bits),
            alpha=None if alpha is None else to_samples(to_pixels(alpha), eight_bits),
        )

    def without_pixels(self) -> Image:
        """All but the pixels: small enough to be sent about. Of no height."""
        alpha = None if self.alpha is None else self.alpha[:0]
        return replace(self, samples=self.samples[:0], alpha=alpha)

    @property
    def bits(self) -> int:
        """Bits a sample: 8, 16, or 32 for float."""
        return int(self.samples.dtype.itemsize * 8)


def are_alike(samples: Samples, others: Samples) -> bool:
    """Whether the two are the same; in bands of rows, of which mostly the first tells."""
    if samples.shape != others.shape:
        return False
    bands = (slice(top, top + _BAND_ROWS) for top in range(0, len(samples), _BAND_ROWS))
    return all(np.array_equal(samples[band], others[band]) for band in bands)


def to_pixels(samples: Samples) -> Pixels:
    """Any depth to float32; integers are divided by their full scale."""
    full = _FULL_SCALE.get(samples.dtype)
    if full is None:
        return samples.astype(np.float32, copy=False)
    return samples.astype(np.float32) * np.float32(1 / full)


def to_samples(pixels: Pixels, dtype: np.dtype[Any]) -> Samples:
    """Float32 to a file's depth; integers are clipped to their range and rounded to nearest."""
    full = _FULL_SCALE.get(dtype)
    if full is None:
        return pixels.astype(dtype, copy=False)
    levels = np.clip(pixels, 0, 1) * np.float32(full)
    samples: Samples = np.rint(levels, out=levels).astype(dtype)
    return samples
