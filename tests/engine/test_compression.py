import io

import numpy as np
import pytest
from PIL import ExifTags
from PIL import Image as PillowImage

from restorer.benchmark.scene import draw_scene
from restorer.engine import compression, imagefile
from restorer.engine.image import Image, JpegCoding
from restorer.training.jpeg import jpeg_level


@pytest.fixture(scope="module")
def scene():
    """A drawn photo with a little grain, as PIL has it."""
    drawing = np.asarray(draw_scene().crop((100, 50, 740, 530)), np.float64)
    grain = np.random.default_rng(0).normal(0, 4, drawing.shape)
    return PillowImage.fromarray(np.rint(drawing + grain).clip(0, 255).astype(np.uint8))


def saved(picture, quality):
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return file


def compressed(picture, quality):
    return PillowImage.open(saved(picture, quality))


def level(picture):
    """Of the pixels alone."""
    samples = np.asarray(picture)
    image = Image(samples if samples.ndim == 3 else samples[..., None])
    return compression.compression_of(image).level


@pytest.mark.parametrize("quality", [10, 25, 40, 55, 68])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_pixels_tell_how_they_were_compressed(scene, mode, quality):
    found = level(compressed(scene.convert(mode), quality))
    assert found == pytest.approx(jpeg_level(quality), rel=0.05)


@pytest.mark.parametrize("corner", [(1, 0), (3, 5), (7, 7)])
def test_also_after_cropping(scene, corner):
    cropped = compressed(scene, 40).crop((*corner, 500, 400))
    assert level(cropped) == pytest.approx(jpeg_level(40), rel=0.05)


@pytest.mark.parametrize("quality", [30, 50])
def test_also_after_saving_in_higher_quality(scene, quality):
    assert level(compressed(compressed(scene, quality), 95)) == pytest.approx(
        jpeg_level(quality), rel=0.05
    )


@pytest.mark.parametrize("dtype", [np.uint16, np.float32])
def test_in_every_depth(scene, dtype):
    pixels = np.asarray(compressed(scene, 30), np.float64) / 255
    deep = pixels * 65535 if dtype is np.uint16 else pixels
    assert level(deep.astype(dtype)) == pytest.approx(jpeg_level(30), rel=0.05)


def test_what_was_hardly_compressed_has_none(scene):
    assert level(scene) == 0
    assert level(compressed(scene, 75)) == 0
    assert level(compressed(scene, 40).resize((600, 450))) == 0


def pixel_art(levels, side):
    small = np.random.default_rng(0).integers(0, levels, (400 // side, 400 // side))
    return np.kron(small * (255 // (levels - 1)), np.ones((side, side)))


Y, X = np.mgrid[:400, :400]
BAYER = np.kron(np.array([[0, 2], [3, 1]]), np.ones((2, 2))) + 4 * np.tile([[0, 2], [3, 1]], (2, 2))
PATTERNS = {
    "ramp": X // 2,
    "columns": X % 8,
    "stripes": 30 * (X // 8 % 2),
    "checks of 16": 255 * ((X // 16 + Y // 16) % 2),
    "checks of 4": 255 * ((X // 4 + Y // 4) % 2),
    "graph paper": 255 - 200 * ((X % 8 == 0) | (Y % 8 == 0)),
    "tiles": np.tile(np.random.default_rng(0).integers(0, 255, (8, 8)), (50, 50)),
    "dithered": 255 * (16 * np.tile(BAYER, (100, 100)) < X / 2),
    "black and white": pixel_art(2, 2),
    "four greys": pixel_art(4, 4),
    "squares as large as blocks": pixel_art(256, 8),
    "noise": pixel_art(256, 1),
}


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS)
def test_regular_patterns_are_not_taken_for_blocks(pattern):
    assert level(pattern[..., None].astype(np.uint8)) == 0


@pytest.mark.parametrize("size", [(1, 1), (7, 300), (15, 15), (2000, 2)])
def test_pictures_without_blocks_have_none(size):
    random = np.random.default_rng(0).integers(0, 255, (*size, 3), np.uint8)
    assert level(random) == 0


def test_the_stronger_of_two_compressions_counts(scene):
    pixels = np.asarray(compressed(scene, 25))
    for quality in (10, 60):
        steps = PillowImage.open(saved(scene, quality)).quantization
        coding = JpegCoding((tuple(steps[0]),), "4:2:0")
        found = compression.compression_of(Image(pixels, jpeg=coding)).level
        assert found == pytest.approx(max(jpeg_level(25), jpeg_level(quality)), rel=0.05)


@pytest.mark.parametrize(
    ("quality", "expected"), [(90, 1.0), (75, 2.5), (50, 4.9), (20, 12.2), (10, 24.5)]
)
def test_levels_of_libjpegs_qualities(quality, expected):
    assert jpeg_level(quality) == pytest.approx(expected, abs=0.1)


def test_a_table_of_equal_steps_has_the_error_of_rounding():
    """Which is even between -6 and 6: its RMS is 12 by the root of 12."""
    assert compression.table_level((12,) * 64) == pytest.approx(12**0.5)


@pytest.mark.parametrize(("top", "left"), [(0, 0), (3, 5), (1, 6)])
def test_pixels_tell_where_blocks_begin(scene, top, left):
    """Also in the middle of a large picture, which is all that is looked at."""
    large = compressed(scene.resize((1300, 1000)), 40)
    cropped = np.asarray(large)[8 - top :, 8 - left :]
    found = compression.compression_of(Image(cropped))
    assert found.grid == (top, left)


def test_tables_tell_where_blocks_begin(scene):
    coding = JpegCoding(((1,) * 64,), "4:4:4", grid=(5, 2))
    found = compression.compression_of(Image(np.asarray(scene), jpeg=coding))
    assert found.grid == (5, 2)


@pytest.mark.parametrize("turn", range(1, 9))
def test_also_in_a_file_that_is_to_be_turned(scene, tmp_path, turn):
    """Its last blocks are incomplete; turned they come first."""
    exif = PillowImage.Exif()
    exif[ExifTags.Base.Orientation] = turn
    scene.crop((0, 0, 637, 475)).save(tmp_path / "photo.jpg", quality=40, exif=exif)
    image = imagefile.read(tmp_path / "photo.jpg")
    seen = compression.compression_of(Image(image.samples))
    assert image.jpeg.grid == seen.grid
