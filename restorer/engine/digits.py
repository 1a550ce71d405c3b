"""Digits from points on the map and back: numpy in, numpy out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from restorer.engine.digitmap import Codes
from restorer.engine.digitpicture import Bytes, to_bytes
from restorer.engine.image import Pixels
from restorer.models.catalog import open_catalog
from restorer.models.vae import CODE_SIZE, DigitModel, PlainAutoencoder

DEFAULT_MODEL: Final = "vae"
_BATCH: Final = 512  # bounds the memory; larger ones are no faster

Labels = Sequence[int] | NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class Located:
    """Where digits lie on the map. `codes`, `sigmas`: (N, 2).

    `sigmas` are the standard deviations of the posterior, the half axes of an ellipse along x and
    y; None for the plain autoencoder, which knows no doubt.
    """

    codes: Codes
    sigmas: Codes | None


class DigitPress:
    """One of the models of digits, on the CPU: they are too small to be worth a GPU's detour."""

    def __init__(self, model: DigitModel) -> None:
        self._model = model

    @classmethod
    def open(cls, weights: Path, name: str = DEFAULT_MODEL) -> DigitPress:
        """Raises ModelUnknown, WeightsMissing or WeightsCorrupt."""
        return cls(open_catalog(weights).digit_model(name))

    @property
    def wants_labels(self) -> bool:
        """Whether the model is told which digit to draw."""
        return self._model.labelled

    @torch.inference_mode()
    def draw(self, codes: Codes, labels: Labels | None = None) -> Bytes:
        """(N, 28, 28): the digits at points (N, 2) of the map, light on dark.

        Raises ValueError if the model wants labels, 0 to 9 for each point, and gets none, or gets
        some and wants none.
        """
        self._check(labels)
        parts = []
        for start in range(0, len(codes), _BATCH):
            chosen = slice(start, start + _BATCH)
            points = torch.from_numpy(np.ascontiguousarray(codes[chosen], np.float32))
            drawn = self._model.decode(points, _tensor(labels, chosen))
            parts.append(to_bytes(drawn[:, 0].numpy()))
        return np.concatenate(parts) if parts else np.zeros((0, 28, 28), np.uint8)

    @torch.inference_mode()
    def locate(self, digits: Pixels, labels: Labels | None = None) -> Located:
        """`digits`: (N, 28, 28) in [0, 1], light on dark. Raises ValueError as `draw` does."""
        self._check(labels)
        codes, sigmas = [np.zeros((0, CODE_SIZE), np.float32)], []
        for start in range(0, len(digits), _BATCH):
            chosen = slice(start, start + _BATCH)
            pictures = torch.from_numpy(np.ascontiguousarray(digits[chosen], np.float32))[:, None]
            if isinstance(self._model, PlainAutoencoder):
                codes.append(self._model.encode(pictures).numpy())
                continue
            posterior = self._model.encode(pictures, _tensor(labels, chosen))
            codes.append(posterior.mean.numpy())
            sigmas.append(posterior.sigma.numpy())
        return Located(np.concatenate(codes), np.concatenate(sigmas) if sigmas else None)

    def _check(self, labels: Labels | None) -> None:
        if labels is None and self.wants_labels:
            raise ValueError("This model wants to be told which digit: a label of 0 to 9 for each.")
        if labels is not None and not self.wants_labels:
            raise ValueError("This model cannot be told which digit to draw; the conditional can.")


def _tensor(labels: Labels | None, chosen: slice) -> Tensor | None:
    if labels is None:
        return None
    return torch.from_numpy(np.asarray(labels[chosen], np.int64))
