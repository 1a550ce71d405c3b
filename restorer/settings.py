"""What the user asked for, as a frozen value, and where files of the program lie."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Literal

SCALES: Final = (1, 2, 3, 4)
MAX_SIGMA: Final = 75.0  # the strongest noise that the denoiser is trained on, in 8-bit levels

Denoise = Literal["auto", "off"] | float


@dataclass(frozen=True, slots=True)
class Settings:
    """How a picture is to be restored.

    `denoise`: `"auto"` (estimate the noise), `"off"`, or the standard deviation of the noise in
    8-bit levels, 0 to 75. `scale`: 1, 2, 3 or 4. `device`: `"auto"`, `"cpu"`, `"cuda"`,
    `"cuda:1"`, `"mps"`, `"xpu"`.

    Raises ValueError naming the argument that is wrong.
    """

    denoise: Denoise = "auto"
    scale: int = 1
    device: str = "auto"

    def __post_init__(self) -> None:
        if isinstance(self.denoise, str):
            if self.denoise not in ("auto", "off"):
                raise ValueError(
                    f"denoise must be 'auto', 'off' or a number of 0 to {MAX_SIGMA:g}, "
                    f"not {self.denoise!r}."
                )
        elif not (math.isfinite(self.denoise) and 0 <= self.denoise <= MAX_SIGMA):
            raise ValueError(
                f"denoise must lie between 0 and {MAX_SIGMA:g} 8-bit levels, not {self.denoise:g}."
            )
        if self.scale not in SCALES:
            raise ValueError(f"scale must be 1, 2, 3 or 4, not {self.scale}.")

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Settings:
        """Raises ValueError if the text is not JSON or names something unknown."""
        try:
            return cls(**json.loads(text))
        except TypeError as error:
            raise ValueError(f"These are not settings of Restorer: {error}.") from error


def weights_dir() -> Path:
    """The folder of the shipped weights, in a checkout as in an installed wheel."""
    return _shipped("weights")


def resources_dir() -> Path:
    """The folder of the sample picture and icons, in a checkout as in an installed wheel."""
    return _shipped("resources")


def _shipped(name: str) -> Path:
    package = Path(__file__).resolve().parent
    installed = package / name  # pyproject.toml puts the folders into the wheel's package
    return installed if installed.is_dir() else package.parent / name
