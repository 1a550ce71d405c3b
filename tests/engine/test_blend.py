import numpy as np
import pytest
from PIL import Image as PillowImage

from restorer.engine.blend import blend, enlarged, finish, resized
from restorer.engine.image import Image, to_pixels
from restorer.engine.loaded import Models
from restorer.engine.restoration import finished
from restorer.engine.tiling import Box
from restorer.settings import Settings
from tests.conftest import drawn


def noisy_and_clean(width=60, height=40, channels=3):
    clean = drawn(width, height, channels)
    noise = np.random.default_rng(1).normal(0, 10, clean.shape)
    noisy = np.clip(clean + noise, 0, 255).astype(np.uint8)
    return to_pixels(noisy), to_pixels(clean)


def test_nothing_kept_is_the_restored_picture_and_all_kept_the_noisy_one():
    noisy, clean = noisy_and_clean()
    removed = noisy - clean
    np.testing.assert_array_equal(blend(clean, removed, keep_grain=0, keep_colour_noise=0), clean)
    whole = blend(clean, removed, keep_grain=1, keep_colour_noise=1)
    np.testing.assert_allclose(whole, noisy, atol=1e-6)


@pytest.mark.parametrize("kept", ["keep_grain", "keep_colour_noise"])
def test_the_more_is_kept_the_further_from_clean(kept):
    noisy, clean = noisy_and_clean()
    amounts = {"keep_grain": 0, "keep_colour_noise": 0}
    distances = [
        np.abs(blend(clean, noisy - clean, **amounts | {kept: share}) - clean).mean()
        for share in (0, 0.25, 0.5, 0.75, 1)
    ]
    assert distances == sorted(distances)
    assert distances[0] == 0 < distances[1]


def test_colour_noise_that_is_kept_leaves_brightness_alone():
    noisy, clean = noisy_and_clean()
    result = blend(clean, noisy - clean, keep_grain=0, keep_colour_noise=0.7)
    luma = np.array([0.299, 0.587, 0.114], np.float32)
    np.testing.assert_allclose(result @ luma, clean @ luma, atol=1e-6)


@pytest.mark.parametrize("box", [Box(0, 0, 180, 120), Box(7, 11, 50, 31), Box(177, 119, 3, 1)])
def test_a_part_of_the_enlargement_is_that_part_of_the_whole(box):
    samples = drawn(60, 40)
    planes = [
        PillowImage.fromarray(to_pixels(samples)[..., c]).resize((180, 120), 3) for c in range(3)
    ]
    whole = np.stack([np.asarray(plane) for plane in planes], axis=-1)
    part = enlarged(samples, box, 3)
    np.testing.assert_allclose(part, whole[box.rows, box.columns], atol=1e-5)


@pytest.mark.parametrize("channels", [1, 3])
def test_finish_leaves_its_input_alone_and_gives_the_wanted_size(channels):
    noisy, clean = noisy_and_clean(channels=channels)
    image = Image((noisy * 255).round().astype(np.uint8))
    restored = (clean * 255).round().astype(np.uint8)
    before = restored.copy()
    result = finish(image, restored, restored, keep_grain=1, keep_colour_noise=1, size=(30, 20))
    np.testing.assert_array_equal(restored, before)
    assert result.shape == (20, 30, channels)
    np.testing.assert_allclose(result, resized(image.samples, (30, 20)), atol=1)


def test_a_wanted_width_decides_the_scale_and_the_final_size(tiny_weights):
    settings = Settings(denoise="off", width=100)
    enlargement = settings.enlargement(60, 40)
    assert (enlargement.scale, enlargement.size) == (2, (100, 67))
    assert Models(tiny_weights).networks(settings, 2).scale == 2
    image = Image(drawn(60, 40), alpha=drawn(60, 40, 1)[..., 0])
    large = np.repeat(np.repeat(image.samples, 2, axis=0), 2, axis=1)
    result = finished(image, large, image.samples, settings)
    assert result.samples.shape == (67, 100, 3)
    assert result.alpha.shape == (67, 100)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"keep_grain": 1.1}, "keep_grain must lie between 0 and 1"),
        ({"width": 0}, "width must be at least 1 pixel"),
        ({"width": 10, "height": 10}, "only one of scale, width and height"),
        ({"width": 10, "scale": 2}, "only one of scale, width and height"),
    ],
)
def test_wrong_settings_are_named(wrong, sentence):
    with pytest.raises(ValueError, match=sentence):
        Settings(**wrong)


def test_more_than_four_times_is_refused():
    with pytest.raises(ValueError, match="more than 4 times the picture's 60 x 40"):
        Settings(width=241).enlargement(60, 40)
