import errno
import json
import os
import signal
from pathlib import Path

import pytest
from PIL import Image as PillowImage

from tests.conftest import drawn


@pytest.fixture
def heeding_interrupts():
    """A child heeds signals as if a terminal had started it, even where pytest was told not to.

    A shell's background ignores SIGINT, nohup SIGHUP, and what is ignored stays so in children.
    """
    before = {
        signal.SIGINT: signal.signal(signal.SIGINT, signal.default_int_handler),
        signal.SIGHUP: signal.signal(signal.SIGHUP, signal.SIG_DFL),
    }
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def forbid_reading(monkeypatch):
    """Makes files and folders of some name unreadable, also for root, whom no permission stops."""

    def forbid(name):
        access, open_file, list_folder = os.access, Path.open, Path.iterdir

        def refusing(method):
            def checked(path, *arguments, **options):
                if path.name == name:
                    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
                return method(path, *arguments, **options)

            return checked

        monkeypatch.setattr(
            os, "access", lambda path, mode: Path(path).name != name and access(path, mode)
        )
        monkeypatch.setattr(Path, "open", refusing(open_file))
        monkeypatch.setattr(Path, "iterdir", refusing(list_folder))

    return forbid


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    for i in range(3):
        PillowImage.fromarray(drawn(150 + i, 140)).save(folder / f"{i}.png")
    return folder


def lines_of_json(text):
    return [json.loads(line) for line in text.splitlines()]
