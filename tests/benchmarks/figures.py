"""Measures the shipped weights and writes what it finds where it is quoted.

`python tests/benchmarks/figures.py EVAL` runs the protocols of `restorer benchmark` on the folders
bsds32, polyu and set5 below EVAL, writes the means into `weights/catalog.json` and the table into
README.md, and the cards into docs/models.md. Run it whenever weights change.
"""

from __future__ import annotations

import dataclasses
import statistics
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click
import torch
from PIL import Image as PillowImage

from restorer.benchmark import cases, quality
from restorer.engine.image import Image
from restorer.engine.loaded import Models
from restorer.engine.metrics import psnr
from restorer.engine.networks import Networks
from restorer.models.catalog import Catalog, open_catalog, write_catalog
from restorer.settings import Settings, weights_dir
from restorer.training import drawings
from tests.benchmarks.cards import write_cards
from tests.benchmarks.documents import README, Part, aligned

TABLE = Part(README, "figures", "tests/benchmarks/figures.py")
SIGMAS = (5, 10, 15, 25, 50)
QUOTED_SIGMAS = (15, 25, 50)  # what papers compare
SAVED_SIGMAS = (5, 10, 25)
SAVED_QUALITIES = (90, 75)
QUOTED_FILES = ((25, 90), (10, 75))  # sigma, quality
QUALITIES = (10, 20, 40, 60)
QUOTED_QUALITIES = (10, 20, 40)
WEB_QUALITY = 75
PAGES = 24
ALL_UNTOUCHED = "–"  # in place of the PSNR of the one that was changed most
CLEANERS = {
    "denoiser",
    "deblocker",
    "degrainer",
    "estimator",
    "jpeg-estimator",
    "picture-estimator",
}  # what auto does depends on all of them


def mean(values: Iterable[float], digits: int = 2) -> float:
    return round(statistics.fmean(values), digits)


def denoiser_figures(catalog: Catalog, data: Path) -> dict[str, dict[str, Any]]:
    """Of the denoisers and the estimators, by data set."""
    models = Models(catalog.folder)
    networks, estimators = models.networks(Settings(), 1), models.estimators()
    white = list(quality.denoise(data / "bsds32", (0, *SIGMAS), networks, estimators))
    real = list(quality.pairs(data / "polyu", networks, estimators))
    degrainer = Networks(denoiser=catalog.denoiser("degrainer"), upscaler=None)
    white_too = quality.denoise(data / "bsds32", SIGMAS, degrainer, estimators)
    estimates: dict[str, Any] = {}
    for sigma in SIGMAS:
        rows = [row for row in white if row.sigma == sigma]
        errors = [abs(row.estimated_sigma / sigma - 1) for row in rows]
        estimates[f"sigma {sigma}"] = {
            "mean": mean(row.estimated_sigma for row in rows),
            "largest_error_percent": round(100 * max(errors), 1),
        }
    gains = [row.auto_psnr - row.noisy_psnr for row in real]
    polyu = {
        "noisy_db": mean(row.noisy_psnr for row in real),
        "auto_db": mean(row.auto_psnr for row in real),
        "auto_gain_db": mean(gains),
        "least_gain_db": round(min(gains), 2),
        "made_worse": sum(gain < 0 for gain in gains),
        "saved_db": mean(row.saved_psnr for row in real),
        "best_fixed_sigma_db": mean(row.best_psnr for row in real),
        "auto_at_one_size_db": mean(row.one_size_psnr for row in real),
        "auto_ssim": mean((row.auto_ssim for row in real), 4),
        "lowest_psnr_on_clean_twins_db": round(min(row.kept_psnr for row in real), 1),
    }
    equal = quality.denoise(data / "bsds32", SAVED_SIGMAS, networks, estimators, grey=True)
    anew = []
    for case in cases.white_noise(data / "bsds32", (0,)):
        found, restored = quality.by_estimate(Image(case.clean), networks, estimators, "auto")
        anew.append((found.sigma, found.strength, psnr(restored, case.clean)))
    saved, of_files, clean_files = {}, {}, {}
    for each in SAVED_QUALITIES:
        rows = list(
            quality.denoise(data / "bsds32", (0, *SAVED_SIGMAS), networks, estimators, quality=each)
        )
        saved[f"bsds32, white noise in JPEGs of quality {each}"] = saved_figures(rows)
        of_files[f"bsds32, JPEGs of quality {each}"] = {
            f"sigma {sigma}": {
                "mean": mean(row.estimated_sigma for row in rows if row.sigma == sigma)
            }
            for sigma in SAVED_SIGMAS
        }
        clean_files[f"as JPEGs of quality {each}"] = clean_figures(as_they_are(rows))
    return {
        "denoiser": {
            "bsds32, white noise": levels(white),
            "bsds32, noise equal in the three colours": saved_figures(equal),
        },
        "degrainer": {
            "polyu, real noise": polyu,
            "bsds32, white noise": levels(white_too),
            **saved,
        },
        "estimator": {
            "bsds32, white noise": estimates,
        },
        "jpeg-estimator": of_files,
        "picture-estimator": {
            "bsds32, clean": {
                "as they are": clean_figures(as_they_are(white)),
                "saved anew as PNG": clean_figures(anew),
                **clean_files,
            },
            "polyu, clean": {"largest": round(max(row.clean_sigma for row in real), 2)},
        },
    }


