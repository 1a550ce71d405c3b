"""Where a training's files lie, and what is said if the disk does not take them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from restorer.engine.wording import NO_ROOM
from restorer.errors import TrainingError

CHECKPOINT_SUFFIX: Final = ".checkpoint.pt"
HISTORY_SUFFIX: Final = ".history.csv"  # hours, steps, what `Progress.validation` is


@dataclass(frozen=True, slots=True)
class Place:
    """One model's files in the folder of a training; those of other models may lie beside them."""

    folder: Path
    model: str

    @property
    def checkpoint(self) -> Path:
        return self.folder / f"{self.model}{CHECKPOINT_SUFFIX}"

    @property
    def history(self) -> Path:
        return self.folder / f"{self.model}{HISTORY_SUFFIX}"

    @property
    def weights(self) -> Path:
        return self.folder / f"{self.model}.safetensors"

    def check(self) -> None:
        """Raises TrainingError if nothing can be written there; makes nothing there itself."""
        parents = (self.folder, *self.folder.parents)
        there = next((each for each in parents if os.path.lexists(each)), self.folder)
        if not there.is_dir():
            raise TrainingError(f"{there} is not a folder. Choose another --out.")
        if not os.access(there, os.W_OK | os.X_OK):
            raise TrainingError(f"{there} may not be written to. Choose another --out.")

    @contextmanager
    def saving(self, path: Path) -> Iterator[None]:
        """Raises TrainingError, which says what to do, if the disk does not take `path`."""
        try:
            yield
        except OSError as error:
            full = error.errno in NO_ROOM
            if self.checkpoint.exists():
                remedy = "Make room" if full else "Put that right"
                remedy += ", then go on from the last whole checkpoint with --resume."
            else:
                remedy = "Make room, or choose another --out." if full else "Choose another --out."
            why = "the disk is full" if full else error.strerror or error
            raise TrainingError(f"{path} cannot be saved: {why}. {remedy}") from error
