"""The window: puts the parts together and routes what is wanted to them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import QByteArray, QEvent, QSettings, QSize, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QInputDialog,
    QMainWindow,
    QMessageBox,
    QVBoxLayout,
    QWidget,
)

from restorer import __version__
from restorer.engine.tiling import Box
from restorer.gui.about_model import AboutModels
from restorer.gui.actions import Actions, Page
from restorer.gui.announce import Announcer
from restorer.gui.appearance import Appearance
from restorer.gui.batch.page import FolderPage
from restorer.gui.batch.runner import BatchRunner
from restorer.gui.controls import Controls
from restorer.gui.digits.bridge import DigitBridge
from restorer.gui.digits.page import DigitsPage
from restorer.gui.frames import Frames, ScreenColours
from restorer.gui.header import Header
from restorer.gui.message_bar import MessageBar
from restorer.gui.opening import OpenFlow, local_files
from restorer.gui.preferences import PreferencesFile, Preset
from restorer.gui.saving import SaveFlow
from restorer.gui.session import Session
from restorer.gui.shortcuts import Shortcuts
from restorer.gui.start import StartPage
from restorer.gui.status import Status
from restorer.gui.theme import program_icon
from restorer.gui.viewer import Viewer
from restorer.gui.widgets import Stack, WheelGuard
from restorer.settings import weights_dir

GAINS: Final = (1, 2, 4, 8, 16, 32)
SAID_MS: Final = 6000
_CLEANERS: Final = {
    "fine": "denoiser",
    "saved": "degrainer",
    "coarse": "degrainer",
    "jpeg": "deblocker",
}
BATCH_PATIENCE_S: Final = 8.0  # for the file in hand; the journal takes care of the rest


class _Below(QWidget):
    """What lies below the header, and is never narrower than that."""

    def __init__(self, header: Header) -> None:
        super().__init__()
        self._header = header

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        header = self._header.minimumSizeHint()
        return super().minimumSizeHint().expandedTo(QSize(header.width(), 0))


class MainWindow(QMainWindow):
    """One photo at a time, as large as the window allows."""

    def __init__(
        self,
        session: Session,
        digit_bridge: DigitBridge,
        cache: Path,
        preferences: PreferencesFile,
        settings: QSettings,
    ) -> None:
        super().__init__()
        self.session = session
        self._cache = cache
        self._preferences = preferences
        self._settings = settings
        self._has_controls = True
        self.opening = OpenFlow(cache, preferences, self)
        self.saving = SaveFlow(session, cache, preferences, self)
        self.setWindowIcon(program_icon())
        self.setAcceptDrops(True)

        self.viewer = Viewer()
        self.start = StartPage()
        self.controls = Controls(session)
        self.message = MessageBar(session)
        self.status = Status(session)
        self.pages = Stack()
        self.pages.addWidget(self.start)
        self.pages.addWidget(self.viewer)
        self.actions_ = Actions(self, self.viewer)
        self.header = Header(self.actions_, self.viewer)
        self.folder = FolderPage(session, BatchRunner())
        self.digits = DigitsPage(digit_bridge, weights_dir(), cache)
        self.announcer = Announcer(self)
        self._lay_out()
        WheelGuard(self)
        self._connect()
        self.appearance = Appearance(self.actions_, preferences)
        self.appearance.said.connect(self._say)
        self.appearance.screen_changed.connect(self._show_in_new_colours)
        self._restore_geometry()
        self.controls.show_presets(preferences.value.presets)
        self._show_photo()
        self.show_page(Page.PHOTO)

    def _lay_out(self) -> None:
        self.setMenuWidget(self.header)
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(self.message)
        left.addWidget(self.pages, 1)
        left.setContentsMargins(0, 0, 0, 0)
        photo = QWidget()
        photo.setLayout(left)
        self.sheets = Stack()
        self.sheets.addWidget(photo)
        self.sheets.addWidget(self.folder)
        self.sheets.addWidget(self.digits)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.sheets, 1)
        row.addWidget(self.controls)
        middle = _Below(self.header)
        middle.setLayout(row)
        self.setCentralWidget(middle)
        self.setStatusBar(self.status)

    def _connect(self) -> None:
        session, viewer = self.session, self.viewer
        session.photo_changed.connect(self._show_photo)
        session.result_begun.connect(viewer.result_begun)
        session.tile_finished.connect(viewer.outdate)
        session.blend_changed.connect(viewer.outdate)
        session.progress_changed.connect(self._show_progress)
        session.settings_changed.connect(self._show_enabled)
        session.saved.connect(lambda _path: self._show_enabled())
        self.opening.wanted.connect(self.open_paths)
        self.opening.told.connect(self._say)
        self.saving.told.connect(self._say)
        self.saving.closing_agreed.connect(self.close)
        viewer.view_changed.connect(self._on_view_changed)
        viewer.compare_changed.connect(self._show_compare)
        self.message.again_wanted.connect(session.run_again)
        self.controls.save_wanted.connect(self.saving.save)
        self.controls.about_wanted.connect(self.show_about_model)
        self.controls.preset_saved.connect(self._on_preset_saved)
        self.controls.preset_removed.connect(self._on_preset_removed)
        self.start.open_wanted.connect(self.opening.ask)
        self.start.sample_wanted.connect(self.opening.open_sample)
        self.start.recent_wanted.connect(lambda name: self.open_paths([Path(name)]))
        actions = self.actions_
        actions.compare.triggered.connect(lambda action: viewer.set_compare(action.data()))
        actions.page.triggered.connect(lambda action: self.show_page(action.data()))
        self.folder.open_wanted.connect(self._on_open_wanted)
        self.folder.progress_told.connect(self._show_title)
        self.folder.finished.connect(self.announcer.announce)
        self.digits.restore_wanted.connect(self._on_open_wanted)
        self.digits.said.connect(self._say)
        actions.device.triggered.connect(
            lambda action: session.change(replace(session.settings, device=action.data()))
        )
        actions.recent.aboutToShow.connect(lambda: self.opening.fill_recent(actions.recent))
        actions.give_meaning(
            {
                "open": self.opening.ask,
                "paste": self.paste,
                "sample": self.opening.open_sample,
                "save": self.save,
                "save_as": self.saving.save_as,
                "export": self.saving.export,
                "quit": self.close,
                "undo": session.undo,
                "redo": session.redo,
                "copy": self.copy,
                "copy_command": self.saving.copy_command,
                "previous": lambda: session.open_neighbour(-1),
                "next": lambda: session.open_neighbour(1),
                "restore": session.restore,
                "cancel": session.cancel,
                "about_model": self.show_about_model,
                "zoom_in": lambda: viewer.zoom_by(1),
                "zoom_out": lambda: viewer.zoom_by(-1),
                "fit": viewer.fit,
                "zoom_1": lambda: viewer.set_zoom(1.0),
                "zoom_2": lambda: viewer.set_zoom(2.0),
                "less_gain": lambda: self._change_gain(-1),
                "more_gain": lambda: self._change_gain(1),
                "controls": self._on_controls_toggled,
                "full_screen": self._on_full_screen_toggled,
                "screen_profile": lambda: self.appearance.ask_for_screen_profile(self),
                "shortcuts": lambda: Shortcuts(actions.menus, self).exec(),
                "about": self._show_about,
            }
        )

    # Opening.

    def open_paths(self, paths: list[Path]) -> None:
        """On the page of the photo, wherever the user was."""
        self.show_page(Page.PHOTO)
        is_own = any(path.parent == self._cache for path in paths)  # pasted, or a digit
        self.session.open(paths, has_neighbours=not is_own)

    def paste(self) -> None:
        """A photo or, on its page, the picture of a digit."""
        if self.page is Page.DIGITS:
            self.digits.saver.paste_picture()
        else:
            self.opening.paste()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        if local_files(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        paths = local_files(event.mimeData())
        if paths:
            event.acceptProposedAction()
            self.open_paths(paths)

    # Saving: of the photo, or of the digit on its page.

    def save(self) -> None:
        if self.page is Page.DIGITS:
            self.digits.saver.save_digit()
        else:
            self.saving.save()

    def copy(self) -> None:
        if self.page is Page.DIGITS:
            self.digits.saver.copy_digit()
        else:
            self.saving.copy()

    # Showing.

    def _show_photo(self) -> None:
        session = self.session
        if session.photo is None or session.layers is None:
            self.pages.setCurrentWidget(self.start)
            self.start.show_recent(self._preferences.value.recent)
            self.viewer.show_layers(None, None)
        elif session.opening is None:
            if not self.saving.is_homeless:
                path = session.photo.path
                self._preferences.change(lambda known: known.with_recent(path))
            self.pages.setCurrentWidget(self.viewer)
            if self.viewer.layers is not session.layers:  # opening another one may have failed
                self.viewer.show_layers(session.layers, self._frames())
                self.viewer.setFocus()
        self._show_title()
        self._show_enabled()

    def _show_title(self, batch: str = "") -> None:
        """`batch`: how far a running one is."""
        photo = self.session.photo
        parts = [batch, "" if photo is None else photo.name, "Restorer"]
        self.setWindowTitle(" – ".join(part for part in parts if part))

    def show_page(self, page: Page) -> None:
        """One of the window's pages; what belongs to the photo alone goes with it."""
        is_photo = page is Page.PHOTO
        self.sheets.setCurrentIndex(list(Page).index(page))
        self.header.of_photo.setVisible(is_photo)
        self.controls.save.setVisible(is_photo)
        self.controls.setVisible(self._has_controls and page is not Page.DIGITS)
        for action in self.actions_.page.actions():
            action.setChecked(action.data() is page)
        self._show_enabled()

    @property
    def page(self) -> Page:
        return list(Page)[self.sheets.currentIndex()]

    def _on_open_wanted(self, path: Path) -> None:
        self.open_paths([path])

    def _frames(self) -> Frames:
        session = self.session
        assert session.photo is not None
        assert session.layers is not None
        profile = self._preferences.value.screen_profile
        colours = ScreenColours(session.photo.rest.icc, Path(profile) if profile else None)
        return Frames(session.layers, colours)

    def _show_progress(self) -> None:
        self._show_enabled()
        if self.session.is_complete:
            self.viewer.outdate()

    def _show_enabled(self) -> None:
        session, named = self.session, self.actions_.named
        has_photo = session.photo is not None and self.page is Page.PHOTO
        for name in ("save_as", "export", "copy_command", "restore", "fit"):
            named[name].setEnabled(has_photo)
        for name in ("save", "copy"):
            named[name].setEnabled(has_photo or self.page is Page.DIGITS)
        for name in ("zoom_in", "zoom_out", "zoom_1", "zoom_2", "less_gain", "more_gain"):
            named[name].setEnabled(has_photo)
        named["cancel"].setEnabled(session.progress is not None)
        has_settings = self.page is not Page.DIGITS  # else what changes would not be seen
        named["undo"].setEnabled(session.can_undo and has_settings)
        named["redo"].setEnabled(session.can_redo and has_settings)
        for name, step in (("previous", -1), ("next", 1)):
            place = session.place
            named[name].setEnabled(place is not None and 1 <= place[0] + step <= place[1])
        for action in self.actions_.device.actions():
            action.setChecked(action.data() == session.settings.device)
        self._show_compare()

    def _show_compare(self) -> None:
        for action in self.actions_.compare.actions():
            action.setChecked(action.data() is self.viewer.compare)
            action.setEnabled(self.session.photo is not None and self.page is Page.PHOTO)

    def _on_view_changed(self, seen: Box) -> None:
        scale = 1 if self.session.layers is None else self.session.layers.scale
        left, top = seen.left // scale, seen.top // scale
        right, bottom = -(-seen.right // scale), -(-seen.bottom // scale)
        self.session.look_at(Box(left, top, right - left, bottom - top))

    def _change_gain(self, step: int) -> None:
        layers = self.session.layers
        if layers is not None:
            place = GAINS.index(layers.gain) + step
            layers.gain = GAINS[min(len(GAINS) - 1, max(0, place))]
            self.viewer.outdate()

    def show_about_model(self) -> None:
        session = self.session
        kind = "fine" if session.noise is None else session.noise.kind
        is_jpeg = session.photo is not None and session.photo.rest.jpeg is not None
        estimator = "jpeg-estimator" if is_jpeg else "estimator"
        names = [_CLEANERS[kind], estimator, "picture-estimator"]
        if session.layers is not None and session.layers.scale > 1:
            names.insert(0, f"upscaler-x{session.layers.scale}")
        AboutModels(names, weights_dir(), self).exec()

    def _show_about(self) -> None:
        text = self.tr(
            "<h3>Restorer {0}</h3><p>Cleans and enlarges photos with autoencoders that were "
            "trained for it, on this computer alone: nothing is sent anywhere.</p>"
            "<p>MIT licence. The window is made with Qt (LGPL).</p>"
        )
        QMessageBox.about(self, self.tr("About Restorer"), text.format(__version__))

    def _say(self, text: str) -> None:
        self.status.showMessage(text, SAID_MS)

    # Presets.

    def _on_preset_saved(self) -> None:
        name, agreed = QInputDialog.getText(self, self.tr("Save these settings"), self.tr("Name"))
        if agreed and name.strip():
            preset = Preset(name.strip(), replace(self.session.settings, device="auto"))
            self._preferences.change(lambda known: known.with_preset(preset))
            self.controls.show_presets(self._preferences.value.presets)

    def _on_preset_removed(self, name: str) -> None:
        text = self.tr("Remove the preset “{0}”? It cannot be brought back.").format(name)
        answer = QMessageBox.question(self, self.tr("Remove a preset"), text)
        if answer != QMessageBox.StandardButton.Yes:
            return
        self._preferences.change(lambda known: known.without_preset(name))
        self.controls.show_presets(self._preferences.value.presets)

    def _show_in_new_colours(self) -> None:
        if self.session.photo is not None:
            self.viewer.use_frames(self._frames())

    def _on_controls_toggled(self) -> None:
        self._has_controls = not self._has_controls
        self.actions_.named["controls"].setChecked(self._has_controls)
        self.show_page(self.page)

    def _on_full_screen_toggled(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """The desktop has keys for the full screen too."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.WindowStateChange:
            self._show_full_screen()

    def _show_full_screen(self) -> None:
        self.actions_.named["full_screen"].setChecked(self.isFullScreen())

    # Beginning and end.

    def _restore_geometry(self) -> None:
        geometry = self._settings.value("geometry")
        if not (isinstance(geometry, QByteArray) and self.restoreGeometry(geometry)):
            self.resize(1280, 800)
        self._show_full_screen()
        hidden = self._settings.value("controls_hidden", False, bool)
        self._has_controls = not hidden
        self.actions_.named["controls"].setChecked(not hidden)
        divider = self._settings.value("divider", 0.5, float)
        self.viewer.set_divider(float(str(divider)))

    def _may_stop_batch(self) -> bool:
        if not self.folder.runner.is_running:
            return True
        text = self.tr("A folder is being restored. Stop? It can be taken up again later.")
        answer = QMessageBox.question(self, "Restorer", text)
        return answer == QMessageBox.StandardButton.Yes

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Asks once if a result would be lost."""
        if not self._may_stop_batch():
            self.saving.stay_open()
            event.ignore()
            return
        if not self.saving.may_close():
            event.ignore()
            return
        self.hide()  # what is waited for now need not be looked at
        self.folder.runner.cancel()
        self.folder.runner.wait(BATCH_PATIENCE_S)
        self.folder.stop()
        self._settings.setValue("geometry", self.saveGeometry())
        self._settings.setValue("controls_hidden", not self._has_controls)
        self._settings.setValue("divider", self.viewer.divider)
        settings = self.session.settings
        self._preferences.change(lambda known: replace(known, settings=settings))
        super().closeEvent(event)
