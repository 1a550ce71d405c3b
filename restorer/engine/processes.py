"""Other processes of this machine; no torch."""

from __future__ import annotations

import ctypes
import os
from typing import Final

_QUERY_LIMITED_INFORMATION: Final = 0x1000


def is_alive(process_id: int) -> bool:
    """Whether there is such a process, whoever started it."""
    if os.name == "nt":
        kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore]
        handle = kernel.OpenProcess(_QUERY_LIMITED_INFORMATION, False, process_id)
        if handle:
            kernel.CloseHandle(handle)
        return bool(handle)
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
