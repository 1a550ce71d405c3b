"""Clean pictures to (degraded, clean) pairs, in batches, on the CPU or a GPU.

All pictures are (N, 3, H, W) sRGB in [0, 1]. All randomness comes from the generator passed in, so
that a resumed training goes on with exactly the numbers it would have drawn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import torch
from torch import Generator, Tensor
from torch.nn import functional

from restorer.settings import MAX_SIGMA
from restorer.training.jpeg import jpeg, jpeg_level, rgb_to_ycc, ycc_to_rgb

GREY_SHARE: Final = 0.1  # of the patches
EQUAL_SHARE: Final = 0.05  # of the denoiser's have colours, but noise that is equal in all three
LEVELS_SKEW: Final = 1.5  # a quarter of the denoiser's levels is below 10
MOSTLY_SHARE: Final = 0.75  # of the denoiser's batches, if a range of levels is asked for
CAMERA_RMS: Final = (0.5, 25.0)  # 8-bit levels, drawn log-uniformly
FINE_RMS: Final = (0.5, 50.0)
FILE_SHARE: Final = 0.5  # of fine noise is in JPEGs
COARSE_PX: Final = 4
SILENT_SHARE: Final = 0.15
SOFT_SHARE: Final = 0.5  # of the estimator's patches
WEB_SHARE: Final = 1 / 8  # of the upscaler's
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
    drawn = _uniform(clean.shape[0], 0, 1, generator)
    clean = torch.where(drawn < GREY_SHARE, _to_grey(clean), clean)
    level = MAX_SIGMA * _uniform(1, 0, 1, generator) ** LEVELS_SKEW
    if mostly is not None and float(_uniform(1, 0, 1, generator)) < MOSTLY_SHARE:
        level = _uniform(1, *mostly, generator)
    noisy = add_white(clean, level, drawn < GREY_SHARE + EQUAL_SHARE, generator)
    return NoisyBatch(noisy, clean, level.expand(clean.shape[0], -1, -1, -1))


def compressed_batch(clean: Tensor, generator: Generator) -> NoisyBatch:
    """For the deblocker: JPEGs of one quality, so that the network takes them together.

    The grid of blocks lies anywhere, because patches are. Half of the patches had slight noise,
    which goes with the compression's own: coarsened by it, the two cannot be told apart.
    """
    count = clean.shape[0]
    grey = _uniform(count, 0, 1, generator) < GREY_SHARE
    clean = torch.where(grey, _to_grey(clean), clean)
    faint = _uniform(count, 0, MAX_FAINT, generator)
    faint = faint * (_uniform(count, 0, 1, generator) < FAINT_SHARE)
    quality = _uniform(1, *QUALITIES, generator).expand(count, -1, -1, -1)
    halve_colour = float(_uniform(1, 0, 1, generator)) < HALVED_SHARE
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
    soft = _gaussian_blur(clean, _uniform(count, 0.3, 3.0, generator), radius=8)
    clean = torch.where(_uniform(count, 0, 1, generator) < SOFT_SHARE, soft, clean)
    grey = _uniform(count, 0, 1, generator) < GREY_SHARE
    clean = torch.where(grey, _to_grey(clean), clean)

    white_sigma = _uniform(n_white, 0, MAX_SIGMA, generator)
    white = add_white(clean[:n_white], white_sigma, grey[:n_white], generator)
    white = torch.cat((white[: n_white // 2], _as_8_bits(white[n_white // 2 :])))
    real, real_sigma = _as_files(clean[n_white:], grey[n_white:], n_poisson, generator)
    sigma = torch.cat((white_sigma, real_sigma)).clamp(max=MAX_SIGMA)
    return NoisyBatch(torch.cat((white, real)), clean, sigma)


def white_level(noise: Tensor) -> Tensor:
    """(N, 3, H, W) in [0, 1] to (N, 1, 1, 1): the sigma of white noise as coarse, 8-bit levels.

    White noise averaged over n pixels falls to a root of n. What demosaicing and noise reduction
    leave does not: it lies in the low frequencies, where it is as strong as white noise of two to
    four times its RMS. That is the level at which a denoiser removes it, so it is the level that
    the estimator learns; for white noise it is sigma itself.
    """
    coarse = COARSE_PX * _rms(functional.avg_pool2d(noise, COARSE_PX))
    return 255 * torch.maximum(_rms(noise), coarse)


def add_white(clean: Tensor, sigma: Tensor, grey: Tensor, generator: Generator) -> Tensor:
    """White Gaussian noise of `sigma` (N or 1, 1, 1, 1), 8-bit levels.

    Equal in the three channels where `grey` (N, 1, 1, 1).
    """
    noise = torch.randn(clean.shape, generator=generator, device=clean.device)
    noise = torch.where(grey, noise[:, :1], noise)
    return clean + noise * (sigma / 255)


def add_poisson_gaussian(
    clean: Tensor, grey: Tensor, generator: Generator
) -> tuple[Tensor, Tensor]:
    """Shot noise that grows with the light and read noise that does not, of single pixels.

    Foi et al. 2008. Half of it has less in colour than in brightness, down to nothing, as programs
    leave it that take out colour noise first; half of the pictures are JPEGs, which halve the size
    of the colours. Returns pictures, clipped and rounded to 8 bits, and the `white_level` of their
    noise before the compression.
    """
    count = clean.shape[0]
    field = torch.randn(clean.shape, generator=generator, device=clean.device)
    shot = _uniform(count, 0, 1, generator)
    spread = torch.sqrt(shot * clean + (1 - shot) * 0.25)
    noise = torch.where(grey, field[:, :1], field) * spread
    keep_colour = (2 * _uniform(count, 0, 1, generator)).clamp(max=1)
    ycc = rgb_to_ycc(noise)
    noise = ycc_to_rgb(torch.cat((ycc[:, :1], keep_colour * ycc[:, 1:]), dim=1))
    noise = _to_level(noise, FINE_RMS, generator)
    compressed = _as_file(clean + noise, generator)
    is_file = _uniform(count, 0, 1, generator) < FILE_SHARE
    return _as_8_bits(torch.where(is_file, compressed, clean + noise)), white_level(noise)


def add_camera(clean: Tensor, grey: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
    """Noise as a camera's own processing leaves it in a JPEG.

    Sensor noise in linear light under a Bayer mosaic, demosaiced, sometimes resized, mixed by
    white balance and colour matrix, developed by the sRGB curve, smoothed (colour more than
    brightness), then compressed: the order of Brooks et al. 2019 (Unprocessing) and Guo et al. 2019
    (CBDNet). All but the compression acts on the noise alone, so that the clean picture stays as
    sharp as it is. Returns pictures and the `white_level` of their noise before the compression.
    """
    count = clean.shape[0]
    gain = torch.ones(count, 3, 1, 1, device=clean.device)
    gain[:, 0:1] = _uniform(count, 1.2, 2.4, generator)
    gain[:, 2:3] = _uniform(count, 1.2, 2.4, generator)
    linear = clean.clamp(min=1e-3) ** 2.2
    shot = _uniform(count, 0.3, 1, generator)
    spread = torch.sqrt(shot * linear / gain + (1 - shot) * 0.02) * gain

    noise = _colour_matrix(_sensor_field(clean.shape, generator) * spread, generator)
    slope = linear ** (1 / 2.2 - 1)  # of the sRGB curve; shadows are lifted most
    noise = _smooth(noise * slope.clamp(max=8), generator)
    noise = _to_level(torch.where(grey, _to_grey(noise), noise), CAMERA_RMS, generator)
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
    silent = _uniform(count, 0, 1, generator) < SILENT_SHARE
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
    blurred = _gaussian_blur(ordinary, _uniform(count, 0.05, 0.35 * scale, generator), radius=4)
    small = shrink(blurred, scale)
    noise = torch.randn(small.shape, generator=generator, device=small.device)
    noisy = small + noise * _uniform(count, 0, 4, generator) / 255
    web = jpeg(noisy, _uniform(count, 60, 100, generator), True, _phase(generator))
    return torch.cat((shrink(clean[:plain], scale), _as_8_bits(web)))


def _sensor_field(shape: torch.Size, generator: Generator) -> Tensor:
    """Unit noise as a linear demosaicing leaves it: (N, 3, H, W), correlated over pixels.

    Made at a random multiple of the size and then resized, as pictures are.
    """
    count, _, height, width = shape
    device = generator.device
    factor = float(torch.empty(1, device=device).uniform_(0.7, 1.6, generator=generator))
    if factor > 1.3:
        factor = 1.0  # a third of the batches keeps the sensor's own pixels
    size = (math.ceil(height * factor / 2) * 2, math.ceil(width * factor / 2) * 2)
    field = torch.randn((count, 1, *size), generator=generator, device=device)

    mosaic = torch.zeros((count, 3, *size), device=device)  # RGGB
    mosaic[:, 0, 0::2, 0::2] = field[:, 0, 0::2, 0::2]
    mosaic[:, 1, 0::2, 1::2] = field[:, 0, 0::2, 1::2]
    mosaic[:, 1, 1::2, 0::2] = field[:, 0, 1::2, 0::2]
    mosaic[:, 2, 1::2, 1::2] = field[:, 0, 1::2, 1::2]
    sparse = torch.tensor([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]], device=device) / 4
    quincunx = torch.tensor([[0.0, 1, 0], [1, 4, 1], [0, 1, 0]], device=device) / 4
    kernels = torch.stack((sparse, quincunx, sparse))[:, None]
    full = functional.conv2d(
        functional.pad(mosaic, (1, 1, 1, 1), mode="reflect"), kernels, groups=3
    )
    if size == (height, width):
        return full
    return functional.interpolate(full, size=(height, width), mode="bicubic", antialias=True)


def _colour_matrix(noise: Tensor, generator: Generator) -> Tensor:
    """Camera colours to sRGB: rows sum to one, so grey stays grey and colour noise grows."""
    strength = _uniform(noise.shape[0], 0, 1, generator).view(-1, 1, 1)
    typical = torch.tensor(
        [[1.7, -0.6, -0.1], [-0.2, 1.5, -0.3], [0.0, -0.6, 1.6]], device=noise.device
    )
    identity = torch.eye(3, device=noise.device)
    matrix = identity + strength * (typical - identity)  # (N, 3, 3)
    return torch.einsum("nij,njhw->nihw", matrix, noise)


def _smooth(noise: Tensor, generator: Generator) -> Tensor:
    """In-camera noise reduction and sharpening, seen as what they do to noise.

    Reduction takes more of the colour than of the luma; sharpening takes the low frequencies from
    the luma, a lack of it leaves blotches. In flat parts of real files neighbours in luma
    correlate by 0.66 and those four pixels apart by 0.06, in colour by 0.93 and 0.71
    (`tests/benchmarks/noise_statistics.py` compares).
    """
    count = noise.shape[0]
    ycc = rgb_to_ycc(noise)
    luma = _gaussian_blur(ycc[:, :1], _uniform(count, 0.05, 0.9, generator), radius=3)
    blotches = _gaussian_blur(luma, _uniform(count, 0.8, 3.0, generator), radius=8)
    share = _uniform(count, -0.6, 0.3, generator) * _rms(luma) / _rms(blotches).clamp(min=1e-6)
    colour = _gaussian_blur(ycc[:, 1:], _uniform(count, 0.8, 5.0, generator), radius=12)
    keep_colour = 1.5 * _uniform(count, 0, 1, generator) ** 2  # some cameras leave next to none
    return ycc_to_rgb(torch.cat((luma + share * blotches, keep_colour * colour), dim=1))


def _gaussian_blur(pictures: Tensor, sigma_px: Tensor, radius: int) -> Tensor:
    """Each picture by its own `sigma_px` (N, 1, 1, 1)."""
    count, channels, height, width = pictures.shape
    offsets = torch.arange(-radius, radius + 1, device=pictures.device, dtype=torch.float32)
    kernel = torch.exp(-0.5 * (offsets / sigma_px.view(-1, 1)) ** 2)  # (N, 2 radius + 1)
    kernel = kernel / kernel.sum(dim=1, keepdim=True)
    kernel = kernel.repeat_interleave(channels, dim=0)
    flat = functional.pad(pictures, (radius,) * 4, mode="reflect")
    flat = flat.reshape(1, count * channels, *flat.shape[2:])
    flat = functional.conv2d(flat, kernel[:, None, None, :], groups=count * channels)
    flat = functional.conv2d(flat, kernel[:, None, :, None], groups=count * channels)
    return flat.view(count, channels, height, width)


def _to_level(noise: Tensor, levels: tuple[float, float], generator: Generator) -> Tensor:
    """Scales each noise field to an RMS drawn log-uniformly from `levels`."""
    low, high = levels
    level = torch.exp(_uniform(noise.shape[0], math.log(low), math.log(high), generator))
    return noise * (level / 255 / _rms(noise).clamp(min=1e-6))


def _as_file(pictures: Tensor, generator: Generator) -> Tensor:
    """JPEGs as cameras and programs save them, half of them with colours at half the size."""
    quality = _file_quality(pictures.shape[0], generator)
    halve_colour = bool(torch.rand(1, generator=generator, device=pictures.device) < 0.5)
    return jpeg(pictures, quality, halve_colour, _phase(generator))


def _file_quality(count: int, generator: Generator) -> Tensor:
    """JPEG quality, 60 to 100: most cameras save at 85 and up."""
    return 100 - 40 * _uniform(count, 0, 1, generator) ** 2


def _phase(generator: Generator) -> tuple[int, int]:
    """Where the grid of JPEG blocks starts: cropped photos carry it anywhere."""
    down, right = torch.randint(0, 16, (2,), generator=generator, device=generator.device).tolist()
    return down, right


def _rms(difference: Tensor) -> Tensor:
    return difference.square().mean(dim=(1, 2, 3), keepdim=True).sqrt()


def _to_grey(pictures: Tensor) -> Tensor:
    return rgb_to_ycc(pictures)[:, :1].expand_as(pictures)


def _as_8_bits(pictures: Tensor) -> Tensor:
    return (pictures.clamp(0, 1) * 255).round() / 255


def _uniform(count: int, low: float, high: float, generator: Generator) -> Tensor:
    drawn = torch.rand((count, 1, 1, 1), generator=generator, device=generator.device)
    return low + (high - low) * drawn
