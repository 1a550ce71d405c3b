import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from restorer.engine import digitmap
from restorer.errors import WeightsCorrupt

coordinate = st.floats(-4, 4, width=32)


def test_the_square_has_its_corners_in_the_corners():
    grid = digitmap.square_grid(5, 3.0)
    assert grid.shape == (5, 5, 2)
    assert grid[0, 0].tolist() == [-3, 3]
    assert grid[0, -1].tolist() == [3, 3]
    assert grid[-1, -1].tolist() == [3, -3]
    assert grid[2, 2].tolist() == [0, 0]
    assert digitmap.square_grid(1).tolist() == [[[0, 0]]]


def test_the_quantile_grid_parts_the_prior_evenly():
    xs = digitmap.quantile_grid(4)[0, :, 0]
    samples = digitmap.random_codes(100_000, seed=0)[:, 0]
    for i, x in enumerate(xs):
        assert np.mean(samples < x) == pytest.approx((i + 0.5) / 4, abs=0.005)


def test_a_path_is_even_and_has_both_ends():
    codes = digitmap.path([(0, 0), (3, 4)], 6)
    assert codes[0].tolist() == [0, 0]
    assert codes[-1].tolist() == [3, 4]
    np.testing.assert_allclose(np.hypot(*np.diff(codes, axis=0).T), 1, rtol=1e-6)


def test_a_path_through_several_points_is_even_over_its_whole_length():
    codes = digitmap.path([(0, 0), (1, 0), (1, 3)], 5)
    assert codes.tolist() == [[0, 0], [1, 0], [1, 1], [1, 2], [1, 3]]


@given(coordinate, coordinate, st.integers(2, 40))
def test_a_path_to_where_it_starts_stays_there(x, y, frames):
    codes = digitmap.path([(x, y), (x, y)], frames)
    assert np.all(codes == np.float32([x, y]))


@pytest.mark.parametrize(("points", "frames"), [([(0, 0)], 5), ([(0, 0), (1, 1)], 1)])
def test_a_path_that_is_none_is_refused(points, frames):
    with pytest.raises(ValueError, match="at least two"):
        digitmap.path(points, frames)


def test_random_codes_are_the_same_for_ever():
    """Users note down seeds: these numbers may never change."""
    expected = [[0.34558418, 0.8216181], [0.33043706, -1.3031572]]
    np.testing.assert_allclose(digitmap.random_codes(2, seed=1), expected, rtol=1e-6)


def test_variations_lie_around_the_digit():
    codes = digitmap.varied((1.0, -2.0), 2000, seed=3, spread=0.2)
    np.testing.assert_allclose(codes.mean(axis=0), [1, -2], atol=0.02)
    np.testing.assert_allclose(codes.std(axis=0), 0.2, atol=0.02)


@pytest.fixture(scope="module")
def known():
    codes = np.concatenate((digitmap.random_codes(1500, 0), np.float32([[5, 5]])))
    return digitmap.KnownDigits.of(codes, np.zeros(len(codes), np.uint8))


def test_the_density_integrates_to_one_and_agrees_on_a_grid(known):
    xs = np.linspace(-7, 7, 71, dtype=np.float32)
    ys = np.linspace(-6, 6, 61, dtype=np.float32)
    points = np.stack(np.meshgrid(xs, ys), axis=-1)
    on_grid = known.density_on(xs, ys)
    assert on_grid.shape == (61, 71)
    np.testing.assert_allclose(on_grid, known.density(points), rtol=1e-6, atol=1e-12)
    assert on_grid.sum() * 0.2**2 == pytest.approx(1, abs=0.01)


def test_where_no_digit_lies_is_a_guess_and_a_digits_own_place_is_no_proof(known):
    points = np.float32([[0, 0], [-5, 4], [5, 5]])
    assert known.is_guess(points).tolist() == [False, True, False]
    assert known.density(points[2:]) == pytest.approx(1 / (len(known.codes) * 2 * np.pi * 0.12**2))


def test_about_two_in_a_hundred_digits_lie_where_it_is_a_guess(known):
    own = 1 / (len(known.codes) * 2 * np.pi * 0.12**2)
    without_itself = known.density(known.codes) - own
    assert np.mean(without_itself < known.least_density) == pytest.approx(0.02, abs=0.002)


def test_codes_come_back_for_the_weights_that_they_were_made_with(tmp_path):
    codes = digitmap.random_codes(300, 5)
    labels = (np.arange(300) % 10).astype(np.uint8)
    digitmap.save_known(tmp_path, {"vae": codes}, {"vae": "abc"}, labels)
    known = digitmap.load_known(tmp_path, "vae", "abc")
    np.testing.assert_allclose(known.codes, codes, atol=2e-3)
    assert np.array_equal(known.labels, labels)
    assert digitmap.load_known(tmp_path, "vae", "other weights") is None
    assert digitmap.load_known(tmp_path, "cvae", "abc") is None
    assert digitmap.load_known(tmp_path / "elsewhere", "vae", "abc") is None


def test_damaged_codes_are_named(tmp_path):
    (tmp_path / digitmap.CODES_NAME).write_bytes(b"no tensors")
    with pytest.raises(WeightsCorrupt, match=r"digit_codes\.safetensors is damaged"):
        digitmap.load_known(tmp_path, "vae", "abc")


def test_the_hash_of_an_unknown_model_is_told(tmp_path):
    (tmp_path / "catalog.json").write_text('{"models": []}')
    with pytest.raises(WeightsCorrupt, match="lacks 'vae'"):
        digitmap.weights_hash(tmp_path, "vae")
