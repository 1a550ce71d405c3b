import numpy as np
import torch

from restorer.engine.device import Rung
from restorer.engine.ensemble import self_ensemble
from restorer.engine.image import Image
from restorer.engine.restore import Networks, restore

CPU = Rung(torch.device("cpu"), torch.float32)


def test_a_network_that_treats_all_directions_alike_gains_nothing():
    batch = torch.rand(2, 3, 5, 8)
    torch.testing.assert_close(self_ensemble(lambda x: 2 * x, batch), 2 * batch)


def test_what_depends_on_the_direction_averages_out():
    batch = torch.rand(1, 3, 6, 6)
    neighbours = sum(batch.roll(step, axis) for axis in (2, 3) for step in (-1, 1)) / 4
    answer = self_ensemble(lambda x: x.roll(1, 3), batch)
    torch.testing.assert_close(answer, neighbours)


def test_a_network_may_enlarge():
    batch = torch.rand(1, 3, 4, 7)
    answer = self_ensemble(torch.nn.Upsample(scale_factor=3), batch)
    torch.testing.assert_close(answer, torch.nn.Upsample(scale_factor=3)(batch))


def test_a_thorough_result_turns_with_the_picture(tiny_denoiser):
    """One pass does not do that: the network never learned to be the same in all directions."""
    picture = np.random.default_rng(1).random((48, 64, 3), np.float32)

    def run(pixels, thorough):
        out = np.empty_like(pixels)
        networks = Networks(tiny_denoiser, None, thorough)
        list(restore(Image(pixels), networks, out, sigma=20, ladder=[CPU]))
        return out

    turned = np.ascontiguousarray(np.rot90(picture))
    thorough, single = (
        np.abs(np.rot90(run(picture, mode)) - run(turned, mode)).max() for mode in (True, False)
    )
    assert thorough < 1e-5 < single
