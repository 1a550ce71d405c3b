import copy

import pytest
import torch
from torch import nn

from restorer.models.denoiser import Denoiser
from restorer.models.upscaler import Upscaler
from restorer.training import muon
from restorer.training.muon import Muon
from restorer.training.symmetry import (
    _GROUP,
    _moved,
    as_matrix,
    blocks,
    end,
    make_symmetric,
    of_blocks,
    tie,
    ties,
)

TURNS = {
    "mirrored": lambda batch: batch.flip(3),
    "upside down": lambda batch: batch.flip(2),
    "a quarter turn": lambda batch: torch.rot90(batch, 1, (2, 3)),
}


class Depthwise(nn.Module):
    def __init__(self):
        super().__init__()
        self.plain = Upscaler(2, width=24, blocks=1)
        self.plain.trunk = nn.Conv2d(24, 24, 3, padding=1, groups=24)

    def forward(self, small):
        return self.plain(small)


def networks():
    torch.manual_seed(0)
    yield Denoiser(widths=(24, 32, 32), blocks=(1, 1, 1)), (torch.full((1, 1, 1, 1), 25.0),)
    levels = (10, 25, 60)
    yield Denoiser((24, 32, 32), (1, 1, 1), levels), (torch.full((1, 1, 1, 1), 40.0),)
    for scale in (2, 3, 4):
        yield Upscaler(scale, width=24, blocks=1), ()
    yield Depthwise(), ()


each_network = pytest.mark.parametrize(
    ("network", "conditions"),
    list(networks()),
    ids=["denoiser", "with sets", "x2", "x3", "x4", "depthwise"],
)


def answers_turn_along(network, *conditions):
    picture = torch.rand(1, 3, 32, 32)
    with torch.no_grad():
        answer = network(picture, *conditions)
        assert (answer - answer.mean()).abs().max() > 1e-3
        return all(
            torch.allclose(network(turn(picture), *conditions), turn(answer), atol=1e-5)
            for turn in TURNS.values()
        )


def learn(network, conditions, optimizer):
    """Gradients for a step."""
    answer = network(torch.rand(1, 3, 32, 32), *conditions)
    optimizer.zero_grad()
    (answer - torch.rand(answer.shape)).square().mean().backward()


def test_of_a_denoisers_sets_only_those_of_the_level_take_a_step():
    torch.manual_seed(0)
    network = Denoiser(widths=(24, 32, 32), blocks=(1, 1, 1), levels=(10, 25, 60))
    make_symmetric(network)
    before = [parameter.detach().clone() for parameter in network.parameters()]
    optimizer = Muon(network, lr=0.01, symmetric=True)
    learn(network, [torch.full((1, 1, 1, 1), 40.0)], optimizer)
    optimizer.step()
    moved = [bool((p != b).any()) for p, b in zip(network.parameters(), before, strict=True)]
    a_set = len(moved) // 3
    assert moved == [False] * a_set + [True] * (2 * a_set)
    for level in (5.0, 18.0, 40.0):
        assert answers_turn_along(network, torch.full((1, 1, 1, 1), level))


@each_network
def test_the_answer_turns_with_the_picture_before_and_after_a_step(network, conditions):
    network = copy.deepcopy(network)
    assert not answers_turn_along(network, *conditions)
    make_symmetric(network)
    assert answers_turn_along(network, *conditions)
    optimizer = Muon(network, lr=0.01, symmetric=True)
    for _ in range(2):
        learn(network, conditions, optimizer)
        before = [parameter.detach().clone() for parameter in network.parameters()]
        optimizer.step()
        moved = [(p != b).any() for p, b in zip(network.parameters(), before, strict=True)]
        assert sum(moved) >= len(moved) * 2 / 3  # of three sets two are used
    assert answers_turn_along(network, *conditions)


@each_network
def test_a_step_is_that_of_the_whole_weights_with_their_gradients_averaged(
    monkeypatch, network, conditions
):
    """The one with an eighth of the numbers and the other with all of them, clipped alike."""
    monkeypatch.setattr(muon, "bfloat16_is_fast", lambda device: False)  # would hide differences
    torch.manual_seed(0)
    network = copy.deepcopy(network)
    make_symmetric(network)
    whole, start = copy.deepcopy(network), copy.deepcopy(network)
    optimizer = Muon(network, lr=0.01, symmetric=True, gradient_norm=0.01)
    expected = Muon(whole, lr=0.01)
    for _ in range(3):
        learn(network, conditions, optimizer)
        for tied, alike in zip(ties(network).items(), whole.parameters(), strict=True):
            parameter, its_tie = tied
            alike.grad = None
            if parameter.grad is not None:
                alike.grad = its_tie.whole(its_tie.numbers(parameter.grad), parameter.shape)
        assert torch.nn.utils.clip_grad_norm_(whole.parameters(), 0.01) > 0.01
        optimizer.step()
        expected.step()
    for new, reference, old in zip(
        network.parameters(), whole.parameters(), start.parameters(), strict=True
    ):
        furthest = float((reference - old).detach().abs().max())
        torch.testing.assert_close(new, reference, rtol=0, atol=2e-3 * furthest + 1e-9)


@each_network
def test_the_numbers_are_the_means_over_all_turns(network, conditions):
    for name, parameter in network.named_parameters():
        its_tie = tie(end(name), tuple(parameter.shape), parameter.device)
        turned = torch.stack([_moved(end(name), parameter.detach(), move) for move in _GROUP])
        numbers = its_tie.numbers(parameter.detach())
        torch.testing.assert_close(
            its_tie.whole(numbers, parameter.shape), turned.mean(dim=0), rtol=0, atol=1e-6
        )
        torch.testing.assert_close(
            its_tie.numbers(its_tie.whole(numbers, parameter.shape)), numbers
        )
        length = (numbers * its_tie.roots).norm()
        torch.testing.assert_close(length, its_tie.whole(numbers, parameter.shape).norm())


@pytest.mark.parametrize("shape", [(32, 32, 3, 3), (32, 24, 2, 2), (48, 24, 1, 1)])
def test_the_blocks_of_a_symmetric_kernel_have_its_singular_values(shape):
    its_tie = tie("", shape, torch.device("cpu"))
    numbers = torch.randn(2, len(its_tie.roots), generator=torch.Generator().manual_seed(0))
    single, double = blocks(numbers, shape[0])
    torch.testing.assert_close(of_blocks(single, double), numbers)
    for i, kernel in enumerate(numbers):
        expected = torch.linalg.svdvals(as_matrix(its_tie.whole(kernel, shape)))
        twice = torch.linalg.svdvals(double[i]).repeat(2)
        found = torch.cat((torch.linalg.svdvals(single[4 * i : 4 * i + 4]).flatten(), twice))
        found = found.sort(descending=True).values
        torch.testing.assert_close(found[: len(expected)], expected, rtol=1e-4, atol=1e-4)


def test_fresh_weights_stay_as_large_as_they_were_drawn():
    torch.manual_seed(0)
    network = Denoiser()
    before = network.sets[0].encoders[2][0].first.weight.std().item()
    make_symmetric(network)
    assert network.sets[0].encoders[2][0].first.weight.std().item() == pytest.approx(
        before, rel=0.05
    )
