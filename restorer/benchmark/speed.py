"""Time and memory of one photo, stage by stage, against the bare network on the same pixels."""

from __future__ import annotations

import math
import multiprocessing
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch

from restorer.benchmark.memory import peak_mib
from restorer.benchmark.scene import add_sensor_noise, draw_scene
from restorer.engine import imagefile, resultfile
from restorer.engine.device import ladder
from restorer.engine.image import Image, to_pixels
from restorer.engine.photo import FileRestored, Workshop
from restorer.engine.restoration import Restoration
from restorer.settings import Settings

BARE_LIMIT_MEGAPIXELS: Final = 16.0  # the whole picture at once takes 0.3 GB a megapixel
_ROUNDS: Final = 2


@dataclass(frozen=True, slots=True)
class SpeedScore:
    """Seconds a stage, the peak memory of the process, and how the engine compares.

    `engine_ratio`: the engine's speed over the bare network's, run on the whole picture at once in
    `channels_last`; 1 is equal. None for pictures that the bare network cannot take whole, and on
    Windows `peak_mib` is None: only Unix tells it. `coarse`: the grain was found to be.
    """

    megapixels: float
    coarse: bool
    device: str
    read_s: float
    estimate_s: float
    network_s: float
    write_s: float
    peak_mib: float | None
    engine_ratio: float | None


def measure(
    megapixels: float, settings: Settings, weights: Path, *, coarse: bool = False
) -> SpeedScore:
    """Restores a drawn photo of that size in a process of its own, for its peak memory.

    `coarse`: with grain as a camera's processing leaves it, which takes longer.
    """
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "drawn.jpg"
        draw_photo(source, megapixels, coarse=coarse)
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            return pool.apply(_measure_here, (source, settings, weights))


def _measure_here(source: Path, settings: Settings, weights: Path) -> SpeedScore:
    workshop = Workshop.open(settings, weights)
    *_, done = workshop.restore_file(source)
    if not isinstance(done, FileRestored):
        raise AssertionError("restore_file ends with FileRestored")
    peak = peak_mib()  # before the bare network, which needs far more
    image = imagefile.read(source)
    ratio = None
    if image.megapixels <= BARE_LIMIT_MEGAPIXELS:
        restoration = workshop.restoration(image)
        rounds = [
            _bare_s(restoration, settings.device) / _engine_s(restoration, settings.device)
            for _ in range(_ROUNDS)
        ]
        ratio = statistics.median(rounds)
    return SpeedScore(
        megapixels=image.megapixels,
        coarse=done.noise is not None and done.noise.kind == "coarse",
        device=done.device,
        read_s=done.read_s,
        estimate_s=done.estimate_s,
        network_s=done.network_s,
        write_s=done.write_s,
        peak_mib=peak,
        engine_ratio=ratio,
    )


def _engine_s(restoration: Restoration, device: str) -> float:
    started = time.monotonic()
    for _ in restoration.run(ladder(device)):
        pass
    return time.monotonic() - started


@torch.inference_mode()
def _bare_s(restoration: Restoration, device: str) -> float:
    rung = ladder(device)[0]
    networks = restoration.networks.on(rung)
    denoiser, upscaler = networks.denoiser, networks.upscaler
    pixels = torch.from_numpy(to_pixels(restoration.image.samples)).permute(2, 0, 1)[None]
    pixels = pixels.to(rung.device, rung.dtype, memory_format=torch.channels_last)
    if denoiser is not None:
        height, width = (-(-side // denoiser.stride) * denoiser.stride for side in pixels.shape[2:])
        bottom, right = height - pixels.shape[2], width - pixels.shape[3]
        pixels = torch.nn.functional.pad(pixels, (0, right, 0, bottom), mode="replicate")
        pixels = pixels.contiguous(memory_format=torch.channels_last)
    level = pixels.new_full((1, 1, 1, 1), restoration.sigma)
    started = time.monotonic()
    if denoiser is not None:
        pixels = denoiser(pixels, level)
    if upscaler is not None:
        pixels = upscaler(pixels)
    if rung.device.type == "cuda":
        torch.cuda.synchronize(rung.device)
    return time.monotonic() - started


def draw_photo(path: Path, megapixels: float, *, coarse: bool = False) -> None:
    """The drawn scene, repeated to a 4:3 picture of that many megapixels."""
    clean = draw_scene()
    noisy = add_sensor_noise(clean, 5.0, coarseness_px=3) if coarse else add_sensor_noise(clean)
    scene = np.asarray(noisy)
    width = round(math.sqrt(megapixels * 4e6 / 3))
    height = round(megapixels * 1e6 / width)
    times = (-(-height // scene.shape[0]), -(-width // scene.shape[1]), 1)
    resultfile.write(Image(np.tile(scene, times)[:height, :width]), path, quality=92)
