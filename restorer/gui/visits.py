"""Photos that were left with their whole results, which they show again when one comes back."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from restorer.gui.layers import Layers
from restorer.settings import Settings
from restorer.worker.protocol import NoiseEstimated, Photo, ResultStarted

MOST_VISITS: Final = 4
MOST_BYTES: Final = 2**30
LEAST_FREE_BYTES: Final = 4 * 2**30  # the photo that is opened next needs room too


@dataclass(frozen=True, slots=True)
class FileState:
    """By what a file is told from what it was when it was opened."""

    changed_ns: int
    size_bytes: int

    @classmethod
    def of(cls, path: Path) -> FileState | None:
        """None if it cannot be looked at."""
        try:
            found = path.stat()
        except OSError:
            return None
        return cls(found.st_mtime_ns, found.st_size)


@dataclass(slots=True)
class Visit:
    """One photo with its result. `settings`: what that was made with; `saved`: what is in a file.

    `noise` is what was found out about the photo, if it was asked.
    """

    photo: Photo
    file: FileState
    layers: Layers
    result: ResultStarted
    noise: NoiseEstimated | None
    settings: Settings
    saved: Settings | None

    @property
    def files(self) -> list[Path]:
        """What of it lies in the cache folder."""
        return [*self.photo.files, *self.result.files]


class Visits:
    """The newest few, as far as there is room for them in the folder they lie in."""

    def __init__(self) -> None:
        self._visits: list[Visit] = []  # the one left last comes last

    def leave(self, visit: Visit) -> list[Visit]:
        """Keeps it; returns those that are kept no longer."""
        dropped = [other for other in self._visits if other.photo.path == visit.photo.path]
        self._visits = [other for other in self._visits if other not in dropped]
        self._visits.append(visit)
        while self._visits and not self._has_room():
            dropped.append(self._visits.pop(0))
        return dropped

    def come_back(self, path: Path) -> Visit | None:
        """That file's, no longer kept here; None if there is none or the file has changed since."""
        state = FileState.of(path)
        for visit in reversed(self._visits):
            if visit.photo.path == path and visit.file == state:
                self._visits.remove(visit)
                return visit
        return None

    def saved(self, photo: Photo, settings: Settings) -> None:
        """The result was written while another photo was open."""
        for visit in self._visits:
            if visit.photo is photo:
                visit.saved = settings

    def _has_room(self) -> bool:
        sizes = (path.stat().st_size for visit in self._visits for path in visit.files)
        try:
            free = shutil.disk_usage(self._visits[-1].photo.pixels.path.parent).free
            return (
                len(self._visits) <= MOST_VISITS
                and sum(sizes) <= MOST_BYTES
                and free >= LEAST_FREE_BYTES
            )
        except OSError:
            return False
