"""The command line: everything the window does, with the same words."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

import click

from restorer import __version__
from restorer.cli.batch import batch
from restorer.cli.benchmark import benchmark
from restorer.cli.digits import digits
from restorer.cli.info import info
from restorer.cli.models import models
from restorer.cli.restore import restore
from restorer.cli.train import train
from restorer.engine.wording import failure_text
from restorer.errors import RestorerError

INTERRUPTED = 130  # what shells report for Ctrl-C


class _Commands(click.Group):
    """Commands, beside which a photo may stand for the window; see `restorer.__main__`."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        command = super().get_command(ctx, cmd_name)
        if command is None and os.path.exists(cmd_name):  # noqa: PTH110  a Path may raise
            raise click.UsageError(f"To work on {cmd_name}: restorer restore {cmd_name}")
        if command is None and set(cmd_name) & set("./\\"):  # no command is called so
            raise click.UsageError(f"{cmd_name} {_absence(cmd_name)}")
        return command


def _absence(name: str) -> str:
    try:
        os.stat(name)  # noqa: PTH116
    except PermissionError:
        return "may not be opened: permission denied. Change the permissions of its folder."
    except OSError:
        pass
    return "does not exist. restorer --help lists commands."


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="restorer")
def cli() -> None:
    """Cleans and enlarges photos with trained autoencoders.

    \b
    restorer photo.jpg                       the window, with that photo; without one, empty
    restorer restore photo.jpg               clean it; writes photo_restored.jpg
    restorer restore photo.jpg --scale 2     clean it, twice as wide and high
    restorer restore *.jpg -o cleaned        many photos into a folder
    restorer batch Pictures Cleaned -r       a whole tree, which --resume takes up again
    restorer digits --grid 20 -o map.png     handwritten digits from a map
    """


for command in (restore, batch, digits, models, info, benchmark, train):
    cli.add_command(command)


def run(arguments: list[str]) -> int:
    """Runs one command; returns its exit status.

    0: done; 1: something failed; 2: wrong usage; 130: stopped.
    """
    _speak_unicode()
    _stop_cleanly()
    try:
        status = cli.main(arguments, prog_name="restorer", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return 2 if arguments else 0
    except click.ClickException as error:
        click.echo(f"Error: {error.format_message()}", err=True)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped. Nothing half-written was left behind.", err=True)
        return INTERRUPTED
    except BrokenPipeError:  # `restorer models | head`
        return 1
    except (RestorerError, OSError) as error:
        click.echo(f"Error: {failure_text(error)}", err=True)
        return 1
    return status if isinstance(status, int) else 0


def _stop_cleanly() -> None:
    """A polite kill, or a terminal that is closed, cleans up as Ctrl-C does."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:  # as under nohup
            signal.signal(number, _interrupt)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _speak_unicode() -> None:
    """A name with an emoji must not end the run on a terminal that cannot show it."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
