"""Folders of photos as random patches."""

from __future__ import annotations

import bisect
import itertools
import math
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
from torch import Generator, Tensor

from restorer.engine import imagefile
from restorer.errors import DataError, ImageError

HELD_OUT_EVERY: Final = 60  # of that many photos one is kept for validation
MEMORY_BYTES: Final = 4 << 30  # for all photos together
_COLOURS: Final = 3
_MOST_SENTENCES: Final = 5


@dataclass(frozen=True, slots=True)
class Photos:
    """Decoded photos, each (3, H, W) uint8 on the training device.

    They stay in memory as bytes: crops and noise made there keep a GPU busy, files would not.
    `skipped`: a sentence for each file or folder that could not be used, and one if some were cut.
    `cumulative_chances`: of the training photos, up to 1.
    """

    training: tuple[Tensor, ...]
    held_out: tuple[Tensor, ...]
    skipped: tuple[str, ...]
    cumulative_chances: tuple[float, ...]

    def patches(self, count: int, patch_px: int, generator: Generator) -> Tensor:
        """(count, 3, patch_px, patch_px) in [0, 1], flipped and turned at random."""
        return torch.stack([self._patch(patch_px, generator) for _ in range(count)]).float() / 255

    def _patch(self, patch_px: int, generator: Generator) -> Tensor:
        drawn = torch.rand(6, generator=generator, device=generator.device).tolist()
        last = len(self.training) - 1
        photo = self.training[bisect.bisect_right(self.cumulative_chances, drawn[0], hi=last)]
        top = int(drawn[1] * (photo.shape[1] - patch_px + 1))
        left = int(drawn[2] * (photo.shape[2] - patch_px + 1))
        patch = photo[:, top : top + patch_px, left : left + patch_px]
        if drawn[3] < 0.5:
            patch = patch.flip(1)
        if drawn[4] < 0.5:
            patch = patch.flip(2)
        return patch.transpose(1, 2) if drawn[5] < 0.5 else patch

    def validation(self, crop_px: int, multiple: int) -> Iterator[Tensor]:
        """The middle of each held-out photo: (1, 3, side, side) in [0, 1].

        `side`: `crop_px` at most, and a multiple of `multiple`.
        """
        for photo in self.held_out:
            side = min(crop_px, *photo.shape[1:]) // multiple * multiple
            yield _middle(photo, side, side)[None].float() / 255


def load(
    folders: Sequence[Path],
    device: torch.device,
    min_side_px: int,
    shares: Sequence[float] | None = None,
) -> Photos:
    """Every photo in `folders` and below; grey ones become colour.

    Photos with a side below `min_side_px` are left out. Of each photo that is larger than its part
    of `MEMORY_BYTES`, which are equal, only the middle is kept.
    `shares`: how often a patch comes from each folder; None if each photo is drawn as often as any
    other. Raises DataError if a folder is missing or unreadable, fewer than two photos can be used,
    or none is left to train on of a folder that has a share.
    """
    files, skipped = _photo_files(folders)
    most_px = MEMORY_BYTES // (_COLOURS * max(1, len(files)))
    photos: list[Tensor] = []
    folder_of: list[int] = []  # each photo
    cut = 0
    for number, path in files:
        try:
            samples = imagefile.read(path).samples
        except ImageError as error:
            skipped.append(str(error))
            continue
        if min(samples.shape[:2]) < min_side_px:
            skipped.append(f"{path.name} is smaller than {min_side_px} pixels on a side.")
            continue
        if samples.dtype.itemsize > 1:
            samples = (samples >> 8).astype("uint8")
        picture = torch.from_numpy(samples.copy()).permute(2, 0, 1)
        shrunk = min(1.0, math.sqrt(most_px / (picture.shape[1] * picture.shape[2])))
        cut += shrunk < 1
        sides = [max(min_side_px, int(shrunk * side)) for side in picture.shape[1:]]
        photos.append(_middle(picture, *sides).expand(_COLOURS, -1, -1).contiguous().to(device))
        folder_of.append(number)
    if len(photos) < 2:
        raise DataError(
            f"Found {len(photos)} usable photos of at least {min_side_px} pixels a side in "
            f"{', '.join(str(folder) for folder in folders)}. Training needs two or more."
            + "".join(f" {sentence}" for sentence in skipped[:_MOST_SENTENCES])
        )
    if cut:
        skipped.append(f"Of {cut} photos only the middle is used, so that all fit into memory.")
    if shares is not None:
        _check_shares(folder_of, folders)
    held_out = _held_out(folder_of, keep_every_folder=shares is not None)
    drawn_from = [number for i, number in enumerate(folder_of) if i not in held_out]
    return Photos(
        training=tuple(photo for i, photo in enumerate(photos) if i not in held_out),
        held_out=tuple(photos[i] for i in held_out),
        skipped=tuple(skipped),
        cumulative_chances=_cumulative_chances(drawn_from, folders, shares),
    )


