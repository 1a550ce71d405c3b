"""The batch JPEG against Pillow's files."""

import io

import numpy as np
import pytest
import torch
from PIL import Image as PillowImage

from restorer.benchmark.scene import draw_scene
from restorer.engine.compression import table_level
from restorer.models.ycc import rgb_to_ycc, ycc_to_rgb
from restorer.training.degrade import drawn_tables
from restorer.training.jpeg import jpeg, jpeg_by


@pytest.fixture(scope="module")
def crop():
    return draw_scene().crop((96, 288, 352, 480))


def as_batch(picture):
    return torch.from_numpy(np.array(picture)).permute(2, 0, 1)[None].float() / 255


def through_a_file(picture, quality, subsampling):
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality, subsampling=subsampling)
    return as_batch(PillowImage.open(file))


def rms(difference):
    return float(difference.square().mean().sqrt()) * 255


@pytest.mark.parametrize("quality", [30, 60, 85, 95])
@pytest.mark.parametrize("halve_colour", [False, True])
def test_loses_what_a_file_loses(crop, quality, halve_colour):
    clean = as_batch(crop)
    from_file = through_a_file(crop, quality, "4:2:0" if halve_colour else "4:4:4")
    ours = jpeg(clean, torch.full((1, 1, 1, 1), float(quality)), halve_colour)
    # libjpeg rounds to whole levels between the steps, so some coefficients fall to the other side.
    assert rms(ours - from_file) < 0.65 * rms(from_file - clean)
    assert rms(ours - clean) == pytest.approx(rms(from_file - clean), rel=0.12)


def test_each_picture_of_a_batch_has_its_own_quality(crop):
    clean = as_batch(crop)
    batch = jpeg(clean.expand(2, -1, -1, -1), torch.tensor([40.0, 95.0]).view(2, 1, 1, 1), False)
    assert rms(batch[0] - clean[0]) > 2 * rms(batch[1] - clean[0])


def test_the_phase_moves_the_grid_of_blocks():
    ramp = torch.linspace(0.2, 0.8, 64).expand(1, 3, 64, 64)
    coarse = jpeg(ramp, torch.full((1, 1, 1, 1), 5.0), False, (0, 3))
    jumps = (coarse[..., 1:] - coarse[..., :-1]).abs().mean(dim=(0, 1, 2))
    right_columns = torch.arange(1, 64)
    seams = (right_columns + 3) % 8 == 0
    assert float(jumps[seams].mean()) > 2 * float(jumps[~seams].mean())


def test_any_size_comes_back_in_its_size():
    picture = torch.rand(1, 3, 37, 5, generator=torch.Generator().manual_seed(0))
    assert jpeg(picture, torch.full((1, 1, 1, 1), 90.0), True, (15, 1)).shape == picture.shape


def test_the_colour_transform_returns():
    picture = torch.rand(2, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(ycc_to_rgb(rgb_to_ycc(picture)), picture)


def test_any_tables_lose_what_they_lose_in_a_file(crop):
    """Those of Photoshop's "high" are less steep than libjpeg's."""
    file = through_a_file(crop, "high", "4:4:4")
    picture = io.BytesIO()
    crop.save(picture, "JPEG", quality="high")
    tables = PillowImage.open(picture).quantization
    ours = jpeg_by(as_batch(crop), torch.tensor([tables[0], tables[1]]).view(1, 2, 8, 8), False)
    assert rms(ours - file) < 0.65 * rms(file - as_batch(crop))


def test_drawn_tables_are_of_many_strengths_and_shapes():
    tables = drawn_tables(400, torch.Generator().manual_seed(1))
    assert tables.shape == (400, 2, 8, 8)
    assert torch.equal(tables, tables.round())
    levels = [table_level(luma.flatten().int().tolist()) for luma in tables[:, 0]]
    assert np.quantile(levels, (0, 0.25, 0.75, 1)) == pytest.approx((0.3, 1, 4, 6), rel=0.2)
    coarse = tables[:, 0, 0, 0] > 5
    steep = tables[coarse, 0, 7, 7] / tables[coarse, 0, 0, 0]
    assert float(steep.quantile(0.1)) < 3  # of the standard's it is 6.2
    assert float(steep.quantile(0.9)) > 6
