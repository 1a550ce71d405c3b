"""The Folder page: which photos, where to, and what has become of each."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final

from PySide6.QtCore import QModelIndex, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from restorer.engine.batch.job import (
    BatchNoted,
    BatchReady,
    BatchWaited,
    Event,
    FilesFound,
    FileSteppedDown,
)
from restorer.engine.batch.naming import Template
from restorer.engine.batch.plan import Existing, Plan, Selection
from restorer.engine.batch.tally import Tally
from restorer.engine.paths import is_dir
from restorer.errors import RestorerError
from restorer.gui.batch.reporter import Reporter
from restorer.gui.batch.runner import BatchRunner, Wish
from restorer.gui.batch.table import BatchModel, BatchTable, Column, State
from restorer.gui.batch.thumbnails import SIDE_PX, Thumbnails
from restorer.gui.opening import local_files
from restorer.gui.session import Session
from restorer.gui.status import duration, speed
from restorer.gui.widgets import Notes, label_of, muted, titled
from restorer.settings import Saving, weights_dir

_WIDTHS: Final = {
    Column.NAME: 290,
    Column.SIZE: 80,
    Column.STATE: 80,
    Column.NOISE: 60,
    Column.TIME: 70,
}
_BESIDE_TEXT_PX: Final = 30


class FolderPage(QWidget):
    """Restores with the settings that the panel beside it shows."""

    open_wanted = Signal(object)  # Path of a source
    progress_told = Signal(str)  # for the window's title; empty at the end
    finished = Signal(str)  # a sentence

    def __init__(self, session: Session, runner: BatchRunner, weights: Path | None = None) -> None:
        super().__init__()
        self._session = session
        self._weights = weights or weights_dir()
        self.runner = runner
        self._sources: tuple[Path, ...] = ()
        self._proposed = ""  # where the results would go
        self._plan: Plan | None = None
        self._planned: tuple[tuple[Path, ...], str] | None = None  # what was wanted then
        self._tally = Tally(0)
        self._notes: dict[str, str] = {}  # sentences by their reason
        self.setAcceptDrops(True)
        self.thumbnails = Thumbnails()
        self.model = BatchModel(self.thumbnails)
        self._make_widgets()
        self._lay_out()
        self.reporter = Reporter()
        self.reporter.ended.connect(self._on_report_ended)
        runner.planned.connect(self._on_planned)
        runner.happened.connect(self._on_happened)
        runner.ended.connect(self._on_ended)
        runner.paused_changed.connect(self._show_buttons)
        self._show_buttons()

    def _make_widgets(self) -> None:
        self.sources = titled(QLineEdit(readOnly=True), self.tr("Photos"))
        self.sources.setPlaceholderText(self.tr("Drop folders or photos here"))
        self.add_folder = QPushButton(self.tr("Folder…"))
        self.add_folder.clicked.connect(self._ask_for_folder)
        self.add_photos = QPushButton(self.tr("Photos…"))
        self.add_photos.clicked.connect(self._ask_for_photos)
        self.output = titled(QLineEdit(), self.tr("Results go to"))
        self.output.setPlaceholderText(self.tr("Choose a folder for the results"))
        self.output.textChanged.connect(self._show_buttons)
        self.choose_output = QPushButton(self.tr("Choose…"))
        self.choose_output.clicked.connect(self._ask_for_output)
        self.recursive = QCheckBox(self.tr("Folders in folders too"))
        self.watch = QCheckBox(self.tr("Then watch for new photos"))
        self.template = titled(
            QLineEdit("{name}.{ext}"),
            self.tr("Names of the results"),
            self.tr("{name} is the photo's own, {scale} how many times it is enlarged"),
        )
        typical = self.template.fontMetrics().horizontalAdvance(self.template.text())
        self.template.setMinimumWidth(typical + _BESIDE_TEXT_PX)
        self.existing = titled(QComboBox(), self.tr("Where a file has that name"))
        for text, value in (
            (self.tr("Skip the photo"), "skip"),
            (self.tr("Replace the file"), "replace"),
            (self.tr("Add a number"), "number"),
        ):
            self.existing.addItem(text, value)
        self.metadata = titled(QComboBox(), self.tr("Metadata"))
        for text, saving in (
            (self.tr("Keep all metadata"), Saving()),
            (self.tr("Leave out the place"), Saving(strip_location=True)),
            (self.tr("Leave out all metadata"), Saving(strip_metadata=True)),
        ):
            self.metadata.addItem(text, saving)
        self._make_table()
        self._make_buttons()

    def _make_table(self) -> None:
        self.filter = titled(QComboBox(), self.tr("Show"))
        self.filter.addItem(self.tr("All"), None)
        for state in State:
            self.filter.addItem(self.model.state_name(state), state)
        self.filter.currentIndexChanged.connect(self._on_filter)
        self.table = titled(BatchTable(self.model), self.tr("Photos of the batch"))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setTabKeyNavigation(False)  # Tab leads on to the buttons
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setAlternatingRowColors(True)
        rows = self.table.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)  # else each row is measured
        rows.setDefaultSectionSize(SIDE_PX + 6)
        columns = self.table.horizontalHeader()
        columns.setStretchLastSection(True)
        columns.setHighlightSections(False)
        columns.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width in _WIDTHS.items():
            texts = [str(self.model.headerData(column, Qt.Orientation.Horizontal))]
            if column is Column.STATE:
                texts += map(self.model.state_name, State)
            needed = max(map(columns.fontMetrics().horizontalAdvance, texts)) + _BESIDE_TEXT_PX
            self.table.setColumnWidth(column, max(width, needed))
        self.table.activated.connect(self._on_activated)

    def _make_buttons(self) -> None:
        self.notes = titled(Notes(), self.tr("What should be read"))
        self.bar = QProgressBar(textVisible=False, maximum=1000)
        self.told = muted()
        self.start = QPushButton(self.tr("Start"))
        self.start.setProperty("primary", True)
        self.start.clicked.connect(lambda: self._start(retry_failed=False))
        self.pause = QPushButton(self.tr("Pause"))
        self.pause.clicked.connect(self._on_pause)
        self.cancel = QPushButton(self.tr("Cancel"))
        self.cancel.clicked.connect(self._on_cancel)
        self.retry = QPushButton(self.tr("Try the failed again"))
        self.retry.clicked.connect(lambda: self._start(retry_failed=True))
        self.report = QPushButton(self.tr("Report"))
        self.report.clicked.connect(self._show_report)

    def _lay_out(self) -> None:
        wishes = QGridLayout()
        wishes.setHorizontalSpacing(8)
        wishes.addWidget(label_of(self.sources, self.tr("Photos")), 0, 0)
        wishes.addWidget(self.sources, 0, 1)
        wishes.addWidget(self.add_folder, 0, 2)
        wishes.addWidget(self.add_photos, 0, 3)
        wishes.addWidget(label_of(self.output, self.tr("Results")), 1, 0)
        wishes.addWidget(self.output, 1, 1)
        wishes.addWidget(self.choose_output, 1, 2)
        names = QHBoxLayout()
        names.setSpacing(8)
        names.addWidget(self.template, 1)
        names.addWidget(label_of(self.existing, self.tr("If a file has that name")))
        names.addWidget(self.existing)
        names.addWidget(self.metadata)
        wishes.addWidget(label_of(self.template, self.tr("Names")), 2, 0)
        wishes.addLayout(names, 2, 1, 1, 3)
        switches = QHBoxLayout()
        switches.setSpacing(16)
        switches.addWidget(self.recursive)
        switches.addWidget(self.watch)
        switches.addStretch()
        switches.addWidget(label_of(self.filter, self.tr("Show")))
        switches.addWidget(self.filter)
        buttons = QHBoxLayout()
        buttons.addWidget(self.told, 1)
        for button in (self.report, self.retry, self.cancel, self.pause, self.start):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(10)
        column.addLayout(wishes)
        column.addLayout(switches)
        column.addWidget(self.table, 1)
        column.addWidget(self.notes)
        column.addWidget(self.bar)
        column.addLayout(buttons)

    # What the user does.

    def take(self, paths: list[Path]) -> None:
        """Folders and files to restore; a folder beside them is proposed for the results."""
        if not paths or self.runner.is_running:
            return
        self._sources = tuple(paths)
        more = "" if len(paths) == 1 else self.tr(" and {0} more").format(len(paths) - 1)
        self.sources.setText(f"{paths[0]}{more}")
        if self.output.text() in ("", self._proposed):
            self._proposed = str(_beside(_home(paths[0])))
            self.output.setText(self._proposed)
        self._show_buttons()

    def stop(self) -> None:
        """For the end of the window; the runner is waited for by whoever has the patience."""
        self.reporter.stop()
        self.thumbnails.stop()

    def _ask_for_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, self.tr("Folder with photos"))
        if name:
            self.take([Path(name)])

    def _ask_for_photos(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, self.tr("Photos"))
        self.take([Path(name) for name in names])

    def _ask_for_output(self) -> None:
        name = QFileDialog.getExistingDirectory(self, self.tr("Folder for the results"))
        if name:
            self.output.setText(name)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        self._answer(event)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        self._answer(event)
        self.take(local_files(event.mimeData()))

    def _answer(self, event: QDropEvent) -> None:
        """While a job runs the pointer says no; nor may the window, which gets what is left."""
        if self.runner.is_running:
            event.setDropAction(Qt.DropAction.IgnoreAction)
            event.accept()
        elif event.mimeData().hasUrls():
            event.acceptProposedAction()

    def _start(self, *, retry_failed: bool) -> None:
        settings, output = self._session.settings, self._output_folder()
        self.output.setText(str(output))
        kinds: dict[str, Existing] = {"skip": "skip", "replace": "replace", "number": "number"}
        try:
            selection = Selection(
                sources=self._sources,
                output=output,
                recursive=self.recursive.isChecked(),
                template=Template(self.template.text(), settings.scale),
                existing=kinds[self.existing.currentData()],
            )
        except RestorerError as error:
            self.told.setText(str(error))
            return
        self._notes.clear()
        self.notes.show_sentences([])
        self.told.setText(self.tr("Looking for photos…"))
        saving, watch = self.metadata.currentData(), self.watch.isChecked()
        wish = Wish(selection, settings, self._weights, saving, retry_failed, watch)
        self.runner.start(wish)
        self._show_buttons()

    @property
    def _wanted(self) -> tuple[tuple[Path, ...], str]:
        """What the photos come from, and where their results go."""
        return self._sources, self.output.text()

    def _output_folder(self) -> Path:
        """As a shell or a file manager writes it; one without a place lies where it is proposed."""
        text = self.output.text().strip()
        path = Path(QUrl(text).toLocalFile() if text.startswith("file:") else text)
        with suppress(RuntimeError):  # of a user who is not known
            path = path.expanduser()
        return _home(self._sources[0]).parent / path

    def _on_pause(self) -> None:
        if self.runner.is_paused:
            self._tally.rested()
            self.runner.go_on()
        else:
            self.runner.pause()

    def _on_cancel(self) -> None:
        self.runner.cancel()
        self.told.setText(self.tr("Stopping. What is done stays done."))
        self._show_buttons()

    def _on_filter(self) -> None:
        self.model.filter(self.filter.currentData())

    def _on_activated(self, index: QModelIndex) -> None:
        self.open_wanted.emit(self.model.item(index).source)

    def _show_report(self) -> None:
        if self._plan is None:
            return
        self.report.setEnabled(False)
        self.told.setText(self.tr("Writing the report…"))
        self.reporter.start(self._plan)

    def _on_report_ended(self, path: Path, trouble: str) -> None:
        self.report.setEnabled(True)
        self.told.setText(trouble or self.tr("The report is in {0}.").format(path))
        if not trouble:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))

    # What the job says.

    def _on_planned(self, plan: Plan) -> None:
        self._plan = plan
        self._planned = self._wanted
        self._tally = Tally(len(plan.items))
        self.model.show_plan(plan)
        self.filter.setCurrentIndex(0)
        text = self.tr("{0} photos. Loading the models…").format(len(plan.items))
        self.told.setText(text)
        for problem in plan.problems:
            self._note(problem)

    def _on_happened(self, events: list[Event]) -> None:
        for event in events:
            self._tally.add(event)
            if isinstance(event, FilesFound) and self._plan is not None:
                self._plan = self._plan.with_found(event.items)
            elif isinstance(event, BatchNoted):
                self._note(event.sentence)
            elif isinstance(event, FileSteppedDown):
                self._note(f"{event.name}: {event.reason}", event.reason)
        self.model.hear(events)
        if not self.runner.is_stopping:  # else that it stops is what is to be read
            self._tell(events)

    def _note(self, sentence: str, reason: str = "") -> None:
        """Stays in sight until the next start; of a thousand with the same reason the first."""
        self._notes.setdefault(reason or sentence, sentence)
        self.notes.show_sentences(list(self._notes.values()))

    def _tell(self, events: list[Event]) -> None:
        if all(isinstance(event, BatchNoted | BatchReady | FileSteppedDown) for event in events):
            return
        progress = self._tally.progress
        share = progress.ended / progress.total if progress.total else 0.0
        self.bar.setValue(round(1000 * share))
        text = self.tr("{0} of {1}").format(progress.ended, progress.total)
        parts = [text]
        if progress.failed:
            parts.append(self.tr("{0} failed").format(progress.failed))
        if isinstance(events[-1], BatchWaited):
            parts.append(self.tr("waiting for new photos"))
        elif progress.megapixels_per_s is not None:
            parts.append(self.tr("{0} MP/s").format(speed(progress.megapixels_per_s)))
        if progress.eta_s is not None and progress.ended < progress.total:
            parts.append(self.tr("{0} left").format(duration(progress.eta_s)))
        self.told.setText(",  ".join(parts))
        self.progress_told.emit(f"{share:.0%}")

    def _on_ended(self, failure: str) -> None:
        progress = self._tally.progress
        self.model.settle()
        self._show_buttons()
        self.progress_told.emit("")
        text = self.tr("{0} done, {1} skipped, {2} failed, {3} not begun.")
        left = progress.total - progress.ended
        said = failure or text.format(progress.done, progress.skipped, progress.failed, left)
        if not failure and self._plan is not None and self._plan.problems:
            unread = self.tr("Folders that could not be read: {0}.")
            said += " " + unread.format(len(self._plan.problems))
        self.told.setText(said)
        self.finished.emit(said)

    def _show_buttons(self) -> None:
        runs = self.runner.is_running
        self.start.setEnabled(not runs and bool(self._sources) and bool(self.output.text().strip()))
        self.start.setVisible(not runs)
        self.pause.setVisible(runs)
        self.pause.setText(self.tr("Go on") if self.runner.is_paused else self.tr("Pause"))
        self.cancel.setVisible(runs)
        for button in (self.pause, self.cancel):
            button.setEnabled(not self.runner.is_stopping)
        has_failed = self._planned == self._wanted and self.model.count(State.FAILED) > 0
        self.retry.setVisible(not runs and has_failed)
        self.report.setVisible(not runs and self._plan is not None)
        inputs = (self.add_folder, self.add_photos, self.choose_output, self.recursive, self.watch)
        for widget in (*inputs, self.output, self.template, self.existing, self.metadata):
            widget.setEnabled(not runs)


def _home(source: Path) -> Path:
    """The folder that a source is, or lies in."""
    return source if is_dir(source) else source.parent


def _beside(folder: Path) -> Path:
    """Where its results may go; nothing lies beside the whole of a memory card."""
    return folder.with_name(f"{folder.name} restored") if folder.name else folder / "restored"
