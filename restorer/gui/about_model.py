"""What the models are, what they have seen and how well they do: their catalog entries."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from restorer.gui.widgets import decimal, titled
from restorer.models import CATALOG_NAME, figures

translate = QCoreApplication.translate


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
        (translate("AboutModels", "Limits"), entry.get("limits", "")),
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
            "<br>".join(map(escape, figures.lines(measured))),
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
    if entry["name"] == "deblocker":
        return translate("AboutModels", "Removes the blocks of strong JPEG compression")
    if entry["sigma_range"] is None:
        return translate("AboutModels", "Estimates how noisy a photo is")
    low, high = entry["sigma_range"]
    return translate("AboutModels", "Removes noise of sigma {0} to {1}").format(
        f"{low:g}", f"{high:g}"
    )


def _training(entry: dict[str, Any]) -> str:
    text = translate("AboutModels", "loss {0}; {1} steps in {2} hours, last with seed {3} on {4}")
    hours = f"{entry['hours']:g}"
    return text.format(entry["loss"], entry["steps"], hours, entry["seed"], entry["hardware"])
