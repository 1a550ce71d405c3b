"""Photos from files; no torch."""

from __future__ import annotations

import io
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
from PIL import ExifTags, ImageCms, UnidentifiedImageError
from PIL import Image as PillowImage

from restorer.engine import deepfile, exif
from restorer.engine.image import Image, Samples
from restorer.errors import (
    ImageError,
    ImageTooLarge,
    ImageUnreadable,
    ImageUnsupported,
)

MAX_MEGAPIXELS: Final = 500
FORMATS: Final = {
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".png": "PNG",
    ".webp": "WEBP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".bmp": "BMP",
}
READABLE: Final = frozenset(FORMATS)

# What Pillow's decoders are known to raise on damaged files besides OSError.
_DECODING_ERRORS: Final = (
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
# Description, maker, model, orientation, software, date, artist, copyright; Exif and GPS follow.
_DESCRIBING_TIFF_TAGS: Final = frozenset((270, 271, 272, 274, 305, 306, 315, 33432))
_pillow_limit = threading.Lock()


@dataclass(frozen=True, slots=True)
class Description:
    """What a file's header says; sizes in pixels, upright."""

    name: str
    format: str
    mode: str
    width: int
    height: int
    bits: int
    has_exif: bool
    has_icc: bool


def read(path: Path) -> Image:
    """The picture, upright, in its own depth.

    Greyscale stays greyscale; palettes become colour; CMYK becomes sRGB by its own profile.

    Raises ImageUnreadable, ImageUnsupported (animations, several pages, float or 32-bit samples,
    unknown kinds) or ImageTooLarge. A truncated file is unreadable, not half grey.
    """
    with _opened(path) as (file, picture):
        block = _exif_block(picture)
        turn = exif.orientation(block) if block else 1
        if deepfile.is_deep(picture, file):
            try:
                image = deepfile.read(path, picture, file)
            except ImageError:
                raise
            except Exception as error:  # the codecs raise whatever they like on damaged files
                raise _damaged(path) from error
        else:
            picture.load()
            image = _eight_bit_image(path, picture)
            if picture.format == "TIFF":
                turn = 1  # Pillow has turned it already, other than all the other formats
        return _upright(image, block, turn, picture)


def describe(path: Path) -> Description:
    """From the header alone, without decoding a pixel. Raises as `read` does."""
    with _opened(path) as (file, picture):
        block = _exif_block(picture)
        # Pillow gives the size of a TIFF upright and that of the others as stored.
        turned = block and picture.format != "TIFF" and exif.orientation(block) >= 5
        width, height = picture.size[::-1] if turned else picture.size
        return Description(
            name=path.name,
            format=picture.format or "",
            mode=picture.mode,
            width=width,
            height=height,
            bits=16 if deepfile.is_deep(picture, file) else 8,
            has_exif=bool(block),
            has_icc="icc_profile" in picture.info,
        )


@contextmanager
def _opened(path: Path) -> Iterator[tuple[BinaryIO, PillowImage.Image]]:
    """The file and its header, checked; whatever decoding raises inside becomes an ImageError."""
    if path.is_dir():
        raise ImageUnreadable(path, f"{path.name} is a folder. Give the photos in it.")
    try:
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on damaged metadata, which is then left out
            if not file.read(1):
                raise ImageUnreadable(path, f"{path.name} is empty: it has zero bytes.")
            file.seek(0)
            with _without_pillows_limit():
                picture = PillowImage.open(file)
            with picture:
                _check_kind(path, picture)
                yield file, picture
    except FileNotFoundError as error:
        raise ImageUnreadable(path, f"{path} does not exist.") from error
    except PermissionError as error:
        raise ImageUnreadable(path, f"{path.name} may not be read: permission denied.") from error
    except UnidentifiedImageError as error:
        raise ImageUnreadable(
            path, f"{path.name} is not a picture, or is damaged at its start."
        ) from error
    except OSError as error:
        if error.errno is not None:
            raise ImageUnreadable(path, f"{path.name} cannot be read: {error.strerror}.") from error
        raise _damaged(path) from error
    except _DECODING_ERRORS as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> ImageUnreadable:
    return ImageUnreadable(
        path, f"{path.name} is damaged or cut off. Copy it again from where it came."
    )


@contextmanager
def _without_pillows_limit() -> Iterator[None]:
    """Pillow warns from 89 megapixels and refuses 179; ours, in `_check_kind`, is higher."""
    with _pillow_limit:
        before = PillowImage.MAX_IMAGE_PIXELS
        PillowImage.MAX_IMAGE_PIXELS = None
        try:
            yield
        finally:
            PillowImage.MAX_IMAGE_PIXELS = before


def _check_kind(path: Path, picture: PillowImage.Image) -> None:
    # Cameras' MPO is a JPEG with previews behind it: the first picture is the photo.
    if picture.format not in {*FORMATS.values(), "MPO"}:
        raise ImageUnsupported(
            path, f"{path.name} is a {picture.format} file. Save it as JPEG, PNG, WebP or TIFF."
        )
    width, height = picture.size
    if width * height > MAX_MEGAPIXELS * 1_000_000:
        raise ImageTooLarge(
            path,
            f"{path.name} has {width} x {height} pixels; the most is {MAX_MEGAPIXELS} megapixels.",
        )
    if width == 0 or height == 0:
        raise ImageUnreadable(path, f"{path.name} has no pixels: it is {width} x {height}.")
    frames = getattr(picture, "n_frames", 1)
    if frames > 1 and picture.format != "MPO":
        raise ImageUnsupported(
            path,
            f"{path.name} holds {frames} pictures. Save the one you want as a file of its own.",
        )


def _exif_block(picture: PillowImage.Image) -> bytes | None:
    block = picture.info.get("exif")
    if block is None and picture.format == "TIFF":
        with suppress(OSError, *_DECODING_ERRORS):
            block = _exif_of_tiff(picture)
    return block if isinstance(block, bytes) and len(block) > 14 else None


def _exif_of_tiff(picture: PillowImage.Image) -> bytes:
    """The file itself is the block there: what describes the photo without how it is stored."""
    whole, described = picture.getexif(), PillowImage.Exif()
    for tag, value in whole.items():
        if tag in _DESCRIBING_TIFF_TAGS:
            described[tag] = value
    for directory in (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo):
        if entries := whole.get_ifd(directory):
            described.get_ifd(directory).update(entries)
            described[directory] = described.get_ifd(directory)
    return described.tobytes() if len(described) else b""


def _eight_bit_image(path: Path, picture: PillowImage.Image) -> Image:
    icc = picture.info.get("icc_profile")
    if picture.mode == "CMYK":
        picture, icc = _from_cmyk(picture, icc), None
    elif picture.mode in ("P", "PA") or "transparency" in picture.info:
        grey = picture.mode in ("1", "L")
        has_alpha = picture.mode == "PA" or "transparency" in picture.info
        colour = "L" if grey else "RGB"
        picture = picture.convert(colour + "A" if has_alpha else colour)
    elif picture.mode in ("1", "La", "RGBa", "RGBX", "YCbCr"):
        target = {"1": "L", "La": "LA", "RGBa": "RGBA"}.get(picture.mode, "RGB")
        picture = picture.convert(target)
    if picture.mode not in ("L", "LA", "RGB", "RGBA"):
        raise ImageUnsupported(
            path,
            f"{path.name} stores its pixels as {picture.mode}. Save it as RGB or grey.",
        )
    samples: Samples = np.asarray(picture)
    samples = samples if samples.ndim == 3 else samples[..., None]
    alpha = None
    if picture.mode in ("LA", "RGBA"):
        samples, alpha = samples[..., :-1], samples[..., -1]
    return Image(samples, alpha=alpha, icc=icc)


def _from_cmyk(picture: PillowImage.Image, icc: bytes | None) -> PillowImage.Image:
    if icc is not None:
        with suppress(ImageCms.PyCMSError, OSError):
            profile = ImageCms.getOpenProfile(io.BytesIO(icc))
            converted = ImageCms.profileToProfile(
                picture, profile, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            if converted is not None:
                return converted
    return picture.convert("RGB")


def _upright(image: Image, block: bytes | None, turn: int, picture: PillowImage.Image) -> Image:
    samples, alpha = _turned(image.samples, turn), image.alpha
    height, width, channels = samples.shape
    dpi = picture.info.get("dpi")
    return Image(
        samples=np.ascontiguousarray(samples),
        alpha=None if alpha is None else np.ascontiguousarray(_turned(alpha, turn)),
        icc=image.icc if image.icc and _icc_fits(image.icc, channels) else None,
        exif=exif.upright(block, width, height) if block else None,
        dpi=(float(dpi[0]), float(dpi[1])) if dpi and all(dpi) else None,
        format="JPEG" if picture.format == "MPO" else picture.format,
    )


def _turned(samples: Samples, turn: int) -> Samples:
    """A view of (H, W, ...) as EXIF orientation `turn` wants it shown."""
    if turn >= 5:
        samples = samples.swapaxes(0, 1)
    flip_rows = turn in (3, 4, 7, 8)
    flip_columns = turn in (2, 3, 6, 7)
    return samples[:: -1 if flip_rows else 1, :: -1 if flip_columns else 1]


def _icc_fits(icc: bytes, channels: int) -> bool:
    """Whether the profile's colour space (bytes 16 to 20, ICC.1) is that of the samples."""
    return icc[16:20] == (b"GRAY" if channels == 1 else b"RGB ")
