"""Simulated camera noise beside real one: how strong, and how correlated.

`python tests/benchmarks/noise_statistics.py PAIRS` takes a folder of pairs NAME_real.*, NAME_mean.*
and writes into docs/models.md, for real and for simulated noise of the same strength in luma, RMS
and autocorrelation in luma and in colour, as median and 5 % and 95 % quantiles. Of the pairs only
the flattest third counts: at edges the two exposures differ by more than noise.
"""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from restorer.engine import imagefile
from restorer.engine.image import to_pixels
from restorer.models.ycc import rgb_to_ycc
from restorer.training import degrade
from tests.benchmarks.documents import MODELS, Part, aligned

TABLE = Part(MODELS, "noise", "tests/benchmarks/noise_statistics.py")
BLOCK_PX = 32
LAGS_PX = (1, 2, 4, 8)

Array = NDArray[np.float64]


def blocks(picture: Tensor) -> Tensor:
    """(3, H, W) to (N, 3, 32, 32)."""
    cut = picture.unfold(1, BLOCK_PX, BLOCK_PX).unfold(2, BLOCK_PX, BLOCK_PX)
    return cut.permute(1, 2, 0, 3, 4).reshape(-1, 3, BLOCK_PX, BLOCK_PX)


def statistics(noise: Tensor) -> list[float]:
    """RMS in 8-bit levels and autocorrelation, of luma and then of colour, for (N, 3, H, W)."""
    ycc = 255 * rgb_to_ycc(noise)
    ycc = ycc - ycc.mean(dim=(2, 3), keepdim=True)
    row = []
    for planes in (ycc[:, :1], ycc[:, 1:]):
        power = planes.square().mean().clamp(min=1e-9)  # some cameras leave no colour noise
        row.append(float(power.sqrt()))
        row += [float((planes[..., k:] * planes[..., :-k]).mean() / power) for k in LAGS_PX]
    return row


def real_rows(folder: Path) -> list[list[float]]:
    """One row a pair."""
    rows = []
    for path in sorted(folder.glob("*_real.*")):
        clean_path = path.with_name(path.name.replace("_real", "_mean"))
        noisy, clean = (
            torch.from_numpy(to_pixels(imagefile.read(p).samples)).permute(2, 0, 1)
            for p in (path, clean_path)
        )
        flatness = blocks(clean).var(dim=(2, 3)).mean(dim=1)
        flattest = flatness.argsort()[: len(flatness) // 3]
        rows.append(statistics(blocks(noisy - clean)[flattest]))
    return rows


def simulated_rows(lowest_rms: float, highest_rms: float, count: int = 400) -> list[list[float]]:
    """One row a flat picture with camera noise of such RMS in luma."""
    generator = torch.Generator().manual_seed(0)
    flat = torch.full((count, 3, 96, 96), 0.45)
    colour = torch.zeros(count, 1, 1, 1, dtype=torch.bool)
    noisy, _ = degrade.add_camera(flat, colour, generator)
    rows = [statistics(noise[None]) for noise in noisy - flat]
    return [row for row in rows if lowest_rms <= row[0] <= highest_rms]


def table(real: Array, simulated: Array) -> str:
    """Of (N, 10) statistics each."""
    titles = [
        f"{plane} {what}"
        for plane in ("luma,", "colour,")
        for what in ("RMS", *(f"{lag} px apart" for lag in LAGS_PX))
    ]
    rows = [["", "real", "5 to 95 %", "simulated", "5 to 95 %"]]
    for title, *columns in zip(titles, real.T, simulated.T, strict=True):
        cells = []
        for column in columns:
            low, middle, high = np.percentile(column, (5, 50, 95))
            cells += [f"{middle:.2f}", f"{low:.2f} to {high:.2f}"]
        rows.append([title, *cells])
    return aligned(rows)


@click.command()
@click.argument("pairs", type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(pairs: Path) -> None:
    """Measures, writes and prints the table."""
    real = np.array(real_rows(pairs))
    simulated = np.array(simulated_rows(real[:, 0].min(), real[:, 0].max()))
    text = table(real, simulated)
    TABLE.write(text)
    print(text)


if __name__ == "__main__":
    main()
