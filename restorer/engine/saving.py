"""A finished picture into a file, with as much of its origin as is wanted; no torch."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from restorer.engine import metadata, resultfile
from restorer.engine.image import Image
from restorer.settings import Saving


def save(
    image: Image, target: Path, source: Path, saving: Saving, *, is_new: bool = False
) -> Image:
    """Writes a finished picture with as much of its origin as is wanted; returns what was written.

    If nothing was to be done to it, that is a copy of its file, if that loses something whenever
    it is written.

    Raises ImageUnwritable, and FileExistsError if the target should be new and is not.
    """
    result = metadata.without(image, saving)
    if saving.eight_bits:
        result = result.in_eight_bits()
    is_plain = saving == Saving(keep_times=saving.keep_times)
    if not (is_plain and resultfile.copy(image, target, source, is_new=is_new)):
        resultfile.write(result, target, source=source, quality=saving.quality, is_new=is_new)
    if saving.keep_times:
        _copy_times(source, target)
    return result


def _copy_times(source: Path, target: Path) -> None:
    with suppress(OSError):  # a source that is gone by now, or a disk without such times
        status = source.stat()
        os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
