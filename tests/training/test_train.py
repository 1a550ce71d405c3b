import dataclasses
import errno
import itertools
import math
import os
import shutil
import signal
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image as PillowImage

from restorer.errors import DataError, TrainingError, WeightsCorrupt
from restorer.models import catalog
from restorer.models.catalog import CATALOG_NAME, open_catalog
from restorer.training import checkpoint, data, train
from restorer.training.muon import Muon
from restorer.training.plan import Plan
from restorer.training.recipes import RECIPES, Phase
from tests.conftest import drawn

CPU = torch.device("cpu")
TINY = dataclasses.replace(
    RECIPES["denoiser"],
    arguments={"widths": [8, 8, 8], "blocks": [1, 1, 1], "levels": [10, 60]},
    phases=(Phase(1.0, 8, 32),),
)


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    for i in range(4):
        PillowImage.fromarray(np.roll(drawn(160, 144), 20 * i, axis=1)).save(folder / f"{i}.png")
    return folder


@pytest.fixture
def plan(photos, tmp_path):
    return Plan(
        recipe=TINY,
        data=(photos,),
        minutes=10,
        out=tmp_path / "out",
        device="cpu",
        report_every_s=-1,  # after every step
    )


class Clock:
    """Each reading is half a second later: so many steps make a minute, on any machine."""

    def __init__(self):
        self.ticks = itertools.count()

    def monotonic(self):
        return next(self.ticks) / 2


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr(train, "time", Clock())


def steps(plan, count):
    """The losses of the first `count` steps; then the training is stopped, as by Ctrl-C."""
    running = train.train(plan)
    losses = [next(running).loss for _ in range(count)]
    running.close()
    return losses


def test_a_resumed_training_goes_on_as_if_it_had_not_stopped(plan, tmp_path):
    """Weights, their average, the optimizer of both kinds of them, and what is drawn."""
    arguments = TINY.arguments | {"widths": [24, 24, 24]}  # wide enough for Muon
    recipe = dataclasses.replace(TINY, arguments=arguments, warmup_steps=1)
    straight = dataclasses.replace(plan, recipe=recipe, minutes=None, steps=12)
    cut = dataclasses.replace(straight, out=tmp_path / "cut")
    losses = steps(straight, 6)
    assert steps(cut, 3) + steps(dataclasses.replace(cut, resume=True), 3) == losses
    expected, saved = (
        torch.load(each.place.checkpoint, weights_only=True) for each in (straight, cut)
    )
    assert saved["optimizer"]["state"]
    for part in ("network", "average", "optimizer", "generator", "step", "cycle_steps"):
        torch.testing.assert_close(saved[part], expected[part], rtol=0, atol=0)
    for weights, average in zip(saved["network"].values(), saved["average"].values(), strict=True):
        assert not torch.equal(weights, average)


def test_a_step_that_is_interrupted_is_done_to_its_end(
    plan, tmp_path, monkeypatch, heeding_interrupts
):
    straight = dataclasses.replace(plan, minutes=None, steps=3)
    cut = dataclasses.replace(straight, out=tmp_path / "cut", report_every_s=math.inf)
    list(train.train(straight))
    with monkeypatch.context() as patched:
        patched.setattr(Muon, "step", after(Muon.step, lambda: signal.raise_signal(signal.SIGINT)))
        with pytest.raises(KeyboardInterrupt):
            list(train.train(cut))
    list(train.train(dataclasses.replace(cut, resume=True)))
    expected, entry = (open_catalog(each.out).entry("denoiser") for each in (straight, cut))
    assert (entry.steps, entry.sha256) == (3, expected.sha256)


def after(method, then):
    def called(self):
        method(self)
        then()

    return called


def test_the_same_seed_gives_the_same_losses(plan, tmp_path):
    again = dataclasses.replace(plan, out=tmp_path / "again")
    other = dataclasses.replace(plan, out=tmp_path / "other", seed=2)
    losses = steps(plan, 2)
    assert steps(again, 2) == losses
    assert steps(other, 2) != losses


