import pytest
import torch
from torch import nn

from restorer.models.denoiser import Denoiser
from restorer.models.upscaler import Upscaler
from restorer.training.muon import Muon
from restorer.training.symmetry import Symmetry

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
    for scale in (2, 3, 4):
        yield Upscaler(scale, width=24, blocks=1), ()
    yield Depthwise(), ()


def test_of_a_denoisers_sets_only_those_of_the_level_take_a_step():
    torch.manual_seed(0)
    network = Denoiser(widths=(24, 32, 32), blocks=(1, 1, 1), levels=(10, 25, 60))
    symmetry = Symmetry(network)
    symmetry.start(network)
    before = [parameter.detach().clone() for parameter in network.parameters()]
    answer = network(torch.rand(1, 3, 32, 32), torch.full((1, 1, 1, 1), 40.0))
    answer.square().mean().backward()
    symmetry.keep(network)
    Muon(network, lr=0.01, symmetric=True).step()
    moved = [bool((p != b).any()) for p, b in zip(network.parameters(), before, strict=True)]
    a_set = len(moved) // 3
    assert moved == [False] * a_set + [True] * (2 * a_set)
    for level in (5.0, 18.0, 40.0):
        assert answers_turn_along(network, torch.full((1, 1, 1, 1), level))


def answers_turn_along(network, *conditions):
    picture = torch.rand(1, 3, 32, 32)
    with torch.no_grad():
        answer = network(picture, *conditions)
        assert (answer - answer.mean()).abs().max() > 1e-3
        return all(
            torch.allclose(network(turn(picture), *conditions), turn(answer), atol=1e-5)
            for turn in TURNS.values()
        )


@pytest.mark.parametrize(("network", "conditions"), list(networks()))
def test_the_answer_turns_with_the_picture_before_and_after_a_step(network, conditions):
    assert not answers_turn_along(network, *conditions)
    symmetry = Symmetry(network)
    symmetry.start(network)
    assert answers_turn_along(network, *conditions)
    optimizer = Muon(network, lr=0.01, symmetric=True)
    for _ in range(2):
        answer = network(torch.rand(1, 3, 32, 32), *conditions)
        optimizer.zero_grad()
        (answer - torch.rand(answer.shape)).square().mean().backward()
        symmetry.keep(network)
        before = [parameter.detach().clone() for parameter in network.parameters()]
        optimizer.step()
        assert all((p != b).any() for p, b in zip(network.parameters(), before, strict=True))
    assert answers_turn_along(network, *conditions)


def test_fresh_weights_stay_as_large_as_they_were_drawn():
    torch.manual_seed(0)
    network = Denoiser()
    before = network.sets[0].bottleneck[0].first.weight.std().item()
    Symmetry(network).start(network)
    assert network.sets[0].bottleneck[0].first.weight.std().item() == pytest.approx(
        before, rel=0.05
    )


def test_gradients_that_are_symmetric_stay_what_they_are():
    torch.manual_seed(0)
    network = Upscaler(2, width=16, blocks=1)
    symmetry = Symmetry(network)
    for parameter in network.parameters():
        parameter.grad = torch.randn_like(parameter)
    symmetry.keep(network)
    once = [parameter.grad.clone() for parameter in network.parameters()]
    symmetry.keep(network)
    for parameter, before in zip(network.parameters(), once, strict=True):
        torch.testing.assert_close(parameter.grad, before)
