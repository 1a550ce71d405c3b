"""Against others, in one run: the same pictures and the same machine for everybody.

`python tests/benchmarks/peers.py EVAL` sets the shipped models beside what one would take instead:
non-local means (OpenCV), BM3D, bicubic and Lanczos (Pillow); and, for their speed alone, beside
published networks with random weights. EVAL has the folders bsds32, polyu and set5 of figures.py.
`pip install -e '.[peers]'` brings OpenCV and BM3D; without them their rows are left out.

The tables are printed; `--write` puts them into docs/models.md as well. Seconds mean something only
on a machine that does nothing else.
"""

from __future__ import annotations

import math
import shlex
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click
import torch

from restorer.benchmark import cases, quality
from restorer.engine.device import Rung, ladder
from tests.benchmarks.documents import MODELS, Part, aligned
from tests.benchmarks.peer_costs import Cost, costs
from tests.benchmarks.peer_quality import (
    BM3D_STRENGTHS,
    NLM_SHARES,
    NLM_STRENGTHS,
    OURS,
    Score,
    enlarging_methods,
    judge,
    optional,
    real_noise_methods,
    set_threads,
    white_noise_methods,
)

PART = Part(MODELS, "peers", "tests/benchmarks/peers.py")
PACKAGES = {"cv2": "opencv-python-headless", "bm3d": "bm3d"}
DENOISING_RIVALS = ("FFDNet",)
ENLARGING_RIVALS = ("IMDN", "SRVGG")
NONE = "–"
COST_HEAD = ("s/MP", "times as fast as {}", "peak MiB", "parameters", "kMAC/px")


@dataclass(frozen=True, slots=True)
class Plan:
    """What the command was asked for."""

    data: Path
    sigmas: tuple[float, ...]
    scales: tuple[int, ...]
    pictures: int | None
    bm3d_pictures: int
    megapixels: float
    rounds: int
    threads: int


def white_noise(plan: Plan) -> str:
    """Denoisers' quality and costs, as Markdown."""
    pictures = cases.white_noise(plan.data / "bsds32", plan.sigmas)
    scores = judge(pictures, white_noise_methods(plan.bm3d_pictures), plan.pictures)
    rung = ladder("cpu")[0]
    found = costs(1, plan.megapixels, rung, plan.rounds, plan.threads)
    heads = [f"sigma {sigma:g}" for sigma in plan.sigmas]
    return (
        "### White noise\n\n"
        f"On {pictures_of(scores)} of BSDS500, PSNR in dB over RGB / SSIM. Everybody knows sigma. "
        "Restorer and BM3D get the noise unclipped, as in the papers. Non-local means takes 8 "
        f"bits: there it is clipped and rounded, and of {len(NLM_SHARES)} strengths the best for "
        "each picture counts. Results are rounded to 8 bits.\n\n"
        f"{joined_table(scores, plan.sigmas, heads, found, DENOISING_RIVALS)}\n"
        f"{cost_notes(found, plan, rung)}\n"
    )


def real_noise(plan: Plan) -> str:
    """Denoisers' quality on camera noise, as Markdown."""
    pictures = cases.real_noise(plan.data / "polyu")
    scores = judge(pictures, real_noise_methods(plan.bm3d_pictures), plan.pictures)
    rows = [[title, *cells] for _, title, cells in quality_rows(scores, [None])]
    return (
        "### Real noise\n\n"
        f"On {pictures_of(scores)} of PolyU. Restorer finds the strength by itself. Of non-local "
        f"means ({len(NLM_STRENGTHS)} strengths), BM3D ({len(BM3D_STRENGTHS)}) and Restorer's own "
        f"second row ({len(quality.FIXED_SIGMAS)}) the best for each picture counts, which only "
        "those can choose who have the clean picture.\n\n"
        f"{aligned([['', 'PSNR / SSIM'], *rows])}"
    )


