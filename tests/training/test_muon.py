import pytest
import torch
from torch import nn

from restorer.models.denoiser import Denoiser
from restorer.training import muon
from restorer.training.muon import Muon, orthogonalized
from restorer.training.symmetry import Symmetry, as_matrix


@pytest.mark.parametrize("shape", [(3, 20, 50), (1, 50, 20), (2, 32, 32)])
def test_singular_values_come_near_one(shape):
    matrices = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    values = torch.linalg.svdvals(orthogonalized(matrices))
    assert values.min() > 0.3
    assert values.max() < 1.4


def test_of_symmetric_kernels_each_eighth_row_is_enough(monkeypatch):
    monkeypatch.setattr(muon, "bfloat16_is_fast", lambda device: False)  # would round what is meant
    torch.manual_seed(0)
    network = Denoiser(widths=(24, 32, 32), blocks=(1, 1, 1))
    Symmetry(network).start(network)
    one = network.sets[0]
    for kernel in (one.encode_middle[0].first.weight, one.to_middle.weight):
        matrices = as_matrix(kernel.detach())[None]
        expected = orthogonalized(matrices)
        torch.testing.assert_close(
            orthogonalized(matrices, tuple(kernel.shape)), expected, atol=1e-4, rtol=1e-3
        )


def test_a_step_is_as_large_as_one_of_adam():
    torch.manual_seed(0)
    network = nn.Conv2d(32, 32, 3, bias=False)
    before = network.weight.detach().clone()
    network(torch.randn(2, 32, 8, 8)).square().mean().backward()
    Muon(network, lr=0.01).step()
    step = (network.weight - before).square().mean().sqrt()
    assert 0.5 * 0.2 * 0.01 < step < 1.2 * 0.2 * 0.01


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
