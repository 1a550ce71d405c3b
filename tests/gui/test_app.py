"""What only a real start shows: imports, and the window with the real worker."""

import ast
import html
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QSettings
from PySide6.QtWidgets import QMenu, QWidget

import restorer.gui
from restorer.__main__ import wants_window
from restorer.engine import imagefile
from restorer.gui import about_model
from restorer.gui.actions import Actions
from restorer.gui.app import make_window
from restorer.gui.batch.table import size_text
from restorer.gui.bridge import Bridge
from restorer.gui.preferences import PreferencesFile
from restorer.gui.status import speed
from restorer.gui.widgets import decimal
from restorer.models import CATALOG_NAME
from restorer.settings import Saving, Settings, resources_dir, weights_dir
from restorer.worker.client import WorkerClient
from tests.gui.conftest import write_photo

PATIENCE_MS = 120_000  # only a failing test waits that long


def test_the_window_imports_no_torch():
    code = (
        "import sys, restorer.gui.app; "
        "print(*(name for name in ('torch', 'torchvision') if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "", "")


def test_photos_and_nothing_open_the_window_and_commands_do_not(tmp_path, monkeypatch):
    photo = write_photo(tmp_path / "a.png", 16, 16)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "restore").touch()
    assert wants_window([])
    assert wants_window([str(photo), str(tmp_path)])
    assert wants_window(["./restore"])
    assert not wants_window(["restore"])
    assert not wants_window(["restore", str(photo)])
    assert not wants_window(["--help"])
    assert not wants_window(["missing.jpg"])
    assert not wants_window([300 * "x"])


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a desktop")
def test_without_a_screen_a_sentence_is_said():
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {name: value for name, value in os.environ.items() if name not in screens}
    command = [sys.executable, "-m", "restorer"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert (done.returncode, done.stdout) == (1, "")
    assert "There is no screen" in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no variable names the cache")
def test_a_cache_that_cannot_be_made_is_said_in_a_box(tmp_path):
    (tmp_path / "cache").write_text("not a folder")
    code = (
        "import sys; from PySide6.QtWidgets import QMessageBox; from restorer.gui.app import run; "
        "QMessageBox.critical = lambda _parent, _title, text: print(text); sys.exit(run([]))"
    )
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    environment |= {"XDG_CONFIG_HOME": str(tmp_path / "config")}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 1
    assert f"cannot keep pixels in {tmp_path / 'cache'}" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.fixture
def window(qtbot, tmp_path):
    """On the real worker process with the shipped weights."""
    bridge = Bridge(lambda on_event: WorkerClient(on_event, cache=tmp_path / "cache"))
    preferences = PreferencesFile(tmp_path / "preferences.json")
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    made = make_window(bridge, preferences, settings)
    made.show()
    yield made
    made.session._complete = False
    made.close()
    bridge.client.close()
    made.deleteLater()


@pytest.fixture
def session(window):
    return window.session


@pytest.fixture
def photo_file(tmp_path):
    return write_photo(tmp_path / "photos" / "photo.png", 300, 200)


def test_a_photo_from_the_file_to_the_saved_result(session, qtbot, photo_file, tmp_path):
    session.open([photo_file])
    qtbot.waitUntil(lambda: session.is_complete, timeout=PATIENCE_MS)
    assert session.running.device.startswith("CPU") or session.running.device
    assert session.running.megapixels_per_s > 0
    session.save(tmp_path / "out.png", Saving())
    qtbot.waitUntil(lambda: session.saved_as is not None, timeout=PATIENCE_MS)
    assert imagefile.describe(tmp_path / "out.png").width == 300


def test_a_killed_worker_is_told_and_replaced(window, session, qtbot, tmp_path):
    session.open([write_photo(tmp_path / "large.png", 2000, 1500)])
    session.change(Settings(denoise=20.0, scale=2))
    qtbot.waitUntil(
        lambda: session.progress is not None and session.progress.eta_s is not None,
        timeout=PATIENCE_MS,
    )
    os.kill(window.session._client.process_id, signal.SIGKILL)
    qtbot.waitUntil(lambda: session.trouble is not None, timeout=PATIENCE_MS)
    assert "ended unexpectedly" in session.trouble.text
    assert window.message.again.isVisible()
    assert session.photo.name == "large.png"
    session.change(Settings(denoise="off"))
    qtbot.waitUntil(lambda: session.is_complete, timeout=PATIENCE_MS)


def test_stopping_answers_within_a_layer(session, qtbot, tmp_path):
    session.open([write_photo(tmp_path / "large.png", 2000, 1500)])
    session.change(Settings(denoise=20.0, scale=4))
    qtbot.waitUntil(
        lambda: session.progress is not None and session.progress.eta_s is not None,
        timeout=PATIENCE_MS,
    )
    process = session._client.process_id
    session.cancel()
    qtbot.waitUntil(lambda: session.progress is None, timeout=PATIENCE_MS)
    assert session._client.process_id == process  # it stopped; it was not killed
    assert not session.is_complete


def test_german_is_complete(qapp):
    """Every text of the window is in the source of the translation, and translated there."""
    source = (resources_dir() / "translations" / "restorer_de.ts").read_text(encoding="utf-8")
    assert 'type="unfinished"' not in source
    known = {html.unescape(text) for text in re.findall(r"<source>(.*?)</source>", source)}
    folder = Path(restorer.gui.__file__).parent
    wanted = {
        text
        for file in folder.rglob("*.py")
        for text in translatable(ast.parse(file.read_text(encoding="utf-8")))
    }
    assert len(wanted) > 100
    assert wanted == known


TRANSLATING = ("tr", "translate", "QT_TRANSLATE_NOOP")


def translatable(tree):
    """The literals that are given to them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in TRANSLATING and isinstance(node.args[-1], ast.Constant):
                yield node.args[-1].value


def test_the_window_speaks_german(speak, qtbot):
    assert QCoreApplication.translate("Actions", "&File") == "&File"
    speak("de")
    bar = Actions(QWidget(), QWidget()).menus
    assert bar.actions()[0].text() == "&Datei"
    assert (decimal(17.14, 1), speed(0.37), size_text(12_345_678)) == ("17,1", "0,37", "12,3 MB")


def test_the_limits_of_each_model_of_photos_can_be_translated(speak):
    shipped = json.loads((weights_dir() / CATALOG_NAME).read_text(encoding="utf-8"))["models"]
    limits = {model["limits"] for model in shipped if model["scale"]}
    assert limits == set(about_model.LIMITS)
    speak("de")
    for text in limits:
        assert QCoreApplication.translate("AboutModels", text) != text


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_letter_means_two_things_in_a_menu(qapp, speak, language):
    def check(actions):
        letters = re.findall("&([^&])", "".join(action.text() for action in actions).lower())
        assert len(letters) == len(set(letters)), [action.text() for action in actions]
        for action in actions:
            if isinstance(action.menu(), QMenu):
                check(action.menu().actions())

    speak(language)
    made = Actions(QWidget(), QWidget())
    check(made.menus.actions())


@pytest.mark.parametrize("call", ["repaint", "update", "fit"])
def test_qt_leaves_none_alone(window, call):
    """Until Python 3.12 `None` is counted; a PySide that forgets to ends the program at zero."""
    before = sys.getrefcount(None)
    for _ in range(200):
        getattr(window.viewer, call)()
    assert abs(sys.getrefcount(None) - before) < 100
