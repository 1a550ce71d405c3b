"""Reads mutated files, under limits, and says what came of them: `python fuzz.py SEED COUNT`.

A program of its own, so that a crash, an endless loop or a hunger for memory ends only itself.
"""

import io
import os
import random
import resource
import signal
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image as PillowImage

from restorer.engine import imagefile, resultfile
from restorer.engine.image import Image
from restorer.errors import ImageError

SECONDS_A_FILE = 20  # on a busy machine; a file takes a few milliseconds
OUT_ENDINGS = ("jpg", "png", "tif", "webp")
MEMORY_BYTES = 6 << 30  # of addresses, of which libraries take a good part


def sources(heic):
    """Small files of every format that is read, with metadata, to be mutated."""
    y, x = np.mgrid[:24, :24]
    colour = np.stack([x * 9, y * 9, (x + y) * 5], axis=-1).astype(np.uint8)
    block = PillowImage.Exif()
    block[0x0112], block[0x010F] = 6, "Drawn"
    block.get_ifd(0x8825)[1] = "N"
    remarks = {"exif": block.tobytes(), "xmp": b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"}
    remarks["iptc"] = b"\x1c\x02\x19\x00\x03key"
    deep = colour.astype(np.uint16) * 257
    kinds = {
        "a.jpg": Image(colour, **remarks),
        "b.png": Image(colour, colour[..., 0], **remarks),
        "c.png": Image(deep, **remarks),
        "d.webp": Image(colour, colour[..., 0], **remarks),
        "e.tif": Image(colour, **remarks),
        "f.tif": Image(deep, **remarks),
        "g.bmp": Image(colour),
        "h.avif": Image(colour, **remarks),
    }
    for name, image in kinds.items():
        resultfile.write(image, Path(name))
        yield Path(name).suffix, Path(name).read_bytes()
    for ending, mode in ((".gif", "P"), (".tif", "CMYK"), (".png", "P"), (".tif", "1")):
        file = io.BytesIO()
        kind = {".gif": "GIF", ".tif": "TIFF", ".png": "PNG"}[ending]
        PillowImage.fromarray(colour).convert(mode).save(file, kind)
        yield ending, file.getvalue()
    yield ".heic", heic


def mutated(content, random_state):
    """Bytes changed, cut out, put in, repeated or cut off."""
    content = bytearray(content)
    for _ in range(random_state.choice((1, 1, 2, 4, 16))):
        at = random_state.randrange(len(content))
        length = random_state.choice((1, 2, 4, 16))
        kind = random_state.randrange(6)
        if kind <= 1:
            content[at] = random_state.choice((0, 1, 0x7F, 0x80, 0xFF, random_state.randrange(256)))
        elif kind == 2:
            content[at : at + length] = random_state.randbytes(length)
        elif kind == 3:
            del content[at : at + length]
        elif kind == 4:
            content[at:at] = content[at : at + length]
        else:
            del content[max(1, at) :]
        if not content:
            content = bytearray(b"\0")
    return bytes(content)


def main(seed, count, heic):
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    random_state = random.Random(seed)
    read = refused = 0
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        originals = list(sources(Path(heic).read_bytes()))
        for i in range(count):
            ending, content = originals[i % len(originals)]
            path = Path(f"mutated{ending}")
            path.write_bytes(content := mutated(content, random_state))
            signal.alarm(SECONDS_A_FILE)  # its default is to end the program
            try:
                image = imagefile.read(path)
                if image.samples.size < 1 << 20:
                    endings = ("png", "tif", "webp") if image.alpha is not None else OUT_ENDINGS
                    resultfile.write(image, Path(f"out.{endings[i // 13 % len(endings)]}"))
            except ImageError as error:
                refused += 1
                if "\n" in str(error) or path.name.split(".")[0] not in str(error) + "out":
                    sys.exit(f"not one line that names the file: {error!r}")
            except BaseException:
                Path(heic).with_name("culprit" + ending).write_bytes(content)
                sys.stderr.write(f"file {i} of seed {seed}{ending}\n")
                raise
            else:
                read += 1
            signal.alarm(0)
    sys.stdout.write(f"{read} {refused}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
