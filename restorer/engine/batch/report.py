"""One page with every file of a batch, before and after; no torch."""

from __future__ import annotations

import base64
import io
import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from PIL import Image as PillowImage
from PIL import ImageOps

from restorer.engine import imagefile
from restorer.engine.batch import journal
from restorer.engine.batch.journal import Entry, Heading, History
from restorer.engine.batch.plan import Item, Plan
from restorer.engine.paths import resolved
from restorer.engine.resultfile import part_file
from restorer.errors import ImageUnwritable
from restorer.settings import Settings, resources_dir

THUMBNAIL_PX: Final = 240
_QUALITY: Final = 70
_LARGEST_ICC: Final = 4096
_ENDINGS: Final = (".html", ".htm")
_NAME: Final = "report.html"
_MARK: Final = b"<title>Restorer: "  # in the first kilobyte of every page


@dataclass(frozen=True, slots=True)
class _Row:
    """A file in the page's table; the thumbnails as data URIs, None where there is no picture."""

    entry: Entry
    before: str | None
    after: str | None
    size_before: int


def write_report(path: Path, plan: Plan, *, workers: int = 2) -> None:
    """Writes the page, which needs no other file; `workers` threads make the thumbnails.

    Whole or not at all; it takes the place of an earlier page only. Raises BatchError for the
    journal and ImageUnwritable for the page.
    """
    _check_place(path)
    history = journal.read(plan.output)
    environment = Environment(
        loader=FileSystemLoader(resources_dir()),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["bytes"] = _bytes_text
    counts = Counter(entry.state for _, entry in _ended(plan, history))
    page = environment.get_template("report.html").stream(
        heading=history.heading,
        settings=_settings_text(history.heading),
        counts=counts,
        left=len(plan.items) - counts.total(),
        megapixels=sum(entry.megapixels or 0 for _, entry in _ended(plan, history)),
        seconds=sum(entry.seconds or 0 for _, entry in _ended(plan, history)),
        output=plan.output,
        rows=_rows(plan, history, workers),
    )
    with part_file(path) as part:
        with part.open("wb") as file:
            page.dump(file, encoding="utf-8", errors="replace")
        part.replace(path)


def check_report(path: Path, plan: Plan) -> None:
    """Tells before hours of work what would stop the report. Raises ImageUnwritable."""
    _check_place(path)
    if resolved(path.parent) != plan.output:  # which is made and looked at by the batch itself
        with part_file(path):
            pass


def _check_place(path: Path) -> None:
    if path.suffix.lower() not in _ENDINGS:
        raise ImageUnwritable(path, f"{path.name} is no name of a page. Choose one like {_NAME}.")
    if os.path.lexists(path) and not _is_report(path):
        raise ImageUnwritable(
            path, f"{path} is there already and is no report of a batch. Choose another name."
        )


def _is_report(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return _MARK in file.read(1024)
    except OSError:
        return False


def _ended(plan: Plan, history: History) -> Iterator[tuple[Item, Entry]]:
    for item in plan.items:
        entry = history.entries.get(item.path)
        if entry is not None and entry.state in journal.ENDED:
            yield item, entry


def _rows(plan: Plan, history: History, workers: int) -> Iterator[_Row]:
    def row(item: Item, entry: Entry) -> _Row:
        after = None
        if entry.state == "done" and entry.target is not None:
            after = thumbnail(plan.output / entry.target)
        return _Row(entry, thumbnail(item.source), after, item.size_bytes)

    with ThreadPoolExecutor(workers, "thumbnail") as threads:
        yield from threads.map(lambda pair: row(*pair), _ended(plan, history))


def thumbnail(path: Path) -> str | None:
    """A small WebP as a data URI, or None if there is no picture to be read."""
    with suppress(Exception):  # of what Pillow makes of odd EXIF too: the page has to come
        small = _small(path)
        icc = small.info.get("icc_profile", b"")
        file = io.BytesIO()
        small.save(
            file, "WEBP", quality=_QUALITY, icc_profile=icc if len(icc) <= _LARGEST_ICC else b""
        )
        return "data:image/webp;base64," + base64.b64encode(file.getvalue()).decode()
    return None


def _small(path: Path) -> PillowImage.Image:
    described = imagefile.describe(path)
    size = (THUMBNAIL_PX, THUMBNAIL_PX)
    if described.format == "JPEG":
        with imagefile.tamed(), PillowImage.open(path) as picture:
            picture.draft("RGB", size)  # decodes an eighth, which is all that is shown
            picture.thumbnail(size)
            icc = picture.info.get("icc_profile", b"") if picture.mode == "RGB" else b""
            upright = ImageOps.exif_transpose(picture).convert("RGB")
            upright.info = {"icc_profile": icc}
            return upright
    image = imagefile.read(path).in_eight_bits()
    grey = image.samples.shape[2] == 1
    small = PillowImage.fromarray(image.samples[..., 0] if grey else image.samples)
    small.thumbnail(size)
    small = small.convert("RGB")
    if image.alpha is not None:
        alpha = PillowImage.fromarray(image.alpha)
        alpha.thumbnail(size)
        small.putalpha(alpha)
    small.info = {} if grey else {"icc_profile": image.icc or b""}
    return small


def _settings_text(heading: Heading | None) -> str:
    """The settings in the words of the command line."""
    if heading is None:
        return ""
    with suppress(ValueError):
        settings = Settings.from_json(heading.settings)
        level = settings.denoise
        parts = [f"denoise {level if isinstance(level, str) else f'{level:g}'}"]
        if settings.width is not None:
            parts.append(f"width {settings.width}")
        elif settings.height is not None:
            parts.append(f"height {settings.height}")
        else:
            parts.append(f"scale {settings.scale}")
        if settings.blends:
            parts.append(f"keep grain {settings.keep_grain:.0%}")
            parts.append(f"keep colour noise {settings.keep_colour_noise:.0%}")
        return ", ".join(parts)
    return ""


def _bytes_text(count: int) -> str:
    """
    >>> _bytes_text(900), _bytes_text(1_234_567)
    ('0.9 kB', '1.2 MB')
    """
    return f"{count / 1e3:.1f} kB" if count < 1_000_000 else f"{count / 1e6:.1f} MB"
