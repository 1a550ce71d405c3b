"""Which device, how precise, how large a tile, and what to fall back on."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from typing import Final

import torch

from restorer.errors import DeviceUnavailable

CPU_BUDGET_BYTES: Final = 800 << 20  # with it a 12-megapixel photo stays under 1.5 GiB in all
GPU_SHARE: Final = 0.5  # of the free memory: cuDNN's workspaces want the rest
MAX_TILE_PX: Final = 16 << 20


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the fallback ladder: where a network runs and with which numbers."""

    device: torch.device
    dtype: torch.dtype

    def __str__(self) -> str:
        return describe(self.device) + (", half precision" if self.is_half else "")

    @property
    def is_half(self) -> bool:
        return self.dtype == torch.float16

    @property
    def is_reference(self) -> bool:
        """Whether its numbers are what those of the others are held to."""
        return self.device.type == "cpu" and self.dtype == torch.float32


def available(name: str) -> torch.device:
    """The device called `name`; `"auto"` is the best there is.

    Raises DeviceUnavailable, naming the devices that are there.
    """
    usable = _usable()
    if name == "auto":
        return usable[0]
    try:
        device = torch.device(name)
    except RuntimeError:
        device = torch.device("meta")  # a name that torch does not know: no such device is usable
    for candidate in usable:
        if device.type == candidate.type and (device.index or 0) < _count(candidate):
            return device
    known = ", ".join(dict.fromkeys(device.type for device in usable))
    raise DeviceUnavailable(f"There is no device {name!r} here. Choose auto or one of: {known}.")


def ladder(name: str) -> tuple[Rung, ...]:
    """What to try for that device, the fastest first; the last is always float32 on the CPU.

    Half precision is float16, not bfloat16: pixels and noise lie in a narrow range and need
    float16's three more bits of mantissa, not bfloat16's exponents. It is used on CUDA, where it
    is twice as fast.
    """
    device = available(name)
    cpu = Rung(torch.device("cpu"), torch.float32)
    if device.type == "cpu":
        return (cpu,)
    whole = Rung(device, torch.float32)
    if device.type == "cuda":
        return (Rung(device, torch.float16), whole, cpu)
    return (whole, cpu)


def describe(device: torch.device) -> str:
    """In a user's words: the name of the GPU, or the CPU and its threads."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if device.type == "xpu":
        return str(torch.xpu.get_device_name(device))
    if device.type == "mps":
        return "Apple GPU"
    threads = torch.get_num_threads()
    return f"CPU {platform.machine()}, {threads} thread{'s' if threads > 1 else ''}"


def max_tile_px(rung: Rung, bytes_per_px: float) -> int:
    """How many pixels, halo included, a tile may have for a network with that hunger in float32."""
    if rung.device.type == "cpu":
        budget = float(CPU_BUDGET_BYTES)
    elif rung.device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(rung.device)
        budget = free * GPU_SHARE
    else:
        budget = float(2 * CPU_BUDGET_BYTES)  # integrated GPUs share the machine's memory
    if rung.is_half:
        bytes_per_px /= 2
    return int(min(MAX_TILE_PX, budget / bytes_per_px))


def _usable() -> list[torch.device]:
    found = []
    if torch.cuda.is_available():
        found.append(torch.device("cuda"))
    if torch.xpu.is_available():
        found.append(torch.device("xpu"))
    if torch.backends.mps.is_available():
        found.append(torch.device("mps"))
    return [*found, torch.device("cpu")]


def _count(device: torch.device) -> int:
    if device.type == "cuda":
        return torch.cuda.device_count()
    if device.type == "xpu":
        return int(torch.xpu.device_count())
    return 1
