"""What the window remembers from one run to the next."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Self

import platformdirs

from restorer.settings import Settings

MAX_RECENT: Final = 12


@dataclass(frozen=True, slots=True)
class Preset:
    """Settings under a name that the user chose."""

    name: str
    settings: Settings


@dataclass(frozen=True, slots=True)
class Preferences:
    """`theme`: "system", "dark" or "light". `language`: "system", "en" or "de".

    `screen_profile`: an ICC file of the screen, empty for what the system says. `quality`: what the
    export dialog begins with, 1 to 100, or 0 for the default of `Saving`.
    """

    theme: str = "system"
    language: str = "system"
    screen_profile: str = ""
    folder: str = ""
    recent: tuple[str, ...] = ()
    presets: tuple[Preset, ...] = ()
    quality: int = 0
    settings: Settings = field(default_factory=Settings)

    def with_recent(self, path: Path) -> Self:
        """That file first, each only once, not more than `MAX_RECENT`."""
        others = [name for name in self.recent if name != str(path)]
        recent = (str(path), *others)[:MAX_RECENT]
        return replace(self, recent=recent, folder=str(path.parent))

    def with_preset(self, preset: Preset) -> Self:
        """A preset of the same name is replaced."""
        others = tuple(known for known in self.presets if known.name != preset.name)
        return replace(self, presets=(*others, preset))

    def without_preset(self, name: str) -> Self:
        return replace(self, presets=tuple(p for p in self.presets if p.name != name))

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=2)  # names of files need not be UTF-8

    @classmethod
    def from_json(cls, text: str) -> Self:
        """What is damaged or unknown in the text is left at its default."""
        try:
            stored = json.loads(text)
        except ValueError:
            return cls()
        if not isinstance(stored, dict):
            return cls()
        known: dict[str, Any] = {}
        for name, default in asdict(cls()).items():
            value = stored.get(name)
            if name == "presets" and isinstance(value, list):
                known[name] = tuple(preset for item in value for preset in _presets(item))
            elif name == "settings":
                known[name] = _settings(value) or Settings()
            elif name == "recent" and isinstance(value, list):
                known[name] = tuple(str(item) for item in value)[:MAX_RECENT]
            elif name == "quality" and value not in range(101):
                continue
            elif type(value) is type(default):
                known[name] = value
        return cls(**known)


class PreferencesFile:
    """The preferences on disk; `value` is always what was last changed."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or _default_path()
        self.value = Preferences()
        self._is_written = True
        self._read()

    def change(self, edit: Callable[[Preferences], Preferences]) -> None:
        """Writes them, whole or not at all; a disk that refuses costs no more than the memory.

        `edit` gets what is in the file by now: another window may have written into it. If the last
        change could not be written, it gets that instead.
        """
        if self._is_written:
            self._read()
        self.value = edit(self.value)
        self._is_written = False
        part = self._path.with_name(f".{secrets.token_hex(6)}.part")
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            try:
                part.write_text(self.value.to_json(), encoding="utf-8")
                os.replace(part, self._path)
                self._is_written = True
            finally:
                part.unlink(missing_ok=True)

    def _read(self) -> None:
        with suppress(OSError, ValueError):  # a damaged file changes nothing
            text = self._path.read_text(encoding="utf-8")
            json.loads(text)
            self.value = Preferences.from_json(text)


def _default_path() -> Path:
    return Path(platformdirs.user_config_dir("restorer", appauthor=False)) / "preferences.json"


def _presets(item: Any) -> list[Preset]:  # noqa: ANN401  whatever a JSON file holds
    if isinstance(item, dict) and (settings := _settings(item.get("settings"))):
        return [Preset(str(item.get("name")), settings)]
    return []


def _settings(value: Any) -> Settings | None:  # noqa: ANN401
    with suppress(TypeError, ValueError):
        return Settings(**value)
    return None