PHOTO_RECIPES = sorted(name for name, recipe in RECIPES.items() if recipe.task != "digits")


@pytest.mark.parametrize("name", PHOTO_RECIPES)
def test_training_lowers_the_loss_and_exports_a_catalog(plan, name):
    arguments = {
        "denoise": TINY.arguments,
        "deblock": TINY.arguments,
        "upscale": {"scale": RECIPES[name].scale, "width": 8, "blocks": 1},
        "estimate": {"width": 16},
    }[RECIPES[name].task]
    patch_px = 96 if RECIPES[name].task == "estimate" else 48
    recipe = dataclasses.replace(
        RECIPES[name],
        arguments=arguments,
        phases=(Phase(1.0, 8, patch_px),),
        warmup_steps=1,
    )
    plan = dataclasses.replace(plan, recipe=recipe, minutes=0.8)
    progress = list(train.train(plan))
    losses = [line.loss for line in progress[:-1]]
    assert len(losses) > 20
    assert np.mean(losses[-5:]) < np.mean(losses[:5])
    assert progress[-1].fraction == 1
    entry = open_catalog(plan.out).entry(name)
    assert entry.steps == progress[-1].step
    trained = torch.load(plan.place.checkpoint, weights_only=True)["average"]
    for key, weights in open_catalog(plan.out).load(name).state_dict().items():
        torch.testing.assert_close(weights, trained[key], rtol=0, atol=0)


def test_a_training_by_steps_ends_after_so_many_whatever_the_clock_says(plan):
    progress = list(train.train(dataclasses.replace(plan, minutes=None, steps=5)))
    assert [line.step for line in progress] == [1, 2, 3, 4, 5, 5]
    assert [line.fraction for line in progress[:5]] == [0.2, 0.4, 0.6, 0.8, 1.0]
    assert progress[0].eta_s > progress[3].eta_s > progress[4].eta_s == 0


def test_a_finished_training_resumes_with_another_cycle(plan):
    short = dataclasses.replace(plan, minutes=0.2)
    last = list(train.train(short))[-1].step
    again = list(train.train(dataclasses.replace(short, resume=True)))
    assert again[0].step == last + 1
    assert again[0].fraction < 0.2


def test_a_training_starts_from_given_weights(plan, tmp_path):
    short = dataclasses.replace(plan, minutes=0.1)
    list(train.train(short))
    trained = open_catalog(plan.out).denoiser().state_dict()
    onward = dataclasses.replace(short, start_from=plan.out, out=tmp_path / "onward")
    running = train.train(dataclasses.replace(onward, learning_rate=1e-12))
    next(running)
    running.close()
    saved = torch.load(onward.place.checkpoint, weights_only=True)["network"]
    for key, value in trained.items():
        torch.testing.assert_close(saved[key], value)


def test_every_set_of_weights_starts_from_a_single_one(plan, tmp_path):
    single = dataclasses.replace(TINY, arguments=TINY.arguments | {"levels": [25]})
    list(train.train(dataclasses.replace(plan, recipe=single, minutes=None, steps=1)))
    onward = dataclasses.replace(plan, start_from=plan.out, out=tmp_path / "onward", keep=0.5)
    list(train.train(dataclasses.replace(onward, minutes=None, steps=1, learning_rate=1e-12)))
    result = open_catalog(onward.out).denoiser().state_dict()
    for key, value in open_catalog(plan.out).denoiser().state_dict().items():
        for number in "01":
            torch.testing.assert_close(result[key.replace("sets.0", f"sets.{number}")], value)


def test_the_learning_rate_falls_from_the_start(plan, monkeypatch):
    rates = []
    monkeypatch.setattr(Muon, "step", lambda muon: rates.append(muon.param_groups[0]["lr"]))
    recipe = dataclasses.replace(TINY, warmup_steps=1)
    list(train.train(dataclasses.replace(plan, recipe=recipe, minutes=None, steps=20)))
    assert rates[0] == recipe.learning_rate
    assert all(later < earlier for earlier, later in itertools.pairwise(rates))
    assert rates[10] == pytest.approx(recipe.learning_rate / 2, rel=0.01)
    assert rates[-1] < 0.05 * recipe.learning_rate


