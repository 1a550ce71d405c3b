"""What the user asked for, as a frozen value, and where files of the program lie."""

from __future__ import annotations

import json
import numbers
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Literal

SCALES: Final = (1, 2, 3, 4)
MAX_SIGMA: Final = 75.0  # the strongest noise that the denoiser is trained on, in 8-bit levels

Denoise = Literal["auto", "off"] | float
_DEVICE: Final = re.compile(r"auto|cpu|(cuda|xpu|mps)(:\d+)?")


@dataclass(frozen=True, slots=True)
class Settings:
    """How a picture is to be restored.

    `denoise`: `"auto"` (estimate the noise), `"off"`, or the standard deviation of the noise in
    8-bit levels, 0 to 75. Of a picture that was a strong JPEG the blocks are removed instead, and
    a number says how coarse they are. `scale`: 1, 2, 3 or 4. `device`: `"auto"`, `"cpu"`, `"cuda"`,
    `"cuda:1"`, `"mps"`, `"xpu"`. `keep_grain`, `keep_colour_noise`: how much of the brightness and
    of the colour noise comes back after denoising, 0 to 1. `width`, `height`: wanted size of
    the result in pixels, at most one of them, instead of `scale`; the proportions stay.

    Raises ValueError naming the argument that is wrong.
    """

    denoise: Denoise = "auto"
    scale: int = 1
    device: str = "auto"
    keep_grain: float = 0.0
    keep_colour_noise: float = 0.0
    width: int | None = None
    height: int | None = None

    def __post_init__(self) -> None:
        if isinstance(self.denoise, str):
            if self.denoise not in ("auto", "off"):
                raise ValueError(
                    f"denoise must be 'auto', 'off' or a number of 0 to {MAX_SIGMA:g}, "
                    f"not {self.denoise!r}."
                )
        elif not _lies_between(self.denoise, 0, MAX_SIGMA):
            raise ValueError(
                f"denoise must lie between 0 and {MAX_SIGMA:g} 8-bit levels, not {self.denoise!r}."
            )
        if not isinstance(self.scale, numbers.Integral) or self.scale not in SCALES:
            raise ValueError(f"scale must be 1, 2, 3 or 4, not {self.scale!r}.")
        if not (isinstance(self.device, str) and _DEVICE.fullmatch(self.device)):
            raise ValueError(
                "device must be 'auto', 'cpu', 'cuda', 'cuda:1', 'mps' or 'xpu', "
                f"not {self.device!r}."
            )
        self._check_blend_and_size()

    def _check_blend_and_size(self) -> None:
        for name in ("keep_grain", "keep_colour_noise"):
            if not _lies_between(getattr(self, name), 0, 1):
                raise ValueError(f"{name} must lie between 0 and 1, not {getattr(self, name)!r}.")
        for name in ("width", "height"):
            wanted = getattr(self, name)
            is_whole = isinstance(wanted, numbers.Integral)
            if wanted is not None and not (is_whole and wanted >= 1):
                raise ValueError(f"{name} must be at least 1 pixel and whole, not {wanted!r}.")
        if self.has_size and (self.scale != 1 or None not in (self.width, self.height)):
            raise ValueError("Give only one of scale, width and height.")

    @property
    def has_size(self) -> bool:
        """Whether a width or height is wanted instead of a scale."""
        return self.width is not None or self.height is not None

    @property
    def blends(self) -> bool:
        """Whether noise is to come back after denoising."""
        return self.denoise != "off" and bool(self.keep_grain or self.keep_colour_noise)

    def enlargement(self, width: int, height: int) -> Enlargement:
        """How a picture of that size gets the wanted one.

        Raises ValueError if that is more than four times its own.
        """
        if not self.has_size:
            return Enlargement(self.scale, None)
        if self.width is not None:
            size = (self.width, max(1, round(height * self.width / width)))
        else:
            assert self.height is not None
            size = (max(1, round(width * self.height / height)), self.height)
        scale = next((s for s in SCALES if s * width >= size[0] and s * height >= size[1]), None)
        if scale is None:
            raise ValueError(
                f"{size[0]} x {size[1]} is more than {SCALES[-1]} times the picture's "
                f"{width} x {height}. Choose a smaller size."
            )
        return Enlargement(scale, None if size == (scale * width, scale * height) else size)

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Settings:
        """Raises ValueError if the text is not JSON or names something unknown."""
        try:
            return cls(**json.loads(text))
        except TypeError as error:
            raise ValueError(f"These are not settings of Restorer: {error}.") from error


def _lies_between(value: object, low: float, high: float) -> bool:
    try:
        return isinstance(value, numbers.Real) and low <= float(value) <= high  # NaN does not
    except OverflowError:
        return False


@dataclass(frozen=True, slots=True)
class Saving:
    """How results are written.

    `quality`: of JPEG, WebP and AVIF, 1 to 100; None is 95, or that of a JPEG if it is finer,
    keeps a lossless WebP lossless, and copies the file of a photo that has not changed.
    `strip_location`: leave out coordinates and place names. `strip_metadata`: leave out all EXIF,
    XMP and IPTC. `keep_times`: the result's file times are the source's. `eight_bits`: 16-bit
    photos are saved with 8.
    """

    quality: int | None = None
    strip_location: bool = False
    strip_metadata: bool = False
    keep_times: bool = False
    eight_bits: bool = False


@dataclass(frozen=True, slots=True)
class Enlargement:
    """The network's `scale`, and the `size` (width, height) to shrink its result to, if any."""

    scale: int
    size: tuple[int, int] | None

    def of(self, width: int, height: int) -> tuple[int, int]:
        """The result's width and height, of a picture of that size."""
        return self.size or (self.scale * width, self.scale * height)


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
