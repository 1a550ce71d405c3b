import copy

import pytest
import torch

from restorer.models.denoiser import Denoiser
from restorer.models.upscaler import Upscaler
from restorer.training.growth import can_grow, grow
from restorer.training.symmetry import make_symmetric, ties

SMALL = {"widths": [8, 16, 24], "blocks": [1, 1, 1], "levels": [10, 60]}


def denoiser(seed, **other):
    """Its sets differ."""
    torch.manual_seed(seed)
    module = Denoiser(**(SMALL | other))
    for each in module.sets[1:]:
        each.load_state_dict(Denoiser(**(SMALL | other)).sets[0].state_dict())
    make_symmetric(module)
    return module


def answer(module, level):
    picture = torch.rand((1, 3, 16, 16), generator=torch.Generator().manual_seed(1))
    return module(picture, torch.full((1, 1, 1, 1), float(level)))


@pytest.mark.parametrize("blocks", [[1, 1, 1], [1, 2, 4]])
def test_with_more_blocks_it_does_what_the_smaller_does(blocks):
    small, large = denoiser(0), denoiser(1, blocks=blocks)
    assert not torch.allclose(answer(large, 30), answer(small, 30))
    grow(large, small)
    for level in (10, 30, 60):
        torch.testing.assert_close(answer(large, level), answer(small, level))
    for parameter, tied in ties(large).items():
        again = tied.whole(tied.numbers(parameter), parameter.shape)
        torch.testing.assert_close(again, parameter)


def test_new_blocks_can_learn():
    large = denoiser(1, blocks=[2, 1, 1])
    grow(large, denoiser(0))
    answer(large, 10).square().mean().backward()
    added = large.sets[0].encoders[0][1]
    assert added.second.weight.grad.abs().max() > 0
    assert added.first.weight.abs().max() > 0


def test_sets_at_other_levels_get_what_was_mixed_for_them():
    small, large = denoiser(0), denoiser(1, levels=[5, 50, 70])
    before = copy.deepcopy(small.state_dict())
    grow(large, small)
    for level in (5, 50, 70):
        torch.testing.assert_close(answer(large, level), answer(small, level))
    assert not torch.allclose(answer(large, 70), answer(small, 10))
    for name, weights in small.state_dict().items():
        assert torch.equal(weights, before[name])


def test_an_upscaler_grows_before_its_last_convolution():
    torch.manual_seed(0)
    small, large = Upscaler(2, width=8, blocks=1), Upscaler(2, width=8, blocks=3)
    picture = torch.rand(1, 3, 8, 8)
    assert not torch.allclose(large(picture), small(picture))
    grow(large, small)
    torch.testing.assert_close(large(picture), small(picture))


@pytest.mark.parametrize(
    ("other", "grows"),
    [
        ({}, True),
        ({"blocks": [1, 3, 2]}, True),
        ({"levels": [25]}, True),
        ({"blocks": [1, 1, 0]}, False),
        ({"widths": [8, 16, 32]}, False),
        ({"widths": [8, 16, 24, 32], "blocks": [1, 1, 1, 1]}, False),
    ],
)
def test_it_grows_by_blocks_alone(other, grows):
    assert can_grow(SMALL, SMALL | other) is grows


def test_upscalers_grow_at_their_own_scale_and_width():
    small = {"scale": 4, "width": 48, "blocks": 8}
    assert can_grow(small, small | {"blocks": 11})
    assert not can_grow(small, small | {"blocks": 7})
    assert not can_grow(small, small | {"scale": 3, "blocks": 11})
    assert not can_grow({"width": 64}, {"width": 128})  # the estimator has no blocks
