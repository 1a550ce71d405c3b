import numpy as np
import pytest
import torch
from torch.nn import functional

from restorer.benchmark.scene import draw_scene
from restorer.models.catalog import open_catalog
from restorer.models.coarse_grain import CoarseGrainDenoiser
from restorer.models.denoiser import Denoiser
from restorer.settings import weights_dir
from tests.conftest import TINY


@pytest.fixture(scope="module")
def shipped():
    return open_catalog(weights_dir()).denoiser("degrainer")


@pytest.fixture(scope="module")
def scene():
    """A part of the drawn scene, (1, 3, 384, 512) in [0, 1]."""
    part = np.asarray(draw_scene())[:384, :512].copy()
    return torch.from_numpy(part).permute(2, 0, 1)[None].float() / 255


def level(sigma):
    return torch.full((1, 1, 1, 1), float(sigma))


def grain(shape, coarseness_px, rms):
    """Noise that is white in a picture so many times smaller; `rms` in 8-bit levels."""
    small = (shape[0], shape[1], shape[2] // coarseness_px, shape[3] // coarseness_px)
    noise = torch.randn(small, generator=torch.Generator().manual_seed(1))
    noise = functional.interpolate(noise, size=shape[2:], mode="bicubic")
    return noise * (rms / 255 / noise.std())


def camera_grain(shape):
    """Fine in luma, blotches in colour."""
    blotches = grain(shape, coarseness_px=6, rms=4)
    return grain(shape, coarseness_px=2, rms=3) + blotches - blotches.mean(dim=1, keepdim=True)


def error(picture, clean):
    return 255 * float((picture - clean).square().mean().sqrt())


@torch.inference_mode()
def test_it_removes_more_of_a_cameras_grain_than_the_denoiser_at_its_best(shipped, scene):
    noisy = scene + camera_grain(scene.shape)
    several = CoarseGrainDenoiser(shipped)
    alone = min(error(shipped(noisy, level(sigma)), scene) for sigma in (6, 8, 10, 12))
    together = min(error(several(noisy, level(sigma)), scene) for sigma in (6, 8, 10, 12))
    assert together < 0.95 * alone < 0.95 * error(noisy, scene)


@torch.inference_mode()
def test_a_part_is_what_the_whole_picture_has_there():
    torch.manual_seed(0)
    network = CoarseGrainDenoiser(Denoiser(**TINY))
    side = 4 * network.halo // network.stride * network.stride
    noisy = torch.rand(1, 3, side, side)
    whole = network(noisy, level(20))
    middle = slice(side // 2 - 64, side // 2 + 32)
    part = network(noisy, level(20), middle, slice(None))
    torch.testing.assert_close(part, whole[:, :, middle], rtol=0, atol=1e-5)


def test_no_pixel_further_than_the_halo_counts():
    torch.manual_seed(0)
    network = CoarseGrainDenoiser(Denoiser(**TINY).requires_grad_(False))
    side = (2 * network.halo // network.stride + 3) * network.stride
    at = side // 2 // network.stride * network.stride
    noisy = torch.rand(1, 3, side, side, dtype=torch.float64, requires_grad=True)
    network.double()(noisy, level(20).double())[0, :, at, at].sum().backward()
    touched = torch.nonzero(noisy.grad.abs().sum(dim=(0, 1)))
    assert int((touched - at).abs().max()) <= network.halo


@torch.inference_mode()
def test_a_grey_picture_stays_grey(shipped, scene):
    grey = (scene + grain(scene.shape, 4, rms=8)).mean(dim=1, keepdim=True).expand(-1, 3, -1, -1)
    restored = CoarseGrainDenoiser(shipped)(grey.contiguous(), level(12))
    assert float(np.ptp(restored.numpy(), axis=1).max()) < 0.02