def enlarging(plan: Plan, scale: int) -> str:
    """Upscalers' quality and costs at one scale, as Markdown."""
    pictures = cases.shrunk(plan.data / "set5", scale)
    scores = judge(
        pictures,
        enlarging_methods(scale),
        plan.pictures,
        lambda pixels: quality.measured_luma(pixels, scale),
    )
    rung = ladder("cpu")[0]
    found = costs(scale, plan.megapixels, rung, plan.rounds, plan.threads)
    return (
        f"### Enlarging x{scale}\n\n"
        f"PSNR in dB / SSIM on luma of {pictures_of(scores)} of Set5, {scale} pixels of border "
        "cut. Costs are those of a megapixel and of a pixel of the result.\n\n"
        f"{joined_table(scores, [None], ['PSNR / SSIM'], found, ENLARGING_RIVALS)}\n"
        f"{cost_notes(found, plan, rung)}\n"
    )


def on_gpu(plan: Plan) -> str:
    """The networks' costs with CUDA, in the precision that Restorer uses there, as Markdown."""
    rung = ladder("cuda")[0]
    parts = ["### On a GPU\n"]
    for scale in (1, *plan.scales):
        found = costs(scale, plan.megapixels, rung, plan.rounds, plan.threads)
        title = "Denoising" if scale == 1 else f"Enlarging x{scale}"
        measure = rival(found, DENOISING_RIVALS if scale == 1 else ENLARGING_RIVALS)
        rows = [["", *cost_heads(measure)]]
        rows += [[cost.name, *cost_cells(cost, measure)] for cost in found]
        parts.append(f"{title}.\n\n{aligned(rows)}")
    parts.append(cost_notes(found, plan, rung) + "\n")
    return "\n".join(parts)


def cost_notes(found: Sequence[Cost], plan: Plan, rung: Rung) -> str:
    """How the costs were found."""
    most = max(cost.of.megapixels for cost in found)
    less = [cost for cost in found if cost.of.megapixels < 0.9 * most]
    named = ", ".join(f"{cost.name} on {cost.of.megapixels:.2f}" for cost in less)
    smaller = f", {named}" if less else ""
    place = "on the GPU" if rung.device.type == "cuda" else "beyond an idle process"
    return (
        f"Bare networks, the whole picture at once, on {rung}, PyTorch {torch.__version__}. All "
        "but Restorer's have random weights and are here for their speed alone. Medians of "
        f"{plan.rounds} rounds on {most:.2f} megapixels{smaller}. Peak memory is what one pass "
        f"over {plan.megapixels:g} megapixels takes {place}, weights included."
    )


def joined_table(
    scores: Sequence[Score],
    sigmas: Sequence[float | None],
    heads: Sequence[str],
    found: Sequence[Cost],
    rivals: Sequence[str],
) -> str:
    """Quality and cost side by side; dashes where a row has no such thing."""
    by_name = {cost.name: cost for cost in found}
    measure = rival(found, rivals)
    rows = [["", *heads, *cost_heads(measure)]]
    for name, title, cells in quality_rows(scores, sigmas):
        rows.append([title, *cells, *cost_cells(by_name.pop(name, None), measure)])
    rows += [
        [cost.name, *(NONE for _ in heads), *cost_cells(cost, measure)] for cost in by_name.values()
    ]
    return aligned(rows)


def quality_rows(
    scores: Sequence[Score], sigmas: Sequence[float | None]
) -> list[tuple[str, str, list[str]]]:
    """(method, title, PSNR and SSIM for each sigma).

    Before a method that had fewer pictures than the others comes ours on just those.
    """
    by_method: dict[str, list[Score]] = {}
    for score in scores:
        by_method.setdefault(score.method, []).append(score)
    every = {score.picture for score in scores}
    rows = []
    for name, own in by_method.items():
        had = {score.picture for score in own}
        title = name
        if had != every:
            title = f"{name}, {counted(len(had))} only"
            for ours in (method for method in by_method if method.startswith(OURS)):
                same = [score for score in by_method[ours] if score.picture in had]
                rows.append(
                    ("", f"{ours}, {name}'s {counted(len(had))}", quality_cells(same, sigmas))
                )
        rows.append((name, title, quality_cells(own, sigmas)))
    return rows


