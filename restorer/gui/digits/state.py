"""What the page of digits shows: observable, and without a widget."""

from __future__ import annotations

import math
import secrets
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from PySide6.QtCore import QObject, Signal

from restorer.engine import digitmap
from restorer.engine.digitmap import Codes
from restorer.engine.digitpicture import Bytes, to_bytes
from restorer.engine.image import Pixels
from restorer.gui.digits.bridge import DigitBridge
from restorer.gui.digits.tiles import Tiles
from restorer.gui.digits.values import (
    CONDITIONAL,
    MODELS,
    PLAIN,
    VAE,
    OwnDigit,
    Point,
    Sheet,
    is_there,
)
from restorer.worker.digit_protocol import (
    Chart,
    ChartMap,
    DigitLocated,
    DigitsDrawn,
    DigitsFailed,
    DrawDigits,
    Event,
    LocateDigit,
    MapCharted,
    Slot,
)

TRAIL: Final = 60  # points that the marker leaves behind
FARTHEST: Final = 99.0


class DigitsState(QObject):
    """Widgets change it and follow its signals; it asks the digits' process for what they show."""

    model_changed = Signal()
    charted = Signal()
    moved = Signal()
    drawn = Signal()
    glimpsed = Signal()
    marks_changed = Signal()
    sheet_changed = Signal()
    own_changed = Signal()
    failed = Signal(str)

    def __init__(self, bridge: DigitBridge, weights: Path) -> None:
        super().__init__()
        self._bridge = bridge
        self.models = tuple(name for name in MODELS if is_there(weights, name))
        self.model = VAE
        self.digit_wanted = 7  # of the conditional model
        self.point: Point = (0.0, 0.0)
        self.trail: list[Point] = []
        self.digit: Bytes | None = None
        self.digit_point: Point = (0.0, 0.0)
        self.glimpse: tuple[Point, Bytes] | None = None
        self.chart: Chart | None = None
        self.marks: list[Point | None] = [None, None]
        self.sheet: Sheet | None = None
        self.own: OwnDigit | None = None
        self.tiles = Tiles(bridge)
        self._looks = False
        self._oldest = 0  # answers to earlier requests are about another model
        self._sheets: dict[int, tuple[Sheet, int]] = {}  # by job: the sheet and its place
        self._halves: dict[int, Bytes] = {}
        self._own_seen: Pixels | None = None
        self._found_by: int | None = None  # the job that looks for a digit that is new
        bridge.event_received.connect(self._on_event)

    @property
    def label(self) -> int | None:
        """The digit asked for, if the model can be asked."""
        return self.digit_wanted if self.model == CONDITIONAL else None

    @property
    def is_guess(self) -> bool:
        """Whether hardly any digit lies around the point."""
        return self.chart is not None and self.chart.is_guess(self.point)

    def start(self) -> None:
        """Asks for the first map; the process starts with it."""
        self._change_map()

    def choose_model(self, model: str) -> None:
        if model != self.model and model in self.models:
            self.model = model
            self._change_map()

    def choose_digit(self, digit: int) -> None:
        """Of the conditional model."""
        if digit != self.digit_wanted:
            self.digit_wanted = digit
            if self.model == CONDITIONAL:
                self._change_map(same_model=True)

    def move_to(self, point: Point) -> None:
        """Shows the digit there; while one is drawn only the newest point waits."""
        if not all(math.isfinite(value) for value in point):
            return
        x, y = (min(FARTHEST, max(-FARTHEST, value)) for value in point)
        if (x, y) != self.point:
            self.trail = [*self.trail, self.point][-TRAIL:]
            self.point = (x, y)
        self.moved.emit()
        self._ask_for(Slot.POINT, self.point)

    def glimpse_at(self, point: Point | None) -> None:
        """A look at a point without going there; None for none."""
        self._looks = point is not None
        if point is None:
            self.glimpse = None
            self.glimpsed.emit()
        else:
            self._ask_for(Slot.GLIMPSE, point)

    def mark(self, index: int) -> None:
        """Makes the point the start (0) or the end (1) of a path."""
        self.marks[index] = self.point
        self.marks_changed.emit()

    # Many digits.

    def go_random(self) -> None:
        """To a point drawn from the prior."""
        x, y = digitmap.random_codes(1, _seed())[0].tolist()
        self.move_to((x, y))

    def show_random(self, count: int) -> None:
        codes = digitmap.random_codes(count, _seed())
        self._want_sheet(self.tr("{0} random digits").format(count), codes)

    def show_varied(self, count: int) -> None:
        """The point's digit and digits near it."""
        codes = digitmap.varied(self.point, count, _seed())
        codes[0] = self.point
        self._want_sheet(self.tr("Variations"), codes)

    def show_path(self, frames: int) -> None:
        """From mark to mark; without them from the middle to the point."""
        start = self.marks[0] or (0.0, 0.0)
        end = self.marks[1] or self.point
        codes = digitmap.path([start, end], frames)
        self._want_sheet(self.tr("Path of {0} frames").format(frames), codes, animated=True)

    def show_styles(self, count: int) -> None:
        """The digit asked for in random styles."""
        title = self.tr("{0} in random styles").format(self.digit_wanted)
        codes = digitmap.random_codes(count, _seed())
        self._want_sheet(title, codes, CONDITIONAL, [self.digit_wanted] * count)

    def show_all_ten(self) -> None:
        """All ten digits in the style of the point."""
        codes = np.repeat(np.array([self.point], np.float32), 10, axis=0)
        title = self.tr("All ten in this style")
        self._want_sheet(title, codes, CONDITIONAL, list(range(10)))

    def compare_with_plain(self, count: int) -> None:
        """The same random codes through the VAE and through the plain autoencoder."""
        codes = digitmap.random_codes(count, _seed())
        sheet = Sheet(
            self.tr("The same random codes"),
            np.zeros((0, 28, 28), np.uint8),
            np.concatenate((codes, codes)),
            None,
            count,
            (VAE, PLAIN),
            rows=(self.tr("VAE"), self.tr("Plain autoencoder")),
        )
        client = self._bridge.client
        self._sheets.clear()
        self._halves.clear()
        for place, (model, slot) in enumerate(
            ((VAE, Slot.SHEET), (PLAIN, Slot.SECOND_SHEET)),
        ):
            job = client.ask(DrawDigits(model, codes, None, slot))
            self._sheets[job] = (sheet, place)

    def close_sheet(self) -> None:
        self.sheet = None
        self.sheet_changed.emit()

    # A digit of one's own.

    def locate(self, seen: Pixels) -> None:
        """Goes where it lies. `seen`: (28, 28) in [0, 1], made ready as MNIST's are."""
        self._own_seen = seen
        self._found_by = self._ask_where(seen)

    def forget_own(self) -> None:
        self.own = self._own_seen = None
        self.own_changed.emit()

    # Answers.

    def _change_map(self, *, same_model: bool = False) -> None:
        client = self._bridge.client
        self.chart = None
        self.digit = self.glimpse = None
        if not same_model:
            self.trail = []
            self.marks = [None, None]
        self._oldest = client.ask(ChartMap(self.model, self.label))
        self.tiles.show_model(self.model, self.label)
        self.model_changed.emit()
        self._ask_for(Slot.POINT, self.point)
        if self._own_seen is not None:
            self._ask_where(self._own_seen)

    def _ask_where(self, seen: Pixels) -> int:
        return self._bridge.client.ask(LocateDigit(self.model, seen, self.label))

    def _ask_for(self, slot: Slot, point: Point) -> None:
        labels = None if self.label is None else (self.label,)
        codes = np.array([point], np.float32)
        self._bridge.client.ask(DrawDigits(self.model, codes, labels, slot))

    def _want_sheet(
        self,
        title: str,
        codes: Codes,
        model: str | None = None,
        labels: list[int] | None = None,
        *,
        animated: bool = False,
    ) -> None:
        if labels is None and self.label is not None:
            labels = [self.label] * len(codes)
        columns = len(codes) if animated else min(len(codes), 10)
        none_yet = np.zeros((0, 28, 28), np.uint8)
        model = model or self.model
        sheet = Sheet(title, none_yet, codes, labels, columns, (model,), animated)
        request = DrawDigits(model, codes, None if labels is None else tuple(labels), Slot.SHEET)
        self._halves.clear()
        self._sheets = {self._bridge.client.ask(request): (sheet, 0)}

    def _on_event(self, event: Event) -> None:
        slot, job = event.request.slot, event.request.job
        if slot is Slot.TILES:
            return
        of_map = slot not in (Slot.SHEET, Slot.SECOND_SHEET)
        if of_map and job < self._oldest:
            return
        if isinstance(event, DigitsFailed):
            self.failed.emit(event.message)
        elif isinstance(event, MapCharted):
            self.chart = event.chart
            self.charted.emit()
        elif isinstance(event, DigitLocated):
            self._show_own(event)
        elif slot in (Slot.POINT, Slot.GLIMPSE):
            x, y = event.request.codes[0].tolist()
            if slot is Slot.POINT:
                self.digit, self.digit_point = event.digits[0], (x, y)
                self.drawn.emit()
            elif self._looks:
                self.glimpse = ((x, y), event.digits[0])
                self.glimpsed.emit()
        elif job in self._sheets:
            self._show_sheet(event)

    def _show_own(self, event: DigitLocated) -> None:
        if self._own_seen is None:  # cleared meanwhile
            return
        seen = to_bytes(event.request.digit)
        self.own = OwnDigit(seen, event.code, event.sigma, event.reconstruction)
        self.own_changed.emit()
        # A later answer moves too: that of another model, asked before the digit was found.
        if self._found_by is not None and event.request.job >= self._found_by:
            self._found_by = None
            self.move_to(event.code)

    def _show_sheet(self, event: DigitsDrawn) -> None:
        sheet, place = self._sheets.pop(event.request.job)
        self._halves[place] = event.digits
        if not self._sheets:
            digits = np.concatenate([self._halves[i] for i in sorted(self._halves)])
            self._halves.clear()
            self.sheet = replace(sheet, digits=digits)
            self.sheet_changed.emit()


def _seed() -> int:
    return secrets.randbelow(2**31)
