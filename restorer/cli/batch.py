"""`restorer batch`: whole folders, whatever happens in between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from restorer.cli.options import PATH, Wanted, restoring_options
from restorer.cli.progress import LiveLine, duration_text, print_json
from restorer.errors import PlanError

if TYPE_CHECKING:
    from restorer.engine.batch.job import Event, FileEnded, Job
    from restorer.engine.batch.plan import Existing, Plan, Selection
    from restorer.engine.batch.tally import Progress, Tally


_GOES_ON: Final = "The same command with --resume goes on."


@click.command(short_help="Clean and enlarge whole folders.")
@click.argument(
    "sources",
    metavar="SRC...",
    nargs=-1,
    required=True,
    type=PATH,
)
@click.argument(
    "output", metavar="OUT", type=click.Path(file_okay=False, readable=False, path_type=Path)
)
@click.option("-r", "--recursive", is_flag=True, help="Folders in folders too, mirrored in OUT.")
@click.option("--include", multiple=True, metavar="PATTERN", help='Only such files: "*.jpg".')
@click.option("--exclude", multiple=True, metavar="PATTERN", help='None of these: "2024/*".')
@click.option(
    "--name",
    "template",
    default="{name}.{ext}",
    show_default=True,
    help="What results are called, of {name}, {scale} and {ext}: {name}_x{scale}.{ext}",
)
@click.option(
    "--existing",
    type=click.Choice(["skip", "replace", "number"]),
    default="skip",
    show_default=True,
    help="What to do where a file of that name is already there.",
)
@click.option(
    "--resume",
    is_flag=True,
    help="Go on where a batch into OUT was stopped. What has changed, photo or setting, is redone.",
)
@click.option(
    "--retry-failed",
    is_flag=True,
    help="Only what has failed, once more; with --resume all the rest too.",
)
@click.option("--watch", is_flag=True, help="Then wait for new photos, until Ctrl-C.")
@click.option(
    "--report",
    type=click.Path(dir_okay=False, readable=False, path_type=Path),
    metavar="PAGE.html",
    help="Write a page with every file, before and after.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=2,
    show_default=True,
    help="Threads that read, and as many that write. A fast GPU wants more.",
)
@restoring_options
@click.option("--json", "as_json", is_flag=True, help="One JSON line a file on standard output.")
@click.pass_context
def batch(
    context: click.Context,
    sources: tuple[Path, ...],
    output: Path,
    recursive: bool,
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    template: str,
    existing: Existing,
    resume: bool,
    retry_failed: bool,
    watch: bool,
    report: Path | None,
    workers: int,
    wanted: Wanted,
    as_json: bool,
) -> None:
    """Clean and enlarge all photos of folders into OUT. The originals are never changed.

    A journal beside the results says what became of each file, so that a batch that was stopped,
    by whatever, goes on with --resume. A file that cannot be used is named and the others are
    still done; the exit status is then 1, as it is where files are left over.
    """
    from restorer.engine.batch import journal
    from restorer.engine.batch.job import Job
    from restorer.engine.batch.naming import Template
    from restorer.engine.batch.plan import Selection
    from restorer.engine.batch.report import check_report

    if wanted.settings.has_size and "{scale}" in template:
        raise click.UsageError("--width and --height have no {scale} for --name.")
    try:
        selection = Selection(
            sources,
            output,
            recursive=recursive,
            include=include,
            exclude=exclude,
            template=Template(template, wanted.settings.scale),
            existing=existing,
        )
    except PlanError as error:
        raise click.UsageError(str(error)) from error
    plan = _planned(selection)
    job = Job(
        selection,
        plan,
        wanted.settings,
        wanted.weights,
        wanted.saving,
        resume=resume,
        retry_failed=retry_failed,
        workers=workers,
        watch=watch,
    )
    line = LiveLine()
    for problem in plan.problems:
        line.say(f"Error: {problem}")
    if not plan.items and not watch:
        line.say("There are no photos to restore. -r looks into folders in folders too.")
    if not (resume or retry_failed) and journal.read(plan.output).entries:
        line.say(f"{output} has the journal of an earlier batch. --resume takes it up.")
    if report is not None:
        check_report(report, plan)
    progress, plan, whole = _followed(job, line, as_json)
    _report_end(progress, as_json)
    if report is not None:
        _write_report(report, plan, workers)
    context.exit(1 if progress.failed or plan.problems or not whole else 0)


def _planned(selection: Selection) -> Plan:
    """The plan; where there is none, why, and whether numbers would make one."""
    from restorer.engine.batch.plan import make_plan

    try:
        return make_plan(selection)
    except PlanError as error:
        remedy = ""
        with suppress(PlanError):
            make_plan(replace(selection, existing="number"))
            remedy = " --existing number adds numbers."
        raise click.UsageError(f"{error}{remedy}") from error


def _followed(job: Job, line: LiveLine, as_json: bool) -> tuple[Progress, Plan, bool]:
    """Shows the events; how far it came, with which files, and whether it came to its end."""
    from restorer.engine.batch import supervisor
    from restorer.engine.batch.job import BatchStopped, FilesFound
    from restorer.engine.batch.tally import Tally
    from restorer.engine.batch.triage import to_do

    _, items = to_do(job)
    tally, plan, whole = Tally(len(items)), job.plan, True
    try:
        with closing(supervisor.supervise(job)) as events:
            for event in events:
                tally.add(event)
                _show(event, tally, line, job, as_json)
                whole = whole and not isinstance(event, BatchStopped)
                if isinstance(event, FilesFound):
                    plan = plan.with_found(event.items)
        if whole and tally.progress.ended < tally.progress.total:
            line.say(_GOES_ON)
            whole = False
    except KeyboardInterrupt:
        if not job.watch:
            line.say(f"{tally.progress.ended} of {tally.progress.total} files have ended.")
            line.say(_GOES_ON)
            raise
    finally:
        line.clear()
    return tally.progress, plan, whole


def _show(event: Event, tally: Tally, line: LiveLine, job: Job, as_json: bool) -> None:
    from restorer.engine.batch.job import (
        BatchNoted,
        BatchReady,
        BatchStopped,
        FileEnded,
        FilesFound,
        FileSteppedDown,
    )

    if isinstance(event, FileEnded):
        line.clear()
        _report_file(event, job, as_json)
    elif isinstance(event, FileSteppedDown):
        line.say(f"{event.name}: {event.reason}")
    elif isinstance(event, BatchNoted):
        line.say(event.sentence)
    elif isinstance(event, BatchStopped):
        line.say(f"Error: {event.reason}")
        line.say(_GOES_ON)
    elif isinstance(event, FilesFound) and job.watch:
        line.say(f"{len(event.items)} new.")
    elif isinstance(event, BatchReady):
        count = len(job.plan.items)
        line.say(f"{count} {'file' if count == 1 else 'files'} on {event.device}")
    line.show(_live(tally.progress))


def _live(progress: Progress) -> str:
    """
    >>> from restorer.engine.batch.tally import Progress
    >>> _live(Progress(300, 11, 0, 1, 52.0, 4.25, 125.0))
    '12 of 300, 1 failed, 4.2 MP/s, 2 min 5 s left'
    """
    parts = [f"{progress.ended} of {progress.total}"]
    if progress.failed:
        parts.append(f"{progress.failed} failed")
    if progress.megapixels_per_s is not None:
        parts.append(f"{progress.megapixels_per_s:.1f} MP/s")
    if progress.eta_s is not None and progress.ended < progress.total:
        parts.append(f"{duration_text(progress.eta_s)} left")
    return ", ".join(parts)


def _report_file(event: FileEnded, job: Job, as_json: bool) -> None:
    entry = event.entry
    if entry.state == "failed":
        name = "" if entry.name in (entry.reason or "") else f"{entry.name}: "
        click.echo(f"Error: {name}{entry.reason}", err=True)
    if as_json:
        fields = {key: value for key, value in asdict(entry).items() if value is not None}
        del fields["state"]
        fields.pop("key", None)  # of no use outside
        if entry.target is not None:
            fields["target"] = job.plan.output / entry.target
        print_json({"status": entry.state, "earlier": event.earlier} | fields)
    elif entry.state == "skipped":
        click.echo(f"{entry.name} skipped: {entry.reason}")
    elif entry.state == "done" and not event.earlier:
        cleaned = f", {entry.noise_text}" if entry.noise_text else ""
        size = f"{entry.width} x {entry.height}"
        click.echo(f"{entry.name} -> {entry.target}  {size}{cleaned}, {entry.seconds:.1f} s")


def _report_end(progress: Progress, as_json: bool) -> None:
    if as_json:
        print_json({"status": "summary"} | asdict(progress))
        return
    click.echo(", ".join(_summary(progress)) + ".")
    if progress.failed:
        click.echo("With --retry-failed the failed are tried again.", err=True)


def _summary(progress: Progress) -> Iterator[str]:
    yield f"{progress.done} done"
    if progress.skipped:
        yield f"{progress.skipped} skipped"
    yield f"{progress.failed} failed"
    if left := progress.total - progress.ended:
        yield f"{left} not begun or not finished"
    if progress.megapixels_per_s is not None:
        yield f"{progress.megapixels:.1f} megapixels at {progress.megapixels_per_s:.2f} MP/s"


def _write_report(path: Path, plan: Plan, workers: int) -> None:
    from restorer.engine.batch.report import write_report

    write_report(path, plan, workers=workers)
    click.echo(f"The report is in {path}.", err=True)
