"""From a result to a file: how it is asked for, and the command line that gives the same."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from restorer.engine import resultfile
from restorer.gui.widgets import muted
from restorer.settings import Saving, Settings
from restorer.worker.protocol import Photo

FORMATS: Final = (
    ("JPEG", ".jpg"),
    ("PNG", ".png"),
    ("WebP", ".webp"),
    ("TIFF", ".tif"),
    ("AVIF", ".avif"),
    ("BMP", ".bmp"),
)
_WITH_QUALITY: Final = (".jpg", ".webp", ".avif")
_WITH_SIXTEEN_BITS: Final = (".png", ".tif")


def proposed_target(photo: Photo, folder: Path | None = None, suffix: str | None = None) -> Path:
    """A free name beside the photo, or in `folder`: never the original's."""
    named = photo.path.with_name(photo.name)
    source = named if suffix is None else named.with_suffix(suffix)
    return resultfile.output_path(source, folder=folder)


def command_line(photo: Photo, settings: Settings, target: Path, saving: Saving) -> str:
    """What to type to get that file; options that are as by default are left out."""
    defaults = Settings()
    words = ["restorer", "restore", str(photo.path), "-o", str(target)]
    for name in (
        "denoise",
        "scale",
        "width",
        "height",
        "keep_grain",
        "keep_colour_noise",
        "device",
    ):
        value = getattr(settings, name)
        if value != getattr(defaults, name):
            percent = 100 * value if name.startswith("keep_") else value
            words += [_option(name), percent if isinstance(percent, str) else f"{percent:g}"]
    if saving.quality is not None:
        words += [_option("quality"), str(saving.quality)]
    flags = ("strip_location", "strip_metadata", "eight_bits")
    words += [_option(name) for name in flags if getattr(saving, name)]
    if target.exists():  # Save has asked
        words.append("--replace")
    return shlex.join(words)


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


class ExportDialog(QDialog):
    """Asks for the format and what goes along; where to is asked for next."""

    def __init__(self, photo: Photo, quality: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Export"))
        self._photo = photo
        self.format = QComboBox()
        for name, suffix in FORMATS:
            self.format.addItem(name, suffix)
        own = photo.path.suffix.lower().replace(".jpeg", ".jpg").replace(".tiff", ".tif")
        self.format.setCurrentIndex(max(0, self.format.findData(own)))
        self.quality = QSpinBox(minimum=0, maximum=100, value=quality)
        self.quality.setSpecialValueText(self.tr("Automatic"))
        self.quality.setToolTip(
            self.tr("95, or the original's if finer; unchanged photos are copied")
        )
        self.sixteen_bits = QCheckBox(self.tr("Keep 16 bits a channel"))
        self.sixteen_bits.setChecked(True)
        self.metadata = QComboBox()
        for name in (
            self.tr("Keep everything"),
            self.tr("Leave out where it was taken"),
            self.tr("Leave out everything"),
        ):
            self.metadata.addItem(name)
        self.note = muted()
        form = QFormLayout()
        form.addRow(self.tr("Format"), self.format)
        form.addRow(self.tr("Quality"), self.quality)
        form.addRow(self.tr("Metadata"), self.metadata)
        form.addRow("", self.sixteen_bits)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.addButton(self.tr("Choose the file…"), QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addLayout(form)
        column.addWidget(self.note)
        column.addWidget(buttons)
        self.format.currentIndexChanged.connect(self._show)
        self._show()

    @property
    def suffix(self) -> str:
        return str(self.format.currentData())

    @property
    def saving(self) -> Saving:
        return Saving(
            quality=self.quality.value() or None,
            strip_location=self.metadata.currentIndex() == 1,
            strip_metadata=self.metadata.currentIndex() == 2,
            eight_bits=self._photo.bits == 16 and not self.sixteen_bits.isChecked(),
        )

    def _show(self) -> None:
        deep = self._photo.bits == 16
        self.quality.setEnabled(self.suffix in _WITH_QUALITY)
        self.sixteen_bits.setVisible(deep)
        self.sixteen_bits.setEnabled(self.suffix in _WITH_SIXTEEN_BITS)
        lost = []
        if self._photo.alpha is not None and self.suffix in (".jpg", ".bmp"):
            lost.append(self.tr("This format has no transparency: the file cannot be written."))
        if deep and self.suffix not in _WITH_SIXTEEN_BITS:
            lost.append(self.tr("This format has 8 bits a channel: the photo has 16."))
        if self._photo.rest.exif and self.suffix == ".bmp":
            lost.append(self.tr("This format has no metadata."))
        self.note.setText(" ".join(lost))
        self.note.setVisible(bool(lost))
