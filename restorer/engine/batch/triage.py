"""For each file: is there anything to do, and under which name goes the result? No torch."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from restorer.engine.batch import journal
from restorer.engine.batch.job import MOST_CRASHES, FileEnded, Job
from restorer.engine.batch.journal import ENDED, Entry, History, State
from restorer.engine.batch.naming import is_numbered, numbered
from restorer.engine.batch.plan import Item
from restorer.errors import ImageUnreadable
from restorer.settings import Saving, Settings


@dataclass(frozen=True, slots=True)
class Todo:
    """A file that is to be restored. `key`: None where its content could not be read."""

    item: Item
    key: str | None
    target: str
    _stamp: tuple[int, int] | None

    @property
    def started(self) -> Entry:
        return self.entry("started")

    def entry(self, state: State) -> Entry:
        """What the journal says of every state of this file."""
        item = self.item
        return Entry(item.name, state, source=item.path, key=self.key, target=self.target)

    def check_unchanged(self) -> None:
        """After reading: what was decoded is what was hashed. Raises ImageUnreadable."""
        if _stamp(self.item.source) != self._stamp:
            name = self.item.source.name
            raise ImageUnreadable(
                self.item.source, f"{name} changed while it was being read. Try it again."
            )


class Triage:
    """Decides by what the journal says, what lies in the output folder and what the job wants.

    A result counts as the source's as long as the key is the same: a hash of the source's content,
    the settings and the weights. Where it was computed is left out: that makes no other result.
    Used by several threads.
    """

    def __init__(self, job: Job, history: History, weights: Mapping[str, str]) -> None:
        self._job = job
        self._history = history
        self._recipe = recipe(job.settings, job.saving, weights)
        self._claimed: dict[str, str] = {}  # targets, and whose they are
        self._claiming = threading.Lock()

    def decide(self, item: Item) -> Todo | FileEnded:
        """What is to be done with the file; reads all of it for its hash."""
        if self._history.crashes.get(item.path, 0) >= MOST_CRASHES:
            return FileEnded(_set_aside(item, self._history.entries.get(item.path)))
        stamp = _stamp(item.source)
        key = self._key(item.source)
        if key is not None and (earlier := self._earlier(item, key)) is not None:
            here = replace(earlier, name=item.name, source=item.path)
            return FileEnded(here, earlier=True)
        with self._claiming:
            target = self._target(item)
            if target is None:
                reason = f"{item.target} is there already."
                skipped = Todo(item, key, item.target, stamp).entry("skipped")
                return FileEnded(replace(skipped, reason=reason))
            self._claimed[target] = item.path
        return Todo(item, key, target, stamp)

    def note(self, entry: Entry) -> None:
        """Something that became of a file meanwhile: it may come again while watching."""
        self._history.add(entry)

    def is_told(self, entry: Entry) -> bool:
        """Whether the journal says so last; else a later run has skipped the file, or failed."""
        return self._history.entries.get(entry.source or entry.name) == entry

    def _earlier(self, item: Item, key: str) -> Entry | None:
        """How the file ended in an earlier run, as far as that still holds."""
        file = self._history.file(item.path, item.name)
        done, last = self._history.done.get(file), self._history.entries.get(file)
        if (
            done is not None
            and done.key == key
            and file not in self._history.begun
            and self._fits(done.target, item)
            and self._is_there(done)
        ):
            return done
        if last is None or last.state != "failed" or last.key != key or self._job.retry_failed:
            return None
        return last

    def _key(self, source: Path) -> str | None:
        try:
            with source.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            return None  # the reader will say why
        return hashlib.sha256(f"{content} {self._recipe}".encode()).hexdigest()

    def _target(self, item: Item) -> str | None:
        """A name that may be written to; None if the file there is to stay."""
        existing = self._job.selection.existing
        if (own := self._own(item)) is not None:
            return own
        if self._may_claim(item.target, item):
            if existing == "replace" or not os.path.lexists(self._job.plan.output / item.target):
                return item.target
            if existing == "skip":
                return None
        return self._free(self._plain_target(item))

    def _own(self, item: Item) -> str | None:
        """The name of an older result of this very file, which is then replaced."""
        begun, done = self._history.begun.get(item.path), self._history.done.get(item.path)
        known = [begun] if begun is not None else []  # may lie there without a line to say so
        if done is not None and self._is_there(done):
            known.append(done)
        for target in (entry.target for entry in known):
            if target is not None and self._fits(target, item) and self._may_claim(target, item):
                return target
        return None

    def _fits(self, target: str | None, item: Item) -> bool:
        """Whether the file's result would have that name now, but for a number."""
        return target is not None and is_numbered(target, self._plain_target(item))

    def _plain_target(self, item: Item) -> str:
        """Without the number that the plan gives where two results would have one name."""
        folder, slash, _ = item.target.rpartition("/")
        return self._job.selection.template.target(folder + slash + item.source.name)

    def _free(self, target: str) -> str:
        number = 2
        while (candidate := numbered(target, number)) in self._claimed or os.path.lexists(
            self._job.plan.output / candidate
        ):
            number += 1
        return candidate

    def _may_claim(self, target: str, item: Item) -> bool:
        return self._claimed.get(target, item.path) == item.path

    def _is_there(self, record: Entry) -> bool:
        """Whether the result lies there as it was written, as far as its size tells."""
        if record.target is None:
            return False
        try:
            return (self._job.plan.output / record.target).stat().st_size == record.size_bytes
        except OSError:
            return False


def to_do(job: Job) -> tuple[History, tuple[Item, ...]]:
    """What of the journal this job may go by, and the files that it has not ended yet."""
    output = job.plan.output
    since = journal.size(output) if job.since is None else job.since
    own = journal.read(output, start=since)
    ended = own.files(*ENDED)
    items = [item for item in job.plan.items if item.path not in ended]
    if job.retry_failed and not job.resume:
        before = journal.read(output, end=since)
        failed = before.files("failed", "started")
        items = [item for item in items if item.path in failed]
    history = journal.read(output) if job.resume or job.retry_failed else own
    return history, tuple(items)


def recipe(settings: Settings, saving: Saving, weights: Mapping[str, str]) -> str:
    """All that makes a result what it is, besides its source."""
    fields = asdict(settings) | asdict(saving) | {"weights": dict(weights)}
    del fields["device"]
    return json.dumps(fields, sort_keys=True)


def alone_last(
    items: tuple[Item, ...], is_suspect: Callable[[str], bool]
) -> tuple[list[Item], list[Item]]:
    """Those to run side by side, and those to run alone afterwards.

    When a worker dies, any of the files it had in hand may be the one that took it down. Each of
    them is then tried alone: an innocent one passes, and the other is sure to be the culprit.
    """
    suspects = [item for item in items if is_suspect(item.path)]
    return [item for item in items if not is_suspect(item.path)], suspects


def _set_aside(item: Item, record: Entry | None) -> Entry:
    return Entry(
        item.name,
        "failed",
        source=item.path,
        key=None if record is None else record.key,
        target=None if record is None else record.target,
        reason=f"{item.source.name} took the program down twice and is set aside "
        "until the failed are tried again.",
    )


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns
