"""The published networks that peers.py times, written from their papers, without weights.

A denoiser is called as ours is, with the noisy picture and sigma in 8-bit levels; what a network
has no use for it ignores. Parameters are as in the papers: `test_peer_networks.py` counts them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional


class DnCnn(nn.Module):
    """DnCNN for colour (Zhang et al. 2017): 20 convolutions, their batch norm folded into them."""

    def __init__(self, width: int = 64, layers: int = 20) -> None:
        super().__init__()
        self.layers = _chain(3, width, 3, layers)

    def forward(self, noisy: Tensor, sigma: Tensor) -> Tensor:
        noise: Tensor = self.layers(noisy)
        return noisy - noise


class FfdNet(nn.Module):
    """FFDNet for colour (Zhang et al. 2018): 12 convolutions at half size, with a noise plane."""

    def __init__(self, width: int = 96, layers: int = 12) -> None:
        super().__init__()
        self.layers = _chain(4 * 3 + 1, width, 4 * 3, layers)

    def forward(self, noisy: Tensor, sigma: Tensor) -> Tensor:
        cells = functional.pixel_unshuffle(noisy, 2)  # (N, 12, H/2, W/2)
        plane = (sigma / 255).expand(-1, 1, *cells.shape[2:])
        return functional.pixel_shuffle(self.layers(torch.cat((cells, plane), 1)), 2)


class DruNet(nn.Module):
    """DRUNet for colour (Zhang et al. 2021): a U-net of residual blocks, without biases."""

    def __init__(
        self, widths: tuple[int, ...] = (64, 128, 256, 512), blocks_a_level: int = 4
    ) -> None:
        super().__init__()
        pairs = list(pairwise(widths))
        self.head = nn.Conv2d(3 + 1, widths[0], 3, padding=1, bias=False)
        self.down = nn.ModuleList(
            nn.Sequential(
                *_plain_blocks(fine, blocks_a_level), nn.Conv2d(fine, coarse, 2, 2, bias=False)
            )
            for fine, coarse in pairs
        )
        self.body = nn.Sequential(*_plain_blocks(widths[-1], blocks_a_level))
        self.up = nn.ModuleList(
            nn.Sequential(
                nn.ConvTranspose2d(coarse, fine, 2, 2, bias=False),
                *_plain_blocks(fine, blocks_a_level),
            )
            for fine, coarse in reversed(pairs)
        )
        self.tail = nn.Conv2d(widths[0], 3, 3, padding=1, bias=False)

    def forward(self, noisy: Tensor, sigma: Tensor) -> Tensor:
        """Height and width must be multiples of 8."""
        plane = (sigma / 255).expand(-1, 1, *noisy.shape[2:])
        skips = [self.head(torch.cat((noisy, plane), 1))]
        for down in self.down:
            skips.append(down(skips[-1]))
        features = self.body(skips[-1])
        for up in self.up:
            features = up(features + skips.pop())
        out: Tensor = self.tail(features + skips.pop())
        return out


class PlainBlock(nn.Module):
    """DRUNet's and EDSR's (Lim et al. 2017): two convolutions and a skip, no batch norm."""

    def __init__(self, channels: int, bias: bool) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1, bias=bias)
        self.second = nn.Conv2d(channels, channels, 3, padding=1, bias=bias)

    def forward(self, features: Tensor) -> Tensor:
        inner: Tensor = self.second(functional.relu(self.first(features), inplace=True))
        return features + inner


class Imdn(nn.Module):
    """IMDN (Hui et al. 2019): six blocks of information multi-distillation."""

    def __init__(self, scale: int, width: int = 64, blocks: int = 6) -> None:
        super().__init__()
        self.head = nn.Conv2d(3, width, 3, padding=1)
        self.blocks = nn.ModuleList(ImdBlock(width) for _ in range(blocks))
        self.gather = nn.Conv2d(blocks * width, width, 1)
        self.last = nn.Conv2d(width, width, 3, padding=1)
        self.tail = _shuffled(width, scale)

    def forward(self, small: Tensor) -> Tensor:
        head = features = self.head(small)
        found = []
        for block in self.blocks:
            features = block(features)
            found.append(features)
        gathered = functional.leaky_relu(self.gather(torch.cat(found, 1)), 0.05, inplace=True)
        out: Tensor = self.tail(self.last(gathered) + head)
        return out


class ImdBlock(nn.Module):
    """Each convolution leaves a quarter of its channels and hands the rest on."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.kept = channels // 4
        rest = channels - self.kept
        self.layers = nn.ModuleList(
            nn.Conv2d(inputs, channels, 3, padding=1) for inputs in (channels, rest, rest)
        )
        self.last = nn.Conv2d(rest, self.kept, 3, padding=1)
        # Contrast-aware attention: mean and standard deviation of each channel
        self.squeeze = nn.Conv2d(channels, channels // 16, 1)
        self.excite = nn.Conv2d(channels // 16, channels, 1)
        self.mix = nn.Conv2d(4 * self.kept, channels, 1)

    def forward(self, features: Tensor) -> Tensor:
        rest, kept = features, []
        for layer in self.layers:
            inner = functional.leaky_relu(layer(rest), 0.05, inplace=True)
            kept.append(inner[:, : self.kept])
            rest = inner[:, self.kept :]
        joined = torch.cat((*kept, self.last(rest)), 1)
        variance, mean = torch.var_mean(joined, (2, 3), correction=0, keepdim=True)
        contrast = functional.relu(self.squeeze(variance.sqrt() + mean), inplace=True)
        out: Tensor = self.mix(joined * torch.sigmoid(self.excite(contrast)))
        return out + features


class Rlfn(nn.Module):
    """RLFN (Kong et al. 2022): six residual local feature blocks."""

    def __init__(self, scale: int, width: int = 52, blocks: int = 6) -> None:
        super().__init__()
        self.head = nn.Conv2d(3, width, 3, padding=1)
        self.blocks = nn.Sequential(*(RlfBlock(width) for _ in range(blocks)))
        self.last = nn.Conv2d(width, width, 3, padding=1)
        self.tail = _shuffled(width, scale)

    def forward(self, small: Tensor) -> Tensor:
        features = self.head(small)
        out: Tensor = self.tail(self.last(self.blocks(features)) + features)
        return out


class RlfBlock(nn.Module):
    """Three convolutions and enhanced spatial attention (Liu et al. 2020) with one of its layers.

    The picture must have 15 pixels a side or more.
    """

    def __init__(self, channels: int, narrow: int = 16) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Conv2d(channels, channels, 3, padding=1) for _ in range(3))
        self.mix = nn.Conv2d(channels, channels, 1)
        self.squeeze = nn.Conv2d(channels, narrow, 1)
        self.stride = nn.Conv2d(narrow, narrow, 3, stride=2)
        self.attend = nn.Conv2d(narrow, narrow, 3, padding=1)
        self.skip = nn.Conv2d(narrow, narrow, 1)
        self.expand = nn.Conv2d(narrow, channels, 1)

    def forward(self, features: Tensor) -> Tensor:
        inner = features
        for layer in self.layers:
            inner = functional.leaky_relu(layer(inner), 0.05, inplace=True)
        inner = self.mix(inner + features)
        narrow = self.squeeze(inner)
        small = self.attend(functional.max_pool2d(self.stride(narrow), 7, stride=3))
        wide = functional.interpolate(small, narrow.shape[2:], mode="bilinear")
        out: Tensor = inner * torch.sigmoid(self.expand(wide + self.skip(narrow)))
        return out


class Edsr(nn.Module):
    """EDSR-baseline (Lim et al. 2017): 16 residual blocks, the last convolutions at full size."""

    def __init__(self, scale: int, width: int = 64, blocks: int = 16) -> None:
        super().__init__()
        self.head = nn.Conv2d(3, width, 3, padding=1)
        self.body = nn.Sequential(
            *(PlainBlock(width, bias=True) for _ in range(blocks)),
            nn.Conv2d(width, width, 3, padding=1),
        )
        steps = (2, 2) if scale == 4 else (scale,)
        self.tail = nn.Sequential(
            *(_shuffled(width, step, width) for step in steps), nn.Conv2d(width, 3, 3, padding=1)
        )

    def forward(self, small: Tensor) -> Tensor:
        features = self.head(small)
        out: Tensor = self.tail(self.body(features) + features)
        return out


class SrVgg(nn.Module):
    """SRVGG, the compact network of Real-ESRGAN's general models: a plain chain with PReLU."""

    def __init__(self, scale: int, width: int = 64, layers: int = 32) -> None:
        super().__init__()
        self.scale = scale
        inner: list[nn.Module] = [nn.Conv2d(3, width, 3, padding=1), nn.PReLU(width)]
        for _ in range(layers):
            inner += [nn.Conv2d(width, width, 3, padding=1), nn.PReLU(width)]
        self.layers = nn.Sequential(*inner, _shuffled(width, scale))

    def forward(self, small: Tensor) -> Tensor:
        out: Tensor = self.layers(small)
        return out + functional.interpolate(small, scale_factor=self.scale)  # nearest


def _chain(inputs: int, width: int, outputs: int, layers: int) -> nn.Sequential:
    """The first and the last convolution have the names by which `symmetry.py` knows them.

    Drawn as He et al. 2015 say, as in DnCNN's paper: by PyTorch's default such a chain starts near
    zero and stays there for long.
    """
    chain = nn.Sequential()
    chain.add_module("head", nn.Conv2d(inputs, width, 3, padding=1))
    for _ in range(layers - 2):
        chain.append(nn.ReLU(inplace=True))
        chain.append(nn.Conv2d(width, width, 3, padding=1))
    chain.append(nn.ReLU(inplace=True))
    chain.add_module("tail", nn.Conv2d(width, outputs, 3, padding=1))
    for layer in chain:
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)
    return chain


def _plain_blocks(channels: int, count: int) -> Iterator[PlainBlock]:
    return (PlainBlock(channels, bias=False) for _ in range(count))


def _shuffled(inputs: int, scale: int, outputs: int = 3) -> nn.Sequential:
    """A convolution to scale^2 times the channels, then a pixel shuffle."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs * scale**2, 3, padding=1), nn.PixelShuffle(scale)
    )