def as_they_are(
    scores: Iterable[quality.DenoiseScore],
) -> Iterator[tuple[float, float, float]]:
    """Of the pictures without noise."""
    for row in scores:
        if row.sigma == 0:
            yield row.estimated_sigma, row.auto_strength, row.kept_psnr


def clean_figures(found: Iterable[tuple[float, float, float]]) -> dict[str, Any]:
    """Of each picture: the sigma that was found, the strength that follows, and what is kept."""
    sigmas, strengths, kept = zip(*found, strict=True)
    lowest = round(min(kept), 1) if min(kept) < quality.UNTOUCHED else ALL_UNTOUCHED
    return {
        "largest": round(max(sigmas), 2),
        "below_2": f"{sum(sigma < 2 for sigma in sigmas)} of {len(sigmas)}",
        "left_alone_by_auto": f"{sum(strength == 0 for strength in strengths)} of {len(sigmas)}",
        "lowest_psnr_db": lowest,
    }


def levels(scores: Iterable[quality.DenoiseScore]) -> dict[str, Any]:
    """White noise whose sigma is told."""
    rows = list(scores)
    return {
        f"sigma {sigma}": {
            "psnr_db": mean(row.psnr for row in rows if row.sigma == sigma),
            "ssim": mean((row.ssim for row in rows if row.sigma == sigma), 4),
            "noisy_db": mean(row.noisy_psnr for row in rows if row.sigma == sigma),
        }
        for sigma in SIGMAS
    }


def saved_figures(scores: Iterable[quality.DenoiseScore]) -> dict[str, Any]:
    """Noise that is no longer as it was drawn: by estimate, and told its sigma."""
    rows = list(scores)
    figures = {}
    for sigma in SAVED_SIGMAS:
        of_level = [row for row in rows if row.sigma == sigma]
        figures[f"sigma {sigma}"] = {
            "noisy_db": mean(row.noisy_psnr for row in of_level),
            "auto_db": mean(row.auto_psnr for row in of_level),
            "told_db": mean(row.psnr for row in of_level),
            "estimated": mean(row.estimated_sigma for row in of_level),
        }
    return figures


def deblocker_figures(catalog: Catalog, data: Path) -> dict[str, Any]:
    models = Models(catalog.folder)
    networks = models.networks(Settings(), 1)
    rows = list(quality.deblock(data / "bsds32", QUALITIES, networks, models.estimators()))
    levels = {}
    for wanted in QUALITIES:
        of_quality = [row for row in rows if row.quality == wanted]
        levels[f"quality {wanted}"] = {
            "psnr_db": mean(row.psnr for row in of_quality),
            "ssim": mean((row.ssim for row in of_quality), 4),
            "jpeg_db": mean(row.jpeg_psnr for row in of_quality),
            "jpeg_ssim": mean((row.jpeg_ssim for row in of_quality), 4),
        }
    return {"bsds32, JPEG": levels}


def upscaler_figures(catalog: Catalog, data: Path, scale: int) -> dict[str, Any]:
    networks = Networks(denoiser=None, upscaler=catalog.upscaler(scale))
    models = Models(catalog.folder)
    small_jpegs = quality.upscale_jpegs(
        data / "bsds32", scale, WEB_QUALITY, models.networks(Settings(), scale), models.estimators()
    )
    return {
        "set5, luma": enlarged(quality.upscale(data / "set5", scale, networks)),
        f"bsds32 as small JPEGs of quality {WEB_QUALITY}, luma": enlarged(small_jpegs),
        f"{PAGES} drawn pages, luma": enlarged(drawn_pages(scale, networks)),
    }


