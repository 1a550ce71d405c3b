"""Drawn digits into files: stills, animations and tables, whole or not at all; no torch."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PIL import Image as PillowImage

from restorer.engine.digitmap import Codes
from restorer.engine.digitpicture import Bytes
from restorer.engine.resultfile import check_is_free, part_file, taken
from restorer.errors import ImageUnwritable

STILLS: Final = {".png": "PNG", ".webp": "WEBP", ".gif": "GIF"}
ANIMATIONS: Final = {".webp": "WEBP", ".gif": "GIF"}
TABLE: Final = ".csv"
_LONGEST_SIDE: Final = {"WEBP": 16_383, "GIF": 65_535}


def write_picture(picture: Bytes, path: Path) -> None:
    """Saves (H, W) as PNG, WebP (lossless) or GIF, as the ending says. Raises ImageUnwritable."""
    kind = _kind(path, STILLS)
    _check_side(path, kind, max(picture.shape))
    options = {"lossless": True} if kind == "WEBP" else {}
    content = io.BytesIO()
    PillowImage.fromarray(picture).save(content, kind, **options)
    _write(path, content.getvalue())


def write_animation(frames: Bytes, path: Path, *, frame_ms: int = 60) -> None:
    """Saves (N, h, w) as animated GIF or WebP that loops for ever. Raises ImageUnwritable."""
    kind = _kind(path, ANIMATIONS)
    _check_side(path, kind, max(frames.shape[1:]))
    options = {"lossless": True} if kind == "WEBP" else {}
    content = io.BytesIO()
    first, *rest = (PillowImage.fromarray(frame) for frame in frames)
    first.save(
        content, kind, save_all=True, append_images=rest, duration=frame_ms, loop=0, **options
    )
    _write(path, content.getvalue())


def write_table(codes: Codes, labels: Sequence[int] | None, path: Path) -> None:
    """Saves (N, 2) as CSV with the columns x, y and, if there are labels, digit.

    Raises ImageUnwritable.
    """
    _kind(path, {TABLE: "CSV"})
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("x", "y") if labels is None else ("x", "y", "digit"))
    for i, (x, y) in enumerate(codes.tolist()):
        point = (f"{x:.6f}", f"{y:.6f}")
        rows.writerow(point if labels is None else (*point, labels[i]))
    _write(path, text.getvalue().encode())


def check_writable(path: Path, *, source: Path | None = None, may_replace: bool = False) -> None:
    """Tells before the work what its ending would make fail later. Raises ImageUnwritable.

    What is there already is kept unless it `may_replace` that; `source` always is.
    """
    _kind(path, {**STILLS, TABLE: "CSV"})
    check_is_free(path, source)
    if not may_replace and os.path.lexists(path):
        raise taken(path)
    if not path.parent.is_dir():
        raise ImageUnwritable(path, f"The folder {path.parent} does not exist.")


def _kind(path: Path, kinds: dict[str, str]) -> str:
    kind = kinds.get(path.suffix.lower())
    if kind is None:
        raise ImageUnwritable(
            path, f"{path.name} has no ending that fits. Choose one of {', '.join(sorted(kinds))}."
        )
    return kind


def _check_side(path: Path, kind: str, side_px: int) -> None:
    longest = _LONGEST_SIDE.get(kind)
    if longest is not None and side_px > longest:
        raise ImageUnwritable(
            path,
            f"{path.name}: {kind} holds at most {longest} pixels a side, not {side_px}. "
            "Choose fewer or smaller digits, or .png.",
        )


def _write(path: Path, content: bytes) -> None:
    with part_file(path) as part:
        part.write_bytes(content)
        part.replace(path)
