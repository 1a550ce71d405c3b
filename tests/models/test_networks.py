"""What every network promises: its halo, its stride, its cost, and no global statistics."""

import math

import numpy as np
import pytest
import torch
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from restorer.engine.image import to_pixels
from restorer.models import trial
from restorer.models.catalog import open_catalog
from restorer.models.dct import dct_matrix
from restorer.models.denoiser import Denoiser
from restorer.models.estimator import (
    PATCH_PX,
    Estimator,
    JpegEstimator,
    PictureEstimator,
    has_halved_colour,
)
from restorer.models.upscaler import Upscaler
from restorer.settings import weights_dir
from restorer.training.jpeg import libjpeg_tables
from restorer.training.recipes import RECIPES


def denoise(module, picture):
    return module(picture, torch.full((picture.shape[0], 1, 1, 1), 20.0, dtype=picture.dtype))


def enlarge(module, picture):
    return module(picture)


def reach_px(run, module, size):
    """How far, in input pixels, a changed input pixel is felt in the output: (least, most).

    Taken in float64 from gradients, over each position of the pixel inside a cell of the stride.
    """
    module = module.double()
    reaches = []
    for offset in range(module.stride):
        at = size // 2 // module.stride * module.stride + offset
        picture = torch.rand(1, 3, size, size, dtype=torch.float64, requires_grad=True)
        row = at * module.scale
        run(module, picture)[0, :, row, row].sum().backward()
        touched = torch.nonzero(picture.grad.abs().sum(dim=(0, 1)))
        reaches.append(int((touched - at).abs().max()))
    return min(reaches), max(reaches)


@pytest.mark.parametrize(
    ("run", "module", "size"),
    [
        (denoise, Denoiser(), 256),
        (denoise, Denoiser(widths=(8, 8, 8), blocks=(2, 1, 1), levels=(10, 30)), 208),
        (denoise, Denoiser(widths=(8, 8, 8, 8), blocks=(1, 1, 1, 1)), 304),
        (enlarge, Upscaler(2, width=8, blocks=3), 48),
        (enlarge, Upscaler(3, width=8, blocks=2), 48),
        (enlarge, Upscaler(4, width=8, blocks=1), 48),
    ],
    ids=["denoiser", "deeper denoiser", "more levels", "x2", "x3", "x4"],
)
def test_the_halo_is_as_wide_as_the_receptive_field_and_hardly_wider(run, module, size):
    torch.manual_seed(0)
    _, most = reach_px(run, module, size)
    assert most <= module.halo < most + 2 * module.stride + 1


@pytest.mark.parametrize(
    ("name", "kmac_limit"),
    [
        ("denoiser", 60),
        ("deblocker", 60),
        ("degrainer", 60),
        ("upscaler-x2", 45),
        ("upscaler-x3", 30),
        ("upscaler-x4", 25),
    ],
)
def test_the_shipped_networks_keep_to_their_budget(name, kmac_limit):
    """Multiplications and additions for a pixel of the result."""
    recipe = RECIPES[name]
    module = (Upscaler if recipe.task == "upscale" else Denoiser)(**recipe.arguments)
    run = enlarge if recipe.task == "upscale" else denoise
    with FlopCounterMode(display=False) as counter:
        result = run(module, torch.zeros(1, 3, 64, 64))
    assert counter.get_total_flops() / 2 / result[0, 0].numel() <= 1000 * kmac_limit


@pytest.mark.parametrize(
    ("run", "module"), [(denoise, Denoiser()), (enlarge, Upscaler(2, width=8, blocks=1))]
)
def test_a_picture_is_restored_alike_alone_and_in_a_batch(run, module):
    torch.manual_seed(0)
    batch = torch.rand(3, 3, 32, 40)
    with torch.inference_mode():
        together, alone = run(module, batch), run(module, batch[1:2])
    torch.testing.assert_close(together[1:2], alone, rtol=0, atol=1e-5)


def test_the_denoiser_takes_a_level_for_each_picture():
    torch.manual_seed(0)
    batch, module = torch.rand(2, 3, 16, 16), Denoiser(widths=(8, 8, 8), blocks=(1, 1, 1))
    levels = torch.tensor([5.0, 50.0]).view(2, 1, 1, 1)
    both = module(batch, levels)
    torch.testing.assert_close(both[1:], module(batch[1:], levels[1:]))
    assert not torch.allclose(both[1:], module(batch[1:], levels[:1]))


def test_between_two_levels_the_denoisers_weights_are_mixed():
    torch.manual_seed(0)
    tiny = {"widths": (8, 8, 8), "blocks": (1, 1, 1)}
    module, picture = Denoiser(**tiny, levels=(10, 20, 60)), torch.rand(1, 3, 16, 16)
    for each in module.sets[1:]:
        each.load_state_dict(Denoiser(**tiny).sets[0].state_dict())

    def answer(module, level):
        return module(picture, torch.full((1, 1, 1, 1), float(level)))

    for level, quieter, louder, share in [
        (0, 0, 0, 0),
        (10, 0, 0, 0),
        (15, 0, 1, 0.5),
        (20, 1, 1, 0),
        (50, 1, 2, 0.75),
        (75, 2, 2, 0),
    ]:
        single = Denoiser(**tiny)
        pairs = zip(
            single.parameters(),
            module.sets[quieter].parameters(),
            module.sets[louder].parameters(),
            strict=True,
        )
        for mixed, low, high in pairs:
            mixed.data = low.data + share * (high.data - low.data)
        torch.testing.assert_close(answer(module, level), answer(single, level))
    assert not torch.allclose(answer(module, 10), answer(single, 10))


