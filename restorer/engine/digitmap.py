"""The map of digits as plain geometry; no torch.

A code is a point (x, y) of the map, x to the right and y up; arrays of codes are (..., 2) float32.
The digits' codes are standard normal by and large, because the models' prior is.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from restorer.errors import WeightsCorrupt, WeightsMissing
from restorer.models import CATALOG_NAME

Codes = NDArray[np.float32]

HALF_WIDTH: Final = 3.0  # the square of +-3 holds 99.5 % of the prior
CODES_NAME: Final = "digit_codes.safetensors"
_BANDWIDTH: Final = 0.12  # of the density; about the standard deviation of a digit's posterior
_GUESS_QUANTILE: Final = 0.02  # sparser than where that part of the digits lies: a guess


def square_grid(count: int, half_width: float = HALF_WIDTH) -> Codes:
    """(count, count, 2): evenly over the square; [0, 0] is its upper left corner."""
    return _grid(np.linspace(-half_width, half_width, count) if count > 1 else np.zeros(1))


def quantile_grid(count: int) -> Codes:
    """(count, count, 2): the middles of as many equally likely strips of the prior each way.

    The same share of digits falls to each cell, so dense regions get their room (the figures of
    Kingma and Welling 2014 are drawn so).
    """
    normal = NormalDist()
    return _grid(np.array([normal.inv_cdf((i + 0.5) / count) for i in range(count)]))


def path(points: Sequence[tuple[float, float]], frames: int) -> Codes:
    """(frames, 2): evenly along the straight lines from point to point, both ends included.

    Raises ValueError for fewer than two points or frames.
    """
    if len(points) < 2 or frames < 2:
        raise ValueError("A path needs at least two points and two frames.")
    corners = np.array(points, np.float64)
    lengths = np.hypot(*np.diff(corners, axis=0).T)
    along = np.concatenate(([0.0], np.cumsum(lengths)))
    wanted = np.linspace(0, along[-1], frames)
    if along[-1] == 0:
        return np.repeat(corners[:1], frames, axis=0).astype(np.float32)
    coordinates = [np.interp(wanted, along, corners[:, axis]) for axis in (0, 1)]
    return np.stack(coordinates, axis=1).astype(np.float32)


def random_codes(count: int, seed: int) -> Codes:
    """(count, 2) from the prior; the same seed always gives the same."""
    return _generator(seed).standard_normal((count, 2)).astype(np.float32)


def varied(code: tuple[float, float], count: int, seed: int, spread: float = 0.15) -> Codes:
    """(count, 2): the code jittered, `spread` being the standard deviation."""
    return np.asarray(code, np.float32) + np.float32(spread) * random_codes(count, seed)


@dataclass(frozen=True, slots=True)
class KnownDigits:
    """Where the 10,000 test digits lie on one model's map.

    `codes`: (N, 2). `labels`: (N) uint8. `least_density`: below it a point counts as a guess.
    """

    codes: Codes
    labels: NDArray[np.uint8]
    least_density: float

    @classmethod
    def of(cls, codes: Codes, labels: NDArray[np.uint8]) -> KnownDigits:
        """Finds `least_density` from the digits themselves, leaving each one out at its own."""
        own = 1 / (len(codes) * _kernel_area())
        at_digits = _density(codes, codes) - own
        return cls(codes, labels, float(np.quantile(at_digits, _GUESS_QUANTILE)))

    def density(self, points: Codes) -> NDArray[np.float64]:
        """(...): of the digits at points (..., 2); over the whole map it integrates to 1."""
        flat = points.reshape(-1, 2)
        return _density(self.codes, flat).reshape(points.shape[:-1])

    def is_guess(self, points: Codes) -> NDArray[np.bool_]:
        """(...): whether so few digits lie around a point that the model has to guess there."""
        return np.asarray(self.density(points) < self.least_density)

    def density_on(self, xs: Codes, ys: Codes) -> NDArray[np.float64]:
        """(len(ys), len(xs)): the same on a grid, in one matrix product; for shading."""
        across = _kernel(self.codes[:, 0], xs)
        down = _kernel(self.codes[:, 1], ys)
        return down @ across.T / (len(self.codes) * _kernel_area())


def load_known(folder: Path, model: str, sha256: str) -> KnownDigits | None:
    """The digits' codes that lie beside the weights; None if there are none for this model.

    `sha256`: of the model's weights. Codes of other weights would point to the wrong places, so
    they are left out as well, as in a folder of one's own trainings.

    Raises WeightsCorrupt if the file is damaged.
    """
    path = folder / CODES_NAME
    try:
        with safe_open(path, framework="numpy") as file:
            about = json.loads((file.metadata() or {}).get(model, "{}"))
            if about.get("weights") != sha256:
                return None
            codes = file.get_tensor(model).astype(np.float32)
            labels = file.get_tensor("labels")
            return KnownDigits(codes, labels, float(about["least_density"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, AttributeError, SafetensorError) as error:
        raise WeightsCorrupt(path, f"is damaged ({error})") from error


def save_known(
    folder: Path, codes: dict[str, Codes], sha256: dict[str, str], labels: NDArray[np.uint8]
) -> None:
    """Writes the codes of several models, rounded to half precision, and whose they are."""
    tensors: dict[str, NDArray[Any]] = {"labels": labels}
    metadata = {}
    for name, points in codes.items():
        tensors[name] = points.astype(np.float16)
        # Found once, here: it takes seconds, and a window waits for nobody.
        least = KnownDigits.of(points, labels).least_density
        metadata[name] = json.dumps({"weights": sha256[name], "least_density": least})
    (folder / CODES_NAME).write_bytes(save(tensors, metadata=metadata))


def weights_hash(folder: Path, model: str) -> str:
    """The checksum of a model's weights from the catalog, read without torch.

    Raises WeightsMissing or WeightsCorrupt.
    """
    path = folder / CATALOG_NAME
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))["models"]
        return next(str(entry["sha256"]) for entry in entries if entry["name"] == model)
    except FileNotFoundError as error:
        raise WeightsMissing(path) from error
    except (OSError, ValueError, KeyError, TypeError, StopIteration) as error:
        raise WeightsCorrupt(path, f"is damaged or lacks {model!r}") from error


def _grid(steps: NDArray[np.float64]) -> Codes:
    x, y = np.meshgrid(steps, steps[::-1])
    return np.stack((x, y), axis=-1).astype(np.float32)


def _generator(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))  # by name: the default may change


def _kernel(codes: Codes, points: Codes) -> NDArray[np.float64]:
    """(points, codes): Gaussian weights along one axis."""
    steps = (points.astype(np.float64)[:, None] - codes.astype(np.float64)) / _BANDWIDTH
    return np.asarray(np.exp(-0.5 * np.square(steps)))


def _kernel_area() -> float:
    return math.tau * _BANDWIDTH**2


def _density(codes: Codes, points: Codes) -> NDArray[np.float64]:
    """(points): kernel density estimate (Parzen 1962), some points at a time to save memory."""
    parts = [
        (_kernel(codes[:, 0], some[:, 0]) * _kernel(codes[:, 1], some[:, 1])).sum(axis=1)
        for some in np.array_split(points, max(1, len(points) // 500))
    ]
    return np.concatenate(parts) / (len(codes) * _kernel_area())
