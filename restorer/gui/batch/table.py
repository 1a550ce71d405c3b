"""The files of a batch as a table that stays fluent with 200,000 of them."""

from __future__ import annotations

import enum
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QTableView

from restorer.engine.batch.job import Event, FileEnded, FileProgressed, FilesFound, FileStarted
from restorer.engine.batch.journal import Entry
from restorer.engine.batch.plan import Item, Plan
from restorer.gui.batch.thumbnails import Thumbnails
from restorer.gui.widgets import decimal

MOST_MOVED: Final = 500  # rows at once: 20 ms, as long as all of 200,000 anew
Index = QModelIndex | QPersistentModelIndex
_ROOT: Final = QModelIndex()


class State(enum.IntEnum):
    """Of one file, in the order in which it goes through them."""

    WAITING = 0
    WORKING = 1
    DONE = 2
    SKIPPED = 3
    FAILED = 4


class Column(enum.IntEnum):
    """From left to right."""

    NAME = 0
    SIZE = 1
    STATE = 2
    NOISE = 3
    TIME = 4
    REASON = 5


_NUMBERS: Final = (Column.SIZE, Column.NOISE, Column.TIME)
_ENDED: Final = {"done": State.DONE, "skipped": State.SKIPPED, "failed": State.FAILED}


class BatchModel(QAbstractTableModel):
    """Plain lists with a place for each file; a filter is a list of places, not a proxy."""

    def __init__(self, thumbnails: Thumbnails) -> None:
        super().__init__()
        self._thumbnails = thumbnails
        self._thumbnails.ready.connect(self._on_thumbnail)
        self._items: list[Item] = []
        self._places: dict[str, int] = {}
        self._states: list[State] = []
        self._shares: dict[int, float] = {}
        self._entries: dict[int, Entry] = {}
        self._filter: State | None = None
        self._shown: list[int] | range = range(0)

    def show_plan(self, plan: Plan) -> None:
        """Other files; all wait."""
        self.beginResetModel()
        self._items = list(plan.items)
        self._places = {item.name: place for place, item in enumerate(plan.items)}
        self._states = [State.WAITING] * len(plan.items)
        self._shares, self._entries = {}, {}
        self._shown = self._matching()
        self.endResetModel()

    def filter(self, state: State | None) -> None:
        """Only files in that state; None shows all."""
        self.beginResetModel()
        self._filter = state
        self._shown = self._matching()
        self.endResetModel()

    def count(self, state: State) -> int:
        return self._states.count(state)

    def hear(self, events: list[Event]) -> None:
        """What has happened to the files."""
        self._show_changes([place for event in events for place in self._hear(event)])

    def settle(self) -> None:
        """The job has ended: what was in hand waits again."""
        places, self._shares = list(self._shares), {}
        for place in places:
            self._states[place] = State.WAITING
        self._show_changes(places)

    def item(self, index: Index) -> Item:
        return self._items[self._shown[index.row()]]

    def entry(self, index: Index) -> Entry | None:
        """What the journal says of the file, once it has ended."""
        return self._entries.get(self._shown[index.row()])

    @property
    def is_empty(self) -> bool:
        """Whether no photos are known, whatever is filtered."""
        return not self._items

    def rowCount(self, parent: Index = _ROOT) -> int:  # noqa: N802
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = _ROOT) -> int:  # noqa: N802
        return 0 if parent.isValid() else len(Column)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        if not index.isValid():
            return None
        place, column = self._shown[index.row()], Column(index.column())
        roles = Qt.ItemDataRole
        if role == roles.DisplayRole:
            return self._text(place, column)
        if role == roles.ToolTipRole and column in (Column.NAME, Column.REASON):
            return self._items[place].path if column is Column.NAME else self._text(place, column)
        if role == roles.DecorationRole and column is Column.NAME:
            return self._thumbnail(place)
        if role == roles.TextAlignmentRole and column in _NUMBERS:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:  # noqa: ANN401
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole and section in _NUMBERS:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        titles = (
            self.tr("Photo"),
            self.tr("Size"),
            self.tr("State"),
            self.tr("Noise"),
            self.tr("Time"),
            self.tr("Remark"),
        )
        return titles[section]

    def state_name(self, state: State) -> str:
        """For people."""
        names = {
            State.WAITING: self.tr("waiting"),
            State.WORKING: self.tr("in work"),
            State.DONE: self.tr("done"),
            State.SKIPPED: self.tr("skipped"),
            State.FAILED: self.tr("failed"),
        }
        return names[state]

    def _show_changes(self, places: list[int]) -> None:
        if not places:
            return
        first, last = min(places), max(places)
        if self._filter is not None:
            self._follow_filter(places)
            first, last = 0, len(self._shown) - 1
        if self._shown:
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(Column) - 1))

    def _follow_filter(self, places: list[int]) -> None:
        """Row by row, so that what is selected stays so; unless that would be too many."""
        shown = self._shown
        assert isinstance(shown, list)
        moved = []
        for place in sorted(set(places)):
            row = bisect_left(shown, place)
            is_shown = row < len(shown) and shown[row] == place
            if is_shown is not (self._states[place] is self._filter):
                moved.append((place, is_shown))
        if len(moved) > MOST_MOVED:
            self.filter(self._filter)
            return
        for place, is_shown in moved:
            row = bisect_left(shown, place)
            if is_shown:
                self.beginRemoveRows(_ROOT, row, row)
                del shown[row]
                self.endRemoveRows()
            else:
                self.beginInsertRows(_ROOT, row, row)
                shown.insert(row, place)
                self.endInsertRows()

    def _hear(self, event: Event) -> list[int]:
        """The places of the files that it is about."""
        if isinstance(event, FilesFound):
            return self._add(event.items)
        if isinstance(event, FileEnded):
            place = self._places.get(event.entry.name)
            if place is None:
                return []
            self._states[place] = _ENDED.get(event.entry.state, State.WAITING)
            self._entries[place] = event.entry
            self._shares.pop(place, None)
            return [place]
        if isinstance(event, FileStarted | FileProgressed):
            place = self._places.get(event.name)
            if place is None:
                return []
            self._states[place] = State.WORKING
            self._shares[place] = getattr(event, "share", 0.0)
            return [place]
        return []

    def _add(self, items: Sequence[Item]) -> list[int]:
        """New files come last; one that has changed waits again where it is."""
        known = [item for item in items if item.name in self._places]
        fresh = [item for item in items if item.name not in self._places]
        for item in known:
            place = self._places[item.name]
            self._items[place], self._states[place] = item, State.WAITING
            self._entries.pop(place, None)
            self._shares.pop(place, None)
            self._thumbnails.forget(item.path)
        first = len(self._items)
        if fresh and self._filter is None:
            self.beginInsertRows(_ROOT, first, first + len(fresh) - 1)
        self._items += fresh
        self._states += [State.WAITING] * len(fresh)
        self._places |= {item.name: first + number for number, item in enumerate(fresh)}
        if fresh and self._filter is None:
            self._shown = range(len(self._items))
            self.endInsertRows()
        return [self._places[item.name] for item in items]

    def _matching(self) -> list[int] | range:
        if self._filter is None:
            return range(len(self._items))
        return [place for place, state in enumerate(self._states) if state is self._filter]

    def _text(self, place: int, column: Column) -> str:
        if column is Column.NAME:
            return self._items[place].name
        if column is Column.SIZE:
            return size_text(self._items[place].size_bytes)
        state, entry = self._states[place], self._entries.get(place)
        if column is Column.STATE:
            share = self._shares.get(place)
            return self.state_name(state) if share is None else f"{100 * share:.0f} %"
        return "" if entry is None else _of_entry(entry, column)

    def _thumbnail(self, place: int) -> QImage | None:
        return self._thumbnails.get(self._items[place].path)

    def _on_thumbnail(self) -> None:
        """Some have come; the view asks again for those that it shows."""
        if self._shown:
            last = self.index(len(self._shown) - 1, Column.NAME)
            self.dataChanged.emit(
                self.index(0, Column.NAME), last, [Qt.ItemDataRole.DecorationRole]
            )


class BatchTable(QTableView):
    """The rows; before there are any, what they will be."""

    def __init__(self, model: BatchModel) -> None:
        super().__init__()
        self._batch = model
        self.setModel(model)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        super().paintEvent(event)
        if self._batch.is_empty:
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().placeholderText().color())
            text = self.tr("What becomes of each photo is shown here.")
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, text)


def size_text(count: int) -> str:
    """
    >>> size_text(512), size_text(34_567), size_text(12_345_678)
    ('1 kB', '35 kB', '12.3 MB')
    """
    return f"{decimal(count / 1e6, 1)} MB" if count >= 1e6 else f"{max(1, round(count / 1e3))} kB"


def _of_entry(entry: Entry, column: Column) -> str:
    if column is Column.NOISE:
        if entry.kind == "jpeg":
            return "JPEG"
        return "" if entry.sigma is None else decimal(entry.sigma, 1)
    if column is Column.TIME:
        return "" if entry.seconds is None else f"{decimal(entry.seconds, 1)} s"
    return entry.reason or (entry.target or "" if entry.state == "done" else "")
