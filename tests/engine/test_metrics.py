import numpy as np
import pytest

from restorer.engine.metrics import crop_border, luma, psnr, ssim
from restorer.errors import ShapeMismatch


@pytest.fixture
def picture():
    return np.random.default_rng(0).random((40, 50, 3), dtype=np.float32)


def test_psnr_of_a_tenth_of_the_range_is_20_db(picture):
    assert psnr(picture + np.float32(0.1), picture) == pytest.approx(20, abs=1e-4)


def test_equal_pictures_have_infinite_psnr_and_ssim_one(picture):
    assert psnr(picture, picture) == float("inf")
    assert ssim(picture, picture) == pytest.approx(1)


def test_psnr_averages_the_error_over_the_channels(picture):
    one_channel = picture.copy()
    one_channel[..., 0] += np.float32(0.1)
    assert psnr(one_channel, picture) == pytest.approx(20 + 10 * np.log10(3), abs=1e-4)


@pytest.mark.parametrize("metric", [psnr, ssim])
def test_different_shapes_are_refused(metric, picture):
    with pytest.raises(ShapeMismatch, match="40, 50, 3"):
        metric(picture, picture[:-1])


def test_ssim_of_a_negative_is_low(picture):
    assert ssim(1 - picture, picture) < 0


def test_ssim_matches_the_definition_in_one_window(picture):
    """An 11 x 11 picture has one window: the formula can be written down."""
    one, other = picture[:11, :11, :1].astype(float), picture[11:22, :11, :1].astype(float)
    taps = np.exp(-0.5 * (np.arange(-5, 6) / 1.5) ** 2)
    weights = np.outer(taps, taps)[..., None] / taps.sum() ** 2
    mean_one, mean_other = (weights * one).sum(), (weights * other).sum()
    var_one = (weights * (one - mean_one) ** 2).sum()
    var_other = (weights * (other - mean_other) ** 2).sum()
    covariance = (weights * (one - mean_one) * (other - mean_other)).sum()
    expected = ((2 * mean_one * mean_other + 1e-4) * (2 * covariance + 9e-4)) / (
        (mean_one**2 + mean_other**2 + 1e-4) * (var_one + var_other + 9e-4)
    )
    assert ssim(one, other) == pytest.approx(expected)


def test_ssim_refuses_a_picture_smaller_than_its_window(picture):
    with pytest.raises(ValueError, match="11 pixels"):
        ssim(picture[:10], picture[:10])


def test_luma_of_black_and_white_spans_the_studio_range():
    ends = np.array([[[0, 0, 0], [1, 1, 1]]], np.float32)
    np.testing.assert_allclose(luma(ends)[0, :, 0], [16 / 255, 235 / 255], atol=1e-6)


def test_luma_takes_grey_for_equal_channels():
    grey = np.full((3, 4, 1), 0.25, np.float32)
    np.testing.assert_array_equal(luma(grey), luma(np.repeat(grey, 3, axis=2)))


def test_crop_border_cuts_every_side(picture):
    np.testing.assert_array_equal(crop_border(picture, 3), picture[3:37, 3:47])
