"""Pictures to be restored and what they should become."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
from natsort import natsorted
from PIL import Image as PillowImage

from restorer.engine import imagefile
from restorer.engine.image import Image, Pixels, Samples, to_pixels
from restorer.errors import DataError, RestorerError, ShapeMismatch

_LEAST_PX: Final = 24
_Array = TypeVar("_Array", Pixels, Samples)
_Found = TypeVar("_Found")

Refuse = Callable[[Path, RestorerError], None]
"""Hears of each picture that cannot be measured; without it the first one ends the measuring."""


@dataclass(frozen=True, slots=True)
class Case:
    """A picture to be restored and what it should become.

    `sigma` of the white noise in `degraded`, in 8-bit levels; None where nobody knows it or it
    lacks pixels instead. `files`: the two as they were read, if they are files.
    """

    name: str
    degraded: Pixels
    clean: Pixels
    sigma: float | None = None
    files: tuple[Image, Image] | None = None


def white_noise(
    folder: Path,
    sigmas: Sequence[float],
    *,
    seed: int = 0,
    grey: bool = False,
    refuse: Refuse | None = None,
) -> Iterator[Case]:
    """White Gaussian noise added in float, not clipped, the same for every run.

    Every picture with each sigma in turn, with 0 the file as it is; `grey`: equal in the three
    channels. A picture's noise depends on `seed`, its place in the natural order of names, and
    sigma. Raises DataError without pictures.
    """

    def read(path: Path) -> tuple[Image, Pixels]:
        file = imagefile.read(path)
        return file, _measurable(path, to_pixels(file.samples))

    for index, path, (file, clean) in _each(_pictures(folder), read, refuse):
        for sigma in sigmas:
            if sigma == 0:
                yield Case(path.name, clean, clean, sigma, (file, file))
                continue
            random = np.random.default_rng((seed, index, round(sigma * 1000)))
            grain = random.standard_normal(clean.shape, np.float32)
            if grey:
                grain = grain[..., :1]
            yield Case(path.name, clean + grain * np.float32(sigma / 255), clean, sigma)


def real_noise(folder: Path, *, refuse: Refuse | None = None) -> Iterator[Case]:
    """Pictures `*_real.*` against `*_mean.*` of the same name. Raises DataError without any."""

    def read(path: Path) -> Case:
        clean_name = path.stem.removesuffix("_real") + "_mean" + path.suffix
        files = imagefile.read(path), imagefile.read(path.with_name(clean_name))
        noisy, clean = (to_pixels(file.samples) for file in files)
        if _measurable(path, noisy).shape != clean.shape:
            raise ShapeMismatch(noisy.shape, clean.shape)
        return Case(path.name, noisy, clean, files=files)

    noisy_files = [path for path in _pictures(folder) if path.stem.endswith("_real")]
    if not noisy_files:
        raise DataError(f"{folder} has no pairs named NAME_real and NAME_mean.")
    for _, _, case in _each(noisy_files, read, refuse):
        yield case


def shrunk(folder: Path, scale: int, *, refuse: Refuse | None = None) -> Iterator[Case]:
    """Pictures `*_HR.*` and their shrunk `*_LR.*` twins, or any pictures, shrunk by bicubic.

    Of sets with several scales, files with `_2_`, `_3_` or `_4_` in their name only serve that one.
    """

    def is_wanted(path: Path) -> bool:
        named = re.search(r"_([234])_", path.name)
        return not path.stem.endswith("_LR") and (named is None or int(named[1]) == scale)

    def read(path: Path) -> Case:
        clean = _colours(path)
        shrunk_path = path.with_name(path.name.replace("_HR", "_LR"))
        if shrunk_path != path:
            small = as_colour(imagefile.read(shrunk_path).samples)
        else:
            width, height = clean.shape[1] // scale, clean.shape[0] // scale
            clean = clean[: height * scale, : width * scale]
            small = np.asarray(
                PillowImage.fromarray(clean).resize((width, height), PillowImage.Resampling.BICUBIC)
            )
        return Case(path.name, to_pixels(small), to_pixels(clean))

    for _, _, case in _each(filter(is_wanted, _pictures(folder)), read, refuse):
        yield case


def in_colour(folder: Path, *, refuse: Refuse | None = None) -> Iterator[tuple[str, Samples]]:
    """Every picture's name and its (H, W, 3) samples of 8 bits. Raises DataError without any."""
    for _, path, colours in _each(_pictures(folder), _colours, refuse):
        yield path.name, colours


def as_jpeg(picture: PillowImage.Image, quality: int) -> Image:
    """The picture after it was a file of libjpeg's `quality`, its colours at half the size."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "compressed.jpg"
        picture.save(path, quality=quality, subsampling="4:2:0")
        return imagefile.read(path)


def as_colour(samples: Samples) -> Samples:
    """(H, W, 1 or 3) to (H, W, 3), contiguous."""
    return np.ascontiguousarray(np.broadcast_to(samples, (*samples.shape[:2], 3)))


def _each(
    paths: Iterable[Path], read: Callable[[Path], _Found], refuse: Refuse | None
) -> Iterator[tuple[int, Path, _Found]]:
    """Of each file its place, its path and what was read."""
    for index, path in enumerate(paths):
        try:
            found = read(path)
        except RestorerError as error:
            if refuse is None:
                raise
            refuse(path, error)
        else:
            yield index, path, found


def _colours(path: Path) -> Samples:
    return _measurable(path, as_colour(imagefile.read(path).in_eight_bits().samples))


def _measurable(path: Path, picture: _Array) -> _Array:
    """Raises DataError for pictures that are too small for SSIM, also without an enlarged rim."""
    if min(picture.shape[:2]) < _LEAST_PX:
        raise DataError(f"{path} has fewer than {_LEAST_PX} pixels a side and cannot be measured.")
    return picture


def _pictures(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise DataError(f"{folder} is not a folder. Give a folder of pictures.")
    try:
        found = [path for path in folder.iterdir() if path.suffix.lower() in imagefile.READABLE]
    except OSError as error:
        raise DataError(f"The folder {folder} cannot be read: {error.strerror}.") from error
    if not found:
        raise DataError(f"There are no pictures in {folder}.")
    return natsorted(found)
