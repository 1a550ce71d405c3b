"""Noise as cameras and programs leave it, and how strong it is.

All pictures and fields of noise are (N, 3, H, W), sRGB in [0, 1]; numbers for each of them are
(N, 1, 1, 1).
"""

from __future__ import annotations

import math
from typing import Final

import torch
from torch import Generator, Tensor
from torch.nn import functional

from restorer.models.ycc import rgb_to_ycc, ycc_to_rgb

COARSE_PX: Final = 4


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


def poisson_gaussian(clean: Tensor, grey: Tensor, level: Tensor, generator: Generator) -> Tensor:
    """Shot noise that grows with the light and read noise that does not, of single pixels.

    Foi et al. 2008. `level`: the RMS of each picture's, 8-bit levels. Half of it has less in
    colour than in brightness, down to nothing, as programs leave it that take out colour noise
    first.
    """
    count = clean.shape[0]
    field = torch.randn(clean.shape, generator=generator, device=clean.device)
    shot = uniform(count, 0, 1, generator)
    spread = torch.sqrt(shot * clean + (1 - shot) * 0.25)
    noise = torch.where(grey, field[:, :1], field) * spread
    return _to_level(_with_less_colour(noise, generator), level)


def camera(clean: Tensor, grey: Tensor, level: Tensor, generator: Generator) -> Tensor:
    """Noise as a camera's own processing leaves it, but for the compression.

    Sensor noise in linear light under a Bayer mosaic, demosaiced, sometimes resized, mixed by
    white balance and colour matrix, developed by the sRGB curve, smoothed (colour more than
    brightness): the order of Brooks et al. 2019 (Unprocessing) and Guo et al. 2019
    (CBDNet). All of it acts on the noise alone, so that the clean picture stays as sharp as it is.
    """
    count = clean.shape[0]
    gain = torch.ones(count, 3, 1, 1, device=clean.device)
    gain[:, 0:1] = uniform(count, 1.2, 2.4, generator)
    gain[:, 2:3] = uniform(count, 1.2, 2.4, generator)
    linear = clean.clamp(min=1e-3) ** 2.2
    shot = uniform(count, 0.3, 1, generator)
    spread = torch.sqrt(shot * linear / gain + (1 - shot) * 0.02) * gain

    noise = _colour_matrix(_sensor_field(clean.shape, generator) * spread, generator)
    slope = linear ** (1 / 2.2 - 1)  # of the sRGB curve; shadows are lifted most
    noise = _smooth(noise * slope.clamp(max=8), generator)
    return _to_level(torch.where(grey, to_grey(noise), noise), level)


def _with_less_colour(noise: Tensor, generator: Generator) -> Tensor:
    """Half of the fields with less in colour than in brightness, down to nothing."""
    keep = (2 * uniform(noise.shape[0], 0, 1, generator)).clamp(max=1)
    ycc = rgb_to_ycc(noise)
    return ycc_to_rgb(torch.cat((ycc[:, :1], keep * ycc[:, 1:]), dim=1))


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
    strength = uniform(noise.shape[0], 0, 1, generator).view(-1, 1, 1)
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
    luma = gaussian_blur(ycc[:, :1], uniform(count, 0.05, 0.9, generator), radius=3)
    blotches = gaussian_blur(luma, uniform(count, 0.8, 3.0, generator), radius=8)
    share = uniform(count, -0.6, 0.3, generator) * _rms(luma) / _rms(blotches).clamp(min=1e-6)
    colour = gaussian_blur(ycc[:, 1:], uniform(count, 0.8, 5.0, generator), radius=12)
    keep_colour = 1.5 * uniform(count, 0, 1, generator) ** 2  # some cameras leave next to none
    return ycc_to_rgb(torch.cat((luma + share * blotches, keep_colour * colour), dim=1))


def gaussian_blur(pictures: Tensor, sigma_px: Tensor, radius: int) -> Tensor:
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


def _to_level(noise: Tensor, level: Tensor) -> Tensor:
    """Each field scaled to that RMS, 8-bit levels."""
    return noise * (level / 255 / _rms(noise).clamp(min=1e-6))


def _rms(difference: Tensor) -> Tensor:
    return difference.square().mean(dim=(1, 2, 3), keepdim=True).sqrt()


def to_grey(pictures: Tensor) -> Tensor:
    """Brightness alone, in all three channels."""
    return rgb_to_ycc(pictures)[:, :1].expand_as(pictures)


def uniform(count: int, low: float, high: float, generator: Generator) -> Tensor:
    """(count, 1, 1, 1)."""
    drawn = torch.rand((count, 1, 1, 1), generator=generator, device=generator.device)
    return low + (high - low) * drawn


def log_uniform(count: int, low: float, high: float, generator: Generator) -> Tensor:
    """(count, 1, 1, 1), every doubling as often."""
    return torch.exp(uniform(count, math.log(low), math.log(high), generator))
