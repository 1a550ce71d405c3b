"""How much memory a process has needed."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def peak_mib() -> float | None:
    """Of this process, so far; None where the system does not tell."""
    if sys.platform == "win32":
        return None
    if (peak := peak_mib_of(os.getpid())) is not None:
        return peak  # unlike `ru_maxrss` it does not start with the parent's
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 2**20 if sys.platform == "darwin" else most / 2**10


def peak_mib_of(process_id: int | None) -> float | None:
    """Of any process, on Linux; None elsewhere and for one that is gone."""
    try:
        status = Path(f"/proc/{process_id}/status").read_text(encoding="ascii")
    except OSError:
        return None
    _, found, rest = status.partition("VmHWM:")
    return int(rest.split()[0]) / 2**10 if found else None
