"""The bar above all pages: the menus, the pages, how to compare, and the zoom."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from restorer.gui.actions import Actions
from restorer.gui.viewer import Viewer
from restorer.gui.widgets import titled


class Header(QWidget):
    """Its buttons show actions, which the menus have too; only the zoom is read off the viewer."""

    def __init__(self, actions: Actions, viewer: Viewer) -> None:
        super().__init__()
        self.setObjectName("header")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._viewer = viewer
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 2, 8, 2)
        row.setSpacing(2)
        menus = actions.menus
        menus.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        row.addWidget(menus)
        row.addSpacing(16)
        for action in actions.page.actions():
            row.addWidget(_button(action, Qt.ToolButtonStyle.ToolButtonTextOnly))
        row.addStretch()
        self.of_photo = QWidget()  # what only the photo page needs
        inner = QHBoxLayout(self.of_photo)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(2)
        for action in actions.compare.actions():
            inner.addWidget(_button(action))
        inner.addSpacing(14)
        self.zoom = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self.zoom.setMinimumWidth(52)
        inner.addWidget(_button(actions.named["zoom_out"]))
        inner.addWidget(self.zoom)
        inner.addWidget(_button(actions.named["zoom_in"]))
        inner.addWidget(_button(actions.named["fit"]))
        row.addWidget(self.of_photo)
        viewer.zoom_changed.connect(self._show_zoom)
        self._show_zoom()

    def _show_zoom(self) -> None:
        self.zoom.setText(f"{100 * self._viewer.zoom:.0f} %")
        self.zoom.setAccessibleName(self.tr("Zoom {0}").format(self.zoom.text()))


def _button(
    action: QAction, style: Qt.ToolButtonStyle = Qt.ToolButtonStyle.ToolButtonIconOnly
) -> QToolButton:
    button = titled(QToolButton(), action.text().replace("&", ""))
    button.setDefaultAction(action)
    button.setToolButtonStyle(style)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
