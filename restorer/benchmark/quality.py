"""PSNR and SSIM of the shipped weights, by the protocols of the papers.

Pictures go through the engine as a user's do and are rounded to 8 bits before they are compared.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
from natsort import natsorted
from PIL import Image as PillowImage

from restorer.engine import imagefile, noise
from restorer.engine.device import ladder
from restorer.engine.image import Image, Pixels, Samples, to_pixels, to_samples
from restorer.engine.metrics import crop_border, luma, psnr, ssim
from restorer.engine.networks import Networks
from restorer.engine.noise import NoiseEstimate
from restorer.engine.restore import restore
from restorer.errors import DataError, RestorerError, ShapeMismatch
from restorer.models.estimator import Estimators

FIXED_SIGMAS: Final = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 15.0, 20.0, 25.0, 35.0, 50.0)
UNTOUCHED: Final = 99.0  # decibels of a picture that is as it was: JSON has no infinity
_EIGHT_BITS: Final = np.dtype(np.uint8)
_LEAST_PX: Final = 24
_Array = TypeVar("_Array", Pixels, Samples)
_Found = TypeVar("_Found")

Refuse = Callable[[Path, RestorerError], None]
"""Hears of each picture that cannot be measured; without it the first one ends the measuring."""


@dataclass(frozen=True, slots=True)
class Case:
    """A picture to be restored and what it should become.

    `sigma` of the white noise in `degraded`, in 8-bit levels; None where nobody knows it or it
    lacks pixels instead. `files`: the two as they were read, if they are files.
    """

    name: str
    degraded: Pixels
    clean: Pixels
    sigma: float | None = None
    files: tuple[Image, Image] | None = None


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
    was done to it. `one_size_psnr`: denoised as strongly, but at full size alone, however coarse
    the grain.
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
            samples = _colour(to_samples(case.degraded, _EIGHT_BITS))
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
    for _, path, colours in _each(_pictures(folder), _colours, refuse):
        clean = to_pixels(colours)
        for quality in qualities:
            image = as_jpeg(PillowImage.fromarray(colours), quality)
            compressed = to_pixels(image.samples)
            found, restored = by_estimate(image, networks, estimators, device)
            yield DeblockScore(
                name=path.name,
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


def white_noise(
    folder: Path,
    sigmas: Sequence[float],
    *,
    seed: int = 0,
    grey: bool = False,
    refuse: Refuse | None = None,
) -> Iterator[Case]:
    """White Gaussian noise added in float, not clipped, the same for every run.

    Every picture with each sigma in turn, with 0 the file as it is; `grey`: equal in the three
    channels. A picture's noise depends on `seed`, its place in the natural order of names, and
    sigma. Raises DataError without pictures.
    """

    def read(path: Path) -> tuple[Image, Pixels]:
        file = imagefile.read(path)
        return file, _measurable(path, to_pixels(file.samples))

    for index, path, (file, clean) in _each(_pictures(folder), read, refuse):
        for sigma in sigmas:
            if sigma == 0:
                yield Case(path.name, clean, clean, sigma, (file, file))
                continue
            random = np.random.default_rng((seed, index, round(sigma * 1000)))
            grain = random.standard_normal(clean.shape, np.float32)
            if grey:
                grain = grain[..., :1]
            yield Case(path.name, clean + grain * np.float32(sigma / 255), clean, sigma)


def real_noise(folder: Path, *, refuse: Refuse | None = None) -> Iterator[Case]:
    """Pictures `*_real.*` against `*_mean.*` of the same name. Raises DataError without any."""

    def read(path: Path) -> Case:
        clean_name = path.stem.removesuffix("_real") + "_mean" + path.suffix
        files = imagefile.read(path), imagefile.read(path.with_name(clean_name))
        noisy, clean = (to_pixels(file.samples) for file in files)
        if _measurable(path, noisy).shape != clean.shape:
            raise ShapeMismatch(noisy.shape, clean.shape)
        return Case(path.name, noisy, clean, files=files)

    noisy_files = [path for path in _pictures(folder) if path.stem.endswith("_real")]
    if not noisy_files:
        raise DataError(f"{folder} has no pairs named NAME_real and NAME_mean.")
    for _, _, case in _each(noisy_files, read, refuse):
        yield case


def shrunk(folder: Path, scale: int, *, refuse: Refuse | None = None) -> Iterator[Case]:
    """Pictures `*_HR.*` and their shrunk `*_LR.*` twins, or any pictures, shrunk by bicubic.

    Of sets with several scales, files with `_2_`, `_3_` or `_4_` in their name only serve that one.
    """

    def is_wanted(path: Path) -> bool:
        named = re.search(r"_([234])_", path.name)
        return not path.stem.endswith("_LR") and (named is None or int(named[1]) == scale)

    def read(path: Path) -> Case:
        clean = _colours(path)
        shrunk_path = path.with_name(path.name.replace("_HR", "_LR"))
        if shrunk_path != path:
            small = _colour(imagefile.read(shrunk_path).samples)
        else:
            width, height = clean.shape[1] // scale, clean.shape[0] // scale
            clean = clean[: height * scale, : width * scale]
            small = np.asarray(
                PillowImage.fromarray(clean).resize((width, height), PillowImage.Resampling.BICUBIC)
            )
        return Case(path.name, to_pixels(small), to_pixels(clean))

    for _, _, case in _each(filter(is_wanted, _pictures(folder)), read, refuse):
        yield case


def as_jpeg(picture: PillowImage.Image, quality: int) -> Image:
    """The picture after it was a file of libjpeg's `quality`, its colours at half the size."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "compressed.jpg"
        picture.save(path, quality=quality, subsampling="4:2:0")
        return imagefile.read(path)


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


def _each(
    paths: Iterable[Path], read: Callable[[Path], _Found], refuse: Refuse | None
) -> Iterator[tuple[int, Path, _Found]]:
    """Of each file its place, its path and what was read."""
    for index, path in enumerate(paths):
        try:
            found = read(path)
        except RestorerError as error:
            if refuse is None:
                raise
            refuse(path, error)
        else:
            yield index, path, found


def _colours(path: Path) -> Samples:
    return _measurable(path, _colour(imagefile.read(path).in_eight_bits().samples))


def _measurable(path: Path, picture: _Array) -> _Array:
    """Raises DataError for pictures that are too small for SSIM, also without an enlarged rim."""
    if min(picture.shape[:2]) < _LEAST_PX:
        raise DataError(f"{path} has fewer than {_LEAST_PX} pixels a side and cannot be measured.")
    return picture


def _decibels(restored: Pixels, clean: Pixels) -> float:
    return min(UNTOUCHED, psnr(restored, clean))


def _colour(samples: Samples) -> Samples:
    return np.ascontiguousarray(np.broadcast_to(samples, (*samples.shape[:2], 3)))


def _pictures(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise DataError(f"{folder} is not a folder. Give a folder of pictures.")
    try:
        found = [path for path in folder.iterdir() if path.suffix.lower() in imagefile.READABLE]
    except OSError as error:
        raise DataError(f"The folder {folder} cannot be read: {error.strerror}.") from error
    if not found:
        raise DataError(f"There are no pictures in {folder}.")
    return natsorted(found)
