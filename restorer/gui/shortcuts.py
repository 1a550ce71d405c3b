"""All shortcuts on one page, read off the menus so that it cannot be out of date."""

from __future__ import annotations

from html import escape
from typing import Final

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QMenu,
    QMenuBar,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from restorer.gui.widgets import titled

MOST_KEYS: Final = 2  # systems bind copying to five, of which keyboards have two


class Shortcuts(QDialog):
    """A table a menu, and what the photo itself understands."""

    def __init__(self, menus: QMenuBar, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Shortcuts"))
        self.resize(480, 600)
        photo = [
            (self.tr("Show the original while held"), self.tr("Space")),
            (self.tr("Move the photo"), self.tr("Shift + arrows, or drag")),
            (self.tr("Move the divider"), self.tr("Alt + arrows, or drag")),
            (self.tr("Zoom to the pointer"), self.tr("Mouse wheel, or pinch")),
            (self.tr("Whole photo or 100 %"), self.tr("Double click")),
        ]
        parts = [_table(self.tr("In the photo"), photo)]
        for action in menus.actions():
            menu = action.menu()
            if isinstance(menu, QMenu):
                parts.append(_table(_plain(action), _rows(menu)))
        text = titled(QTextBrowser(), self.windowTitle())
        text.setHtml("".join(parts))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(text)
        column.addWidget(buttons)


def _rows(menu: QMenu) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for action in menu.actions():
        below = action.menu()
        if isinstance(below, QMenu):
            rows += _rows(below)
        elif action.shortcuts():
            native = QKeySequence.SequenceFormat.NativeText
            keys = [key.toString(native) for key in action.shortcuts()[:MOST_KEYS]]
            rows.append((_plain(action), ", ".join(keys)))
    return rows


def _table(title: str, rows: list[tuple[str, str]]) -> str:
    lines = "".join(
        f"<tr><td style='padding-right:24px'>{escape(what)}</td><td>{escape(keys)}</td></tr>"
        for what, keys in rows
    )
    return f"<h3>{escape(title)}</h3><table>{lines}</table>" if rows else ""


def _plain(action: QAction) -> str:
    return action.text().replace("&", "").rstrip("…")
