"""Theme, language and the screen's colours, as chosen in the menus and remembered."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from restorer.gui.actions import Actions
from restorer.gui.frames import is_screen_profile
from restorer.gui.preferences import PreferencesFile
from restorer.gui.theme import apply_theme, icon

_ICONS: Final = {
    "open": "open",
    "save": "save",
    "undo": "undo",
    "redo": "redo",
    "zoom_in": "zoom-in",
    "zoom_out": "zoom-out",
    "fit": "fit",
}
_COMPARE_ICONS: Final = ("after", "divider", "side-by-side", "removed")


class Appearance(QObject):
    """Follows the menus and, where they say so, the desktop."""

    said = Signal(str)
    screen_changed = Signal()

    def __init__(self, actions: Actions, preferences: PreferencesFile) -> None:
        super().__init__()
        self._actions = actions
        self._preferences = preferences
        actions.theme.triggered.connect(lambda action: self.change_theme(action.data()))
        actions.language.triggered.connect(lambda action: self.change_language(action.data()))
        actions.named["system_profile"].triggered.connect(self.use_system_profile)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_scheme_changed)
        for action in actions.language.actions():
            action.setChecked(action.data() == preferences.value.language)
        self._show_theme()
        self._show_profile()

    def change_theme(self, choice: str) -> None:
        """`choice`: "system", "light" or "dark"."""
        self._preferences.change(lambda known: replace(known, theme=choice))
        self._show_theme()

    def change_language(self, choice: str) -> None:
        """`choice`: "system", "en" or "de"; widgets have their texts since they were made."""
        self._preferences.change(lambda known: replace(known, language=choice))
        self.said.emit(self.tr("The language changes when Restorer is started again."))

    def ask_for_screen_profile(self, parent: QWidget) -> None:
        """An ICC file; without an answer all stays as it is."""
        title, kinds = self.tr("Colour profile of the screen"), self.tr("Profiles (*.icc *.icm)")
        present = self._preferences.value.screen_profile
        name, _ = QFileDialog.getOpenFileName(parent, title, present, kinds)
        if not name:
            return
        if is_screen_profile(Path(name)):
            self._use_screen_profile(name)
        else:
            text = self.tr("{0} is no colour profile of a screen. Choose one made for it.")
            self.said.emit(text.format(Path(name).name))

    def use_system_profile(self) -> None:
        """What the system says of its screen, as at first."""
        self._use_screen_profile("")

    def _use_screen_profile(self, name: str) -> None:
        self._preferences.change(lambda known: replace(known, screen_profile=name))
        self._show_profile()
        self.screen_changed.emit()

    def _show_profile(self) -> None:
        has_own = bool(self._preferences.value.screen_profile)
        self._actions.named["system_profile"].setEnabled(has_own)

    def _on_scheme_changed(self) -> None:
        if self._preferences.value.theme == "system":
            self._show_theme()

    def _show_theme(self) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        choice = self._preferences.value.theme
        theme = apply_theme(app, choice)
        for name, file in _ICONS.items():
            self._actions.named[name].setIcon(icon(file, theme))
        for action, file in zip(self._actions.compare.actions(), _COMPARE_ICONS, strict=True):
            action.setIcon(icon(file, theme))
        for action in self._actions.theme.actions():
            action.setChecked(action.data() == choice)
