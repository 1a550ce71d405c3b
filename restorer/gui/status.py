"""The line below the photo: what is open, on what it runs, how far it is, and Cancel."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QStatusBar, QToolButton, QWidget

from restorer.gui.session import Session
from restorer.gui.widgets import Elided, decimal, titled


class Status(QStatusBar):
    """Follows the session."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setSizeGripEnabled(False)
        self.file = Elided()
        self.device = Elided()
        self.device.setProperty("muted", True)
        self.bar = QProgressBar(textVisible=False, maximum=1000)
        self.bar.setFixedWidth(140)
        self.bar.setAccessibleName(self.tr("Progress"))
        self.left = QLabel()
        self.cancel = titled(QToolButton(), self.tr("Cancel"), self.tr("Stop (Esc)"))
        self.cancel.setText(self.tr("Cancel"))
        self.cancel.clicked.connect(session.cancel)
        self._work = QWidget()
        row = QHBoxLayout(self._work)
        row.setContentsMargins(0, 0, 4, 0)
        for widget in (self.left, self.bar, self.cancel):
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        self.addWidget(self.file)
        self.addWidget(self.device, 1)
        self.addPermanentWidget(self._work)
        session.photo_changed.connect(self._show_file)
        session.running_changed.connect(self._show_device)
        session.progress_changed.connect(self._show_progress)
        for show in (self._show_file, self._show_progress):
            show()

    def _show_file(self) -> None:
        session, photo = self._session, self._session.photo
        if session.opening is not None:
            self.file.setText(self.tr("Opening {0}…").format(session.opening.name))
        elif photo is None:
            self.file.setText("")
        else:
            text = f" {photo.width} × {photo.height}   {photo.name}"
            if session.place is not None:
                text += "   " + self.tr("{0} of {1}").format(*session.place)
            self.file.setText(text + "  ")

    def _show_device(self) -> None:
        running = self._session.running
        parts = [running.device]
        if not running.device and self._session.progress is not None:  # else nothing waits for them
            parts = [self.tr("Loading the models…")]
        if running.megapixels_per_s is not None:
            parts.append(self.tr("{0} px tiles").format(running.tile_px))
            parts.append(self.tr("{0} MP/s").format(speed(running.megapixels_per_s)))
        if running.stepped_down:
            parts.append(running.stepped_down)
        self.device.setText("   ".join(parts))

    def _show_progress(self) -> None:
        progress = self._session.progress
        self._show_device()
        self._work.setVisible(progress is not None)
        if progress is None:
            return
        share = progress.done_px / progress.total_px
        self.bar.setValue(round(1000 * share))
        if progress.eta_s is None:
            self.left.setText(self.tr("Starting…"))
            return
        done, total = (decimal(px / 1e6, 1) for px in (progress.done_px, progress.total_px))
        text = self.tr("{0} of {1} MP, {2} left")
        self.left.setText(text.format(done, total, duration(progress.eta_s)))


def duration(seconds: float) -> str:
    """
    >>> duration(7.4), duration(59.7), duration(75), duration(3700), duration(108_000)
    ('7 s', '1:00', '1:15', '1:01:40', '30:00:00')
    """
    minutes, rest = divmod(round(seconds), 60)
    if minutes == 0:
        return f"{rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def speed(megapixels_per_s: float) -> str:
    """
    >>> speed(0.372), speed(4.21), speed(257.3)
    ('0.37', '4.2', '257')
    """
    digits = 0 if megapixels_per_s >= 10 else 1 if megapixels_per_s >= 1 else 2
    return decimal(megapixels_per_s, digits)
