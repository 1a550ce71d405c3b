"""The digits' process as a Qt signal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from restorer.worker.digit_protocol import Event, Request


class Client(Protocol):
    """What the page needs of `restorer.worker.digits.DigitClient`; tests give it another one."""

    def ask(self, request: Request) -> int: ...

    def close(self) -> None: ...


class DigitBridge(QObject):
    """Brings answers from the client's thread to the window's: the connection is queued."""

    event_received = Signal(object)

    def __init__(self, connect: Callable[[Callable[[Event], None]], Client]) -> None:
        super().__init__()
        self.client = connect(self._emit)

    def _emit(self, event: Event) -> None:
        self.event_received.emit(event)
