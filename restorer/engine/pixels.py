"""The library's front door: pixels in, pixels out."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from restorer.engine.image import Image, Pixels
from restorer.engine.photo import Workshop
from restorer.settings import Settings, weights_dir


def restore_pixels(pixels: Pixels, settings: Settings, weights: Path | None = None) -> Pixels:
    """`restorer.restore` with its settings as one value."""
    if not isinstance(pixels, np.ndarray) or pixels.dtype != np.float32:
        raise ValueError("pixels must be a numpy array of float32.")
    if pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] != 3) or not pixels.size:
        raise ValueError(f"pixels must have shape (H, W, 3) or (H, W), not {pixels.shape}.")
    if not np.isfinite(pixels).all():
        raise ValueError("pixels must be finite: there are NaN or infinite values in it.")
    workshop = Workshop.open(settings, weights or weights_dir())
    grey = pixels.ndim == 2
    pixels = np.ascontiguousarray(pixels)  # torch takes no view that runs backwards
    result = workshop.restore_image(Image(pixels[..., None] if grey else pixels)).samples
    return result[..., 0] if grey else result
