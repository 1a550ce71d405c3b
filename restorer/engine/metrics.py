"""How close a restored picture is to the clean one: PSNR and SSIM as the papers measure them."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from restorer.engine.image import Pixels
from restorer.errors import ShapeMismatch

_SSIM_RADIUS: Final = 5
_SSIM_SIGMA: Final = 1.5


def psnr(restored: Pixels, clean: Pixels) -> float:
    """Peak signal-to-noise ratio in decibels; infinite for equal images.

    Both (H, W, C), float32 in [0, 1]. The error is averaged over all channels, not luma:
    papers that report Y-channel PSNR read higher.

    >>> black = np.zeros((4, 4, 3), np.float32)
    >>> round(psnr(black + np.float32(0.1), black), 3)
    20.0

    Raises ShapeMismatch if the shapes differ.
    """
    _check_shapes(restored, clean)
    error = np.mean(np.square(restored - clean, dtype=np.float64))
    return float("inf") if error == 0 else float(-10 * np.log10(error))


def luma(pixels: Pixels) -> Pixels:
    """Y of BT.601 in its studio range, 16/255 to 235/255, as (H, W, 1).

    The range in which super-resolution papers measure; grey pictures are taken for R = G = B.
    """
    weights = np.array([65.481, 128.553, 24.966], np.float32) / 255
    colour = np.broadcast_to(pixels, (*pixels.shape[:2], 3))
    brightness: Pixels = np.asarray(colour @ weights + np.float32(16 / 255), np.float32)
    return brightness[..., None]


def crop_border(pixels: Pixels, border_px: int) -> Pixels:
    """Without `border_px` on each side, where networks and bicubic kernels lack neighbours."""
    return pixels[border_px : pixels.shape[0] - border_px, border_px : pixels.shape[1] - border_px]


def ssim(restored: Pixels, clean: Pixels) -> float:
    """Structural similarity, 1 for equal images, averaged over pixels and channels.

    Wang et al. 2004: Gaussian window of 11 pixels and sigma 1.5, K1 = 0.01, K2 = 0.03, only where
    the window lies inside the picture. Both (H, W, C), float32 in [0, 1], 11 pixels a side or more.

    Raises ShapeMismatch if the shapes differ, ValueError if the pictures are smaller.
    """
    _check_shapes(restored, clean)
    if min(restored.shape[:2]) <= 2 * _SSIM_RADIUS:
        raise ValueError("SSIM needs pictures of at least 11 pixels a side.")
    one, other = restored.astype(np.float64), clean.astype(np.float64)
    mean_one, mean_other = _window(one), _window(other)
    variance_one = _window(one * one) - mean_one**2
    variance_other = _window(other * other) - mean_other**2
    covariance = _window(one * other) - mean_one * mean_other
    c1, c2 = 0.01**2, 0.03**2
    similarity = ((2 * mean_one * mean_other + c1) * (2 * covariance + c2)) / (
        (mean_one**2 + mean_other**2 + c1) * (variance_one + variance_other + c2)
    )
    return float(similarity.mean())


def _window(values: NDArray[np.float64]) -> NDArray[np.float64]:
    offsets = np.arange(-_SSIM_RADIUS, _SSIM_RADIUS + 1)
    taps = np.exp(-0.5 * (offsets / _SSIM_SIGMA) ** 2)
    taps /= taps.sum()
    height, width = (side - 2 * _SSIM_RADIUS for side in values.shape[:2])
    rows = sum(tap * values[i : i + height] for i, tap in enumerate(taps))
    return np.asarray(sum(tap * rows[:, i : i + width] for i, tap in enumerate(taps)))


def _check_shapes(one: Pixels, other: Pixels) -> None:
    if one.shape != other.shape:
        raise ShapeMismatch(one.shape, other.shape)
