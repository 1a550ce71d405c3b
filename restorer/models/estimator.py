"""Noise level estimation network."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from restorer.models import haar, trial
from restorer.models.dct import SIDE_PX, blocks_of, dct_matrix
from restorer.models.denoiser import Denoiser
from restorer.models.ycc import rgb_to_ycc

PATCH_PX: Final = 96
_REGION_PX: Final = 16
_LEVELS: Final = 3
_QUANTILES: Final = (0.05, 0.15, 0.35, 0.6)
_SPREAD: Final = 3.0
_FINDINGS: Final = 4
# In white noise both are 1. Halved colours leave 0.07 to 0.3 of the first and, unless compressed
# much, 0.1 to 0.5 of the second, of strong noise 0.25 and more; the picture itself has 0.03 to 0.1
# of that without any noise, a colourful one 0.16.
_HALVED, _LEAST_COLOUR = 0.45, ((10.0, 0.1), (20.0, 0.2))  # the latter by sigma, 8-bit levels
_SILENCE: Final = 0.02  # 8-bit levels squared: far below what rounding to 8 bits leaves
# Frequencies of a JPEG's blocks, by the higher of their two ranks: in brightness, in colour.
_RINGS: Final = ((1, 2), (2, 3), (3, 4), (4, 5), (5, 8)), ((1, 2), (2, 3), (3, 5), (5, 8))
_RING_COUNT: Final = sum(map(len, _RINGS))


class _Reader(nn.Module):
    """A small perceptron that reads a level of noise from a few features.

    Besides the mean it gives the variance of ln(sigma) (Kendall and Gal 2017), so that patches in
    which noise cannot be told from detail weigh little.
    """

    scale: Final = 1
    stride: Final = PATCH_PX
    halo: Final = 0

    def __init__(self, features: int, width: int) -> None:
        super().__init__()
        self.inputs: Final = features
        self.head = nn.Sequential(
            nn.Linear(features, width),
            nn.SiLU(),
            nn.Linear(width, width),
            nn.SiLU(),
            nn.Linear(width, 2),
        )


class Estimator(_Reader):
    """How strong is the noise in a patch, and how sure is that?

    The energies of a wavelet transform in the quiet regions of the patch, read by a perceptron.
    Robust wavelet energies are the classical estimate of white noise (Donoho and Johnstone 1994)
    and fail on a camera's: it is correlated, its finest band is nearly empty. How the energy falls
    off over three bands in brightness and colour, and how it differs from quiet to busy regions,
    tells noise from texture; the perceptron learned that from examples.
    """

    def __init__(self, width: int = 64) -> None:
        super().__init__(2 * 2 * _LEVELS * len(_QUANTILES), width)

    def forward(self, patches: Tensor) -> Tensor:
        """(N, 3, 96, 96) in [0, 1] to (N, 2): mean and log variance of ln(sigma), 8-bit levels."""
        answer: Tensor = self.head(self.features(patches))
        return answer

    @staticmethod
    def features(patches: Tensor) -> Tensor:
        """(N, 3, 96, 96) to (N, 48): all that `head` learns from."""
        with torch.autocast(patches.device.type, enabled=False):
            return _quiet_energies(255 * patches.float())


class JpegEstimator(_Reader):
    """The same in a patch of a JPEG whose quantization tables are known.

    Compression takes the fine part of the noise and leaves the coarse one, and not alike in
    brightness and in colour. For whoever does not know its steps, what is left looks like soft
    texture. Here the perceptron is told them, and learned what becomes of noise of every strength.
    For that it also has the energies of the blocks' own frequencies, of which quantization leaves
    nothing or a multiple of its step.
    """

    def __init__(self, width: int = 64) -> None:
        super().__init__((2 * 2 * _LEVELS + _RING_COUNT) * len(_QUANTILES) + _RING_COUNT, width)

    def forward(self, patches: Tensor, tables: Tensor) -> Tensor:
        """As of `Estimator`; a patch begins where a block begins.

        `tables`: (N, 2, 8, 8), the quantization steps of brightness and of colour.
        """
        answer: Tensor = self.head(self.features(patches, tables))
        return answer

    @staticmethod
    def features(patches: Tensor, tables: Tensor) -> Tensor:
        """(N, 93): all that `head` learns from; the first 48 are those of `Estimator`."""
        with torch.autocast(patches.device.type, enabled=False):
            scaled = 255 * patches.float()
            energies = _quiet_energies(scaled), _block_energies(scaled)
            return torch.cat((*energies, _quantization_energies(tables.float())), dim=1)


class PictureEstimator(_Reader):
    """The same in a whole picture of which one of the others is in doubt.

    Stacked on them (Wolpert 1992): the perceptron reads what that one found in the picture, the
    quantization tables and what a denoiser takes out of it (see `trial.hints`).
    """

    def __init__(self, width: int = 32) -> None:
        super().__init__(_FINDINGS + _RING_COUNT + trial.HINTS, width)

    def forward(self, evidence: Tensor) -> Tensor:
        """(N, 73), as of `evidence`, to (N, 2): mean and log variance of ln(sigma)."""
        answer: Tensor = self.head(evidence)
        return answer

    @staticmethod
    def evidence(findings: Tensor, tables: Tensor, hints: Tensor) -> Tensor:
        """(N, 73): what it goes by.

        `findings`: (N, 4), mean and log variance of ln(sigma) as the other estimator found them,
        logarithms of `fineness` and of the quietest places' detail in 8-bit levels. `tables`:
        (N, 2, 8, 8), zeros for pictures without any. `hints`: (N, 60), see `trial.hints`.
        """
        return torch.cat((findings / _SPREAD, _quantization_energies(tables), hints), dim=1)

    @staticmethod
    def features(evidence: Tensor) -> Tensor:
        """What it is given is already all that `head` learns from."""
        return evidence


@dataclass(frozen=True, slots=True)
class Estimators:
    """For pictures of which nothing is known, for JPEGs, and for both where those are in doubt.

    `trial`: a denoiser to try such a picture with.
    """

    plain: Estimator
    jpeg: JpegEstimator
    picture: PictureEstimator
    trial: Denoiser


def fineness(features: Tensor) -> Tensor:
    """How much of the quiet regions' detail is at the scale of a pixel: (N, 48) to (N).

    `features`: as of `Estimator.features`. The amplitude of the finest diagonal band over that of
    the next band: 1 for white noise, below 0.2 where a camera's demosaicing, noise reduction and
    JPEG have left only coarser grain.
    """
    return _amplitudes(features, 2, 4)


def has_halved_colour(features: Tensor, sigma: float) -> bool:
    """Whether the patches of these (N, 48) have colour noise, but none at the scale of a pixel.

    So most JPEGs leave it, WebP, AVIF and HEIC too, which keep colour at half the size. `sigma`: of
    the noise, 8-bit levels: the stronger it is, the more of it should be in colour.
    """
    fine, share = _amplitudes(features, 3, 5), _amplitudes(features, 5, 4)
    (slight, least), (strong, most) = _LEAST_COLOUR
    weight = min(1.0, max(0.0, (sigma - slight) / (strong - slight)))
    return bool(fine.median() < _HALVED) and bool(share.median() > least + weight * (most - least))


def _amplitudes(features: Tensor, band: int, other: int) -> Tensor:
    """(N, 48) to (N): of one band over another in the quietest regions; see `_quiet_energies`."""
    count = len(_QUANTILES)
    return torch.exp(0.5 * _SPREAD * (features[:, band * count] - features[:, other * count]))


def _quiet_energies(patches: Tensor) -> Tensor:
    """(N, 48): logarithms of low quantiles, over regions, of Haar energies, normalized.

    Of brightness and colour, three levels, straight (horizontal and vertical) and diagonal details.
    """
    quantiles = patches.new_tensor(_QUANTILES)
    features = []
    for band in haar.energies(patches, _LEVELS, _REGION_PX):
        features += [torch.quantile(plane, quantiles, dim=1) for plane in band.flatten(2).unbind(1)]
    # About zero mean and unit variance over the levels that are trained, for a quick start.
    return (torch.log(torch.cat(features).T + _SILENCE) - 1) / _SPREAD


def _block_energies(patches: Tensor) -> Tensor:
    """(N, 36): the same low quantiles, over JPEG's blocks, of bands of their frequencies."""
    ycc, dct = rgb_to_ycc(patches), dct_matrix(patches)
    luma, halved_colour = ycc[:, :1], functional.avg_pool2d(ycc[:, 1:], 2)
    quantiles = patches.new_tensor(_QUANTILES)
    features = []
    for planes, rings in zip((luma, halved_colour), _RINGS, strict=True):
        energies = (dct @ blocks_of(planes) @ dct.T).square().mean(dim=1).flatten(1, 2)
        features += [torch.quantile(band, quantiles, dim=1) for band in _bands(energies, rings)]
    return (torch.log(torch.cat(features).T + _SILENCE) - 1) / _SPREAD


def _quantization_energies(tables: Tensor) -> Tensor:
    """(N, 9): of each of those bands the energy that rounding takes or adds."""
    features = []
    for table, rings in zip(tables.unbind(dim=1), _RINGS, strict=True):
        features += _bands(table.square() / 12, rings)
    return (torch.log(torch.stack(features, dim=1) + _SILENCE) - 1) / _SPREAD


def _bands(energies: Tensor, rings: Iterable[tuple[int, int]]) -> list[Tensor]:
    """(..., 8, 8) to (...) for each ring, the mean over its frequencies."""
    rank = torch.arange(SIDE_PX, device=energies.device)
    ring = torch.maximum(rank[:, None], rank)
    return [energies[..., (ring >= low) & (ring < high)].mean(dim=-1) for low, high in rings]
