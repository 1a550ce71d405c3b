"""Pictures to and from the clipboard."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal
from PySide6.QtGui import QGuiApplication, QImage

from restorer.engine import resultfile
from restorer.engine.blend import resized
from restorer.engine.wording import failure_text
from restorer.errors import ImageUnwritable
from restorer.gui.frames import ScreenColours
from restorer.gui.layers import Layer, Layers
from restorer.settings import Settings
from restorer.worker.protocol import Photo

PASTED_NAME: Final = "pasted.png"


class Copier(QObject):
    """Puts the whole result into the clipboard; a large one is made ready beside the window."""

    copied = Signal()
    failed = Signal(str)
    _ready = Signal(QImage)

    def __init__(self) -> None:
        super().__init__()
        self._ready.connect(self._on_ready)

    def copy(self, photo: Photo, layers: Layers, settings: Settings) -> None:
        """In sRGB, as programs take pictures in a clipboard to be."""
        ready, failed = self._ready, self.failed
        sorry = self.tr("{0} was not copied. {1}")

        class Work(QRunnable):
            def run(self) -> None:
                try:
                    ready.emit(result_image(photo, layers, settings))
                except Exception as error:  # noqa: BLE001  else nothing would ever be said
                    failed.emit(sorry.format(photo.name, failure_text(error)))

        QThreadPool.globalInstance().start(Work())

    def _on_ready(self, image: QImage) -> None:
        QGuiApplication.clipboard().setImage(image)
        self.copied.emit()


def result_image(photo: Photo, layers: Layers, settings: Settings) -> QImage:
    """The result as it would be saved, in 8 bits and sRGB."""
    colours = ScreenColours.to_srgb(photo.rest.icc)
    samples = colours.convert(layers.pixels(Layer.AFTER, 0, layers.extent))
    alpha = layers.alpha(0, layers.extent)
    size = settings.enlargement(photo.width, photo.height).size
    pixels = np.concatenate((samples, alpha[..., None]), axis=2)
    if size is not None:
        pixels = resized(pixels, size)
    height, width = pixels.shape[:2]
    data = np.ascontiguousarray(pixels)
    kind = QImage.Format.Format_RGBA8888 if layers.has_alpha else QImage.Format.Format_RGBX8888
    return QImage(data.data, width, height, 4 * width, kind).copy()


def pasted_file(cache: Path, name: str = PASTED_NAME) -> Path | None:
    """The clipboard's picture as a file of that name in the cache, or None if it holds none.

    Raises ImageUnwritable.
    """
    image = QGuiApplication.clipboard().image()
    if image.isNull():
        return None
    path = cache / name
    resultfile.make_folder(cache)
    if not image.save(str(path), quality=100):  # of a PNG: quickly, not small
        raise ImageUnwritable(path, f"The clipboard's picture cannot be kept in {cache}.")
    return path
