"""Light and dark: colours, style sheet and icons, on Qt's own Fusion style."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QImage, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from restorer.settings import resources_dir

ICON_PX: Final = 18
_DOWN: Final = (resources_dir() / "icons" / "down.svg").as_posix()
_CHECK: Final = (resources_dir() / "icons" / "check.svg").as_posix()


@dataclass(frozen=True, slots=True)
class Theme:
    """`window`: behind the photo. `panel`: controls and bars. `muted`: text that can wait."""

    is_dark: bool
    window: str
    panel: str
    field: str
    line: str
    text: str
    muted: str
    accent: str
    on_accent: str
    warning: str


DARK: Final = Theme(
    is_dark=True,
    window="#1b1c1f",
    panel="#26282c",
    field="#303338",
    line="#3b3e44",
    text="#e8e9ec",
    muted="#a3a8b2",
    accent="#4c8dff",
    on_accent="#ffffff",
    warning="#4a3413",
)
LIGHT: Final = Theme(
    is_dark=False,
    window="#e9ebee",
    panel="#fafbfc",
    field="#ffffff",
    line="#d3d7de",
    text="#1c1f24",
    muted="#5c6470",
    accent="#1f63e0",
    on_accent="#ffffff",
    warning="#fff1d0",
)


def apply_theme(app: QApplication, choice: str) -> Theme:
    """`choice`: "dark", "light", or "system" to follow the desktop. Returns what came of it."""
    schemes = {"dark": Qt.ColorScheme.Dark, "light": Qt.ColorScheme.Light}
    hints = QGuiApplication.styleHints()
    hints.setColorScheme(schemes.get(choice, Qt.ColorScheme.Unknown))
    dark = choice == "dark" or (choice != "light" and hints.colorScheme() is Qt.ColorScheme.Dark)
    theme = DARK if dark else LIGHT
    app.setStyle("Fusion")
    app.setPalette(_palette(theme))
    app.setStyleSheet(_style_sheet(theme))
    return theme


def icon(name: str, theme: Theme) -> QIcon:
    """One of `resources/icons`, in the theme's colours for its state."""
    made = QIcon()
    states = (
        (theme.text, QIcon.Mode.Normal, QIcon.State.Off),
        (theme.on_accent, QIcon.Mode.Normal, QIcon.State.On),
        (theme.line, QIcon.Mode.Disabled, QIcon.State.Off),
    )
    for colour, mode, state in states:
        for ratio in (1, 2, 3):
            made.addPixmap(_drawn(name, colour, ICON_PX * ratio), mode, state)
    return made


def program_icon() -> QIcon:
    """A photo, half noisy and half clean."""
    return QIcon(str(resources_dir() / "restorer.svg"))


