"""The models' cards in docs/models.md, from the catalog.

`python tests/benchmarks/cards.py` writes them; so does figures.py after it has measured.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from restorer.models.catalog import Entry, open_catalog
from restorer.models.figures import named
from restorer.settings import weights_dir
from tests.benchmarks.documents import MODELS, Part, aligned

PART = Part(MODELS, "cards", "tests/benchmarks/cards.py")


def write_cards() -> None:
    """Every entry of the shipped catalog."""
    PART.write("\n".join(card(entry) for entry in open_catalog(weights_dir()).entries))


def card(entry: Entry) -> str:
    """One model, as Markdown."""
    tiles = f"halo {entry.halo} px, stride {entry.stride} px"
    facts = [
        ("Purpose", entry.purpose),
        ("Limits", entry.limits),
        ("Trained on", entry.trained_on),
        ("Degradations", entry.degradations or "none"),
        ("Loss", entry.loss),
        ("Last cycle", f"seed {entry.seed}, on {entry.hardware}"),
        ("All cycles", f"{entry.steps:,} steps in {entry.hours:g} h"),
        ("Size", size(entry)),
        ("Tiles", tiles if entry.kmac_per_px else ""),
    ]
    lines = [f"- **{title}:** {text}" for title, text in facts if text]
    tables = [f"{data}:\n\n{figures_table(figures)}" for data, figures in entry.figures.items()]
    return "\n".join([f"### {entry.name}\n", *lines, "", *tables])


def size(entry: Entry) -> str:
    text = f"{entry.parameters:,} parameters"
    return f"{text}; {entry.cost}" if entry.cost else text


def figures_table(figures: dict[str, Any]) -> str:
    """A row for each level if there are levels, else one row."""
    levels = {name: row for name, row in figures.items() if isinstance(row, dict)}
    plain = {name: value for name, value in figures.items() if name not in levels}
    tables = list(_grouped(levels))
    if plain:
        tables.append(aligned([["", "figure"], *([words(k), str(v)] for k, v in plain.items())]))
    return "\n".join(tables)


def _grouped(levels: dict[str, dict[str, Any]]) -> Iterator[str]:
    """A table for each run of rows that have the same columns."""
    by_columns: dict[tuple[str, ...], list[list[str]]] = {}
    for name, row in levels.items():
        by_columns.setdefault(tuple(row), []).append(
            [name, *(str(value) for value in row.values())]
        )
    for columns, rows in by_columns.items():
        yield aligned([["", *map(words, columns)], *rows])


def words(key: str) -> str:
    name, unit = named(key)
    return f"{name} ({unit})" if unit else name


if __name__ == "__main__":
    write_cards()
