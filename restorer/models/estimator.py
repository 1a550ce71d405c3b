"""Noise level estimation network."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

PATCH_PX: Final = 96
_REGION_PX: Final = 16
_LEVELS: Final = 3
_QUANTILES: Final = (0.05, 0.15, 0.35, 0.6)
_SPREAD: Final = 3.0
# In white noise both are 1. Halved colours leave 0.07 to 0.3 of the first and, unless compressed
# much, 0.1 to 0.5 of the second; the picture itself has 0.03 to 0.1 of that without any noise.
_HALVED, _LEAST_COLOUR = 0.45, 0.1
_SILENCE: Final = 0.02  # 8-bit levels squared: far below what rounding to 8 bits leaves


class Estimator(nn.Module):
    """How strong is the noise in a patch, and how sure is that?

    The energies of a wavelet transform in the quiet regions of the patch, read by a small
    perceptron. Robust wavelet energies are the classical estimate of white noise (Donoho and
    Johnstone 1994) and fail on a camera's: it is correlated, its finest band is nearly empty.
    How the energy falls off over three bands in brightness and colour, and how it differs from
    quiet to busy regions, tells noise from texture; the perceptron learned that from examples.
    Besides the mean it gives the variance of ln(sigma) (Kendall and Gal 2017), so that patches in
    which noise cannot be told from detail weigh little.
    """

    scale: Final = 1
    stride: Final = PATCH_PX
    halo: Final = 0

    def __init__(self, width: int = 64) -> None:
        super().__init__()
        features = 2 * 2 * _LEVELS * len(_QUANTILES)
        self.head = nn.Sequential(
            nn.Linear(features, width),
            nn.SiLU(),
            nn.Linear(width, width),
            nn.SiLU(),
            nn.Linear(width, 2),
        )

    def forward(self, patches: Tensor) -> Tensor:
        """(N, 3, 96, 96) in [0, 1] to (N, 2): mean and log variance of ln(sigma), 8-bit levels."""
        answer: Tensor = self.head(self.features(patches))
        return answer

    @staticmethod
    def features(patches: Tensor) -> Tensor:
        """(N, 3, 96, 96) to (N, 48): all that `head` learns from."""
        with torch.autocast(patches.device.type, enabled=False):
            return _quiet_energies(255 * patches.float())


def fineness(features: Tensor) -> Tensor:
    """How much of the quiet regions' detail is at the scale of a pixel: (N, 48) to (N).

    `features`: as of `Estimator.features`. The amplitude of the finest diagonal band over that of
    the next band: 1 for white noise, below 0.2 where a camera's demosaicing, noise reduction and
    JPEG have left only coarser grain.
    """
    return _amplitudes(features, 2, 4)


def has_halved_colour(features: Tensor) -> bool:
    """Whether the patches of these (N, 48) have colour noise, but none at the scale of a pixel.

    So most JPEGs leave it, WebP, AVIF and HEIC too, which keep colour at half the size.
    """
    fine, share = _amplitudes(features, 3, 5), _amplitudes(features, 5, 4)
    return bool(fine.median() < _HALVED) and bool(share.median() > _LEAST_COLOUR)


def _amplitudes(features: Tensor, band: int, other: int) -> Tensor:
    """(N, 48) to (N): of one band over another in the quietest regions; see `_quiet_energies`."""
    count = len(_QUANTILES)
    return torch.exp(0.5 * _SPREAD * (features[:, band * count] - features[:, other * count]))


def _quiet_energies(patches: Tensor) -> Tensor:
    """(N, 48): logarithms of low quantiles, over regions, of Haar energies, normalized.

    Of brightness and colour, three levels, straight (horizontal and vertical) and diagonal details.
    """
    red, green, blue = patches.unbind(dim=1)
    low = torch.stack((red + green + blue, red - blue, red - 2 * green + blue), dim=1)
    low = low / low.new_tensor([3, 2, 6]).sqrt().view(3, 1, 1)  # orthonormal: white stays white
    quantiles = low.new_tensor(_QUANTILES)
    features = []
    for level in range(_LEVELS):
        low, horizontal, vertical, diagonal = _haar(low)
        region = _REGION_PX >> (level + 1)
        for detail in (0.5 * (horizontal.square() + vertical.square()), diagonal.square()):
            regions = functional.avg_pool2d(detail, region).flatten(2)  # (N, 3, 36)
            brightness, colour = regions[:, 0], regions[:, 1:].mean(dim=1)
            features += [torch.quantile(plane, quantiles, dim=1) for plane in (brightness, colour)]
    # About zero mean and unit variance over the levels that are trained, for a quick start.
    return (torch.log(torch.cat(features).T + _SILENCE) - 1) / _SPREAD


def _haar(planes: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """One level of the orthonormal transform: the low band and three details at half the size."""
    a, b = planes[..., 0::2, 0::2], planes[..., 0::2, 1::2]
    c, d = planes[..., 1::2, 0::2], planes[..., 1::2, 1::2]
    return (a + b + c + d) / 2, (a - b + c - d) / 2, (a + b - c - d) / 2, (a - b - c + d) / 2
