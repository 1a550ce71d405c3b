"""The digits' process as a Qt signal."""

from __future__ import annotations

from typing import Protocol

from restorer.gui.bridge import EventBridge
from restorer.worker.digit_protocol import Event, Request


class Client(Protocol):
    """What the page needs of `restorer.worker.digits.DigitClient`; tests give it another one."""

    def ask(self, request: Request) -> int: ...

    def close(self) -> None: ...


class DigitBridge(EventBridge[Client, Event]):
    """Of the process that draws digits."""
