import numpy as np
import pytest

from restorer.engine.alpha import unpremultiplied, with_clean_edges
from restorer.engine.image import Image, to_pixels
from restorer.engine.photo import Workshop
from restorer.settings import Settings
from tests.conftest import drawn


def disc(dtype, hidden):
    """A red disc with a soft rim; under full transparency lies the colour `hidden`."""
    y, x = np.mgrid[:64, :64]
    alpha = np.clip(20 - np.hypot(x - 32, y - 32), 0, 1)
    samples = np.zeros((64, 64, 3))
    samples[...] = (0.8, 0.2, 0.2)
    samples[alpha == 0] = hidden
    full = np.iinfo(dtype).max
    return Image(np.rint(samples * full).astype(dtype), np.rint(alpha * full).astype(dtype))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("hidden", [(0, 0, 0), (0, 1, 0), (1, 1, 1)])
def test_what_is_hidden_takes_the_colour_of_what_is_seen(dtype, hidden):
    image = disc(dtype, hidden)
    filled = with_clean_edges(image)
    red = to_pixels(image.samples)[32, 32]
    np.testing.assert_allclose(to_pixels(filled.samples), np.tile(red, (64, 64, 1)), atol=1 / 200)


def test_what_can_be_seen_at_all_stays_as_it_is():
    image = disc(np.uint8, (0, 0, 0))
    seen = image.alpha > 0
    np.testing.assert_array_equal(with_clean_edges(image).samples[seen], image.samples[seen])


@pytest.mark.parametrize("alpha", [None, 255, 0])
def test_nothing_is_done_where_there_is_no_edge(alpha):
    plane = None if alpha is None else np.full((20, 30), alpha, np.uint8)
    image = Image(drawn(30, 20), plane)
    assert with_clean_edges(image) is image


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (7, 1), (2, 3), (65, 33)])
def test_any_size_is_filled(size):
    samples = np.zeros((*size, 3), np.uint8)
    alpha = np.zeros(size, np.uint8)
    samples[0, 0], alpha[0, 0] = 200, 255
    filled = with_clean_edges(Image(samples, alpha)).samples
    assert (filled == 200).all()


@pytest.mark.parametrize("settings", [{"scale": 2}, {"scale": 3}, {"denoise": 20.0}])
def test_the_rim_is_not_darkened_by_what_is_hidden(tiny_weights, settings):
    """Black and white under transparency must give the same picture on any ground."""
    workshop = Workshop.open(
        Settings(**{"denoise": "off", "device": "cpu"} | settings), tiny_weights
    )
    results = []
    for hidden in ((0, 0, 0), (1, 1, 1)):
        result = workshop.restore_image(disc(np.uint8, hidden))
        alpha = to_pixels(result.alpha)[..., None]
        results.append(to_pixels(result.samples) * alpha + (1 - alpha))
    np.testing.assert_allclose(results[0], results[1], atol=1 / 255)


def test_a_copy_keeps_even_what_is_hidden(tiny_weights):
    image = disc(np.uint8, (0, 1, 0))
    workshop = Workshop.open(Settings(denoise="off", device="cpu"), tiny_weights)
    np.testing.assert_array_equal(workshop.restore_image(image).samples, image.samples)


def test_what_alpha_was_multiplied_into_comes_back_rounded_to_nearest():
    alpha = np.array([[0, 1, 3, 40_000, 65_535]], np.uint16)
    product = np.array([[7, 1, 2, 30_000, 12_345]], np.uint16)[..., None]
    exact = [0, 65_535, 43_690, 49_151, 12_345]  # 49_151.25
    np.testing.assert_array_equal(unpremultiplied(product, alpha)[0, :, 0], exact)
