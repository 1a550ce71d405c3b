"""Results into files: whole or not at all, and never onto the original; no torch."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
from PIL import Image as PillowImage
from PIL.PngImagePlugin import PngInfo

from restorer.engine import colourspace, deepfile, exif, imagefile, iptc, tiff, xmp
from restorer.engine.image import Image, Samples, are_alike, to_pixels, to_samples
from restorer.engine.imagefile import FORMATS
from restorer.engine.processes import is_alive
from restorer.engine.wording import NO_ROOM, failure_text
from restorer.errors import DiskFull, ImageError, ImageUnwritable

WRITABLE: Final = frozenset(FORMATS)

LONGEST_NAME_BYTES: Final = 255
PART_NAMES: Final = ".restorer-*.part"  # between them the process that writes it, and chance

_LONGEST_SIDE: Final = {"JPEG": 65_535, "WEBP": 16_383, "AVIF": 32_768}
_LONGEST_SEGMENT: Final = 65_533
_QUALITY: Final = 95
_XMP_BY_PILLOW: Final = ("JPEG", "WEBP", "AVIF")
_LOSSY: Final = ("JPEG", "WEBP", "AVIF")
_WITHOUT_ALPHA: Final = ("JPEG", "BMP")


def output_path(
    source: Path, *, scale: int = 1, folder: Path | None = None, as_png: bool = False
) -> Path:
    """A name that is still free: `photo_restored.jpg`, `photo_restored_x2.jpg`, then with -2, -3.

    In `folder`, or beside the source. A format that cannot be written becomes PNG, and any if
    `as_png`.
    """
    suffix = source.suffix if source.suffix.lower() in WRITABLE and not as_png else ".png"
    ending = "_restored" if scale == 1 else f"_restored_x{scale}"
    where = source.parent if folder is None else folder
    stem = shortened(source.stem, LONGEST_NAME_BYTES - len(os.fsencode(ending + suffix)) - 6)
    candidate = where / f"{stem}{ending}{suffix}"
    number = 2
    while os.path.lexists(candidate):
        candidate = where / f"{stem}{ending}-{number}{suffix}"
        number += 1
    return candidate


def shortened(stem: str, room: int) -> str:
    """The start of `stem` that has at most `room` bytes, cut between characters."""
    content = os.fsencode(stem)[: max(1, room)]
    while not stem.startswith(shorter := os.fsdecode(content)):
        content = content[:-1]
    return shorter


def check_writable(path: Path, *, source: Path | None = None) -> None:
    """Tells before minutes of work what would stop `write`. Raises ImageUnwritable."""
    if path.suffix.lower() not in WRITABLE:
        known = ", ".join(sorted(WRITABLE))
        raise ImageUnwritable(path, f"{path.name} has no ending that can be written: {known}.")
    check_is_free(path, source)
    with part_file(path):
        pass


def check_is_free(path: Path, source: Path | None) -> None:
    """Whether neither the original nor a folder lies there. Raises ImageUnwritable."""
    try:
        is_source = source and path.exists() and source.exists() and path.samefile(source)
        is_folder = path.is_dir()
    except OSError as error:  # a folder that nobody may look into, a disk that is gone
        raise ImageUnwritable(path, failure_text(error)) from error
    if is_source:
        raise ImageUnwritable(
            path, f"{path.name} is the original, which is never overwritten. Choose another name."
        )
    if is_folder:
        raise ImageUnwritable(path, f"{path.name} is a folder. Give the name of a file in it.")


def taken(path: Path) -> ImageUnwritable:
    """What to raise where a file is that may not be replaced."""
    return ImageUnwritable(
        path, f"{path.name} is there already. Choose another name, or add --replace."
    )


def write(
    image: Image,
    path: Path,
    *,
    source: Path | None = None,
    quality: int | None = None,
    is_new: bool = False,
) -> None:
    """Saves the picture under `path`, whole or not at all; `source` is never overwritten.

    What is there already is replaced, or kept if the file `is_new`: then FileExistsError tells that
    somebody else took the name meanwhile.

    The ending decides the format. 16-bit samples stay so in PNG and TIFF and are rounded to 8
    elsewhere. `quality`: of JPEG (4:4:4), WebP and AVIF, 1 to 100; None keeps the compression and
    chroma subsampling of a JPEG in JPEG, a lossless WebP lossless, and is 95 elsewhere. EXIF and
    XMP are written in all formats but BMP, IPTC in JPEG, PNG and TIFF.

    Raises ImageUnwritable: the format cannot hold the picture, the disk is full, no permission.
    """
    check_writable(path, source=source)
    kind = FORMATS[path.suffix.lower()]
    check_holds(path, image, image.width, image.height, image.bits)
    with part_file(path) as part, part.open("w+b") as file:  # TIFF is read too
        if image.bits == 16 and kind in ("PNG", "TIFF"):
            deepfile.write(image, file, kind)
        else:
            _write_eight_bits(image, file, kind, quality)
        file.flush()
        os.fsync(file.fileno())
        file.close()
        _move(part, path, is_new=is_new)


def copy(image: Image, path: Path, source: Path, *, is_new: bool = False) -> bool:
    """The same with the file that the picture comes from, if to write it would lose something.

    That is so of JPEGs and of lossy WebPs and AVIFs. Returns False, and writes nothing, if the
    picture `is_as_stored` no longer, another format is wanted, or `source` holds another by now.
    """
    kind = FORMATS.get(path.suffix.lower())
    if not image.is_as_stored or kind != image.format or kind not in _LOSSY or image.lossless:
        return False
    check_writable(path, source=source)
    try:
        stored = source.open("rb")
    except OSError:
        return False
    with stored, part_file(path) as part:
        with part.open("wb") as file:
            shutil.copyfileobj(stored, file)
            file.flush()
            os.fsync(file.fileno())
        try:
            held = imagefile.read(part)
        except ImageError:
            return False
        if not are_alike(held.samples, image.samples):
            return False
        _move(part, path, is_new=is_new)
    return True


def _move(part: Path, path: Path, *, is_new: bool) -> None:
    if is_new:
        _move_to_free(part, path)
    else:
        part.replace(path)


def _move_to_free(part: Path, path: Path) -> None:
    """Raises FileExistsError."""
    try:
        path.hardlink_to(part)  # in one step, unlike looking and then moving
    except FileExistsError:
        raise
    except OSError:  # a disk without hard links
        path.touch(exist_ok=False)
        try:
            part.replace(path)
        except BaseException:
            path.unlink(missing_ok=True)
            raise


def check_holds(path: Path, image: Image, width: int, height: int, bits: int) -> None:
    """Whether the format of `path` can hold such a picture of `width` x `height` pixels.

    `bits`: of a sample. Raises ImageUnwritable.
    """
    kind = FORMATS[path.suffix.lower()]
    if image.alpha is not None and kind in _WITHOUT_ALPHA:
        raise ImageUnwritable(
            path, f"{path.name}: {kind} has no transparency. Choose .png, .webp or .tif."
        )
    grey_alpha = image.alpha is not None and image.samples.shape[2] == 1
    if grey_alpha and bits == 16 and kind == "TIFF":
        raise ImageUnwritable(
            path,
            f"{path.name}: few programs open grey 16-bit TIFF with transparency. Choose .png.",
        )
    longest = _LONGEST_SIDE.get(kind)
    if longest is not None and max(width, height) > longest:
        raise ImageUnwritable(
            path,
            f"{path.name}: {kind} holds at most {longest} pixels a side, the result has "
            f"{width} x {height}. Choose .png or .tif.",
        )
    too_long = _too_long_for_jpeg(image) if kind == "JPEG" else None
    if too_long:
        raise ImageUnwritable(
            path, f"{path.name}: its {too_long} is too long for JPEG. Choose .png."
        )


def _too_long_for_jpeg(image: Image) -> str | None:
    """What does not fit into a segment of its own."""
    segments = {
        "EXIF": exif.with_prefix(image.exif) if image.exif else b"",
        "XMP": xmp.HEADER + image.xmp if image.xmp else b"",
        "IPTC": _iptc_segment(image.iptc) if image.iptc else b"",
    }
    long = (name for name, content in segments.items() if len(content) > _LONGEST_SEGMENT)
    return next(long, None)


def _write_eight_bits(image: Image, file: BinaryIO, kind: str, quality: int | None) -> None:
    if kind == "TIFF":
        tiff.write(image.in_eight_bits(), file)
        return
    samples, icc = image.samples, image.icc
    if icc and samples.shape[2] == 1 and _is_in_colour(image, kind):
        samples, icc = colourspace.grey_in_srgb(samples, icc), None  # which would not fit
    samples = _eight_bits(samples)
    if image.alpha is not None:
        samples = np.concatenate((samples, _eight_bits(image.alpha)[..., None]), axis=2)
    picture = PillowImage.fromarray(samples[..., 0] if samples.shape[2] == 1 else samples)
    options = _options_by_kind(image, kind, quality)
    if icc:
        options["icc_profile"] = icc
    if image.dpi:
        options["dpi"] = image.dpi
    if image.xmp and kind in _XMP_BY_PILLOW:
        options["xmp"] = image.xmp
    block = image.exif and exif.upright(image.exif, image.width, image.height)
    if block:
        options["exif"] = exif.with_prefix(block) if kind == "JPEG" else exif.without_prefix(block)
    picture.save(file, kind, **options)


def _is_in_colour(image: Image, kind: str) -> bool:
    """Whether the file will be: WebP has no grey, and Pillow's AVIF none with transparency."""
    grey = image.samples.shape[2] == 1
    return not grey or kind == "WEBP" or (kind == "AVIF" and image.alpha is not None)


