"""Denoising autoencoder."""

from __future__ import annotations

import bisect
import copy
import itertools
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
        widths: Sequence[int] = (32, 64, 128),
        blocks: Sequence[int] = (2, 2, 3),
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
    2018 (FFDNet); residual blocks on several levels, each half as fine as the one before, with
    additive skips as in Zhang et al. 2021 (DRUNet). Unlike DnCNN and FFDNet it has no batch norm,
    so the result ignores batch size.
    """

    def __init__(self, widths: Sequence[int], blocks: Sequence[int]) -> None:
        super().__init__()
        steps = list(itertools.pairwise(widths))
        self.head = nn.Conv2d(4 * 3 + 1, widths[0], 3, padding=1)
        self.encoders = nn.ModuleList(map(_stack, widths, blocks))
        self.down = nn.ModuleList(nn.Conv2d(fine, coarse, 2, stride=2) for fine, coarse in steps)
        self.up = nn.ModuleList(
            nn.ConvTranspose2d(coarse, fine, 2, stride=2) for fine, coarse in steps
        )
        self.decoders = nn.ModuleList(map(_stack, widths[:-1], blocks[:-1]))
        self.tail = nn.Conv2d(widths[0], 4 * 3, 3, padding=1)

        # A convolution reaches one cell of its own level, a block two, and all levels but the
        # coarsest have their blocks twice; the unshuffle and the strided convolutions let a pixel
        # see the rest of its own cell of the coarsest level.
        self.stride: Final = 2 ** len(widths)
        cells_px = 2 * 2 + sum(2 ** (level + 1) * 4 * count for level, count in enumerate(blocks))
        cells_px -= self.stride * 2 * blocks[-1]
        self.halo: Final = -(-(cells_px + self.stride - 1) // self.stride) * self.stride
        # At the peak three to four tensors of the finest level are alive, a quarter as many cells
        # as pixels each; `restorer benchmark speed` shows what comes of it.
        self.bytes_per_px: Final = 4 * widths[0]

    def forward(self, noisy: Tensor, sigma: Tensor) -> Tensor:
        """`noisy`: (N, 3, H, W) in [0, 1], not clipped. `sigma`: (N, 1, 1, 1), 8-bit levels."""
        # No tensor is held for longer than it is needed: a name less is 200 MiB less at the peak.
        height, width = noisy.shape[2] // 2, noisy.shape[3] // 2
        plane = (sigma / SIGMA_UNIT).to(noisy.dtype).expand(-1, 1, height, width)
        features = self.head(torch.cat((functional.pixel_unshuffle(noisy, 2), plane), dim=1))
        skips = []
        for encoder, down in zip(self.encoders, self.down, strict=False):
            for block in encoder.children():
                features = block(features)
            skips.append(features)
            features = down(features)  # (N, 64, H/4, W/4) and so on
        features = self.encoders[-1](features)
        for level in reversed(range(len(self.up))):
            features = self.up[level](features).add_(skips.pop())  # the last use of that skip
            for block in self.decoders[level].children():
                features = block(features)
        noise = functional.pixel_shuffle(self.tail(features), 2)
        return noisy - noise  # (N, 3, H, W)


def _stack(channels: int, count: int) -> nn.Sequential:
    return nn.Sequential(*(ResidualBlock(channels) for _ in range(count)))
