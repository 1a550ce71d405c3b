"""Colour spaces in a form that the format of the result can hold; no torch.

PNG tells one by numbers (ITU-T H.273) in a chunk cICP, AVIF and HEIC in a box `colr`. The other
formats have no place for these, but for a profile.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO, Final

import numpy as np
from PIL import Image as PillowImage

from restorer.engine.image import Samples, to_pixels, to_samples

_SRGB, _BT_2020, _DISPLAY_P3 = 1, 9, 12
# XYZ of full red, green and blue, adapted to the white of ICC profiles by Bradford's matrix.
_COLORANTS: Final = {
    _SRGB: ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410)),
    _BT_2020: (
        (0.67346, 0.27903, -0.00193),
        (0.16566, 0.67534, 0.02998),
        (0.12510, 0.04563, 0.79716),
    ),
    _DISPLAY_P3: (
        (0.51510, 0.24118, -0.00105),
        (0.29197, 0.69224, 0.04188),
        (0.15715, 0.06658, 0.78438),
    ),
}
_NAMES: Final = {_SRGB: "BT.709", _BT_2020: "BT.2020", _DISPLAY_P3: "Display P3"}
_GAMMAS: Final = {4: 2.2, 5: 2.8, 8: 1.0}
_HDR: Final = {16: "PQ", 18: "HLG"}
# Those of cameras (BT.709, BT.601, BT.2020) too: screens show them by a curve much like that of
# sRGB, which is how all programs take a picture that says nothing.
_CURVE_OF_SRGB: Final = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
_WHITE: Final = (0.9642, 1.0, 0.8249)  # D50, as every profile has it
_FROM_D65: Final = (
    *(1.04788, 0.02292, -0.05022),
    *(0.02959, 0.99048, -0.01707),
    *(-0.00925, 0.01508, 0.75168),
)  # a matrix, row by row
_ABOUT: Final = 2 * 257  # two levels of 8 bits
_MOST_BYTES: Final = 1 << 20  # of the boxes that describe the items


@dataclass(frozen=True, slots=True)
class Numbers:
    """ColourPrimaries and TransferCharacteristics as in H.273; 2 is unspecified."""

    primaries: int
    transfer: int


def told(picture: PillowImage.Image, file: BinaryIO) -> Numbers | None:
    """What the file says, unless it has a profile; leaves the file where it was."""
    if "icc_profile" in picture.info:
        return None
    if picture.format == "HEIF":
        said = picture.info.get("nclx_profile") or {}
        return Numbers(said.get("color_primaries", 2), said.get("transfer_characteristics", 2))
    if picture.format not in ("PNG", "AVIF"):
        return None
    at = file.tell()
    try:
        return _of_png(file) if picture.format == "PNG" else _of_avif(file)
    finally:
        file.seek(at)


def why_refused(numbers: Numbers | None) -> str | None:
    """Why a picture in such colours is not read, after its name; None if it is."""
    if numbers is None or numbers.transfer not in _HDR:
        return None
    return (
        f"is an HDR picture ({_HDR[numbers.transfer]}). Export it as an ordinary (SDR) one, such "
        "as JPEG or 16-bit TIFF."
    )


def profile(numbers: Numbers, channels: int) -> bytes | None:
    """The ICC profile (v4) that says the same; None for sRGB, which is taken for granted."""
    primaries = numbers.primaries if numbers.primaries in _COLORANTS else _SRGB
    gamma = _GAMMAS.get(numbers.transfer)
    if gamma is None and (primaries == _SRGB or channels == 1):
        return None
    curve = _curve(_CURVE_OF_SRGB if gamma is None else (gamma,))
    name = _NAMES[primaries] if gamma is None else f"{_NAMES[primaries]}, gamma {gamma}"
    tags = {b"desc": _text(name), b"cprt": _text("No copyright, use freely")}
    tags[b"wtpt"] = b"XYZ \0\0\0\0" + _numbers(_WHITE)
    tags[b"chad"] = b"sf32\0\0\0\0" + _numbers(_FROM_D65)
    if channels == 1:
        return _assembled(b"GRAY", tags | {b"kTRC": curve})
    for letter, colorant in zip((b"r", b"g", b"b"), _COLORANTS[primaries], strict=True):
        tags |= {letter + b"XYZ": b"XYZ \0\0\0\0" + _numbers(colorant), letter + b"TRC": curve}
    return _assembled(b"RGB ", tags)


def grey_in_srgb(grey: Samples, icc: bytes) -> Samples:
    """Samples of a grey picture as sRGB has them, for formats whose pictures are all in colour.

    As they are if the curve of the profile is about that of sRGB, or the profile is damaged.
    """
    import imagecodecs

    levels = np.arange(1 << 16, dtype=np.uint16)
    with suppress(imagecodecs.CmsError):
        curve: Samples = imagecodecs.cms_transform(
            levels[None],
            icc,
            imagecodecs.cms_profile("srgb"),
            colorspace="gray",
            outcolorspace="rgb",
            flags=imagecodecs.CMS.FLAGS.NOOPTIMIZE,  # else by a table that is coarse in shadows
        )[0, :, 1]
        if np.abs(curve.astype(int) - levels).max() > _ABOUT:
            return curve[to_samples(to_pixels(grey), levels.dtype)]
    return grey


def _of_png(file: BinaryIO) -> Numbers | None:
    file.seek(8)
    while len(head := file.read(8)) == 8:
        length, name = struct.unpack(">I4s", head)
        if name == b"cICP":
            content = file.read(4)
            return Numbers(content[0], content[1]) if len(content) == length == 4 else None
        if name == b"IDAT":
            break
        file.seek(length + 4, 1)
    return None


def _of_avif(file: BinaryIO) -> Numbers | None:
    """Of the picture that is shown: a gain map beside it may have other colours."""
    file.seek(0)
    try:
        boxes = dict(_boxes(dict(_boxes(file.read(_MOST_BYTES)))[b"meta"][4:]))
        described = list(_boxes(boxes[b"iprp"]))
        properties = list(_boxes(dict(described)[b"ipco"]))
        item = struct.unpack_from(">4xI" if boxes[b"pitm"][0] else ">4xH", boxes[b"pitm"])[0]
        for index in _associated(dict(described)[b"ipma"], item):
            name, content = properties[index - 1]
            if index and name == b"colr" and content.startswith(b"nclx"):
                return Numbers(*struct.unpack_from(">4xHH", content))
    except (struct.error, LookupError):  # damaged, or nothing of the kind
        pass
    return None


def _boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and content of each box (ISO/IEC 14496-12, 4.2); what is no box ends them."""
    at = 0
    while at + 8 <= len(content):
        size, name = struct.unpack_from(">I4s", content, at)
        start = at + 8
        if size == 1 and at + 16 <= len(content):
            (size,) = struct.unpack_from(">Q", content, start)
            start += 8
        end = at + size if size else len(content)
        if end < start:
            return
        yield name, content[start:end]
        at = end


