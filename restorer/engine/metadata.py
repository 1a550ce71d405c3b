"""What a file says about a photo besides its pixels, and what of it is to be left out; no torch."""

from __future__ import annotations

import os
import struct
import zlib
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import BinaryIO, Final

import numpy as np
from PIL import Image as PillowImage
from PIL import JpegImagePlugin

from restorer.engine import colourspace, exif, iptc, pngprofile, tiff, xmp
from restorer.engine.image import Image, JpegCoding
from restorer.settings import Saving

# What Pillow's decoders are known to raise on damaged files besides OSError.
DECODING_ERRORS: Final = (
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    EOFError,
    OverflowError,
    AttributeError,
    RuntimeError,
    MemoryError,
    struct.error,
    zlib.error,
)
_SHORTEST_EXIF: Final = 14
_IPTC_OF_TIFF, _PHOTOSHOP_OF_TIFF = 33723, 34377
_XMP_EXTENSION: Final = b"http://ns.adobe.com/xmp/extension/\0"
# Those that `pngprofile` reads, too: what of them is kept is kept as a block.
_NO_REMARKS: Final = ("raw profile type", "xml:com.adobe.xmp", "xmp")
_TELLING_CHUNKS: Final = (b"tEXt", b"zTXt", b"iTXt", b"eXIf")
# What gAMA and cHRM say of sRGB: the exponent; x and y of white, red, green and blue.
_GAMMA_OF_SRGB: Final = 0.45455
_POINTS_OF_SRGB: Final = (0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)
_SUBSAMPLING: Final = {0: "4:4:4", 1: "4:2:2", 2: "4:2:0"}


@dataclass(frozen=True, slots=True)
class Metadata:
    """Blocks as they are stored; None where the file has none or a damaged one."""

    exif: bytes | None
    xmp: bytes | None
    iptc: bytes | None
    texts: tuple[tuple[str, str], ...]
    xmp_extension: tuple[bytes, ...]
    jpeg: JpegCoding | None
    lossless: bool


def of(picture: PillowImage.Image, file: BinaryIO) -> Metadata:
    """All that the header tells; must be asked before Pillow turns a TIFF upright.

    A PNG may have it behind the pixels, where Pillow sees it only after decoding them.
    """
    if picture.format == "PNG" and _is_told_late(file):
        picture.load()
    packet = picture.info.get("xmp")
    if isinstance(packet, str):
        packet = packet.encode()
    if not packet and picture.format == "PNG":
        packet = pngprofile.xmp_of(picture.info)
    return Metadata(
        exif=exif_block(picture, file),
        xmp=packet if isinstance(packet, bytes) and packet else None,
        iptc=_iptc_records(picture, file),
        texts=_texts(picture),
        xmp_extension=tuple(
            content
            for name, content in getattr(picture, "applist", ())
            if name == "APP1" and content.startswith(_XMP_EXTENSION)
        ),
        jpeg=_jpeg_coding(picture),
        lossless=picture.format == "WEBP" and _is_lossless(file),
    )


def _is_lossless(file: BinaryIO) -> bool:
    """Whether the pixels of a WebP lie in a chunk VP8L; Pillow does not tell."""
    file.seek(12)
    while len(head := file.read(8)) == 8:
        name, size = struct.unpack("<4sI", head)
        if name in (b"VP8L", b"VP8 "):
            return bool(name == b"VP8L")
        file.seek(size + size % 2, os.SEEK_CUR)
    return False


def exif_block(picture: PillowImage.Image, file: BinaryIO) -> bytes | None:
    """The EXIF as a block of its own, as `exif` takes it; None if there is none worth the name."""
    block = picture.info.get("exif")
    if not isinstance(block, bytes) and picture.format == "PNG":
        block = pngprofile.exif_of(picture.info)
    if block is None and picture.format == "TIFF":
        with suppress(OSError, *DECODING_ERRORS):
            block = tiff.exif_of(file)
    return block if isinstance(block, bytes) and len(block) > _SHORTEST_EXIF else None


