"""Questions that several parts of the window ask."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMessageBox, QWidget

translate = QCoreApplication.translate


def may_replace(target: Path, window: QWidget) -> bool:
    """Whether a file that exists may be replaced, where the file dialog has not asked."""
    text = translate("Asking", "{0} exists. Replace it?").format(target.name)
    answer = QMessageBox.question(window, "Restorer", text)
    return answer == QMessageBox.StandardButton.Yes
