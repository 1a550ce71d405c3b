"""Events added up: how far a batch is, how fast, and how long it still takes; no torch."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from restorer.engine.batch.job import (
    BatchWaited,
    Event,
    FileEnded,
    FileProgressed,
    FilesFound,
    FilesMeasured,
    FileStarted,
)
from restorer.engine.batch.journal import Entry


@dataclass(frozen=True, slots=True)
class Progress:
    """Counts are files; `done` holds what earlier runs had done.

    `megapixels_per_s` and `eta_s` go by pixels, not files: one panorama takes as long as a hundred
    thumbnails. None as long as nothing has been restored.
    """

    total: int
    done: int
    skipped: int
    failed: int
    megapixels: float
    megapixels_per_s: float | None
    eta_s: float | None

    @property
    def ended(self) -> int:
        return self.done + self.skipped + self.failed


class Tally:
    """Adds events up. `rested` after a pause, which is no work and must not count as slowness."""

    def __init__(self, total: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last_s = clock()
        self._busy_s = 0.0
        self._total = total
        self._counts = {"done": 0, "skipped": 0, "failed": 0}
        self._measured = FilesMeasured(0, 0.0)
        self._ended_megapixels = 0.0  # of all files that ended, however
        self._ended_unmeasured = 0
        self._restored_megapixels = 0.0
        self._is_working = False
        self._begun: dict[str, float] = {}
        self._shares: dict[str, float] = {}
        self._found: set[str] = set()

    def rested(self) -> None:
        """The time since the last event was a pause."""
        self._last_s = self._clock()

    def add(self, event: Event) -> None:
        """Takes account of one event."""
        now = self._clock()
        if self._is_working and not isinstance(event, BatchWaited):
            self._busy_s += max(0.0, now - self._last_s)
        self._last_s = now
        if isinstance(event, FilesFound):
            found = {item.name for item in event.items}
            self._total += len(found - self._found)  # a worker that is replaced finds them again
            self._found |= found
        elif isinstance(event, FilesMeasured):
            self._measured = event
        elif isinstance(event, FileStarted):
            self._is_working = True
            self._begun[event.name] = event.megapixels
        elif isinstance(event, FileProgressed):
            self._shares[event.name] = event.share
        elif isinstance(event, FileEnded):
            self._add_ended(event.entry)

    def _add_ended(self, entry: Entry) -> None:
        self._counts[entry.state] += 1
        self._ended_megapixels += entry.megapixels or 0.0
        self._ended_unmeasured += entry.megapixels is None
        self._shares.pop(entry.name, None)
        self._found.discard(entry.name)
        begun = self._begun.pop(entry.name, 0.0)
        if entry.state == "done":
            self._restored_megapixels += begun

    @property
    def progress(self) -> Progress:
        underway = sum(self._begun.get(name, 0.0) * share for name, share in self._shares.items())
        restored = self._restored_megapixels + underway
        speed = restored / self._busy_s if restored and self._busy_s else None
        eta_s = None
        if speed is not None and self._measured.count:
            mean = self._measured.megapixels / self._measured.count
            expected = mean * (self._total - self._ended_unmeasured)
            eta_s = max(0.0, expected - self._ended_megapixels - underway) / speed
        return Progress(
            total=self._total,
            done=self._counts["done"],
            skipped=self._counts["skipped"],
            failed=self._counts["failed"],
            megapixels=restored,
            megapixels_per_s=speed,
            eta_s=eta_s,
        )
