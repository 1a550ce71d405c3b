"""The worker's events as a Qt signal, and its requests as they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from PySide6.QtCore import QObject, Signal

from restorer.engine.tiling import Box
from restorer.worker.protocol import Event, Request


class Client(Protocol):
    """What the window needs of `restorer.worker.client.WorkerClient`; tests give it another one."""

    @property
    def cache(self) -> Path: ...

    def submit(self, request: Request) -> int: ...

    def cancel(self, up_to: int) -> None: ...

    def look_at(self, view: Box) -> None: ...

    def close(self) -> None: ...


AnyClient = TypeVar("AnyClient")
AnyEvent = TypeVar("AnyEvent")


class EventBridge(QObject, Generic[AnyClient, AnyEvent]):
    """Brings events from a client's thread to the window's: the connection is queued."""

    event_received = Signal(object)

    def __init__(self, connect: Callable[[Callable[[AnyEvent], None]], AnyClient]) -> None:
        super().__init__()
        self.client = connect(self._emit)

    def _emit(self, event: AnyEvent) -> None:
        self.event_received.emit(event)


class Bridge(EventBridge[Client, Event]):
    """Of the worker that restores photos."""
