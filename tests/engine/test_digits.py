import subprocess
import sys

import numpy as np
import pytest

from restorer.engine import digitmap
from restorer.engine.digits import DigitPress
from restorer.errors import ModelUnknown


@pytest.mark.parametrize("name", ["vae", "vae-dense", "autoencoder"])
def test_the_same_point_always_gives_the_same_digit(tiny_digit_weights, name):
    codes = digitmap.random_codes(5, 1)
    drawn = DigitPress.open(tiny_digit_weights, name).draw(codes)
    again = DigitPress.open(tiny_digit_weights, name).draw(codes)
    assert drawn.shape == (5, 28, 28)
    assert drawn.dtype == np.uint8
    assert np.array_equal(drawn, again)


def test_a_digit_is_drawn_alike_alone_and_among_many(tiny_digit_weights):
    press = DigitPress.open(tiny_digit_weights)
    codes = digitmap.random_codes(1200, 2)  # more than one batch
    together = press.draw(codes)
    for i in (0, 511, 512, 1199):
        alone = press.draw(codes[i : i + 1])
        assert np.abs(together[i].astype(int) - alone[0]).max() <= 1  # float32 sums in other order


def test_a_posterior_has_a_place_and_a_doubt_and_a_plain_code_only_a_place(tiny_digit_weights):
    digits = np.random.default_rng(0).random((3, 28, 28), np.float32)
    located = DigitPress.open(tiny_digit_weights).locate(digits)
    assert located.codes.shape == located.sigmas.shape == (3, 2)
    assert located.sigmas.min() > 0
    plain = DigitPress.open(tiny_digit_weights, "autoencoder").locate(digits)
    assert plain.codes.shape == (3, 2)
    assert plain.sigmas is None


def test_the_conditional_model_wants_labels_and_the_others_do_not(tiny_digit_weights):
    codes = np.zeros((2, 2), np.float32)
    conditional = DigitPress.open(tiny_digit_weights, "cvae")
    three, eight = conditional.draw(codes, [3, 8])
    assert not np.array_equal(three, eight)
    assert conditional.locate(np.zeros((2, 28, 28), np.float32), [3, 8]).codes.shape == (2, 2)
    with pytest.raises(ValueError, match="wants to be told"):
        conditional.draw(codes)
    for name in ("vae", "autoencoder"):
        with pytest.raises(ValueError, match="cannot be told"):
            DigitPress.open(tiny_digit_weights, name).locate(np.zeros((1, 28, 28)), [1])


def test_nothing_asked_is_nothing_drawn(tiny_digit_weights):
    press = DigitPress.open(tiny_digit_weights)
    assert press.draw(np.zeros((0, 2), np.float32)).shape == (0, 28, 28)
    assert press.locate(np.zeros((0, 28, 28), np.float32)).codes.shape == (0, 2)


def test_a_model_of_photos_draws_no_digits(tiny_weights):
    with pytest.raises(ModelUnknown, match="no model of digits 'denoiser'"):
        DigitPress.open(tiny_weights, "denoiser")


def test_the_map_and_the_pictures_load_no_torch():
    code = (
        "import restorer.engine.digitmap, restorer.engine.digitpicture, restorer.engine.digitfile\n"
        "import sys; assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
