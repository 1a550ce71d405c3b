"""Ctrl-C that waits for the end of a step."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_SIGNALS: Final = ("SIGINT", "SIGTERM", "SIGHUP")


@contextmanager
def held_back() -> Iterator[None]:
    """What would interrupt the block comes after it, so that nothing in it is done by half.

    Only the main thread is interrupted; in others this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    numbers = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
    handlers = {
        number: signal.signal(number, lambda number, _frame: came.append(number))
        for number in numbers
        if callable(signal.getsignal(number))  # neither ignored nor the system's own
    }
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])
