"""The bar above the map: what is shown on it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from restorer.gui.digits.colours import class_colours
from restorer.gui.digits.map_view import MapView
from restorer.gui.digits.saving import DigitSaver
from restorer.gui.digits.state import DigitsState
from restorer.gui.digits.values import PLAIN
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
        self.guess = QLabel(self.tr("Hatched: a guess"))
        self.guess.setProperty("muted", True)
        self.guess.setToolTip(self.tr("Hardly any real digit lies there: the model has to guess."))
        self.save = titled(
            QPushButton(self.tr("Save map…")),
            self.tr("Save map"),
            self.tr("Save the decoded digits that are seen as one picture"),
        )
        self.save.setAutoDefault(False)
        self.save.clicked.connect(lambda: saver.save_map(*state.tiles.mosaic(view.plane)))
        self.classes = [self._chip(digit) for digit in range(10)]
        self._switches = _in_a_row(self.axes, self.digits, self.dots, spacing_px=8)
        self._chips = _in_a_row(*self.classes, self.none, spacing_px=1)
        self._last = _in_a_row(self.guess, self.save, spacing_px=12)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(12, 8, 12, 8)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(2, 1)
        self._grid.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self._lay_out()
        view.layers_changed.connect(self._show)
        state.model_changed.connect(self._show)
        state.charted.connect(self._show)
        self._paint_chips()
        self._show()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        if event.type() is QEvent.Type.PaletteChange:
            self._paint_chips()
        super().changeEvent(event)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """With the classes on a line of their own."""
        first, last = self._switches.sizeHint(), self._last.sizeHint()
        width = max(first.width() + last.width() + 10, self._chips.sizeHint().width()) + 24
        return QSize(width, self._grid.minimumSize().height())

    def sizeHint(self) -> QSize:  # noqa: N802
        return self.minimumSizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._lay_out()

    def _lay_out(self) -> None:
        """One line if there is room, else two."""
        groups = (self._switches, self._chips, self._last)
        needed = sum(group.sizeHint().width() + 10 for group in groups) + 24
        fits = self.width() >= needed
        right = Qt.AlignmentFlag.AlignRight
        left = Qt.AlignmentFlag.AlignLeft
        self._grid.addWidget(self._switches, 0, 0, left)
        if fits:
            self._grid.addWidget(self._chips, 0, 1, left)
        else:
            self._grid.addWidget(self._chips, 1, 0, 1, 3, left)
        self._grid.addWidget(self._last, 0, 2, right)
        self.updateGeometry()

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
        self._lay_out()
        self.axes.show_choice(BY_SHARE if self._view.plane.by_share else BY_STEP)

    def _paint_chips(self) -> None:
        for button, colour in zip(self.classes, class_colours(self.palette()), strict=True):
            made = QIcon()
            made.addPixmap(_dot(colour, filled=True), QIcon.Mode.Normal, QIcon.State.On)
            made.addPixmap(_dot(colour, filled=False), QIcon.Mode.Normal, QIcon.State.Off)
            button.setIcon(made)


def _in_a_row(*widgets: QWidget, spacing_px: int) -> QWidget:
    group = QWidget()
    row = QHBoxLayout(group)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(spacing_px)
    for widget in widgets:
        row.addWidget(widget)
    return group


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
