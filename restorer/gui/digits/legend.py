"""The bar above the map: what is shown on it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from restorer.gui.digits.colours import class_colours
from restorer.gui.digits.map_view import MapView
from restorer.gui.digits.saving import DigitSaver
from restorer.gui.digits.state import PLAIN, DigitsState
from restorer.gui.widgets import Choice, muted, titled

_DOT_PX = 11
BY_STEP, BY_SHARE = range(2)


class Legend(QWidget):
    """Switches for the map's layers; each class has its own."""

    def __init__(self, state: DigitsState, view: MapView, saver: DigitSaver) -> None:
        super().__init__()
        self._state = state
        self._view = view
        self.axes = Choice(
            (
                (self.tr("±3"), self.tr("Axes by equal steps; the rings are the prior's sigmas")),
                (
                    self.tr("Equal shares"),
                    self.tr("Axes by equal shares of the prior: dense regions get their room"),
                ),
            ),
            self.tr("Axes"),
        )
        self.axes.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.axes.show_choice(BY_STEP)
        self.axes.chosen.connect(lambda index: view.set_by_share(index == BY_SHARE))
        self.digits = titled(
            QCheckBox(self.tr("Digits")),
            self.tr("Show the decoded digits"),
            self.tr("What the model draws at each point of the map"),
        )
        self.dots = titled(
            QCheckBox(self.tr("Test digits")),
            self.tr("Show the test digits"),
            self.tr("Where 10,000 real digits lie that the model never trained on"),
        )
        self.digits.toggled.connect(self._on_digits)
        self.dots.clicked.connect(self._on_all)
        self.none = muted()
        self.none.setWordWrap(False)
        self.classes: list[QToolButton] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        row.addWidget(self.axes)
        row.addSpacing(6)
        row.addWidget(self.digits)
        row.addWidget(self.dots)
        chips = QHBoxLayout()
        chips.setSpacing(1)
        for digit in range(10):
            self.classes.append(self._chip(digit))
            chips.addWidget(self.classes[-1])
        row.addLayout(chips)
        row.addWidget(self.none)
        row.addStretch()
        self.guess = QLabel(self.tr("Hatched: a guess"))
        self.guess.setProperty("muted", True)
        self.guess.setToolTip(self.tr("Hardly any real digit lies there: the model has to guess."))
        row.addWidget(self.guess)
        self.save = titled(
            QPushButton(self.tr("Save map…")),
            self.tr("Save map"),
            self.tr("Save the decoded digits that are seen as one picture"),
        )
        self.save.setAutoDefault(False)
        self.save.clicked.connect(lambda: saver.save_map(state.tiles.mosaic(view.plane)[0]))
        row.addSpacing(6)
        row.addWidget(self.save)
        view.layers_changed.connect(self._show)
        state.model_changed.connect(self._show)
        state.charted.connect(self._show)
        self._paint_chips()
        self._show()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        if event.type() is QEvent.Type.PaletteChange:
            self._paint_chips()
        super().changeEvent(event)

    def _chip(self, digit: int) -> QToolButton:
        name = self.tr("Test digits: {0}").format(digit)
        button = titled(QToolButton(), name, self.tr("Show the {0}s").format(digit))
        button.setText(str(digit))
        button.setCheckable(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setIconSize(QSize(_DOT_PX, _DOT_PX))
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setStyleSheet(
            "QToolButton:checked { background: transparent; color: palette(window-text); }"
            "QToolButton { padding: 2px 3px; color: palette(placeholder-text); }"
        )
        button.clicked.connect(self._on_class)
        return button

    def _on_digits(self, shown: bool) -> None:
        self._view.show_layers(replace(self._view.layers, digits=shown))

    def _on_all(self, shown: bool) -> None:
        dots = frozenset(range(10)) if shown else frozenset[int]()
        self._view.show_layers(replace(self._view.layers, dots=dots))

    def _on_class(self) -> None:
        dots = frozenset(i for i, button in enumerate(self.classes) if button.isChecked())
        self._view.show_layers(replace(self._view.layers, dots=dots))

    def _show(self) -> None:
        layers, chart = self._view.layers, self._state.chart
        self.digits.setChecked(layers.digits)
        self.dots.setChecked(bool(layers.dots))
        has_codes = chart is None or chart.known is not None
        one_class = self._state.label is not None
        for digit, button in enumerate(self.classes):
            button.setChecked(digit in layers.dots)
            button.setVisible(has_codes and not one_class)
        self.dots.setVisible(has_codes)
        self.guess.setVisible(has_codes)
        self.none.setVisible(not has_codes)
        self.none.setText(self.tr("Where real digits lie on this map is not known."))
        self.axes.setEnabled(self._state.model != PLAIN)
        self.axes.show_choice(BY_SHARE if self._view.plane.by_share else BY_STEP)

    def _paint_chips(self) -> None:
        for button, colour in zip(self.classes, class_colours(self.palette()), strict=True):
            made = QIcon()
            made.addPixmap(_dot(colour, filled=True), QIcon.Mode.Normal, QIcon.State.On)
            made.addPixmap(_dot(colour, filled=False), QIcon.Mode.Normal, QIcon.State.Off)
            button.setIcon(made)


def _dot(colour: QColor, *, filled: bool) -> QPixmap:
    ratio = 3
    pixmap = QPixmap(_DOT_PX * ratio, _DOT_PX * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(colour)
    if filled:
        painter.setBrush(colour)
    painter.drawEllipse(1, 1, _DOT_PX - 2, _DOT_PX - 2)
    painter.end()
    return pixmap
