"""What a denoiser takes out of a picture tells a camera's grain from texture."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from restorer.engine.image import BT_601
from restorer.models.denoiser import Denoiser

_TOLD: Final = 10.0  # 8-bit levels: enough to take fine texture along
_REGION_PX: Final = 16
_BUSY_SHARE: Final = 1 / 3
_AT_ONCE: Final = 16  # patches: 30 MiB of working memory


@torch.inference_mode()
def softness(patches: Tensor, denoiser: Denoiser) -> float:
    """How alike neighbouring pixels are in what the denoiser takes out of the busiest regions.

    `patches`: (N, 3, H, W) in [0, 1]. The correlation of brightness from one pixel to the next. A
    camera whose processing coarsens the grain softens the picture with it: there it is 0.35 to 0.75
    with and without grain. The texture of sharp pictures, which looks as coarse to an estimator
    that sees quiet places alone, comes out pixel by pixel: mostly -0.2 to 0.2.
    """
    weights = patches.new_tensor(BT_601).view(1, 3, 1, 1)
    taken, kept = [], []
    for part in torch.split(patches, _AT_ONCE):
        noisy = part.contiguous(memory_format=torch.channels_last)
        restored = denoiser(noisy, noisy.new_full((len(noisy), 1, 1, 1), _TOLD))
        taken.append(_regions(((noisy - restored) * weights).sum(dim=1)))
        kept.append(_regions((restored * weights).sum(dim=1)))
    regions, detail = torch.cat(taken), _detail(torch.cat(kept))
    count = max(1, round(_BUSY_SHARE * len(regions)))
    busy = regions[detail.topk(count).indices]
    alike = (busy[:, :, 1:] * busy[:, :, :-1]).mean() + (busy[:, 1:] * busy[:, :-1]).mean()
    return float(0.5 * alike / busy.square().mean().clamp(min=1e-12))


def _regions(planes: Tensor) -> Tensor:
    """(N, H, W) to (M, 16, 16), without those at the edge: there the denoiser sees too little."""
    inner = planes[:, None, _REGION_PX:-_REGION_PX, _REGION_PX:-_REGION_PX]
    columns = functional.unfold(inner, _REGION_PX, stride=_REGION_PX)
    return columns.transpose(1, 2).reshape(-1, _REGION_PX, _REGION_PX)


def _detail(regions: Tensor) -> Tensor:
    """(M, 16, 16) to (M): the mean square of the steps from pixel to pixel."""
    across, down = regions.diff(dim=2).square(), regions.diff(dim=1).square()
    return across.mean(dim=(1, 2)) + down.mean(dim=(1, 2))
