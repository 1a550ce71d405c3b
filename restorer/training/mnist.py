"""MNIST's own files: gzipped IDX, read without torchvision."""

from __future__ import annotations

import gzip
import math
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from restorer.errors import DataError
from restorer.models.vae import CLASSES, SIDE_PX

_PREFIXES: Final = {"train": "train", "test": "t10k"}
_UNSIGNED_BYTES: Final = 8  # the IDX format's code for the only type that MNIST uses


@dataclass(frozen=True, slots=True)
class Digits:
    """`images`: (N, 1, 28, 28) uint8, light on dark. `labels`: (N) int64, 0 to 9."""

    images: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def where(self, chosen: Tensor) -> Digits:
        """Those for which `chosen`, (N) bool, is true."""
        return Digits(self.images[chosen], self.labels[chosen])

    def to(self, device: torch.device) -> Digits:
        return Digits(self.images.to(device), self.labels.to(device))


def load(folder: Path, part: Literal["train", "test"]) -> Digits:
    """The 60,000 digits to train on or the 10,000 to measure with.

    Raises DataError, naming the file that is missing or damaged.
    """
    prefix = _PREFIXES[part]
    images = _read_idx(folder / f"{prefix}-images-idx3-ubyte.gz")
    labels = _read_idx(folder / f"{prefix}-labels-idx1-ubyte.gz")
    fits = images.shape == (len(labels), SIDE_PX, SIDE_PX) and labels.ndim == 1 and len(labels) > 0
    if not fits or labels.max() >= CLASSES:
        raise DataError(
            f"{folder} does not hold MNIST: its {part} images are {images.shape}, its labels "
            f"{labels.shape}. Give the folder of the official files."
        )
    return Digits(torch.from_numpy(images[:, None]), torch.from_numpy(labels).long())


def _read_idx(path: Path) -> NDArray[np.uint8]:
    """An array of bytes with its shape in front (LeCun's IDX: big-endian, magic 0, 0, type, n)."""
    try:
        content = gzip.decompress(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError) as error:
        raise DataError(
            f"{path} is missing. Give the folder of MNIST's gzipped IDX files."
        ) from error
    except PermissionError as error:
        raise DataError(f"{path} may not be read. Change its permissions.") from error
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path} cannot be read ({error}). Fetch MNIST again.") from error
    dimensions = content[3] if len(content) > 4 else 0
    start = 4 + 4 * dimensions
    shape = tuple(int.from_bytes(content[at : at + 4], "big") for at in range(4, start, 4))
    if content[:3] != bytes((0, 0, _UNSIGNED_BYTES)) or len(content) != start + math.prod(shape):
        raise DataError(f"{path} is not an IDX file of bytes, or is cut off. Fetch MNIST again.")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape).copy()
