"""What the models are, what they have seen and how well they do: their catalog entries."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from restorer.gui.widgets import decimal, plain, titled
from restorer.models import CATALOG_NAME, figures

translate = QCoreApplication.translate
# What the catalog says in English, for the translators; `tests/gui/test_app.py` compares.
LIMITS: Final = (
    QT_TRANSLATE_NOOP(
        "AboutModels",
        "Regular texture fainter than the noise (cloth, hair, distant grass) goes with it. "
        "Blotches wider than some 8 pixels are softened, not removed. Trained on photographs: "
        "dots of print, dithering and film-like patterns that are the picture are taken for "
        "noise.",
    ),
    QT_TRANSLATE_NOOP(
        "AboutModels",
        "Recognized by the file's own quantization tables or, if it was saved anew, by its "
        "pixels; after resizing it is not. Texture that the compression has taken does not "
        "come back.",
    ),
    QT_TRANSLATE_NOOP(
        "AboutModels",
        "Coarse texture without a quiet place in the whole picture (gravel, leaves to the "
        "edges) may be taken for a camera's grain. Coarse grain of real cameras is read lower "
        "than it is, and denoised stronger to make up for it. Slight noise that was in a JPEG "
        "of quality 85 or less, and was then saved in another format, may be taken for texture.",
    ),
    QT_TRANSLATE_NOOP(
        "AboutModels",
        "Coarse texture without a quiet place in the whole picture (gravel, leaves to the "
        "edges) may be taken for grain, and very faint grain for silence. Of a picture that "
        "was compressed, resized and compressed again it knows the last compression only.",
    ),
    QT_TRANSLATE_NOOP(
        "AboutModels",
        "Very slight noise, and what strong compression has left of slight noise, may be taken "
        "for silence. Texture from edge to edge in JPEGs of quality 90 and less may be taken for "
        "noise.",
    ),
    QT_TRANSLATE_NOOP(
        "AboutModels",
        "Detail finer than a pixel of the small picture is not recovered: it is left smooth, or "
        "drawn as the nearest thing that the pixels allow, so small print may get wrong letters "
        "and fine lines a wrong direction. Strong noise and strong compression are enlarged with "
        "the picture: denoise first. Trained on photographs and drawn pages, not on pixel art.",
    ),
)
_PURPOSES: Final = {
    "deblocker": QT_TRANSLATE_NOOP("AboutModels", "Removes the blocks of strong JPEG compression"),
    "degrainer": QT_TRANSLATE_NOOP("AboutModels", "Removes the coarse grain that cameras leave"),
    "estimator": QT_TRANSLATE_NOOP("AboutModels", "Estimates how noisy a photo is"),
    "jpeg-estimator": QT_TRANSLATE_NOOP("AboutModels", "Estimates how noisy a JPEG is"),
    "picture-estimator": QT_TRANSLATE_NOOP(
        "AboutModels", "Is asked where the other estimator is in doubt"
    ),
}


class AboutModels(QDialog):
    """The cards of the models that a photo goes through, as their catalog tells them."""

    def __init__(self, names: list[str], weights: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("About this model"))
        self.resize(620, 560)
        text = titled(QTextBrowser(), self.windowTitle())
        text.setHtml(cards_html(names, weights))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(text)
        column.addWidget(buttons)


def cards_html(names: list[str], weights: Path) -> str:
    """The entries of these models. A catalog that cannot be read is said to be so."""
    try:
        catalog = json.loads((weights / CATALOG_NAME).read_text(encoding="utf-8"))
        entries = {entry["name"]: entry for entry in catalog["models"]}
        cards = [_card(entries[name]) for name in names]
    except (OSError, ValueError, KeyError, TypeError) as error:
        told = translate("AboutModels", "The catalog of the models cannot be read: {0}").format(
            error
        )
        return f"<p>{escape(told)}</p>"
    limits = translate(
        "AboutModels",
        "Restored pictures are estimates. What looks like noise is removed even if it was fine "
        "texture, and enlarged detail is plausible, not recovered. The models were trained on "
        "photographs: drawings, screenshots and text may lose lines.",
    )
    return "".join(cards) + f"<p>{escape(limits)}</p>"


def _card(entry: dict[str, Any]) -> str:
    rows = [
        (translate("AboutModels", "Purpose"), _purpose(entry)),
        (translate("AboutModels", "Limits"), translate("AboutModels", entry.get("limits", ""))),
        (translate("AboutModels", "Trained on"), entry["trained_on"]),
        (translate("AboutModels", "Degradations"), entry["degradations"]),
        (translate("AboutModels", "Training"), _training(entry)),
        (
            translate("AboutModels", "Size"),
            translate("AboutModels", "{0} parameters").format(decimal(entry["parameters"], 0)),
        ),
    ]
    cells = [(escape(title), escape(text)) for title, text in rows if text]
    cells += [
        (
            escape(translate("AboutModels", "Measured: {0}").format(data)),
            "<br>".join(map(escape, figures.lines(measured, _written))),
        )
        for data, measured in entry["figures"].items()
    ]
    lines = "".join(
        f"<tr><td valign='top' width='26%' style='padding-right:12px'><b>{title}</b></td>"
        f"<td>{text}</td></tr>"
        for title, text in cells
    )
    return f"<h3>{escape(entry['name'])}</h3><table cellspacing='4' width='100%'>{lines}</table>"


def _purpose(entry: dict[str, Any]) -> str:
    if entry["scale"] > 1:
        return translate("AboutModels", "Enlarges {0} times").format(entry["scale"])
    if entry["name"] in _PURPOSES:
        return translate("AboutModels", str(_PURPOSES[entry["name"]]))
    low, high = entry["sigma_range"]
    return translate("AboutModels", "Removes noise of sigma {0} to {1}").format(
        plain(low), plain(high)
    )


def _training(entry: dict[str, Any]) -> str:
    text = translate("AboutModels", "loss {0}; {1} steps in {2} hours, last with seed {3} on {4}")
    steps, hours = decimal(entry["steps"], 0), plain(entry["hours"])
    return text.format(entry["loss"], steps, hours, entry["seed"], entry["hardware"])


def _written(value: object) -> str:
    return plain(value) if isinstance(value, int | float) else str(value)
