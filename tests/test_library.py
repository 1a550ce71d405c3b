"""The front door, `restorer.restore`, and the settings behind it."""

import numpy as np
import pytest

import restorer
from restorer.benchmark.scene import add_sensor_noise, draw_scene
from restorer.engine.image import Image
from restorer.engine.photo import Workshop
from restorer.engine.pixels import restore_pixels
from restorer.models.coarse_grain import CoarseGrainDenoiser
from restorer.models.denoiser import Denoiser
from restorer.settings import Settings, weights_dir
from tests.conftest import drawn


@pytest.fixture
def pixels():
    return drawn(60, 40).astype(np.float32) / 255


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
@pytest.mark.parametrize("grey", [False, True])
def test_the_result_has_the_shape_times_the_scale(pixels, tiny_weights, scale, grey):
    given = pixels[..., 0] if grey else pixels
    result = restore_pixels(given, Settings(scale=scale), tiny_weights)
    assert result.shape == (40 * scale, 60 * scale, *given.shape[2:])
    assert result.dtype == np.float32


def test_off_returns_the_pixels_even_outside_the_range(pixels):
    wild = pixels * 3 - 1
    np.testing.assert_array_equal(restorer.restore(wild, denoise="off"), wild)


def test_a_strength_of_its_own_changes_the_result(pixels, tiny_weights):
    gentle, strong = (
        restore_pixels(pixels, Settings(denoise=sigma), tiny_weights) for sigma in (2.0, 40.0)
    )
    assert not np.array_equal(gentle, strong)


@pytest.mark.parametrize("denoise", ["auto", 8.0])
def test_the_grain_decides_at_how_many_sizes_a_photo_is_denoised(denoise):
    workshop = Workshop.open(Settings(denoise=denoise), weights_dir())
    clean = draw_scene()
    fine = Image(np.asarray(add_sensor_noise(clean, 12.0)))
    coarse = Image(np.asarray(add_sensor_noise(clean, 5.0, coarseness_px=3)))
    assert isinstance(workshop.restoration(fine).networks.denoiser, Denoiser)
    assert isinstance(workshop.restoration(coarse).networks.denoiser, CoarseGrainDenoiser)


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"denoise": "much"}, "denoise"),
        ({"denoise": 900}, "denoise"),
        ({"denoise": float("nan")}, "denoise"),
        ({"denoise": 10**400}, "denoise"),
        ({"denoise": None}, "denoise"),
        ({"denoise": [5.0]}, "denoise"),
        ({"scale": 5}, "scale"),
        ({"scale": 0}, "scale"),
        ({"scale": 2.0}, "scale"),
        ({"scale": "2"}, "scale"),
        ({"device": "abacus"}, "device"),
        ({"device": None}, "device"),
    ],
)
def test_a_wrong_argument_is_named(pixels, options, word):
    with pytest.raises(ValueError, match=word):
        restorer.restore(pixels, **options)


def test_views_of_arrays_are_pixels_too(pixels):
    for view in (pixels[..., ::-1], pixels[::-1], pixels.swapaxes(0, 1)):
        restored = restorer.restore(view, denoise=10, device="cpu")
        expected = restorer.restore(view.copy(), denoise=10, device="cpu")
        np.testing.assert_array_equal(restored, expected)


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((4, 4, 3), np.uint8),
        np.zeros((4, 4, 4), np.float32),
        np.zeros((0, 4, 3), np.float32),
        np.zeros(4, np.float32),
        np.full((4, 4), np.nan, np.float32),
        [[0.0]],
    ],
)
def test_wrong_pixels_are_named(wrong):
    with pytest.raises(ValueError, match="pixels"):
        restorer.restore(wrong)


def test_settings_travel_as_json():
    settings = Settings(denoise=12.5, scale=3, device="cpu")
    assert Settings.from_json(settings.to_json()) == settings


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Expecting"),
        ("[1]", "not settings"),
        ('{"speed": 9}', "speed"),
        ('{"scale": 7}', "scale"),
    ],
)
def test_settings_from_damaged_json_are_a_value_error(text, words):
    with pytest.raises(ValueError, match=words):
        Settings.from_json(text)