def _options_by_kind(image: Image, kind: str, quality: int | None) -> dict[str, Any]:
    if kind == "JPEG":
        return _jpeg_options(image, quality)
    if kind == "WEBP":
        is_lossless = image.lossless and quality is None
        return {"quality": quality or _QUALITY, "exact": True, "lossless": is_lossless}
    if kind == "AVIF":
        subsampling = "4:4:4" if _is_in_colour(image, kind) else "4:0:0"
        return {"quality": quality or _QUALITY, "subsampling": subsampling}
    if kind == "PNG":
        chunks = PngInfo()
        for name, content in deepfile.text_chunks(image):
            chunks.add(name, content)
        return {"pnginfo": chunks}
    return {}


def _jpeg_options(image: Image, quality: int | None) -> dict[str, Any]:
    """As the source was compressed, unless a quality is wanted."""
    options: dict[str, Any] = {"quality": quality or _QUALITY, "subsampling": "4:4:4"}
    coding = image.jpeg
    if quality is None and coding is not None:
        channels = image.samples.shape[2]
        options = {
            "qtables": [list(table) for table in coding.tables[:channels]],
            "subsampling": coding.subsampling,
        }
    comment = dict(image.texts).get("Comment", "").encode()
    if comment:
        options["comment"] = comment[:_LONGEST_SEGMENT]
    segments = [(0xE1, content) for content in image.xmp_extension]
    if image.iptc:
        segments.append((0xED, _iptc_segment(image.iptc)))
    options["extra"] = b"".join(
        struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content
        for marker, content in segments
    )
    return options


