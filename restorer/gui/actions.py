"""Everything that can be done, once: each has a place in a menu, most have a shortcut."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QMenu, QMenuBar, QWidget

from restorer.gui.viewer import Compare

Keys = QKeySequence.StandardKey
Key = QKeySequence.StandardKey | str


class Page(enum.Enum):
    """What the window shows."""

    PHOTO = enum.auto()
    FOLDER = enum.auto()
    DIGITS = enum.auto()


class Actions(QObject):
    """`named` holds every action under a word; the window gives them their meaning."""

    def __init__(self, owner: QWidget, photo: QWidget) -> None:
        """`photo`: the widget that must have the focus for the arrow keys to turn over."""
        super().__init__(owner)
        self._owner = owner
        self.named: dict[str, QAction] = {}
        self.menus = QMenuBar()
        self.compare = QActionGroup(owner)
        self.page = QActionGroup(owner)
        self.theme = QActionGroup(owner)
        self.language = QActionGroup(owner)
        self.device = QActionGroup(owner)
        self.recent = QMenu(self.tr("Open &recent"))
        self._file_menu()
        self._edit_menu()
        self._photo_menu(photo)
        self._view_menu()
        self._help_menu()

    def give_meaning(self, meanings: dict[str, Callable[[], Any]]) -> None:
        """What each action does; every one must have a meaning."""
        for name, meaning in meanings.items():
            self.named[name].triggered.connect(finish_typing)
            self.named[name].triggered.connect(lambda _checked=False, run=meaning: run())

    def _add(self, menu: QMenu, name: str, text: str, *keys: Key) -> QAction:
        action = QAction(text, self._owner)
        action.setShortcuts([key for one in keys for key in _sequences(one)])
        menu.addAction(action)
        self._owner.addAction(action)  # shortcuts work when the menus are hidden too
        self.named[name] = action
        return action

    def _choices(
        self, menu: QMenu, group: QActionGroup, choices: tuple[tuple[Any, str, str], ...]
    ) -> None:
        group.setExclusive(True)
        for value, text, key in choices:
            action = QAction(text, self._owner, checkable=True)
            action.setData(value)
            if key:
                action.setShortcut(QKeySequence(key))
            group.addAction(action)
            menu.addAction(action)
            self._owner.addAction(action)

    def _file_menu(self) -> None:
        menu = self.menus.addMenu(self.tr("&File"))
        self._add(menu, "open", self.tr("&Open…"), Keys.Open)
        menu.addMenu(self.recent)
        self._add(menu, "paste", self.tr("Open from &clipboard"), Keys.Paste)
        self._add(menu, "sample", self.tr("Open the sa&mple"), "Ctrl+Shift+O")
        menu.addSeparator()
        self._add(menu, "save", self.tr("&Save…"), Keys.Save)
        self._add(menu, "save_as", self.tr("Save &as…"), "Ctrl+Shift+S")
        self._add(menu, "export", self.tr("&Export…"), "Ctrl+E")
        menu.addSeparator()
        self._add(menu, "quit", self.tr("&Quit"), "Ctrl+Q")

    def _edit_menu(self) -> None:
        menu = self.menus.addMenu(self.tr("&Edit"))
        self._add(menu, "undo", self.tr("&Undo"), Keys.Undo)
        self._add(menu, "redo", self.tr("&Redo"), "Ctrl+Shift+Z", "Ctrl+Y")
        menu.addSeparator()
        self._add(menu, "copy", self.tr("&Copy the result"), Keys.Copy)
        self._add(menu, "copy_command", self.tr("Copy as co&mmand"), "Ctrl+Shift+C")

    def _photo_menu(self, photo: QWidget) -> None:
        menu = self.menus.addMenu(self.tr("&Photo"))
        for name, text, keys in (
            ("previous", self.tr("&Previous in the folder"), ("Left", "PgUp")),
            ("next", self.tr("&Next in the folder"), ("Right", "PgDown")),
        ):
            action = self._add(menu, name, text, *keys)
            self._owner.removeAction(action)
            photo.addAction(action)  # elsewhere arrow keys move sliders
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        menu.addSeparator()
        self._add(menu, "restore", self.tr("&Restore again"), "F5")
        self._add(menu, "cancel", self.tr("&Stop"), "Esc")
        menu.addSeparator()
        self._add(menu, "about_model", self.tr("About this &model…"), "F2")
        device = menu.addMenu(self.tr("&Work on"))
        self._choices(
            device,
            self.device,
            (
                ("auto", self.tr("The fastest device"), "Ctrl+Alt+F"),
                ("cpu", self.tr("The processor only"), "Ctrl+Alt+P"),
            ),
        )

    def _view_menu(self) -> None:
        menu = self.menus.addMenu(self.tr("&View"))
        self._choices(
            menu,
            self.page,
            (
                (Page.PHOTO, self.tr("Photo"), "Alt+1"),
                (Page.FOLDER, self.tr("Folder"), "Alt+2"),
                (Page.DIGITS, self.tr("Digits"), "Alt+3"),
            ),
        )
        menu.addSeparator()
        self._add(menu, "zoom_in", self.tr("Zoom &in"), Keys.ZoomIn, "Ctrl+=", "+", "=")
        self._add(menu, "zoom_out", self.tr("Zoom &out"), Keys.ZoomOut, "-")
        self._add(menu, "fit", self.tr("&Fit"), "Ctrl+0", "F")
        self._add(menu, "zoom_1", self.tr("&100 %"), "Ctrl+1", "1")
        self._add(menu, "zoom_2", self.tr("&200 %"), "Ctrl+2", "2")
        menu.addSeparator()
        self._choices(
            menu,
            self.compare,
            (
                (Compare.AFTER, self.tr("&After"), "A"),
                (Compare.DIVIDER, self.tr("&Divider"), "D"),
                (Compare.SIDE_BY_SIDE, self.tr("&Side by side"), "S"),
                (Compare.REMOVED, self.tr("What was &removed"), "R"),
            ),
        )
        menu.addSeparator()
        self._add(menu, "less_gain", self.tr("Amplify the removed &less"), "[")
        self._add(menu, "more_gain", self.tr("Amplify the removed &more"), "]")
        menu.addSeparator()
        self._add(menu, "controls", self.tr("&Controls"), "F9").setCheckable(True)
        self._add(menu, "full_screen", self.tr("F&ull screen"), "F11").setCheckable(True)
        menu.addSeparator()
        themes = menu.addMenu(self.tr("&Theme"))
        self._choices(
            themes,
            self.theme,
            (
                ("system", self.tr("As the system"), "Ctrl+Alt+T"),
                ("light", self.tr("Light"), "Ctrl+Alt+L"),
                ("dark", self.tr("Dark"), "Ctrl+Alt+D"),
            ),
        )
        languages = menu.addMenu(self.tr("Lan&guage"))
        self._choices(
            languages,
            self.language,
            (
                ("system", self.tr("As the system"), "Ctrl+Alt+Y"),
                ("en", "English", "Ctrl+Alt+E"),
                ("de", "Deutsch", "Ctrl+Alt+G"),
            ),
        )
        profile = menu.addMenu(self.tr("Screen &profile"))
        self._add(profile, "system_profile", self.tr("As the &system says"))
        self._add(profile, "screen_profile", self.tr("From a &file…"), "Ctrl+Shift+P")

    def _help_menu(self) -> None:
        menu = self.menus.addMenu(self.tr("&Help"))
        self._add(menu, "shortcuts", self.tr("&Shortcuts"), "F1", "?")
        self._add(menu, "about", self.tr("&About Restorer"), "Ctrl+F1")


def finish_typing() -> None:
    """Takes over the number that is being typed: a shortcut does not take the focus from it."""
    field = QApplication.focusWidget()
    if isinstance(field, QAbstractSpinBox):
        field.interpretText()


def _sequences(key: Key) -> list[QKeySequence]:
    if isinstance(key, QKeySequence.StandardKey):
        return list(QKeySequence.keyBindings(key))
    return [QKeySequence(key)]
