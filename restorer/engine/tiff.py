"""TIFF files with all that a photo's EXIF says; no torch.

The EXIF block is a TIFF file without a picture, and becomes the start of the file as it is: every
offset in it stays true, those in maker notes too, which nobody but the camera's maker could
correct. The picture follows, with a directory of its own that points back to the block's parts.
"""

from __future__ import annotations

import functools
import itertools
import logging
import struct
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

import numpy as np
from PIL import TiffImagePlugin

from restorer.engine import exif
from restorer.engine.image import Image

_XMP, _IPTC, _EXIF_DIRECTORY, _GPS_DIRECTORY = 700, 33723, 34665, 34853
_BYTE, _LONG, _UNDEFINED = 1, 4, 7
_BITS_PER_SAMPLE, _COMPRESSION, _PHOTOMETRIC, _SAMPLES_PER_PIXEL = 258, 259, 262, 277
_EXTRA_SAMPLES, _SAMPLE_FORMAT = 338, 339
_UNSPECIFIED, _ASSOCIATED_ALPHA, _UNASSOCIATED_ALPHA = 0, 1, 2
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB = 0, 1, 2
_UNSIGNED, _SIGNED = 1, 2
# In use, but read neither by Pillow nor by its libtiff.
_COMPRESSIONS: Final = {
    **dict.fromkeys((33003, 33004, 33005, 34712), "JPEG 2000"),
    **dict.fromkeys((22610, 34934), "JPEG XR"),
    **dict.fromkeys((50002, 52546), "JPEG XL"),
    **dict.fromkeys((34927, 50001), "WebP"),
    34887: "LERC",
    34892: "lossy JPEG of a DNG",
    34933: "PNG",
}
# No raw mode of Pillow, and none of its letters is one, of which each plane takes the next.
_NOT_BY_PILLOW: Final = "tifffile"
# The picture's own, and those that say how it lies in the file: none of the block's business.
_OF_THE_PICTURE: Final = frozenset(
    {254, 255, 273, 277, 278, 279, 296, 297, 301, 330, 332, 34377, 34675, 37724, 40965}
    | {_XMP, _IPTC, _EXIF_DIRECTORY, _GPS_DIRECTORY}
    | {*range(256, 267), *range(282, 285), *range(288, 294), *range(317, 326), *range(338, 348)}
    | set(range(512, 533))
)

_INTEROP_DIRECTORY: Final = 40965
_DIRECTORIES: Final[dict[int, dict[int, Any]]] = {
    _EXIF_DIRECTORY: {_INTEROP_DIRECTORY: {}},
    _GPS_DIRECTORY: {},
}
_LARGEST_VALUE: Final = 1 << 20

# It warns, where nobody listens then on standard error, that the EXIF block is no picture.
logging.getLogger("tifffile").addHandler(logging.NullHandler())


@functools.cache
def register() -> None:
    """Lets Pillow open the kinds of 16-bit grey that it does not know; once.

    It tells what lies around the pixels, and refuses to decode those: tifffile does.
    """
    orders, greys = (b"II", b"MM"), (_WHITE_IS_ZERO, _BLACK_IS_ZERO)
    for order, grey in itertools.product(orders, greys):
        for extra in ((), (_ASSOCIATED_ALPHA,), (_UNASSOCIATED_ALPHA,)):
            mode = "LA" if extra else "I;16"
            bits = (16,) * (1 + len(extra))
            key = (order, grey, (_UNSIGNED,), 1, bits, extra)
            TiffImagePlugin.OPEN_INFO.setdefault(key, (mode, _NOT_BY_PILLOW))


def is_descriptive(tag: int) -> bool:
    """Whether a tag of a TIFF's directory is about the photo, not about how it is stored."""
    return tag not in _OF_THE_PICTURE


def exif_of(file: BinaryIO) -> bytes:
    """What a TIFF's directories say about the photo, as a block; values byte for byte.

    Offsets inside maker notes are not corrected. Raises ValueError or struct.error for BigTIFF and
    damaged files. Leaves the file where it was.
    """
    at = file.tell()
    try:
        header = _head(file)
        order = exif.byte_order(header)
        (first,) = struct.unpack(order + "I", header[4:])
        described = [
            entry
            for entry in _directory(file, order, first, _DIRECTORIES)
            if is_descriptive(entry.tag) or isinstance(entry.value, list)
        ]
    finally:
        file.seek(at)
    return header[:4] + struct.pack(order + "I", 8) + _packed(described, 8, order)


