"""The report beside the window: thousands of photos are read for it."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import tempfile
import threading
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from restorer.engine.batch.plan import Plan
from restorer.engine.batch.report import write_report
from restorer.engine.wording import failure_text

REPORT_NAME: Final = "report.html"
_LOOK_MS: Final = 100


class Reporter(QObject):
    """Writes in a process of its own: a thread could not be stopped, and would outlive the window.

    The page is made in a folder that goes with it, so nothing half-written stays.
    """

    ended = Signal(object, str)  # the report's Path; what went wrong, or nothing

    def __init__(self) -> None:
        super().__init__()
        self._path = Path()
        self._folder = Path()
        self._process: BaseProcess | None = None
        self._line: Connection | None = None
        self._look = QTimer(self, interval=_LOOK_MS)
        self._look.timeout.connect(self._on_look)

    def start(self, plan: Plan) -> None:
        """Nothing happens while another report is being written."""
        if self._process is not None:
            return
        self._path = plan.output / REPORT_NAME
        try:
            self._folder = Path(tempfile.mkdtemp(prefix=".restorer-", dir=plan.output))
        except OSError as error:
            self.ended.emit(self._path, failure_text(error, REPORT_NAME))
            return
        context = multiprocessing.get_context("spawn")
        self._line, theirs = context.Pipe()
        words = (theirs, self._folder / REPORT_NAME)
        self._process = context.Process(target=write, args=words, daemon=True)
        self._process.start()
        theirs.close()  # else the end of the pipe would never be seen
        # A long plan fills the pipe until it is read: then a thread waits, not the window.
        threading.Thread(target=_send, args=(self._line, plan), daemon=True).start()
        self._look.start()

    def stop(self) -> None:
        """For the end of the window."""
        if self._process is not None:
            self._process.kill()
            self._tidy_up()

    def _on_look(self) -> None:
        assert self._line is not None
        if not self._line.poll():
            return
        trouble = self.tr("The report was not written: its process ended. Try again.")
        with suppress(EOFError, OSError):
            trouble = str(self._line.recv())
        if not trouble:
            try:
                os.replace(self._folder / REPORT_NAME, self._path)
            except OSError as error:
                trouble = failure_text(error, REPORT_NAME)
        self._tidy_up()
        self.ended.emit(self._path, trouble)

    def _tidy_up(self) -> None:
        assert self._process is not None
        assert self._line is not None
        self._look.stop()
        self._process.join()
        self._line.close()
        self._process = self._line = None
        shutil.rmtree(self._folder, ignore_errors=True)


def _send(line: Connection, plan: Plan) -> None:
    with suppress(OSError, ValueError):  # stopped, or dead, which is seen by its silence
        line.send(plan)


def write(line: Connection, path: Path) -> None:
    """The process: hears the plan and says what went wrong, or an empty text."""
    try:
        write_report(path, line.recv())
    except Exception as error:  # noqa: BLE001  the process boundary
        line.send(failure_text(error, path.name))
    else:
        line.send("")
