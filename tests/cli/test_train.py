import json
import os
from pathlib import Path

import pytest
import torch
from PIL import Image as PillowImage

from restorer.cli import INTERRUPTED, run
from restorer.cli.train import DIGIT_MODELS, PHOTO_MODELS
from restorer.training import card, data
from restorer.training.photo_objective import PhotoObjective
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


def test_a_wrong_model_is_told_those_that_there_are(arguments, capsys):
    assert run(["train", "denoser", *arguments[2:]]) == 2
    error = capsys.readouterr().err
    assert "Invalid value for 'MODEL': 'denoser' is not one of" in error
    assert run(["train", "--help"]) == 0
    told = capsys.readouterr().out
    assert "MODEL\n" in told
    for name in (*PHOTO_MODELS, *DIGIT_MODELS):
        assert f"'{name}'" in error
        assert name in told


@pytest.mark.parametrize("seed", ["-1", str(2**63)])
def test_a_seed_that_is_none_is_refused(seed, arguments, capsys):
    assert run([*arguments, "--seed", seed]) == 2
    assert "--seed" in capsys.readouterr().err


def test_a_stopped_training_tells_how_to_go_on(arguments, tmp_path, capsys, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(PhotoObjective, "loss", interrupted)
        assert run(arguments) == INTERRUPTED
    told = capsys.readouterr().err
    assert f"saved in {tmp_path / 'mine' / 'estimator.checkpoint.pt'}. " in told
    assert "--resume goes on" in told
    assert run([*arguments, "--resume"]) == 0


@pytest.mark.parametrize("error", [MemoryError, torch.OutOfMemoryError])
def test_full_memory_is_told_with_what_to_do(arguments, capsys, monkeypatch, error):
    def fail(*_):
        raise error

    monkeypatch.setattr(PhotoObjective, "loss", fail)
    assert run(arguments) == 1
    told = capsys.readouterr().err
    assert told.startswith("Error: There is not enough memory. Close other programs")
    assert "--resume goes on" in told
    monkeypatch.setattr(data, "load", fail)
    assert run([*arguments, "--out", "elsewhere"]) == 1
    assert "saved" not in capsys.readouterr().err


def test_a_training_that_is_stopped_before_it_began_saves_nothing(arguments, capsys, monkeypatch):
    monkeypatch.setattr(data, "load", interrupted)
    assert run(arguments) == INTERRUPTED
    assert "saved" not in capsys.readouterr().err


def test_the_progress_has_a_unit(arguments, mnist_folder, tmp_path, capsys):
    assert run(arguments) == 0
    assert capsys.readouterr().err.endswith(" %\n")
    digits = ["train", "vae", "--data", str(mnist_folder), "--steps", "1", "--device", "cpu"]
    assert run([*digits, "--out", str(tmp_path / "digits")]) == 0
    assert capsys.readouterr().err.endswith(" nats\n")


@pytest.mark.parametrize("option", ["--data", "--out", "--from"])
def test_a_folder_that_may_not_be_read_is_told_in_our_words(
    option, arguments, tmp_path, capsys, monkeypatch
):
    (tmp_path / "locked").mkdir()
    access = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: Path(path).name != "locked" and access(path, mode)
    )
    run([*arguments, option, str(tmp_path / "locked")])
    assert "Invalid value" not in capsys.readouterr().err


def test_a_training_with_nothing_left_to_do_has_no_loss(arguments, capsys, monkeypatch):
    """As when a longer one was stopped and is resumed with fewer steps; and it is JSON."""
    with monkeypatch.context() as patched:
        patched.setattr(card, "export", interrupted)
        assert run(arguments) == INTERRUPTED
    capsys.readouterr()
    assert run([*arguments, "--resume", "--json"]) == 0
    captured = capsys.readouterr()
    report, _ = (json.loads(line, parse_constant=pytest.fail) for line in captured.out.splitlines())
    assert report["step"] == 1
    assert report["loss"] is None
    assert "loss" not in captured.err
