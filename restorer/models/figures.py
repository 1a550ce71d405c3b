"""How the figures of a card read; no torch is needed to show them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

_SHORT: Final = frozenset(("psnr", "ssim", "jpeg", "kl", "elbo"))
_UNITS: Final = {"_db": "dB", "_percent": "%"}


def named(key: str) -> tuple[str, str]:
    """A figure's name and its unit: "psnr_db" is PSNR, in dB."""
    for suffix, unit in _UNITS.items():
        if key.endswith(suffix):
            return named(key.removesuffix(suffix))[0], unit
    return " ".join(word.upper() if word in _SHORT else word for word in key.split("_")), ""


def lines(figures: dict[str, Any], written: Callable[[object], str] = str) -> Iterator[str]:
    """The figures of one set of pictures: a line for each level of noise, one for all the rest.

    `written`: how a value reads in the language that is spoken.
    """
    levels = {name: row for name, row in figures.items() if isinstance(row, dict)}
    yield from (f"{name}: {_told(row, written)}" for name, row in levels.items())
    if rest := {name: value for name, value in figures.items() if name not in levels}:
        yield _told(rest, written)


def _told(row: dict[str, Any], written: Callable[[object], str]) -> str:
    told = []
    for key, value in row.items():
        name, unit = named(key)
        told.append(f"{name} {written(value)} {unit}".rstrip())
    return ", ".join(told)
