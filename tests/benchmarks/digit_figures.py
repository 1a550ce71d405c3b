"""Measures the shipped models of digits and writes what it finds where it is used.

`python tests/benchmarks/digit_figures.py MNIST` runs `restorer benchmark digits`, writes the
figures into `weights/catalog.json` and where the 10,000 test digits lie on each model's map into
`weights/digit_codes.safetensors`. Run it whenever the weights of a model of digits change.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import click
import numpy as np

from restorer.benchmark.digits import PUBLISHED, DigitScore, codes_of, measure
from restorer.engine.digitmap import save_known
from restorer.engine.digits import DigitPress
from restorer.models.catalog import open_catalog, write_catalog
from restorer.settings import weights_dir
from restorer.training import mnist

CONVENTION = "nats a digit, Bernoulli pixels, grey values as probabilities of ink"


def figures(score: DigitScore) -> dict[str, Any]:
    """What is quoted; times are left out, they belong to a machine and not to the weights."""
    bound: dict[str, Any] = {"convention": CONVENTION}
    bound["reconstruction"] = round(score.reconstruction, 2)
    if score.kl is not None and score.elbo is not None:
        bound |= {"kl": round(score.kl, 2), "elbo": round(score.elbo, 2)}
    read = {
        "classifier_accuracy": round(score.reader_accuracy, 4),
        "random_samples_over_0.9_confidence": round(score.sure, 3),
        "samples_near_codes_over_0.9_confidence": round(score.sure_among_codes, 3),
    }
    if score.as_asked is not None:
        read["read_as_asked"] = round(score.as_asked, 3)
    return {"mnist, test digits": bound, "digits of its own": read}


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(folder: Path) -> None:
    """Measures, writes both files and prints the scores."""
    weights = weights_dir()
    catalog = open_catalog(weights)
    scores = {}
    for score in measure(folder, weights):
        print(score, flush=True)
        scores[score.model] = figures(score)
    print(PUBLISHED)
    entries = tuple(
        entry.with_figures(scores[entry.name]) if entry.name in scores else entry
        for entry in catalog.entries
    )
    write_catalog(dataclasses.replace(catalog, entries=entries))
    test = mnist.load(folder, "test")
    names = catalog.digit_models()
    codes = {name: codes_of(DigitPress.open(weights, name), test) for name in names}
    hashes = {name: catalog.entry(name).sha256 for name in names}
    save_known(weights, codes, hashes, test.labels.numpy().astype(np.uint8))


if __name__ == "__main__":
    main()
