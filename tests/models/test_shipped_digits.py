"""What the shipped models of digits promise, by their measured figures and by drawing."""

import numpy as np
import pytest

from restorer.engine import digitmap
from restorer.engine.digitpicture import prepared
from restorer.engine.digits import DigitPress
from restorer.engine.image import Image
from restorer.models.catalog import open_catalog
from restorer.settings import weights_dir
from tests.conftest import drawn_digit

NAMES = ["autoencoder", "cvae", "vae", "vae-dense"]


def known(name):
    folder = weights_dir()
    return digitmap.load_known(folder, name, digitmap.weights_hash(folder, name))


def figures(name):
    measured = open_catalog(weights_dir()).entry(name).figures
    return measured["mnist, test digits"], measured["digits of its own"]


def test_every_model_knows_where_the_test_digits_lie():
    assert open_catalog(weights_dir()).digit_models() == NAMES
    for name in NAMES:
        digits = known(name)
        assert digits.codes.shape == (10_000, 2)
        assert np.bincount(digits.labels).tolist() == [
            980,
            1135,
            1032,
            1010,
            982,
            892,
            958,
            1028,
            974,
            1009,
        ]
    assert (weights_dir() / digitmap.CODES_NAME).stat().st_size < 200_000


def test_the_bound_is_better_by_convolutions_and_better_still_by_labels():
    dense, conv, conditional = (figures(name)[0]["elbo"] for name in ("vae-dense", "vae", "cvae"))
    assert conv >= dense + 5
    assert conditional > conv


def test_digits_asked_for_by_class_are_read_as_that_class():
    read = figures("cvae")[1]
    assert read["classifier_accuracy"] > 0.99
    assert read["read_as_asked"] >= 0.98


def test_random_codes_of_the_plain_autoencoder_do_clearly_worse():
    plain, vae = figures("autoencoder")[1], figures("vae")[1]
    assert vae["random_samples_over_0.9_confidence"] >= 0.9
    assert (
        plain["random_samples_over_0.9_confidence"]
        < vae["random_samples_over_0.9_confidence"] - 0.2
    )
    assert (
        plain["samples_near_codes_over_0.9_confidence"]
        < vae["samples_near_codes_over_0.9_confidence"] - 0.1
    )


@pytest.mark.parametrize("name", ["vae", "cvae", "vae-dense"])
def test_the_maps_of_the_variational_models_are_as_wide_as_their_prior(name):
    codes = known(name).codes
    assert np.abs(codes.mean(axis=0)).max() < 0.35
    assert np.all((codes.std(axis=0) > 0.75) & (codes.std(axis=0) < 1.4))


def test_printed_digits_lie_among_their_handwritten_kind():
    digits, press = known("vae"), DigitPress.open(weights_dir())
    right = 0
    for digit in range(10):
        seen = prepared(Image(255 - drawn_digit(digit, 22)[..., None]))
        (code,) = press.locate(seen[None]).codes
        nearest = np.argsort(np.square(digits.codes - code).sum(axis=1))[:15]
        right += np.bincount(digits.labels[nearest], minlength=10).argmax() == digit
    assert right >= 6


def test_a_label_draws_another_digit_in_the_same_style():
    press = DigitPress.open(weights_dir(), "cvae")
    drawn = press.draw(np.zeros((10, 2), np.float32), range(10)).astype(int)
    for digit in range(10):
        others = np.abs(drawn - drawn[digit]).mean(axis=(1, 2))
        assert sorted(others)[1] > 8  # 8-bit levels, to the nearest other digit
