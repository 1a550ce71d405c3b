"""Simulated camera noise beside real one: how strong, and how correlated.

`python tests/benchmarks/noise_statistics.py PAIRS` takes a folder of pairs NAME_real.*, NAME_mean.*
and prints, for real and for simulated noise of the same strength, RMS and autocorrelation in luma
and in colour, as mean and 5 % and 95 % quantiles. Of the pairs only the flattest third counts: at
edges the two exposures differ by more than noise.
"""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np
import torch
from torch import Tensor

from restorer.engine import imagefile
from restorer.engine.image import to_pixels
from restorer.training import degrade
from restorer.training.jpeg import rgb_to_ycc

BLOCK_PX = 32
LAGS_PX = (1, 2, 4, 8)


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
        power = planes.square().mean()
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


def simulated_rows(count: int = 96) -> list[list[float]]:
    """One row a flat picture with camera noise of RMS 1.5 to 6, as real photos have."""
    generator = torch.Generator().manual_seed(0)
    flat = torch.full((count, 3, 96, 96), 0.45)
    colour = torch.zeros(count, 1, 1, 1, dtype=torch.bool)
    noisy, sigma = degrade.add_camera(flat, colour, generator)
    chosen = [i for i in range(count) if 1.5 < float(sigma[i]) < 6]
    return [statistics((noisy - flat)[i : i + 1]) for i in chosen]


@click.command()
@click.argument("pairs", type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(pairs: Path) -> None:
    """Prints the table."""
    titles = [f"{plane} {what}" for plane in ("luma", "colour") for what in ("RMS", *LAGS_PX)]
    real, simulated = np.array(real_rows(pairs)), np.array(simulated_rows())
    print(
        f"{'':<12}" + "".join(f"{'real':>8}{'5 %':>7}{'95 %':>7}{'simul.':>9}{'5 %':>7}{'95 %':>7}")
    )
    for i, title in enumerate(titles):
        cells = [
            value
            for rows in (real, simulated)
            for value in (rows[:, i].mean(), *np.percentile(rows[:, i], (5, 95)))
        ]
        print(f"{title:<12}" + "".join(f"{cell:8.2f}" for cell in cells))


if __name__ == "__main__":
    main()