def _drawn(name: str, colour: str, side_px: int) -> QPixmap:
    text = (resources_dir() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    renderer = QSvgRenderer(QByteArray(text.replace("currentColor", colour).encode()))
    image = QImage(QSize(side_px, side_px), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    return QPixmap.fromImage(image)


def _palette(theme: Theme) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    colours = {
        role.Window: theme.panel,
        role.WindowText: theme.text,
        role.Base: theme.field,
        role.AlternateBase: theme.panel,
        role.Text: theme.text,
        role.Button: theme.field,
        role.ButtonText: theme.text,
        role.ToolTipBase: theme.field,
        role.ToolTipText: theme.text,
        role.PlaceholderText: theme.muted,
        role.Highlight: theme.accent,
        role.HighlightedText: theme.on_accent,
        role.Link: theme.accent,
        role.Mid: theme.line,
        role.Accent: theme.accent,
    }
    for which, colour in colours.items():
        palette.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(theme.muted))
    return palette


def _style_sheet(theme: Theme) -> str:
    return f"""
    Viewer, StartPage {{ background: {theme.window}; }}
    QMenuBar {{ padding: 3px 0; }}
    QMenuBar, #header, #controls, QStatusBar {{ background: {theme.panel}; }}
    #header {{ border-bottom: 1px solid {theme.line}; }}
    #controls {{ border-left: 1px solid {theme.line}; }}
    QStatusBar {{ border-top: 1px solid {theme.line}; }}
    QStatusBar::item {{ border: none; }}
    QLabel[muted="true"] {{ color: {theme.muted}; }}
    QLabel[heading="true"] {{ font-weight: 600; }}
    QLabel[note="true"] {{
        background: {theme.warning}; border-radius: 5px; padding: 6px;
    }}
    #message {{ background: {theme.warning}; border-bottom: 1px solid {theme.line}; }}
    #message QLabel {{ color: {theme.text}; }}
    QToolButton {{
        border: 1px solid transparent; border-radius: 5px; padding: 3px 6px; color: {theme.text};
    }}
    QToolButton:hover {{ background: {theme.field}; border-color: {theme.line}; }}
    QToolButton:checked {{ background: {theme.accent}; color: {theme.on_accent}; }}
    QToolButton:focus {{ border-color: {theme.accent}; }}
    QToolButton::menu-indicator {{ image: none; }}
    QToolButton[segment="true"] {{ background: {theme.field}; border-color: {theme.line}; }}
    QToolButton[segment="true"]:checked {{
        background: {theme.accent}; border-color: {theme.accent};
    }}
    QToolButton[segment="true"]:focus {{ border: 2px solid {theme.text}; padding: 2px 5px; }}
    QPushButton {{
        background: {theme.field}; border: 1px solid {theme.line}; border-radius: 5px;
        padding: 5px 12px; color: {theme.text};
    }}
    QPushButton[link="true"] {{ background: transparent; border-color: transparent; }}
    QPushButton:hover {{ border-color: {theme.accent}; }}
    QPushButton:focus {{ border: 2px solid {theme.accent}; padding: 4px 11px; }}
    QPushButton:disabled {{ color: {theme.muted}; }}
    QPushButton[primary="true"] {{
        background: {theme.accent}; border-color: {theme.accent}; color: {theme.on_accent};
        font-weight: 600;
    }}
    QPushButton[primary="true"]:focus {{ border: 2px solid {theme.text}; }}
    QPushButton[primary="true"]:disabled {{
        background: {theme.field}; border-color: {theme.line}; color: {theme.muted};
    }}
    QComboBox {{
        background: {theme.field}; border: 1px solid {theme.line}; border-radius: 5px;
        padding: 4px 8px; color: {theme.text};
    }}
    QComboBox:focus {{ border-color: {theme.accent}; }}
    QComboBox::drop-down {{ border: none; width: 22px; }}
    QComboBox::down-arrow {{ image: url("{_DOWN}"); width: 12px; height: 12px; }}
    QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
    QCheckBox::indicator {{
        width: 13px; height: 13px; border: 1px solid {theme.muted}; border-radius: 3px;
        background: {theme.field};
    }}
    QCheckBox::indicator:checked {{
        background: {theme.accent}; border-color: {theme.accent}; image: url("{_CHECK}");
    }}
    QCheckBox::indicator:disabled {{ border-color: {theme.line}; }}
    QCheckBox:focus {{ color: {theme.accent}; }}
    QHeaderView::section {{
        background: {theme.panel}; border: none; border-bottom: 1px solid {theme.line};
        padding: 5px 8px; color: {theme.muted};
    }}
    QTableView {{ border: 1px solid {theme.line}; border-radius: 5px; }}
    QTableView::item {{ padding: 0 6px; }}
    QLineEdit {{
        background: {theme.field}; border: 1px solid {theme.line}; border-radius: 5px;
        padding: 4px 8px; color: {theme.text};
    }}
    QLineEdit:focus {{ border-color: {theme.accent}; }}
    QLineEdit:read-only {{ color: {theme.muted}; }}
    QProgressBar {{
        background: {theme.field}; border: none; border-radius: 3px; max-height: 6px;
    }}
    QProgressBar::chunk {{ background: {theme.accent}; border-radius: 3px; }}
    """