def test_a_share_of_given_weights_is_kept(plan, tmp_path):
    list(train.train(dataclasses.replace(plan, minutes=None, steps=3)))
    onward = dataclasses.replace(plan, minutes=None, steps=3, start_from=plan.out)
    results = []
    for keep in (0, 0.125):
        out = tmp_path / f"keep {keep}"
        list(train.train(dataclasses.replace(onward, keep=keep, out=out)))
        results.append(open_catalog(out).denoiser().state_dict())
    for key, before in open_catalog(plan.out).denoiser().state_dict().items():
        torch.testing.assert_close(results[1][key], 0.875 * results[0][key] + 0.125 * before)
    assert "12.5%" in open_catalog(tmp_path / "keep 0.125").entry("denoiser").degradations


def test_an_interrupted_training_keeps_that_share_too(plan, tmp_path):
    """Without being told it, or the weights, a second time."""
    list(train.train(dataclasses.replace(plan, minutes=None, steps=3)))
    onward = dataclasses.replace(plan, minutes=None, steps=4, start_from=plan.out, keep=0.5)
    straight = dataclasses.replace(onward, out=tmp_path / "straight")
    cut = dataclasses.replace(onward, out=tmp_path / "cut")
    list(train.train(straight))
    steps(cut, 2)
    list(train.train(dataclasses.replace(cut, resume=True, start_from=None, keep=0)))
    expected, entry = (open_catalog(each.out).entry("denoiser") for each in (straight, cut))
    assert entry.sha256 == expected.sha256
    assert entry.degradations == expected.degradations
    assert "50%" in entry.degradations


def test_the_next_cycle_goes_on_from_the_mean(plan, tmp_path):
    recipe = dataclasses.replace(TINY, warmup_steps=1, learning_rate_end=0, ema_decay=0)
    start = dataclasses.replace(plan, recipe=recipe, minutes=None, steps=3)
    list(train.train(start))
    first = dataclasses.replace(start, start_from=plan.out, keep=0.5, out=tmp_path / "onward")
    list(train.train(first))
    mean = open_catalog(first.out).denoiser().state_dict()
    onward = dataclasses.replace(first, resume=True, start_from=None, keep=0, learning_rate=1e-12)
    list(train.train(onward))
    for key, weights in open_catalog(first.out).denoiser().state_dict().items():
        torch.testing.assert_close(weights, mean[key])


def test_what_is_reported_is_what_is_exported(plan, tmp_path):
    """Also where a share of the given weights is mixed in at the end."""
    list(train.train(dataclasses.replace(plan, minutes=None, steps=3)))
    onward = dataclasses.replace(
        plan, minutes=None, steps=3, start_from=plan.out, keep=0.5, out=tmp_path / "onward"
    )
    last = list(train.train(onward))[-1]
    exported = open_catalog(onward.out).denoiser()
    assert last.validation == pytest.approx(train._objective(plan, CPU).validate(exported))


def test_the_card_tells_all_that_the_weights_have_seen(plan, photos, tmp_path):
    other = tmp_path / "other photos"
    shutil.copytree(photos, other)
    first = dataclasses.replace(plan, minutes=None, steps=1, seed=5, provenance="These")
    list(train.train(first))
    resumed = dataclasses.replace(
        first, resume=True, data=(other,), provenance="", seed=6, levels=(5, 15)
    )
    list(train.train(resumed))
    entry = open_catalog(plan.out).entry("denoiser")
    assert entry.trained_on == "These; then other photos"
    assert entry.degradations.startswith(TINY.degradations)
    assert "sigma 5 to 15" in entry.degradations
    assert entry.seed == 5
    onward = dataclasses.replace(first, start_from=plan.out, out=tmp_path / "onward", seed=7)
    list(train.train(onward))
    again = open_catalog(onward.out).entry("denoiser")
    assert again.trained_on == entry.trained_on
    assert again.degradations == entry.degradations
    assert again.seed == 7


