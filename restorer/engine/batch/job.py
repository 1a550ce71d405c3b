"""A folder's job as one frozen value, and what is heard of it while it runs; no torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from restorer.engine.batch.journal import Entry
from restorer.engine.batch.plan import Item, Plan, Selection
from restorer.settings import Saving, Settings

MOST_CRASHES: Final = 2  # then a file is set aside


@dataclass(frozen=True, slots=True)
class Job:
    """Everything a run needs; can be pickled.

    `resume`: keep what the journal says is done or failed, as long as source, settings and weights
    are the same. `retry_failed`: try the failed again; without `resume`, only them. `workers`:
    threads that read and as many that write. `watch`: when the plan is done, wait for new files
    that `selection` takes. `since`: where in the journal this job began, if a worker that died had
    begun it.
    """

    selection: Selection
    plan: Plan
    settings: Settings
    weights: Path
    saving: Saving = Saving()  # noqa: RUF009  frozen
    resume: bool = False
    retry_failed: bool = False
    workers: int = 2
    watch: bool = False
    since: int | None = None


@dataclass(frozen=True, slots=True)
class BatchReady:
    """The models are loaded; `device` in a user's words."""

    device: str


@dataclass(frozen=True, slots=True)
class BatchNoted:
    """A sentence that the user should read, though nothing failed."""

    sentence: str


@dataclass(frozen=True, slots=True)
class FilesFound:
    """More files have come or changed while watching."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class FilesMeasured:
    """So many files have been looked at, and have so many megapixels together."""

    count: int
    megapixels: float


@dataclass(frozen=True, slots=True)
class FileStarted:
    """A file goes through the networks now."""

    name: str
    megapixels: float


@dataclass(frozen=True, slots=True)
class FileProgressed:
    """`share`: how much of the file is done, 0 to 1."""

    name: str
    share: float


@dataclass(frozen=True, slots=True)
class FileSteppedDown:
    """The work goes on one step slower, and why."""

    name: str
    reason: str
    device: str


@dataclass(frozen=True, slots=True)
class FileEnded:
    """A file is done, skipped or failed, with all that the journal says about it.

    `earlier`: it had ended so in an earlier run, and nothing was done now.
    """

    entry: Entry
    earlier: bool = False


@dataclass(frozen=True, slots=True)
class BatchWaited:
    """Nothing to do but to wait for new files."""


@dataclass(frozen=True, slots=True)
class BatchStopped:
    """The batch cannot go on, and why; the files that have not ended are as they were."""

    reason: str


Event = (
    BatchReady
    | BatchNoted
    | FilesFound
    | FilesMeasured
    | FileStarted
    | FileProgressed
    | FileSteppedDown
    | FileEnded
    | BatchWaited
    | BatchStopped
)
