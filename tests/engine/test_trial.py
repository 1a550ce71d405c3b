import numpy as np
import pytest
import torch
from torch.nn import functional

from restorer.engine.loaded import Models
from restorer.engine.trial import softness
from restorer.settings import weights_dir


@pytest.fixture(scope="module")
def degrainer():
    return Models(weights_dir()).degrainer()


def patches_of(planes):
    return torch.from_numpy(planes.astype(np.float32))[:, None].expand(-1, 3, -1, -1)


def white(count=8, strength=10, side=96):
    random = np.random.default_rng(0)
    return 0.5 + strength / 255 * random.standard_normal((count, side, side))


def test_texture_that_changes_from_pixel_to_pixel_is_sharp(degrainer):
    assert softness(patches_of(white()), degrainer) < 0


def test_what_a_camera_has_blurred_is_soft(degrainer):
    sharp = patches_of(white())
    kernel = torch.tensor([1.0, 2.0, 1.0])
    kernel = (kernel[:, None] * kernel / 16).expand(3, 1, 3, 3)
    blurred = functional.conv2d(sharp, kernel, padding=1, groups=3)
    assert softness(blurred, degrainer) > 0.4


@pytest.mark.parametrize("turn", [(2,), (3,)])
def test_either_direction_counts_alike(degrainer, turn):
    patches = patches_of(white().repeat(2, axis=1)[:, :96] + white())
    turned = patches.transpose(2, 3).flip(turn)
    assert softness(turned, degrainer) == pytest.approx(softness(patches, degrainer), abs=0.01)


def test_the_busiest_places_tell(degrainer):
    """One patch of fine texture among flat ones that are softly uneven."""
    y, x = np.mgrid[:96, :96]
    soft = np.repeat((0.5 + 0.01 * np.sin((x + y) / 2))[None], 4, axis=0)
    both = np.concatenate([soft, white(4, strength=12)])
    alone = softness(patches_of(white(4, strength=12)), degrainer)
    assert softness(patches_of(both), degrainer) == pytest.approx(alone, abs=0.1)


def test_one_flat_colour_has_an_answer(degrainer):
    assert -1 <= softness(torch.full((1, 3, 96, 96), 0.5), degrainer) <= 1
