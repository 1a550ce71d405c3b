"""`restorer restore`: photos in, cleaned and enlarged copies out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from restorer.cli.options import DENOISE, device_option, weights_option
from restorer.cli.progress import PixelBar
from restorer.errors import ImageUnwritable, RestorerError
from restorer.settings import SCALES, Denoise, Settings

if TYPE_CHECKING:
    from restorer.engine.photo import FileRestored, Workshop


@click.command()
@click.argument(
    "sources", metavar="SRC...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="File to write, or a folder. Default: beside each source, as NAME_restored.EXT.",
)
@click.option(
    "--denoise",
    type=DENOISE,
    default="auto",
    show_default=True,
    help="auto estimates the noise, off leaves it, a number of 0 to 75 is its strength: the "
    "standard deviation in 8-bit levels.",
)
@click.option(
    "--scale",
    type=click.Choice([str(scale) for scale in SCALES]),
    default="1",
    show_default=True,
    help="Times as wide and high. Enlarged detail is plausible, not recovered.",
)
@click.option(
    "--width", type=click.IntRange(min=1), help="Width of the result in pixels, instead of --scale."
)
@click.option("--height", type=click.IntRange(min=1), help="Or its height.")
@click.option(
    "--keep-grain",
    type=click.IntRange(0, 100),
    default=0,
    show_default=True,
    help="Percent of the brightness noise that stays.",
)
@click.option(
    "--keep-colour-noise",
    type=click.IntRange(0, 100),
    default=0,
    show_default=True,
    help="Percent of the colour noise that stays.",
)
@click.option(
    "--quality",
    type=click.IntRange(1, 100),
    default=95,
    show_default=True,
    help="Of JPEG and WebP files.",
)
@device_option
@weights_option
@click.option("--json", "as_json", is_flag=True, help="One JSON line a file on standard output.")
@click.pass_context
def restore(
    context: click.Context,
    sources: tuple[Path, ...],
    output: Path | None,
    denoise: Denoise,
    scale: str,
    width: int | None,
    height: int | None,
    keep_grain: int,
    keep_colour_noise: int,
    quality: int,
    device: str,
    weights: Path,
    as_json: bool,
) -> None:
    """Clean photos of noise and enlarge them. The originals are never changed.

    A file that cannot be used is named and the others are still done; the exit status is then 1.
    """
    try:
        settings = Settings(
            denoise=denoise,
            scale=int(scale),
            device=device,
            keep_grain=keep_grain / 100,
            keep_colour_noise=keep_colour_noise / 100,
            width=width,
            height=height,
        )
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    target, folder = _destination(output, sources)

    from restorer.engine.photo import Workshop  # imports torch: a wrong option is told before

    workshop = Workshop.open(settings, weights)
    failed = 0
    for source in sources:
        try:
            with PixelBar(source.name) as bar:
                done = _restore_one(workshop, source, target, folder, quality, bar)
        except RestorerError as error:
            failed += 1
            _report_failure(source, error, as_json)
        else:
            _report_done(done, as_json)
    context.exit(1 if failed else 0)


def _restore_one(
    workshop: Workshop,
    source: Path,
    target: Path | None,
    folder: Path | None,
    quality: int,
    bar: PixelBar,
) -> FileRestored:
    from restorer.engine.photo import FileRestored
    from restorer.engine.restore import SteppedDown, TileDone
    from restorer.engine.resultfile import Saving

    for event in workshop.restore_file(source, target, folder=folder, saving=Saving(quality)):
        if isinstance(event, TileDone):
            bar.show(event.done_px, event.total_px)
        elif isinstance(event, SteppedDown):
            bar.say(event.reason)
        elif isinstance(event, FileRestored):
            return event
    raise AssertionError("restore_file always ends with FileRestored or an error")


def _destination(output: Path | None, sources: Sequence[Path]) -> tuple[Path | None, Path | None]:
    """The one file to write or the folder to write into; neither means beside each source."""
    if output is None:
        return None, None
    if len(sources) == 1 and output.suffix and not output.is_dir():
        return output, None
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImageUnwritable(
            output, f"The folder {output} cannot be made: {error.strerror}. Choose another."
        ) from error
    return None, output


def _report_done(done: FileRestored, as_json: bool) -> None:
    if as_json:
        _print_json({"status": "done"} | asdict(done))
        return
    cleaned = "" if done.denoised_at is None else f", denoised at {done.denoised_at:.1f}"
    if done.noise is not None:
        cleaned = f", {done.noise.word} noise (sigma {done.noise.sigma:.1f}){cleaned}"
    click.echo(
        f"{done.source} -> {done.target}  {done.width} x {done.height}{cleaned}, "
        f"{done.total_s:.1f} s on {done.device}"
    )


def _report_failure(source: Path, error: RestorerError, as_json: bool) -> None:
    click.echo(f"Error: {error}", err=True)
    if as_json:
        _print_json({"status": "failed", "source": source, "reason": str(error)})


def _print_json(fields: dict[str, Any]) -> None:
    click.echo(json.dumps(fields, default=str, ensure_ascii=False))
