"""What was found in a photo, done to it or went wrong, in the words that all parts use."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Final

from restorer.errors import RestorerError

NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT)  # of an OSError: the disk is full


def noise_text(word: str, kind: str, sigma: float, denoised_at: float | None) -> str:
    """`word`, `kind` and `sigma` as of `NoiseEstimate`.

    >>> noise_text("visible", "fine", 12.34, 12.34)
    'visible noise (sigma 12.3), denoised at 12.3'
    >>> noise_text("visible", "jpeg", 0.5, 8.14)
    'visible JPEG blocks, deblocked at 8.1'
    """
    found = {
        "coarse": f"{word} noise (coarse)",
        "jpeg": f"{word} JPEG blocks",
    }.get(kind, f"{word} noise (sigma {sigma:.1f})")
    if denoised_at is None:
        return found
    return f"{found}, {'deblocked' if kind == 'jpeg' else 'denoised'} at {denoised_at:.1f}"


def failure_text(error: BaseException, name: str = "") -> str:
    """A sentence about whatever ended the work on the file of that name, naming it.

    >>> failure_text(MemoryError(), "photo.jpg")
    'photo.jpg: There is not enough memory for this picture. Close other programs.'
    >>> failure_text(RestorerError("photo.jpg is empty."), "photo.jpg")
    'photo.jpg is empty.'
    >>> failure_text(NotADirectoryError(errno.ENOTDIR, "no folder", "a.jpg/b.jpg"), "photo.jpg")
    'photo.jpg: a.jpg is not a folder. Choose another place.'
    """
    about = f"{name}: " if name else ""
    if isinstance(error, RestorerError):
        return str(error) if name in str(error) else f"{about}{error}"
    if isinstance(error, MemoryError):
        return f"{about}There is not enough memory for this picture. Close other programs."
    if isinstance(error, OSError) and error.strerror:
        return about + _trouble(error)
    return f"{about}Something went wrong that should not: {error}."


def _trouble(error: OSError) -> str:
    if error.filename is not None:
        path = Path(str(error.filename))
        if isinstance(error, NotADirectoryError):
            return f"{path.parent} is not a folder. Choose another place."
        if isinstance(error, PermissionError):
            remedy = f"Change the permissions of {path.parent}, or choose another place"
            return f"{path} may not be used: permission denied. {remedy}."
        if error.errno == errno.ENAMETOOLONG:
            return f"The name {path.name} is too long. Choose a shorter one."
        return f"{path} cannot be used: {error.strerror}. Try again, or choose another place."
    return f"A file failed: {error.strerror}. Try again."
