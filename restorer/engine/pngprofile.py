"""Profiles that lie in PNGs as text, in hexadecimal; no torch.

ImageMagick 6, darktable and UFRaw write EXIF, XMP and IPTC so, since PNG long had no place for
EXIF. The text is a name, the length in bytes and the digits, each on new lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from restorer.engine import exif, iptc, xmp

_KEYWORD: Final = "raw profile type "


def exif_of(remarks: Mapping[Any, Any]) -> bytes | None:
    """An EXIF block among a PNG's remarks."""
    return next(filter(_is_exif, _profiles(remarks, "exif", "app1")), None)


def xmp_of(remarks: Mapping[Any, Any]) -> bytes | None:
    """An XMP packet among a PNG's remarks."""
    for block in _profiles(remarks, "xmp", "app1"):
        if b":RDF" in block and not _is_exif(block):
            return block.removeprefix(xmp.HEADER)
    return None


def iptc_of(remarks: Mapping[Any, Any]) -> bytes | None:
    """IPTC records among a PNG's remarks."""
    return next(filter(None, map(iptc.unwrapped, _profiles(remarks, "iptc", "8bim"))), None)


def content(text: str) -> bytes | None:
    """The bytes that such a text tells; None if it is another."""
    try:
        _, size, digits = text.lstrip().split("\n", 2)
        return bytes.fromhex(digits)[: int(size)]
    except ValueError:
        return None


def _profiles(remarks: Mapping[Any, Any], *kinds: str) -> Iterator[bytes]:
    for kind in kinds:
        for name, text in remarks.items():
            if isinstance(text, str) and str(name).lower() == _KEYWORD + kind:
                block = content(text)
                if block:
                    yield block


def _is_exif(block: bytes) -> bool:
    try:
        exif.byte_order(block)
    except ValueError:
        return False
    return True
