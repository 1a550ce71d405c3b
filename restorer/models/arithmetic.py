"""What a network costs, whatever it runs on."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn


def kmac_per_px(network: nn.Module, *inputs: Tensor) -> float:
    """Thousand multiply-adds for each pixel of the network's answer, (N, C, H, W), to `inputs`."""
    answer, kmac = counted(network, *inputs)
    return kmac / answer[:, 0].numel()


def counted(call: Callable[..., Tensor], *inputs: Tensor) -> tuple[Tensor, float]:
    """The answer, and the thousand multiply-adds of all its convolutions and matrix products."""
    # Where there is no triton this import warns about it: only who counts needs to hear that.
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter, torch.inference_mode():
        answer = call(*inputs)
    return answer, float(counter.get_total_flops()) / 2 / 1000
