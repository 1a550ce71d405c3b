"""The window on a worker that runs in the same process, when the test says so."""

import contextlib
import ctypes
import itertools
import os
from dataclasses import replace

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PIL import Image as PillowImage
from PySide6.QtCore import QLocale, QPoint, QPointF, QSettings, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from restorer.gui.app import install_language, make_window
from restorer.gui.bridge import Bridge
from restorer.gui.preferences import PreferencesFile
from restorer.gui.session import Session
from restorer.worker.protocol import JobCancelled, SavePhoto, WorkerDied
from restorer.worker.server import Server
from tests.conftest import drawn


def turn_wheel(widget, steps, at=None, modifiers=Qt.KeyboardModifier.NoModifier, sideways=0):
    """Over the point `at` of the widget, or over its middle."""
    at = widget.rect().center() if at is None else at
    event = QWheelEvent(
        QPointF(at),
        QPointF(widget.mapToGlobal(at)),
        QPoint(),
        QPoint(120 * sideways, 120 * steps),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


class SyncClient:
    """The real server with tiny networks; requests wait for `work`, and nothing runs beside."""

    def __init__(self, on_event, cache, weights):
        self.cache = cache
        self.sent = []
        self.waiting = []
        self.views = []
        self._on_event = on_event
        self._numbers = itertools.count(1)
        self._cancelled = ctypes.c_longlong(0)
        self._view = (ctypes.c_longlong * 4)()
        self.server = Server(self._receive, self._cancelled, self._view, cache, weights)
        self._events_left = None

    def _receive(self, event):
        self._on_event(event)
        if self._events_left is not None:
            self._events_left -= 1
            if self._events_left == 0:
                raise _Killed

    def warm_up(self):
        self.server.warm_up()

    def submit(self, request):
        request = replace(request, job=next(self._numbers))
        self.sent.append(request)
        self.waiting.append(request)
        return request.job

    def cancel(self, up_to):
        self._cancelled.value = max(self._cancelled.value, up_to)

    def look_at(self, view):
        self.views.append(view)
        self._view[:] = [view.left, view.top, view.width, view.height]

    def close(self):
        self._cancelled.value = 2**62

    def step(self):
        """Does the first thing that was asked for."""
        self.server.handle(self.waiting.pop(0))

    def work(self):
        """Does all that was asked for, and what comes of it."""
        while self.waiting:
            self.step()

    def work_and_die_after(self, events, *, hung=False):
        """The worker is gone after that many more events, and all that waits with it."""
        self._events_left = events
        lost = list(self.waiting)
        with contextlib.suppress(_Killed):
            self.work()
        self._events_left = None
        self.waiting.clear()
        cancelled = [
            r.job for r in lost if r.job <= self._cancelled.value and not isinstance(r, SavePhoto)
        ]
        for job in cancelled:
            self._on_event(JobCancelled(job))
        self._on_event(WorkerDied(tuple(r.job for r in lost if r.job not in cancelled), hung))


class _Killed(BaseException):
    """Ends the server from inside as SIGKILL would."""


@pytest.fixture
def bridge(qapp, tmp_path, tiny_weights):
    cache = tmp_path / "cache"
    cache.mkdir()
    made = Bridge(lambda on_event: SyncClient(on_event, cache, tiny_weights))
    made.client.warm_up()
    yield made
    made.client.close()


@pytest.fixture
def client(bridge):
    return bridge.client


@pytest.fixture
def session(bridge):
    return Session(bridge)


@pytest.fixture
def speak(qapp):
    """Another language for the widgets that are made from then on."""
    installed, numbers = [], QLocale()
    yield lambda language: installed.extend(install_language(qapp, language))
    QLocale.setDefault(numbers)
    for translator in installed:
        qapp.removeTranslator(translator)


@pytest.fixture
def window(open_window):
    return open_window()


@pytest.fixture
def open_window(qtbot, bridge, tmp_path):
    preferences = PreferencesFile(tmp_path / "config" / "preferences.json")
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    opened = []

    def open_():
        made = make_window(bridge, preferences, settings)
        opened.append(made)
        made.resize(1280, 800)
        made.show()
        qtbot.waitExposed(made)
        return made

    yield open_
    for made in opened:
        made.session._complete = False  # nothing to ask about
        made.close()
        made.deleteLater()


@pytest.fixture
def photo_file(tmp_path):
    return write_photo(tmp_path / "photos" / "photo.png")


def write_photo(path, width=400, height=300, channels=3):
    path.parent.mkdir(exist_ok=True)
    samples = drawn(width, height, channels)
    PillowImage.fromarray(samples[..., 0] if channels == 1 else samples).save(path)
    return path


def open_and_restore(session, client, path):
    """Opened and whole: what most tests begin with."""
    session.open([path])
    client.work()
    assert session.is_complete
