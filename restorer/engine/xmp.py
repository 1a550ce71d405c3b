"""XMP packets, changed as little as possible; no torch."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final
from xml.dom import XMLNS_NAMESPACE, minidom
from xml.parsers.expat import ExpatError

HEADER: Final = b"http://ns.adobe.com/xap/1.0/\x00"  # of a packet in a JPEG's segment
_ORIENTATION: Final = re.compile(rb"(tiff:Orientation\s*(?:=\s*[\"']|>))[1-8](?=[\"'<])")
_COORDINATES: Final = ("gps", "latitude", "longitude")
_GEO: Final = "http://www.w3.org/2003/01/geo/wgs84_pos#"
_PHOTOSHOP: Final = "http://ns.adobe.com/photoshop/1.0/"
_IPTC_CORE: Final = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"
_IPTC_EXTENSION: Final = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_PLACES: Final = frozenset(
    {
        (_GEO, "lat"),
        (_GEO, "long"),
        (_PHOTOSHOP, "City"),
        (_PHOTOSHOP, "State"),
        (_PHOTOSHOP, "Country"),
        (_IPTC_CORE, "Location"),
        (_IPTC_CORE, "CountryCode"),
        (_IPTC_EXTENSION, "LocationShown"),
        (_IPTC_EXTENSION, "LocationCreated"),
    }
)
_CAMERA: Final = "http://ns.google.com/photos/1.0/camera/"
_CONTAINER: Final = "http://ns.google.com/photos/1.0/container/"
_GAIN_MAP: Final = "http://ns.adobe.com/hdr-gain-map/1.0/"

_Node = minidom.Element | minidom.Attr


def upright(packet: bytes) -> bytes:
    """For a picture that has been turned upright: tiff:Orientation becomes 1, byte for byte."""
    return _ORIENTATION.sub(rb"\g<1>1", packet)


def tells_coordinates(name: str) -> bool:
    """Whether it is the name of a part of coordinates: drones and programs have their own ones."""
    return any(word in name.lower() for word in _COORDINATES)


def without_location(packet: bytes) -> bytes | None:
    """The packet without coordinates and place names; None if it cannot be understood.

    What cannot be understood could hold a location, so the caller must leave it out.
    """
    return _without(packet, _tells_a_place)


def without_appended(packet: bytes) -> bytes:
    """The packet without what points to a video or a gain map behind the photo in its file.

    As it is, byte for byte, if there is nothing of that, or if it cannot be understood.
    """
    spaces = (_CAMERA, _CONTAINER, _GAIN_MAP)
    if not any(space.encode() in packet for space in spaces):
        return packet
    return _without(packet, _points_behind) or packet


def _without(packet: bytes, is_unwanted: Callable[[_Node], bool]) -> bytes | None:
    if b"<!DOCTYPE" in packet or b"<!ENTITY" in packet:
        return None  # no XMP has one, and entities can blow a parser up
    try:
        document = minidom.parseString(packet.strip(b"\0"))  # noqa: S318  no entities, see above
        if not _clean(document, is_unwanted):
            return packet
        return bytes(document.toxml().partition("?>")[2].strip(), "utf-8")
    except (ExpatError, ValueError, RecursionError):
        return None


def _clean(node: minidom.Document | minidom.Element, is_unwanted: Callable[[_Node], bool]) -> bool:
    """Takes such attributes and elements out of everything below; whether there were any."""
    found = False
    for child in list(node.childNodes):
        if not isinstance(child, minidom.Element):
            continue
        if is_unwanted(child):
            node.removeChild(child)
            found = True
            continue
        for attribute in list(child.attributes.values()):
            if attribute.namespaceURI != XMLNS_NAMESPACE and is_unwanted(attribute):
                child.removeAttributeNode(attribute)
                found = True
        found |= _clean(child, is_unwanted)
    return found


def _tells_a_place(node: _Node) -> bool:
    return tells_coordinates(node.nodeName) or (node.namespaceURI, node.localName) in _PLACES


def _points_behind(node: _Node) -> bool:
    space, name = node.namespaceURI, node.localName or ""
    if space == _CAMERA:
        return name.startswith(("MicroVideo", "MotionPhoto"))
    return space in (_CONTAINER, _GAIN_MAP)