def implied_profile(
    picture: PillowImage.Image, colours: colourspace.Numbers | None, channels: int
) -> bytes | None:
    """A colour profile that says what `colours` do, or a PNG's gAMA and cHRM, in any format.

    None if that is sRGB, which is taken for granted, or if a profile or sRGB chunk overrules them.
    """
    if colours is not None:
        return colourspace.profile(colours, channels)
    said = picture.info
    if picture.format != "PNG" or "icc_profile" in said or "srgb" in said:
        return None
    gamma, points = said.get("gamma"), said.get("chromaticity")
    gamma = gamma if isinstance(gamma, float) and gamma else _GAMMA_OF_SRGB
    points = points if isinstance(points, tuple) and channels == 3 else _POINTS_OF_SRGB
    if np.allclose((gamma, *points), (_GAMMA_OF_SRGB, *_POINTS_OF_SRGB), rtol=0, atol=0.01):
        return None
    import imagecodecs

    white, *primaries = ((*points[i : i + 2], 1.0) for i in range(0, 8, 2))
    with suppress(imagecodecs.CmsError):  # no light has such colours
        profile: bytes = imagecodecs.cms_profile(
            "rgb" if channels == 3 else "gray",
            whitepoint=white,
            primaries=sum(primaries, ()),
            gamma=1 / gamma,
        )
        return profile
    return None


def without(image: Image, saving: Saving) -> Image:
    """The picture without what is to be stripped. The colour profile stays: it is no remark."""
    if saving.strip_metadata:
        return replace(image, exif=None, xmp=None, iptc=None, texts=(), xmp_extension=())
    if saving.strip_location:
        return replace(
            image,
            exif=image.exif and exif.without_location(image.exif),
            xmp=image.xmp and xmp.without_location(image.xmp),
            iptc=image.iptc and iptc.without_location(image.iptc),
            texts=tuple(text for text in image.texts if not xmp.tells_coordinates(text[0])),
            xmp_extension=(),  # parts of a packet that could hold a place as well
        )
    return image


def _texts(picture: PillowImage.Image) -> tuple[tuple[str, str], ...]:
    """What people and programs have remarked in a PNG, and the comment of a JPEG or GIF."""
    if picture.format == "PNG":
        return tuple(
            (name, str(text))
            for name, text in picture.info.items()
            if isinstance(name, str)
            and isinstance(text, str)
            and not name.lower().startswith(_NO_REMARKS)
        )
    comment = picture.info.get("comment")
    if isinstance(comment, bytes) and comment:
        return (("Comment", _decoded(comment)),)
    return ()


def _decoded(comment: bytes) -> str:
    """JPEG does not say how it is written; hardly anything but UTF-8 passes for UTF-8."""
    try:
        return comment.decode()
    except UnicodeDecodeError:
        return comment.decode("latin-1")


def _is_told_late(file: BinaryIO) -> bool:
    """Whether a PNG has chunks with metadata behind its pixels; leaves the file where it was."""
    at, has_pixels = file.tell(), False
    try:
        file.seek(8)
        while len(head := file.read(8)) == 8:
            length, name = struct.unpack(">I4s", head)
            if has_pixels and name in _TELLING_CHUNKS:
                return True
            has_pixels = has_pixels or name == b"IDAT"
            file.seek(length + 4, 1)
        return False
    finally:
        file.seek(at)


def _iptc_records(picture: PillowImage.Image, file: BinaryIO) -> bytes | None:
    if picture.format in ("JPEG", "MPO"):
        resources = picture.info.get("photoshop")
        records = resources.get(iptc.RESOURCE) if isinstance(resources, dict) else None
        return records if isinstance(records, bytes) and records else None
    if picture.format == "PNG":
        return pngprofile.iptc_of(picture.info)
    if picture.format == "TIFF":
        return _iptc_of_tiff(file)
    return None


def _iptc_of_tiff(file: BinaryIO) -> bytes | None:
    with suppress(OSError, *DECODING_ERRORS):
        records = tiff.value_of(file, _IPTC_OF_TIFF)
        if records:
            return iptc.in_order(records)
        resources = tiff.value_of(file, _PHOTOSHOP_OF_TIFF)
        return resources and iptc.from_resources(resources)
    return None


def _jpeg_coding(picture: PillowImage.Image) -> JpegCoding | None:
    """None for CMYK too, whose tables are not made for RGB."""
    if not isinstance(picture, JpegImagePlugin.JpegImageFile) or picture.mode not in ("L", "RGB"):
        return None
    tables = tuple(tuple(table) for _, table in sorted(picture.quantization.items()))
    if not tables or not all(_is_baseline(table) for table in tables):
        return None
    subsampling = _SUBSAMPLING.get(JpegImagePlugin.get_sampling(picture), "4:4:4")
    return JpegCoding(tables, subsampling)


def _is_baseline(table: tuple[int, ...]) -> bool:
    return len(table) == 64 and all(1 <= divisor <= 255 for divisor in table)
