"""`restorer models`: what the networks were trained on and how well they do."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from restorer.cli.options import catalog_option
from restorer.cli.progress import print_json
from restorer.errors import WeightsError
from restorer.models import figures

if TYPE_CHECKING:
    from restorer.models.catalog import Entry


@click.command(short_help="List the models, or show one model's card.")
@click.argument("name", required=False)
@catalog_option
@click.option("--check", is_flag=True, help="Verify every weights file against its checksum.")
@click.option("--json", "as_json", is_flag=True, help="The catalog's entries as JSON.")
def models(name: str | None, weights: Path, check: bool, as_json: bool) -> None:
    """List the models, or show one model's card: data, loss, figures."""
    from restorer.models.catalog import open_catalog

    catalog = open_catalog(weights)
    entries = catalog.entries if name is None else (catalog.entry(name),)
    if check:
        if not entries:
            raise WeightsError(f"The catalog in {weights} lists no models. Check --weights.")
        for entry in entries:
            catalog.load(entry.name)
    if as_json:
        print_json([asdict(entry) for entry in entries], indent=2)
        return
    for entry in entries:
        click.echo(_line(entry) if name is None else _card(entry))
    if check:
        count = len(entries)
        files = "The weights file is" if count == 1 else f"All {count} weights files are"
        click.echo(f"{files} whole.")


_PURPOSES: Final = {
    "deblocker": "deblock",
    "degrainer": "degrain",
    "estimator": "estimate",
    "jpeg-estimator": "estimate JPEGs",
    "picture-estimator": "estimate again",
}


def _line(entry: Entry) -> str:
    if entry.scale is None:
        purpose = "digits"
    elif entry.scale > 1:
        purpose = f"enlarge x{entry.scale}"
    else:
        purpose = _PURPOSES.get(entry.name, "denoise")
    return (
        f"{entry.name:<17} {purpose:<14} {entry.parameters:>9,} parameters, "
        f"{entry.steps} steps in {entry.hours:g} h"
    )


def _card(entry: Entry) -> str:
    rows = [
        ("Model", f"{entry.name} ({entry.architecture} {json.dumps(entry.arguments)})"),
        ("Purpose", entry.purpose),
        ("Limits", entry.limits),
        ("Trained on", entry.trained_on),
        ("Loss", entry.loss),
        ("Last cycle", f"seed {entry.seed}, on {entry.hardware}"),
        ("All cycles", f"{entry.steps} steps in {entry.hours:g} h"),
        ("Weights", f"{entry.file}, {entry.parameters} parameters, SHA-256 {entry.sha256}"),
    ]
    if entry.degradations is not None:
        rows.insert(4, ("Degradations", entry.degradations))
    rows.append(("Cost", entry.cost))
    if entry.kmac_per_px is not None:
        rows.append(("Tiles", f"halo {entry.halo} px, stride {entry.stride} px"))
    if entry.sigma_range is not None:
        low, high = entry.sigma_range
        rows.append(("Noise", f"sigma {low:g} to {high:g} in 8-bit levels"))
    lines = [f"{title:<14} {text}" for title, text in rows if text]
    for data, measured in entry.figures.items():
        lines.append(f"\nMeasured on {data}:")
        lines += [f"  {line}" for line in figures.lines(measured)]
    return "\n".join(lines)
