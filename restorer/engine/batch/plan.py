"""Which files of which folders, in which order, and where each result goes; no torch."""

from __future__ import annotations

import os
import secrets
import stat
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final, Literal

from natsort import natsort_keygen, ns

from restorer.engine.batch import journal
from restorer.engine.batch.naming import Template, numbered, told_apart
from restorer.engine.imagefile import READABLE
from restorer.engine.paths import is_dir, resolved
from restorer.engine.resultfile import PART_NAMES, is_left_over
from restorer.errors import PlanError

_SYSTEM_FOLDERS: Final = frozenset(
    ("$RECYCLE.BIN", "System Volume Information", "lost+found", "__MACOSX", "@eaDir")
)
_HIDDEN_ON_WINDOWS: Final = 0x2 | 0x4  # FILE_ATTRIBUTE_HIDDEN, FILE_ATTRIBUTE_SYSTEM
Existing = Literal["skip", "replace", "number"]
_natural = natsort_keygen(alg=ns.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Selection:
    """What the user asked for.

    `sources`: files and folders. `include`, `exclude`: patterns such as `*.jpg` or `2024/*`, in
    upper or lower case, for the file's name or its path below the source. `existing`: what to do
    where a file that is not of this job has the result's name.
    """

    sources: tuple[Path, ...]
    output: Path
    recursive: bool = False
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    template: Template = Template()  # noqa: RUF009  frozen
    existing: Existing = "skip"


@dataclass(frozen=True, slots=True)
class Item:
    """One file: `name` tells it from the others of its plan, `path` from all others.

    `name` and `target`, which lies below the output folder, are relative, with slashes. `path`:
    see `journal.located`. A string, for a plan may have 200,000 of them and goes through a pipe.
    """

    name: str
    path: str
    target: str
    size_bytes: int

    @property
    def source(self) -> Path:
        return Path(self.path)


@dataclass(frozen=True, slots=True)
class Plan:
    """The files in natural order. `problems`: a sentence for each folder that cannot be read."""

    output: Path
    items: tuple[Item, ...]
    problems: tuple[str, ...] = ()

    def with_found(self, found: Collection[Item]) -> Plan:
        """The same with those files, each in its old place if it has one."""
        items = {item.path: item for item in (*self.items, *found)}
        return replace(self, items=tuple(items.values()))


def make_plan(selection: Selection) -> Plan:
    """Lists the files; opens none of them but the journal.

    The tree below a source folder is mirrored in the output folder. Left out: hidden and system
    files, the output folder where it lies inside a source, results of earlier runs where it is the
    source, and files that no reader takes unless `include` names them. Each real folder is entered
    once, whatever links lead to it, and a file that several sources hold is taken from the first.

    Raises PlanError: a source is missing, two results would have one name, or a result that of an
    original. Raises BatchError if there is a journal that cannot be read.
    """
    problems: list[str] = []
    output = resolved(selection.output)
    results = frozenset(map(str, journal.read(output).results(output)))
    sources = tuple({_place(source): source for source in selection.sources}.values())
    found: dict[str, tuple[str, int]] = {}
    for source, prefix in zip(sources, _prefixes(sources), strict=True):
        for path, relative, size in _files(source, selection, problems):
            if path not in results:
                found.setdefault(path, (prefix + relative, size))
    names = told_apart({path: relative for path, (relative, _) in found.items()})
    items = [
        Item(names[path], path, selection.template.target(relative), size)
        for path, (relative, size) in found.items()
    ]
    items = _without_clashes(items, selection)
    _check_originals(items, selection)
    return Plan(output, tuple(items), tuple(problems))


def sweep(plan: Plan) -> None:
    """Removes the unfinished results that a process which was killed has left."""
    folders = {item.target.rpartition("/")[0] for item in plan.items}
    for folder in folders:
        for part in filter(is_left_over, (plan.output / folder).glob(PART_NAMES)):
            with suppress(OSError):
                part.unlink()


def _place(source: Path) -> str:
    return str(resolved(source)) if is_dir(source) else journal.located(source)


def _prefixes(sources: Sequence[Path]) -> list[str]:
    """One folder's tree is mirrored as it is; of several, each gets a folder of its own."""
    folders = [source for source in sources if is_dir(source)]
    if len(folders) < 2:
        return [""] * len(sources)
    taken: set[str] = set()
    prefixes = []
    for source in sources:
        name = resolved(source).name if source in folders else ""
        number = 1
        while name and (unique := numbered(name, number)).casefold() in taken:
            number += 1
        if name:
            taken.add(unique.casefold())
        prefixes.append(f"{unique}/" if name else "")
    return prefixes


def _files(
    source: Path, selection: Selection, problems: list[str]
) -> Iterator[tuple[str, str, int]]:
    """Path, path below the source and size of each file that is wanted."""
    try:
        status = source.stat()
    except OSError as error:
        raise PlanError(f"{source} cannot be read: {error.strerror}.") from error
    if not stat.S_ISDIR(status.st_mode):
        yield journal.located(source), source.name, status.st_size
        return
    seen = {_identity(status)}
    if selection.output.exists() and not selection.output.samefile(source):
        seen.add(_identity(selection.output.stat()))
    yield from _below(str(resolved(source)), "", selection, seen, problems)


def _below(
    folder: str, above: str, selection: Selection, seen: set[tuple[int, int]], problems: list[str]
) -> Iterator[tuple[str, str, int]]:
    try:
        with os.scandir(folder) as scan:
            entries = sorted(scan, key=lambda entry: (_natural(entry.name), entry.name))
    except OSError as error:
        problems.append(f"The folder {folder} cannot be read: {error.strerror}.")
        return
    folders = []
    for entry in entries:
        if _is_hidden(entry):
            continue
        relative = above + entry.name
        if _is_folder(entry):
            folders.append((entry.path, relative))
        elif _is_wanted(relative, selection) and (size := _size(entry)) is not None:
            yield entry.path, relative, size
    if not selection.recursive:
        return
    for path, relative in folders:
        try:
            identity = _identity(os.stat(path))  # noqa: PTH116
        except OSError as error:  # gone by now, or in a folder that nobody may look into
            problems.append(f"The folder {path} cannot be read: {error.strerror}.")
            continue
        if identity not in seen:
            seen.add(identity)
            yield from _below(path, relative + "/", selection, seen, problems)


def _is_wanted(relative: str, selection: Selection) -> bool:
    if _matches(relative, selection.exclude):
        return False
    if selection.include:
        return _matches(relative, selection.include)
    return os.path.splitext(relative)[1].lower() in READABLE  # noqa: PTH122  200,000 of them


def _matches(relative: str, patterns: Sequence[str]) -> bool:
    if not patterns:
        return False
    path = relative.casefold()
    name = path.rpartition("/")[2]
    return any(
        fnmatchcase(path, pattern) or fnmatchcase(name, pattern)
        for pattern in map(str.casefold, patterns)
    )


def _is_hidden(entry: os.DirEntry[str]) -> bool:
    if entry.name.startswith(".") or entry.name in _SYSTEM_FOLDERS:
        return True
    if os.name != "nt":
        return False
    attributes = getattr(entry.stat(follow_symlinks=False), "st_file_attributes", 0)
    return bool(attributes & _HIDDEN_ON_WINDOWS)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False


def _size(entry: os.DirEntry[str]) -> int | None:
    """Bytes; 0 for a link that leads nowhere, which fails by name; None for pipes and devices."""
    try:
        status = entry.stat()
    except OSError:
        return 0
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _without_clashes(items: list[Item], selection: Selection) -> list[Item]:
    """The items with targets that differ, also where the disk does not tell a from A."""
    if len({_folded(item.target) for item in items}) == len(items):
        return items
    first_with: dict[str, Item] = {}
    exact: set[str] = set()
    folds_case: bool | None = None
    unique = []
    for item in items:
        folded = _folded(item.target)
        if folded in first_with and item.target not in exact and folds_case is None:
            folds_case = _folds_case(selection.output)
        clashes = item.target in exact or (folded in first_with and bool(folds_case))
        if clashes and selection.existing != "number":
            raise PlanError(
                f"{first_with[folded].name} and {item.name} would both become {item.target}. "
                "Choose other names, leave one of them out, or have a number added."
            )
        number = 2
        while clashes:
            candidate = numbered(item.target, number)
            number += 1
            if _folded(candidate) not in first_with:
                item = replace(item, target=candidate)  # noqa: PLW2901  the same file, elsewhere
                folded, clashes = _folded(candidate), False
        first_with.setdefault(folded, item)
        exact.add(item.target)
        unique.append(item)
    return unique


def _check_originals(items: list[Item], selection: Selection) -> None:
    """An original is never overwritten: not by its own result, nor by that of another."""
    output = os.path.realpath(selection.output)
    sources = {os.path.dirname(item.path) for item in items}  # noqa: PTH120
    targets = {item.target.rpartition("/")[0] for item in items}
    folders = {folder: os.path.realpath(folder) for folder in sources}
    if set(folders.values()).isdisjoint(os.path.realpath(_joined(output, t)) for t in targets):
        return
    originals = {}
    for item in items:
        folder, name = os.path.split(item.path)
        originals[_joined(folders[folder], name)] = item
    for item in items:
        original = originals.get(_joined(output, item.target))
        if original is item or (original is not None and selection.existing == "replace"):
            raise PlanError(
                f"The result of {item.name} would overwrite the original {original.name}. Choose "
                "another folder or other names, such as {name}_restored.{ext}."
            )


def _joined(folder: str, relative: str) -> str:
    return os.path.join(folder, *relative.split("/"))  # noqa: PTH118  200,000 of them


def _folded(target: str) -> str:
    if target.isascii():
        return target.lower()
    return unicodedata.normalize("NFC", target).casefold()


def _folds_case(folder: Path) -> bool:
    """Whether the disk there takes A for a; tried out, for a mounted one does as it likes."""
    while not folder.exists():
        folder = folder.parent
    probe = folder / f".restorer-{secrets.token_hex(6)}.Part"
    try:
        probe.touch(exist_ok=False)
        return probe.with_suffix(".pART").exists()
    except OSError:
        return True  # nothing can be written there: the start of the job will say so
    finally:
        probe.unlink(missing_ok=True)
