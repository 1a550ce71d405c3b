"""Small pictures of files, made beside the window and only for those that are looked at."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image as PillowImage
from PIL import ImageOps
from PySide6.QtCore import QObject, QRunnable, QThreadPool, QTimer, Signal
from PySide6.QtGui import QImage

SIDE_PX: Final = 36
MOST_KEPT: Final = 4000
MOST_WAITING: Final = 60  # more have scrolled out of sight by now
_DRAFT_PX: Final = 4 * SIDE_PX


class Thumbnails(QObject):
    """The newest wish is fulfilled first; a file that has none keeps an empty one."""

    ready = Signal()
    _made = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._kept: OrderedDict[str, QImage] = OrderedDict()
        self._waiting: list[str] = []
        self._lock = threading.Lock()
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._empty = QImage(SIDE_PX, SIDE_PX, QImage.Format.Format_ARGB32_Premultiplied)
        self._empty.fill(0)
        self._soon = QTimer(self, singleShot=True, interval=60)  # not once a picture
        self._soon.timeout.connect(self.ready)
        self._made.connect(self._soon.start)

    def get(self, path: str) -> QImage:
        """What is there by now; an empty one of the same size until then."""
        kept = self._kept.get(path)
        if kept is not None:
            return kept
        with self._lock:
            if path not in self._waiting:
                self._waiting.append(path)
                del self._waiting[:-MOST_WAITING]
                self._pool.start(_Work(self))
        return self._empty

    def forget(self, path: str) -> None:
        """The file has changed: it is looked at anew."""
        with self._lock:
            self._kept.pop(path, None)

    def stop(self) -> None:
        """For the end of the window."""
        with self._lock:
            self._waiting.clear()
        self._pool.waitForDone()

    def make_next(self) -> None:
        """The newest of those that are waited for; runs beside the window."""
        with self._lock:
            if not self._waiting:
                return
            path = self._waiting.pop()
        image = small_image(Path(path))
        with self._lock:
            self._kept[path] = self._empty if image is None else image
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        self._made.emit()


class _Work(QRunnable):
    def __init__(self, thumbnails: Thumbnails) -> None:
        super().__init__()
        self._thumbnails = thumbnails

    def run(self) -> None:
        self._thumbnails.make_next()


def small_image(path: Path) -> QImage | None:
    """The picture in a square of SIDE_PX, upright; None if it cannot be read.

    For a look only, and decoded at an eighth where the format allows: `imagefile` reads in full.
    """
    try:
        with PillowImage.open(path) as picture:
            picture.draft("RGB", (_DRAFT_PX, _DRAFT_PX))
            upright = ImageOps.exif_transpose(picture).convert("RGBA")
    except Exception:  # noqa: BLE001  whatever is wrong with it, the batch will tell
        return None
    upright.thumbnail((SIDE_PX, SIDE_PX))
    square = PillowImage.new("RGBA", (SIDE_PX, SIDE_PX))
    square.paste(upright, ((SIDE_PX - upright.width) // 2, (SIDE_PX - upright.height) // 2))
    data = np.ascontiguousarray(np.asarray(square))
    kind = QImage.Format.Format_RGBA8888
    return QImage(data.data, SIDE_PX, SIDE_PX, 4 * SIDE_PX, kind).copy()
