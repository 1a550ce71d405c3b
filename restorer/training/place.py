"""Where a training's files lie."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

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