def test_what_is_like_something_on_the_card_is_told_too():
    past = checkpoint.Past(1, ("other photos",), ("75% of the mean",))
    assert past.and_then("photos", ["5% of the mean", "75% of the mean"]) == checkpoint.Past(
        1, ("other photos", "photos"), ("75% of the mean", "5% of the mean")
    )


def test_the_card_tells_which_levels_were_learned_most(plan):
    list(train.train(dataclasses.replace(plan, minutes=None, steps=2, levels=(5, 15.5))))
    assert "sigma 5 to 15.5" in open_catalog(plan.out).entry("denoiser").degradations


def test_what_given_weights_have_had_counts(plan, tmp_path):
    list(train.train(dataclasses.replace(plan, minutes=None, steps=40)))
    onward = dataclasses.replace(plan, minutes=None, steps=30, start_from=plan.out)
    had = open_catalog(plan.out).entry("denoiser")
    assert had.hours > 0
    last = list(train.train(dataclasses.replace(onward, out=tmp_path / "onward")))[-1]
    assert last.step == 70
    entry = open_catalog(tmp_path / "onward").entry("denoiser")
    assert entry.steps == 70
    assert entry.hours > had.hours


def test_what_is_trained_turns_with_the_picture(plan):
    first = dataclasses.replace(plan, minutes=None, steps=5)
    list(train.train(first))
    list(train.train(dataclasses.replace(first, resume=True)))
    network = open_catalog(plan.out).denoiser()
    noisy, sigma = torch.rand(1, 3, 64, 64), torch.full((1, 1, 1, 1), 25.0)
    with torch.inference_mode():
        turned = network(torch.rot90(noisy, 1, (2, 3)), sigma)
        torch.testing.assert_close(turned, torch.rot90(network(noisy, sigma), 1, (2, 3)))


def test_the_history_tells_what_the_hours_brought(plan):
    plan.out.mkdir()
    plan.place.history.write_text("of other weights", encoding="utf-8")
    often = dataclasses.replace(plan, minutes=None, steps=3, checkpoint_every_s=-1)
    progress = list(train.train(often))
    text = plan.place.history.read_text(encoding="utf-8")
    head, *lines = text.splitlines()
    assert head == "hours,steps,held_out"
    assert [line.split(",")[1] for line in lines] == ["1", "2", "3", "3"]
    assert float(lines[-1].split(",")[2]) == pytest.approx(progress[-1].validation, abs=1e-3)
    plan.place.checkpoint.unlink()
    with pytest.raises(DataError):
        next(train.train(dataclasses.replace(often, data=(plan.out / "gone",))))
    same_folder = plan.out / ".." / plan.out.name
    list(train.train(dataclasses.replace(often, start_from=same_folder)))
    text = plan.place.history.read_text(encoding="utf-8")
    assert [line.split(",")[1] for line in text.splitlines()[5:]] == ["4", "5", "6", "6"]


def test_a_deblocker_starts_from_a_denoiser_and_then_from_itself(plan, tmp_path):
    list(train.train(dataclasses.replace(plan, minutes=None, steps=3)))
    given = open_catalog(plan.out).denoiser()
    arguments = TINY.arguments | {"levels": [10]}
    recipe = dataclasses.replace(
        TINY, name="deblocker", task="deblock", kin="denoiser", arguments=arguments
    )
    first = dataclasses.replace(
        plan, recipe=recipe, start_from=plan.out, out=tmp_path / "first", minutes=None, steps=1
    )
    network, _, steps_before, hours_before = train._given(first, plan.out)
    assert (steps_before, hours_before) == (0, 0)
    for name, weights in given.weights_at(10).items():
        torch.testing.assert_close(dict(network.sets[0].named_parameters())[name], weights)
    list(train.train(first))
    assert "; began as the denoiser" in open_catalog(first.out).entry("deblocker").degradations
    second = dataclasses.replace(first, start_from=first.out, out=tmp_path / "second", steps=2)
    list(train.train(second))
    assert open_catalog(second.out).entry("deblocker").steps == 3