def is_big(file: BinaryIO) -> bool:
    """Whether it is a BigTIFF, in which no EXIF is found here; leaves the file where it was."""
    at = file.tell()
    file.seek(0)
    begin = file.read(4)
    file.seek(at)
    return begin in (b"II+\0", b"MM\0+")


def why_unknown(file: BinaryIO) -> str | None:
    """For a file that Pillow does not know: what kind of TIFF it is and what to do, after its name.

    None if it is no TIFF, or a damaged one.
    """
    try:
        order = exif.byte_order(_head(file))
        numbers = [
            struct.unpack_from(order + "H", value_of(file, tag) or bytes(2))[0]
            for tag in (
                _COMPRESSION,
                _BITS_PER_SAMPLE,
                _SAMPLE_FORMAT,
                _PHOTOMETRIC,
                _SAMPLES_PER_PIXEL,
            )
        ]
        kinds = [
            kind
            for (kind,) in struct.iter_unpack(order + "H", value_of(file, _EXTRA_SAMPLES) or b"")
        ]
    except (ValueError, struct.error, OSError):
        return None
    compression, bits, form, colours, channels = numbers
    if why := why_undecodable(compression) or why_odd_samples(form, bits):
        return why
    if colours > _RGB:
        return f"is a {bits}-bit TIFF in other colours than RGB or grey. Convert it first."
    unnamed = channels - len(kinds) - (3 if colours == _RGB else 1)
    return why_refused([*kinds, *[_UNSPECIFIED] * unnamed])


def why_undecodable(compression: int) -> str | None:
    """Why a TIFF that is compressed so is not read, after its name; None if it may be."""
    name = _COMPRESSIONS.get(compression)
    return name and f"is a TIFF compressed as {name}. Save it uncompressed, or with LZW or Deflate."


def why_odd_samples(form: int, bits: int) -> str | None:
    """Why samples of that SampleFormat (TIFF 6.0) are not read, after the file's name, or None."""
    if form == _SIGNED and bits <= 16:
        return "has signed samples. Save it with unsigned ones, 8 or 16 bits a channel."
    if form not in (0, _UNSIGNED) or bits > 16:
        return "has float or 32-bit samples. Save it with 8 or 16 bits a channel."
    return None


def why_refused(channels: Sequence[int]) -> str | None:
    """Why a TIFF with such channels beside its colours is not read, after its name.

    `channels`: kinds of ExtraSamples (TIFF 6.0). None if they are fine: one transparency, or none.
    What an unspecified one is cannot be guessed. ImageMagick has it for transparency, libtiff for
    one that is multiplied in, Photoshop for a selection that was saved, and scanners put infrared
    there: taken for transparency, it would hide most of a scan.
    """
    if len(channels) > 1:
        return (
            f"has {len(channels)} channels beside its colours. Save it with none but transparency."
        )
    if _UNSPECIFIED in channels:
        return (
            "has a channel beside its colours and does not say whether it is transparency, a mask "
            "or infrared. Save it without that channel, or as PNG if it is transparency."
        )
    return None


