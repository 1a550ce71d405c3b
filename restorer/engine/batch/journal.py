"""What became of each file, line by line beside the results; a resumed batch goes by it. No torch.

A line is on the disk before the work goes on. Whatever a crash leaves at the end, up to half a line
or a block of zeros, is passed over when the journal is read, and the next line starts afresh.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, Self, get_args

import filelock

from restorer.engine.paths import resolved
from restorer.engine.wording import noise_text
from restorer.errors import BatchError

JOURNAL_NAME: Final = "restorer-journal.jsonl"
_LOCK_NAME: Final = ".restorer-journal.lock"
LOCK_PATIENCE_S: Final = 10.0  # a worker whose parent was killed needs a moment to notice

State = Literal["started", "done", "skipped", "failed", "crashed"]
ENDED: Final = ("done", "skipped", "failed")


@dataclass(frozen=True, slots=True)
class Entry:
    """A change of one file's state.

    `source`: see `located`; None if only the name is known. `key`: see `triage`; None where the
    source could not be read. `target`: below the output folder. `reason`: why skipped or failed, a
    sentence. `megapixels`: of the source, None if unknown. The rest is known of results: sizes in
    pixels and bytes, noise and denoising in 8-bit levels, `kind` of noise as of `NoiseEstimate`.
    """

    name: str
    state: State
    source: str | None = None
    key: str | None = None
    target: str | None = None
    reason: str | None = None
    megapixels: float | None = None
    width: int | None = None
    height: int | None = None
    size_bytes: int | None = None
    sigma: float | None = None
    noise: str | None = None
    kind: str | None = None
    denoised_at: float | None = None
    device: str | None = None
    seconds: float | None = None

    @property
    def noise_text(self) -> str:
        """What was found and done, empty if the noise was left alone."""
        if self.noise is None or self.kind is None or self.sigma is None:
            return ""
        return noise_text(self.noise, self.kind, self.sigma, self.denoised_at)


@dataclass(frozen=True, slots=True)
class Heading:
    """What a run was started with, for people and reports.

    `settings`: as `Settings.to_json`. `weights`: the networks' names and the SHA-256 of each.
    """

    version: str
    started: str
    sources: tuple[str, ...]
    settings: str
    weights: dict[str, str]


@dataclass(slots=True)
class History:
    """A journal, read. Files go by their sources: names are not unique from one run to another.

    `entries`: the last of each file. `done`: the last that told of a result, whatever was skipped
    or failed since. `begun`: started, and neither done nor failed since, so that a result may lie
    there untold. `crashes`: how often a file took the program down since it last ended. `in_hand`:
    started, and neither ended nor blamed for a crash since. `targets`: names that results have had.
    """

    entries: dict[str, Entry] = field(default_factory=dict)
    done: dict[str, Entry] = field(default_factory=dict)
    begun: dict[str, Entry] = field(default_factory=dict)
    crashes: dict[str, int] = field(default_factory=dict)
    in_hand: set[str] = field(default_factory=set)
    targets: set[str] = field(default_factory=set)
    heading: Heading | None = None
    _last_named: dict[str, str] = field(default_factory=dict)

    def add(self, entry: Entry) -> None:
        file = entry.source or self._last_named.get(entry.name, entry.name)
        self.in_hand.discard(file)
        if entry.state == "crashed":
            self.crashes[file] = self.crashes.get(file, 0) + 1
            return
        self.entries[file] = entry
        self._last_named[entry.name] = file
        if entry.state == "started":
            self.in_hand.add(file)
            self.begun[file] = entry
        else:
            self.crashes.pop(file, None)
        if entry.state in ("done", "failed"):
            self.begun.pop(file, None)
        if entry.state == "done":
            self.done[file] = entry
        if entry.state in ("started", "done") and entry.target is not None:
            self.targets.add(entry.target)

    def file(self, source: str, name: str) -> str:
        """Itself, or the last of its name: it may have moved, which its content has to tell."""
        return source if source in self.entries else self._last_named.get(name, source)

    def files(self, *states: State) -> set[str]:
        """Those whose last state is one of these."""
        return {file for file, entry in self.entries.items() if entry.state in states}

    def results(self, output: Path) -> set[Path]:
        """Where results lie or lay."""
        return {output / target for target in self.targets}


def located(source: Path) -> str:
    """Where the file lies, from wherever and over whichever folders it is named.

    A link to a file stays a link: it has a name of its own.
    """
    return str(resolved(source.parent) / source.name)


def read(output: Path, *, start: int = 0, end: int | None = None) -> History:
    """The journal of that folder, from byte `start` to `end`; empty if there is none.

    Raises BatchError if it may not be read.
    """
    history = History()
    for fields in _lines(output / JOURNAL_NAME, start, end):
        if "batch" in fields:
            history.heading = _heading(fields["batch"]) or history.heading
        elif (entry := _entry(fields)) is not None:
            history.add(entry)
    return history


def size(output: Path) -> int:
    """Bytes of the journal so far: where the lines of a run that starts now will begin."""
    try:
        return (output / JOURNAL_NAME).stat().st_size
    except OSError:
        return 0


class Journal:
    """The journal, open for writing, and locked: two batches into one folder would mix.

    Any thread may write. Raises BatchError if the folder cannot be written to or is taken.
    """

    def __init__(self, output: Path, *, patience_s: float = LOCK_PATIENCE_S) -> None:
        self.output = output
        self._lock = filelock.FileLock(output / _LOCK_NAME, timeout=patience_s, thread_local=False)
        self._writing = threading.Lock()
        self._file: FileIO
        self._torn = False

    def __enter__(self) -> Self:
        path = self.output / JOURNAL_NAME
        try:
            self.output.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
            self._file = path.open("ab", buffering=0)  # a refused line must not come later
            self._torn = _ends_torn(path)
        except filelock.Timeout as error:
            raise BatchError(
                f"Another Restorer is working into {self.output}. Wait for it, or stop it."
            ) from error
        except OSError as error:
            self._lock.release(force=True)
            raise BatchError(
                f"{self.output} may not be written to: {error.strerror}. Choose another folder."
            ) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()
        self._lock.release(force=True)

    def begin(self, heading: Heading) -> None:
        """Says what the following lines come from. Raises BatchError as `append` does."""
        self._write({"batch": asdict(heading)})

    def append(self, entry: Entry) -> None:
        """On the disk when this returns. Raises BatchError if the disk does not take it."""
        self._write({key: value for key, value in asdict(entry).items() if value is not None})

    def _write(self, fields: dict[str, Any]) -> None:
        # ASCII, so that names which are no Unicode come back as they were.
        line = json.dumps(fields).encode() + b"\n"
        with self._writing:
            content = memoryview(b"\n" + line if self._torn else line)
            try:
                while content:
                    self._torn = True  # until the line is whole
                    content = content[self._file.write(content) :]
                self._torn = False
                os.fsync(self._file.fileno())
            except OSError as error:
                raise BatchError(
                    f"The journal in {self.output} cannot be written: {error.strerror}. The batch "
                    "stops here and can go on later."
                ) from error


def _ends_torn(path: Path) -> bool:
    with path.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return False
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"


def _lines(path: Path, start: int, end: int | None) -> Iterator[dict[str, Any]]:
    try:
        with path.open("rb") as file:
            file.seek(start)
            for line in file:
                start += len(line)
                if end is not None and start > end:
                    return
                try:
                    fields = json.loads(line)
                except (ValueError, RecursionError):
                    continue
                if isinstance(fields, dict):
                    yield fields
    except FileNotFoundError:
        return
    except OSError as error:
        raise BatchError(f"{path} cannot be read: {error.strerror}.") from error


def _entry(fields: dict[str, Any]) -> Entry | None:
    try:
        entry = Entry(**fields)
    except TypeError:
        return None
    if not isinstance(entry.name, str) or entry.state not in get_args(State):
        return None
    if not isinstance(entry.source, str):
        return replace(entry, source=None)
    if not os.path.isabs(entry.source):  # noqa: PTH117  once files stood here as they were given
        return replace(entry, source=located(Path(entry.source)))
    return entry


def _heading(fields: dict[str, Any]) -> Heading | None:
    try:
        return Heading(**fields | {"sources": tuple(fields["sources"])})
    except (TypeError, KeyError):
        return None
