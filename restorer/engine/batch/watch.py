"""New files in a folder, taken once they have stopped growing; no torch."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Final

from restorer.engine.batch.plan import Item, Plan, Selection, make_plan
from restorer.errors import PlanError

POLL_S: Final = 2.0

_Stamp = tuple[int, int]  # bytes, and the time of the last change in nanoseconds


class Arrivals:
    """Files that come or change after the plan was made.

    Polls, because no notification works on every disk that is shared over a network. A file is
    taken when two polls in a row find it with the same size and time; those are compared with each
    other and never with the clock, which may be wrong.
    """

    def __init__(self, selection: Selection, plan: Plan, ended: Collection[str] = ()) -> None:
        # What has one name with another gets a number: there is nobody to ask any more.
        self._selection = (
            selection if selection.existing == "replace" else replace(selection, existing="number")
        )
        self._handled = {item.path: _stamp(item.source) for item in plan.items}
        self._ended = set(ended)  # came while a worker watched that has died since
        self._seen: dict[str, _Stamp] = {}

    def poll(self) -> tuple[Item, ...]:
        """The files that are ready now, each once until it changes again."""
        try:
            items = make_plan(self._selection).items
        except PlanError:  # a folder that is gone for a moment, or a file that cannot be named
            return ()
        ready: list[Item] = []
        seen: dict[str, _Stamp] = {}
        for item in items:
            stamp = _stamp(item.source)
            if item.path in self._ended:
                self._ended.remove(item.path)
                self._handled.setdefault(item.path, stamp)
            if stamp is None or self._handled.get(item.path) == stamp:
                continue
            if self._seen.get(item.path) == stamp:
                self._handled[item.path] = stamp
                ready.append(item)
            else:
                seen[item.path] = stamp
        self._seen = seen
        return tuple(ready)


def _stamp(path: Path) -> _Stamp | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns
