"""HEIC through libheif, which may be shipped because it only reads; no torch."""

from __future__ import annotations

import functools
import struct
from typing import BinaryIO, Final

import numpy as np
import pi_heif

from restorer.engine.image import Samples

_HEAD_BYTES: Final = 1 << 20  # the boxes that describe the items come first


@functools.cache
def register() -> None:
    """Lets Pillow open HEIC; once, and not before there is something to open."""
    pi_heif.register_heif_opener()


def read_deep(file: BinaryIO) -> Samples:
    """(H, W, C) uint16, upright."""
    file.seek(0)
    picture = pi_heif.open_heif(file, convert_hdr_to_8bit=False)
    samples: Samples = np.array(picture)  # a copy: the array does not keep the picture alive
    return samples


def is_sound(file: BinaryIO) -> bool:
    """False for a HEIC whose item descriptions are no text; leaves the file where it was.

    pi_heif 1.4 makes Python strings of them without looking, and takes the process down.
    """
    at = file.tell()
    file.seek(0)
    head = file.read(12)
    is_heif = head[4:8] == b"ftyp"
    head += file.read(_HEAD_BYTES) if is_heif else b""
    file.seek(at)
    return not is_heif or all(map(_is_text, head.split(b"infe")[1:]))


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
