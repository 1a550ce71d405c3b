import errno
import os

import numpy as np
import pytest

from restorer.engine.pyramid import PixelFile, Pyramid, level_for
from restorer.engine.tiling import Box
from tests.conftest import drawn


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("size", [(1, 1), (257, 90), (700, 301)])
@pytest.mark.parametrize("channels", [1, 3])
def test_each_level_is_the_mean_of_two_by_two(tmp_path, size, channels, dtype):
    width, height = size
    samples = drawn(width, height, channels).astype(dtype)
    pyramid = Pyramid.create(PixelFile(tmp_path / "p", samples.shape, np.dtype(dtype).name))
    pyramid.full[:] = samples
    pyramid.update(Box(0, 0, width, height))
    assert max(pyramid.levels[-1].shape[:2]) <= 256
    for larger, smaller in zip(pyramid.levels, pyramid.levels[1:], strict=False):
        rows, columns = larger.shape[0] // 2, larger.shape[1] // 2
        even = larger[: 2 * rows, : 2 * columns].astype(float)
        mean = even.reshape(rows, 2, columns, 2, channels).mean(axis=(1, 3))
        np.testing.assert_allclose(smaller[:rows, :columns], mean, atol=0.51)


def test_tile_by_tile_gives_what_the_whole_gives(tmp_path):
    samples = drawn(700, 500)
    file = PixelFile(tmp_path / "p", samples.shape, "uint8")
    pyramid = Pyramid.create(file)
    for top in range(0, 500, 120):
        for left in range(0, 700, 200):
            box = Box(left, top, min(200, 700 - left), min(120, 500 - top))
            pyramid.full[box.rows, box.columns] = samples[box.rows, box.columns]
            pyramid.update(box)
    whole = Pyramid.create(PixelFile(tmp_path / "w", samples.shape, "uint8"))
    whole.full[:] = samples
    whole.update(Box(0, 0, 700, 500))
    read_back = Pyramid.open(file)
    for one, other in zip(read_back.levels, whole.levels, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(("zoom", "level"), [(2, 0), (1, 0), (0.6, 0), (0.5, 1), (0.2, 2)])
def test_a_level_is_never_coarser_than_the_screen(zoom, level):
    assert level_for(5, zoom) == level


def test_a_full_disk_is_an_error_and_no_crash(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(OSError, match="No space left"):
        Pyramid.create(PixelFile(tmp_path / "p", (10, 10, 3), "uint8"))
