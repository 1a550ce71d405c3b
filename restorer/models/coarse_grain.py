"""A camera's coarse grain, by a denoiser that knows white noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from restorer.models.denoiser import Denoiser

_SMALLEST: Final = 4  # a quarter of the size
_COLOUR: Final = 2.0  # cameras leave more of the low frequencies in colour than in luma
_SEAM_PX: Final = 16  # how far the sizes look at each other's pixels
_PIXEL_BYTES: Final = 3 * 4
_LUMA: Final = (0.299, 0.587, 0.114)  # BT.601


class CoarseGrainDenoiser(nn.Module):
    """A denoiser at full, half and quarter size, for noise that lies in the low frequencies.

    White noise is half as strong in a picture of half the size. What a camera's demosaicing, noise
    reduction and compression leave is hardly weaker there, and its blotches are wider than the
    denoiser can tell from the picture. So the picture is denoised at three sizes, each with the
    level that white noise would have there, at the smaller two once more with twice that for the
    colours, and each size takes its low frequencies from the smaller one: several scales as in
    Lebrun et al. 2015 (The Noise Clinic), put together as Facciolo et al. 2017 advise. It takes no
    weights of its own, and 1.6 times the denoiser's arithmetic (more in tiles, whose halos are
    wider). What it gains on real photos `restorer benchmark pairs` tells.

    `stride`, `halo`: as of `Denoiser`. Of the halo only `work_halo` is worked on at full size.
    """

    def __init__(self, denoiser: Denoiser) -> None:
        super().__init__()
        self.denoiser = denoiser
        self.stride: Final = _SMALLEST * denoiser.stride
        self.halo: Final = _SMALLEST * denoiser.halo + _SEAM_PX
        self.work_halo: Final = denoiser.halo + _SEAM_PX
        # Beside what the denoiser needs: the picture with its wider halo, the part of it that is
        # worked on, what came out, the low frequencies, and what the allocator keeps of all that
        # (`restorer benchmark speed --coarse`).
        self.bytes_per_px: Final = denoiser.bytes_per_px + 8 * _PIXEL_BYTES

    def forward(
        self, noisy: Tensor, sigma: Tensor, rows: slice = slice(None), columns: slice = slice(None)
    ) -> Tensor:
        """`noisy`: (N, 3, H, W) in [0, 1]. `sigma`: (N, 1, 1, 1), 8-bit levels.

        Returns `rows` and `columns` of the denoised picture. H and W are multiples of `stride`.
        """
        kept = _Zone(*rows.indices(noisy.shape[2])[:2], *columns.indices(noisy.shape[3])[:2])
        restored, seen = self._restored(noisy, sigma, kept, 1)
        return kept.of(restored, seen, 1)

    def _restored(
        self, noisy: Tensor, sigma: Tensor, kept: _Zone, factor: int
    ) -> tuple[Tensor, _Zone]:
        """At 1 / `factor` of the size, right in `kept` and close to it; and the zone it covers."""
        margin = factor * self.denoiser.halo + _SEAM_PX
        seen = kept.grown(margin, self.stride, noisy.shape[2], noisy.shape[3])
        smaller = None
        if factor < _SMALLEST:
            smaller, smaller_seen = self._restored(noisy, sigma, kept, 2 * factor)
            smaller = seen.of(smaller, smaller_seen, 2 * factor)

        small = _shrunk(noisy[:, :, seen.top : seen.bottom, seen.left : seen.right], factor)
        restored: Tensor = self.denoiser(small, sigma / factor)
        if factor > 1:
            colours = self.denoiser(small, _COLOUR * sigma / factor)
            restored = colours + _luma(restored - colours)
        if smaller is not None:
            lows = smaller - _shrunk(restored, 2)
            lows = functional.interpolate(lows, scale_factor=2, mode="bilinear")
            restored = lows.add_(restored)
        return restored, seen


@dataclass(frozen=True, slots=True)
class _Zone:
    """A rectangle of the picture, in pixels of its full size."""

    top: int
    bottom: int
    left: int
    right: int

    def grown(self, margin: int, stride: int, height: int, width: int) -> _Zone:
        """By `margin` at each side and on to multiples of `stride`, inside the picture."""
        return _Zone(
            max(0, self.top - margin) // stride * stride,
            min(height, -(-(self.bottom + margin) // stride) * stride),
            max(0, self.left - margin) // stride * stride,
            min(width, -(-(self.right + margin) // stride) * stride),
        )

    def of(self, pixels: Tensor, seen: _Zone, factor: int) -> Tensor:
        """This part of `pixels`, which cover `seen` at 1 / `factor` of the size."""
        rows = slice((self.top - seen.top) // factor, (self.bottom - seen.top) // factor)
        columns = slice((self.left - seen.left) // factor, (self.right - seen.left) // factor)
        return pixels[:, :, rows, columns]


def _shrunk(pixels: Tensor, factor: int) -> Tensor:
    small = functional.avg_pool2d(pixels, factor) if factor > 1 else pixels
    return small.contiguous(memory_format=torch.channels_last)


def _luma(pixels: Tensor) -> Tensor:
    weights = pixels.new_tensor(_LUMA).view(1, 3, 1, 1)
    return (weights * pixels).sum(dim=1, keepdim=True)
