"""The panel beside the map: the digit itself, its model, and what can be done with both."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSignalBlocker, QSize, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from restorer.gui.digits.learn import Learn
from restorer.gui.digits.own import Own
from restorer.gui.digits.pictures import DigitPicture
from restorer.gui.digits.play import Play
from restorer.gui.digits.saving import DigitSaver
from restorer.gui.digits.state import FARTHEST, DigitsState
from restorer.gui.digits.values import CONDITIONAL, DENSE, PLAIN, VAE
from restorer.gui.widgets import Choice, decimal, label_of, titled

WIDTH_PX: Final = 314
_TIMES: Final = 7
PLAY, DRAW, LEARN = range(3)


class Panel(QWidget):
    """Writes the state and follows it."""

    def __init__(self, state: DigitsState, saver: DigitSaver) -> None:
        super().__init__()
        self._state = state
        self.setObjectName("controls")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.model = titled(QComboBox(), self.tr("Model"), self.tr("Which model draws the digits"))
        names = {
            VAE: self.tr("Convolutional VAE"),
            DENSE: self.tr("Dense VAE"),
            CONDITIONAL: self.tr("Conditional VAE"),
            PLAIN: self.tr("Plain autoencoder"),
        }
        for model in state.models:
            self.model.addItem(names[model], model)
        self.model.activated.connect(lambda index: state.choose_model(self.model.itemData(index)))
        digits = [(str(d), self.tr("Draw a {0}").format(d)) for d in range(10)]
        self.digits = Choice(digits, self.tr("Digit"))
        self.digits.chosen.connect(state.choose_digit)
        self.picture = DigitPicture(_TIMES, self.tr("Digit at the point"))
        self.at_x = self._coordinate(self.tr("Horizontal position"))
        self.at_y = self._coordinate(self.tr("Vertical position"))
        self.guess = QLabel(self.tr("Hardly any real digit lies here: this is a guess."))
        self.guess.setWordWrap(True)
        self.guess.setProperty("note", True)
        self.play, self.own = Play(state), Own(state)
        self.own.open.clicked.connect(saver.ask_for_picture)
        self.own.paste.clicked.connect(saver.paste_picture)
        self.tabs = Choice(
            (
                (self.tr("Play"), self.tr("Random digits, variations and paths")),
                (self.tr("Draw"), self.tr("Find the place of a digit of your own")),
                (self.tr("Learn"), self.tr("What the map shows, in a few sentences")),
            ),
            self.tr("Part of the panel"),
        )
        self.stack = QStackedWidget()
        for page in (self.play, self.own, Learn(state)):
            self.stack.addWidget(_scrolled(page))
        self.tabs.chosen.connect(self.show_tab)
        self.side = titled(
            QSpinBox(minimum=28, maximum=4096, value=saver.side_px, singleStep=28),
            self.tr("Side of a saved digit in pixels"),
            self.tr("Side of each digit in pixels when saved or copied"),
        )
        self.side.setMinimumHeight(28)  # of the buttons beside it
        self.side.setSuffix(self.tr(" px"))
        self.side.valueChanged.connect(lambda value: setattr(saver, "side_px", value))
        self.copy = self._button(self.tr("Copy"), self.tr("Copy the digit as a picture"))
        self.save = self._button(self.tr("Save…"), self.tr("Save the digit as a picture"))
        self.save.setProperty("primary", True)
        self.send = self._button(
            self.tr("Send to Restore"),
            self.tr("Enlarge the digit, add noise and see it cleaned on the page of photos"),
        )
        self.copy.clicked.connect(saver.copy_digit)
        self.save.clicked.connect(saver.save_digit)
        self.send.clicked.connect(saver.send_to_restore)
        self._lay_out()
        self.show_tab(PLAY)
        for signal in (state.model_changed, state.moved, state.drawn, state.charted):
            signal.connect(self._show)
        self._show()

    def sizeHint(self) -> QSize:  # noqa: N802
        """As wide as is planned, or as the words of another language need."""
        least = self.minimumSizeHint()
        return QSize(max(WIDTH_PX, least.width()), least.height())

    def show_tab(self, index: int) -> None:
        """Play, Draw or Learn."""
        self.tabs.show_choice(index)
        self.stack.setCurrentIndex(index)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 14)
        column.setSpacing(8)
        column.addWidget(self.model)
        column.addWidget(self.digits)
        column.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignHCenter)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(label_of(self.at_x, self.tr("x")))
        row.addWidget(self.at_x, 1)
        row.addSpacing(4)
        row.addWidget(label_of(self.at_y, self.tr("y")))
        row.addWidget(self.at_y, 1)
        column.addLayout(row)
        column.addWidget(self.guess)
        column.addSpacing(2)
        column.addWidget(self.tabs)
        column.addWidget(self.stack, 1)
        last = QHBoxLayout()
        last.setSpacing(6)
        last.addWidget(self.side, 1)
        last.addWidget(self.copy)
        last.addWidget(self.save)
        column.addWidget(self.send)
        column.addLayout(last)

    def _on_typed(self) -> None:
        wanted = (self.at_x.value(), self.at_y.value())
        if wanted != tuple(round(value, 3) for value in self._state.point):
            self._state.move_to(wanted)

    def _show(self) -> None:
        state = self._state
        with QSignalBlocker(self.model):
            self.model.setCurrentIndex(self.model.findData(state.model))
        self.digits.setVisible(state.model == CONDITIONAL)
        self.digits.show_choice(state.digit_wanted)
        self.picture.show_digit(state.digit)
        x, y = (decimal(value, 2) for value in state.point)
        self.picture.setAccessibleDescription(self.tr("At {0}, {1}").format(x, y))
        for box, value in zip((self.at_x, self.at_y), state.point, strict=True):
            with QSignalBlocker(box):
                box.setValue(value)
        self.guess.setVisible(state.is_guess)
        for button in (self.copy, self.save, self.send):
            button.setEnabled(state.digit is not None)

    def _coordinate(self, name: str) -> QDoubleSpinBox:
        box = titled(
            QDoubleSpinBox(minimum=-FARTHEST, maximum=FARTHEST, decimals=3, singleStep=0.05),
            name,
            name,
        )
        box.setMinimumHeight(28)
        box.setKeyboardTracking(False)
        box.valueChanged.connect(self._on_typed)
        return box

    def _button(self, text: str, tip: str) -> QPushButton:
        button = titled(QPushButton(text), text, tip)
        button.setAutoDefault(False)
        return button


def _scrolled(page: QWidget) -> QScrollArea:
    scroll = QScrollArea(widgetResizable=True)
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    scroll.setWidget(page)
    return scroll
