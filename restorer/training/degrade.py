"""Clean pictures to (degraded, clean) pairs, in batches, on the CPU or a GPU.

All pictures are (N, 3, H, W) sRGB in [0, 1]. All randomness comes from the generator passed in, so
that a resumed training goes on with exactly the numbers it would have drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Generator, Tensor
from torch.nn import functional

from restorer.settings import MAX_SIGMA
from restorer.training.grain import (
    add_white,
    camera,
    gaussian_blur,
    log_uniform,
    poisson_gaussian,
    to_grey,
    uniform,
    white_level,
)
from restorer.training.jpeg import jpeg, jpeg_by, jpeg_level, libjpeg_tables, standard_tables

GREY_SHARE: Final = 0.1  # of the patches
EQUAL_SHARE: Final = 0.05  # of the denoiser's have colours, but noise that is equal in all three
LEVELS_SKEW: Final = 1.5  # a quarter of the denoiser's levels is below 10
MOSTLY_SHARE: Final = 0.75  # of the denoiser's batches, if a range of levels is asked for
CAMERA_RMS: Final = (0.5, 25.0)  # of the estimators' patches, 8-bit levels, log-uniformly
FINE_RMS: Final = (0.5, 50.0)
FILE_SHARE: Final = 0.5  # of fine noise is in JPEGs
SILENT_SHARE: Final = 0.15
PICTURE_RMS: Final = (1.0, 30.0)
PICTURE_SILENT_SHARE: Final = 1 / 3
SOFT_SHARE: Final = 0.5  # of the estimator's patches
TABLE_QUALITIES: Final = (40, 100)  # of the tables that the estimator of JPEGs learns
FINEST_STEPS: Final = (1.0, 20.0)  # of other tables, which is about the same
EVENNESS: Final = (0.3, 1.1)  # 0 for equal steps at all frequencies, 1 for the standard's
COLOUR_STEPS: Final = (0.8, 2.2)  # by those of brightness
WEB_SHARE: Final = 1 / 8  # of the upscaler's photos
PAGE_QUALITIES: Final = (50, 100)  # of half of its drawn pages
QUALITIES: Final = (3, 95)  # of the deblocker's JPEGs: levels of 0.5 to 67
HALVED_SHARE: Final = 0.75  # of them have their colours at half the size
FAINT_SHARE: Final = 0.5  # of its patches had noise before they were compressed,
MAX_FAINT: Final = 4.0  # up to this sigma


@dataclass(frozen=True, slots=True)
class NoisyBatch:
    """`noisy` and `clean` (N, 3, H, W), and the level of the noise, `sigma` (N, 1, 1, 1).

    The denoiser is told the level, the estimator has to find it. For the deblocker it is
    the `table_level`.
    """

    noisy: Tensor
    clean: Tensor
    sigma: Tensor


def noisy_batch(
    clean: Tensor, generator: Generator, mostly: tuple[float, float] | None = None
) -> NoisyBatch:
    """White noise with its exact sigma, neither clipped nor rounded, as the benchmarks want it.

    One level for the whole batch, since the denoiser's weights depend on it; low ones are drawn
    more often than high ones, or three quarters from `mostly`, lowest and highest, if that is
    given. A tenth of the pictures is grey: then the noise is equal in the three channels. So it is
    in some pictures in colour, as programs leave it that take out colour noise first.

    Nothing else: with simulated camera noise in the batches, or with shot noise whose level is told
    inexactly, the denoiser learns to judge for itself how much there is, and of real photos, whose
    noise looks faint to it, it takes less (`restorer benchmark pairs`). Told the level of white
    noise that would be as coarse, a network that only knows white noise takes it all.
    """
    drawn = uniform(clean.shape[0], 0, 1, generator)
    clean = torch.where(drawn < GREY_SHARE, to_grey(clean), clean)
    level = MAX_SIGMA * uniform(1, 0, 1, generator) ** LEVELS_SKEW
    if mostly is not None and float(uniform(1, 0, 1, generator)) < MOSTLY_SHARE:
        level = uniform(1, *mostly, generator)
    noisy = add_white(clean, level, drawn < GREY_SHARE + EQUAL_SHARE, generator)
    return NoisyBatch(noisy, clean, level.expand(clean.shape[0], -1, -1, -1))


def compressed_batch(clean: Tensor, generator: Generator) -> NoisyBatch:
    """For the deblocker: JPEGs of one quality, so that the network takes them together.

    The grid of blocks lies anywhere, because patches are. Half of the patches had slight noise,
    which goes with the compression's own: coarsened by it, the two cannot be told apart.
    """
    count = clean.shape[0]
    clean, grey = _some_grey(clean, generator)
    faint = uniform(count, 0, MAX_FAINT, generator)
    faint = faint * (uniform(count, 0, 1, generator) < FAINT_SHARE)
    quality = uniform(1, *QUALITIES, generator).expand(count, -1, -1, -1)
    halve_colour = float(uniform(1, 0, 1, generator)) < HALVED_SHARE
    noisy = add_white(clean, faint, grey, generator)
    compressed = _as_8_bits(jpeg(noisy, quality, halve_colour, _phase(generator)))
    level = jpeg_level(float(quality[0]))
    return NoisyBatch(compressed, clean, torch.full_like(quality, level))


def estimation_batch(clean: Tensor, generator: Generator) -> NoisyBatch:
    """For the estimator: an eighth white, three Poisson-Gaussian, half camera noise.

    Half of the white ones are neither clipped nor rounded. `sigma` is the `white_level` of what
    was added, 0 for the patches that are only compressed. Half of the pictures are blurred first:
    at full size photos are softer than the shrunk ones that make good training data, and softness
    must not be taken for silence.
    """
    count = clean.shape[0]
    n_white, n_poisson = count // 8, count * 3 // 8
    clean, grey = _soft_or_grey(clean, generator)
    white_sigma = uniform(n_white, 0, MAX_SIGMA, generator)
    white = add_white(clean[:n_white], white_sigma, grey[:n_white], generator)
    white = torch.cat((white[: n_white // 2], _as_8_bits(white[n_white // 2 :])))
    real, real_sigma = _as_files(clean[n_white:], grey[n_white:], n_poisson, generator)
    sigma = torch.cat((white_sigma, real_sigma)).clamp(max=MAX_SIGMA)
    return NoisyBatch(torch.cat((white, real)), clean, sigma)


def jpeg_estimation_batch(clean: Tensor, generator: Generator) -> tuple[NoisyBatch, Tensor]:
    """For the estimator of JPEGs: half with Poisson-Gaussian, half with camera noise.

    Also returns those files' quantization tables, (N, 2, 8, 8). The grid of blocks begins where a
    patch begins; that of halved colours there or 8 pixels on.
    """
    clean, grey = _soft_or_grey(clean, generator)
    count, half = clean.shape[0], clean.shape[0] // 2
    fine = log_uniform(half, *FINE_RMS, generator)
    coarse = log_uniform(count - half, *CAMERA_RMS, generator)
    noise = torch.cat(
        (
            poisson_gaussian(clean[:half], grey[:half], fine, generator),
            camera(clean[half:], grey[half:], coarse, generator),
        )
    )
    noise = _some_silent(noise, SILENT_SHARE, generator)
    files, tables = _as_files_with_tables(clean + noise, generator)
    return NoisyBatch(files, clean, white_level(noise)), tables


def picture_batch(clean: Tensor, generator: Generator) -> tuple[NoisyBatch, Tensor | None]:
    """For the estimator of pictures: Poisson-Gaussian noise, a third of them without any.

    A camera's grain is judged without it. Half of the batches are JPEGs whose quantization tables,
    (N, 2, 8, 8), are returned too; of the others half of the pictures were JPEGs.
    """
    clean, grey = _some_grey(clean, generator)
    level = log_uniform(clean.shape[0], *PICTURE_RMS, generator)
    noise = poisson_gaussian(clean, grey, level, generator)
    noise = _some_silent(noise, PICTURE_SILENT_SHARE, generator)
    tables = None
    if float(uniform(1, 0, 1, generator)) < FILE_SHARE:
        files, tables = _as_files_with_tables(clean + noise, generator)
    else:
        files = _some_as_files(clean + noise, generator)
    return NoisyBatch(files, clean, white_level(noise)), tables


def drawn_tables(count: int, generator: Generator) -> Tensor:
    """(count, 2, 8, 8), half of them libjpeg's of quality 40 to 100.

    Cameras and Photoshop have tables of their own, which rise less towards the high frequencies.
    """
    usual = libjpeg_tables(uniform(count, *TABLE_QUALITIES, generator))
    standard = standard_tables(usual)
    evenness = torch.cat([uniform(count, *EVENNESS, generator) for _ in range(2)], dim=1)
    finest = log_uniform(count, *FINEST_STEPS, generator)
    scale = torch.cat((finest, finest * uniform(count, *COLOUR_STEPS, generator)), dim=1)
    others = scale * (standard / standard[:, :, :1, :1]) ** evenness
    is_usual = uniform(count, 0, 1, generator) < 0.5
    return torch.where(is_usual, usual, others.round().clamp(1, 255))


def add_poisson_gaussian(
    clean: Tensor, grey: Tensor, generator: Generator
) -> tuple[Tensor, Tensor]:
    """With noise as of `poisson_gaussian`; half of the pictures are JPEGs.

    Returns pictures, clipped and rounded to 8 bits, and the `white_level` of their noise before the
    compression.
    """
    level = log_uniform(clean.shape[0], *FINE_RMS, generator)
    noise = poisson_gaussian(clean, grey, level, generator)
    return _some_as_files(clean + noise, generator), white_level(noise)


def add_camera(clean: Tensor, grey: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
    """JPEGs with noise as of `camera`, and its `white_level` before the compression."""
    level = log_uniform(clean.shape[0], *CAMERA_RMS, generator)
    noise = camera(clean, grey, level, generator)
    return _as_8_bits(_as_file(clean + noise, generator)), white_level(noise)


def _as_files(
    clean: Tensor, grey: Tensor, n_poisson: int, generator: Generator
) -> tuple[Tensor, Tensor]:
    """The first `n_poisson` with Poisson-Gaussian noise, the others with a camera's; their levels.

    Among them some that are only compressed, with a level of 0.
    """
    count = clean.shape[0]
    poisson, poisson_sigma = add_poisson_gaussian(clean[:n_poisson], grey[:n_poisson], generator)
    camera, camera_sigma = add_camera(clean[n_poisson:], grey[n_poisson:], generator)
    compressed = jpeg(clean, _file_quality(count, generator), True, _phase(generator))
    silent = uniform(count, 0, 1, generator) < SILENT_SHARE
    sigma = torch.cat((poisson_sigma, camera_sigma))
    return (
        torch.where(silent, _as_8_bits(compressed), torch.cat((poisson, camera))),
        torch.where(silent, torch.zeros_like(sigma), sigma),
    )


def shrink(clean: Tensor, scale: int) -> Tensor:
    """Bicubic with antialiasing (Keys, a = -0.5), rounded to 8 bits, as the benchmarks shrink."""
    size = (clean.shape[2] // scale, clean.shape[3] // scale)
    small = functional.interpolate(clean, size=size, mode="bicubic", antialias=True)
    return _as_8_bits(small)


def small_batch(clean: Tensor, scale: int, generator: Generator) -> Tensor:
    """(N, 3, H / scale, W / scale): an eighth as found on the web, the others as benchmarks shrink.

    The last eighth is slightly blurred before shrinking, gets slight noise after, and is
    compressed; each by a random amount that may be next to nothing. With half of the batch like
    this the network no longer trusts clean pictures: 0.3 dB less on Set5. A batch of four has one
    such picture every other time.
    """
    lot = float(torch.rand(1, generator=generator, device=generator.device))
    plain = clean.shape[0] - int(clean.shape[0] * WEB_SHARE + lot)
    if plain == clean.shape[0]:
        return shrink(clean, scale)
    ordinary = clean[plain:]
    count = ordinary.shape[0]
    blurred = gaussian_blur(ordinary, uniform(count, 0.05, 0.35 * scale, generator), radius=4)
    small = shrink(blurred, scale)
    noise = torch.randn(small.shape, generator=generator, device=small.device)
    noisy = small + noise * uniform(count, 0, 4, generator) / 255
    web = jpeg(noisy, uniform(count, 60, 100, generator), True, _phase(generator))
    return torch.cat((shrink(clean[:plain], scale), _as_8_bits(web)))


def small_pages(clean: Tensor, scale: int, generator: Generator) -> Tensor:
    """(N, 3, H / scale, W / scale): drawn pages as screenshots hold them, and as scans do.

    Half by the mean of each cell, which is how programs draw smooth edges, half as `shrink` does;
    half of either as JPEGs.
    """
    count = clean.shape[0]
    is_mean = uniform(count, 0, 1, generator) < 0.5
    small = torch.where(is_mean, functional.avg_pool2d(clean, scale), shrink(clean, scale))
    halve_colour = float(uniform(1, 0, 1, generator)) < HALVED_SHARE
    quality = uniform(count, *PAGE_QUALITIES, generator)
    file = jpeg(small, quality, halve_colour, _phase(generator))
    is_file = uniform(count, 0, 1, generator) < FILE_SHARE
    return _as_8_bits(torch.where(is_file, file, small))


def _soft_or_grey(clean: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
    """Some of the pictures blurred, some without colours, and (N, 1, 1, 1) which those are."""
    count = clean.shape[0]
    soft = gaussian_blur(clean, uniform(count, 0.3, 3.0, generator), radius=8)
    clean = torch.where(uniform(count, 0, 1, generator) < SOFT_SHARE, soft, clean)
    return _some_grey(clean, generator)


def _some_grey(clean: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
    """Some of the pictures without colours, and (N, 1, 1, 1) which those are."""
    grey = uniform(clean.shape[0], 0, 1, generator) < GREY_SHARE
    return torch.where(grey, to_grey(clean), clean), grey


def _some_silent(noise: Tensor, share: float, generator: Generator) -> Tensor:
    silent = uniform(noise.shape[0], 0, 1, generator) < share
    return torch.where(silent, torch.zeros_like(noise), noise)


def _some_as_files(pictures: Tensor, generator: Generator) -> Tensor:
    """Half of them as JPEGs, all of them clipped and rounded to 8 bits."""
    compressed = _as_file(pictures, generator)
    is_file = uniform(pictures.shape[0], 0, 1, generator) < FILE_SHARE
    return _as_8_bits(torch.where(is_file, compressed, pictures))


def _as_files_with_tables(pictures: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
    """JPEGs by the tables of `drawn_tables`; their blocks begin where a patch begins."""
    tables = drawn_tables(pictures.shape[0], generator)
    halve_colour = float(uniform(1, 0, 1, generator)) < HALVED_SHARE
    down, right = (
        8 * torch.randint(0, 2, (2,), generator=generator, device=pictures.device)
    ).tolist()
    return _as_8_bits(jpeg_by(pictures, tables, halve_colour, (down, right))), tables


def _as_file(pictures: Tensor, generator: Generator) -> Tensor:
    """JPEGs as cameras and programs save them, half of them with colours at half the size."""
    quality = _file_quality(pictures.shape[0], generator)
    halve_colour = bool(torch.rand(1, generator=generator, device=pictures.device) < 0.5)
    return jpeg(pictures, quality, halve_colour, _phase(generator))


def _file_quality(count: int, generator: Generator) -> Tensor:
    """JPEG quality, 60 to 100: most cameras save at 85 and up."""
    return 100 - 40 * uniform(count, 0, 1, generator) ** 2


def _phase(generator: Generator) -> tuple[int, int]:
    """Where the grid of JPEG blocks starts: cropped photos carry it anywhere."""
    down, right = torch.randint(0, 16, (2,), generator=generator, device=generator.device).tolist()
    return down, right


def _as_8_bits(pictures: Tensor) -> Tensor:
    return (pictures.clamp(0, 1) * 255).round() / 255
