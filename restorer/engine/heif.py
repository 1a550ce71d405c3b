"""HEIC through libheif, which may be shipped because it only reads; no torch."""

from __future__ import annotations

import functools
import struct
from typing import BinaryIO, Final

import numpy as np

from restorer.engine.image import Samples

_HEAD_BYTES: Final = 1 << 20  # the boxes that describe the items come first


def begins(file: BinaryIO) -> bool:
    """Whether it may be a HEIC; leaves the file where it was."""
    at = file.tell()
    file.seek(4)
    kind = file.read(4)
    file.seek(at)
    return kind == b"ftyp"


@functools.cache
def register() -> None:
    """Lets Pillow open HEIC; once, and not before there is one: training needs no libheif."""
    import pi_heif

    pi_heif.register_heif_opener()


def read_deep(file: BinaryIO) -> Samples:
    """(H, W, C) uint16, upright."""
    import pi_heif

    file.seek(0)
    picture = pi_heif.open_heif(file, convert_hdr_to_8bit=False)
    samples: Samples = np.array(picture)  # a copy: the array does not keep the picture alive
    return samples


def is_sound(file: BinaryIO) -> bool:
    """False if a HEIC's item descriptions are no text; leaves the file where it was.

    pi_heif 1.4 makes Python strings of them without looking, and takes the process down.
    """
    at = file.tell()
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    file.seek(at)
    return all(map(_is_text, head.split(b"infe")[1:]))


def _is_text(content: bytes) -> bool:
    """What follows an item's `infe` (ISO/IEC 14496-12, 8.11.6), up to its name and kind."""
    try:
        version = content[0]
        kind_at = 8 if version == 2 else 10
        (kind,) = struct.unpack_from("4s", content, kind_at)
        name, _, rest = content[kind_at + 4 :].partition(b"\0")
        texts = [kind, name]
        if kind in (b"mime", b"uri "):
            texts.append(rest.partition(b"\0")[0])
        for text in texts:
            text.decode()
    except (UnicodeDecodeError, IndexError, struct.error):
        return False
    return True
