"""How much of what the denoiser took away comes back: cheap, without a network; no torch."""

from __future__ import annotations

from typing import Final

import numpy as np
from PIL import Image as PillowImage

from restorer.engine.image import BT_601, Image, Pixels, Samples, to_pixels, to_samples
from restorer.engine.tiling import Box

MARGIN_PX: Final = 3  # what a bicubic enlargement reads around a pixel of the small picture
BAND_PX: Final = 1 << 21
_LUMA: Final = np.array(BT_601, np.float32)


def blend(
    restored: Pixels, removed: Pixels, *, keep_grain: float, keep_colour_noise: float
) -> Pixels:
    """`restored` with a part of the brightness noise and of the colour noise put back.

    Both (H, W, C) in one size; `removed` is the noisy picture minus the denoised one. With 0 and 0
    nothing comes back, with 1 and 1 all of it; in between each pixel moves in a straight line.
    """
    if not keep_grain and not keep_colour_noise:
        return restored
    if removed.shape[2] == 1:
        return restored + np.float32(keep_grain) * removed
    grain = (removed @ _LUMA)[..., None]
    if keep_grain == keep_colour_noise:
        return restored + np.float32(keep_grain) * removed
    colour = removed - grain
    return restored + np.float32(keep_grain) * grain + np.float32(keep_colour_noise) * colour


def enlarged(samples: Samples, box: Box, scale: int) -> Pixels:
    """Part `box` of the bicubic enlargement (Keys, a = -0.5) of (H, W, C), as (h, w, C).

    `box`, in pixels of the enlargement, may start anywhere: the pixels are those of the whole
    enlargement.
    """
    if scale == 1:
        return to_pixels(samples[box.rows, box.columns])
    height, width = samples.shape[:2]
    whole = Box(0, 0, width, height)
    read = Box(
        box.left // scale,
        box.top // scale,
        -(-box.right // scale) - box.left // scale,
        -(-box.bottom // scale) - box.top // scale,
    ).grow(MARGIN_PX, whole)
    small = to_pixels(samples[read.rows, read.columns])
    return enlarged_pixels(small, box.seen_from(read.scaled(scale)), scale)


def enlarged_pixels(small: Pixels, box: Box, scale: int) -> Pixels:
    """The same of float pixels, which may be negative."""
    window = (
        box.left / scale,
        box.top / scale,
        box.right / scale,
        box.bottom / scale,
    )
    planes = [
        PillowImage.fromarray(np.ascontiguousarray(small[..., channel])).resize(
            (box.width, box.height), PillowImage.Resampling.BICUBIC, box=window
        )
        for channel in range(small.shape[2])
    ]
    return np.stack([np.asarray(plane) for plane in planes], axis=-1)


def removed_in(source: Samples, cleaned: Samples, box: Box, scale: int) -> Pixels:
    """What the denoiser removed, in part `box` of the result: enlarged bicubically if it was.

    `source`, `cleaned`: (H, W, C); `cleaned` is what the denoiser made of it.
    """
    if scale == 1:
        rows, columns = box.rows, box.columns
        return to_pixels(source[rows, columns]) - to_pixels(cleaned[rows, columns])
    return enlarged(source, box, scale) - enlarged(cleaned, box, scale)


def finish(
    image: Image,
    restored: Samples,
    cleaned: Samples,
    *,
    keep_grain: float,
    keep_colour_noise: float,
    size: tuple[int, int] | None = None,
) -> Samples:
    """The result as it is saved: blended, then shrunk to `size` (width, height) if that is given.

    `restored`: (scale H, scale W, C), is not changed. `cleaned`: (H, W, C). In bands of rows, so
    that a large photo needs no second copy in float.
    """
    result = restored
    if keep_grain or keep_colour_noise:
        result = np.empty_like(restored, subok=False)
        height, width = restored.shape[:2]
        scale = height // image.height
        rows = max(1, BAND_PX // width)
        for top in range(0, height, rows):
            box = Box(0, top, width, min(rows, height - top))
            removed = removed_in(image.samples, cleaned, box, scale)
            band = blend(
                to_pixels(restored[box.rows]),
                removed,
                keep_grain=keep_grain,
                keep_colour_noise=keep_colour_noise,
            )
            result[box.rows] = to_samples(band, result.dtype)
    if size is not None and size != (result.shape[1], result.shape[0]):
        result = resized(result, size)
    return result


def resized(samples: Samples, size: tuple[int, int]) -> Samples:
    """(H, W, C) or (H, W) to (width, height) of the same depth, by Lanczos-3 with antialiasing."""
    planes = samples if samples.ndim == 3 else samples[..., None]
    resampled = []
    for channel in range(planes.shape[2]):
        plane = np.ascontiguousarray(planes[..., channel])
        eight_bits = plane.dtype == np.uint8
        small = PillowImage.fromarray(plane if eight_bits else to_pixels(plane)).resize(
            size, PillowImage.Resampling.LANCZOS
        )
        values = np.asarray(small)
        resampled.append(values if eight_bits else to_samples(values, samples.dtype))
    result: Samples = np.stack(resampled, axis=-1)
    return result if samples.ndim == 3 else result[..., 0]
