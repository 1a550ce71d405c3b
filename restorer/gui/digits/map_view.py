"""The map: a click gives a digit."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCursor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from restorer.gui.digits.backdrop import Layers, compose
from restorer.gui.digits.overlay import (
    paint_axes,
    paint_ellipse,
    paint_glimpse,
    paint_marker,
    paint_path,
    paint_trail,
)
from restorer.gui.digits.plane import Plane
from restorer.gui.digits.state import DigitsState
from restorer.gui.digits.values import PLAIN

ZOOM_STEP: Final = 1.25
LEFT_PX: Final = 44  # for the numbers of the axes
BOTTOM_PX: Final = 26
_TILES_MS: Final = 100  # new tiles are shown that often: a large map takes as long to compose
_FLUENT_MS: Final = 25  # what takes longer to compose is not composed for every step of a drag
_KEY_STEP: Final = 0.01  # of the square's width, at zoom 1
_BIG_STEP: Final = 0.1


class MapView(QWidget):
    """Left button: choose a point. Right or middle button, or Space: move the map."""

    layers_changed = Signal()

    def __init__(self, state: DigitsState) -> None:
        super().__init__()
        self._state = state
        self.plane = Plane()
        self._layers = Layers()
        self._backdrop: QImage | None = None
        self._drift = QPointF()  # how far the map has moved since that was composed
        self._compose_ms = 0.0
        self._pans_from: QPointF | None = None
        self._chooses = False
        self._holds_space = False
        self._shows_focus = False
        self._soon = QTimer(self, singleShot=True, interval=_TILES_MS)
        self._soon.timeout.connect(self.repaint_map)
        self._at_rest = QTimer(self, singleShot=True, interval=_TILES_MS)
        self._at_rest.timeout.connect(self.repaint_map)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(320, 240)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName(self.tr("Map of digits"))
        self.setAccessibleDescription(
            self.tr(
                "Arrows move the point, with Shift by large steps. Plus and minus zoom, 0 shows "
                "the whole map, Home goes to the middle, R to a random point. A and B mark the "
                "ends of a path. Space and drag move the map."
            )
        )
        state.model_changed.connect(self._on_model_changed)
        state.charted.connect(self._on_charted)
        state.tiles.drawn.connect(self._on_tiles_drawn)
        for signal in (
            state.moved,
            state.drawn,
            state.glimpsed,
            state.marks_changed,
            state.own_changed,
        ):
            signal.connect(self.update)

    @property
    def layers(self) -> Layers:
        return self._layers

    def show_layers(self, layers: Layers) -> None:
        self._layers = layers
        self.repaint_map()
        self.layers_changed.emit()

    def set_by_share(self, by_share: bool) -> None:
        """Axes by equal shares of the prior, or by equal steps."""
        self.plane.by_share = by_share
        self.fit()

    def fit(self) -> None:
        """The whole map."""
        self.plane.fit()
        self.repaint_map()

    def zoom_by(self, steps: float, at: QPointF | None = None) -> None:
        """By so many steps of the wheel, to that point of the widget."""
        area = self.area()
        local = area.center() - area.topLeft() if at is None else at - area.topLeft()
        self.plane.zoom_by(ZOOM_STEP**steps, (local.x(), local.y()))
        self.repaint_map()

    def repaint_map(self) -> None:
        """Everything, not the point alone."""
        self._backdrop = None
        self.update()

    def area(self) -> QRectF:
        """Where the map itself lies, between the axes."""
        return QRectF(LEFT_PX, 0, self.width() - LEFT_PX, self.height() - BOTTOM_PX)

    def position_of(self, code: tuple[float, float]) -> QPointF:
        """The place of a point in the widget."""
        return self.area().topLeft() + QPointF(*self.plane.px_of(code))

    def code_at(self, position: QPointF) -> tuple[float, float]:
        local = position - self.area().topLeft()
        return self.plane.code_at((local.x(), local.y()))

    # What the state says.

    def _on_model_changed(self) -> None:
        has_prior = self._state.model != PLAIN
        self._layers = replace(self._layers, has_prior=has_prior)
        if not has_prior:
            self.plane.by_share = False
        self.plane.fit()
        self.repaint_map()
        self.layers_changed.emit()

    def _on_charted(self) -> None:
        assert self._state.chart is not None
        if self.plane.half_width != self._state.chart.half_width:
            self.plane.half_width = self._state.chart.half_width
            self.plane.fit()
        self.repaint_map()

    def _on_tiles_drawn(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    # Painting.

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        state, plane, palette = self._state, self.plane, self.palette()
        area, backdrop = self.area(), self._composed()
        painter = QPainter(self)
        painter.fillRect(self.rect(), palette.window())
        painter.save()
        painter.setClipRect(area)
        painter.drawImage(area.topLeft() + self._drift, backdrop)
        painter.restore()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_axes(painter, plane, area, palette)
        painter.save()
        painter.setClipRect(area)
        painter.translate(area.topLeft())
        start, end = state.marks
        paint_trail(painter, plane, [*state.trail, state.point], palette)
        paint_path(painter, plane, start, end, palette)
        if state.own is not None and state.own.sigma is not None:
            paint_ellipse(painter, plane, state.own.code, state.own.sigma, palette)
        paint_marker(painter, plane, state.point, palette)
        if state.glimpse is not None and not self._chooses:
            paint_glimpse(painter, plane, *state.glimpse, palette)
        painter.restore()
        if self._shows_focus:
            painter.setPen(QPen(palette.highlight().color(), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(area.adjusted(1, 1, -1, -1))

    def _composed(self) -> QImage:
        """All that does not follow the point."""
        if self._backdrop is None:
            started = time.perf_counter()
            ratio, state = self.devicePixelRatioF(), self._state
            self._backdrop = compose(
                self.plane, state.tiles, state.chart, self._layers, self.palette(), ratio
            )
            self._compose_ms = 1000 * (time.perf_counter() - started)
            self._drift = QPointF()
            self._soon.stop()  # what either waits for has just been done
            self._at_rest.stop()
        return self._backdrop

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self.repaint_map()
        super().changeEvent(event)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(900, 620)

    # Mouse and keys.

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        area = self.area()
        self.plane.width_px, self.plane.height_px = area.width(), area.height()
        self.repaint_map()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """A wheel zooms to the pointer; two fingers on a touchpad move the map."""
        zooms = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if not event.pixelDelta().isNull() and not zooms:
            self._pan(QPointF(event.pixelDelta()))
        elif event.angleDelta().y():
            self.zoom_by(event.angleDelta().y() / 120, event.position())
        else:
            event.ignore()  # turned sideways

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        left = event.button() is Qt.MouseButton.LeftButton
        if not left or self._holds_space:
            self._pans_from = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self.area().contains(event.position()):
            self._chooses = True
            self._state.glimpse_at(None)
            self._state.move_to(self.code_at(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._pans_from is not None:
            self._pan(event.position() - self._pans_from)
            self._pans_from = event.position()
        elif self._chooses:
            self._state.move_to(self.code_at(event.position()))
        elif self.area().contains(event.position()):
            self._state.glimpse_at(self.code_at(event.position()))
        else:
            self._state.glimpse_at(None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._pans_from = None
        self._chooses = False
        self._show_cursor()
        super().mouseReleaseEvent(event)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        self._state.glimpse_at(None)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  one branch a key
        directions = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, 1),
            Qt.Key.Key_Down: (0, -1),
        }
        key = Qt.Key(event.key())
        if key in directions:
            big = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._step(directions[key], _BIG_STEP if big else _KEY_STEP)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_by(1, self.position_of(self._state.point))
        elif key is Qt.Key.Key_Minus:
            self.zoom_by(-1, self.position_of(self._state.point))
        elif key is Qt.Key.Key_0:
            self.fit()
        elif key is Qt.Key.Key_Home:
            self._state.move_to((0.0, 0.0))
        elif key is Qt.Key.Key_R:
            self._state.go_random()
        elif key in (Qt.Key.Key_A, Qt.Key.Key_B):
            self._state.mark(0 if key is Qt.Key.Key_A else 1)
        elif key is Qt.Key.Key_Space and not event.isAutoRepeat():
            self._holds_space = True
            self._show_cursor()
        elif key is not Qt.Key.Key_Space:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._holds_space = False
            self._show_cursor()
        else:
            super().keyReleaseEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Whoever came with the keyboard sees where they are."""
        reasons = Qt.FocusReason
        self._shows_focus = event.reason() in (reasons.TabFocusReason, reasons.BacktabFocusReason)
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        self._shows_focus = self._holds_space = False
        self._show_cursor()
        super().focusOutEvent(event)

    def _step(self, direction: tuple[int, int], share: float) -> None:
        """Along the axes as they are drawn: a share is as wide on the screen everywhere."""
        plane = self.plane
        step = 2 * plane.half_width * share / plane.zoom
        x, y = (plane.bent(value) for value in self._state.point)
        point = (plane.unbent(x + step * direction[0]), plane.unbent(y + step * direction[1]))
        if not plane.by_share:
            point = (round(point[0], 6), round(point[1], 6))  # there and back is the same digit
        self._state.move_to(point)
        self._keep_in_sight(point)

    def _keep_in_sight(self, point: tuple[float, float]) -> None:
        px, plane = self.plane.px_of(point), self.plane
        right = min(0.0, plane.width_px - 20 - px[0]) + max(0.0, 20 - px[0])
        down = min(0.0, plane.height_px - 20 - px[1]) + max(0.0, 20 - px[1])
        if right or down:
            self._pan(QPointF(right, down))

    def _pan(self, by: QPointF) -> None:
        """A map that is slow to compose is moved as it is, and composed when it rests."""
        middle_before = QPointF(*self.plane.px_of((0.0, 0.0)))
        self.plane.pan(by.x(), by.y())
        if self._compose_ms <= _FLUENT_MS:
            self.repaint_map()
        else:
            self._drift += QPointF(*self.plane.px_of((0.0, 0.0))) - middle_before
            self._at_rest.start()
            self.update()

    def _show_cursor(self) -> None:
        hand = Qt.CursorShape.OpenHandCursor
        self.setCursor(QCursor(hand if self._holds_space else Qt.CursorShape.CrossCursor))
