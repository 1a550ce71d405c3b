"""PSNR and SSIM of the shipped weights, by the protocols of the papers.

Pictures go through the engine as a user's do and are rounded to 8 bits before they are compared.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image as PillowImage

from restorer.benchmark.cases import (
    Case,
    Refuse,
    as_colour,
    as_jpeg,
    in_colour,
    real_noise,
    shrunk,
    white_noise,
)
from restorer.engine import imagefile, noise, resultfile
from restorer.engine.device import ladder
from restorer.engine.image import Image, Pixels, to_pixels, to_samples
from restorer.engine.metrics import crop_border, luma, psnr, ssim
from restorer.engine.networks import Networks
from restorer.engine.noise import NoiseEstimate
from restorer.engine.restoration import finished
from restorer.engine.restore import restore
from restorer.models.estimator import Estimators
from restorer.settings import Settings

FIXED_SIGMAS: Final = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 15.0, 20.0, 25.0, 35.0, 50.0)
UNTOUCHED: Final = 99.0  # decibels of a picture that is as it was: JSON has no infinity
_EIGHT_BITS: Final = np.dtype(np.uint8)


@dataclass(frozen=True, slots=True)
class DenoiseScore:
    """One picture with white noise of `sigma` added. PSNR in dB over RGB, sigma in 8-bit levels.

    `auto_strength`: at what `--denoise auto` denoises it; `auto_psnr`: what comes of that;
    `kept_psnr`: that against what it was given, `UNTOUCHED` if nothing was done to it.
    """

    name: str
    sigma: float
    estimated_sigma: float
    auto_strength: float
    noisy_psnr: float
    psnr: float
    ssim: float
    auto_psnr: float
    kept_psnr: float


@dataclass(frozen=True, slots=True)
class PairScore:
    """A really noisy picture against its clean twin; `best` is the best of `FIXED_SIGMAS`.

    `estimated_sigma` was found on the noisy picture, `clean_sigma` on the clean one. `kept_psnr`:
    the clean one restored as automatically as the noisy one, against itself; `UNTOUCHED` if nothing
    was done to it. `saved_psnr`: of the file that `restore` makes of the noisy one.
    `one_size_psnr`: denoised as strongly, but at full size alone, however coarse the grain.
    """

    name: str
    noise_rms: float
    estimated_sigma: float
    auto_strength: float
    clean_sigma: float
    kept_psnr: float
    noisy_psnr: float
    auto_psnr: float
    auto_ssim: float
    saved_psnr: float
    best_sigma: float
    best_psnr: float
    one_size_psnr: float


@dataclass(frozen=True, slots=True)
class DeblockScore:
    """One picture as a JPEG of libjpeg's `quality`, 4:2:0. PSNR in dB and SSIM over RGB.

    `kind`: what it was taken for, `strength`: how strongly it was restored, 8-bit levels.
    """

    name: str
    quality: int
    kind: str
    strength: float
    jpeg_psnr: float
    psnr: float
    jpeg_ssim: float
    ssim: float


@dataclass(frozen=True, slots=True)
class UpscaleScore:
    """One enlarged picture: PSNR and SSIM on luma, `scale` border pixels cut.

    `quality`: of the JPEG that the small picture was, None if it was none.
    """

    name: str
    scale: int
    quality: int | None
    bicubic_psnr: float
    psnr: float
    ssim: float


def denoise(
    folder: Path,
    sigmas: Sequence[float],
    networks: Networks,
    estimators: Estimators,
    *,
    seed: int = 0,
    grey: bool = False,
    quality: int | None = None,
    device: str = "auto",
    refuse: Refuse | None = None,
) -> Iterator[DenoiseScore]:
    """The cases of `white_noise`; the denoiser is given the true sigma, as in the papers.

    `grey`: the noise is equal in the three channels. `quality`: all were JPEGs of libjpeg's
    quality meanwhile, as noisy photos that somebody has saved are.
    """
    for case in white_noise(folder, sigmas, seed=seed, grey=grey, refuse=refuse):
        assert case.sigma is not None
        image = Image(case.degraded) if case.files is None else case.files[0]
        if quality is not None:
            samples = as_colour(to_samples(case.degraded, _EIGHT_BITS))
            image = as_jpeg(PillowImage.fromarray(samples), quality)
        noisy = to_pixels(image.samples)
        told = networks if quality is None else networks.suited_to("saved")
        restored = run(noisy, told, case.sigma, device)
        found, auto = by_estimate(image, networks, estimators, device)
        yield DenoiseScore(
            name=case.name,
            sigma=case.sigma,
            estimated_sigma=found.sigma,
            auto_strength=found.strength,
            noisy_psnr=_decibels(noisy, case.clean),
            psnr=_decibels(restored, case.clean),
            ssim=ssim(restored, case.clean),
            auto_psnr=_decibels(auto, case.clean),
            kept_psnr=_decibels(auto, noisy),
        )


def pairs(
    folder: Path,
    networks: Networks,
    estimators: Estimators,
    *,
    device: str = "auto",
    refuse: Refuse | None = None,
) -> Iterator[PairScore]:
    """The cases of `real_noise`, denoised by estimate and with each of `FIXED_SIGMAS`.

    Either way by what suits the photo's grain.
    """
    for case in real_noise(folder, refuse=refuse):
        noisy, clean = case.degraded, case.clean
        assert case.files is not None
        noisy_file, clean_file = case.files
        estimated, auto = by_estimate(noisy_file, networks, estimators, device)
        suited = networks.suited_to(estimated.kind)
        fixed = {s: _decibels(run(noisy, suited, s, device), clean) for s in FIXED_SIGMAS}
        best_sigma = max(fixed, key=lambda sigma: fixed[sigma])
        estimated_clean, kept = by_estimate(clean_file, networks, estimators, device)
        yield PairScore(
            name=case.name,
            noise_rms=float(np.sqrt(np.mean(np.square(noisy - clean))) * 255),
            estimated_sigma=estimated.sigma,
            auto_strength=estimated.strength,
            clean_sigma=estimated_clean.sigma,
            kept_psnr=_decibels(kept, clean),
            noisy_psnr=_decibels(noisy, clean),
            auto_psnr=_decibels(auto, clean),
            auto_ssim=ssim(auto, clean),
            saved_psnr=_decibels(_saved(noisy_file, auto, case.name), clean),
            best_sigma=best_sigma,
            best_psnr=fixed[best_sigma],
            one_size_psnr=_decibels(run(noisy, networks, estimated.strength, device), clean),
        )


def deblock(
    folder: Path,
    qualities: Sequence[int],
    networks: Networks,
    estimators: Estimators,
    *,
    device: str = "auto",
    refuse: Refuse | None = None,
) -> Iterator[DeblockScore]:
    """Every picture as a JPEG of each of libjpeg's `qualities`, restored as `--denoise auto` does.

    Raises DataError without pictures.
    """
    for name, colours in in_colour(folder, refuse=refuse):
        clean = to_pixels(colours)
        for quality in qualities:
            image = as_jpeg(PillowImage.fromarray(colours), quality)
            compressed = to_pixels(image.samples)
            found, restored = by_estimate(image, networks, estimators, device)
            yield DeblockScore(
                name=name,
                quality=quality,
                kind=found.kind,
                strength=found.strength,
                jpeg_psnr=_decibels(compressed, clean),
                psnr=_decibels(restored, clean),
                jpeg_ssim=ssim(compressed, clean),
                ssim=ssim(restored, clean),
            )


def upscale(
    folder: Path,
    scale: int,
    networks: Networks,
    *,
    device: str = "auto",
    refuse: Refuse | None = None,
) -> Iterator[UpscaleScore]:
    """The cases of `shrunk`, enlarged by the network and by bicubic."""
    for case in shrunk(folder, scale, refuse=refuse):
        yield _enlarged(case, scale, run(case.degraded, networks, 0.0, device))


def upscale_jpegs(
    folder: Path,
    scale: int,
    quality: int,
    networks: Networks,
    estimators: Estimators,
    *,
    device: str = "auto",
    refuse: Refuse | None = None,
) -> Iterator[UpscaleScore]:
    """The cases of `shrunk` as JPEGs, like those of the web: restored as `--denoise auto` does.

    `networks`: all that this may take. Bicubic has the JPEG to enlarge too.
    """
    for case in shrunk(folder, scale, refuse=refuse):
        small = PillowImage.fromarray(to_samples(case.degraded, _EIGHT_BITS))
        image = as_jpeg(small, quality)
        _, restored = by_estimate(image, networks, estimators, device)
        compressed = replace(case, degraded=to_pixels(image.samples))
        yield _enlarged(compressed, scale, restored, quality)


def _enlarged(case: Case, scale: int, result: Pixels, quality: int | None = None) -> UpscaleScore:
    target = measured_luma(case.clean, scale)
    restored = measured_luma(result, scale)
    bicubic = resize(case.degraded, scale, PillowImage.Resampling.BICUBIC)
    return UpscaleScore(
        name=case.name,
        scale=scale,
        quality=quality,
        bicubic_psnr=_decibels(measured_luma(bicubic, scale), target),
        psnr=_decibels(restored, target),
        ssim=ssim(restored, target),
    )


def measured_luma(pixels: Pixels, scale: int) -> Pixels:
    """What of an enlarged picture counts: its luma without `scale` pixels on each side."""
    return crop_border(luma(pixels), scale)


def resize(pixels: Pixels, scale: int, kernel: PillowImage.Resampling) -> Pixels:
    """Enlarged by Pillow, in 8 bits."""
    small = PillowImage.fromarray(to_samples(pixels, _EIGHT_BITS))
    large = small.resize((small.width * scale, small.height * scale), kernel)
    return to_pixels(np.asarray(large))


def by_estimate(
    image: Image, networks: Networks, estimators: Estimators, device: str
) -> tuple[NoiseEstimate, Pixels]:
    """What was found in the picture, and the picture restored as `--denoise auto` does."""
    found = replace(noise.estimate(image, estimators), is_enlarged=networks.scale > 1)
    suited = networks.suited_to(found.kind)
    return found, run(to_pixels(image.samples), suited, found.strength, device)


def run(pixels: Pixels, networks: Networks, sigma: float, device: str) -> Pixels:
    """Through the engine, as a user's picture, and rounded to 8 bits."""
    scale = 1 if networks.upscaler is None else networks.upscaler.scale
    height, width, channels = pixels.shape
    out = np.empty((height * scale, width * scale, channels), _EIGHT_BITS)
    for _ in restore(Image(pixels), networks, out, sigma=sigma, ladder=ladder(device)):
        pass
    return to_pixels(out)


def _saved(image: Image, restored: Pixels, name: str) -> Pixels:
    """What is left in the file that a restored picture becomes; it was read from one of `name`."""
    out = to_samples(restored, image.samples.dtype)
    result = finished(image, out, out, Settings())
    if result.is_as_stored:  # the file is copied
        return restored
    with tempfile.TemporaryDirectory() as folder:
        path = resultfile.output_path(Path(folder, name))
        resultfile.write(result, path)
        return to_pixels(imagefile.read(path).samples)


def _decibels(restored: Pixels, clean: Pixels) -> float:
    return min(UNTOUCHED, psnr(restored, clean))
