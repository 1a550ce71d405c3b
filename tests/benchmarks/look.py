"""Sheets for the eye: what `--denoise auto` does to real noisy photos, at 200 %.

`python tests/benchmarks/look.py EVAL OUT` writes a PNG for every four photos of EVAL/polyu into
OUT: of each the noisy photo, what comes of it and its clean twin, where there is most detail and
where there is least. Figures do not tell wax from skin. The pictures are not ours to publish.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Final

import click
import numpy as np
from PIL import Image as PillowImage
from PIL import ImageDraw

from restorer.benchmark import cases, quality
from restorer.engine.image import Pixels, to_samples
from restorer.engine.loaded import Models
from restorer.engine.metrics import luma
from restorer.settings import Settings, weights_dir

CROP_PX: Final = 150
ZOOM: Final = 2
ROWS: Final = 4
TITLE_PX: Final = 16


def corners(clean: Pixels) -> tuple[tuple[int, int], tuple[int, int]]:
    """(top, left) of the crop with most detail and of the one with least."""
    height, width = clean.shape[:2]
    places = list(itertools.product(range(0, height - CROP_PX, 50), range(0, width - CROP_PX, 50)))
    grey = luma(clean)[..., 0]
    steps = np.abs(np.diff(grey, axis=0))
    detail = [steps[top : top + CROP_PX, left : left + CROP_PX].mean() for top, left in places]
    return places[int(np.argmax(detail))], places[int(np.argmin(detail))]


def crop(pixels: Pixels, top: int, left: int) -> PillowImage.Image:
    samples = to_samples(pixels[top : top + CROP_PX, left : left + CROP_PX], np.dtype(np.uint8))
    side = CROP_PX * ZOOM
    return PillowImage.fromarray(samples).resize((side, side), PillowImage.Resampling.NEAREST)


def row(title: str, versions: list[Pixels]) -> PillowImage.Image:
    """Two places of one photo, each in all its versions; the last is the clean one."""
    side = CROP_PX * ZOOM
    sheet = PillowImage.new("RGB", (2 * len(versions) * side, side + TITLE_PX))
    ImageDraw.Draw(sheet).text((4, 2), title, fill="white")
    crops = [crop(version, *place) for place in corners(versions[-1]) for version in versions]
    for number, each in enumerate(crops):
        sheet.paste(each, (number * side, TITLE_PX))
    return sheet


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
def main(data: Path, out: Path) -> None:
    """Writes the sheets."""
    out.mkdir(parents=True, exist_ok=True)
    models = Models(weights_dir())
    networks, estimators = models.networks(Settings(), 1), models.estimators()
    rows = []
    for case in cases.real_noise(data / "polyu"):
        assert case.files is not None
        noisy, _ = case.files
        found, auto = quality.by_estimate(noisy, networks, estimators, "auto")
        title = f"{case.name}: noisy, auto ({found.kind}, at {found.strength:.1f}), clean"
        rows.append(row(title, [case.degraded, auto, case.clean]))
    for start in range(0, len(rows), ROWS):
        some = rows[start : start + ROWS]
        sheet = PillowImage.new("RGB", (some[0].width, sum(each.height for each in some)))
        for number, each in enumerate(some):
            sheet.paste(each, (0, number * each.height))
        sheet.save(out / f"look-{start // ROWS + 1}.png")


if __name__ == "__main__":
    main()
