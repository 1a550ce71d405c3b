"""Which networks a picture goes through."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from typing import TypeVar

import torch

from restorer.engine.device import Rung
from restorer.engine.noise import NoiseKind
from restorer.models.coarse_grain import CoarseGrainDenoiser
from restorer.models.denoiser import Denoiser
from restorer.models.upscaler import Upscaler

_Network = TypeVar("_Network", Denoiser | CoarseGrainDenoiser, Upscaler)


@dataclass(frozen=True, slots=True)
class Networks:
    """What is done to a picture, in this order; None leaves the step out.

    `deblocker` and `degrainer` stand by: for a strong JPEG, and for grain that is coarse or that a
    file has changed, they take the denoiser's place.
    """

    denoiser: Denoiser | CoarseGrainDenoiser | None
    upscaler: Upscaler | None
    deblocker: Denoiser | None = None
    degrainer: Denoiser | None = None

    @property
    def scale(self) -> int:
        return 1 if self.upscaler is None else self.upscaler.scale

    @property
    def stride(self) -> int:
        return 1 if self.denoiser is None else self.denoiser.stride

    @property
    def work_halo(self) -> int:
        """Around a tile, what costs time and memory; the denoiser may read further."""
        denoiser_px = 0 if self.denoiser is None else self.denoiser.work_halo
        return denoiser_px + (0 if self.upscaler is None else self.upscaler.halo)

    @property
    def bytes_per_px(self) -> float:
        """Working memory a pixel of input, in float32; the two do not work at the same time."""
        return max(network.bytes_per_px for network in (self.denoiser, self.upscaler) if network)

    def suited_to(self, kind: NoiseKind) -> Networks:
        """The same for a photo with noise of that kind."""
        if kind == "coarse" and isinstance(self.denoiser, Denoiser):
            return replace(self, denoiser=CoarseGrainDenoiser(self.degrainer or self.denoiser))
        if kind == "saved" and self.denoiser is not None and self.degrainer is not None:
            return replace(self, denoiser=self.degrainer)
        if kind == "jpeg" and self.denoiser is not None and self.deblocker is not None:
            return replace(self, denoiser=self.deblocker)
        return self

    def on(self, rung: Rung) -> Networks:
        """Those that work on this picture, on that device, with those numbers."""
        return Networks(
            denoiser=self.denoiser and _moved(self.denoiser, rung),
            upscaler=self.upscaler and _moved(self.upscaler, rung),
        )


def _moved(network: _Network, rung: Rung) -> _Network:
    if (rung.device.type, rung.dtype) == ("cpu", torch.float32):
        return network
    return copy.deepcopy(network).to(rung.device, rung.dtype)
