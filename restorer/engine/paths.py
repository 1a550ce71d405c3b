"""Questions about paths that a Path would answer by raising; no torch."""

from __future__ import annotations

import os
from pathlib import Path


def is_dir(path: Path) -> bool:
    """False too where nobody may look: to use it tells why."""
    return os.path.isdir(path)  # noqa: PTH112


def resolved(path: Path) -> Path:
    """As `Path.resolve`, but where links lead in a circle it is left to `stat` to say so."""
    return Path(os.path.realpath(path))
