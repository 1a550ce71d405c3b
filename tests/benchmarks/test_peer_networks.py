"""The networks that peers.py times have the papers' parameters and give pictures of their size.

The counts are exact, the published ones rounded, in million: DnCNN 0.67, FFDNet 0.85, DRUNet 32.6,
IMDN 0.694, 0.703 and 0.715, RLFN 0.527 and 0.543, EDSR-baseline 1.37, 1.55 and 1.52, SRVGG 1.2.
"""

import pytest
import torch

from tests.benchmarks.peer_networks import DnCnn, DruNet, Edsr, FfdNet, Imdn, Rlfn, SrVgg

DENOISERS = [(DnCnn, 668_227), (FfdNet, 852_108), (DruNet, 32_640_960)]
UPSCALERS = [
    (Imdn, {2: 694_404, 3: 703_059, 4: 715_176}),
    (Rlfn, {2: 526_856, 4: 543_740}),
    (Edsr, {2: 1_369_859, 3: 1_554_499, 4: 1_517_571}),
    (SrVgg, {4: 1_213_296}),
]


def count(module):
    return sum(parameter.numel() for parameter in module.parameters())


@pytest.mark.parametrize(("network", "parameters"), DENOISERS)
def test_denoisers_have_the_papers_parameters(network, parameters):
    with torch.device("meta"):
        assert count(network()) == parameters


@pytest.mark.parametrize(("network", "parameters"), UPSCALERS)
def test_upscalers_have_the_papers_parameters(network, parameters):
    with torch.device("meta"):
        assert {scale: count(network(scale)) for scale in parameters} == parameters


@pytest.mark.parametrize("network", [network for network, _ in DENOISERS])
def test_a_denoised_picture_has_the_size_of_the_noisy_one(network):
    with torch.device("meta"):
        noisy, sigma = torch.empty(2, 3, 48, 64), torch.empty(2, 1, 1, 1)
        assert network()(noisy, sigma).shape == noisy.shape


@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize("network", [network for network, _ in UPSCALERS])
def test_an_enlarged_picture_is_scale_times_as_large(network, scale):
    with torch.device("meta"):
        enlarged = network(scale)(torch.empty(2, 3, 20, 33))
        assert enlarged.shape == (2, 3, 20 * scale, 33 * scale)
