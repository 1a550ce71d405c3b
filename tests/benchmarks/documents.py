"""Measured parts of the documents, between markers that name the command that wrote them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
MODELS = ROOT / "docs" / "models.md"


@dataclass(frozen=True, slots=True)
class Part:
    """The part `name` of `page`, written by `command`."""

    page: Path
    name: str
    command: str

    @property
    def start(self) -> str:
        return f"<!-- {self.name}: written by {self.command} -->\n"

    @property
    def end(self) -> str:
        return f"<!-- end of {self.name} -->\n"

    def page_with(self, text: str) -> str:
        """The page with `text` between the part's markers.

        Raises ClickException unless the page has both of them once, in their order.
        """
        try:
            content = self.page.read_text(encoding="utf-8")
        except OSError as error:
            raise click.ClickException(f"{self.page} cannot be read: {error.strerror}.") from error
        markers = f"{self.start.strip()} and {self.end.strip()}"
        if content.count(self.start) != 1 or content.count(self.end) != 1:
            raise click.ClickException(f"{self.page} needs the lines {markers}, each once.")
        before, _, rest = content.partition(self.start)
        if self.end not in rest:
            raise click.ClickException(f"{self.page} needs the lines {markers} in this order.")
        return before + self.start + text + self.end + rest.partition(self.end)[2]

    def write(self, text: str) -> None:
        """Puts `text` into the page; the rest stays as it is. Raises ClickException."""
        self.page.write_text(self.page_with(text), encoding="utf-8")


def save_plot(figure: Figure, path: Path) -> None:
    """As SVG; the same figures give the same file."""
    import matplotlib as mpl

    with mpl.rc_context({"svg.hashsalt": "restorer"}):
        figure.savefig(path, metadata={"Date": None})


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table that can be read as text: the first row is its head."""
    title_width, *widths = (max(map(len, column)) for column in zip(*rows, strict=True))
    lines = [
        " | ".join((title.ljust(title_width), *map(str.rjust, cells, widths)))
        for title, *cells in rows
    ]
    rule = " | ".join(("-" * title_width, *("-" * (width - 1) + ":" for width in widths)))
    return "".join(f"| {line} |\n" for line in (lines[0], rule, *lines[1:]))
