"""Pillow's pictures of 8 bits and fewer as grey or RGB, with or without alpha; no torch."""

from __future__ import annotations

import io
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image as PillowImage
from PIL import ImageCms

from restorer.engine import deepfile
from restorer.engine.image import Image, Samples
from restorer.errors import ImageUnsupported


def image_of(path: Path, picture: PillowImage.Image, file: BinaryIO) -> Image:
    """Samples, alpha and profile, not yet upright. Raises ImageUnsupported for odd kinds."""
    _scale_transparency(picture, file)
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


def _scale_transparency(picture: PillowImage.Image, file: BinaryIO) -> None:
    """Pillow unpacks grey of 2 and 4 bits to 8, but not the grey that a PNG has for clear."""
    clear = picture.info.get("transparency")
    if picture.format == "PNG" and picture.mode == "L" and isinstance(clear, int):
        depth = deepfile.png_depth(file)
        if depth in (2, 4):
            full = (1 << depth) - 1
            picture.info["transparency"] = (clear & full) * 255 // full


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
