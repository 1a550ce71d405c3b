"""The Folder page with very many photos: how long it takes to open, and how it scrolls."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SCROLLS: Final = 200


@dataclass(frozen=True, slots=True)
class TableScore:
    """`open_s`: from a finished plan to the painted table. `scroll_max_ms`, `scroll_p50_ms`: a step
    of a scroll through the whole table, until it is painted. `event_ms`: to hear of 100 files."""

    rows: int
    open_s: float
    scroll_p50_ms: float
    scroll_max_ms: float
    event_ms: float


def measure(rows: int) -> TableScore:
    """With files that do not exist, so that no thumbnails are made beside it."""
    if sys.platform == "linux" and not (os.getenv("DISPLAY") or os.getenv("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from restorer.engine.batch.job import Event, FileEnded
    from restorer.engine.batch.journal import Entry
    from restorer.engine.batch.plan import Item, Plan
    from restorer.gui.batch.page import FolderPage
    from restorer.gui.batch.runner import BatchRunner
    from restorer.gui.bridge import Bridge
    from restorer.gui.session import Session
    from restorer.worker.client import WorkerClient

    app = QApplication([])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bridge = Bridge(lambda on_event: WorkerClient(on_event, cache=folder / "cache"))
        runner = BatchRunner()
        page = FolderPage(Session(bridge), runner)
        page.resize(1100, 760)
        page.show()
        app.processEvents()
        items = (Item(f"{i}.jpg", f"{name}/{i}.jpg", f"{i}.jpg", 4_000_000) for i in range(rows))
        plan = Plan(folder, tuple(items))

        started = time.monotonic()
        runner.planned.emit(plan)
        app.processEvents()
        page.repaint()
        open_s = time.monotonic() - started

        bar = page.table.verticalScrollBar()
        steps = []
        for step in range(SCROLLS):
            before = time.monotonic()
            bar.setValue(round(bar.maximum() * step / SCROLLS))
            page.table.viewport().repaint()
            app.processEvents()
            steps.append(1000 * (time.monotonic() - before))

        events: list[Event] = [FileEnded(Entry(f"{i}.jpg", "done")) for i in range(100)]
        before = time.monotonic()
        runner.happened.emit(events)
        app.processEvents()
        event_ms = 1000 * (time.monotonic() - before)
        page.thumbnails.stop()
        bridge.client.close()
    steps.sort()
    return TableScore(rows, open_s, steps[len(steps) // 2], steps[-1], event_ms)
