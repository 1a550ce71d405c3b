"""The colours of JPEG: brightness and two differences."""

from __future__ import annotations

import torch
from torch import Tensor


def rgb_to_ycc(rgb: Tensor) -> Tensor:
    """BT.601 full range as in JFIF, colour centred on zero."""
    red, green, blue = rgb.unbind(dim=1)
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    return torch.stack((luma, (blue - luma) / 1.772, (red - luma) / 1.402), dim=1)


def ycc_to_rgb(ycc: Tensor) -> Tensor:
    """The inverse of `rgb_to_ycc`."""
    luma, blue_difference, red_difference = ycc.unbind(dim=1)
    red = luma + 1.402 * red_difference
    blue = luma + 1.772 * blue_difference
    green = (luma - 0.299 * red - 0.114 * blue) / 0.587
    return torch.stack((red, green, blue), dim=1)
