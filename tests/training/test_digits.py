"""Training the models of digits, on printed ones, and reading MNIST's files."""

import dataclasses
import errno
import gzip
import os
from pathlib import Path

import numpy as np
import pytest
import torch

from restorer.errors import DataError
from restorer.models.catalog import open_catalog
from restorer.training import digit_objective, mnist, train
from restorer.training.plan import Plan
from restorer.training.recipes import RECIPES, Phase
from tests.conftest import drawn_digit, write_idx

TINY = {
    "vae-dense": {"hidden": 32},
    "vae": {"width": 8, "hidden": 32},
    "cvae": {"width": 8, "hidden": 32},
    "autoencoder": {"width": 8, "hidden": 32},
}


def plan_of(name, folder, out, steps):
    recipe = dataclasses.replace(
        RECIPES[name], arguments=TINY[name], phases=(Phase(1.0, 32, 28),), warmup_steps=1
    )
    return Plan(
        recipe=recipe,
        data=(folder,),
        minutes=None,
        steps=steps,
        out=out,
        device="cpu",
        report_every_s=-1,
    )


@pytest.mark.parametrize("name", sorted(TINY))
def test_training_lowers_the_negative_elbo_and_exports_a_catalog(name, mnist_folder, tmp_path):
    plan = plan_of(name, mnist_folder, tmp_path, 60)
    progress = list(train.train(plan))
    losses = [line.loss for line in progress[:-1]]
    assert len(losses) == 60
    assert np.mean(losses[-5:]) < 0.7 * np.mean(losses[:5])
    assert progress[-1].validation < 0
    entry = open_catalog(tmp_path).entry(name)
    assert (entry.steps, entry.seed, entry.scale, entry.degradations) == (60, 1, None, None)
    trained = torch.load(plan.place.checkpoint, weights_only=True)["average"]
    for key, weights in open_catalog(tmp_path).digit_model(name).state_dict().items():
        torch.testing.assert_close(weights, trained[key], rtol=0, atol=0)


def test_the_same_seed_and_steps_give_the_same_weights(mnist_folder, tmp_path):
    written = []
    for out, seed in (("one", 1), ("again", 1), ("other", 2)):
        plan = plan_of("vae", mnist_folder, tmp_path / out, 5)
        list(train.train(dataclasses.replace(plan, seed=seed)))
        written.append(open_catalog(tmp_path / out).entry("vae").sha256)
    assert written[0] == written[1] != written[2]


def test_the_layout_hint_ends_in_time(mnist_folder):
    recipe = dataclasses.replace(RECIPES["vae"], layout_hint=20.0, layout_until=0.5)
    objective = digit_objective.load(recipe, [mnist_folder], torch.device("cpu"))
    torch.manual_seed(0)
    network = train.build(dataclasses.replace(recipe, arguments=TINY["vae"]))

    def loss(fraction):
        generator = torch.Generator().manual_seed(0)
        batch = objective.loss(network, Phase(1.0, 32, 28), fraction, generator)
        return batch.value.item(), batch.reported.item()

    (early, nats), late = loss(0.4), loss(0.6)
    assert early > nats
    assert late == (nats, nats)


def test_codes_are_well_placed_when_each_class_keeps_to_itself():
    labels = torch.tensor([0, 0, 1, 1, 2, 2])
    apart = torch.tensor([[0.0, 0], [0, 0], [3, 0], [3, 0], [0, 3], [0, 3]])
    assert float(digit_objective.misplaced(apart, labels)) < 0.01
    assert float(digit_objective.misplaced(torch.zeros(6, 2), labels)) > 1


def test_held_out_digits_are_not_trained_on(mnist_folder):
    objective = digit_objective.load(RECIPES["vae"], [mnist_folder], torch.device("cpu"))
    every = mnist.load(mnist_folder, "train").images
    assert torch.equal(objective.held_out.images, every[::60])
    rest = torch.stack([image for i, image in enumerate(every) if i % 60])
    assert torch.equal(objective.training.images, rest)


def test_mnist_is_read_as_it_lies(mnist_folder):
    digits = mnist.load(mnist_folder, "test")
    assert digits.images.shape == (60, 1, 28, 28)
    assert digits.images.dtype == torch.uint8
    assert digits.labels[:12].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]


def copied(source, target):
    target.mkdir()
    for path in source.iterdir():
        (target / path.name).write_bytes(path.read_bytes())
    return target


IMAGES = "train-images-idx3-ubyte.gz"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not an IDX file"),
        (b"\x1f\x8b\x08", "cannot be read"),
        (b"no gzip", "cannot be read"),
        (gzip.compress(b""), "not an IDX file"),
        (gzip.compress(bytes((0, 0, 8, 3, 0, 0))), "not an IDX file"),
        (gzip.compress(bytes((0, 0, 13, 1, 0, 0, 0, 1, 5))), "not an IDX file"),
        (gzip.compress(bytes((0, 0, 8, 1, 0, 0, 0, 9, 5))), "not an IDX file"),
    ],
)
def test_a_damaged_file_of_mnist_is_named(mnist_folder, tmp_path, content, why):
    folder = copied(mnist_folder, tmp_path / "mnist")
    (folder / IMAGES).write_bytes(content)
    with pytest.raises(DataError, match=rf"train-images-idx3-ubyte\.gz.*{why}"):
        mnist.load(folder, "train")


def test_a_missing_file_of_mnist_is_named(tmp_path):
    with pytest.raises(DataError, match=r"train-images-idx3-ubyte\.gz is missing"):
        mnist.load(tmp_path, "train")


def test_a_folder_of_mnist_that_is_none_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="Give the folder of MNIST"):
        mnist.load(tmp_path / "file", "train")


def test_a_file_of_mnist_that_may_not_be_read_is_told(mnist_folder, monkeypatch):
    def refuse(path):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(DataError, match=r"\.gz may not be read"):
        mnist.load(mnist_folder, "train")


def test_files_that_do_not_belong_together_are_told(mnist_folder, tmp_path):
    folder = copied(mnist_folder, tmp_path / "mnist")
    write_idx(folder / IMAGES, drawn_digit(3)[None])
    with pytest.raises(DataError, match="does not hold MNIST"):
        mnist.load(folder, "train")


def test_digits_want_one_folder(mnist_folder, tmp_path):
    plan = dataclasses.replace(
        plan_of("vae", mnist_folder, tmp_path, 1), data=(mnist_folder, mnist_folder)
    )
    with pytest.raises(DataError, match="one folder"):
        next(train.train(plan))
