"""16-bit PNG and TIFF, which Pillow would crush to 8 bits in silence."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
from PIL import Image as PillowImage

from restorer.engine import exif
from restorer.engine.image import Image, Samples
from restorer.errors import ImageUnsupported

_PNG_DEPTH_AT: Final = 24  # signature, then the IHDR chunk: length, name, width, height, depth
_PNG_HEADER_END: Final = 33
_BITS_PER_SAMPLE, _PHOTOMETRIC, _SAMPLE_FORMAT = 258, 262, 339
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB = 0, 1, 2


def is_deep(picture: PillowImage.Image, file: BinaryIO) -> bool:
    """Whether the samples have more than 8 bits; leaves the file where it was."""
    if picture.format == "PNG":
        at = file.tell()
        file.seek(_PNG_DEPTH_AT)
        depth = file.read(1)
        file.seek(at)
        return depth == b"\x10"
    if picture.format == "TIFF":
        return max(_tag(picture, _BITS_PER_SAMPLE, (1,))) > 8
    return False


def read(path: Path, picture: PillowImage.Image, file: BinaryIO) -> Image:
    """uint16 samples as stored, not yet upright. Raises ImageUnsupported for float or 32 bits."""
    icc = picture.info.get("icc_profile")
    if picture.format == "PNG":
        import imagecodecs

        file.seek(0)
        samples = imagecodecs.png_decode(file.read())
    else:
        samples = _read_tiff(path, picture, file)
    if samples.ndim == 2:
        samples = samples[..., None]
    if samples.shape[2] in (2, 4):
        return Image(samples[..., :-1], alpha=samples[..., -1], icc=icc)
    return Image(samples, icc=icc)


def write(image: Image, file: BinaryIO, kind: str) -> None:
    """uint16 samples as PNG or TIFF, with alpha, profile and resolution; EXIF only in PNG."""
    samples = image.samples
    if image.alpha is not None:
        samples = np.concatenate((samples, image.alpha[..., None]), axis=2)
    if kind == "PNG":
        _write_png(image, samples, file)
    else:
        _write_tiff(image, samples, file)


def _read_tiff(path: Path, picture: PillowImage.Image, file: BinaryIO) -> Samples:
    import tifffile

    bits = set(_tag(picture, _BITS_PER_SAMPLE, (1,)))
    if bits != {16} or set(_tag(picture, _SAMPLE_FORMAT, (1,))) != {1}:
        raise ImageUnsupported(
            path, f"{path.name} has float or 32-bit samples. Save it with 8 or 16 bits a channel."
        )
    photometric = _tag(picture, _PHOTOMETRIC, (_RGB,))[0]
    if photometric not in (_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB):
        raise ImageUnsupported(
            path,
            f"{path.name} is a 16-bit TIFF in other colours than RGB or grey. Convert it first.",
        )
    file.seek(0)
    with tifffile.TiffFile(file) as tiff:
        page = tiff.pages[0]
        samples: Samples = page.asarray()
        planar = samples.ndim == 3 and page.axes.startswith("S")
    if planar:
        samples = np.moveaxis(samples, 0, -1)
    return 65535 - samples if photometric == _WHITE_IS_ZERO else samples


def _write_png(image: Image, samples: Samples, file: BinaryIO) -> None:
    import imagecodecs

    content = imagecodecs.png_encode(np.squeeze(samples, 2) if samples.shape[2] == 1 else samples)
    chunks = b""
    if image.icc:
        chunks += _png_chunk(b"iCCP", b"ICC profile\x00\x00" + zlib.compress(image.icc))
    if image.dpi:
        per_metre = [round(dpi / 0.0254) for dpi in image.dpi]
        chunks += _png_chunk(b"pHYs", struct.pack(">IIB", *per_metre, 1))
    block = image.exif and exif.upright(image.exif, image.width, image.height)
    if block:
        chunks += _png_chunk(b"eXIf", exif.without_prefix(block))
    file.write(content[:_PNG_HEADER_END] + chunks)
    file.write(memoryview(content)[_PNG_HEADER_END:])


def _png_chunk(name: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + checksum


def _write_tiff(image: Image, samples: Samples, file: BinaryIO) -> None:
    import tifffile

    options: dict[str, Any] = {}
    if image.dpi:
        options |= {"resolution": image.dpi, "resolutionunit": "INCH"}
    if image.alpha is not None:
        options["extrasamples"] = ["UNASSALPHA"]
    grey = image.samples.shape[2] == 1
    tifffile.imwrite(
        file,
        samples[..., 0] if samples.shape[2] == 1 else samples,
        photometric="minisblack" if grey else "rgb",
        planarconfig="contig" if samples.shape[2] > 1 else None,
        compression="adobe_deflate",
        predictor=True,
        iccprofile=image.icc,
        metadata=None,
        **options,
    )


def _tag(picture: PillowImage.Image, number: int, default: tuple[int, ...]) -> tuple[int, ...]:
    tags = getattr(picture, "tag_v2", {})
    value = tags.get(number, default)
    return value if isinstance(value, tuple) else (value,)
