import json
import os
from pathlib import Path

import pytest
import torch

from restorer.cli import INTERRUPTED, run
from restorer.cli.train import DIGIT_MODELS, PHOTO_MODELS
from restorer.engine.photo import Workshop
from restorer.errors import ModelUnknown
from restorer.models.catalog import open_catalog
from restorer.settings import Settings
from restorer.training import card, data
from restorer.training.photo_objective import PhotoObjective
from tests.cli.conftest import lines_of_json


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


def test_train_writes_weights_that_restore_takes(photos, tmp_path, capsys):
    out = tmp_path / "mine"
    arguments = ["train", "upscaler", "--scale", "2", "--data", str(photos), str(photos)]
    assert run([*arguments, "--minutes", "0.02", "--out", str(out), "--device", "cpu"]) == 0
    assert capsys.readouterr().out.strip() == str(out / "upscaler-x2.safetensors")
    assert open_catalog(out).upscaler(2).scale == 2
    with pytest.raises(ModelUnknown):
        open_catalog(out).denoiser()
    workshop = Workshop.open(Settings(scale=2), out)
    trained, used = open_catalog(out).upscaler(2), workshop.networks().upscaler
    assert torch.equal(used.tail.weight, trained.tail.weight)
    assert workshop.networks().denoiser is not None, "what the folder lacks comes from the shipped"


def test_train_tells_json_how_far_it_is(photos, tmp_path, capsys):
    arguments = ["train", "upscaler", "--data", str(photos), "--steps", "2", "--device", "cpu"]
    assert run([*arguments, "--out", str(tmp_path / "mine"), "--json"]) == 0
    *reports, weights = lines_of_json(capsys.readouterr().out)
    assert reports[-1]["step"] == 2
    assert reports[-1]["validation"] > 0
    assert weights == {"weights": str(tmp_path / "mine" / "upscaler-x2.safetensors")}


def test_train_draws_photos_by_share(photos, tmp_path, capsys):
    out = tmp_path / "mine"
    arguments = ["train", "denoiser", "--data", str(photos), str(photos), "--steps", "1"]
    arguments += ["--out", str(out), "--device", "cpu"]
    assert run([*arguments, "--share", "1", "3"]) == 0
    assert open_catalog(out).entry("denoiser").trained_on.endswith("as 1 : 3")
    capsys.readouterr()
    assert run([*arguments, "--share", "1"]) == 2
    assert "one number for each folder" in capsys.readouterr().err
    digits = ["train", "vae", "--data", str(photos), "--out", str(out), "--share", "1"]
    assert run(digits) == 2
    assert "models of photos" in capsys.readouterr().err


def test_train_learns_the_levels_asked_for(photos, tmp_path, capsys):
    arguments = ["train", "--data", str(photos), "--steps", "1", "--device", "cpu"]
    arguments += ["--out", str(tmp_path / "mine"), "--levels"]
    assert run([*arguments, "15", "5", "denoiser"]) == 2
    assert "lower level first" in capsys.readouterr().err
    assert run([*arguments, "5", "15", "upscaler"]) == 2
    assert "is for the denoiser" in capsys.readouterr().err
    assert run([*arguments, "5", "90", "denoiser"]) == 2
    capsys.readouterr()
    assert run([*arguments, "5", "15", "denoiser"]) == 0
    degradations = open_catalog(tmp_path / "mine").entry("denoiser").degradations
    assert "sigma 5 to 15" in degradations


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["denoiser", "--minutes", "1", "--scale", "2"], "is for the upscaler"),
        (["denoiser", "--minutes", "1", "--keep", "50"], "weights that --from names"),
        (["denoiser"], "Say how long"),
        (["denoiser", "--minutes", "1", "--steps", "1"], "Say how long"),
    ],
)
def test_train_refuses_what_does_not_fit_together(arguments, sentence, tmp_path, capsys):
    out = tmp_path / "out"
    assert run(["train", *arguments, "--data", str(tmp_path), "--out", str(out)]) == 2
    assert sentence in capsys.readouterr().err
    assert not out.exists()


def test_train_without_photos_says_so(tmp_path, capsys):
    arguments = ["train", "denoiser", "--data", str(tmp_path), "--minutes", "1"]
    assert run([*arguments, "--out", str(tmp_path / "out")]) == 1
    assert "Training needs two or more" in capsys.readouterr().err
    assert not Path(tmp_path / "out").exists()
