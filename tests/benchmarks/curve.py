"""What the hours of training brought: plot and table for docs/models.md.

`restorer train` writes how well held-out photos came out, with hours and steps, into a history file
beside the weights. `python tests/benchmarks/curve.py` draws those in `weights/`.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path

from restorer.settings import weights_dir
from restorer.training.place import HISTORY_SUFFIX
from restorer.training.recipes import RECIPES
from tests.benchmarks.documents import MODELS, Part, aligned, save_plot

PART = Part(MODELS, "curve", "tests/benchmarks/curve.py")
PLOT = MODELS.parent / "curve.svg"

Curve = list[tuple[float, float]]  # hours, dB


def read(path: Path) -> Curve:
    with path.open(encoding="utf-8", newline="") as file:
        return [(float(row["hours"]), float(row["held_out"])) for row in csv.DictReader(file)]


def gain_of_last(curve: Curve, hours: float) -> float:
    """Decibels since that many hours before the end; NaN if the curve is shorter."""
    end, last = curve[-1]
    earlier = [value for time, value in curve if time <= end - hours]
    return last - earlier[-1] if earlier else math.nan


def main() -> None:
    """Writes both and prints the table."""
    from matplotlib import pyplot as plt

    curves = {
        name: read(path)
        for name, recipe in RECIPES.items()
        if recipe.task in ("denoise", "deblock", "upscale")
        and (path := weights_dir() / f"{name}{HISTORY_SUFFIX}").exists()
    }
    figure, axes = plt.subplots(
        1, len(curves), figsize=(3 * len(curves), 3), layout="constrained", squeeze=False
    )
    rows = [["held-out photos", "hours", "dB", "last hour", "last quarter of an hour"]]
    for axis, (name, curve) in zip(axes[0], curves.items(), strict=True):
        axis.plot(*zip(*curve, strict=True), color="#30638e")
        axis.set_title(name)
        axis.set_xlabel("hours")
        axis.set_ylabel("PSNR (dB)")
        axis.grid(alpha=0.3)
        gains = [gain_of_last(curve, hours) for hours in (1, 0.25)]
        told = ["–" if math.isnan(gain) else f"{gain:+.2f} dB" for gain in gains]
        rows.append([name, f"{curve[-1][0]:.2f}", f"{curve[-1][1]:.2f}", *told])
    save_plot(figure, PLOT)
    table = aligned(rows)
    PART.write(f"![PSNR of held-out photos against hours]({PLOT.name})\n\n{table}")
    print(table)


if __name__ == "__main__":
    main()
