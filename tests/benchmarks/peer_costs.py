"""Seconds, memory and arithmetic of what is compared: the cost half of peers.py."""

from __future__ import annotations

import math
import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
from PIL import Image as PillowImage
from torch import Tensor, nn

from restorer.benchmark.memory import peak_mib_of
from restorer.benchmark.scene import add_sensor_noise, draw_scene
from restorer.engine.device import Rung, ladder
from restorer.engine.image import Samples, to_pixels
from restorer.models.arithmetic import kmac_per_px
from restorer.models.catalog import open_catalog
from restorer.settings import weights_dir
from tests.benchmarks.peer_networks import DnCnn, DruNet, Edsr, FfdNet, Imdn, Rlfn, SrVgg
from tests.benchmarks.peer_quality import (
    BICUBIC,
    BM3D,
    LANCZOS,
    NLM,
    OURS,
    bm3d,
    nlm,
    optional,
    set_threads,
)

MOST_GMAC = 700.0  # a pass on the CPU: what would need more is timed on a smaller picture
BM3D_MEGAPIXELS = 0.05
SIDE_MULTIPLE_PX = 8  # our denoiser and DRUNet want it
COUNTED_SIDE_PX = 240

Run = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is timed. `prepare` takes (H, W, 3) uint8 and a rung, and returns what is timed.

    `network` is made for its parameters and arithmetic; None for what has none.
    """

    name: str
    prepare: Callable[[Samples, Rung], Run]
    network: Callable[[], nn.Module] | None = None
    most_megapixels: float = math.inf


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`kmac`: thousand multiply-adds a pixel, in enlarging of output."""

    parameters: int
    kmac: float


@dataclass(frozen=True, slots=True)
class Ready:
    """A candidate on its device, with a picture of `megapixels`; in enlarging, of output.

    `peak_mib`: what one pass takes, weights included; of the picture that was asked for.
    """

    name: str
    run: Run
    megapixels: float
    peak_mib: float | None
    arithmetic: Arithmetic | None


@dataclass(frozen=True, slots=True)
class Cost:
    """What it takes a megapixel."""

    of: Ready
    seconds: float

    @property
    def name(self) -> str:
        return self.of.name


def denoisers() -> list[Candidate]:
    def prepare_nlm(levels: Samples, rung: Rung) -> Run:
        return lambda: nlm(levels, 10.0)

    def prepare_bm3d(levels: Samples, rung: Rung) -> Run:
        pixels = to_pixels(levels)
        return lambda: bm3d(pixels, 16.0)

    found = [of_network(OURS, lambda: open_catalog(weights_dir()).denoiser(), 1)]
    if optional("cv2"):
        found.append(Candidate(NLM, prepare_nlm))
    if optional("bm3d"):
        found.append(Candidate(BM3D, prepare_bm3d, most_megapixels=BM3D_MEGAPIXELS))
    published = {"DnCNN": DnCnn, "FFDNet": FfdNet, "DRUNet": DruNet}
    return found + [of_network(name, kind, 1) for name, kind in published.items()]


def upscalers(scale: int) -> list[Candidate]:
    def prepare_with(kernel: PillowImage.Resampling) -> Callable[[Samples, Rung], Run]:
        def prepare(levels: Samples, rung: Rung) -> Run:
            small = PillowImage.fromarray(levels)
            return lambda: small.resize((small.width * scale, small.height * scale), kernel)

        return prepare

    published = {
        "IMDN": lambda: Imdn(scale),
        "RLFN": lambda: Rlfn(scale),
        "EDSR-baseline": lambda: Edsr(scale),
        "SRVGG": lambda: SrVgg(scale),
    }
    return [
        of_network(OURS, lambda: open_catalog(weights_dir()).upscaler(scale), scale),
        Candidate(BICUBIC, prepare_with(PillowImage.Resampling.BICUBIC)),
        Candidate(LANCZOS, prepare_with(PillowImage.Resampling.LANCZOS)),
        *(of_network(name, make, scale) for name, make in published.items()),
    ]


def candidates(scale: int) -> list[Candidate]:
    return denoisers() if scale == 1 else upscalers(scale)


def of_network(name: str, make: Callable[[], nn.Module], scale: int) -> Candidate:
    """The bare network, ours too: the whole picture at once, `channels_last`, ready on a device."""

    def prepare(levels: Samples, rung: Rung) -> Run:
        module = make().eval().to(rung.device, rung.dtype)
        module = module.to(memory_format=torch.channels_last)
        pixels = torch.from_numpy(to_pixels(levels)).permute(2, 0, 1)[None]
        pixels = pixels.to(rung.device, rung.dtype, memory_format=torch.channels_last)
        inputs = network_inputs(pixels, scale)
        return lambda: module(*inputs)

    return Candidate(name, prepare, make)


def network_inputs(pixels: Tensor, scale: int) -> tuple[Tensor, ...]:
    """A denoiser wants sigma as well."""
    return (pixels,) if scale > 1 else (pixels, pixels.new_full((1, 1, 1, 1), 25.0))


