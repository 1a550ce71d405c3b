"""Super-resolution autoencoder."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from restorer.models.denoiser import ResidualBlock


class Upscaler(nn.Module):
    """Enlarges a picture by 2, 3 or 4: encodes it at its own size, decodes by pixel shuffle.

    Residual blocks without batch norm and a long feature skip as in Lim et al. 2017 (EDSR); the
    decoder is a single convolution and a pixel shuffle (Shi et al. 2016, ESPCN), so all work is
    done at the small size; it predicts what the bicubic enlargement lacks, as Kim et al. 2016
    (VDSR) do, but adds it at the end. It has no attention and no global statistics.

    The bicubic enlargement is a convolution here, one kernel for each of the scale^2 positions
    inside a pixel: `functional.interpolate` computes positions in float32 from the picture's
    corner, so far from it tiles would differ from the whole.

    An output pixel depends on no input pixel that is more than `halo` away from its own.
    """

    stride: Final = 1
    bicubic: Tensor

    def __init__(self, scale: int, width: int = 48, blocks: int = 4) -> None:
        super().__init__()
        self.scale: Final = scale
        self.head = nn.Conv2d(3, width, 3, padding=1)
        self.trunk = nn.Sequential(
            *(ResidualBlock(width) for _ in range(blocks)), nn.Conv2d(width, width, 3, padding=1)
        )
        self.tail = nn.Conv2d(width, 3 * scale**2, 3, padding=1)
        self.register_buffer(
            "bicubic", _bicubic_kernels(scale).repeat(3, 1, 1, 1), persistent=False
        )
        self.halo: Final = 2 * blocks + 3
        self.bytes_per_px: Final = 16 * width + 40 * scale**2  # four of features, two of pixels

    def forward(self, small: Tensor) -> Tensor:
        """`small`: (N, 3, H, W) in [0, 1], not clipped; returns (N, 3, scale H, scale W)."""
        features = self.head(small)  # (N, 48, H, W)
        features = self.trunk(features).add_(features)
        detail = self.tail(features)  # (N, 3 scale^2, H, W)
        framed = functional.pad(small, (2, 2, 2, 2), mode="replicate")
        smooth = functional.conv2d(framed, self.bicubic, groups=3)
        return functional.pixel_shuffle(detail + smooth, self.scale)


def _bicubic_kernels(scale: int) -> Tensor:
    """(scale^2, 1, 5, 5): Keys 1981 with a = -0.5, for each position inside a pixel."""
    taps = torch.arange(-2, 3, dtype=torch.float64)
    positions = (torch.arange(scale, dtype=torch.float64) + 0.5) / scale - 0.5
    x = (taps - positions[:, None]).abs()  # (scale, 5)
    near = 1.5 * x**3 - 2.5 * x**2 + 1
    far = -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    weights = torch.where(x <= 1, near, torch.where(x < 2, far, torch.zeros_like(x)))
    kernels = torch.einsum("iy,jx->ijyx", weights, weights)
    return kernels.reshape(scale**2, 1, 5, 5).float()
