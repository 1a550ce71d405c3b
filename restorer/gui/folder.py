"""The photos that can be turned over, and which of them is open; no Qt."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from natsort import natsorted

from restorer.engine.imagefile import READABLE
from restorer.engine.paths import is_dir


class Folder:
    """Photos in the order in which they are shown."""

    def __init__(self) -> None:
        self._files: list[Path] = []
        self._places: dict[Path, int] = {}

    def choose(self, paths: list[Path], *, has_neighbours: bool = True) -> Path | None:
        """What to open of that: one file alone brings its folder along, a folder its photos.

        `has_neighbours`: whether what lies in the folder of one file belongs to it.
        None if there are no photos; what was there before then stays.
        """
        files = [file for path in paths for file in (photos_in(path) if is_dir(path) else [path])]
        if not files:
            return None
        brings = has_neighbours and len(paths) == 1 and not is_dir(paths[0])
        self._files = photos_in(files[0].parent) if brings else files
        self._places = {file: place for place, file in enumerate(self._files)}
        return files[0]

    def neighbour(self, path: Path | None, step: int) -> Path | None:
        """The photo that many places further; None beyond the ends."""
        if path is None or path not in self._places:
            return None
        place = self._places[path] + step
        return self._files[place] if 0 <= place < len(self._files) else None

    def place(self, path: Path) -> tuple[int, int] | None:
        """Which of how many the photo is, counted from 1; None if it is alone."""
        if path not in self._places or len(self._files) < 2:
            return None
        return self._places[path] + 1, len(self._files)


def photos_in(folder: Path) -> list[Path]:
    """In natural order, hidden ones left out; none if the folder cannot be read."""
    with suppress(OSError):
        files = [path for path in folder.iterdir() if path.suffix.lower() in READABLE]
        return natsorted(path for path in files if not path.name.startswith("."))
    return []