def test_fresh_sets_of_weights_are_equal():
    module = Denoiser(widths=(8, 8, 8), blocks=(1, 1, 1), levels=(10, 20, 60))
    for first, last in zip(module.sets[0].parameters(), module.sets[2].parameters(), strict=True):
        assert torch.equal(first, last)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_an_untrained_upscaler_without_detail_is_bicubic(scale):
    """Keys' kernel with a = -0.5, as Pillow's; at the rim Pillow weighs otherwise."""
    import numpy as np
    from PIL import Image as PillowImage

    module = Upscaler(scale, width=8, blocks=1)
    module.tail.weight.data.zero_()
    module.tail.bias.data.zero_()
    plane = np.random.default_rng(0).random((20, 30), np.float32)
    expected = np.asarray(
        PillowImage.fromarray(plane).resize(
            (30 * scale, 20 * scale), PillowImage.Resampling.BICUBIC
        )
    )
    picture = torch.from_numpy(plane).expand(1, 3, -1, -1)
    enlarged = module(picture).detach().numpy()[0, 0]
    inner = np.s_[3 * scale : -3 * scale, 3 * scale : -3 * scale]
    np.testing.assert_allclose(enlarged[inner], expected[inner], atol=1e-5)


def test_the_estimator_answers_alike_for_either_turn_of_a_patch():
    torch.manual_seed(0)
    module, patches = Estimator(), torch.rand(2, 3, PATCH_PX, PATCH_PX)
    answer = module(patches)
    assert answer.shape == (2, 2)
    torch.testing.assert_close(module(patches.flip(3)), answer)
    torch.testing.assert_close(module(patches.flip(2)), answer)
    torch.testing.assert_close(module(patches.transpose(2, 3)), answer)


def test_so_does_that_of_jpegs_and_it_hears_how_they_were_compressed():
    torch.manual_seed(0)
    module, patches = JpegEstimator(), torch.rand(2, 3, PATCH_PX, PATCH_PX)
    tables = libjpeg_tables(torch.tensor([50.0, 90.0]))
    answer = module(patches, tables)
    assert answer.shape == (2, 2)
    for turned in (patches.flip(3), patches.flip(2), patches.transpose(2, 3)):
        torch.testing.assert_close(module(turned, tables), answer)
    assert not torch.allclose(module(patches, tables.flip(0)), answer)


def test_the_estimator_of_jpegs_sees_what_the_other_sees_and_the_blocks():
    """Of noise that was made of one frequency of the blocks only that frequency's band has any."""
    patches = torch.rand(2, 3, PATCH_PX, PATCH_PX)
    tables = torch.ones(2, 2, 8, 8)
    features = JpegEstimator.features(patches, tables)
    assert features.shape[1] == JpegEstimator().head[0].in_features
    torch.testing.assert_close(features[:, :48], Estimator.features(patches))
    coefficients = torch.zeros(1, 1, 12, 12, 8, 8)
    coefficients[..., 3, 2] = 0.05
    dct = dct_matrix(coefficients)
    wave = (dct.T @ coefficients @ dct).transpose(3, 4).reshape(1, 1, PATCH_PX, PATCH_PX)
    bands = JpegEstimator.features(0.5 + wave.expand(-1, 3, -1, -1), tables[:1])[0, 48:84]
    assert bands.view(9, 4).argmax(dim=0).tolist() == [2] * 4  # the band of rank 3, in brightness


def test_the_estimator_of_pictures_hears_all_three_witnesses():
    torch.manual_seed(0)
    module = PictureEstimator()
    evidence = PictureEstimator.evidence
    findings, hints = torch.rand(2, 4), torch.rand(2, trial.HINTS)
    tables = libjpeg_tables(torch.tensor([50.0, 90.0]))
    answer = module(evidence(findings, tables, hints))
    assert answer.shape == (2, 2)
    for changed in (
        evidence(findings + 1, tables, hints),
        evidence(findings, tables.flip(0), hints),
        evidence(findings, tables, hints + 1),
    ):
        assert not torch.allclose(module(changed), answer)


@pytest.mark.parametrize(
    ("sigma", "share", "is_halved"),
    [(8, 0.12, True), (8, 0.09, False), (15, 0.12, False), (15, 0.16, True), (25, 0.19, False)],
)
def test_of_strong_noise_more_should_be_in_colour(sigma, share, is_halved):
    """What is there is the picture's own else, whatever a file has done to it."""
    features = torch.zeros(3, 48)
    features[:, 3 * 4] = math.log(0.2) / 1.5  # colour at the scale of a pixel, by the next band's
    features[:, 4 * 4] = -math.log(share) / 1.5  # brightness there, by which its colour counts
    assert has_halved_colour(features, sigma) is is_halved


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_white_paper_stays_white_beside_letters(scale):
    """As programs draw them; trained on photos alone the network draws ripples there."""
    canvas = PillowImage.new("L", (160, 96), 255)
    draw = ImageDraw.Draw(canvas)
    for top, px in ((4, 10), (20, 14), (42, 20), (68, 22)):
        draw.text((6, top), "Hamburg fonts 0123", fill=0, font=ImageFont.load_default(px))
    draw.line((150, 4, 150, 90), fill=0)
    page = torch.from_numpy(to_pixels(np.asarray(canvas))).expand(1, 3, -1, -1)
    with torch.inference_mode():
        large = open_catalog(weights_dir()).upscaler(scale)(page)
    away = -functional.max_pool2d(-page[:, :1], 3, stride=1, padding=1) == 1  # a pixel from any ink
    paper = functional.interpolate(away.float(), scale_factor=scale) > 0
    assert float(large.amin(dim=1, keepdim=True)[paper].min()) > 230 / 255
