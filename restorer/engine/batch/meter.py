"""How many megapixels lie ahead: from the files' headers, in a thread of its own; no torch."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from restorer.engine import imagefile
from restorer.engine.batch.job import FilesMeasured
from restorer.engine.batch.plan import Item
from restorer.errors import ImageError


class Meter:
    """Looks into the headers of many files while the batch is already at work."""

    def __init__(self) -> None:
        self._megapixels: dict[str, float] = {}
        self._sum = 0.0
        self._lock = threading.Lock()
        self._stopped = False

    def start(self, items: Iterable[Item]) -> threading.Thread:
        """Begins to measure; the thread ends by itself, or soon after `stop`."""
        thread = threading.Thread(target=self._measure, args=(tuple(items),), daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        self._stopped = True

    def of(self, item: Item) -> float | None:
        """The file's megapixels, measured now if need be; None if it is no picture."""
        known = self.known(item)
        if known is not None:
            return known
        try:
            described = imagefile.describe(item.source)
        except ImageError:
            return None
        megapixels = described.width * described.height / 1e6
        self.note(item, megapixels)
        return megapixels

    def note(self, item: Item, megapixels: float) -> None:
        """Takes down what a reader has found out."""
        with self._lock:
            self._sum += megapixels - self._megapixels.get(item.path, 0.0)
            self._megapixels[item.path] = megapixels

    def known(self, item: Item) -> float | None:
        return self._megapixels.get(item.path)

    @property
    def measured(self) -> FilesMeasured:
        with self._lock:
            return FilesMeasured(len(self._megapixels), self._sum)

    def _measure(self, items: tuple[Item, ...]) -> None:
        for item in items:
            if self._stopped:
                return
            self.of(item)
