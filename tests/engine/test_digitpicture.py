import contextlib

import numpy as np
import pytest
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont

from restorer.engine import digitpicture
from restorer.engine.image import Image
from restorer.errors import NoDigit
from tests.conftest import drawn_digit


def page(digit=5, *, paper=230, ink=30, size_px=150, at=(200, 130), noise=0.0):
    """A photographed digit: (300, 400) uint8."""
    canvas = PillowImage.new("L", (400, 300), paper)
    font = ImageFont.load_default(size_px)
    ImageDraw.Draw(canvas).text(at, str(digit), fill=ink, font=font, anchor="mm")
    grain = np.random.default_rng(0).normal(0, noise, (300, 400))
    return np.clip(np.array(canvas) + grain, 0, 255).astype(np.uint8)


def grey(samples):
    return Image(samples[..., None])


def test_a_digit_fits_the_box_with_its_centre_of_mass_in_the_middle():
    seen = digitpicture.prepared(grey(page()))
    assert seen.shape == (28, 28)
    assert seen.dtype == np.float32
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == digitpicture.BOX_PX
    mass = seen.sum()
    assert abs((seen.sum(axis=1) * np.arange(28)).sum() / mass - 14) <= 0.5
    assert abs((seen.sum(axis=0) * np.arange(28)).sum() / mass - 14) <= 0.5
    assert seen.max() == 1


def test_the_place_and_the_size_on_the_page_do_not_matter():
    seen = digitpicture.prepared(grey(page()))
    moved = digitpicture.prepared(grey(page(at=(120, 170))))
    smaller = digitpicture.prepared(grey(page(size_px=100)))
    assert np.abs(seen - moved).mean() < 0.02
    assert np.abs(seen - smaller).mean() < 0.04


def test_either_polarity_and_any_contrast_give_the_same_digit():
    dark_on_light = digitpicture.prepared(grey(page(paper=230, ink=30)))
    light_on_dark = digitpicture.prepared(grey(page(paper=25, ink=225)))
    faint = digitpicture.prepared(grey(page(paper=200, ink=120)))
    np.testing.assert_allclose(light_on_dark, dark_on_light, atol=0.02)
    np.testing.assert_allclose(faint, dark_on_light, atol=0.02)


def test_grain_does_not_move_the_digit():
    clean = digitpicture.prepared(grey(page()))
    grainy = digitpicture.prepared(grey(page(noise=8)))
    assert np.abs(clean - grainy).mean() < 0.03


def test_what_is_already_as_mnist_has_it_stays():
    once = digitpicture.prepared(grey(page(3)))
    again = digitpicture.prepared(grey(digitpicture.to_bytes(once)))
    np.testing.assert_allclose(again, once, atol=0.025)


def test_colour_transparency_and_depth_are_understood():
    expected = digitpicture.prepared(grey(page(paper=255, ink=0)))
    ink = 255 - page(paper=255, ink=0)
    drawn = Image(np.zeros((300, 400, 3), np.uint8), alpha=ink)
    np.testing.assert_allclose(digitpicture.prepared(drawn), expected, atol=0.01)
    deep = Image(page(paper=255, ink=0).astype(np.uint16)[..., None] * 257)
    np.testing.assert_allclose(digitpicture.prepared(deep), expected, atol=0.01)


@pytest.mark.parametrize("shape", [(1, 1), (1, 400), (28, 28), (3, 2)])
def test_an_empty_page_is_told(shape):
    with pytest.raises(NoDigit, match="nothing stands out"):
        digitpicture.prepared(grey(np.full(shape, 200, np.uint8)))


def test_grain_alone_is_no_digit():
    grain = np.random.default_rng(0).normal(128, 4, (100, 100)).astype(np.uint8)
    with pytest.raises(NoDigit):
        digitpicture.prepared(grey(grain))


@pytest.mark.parametrize("shape", [(200, 1), (1, 200), (2, 500), (5, 5)])
def test_a_page_of_any_shape_is_survived(shape):
    samples = np.zeros(shape, np.uint8)
    samples[shape[0] // 2, shape[1] // 2] = 255
    samples[-1, -1] = 255
    with contextlib.suppress(NoDigit):
        assert digitpicture.prepared(grey(samples)).shape == (28, 28)


def test_a_sheet_is_filled_row_by_row():
    digits = np.arange(1, 6, dtype=np.uint8)[:, None, None].repeat(2, 1).repeat(3, 2)
    laid = digitpicture.sheet(digits, 3)
    assert laid.shape == (4, 9)
    assert laid[0].tolist() == [1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert laid[3].tolist() == [4, 4, 4, 5, 5, 5, 0, 0, 0]


def test_enlarging_keeps_the_digit():
    digit = drawn_digit(8)[None]
    assert digitpicture.enlarged(digit, 28) is digit
    large = digitpicture.enlarged(digit, 112)
    assert large.shape == (1, 112, 112)
    back = large.reshape(1, 28, 4, 28, 4).mean(axis=(2, 4))
    assert np.abs(back - digit).mean() < 5


def test_noise_is_as_strong_as_asked_for_and_the_same_each_time():
    picture = np.full((200, 200), 128, np.uint8)
    made = digitpicture.noisy(picture, 20, seed=3)
    assert made.std() == pytest.approx(20, rel=0.05)
    assert made.mean() == pytest.approx(128, abs=1)
    assert np.array_equal(made, digitpicture.noisy(picture, 20, seed=3))
