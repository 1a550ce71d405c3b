"""What a denoiser takes out of a picture tells a camera's grain from texture."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from restorer.engine.image import BT_601
from restorer.models.denoiser import Denoiser

_TOLD: Final = 10.0  # 8-bit levels: enough to take fine texture along
_BUSY_SHARE: Final = 1 / 3
_EDGE_PX: Final = 16  # of a patch: there the denoiser sees too little
_AT_ONCE: Final = 16  # patches: 30 MiB of working memory


@torch.inference_mode()
def softness(patches: Tensor, denoiser: Denoiser) -> float:
    """How alike neighbouring pixels are in what the denoiser takes out of the busiest patches.

    `patches`: (N, 3, H, W) in [0, 1]. The correlation of brightness from one pixel to the next. A
    camera whose processing coarsens the grain softens the picture with it: there it is 0.35 to 0.75
    with and without grain. The texture of sharp pictures, which looks as coarse to an estimator
    that sees quiet places alone, comes out pixel by pixel: mostly -0.2 to 0.2.
    """
    steps = _steps(_brightness(patches)).mean(dim=(1, 2))
    busiest = patches[steps.topk(max(1, round(_BUSY_SHARE * len(patches)))).indices]
    alike, energy = 0.0, 0.0
    for part in torch.split(busiest, _AT_ONCE):
        noisy = part.contiguous(memory_format=torch.channels_last)
        restored = denoiser(noisy, noisy.new_full((len(noisy), 1, 1, 1), _TOLD))
        taken = _brightness(noisy - restored)[:, _EDGE_PX:-_EDGE_PX, _EDGE_PX:-_EDGE_PX]
        across, down = taken[:, :, 1:] * taken[:, :, :-1], taken[:, 1:] * taken[:, :-1]
        alike += 0.5 * float(across.sum() + down.sum()) / across[0].numel()
        energy += float(taken.square().sum()) / taken[0].numel()
    return alike / max(energy, 1e-12)


def _brightness(patches: Tensor) -> Tensor:
    """(N, 3, H, W) to (N, H, W)."""
    return (patches * patches.new_tensor(BT_601).view(1, 3, 1, 1)).sum(dim=1)


def _steps(planes: Tensor) -> Tensor:
    """(N, H, W) to (N, H - 1, W - 1): the squares of the steps from pixel to pixel."""
    return planes.diff(dim=2)[:, 1:].square() + planes.diff(dim=1)[:, :, 1:].square()
