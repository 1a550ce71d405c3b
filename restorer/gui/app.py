"""Starts the window and its worker, and ends them."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QSettings, QTimer, QTranslator
from PySide6.QtWidgets import QApplication, QMessageBox

from restorer import __version__
from restorer.gui.bridge import Bridge
from restorer.gui.digits.bridge import DigitBridge
from restorer.gui.main_window import MainWindow
from restorer.gui.preferences import PreferencesFile
from restorer.gui.session import Session
from restorer.settings import resources_dir, weights_dir
from restorer.worker.client import WorkerClient, default_cache
from restorer.worker.digits import DigitClient


def run(paths: list[Path]) -> int:
    """Opens the window with these photos; returns the exit status when it is closed."""
    app = QApplication(sys.argv[:1])
    app.setApplicationName("Restorer")
    app.setOrganizationName("Restorer")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("restorer")
    preferences = PreferencesFile()
    translators = install_language(app, preferences.value.language)
    try:
        bridge = Bridge(WorkerClient)
    except OSError as error:
        QMessageBox.critical(None, "Restorer", why_not_started(error))
        return 1
    digits = DigitBridge(lambda on_event: DigitClient(on_event, weights=weights_dir()))
    window = make_window(bridge, preferences, QSettings(), digits)
    window.show()
    if paths:
        window.open_paths(paths)
    # Python sees Ctrl-C in the terminal only when it runs: let it, now and then.
    signal.signal(signal.SIGINT, lambda *_: app.quit())
    awake = QTimer(interval=300)
    awake.timeout.connect(lambda: None)
    awake.start()
    try:
        return app.exec()
    finally:
        bridge.client.close()
        digits.client.close()
        for translator in translators:
            app.removeTranslator(translator)


def why_not_started(error: OSError) -> str:
    """The worker is given a folder for pixels before there is a window to say anything."""
    text = QCoreApplication.translate(
        "App",
        "Restorer cannot start, because it cannot keep pixels in {0}: {1}. Make that a folder with "
        "room that you may write to, and start again.",
    )
    return text.format(error.filename or default_cache(), error.strerror or error)


def make_window(
    bridge: Bridge,
    preferences: PreferencesFile,
    settings: QSettings,
    digits: DigitBridge | None = None,
) -> MainWindow:
    """The window on a bridge whose client already runs; that of the digits starts when needed."""
    if digits is None:
        digits = DigitBridge(lambda on_event: DigitClient(on_event, weights=weights_dir()))
    session = Session(bridge, preferences.value.settings)
    return MainWindow(session, digits, bridge.client.cache, preferences, settings)


def install_language(app: QApplication, choice: str) -> list[QTranslator]:
    """`choice`: "en", "de", or "system". Qt's own words are translated along, and numbers."""
    locale = QLocale.system() if choice == "system" else QLocale(choice)
    places = (
        ("restorer", str(resources_dir() / "translations")),
        ("qtbase", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)),
    )
    installed = []
    for name, folder in places:
        translator = QTranslator(app)
        if translator.load(locale, name, "_", folder) and app.installTranslator(translator):
            installed.append(translator)
    is_translated = any("restorer" in Path(each.filePath()).name for each in installed)
    QLocale.setDefault(locale if is_translated else QLocale("en"))
    return installed