def test_a_network_with_more_blocks_goes_on_from_one_with_fewer(plan, tmp_path):
    list(train.train(dataclasses.replace(plan, minutes=None, steps=3)))
    widths, blocks = TINY.arguments["widths"], [2 * count for count in TINY.arguments["blocks"]]
    recipe = dataclasses.replace(TINY, arguments=TINY.arguments | {"blocks": blocks})
    onward = dataclasses.replace(
        plan, recipe=recipe, start_from=plan.out, out=tmp_path / "onward", minutes=None, steps=2
    )
    list(train.train(onward))
    entry = open_catalog(onward.out).entry(recipe.name)
    assert (entry.arguments["widths"], entry.arguments["blocks"]) == (widths, blocks)
    assert entry.steps == 5


def test_weights_of_another_network_are_refused(plan, tmp_path):
    list(train.train(dataclasses.replace(plan, minutes=0.1)))
    other = dataclasses.replace(
        plan, recipe=RECIPES["denoiser"], start_from=plan.out, out=tmp_path / "other"
    )
    with pytest.raises(TrainingError, match="another network"):
        next(train.train(other))


def test_an_earlier_training_is_not_overwritten(plan):
    steps(plan, 1)
    with pytest.raises(TrainingError, match="--resume"):
        next(train.train(plan))


def fail_of_a_full_disk(*_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def refuse(path, **_):
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))


def test_a_place_that_takes_no_file_is_told_before_the_photos_are_read(plan, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(TrainingError, match="file is not a folder"):
        next(train.train(dataclasses.replace(plan, out=tmp_path / "file", data=(tmp_path / "x",))))


def test_a_full_disk_is_told_before_the_first_step(plan, monkeypatch):
    monkeypatch.setattr(os, "fsync", fail_of_a_full_disk)
    monkeypatch.setattr(Muon, "step", None)
    with pytest.raises(TrainingError, match="the disk is full"):
        next(train.train(plan))
    assert not list(plan.out.iterdir())


def test_a_disk_that_becomes_full_leaves_the_last_checkpoint(plan, monkeypatch):
    often = dataclasses.replace(plan, minutes=None, steps=4, checkpoint_every_s=-1)
    running = train.train(often)
    next(running), next(running)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fail_of_a_full_disk)
        with pytest.raises(TrainingError, match="--resume"):
            next(running)
    assert {path.name for path in plan.out.iterdir()} == {
        plan.place.checkpoint.name,
        plan.place.history.name,
    }
    resumed = list(train.train(dataclasses.replace(often, resume=True)))
    assert [line.step for line in resumed] == [3, 4, 4]


def test_weights_that_the_disk_does_not_take_are_exported_by_a_resume(plan, monkeypatch):
    short = dataclasses.replace(plan, minutes=None, steps=2)
    with monkeypatch.context() as patched:
        patched.setattr(catalog, "add", fail_of_a_full_disk)
        with pytest.raises(TrainingError, match=r"denoiser\.safetensors cannot be saved"):
            list(train.train(short))
    (last,) = train.train(dataclasses.replace(short, resume=True))
    assert last.step == open_catalog(plan.out).entry("denoiser").steps == 2


@pytest.mark.parametrize("report_every_s", [-1, math.inf])
def test_a_training_that_goes_astray_leaves_the_last_good_checkpoint(plan, report_every_s):
    short = dataclasses.replace(plan, minutes=None, steps=2)
    steps(short, 1)
    astray = dataclasses.replace(short, resume=True, steps=40, learning_rate=1e20)
    with pytest.raises(TrainingError, match="a lower --learning-rate"):
        list(train.train(dataclasses.replace(astray, report_every_s=report_every_s)))
    assert not (plan.out / CATALOG_NAME).exists()
    last = list(train.train(dataclasses.replace(short, resume=True)))[-1]
    assert last.step == 2
    assert math.isfinite(last.loss)


