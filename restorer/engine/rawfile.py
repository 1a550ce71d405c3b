"""Cameras' raw files, through the extra `raw` (LibRaw); no torch."""

from __future__ import annotations

import io
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from PIL import Image as PillowImage

from restorer.engine import exif, metadata
from restorer.engine.image import Image
from restorer.errors import ImageUnreadable, ImageUnsupported

if TYPE_CHECKING:
    from types import ModuleType

FORMAT: Final = "RAW"
_MAKERS: Final = (
    "3fr arw cr2 cr3 crw dcr dng erf fff iiq kdc mef mos mrw nef nrw orf pef raf raw rw2 rwl sr2 "
    "srf srw x3f"
)
SUFFIXES: Final = frozenset("." + maker for maker in _MAKERS.split())


def read(path: Path, file: BinaryIO) -> Image:
    """Developed with the camera's white balance into 16-bit sRGB, upright.

    What the camera says about the photo comes from the preview that it has put into the file.
    Raises ImageUnsupported if the extra is not installed, and ImageUnreadable.
    """
    rawpy = _rawpy(path)
    try:
        with rawpy.imread(file) as raw:
            samples = raw.postprocess(
                use_camera_wb=True, output_bps=16, output_color=rawpy.ColorSpace.sRGB
            )
            block = _exif_of_preview(raw, samples.shape[1], samples.shape[0])
    except rawpy.LibRawError as error:
        raise _unreadable(path, error) from error
    return Image(samples, exif=block, format=FORMAT)


def size(path: Path, file: BinaryIO) -> tuple[int, int]:
    """Width and height, upright, without developing. Raises as `read` does."""
    rawpy = _rawpy(path)
    try:
        with rawpy.imread(file) as raw:
            sizes = raw.sizes
    except rawpy.LibRawError as error:
        raise _unreadable(path, error) from error
    turned = sizes.flip in (5, 6)
    return (sizes.height, sizes.width) if turned else (sizes.width, sizes.height)


def _rawpy(path: Path) -> ModuleType:
    try:
        import rawpy
    except ImportError as error:
        raise ImageUnsupported(
            path,
            f"{path.name} is a camera's raw file. Install what reads them: "
            "pip install 'restorer[raw]'.",
        ) from error
    module: ModuleType = rawpy
    return module


def _unreadable(path: Path, error: Exception) -> ImageUnreadable:
    why = error.args[0] if error.args else error
    if isinstance(why, bytes):
        why = why.decode(errors="replace")
    return ImageUnreadable(path, f"{path.name} cannot be read as a raw file: {why}.")


def _exif_of_preview(raw: Any, width: int, height: int) -> bytes | None:  # noqa: ANN401  untyped
    with suppress(Exception):  # a preview is a gift: many files have none, or an odd one
        file = io.BytesIO(raw.extract_thumb().data)
        with PillowImage.open(file) as preview:
            block = metadata.exif_block(preview, file)
        return block and exif.upright(block, width, height)
    return None
