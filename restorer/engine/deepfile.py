"""PNG, TIFF, HEIC and AVIF of more than 8 bits, which Pillow would crush to 8 in silence."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
from PIL import Image as PillowImage

from restorer.engine import exif, heif, iptc, tiff
from restorer.engine.alpha import unpremultiplied
from restorer.engine.image import Image, Samples
from restorer.errors import ImageUnsupported

_PNG_DEPTH_AT: Final = 24  # signature, then the IHDR chunk: length, name, width, height, depth
_PNG_HEADER_END: Final = 33
_AVIF_HEAD_BYTES: Final = 1 << 14
_BITS_PER_SAMPLE, _COMPRESSION, _PHOTOMETRIC = 258, 259, 262
_EXTRA_SAMPLES, _SAMPLE_FORMAT = 338, 339
_ASSOCIATED_ALPHA: Final = 1
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB = 0, 1, 2


def is_deep(picture: PillowImage.Image, file: BinaryIO) -> bool:
    """Whether the samples have more than 8 bits; leaves the file where it was."""
    if picture.format == "PNG":
        return png_depth(file) == 16
    if picture.format == "TIFF":
        return max(_tag(picture, _BITS_PER_SAMPLE, (1,))) > 8
    if picture.format == "HEIF":
        return int(picture.info.get("bit_depth", 8)) > 8
    return picture.format == "AVIF" and _avif_bits(file) > 8


def why_refused(picture: PillowImage.Image) -> str | None:
    """Why a TIFF of that kind is not read, after its name; None for all other files."""
    if picture.format != "TIFF":
        return None
    form, bits = (max(_tag(picture, tag, (1,))) for tag in (_SAMPLE_FORMAT, _BITS_PER_SAMPLE))
    return (
        tiff.why_undecodable(max(_tag(picture, _COMPRESSION, (1,))))
        or tiff.why_odd_samples(form, bits)
        or tiff.why_refused(_tag(picture, _EXTRA_SAMPLES, ()))
    )


def png_depth(file: BinaryIO) -> int:
    """Bits a sample as a PNG has them; leaves the file where it was."""
    at = file.tell()
    file.seek(_PNG_DEPTH_AT)
    depth = file.read(1)
    file.seek(at)
    return int.from_bytes(depth, "big")


def read(path: Path, picture: PillowImage.Image, file: BinaryIO) -> Image:
    """uint16 samples as stored, not yet upright. Raises ImageUnsupported for 12 bits of a TIFF."""
    icc = picture.info.get("icc_profile")
    if picture.format == "PNG":
        import imagecodecs

        file.seek(0)
        samples = imagecodecs.png_decode(file.read())
    elif picture.format == "HEIF":
        samples = heif.read_deep(file)
    elif picture.format == "AVIF":
        import imagecodecs

        bits = _avif_bits(file)
        file.seek(0)
        levels = imagecodecs.avif_decode(file.read()).astype(np.uint32)
        samples = (levels * 65535 // ((1 << bits) - 1)).astype(np.uint16)
    else:
        samples = _read_tiff(path, picture, file)
    if samples.ndim == 2:
        samples = samples[..., None]
    if samples.shape[2] in (2, 4):
        return Image(samples[..., :-1], alpha=samples[..., -1], icc=icc)
    return Image(samples, icc=icc)


def write(image: Image, file: BinaryIO, kind: str) -> None:
    """uint16 samples as PNG or TIFF, with all that comes along."""
    if kind == "TIFF":
        tiff.write(image, file)
        return
    samples = image.samples
    if image.alpha is not None:
        samples = np.concatenate((samples, image.alpha[..., None]), axis=2)
    _write_png(image, samples, file)


def text_chunks(image: Image) -> list[tuple[bytes, bytes]]:
    """XMP, IPTC and remarks as a PNG's chunks, each a name and its content."""
    chunks = [
        (b"iTXt", name.encode("latin-1", "replace")[:79] + bytes(5) + text.encode())
        for name, text in image.texts
        if name
    ]
    if image.xmp:
        chunks.append((b"iTXt", b"XML:com.adobe.xmp\x00\x00\x00\x00\x00" + image.xmp))
    if image.iptc:
        chunks.append((b"zTXt", iptc.to_png_profile(image.iptc)))
    return chunks


def _read_tiff(path: Path, picture: PillowImage.Image, file: BinaryIO) -> Samples:
    import tifffile

    bits = _tag(picture, _BITS_PER_SAMPLE, (1,))
    if set(bits) != {16}:
        raise ImageUnsupported(
            path, f"{path.name} has {max(bits)}-bit samples. Save it with 8 or 16 bits a channel."
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
    elif samples.ndim == 2:
        samples = samples[..., None]
    colours = 3 if photometric == _RGB else 1
    if _tag(picture, _EXTRA_SAMPLES, ()) == (_ASSOCIATED_ALPHA,):
        samples[..., :colours] = unpremultiplied(samples[..., :colours], samples[..., colours])
    if photometric == _WHITE_IS_ZERO:
        samples[..., :colours] = 65535 - samples[..., :colours]
    return samples


def _avif_bits(file: BinaryIO) -> int:
    """From the AV1 codec configuration in the file's first boxes (AV1-ISOBMFF 2.3.3)."""
    at = file.tell()
    file.seek(0)
    head = file.read(_AVIF_HEAD_BYTES)
    file.seek(at)
    found = head.find(b"av1C")
    flags = head[found + 6] if 0 <= found < len(head) - 6 else 0
    if not flags & 0x40:
        return 8
    return 12 if flags & 0x20 else 10


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
    chunks += b"".join(_png_chunk(name, text) for name, text in text_chunks(image))
    file.write(content[:_PNG_HEADER_END] + chunks)
    file.write(memoryview(content)[_PNG_HEADER_END:])


def _png_chunk(name: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + checksum


def _tag(picture: PillowImage.Image, number: int, default: tuple[int, ...]) -> tuple[int, ...]:
    tags = getattr(picture, "tag_v2", {})
    value = tags.get(number, default)
    return value if isinstance(value, tuple) else (value,)
