"""`restorer benchmark speed`, `window`, `table` and `batch`: how fast, in how much memory."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from restorer.cli.benchmark.shown import json_option, short
from restorer.cli.options import ManyValuesCommand, device_option, weights_option
from restorer.cli.progress import print_json
from restorer.settings import SCALES, Settings


@click.command(cls=ManyValuesCommand, short_help="Seconds of each stage, and memory.")
@click.option(
    "--megapixels",
    type=click.FloatRange(0.01, 500),
    multiple=True,
    default=(1.0, 12.0, 48.0),
    show_default=True,
    help="Size of the drawn photo. One or more.",
)
@click.option(
    "--scale", type=click.Choice([str(s) for s in SCALES]), default="1", show_default=True
)
@click.option(
    "--coarse", is_flag=True, help="Coarse grain, as cameras leave it, which takes longer."
)
@device_option
@weights_option
@json_option
def speed(
    megapixels: tuple[float, ...],
    scale: str,
    coarse: bool,
    device: str,
    weights: Path,
    as_json: bool,
) -> None:
    """Time of each stage and peak memory for drawn photos; the engine against the bare network."""
    from restorer.benchmark.speed import measure

    for size in megapixels:
        settings = Settings(scale=int(scale), device=device)
        score = measure(size, settings, weights, coarse=coarse)
        if as_json:
            print_json(asdict(score))
            continue
        per_megapixel = score.network_s / score.megapixels
        line = (
            f"{score.megapixels:.1f} MP, {'coarse' if score.coarse else 'fine'} grain, "
            f"on {score.device}: read {score.read_s:.2f} s, "
            f"estimate {score.estimate_s:.2f} s, network {score.network_s:.2f} s "
            f"({per_megapixel:.3f} s a megapixel), write {score.write_s:.2f} s"
        )
        if score.peak_mib is not None:
            line += f"; peak memory {score.peak_mib:.0f} MiB"
        if score.engine_ratio is not None:
            line += f"; engine {score.engine_ratio:.0%} as fast as the bare network"
        click.echo(line)


@click.command(short_help="How the window feels.")
@click.option(
    "--megapixels",
    type=click.FloatRange(0.1, 500),
    default=24.0,
    show_default=True,
    help="Size of the drawn photo.",
)
@json_option
def window(megapixels: float, as_json: bool) -> None:
    """How the window feels: waits, pauses while the network runs, frames a second, memory."""
    from restorer.benchmark.window import measure

    _print_score(asdict(measure(megapixels)), as_json)


@click.command(short_help="The window's table of a large folder.")
@click.option("--rows", type=click.IntRange(1), default=200_000, show_default=True)
@json_option
def table(rows: int, as_json: bool) -> None:
    """The window's table of a folder with very many photos: opening and scrolling."""
    from restorer.benchmark.table import measure

    _print_score(asdict(measure(rows)), as_json)


@click.command(short_help="A whole folder against the networks alone.")
@click.option(
    "--files", type=click.IntRange(1), default=8, show_default=True, help="How many drawn photos."
)
@click.option(
    "--megapixels",
    type=click.FloatRange(0.01, 500),
    default=4.0,
    show_default=True,
    help="Size of each.",
)
@click.option(
    "--scale", type=click.Choice([str(s) for s in SCALES]), default="1", show_default=True
)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
@device_option
@weights_option
@json_option
def batch(
    files: int,
    megapixels: float,
    scale: str,
    workers: int,
    device: str,
    weights: Path,
    as_json: bool,
) -> None:
    """Throughput of a whole folder against the networks alone on the same pixels."""
    from restorer.benchmark.batch import measure

    settings = Settings(scale=int(scale), device=device)
    score = measure(files, megapixels, settings, weights, workers=workers)
    if as_json:
        print_json(asdict(score))
        return
    click.echo(
        f"{score.files} files of {score.megapixels:.1f} MP on {score.device}: "
        f"networks alone {score.network_mp_per_s:.3f} MP/s, "
        f"batch {score.batch_mp_per_s:.3f} MP/s, {score.share:.0%} of it"
    )


def _print_score(score: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(score)
        return
    for name, value in score.items():
        click.echo(f"{name:<14} {short(value)}")
