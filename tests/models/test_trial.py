import numpy as np
import pytest
import torch
from torch.nn import functional

from restorer.engine.loaded import Models
from restorer.models.trial import HINTS, hints, softness
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
    """Fine texture in four patches, beside four that are softly uneven."""
    y, x = np.mgrid[:96, :96]
    soft = np.repeat((0.5 + 0.01 * np.sin((x + y) / 2))[None], 4, axis=0)
    both = np.concatenate([soft, white(4, strength=12)])
    alone = softness(patches_of(white(4, strength=12)), degrainer)
    assert softness(patches_of(both), degrainer) == pytest.approx(alone, abs=0.1)


def test_one_flat_colour_has_an_answer(degrainer):
    assert -1 <= softness(torch.full((1, 3, 96, 96), 0.5), degrainer) <= 1


def test_hints_are_as_many_as_they_should_be_for_any_number_of_patches(degrainer):
    for count in (1, 2, 40):
        told = hints(patches_of(white(count)), degrainer)
        assert told.shape == (HINTS,)
        assert told.isfinite().all()


def test_noise_hides_in_busy_places_and_texture_follows_the_picture(degrainer):
    """Waves that fade out over the patch, with noise all over, or with texture that fades too."""
    y, x = np.mgrid[:96, :96]
    fade = x / 96
    waves = 0.5 + 0.2 * fade * np.sin(x / 3) * np.sin(y / 4)
    grain = white(8) - 0.5
    noise = hints(patches_of(waves + 0.5 * grain), degrainer)
    texture = hints(patches_of(waves + fade**2 * grain), degrainer)
    assert noise[-2] < 0.2 < 0.6 < texture[-2]
    assert noise[-1] < 0.2 < 0.6 < texture[-1]


def test_what_brightness_explains_is_told_apart(degrainer):
    """Detail and noise that both grow with the brightness, and nothing else."""
    y, x = np.mgrid[:96, :96]
    brightness = np.linspace(0.2, 0.8, 16)[:, None, None]
    waves = brightness * (1 + 0.2 * np.sin(x / 3) * np.sin(y / 3))
    told = hints(patches_of(waves + 0.6 * brightness * (white(16) - 0.5)), degrainer)
    assert told[-2] > 0.5
    assert abs(told[-1]) < 0.2


def test_a_turned_picture_gets_the_same_hints(degrainer):
    y, x = np.mgrid[:96, :96]
    patches = patches_of(white(3) + 0.1 * np.sin(x / 5 + y / 9))
    expected = hints(patches, degrainer)
    for turned in (patches.flip(2), patches.flip(3), patches.transpose(2, 3)):
        torch.testing.assert_close(hints(turned, degrainer), expected, atol=0.01, rtol=0)
