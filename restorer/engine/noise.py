"""How noisy is this photo?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch

from restorer.engine.image import Image, Pixels, to_pixels
from restorer.models.estimator import PATCH_PX, Estimator
from restorer.settings import MAX_SIGMA

MAX_PATCHES: Final = 144  # spread over the photo: more do not change the answer, only the time
_MAX_CLIPPED: Final = 0.05  # of a patch's samples: clipped noise is missing noise
_WORDS: Final = ((2.0, "hardly any"), (6.0, "slight"), (15.0, "visible"), (30.0, "strong"))


@dataclass(frozen=True, slots=True)
class NoiseEstimate:
    """`sigma`: what to hand to the denoiser, 8-bit levels, 0 to 75. `word`: the same, plainly.

    For white noise sigma is its standard deviation, for a camera's its RMS.
    """

    sigma: float

    @property
    def word(self) -> str:
        return next((word for limit, word in _WORDS if self.sigma < limit), "very strong")


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
    mean, log_variance = estimator(batch).double().unbind(dim=1)
    weights = torch.exp(-log_variance)
    sigma = math.exp(float((weights * mean).sum() / weights.sum()))
    return NoiseEstimate(min(MAX_SIGMA, sigma))


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
