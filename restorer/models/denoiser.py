"""Denoising autoencoder."""

from __future__ import annotations

import bisect
import copy
from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

SIGMA_UNIT: Final = 50.0  # 8-bit levels that become 1.0 in the noise plane


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions and a skip, without normalization.

    He et al. 2016, shorn of batch norm as in Lim et al. 2017 (EDSR). For the same arithmetic
    `tests/benchmarks/blocks.py` found the blocks of SPAN and RLFN 1.5 times as slow on two CPU
    cores, that of SAFMN 1.9 and that of NAFNet, with its depthwise convolutions, 4 times: all of
    them move more memory than they save multiplications.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, features: Tensor) -> Tensor:
        inner = functional.relu(self.first(features), inplace=True)
        out: Tensor = self.second(inner)
        return out.add_(features)  # in place: one tensor less at the peak


class Denoiser(nn.Module):
    """U-shaped denoising autoencoder whose weights depend on the noise level.

    There is a set of weights for each of `levels`, 8-bit levels of noise in rising order; between
    two of them, both are mixed linearly, outside of them the nearest is used. Mixed weights of
    networks that began as one work as well as either (Wang et al. 2019, Deep Network
    Interpolation), and they cost nothing: the mix is made once a call, not once a pixel. So a
    network of a quarter of FFDNet's arithmetic need not be good at every level at once. Fresh sets
    are equal.

    A picture's height and width must be multiples of `stride`. An output pixel depends on no input
    pixel that is more than `halo` away; `tests/models/test_networks.py` measures that.
    """

    scale: Final = 1

    def __init__(
        self,
        widths: tuple[int, int, int] = (48, 96, 128),
        blocks: tuple[int, int, int] = (1, 1, 2),
        levels: Sequence[float] = (25.0,),
    ) -> None:
        super().__init__()
        self.levels: Final = tuple(levels)
        first = UNet(widths, blocks)
        self.sets = nn.ModuleList([first, *(copy.deepcopy(first) for _ in levels[1:])])
        self.stride: Final = first.stride
        self.halo: Final = first.halo
        self.work_halo: Final = first.halo
        self.bytes_per_px: Final = first.bytes_per_px

    def forward(self, noisy: Tensor, sigma: Tensor) -> Tensor:
        """`noisy`: (N, 3, H, W) in [0, 1], not clipped. `sigma`: (N, 1, 1, 1), 8-bit levels.

        Pictures of one level are restored together, of several levels one by one.
        """
        levels = sigma.flatten().tolist()
        if len(set(levels)) == 1:
            return self._restore(noisy, sigma, levels[0])
        parts = zip(noisy.unsqueeze(1), sigma.unsqueeze(1), levels, strict=True)
        return torch.cat([self._restore(*part) for part in parts])

    def start_from(self, other: Denoiser) -> None:
        """Makes each set what `other`, of the same widths and blocks, has at its level."""
        for level, each in zip(self.levels, self.sets, strict=True):
            each.load_state_dict(other.weights_at(level))

    def weights_at(self, level: float) -> dict[str, Tensor]:
        """Of a `UNet`, for noise of `level`."""
        above = bisect.bisect_left(self.levels, level)
        if above == 0 or above == len(self.levels):
            return dict(self.sets[min(above, len(self.levels) - 1)].named_parameters())
        low, high = self.levels[above - 1], self.levels[above]
        quieter, louder = self.sets[above - 1], self.sets[above]
        share = (level - low) / (high - low)
        return {
            name: torch.lerp(weights, other, share)
            for (name, weights), other in zip(
                quieter.named_parameters(), louder.parameters(), strict=True
            )
        }

    def _restore(self, noisy: Tensor, sigma: Tensor, level: float) -> Tensor:
        weights = self.weights_at(level)
        restored: Tensor = torch.func.functional_call(self.sets[0], weights, (noisy, sigma))
        return restored


class UNet(nn.Module):
    """The denoiser of one noise level: it predicts the noise and subtracts it.

    Residual learning as in Zhang et al. 2017 (DnCNN); the noise level as an input plane and the
    pixel unshuffle in front, which makes every convolution four times cheaper, as in Zhang et al.
    2018 (FFDNet); residual blocks on three levels with additive skips as in Zhang et al. 2021
    (DRUNet). Unlike DnCNN and FFDNet it has no batch norm, so the result ignores batch size.
    """

    stride: Final = 8

    def __init__(self, widths: tuple[int, int, int], blocks: tuple[int, int, int]) -> None:
        super().__init__()
        fine, middle, coarse = widths
        n_fine, n_middle, n_coarse = blocks
        self.head = nn.Conv2d(4 * 3 + 1, fine, 3, padding=1)
        self.encode_fine = _stack(fine, n_fine)
        self.to_middle = nn.Conv2d(fine, middle, 2, stride=2)
        self.encode_middle = _stack(middle, n_middle)
        self.to_coarse = nn.Conv2d(middle, coarse, 2, stride=2)
        self.bottleneck = _stack(coarse, n_coarse)
        self.from_coarse = nn.ConvTranspose2d(coarse, middle, 2, stride=2)
        self.decode_middle = _stack(middle, n_middle)
        self.from_middle = nn.ConvTranspose2d(middle, fine, 2, stride=2)
        self.decode_fine = _stack(fine, n_fine)
        self.tail = nn.Conv2d(fine, 4 * 3, 3, padding=1)

        # A convolution reaches one cell of its own level, a block two; the unshuffle and the two
        # strided convolutions let a pixel see the rest of its 8 x 8 cell.
        cells_px = 2 * (2 + 4 * n_fine) + 4 * (4 * n_middle) + 8 * (2 * n_coarse)
        self.halo: Final = -(-(cells_px + self.stride - 1) // self.stride) * self.stride
        # At the peak three to four tensors of the finest level are alive, a quarter as many cells
        # as pixels each; `restorer benchmark speed` shows what comes of it.
        self.bytes_per_px: Final = 4 * fine

    def forward(self, noisy: Tensor, sigma: Tensor) -> Tensor:
        """`noisy`: (N, 3, H, W) in [0, 1], not clipped. `sigma`: (N, 1, 1, 1), 8-bit levels."""
        cells = functional.pixel_unshuffle(noisy, 2)  # (N, 12, H/2, W/2)
        plane = (sigma / SIGMA_UNIT).to(cells.dtype).expand(-1, 1, *cells.shape[2:])
        fine = self.encode_fine(self.head(torch.cat((cells, plane), dim=1)))
        middle = self.encode_middle(self.to_middle(fine))  # (N, 96, H/4, W/4)
        coarse = self.bottleneck(self.to_coarse(middle))  # (N, 128, H/8, W/8)
        middle = self.from_coarse(coarse).add_(middle)  # rebinding frees the skip
        middle = self.decode_middle(middle)
        fine = self.from_middle(middle).add_(fine)
        fine = self.decode_fine(fine)
        noise = functional.pixel_shuffle(self.tail(fine), 2)
        return noisy - noise  # (N, 3, H, W)


def _stack(channels: int, count: int) -> nn.Sequential:
    return nn.Sequential(*(ResidualBlock(channels) for _ in range(count)))