def test_a_history_that_the_disk_does_not_take_is_told(plan):
    plan.place.history.mkdir(parents=True)
    with pytest.raises(TrainingError, match=r"denoiser\.history\.csv"):
        next(train.train(plan))
    often = dataclasses.replace(plan, resume=True, checkpoint_every_s=-1)
    with pytest.raises(TrainingError, match=r"denoiser\.history\.csv"):
        next(train.train(often))


def test_a_catalog_that_takes_no_entry_is_told_before_the_first_step(plan, monkeypatch):
    plan.out.mkdir()
    (plan.out / CATALOG_NAME).write_text("{}")
    monkeypatch.setattr(Muon, "step", None)
    with pytest.raises(WeightsCorrupt):
        next(train.train(plan))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x80\x02N."])
def test_a_damaged_checkpoint_is_named(plan, content):
    plan.out.mkdir()
    plan.place.checkpoint.write_bytes(content)
    with pytest.raises(TrainingError, match=r"denoiser\.checkpoint\.pt is damaged .* Delete it"):
        next(train.train(dataclasses.replace(plan, resume=True)))


def test_a_checkpoint_that_may_not_be_read_is_named(plan, monkeypatch):
    steps(plan, 1)
    monkeypatch.setattr(torch, "load", refuse)
    with pytest.raises(TrainingError, match="may not be read"):
        next(train.train(dataclasses.replace(plan, resume=True)))


def test_weights_to_start_from_that_are_not_there_are_told_before_the_photos_are_read(
    plan, tmp_path
):
    wrong = dataclasses.replace(plan, start_from=tmp_path / "gone", data=(tmp_path / "gone too",))
    with pytest.raises(TrainingError, match=r"gone has no weights of the denoiser.*--from"):
        next(train.train(wrong))


def test_the_card_names_the_folder_of_photos_however_it_was_given(plan, photos, monkeypatch):
    monkeypatch.chdir(photos)
    list(train.train(dataclasses.replace(plan, minutes=None, steps=1, data=(Path(),))))
    assert open_catalog(plan.out).entry("denoiser").trained_on == photos.name


def test_several_models_share_a_folder(plan):
    short = dataclasses.replace(plan, minutes=None, steps=1)
    other = dataclasses.replace(TINY, name="degrainer")
    list(train.train(short))
    list(train.train(dataclasses.replace(short, recipe=other)))
    list(train.train(dataclasses.replace(short, resume=True)))
    shared = open_catalog(plan.out)
    assert [(entry.name, entry.steps) for entry in shared.entries] == [
        ("degrainer", 1),
        ("denoiser", 2),
    ]
    for name in ("denoiser", "degrainer"):
        shared.denoiser(name)


def test_a_checkpoint_from_when_a_folder_held_one_is_resumed(plan):
    short = dataclasses.replace(plan, minutes=None, steps=1)
    other = dataclasses.replace(short, recipe=dataclasses.replace(TINY, name="degrainer"))
    list(train.train(short))
    old = plan.place.checkpoint.rename(plan.out / "checkpoint.pt")
    with pytest.raises(TrainingError, match="no training to resume"):
        next(train.train(dataclasses.replace(other, resume=True)))
    list(train.train(other))
    with pytest.raises(TrainingError, match="earlier training of the denoiser"):
        next(train.train(short))
    assert list(train.train(dataclasses.replace(short, resume=True)))[-1].step == 2
    assert not old.exists()


def test_nothing_to_resume_is_named(plan):
    with pytest.raises(TrainingError, match="no training to resume"):
        next(train.train(dataclasses.replace(plan, resume=True)))


