import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from restorer.engine.tiling import VIEW_TILE_PX, Box, cut, plan, quarter

sides = st.integers(1, 700)


def times_covered(tiles, picture):
    counts = np.zeros((picture.height, picture.width), int)
    for tile in tiles:
        assert tile.area > 0
        counts[tile.rows, tile.columns] += 1
    return counts


def assert_cuts_exactly(tiles, picture, stride):
    assert (times_covered(tiles, picture) == 1).all()
    for tile in tiles:
        assert tile.left % stride == 0
        assert tile.top % stride == 0
        assert tile.right % stride == 0 or tile.right == picture.right
        assert tile.bottom % stride == 0 or tile.bottom == picture.bottom


@given(sides, sides, st.integers(64, 300), st.sampled_from([1, 8]))
def test_cut_covers_each_pixel_once_on_the_stride(width, height, tile_px, stride):
    picture = Box(0, 0, width, height)
    assert_cuts_exactly(cut(picture, tile_px, stride), picture, stride)


@given(sides, sides, st.integers(1, 90_000), st.sampled_from([(0, 1), (9, 1), (72, 8)]))
def test_plan_covers_each_pixel_once_on_the_stride(width, height, max_px, halo_and_stride):
    halo_px, stride = halo_and_stride
    picture = Box(0, 0, width, height)
    tiles = plan(picture, max_px=max_px, halo_px=halo_px, stride=stride, view=None)
    assert_cuts_exactly(tiles, picture, stride)


@given(st.data())
def test_plan_with_a_view_covers_each_pixel_once_on_the_stride(data):
    picture = Box(0, 0, data.draw(sides), data.draw(sides))
    view = Box(
        *(data.draw(st.integers(-100, 700)) for _ in "xy"), data.draw(sides), data.draw(sides)
    )
    tiles = plan(picture, max_px=200_000, halo_px=72, stride=8, view=view)
    assert_cuts_exactly(tiles, picture, 8)


def test_plan_keeps_to_the_memory_it_is_given():
    picture = Box(0, 0, 4000, 3000)
    tiles = plan(picture, max_px=2_000_000, halo_px=72, stride=8, view=None)
    assert max(tile.grow(72, picture).area for tile in tiles) <= 2_000_000


def test_plan_takes_the_whole_picture_if_it_fits():
    picture = Box(0, 0, 1000, 500)
    assert plan(picture, max_px=500_000, halo_px=72, stride=8, view=None) == [picture]


def test_plan_reads_few_pixels_twice_at_twelve_megapixels():
    picture = Box(0, 0, 4000, 3000)
    tiles = plan(picture, max_px=4_000_000, halo_px=72, stride=8, view=None)
    assert sum(tile.grow(72, picture).area for tile in tiles) < 1.12 * picture.area


def test_what_is_looked_at_comes_first_from_its_middle():
    picture, view = Box(0, 0, 4000, 3000), Box(2000, 800, 900, 700)
    tiles = plan(picture, max_px=4_000_000, halo_px=72, stride=8, view=view)
    inside = [tile.intersect(view) is not None for tile in tiles]
    assert inside == sorted(inside, reverse=True)
    assert max(tiles[0].width, tiles[0].height) <= VIEW_TILE_PX + 8
    first = tiles[0]
    assert first.left <= 2450 <= first.right
    assert first.top <= 1150 <= first.bottom


def test_a_view_outside_the_picture_is_no_view():
    picture = Box(0, 0, 800, 600)
    outside = Box(900, 0, 50, 50)
    plans = [
        plan(picture, max_px=100_000, halo_px=8, stride=8, view=view) for view in (None, outside)
    ]
    assert plans[0] == plans[1]


@given(sides, sides, st.sampled_from([1, 8]))
def test_quarters_cover_the_tile(width, height, stride):
    tile = Box(64, 8, width, height)
    counts = times_covered(quarter(tile, stride), Box(0, 0, tile.right, tile.bottom))
    assert (counts[tile.rows, tile.columns] == 1).all()
    assert counts.sum() == tile.area


def test_a_cell_is_not_cut_further():
    assert quarter(Box(8, 8, 8, 8), 8) == [Box(8, 8, 8, 8)]


@pytest.mark.parametrize(
    ("box", "grown"),
    [
        (Box(100, 50, 50, 20), Box(88, 40, 72, 40)),
        (Box(0, 5, 10, 10), Box(0, 0, 24, 32)),
        (Box(190, 95, 10, 5), Box(176, 80, 24, 20)),
    ],
)
def test_grow_reaches_the_halo_on_the_stride_inside_the_picture(box, grown):
    assert box.grow(10, Box(0, 0, 200, 100), 8) == grown