def _associated(table: bytes, item: int) -> Iterator[int]:
    """The numbers of the item's properties, from 1 on, in a box ipma (ISO/IEC 23008-12, 9.3)."""
    version, flags, count = struct.unpack_from(">B2xBI", table)
    start = ">IB" if version else ">HB"
    number, bits = (">H", 0x7FFF) if flags & 1 else (">B", 0x7F)
    at = 8
    for _ in range(count):
        each, length = struct.unpack_from(start, table, at)
        at += struct.calcsize(start)
        for _ in range(length):
            if each == item:
                yield struct.unpack_from(number, table, at)[0] & bits
            at += struct.calcsize(number)


def _assembled(space: bytes, tags: dict[bytes, bytes]) -> bytes:
    """A profile of a screen (ICC.1:2010); equal values are stored once."""
    places: dict[bytes, int] = {}
    end = 128 + 4 + 12 * len(tags)
    for content in tags.values():
        if content not in places:
            places[content] = end
            end += len(content)
    header = struct.pack(">I4xI4s4s4s", end, 0x04200000, b"mntr", space, b"XYZ ")
    header += struct.pack(">6H4s28x", 2024, 1, 1, 0, 0, 0, b"acsp")
    header += _numbers(_WHITE) + bytes(48)
    table = struct.pack(">I", len(tags))
    for name, content in tags.items():
        table += struct.pack(">4sII", name, places[content], len(content))
    return header + table + b"".join(places)


def _numbers(numbers: Iterable[float]) -> bytes:
    return b"".join(struct.pack(">i", round(number * 65536)) for number in numbers)


def _curve(numbers: tuple[float, ...]) -> bytes:
    """A power, or with five numbers one that begins straight (10.16)."""
    return struct.pack(">4s4xH2x", b"para", 3 if len(numbers) == 5 else 0) + _numbers(numbers)


def _text(words: str) -> bytes:
    """In English, all characters of two bytes, to a multiple of four."""
    content = words.encode("utf-16-be")
    head = struct.pack(">4s4xII4sII", b"mluc", 1, 12, b"enUS", len(content), 28)
    return head + content + bytes(-len(content) % 4)
