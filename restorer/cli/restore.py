"""`restorer restore`: photos in, cleaned and enlarged copies out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from restorer.cli.options import PATH, Wanted, restoring_options
from restorer.cli.progress import PhotoProgress, print_json, report_failure
from restorer.engine.paths import is_dir
from restorer.engine.wording import failure_text, noise_text

if TYPE_CHECKING:
    from restorer.engine.photo import FileRestored, StageBegun
    from restorer.engine.restore import Event


@click.command()
@click.argument("sources", metavar="SRC...", nargs=-1, required=True, type=PATH)
@click.option(
    "-o",
    "--output",
    type=click.Path(readable=False),  # a Path would forget the slash at its end
    metavar="FILE|FOLDER",
    help="File to write, or a folder. Default: the folder of each photo.",
)
@click.option(
    "--replace",
    "may_replace",
    is_flag=True,
    help="Let -o FILE take the place of what is there. The photo itself is never replaced.",
)
@restoring_options
@click.option("--json", "as_json", is_flag=True, help="One JSON line a file on standard output.")
@click.pass_context
def restore(
    context: click.Context,
    sources: tuple[Path, ...],
    output: str | None,
    may_replace: bool,
    wanted: Wanted,
    as_json: bool,
) -> None:
    """Clean photos of noise and enlarge them. The originals are never changed.

    Results are called NAME_restored.EXT, with --scale 2 NAME_restored_x2.EXT, and where that name
    is taken NAME_restored-2.EXT. EXT is the photo's own, or png if that cannot hold the result.

    -o is a folder, made if need be, if it ends in a slash, has no ending, or is there as one. Else
    it is the file to write; what is there already is kept unless --replace is given.

    A file that cannot be used is named and the others are still done; the exit status is then 1.
    """
    target, folder = _destination(output, sources)
    if may_replace and target is None:
        raise click.UsageError("--replace is for -o FILE: else results take names that are free.")

    from restorer.engine.resultfile import folder_for_results

    failed = 0
    with folder_for_results(folder):
        with PhotoProgress(_name(sources[0])) as progress:
            progress.begin("loading the networks")
            from restorer.engine.photo import Workshop  # torch: what is wrong is told before

            workshop = Workshop.open(wanted.settings, wanted.weights)
        for source in sources:
            try:
                with PhotoProgress(_name(source)) as progress:
                    events = workshop.restore_file(
                        source,
                        target,
                        folder=folder,
                        saving=wanted.saving,
                        may_replace=may_replace,
                        watch=progress.show if progress.is_watched else None,
                    )
                    done = _followed(events, progress)
            except Exception as error:  # noqa: BLE001  one photo must not end the others
                failed += 1
                report_failure(source, failure_text(error, source.name), as_json)
            else:
                _report_done(done, as_json)
    context.exit(1 if failed else 0)


def _name(source: Path) -> str:
    return source.name or str(source)  # "." has none


def _followed(
    events: Iterable[Event | StageBegun | FileRestored], progress: PhotoProgress
) -> FileRestored:
    """Shows how far it is; the last event."""
    from restorer.engine.photo import FileRestored, StageBegun
    from restorer.engine.restore import SteppedDown, TileDone

    for event in events:
        if isinstance(event, StageBegun):
            progress.begin(event.stage, event.total_px)
        elif isinstance(event, TileDone):
            progress.show(event.done_px)
        elif isinstance(event, SteppedDown):
            progress.say(event.reason)
        elif isinstance(event, FileRestored):
            return event
    raise AssertionError("restore_file always ends with FileRestored or an error")


def _destination(output: str | None, sources: Sequence[Path]) -> tuple[Path | None, Path | None]:
    """The one file to write or the folder to write into; neither means beside each source."""
    if output is None:
        return None, None
    path = Path(output)
    ends_as_folder = output.endswith((os.sep, os.altsep or os.sep))
    if ends_as_folder or not path.suffix or is_dir(path):
        return None, path
    if len(sources) == 1:
        return path, None
    from restorer.engine.resultfile import WRITABLE

    if path.suffix.lower() in WRITABLE:
        raise click.UsageError(
            f"{output} would be one file for {len(sources)} photos. Give -o a folder."
        )
    return None, path


def _report_done(done: FileRestored, as_json: bool) -> None:
    noise = done.noise
    if as_json:
        found = {"noise": None}
        if noise is not None:
            found = asdict(noise) | {"noise": noise.word, "kind": noise.kind}
        print_json({"status": "done"} | asdict(done) | found)
        return
    cleaned = ""
    if noise is not None:
        told = noise_text(noise.word, noise.kind, noise.sigma, done.denoised_at)
        cleaned = f", {told}"
    click.echo(
        f"{done.source} -> {done.target}  {done.width} x {done.height}{cleaned}, "
        f"{done.total_s:.1f} s on {done.device}"
    )
