"""The decoded map behind everything: its digits, as many as are seen, drawn a few at a time."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from restorer.engine.digitpicture import SIDE_PX, Bytes
from restorer.gui.digits.bridge import DigitBridge
from restorer.gui.digits.plane import Plane
from restorer.worker.digit_protocol import DigitsDrawn, DrawDigits, Event, Slot

AT_ONCE: Final = 48  # a few milliseconds: a dragged point never waits longer than that
_MOST_KEPT: Final = 6000  # 5 MB, or twice as many as are seen

Key = tuple[bool, float, int, int]  # by_share, step, column, row


class Tiles(QObject):
    """Keeps what was drawn for one model and one digit asked of it."""

    drawn = Signal()

    def __init__(self, bridge: DigitBridge) -> None:
        super().__init__()
        self._bridge = bridge
        self._model = ""
        self._label: int | None = None
        self._kept: dict[Key, Bytes] = {}
        self._wanted: list[tuple[Key, tuple[float, float]]] = []
        self._asked: list[Key] = []
        self._job = 0
        self._most_kept = _MOST_KEPT
        bridge.event_received.connect(self._on_event)

    def show_model(self, model: str, label: int | None) -> None:
        """Another map."""
        self._model, self._label = model, label
        self._kept.clear()
        self._wanted.clear()
        self._job = 0

    def mosaic(self, plane: Plane) -> tuple[Bytes, NDArray[np.bool_]]:
        """(rows * 28, columns * 28) of what is seen, and (rows, columns): which of it is there.

        What is not there yet is asked for, from the middle outwards.
        """
        first_column, first_row, columns, rows = plane.tiles()
        step = plane.tile_step()
        self._most_kept = max(_MOST_KEPT, 2 * rows * columns)
        laid = np.zeros((rows, columns, SIDE_PX, SIDE_PX), np.uint8)
        there = np.zeros((rows, columns), bool)
        missing = []
        for row in range(rows):
            for column in range(columns):
                key = (plane.by_share, step, first_column + column, first_row + row)
                digit = self._kept.get(key)
                if digit is None:
                    distance = (2 * row - rows + 1) ** 2 + (2 * column - columns + 1) ** 2
                    missing.append((distance, key))
                else:
                    laid[row, column] = digit
                    there[row, column] = True
        missing.sort()
        under_way = set(self._asked) if self._job else set()
        self._wanted = [
            (key, plane.tile_code(*key[2:])) for _, key in missing if key not in under_way
        ]
        self._ask()
        return laid.swapaxes(1, 2).reshape(rows * SIDE_PX, columns * SIDE_PX), there

    def _ask(self) -> None:
        if self._job or not self._wanted or not self._model:
            return
        some, self._wanted = self._wanted[:AT_ONCE], self._wanted[AT_ONCE:]
        self._asked = [key for key, _ in some]
        codes = np.array([code for _, code in some], np.float32)
        labels = None if self._label is None else (self._label,) * len(some)
        request = DrawDigits(self._model, codes, labels, Slot.TILES)
        self._job = self._bridge.client.ask(request)

    def _on_event(self, event: Event) -> None:
        if event.request.job != self._job or event.request.slot is not Slot.TILES:
            return
        self._job = 0
        if not isinstance(event, DigitsDrawn):
            self._wanted.clear()  # the point's own request says why
            return
        if len(self._kept) > self._most_kept:
            self._kept.clear()
        self._kept.update(zip(self._asked, event.digits, strict=True))
        self._ask()
        self.drawn.emit()
