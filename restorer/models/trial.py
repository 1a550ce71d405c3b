"""What a denoiser takes out of a picture tells noise from texture.

An estimator that looks at a patch by itself cannot know: fine texture without a quiet place looks
like noise. A denoiser knows pictures. What it takes for noise is as strong everywhere, or weaker in
busy places, where some of it hides, if it was noise; it follows the picture if it was texture.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from restorer.models import haar
from restorer.models.denoiser import Denoiser
from restorer.models.ycc import rgb_to_ycc

HINTS: Final = 60
_SOFT_TOLD, _TOLD = 10.0, 4.0  # 8-bit levels: enough to take fine texture along, or some of it
_THIRD: Final = 1 / 3  # of the patches or regions: the quietest, the busiest
_REGION_PX: Final = 16
_LEVELS: Final = 3
_AT_ONCE: Final = 16  # patches: 30 MiB of working memory
_QUANTILES: Final = (0.05, 0.2, 0.5, 0.8, 0.95)
_SILENCE: Final = 0.02  # 8-bit levels squared
_SPREAD: Final = 3.0
_LEAST_DETAIL: Final = 0.25
_FINE_BANDS: Final = 4  # of two levels


@torch.inference_mode()
def softness(patches: Tensor, denoiser: Denoiser) -> float:
    """How alike neighbouring pixels are in what the denoiser takes out of the busiest patches.

    `patches`: (N, 3, H, W) in [0, 1]. The correlation of brightness from one pixel to the next. A
    camera whose processing coarsens the grain softens the picture with it: there it is 0.3 to 0.75
    with and without grain. The texture of sharp pictures, which looks as coarse to an estimator
    that sees quiet places alone, comes out pixel by pixel: mostly -0.2 to 0.2.
    """
    steps = _steps(rgb_to_ycc(patches)[:, 0]).mean(dim=(1, 2))
    busiest = patches[steps.topk(max(1, round(_THIRD * len(patches)))).indices]
    taken = rgb_to_ycc(_taken(busiest, denoiser, _SOFT_TOLD))[:, 0]
    inner = taken[:, _REGION_PX:-_REGION_PX, _REGION_PX:-_REGION_PX]
    across, down = inner[:, :, 1:] * inner[:, :, :-1], inner[:, 1:] * inner[:, :-1]
    return float(0.5 * (across.mean() + down.mean()) / inner.square().mean().clamp(min=1e-12))


@torch.inference_mode()
def hints(patches: Tensor, denoiser: Denoiser) -> Tensor:
    """(HINTS): what a weak denoising says of a picture's patches, (N, 3, 96, 96) in [0, 1].

    The energies of what it took and of what it left, in the quietest and in the busiest third of
    all regions; how strong what it took was in a region, as quantiles; and how that goes along with
    the detail that stayed there, whatever brightness explains of it included or not.
    """
    taken = _taken(patches, denoiser, _TOLD)
    took, left = _energies(255 * taken), _energies(255 * (patches - taken))
    detail = left[:, :_FINE_BANDS, 0].mean(dim=1)
    order, third = detail.argsort(), max(1, round(_THIRD * len(detail)))
    thirds = order[:third], order[-third:]
    means = [energies[each].mean(dim=0).flatten() for energies in (took, left) for each in thirds]
    strengths = torch.log(took.mean(dim=1) + _SILENCE)  # (M, 2)
    quantiles = torch.quantile(strengths, strengths.new_tensor(_QUANTILES), dim=0).flatten()
    logarithms = torch.cat((torch.log(torch.cat(means) + _SILENCE), quantiles))
    light = functional.avg_pool2d(rgb_to_ycc(patches - taken)[:, :1], _REGION_PX)
    brightness = _listed(light)[:, 0]
    kept = torch.log(detail + _LEAST_DETAIL)
    along = torch.stack(
        (
            _correlation(strengths[:, 0], kept),
            _correlation(*(_beside(each, brightness) for each in (strengths[:, 0], kept))),
        )
    )
    return torch.cat(((logarithms - 1) / _SPREAD, along))


def _taken(patches: Tensor, denoiser: Denoiser, told: float) -> Tensor:
    parts = []
    for part in torch.split(patches, _AT_ONCE):
        noisy = part.contiguous(memory_format=torch.channels_last)
        parts.append(noisy - denoiser(noisy, noisy.new_full((len(noisy), 1, 1, 1), told)))
    return torch.cat(parts)


def _steps(planes: Tensor) -> Tensor:
    """(N, H, W) to (N, H - 1, W - 1): the squares of the steps from pixel to pixel."""
    return planes.diff(dim=2)[:, 1:].square() + planes.diff(dim=1)[:, :, 1:].square()


def _energies(patches: Tensor) -> Tensor:
    """(N, 3, H, W) to (M, 6, 2): of each region, by band from fine to coarse; light, colour."""
    return torch.stack(
        [_listed(band) for band in haar.energies(patches, _LEVELS, _REGION_PX)], dim=1
    )


def _listed(regions: Tensor) -> Tensor:
    """(N, C, rows, columns) to (M, C), without those at the edge, where the denoiser sees less."""
    return regions[:, :, 1:-1, 1:-1].permute(0, 2, 3, 1).flatten(0, 2)


def _correlation(one: Tensor, other: Tensor) -> Tensor:
    one, other = one - one.mean(), other - other.mean()
    lengths = one.square().sum() * other.square().sum()
    return (one * other).sum() / lengths.sqrt().clamp(min=1e-6)


def _beside(values: Tensor, brightness: Tensor) -> Tensor:
    """What of them a parabola of the brightness does not explain."""
    line = brightness - brightness.mean()
    curve = _without(line.square(), line)
    return _without(_without(values, line), curve)


def _without(values: Tensor, direction: Tensor) -> Tensor:
    values, direction = values - values.mean(), direction - direction.mean()
    share = (values * direction).sum() / direction.square().sum().clamp(min=1e-6)
    return values - share * direction
