"""What is to be done to the photo: the panel beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from restorer.gui.preferences import Preset
from restorer.gui.session import Session
from restorer.gui.widgets import Choice, Slider, decimal, heading, label_of, muted, titled
from restorer.settings import MAX_SIGMA, SCALES, Denoise, Settings

WIDTH_PX: Final = 232
SHORTEST_PRESET: Final = 8  # letters of its name; a longer one is cut, not the panel
OFF, AUTO, MANUAL = range(3)
START_STRENGTH: Final = 15.0  # of a first manual setting without an estimate


class Controls(QWidget):
    """Writes the session's settings and follows them."""

    save_wanted = Signal()
    about_wanted = Signal()
    preset_saved = Signal()
    preset_removed = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setObjectName("controls")
        self.setFixedWidth(WIDTH_PX)

        self.preset = titled(QComboBox(), self.tr("Preset"))
        by_length = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        self.preset.setSizeAdjustPolicy(by_length)
        self.preset.setMinimumContentsLength(SHORTEST_PRESET)
        self.preset.activated.connect(self._on_preset)
        self.own_presets = titled(QToolButton(), self.tr("Save or remove presets"))
        self.own_presets.setText("…")
        self.own_presets.setMenu(QMenu(self))
        self.own_presets.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

        modes = (
            (self.tr("Off"), self.tr("Leave the noise as it is")),
            (self.tr("Auto"), self.tr("Estimate the noise and remove that much")),
            (self.tr("Manual"), self.tr("Choose the strength yourself")),
        )
        self.denoise = Choice(modes, self.tr("Denoise"))
        self.denoise.chosen.connect(self._on_mode)
        self.noise = muted()
        self.strength = Slider(
            self.tr("Strength"),
            0,
            MAX_SIGMA,
            "",
            self.tr(
                "Standard deviation of the noise to remove, or how coarse JPEG blocks are, "
                "in 8-bit levels"
            ),
        )
        self.strength.moved.connect(self._on_strength)
        self.grain = Slider(
            self.tr("Keep grain"),
            0,
            100,
            " %",
            self.tr("How much of the brightness noise stays, for a natural look"),
        )
        self.grain.moved.connect(self._on_grain)
        self.colour = Slider(
            self.tr("Keep colour noise"),
            0,
            100,
            " %",
            self.tr("How much of the colour noise stays"),
        )
        self.colour.moved.connect(self._on_colour)
        for slider in (self.strength, self.grain, self.colour):
            slider.released.connect(session.end_gesture)

        scales = [
            (f"×{scale}", self.tr("{0} times as wide and high").format(scale)) for scale in SCALES
        ]
        self.scale = Choice(scales, self.tr("Enlarge"))
        self.scale.chosen.connect(self._on_scale)
        self.width_px = self._size_box(self.tr("Width of the result in pixels"))
        self.height_px = self._size_box(self.tr("Height of the result in pixels"))
        self.width_px.valueChanged.connect(lambda px: self._on_size(width=px or None))
        self.height_px.valueChanged.connect(lambda px: self._on_size(height=px or None))
        self.plausible = muted(self.tr("Enlarged detail is plausible, not recovered."))

        self.unlike = QLabel(wordWrap=True)
        self.unlike.setProperty("note", True)
        self.unlike.hide()
        self.about = QPushButton(self.tr("About this model…"))
        self.about.clicked.connect(self.about_wanted)
        self.save = QPushButton(self.tr("Save…"))
        self.save.setProperty("primary", True)
        self.save.clicked.connect(self.save_wanted)

        self._lay_out()
        session.settings_changed.connect(self._show)
        session.photo_changed.connect(self._show)
        session.noise_estimated.connect(self._show)
        session.progress_changed.connect(self._show_save)
        self._show()

    def _size_box(self, title: str) -> QSpinBox:
        box = titled(QSpinBox(minimum=0, maximum=99_999), title, title)
        box.setKeyboardTracking(False)
        box.setSpecialValueText("–")
        box.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        box.setAlignment(Qt.AlignmentFlag.AlignRight)
        box.setMinimumHeight(26)  # of the buttons above: without arrows it would be flat
        return box

    def _lay_out(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        presets = QHBoxLayout()
        presets.setSpacing(6)
        presets.addWidget(self.preset, 1)
        presets.addWidget(self.own_presets)
        column.addLayout(presets)
        column.addSpacing(6)
        column.addWidget(heading(self.tr("Denoise")))
        for widget in (self.denoise, self.noise, self.strength, self.grain, self.colour):
            column.addWidget(widget)
        column.addSpacing(10)
        column.addWidget(heading(self.tr("Enlarge")))
        column.addWidget(self.scale)
        size = QHBoxLayout()
        size.setSpacing(6)
        size.addWidget(label_of(self.width_px, self.tr("to")))
        size.addWidget(self.width_px, 1)
        size.addWidget(QLabel("×"))
        size.addWidget(self.height_px, 1)
        size.addWidget(QLabel(self.tr("px")))
        column.addLayout(size)
        column.addWidget(self.plausible)
        column.addWidget(self.unlike)
        column.addStretch()

        scroll = QScrollArea(widgetResizable=True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inner)
        buttons = QVBoxLayout()
        buttons.setContentsMargins(14, 8, 14, 14)
        buttons.setSpacing(8)
        buttons.addWidget(self.about)
        buttons.addWidget(self.save)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(scroll, 1)
        whole.addLayout(buttons)

    # What the user does.

    def _change(self, settings: Settings, gesture: object = None) -> None:
        self._session.change(settings, gesture)

    def _on_mode(self, mode: int) -> None:
        if mode == MANUAL and not isinstance(self._session.settings.denoise, str):
            return  # it is already, and has a strength
        noise = self._session.noise
        strength = START_STRENGTH if noise is None else round(noise.strength, 1)
        modes: dict[int, Denoise] = {OFF: "off", AUTO: "auto", MANUAL: strength}
        wanted = modes[mode]
        self._change(replace(self._session.settings, denoise=wanted))

    def _on_strength(self, value: float) -> None:
        self._change(replace(self._session.settings, denoise=round(value, 1)), gesture="strength")

    def _on_grain(self, percent: float) -> None:
        self._change(replace(self._session.settings, keep_grain=percent / 100), gesture="grain")

    def _on_colour(self, percent: float) -> None:
        settings = replace(self._session.settings, keep_colour_noise=percent / 100)
        self._change(settings, gesture="colour")

    def _on_scale(self, index: int) -> None:
        settings = replace(self._session.settings, width=None, height=None)
        self._change(replace(settings, scale=SCALES[index]))

    def _on_size(self, *, width: int | None = None, height: int | None = None) -> None:
        settings = replace(self._session.settings, scale=1, width=width, height=height)
        photo = self._session.photo
        if photo is not None:
            settings = _without_needless_size(settings, photo.width, photo.height)
        self._change(settings, gesture="size")
        self._show()  # the size that comes of it, also where it is the old one

    def _on_preset(self, index: int) -> None:
        data = self.preset.itemData(index)
        if isinstance(data, Settings):
            self._change(replace(data, device=self._session.settings.device))
        self._show_preset()

    # What the session says.

    def show_presets(self, own: tuple[Preset, ...]) -> None:
        """The built-in ones and those that the user saved."""
        with QSignalBlocker(self.preset):
            self.preset.clear()
            self.preset.addItem(self.tr("Own settings"), None)
            built_in = (
                (self.tr("Clean"), Settings()),
                (self.tr("Clean, keep some grain"), Settings(keep_grain=0.3)),
                (self.tr("Clean and enlarge ×2"), Settings(scale=2)),
                (self.tr("Clean and enlarge ×4"), Settings(scale=4)),
                (self.tr("Only enlarge ×2"), Settings(denoise="off", scale=2)),
            )
            for name, settings in (*built_in, *((p.name, p.settings) for p in own)):
                self.preset.addItem(name, settings)
        self._fill_menu(own)
        self._show_preset()

    def _fill_menu(self, own: tuple[Preset, ...]) -> None:
        """Not in the list of presets, where the keys that choose one would reach it."""
        menu = self.own_presets.menu()
        menu.clear()
        menu.addAction(self.tr("Save these settings…")).triggered.connect(self.preset_saved)
        menu.addSeparator()
        for preset in own:
            text = self.tr("Remove “{0}”…").format(preset.name.replace("&", "&&"))
            action = menu.addAction(text)
            action.triggered.connect(
                lambda _checked=False, name=preset.name: self.preset_removed.emit(name)
            )

    def _show_preset(self) -> None:
        current = replace(self._session.settings, device="auto")
        found = 0
        for index in range(self.preset.count()):
            data = self.preset.itemData(index)
            if isinstance(data, Settings) and replace(data, device="auto") == current:
                found = index
        with QSignalBlocker(self.preset):
            self.preset.setCurrentIndex(found)

    def _show(self) -> None:
        session, settings = self._session, self._session.settings
        mode = {"off": OFF, "auto": AUTO}.get(str(settings.denoise), MANUAL)
        self.denoise.show_choice(mode)
        noise = session.noise
        if noise is None:
            waiting = session.photo is not None and mode != OFF
            self.noise.setText(self.tr("Estimating the noise…") if waiting else "")
        else:
            text = self.tr("Noise: {0} (sigma {1})")
            if noise.kind == "coarse":
                text = self.tr("Noise: {0}, coarse grain")
            elif noise.kind == "jpeg":
                text = self.tr("JPEG blocks: {0}")
            self.noise.setText(text.format(self._word(noise.word), decimal(noise.sigma, 1)))
        self.noise.setVisible(bool(self.noise.text()))
        if not isinstance(settings.denoise, str):
            self.strength.show_value(settings.denoise)
        elif mode == AUTO and noise is not None:
            self.strength.show_value(noise.strength)
        elif mode == OFF:
            self.strength.show_value(0)
        for slider in (self.grain, self.colour):
            slider.setEnabled(mode != OFF)
        self.grain.show_value(100 * settings.keep_grain)
        self.colour.show_value(100 * settings.keep_colour_noise)
        self.scale.show_choice(None if settings.has_size else SCALES.index(settings.scale))
        for box, size in zip((self.width_px, self.height_px), self._shown_size(), strict=True):
            with QSignalBlocker(box):
                box.setValue(size)
            box.setEnabled(session.photo is not None)
        self.plausible.setVisible(settings.scale > 1 or settings.has_size)
        why = None if session.photo is None else session.photo.unlike_photos
        self.unlike.setText(why or "")
        self.unlike.setVisible(why is not None)
        self._show_preset()
        self._show_save()

    def _show_save(self) -> None:
        self.save.setEnabled(self._session.photo is not None)

    def _shown_size(self) -> tuple[int, int]:
        """Of the result, in pixels; zeros without a photo."""
        photo, settings = self._session.photo, self._session.settings
        if photo is None:
            return 0, 0
        try:
            enlargement = settings.enlargement(photo.width, photo.height)
        except ValueError:
            return settings.width or 0, settings.height or 0
        return enlargement.of(photo.width, photo.height)

    def _word(self, word: str) -> str:
        words = {
            "hardly any": self.tr("hardly any"),
            "slight": self.tr("slight"),
            "visible": self.tr("visible"),
            "strong": self.tr("strong"),
            "very strong": self.tr("very strong"),
        }
        return words.get(word, word)


def _without_needless_size(settings: Settings, width: int, height: int) -> Settings:
    """A size that is exactly a scale is that scale."""
    for scale in SCALES:
        if settings.width == scale * width or settings.height == scale * height:
            return replace(settings, scale=scale, width=None, height=None)
    return settings
