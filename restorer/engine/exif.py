"""EXIF blocks changed in place, byte for byte, so that maker notes and all offsets stay valid.

Rebuilding a block with a library moves its parts, and maker notes hold offsets that nobody but the
camera's maker can correct. Layout: TIFF 6.0 and CIPA DC-008.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

_PREFIX: Final = b"Exif\x00\x00"
_ORIENTATION: Final = 0x0112
_EXIF_DIRECTORY: Final = 0x8769
_GPS_DIRECTORY: Final = 0x8825
_GEO_TIFF: Final = frozenset((33550, 33922, 34264, 34735, 34736, 34737))
_FORMS: Final = {3: "H", 4: "I"}  # SHORT and LONG, as struct has them
TYPE_BYTES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
_WIDTHS: Final = (0x0100, 0xA002)  # ImageWidth, PixelXDimension
_HEIGHTS: Final = (0x0101, 0xA003)


def orientation(block: bytes) -> int:
    """1 to 8 as EXIF defines it; 1 if the block does not say or is damaged."""
    try:
        _, order, body = _opened(block)
        for tag, kind, value_at in _entries(body, order, _first_directory(body, order)):
            if tag == _ORIENTATION and kind in _FORMS:
                value = int(struct.unpack_from(order + _FORMS[kind], body, value_at)[0])
                return value if 1 <= value <= 8 else 1
    except (struct.error, ValueError):
        pass
    return 1


def upright(block: bytes, width: int, height: int) -> bytes | None:
    """The block for a picture that is upright and of that size; None if it is damaged.

    Orientation becomes 1, the pixel dimensions are set where there are such tags, and the thumbnail
    is unlinked: it shows the picture as it was before.
    """
    try:
        prefix, order, body = _opened(block)
        first = _first_directory(body, order)
        found = list(_entries(body, order, first))
        pointers = [value_at for tag, _, value_at in found if tag == _EXIF_DIRECTORY]
        with suppress(struct.error):  # a bad pointer costs what it points to, no more
            for value_at in pointers[:1]:
                found += list(_entries(body, order, _pointer(body, order, value_at)))
        new_values = {_ORIENTATION: 1}
        new_values |= dict.fromkeys(_WIDTHS, width) | dict.fromkeys(_HEIGHTS, height)
        for tag, kind, value_at in found:
            form = _FORMS.get(kind)
            if tag in new_values and form and (form == "I" or new_values[tag] < 1 << 16):
                struct.pack_into(order + form, body, value_at, new_values[tag])
        count = struct.unpack_from(order + "H", body, first)[0]
        struct.pack_into(order + "I", body, first + 2 + 12 * count, 0)
    except (struct.error, ValueError):
        return None
    return prefix + bytes(body)


def without_location(block: bytes) -> bytes | None:
    """The block without its GPS directory and GeoTIFF's tags; None if it is damaged.

    Their bytes become zeros and their entries are taken out; entries may move up, since nothing
    points to them.
    """
    try:
        prefix, order, body = _opened(block)
        first = _first_directory(body, order)
        count = struct.unpack_from(order + "H", body, first)[0]
        entries = [
            (value_at - 8, tag, kind)
            for tag, kind, value_at in _entries(body, order, first)
            if tag == _GPS_DIRECTORY or tag in _GEO_TIFF
        ]
        for entry_at, tag, kind in reversed(entries):  # those in front stay where they are
            values, pointer = struct.unpack_from(order + "II", body, entry_at + 4)
            size = values * TYPE_BYTES.get(kind, 0)
            if tag == _GPS_DIRECTORY:
                _erase(body, order, pointer)
            elif size > 4:
                body[pointer : pointer + size] = bytes(len(body[pointer : pointer + size]))
            end = first + 2 + 12 * count + 4  # behind the pointer to the next directory
            body[entry_at : end - 12] = body[entry_at + 12 : end]
            body[end - 12 : end] = bytes(12)
            count -= 1
        struct.pack_into(order + "H", body, first, count)
    except (struct.error, ValueError):
        return None
    return prefix + bytes(body)


def byte_order(block: bytes) -> str:
    """`<` or `>`, as struct has it. Raises ValueError if this is no block."""
    return _opened(block)[1]


def first_directory(block: bytes) -> tuple[int, int]:
    """Where the first directory lies, and how many entries it has. Raises ValueError."""
    _, order, body = _opened(block)
    first = _first_directory(body, order)
    return first, int(struct.unpack_from(order + "H", body, first)[0])


def first_entries(block: bytes) -> list[tuple[int, int, int, bytes]]:
    """Tag, type, count and value of each entry in the first directory that is whole."""
    _, order, body = _opened(block)
    found = []
    for tag, kind, value_at in _entries(body, order, _first_directory(body, order)):
        count = int(struct.unpack_from(order + "I", body, value_at - 4)[0])
        size = count * TYPE_BYTES.get(kind, 0)
        start = value_at
        if size > 4:
            start = int(struct.unpack_from(order + "I", body, value_at)[0])
        if 0 < size <= len(body) - start:
            found.append((tag, kind, count, bytes(body[start : start + size])))
    return found


def without_prefix(block: bytes) -> bytes:
    """As PNG, WebP and TIFF store it: without `Exif` and two zeros in front."""
    return block.removeprefix(_PREFIX)


def with_prefix(block: bytes) -> bytes:
    """As JPEG stores it."""
    return _PREFIX + without_prefix(block)


def _opened(block: bytes) -> tuple[bytes, str, bytearray]:
    """Prefix, byte order and the rest, whose start is the origin of all offsets."""
    prefix = _PREFIX if block.startswith(_PREFIX) else b""
    body = bytearray(block[len(prefix) :])
    orders = {b"II*\x00": "<", b"MM\x00*": ">"}
    order = orders.get(bytes(body[:4]))
    if order is None:
        raise ValueError("not a TIFF header")
    return prefix, order, body


def _erase(body: bytearray, order: str, directory: int) -> None:
    """Overwrites a directory and all its values with zeros."""
    entries = list(_entries(body, order, directory))
    for _, kind, value_at in entries:
        size = struct.unpack_from(order + "I", body, value_at - 4)[0] * TYPE_BYTES.get(kind, 0)
        if size > 4:
            start = struct.unpack_from(order + "I", body, value_at)[0]
            size = max(0, min(size, len(body) - start))
            body[start : start + size] = bytes(size)
    size = min(2 + 12 * len(entries) + 4, len(body) - directory)
    body[directory : directory + size] = bytes(size)


def _first_directory(body: bytearray, order: str) -> int:
    return _pointer(body, order, 4)


def _pointer(body: bytearray, order: str, at: int) -> int:
    return int(struct.unpack_from(order + "I", body, at)[0])


def _entries(body: bytearray, order: str, directory: int) -> Iterator[tuple[int, int, int]]:
    """Tag, type and where the value lies, for each entry whose value fits into it."""
    count = struct.unpack_from(order + "H", body, directory)[0]
    for i in range(count):
        at = directory + 2 + 12 * i
        tag, kind = struct.unpack_from(order + "HH", body, at)
        yield tag, kind, at + 8
