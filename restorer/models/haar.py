"""The Haar transform, as the estimators see a picture."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor


def details(patches: Tensor, levels: int) -> Iterator[tuple[Tensor, Tensor]]:
    """(N, 3, H, W) to energies, (N, 3, H / 2, W / 2) and so on: straight and diagonal details.

    Of brightness and two colours. Orthonormal: white noise is as strong in all of them.
    """
    red, green, blue = patches.unbind(dim=1)
    low = torch.stack((red + green + blue, red - blue, red - 2 * green + blue), dim=1)
    low = low / low.new_tensor([3, 2, 6]).sqrt().view(3, 1, 1)
    for _ in range(levels):
        low, horizontal, vertical, diagonal = _split(low)
        yield 0.5 * (horizontal.square() + vertical.square()), diagonal.square()


def _split(planes: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """One level: the low band and three details at half the size."""
    a, b = planes[..., 0::2, 0::2], planes[..., 0::2, 1::2]
    c, d = planes[..., 1::2, 0::2], planes[..., 1::2, 1::2]
    return (a + b + c + d) / 2, (a - b + c - d) / 2, (a + b - c - d) / 2, (a - b - c + d) / 2
