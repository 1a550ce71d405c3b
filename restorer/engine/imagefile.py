"""Photos from files; no torch."""

from __future__ import annotations

import errno
import threading
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
from PIL import Image as PillowImage
from PIL import PngImagePlugin, UnidentifiedImageError

from restorer.engine import (
    colourspace,
    deepfile,
    eightbit,
    exif,
    heif,
    metadata,
    rawfile,
    tiff,
    unknown,
    xmp,
)
from restorer.engine.colourspace import Numbers
from restorer.engine.image import Image, Samples
from restorer.engine.metadata import Metadata
from restorer.errors import (
    ImageError,
    ImageTooLarge,
    ImageUnreadable,
    ImageUnsupported,
)

MAX_MEGAPIXELS: Final = 500
_MAX_TEXT_MIB: Final = 64
FORMATS: Final = {
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".png": "PNG",
    ".webp": "WEBP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".bmp": "BMP",
    ".avif": "AVIF",
}
# Without an encoder that may be shipped: Restorer reads these and writes another format.
_READ_ONLY: Final = {".heic": "HEIF", ".heif": "HEIF", ".hif": "HEIF", ".gif": "GIF"}
_AS_THEY_ARE: Final = ("RGB", "RGBA", "L", "LA")  # modes that are not converted
READABLE: Final = frozenset(FORMATS) | frozenset(_READ_ONLY) | rawfile.SUFFIXES


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

    Raises ImageUnreadable, ImageUnsupported (animations, several pages, HDR, float or 32-bit
    samples, unknown kinds) or ImageTooLarge. A truncated file is unreadable, not half grey.
    """
    if path.suffix.lower() in rawfile.SUFFIXES:
        with _file(path) as file:
            return rawfile.read(path, file)
    with _opened(path) as (file, picture, colours):
        found = metadata.of(picture, file)
        turn = exif.orientation(found.exif) if found.exif else 1
        if deepfile.is_deep(picture, file):
            try:
                image = deepfile.read(path, picture, file)
            except ImageError:
                raise
            except Exception as error:  # the codecs raise whatever they like on damaged files
                raise _damaged(path) from error
        else:
            picture.load()
            image = eightbit.image_of(path, picture, file)
            if picture.format == "TIFF":
                turn = 1  # Pillow has turned it already, other than all the other formats
        return _upright(image, found, turn, picture, colours)


def describe(path: Path) -> Description:
    """From the header alone, without decoding a pixel. Raises as `read` does."""
    if path.suffix.lower() in rawfile.SUFFIXES:
        with _file(path) as file:
            width, height = rawfile.size(path, file)
        return Description(path.name, rawfile.FORMAT, "RGB", width, height, 16, False, False)
    with _opened(path) as (file, picture, _):
        block = metadata.exif_block(picture, file)
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
def _opened(path: Path) -> Iterator[tuple[BinaryIO, PillowImage.Image, Numbers | None]]:
    """The file, its header, checked, and what that says of colours without a profile.

    Whatever decoding raises inside becomes an ImageError.
    """
    tiff.register()
    with _file(path) as file, tamed():
        if heif.begins(file):
            heif.register()
            if not heif.is_sound(file):
                raise _damaged(path)
        if tiff.is_big(file):  # Pillow would open it, sideways and without EXIF
            raise ImageUnsupported(
                path, f"{path.name} is a BigTIFF. Save it as an ordinary TIFF or as PNG."
            )
        try:
            picture = PillowImage.open(file)
        except UnidentifiedImageError as error:
            if why := unknown.why(file):
                raise ImageUnsupported(path, f"{path.name} {why}") from error
            raise
        with picture:
            colours = colourspace.told(picture, file)
            _check_kind(path, picture, colours)
            yield file, picture, colours


@contextmanager
def _file(path: Path) -> Iterator[BinaryIO]:
    """The file, open; whatever is raised inside becomes an ImageError."""
    try:
        _check_is_file(path)
        with path.open("rb") as file:
            if not file.read(1):
                raise ImageUnreadable(path, f"{path.name} is empty: it has zero bytes.")
            file.seek(0)
            yield file
    except OSError as error:
        raise ImageUnreadable(path, _why_unreadable(path, error)) from error
    except metadata.DECODING_ERRORS as error:
        if "MAX_TEXT_" in str(error):  # a ValueError like any other, but for its text
            raise ImageUnsupported(
                path,
                f"{path.name} has more than {_MAX_TEXT_MIB} MiB of remarks and profiles beside its "
                "pixels. Save it without them.",
            ) from error
        raise _damaged(path) from error


def _check_is_file(path: Path) -> None:
    if path.is_dir():
        name = path.name or path  # "." and "/" have none
        raise ImageUnreadable(path, f"{name} is a folder. Give the photos in it.")
    if path.exists() and not path.is_file():  # reading a pipe would wait for ever
        raise ImageUnreadable(path, f"{path.name} is a pipe or a device. Save it as a file first.")


def _why_unreadable(path: Path, error: OSError) -> str:
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return f"{path} does not exist."
    if isinstance(error, PermissionError):
        remedy = "Change its permissions, or those of its folder."
        return f"{path.name} may not be read: permission denied. {remedy}"
    if isinstance(error, UnidentifiedImageError):
        return f"{path.name} is not a picture, or is damaged at its start."
    if error.errno == errno.ENAMETOOLONG:
        return f"{path.name} does not exist: no name may be that long."
    if error.errno is not None:
        return f"{path.name} cannot be read: {error.strerror}. Try a copy of it."
    return _damage(path)


def _damage(path: Path) -> str:
    return f"{path.name} is damaged or cut off. Copy it again from where it came."


def _damaged(path: Path) -> ImageUnreadable:
    return ImageUnreadable(path, _damage(path))


class _Tamed:
    """Pillow without its warnings and its own limits, until the last of several threads has read.

    It warns on damaged metadata, which is then left out. Its limit is 179 megapixels, which some of
    its decoders look at again while they decode; ours, in `_check_kind`, is higher. So is that of
    a PNG's remarks, each of which may unpack to 1 MiB: Photoshop's alone are often more. All these
    are the whole process's, so that each thread putting back what it found would leave a muddle.
    """

    _LIMITS: Final = (
        (PillowImage, "MAX_IMAGE_PIXELS", None),
        (PngImagePlugin, "MAX_TEXT_CHUNK", _MAX_TEXT_MIB << 20),
        (PngImagePlugin, "MAX_TEXT_MEMORY", _MAX_TEXT_MIB << 20),
    )

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._readers = 0
        self._before = ExitStack()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        with self._lock:
            if self._readers == 0:
                self._before.enter_context(warnings.catch_warnings())
                warnings.simplefilter("ignore")
                for module, name, limit in self._LIMITS:
                    self._before.callback(setattr, module, name, getattr(module, name))
                    setattr(module, name, limit)
            self._readers += 1
        try:
            yield
        finally:
            with self._lock:
                self._readers -= 1
                if self._readers == 0:
                    self._before.close()


tamed: Final = _Tamed()


def _check_kind(path: Path, picture: PillowImage.Image, colours: Numbers | None) -> None:
    # Cameras' MPO is a JPEG with previews behind it: the first picture is the photo.
    if picture.format not in {*FORMATS.values(), *_READ_ONLY.values(), "MPO"}:
        raise ImageUnsupported(
            path, f"{path.name} is a {picture.format} file. Save it as JPEG, PNG, WebP or TIFF."
        )
    if why := deepfile.why_refused(picture) or colourspace.why_refused(colours):
        raise ImageUnsupported(path, f"{path.name} {why}")
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


def _upright(
    image: Image,
    found: Metadata,
    turn: int,
    picture: PillowImage.Image,
    colours: Numbers | None,
) -> Image:
    samples, alpha = _turned(image.samples, turn), image.alpha
    height, width, channels = samples.shape
    icc = image.icc or metadata.implied_profile(picture, colours, channels)
    dpi = picture.info.get("dpi")
    return Image(
        samples=np.ascontiguousarray(samples),
        alpha=None if alpha is None else np.ascontiguousarray(_turned(alpha, turn)),
        icc=icc if icc and _icc_fits(icc, channels) else None,
        exif=exif.upright(found.exif, width, height) if found.exif else None,
        dpi=(float(dpi[0]), float(dpi[1])) if isinstance(dpi, tuple) and all(dpi) else None,
        format="JPEG" if picture.format == "MPO" else picture.format,
        xmp=xmp.without_appended(xmp.upright(found.xmp)) if found.xmp else None,
        iptc=found.iptc,
        texts=found.texts,
        xmp_extension=found.xmp_extension,
        jpeg=found.jpeg and replace(found.jpeg, grid=_grid(turn, height, width)),
        lossless=found.lossless,
        is_as_stored=turn == 1 and picture.mode in _AS_THEY_ARE,
    )


def _turned(samples: Samples, turn: int) -> Samples:
    """A view of (H, W, ...) as EXIF orientation `turn` wants it shown."""
    if turn >= 5:
        samples = samples.swapaxes(0, 1)
    flip_rows, flip_columns = _flips(turn)
    return samples[:: -1 if flip_rows else 1, :: -1 if flip_columns else 1]


def _grid(turn: int, height: int, width: int) -> tuple[int, int]:
    """Where a JPEG's blocks begin: what is flipped begins with the incomplete block of the end."""
    flip_rows, flip_columns = _flips(turn)
    return height % 8 if flip_rows else 0, width % 8 if flip_columns else 0


def _flips(turn: int) -> tuple[bool, bool]:
    return turn in (3, 4, 7, 8), turn in (2, 3, 6, 7)


def _icc_fits(icc: bytes, channels: int) -> bool:
    """Whether the profile's colour space (bytes 16 to 20, ICC.1) is that of the samples."""
    return icc[16:20] == (b"GRAY" if channels == 1 else b"RGB ")
