"""Takes pictures of the window with the drawn sample, through the real worker.

`python tests/benchmarks/screenshots.py OUT [--theme dark|light] [--language en|de] [--size W H]`
writes start.png, compare.png, side.png, removed.png, digits.png, error.png and one of each dialog.
README shows compare.png, in dark and in light, and digits.png. On a machine without a screen run it
under Xvfb or set QT_QPA_PLATFORM=offscreen; QT_SCALE_FACTOR=2 shows it as on a screen of high
density.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import click
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QWidget

from restorer.gui.about_model import AboutModels
from restorer.gui.actions import Page
from restorer.gui.app import install_language, make_window
from restorer.gui.bridge import Bridge
from restorer.gui.digits.bridge import DigitBridge
from restorer.gui.exporting import ExportDialog
from restorer.gui.main_window import MainWindow
from restorer.gui.preferences import Preferences, PreferencesFile
from restorer.gui.shortcuts import Shortcuts
from restorer.gui.viewer import Compare
from restorer.settings import weights_dir
from restorer.worker.client import WorkerClient
from restorer.worker.digits import DigitClient


def settle(
    app: QApplication, done: Callable[[], object] = lambda: False, most_s: float = 0.4
) -> None:
    ends = time.monotonic() + most_s
    while time.monotonic() < ends and not done():
        app.processEvents()
        time.sleep(0.01)


def take_all(app: QApplication, window: MainWindow, out: Path) -> None:
    def take(name: str, widget: QWidget = window) -> None:
        settle(app)
        widget.grab().save(str(out / f"{name}.png"))

    session, viewer = window.session, window.viewer
    take("start")
    window.opening.open_sample()
    settle(app, lambda: session.is_complete, most_s=300)
    take("compare")
    session.change(replace(session.settings, scale=2))
    settle(app, lambda: session.is_complete, most_s=300)
    viewer.set_zoom(1.0)
    for name, compare in (("side", Compare.SIDE_BY_SIDE), ("removed", Compare.REMOVED)):
        viewer.set_compare(compare)
        take(name)
    viewer.set_compare(Compare.DIVIDER)
    window.show_page(Page.DIGITS)
    settle(app, most_s=12)  # the models load, then the map fills
    take("digits")
    window.open_paths([out / "missing.jpg"])
    settle(app, lambda: session.trouble is not None, most_s=60)
    take("error")
    assert session.photo is not None
    for name, dialog in (
        ("about", AboutModels(["upscaler-x2", "denoiser"], weights_dir(), window)),
        ("export", ExportDialog(session.photo, 95, window)),
        ("shortcuts", Shortcuts(window.actions_.menus, window)),
    ):
        dialog.setModal(False)
        dialog.show()
        take(name, dialog)
        dialog.close()


@click.command()
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option("--theme", type=click.Choice(["dark", "light"]), default="dark")
@click.option("--language", type=click.Choice(["en", "de"]), default="en")
@click.option("--size", nargs=2, type=int, default=(1280, 800))
def main(out: Path, theme: str, language: str, size: tuple[int, int]) -> None:
    """Writes the pictures into OUT."""
    out.mkdir(parents=True, exist_ok=True)
    app = QApplication([])
    translators = install_language(app, language)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bridge = Bridge(lambda on_event: WorkerClient(on_event, cache=folder / "cache"))
        preferences = PreferencesFile(folder / "preferences.json")
        preferences.value = Preferences(theme=theme)
        settings = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
        digits = DigitBridge(lambda on_event: DigitClient(on_event, weights=weights_dir()))
        window = make_window(bridge, preferences, settings, digits)
        window.resize(*size)
        window.show()
        take_all(app, window, out)
        bridge.client.close()
        digits.client.close()
    click.echo(f"{len(list(out.glob('*.png')))} pictures in {out}, {len(translators)} translations")


if __name__ == "__main__":
    main()