def _iptc_segment(records: bytes) -> bytes:
    return iptc.PHOTOSHOP + iptc.to_resource(records)


def _eight_bits(samples: Samples) -> Samples:
    eight_bits = np.dtype(np.uint8)
    return samples if samples.dtype == eight_bits else to_samples(to_pixels(samples), eight_bits)


def make_folder(folder: Path) -> None:
    """The folder and those above it, where they are missing. Raises ImageUnwritable."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        if error.errno in NO_ROOM:
            raise DiskFull(folder, f"The disk is full: {folder} cannot be made.") from error
        raise ImageUnwritable(
            folder, f"The folder {folder} cannot be made: {error.strerror}. Choose another."
        ) from error


@contextmanager
def folder_for_results(folder: Path | None) -> Iterator[None]:
    """The folder is there meanwhile; what was made for it goes if nothing came into it.

    Raises ImageUnwritable.
    """
    if folder is None:
        yield
        return
    made = [each for each in (folder, *folder.parents) if not os.path.lexists(each)]
    try:
        make_folder(folder)
        yield
    finally:
        for each in made:
            with suppress(OSError):  # there is something in it, or it was not made
                each.rmdir()


@contextmanager
def part_file(path: Path) -> Iterator[Path]:
    """An empty new file beside `path`, removed at the end unless it was moved away."""
    name = f".restorer-{os.getpid()}-{secrets.token_hex(6)}.part"
    part = path.with_name(name)  # short, whatever the file's: names end at 255 bytes
    try:
        part.touch(exist_ok=False)
        yield part
    except FileExistsError:
        raise
    except OSError as error:
        if isinstance(error, FileNotFoundError) and not path.parent.exists():
            raise ImageUnwritable(path, f"The folder {path.parent} does not exist.") from error
        kind = DiskFull if error.errno in NO_ROOM else ImageUnwritable
        raise kind(path, _why_not_saved(path, error)) from error
    except (ValueError, struct.error) as error:
        raise ImageUnwritable(path, f"{path.name} cannot be saved: {error}.") from error
    finally:
        part.unlink(missing_ok=True)


def is_left_over(part: Path) -> bool:
    """Whether the process that wrote this `part_file` is gone."""
    writer = part.name.split("-")[1]
    return not (writer.isdigit() and is_alive(int(writer)))


def _why_not_saved(path: Path, error: OSError) -> str:
    if error.errno in NO_ROOM:
        return f"The disk is full: {path.name} was not saved. Make room and try again."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{path.parent} may not be written to. Choose another folder."
    return f"{path.name} cannot be saved: {error.strerror or error}."
