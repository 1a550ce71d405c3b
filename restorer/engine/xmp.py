"""XMP packets, changed as little as possible; no torch."""

from __future__ import annotations

import re
from typing import Final
from xml.dom import minidom
from xml.parsers.expat import ExpatError

_ORIENTATION: Final = re.compile(rb"(tiff:Orientation\s*(?:=\s*[\"']|>))[1-8](?=[\"'<])")
_EXIF: Final = "http://ns.adobe.com/exif/1.0/"
_PHOTOSHOP: Final = "http://ns.adobe.com/photoshop/1.0/"
_IPTC_CORE: Final = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"
_IPTC_EXTENSION: Final = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_PLACES: Final = frozenset(
    {
        (_PHOTOSHOP, "City"),
        (_PHOTOSHOP, "State"),
        (_PHOTOSHOP, "Country"),
        (_IPTC_CORE, "Location"),
        (_IPTC_CORE, "CountryCode"),
        (_IPTC_EXTENSION, "LocationShown"),
        (_IPTC_EXTENSION, "LocationCreated"),
    }
)


def upright(packet: bytes) -> bytes:
    """For a picture that has been turned upright: tiff:Orientation becomes 1, byte for byte."""
    return _ORIENTATION.sub(rb"\g<1>1", packet)


def without_location(packet: bytes) -> bytes | None:
    """The packet without coordinates and place names; None if it cannot be understood.

    What cannot be understood could hold a location, so the caller must leave it out.
    """
    if b"<!DOCTYPE" in packet or b"<!ENTITY" in packet:
        return None  # no XMP has one, and entities can blow a parser up
    try:
        document = minidom.parseString(packet.strip(b"\0"))  # noqa: S318  no entities, see above
        _clean(document)
        return bytes(document.toxml().partition("?>")[2].strip(), "utf-8")
    except (ExpatError, ValueError, RecursionError):
        return None


def _clean(node: minidom.Document | minidom.Element) -> None:
    """Takes the attributes and elements that tell a place out of everything below."""
    for child in list(node.childNodes):
        if not isinstance(child, minidom.Element):
            continue
        if _tells_a_place(child):
            node.removeChild(child)
            continue
        for attribute in list(child.attributes.values()):
            if _tells_a_place(attribute):
                child.removeAttributeNode(attribute)
        _clean(child)


def _tells_a_place(node: minidom.Element | minidom.Attr) -> bool:
    space, name = node.namespaceURI, node.localName or ""
    return (space == _EXIF and name.startswith("GPS")) or (space, name) in _PLACES
