"""How the window feels, as numbers: waits, pauses, frames a second, memory.

Everything is driven as a user would, with the real worker process; without a display Qt draws
offscreen, which costs the same but for the way to the screen.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from restorer.benchmark.memory import peak_mib_of

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from restorer.gui.main_window import MainWindow

LARGE_MEGAPIXELS: Final = 100.0
TICK_MS: Final = 5
RUN_S: Final = 8.0  # how long the event loop is watched while the network runs
_PATIENCE_S: Final = 600.0
_ONE_START = (
    "import sys; from restorer.benchmark.window import first_paint; first_paint(float(sys.argv[1]))"
)


@dataclass(frozen=True, slots=True)
class WindowScore:
    """Seconds, milliseconds and MiB, for a drawn photo of `megapixels`.

    `start_s`: from the start of the process to the first painted window. `open_s`: from opening to
    the photo on the screen. `first_tile_s`: from "restore" to the first tile in view, with a warm
    worker. `delay_*_ms`: how late the event loop was while the network ran. `fps`: frames a second
    while zooming and panning over a photo of 100 megapixels. `cancel_s`: from Cancel to idle.
    Memory is the peak of each process, None where the system does not tell it.
    """

    megapixels: float
    start_s: float
    open_s: float
    first_tile_s: float
    delay_p50_ms: float
    delay_p99_ms: float
    delay_max_ms: float
    cancel_s: float
    fps: float
    window_mib: float | None
    worker_mib: float | None


def measure(megapixels: float) -> WindowScore:
    """All of it; takes a minute or two. Needs a desktop or Qt's offscreen platform."""
    if sys.platform == "linux" and not (os.getenv("DISPLAY") or os.getenv("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    start_s = min(_start_s() for _ in range(3))  # the first also waits for the disk
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with multiprocessing.get_context("spawn").Pool(1) as pool:  # not in the memory measured
            pool.apply(_draw, (folder / "photo.jpg", megapixels))
            pool.apply(_draw, (folder / "large.jpg", LARGE_MEGAPIXELS))
        return _measure_window(folder, megapixels, start_s)


def _measure_window(folder: Path, megapixels: float, start_s: float) -> WindowScore:
    from PySide6.QtCore import QSettings
    from PySide6.QtWidgets import QApplication

    from restorer.gui.app import make_window
    from restorer.gui.bridge import Bridge
    from restorer.gui.preferences import PreferencesFile
    from restorer.worker.client import WorkerClient

    app = QApplication([])
    client: list[WorkerClient] = []

    def connect(on_event: Callable[..., None]) -> WorkerClient:
        client.append(WorkerClient(on_event, cache=folder / "cache"))
        return client[0]

    preferences = PreferencesFile(folder / "preferences.json")
    settings = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
    window = make_window(Bridge(connect), preferences, settings)
    window.show()
    try:
        _until(app, lambda: bool(window.session.running.device))
        open_s = _open_s(app, window, folder / "photo.jpg")
        first_tile_s, delays = _first_tile_and_delays(app, window)
        cancel_s = _cancel_s(app, window)
        _open_s(app, window, folder / "large.jpg")
        window.session.cancel()
        fps = _frames_per_second(app, window)
        worker_mib = peak_mib_of(client[0].process_id)
    finally:
        window.hide()
        client[0].close()
    p50, p99, longest = np.percentile(delays, (50, 99, 100))
    return WindowScore(
        megapixels=megapixels,
        start_s=start_s,
        open_s=open_s,
        first_tile_s=first_tile_s,
        delay_p50_ms=float(p50),
        delay_p99_ms=float(p99),
        delay_max_ms=float(longest),
        cancel_s=cancel_s,
        fps=fps,
        window_mib=peak_mib_of(os.getpid()),
        worker_mib=worker_mib,
    )


def first_paint(started: float) -> None:
    """Shows an empty window, prints the seconds since `started` at its first paint, and ends."""
    from PySide6.QtCore import QSettings, QTimer
    from PySide6.QtWidgets import QApplication

    from restorer.gui.app import make_window
    from restorer.gui.bridge import Bridge
    from restorer.gui.preferences import PreferencesFile
    from restorer.worker.client import WorkerClient

    app = QApplication([])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bridge = Bridge(lambda on_event: WorkerClient(on_event, cache=folder / "cache"))
        preferences = PreferencesFile(folder / "preferences.json")
        settings = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
        window = make_window(bridge, preferences, settings)
        window.show()
        window.repaint()
        print(time.time() - started, flush=True)  # noqa: T201  read by `_start_s`
        QTimer.singleShot(0, app.quit)
        app.exec()
        bridge.client.close()


def _draw(path: Path, megapixels: float) -> None:
    from restorer.benchmark.speed import draw_photo  # imports torch, which the window does without

    draw_photo(path, megapixels)


def _start_s() -> float:
    command = [sys.executable, "-c", _ONE_START, str(time.time())]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    return float(done.stdout)


def _open_s(app: QApplication, window: MainWindow, path: Path) -> float:
    before = window.session.photo
    started = time.monotonic()
    window.open_paths([path])
    _until(app, lambda: window.session.photo is not before)
    window.viewer.repaint()
    return time.monotonic() - started


def _first_tile_and_delays(app: QApplication, window: MainWindow) -> tuple[float, list[float]]:
    """Seconds to the first tile in view at 100 %, and how late the ticks came, in milliseconds."""
    from PySide6.QtCore import QTimer

    session = window.session
    session.cancel()
    _until(app, lambda: session.progress is None)
    window.viewer.set_zoom(1.0)
    tiles: list[float] = []
    session.tile_finished.connect(lambda _box: tiles.append(time.monotonic()))
    started = time.monotonic()
    session.change(replace(session.settings, denoise=15.0))
    _until(app, lambda: bool(tiles))
    window.viewer.repaint()
    first_tile_s = time.monotonic() - started

    ticks: list[float] = []
    timer = QTimer(interval=TICK_MS)
    timer.timeout.connect(lambda: ticks.append(time.monotonic()))
    timer.start()
    ends = time.monotonic() + RUN_S
    _until(app, lambda: time.monotonic() > ends or session.progress is None)
    timer.stop()
    return first_tile_s, [max(0.0, 1000 * gap - TICK_MS) for gap in np.diff(ticks)]


def _cancel_s(app: QApplication, window: MainWindow) -> float:
    session = window.session
    session.change(replace(session.settings, denoise=20.0))
    _until(app, lambda: session.progress is not None and session.progress.eta_s is not None)
    started = time.monotonic()
    session.cancel()
    _until(app, lambda: session.progress is None)
    return time.monotonic() - started


def _frames_per_second(app: QApplication, window: MainWindow) -> float:
    viewer, count = window.viewer, 0
    started = time.monotonic()
    for move in _tour():
        move(window)
        viewer.repaint()
        app.processEvents()
        count += 1
    return count / (time.monotonic() - started)


def _tour() -> Iterator[Callable[[MainWindow], None]]:
    """In, across, and out again, in small steps."""
    from PySide6.QtCore import QPointF

    for _ in range(40):
        yield lambda window: window.viewer.zoom_by(0.3, QPointF(300, 200))
    for _ in range(60):
        yield lambda window: window.viewer.pan(QPointF(-23, -11))
    for _ in range(40):
        yield lambda window: window.viewer.zoom_by(-0.3, QPointF(500, 300))


def _until(app: QApplication, done: Callable[[], bool]) -> None:
    from PySide6.QtCore import QEventLoop

    ends = time.monotonic() + _PATIENCE_S
    while not done():
        if time.monotonic() > ends:
            raise TimeoutError("The window did not get there.")
        app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        time.sleep(0.0005)
