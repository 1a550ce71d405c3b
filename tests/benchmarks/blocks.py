"""Which block makes the fastest network? Time a megapixel at equal arithmetic.

`python tests/benchmarks/blocks.py` times the blocks of the field's efficient networks, each widened
or repeated to about the same multiplications a pixel, on the CPU and, if there is one, on the GPU.
A block is written from its paper's description, without weights: this is about speed alone.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import click
import torch
from torch import Tensor, nn
from torch.nn import functional

from restorer.models.arithmetic import kmac_per_px
from restorer.models.denoiser import ResidualBlock


class NafBlock(nn.Module):
    """NAFNet (Chen et al. 2022) without its channel attention, which is a global statistic."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(1, channels)
        self.wide = nn.Conv2d(channels, 2 * channels, 1)
        self.depthwise = nn.Conv2d(2 * channels, 2 * channels, 3, padding=1, groups=2 * channels)
        self.narrow = nn.Conv2d(channels, channels, 1)
        self.feed = nn.Conv2d(channels, 2 * channels, 1)
        self.back = nn.Conv2d(channels, channels, 1)

    def forward(self, features: Tensor) -> Tensor:
        one, other = self.depthwise(self.wide(self.norm(features))).chunk(2, dim=1)
        features = features + self.narrow(one * other)
        one, other = self.feed(self.norm(features)).chunk(2, dim=1)
        return features + self.back(one * other)


class SpanBlock(nn.Module):
    """SPAN (Wan et al. 2024): three convolutions and attention without parameters."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Conv2d(channels, channels, 3, padding=1) for _ in range(3))

    def forward(self, features: Tensor) -> Tensor:
        inner = functional.silu(self.layers[0](features))
        inner = self.layers[2](functional.silu(self.layers[1](inner)))
        return (features + inner) * (torch.sigmoid(inner) - 0.5)


class RlfnBlock(nn.Module):
    """RLFN (Kong et al. 2022): three convolutions, a 1x1 and spatial attention at an eighth."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Conv2d(channels, channels, 3, padding=1) for _ in range(3))
        self.mix = nn.Conv2d(channels, channels, 1)
        self.squeeze = nn.Conv2d(channels, 16, 1)
        self.stride = nn.Conv2d(16, 16, 3, stride=2, padding=1)
        self.attend = nn.Conv2d(16, 16, 3, padding=1)
        self.expand = nn.Conv2d(16, channels, 1)

    def forward(self, features: Tensor) -> Tensor:
        inner = features
        for layer in self.layers:
            inner = functional.leaky_relu(layer(inner), 0.05)
        inner = self.mix(features + inner)
        small = functional.max_pool2d(self.stride(self.squeeze(inner)), 7, stride=3)
        mask = functional.interpolate(self.attend(small), size=inner.shape[2:], mode="bilinear")
        return inner * torch.sigmoid(self.expand(mask))


class SafmnBlock(nn.Module):
    """SAFMN (Sun et al. 2023): depthwise convolutions at four scales, then a mixer."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        part = channels // 4
        self.scales = nn.ModuleList(
            nn.Conv2d(part, part, 3, padding=1, groups=part) for _ in range(4)
        )
        self.gather = nn.Conv2d(channels, channels, 1)
        self.wide = nn.Conv2d(channels, 2 * channels, 3, padding=1)
        self.narrow = nn.Conv2d(2 * channels, channels, 1)

    def forward(self, features: Tensor) -> Tensor:
        size = features.shape[2:]
        parts = []
        for level, (scale, part) in enumerate(zip(self.scales, features.chunk(4, 1), strict=True)):
            small = functional.adaptive_max_pool2d(part, [side >> level for side in size])
            parts.append(functional.interpolate(scale(small), size=size))
        features = features + functional.gelu(self.gather(torch.cat(parts, 1))) * features
        return features + self.narrow(functional.gelu(self.wide(features)))


CANDIDATES: dict[str, Callable[[int], nn.Module]] = {
    "residual 3x3 (ours, EDSR, DRUNet)": ResidualBlock,
    "NAFNet": NafBlock,
    "SPAN": SpanBlock,
    "RLFN": RlfnBlock,
    "SAFMN": SafmnBlock,
}


def seconds(module: nn.Module, features: Tensor) -> float:
    """One pass over `features`."""
    started = time.perf_counter()
    module(features)
    if features.is_cuda:
        torch.cuda.synchronize()
    return time.perf_counter() - started


@click.command()
@click.option("--channels", default=48, show_default=True)
@click.option("--side", default=512, show_default=True, help="Of the feature map, in pixels.")
@click.option("--rounds", default=7, show_default=True)
@torch.inference_mode()
def main(channels: int, side: int, rounds: int) -> None:
    """Prints milliseconds a million positions and 100,000 operations each, and ratios."""
    devices = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
    for device in devices:
        features = torch.rand(1, channels, side, side, device=device)
        features = features.contiguous(memory_format=torch.channels_last)
        modules = {
            name: make(channels).eval().to(device, memory_format=torch.channels_last)
            for name, make in CANDIDATES.items()
        }
        counted = torch.zeros(1, channels, 64, 64)
        costs = {name: kmac_per_px(make(channels), counted) for name, make in CANDIDATES.items()}
        times: dict[str, list[float]] = {name: [] for name in modules}
        for turn in range(rounds + 1):  # in turns, so that a busy moment hits all alike
            for name, module in modules.items():
                elapsed = seconds(module, features)
                if turn:
                    times[name].append(elapsed / features[0, 0].numel() * 1e6 / costs[name] * 100)
        ours = statistics.median(times["residual 3x3 (ours, EDSR, DRUNet)"])
        print(f"{device}: ms for a million positions at 100 kMAC each, {channels} channels")
        for name, values in times.items():
            median = statistics.median(values)
            cost = f"({costs[name]:.1f} kMAC)"
            print(f"  {name:<36} {1000 * median:8.0f}  {median / ours:5.2f}x  {cost}")


if __name__ == "__main__":
    main()