def _check_shares(folder_of: Sequence[int], folders: Sequence[Path]) -> None:
    photos_in = Counter(folder_of)
    for number, folder in enumerate(folders):
        if not photos_in[number]:
            raise DataError(f"{folder} has no photo to train on, but a share. Leave it out.")
    if max(photos_in.values()) == 1:
        raise DataError(
            "No folder has more than one photo to train on, and one must be kept to measure the "
            "progress with. Add another."
        )


def _held_out(folder_of: Sequence[int], *, keep_every_folder: bool) -> tuple[int, ...]:
    """Every so many photos one, which is the first of them whose folder has another left."""
    left = Counter(folder_of)
    chosen: list[int] = []
    for first in range(0, len(folder_of), HELD_OUT_EVERY):
        for i in range(first, min(first + HELD_OUT_EVERY, len(folder_of))):
            if left[folder_of[i]] > 1 or not keep_every_folder:
                left[folder_of[i]] -= 1
                chosen.append(i)
                break
    return tuple(chosen)


def _middle(photo: Tensor, height: int, width: int) -> Tensor:
    top, left = (photo.shape[1] - height) // 2, (photo.shape[2] - width) // 2
    return photo[:, top : top + height, left : left + width]


def _cumulative_chances(
    folder_of: Sequence[int], folders: Sequence[Path], shares: Sequence[float] | None
) -> tuple[float, ...]:
    photos_in = Counter(folder_of)
    if shares is None:
        shares = [photos_in[number] for number in range(len(folders))]
    total = sum(shares)
    chances = (shares[number] / photos_in[number] / total for number in folder_of)
    return tuple(itertools.accumulate(chances))


def _photo_files(folders: Sequence[Path]) -> tuple[list[tuple[int, Path]], list[str]]:
    """Each with the number of its folder; and a sentence for each folder that cannot be read."""
    files: list[tuple[int, Path]] = []
    skipped: list[str] = []
    for number, folder in enumerate(folders):
        if not folder.is_dir():
            raise DataError(f"{folder} is not a folder. Give a folder of photos to --data.")
        refused: list[OSError] = []
        below = [
            (number, Path(parent, name))
            for parent, _, names in os.walk(folder, onerror=refused.append)
            for name in names
        ]
        sentences = [
            f"The folder {error.filename} cannot be read: {error.strerror}." for error in refused
        ]
        if refused and Path(refused[0].filename) == folder:
            raise DataError(f"{sentences[0]} Change its permissions, or give another to --data.")
        skipped += sentences
        files += sorted(
            (found for found in below if found[1].suffix.lower() in imagefile.READABLE),
            key=_natural,
        )
    return files, skipped


def _natural(found: tuple[int, Path]) -> list[str | int]:
    """Numbers in names by their value: which photos are held out depends on this order.

    Not by natsort, which machines that only train need not have.
    """
    parts = re.split(r"(\d+)", str(found[1]))  # text and numbers in turns
    return [int(part) if index % 2 else part for index, part in enumerate(parts)]
