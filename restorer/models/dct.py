"""The transform of JPEG's blocks."""

from __future__ import annotations

import math
from typing import Final

import torch
from torch import Tensor

SIDE_PX: Final = 8


def dct_matrix(like: Tensor) -> Tensor:
    """(8, 8): orthonormal DCT-II, of the type and on the device of `like`."""
    rank = torch.arange(SIDE_PX, device=like.device, dtype=like.dtype)
    matrix = torch.cos(math.pi / SIDE_PX * (rank[None, :] + 0.5) * rank[:, None]) / 2
    matrix[0] /= math.sqrt(2)
    return matrix


def blocks_of(planes: Tensor) -> Tensor:
    """(N, C, H, W) to (N, C, H / 8, W / 8, 8, 8)."""
    count, channels, height, width = planes.shape
    shape = (count, channels, height // SIDE_PX, SIDE_PX, width // SIDE_PX, SIDE_PX)
    return planes.reshape(shape).transpose(3, 4)
