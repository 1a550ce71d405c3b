"""Super-resolution autoencoder."""

from __future__ import annotations

from typing import Final

from torch import Tensor, nn
from torch.nn import functional

from restorer.models.denoiser import ResidualBlock


class Upscaler(nn.Module):
    """Enlarges a picture by 2, 3 or 4: encodes it at its own size, decodes by pixel shuffle.

    Residual blocks without batch norm and a long feature skip as in Lim et al. 2017 (EDSR); the
    decoder is a single convolution and a pixel shuffle (Shi et al. 2016, ESPCN), so all work is
    done at the small size; it predicts what the bicubic enlargement lacks, as Kim et al. 2016
    (VDSR) do, but adds it at the end. It has no attention and no global statistics.

    An output pixel depends on no input pixel that is more than `halo` away from its own.
    """

    stride: Final = 1

    def __init__(self, scale: int, width: int = 48, blocks: int = 4) -> None:
        super().__init__()
        self.scale: Final = scale
        self.head = nn.Conv2d(3, width, 3, padding=1)
        self.trunk = nn.Sequential(
            *(ResidualBlock(width) for _ in range(blocks)), nn.Conv2d(width, width, 3, padding=1)
        )
        self.tail = nn.Conv2d(width, 3 * scale**2, 3, padding=1)
        self.halo: Final = 2 * blocks + 3
        self.bytes_per_px: Final = (
            16 * width + 40 * scale**2
        )  # four tensors of features, two of pixels

    def forward(self, small: Tensor) -> Tensor:
        """`small`: (N, 3, H, W) in [0, 1], not clipped; returns (N, 3, scale H, scale W)."""
        features = self.head(small)  # (N, 48, H, W)
        features = self.trunk(features).add_(features)
        detail = functional.pixel_shuffle(self.tail(features), self.scale)
        return detail + functional.interpolate(
            small, scale_factor=self.scale, mode="bicubic", align_corners=False
        )
