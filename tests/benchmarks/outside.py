"""The shipped weights on photos that nobody trained on and nothing was chosen by.

`python tests/benchmarks/outside.py` takes the sample photos that scikit-image, scikit-learn and
Matplotlib bring along (`pip install -e '.[peers]'`), measures by the protocols of `restorer
benchmark`, and writes the table into docs/models.md. Look at it last: whoever chooses by it needs
others.
"""

from __future__ import annotations

import importlib
import shutil
import statistics
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from restorer.benchmark import quality
from restorer.engine.loaded import Models
from restorer.engine.networks import Networks
from restorer.models.catalog import Catalog, open_catalog
from restorer.settings import Settings, weights_dir
from tests.benchmarks.documents import MODELS, Part, aligned

PART: Final = Part(MODELS, "outside", "tests/benchmarks/outside.py")
PHOTOS: Final = {
    "skimage": ("data", "astronaut.png", "chelsea.png", "coffee.png", "motorcycle_left.png"),
    "sklearn": ("datasets/images", "china.jpg", "flower.jpg"),
    "matplotlib": ("mpl-data/sample_data", "grace_hopper.jpg"),
}
SIGMAS: Final = (15, 25, 50)


def collect(folder: Path) -> None:
    """Copies the photos out of the packages."""
    for package, (place, *names) in PHOTOS.items():
        root = Path(str(importlib.import_module(package).__file__)).parent
        for name in names:
            shutil.copy(root / place / name, folder / name)


def white_noise_rows(catalog: Catalog, folder: Path) -> list[list[str]]:
    models = Models(catalog.folder)
    networks = models.networks(Settings(), 1)
    scores = list(quality.denoise(folder, SIGMAS, networks, models.estimators()))
    rows = []
    for sigma in SIGMAS:
        of_level = [score for score in scores if score.sigma == sigma]
        before, after = mean(s.noisy_psnr for s in of_level), mean(s.psnr for s in of_level)
        rows.append([f"White noise, sigma {sigma} (RGB PSNR)", before, after])
    return rows


def enlarged_row(catalog: Catalog, folder: Path, scale: int) -> list[str]:
    networks = Networks(denoiser=None, upscaler=catalog.upscaler(scale))
    scores = list(quality.upscale(folder, scale, networks))
    before, after = mean(s.bicubic_psnr for s in scores), mean(s.psnr for s in scores)
    return [f"Enlarged x{scale} (PSNR on luma), before: bicubic", before, after]


def as_they_are(catalog: Catalog, folder: Path) -> str:
    """What `--denoise auto` does to them as they are."""
    models = Models(catalog.folder)
    networks = models.networks(Settings(), 1)
    changed = [
        f"{Path(score.name).stem} ({score.auto_strength:.1f}, {score.auto_psnr:.1f} dB)"
        for score in quality.denoise(folder, (0,), networks, models.estimators())
        if score.auto_strength > 0
    ]
    return (
        "As they are, `--denoise auto` changes these (at what strength, and the PSNR of what comes "
        "back against them): " + (", ".join(changed) or "none") + ".\n"
    )


def mean(values: Iterable[float]) -> str:
    return f"{statistics.fmean(values):.2f} dB"


def main() -> None:
    """Measures, writes and prints the table."""
    catalog = open_catalog(weights_dir())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        collect(folder)
        count = len(list(folder.iterdir()))
        rows = [[f"{count} photos", "before", "restored"], *white_noise_rows(catalog, folder)]
        rows += [enlarged_row(catalog, folder, scale) for scale in (2, 3, 4)]
        text = aligned(rows) + "\n" + as_they_are(catalog, folder)
    PART.write(text)
    print(text)


if __name__ == "__main__":
    main()
