"""What a file is that Pillow does not know, and what to do with it; no torch."""

from __future__ import annotations

import os
import struct
from typing import BinaryIO, Final

from restorer.engine import tiff

_JPEG_XL: Final = (b"\xff\x0a", b"\0\0\0\x0cJXL \r\n\x87\n")
_JPEG: Final = b"\xff\xd8"
_FRAMES: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})  # SOF0 to SOF15, ITU-T T.81
_PIXELS: Final = 0xDA


def why(file: BinaryIO) -> str | None:
    """After the file's name; None if it is no picture, or a damaged one."""
    file.seek(0)
    head = file.read(12)
    if head.startswith(_JPEG_XL):
        return "is a JPEG XL file. Save it as JPEG, PNG, WebP or TIFF."
    if head.startswith(_JPEG):
        bits = _jpeg_bits(file)
        if bits is not None and bits > 8:
            return f"is a JPEG of {bits} bits a sample. Save it with 8, or as 16-bit PNG or TIFF."
        return None
    return tiff.why_unknown(file)


def _jpeg_bits(file: BinaryIO) -> int | None:
    """Bits a sample, from the head of the frame; None if there is none before the pixels."""
    file.seek(2)
    while len(head := file.read(5)) == 5:
        mark, name, length, bits = struct.unpack(">BBHB", head)
        if mark != 0xFF or name == _PIXELS or length < 2:
            return None
        if name in _FRAMES:
            return int(bits)
        file.seek(length - 3, os.SEEK_CUR)
    return None
