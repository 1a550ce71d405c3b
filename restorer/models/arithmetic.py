"""What a network costs, whatever it runs on."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def kmac_per_px(network: nn.Module, *inputs: Tensor) -> float:
    """Thousand multiply-adds for each pixel of the network's answer, (N, C, H, W), to `inputs`."""
    # Where there is no triton this import warns about it: only who counts needs to hear that.
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter, torch.inference_mode():
        answer: Tensor = network(*inputs)
    return float(counter.get_total_flops()) / 2 / answer[:, 0].numel() / 1000
