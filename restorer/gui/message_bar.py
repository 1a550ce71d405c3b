"""What went wrong, beside the photo: a sentence, what to do, and details for a bug report."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from restorer.gui.session import Session
from restorer.gui.widgets import titled


class MessageBar(QWidget):
    """Follows the session's trouble; hidden while there is none."""

    again_wanted = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setObjectName("message")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.text = QLabel(wordWrap=True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.again = QPushButton(self.tr("Try again"))
        self.again.clicked.connect(self.again_wanted)
        self.copy = QPushButton(self.tr("Copy details"))
        self.copy.clicked.connect(self._on_copy)
        self.close_button = titled(QToolButton(), self.tr("Dismiss"), self.tr("Dismiss"))
        self.close_button.setText("✕")
        self.close_button.clicked.connect(session.dismiss_trouble)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 8, 8)
        row.addWidget(self.text, 1)
        for button in (self.again, self.copy, self.close_button):
            row.addWidget(button)
        session.trouble_changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        trouble = self._session.trouble
        self.setVisible(trouble is not None)
        if trouble is not None:
            self.text.setText(trouble.text)
            self.text.setAccessibleName(trouble.text)
            self.again.setVisible(bool(trouble.again))
            self.copy.setVisible(bool(trouble.details))
            QAccessible.updateAccessibility(QAccessibleEvent(self.text, QAccessible.Event.Alert))

    def _on_copy(self) -> None:
        trouble = self._session.trouble
        if trouble is not None:
            QGuiApplication.clipboard().setText(f"{trouble.text}\n\n{trouble.details}")
