"""Measured parts of documents, between markers that name the command that wrote them."""

from __future__ import annotations

from pathlib import Path

import click


def replace_part(page: Path, name: str, command: str, text: str) -> None:
    """Puts `text` between the markers of the part `name`; the rest of the page stays as it is."""
    start = f"<!-- {name}: written by {command} -->\n"
    end = f"<!-- end of {name} -->\n"
    content = page.read_text(encoding="utf-8")
    if content.count(start) != 1 or content.count(end) != 1:
        raise click.ClickException(
            f"{page} needs the lines {start.strip()} and {end.strip()} once."
        )
    before, rest = content.split(start)
    after = rest.split(end)[1]
    page.write_text(f"{before}{start}{text}{end}{after}", encoding="utf-8")
