"""A few sentences where they are needed."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from restorer.gui.digits.state import DigitsState
from restorer.gui.digits.values import CONDITIONAL, PLAIN
from restorer.gui.widgets import heading


class Learn(QWidget):
    """Short answers to what one asks oneself while playing; they follow the model."""

    def __init__(self, state: DigitsState) -> None:
        super().__init__()
        self._state = state
        self._texts = [QLabel(wordWrap=True) for _ in range(4)]
        titles = (
            self.tr("What the axes mean"),
            self.tr("Why neighbours look alike"),
            self.tr("What the two losses do"),
            self.tr("What it cannot do"),
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 2)
        column.setSpacing(3)
        for title, text in zip(titles, self._texts, strict=True):
            column.addWidget(heading(title))
            text.setProperty("muted", True)
            column.addWidget(text)
            column.addSpacing(5)
        column.addStretch()
        state.model_changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        model = self._state.model
        axes = self.tr(
            "Nobody chose them. The encoder squeezed 784 pixels into two numbers and found its "
            "own order: follow one axis and watch what changes."
        )
        if model == CONDITIONAL:
            axes = self.tr(
                "The digit is given, so the two numbers are left with the style: slant, width and "
                "weight of the stroke. The same point is the same hand in all ten digits."
            )
        alike = self.tr(
            "Training never uses a digit's exact point but a random one nearby (the ellipse of "
            "your drawing). So all points nearby must decode to nearly the same digit."
        )
        losses = self.tr(
            "The reconstruction loss pulls different digits apart so that each comes back sharp. "
            "The KL loss pulls all towards the middle so that no room stays empty. The map is "
            "their compromise."
        )
        if model == PLAIN:
            alike = self.tr(
                "Here they often do not: each digit is trained at its exact point only, and "
                "nothing says what lies between."
            )
            losses = self.tr(
                "There is only one, the reconstruction loss. Nothing fills the map, so random "
                "points fall into holes. Compare it with the VAE."
            )
        limits = self.tr(
            "It has seen nothing but handwritten digits. Draw a letter or a shoe: it answers with "
            "the digit that comes nearest, and the ellipse and the losses show its doubt."
        )
        for label, text in zip(self._texts, (axes, alike, losses, limits), strict=True):
            label.setText(text)
