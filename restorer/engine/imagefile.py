"""Photos from files, and results into files; no torch.

Only the originals' pixels are decoded here; what is said about them (EXIF, colour profile,
resolution) travels along in `Image`.
"""

from __future__ import annotations

import errno
import io
import os
import secrets
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
from PIL import Image as PillowImage
from PIL import ImageCms, UnidentifiedImageError

from restorer.engine import deepfile, exif
from restorer.engine.image import Image, Samples, to_pixels, to_samples
from restorer.errors import (
    ImageError,
    ImageTooLarge,
    ImageUnreadable,
    ImageUnsupported,
    ImageUnwritable,
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
WRITABLE: Final = READABLE

_LONGEST_SIDE: Final = {"JPEG": 65_535, "WEBP": 16_383}
_WITHOUT_ALPHA: Final = ("JPEG", "BMP")
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
        turn = exif.orientation(block) if block else 1
        return _upright(image, block, turn, picture)


def describe(path: Path) -> Description:
    """From the header alone, without decoding a pixel. Raises as `read` does."""
    with _opened(path) as (file, picture):
        block = _exif_block(picture)
        turned = bool(block) and exif.orientation(block) >= 5
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


def output_path(source: Path, *, scale: int = 1, folder: Path | None = None) -> Path:
    """A name that is still free: `photo_restored.jpg`, `photo_restored_x2.jpg`, then with -2, -3.

    In `folder`, or beside the source. A format that cannot be written becomes PNG.
    """
    suffix = source.suffix if source.suffix.lower() in WRITABLE else ".png"
    ending = "_restored" if scale == 1 else f"_restored_x{scale}"
    where = source.parent if folder is None else folder
    longest = 255 - len(os.fsencode(ending + suffix)) - 6
    stem = os.fsencode(source.stem)[:longest].decode(errors="ignore")
    candidate = where / f"{stem}{ending}{suffix}"
    number = 2
    while os.path.lexists(candidate):
        candidate = where / f"{stem}{ending}-{number}{suffix}"
        number += 1
    return candidate


def check_writable(path: Path, *, source: Path | None = None) -> None:
    """Tells before minutes of work what would stop `write`. Raises ImageUnwritable."""
    if path.suffix.lower() not in WRITABLE:
        known = ", ".join(sorted(WRITABLE))
        raise ImageUnwritable(path, f"{path.name} has no ending that can be written: {known}.")
    if source is not None and path.exists() and source.exists() and path.samefile(source):
        raise ImageUnwritable(
            path, f"{path.name} is the original, which is never overwritten. Choose another name."
        )
    if path.is_dir():
        raise ImageUnwritable(path, f"{path.name} is a folder. Give the name of a file in it.")
    with _part_file(path):
        pass


def write(image: Image, path: Path, *, source: Path | None = None, quality: int = 95) -> None:
    """Saves the picture under `path`, whole or not at all; `source` is never overwritten.

    The ending decides the format. 16-bit samples stay so in PNG and TIFF and are rounded to 8
    elsewhere. `quality`: of JPEG (4:4:4) and WebP, 1 to 100. EXIF is written in all formats but BMP
    and 16-bit TIFF.

    Raises ImageUnwritable: the format cannot hold the picture, the disk is full, no permission.
    """
    check_writable(path, source=source)
    kind = FORMATS[path.suffix.lower()]
    _check_fits(image, path, kind)
    with _part_file(path) as part, part.open("wb") as file:
        if image.bits == 16 and kind in ("PNG", "TIFF"):
            deepfile.write(image, file, kind)
        else:
            _write_eight_bits(image, file, kind, quality)
        file.flush()
        os.fsync(file.fileno())
        file.close()
        part.replace(path)


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
            path, f"{path.name} holds {frames} pictures. Save the one you want as a file of its own."
        )


def _exif_block(picture: PillowImage.Image) -> bytes | None:
    block = picture.info.get("exif")
    if block is None and picture.format == "TIFF":  # there the file itself is the block
        with suppress(*_DECODING_ERRORS):
            block = picture.getexif().tobytes()
    return block if isinstance(block, bytes) and len(block) > 14 else None


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
            f"{path.name} stores its pixels as {picture.mode}. Save it with 8 or 16 bits a channel.",
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


def _check_fits(image: Image, path: Path, kind: str) -> None:
    if image.alpha is not None and kind in _WITHOUT_ALPHA:
        raise ImageUnwritable(
            path, f"{path.name}: {kind} has no transparency. Choose .png, .webp or .tif."
        )
    grey_alpha = image.alpha is not None and image.samples.shape[2] == 1
    if grey_alpha and image.bits == 16 and kind == "TIFF":
        raise ImageUnwritable(
            path,
            f"{path.name}: few programs open grey 16-bit TIFF with transparency. Choose .png.",
        )
    longest = _LONGEST_SIDE.get(kind)
    if longest is not None and max(image.width, image.height) > longest:
        raise ImageUnwritable(
            path,
            f"{path.name}: {kind} holds at most {longest} pixels a side, the result has "
            f"{image.width} x {image.height}. Choose .png or .tif.",
        )


def _write_eight_bits(image: Image, file: BinaryIO, kind: str, quality: int) -> None:
    samples = _eight_bits(image.samples)
    if image.alpha is not None:
        samples = np.concatenate((samples, _eight_bits(image.alpha)[..., None]), axis=2)
    picture = PillowImage.fromarray(samples[..., 0] if samples.shape[2] == 1 else samples)
    options: dict[str, object] = {
        "JPEG": {"quality": quality, "subsampling": "4:4:4"},
        "WEBP": {"quality": quality, "exact": True},
        "TIFF": {"compression": "tiff_lzw"},
    }.get(kind, {})
    if image.icc:
        options["icc_profile"] = image.icc
    if image.dpi:
        options["dpi"] = image.dpi
    block = image.exif and exif.upright(image.exif, image.width, image.height)
    if block:
        options["exif"] = exif.with_prefix(block) if kind == "JPEG" else exif.without_prefix(block)
    picture.save(file, kind, **options)


def _eight_bits(samples: Samples) -> Samples:
    eight_bits = np.dtype(np.uint8)
    return samples if samples.dtype == eight_bits else to_samples(to_pixels(samples), eight_bits)


@contextmanager
def _part_file(path: Path) -> Iterator[Path]:
    """An empty new file beside `path`, removed at the end unless it was moved away."""
    part = path.with_name(f".restorer-{secrets.token_hex(6)}.part")  # short: names end at 255 bytes
    try:
        part.touch(exist_ok=False)
        yield part
    except FileNotFoundError as error:
        raise ImageUnwritable(path, f"The folder {path.parent} does not exist.") from error
    except OSError as error:
        raise ImageUnwritable(path, _why_not_saved(path, error)) from error
    except (ValueError, struct.error) as error:
        raise ImageUnwritable(path, f"{path.name} cannot be saved: {error}.") from error
    finally:
        part.unlink(missing_ok=True)


def _why_not_saved(path: Path, error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full: {path.name} was not saved. Make room and try again."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{path.parent} may not be written to. Choose another folder with -o."
    return f"{path.name} cannot be saved: {error.strerror or error}."
