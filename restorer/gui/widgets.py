"""Small widgets that do one thing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

from PySide6.QtCore import QEvent, QLocale, QObject, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QButtonGroup,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QSlider,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

Widget = TypeVar("Widget", bound=QWidget)
MOST_NOTES_PX: Final = 120
STEPS: Final = 100  # a slider's positions from its lowest to its highest value


class Choice(QWidget):
    """A few buttons side by side of which one is pressed; arrows move between them."""

    chosen = Signal(int)

    def __init__(self, names: Sequence[tuple[str, str]], title: str) -> None:
        """`names`: text and tooltip of each."""
        super().__init__()
        self._group = QButtonGroup(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for index, (text, tip) in enumerate(names):
            button = titled(QToolButton(), f"{title}: {text}", tip)
            button.setText(text)
            button.setCheckable(True)
            button.setProperty("segment", True)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.setMinimumHeight(26)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self._group.addButton(button, index)
            layout.addWidget(button)
        self._group.idClicked.connect(self.chosen)

    def show_choice(self, index: int | None) -> None:
        """Presses that button without a signal; None presses no one."""
        with QSignalBlocker(self._group):
            self._group.setExclusive(index is not None)
            for button in self._group.buttons():
                button.setChecked(index is not None and self._group.id(button) == index)
            self._group.setExclusive(True)

    def button(self, index: int) -> QToolButton:
        found = self._group.button(index)
        assert isinstance(found, QToolButton)
        return found

    @property
    def choice(self) -> int:
        """The pressed button's place; -1 if none is."""
        return self._group.checkedId()


class Slider(QWidget):
    """A named number from `low` to `high`, with its value beside the name."""

    moved = Signal(float)
    released = Signal()

    def __init__(self, title: str, low: float, high: float, unit: str, tip: str) -> None:
        super().__init__()
        self._low, self._high, self._unit = low, high, unit
        self._value = QLabel(alignment=Qt.AlignmentFlag.AlignRight)
        self._value.setProperty("muted", True)
        self.slider = titled(QSlider(Qt.Orientation.Horizontal), title, tip)
        self.slider.setMaximum(STEPS)
        self.slider.setPageStep(10)
        self.slider.setAccessibleDescription(tip)
        name = label_of(self.slider, title)
        heading = QHBoxLayout()
        heading.addWidget(name)
        heading.addStretch()
        heading.addWidget(self._value)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(heading)
        layout.addWidget(self.slider)
        self.slider.valueChanged.connect(self._on_value_changed)
        self.slider.sliderReleased.connect(self.released)
        self.show_value(low)

    @property
    def value(self) -> float:
        share: float = self.slider.value() / STEPS
        return self._low + (self._high - self._low) * share

    def show_value(self, value: float) -> None:
        """Moves there without a signal."""
        with QSignalBlocker(self.slider):
            self.slider.setValue(round((value - self._low) / (self._high - self._low) * STEPS))
        self._show_number(value)

    def _on_value_changed(self) -> None:
        self._show_number(self.value)
        self.moved.emit(self.value)

    def _show_number(self, value: float) -> None:
        self._value.setText(f"{value:.0f}{self._unit}")


class Elided(QLabel):
    """A line that is cut where there is no room, and widens no window; its tip has it all."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        self.setToolTip(self.text() if text != self.text() else "")
        painter = QPainter(self)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, text)


class Stack(QStackedWidget):
    """Pages of which one is in sight, and only that one needs room."""

    def __init__(self) -> None:
        super().__init__()
        self.currentChanged.connect(self.updateGeometry)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        page = self.currentWidget()
        if page is None:
            return super().minimumSizeHint()
        return page.minimumSizeHint().expandedTo(page.minimumSize())


class Notes(QScrollArea):
    """Sentences that stay in sight, a line each; where there are many they are scrolled."""

    def __init__(self) -> None:
        super().__init__(widgetResizable=True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._text = QLabel(wordWrap=True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setProperty("note", True)
        self.setWidget(self._text)
        self.hide()

    @property
    def text(self) -> str:
        return self._text.text()

    def show_sentences(self, sentences: Sequence[str]) -> None:
        """None hide the line."""
        self._text.setText("\n".join(sentences))
        self.setVisible(bool(sentences))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self._text.ensurePolished()  # the style has a margin for it
        needed = max(0, self._text.heightForWidth(self.viewport().width()))
        self.setFixedHeight(min(needed, MOST_NOTES_PX))


def decimal(value: float, digits: int) -> str:
    """With the decimal sign of the language that is shown, and a minus that is no hyphen."""
    return QLocale().toString(float(value), "f", digits).replace("-", "\N{MINUS SIGN}")


def plain(value: float) -> str:
    """As `decimal`, with as many digits as the value has."""
    return QLocale().toString(float(value), "g", 6).replace("-", "\N{MINUS SIGN}")


class WheelGuard(QObject):
    """Lets the wheel turn only what has the focus.

    Whoever scrolls a panel would else change whatever the pointer passes over.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        for kind in (QComboBox, QSlider, QAbstractSpinBox):
            for widget in window.findChildren(kind):
                widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # not by the wheel itself
                widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() is not QEvent.Type.Wheel:
            return False
        assert isinstance(watched, QWidget)
        if watched.hasFocus():
            return False
        event.ignore()  # what scrolls around it gets it then
        return True


def muted(text: str = "") -> QLabel:
    """A line of text that can wait."""
    label = QLabel(text, wordWrap=True)
    label.setProperty("muted", True)
    return label


def heading(text: str) -> QLabel:
    """The name of a group of controls."""
    label = QLabel(text)
    label.setProperty("heading", True)
    return label


def titled(widget: Widget, name: str, tip: str = "") -> Widget:
    """The widget with a name for screen readers and a tip for the pointer."""
    widget.setAccessibleName(name)
    widget.setToolTip(tip)
    return widget


def label_of(widget: QWidget, text: str) -> QLabel:
    """A label that says what `widget` is."""
    label = QLabel(text)
    label.setBuddy(widget)
    label.setToolTip(widget.toolTip())
    return label
