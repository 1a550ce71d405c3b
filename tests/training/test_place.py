import errno
import os
import re

import pytest

from restorer.errors import TrainingError
from restorer.training.place import Place


def test_what_is_no_folder_is_told(tmp_path):
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "in" / "it"):
        with pytest.raises(TrainingError, match=r"file is not a folder\. Choose another --out"):
            Place(folder, "denoiser").check()


def test_a_folder_that_may_not_be_written_to_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write everywhere
    with pytest.raises(TrainingError, match=re.escape(f"{tmp_path} may not be written to")):
        Place(tmp_path / "out", "denoiser").check()


def test_a_check_makes_nothing(tmp_path, monkeypatch):
    Place(tmp_path / "new" / "out", "denoiser").check()
    assert not list(tmp_path.iterdir())
    monkeypatch.chdir(tmp_path)
    Place(tmp_path.relative_to(tmp_path) / "out", "denoiser").check()


@pytest.mark.parametrize(
    ("number", "has_checkpoint", "what_to_do"),
    [
        (errno.ENOSPC, False, "the disk is full. Make room, or choose another --out."),
        (errno.ENOSPC, True, "Make room, then go on from the last whole checkpoint with --resume."),
        (errno.EACCES, False, "Permission denied. Choose another --out."),
        (errno.EACCES, True, "Put that right, then go on from the last whole checkpoint"),
    ],
)
def test_what_cannot_be_saved_is_told_with_what_to_do(tmp_path, number, has_checkpoint, what_to_do):
    place = Place(tmp_path, "denoiser")
    if has_checkpoint:
        place.checkpoint.touch()
    with (
        pytest.raises(TrainingError, match=rf"denoiser\.safetensors.*{re.escape(what_to_do)}"),
        place.saving(place.weights),
    ):
        raise OSError(number, os.strerror(number))
