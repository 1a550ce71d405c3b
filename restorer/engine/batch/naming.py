"""What results are called, and what tells their sources apart; no torch."""

from __future__ import annotations

import os
import re
import string
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from restorer.engine.resultfile import LONGEST_NAME_BYTES, WRITABLE, shortened
from restorer.errors import PlanError

_FIELDS: Final = frozenset(("name", "scale", "ext"))
_NUMBER: Final = re.compile(r"-(\d+)(?=(\.[^./]*)?$)")
_FORBIDDEN: Final = frozenset('/\\<>:"|?*\0')  # somewhere; a batch may move to another machine


@dataclass(frozen=True, slots=True)
class Template:
    """`{name}`: the source's name without its ending. `{ext}`: its ending, png where that cannot
    be written. `{scale}`: 1 to 4. The plain name is the default: results have their own folder.

    Raises PlanError if it cannot name a result.
    """

    text: str = "{name}.{ext}"
    scale: int = 1

    def __post_init__(self) -> None:
        try:
            parts = list(string.Formatter().parse(self.text))
        except ValueError as error:
            raise PlanError(f"The name {self.text!r} cannot be read: {error}.") from error
        fields = {field for _, field, _, _ in parts if field is not None}
        if unknown := fields - _FIELDS:
            raise PlanError(
                f"The name {self.text!r} has {{{unknown.pop()}}}. There are {{name}}, {{scale}} "
                "and {ext}."
            )
        if any(form or conversion for _, _, form, conversion in parts):
            raise PlanError(f"The name {self.text!r} has more than a word between its braces.")
        if "name" not in fields:
            raise PlanError(f"The name {self.text!r} needs {{name}}: results would overwrite.")
        literals = "".join(literal for literal, *_ in parts)
        if wrong := _FORBIDDEN.intersection(literals):
            raise PlanError(f"The name {self.text!r} has {min(wrong)!r}, which no file may have.")
        ending = os.path.splitext(self.text)[1].lower()  # noqa: PTH122  not a path yet
        if ending != ".{ext}" and ending not in WRITABLE:
            known = ", ".join(sorted(WRITABLE))
            raise PlanError(f"The name {self.text!r} must end in .{{ext}} or one of: {known}.")

    def target(self, name: str) -> str:
        """The result's path for a source's, both relative with slashes; no part is too long."""
        folder, slash, file = name.rpartition("/")
        stem, ending = os.path.splitext(file)  # noqa: PTH122  200,000 of them
        ext = ending[1:] if ending.lower() in WRITABLE else "png"
        result = self._filled(stem, ext)
        if len(os.fsencode(result)) > LONGEST_NAME_BYTES:
            room = LONGEST_NAME_BYTES - len(os.fsencode(self._filled("", ext)))
            result = self._filled(shortened(stem, room), ext)
        return folder + slash + result

    def _filled(self, name: str, ext: str) -> str:
        return self.text.format(name=name, ext=ext, scale=self.scale)


def numbered(target: str, number: int) -> str:
    """
    >>> numbered("a/b.jpg", 2)
    'a/b-2.jpg'
    >>> numbered("b", 1)
    'b'
    """
    if number < 2:
        return target
    folder, slash, file = target.rpartition("/")
    stem, ending = os.path.splitext(file)  # noqa: PTH122  relative, with slashes
    tail = f"-{number}{ending}"
    return folder + slash + shortened(stem, LONGEST_NAME_BYTES - len(os.fsencode(tail))) + tail


def is_numbered(target: str, plain: str) -> bool:
    """Whether `target` is `plain` with some number, or without one.

    >>> is_numbered("a/b-12.jpg", "a/b.jpg"), is_numbered("b-2.jpg", "b-1.jpg")
    (True, False)
    """
    number = _NUMBER.search(target)
    return target == plain or (number is not None and target == numbered(plain, int(number[1])))


def told_apart(names: Mapping[str, str]) -> dict[str, str]:
    """Paths and their names; those that share one get folders of their paths in front."""
    apart = dict(names)
    while shared := {name for name, count in Counter(apart.values()).items() if count > 1}:
        for path, name in apart.items():
            if name in shared:
                apart[path] = _longer(name, path)
    return apart


def _longer(name: str, path: str) -> str:
    """
    >>> _longer("c.jpg", "/a/b/c.jpg"), _longer("a/b/c.jpg", "/a/b/c.jpg")
    ('b/c.jpg', '/a/b/c.jpg')
    """
    parts = PurePath(path).parts
    return PurePath(*parts[-(name.count("/") + 2) :]).as_posix()
