"""What classical methods make of the same pictures, beside ours: the quality half of peers.py."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import torch
from PIL import Image as PillowImage

from restorer.benchmark import quality
from restorer.benchmark.cases import Case
from restorer.engine import noise
from restorer.engine.image import Pixels, Samples, to_pixels, to_samples
from restorer.engine.loaded import Models
from restorer.engine.metrics import psnr, ssim
from restorer.engine.networks import Networks
from restorer.models.catalog import open_catalog
from restorer.settings import Settings, weights_dir

OURS = "Restorer"
NLM = "Non-local means (OpenCV)"
BM3D = "BM3D"
BICUBIC = "Bicubic (Pillow)"
LANCZOS = "Lanczos (Pillow)"

# What the others may try on each picture, in 8-bit levels. On a sample of pictures the best lay
# inside each range. Of white noise non-local means takes a share of sigma: it works in Lab.
NLM_SHARES = (0.3, 0.4, 0.5, 0.6, 0.8)
NLM_STRENGTHS = (2.0, 3.0, 4.0, 6.0, 8.0)
BM3D_STRENGTHS = (8.0, 12.0, 16.0, 24.0)

EIGHT_BITS = np.dtype(np.uint8)


@dataclass(frozen=True, slots=True)
class Method:
    """What is judged by its pictures; of a slow one only `pictures`, spread over the set."""

    name: str
    restore: Callable[[Case], Pixels]
    pictures: int | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """One picture by one method."""

    method: str
    picture: str
    sigma: float | None
    psnr: float
    ssim: float


@cache
def optional(name: str) -> Any:
    """The module; None where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def set_threads(threads: int) -> None:
    """Of everybody; BM3D takes them as an argument, and Pillow has only one."""
    torch.set_num_threads(threads)
    if cv2 := optional("cv2"):
        cv2.setNumThreads(threads)


def nlm(levels: Samples, strength: float) -> Samples:
    """(H, W, 3) uint8, RGB. OpenCV's own windows; the same strength for brightness and colour."""
    cv2 = optional("cv2")
    bgr = np.ascontiguousarray(levels[..., ::-1])
    restored: Samples = cv2.fastNlMeansDenoisingColored(bgr, None, strength, strength)
    return restored[..., ::-1]


def bm3d(pixels: Pixels, sigma: float) -> Pixels:
    """Colour BM3D with its normal profile; `sigma` in 8-bit levels."""
    module = optional("bm3d")
    profile = module.BM3DProfile()
    profile.num_threads = torch.get_num_threads()
    return np.asarray(module.bm3d_rgb(pixels, sigma / 255, profile), np.float32)


def rounded(pixels: Pixels) -> Samples:
    return to_samples(pixels, EIGHT_BITS)


def best(results: Iterable[Samples], clean: Pixels) -> Pixels:
    """The best by PSNR, which only those can choose who have the clean picture."""
    return max(map(to_pixels, results), key=lambda result: psnr(result, clean))


def others(
    nlm_strengths: Callable[[Case], Iterable[float]],
    bm3d_strengths: Callable[[Case], Iterable[float]],
    bm3d_pictures: int,
) -> list[Method]:
    """The classical denoisers that are installed, with the best strength for each picture."""

    def by_nlm(case: Case) -> Pixels:
        levels = rounded(case.degraded)
        return best((nlm(levels, strength) for strength in nlm_strengths(case)), case.clean)

    def by_bm3d(case: Case) -> Pixels:
        strengths = bm3d_strengths(case)
        return best((rounded(bm3d(case.degraded, one)) for one in strengths), case.clean)

    methods = [Method(NLM, by_nlm)] if optional("cv2") else []
    return methods + ([Method(BM3D, by_bm3d, bm3d_pictures)] if optional("bm3d") else [])


def known_sigma(case: Case) -> float:
    assert case.sigma is not None
    return case.sigma


def white_noise_methods(bm3d_pictures: int) -> list[Method]:
    networks = Networks(denoiser=open_catalog(weights_dir()).denoiser(), upscaler=None)
    return [
        Method("Noisy", lambda case: case.degraded),
        Method(OURS, lambda case: quality.run(case.degraded, networks, known_sigma(case), "cpu")),
        *others(
            lambda case: [share * known_sigma(case) for share in NLM_SHARES],
            lambda case: [known_sigma(case)],
            bm3d_pictures,
        ),
    ]


def real_noise_methods(bm3d_pictures: int) -> list[Method]:
    models = Models(weights_dir())
    networks, estimators = models.networks(Settings(), 1), models.estimators()

    def ours(case: Case, sigmas: Sequence[float] | None) -> Pixels:
        assert case.files is not None
        file, _ = case.files
        found = noise.estimate(file, estimators)
        suited = networks.suited_to(found.kind)
        tried = sigmas or [found.strength]
        return best((quality.run(case.degraded, suited, s, "cpu") for s in tried), case.clean)

    def automatic(case: Case) -> Pixels:
        return ours(case, None)

    def by_hand(case: Case) -> Pixels:
        return ours(case, quality.FIXED_SIGMAS)

    return [
        Method("Noisy", lambda case: case.degraded),
        Method(OURS, automatic),
        Method(f"{OURS}, best sigma of each picture", by_hand),
        *others(lambda _: NLM_STRENGTHS, lambda _: BM3D_STRENGTHS, bm3d_pictures),
    ]


def enlarging_methods(scale: int) -> list[Method]:
    networks = Networks(denoiser=None, upscaler=open_catalog(weights_dir()).upscaler(scale))
    bicubic, lanczos = PillowImage.Resampling.BICUBIC, PillowImage.Resampling.LANCZOS
    return [
        Method(OURS, lambda case: quality.run(case.degraded, networks, 0.0, "cpu")),
        Method(BICUBIC, lambda case: quality.resize(case.degraded, scale, bicubic)),
        Method(LANCZOS, lambda case: quality.resize(case.degraded, scale, lanczos)),
    ]


def judge(
    cases: Iterable[Case],
    methods: Sequence[Method],
    pictures: int | None,
    view: Callable[[Pixels], Pixels] = lambda pixels: pixels,
) -> list[Score]:
    """Every method on the same cases, of at most so many pictures; `view`: what of them counts."""
    found = list(cases)
    names = spread([case.name for case in found], pictures)
    scores = []
    for case in found:
        if case.name not in names:
            continue
        clean = view(case.clean)
        for method in methods:
            if case.name in spread(names, method.pictures):
                result = view(method.restore(case))
                scores.append(
                    Score(
                        method.name, case.name, case.sigma, psnr(result, clean), ssim(result, clean)
                    )
                )
    return scores


def spread(names: Sequence[str], count: int | None) -> list[str]:
    """So many of them, each once and spread evenly: neighbours often show the same scene."""
    unique = list(dict.fromkeys(names))
    if count is None or count >= len(unique):
        return unique
    return [unique[(2 * index + 1) * len(unique) // (2 * count)] for index in range(count)]
