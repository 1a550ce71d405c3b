"""What can be done with a point of the map."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QPushButton, QSpinBox, QVBoxLayout, QWidget

from restorer.gui.digits.state import DigitsState
from restorer.gui.digits.values import CONDITIONAL, PLAIN, VAE
from restorer.gui.widgets import heading, muted, titled


class Play(QWidget):
    """Buttons that ask the state for digits."""

    def __init__(self, state: DigitsState) -> None:
        super().__init__()
        self._state = state
        self.count = self._number(self.tr("How many"), self.tr(" digits"), 200, 20)
        self.frames = self._number(self.tr("Frames of a path"), self.tr(" frames"), 100, 16)
        self.random = self._button(
            self.tr("Random digit"), self.tr("Throw the dice: a point drawn from the prior")
        )
        self.many = self._button(self.tr("Random sheet"), self.tr("Many points from the prior"))
        self.vary = self._button(self.tr("Vary"), self.tr("Digits from points close to this one"))
        self.start = self._button(self.tr("Set A"), self.tr("The path begins at this point"))
        self.end = self._button(self.tr("Set B"), self.tr("The path ends at this point"))
        self.path = self._button(self.tr("Show path"), self.tr("The digits on the way from A to B"))
        self.styles = self._button(
            self.tr("Random styles"), self.tr("The same digit in random styles")
        )
        self.ten = self._button(
            self.tr("All ten digits"), self.tr("All ten digits in the style of this point")
        )
        self.compare = self._button(
            self.tr("VAE beside autoencoder"),
            self.tr("The same random codes through both: only one has a map without holes"),
        )
        self.random.clicked.connect(state.go_random)
        self.many.clicked.connect(lambda: state.show_random(self.count.value()))
        self.vary.clicked.connect(lambda: state.show_varied(self.count.value()))
        self.start.clicked.connect(lambda: state.mark(0))
        self.end.clicked.connect(lambda: state.mark(1))
        self.path.clicked.connect(lambda: state.show_path(self.frames.value()))
        self.styles.clicked.connect(lambda: state.show_styles(self.count.value()))
        self.ten.clicked.connect(state.show_all_ten)
        self.compare.clicked.connect(lambda: state.compare_with_plain(12))
        self.conditional = QWidget()
        self._lay_out()
        state.model_changed.connect(self._show)
        self._show()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 2)
        column.setSpacing(6)
        grid = QGridLayout()
        grid.setSpacing(6)
        grid.addWidget(self.random, 0, 0)
        grid.addWidget(self.many, 0, 1)
        grid.addWidget(self.vary, 1, 0)
        grid.addWidget(self.count, 1, 1)
        column.addLayout(grid)
        inner = QGridLayout(self.conditional)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(6)
        inner.addWidget(self.styles, 0, 0)
        inner.addWidget(self.ten, 0, 1)
        column.addWidget(self.conditional)
        column.addSpacing(4)
        column.addWidget(heading(self.tr("Path")))
        path = QGridLayout()
        path.setSpacing(6)
        path.addWidget(self.start, 0, 0)
        path.addWidget(self.end, 0, 1)
        path.addWidget(self.path, 1, 0)
        path.addWidget(self.frames, 1, 1)
        column.addLayout(path)
        column.addSpacing(4)
        column.addWidget(heading(self.tr("Compare")))
        column.addWidget(self.compare)
        self.no_plain = muted(self.tr("There is no plain autoencoder beside these weights."))
        column.addWidget(self.no_plain)
        column.addStretch()

    def _show(self) -> None:
        state = self._state
        self.conditional.setVisible(state.model == CONDITIONAL)
        both = VAE in state.models and PLAIN in state.models
        self.compare.setEnabled(both)
        self.no_plain.setVisible(not both)

    def _button(self, text: str, tip: str) -> QPushButton:
        button = titled(QPushButton(text), text, tip)
        button.setAutoDefault(False)
        return button

    def _number(self, name: str, unit: str, most: int, value: int) -> QSpinBox:
        box = titled(QSpinBox(minimum=2, maximum=most, value=value), name, name)
        box.setMinimumHeight(28)  # of the buttons beside it
        box.setSuffix(unit)
        return box
