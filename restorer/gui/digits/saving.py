"""The ways by which digits leave the page: files, the clipboard, and Restore."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QStandardPaths, QThreadPool, Signal
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QWidget

from restorer.engine import digitfile, imagefile
from restorer.engine.digitpicture import Bytes, enlarged, noisy, prepared, sheet
from restorer.engine.image import Pixels
from restorer.engine.wording import failure_text
from restorer.errors import ImageUnwritable, RestorerError
from restorer.gui.asking import may_replace
from restorer.gui.clipboard import pasted_file
from restorer.gui.digits.state import DigitsState
from restorer.gui.digits.values import Sheet
from restorer.gui.opening import local_files

SENT_PX: Final = 448
SENT_SIGMA: Final = 40.0
MOST_MEGAPIXELS: Final = 100


class DigitSaver(QObject):
    """Asks where to and writes beside the window; `told` says what came of it."""

    told = Signal(str)
    restore_wanted = Signal(Path)
    digit_read = Signal(object)  # Pixels: a picture made ready as MNIST's are
    _done = Signal(str)
    _read = Signal(object)

    def __init__(self, state: DigitsState, cache: Path, window: QWidget) -> None:
        super().__init__()
        self._state = state
        self._cache = cache
        self._window = window
        self._numbers = itertools.count(1)
        self.side_px = 280
        self._done.connect(self.told)
        self._read.connect(self.digit_read)

    def save_digit(self) -> None:
        """The digit of the point as a picture."""
        digit, side = self._state.digit, self.side_px
        path = None if digit is None else self._ask(self.tr("digit.png"), _PICTURES)
        if digit is None or path is None:
            return
        self._work(path, lambda: digitfile.write_picture(enlarged(digit[None], side)[0], path))

    def save_sheet(self) -> None:
        """All digits of the sheet as one picture."""
        shown = self._sheet_that_fits()
        path = None if shown is None else self._ask(self.tr("digits.png"), _PICTURES)
        if shown is None or path is None:
            return
        side = self.side_px
        self._work(path, lambda: digitfile.write_picture(_laid_out(shown, side), path))

    def save_map(self, mosaic: Bytes, there: NDArray[np.bool_]) -> None:
        """The decoded map as it is seen, as one picture; `there`: which of its tiles are drawn."""
        if not there.all():
            self.told.emit(self.tr("The map is still being drawn. Save it when all of it is seen."))
            return
        path = self._ask(self.tr("map.png"), _PICTURES)
        if path is not None:
            self._work(path, lambda: digitfile.write_picture(mosaic, path))

    def save_animation(self) -> None:
        """A path as frames in time."""
        shown = self._sheet_that_fits()
        path = None if shown is None else self._ask(self.tr("path.gif"), _ANIMATIONS)
        if shown is None or path is None:
            return
        side = self.side_px
        frames = np.concatenate((shown.digits, shown.digits[-2:0:-1]))  # there and back
        self._work(path, lambda: digitfile.write_animation(enlarged(frames, side), path))

    def save_codes(self) -> None:
        """The points of the sheet, or else the one point, as a table."""
        state, shown = self._state, self._state.sheet
        codes = np.array([state.point], np.float32) if shown is None else shown.codes
        labels = [state.label] if state.label is not None else None
        if shown is not None:
            labels = shown.labels
        path = self._ask(self.tr("codes.csv"), _TABLES)
        if path is not None:
            self._work(path, lambda: digitfile.write_table(codes, labels, path))

    def copy_digit(self) -> None:
        if self._state.digit is not None:
            self._copy(enlarged(self._state.digit[None], self.side_px)[0])

    def copy_sheet(self) -> None:
        shown = self._sheet_that_fits()
        if shown is not None:
            self._copy(_laid_out(shown, self.side_px))

    def send_to_restore(self) -> None:
        """The digit, large and noisy, as a picture in the cache."""
        digit = self._state.digit
        if digit is None:
            return
        path = self._cache / f"digit-{next(self._numbers)}.png"
        picture = noisy(enlarged(digit[None], SENT_PX)[0], SENT_SIGMA, seed=0)
        try:
            self._cache.mkdir(parents=True, exist_ok=True)
            digitfile.write_picture(picture, path)
        except (RestorerError, OSError) as error:
            self.told.emit(failure_text(error, path.name))
            return
        self.restore_wanted.emit(path)

    def ask_for_picture(self) -> None:
        """Opens the picture of a digit; `digit_read` brings it."""
        name, _ = QFileDialog.getOpenFileName(
            self._window,
            self.tr("Open the picture of a digit"),
            QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation),
        )
        if name:
            self.read_picture(Path(name))

    def paste_picture(self) -> None:
        """The clipboard's, or a file that was copied."""
        files = local_files(QGuiApplication.clipboard().mimeData())
        if files:
            self.read_picture(files[0])
            return
        try:
            path = pasted_file(self._cache, "pasted-digit.png")
        except ImageUnwritable as error:
            self.told.emit(str(error))
            return
        if path is None:
            self.told.emit(self.tr("There is no picture in the clipboard."))
            return
        self.read_picture(path)

    def read_picture(self, path: Path) -> None:
        read, told = self._read, self._done

        def work() -> None:
            try:
                digit: Pixels = prepared(imagefile.read(path))
            except Exception as error:  # noqa: BLE001  else nothing would ever be said
                told.emit(failure_text(error, path.name))
            else:
                read.emit(digit)

        QThreadPool.globalInstance().start(work)

    def _sheet_that_fits(self) -> Sheet | None:
        shown = self._state.sheet
        if shown is None:
            return None
        if len(shown.digits) * self.side_px**2 > MOST_MEGAPIXELS * 1e6:
            text = self.tr("That would be more than {0} megapixels. Choose a smaller size.")
            self.told.emit(text.format(MOST_MEGAPIXELS))
            return None
        return shown

    def _ask(self, name: str, endings: tuple[str, ...]) -> Path | None:
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
        kinds = " ".join(f"*{ending}" for ending in endings)
        chosen, _ = QFileDialog.getSaveFileName(
            self._window, self.tr("Save"), str(Path(folder) / name), kinds
        )
        if not chosen:
            return None
        path = Path(chosen)
        if path.suffix.lower() in endings:
            return path
        path = path.with_name(path.name + endings[0])  # of which the dialog has not asked
        return path if not path.exists() or may_replace(path, self._window) else None

    def _work(self, path: Path, write: Callable[[], None]) -> None:
        done, saved = self._done, self.tr("Saved {0}.").format(path.name)

        def work() -> None:
            try:
                write()
            except Exception as error:  # noqa: BLE001  else nothing would ever be said
                done.emit(failure_text(error, path.name))
            else:
                done.emit(saved)

        QThreadPool.globalInstance().start(work)

    def _copy(self, picture: Bytes) -> None:
        height, width = picture.shape
        pixels = np.ascontiguousarray(picture)
        image = QImage(pixels.data, width, height, width, QImage.Format.Format_Grayscale8)
        QGuiApplication.clipboard().setImage(image.copy())
        self.told.emit(self.tr("Copied."))


_PICTURES: Final = (".png", ".webp")
_ANIMATIONS: Final = (".gif", ".webp")
_TABLES: Final = (".csv",)


def _laid_out(shown: Sheet, side_px: int) -> Bytes:
    return sheet(enlarged(shown.digits, side_px), shown.columns)
