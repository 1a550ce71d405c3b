"""A drawn picture with what restoration finds hard: text, edges, textures, gradients, foliage.

Photographs cannot be shipped, so the sample in `resources/`, the speed benchmark and the tests are
drawn here. `python -m restorer.benchmark.scene resources/sample.jpg` writes the sample anew.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFilter, ImageFont

SIZE: Final = (1200, 800)
_OVERSAMPLING: Final = 2  # drawn larger and shrunk: Pillow draws edges without antialiasing

Colour = tuple[int, int, int]


def draw_scene(seed: int = 7) -> PillowImage.Image:
    """A clean 1200 x 800 evening at a harbour, RGB; the same seed gives the same pixels."""
    random = np.random.default_rng(seed)
    width, height = (side * _OVERSAMPLING for side in SIZE)
    horizon = int(height * 0.58)
    canvas = PillowImage.fromarray(_sky_and_water(width, height, horizon, random))
    draw = ImageDraw.Draw(canvas)
    _hills(draw, width, horizon, random)
    _houses(draw, width, horizon, random)
    _lighthouse(draw, int(width * 0.80), horizon)
    _boat(draw, int(width * 0.40), int(height * 0.70))
    _foliage(draw, width, height, random)
    _sign(draw, int(width * 0.60), int(height * 0.735))
    _resolution_star(draw, (int(width * 0.505), int(height * 0.865)), int(height * 0.085))
    return canvas.resize(SIZE, PillowImage.Resampling.LANCZOS)


def add_sensor_noise(
    clean: PillowImage.Image, level: float = 16.0, seed: int = 7, coarseness_px: int = 1
) -> PillowImage.Image:
    """Grain that grows with the light, as a sensor's does; `level` is its RMS in 8-bit levels.

    `coarseness_px`: how wide the camera's processing has made a grain. The picture is then as soft.
    """
    soft = clean.filter(ImageFilter.GaussianBlur((coarseness_px - 1) / 2))
    pixels = np.asarray(soft, np.float64)
    height, width, channels = pixels.shape
    drawn = (-(-height // coarseness_px), -(-width // coarseness_px), channels)
    grain = np.random.default_rng(seed).standard_normal(drawn)
    if coarseness_px > 1:
        planes = np.moveaxis(grain.astype(np.float32), 2, 0)
        wide = [PillowImage.fromarray(plane).resize(clean.size) for plane in planes]
        grain = np.stack([np.asarray(plane) for plane in wide], axis=2)
    noise = grain * np.sqrt(0.35 + pixels / 255)
    noise *= level / np.sqrt(np.mean(noise**2))
    return PillowImage.fromarray(np.rint(np.clip(pixels + noise, 0, 255)).astype(np.uint8))


def _soft_noise(
    random: np.random.Generator, shape: tuple[int, int], radius_px: float
) -> NDArray[np.float64]:
    """Gaussian noise of unit variance, blurred by `radius_px`."""
    field = PillowImage.fromarray(random.standard_normal(shape).astype(np.float32) * 32 + 128)
    eight_bits = field.convert("L").filter(ImageFilter.GaussianBlur(radius_px))
    soft = np.asarray(eight_bits, np.float64)
    unit: NDArray[np.float64] = (soft - soft.mean()) / soft.std()
    return unit


def _sky_and_water(
    width: int, height: int, horizon: int, random: np.random.Generator
) -> NDArray[np.uint8]:
    rows = np.linspace(0, 1, horizon)[:, None, None]
    zenith, glow = np.array([38.0, 66, 122]), np.array([250.0, 190, 130])
    sky = zenith + (glow - zenith) * rows**1.6
    clouds = _soft_noise(random, (horizon // 8, width // 24), 2.0)
    clouds = np.asarray(
        PillowImage.fromarray(clouds.astype(np.float32)).resize(
            (width, horizon), PillowImage.Resampling.BICUBIC
        )
    )[..., None]
    sky = sky + np.clip(clouds, 0, 2) * np.array([26.0, 18, 22])
    y, x = np.ogrid[:horizon, :width]
    sun = np.exp(-((x - width * 0.62) ** 2 + (y - horizon * 0.80) ** 2) / (0.045 * width) ** 2)
    sky = sky + sun[..., None] * np.array([70.0, 70, 60])

    depth = height - horizon
    mirrored = sky[::-1][np.linspace(0, horizon - 1, depth).astype(int)] * 0.62
    y, x = np.ogrid[:depth, :width]
    distance = 1 / (0.03 + np.linspace(0, 1, depth)[:, None])
    ripples = np.sin(distance * 22 + 6 * np.sin(x / 190.0)) * np.sin(x / 23.0 + distance * 3)
    water = mirrored + ripples[..., None] * np.array([14.0, 15, 18])
    levels: NDArray[np.uint8] = np.clip(np.concatenate((sky, water)), 0, 255).astype(np.uint8)
    return levels


def _hills(
    draw: ImageDraw.ImageDraw, width: int, horizon: int, random: np.random.Generator
) -> None:
    for tallness, colour in ((0.26, (92, 96, 128)), (0.17, (62, 74, 92)), (0.09, (40, 54, 58))):
        x = np.arange(0, width + 4, 4)
        ridge = sum(
            np.sin(x / width * math.tau * wave + random.uniform(0, math.tau)) / wave
            for wave in (1.5, 3, 7, 13, 29, 61)
        )
        y = horizon - horizon * tallness * (0.62 + 0.3 * np.asarray(ridge))
        outline = list(zip(x.tolist(), y.tolist(), strict=True))
        draw.polygon([(0, horizon), *outline, (width, horizon)], fill=colour)


def _houses(
    draw: ImageDraw.ImageDraw, width: int, horizon: int, random: np.random.Generator
) -> None:
    walls = ((186, 84, 62), (222, 202, 164), (104, 128, 140), (228, 168, 84), (164, 178, 142))
    left = int(width * 0.04)
    for i in range(9):
        broad = int(random.integers(110, 190))
        top = horizon - int(random.integers(150, 290))
        wall = walls[i % len(walls)]
        draw.rectangle((left, top, left + broad, horizon + 24), fill=wall)
        roof = [(left - 10, top), (left + broad // 2, top - broad // 2), (left + broad + 10, top)]
        draw.polygon(roof, fill=(96, 48, 44))
        for k in range(8):
            edge = top - (k + 1) * broad // 18
            inset = int((k + 1) * broad / 18)
            draw.line((left + inset, edge, left + broad - inset, edge), fill=(70, 36, 34), width=2)
        for row in range(top + 18, horizon - 20, 46):
            for column in range(left + 14, left + broad - 22, 36):
                lit = random.random() < 0.4
                pane: Colour = (255, 226, 140) if lit else (44, 52, 68)
                draw.rectangle((column, row, column + 20, row + 28), fill=pane)
                draw.line((column + 10, row, column + 10, row + 28), fill=wall, width=2)
        left += broad + int(random.integers(0, 14))


def _lighthouse(draw: ImageDraw.ImageDraw, x: int, horizon: int) -> None:
    top, half_top, half_foot = horizon - 560, 34, 62
    for band in range(10):
        upper, lower = band / 10, (band + 1) / 10
        corners = []
        for part, side in ((upper, -1), (upper, 1), (lower, 1), (lower, -1)):
            half = half_top + (half_foot - half_top) * part
            corners.append((x + side * half, top + (horizon + 30 - top) * part))
        draw.polygon(corners, fill=(232, 230, 222) if band % 2 else (190, 42, 44))
    draw.rectangle((x - 46, top - 12, x + 46, top), fill=(38, 40, 44))
    draw.rectangle((x - 26, top - 62, x + 26, top - 12), fill=(255, 240, 180))
    draw.polygon([(x - 36, top - 62), (x, top - 106), (x + 36, top - 62)], fill=(52, 34, 36))
    for rail in range(x - 46, x + 47, 8):
        draw.line((rail, top - 28, rail, top - 12), fill=(38, 40, 44), width=2)


def _boat(draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    hull = [(x - 200, y), (x + 210, y), (x + 160, y + 64), (x - 160, y + 64)]
    draw.polygon(hull, fill=(28, 58, 98))
    draw.line((x - 196, y + 10, x + 204, y + 10), fill=(240, 240, 236), width=8)
    draw.line((x, y, x, y - 330), fill=(88, 62, 40), width=9)
    draw.polygon([(x + 8, y - 320), (x + 8, y - 22), (x + 180, y - 22)], fill=(244, 236, 220))
    draw.polygon([(x - 8, y - 300), (x - 8, y - 22), (x - 130, y - 22)], fill=(206, 70, 52))
    for k in range(1, 7):
        draw.line((x + 8, y - 320 + k * 43, x + 8 + k * 25, y - 322 + k * 43), fill=(190, 180, 160))
    for k in range(11):
        draw.line((x, y - 330, x - 190 + k * 38, y), fill=(60, 50, 44), width=1)


def _foliage(
    draw: ImageDraw.ImageDraw, width: int, height: int, random: np.random.Generator
) -> None:
    for _ in range(5200):
        x = float(random.beta(0.9, 2.2)) * width * 0.46
        y = height - float(random.beta(1.0, 2.6)) * height * 0.28
        length, angle = random.uniform(18, 60), random.uniform(-2.3, -0.8)
        green = int(random.integers(60, 175))
        colour = (int(green * random.uniform(0.4, 0.95)), green, int(green * 0.36))
        tip = (x + length * math.cos(angle), y + length * math.sin(angle))
        draw.line((x, y, *tip), fill=colour, width=int(random.integers(1, 5)))
    for _ in range(160):
        x, y = random.uniform(0, width * 0.4), random.uniform(height * 0.84, height)
        radius = random.uniform(5, 12)
        petals = ((236, 92, 120), (250, 214, 92), (238, 238, 246))[int(random.integers(3))]
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=petals)


def _sign(draw: ImageDraw.ImageDraw, left: int, top: int) -> None:
    draw.rectangle((left, top, left + 900, top + 350), fill=(250, 247, 238), outline=(50, 46, 42))
    lines = (
        (88, "Harbour of Oldenau"),
        (52, "Ferry 07:15  09:45  12:30  18:05"),
        (34, "Keep the quay clear. Autoencoders keep what repeats"),
        (26, "and lose what does not: the quick brown fox jumps over the lazy dog."),
        (20, "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789 &?!%"),
    )
    y = top + 16
    for size_px, text in lines:
        draw.text((left + 30, y), text, fill=(34, 34, 40), font=ImageFont.load_default(size_px))
        y += int(size_px * 1.32)
    for k in range(18):
        shade = int(255 * k / 17)
        box = (left + 30 + k * 46, y + 8, left + 76 + k * 46, y + 44)
        draw.rectangle(box, fill=(shade, shade, shade))


def _resolution_star(draw: ImageDraw.ImageDraw, centre: tuple[int, int], radius: int) -> None:
    """A Siemens star: its spokes get finer towards the middle, without end."""
    x, y = centre
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(248, 248, 248))
    box = (x - radius + 6, y - radius + 6, x + radius - 6, y + radius - 6)
    for spoke in range(36):
        draw.pieslice(box, spoke * 10, spoke * 10 + 5, fill=(24, 24, 28))


def main() -> None:
    """Writes the noisy sample to the path given."""
    add_sensor_noise(draw_scene()).save(Path(sys.argv[1]), quality=92, subsampling=0)


if __name__ == "__main__":
    main()
