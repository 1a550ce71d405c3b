"""The Haar transform, as the estimators see a picture."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn import functional


def energies(patches: Tensor, levels: int, region_px: int) -> Iterator[Tensor]:
    """(N, 3, H, W) to (N, 2, H / region_px, W / region_px), twice a level from fine to coarse.

    Of straight (horizontal and vertical) and of diagonal details: the mean in each region, of
    brightness and of colour. Orthonormal: white noise is as strong in all of them.
    """
    red, green, blue = patches.unbind(dim=1)
    low = torch.stack((red + green + blue, red - blue, red - 2 * green + blue), dim=1)
    low = low / low.new_tensor([3, 2, 6]).sqrt().view(3, 1, 1)
    for level in range(levels):
        low, horizontal, vertical, diagonal = _split(low)
        for detail in (0.5 * (horizontal.square() + vertical.square()), diagonal.square()):
            regions = functional.avg_pool2d(detail, region_px >> (level + 1))
            yield torch.stack((regions[:, 0], regions[:, 1:].mean(dim=1)), dim=1)


def _split(planes: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """One level: the low band and three details at half the size."""
    a, b = planes[..., 0::2, 0::2], planes[..., 0::2, 1::2]
    c, d = planes[..., 1::2, 0::2], planes[..., 1::2, 1::2]
    return (a + b + c + d) / 2, (a - b + c - d) / 2, (a + b - c - d) / 2, (a - b - c + d) / 2
