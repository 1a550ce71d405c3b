"""The bar above the photo: the menus, how to compare, and the zoom."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenuBar, QToolButton, QWidget

from restorer.gui.viewer import Viewer


class Header(QWidget):
    """Its buttons show actions, which the menus have too; only the zoom is read off the viewer."""

    def __init__(self, menus: QMenuBar, compare: QActionGroup, viewer: Viewer) -> None:
        super().__init__()
        self.setObjectName("header")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._viewer = viewer
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(4, 2, 8, 2)
        self._row.setSpacing(2)
        self._row.addWidget(menus, 1)
        for action in compare.actions():
            self._add(action)
        self._row.addSpacing(14)
        self.zoom = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self.zoom.setMinimumWidth(52)
        viewer.zoom_changed.connect(self._show_zoom)
        self._show_zoom()

    def add_zoom(self, out: QAction, into: QAction, fit: QAction) -> None:
        """The zoom's actions, around its value."""
        self._add(out)
        self._row.addWidget(self.zoom)
        self._add(into)
        self._add(fit)

    def _add(self, action: QAction) -> None:
        button = QToolButton()
        button.setDefaultAction(action)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAccessibleName(action.text().replace("&", ""))
        self._row.addWidget(button)

    def _show_zoom(self) -> None:
        self.zoom.setText(f"{100 * self._viewer.zoom:.0f} %")
        self.zoom.setAccessibleName(self.tr("Zoom {0}").format(self.zoom.text()))
