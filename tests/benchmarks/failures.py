"""What the shipped models do wrong, on drawn examples: picture and table for docs/models.md.

`python tests/benchmarks/failures.py` draws each example, degrades it, restores it as the program
does, and shows original, degraded and restored side by side, twice as large. A letter is drawn that
the map of digits has no place for. Run it whenever weights change.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFilter, ImageFont

from restorer.benchmark.cases import as_jpeg
from restorer.engine.image import Image, to_pixels
from restorer.engine.metrics import psnr
from restorer.engine.photo import Workshop
from restorer.models.catalog import open_catalog
from restorer.models.vae import SIDE_PX
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
    who: str  # the models that do it
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


def plaster() -> Levels:
    """A wall of grains of one pixel, as hard to tell from noise as anything."""
    grains = np.random.default_rng(1).standard_normal((SIZE[1], SIZE[0]))
    _, x = grid()
    return colour(150 + 30 * x / SIZE[0] + 9 * grains, (1.0, 0.97, 0.9))


def hair() -> Levels:
    """Strands of one pixel that cross."""
    canvas = PillowImage.new("RGB", SIZE, (70, 48, 34))
    draw = ImageDraw.Draw(canvas)
    random = np.random.default_rng(1)
    for _ in range(400):
        top, bottom = random.uniform(-40, SIZE[0] + 40) + random.normal(0, 14, 2)
        shade = random.uniform(0.6, 1.4)
        ink = tuple(int(shade * level) for level in (150, 108, 76))
        draw.line((top, -2, bottom, SIZE[1] + 2), fill=ink)
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


def unchanged(clean: Levels) -> Levels:
    return clean


FAILURES = (
    Failure(
        "Faint weave",
        "denoiser",
        "texture fainter than the noise is lost",
        cloth,
        white_noise(25),
        25.0,
    ),
    Failure("Halftone print", "denoiser", "its small dots go", halftone, unchanged, 10.0),
    Failure("Wide blotches", "degrainer", "too wide: they stay", still_life, blotches, "auto"),
    Failure(
        "Rough plaster",
        "estimators",
        "is taken for noise, and smoothed",
        plaster,
        unchanged,
        "auto",
    ),
    Failure(
        "The same as a JPEG",
        "estimators",
        "is taken for noise, and smoothed",
        plaster,
        unchanged,
        "auto",
        quality=90,
    ),
    Failure(
        "JPEG of quality 20",
        "deblocker",
        "blocks go, lost threads stay lost",
        cloth,
        unchanged,
        "auto",
        quality=20,
    ),
    Failure(
        "Small print, x4",
        "upscalers",
        "letters of 4 pixels get wrong",
        print_on_paper,
        shrunk(4),
        scale=4,
    ),
    Failure(
        "Fine lines, x3",
        "upscalers",
        "closer than two pixels they fold",
        grating,
        shrunk(3),
        scale=3,
    ),
    Failure("Hair, x2", "upscalers", "what lies closer is joined", hair, shrunk(2), scale=2),
)
LETTER = "R"


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


def letter() -> tuple[PillowImage.Image, PillowImage.Image]:
    """As it was drawn, and as the map's own digits have it."""
    canvas = PillowImage.new("L", (SIDE_PX, SIDE_PX))
    centre = (SIDE_PX / 2, SIDE_PX / 2)
    font = ImageFont.load_default(22)
    ImageDraw.Draw(canvas).text(centre, LETTER, fill=255, font=font, anchor="mm")
    model = open_catalog(weights_dir()).digit_model("vae")
    with torch.inference_mode():
        ink = torch.from_numpy(to_pixels(np.asarray(canvas)))[None, None]
        seen = model.decode(model.encode(ink).mean)[0, 0].numpy()
    return canvas, PillowImage.fromarray(np.rint(255 * seen).astype(np.uint8))


def shown_whole(page: PillowImage.Image) -> PillowImage.Image:
    """A small square picture in the middle of a sheet's field."""
    field = PillowImage.new("RGB", SIZE)
    side = SIZE[1] // page.height * page.height
    field.paste(page.resize((side, side), BICUBIC), ((SIZE[0] - side) // 2, (SIZE[1] - side) // 2))
    return field


def main() -> None:
    """Writes both and prints the table."""
    width, height = SIZE[0] * ZOOM, SIZE[1] * ZOOM
    rows = [
        ["original, degraded, restored", "by", "what goes wrong", "degraded (dB)", "restored (dB)"]
    ]
    shown: list[tuple[PillowImage.Image, ...]] = []
    for failure in FAILURES:
        clean = picture(failure.draw())
        image = degraded_image(failure, clean)
        degraded = PillowImage.fromarray(image.samples)
        settings = Settings(denoise=failure.denoise, scale=failure.scale)
        workshop = Workshop.open(settings, weights_dir())
        restored = PillowImage.fromarray(workshop.restore_image(image).samples)
        before = degraded.resize(SIZE, BICUBIC)
        truth = to_pixels(np.asarray(clean))
        scores = [psnr(to_pixels(np.asarray(each)), truth) for each in (before, restored)]
        told = ("–" if math.isinf(score) else f"{score:.1f}" for score in scores)
        rows.append([failure.title, failure.who, failure.what, *told])
        shown.append((clean, degraded, restored))
    rows.append([f"The letter {LETTER}", "vae", "is read as the nearest digit", "–", "–"])
    drawn, seen = map(shown_whole, letter())
    shown.append((drawn, drawn, seen))

    sheet = PillowImage.new(
        "RGB",
        (3 * width + 2 * GAP_PX, len(shown) * (height + GAP_PX) - GAP_PX),
        (255, 255, 255),
    )
    for row, pictures in enumerate(shown):
        for column, each in enumerate(pictures):
            large = each.resize((width, height), PillowImage.Resampling.NEAREST)
            sheet.paste(large, (column * (width + GAP_PX), row * (height + GAP_PX)))
    sheet.save(PICTURE, optimize=True)
    table = aligned(rows)
    PART.write(f"![Original, degraded, restored]({PICTURE.name})\n\n{table}")
    print(table)


if __name__ == "__main__":
    main()