def quality_cells(scores: Sequence[Score], sigmas: Sequence[float | None]) -> list[str]:
    """The means for each sigma."""
    cells = []
    for sigma in sigmas:
        here = [score for score in scores if score.sigma == sigma]
        psnr = statistics.fmean(score.psnr for score in here)
        ssim = statistics.fmean(score.ssim for score in here)
        cells.append(f"{psnr:.2f} / {ssim:.4f}")
    return cells


def rival(found: Sequence[Cost], names: Sequence[str]) -> Cost:
    """The faster of those that the others are compared with."""
    return min((cost for cost in found if cost.name in names), key=lambda cost: cost.seconds)


def cost_heads(measure: Cost) -> list[str]:
    return [head.format(measure.name) for head in COST_HEAD]


def cost_cells(cost: Cost | None, measure: Cost) -> list[str]:
    if cost is None:
        return [NONE] * len(COST_HEAD)
    peak, found = cost.of.peak_mib, cost.of.arithmetic
    return [
        significant(cost.seconds),
        significant(measure.seconds / cost.seconds),
        NONE if peak is None else f"{peak:.0f}",
        NONE if found is None else f"{found.parameters / 1e6:.2f} M",
        NONE if found is None else f"{found.kmac:.1f}",
    ]


def significant(value: float) -> str:
    """Three digits, without an exponent."""
    digits = 2 - math.floor(math.log10(value))
    return f"{value:.{max(0, digits)}f}"


def pictures_of(scores: Sequence[Score]) -> str:
    return counted(len({score.picture for score in scores}))


def counted(pictures: int) -> str:
    return f"{pictures} picture{'s' if pictures > 1 else ''}"


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--sigma", "sigmas", type=float, multiple=True, default=(15, 25, 50))
@click.option("--scale", "scales", type=click.IntRange(2, 4), multiple=True, default=(2, 3, 4))
@click.option("--pictures", type=click.IntRange(1), help="Of each set at most; all without it.")
@click.option("--bm3d-pictures", type=click.IntRange(1), default=4, show_default=True)
@click.option("--megapixels", type=click.FloatRange(0.01), default=1.0, show_default=True)
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True)
@click.option("--threads", type=click.IntRange(1), default=2, show_default=True)
@click.option("--write", "writes", is_flag=True, help="Into docs/models.md too.")
def main(
    data: Path,
    sigmas: tuple[float, ...],
    scales: tuple[int, ...],
    pictures: int | None,
    bm3d_pictures: int,
    megapixels: float,
    rounds: int,
    threads: int,
    writes: bool,
) -> None:
    """Measures and prints the tables."""
    if writes:
        PART.page_with("")  # better now than after an hour
    for module, package in PACKAGES.items():
        if optional(module) is None:
            click.echo(f"{package} is not installed: its rows are left out.", err=True)
    set_threads(threads)
    plan = Plan(data, sigmas, scales, pictures, bm3d_pictures, megapixels, rounds, threads)
    parts: list[Callable[[Plan], str]] = [
        white_noise,
        real_noise,
        *(partial(enlarging, scale=scale) for scale in scales),
    ]
    if torch.cuda.is_available():
        parts.append(on_gpu)
    tables = []
    for part in parts:
        tables.append(part(plan))
        print(tables[-1], flush=True)
    if writes:
        told = ["EVAL" if word == str(data) else word for word in sys.argv[1:] if word != "--write"]
        tables.append(f"By `python tests/benchmarks/peers.py {shlex.join(told)}`.\n")
        PART.write("\n".join(tables))


if __name__ == "__main__":
    main()
