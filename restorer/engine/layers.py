"""How far the networks are with a tile: on a CPU it takes seconds, and a photo may be but one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import accumulate
from typing import Final

import torch
from torch import Tensor, nn

from restorer.engine.device import Rung, max_tile_px
from restorer.engine.networks import Networks
from restorer.engine.restore import Event, TileDone
from restorer.engine.tiling import Box, plan

_TRIAL_PX: Final = 96
_TRIAL_SIGMA: Final = 25.0
_Layer = nn.Conv2d | nn.ConvTranspose2d


def watched(
    events: Iterator[Event],
    picture: Box,
    networks: Networks,
    *,
    sigma: float,
    rung: Rung,
    tell: Callable[[int], None],
) -> Iterator[Event]:
    """The same events of `restore`, all of whose arguments are as for that.

    In between `tell` hears after each layer how many pixels of the result are as good as done, if
    it runs on `rung`, which is the CPU. Smaller tiles would show as much, but half as many pixels
    again would be computed as halos (12 megapixels in tiles of one).
    """
    if sigma == 0:
        networks = replace(networks, denoiser=None)
    if networks.denoiser is None and networks.upscaler is None:
        yield from events
        return
    areas_px = _areas_px(picture, networks, rung)
    area_px, done_px = next(areas_px), 0
    shares = _shares(networks)
    left = iter(shares)

    def on_layer(_layer: nn.Module, _inputs: object, _output: object) -> None:
        tell(done_px + int(next(left, 1.0) * area_px))

    with ExitStack() as hooks:
        for layer in _layers(networks):
            hooks.callback(layer.register_forward_hook(on_layer).remove)
        for event in events:
            left = iter(shares)
            if isinstance(event, TileDone):
                done_px = event.done_px
                area_px = min(next(areas_px, area_px), event.total_px - done_px)
            yield event


def _areas_px(picture: Box, networks: Networks, rung: Rung) -> Iterator[int]:
    """Of the result's tiles, if memory suffices for them as planned."""
    max_px = max_tile_px(rung, networks.bytes_per_px)
    halo_px, stride = networks.work_halo, networks.stride
    for tile in plan(picture, max_px=max_px, halo_px=halo_px, stride=stride, view=None):
        yield tile.scaled(networks.scale).area


def _layers(networks: Networks) -> Iterator[_Layer]:
    for network in (networks.denoiser, networks.upscaler):
        if network is not None:
            yield from (layer for layer in network.modules() if isinstance(layer, _Layer))


@torch.inference_mode()
def _shares(networks: Networks) -> list[float]:
    """What part of a tile's arithmetic is done after each of its layers, tried on a small one."""
    costs: list[int] = []

    def note(layer: _Layer, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        cells = inputs[0] if isinstance(layer, nn.ConvTranspose2d) else output
        costs.append(cells.numel() * layer.weight[0].numel())

    side_px = -(-_TRIAL_PX // networks.stride) * networks.stride
    picture = torch.zeros(1, 3, side_px, side_px)
    with ExitStack() as hooks:
        for layer in _layers(networks):
            hooks.callback(layer.register_forward_hook(note).remove)
        if networks.denoiser is not None:
            networks.denoiser(picture, torch.full((1, 1, 1, 1), _TRIAL_SIGMA))
        if networks.upscaler is not None:
            networks.upscaler(picture)
    return [done / sum(costs) for done in accumulate(costs)]
