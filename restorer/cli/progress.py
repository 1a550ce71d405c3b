"""Progress on standard error: a bar where a person watches, nothing where a program does."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any, Self

import click


class PixelBar:
    """A bar over a picture's pixels, with its share done and the time left."""

    def __init__(self, label: str) -> None:
        self._label = label
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
        if self._bar is not None:
            self._bar.__exit__(kind, error, traceback)

    def show(self, done_px: int, total_px: int) -> None:
        """Moves the bar to `done_px` of `total_px`."""
        if self._bar is None:
            self._bar = click.progressbar(
                length=total_px,
                label=self._label,
                file=sys.stderr,
                hidden=not sys.stderr.isatty(),
                item_show_func=lambda _: (
                    f"{done_px_text(self._shown_px)} of {done_px_text(total_px)}"
                ),
            )
            self._bar.__enter__()
        step_px, self._shown_px = done_px - self._shown_px, done_px
        self._bar.update(step_px, current_item=done_px)

    def say(self, sentence: str) -> None:
        """A line of its own above the bar."""
        click.echo(f"{self._label}: {sentence}", err=True)


def done_px_text(pixels: int) -> str:
    """
    >>> done_px_text(12_345_678)
    '12.3 MP'
    """
    return f"{pixels / 1e6:.1f} MP"
