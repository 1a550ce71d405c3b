"""ICC profiles, made by code."""

import itertools
import struct

import numpy as np


def display_p3():
    """An ICC v2 matrix profile with the primaries of Display P3 and a gamma of 2.2."""
    # D50-adapted primaries (Bradford) of Display P3.
    primaries = np.array(
        [[0.51512, 0.29198, 0.15710], [0.24120, 0.69225, 0.06657], [-0.00105, 0.04189, 0.78407]]
    )
    tags = [(b"desc", b"desc\0\0\0\0" + struct.pack(">I", 3) + b"P3\0" + bytes(78))]
    tags.append((b"cprt", b"text\0\0\0\0none\0"))
    tags.append((b"wtpt", xyz(0.9642, 1.0, 0.8249)))
    for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), primaries.T, strict=True):
        tags.append((name, xyz(*column)))
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.2 * 256)) + b"\0\0"
    tags += [(name, curve) for name in (b"rTRC", b"gTRC", b"bTRC")]
    return assembled(tags)


def inks(colours):
    """An ICC v2 profile of a press: the CIELAB colour of each full mixture of its four inks.

    Mixtures that `colours` does not name are paper white.
    """
    table = b"mft1" + bytes(4) + bytes((4, 3, 2, 0))
    table += struct.pack(">9i", *np.eye(3, dtype=int).ravel() * 65536)
    table += 4 * bytes(range(256))
    for mixture in itertools.product((0, 1), repeat=4):
        lightness, a, b = colours.get(mixture, (100, 0, 0))
        table += bytes((round(lightness * 2.55), a + 128, b + 128))
    table += 3 * bytes(range(256))
    tags = [(b"desc", b"desc\0\0\0\0" + struct.pack(">I", 4) + b"ink\0" + bytes(78))]
    tags.append((b"cprt", b"text\0\0\0\0none\0"))
    tags += [(b"wtpt", xyz(0.9642, 1.0, 0.8249)), (b"A2B0", table)]
    return assembled(tags, b"prtrCMYKLab ")


def xyz(*values):
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65536) for value in values))


def assembled(tags, kind=b"mntrRGB XYZ "):
    table, body = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for name, content in tags:
        table += name + struct.pack(">II", start + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    size = start + len(body)
    header = struct.pack(">I4sI12s", size, b"none", 0x02400000, kind)
    header += struct.pack(">6H", 2024, 1, 1, 0, 0, 0) + b"acsp" + bytes(28)
    header += struct.pack(">3i", round(0.9642 * 65536), 65536, round(0.8249 * 65536))
    return header + bytes(128 - len(header)) + table + body
