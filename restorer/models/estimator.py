"""Noise level estimation network."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

PATCH_PX: Final = 64


class Estimator(nn.Module):
    """How strong is the noise in a patch, and how sure is that?

    A small network in front of the denoiser, as the estimation subnetwork of Guo et al. 2019
    (CBDNet), but one answer a patch instead of a map. It gives a mean and a variance of the
    logarithm of sigma (Kendall and Gal 2017): patches full of texture, where noise cannot be told
    from detail, say so and weigh little.

    The convolutions have no bias and the pooled features are taken as logarithms, so a patch with
    twice the contrast has all features shifted by the same amount: levels never seen in training
    extrapolate.
    """

    scale: Final = 1
    stride: Final = PATCH_PX
    halo: Final = 0

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            (
                nn.Conv2d(3, width, 3, bias=False),
                nn.Conv2d(width, width, 3, stride=2, bias=False),
                nn.Conv2d(width, 2 * width, 3, bias=False),
                nn.Conv2d(2 * width, 2 * width, 3, stride=2, bias=False),
                nn.Conv2d(2 * width, 2 * width, 3, bias=False),
            )
        )
        pooled = 2 * (width + 2 * width + 2 * width)
        self.head = nn.Sequential(nn.Linear(pooled, 64), nn.ReLU(), nn.Linear(64, 2))

    def forward(self, patches: Tensor) -> Tensor:
        """(N, 3, 64, 64) in [0, 1] to (N, 2): mean and log variance of ln(sigma), 8-bit levels."""
        features = 255 * (patches - patches.mean(dim=(2, 3), keepdim=True))
        pooled = []
        for i, layer in enumerate(self.layers):
            features = functional.relu(layer(features))
            if i in (1, 3, 4):
                # The average over the patch, and over its quietest region of 4 x 4.
                regions = functional.adaptive_avg_pool2d(features.float(), 4).flatten(2)
                pooled += [regions.mean(dim=2), regions.amin(dim=2)]
        logarithms = torch.log(torch.cat(pooled, dim=1) + 0.02)
        answer: Tensor = self.head(logarithms)
        return answer
