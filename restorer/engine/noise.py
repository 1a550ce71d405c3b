"""How noisy is this photo?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch

from restorer.engine.image import Image, Pixels, to_pixels
from restorer.models.estimator import PATCH_PX, Estimator, fineness
from restorer.settings import MAX_SIGMA

MAX_PATCHES: Final = 144  # spread over the photo: more do not change the answer, only the time
# Coarse grain looks like texture, but it is everywhere and texture is not: there the quietest tenth
# of the patches tells. Fine grain is told from texture in every patch, and the middle one counts.
QUIET_SHARES: Final = (0.1, 0.5)
MAX_BOOST: Final = 4.0
_COARSE, _FINE = 0.15, 0.3  # of `fineness`: fully boosted below, not at all above
_WHITE: Final = 0.6
_MAX_CLIPPED: Final = 0.05  # of a patch's samples: clipped noise is missing noise
_WORDS: Final = ((3.0, "hardly any"), (8.0, "slight"), (20.0, "visible"), (40.0, "strong"))


@dataclass(frozen=True, slots=True)
class NoiseEstimate:
    """How strong the noise is, and how strongly to denoise; 8-bit levels, 0 to 75.

    `sigma`: standard deviation of the noise as far as the estimator can tell it from detail.
    `fineness`: 1 for white noise, near 0 for noise that a camera's processing has made coarse.
    """

    sigma: float
    fineness: float

    @property
    def strength(self) -> float:
        """What to hand to the denoiser.

        For white noise that is sigma. Of coarse grain the estimator recognizes about a quarter, the
        rest could be texture, and the denoiser was trained to be told too little of it: there
        sigma is multiplied by up to `MAX_BOOST`, the best factor on real photos
        (`restorer benchmark pairs`).
        """
        coarse = min(1.0, max(0.0, (_FINE - self.fineness) / (_FINE - _COARSE)))
        return min(MAX_SIGMA, self.sigma * (1 + (MAX_BOOST - 1) * coarse))

    @property
    def word(self) -> str:
        """For people."""
        return next((word for limit, word in _WORDS if self.strength < limit), "very strong")


@torch.inference_mode()
def estimate(image: Image, estimator: Estimator) -> NoiseEstimate:
    """The noise of the whole picture, from patches spread evenly over it.

    Works for any size and depth. Patches with clipped samples do not count unless there are no
    others. The same picture always gives the same answer.
    """
    patches = _patches(image)
    clipped = np.mean((patches <= 0) | (patches >= 1), axis=(1, 2, 3))
    if (clipped <= _MAX_CLIPPED).any():
        patches = patches[clipped <= _MAX_CLIPPED]
    batch = torch.from_numpy(patches).permute(0, 3, 1, 2).expand(-1, 3, -1, -1)
    logarithms, log_variances = estimator(batch).double().unbind(dim=1)
    grain = float(fineness(batch).median())
    share = float(np.interp(grain, (_FINE, _WHITE), QUIET_SHARES))
    order = logarithms.argsort()
    certainty = torch.exp(-log_variances[order]).cumsum(dim=0)
    chosen = int(torch.searchsorted(certainty, share * certainty[-1]))
    return NoiseEstimate(min(MAX_SIGMA, math.exp(float(logarithms[order[chosen]]))), grain)


def _patches(image: Image) -> Pixels:
    """(N, 96, 96, C): an even grid, at most `MAX_PATCHES`; small pictures are mirrored to size."""
    samples = image.samples
    short = [max(0, PATCH_PX - side) for side in samples.shape[:2]]
    if any(short):
        samples = np.pad(samples, ((0, short[0]), (0, short[1]), (0, 0)), mode="symmetric")
    height, width = samples.shape[:2]
    columns = max(1, min(width // PATCH_PX, round(math.sqrt(MAX_PATCHES * width / height))))
    rows = max(1, min(height // PATCH_PX, MAX_PATCHES // columns))
    columns = min(columns, MAX_PATCHES // rows)
    lefts = np.linspace(0, width - PATCH_PX, columns).astype(int)
    tops = np.linspace(0, height - PATCH_PX, rows).astype(int)
    return to_pixels(
        np.stack(
            [
                samples[top : top + PATCH_PX, left : left + PATCH_PX]
                for top in tops
                for left in lefts
            ]
        )
    )