def _head(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read(8)


def value_of(file: BinaryIO, tag: int) -> bytes | None:
    """A value of the first directory as it is stored; None if there is none.

    Raises as `exif_of` does. Leaves the file where it was.
    """
    at = file.tell()
    try:
        header = _head(file)
        order = exif.byte_order(header)
        (first,) = struct.unpack(order + "I", header[4:])
        for entry in _directory(file, order, first, {}):
            if entry.tag == tag and isinstance(entry.value, bytes):
                return entry.value
        return None
    finally:
        file.seek(at)


def write(image: Image, file: BinaryIO) -> None:
    """Grey or RGB, with or without alpha, 8 or 16 bits; `file` can be read too."""
    import tifffile

    samples = image.samples
    if image.alpha is not None:
        samples = np.concatenate((samples, image.alpha[..., None]), axis=2)
    block = image.exif and exif.upright(image.exif, image.width, image.height)
    extra: list[tuple[int, int, int, Any, bool]] = []
    if block:
        block = exif.without_prefix(block)
        extra += _pointing_into(block)
        file.write(block + bytes(len(block) % 2))  # directories begin at even offsets
    if image.xmp:
        extra.append((_XMP, _BYTE, len(image.xmp), image.xmp, True))
    if image.iptc:
        extra.append((_IPTC, _UNDEFINED, len(image.iptc), image.iptc, True))
    file.seek(0)
    with tifffile.TiffWriter(file, append="force" if block else False) as writer:
        writer.write(
            samples[..., 0] if samples.shape[2] == 1 else samples,
            **_options(image),
            extratags=extra,
        )
    if block:
        _make_first(file, block)


def _options(image: Image) -> dict[str, Any]:
    grey = image.samples.shape[2] == 1
    options: dict[str, Any] = {
        "photometric": "minisblack" if grey else "rgb",
        "planarconfig": None if grey and image.alpha is None else "contig",
        "compression": "adobe_deflate",
        "predictor": True,
        "iccprofile": image.icc,
        "metadata": None,
        "software": False,
    }
    if image.dpi:
        options |= {"resolution": image.dpi, "resolutionunit": "INCH"}
    if image.alpha is not None:
        options["extrasamples"] = ["UNASSALPHA"]
    return options


def _pointing_into(block: bytes) -> list[tuple[int, int, int, Any, bool]]:
    """The block's first directory as tags for tifffile.

    It writes no pointers to EXIF and GPS, so these get the numbers below theirs until
    `_make_first`; nothing else lies between.
    """
    tags: list[tuple[int, int, int, Any, bool]] = []
    for tag, kind, count, value in exif.first_entries(block):
        if tag in (_EXIF_DIRECTORY, _GPS_DIRECTORY):
            (offset,) = struct.unpack(exif.byte_order(block) + "I", value)
            if offset < len(block):  # else it would point into the picture
                tags.append((tag - 1, _LONG, 1, offset, True))
        elif is_descriptive(tag):
            tags.append((tag, kind, count, value, True))
    return tags


def _make_first(file: BinaryIO, block: bytes) -> None:
    """Lets the header point to the picture's directory, and that to EXIF and GPS."""
    order = exif.byte_order(block)
    first, count = exif.first_directory(block)
    file.seek(first + 2 + 12 * count)
    (directory,) = struct.unpack(order + "I", file.read(4))
    file.seek(-4, 1)
    file.write(bytes(4))  # the block's directory is no page of the file
    file.seek(directory)
    (entries,) = struct.unpack(order + "H", file.read(2))
    for i in range(entries):
        file.seek(directory + 2 + 12 * i)
        (tag,) = struct.unpack(order + "H", file.read(2))
        if tag + 1 in (_EXIF_DIRECTORY, _GPS_DIRECTORY):
            file.seek(-2, 1)
            file.write(struct.pack(order + "H", tag + 1))
    file.seek(4)
    file.write(struct.pack(order + "I", directory))


@dataclass(frozen=True, slots=True)
class _Entry:
    """`value`: as stored, or the entries of the directory that the tag points to."""

    tag: int
    kind: int
    count: int
    value: bytes | list[_Entry]


def _directory(file: BinaryIO, order: str, offset: int, below: Mapping[int, Any]) -> list[_Entry]:
    """The entries of a directory and, for the tags of `below`, those of the ones under it."""
    file.seek(offset)
    (count,) = struct.unpack(order + "H", file.read(2))
    table = file.read(12 * count)
    entries = []
    for tag, kind, length, field in struct.iter_unpack(order + "HHI4s", table):
        size = length * exif.TYPE_BYTES.get(kind, 0)
        (start,) = struct.unpack(order + "I", field)
        if tag in below:
            with suppress(struct.error):  # a bad pointer costs what it points to, no more
                entries.append(_Entry(tag, _LONG, 1, _directory(file, order, start, below[tag])))
        elif 0 < size <= 4:
            entries.append(_Entry(tag, kind, length, field[:size]))
        elif 0 < size <= _LARGEST_VALUE:
            file.seek(start)
            value = file.read(size)
            if len(value) == size:
                entries.append(_Entry(tag, kind, length, value))
    return entries


def _packed(entries: list[_Entry], start: int, order: str) -> bytes:
    """A directory that will lie at offset `start`, and behind it all that it points to."""
    table = struct.pack(order + "H", len(entries))
    values = b""
    end = start + 2 + 12 * len(entries) + 4
    for entry in sorted(entries, key=lambda entry: entry.tag):
        value = entry.value
        if isinstance(value, list):
            value = _packed(value, end + len(values), order)
        elif len(value) <= 4:
            table += struct.pack(order + "HHI4s", entry.tag, entry.kind, entry.count, value)
            continue
        place = end + len(values)
        table += struct.pack(order + "HHII", entry.tag, entry.kind, entry.count, place)
        values += value + bytes(len(value) % 2)
    return table + bytes(4) + values
