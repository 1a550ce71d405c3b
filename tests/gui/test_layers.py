from dataclasses import replace

import numpy as np
import pytest

from restorer.engine.blend import enlarged, finish
from restorer.engine.image import Image, to_pixels
from restorer.engine.pyramid import PixelFile, Pyramid
from restorer.engine.tiling import Box
from restorer.gui.layers import Layer, Layers, resampled
from restorer.settings import Settings
from restorer.worker.protocol import Photo
from tests.conftest import drawn


def stored(folder, name, samples):
    file = PixelFile(folder / name, samples.shape, str(samples.dtype))
    pyramid = Pyramid.create(file)
    pyramid.full[...] = samples
    pyramid.update(Box(0, 0, samples.shape[1], samples.shape[0]))
    return file


def photo_of(folder, samples, alpha=None):
    return Photo(
        path=folder / "x.png",
        name="x.png",
        pixels=stored(folder, "pixels", samples),
        alpha=None if alpha is None else stored(folder, "alpha", alpha[..., None]),
        rest=Image(samples[:0], format="PNG"),
        unlike_photos=None,
    )


def deep(samples):
    return samples.astype(np.uint16) * 257


@pytest.fixture
def source():
    return drawn(600, 400)


@pytest.fixture
def better(source):
    return np.clip(source.astype(int) + 20, 0, 255).astype(np.uint8)


WHOLE = Box(0, 0, 600, 400)


def test_without_a_result_after_is_before(tmp_path, source):
    layers = Layers(photo_of(tmp_path, source))
    for layer in (Layer.BEFORE, Layer.AFTER):
        np.testing.assert_array_equal(layers.pixels(layer, 0, WHOLE), source)


@pytest.mark.parametrize("deepen", [lambda samples: samples, deep])
def test_finished_parts_replace_what_was_there(tmp_path, source, better, deepen):
    layers = Layers(photo_of(tmp_path, deepen(source)))
    layers.begin(stored(tmp_path, "result", deepen(better)), None, 1)
    layers.finish(Box(100, 50, 200, 100))
    after = layers.pixels(Layer.AFTER, 0, WHOLE)
    expected = source.copy()
    expected[50:150, 100:300] = better[50:150, 100:300]
    np.testing.assert_array_equal(after, expected)
    layers.complete()
    np.testing.assert_array_equal(layers.pixels(Layer.AFTER, 0, WHOLE), better)


def test_the_last_result_stays_until_the_next_one_covers_it(tmp_path, source, better):
    layers = Layers(photo_of(tmp_path, source))
    layers.begin(stored(tmp_path, "first", better), None, 1)
    layers.complete()
    layers.begin(stored(tmp_path, "second", source // 2), None, 1)
    layers.finish(Box(0, 0, 300, 400))
    after = layers.pixels(Layer.AFTER, 0, WHOLE)
    np.testing.assert_array_equal(after[:, :300], source[:, :300] // 2)
    np.testing.assert_array_equal(after[:, 300:], better[:, 300:])


def test_a_result_of_another_size_stays_in_sight_resampled(tmp_path, source, better):
    layers = Layers(photo_of(tmp_path, source))
    layers.begin(stored(tmp_path, "first", better), None, 1)
    layers.complete()
    large = np.zeros((800, 1200, 3), np.uint8)
    layers.begin(stored(tmp_path, "second", large), stored(tmp_path, "cleaned", better), 2)
    np.testing.assert_array_equal(layers.pixels(Layer.AFTER, 1, WHOLE), better)


@pytest.mark.parametrize("deepen", [lambda samples: samples, deep])
def test_before_an_enlargement_is_the_bicubic_one(tmp_path, source, deepen):
    layers = Layers(photo_of(tmp_path, deepen(source)))
    large = np.zeros((1200, 1800, 3), deepen(source).dtype)
    layers.begin(stored(tmp_path, "result", large), stored(tmp_path, "cleaned", source), 3)
    part = Box(300, 200, 256, 256)
    shown = layers.pixels(Layer.BEFORE, 0, part).astype(int)
    expected = np.rint(255 * enlarged(source, part, 3).clip(0, 1)).astype(int)
    assert np.abs(shown - expected).max() <= 1


@pytest.mark.parametrize("scale", [1, 2])
def test_the_blend_that_is_seen_is_the_one_that_is_saved(tmp_path, source, better, scale):
    layers = Layers(photo_of(tmp_path, source))
    result = better.repeat(scale, axis=0).repeat(scale, axis=1)
    cleaned = None if scale == 1 else stored(tmp_path, "cleaned", better)
    layers.begin(stored(tmp_path, "result", result), cleaned, scale)
    layers.complete()
    layers.take(replace(Settings(), keep_grain=0.6, keep_colour_noise=0.2))
    seen = layers.pixels(Layer.AFTER, 0, layers.extent).astype(int)
    saved = finish(
        Image(source),
        result,
        better if scale > 1 else result,
        keep_grain=0.6,
        keep_colour_noise=0.2,
    )
    assert np.abs(seen - saved.astype(int)).max() <= 1


def test_what_was_removed_is_grey_where_nothing_was(tmp_path, source, better):
    layers = Layers(photo_of(tmp_path, source))
    layers.begin(stored(tmp_path, "result", source), None, 1)
    layers.complete()
    assert set(np.unique(layers.pixels(Layer.REMOVED, 0, WHOLE))) == {128}


def test_what_was_removed_is_amplified(tmp_path, source):
    layers = Layers(photo_of(tmp_path, source))
    layers.begin(stored(tmp_path, "result", source - 3), None, 1)
    layers.complete()
    layers.gain = 4
    assert set(np.unique(layers.pixels(Layer.REMOVED, 0, WHOLE))) <= {139, 140}


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_any_part_of_any_level_is_a_part_of_the_whole_level(tmp_path, source, scale, level):
    pyramid = Pyramid.open(stored(tmp_path, "pixels", source))
    height, width = (-(-side * scale // 2**level) for side in source.shape[:2])
    whole = to_pixels(resampled(pyramid, level, Box(0, 0, width, height), scale))
    assert whole.shape == (height, width, 3)
    part = Box(width // 3, height // 4, width // 3, height // 3)
    seen = to_pixels(resampled(pyramid, level, part, scale))
    assert np.abs(seen - whole[part.rows, part.columns]).max() < 0.02


def test_transparency_is_enlarged_along(tmp_path, source):
    alpha = np.full(source.shape[:2], 255, np.uint8)
    alpha[:, :300] = 0
    layers = Layers(photo_of(tmp_path, source, alpha))
    layers.begin(stored(tmp_path, "result", np.zeros((800, 1200, 3), np.uint8)), None, 2)
    shown = layers.alpha(0, layers.extent)
    assert shown.shape == (800, 1200)
    assert shown[400, 100] == 0
    assert shown[400, 1100] == 255


def test_grey_photos_have_one_channel(tmp_path):
    layers = Layers(photo_of(tmp_path, drawn(300, 200, 1)))
    assert layers.pixels(Layer.AFTER, 0, Box(0, 0, 300, 200)).shape == (200, 300, 1)
