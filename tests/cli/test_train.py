import json

import pytest
from PIL import Image as PillowImage

from restorer.cli import INTERRUPTED, run
from restorer.training import train
from tests.conftest import drawn


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    for i in range(3):
        PillowImage.fromarray(drawn(150 + i, 140)).save(folder / f"{i}.png")
    return folder


@pytest.fixture
def arguments(photos, tmp_path):
    """Of a training that is over in a moment."""
    out = ["--out", str(tmp_path / "mine")]
    return ["train", "estimator", "--data", str(photos), "--steps", "1", "--device", "cpu", *out]


def interrupted(*_):
    raise KeyboardInterrupt


def test_a_training_with_nothing_left_to_do_has_no_loss(arguments, capsys, monkeypatch):
    """As when a longer one was stopped and is resumed with fewer steps; and it is JSON."""
    with monkeypatch.context() as patched:
        patched.setattr(train, "_export", interrupted)
        assert run(arguments) == INTERRUPTED
    capsys.readouterr()
    assert run([*arguments, "--resume", "--json"]) == 0
    captured = capsys.readouterr()
    report, _ = (json.loads(line, parse_constant=pytest.fail) for line in captured.out.splitlines())
    assert report["step"] == 1
    assert report["loss"] is None
    assert "loss" not in captured.err