def test_another_models_checkpoint_is_refused(plan):
    steps(plan, 1)
    other = dataclasses.replace(plan, recipe=RECIPES["denoiser"], resume=True)
    with pytest.raises(TrainingError, match="another network"):
        next(train.train(other))


def test_photos_are_found_below_and_bad_ones_are_told(plan, tmp_path):
    (tmp_path / "deep" / "er").mkdir(parents=True)
    for i in range(2):
        PillowImage.fromarray(drawn(130, 130, 1)[..., 0]).save(
            tmp_path / "deep" / "er" / f"{i}.png"
        )
    PillowImage.fromarray(drawn(20, 20)).save(tmp_path / "small.png")
    (tmp_path / "text.jpg").write_text("no picture")
    loaded = data.load((tmp_path,), CPU, 128)
    assert len(loaded.training) + len(loaded.held_out) == 2
    assert all(photo.shape == (3, 130, 130) for photo in loaded.training)
    first, second, *_ = train.train(dataclasses.replace(plan, data=(tmp_path,)))
    assert sorted(sentence.split()[0] for sentence in first.left_out) == ["small.png", "text.jpg"]
    assert not second.left_out


def test_folders_that_may_not_be_read_are_told(photos, tmp_path, monkeypatch):
    shutil.copytree(photos, tmp_path / "photos")
    (tmp_path / "photos" / "locked").mkdir()
    scan = os.scandir
    monkeypatch.setattr(
        os, "scandir", lambda path: refuse(path) if str(path).endswith("locked") else scan(path)
    )
    (sentence,) = data.load((tmp_path / "photos",), CPU, 128).skipped
    assert sentence.endswith("locked cannot be read: Permission denied.")
    with pytest.raises(DataError, match="locked cannot be read: Permission denied"):
        data.load((tmp_path / "photos", tmp_path / "photos" / "locked"), CPU, 128)


def test_too_few_photos_are_told_with_the_reasons(tmp_path):
    PillowImage.fromarray(drawn(20, 20)).save(tmp_path / "small.png")
    with pytest.raises(DataError, match=r"0 usable photos .* small\.png is smaller"):
        data.load((tmp_path,), CPU, 128)


