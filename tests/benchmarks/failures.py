"""What the shipped models do wrong, on drawn examples: picture and table for docs/models.md.

`python tests/benchmarks/failures.py` draws each example, degrades it, restores it as the program
does, and shows original, degraded and restored side by side, twice as large. Run it whenever
weights change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFilter, ImageFont

from restorer.benchmark.cases import as_jpeg
from restorer.engine.image import Image, to_pixels
from restorer.engine.metrics import psnr
from restorer.engine.photo import Workshop
from restorer.settings import Settings, weights_dir
from tests.benchmarks.documents import MODELS, Part, aligned

PART = Part(MODELS, "failures", "tests/benchmarks/failures.py")
PICTURE = MODELS.parent / "failures.png"
SIZE = (192, 120)
ZOOM = 2
GAP_PX = 8
BICUBIC = PillowImage.Resampling.BICUBIC

Levels = NDArray[np.float64]  # (H, W, 3), 0 to 255


@dataclass(frozen=True)
class Failure:
    title: str
    what: str
    draw: Callable[[], Levels]
    degrade: Callable[[Levels], Levels]
    denoise: Literal["auto", "off"] | float = "off"
    scale: int = 1
    quality: int | None = None  # of a JPEG, as which it is degraded further


def cloth() -> Levels:
    """A weave of 3 by 4 pixels, 8 levels strong, under a soft light."""
    y, x = grid()
    weave = 8 * np.sign(np.sin(2 * np.pi * (x + 0.5) / 3)) * np.sign(np.sin(np.pi * (y + 0.5) / 2))
    return colour(110 + 40 * x / SIZE[0] + weave, (1.0, 0.9, 0.75))


def halftone() -> Levels:
    """A printed ramp: dots every four pixels, larger where it is darker."""
    y, x = grid()
    dots = np.cos(2 * np.pi * x / 4) + np.cos(2 * np.pi * y / 4)
    return colour(235 - 70 / (1 + np.exp(-6 * (dots - 2 + 3 * x / SIZE[0]))), (1.0, 0.98, 0.92))


def still_life() -> Levels:
    """Soft shapes without texture."""
    canvas = PillowImage.new("RGB", SIZE, (92, 108, 128))
    draw = ImageDraw.Draw(canvas)
    draw.rectangle((0, 78, *SIZE), fill=(118, 96, 78))
    draw.ellipse((30, 34, 90, 94), fill=(186, 92, 70))
    draw.ellipse((100, 50, 150, 100), fill=(196, 172, 92))
    return np.asarray(canvas.filter(ImageFilter.GaussianBlur(1.2)), np.float64)


def print_on_paper() -> Levels:
    """Lines of text; a quarter as large it is 4 pixels high."""
    canvas = PillowImage.new("RGB", SIZE, (244, 240, 230))
    draw = ImageDraw.Draw(canvas)
    for line, text in enumerate(("Serial 8B3-S6O0", "evening harbour", "minimum illumination")):
        draw.text((8, 8 + 36 * line), text, fill=(40, 38, 44), font=ImageFont.load_default(17))
    return np.asarray(canvas, np.float64)


def grating() -> Levels:
    """Lines that lie closer and closer: from 12 to 3 pixels apart."""
    _, x = grid()
    phase = 2 * np.pi * (x / 12 + (1 / 3 - 1 / 12) * x**2 / (2 * SIZE[0]))
    return colour(128 + 70 * np.sin(phase), (1.0, 1.0, 1.0))


def white_noise(sigma: float) -> Callable[[Levels], Levels]:
    return lambda clean: clean + sigma * np.random.default_rng(1).standard_normal(clean.shape)


def blotches(clean: Levels) -> Levels:
    """Colour noise of 10 levels, 10 pixels wide, as heavy in-camera noise reduction leaves it."""
    height, width = (side // 10 for side in clean.shape[:2])
    field = np.random.default_rng(1).standard_normal((3, height, width)).astype(np.float32)
    wide = [PillowImage.fromarray(plane).resize(SIZE, BICUBIC) for plane in field]
    noise = np.stack([np.asarray(plane) for plane in wide], axis=2)
    return clean + 10 * noise / noise.std()


def shrunk(scale: int) -> Callable[[Levels], Levels]:
    size = (SIZE[0] // scale, SIZE[1] // scale)

    def shrink(clean: Levels) -> Levels:
        return np.asarray(picture(clean).resize(size, BICUBIC), np.float64)

    return shrink


FAILURES = (
    Failure("Faint weave", "texture fainter than the noise is lost", cloth, white_noise(25), 25.0),
    Failure("Halftone print", "denoised, its small dots go", halftone, lambda clean: clean, 10.0),
    Failure("Wide blotches", "too wide for the model: they stay", still_life, blotches, "auto"),
    Failure(
        "JPEG of quality 20",
        "blocks go, lost threads stay lost",
        cloth,
        lambda clean: clean,
        "auto",
        quality=20,
    ),
    Failure("Small print, x4", "letters of 4 pixels get wrong", print_on_paper, shrunk(4), scale=4),
    Failure("Fine lines, x3", "closer than two pixels they fold", grating, shrunk(3), scale=3),
)


def grid() -> tuple[Levels, Levels]:
    y, x = np.mgrid[: SIZE[1], : SIZE[0]].astype(np.float64)
    return y, x


def colour(grey: Levels, tint: tuple[float, float, float]) -> Levels:
    return np.stack([grey * part for part in tint], axis=2)


def picture(levels: Levels) -> PillowImage.Image:
    return PillowImage.fromarray(np.rint(levels.clip(0, 255)).astype(np.uint8))


def degraded_image(failure: Failure, clean: PillowImage.Image) -> Image:
    degraded = picture(failure.degrade(np.asarray(clean, np.float64)))
    if failure.quality is None:
        return Image(np.asarray(degraded))
    return as_jpeg(degraded, failure.quality)


def main() -> None:
    """Writes both and prints the table."""
    width, height = SIZE[0] * ZOOM, SIZE[1] * ZOOM
    sheet = PillowImage.new(
        "RGB",
        (3 * width + 2 * GAP_PX, len(FAILURES) * (height + GAP_PX) - GAP_PX),
        (255, 255, 255),
    )
    rows = [["original, degraded, restored", "what goes wrong", "degraded (dB)", "restored (dB)"]]
    for row, failure in enumerate(FAILURES):
        clean = picture(failure.draw())
        image = degraded_image(failure, clean)
        degraded = PillowImage.fromarray(image.samples)
        settings = Settings(denoise=failure.denoise, scale=failure.scale)
        workshop = Workshop.open(settings, weights_dir())
        restored = PillowImage.fromarray(workshop.restore_image(image).samples)
        before = degraded.resize(SIZE, BICUBIC)
        truth = to_pixels(np.asarray(clean))
        scores = [psnr(to_pixels(np.asarray(shown)), truth) for shown in (before, restored)]
        rows.append([failure.title, failure.what, *(f"{score:.1f}" for score in scores)])
        for column, shown in enumerate((clean, degraded, restored)):
            large = shown.resize((width, height), PillowImage.Resampling.NEAREST)
            sheet.paste(large, (column * (width + GAP_PX), row * (height + GAP_PX)))
    sheet.save(PICTURE, optimize=True)
    table = aligned(rows)
    PART.write(f"![Original, degraded, restored]({PICTURE.name})\n\n{table}")
    print(table)


if __name__ == "__main__":
    main()
