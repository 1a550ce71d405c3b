"""A network may begin as a trained one with fewer blocks."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Final

import torch
from torch import nn

from restorer.models.denoiser import Denoiser, ResidualBlock

_MAY_DIFFER: Final = ("blocks", "levels")


def can_grow(small: Mapping[str, Any], large: Mapping[str, Any]) -> bool:
    """Whether a network of the arguments `large` has all that one of `small` has, but for levels.

    Both are of the same architecture.
    """
    if "blocks" not in small or _fixed(small) != _fixed(large):
        return False
    counts = zip(_counts(small), _counts(large), strict=True)
    return all(few <= many for few, many in counts)


@torch.no_grad()
def grow(network: nn.Module, small: nn.Module) -> None:
    """Gives the fresh `network` the weights of `small`, which `can_grow` into it.

    It does what `small` does, as in Chen et al. 2016 (Net2Net): the blocks that it has more come
    last in their stack and add nothing to what they are given. Of a level that `small` does not
    have, it gets what `small` mixes for it.
    """
    if isinstance(network, Denoiser) and isinstance(small, Denoiser):
        for level, each in zip(network.levels, network.sets, strict=True):
            mixed = copy.deepcopy(small.sets[0])
            mixed.load_state_dict(small.weights_at(level))
            _grow(each, mixed)
    else:
        _grow(network, small)


def _grow(network: nn.Module, small: nn.Module) -> None:
    mine, given = list(network.children()), list(small.children())
    if not mine:
        network.load_state_dict(small.state_dict())
    if isinstance(network, nn.Sequential):
        count = len(mine) - len(given)
        blocks = [each for each in mine if isinstance(each, ResidualBlock)]
        for block in blocks[len(blocks) - count :]:
            for parameter in block.second.parameters():
                nn.init.zeros_(parameter)
            mine.remove(block)
    for each, theirs in zip(mine, given, strict=True):
        _grow(each, theirs)


def _fixed(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if name not in _MAY_DIFFER}


def _counts(arguments: Mapping[str, Any]) -> list[int]:
    blocks = arguments["blocks"]
    return blocks if isinstance(blocks, list) else [blocks]
