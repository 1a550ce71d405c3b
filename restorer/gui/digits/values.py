"""What the page of digits speaks of: models, points, sheets, and a digit of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from restorer.engine import digitmap
from restorer.engine.digitmap import Codes
from restorer.engine.digitpicture import Bytes
from restorer.errors import WeightsError

VAE: Final = "vae"
DENSE: Final = "vae-dense"
CONDITIONAL: Final = "cvae"
PLAIN: Final = "autoencoder"
MODELS: Final = (VAE, DENSE, CONDITIONAL, PLAIN)

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """Many digits at once. `animated`: they are the frames of a way from one point to another.

    `models`: who drew all of it, or each row. `rows`: what each row is, if that needs saying.
    """

    title: str
    digits: Bytes
    codes: Codes
    labels: list[int] | None
    columns: int
    models: tuple[str, ...]
    animated: bool = False
    rows: tuple[str, ...] = ()

    def model_of(self, index: int) -> str:
        """Which model drew that digit."""
        return self.models[index // self.columns if len(self.models) > 1 else 0]


@dataclass(frozen=True, slots=True, eq=False)
class OwnDigit:
    """One that was drawn or opened. `lost`: how much the reconstruction differs, pixel by pixel."""

    seen: Bytes
    code: Point
    sigma: Point | None
    reconstruction: Bytes

    @property
    def lost(self) -> Bytes:
        difference = np.abs(self.seen.astype(np.int16) - self.reconstruction)
        return np.asarray(difference.astype(np.uint8))

    @property
    def error(self) -> float:
        """Mean difference, 0 to 1."""
        return float(self.lost.mean()) / 255


def is_there(weights: Path, name: str) -> bool:
    """Whether a model has weights in that folder."""
    try:
        digitmap.weights_hash(weights, name)
    except WeightsError:
        return False
    return True