def drawn_pages(scale: int, networks: Networks) -> Iterator[quality.UpscaleScore]:
    """Text, lines and shapes that nobody trained on, each small pixel the mean of its cell."""
    pages = drawings.draw(scale, torch.device("cpu"), count=PAGES, seed=1).pages
    with tempfile.TemporaryDirectory() as folder:
        for number, page in enumerate(pages):
            large = PillowImage.fromarray(page.permute(1, 2, 0).numpy())
            large.save(Path(folder, f"{number}_HR.png"))
            large.reduce(scale).save(Path(folder, f"{number}_LR.png"))
        yield from quality.upscale(Path(folder), scale, networks)


def enlarged(scores: Iterable[quality.UpscaleScore]) -> dict[str, Any]:
    rows = list(scores)
    return {
        "psnr_db": mean(row.psnr for row in rows),
        "ssim": mean((row.ssim for row in rows), 4),
        "bicubic_db": mean(row.bicubic_psnr for row in rows),
    }


def readme_table(figures: dict[str, dict[str, Any]]) -> str:
    """The figures as the table that README shows."""
    white = figures["denoiser"]["bsds32, white noise"]
    real = figures["degrainer"]["polyu, real noise"]
    rows = [["", "before", "restored"]]
    for sigma in QUOTED_SIGMAS:
        row = white[f"sigma {sigma}"]
        title = f"White noise, sigma {sigma}, told, 31 pictures of BSDS500 (RGB PSNR)"
        rows.append([title, *in_db(row["noisy_db"], row["psnr_db"])])
    for sigma, each in QUOTED_FILES:
        data_set = f"bsds32, white noise in JPEGs of quality {each}"
        saved = figures["degrainer"][data_set][f"sigma {sigma}"]
        title = f"The same, sigma {sigma}, saved as JPEGs of quality {each}, `--denoise auto`"
        rows.append([title, *in_db(saved["noisy_db"], saved["auto_db"])])
    noisy = real["noisy_db"]
    title = "Real camera noise, `--denoise auto`, 22 pictures of PolyU (RGB PSNR)"
    rows.append([title, *in_db(noisy, real["auto_db"])])
    title = "The same in the JPEGs that `restore` saves"
    rows.append([title, *in_db(noisy, real["saved_db"])])
    title = "The same with the best fixed sigma of each picture"
    rows.append([title, *in_db(noisy, real["best_fixed_sigma_db"])])
    for quality_of_jpeg in QUOTED_QUALITIES:
        row = figures["deblocker"]["bsds32, JPEG"][f"quality {quality_of_jpeg}"]
        title = f"JPEG of quality {quality_of_jpeg}, the same 31 pictures (RGB PSNR)"
        rows.append([title, *in_db(row["jpeg_db"], row["psnr_db"])])
    for scale in (2, 3, 4):
        row = figures[f"upscaler-x{scale}"]["set5, luma"]
        title = f"Enlarged x{scale}, Set5 (PSNR on luma), before: bicubic"
        rows.append([title, *in_db(row["bicubic_db"], row["psnr_db"])])
    clean = figures["picture-estimator"]["bsds32, clean"]["as they are"]
    lowest, touched = clean["lowest_psnr_db"], ""
    if lowest != ALL_UNTOUCHED:
        touched = f", the others came back at {lowest:.1f} dB or more"
    return aligned(rows) + (
        f"\nOf the real photos {real['made_worse']} were made worse; the least gain was "
        f"{real['least_gain_db']:.2f} dB. Clean photos should stay as they are: "
        f"{clean['left_alone_by_auto']} of BSDS500 did{touched}; the clean twins of PolyU's photos "
        "came back at "
        f"{real['lowest_psnr_on_clean_twins_db']:.1f} dB or more. The rules by which `auto` judges "
        "were chosen on these two sets.\n"
    )


def in_db(*values: float) -> list[str]:
    return [f"{value:.2f} dB" for value in values]


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--model", "models", multiple=True, help="Only this one, and what depends on it.")
def main(data: Path, models: tuple[str, ...]) -> None:
    """Measures, writes both files and prints the table."""
    catalog = open_catalog(weights_dir())
    found: dict[str, dict[str, Any]] = {}
    concerns_auto = not models or not CLEANERS.isdisjoint(models)
    if concerns_auto:
        found |= denoiser_figures(catalog, data)
        found["deblocker"] = deblocker_figures(catalog, data)
    for scale in (2, 3, 4):
        if concerns_auto or f"upscaler-x{scale}" in models:
            found[f"upscaler-x{scale}"] = upscaler_figures(catalog, data, scale)
    entries = tuple(
        entry.with_figures(found[entry.name]) if entry.name in found else entry
        for entry in catalog.entries
    )
    write_catalog(dataclasses.replace(catalog, entries=entries))
    table = readme_table({entry.name: entry.figures for entry in entries})
    TABLE.write(table)
    write_cards()
    print(table)


if __name__ == "__main__":
    main()
