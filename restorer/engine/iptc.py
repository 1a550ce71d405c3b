"""IPTC records (IIM 4.2), and the wrappings that files have for them; no torch."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Final

PHOTOSHOP: Final = b"Photoshop 3.0\x00"
RESOURCE: Final = 0x0404  # of Photoshop's image resources, the one that holds IPTC
PNG_KEYWORD: Final = "Raw profile type iptc"
_MARK: Final = 0x1C
# Content location code and name, city, sublocation, state, country code, country.
_PLACES: Final = frozenset((26, 27, 90, 92, 95, 100, 101))


def without_location(records: bytes) -> bytes | None:
    """The records without those that name a place; None if nothing is left."""
    kept = [record for record in _records(records) if not (record[1] == 2 and record[2] in _PLACES)]
    return b"".join(kept) or None


def in_order(records: bytes) -> bytes | None:
    """As a TIFF has them: some programs store them as numbers of 32 bits, turned round."""
    if records[:1] == bytes((_MARK,)):
        return records
    turned = b"".join(records[i : i + 4][::-1] for i in range(0, len(records), 4))
    return turned if turned[:1] == bytes((_MARK,)) else None


def to_resource(records: bytes) -> bytes:
    """As one of Photoshop's image resources."""
    padding = bytes(len(records) % 2)
    return struct.pack(">4sHHI", b"8BIM", RESOURCE, 0, len(records)) + records + padding


def from_resources(block: bytes) -> bytes | None:
    """The records among Photoshop's image resources."""
    block = block.removeprefix(PHOTOSHOP)
    at = 0
    while block[at : at + 4] == b"8BIM" and at + 7 <= len(block):
        (number,) = struct.unpack_from(">H", block, at + 4)
        name = block[at + 6] + 1
        at += 6 + name + name % 2
        if at + 4 > len(block):
            return None
        (size,) = struct.unpack_from(">I", block, at)
        if number == RESOURCE:
            return block[at + 4 : at + 4 + size] or None
        at += 4 + size + size % 2
    return None


def to_png_profile(records: bytes) -> bytes:
    """The content of a zTXt chunk, as ImageMagick and ExifTool know it: hexadecimal, compressed."""
    content = to_resource(records)
    digits = content.hex()
    lines = "\n".join(digits[i : i + 72] for i in range(0, len(digits), 72))
    text = f"\niptc\n{len(content):8d}\n{lines}\n"
    return PNG_KEYWORD.encode() + b"\x00\x00" + zlib.compress(text.encode())


def unwrapped(content: bytes) -> bytes | None:
    """The records, wrapped as a resource or bare."""
    return content if content[:1] == bytes((_MARK,)) else from_resources(content)


def _records(records: bytes) -> Iterator[bytes]:
    """One after another, each as it is; what is no record ends them."""
    at = 0
    while at + 5 <= len(records) and records[at] == _MARK:
        (size,) = struct.unpack_from(">H", records, at + 3)
        start = at + 5
        if size & 0x8000:  # the size of the size: only for more than 32 kB
            width = size & 0x7FFF
            size = int.from_bytes(records[start : start + width], "big")
            start += width
        yield records[at : start + size]
        at = start + size
