"""Progress on standard error: a bar where a person watches, nothing where a program does."""

from __future__ import annotations

import json
import shutil
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import click

ERASE_LINE: Final = "\r\x1b[2K"


class PhotoProgress:
    """What is done to a photo, and while its pixels are, a bar with their share and the time left.

    For whoever watches a terminal; elsewhere only what it is told to `say` is seen.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._line = LiveLine()
        self._bar: Any = None
        self._shown_px = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._end_stage()

    @property
    def is_watched(self) -> bool:
        return self._line.is_watched

    def begin(self, stage: str, total_px: int | None = None) -> None:
        """Shows what is done from now on; a bar if it is done to that many pixels."""
        self._end_stage()
        label = f"{self._name}: {stage}"
        if total_px is None:
            self._line.show(label)
            return
        self._bar = click.progressbar(
            length=total_px,
            label=label,
            file=sys.stderr,
            hidden=not self.is_watched,
            item_show_func=lambda _: f"{done_px_text(self._shown_px)} of {done_px_text(total_px)}",
        )
        self._bar.__enter__()

    def show(self, done_px: int) -> None:
        """Moves the bar to `done_px`, never back."""
        step_px = max(0, done_px - self._shown_px)
        self._shown_px += step_px
        self._bar.update(step_px, current_item=done_px)

    def say(self, sentence: str) -> None:
        """A line of its own above the bar, which comes back when it moves."""
        if self.is_watched:
            click.echo(ERASE_LINE, err=True, nl=False)
        click.echo(f"{self._name}: {sentence}", err=True)

    def _end_stage(self) -> None:
        self._line.clear()
        if self._bar is not None:
            self._bar.__exit__(None, None, None)
            self._bar, self._shown_px = None, 0


def done_px_text(pixels: int) -> str:
    """
    >>> done_px_text(12_345_678)
    '12.3 MP'
    """
    return f"{pixels / 1e6:.1f} MP"


class LiveLine:
    """One line that is written over and over, at most ten times a second."""

    _EVERY_S = 0.1

    def __init__(self) -> None:
        self.is_watched = sys.stderr.isatty()
        self._shown_at = -1.0
        self._is_shown = False

    def show(self, text: str) -> None:
        """Replaces the line, unless it was replaced a moment ago."""
        now = time.monotonic()
        if self.is_watched and now - self._shown_at >= self._EVERY_S:
            self._shown_at, self._is_shown = now, True
            columns = shutil.get_terminal_size().columns - 1
            click.echo(ERASE_LINE + text[:columns], err=True, nl=False)

    def clear(self) -> None:
        """Before something else is printed."""
        if self._is_shown:
            click.echo(ERASE_LINE, err=True, nl=False)
            self._is_shown, self._shown_at = False, -1.0

    def say(self, sentence: str) -> None:
        """A line of its own above it."""
        self.clear()
        click.echo(sentence, err=True)


def duration_text(seconds: float) -> str:
    """
    >>> duration_text(42.4), duration_text(125), duration_text(3 * 3600 + 120)
    ('42 s', '2 min 5 s', '3 h 2 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def report_failure(source: Path, reason: str, as_json: bool) -> None:
    """On standard error, and as a line of JSON if that is wanted."""
    click.echo(f"Error: {reason}", err=True)
    if as_json:
        print_json({"status": "failed", "source": source, "reason": reason})


def print_json(fields: object, *, indent: int | None = None) -> None:
    """One line on standard output, or many if it is indented.

    In ASCII, whatever the terminal's encoding: what stands in for other characters on a stream that
    lacks them is no JSON.
    """
    click.echo(json.dumps(fields, default=str, indent=indent))