def arithmetic(make: Callable[[], nn.Module], scale: int) -> Arithmetic:
    module = make()
    parameters = sum(parameter.numel() for parameter in module.parameters())
    # Without numbers it is quick, but our denoiser looks at its sigma to choose its weights.
    device = "cpu" if scale == 1 else "meta"
    pixels = torch.empty(1, 3, COUNTED_SIDE_PX, COUNTED_SIDE_PX, device=device)
    return Arithmetic(parameters, kmac_per_px(module.to(device), *network_inputs(pixels, scale)))


@cache
def scene() -> Samples:
    return np.asarray(add_sensor_noise(draw_scene()))


def photo(megapixels: float, multiple: int) -> Samples:
    """The drawn scene, repeated to about that size, 4:3; each side a multiple of so many pixels."""
    sides = (math.sqrt(megapixels * 1e6 * ratio) for ratio in (3 / 4, 4 / 3))
    height, width = (max(1, round(side / multiple)) * multiple for side in sides)
    times = (-(-height // scene().shape[0]), -(-width // scene().shape[1]), 1)
    return np.ascontiguousarray(np.tile(scene(), times)[:height, :width])


def picture_for(scale: int, megapixels: float) -> Samples:
    """What is to be denoised at that size, or enlarged to it."""
    return photo(megapixels / scale**2, SIDE_MULTIPLE_PX if scale == 1 else 1)


@torch.inference_mode()
def costs(scale: int, megapixels: float, rung: Rung, rounds: int, threads: int) -> list[Cost]:
    """Of every candidate that runs there; with CUDA those are the networks."""
    set_threads(threads)
    on_cpu = rung.device.type == "cpu"
    here = [one for one in candidates(scale) if on_cpu or one.network is not None]
    ready = [made_ready(one, scale, megapixels, rung, threads) for one in here]
    seconds = time_in_turns([one.run for one in ready], rounds, rung)
    return [Cost(one, median / one.megapixels) for one, median in zip(ready, seconds, strict=True)]


def made_ready(
    candidate: Candidate, scale: int, megapixels: float, rung: Rung, threads: int
) -> Ready:
    found = None if candidate.network is None else arithmetic(candidate.network, scale)
    timed = min(megapixels, candidate.most_megapixels)
    if found is not None and rung.device.type == "cpu":
        timed = min(timed, MOST_GMAC / found.kmac)
    levels = picture_for(scale, timed)
    if rung.device.type == "cpu":
        peak = peak_in_child_mib(candidate.name, scale, megapixels, threads)
    else:
        peak = peak_on_gpu_mib(candidate, levels, rung)
    run = candidate.prepare(levels, rung)
    output_px = levels.shape[0] * levels.shape[1] * scale**2
    return Ready(candidate.name, run, output_px / 1e6, peak, found)


def peak_on_gpu_mib(candidate: Candidate, levels: Samples, rung: Rung) -> float:
    """What PyTorch allocates there for one pass, weights and picture included."""
    before = torch.cuda.memory_allocated(rung.device)
    torch.cuda.reset_peak_memory_stats(rung.device)
    candidate.prepare(levels, rung)()
    return float(torch.cuda.max_memory_allocated(rung.device) - before) / 2**20


def time_in_turns(runs: Sequence[Run], rounds: int, rung: Rung) -> list[float]:
    """Median seconds; in turns, so that a busy moment hits all alike. The first turn warms up."""
    times: list[list[float]] = [[] for _ in runs]
    for turn in range(rounds + 1):
        for run, own in zip(runs, times, strict=True):
            started = time.perf_counter()
            run()
            if rung.device.type == "cuda":
                torch.cuda.synchronize()
            if turn:
                own.append(time.perf_counter() - started)
    return [statistics.median(own) for own in times]


def peak_in_child_mib(name: str, scale: int, megapixels: float, threads: int) -> float | None:
    """What one pass takes beyond an idle process with its libraries and the picture.

    In a fresh process each, since memory that was used once does not come back for sure. None
    where the system does not tell: only Linux does.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture.npy"
        np.save(path, picture_for(scale, megapixels))
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            return pool.apply(_peak_here_mib, (name, scale, path, threads))


@torch.inference_mode()
def _peak_here_mib(name: str, scale: int, path: Path, threads: int) -> float | None:
    set_threads(threads)
    levels = np.load(path)
    [candidate] = [one for one in candidates(scale) if one.name == name]
    nn.Conv2d(3, 8, 3)(torch.zeros(1, 3, 64, 64))  # threads and libraries are awake
    # Not ru_maxrss: on Linux a child starts with its parent's. Writing 5 sets VmHWM back to VmRSS.
    resetting = Path("/proc/self/clear_refs")
    if not resetting.exists():
        return None
    resetting.write_text("5", encoding="ascii")
    before = peak_mib_of(os.getpid())
    candidate.prepare(levels, ladder("cpu")[0])()
    after = peak_mib_of(os.getpid())
    return None if before is None or after is None else after - before
