import json

import numpy as np
import pytest
import torch

from restorer.benchmark import digits as benchmark
from restorer.benchmark.reader import Reader, trained_reader
from restorer.cli import run
from restorer.engine.digits import DigitPress
from restorer.models.vae import ConvVAE, elbo
from restorer.training import mnist


@pytest.fixture(scope="module")
def reader(mnist_folder):
    return trained_reader(mnist.load(mnist_folder, "train"), epochs=40)


def test_the_reader_learns_to_read_and_the_same_seed_learns_the_same(mnist_folder, reader):
    digits = mnist.load(mnist_folder, "train")
    assert reader.accuracy(digits) > 0.9
    again = trained_reader(digits, epochs=40)
    for key, value in reader.state_dict().items():
        assert torch.equal(again.state_dict()[key], value)


def test_a_reading_is_the_likeliest_class_and_its_probability(mnist_folder):
    torch.manual_seed(0)
    untrained = Reader().eval()
    drawn = mnist.load(mnist_folder, "test").images[:7, 0].numpy()
    reading = untrained.read(drawn)
    assert reading.digits.shape == reading.confidences.shape == (7,)
    assert np.all((reading.confidences >= 0.1) & (reading.confidences < 0.5))


def test_the_bound_agrees_with_the_models_own(mnist_folder, reader):
    torch.manual_seed(0)
    model = ConvVAE(width=8, hidden=16).eval().requires_grad_(False)
    test = mnist.load(mnist_folder, "test")
    score = benchmark.score("vae", model, test, reader, 0.5)
    generator = torch.Generator().manual_seed(1)
    pictures = test.images.float() / 255
    bounds = [elbo(model, pictures, torch.randn(60, 2, generator=generator)) for _ in range(10)]
    assert score.kl == pytest.approx(float(bounds[0].kl.mean()), rel=1e-5)
    expected = np.mean([float(bound.value.mean()) for bound in bounds])
    assert score.elbo == pytest.approx(expected, abs=1)
    assert score.elbo == pytest.approx(-(score.reconstruction + score.kl))
    assert (score.as_asked, score.reader_accuracy) == (None, 0.5)


def test_codes_are_found_for_every_digit(mnist_folder, tiny_digit_weights):
    test = mnist.load(mnist_folder, "test")
    for name in ("vae", "cvae", "autoencoder"):
        codes = benchmark.codes_of(DigitPress.open(tiny_digit_weights, name), test)
        assert codes.shape == (60, 2)


def test_benchmark_digits_measures_every_model_in_one_go(mnist_folder, tiny_digit_weights, capsys):
    arguments = ["benchmark", "digits", str(mnist_folder), "--weights", str(tiny_digit_weights)]
    assert run([*arguments, "--json"]) == 0
    rows = {row["model"]: row for row in map(json.loads, capsys.readouterr().out.splitlines())}
    assert sorted(rows) == ["autoencoder", "cvae", "vae", "vae-dense"]
    assert rows["autoencoder"]["elbo"] is None
    vae = rows["vae"]
    assert vae["elbo"] == pytest.approx(-(vae["reconstruction"] + vae["kl"]))
    assert 0 <= rows["cvae"]["as_asked"] <= 1
    assert rows["vae"]["as_asked"] is None
    assert min(row["decode_ms"] for row in rows.values()) > 0
    assert run(arguments) == 0
    assert "Davidson et al. 2018" in capsys.readouterr().out


def test_benchmark_digits_without_mnist_says_so(tmp_path, tiny_digit_weights, capsys):
    arguments = ["benchmark", "digits", str(tmp_path), "--weights", str(tiny_digit_weights)]
    assert run(arguments) == 1
    assert "t10k-images-idx3-ubyte.gz is missing" in capsys.readouterr().err
