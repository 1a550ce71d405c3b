import dataclasses

import pytest
import torch
from torch.nn import functional

from restorer.training import degrade, drawings
from restorer.training.data import Photos
from restorer.training.photo_objective import PhotoObjective
from restorer.training.recipes import RECIPES, Phase

CPU = torch.device("cpu")


@pytest.fixture
def generator():
    return torch.Generator().manual_seed(3)


def test_the_same_seed_draws_the_same_pages():
    one, same, other = (drawings.draw(2, CPU, count=4, seed=seed) for seed in (1, 1, 2))
    assert all(map(torch.equal, one.pages, same.pages))
    assert not any(map(torch.equal, one.pages, other.pages))


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_on_every_other_page_upright_edges_lie_between_pixels_of_the_small_one(scale):
    shares = []
    for page in drawings.draw(scale, CPU, count=32).pages:
        edges = (page[:, :, 1:] != page[:, :, :-1]).any(dim=0).float()  # between columns
        upright = functional.avg_pool2d(edges[None], (16 * scale, 1), stride=1)[0] == 1
        on_grid = (torch.arange(upright.shape[1]) + 1) % scale == 0
        shares.append(float(upright[:, on_grid].sum() / upright.sum().clamp(min=1)))
    snapped, free = (sum(shares[first::2]) / 16 for first in (0, 1))
    assert snapped > 0.8
    assert free < 0.7


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_pages_are_shrunk_cell_by_cell_or_as_photos_are(scale, generator, monkeypatch):
    monkeypatch.setattr(degrade, "FILE_SHARE", 0.0)
    pages = drawings.draw(scale, CPU).patches(32, 16 * scale, generator)
    small = degrade.small_pages(pages, scale, generator)
    assert small.shape == (32, 3, 16, 16)
    means = (functional.avg_pool2d(pages, scale) - small).abs().amax(dim=(1, 2, 3)) < 0.51 / 255
    cubic = (degrade.shrink(pages, scale) - small).abs().amax(dim=(1, 2, 3)) == 0
    assert bool((means | cubic).all())
    assert 0 < int((means & ~cubic).sum()) < 32


def test_half_of_the_pages_are_files(generator):
    pages = drawings.draw(2, CPU).patches(64, 64, generator)
    small = degrade.small_pages(pages, 2, generator)
    sound = torch.stack((functional.avg_pool2d(pages, 2), degrade.shrink(pages, 2)))
    changed = (sound - small).abs().amax(dim=(2, 3, 4)).amin(dim=0) > 2 / 255
    assert 20 <= int(changed.sum()) <= 40


def test_a_sixteenth_of_the_upscalers_patches_is_drawn(generator):
    photo = torch.full((3, 96, 96), 128, dtype=torch.uint8)
    objective = PhotoObjective(
        RECIPES["upscaler-x2"],
        Photos((photo,), (photo,), (), (1.0,)),
        drawings=drawings.draw(2, CPU, count=8),
    )
    targets = [objective._examples(Phase(1.0, 4, 64), generator)[1] for _ in range(100)]
    drawn = sum(int((patch != 128 / 255).any()) for batch in targets for patch in batch)
    assert 12 <= drawn <= 40
    assert all(len(batch) == 4 for batch in targets)
    alone = dataclasses.replace(objective, drawings=None)
    assert bool((alone._examples(Phase(1.0, 4, 64), generator)[1] == 128 / 255).all())
