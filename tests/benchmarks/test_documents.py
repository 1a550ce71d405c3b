"""What goes into the documents, and how they refuse it."""

import click
import pytest

from restorer.models.catalog import open_catalog
from restorer.settings import weights_dir
from tests.benchmarks import cards, figures
from tests.benchmarks.documents import Part, aligned


@pytest.fixture
def part(tmp_path):
    return Part(tmp_path / "page.md", "figures", "some command")


def test_text_goes_between_the_markers(part):
    part.page.write_text(f"before\n{part.start}old\n{part.end}after\n", encoding="utf-8")
    part.write("new\n")
    text = part.page.read_text(encoding="utf-8")
    assert text == f"before\n{part.start}new\n{part.end}after\n"


@pytest.mark.parametrize("order", ["", "s", "es", "sese"], ids=["none", "no end", "wrong", "twice"])
def test_a_page_without_its_markers_is_refused_and_kept(part, order):
    content = "".join(part.start if letter == "s" else part.end for letter in order)
    part.page.write_text(content, encoding="utf-8")
    with pytest.raises(click.ClickException, match="end of figures"):
        part.write("new\n")
    assert part.page.read_text(encoding="utf-8") == content


def test_a_missing_page_is_named(part):
    with pytest.raises(click.ClickException, match=r"page\.md cannot be read"):
        part.write("new\n")


def test_readme_and_the_cards_say_what_the_catalog_says():
    entries = open_catalog(weights_dir()).entries
    table = figures.readme_table({entry.name: entry.figures for entry in entries})
    for part, text in (
        (figures.TABLE, table),
        (cards.PART, "\n".join(cards.card(entry) for entry in entries)),
    ):
        assert part.page_with(text) == part.page.read_text(encoding="utf-8")


def test_columns_are_aligned():
    assert aligned([["", "dB"], ["long", "1"]]) == (
        "|      | dB |\n"
        "| ---- | -: |\n"
        "| long |  1 |\n"
    )  # fmt: skip