def test_of_many_large_photos_the_middle_is_kept(tmp_path, monkeypatch):
    pixels = drawn(240, 180)
    for name in "ab":
        PillowImage.fromarray(pixels).save(tmp_path / f"{name}.png")
    monkeypatch.setattr(data, "MEMORY_BYTES", 2 * 3 * 120 * 90)
    loaded = data.load((tmp_path,), CPU, 64)
    height, width = pixels.shape[:2]
    middle = pixels[height // 4 : height * 3 // 4, width // 4 : width * 3 // 4]
    assert loaded.skipped == ("Of 2 photos only the middle is used, so that all fit into memory.",)
    for photo in (*loaded.training, *loaded.held_out):
        assert torch.equal(photo, torch.from_numpy(middle).permute(2, 0, 1))
    monkeypatch.setattr(data, "MEMORY_BYTES", 0)
    assert data.load((tmp_path,), CPU, 64).held_out[0].shape == (3, 64, 64)


@pytest.mark.parametrize("name", PHOTO_RECIPES)
def test_the_smallest_photos_that_are_taken_can_be_trained_on(plan, name, tmp_path):
    recipe = RECIPES[name]
    side = recipe.largest_patch_px
    for i, extra in enumerate((0, 7)):
        PillowImage.fromarray(drawn(side, side + extra)).save(tmp_path / f"{i}.png")
    recipe = dataclasses.replace(recipe, phases=(Phase(1.0, 1, side),))
    objective = train._objective(dataclasses.replace(plan, recipe=recipe, data=(tmp_path,)), CPU)
    network = train.build(recipe)
    generator = torch.Generator().manual_seed(0)
    assert objective.loss(network, recipe.phases[0], 0.0, generator).value > 0
    with torch.inference_mode():
        assert math.isfinite(objective.validate(network))


def test_held_out_photos_are_not_trained_on(photos):
    loaded = data.load((photos,), CPU, 128)
    assert len(loaded.held_out) == 1
    assert not any(torch.equal(loaded.held_out[0], photo) for photo in loaded.training)


def test_patches_are_cut_from_the_photos_and_turned(tmp_path):
    """Each place of a picture has its own colour, so a patch tells where and how it was cut."""
    rows, columns = np.mgrid[:128, :128].astype(np.uint8)
    for name in "ab":
        places = np.stack([rows, columns, np.zeros_like(rows)], axis=2)
        PillowImage.fromarray(places).save(tmp_path / f"{name}.png")
    loaded = data.load((tmp_path,), CPU, 128)
    ways = set()
    for patch in loaded.patches(200, 4, torch.Generator().manual_seed(0)):
        row, column = (patch[:2] * 255).round().int()
        down, right = row[1, 0] - row[0, 0], column[1, 0] - column[0, 0]
        across, below = row[0, 1] - row[0, 0], column[0, 1] - column[0, 0]
        ways.add((int(down), int(across), int(right), int(below)))
        assert row.max() - row.min() == column.max() - column.min() == 3
        assert patch[2].max() == 0
    straight = {(down, 0, 0, below) for down in (1, -1) for below in (1, -1)}
    swapped = {(0, across, right, 0) for across in (1, -1) for right in (1, -1)}
    assert ways == straight | swapped


@pytest.mark.parametrize(("shares", "bright"), [(None, 0.25), ((1, 3), 0.75), ((1, 1), 0.5)])
def test_patches_come_from_the_folders_as_often_as_is_said(tmp_path, shares, bright):
    for folder, level, count in (("dark", 50, 7), ("bright", 200, 2)):
        (tmp_path / folder).mkdir()
        for i in range(count):
            flat = np.full((128, 128, 3), level, np.uint8)
            PillowImage.fromarray(flat).save(tmp_path / folder / f"{i}.png")
    folders = (tmp_path / "dark", tmp_path / "bright")
    loaded = data.load(folders, CPU, 128, shares)
    patches = loaded.patches(2000, 2, torch.Generator().manual_seed(0))
    assert float((patches.mean(dim=(1, 2, 3)) > 0.5).float().mean()) == pytest.approx(
        bright, abs=0.04
    )


def test_a_share_of_nothing_is_refused(photos, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="empty has no photo"):
        data.load((photos, tmp_path / "empty"), CPU, 128, (1, 1))


@pytest.mark.parametrize("counts", [(1, 3), (1, 62), (60, 1, 2), (1, 1, 2)])
def test_a_folder_with_a_share_keeps_a_photo_to_train_on(tmp_path, counts):
    """Each folder's photos have a grey of their own."""
    folders = [tmp_path / str(number) for number in range(len(counts))]
    for number, (folder, count) in enumerate(zip(folders, counts, strict=True)):
        folder.mkdir()
        for i in range(count):
            PillowImage.new("L", (128, 128), number).save(folder / f"{i}.png")
    loaded = data.load(folders, CPU, 128, (1,) * len(counts))
    assert {int(photo[0, 0, 0]) for photo in loaded.training} == set(range(len(counts)))
    assert len(loaded.held_out) == math.ceil(sum(counts) / data.HELD_OUT_EVERY)
    assert len(loaded.held_out) + len(loaded.training) == sum(counts)


def test_folders_with_shares_of_one_photo_each_want_another(photos, tmp_path):
    for folder in "ab":
        (tmp_path / folder).mkdir()
        shutil.copy(photos / "0.png", tmp_path / folder)
    folders = (tmp_path / "a", tmp_path / "b")
    with pytest.raises(DataError, match="Add another"):
        data.load(folders, CPU, 128, (1, 1))
    assert len(data.load(folders, CPU, 128).training) == 1


def test_a_folder_that_is_none_is_named(tmp_path):
    with pytest.raises(DataError, match="not a folder"):
        data.load((tmp_path / "gone",), CPU, 128)
