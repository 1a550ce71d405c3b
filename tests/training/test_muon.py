import copy

import pytest
import torch
from torch import nn

from restorer.models.denoiser import Denoiser
from restorer.training import muon
from restorer.training.muon import Muon, orthogonalized, orthogonalized_tied
from restorer.training.symmetry import as_matrix, make_symmetric, tie, ties


@pytest.mark.parametrize("shape", [(3, 20, 50), (1, 50, 20), (2, 32, 32)])
def test_singular_values_come_near_one(shape):
    matrices = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    values = torch.linalg.svdvals(orthogonalized(matrices))
    assert values.min() > 0.3
    assert values.max() < 1.4


@pytest.mark.parametrize("shape", [(32, 32, 3, 3), (32, 24, 2, 2), (48, 24, 1, 1)])
def test_of_symmetric_kernels_the_numbers_are_enough(monkeypatch, shape):
    monkeypatch.setattr(muon, "bfloat16_is_fast", lambda device: False)  # would round what is meant
    its_tie = tie("", shape, torch.device("cpu"))
    numbers = torch.randn(2, len(its_tie.roots), generator=torch.Generator().manual_seed(0))
    whole = torch.stack([as_matrix(its_tie.whole(kernel, shape)) for kernel in numbers])
    found = orthogonalized_tied(numbers, shape[0])
    found = torch.stack([as_matrix(its_tie.whole(kernel, shape)) for kernel in found])
    torch.testing.assert_close(found, orthogonalized(whole), atol=1e-4, rtol=1e-3)


def test_gradients_are_clipped_as_a_whole():
    torch.manual_seed(0)
    one = nn.Sequential(nn.Conv2d(3, 24, 3), nn.ReLU(), nn.Conv2d(24, 24, 3))
    other = copy.deepcopy(one)
    for network, optimizer in (
        (one, Muon(one, lr=0.01, gradient_norm=0.5)),
        (other, Muon(other, lr=0.01)),
    ):
        inputs = torch.rand((2, 3, 8, 8), generator=torch.Generator().manual_seed(1))
        (100 * network(inputs).square().mean()).backward()
        if network is other:
            assert torch.nn.utils.clip_grad_norm_(other.parameters(), 0.5) > 0.5
        optimizer.step()
    for parameter, expected in zip(one.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(parameter, expected)


def test_a_state_of_the_whole_weights_goes_on_as_one_of_their_numbers():
    """Checkpoints of symmetric networks held eight times as much."""
    torch.manual_seed(0)
    network = Denoiser(widths=(24, 32, 32), blocks=(1, 1, 1))
    make_symmetric(network)
    optimizer = Muon(network, lr=0.01, symmetric=True)
    network(torch.rand(1, 3, 16, 16), torch.full((1, 1, 1, 1), 25.0)).square().mean().backward()
    optimizer.step()
    saved = copy.deepcopy(optimizer.state_dict())
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    tied = ties(network)
    for index, state in saved["state"].items():
        for key, value in state.items():
            if key == "step":
                state[key] = torch.tensor(float(value))
            else:
                shape = parameters[index].shape
                state[key] = tied[parameters[index]].whole(value, shape)
    other = copy.deepcopy(network)
    loaded = Muon(other, lr=0.01, symmetric=True)
    loaded.load_state_dict(saved)
    for parameter, alike in zip(network.parameters(), other.parameters(), strict=True):
        alike.grad = parameter.grad.clone()
    optimizer.step()
    loaded.step()
    for parameter, alike in zip(network.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(alike, parameter)


def test_a_step_is_as_large_as_one_of_adam():
    torch.manual_seed(0)
    network = nn.Conv2d(32, 32, 3, bias=False)
    before = network.weight.detach().clone()
    network(torch.randn(2, 32, 8, 8)).square().mean().backward()
    Muon(network, lr=0.01).step()
    step = (network.weight - before).square().mean().sqrt()
    assert 0.5 * 0.2 * 0.01 < step < 1.2 * 0.2 * 0.01


def test_wide_kernels_decay_and_nothing_else():
    torch.manual_seed(0)
    plain = nn.Sequential(nn.Conv2d(3, 24, 3), nn.ReLU(), nn.Conv2d(24, 24, 3))
    decaying = copy.deepcopy(plain)
    wide = plain[2].weight.detach().clone()
    for network, weight_decay in ((plain, 0.0), (decaying, 0.5)):
        optimizer = Muon(network, lr=0.01, weight_decay=weight_decay)
        inputs = torch.rand((2, 3, 8, 8), generator=torch.Generator().manual_seed(1))
        network(inputs).square().mean().backward()
        optimizer.step()
    torch.testing.assert_close(decaying[2].weight, plain[2].weight - 0.005 * wide)
    torch.testing.assert_close(decaying[0].weight, plain[0].weight)
    torch.testing.assert_close(decaying[2].bias, plain[2].bias)


def test_thin_kernels_and_biases_are_trained_too():
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(3, 24, 3), nn.ReLU(), nn.Conv2d(24, 24, 3))
    before = [parameter.detach().clone() for parameter in network.parameters()]
    optimizer = Muon(network, lr=0.01)
    network(torch.randn(2, 3, 8, 8)).square().mean().backward()
    optimizer.step()
    assert all((p != b).any() for p, b in zip(network.parameters(), before, strict=True))


def test_a_network_without_wide_kernels_goes_by_adam_alone():
    network = nn.Linear(4, 1)
    optimizer = Muon(network, lr=0.1)
    inputs = torch.randn(64, 4, generator=torch.Generator().manual_seed(0))
    target = inputs.sum(dim=1, keepdim=True)
    for _ in range(200):
        optimizer.zero_grad()
        loss = (network(inputs) - target).square().mean()
        loss.backward()
        optimizer.step()
    assert loss < 1e-2
