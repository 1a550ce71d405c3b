"""The photo: zoom, pan, and before beside after."""

from __future__ import annotations

import enum
import math
from typing import Final

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGestureEvent, QPinchGesture, QWidget

from restorer.engine.pyramid import level_for
from restorer.engine.tiling import Box
from restorer.gui.frames import Frames
from restorer.gui.layers import Layer, Layers
from restorer.gui.painting import frame_image, paint_checks, paint_divider, paint_label
from restorer.gui.viewpoint import ZOOM_STEP, Viewpoint

CRISP_ZOOM: Final = 2.0  # from there on pixels are shown as squares
PAN_KEY_PX: Final = 80
HANDLE_PX: Final = 9  # half the width in which the divider can be grabbed


class Compare(enum.Enum):
    """How before and after are shown together."""

    AFTER = enum.auto()
    DIVIDER = enum.auto()
    SIDE_BY_SIDE = enum.auto()
    REMOVED = enum.auto()


class Viewer(QWidget):
    """Shows Layers. Zoom is screen pixels a pixel of the result: 1 is 100 % on any screen."""

    zoom_changed = Signal()
    view_changed = Signal(object)  # Box: what is seen, in pixels of the result
    compare_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layers: Layers | None = None
        self._frames: Frames | None = None
        self._point = Viewpoint()
        self._compare = Compare.DIVIDER
        self._divider = 0.5
        self._shows_original = False
        self._shows_focus = False
        self._grabbed: QPoint | None = None
        self._moves_divider = False
        self._scale = 1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(200, 150)
        self.grabGesture(Qt.GestureType.PinchGesture)
        self.setAccessibleName(self.tr("Photo"))
        self.setAccessibleDescription(
            self.tr(
                "Plus and minus zoom, Shift and arrows move, Alt and arrows move the divider, "
                "Space shows the original."
            )
        )

    # What is shown.

    def show_layers(self, layers: Layers | None, frames: Frames | None) -> None:
        """Another photo, or none. One of the same size is seen where the last one was, since two
        takes of a subject want to be compared; another is fitted into the view."""
        size_before = None if self._layers is None else self._layers.photo_size
        scale = 1 if layers is None else layers.scale
        ratio, self._scale = scale / self._scale, scale
        self._layers, self._frames = layers, frames
        if layers is None or layers.photo_size != size_before:
            self._point.fits = True
        else:
            self._point.rescale(ratio)
        self._view_moved()

    @property
    def layers(self) -> Layers | None:
        return self._layers

    def use_frames(self, frames: Frames) -> None:
        """The same photo in other colours."""
        self._frames = frames
        self.update()

    def result_begun(self) -> None:
        """The result may have another size now; the view stays where it was in the photo."""
        if self._layers is None or self._frames is None:
            return
        ratio, self._scale = self._layers.scale / self._scale, self._layers.scale
        if ratio != 1:
            self._frames.clear()
            self._point.rescale(ratio)
            self._view_moved()
        self.outdate()

    def outdate(self, box: Box | None = None) -> None:
        """That part of the result, or all of it, has new pixels."""
        if self._frames is not None:
            self._frames.outdate(box)
            self.update()

    @property
    def compare(self) -> Compare:
        return self._compare

    def set_compare(self, compare: Compare) -> None:
        self._compare = compare
        self._view_moved()
        self.compare_changed.emit()

    @property
    def divider(self) -> float:
        """Where it is, as a share of the view's width."""
        return self._divider

    def set_divider(self, share: float) -> None:
        self._divider = min(1.0, max(0.0, share))
        self.update()

    def show_original(self, shown: bool) -> None:
        """Only the photo as it was, for as long as a key is held."""
        if shown != self._shows_original:
            self._shows_original = shown
            self.update()

    # Where one looks.

    @property
    def zoom(self) -> float:
        return self._point.zoom

    def fit(self) -> None:
        """The whole photo, but never larger than 100 %."""
        self._point.fits = True
        self._view_moved()

    def set_zoom(self, zoom: float, at: QPointF | None = None) -> None:
        """`at`: the point, in this widget, that stays where it is; default: the middle."""
        if self._layers is None:
            return
        anchor = QPointF()
        if at is not None:
            pane = next((pane for pane in self._panes() if pane.contains(at)), self._panes()[0])
            anchor = (at - pane.center()) * self.devicePixelRatioF()
        self._point.zoom_to(zoom, self._layers.extent, self._view_size(), anchor.toTuple())
        self._view_moved()

    def zoom_by(self, steps: float, at: QPointF | None = None) -> None:
        self.set_zoom(self.zoom * ZOOM_STEP**steps, at)

    def pan(self, by: QPointF) -> None:
        """`by`: how far the photo moves, in this widget's pixels."""
        if self._layers is not None:
            ratio = self.devicePixelRatioF()
            self._point.pan(by.x() * ratio, by.y() * ratio, self._layers.extent)
            self._view_moved()

    def _view_moved(self) -> None:
        self.update()
        if self._layers is None:
            return
        extent, size = self._layers.extent, self._view_size()
        if self._point.fits:
            self._point.fit(extent, size)
        seen = self._point.visible(extent, size)
        if seen is not None:
            self.view_changed.emit(seen)
        self.zoom_changed.emit()

    def _view_size(self) -> tuple[float, float]:
        """Of one pane, in screen pixels."""
        pane, ratio = self._panes()[0], self.devicePixelRatioF()
        return pane.width() * ratio, pane.height() * ratio

    def _panes(self) -> list[QRectF]:
        whole = QRectF(self.rect())
        if self._compare is not Compare.SIDE_BY_SIDE:
            return [whole]
        half = (whole.width() - 2) / 2
        return [
            QRectF(0, 0, half, whole.height()),
            QRectF(half + 2, 0, half, whole.height()),
        ]

    # Painting.

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().window().color().darker(112))
        if self._layers is None or self._frames is None:
            return
        before, after = Layer.BEFORE, Layer.AFTER
        whole = QRectF(self.rect())
        if self._shows_original:
            final = self._paint(painter, before, whole, whole)
            paint_label(painter, self.tr("Before"), whole)
        elif self._compare is Compare.AFTER:
            final = self._paint(painter, after, whole, whole)
        elif self._compare is Compare.REMOVED:
            final = self._paint(painter, Layer.REMOVED, whole, whole)
            text = self.tr("Removed, amplified {0} times; grey is nothing")
            paint_label(painter, text.format(self._layers.gain), whole)
        elif self._compare is Compare.SIDE_BY_SIDE:
            left, right = self._panes()
            final = self._paint(painter, before, left, left)
            final = self._paint(painter, after, right, right) and final
            paint_label(painter, self.tr("Before"), left)
            paint_label(painter, self.tr("After"), right)
        else:
            final = self._paint_divided(painter, whole)
        if self._shows_focus:
            painter.setPen(QPen(self.palette().highlight().color(), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        if not final:
            self.update()

    def _paint_divided(self, painter: QPainter, whole: QRectF) -> bool:
        x = round(self._divider * whole.width())
        left = QRectF(0, 0, x, whole.height())
        right = QRectF(x, 0, whole.width() - x, whole.height())
        final = self._paint(painter, Layer.BEFORE, whole, left)
        final = self._paint(painter, Layer.AFTER, whole, right) and final
        paint_divider(painter, x, whole.height())
        paint_label(painter, self.tr("Before"), left)
        paint_label(painter, self.tr("After"), right)
        return final

    def _paint(self, painter: QPainter, layer: Layer, pane: QRectF, clip: QRectF) -> bool:
        """The layer, seen through `pane`, where `clip` is; whether it is final."""
        assert self._layers is not None
        assert self._frames is not None
        level = level_for(self._layers.levels, self._point.zoom)
        ratio = self.devicePixelRatioF()
        size = 2.0**level  # pixels of the result a pixel of the level
        per_px = self._point.zoom * size / ratio  # widget pixels a pixel of the level
        middle = QPointF(self._point.x, self._point.y)
        origin = pane.center() - middle * (self._point.zoom / ratio)
        if per_px * ratio == 1.0:  # 1:1: on whole pixels of the screen, else all is blurred
            origin = QPointF(
                math.floor(origin.x() * ratio + 0.5) / ratio,
                math.floor(origin.y() * ratio + 0.5) / ratio,
            )
        seen = Box(
            left := int((clip.left() - origin.x()) // per_px),
            top := int((clip.top() - origin.y()) // per_px),
            int((clip.right() - origin.x()) // per_px) + 1 - left,
            int((clip.bottom() - origin.y()) // per_px) + 1 - top,
        ).intersect(self._layers.level_extent(level))
        if seen is None or not clip.width():
            return True
        frame = self._frames.draw(layer, level, seen)
        target = QRectF(
            origin.x() + frame.box.left * per_px,
            origin.y() + frame.box.top * per_px,
            frame.box.width * per_px,
            frame.box.height * per_px,
        )
        painter.save()
        painter.setClipRect(clip)
        if self._layers.has_alpha and layer is not Layer.REMOVED:
            paint_checks(painter, target.intersected(clip))
        smooth = per_px * ratio != 1.0 and self._point.zoom < CRISP_ZOOM
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawImage(target, frame_image(frame, opaque=not self._layers.has_alpha))
        painter.restore()
        return frame.final

    # Mouse, touch and keys.

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._view_moved()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """A wheel zooms to the pointer; two fingers on a touchpad move the photo."""
        zooms = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if not event.pixelDelta().isNull() and not zooms:
            self.pan(QPointF(event.pixelDelta()))
        elif event.angleDelta().y():
            self.zoom_by(event.angleDelta().y() / 120, event.position())
        else:
            event.ignore()  # turned sideways

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.DevicePixelRatioChange:
            self._view_moved()  # a fitted photo fits no more
        elif isinstance(event, QNativeGestureEvent):
            if event.gestureType() is Qt.NativeGestureType.ZoomNativeGesture:
                self.set_zoom(self._point.zoom * (1 + event.value()), event.position())
                return True
        elif isinstance(event, QGestureEvent):
            pinch = event.gesture(Qt.GestureType.PinchGesture)
            if isinstance(pinch, QPinchGesture):
                centre = self.mapFromGlobal(pinch.centerPoint())
                self.set_zoom(self._point.zoom * pinch.scaleFactor(), centre)
                return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            left = event.button() is Qt.MouseButton.LeftButton
            self._moves_divider = left and self._is_on_divider(event.position())
            self._grabbed = event.position().toPoint()
            if not self._moves_divider:
                self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        point = event.position().toPoint()
        if self._grabbed is None:
            on_divider = self._is_on_divider(event.position())
            shape = Qt.CursorShape.SplitHCursor if on_divider else Qt.CursorShape.ArrowCursor
            self.setCursor(shape)
        elif self._moves_divider:
            self.set_divider(event.position().x() / max(1, self.width()))
        else:
            self.pan(QPointF(point - self._grabbed))
            self._grabbed = point

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._grabbed = None
        self._moves_divider = False
        self.setCursor(Qt.CursorShape.ArrowCursor)
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Between the whole and 100 %."""
        if self._point.fits:
            self.set_zoom(1.0, event.position())
        else:
            self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        directions = {
            Qt.Key.Key_Left: QPointF(1, 0),
            Qt.Key.Key_Right: QPointF(-1, 0),
            Qt.Key.Key_Up: QPointF(0, 1),
            Qt.Key.Key_Down: QPointF(0, -1),
        }
        direction = directions.get(Qt.Key(event.key()))
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if direction is not None and modifiers == Qt.KeyboardModifier.ShiftModifier:
            self.pan(direction * PAN_KEY_PX)
        elif direction is not None and modifiers == Qt.KeyboardModifier.AltModifier:
            self.set_divider(self._divider - direction.x() * 0.02)
        elif event.key() == Qt.Key.Key_Space:
            self.show_original(True)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.show_original(False)
        else:
            super().keyReleaseEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Whoever came with the keyboard sees where they are; others want the photo alone."""
        reasons = Qt.FocusReason
        came_by_key = event.reason() in (reasons.TabFocusReason, reasons.BacktabFocusReason)
        self._shows_focus = came_by_key
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        self._shows_focus = False
        self.show_original(False)
        super().focusOutEvent(event)

    def _is_on_divider(self, point: QPointF) -> bool:
        if self._compare is not Compare.DIVIDER or self._layers is None:
            return False
        return abs(point.x() - self._divider * self.width()) <= HANDLE_PX
