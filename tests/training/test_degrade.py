import numpy as np
import pytest
import torch
from PIL import Image as PillowImage

from restorer.engine.compression import VISIBLE, compression_of
from restorer.engine.image import Image
from restorer.models.ycc import rgb_to_ycc
from restorer.training import degrade
from restorer.training.grain import add_white, white_level


@pytest.fixture
def generator():
    return torch.Generator().manual_seed(3)


@pytest.fixture
def flat():
    """A batch of 16 flat mid-grey pictures: all that is not 0.5 is noise."""
    return torch.full((16, 3, 64, 64), 0.5)


def levels(difference):
    return 255 * difference.square().mean(dim=(1, 2, 3)).sqrt()


def in_colour(pictures):
    return torch.zeros(len(pictures), 1, 1, 1, dtype=torch.bool)


def neighbour_correlation(noise):
    return float((noise[..., 1:] * noise[..., :-1]).mean() / noise.square().mean())


def test_white_noise_has_the_sigma_it_is_given(flat, generator):
    sigma = torch.linspace(0, 75, len(flat)).view(-1, 1, 1, 1)
    noisy = add_white(flat, sigma, in_colour(flat), generator)
    torch.testing.assert_close(levels(noisy - flat), sigma.flatten(), rtol=0.03, atol=0.01)
    assert abs(neighbour_correlation(noisy - flat)) < 0.02


def test_grey_pictures_get_grey_noise(flat, generator):
    sigma = torch.full((1, 1, 1, 1), 25.0)
    noisy = add_white(flat, sigma, ~in_colour(flat), generator)
    assert torch.equal(noisy[:, 0], noisy[:, 1])
    assert torch.equal(noisy[:, 0], noisy[:, 2])


def test_shot_noise_grows_with_the_light(generator):
    ramp = torch.linspace(0.2, 0.8, 128).expand(64, 3, 32, 128)
    noise = degrade.add_poisson_gaussian(ramp, in_colour(ramp), generator)[0] - ramp
    assert float(noise[..., 96:].std()) > 1.1 * float(noise[..., :32].std())


def test_some_fine_noise_is_of_brightness_alone_and_some_lost_its_finest_colour(generator):
    flat = torch.full((64, 3, 64, 64), 0.5)
    for halved in (False, True):
        for _ in range(50):  # of a batch all colours are halved or none
            noisy, sigma = degrade.add_poisson_gaussian(flat, in_colour(flat), generator)
            strong = (sigma.flatten() > 10) & (sigma.flatten() < 30)
            ycc = rgb_to_ycc(noisy - flat)[strong]
            spread, colour = levels(ycc[:, :1]), levels(ycc[:, 1:])
            assert bool((colour < 0.3 * spread).any()), "some has next to none in colour"
            assert bool((colour > 0.6 * spread).any())
            smooth = torch.tensor([neighbour_correlation(each[1:]) for each in ycc])
            if bool((smooth > 0.4).any()) == halved:
                break
        else:
            pytest.fail(f"in 50 batches halved colours were never {halved}")


def test_camera_noise_is_correlated_as_in_files(generator):
    flat = torch.full((64, 3, 64, 64), 0.5)
    noisy, sigma = degrade.add_camera(flat, in_colour(flat), generator)
    noise = noisy - flat
    strong = levels(noise) > 3
    assert int(strong.sum()) > 20
    assert neighbour_correlation(noise[strong]) > 0.4
    told, found = sigma.flatten()[strong], white_level(noise).flatten()[strong]
    assert float((found / told).median()) == pytest.approx(1, abs=0.1)


def test_white_noise_has_its_own_level_and_coarse_noise_a_higher_one(generator):
    white = 0.05 * torch.randn((8, 3, 64, 64), generator=generator)
    level = white_level(white)
    torch.testing.assert_close(level.flatten(), levels(white), rtol=0.06, atol=0)
    coarse = white[..., ::4, ::4].repeat_interleave(4, dim=2).repeat_interleave(4, dim=3)
    assert float((white_level(coarse).flatten() / levels(coarse)).min()) > 3.9


def test_files_are_clipped_and_hold_whole_levels(generator):
    bright = torch.full((8, 3, 32, 32), 0.98)
    for degradation in (degrade.add_camera, degrade.add_poisson_gaussian):
        noisy, _ = degradation(bright, in_colour(bright), generator)
        assert float(noisy.min()) >= 0
        assert float(noisy.max()) <= 1
        torch.testing.assert_close(noisy * 255, (noisy * 255).round(), rtol=0, atol=1e-4)


@pytest.mark.parametrize("name", ["add_camera", "add_poisson_gaussian"])
def test_grey_noise_in_files_has_the_level_that_is_told(flat, generator, name):
    noisy, sigma = getattr(degrade, name)(flat, ~in_colour(flat), generator)
    strong = sigma.flatten() > 8
    noise = (noisy - flat)[strong]
    torch.testing.assert_close(noise[:, 0], noise[:, 1], rtol=0, atol=2 / 255)
    found = white_level(noise).flatten()
    assert float((found / sigma.flatten()[strong]).median()) == pytest.approx(1, abs=0.1)


def test_some_files_are_only_compressed(flat, generator):
    batch = degrade.estimation_batch(flat.repeat(8, 1, 1, 1), generator)
    silent = batch.sigma.flatten() == 0
    assert 0.05 < float(silent.float().mean()) < 0.2
    assert float((batch.noisy - batch.clean)[silent].abs().max()) < 3 / 255


def test_a_noisy_batch_keeps_shape_and_has_one_level(flat, generator):
    batch = degrade.noisy_batch(flat, generator)
    assert batch.noisy.shape == batch.clean.shape == flat.shape
    assert batch.sigma.shape == (16, 1, 1, 1)
    assert batch.sigma.unique().numel() == 1
    rms = 255 * float((batch.noisy - batch.clean).square().mean().sqrt())
    assert rms == pytest.approx(float(batch.sigma[0]), rel=0.05)


def test_some_noise_is_equal_in_the_colours_and_some_pictures_are_grey(generator):
    clean = torch.rand(4000, 3, 2, 2, generator=generator)
    batch = degrade.noisy_batch(clean, generator)
    noise = batch.noisy - batch.clean
    equal = (noise[:, :1] - noise).abs().amax(dim=(1, 2, 3)) < 1e-6
    grey = (batch.clean[:, :1] - batch.clean).abs().amax(dim=(1, 2, 3)) < 1e-6
    assert float(equal.float().mean()) == pytest.approx(0.15, abs=0.02)
    assert float(grey.float().mean()) == pytest.approx(0.1, abs=0.02)
    assert not bool((grey & ~equal).any())


def test_files_for_the_estimator_come_with_their_tables_and_the_level_of_their_noise(
    flat, generator
):
    batch, tables = degrade.jpeg_estimation_batch(flat.repeat(8, 1, 1, 1), generator)
    count = 8 * flat.shape[0]
    assert batch.sigma.shape == (count, 1, 1, 1)
    assert tables.shape == (count, 2, 8, 8)
    silent = batch.sigma.flatten() == 0
    assert 0.05 < float(silent.float().mean()) < 0.3
    fine = (tables.amax(dim=(1, 2, 3)) < 5) & ~silent
    noise = (batch.noisy - batch.clean)[fine]
    found = white_level(noise).flatten() / batch.sigma.flatten()[fine]
    assert float(found.median()) == pytest.approx(1, abs=0.15)


def test_three_of_four_noisy_batches_have_the_levels_asked_for(generator):
    clean = torch.zeros(1, 3, 4, 4)
    levels = torch.cat(
        [degrade.noisy_batch(clean, generator, (70, 72)).sigma.flatten() for _ in range(2000)]
    )
    within = ((levels >= 70) & (levels <= 72)).float().mean()
    assert 0.72 < within < 0.82  # a fortieth of the others falls there by itself
    assert levels.min() < 2


def test_levels_of_noisy_batches_go_from_silence_to_75_and_are_mostly_low(generator):
    clean = torch.rand(1, 3, 8, 8, generator=generator)
    levels = torch.cat([degrade.noisy_batch(clean, generator).sigma.flatten() for _ in range(2000)])
    assert 0 <= float(levels.min()) < 0.5
    assert 74 < float(levels.max()) <= 75
    assert float(levels.median()) == pytest.approx(75 * 0.5**1.5, rel=0.1)


def test_the_same_generator_state_gives_the_same_batch(flat, generator):
    state = generator.get_state()
    first = degrade.noisy_batch(flat, generator)
    generator.set_state(state)
    again = degrade.noisy_batch(flat, generator)
    assert torch.equal(first.noisy, again.noisy)
    assert torch.equal(first.sigma, again.sigma)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_most_of_a_small_batch_is_shrunk_as_the_benchmarks_do(scale, generator):
    clean = torch.rand(8, 3, 24 * scale, 24 * scale, generator=generator)
    small = degrade.small_batch(clean, scale, generator)
    assert small.shape == (8, 3, 24, 24)
    assert torch.equal(small[:7], degrade.shrink(clean[:7], scale))
    assert not torch.equal(small[7:], degrade.shrink(clean[7:], scale))


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_shrinking_is_the_bicubic_of_the_benchmarks(scale, generator):
    """Which is Pillow's: it gives Set5's small pictures, but for rounding and the rim."""
    clean = torch.rand(1, 1, 24 * scale, 36 * scale, generator=generator)
    picture = PillowImage.fromarray(clean[0, 0].numpy())
    expected = picture.resize((36, 24), PillowImage.Resampling.BICUBIC)
    shrunk = degrade.shrink(clean, scale)[0, 0]
    np.testing.assert_allclose(shrunk.numpy(), np.asarray(expected), atol=0.51 / 255)


def test_of_small_batches_an_eighth_is_from_the_web_too(generator):
    clean = torch.rand(2, 3, 16, 16, generator=generator)
    plain = degrade.shrink(clean, 2)
    small = torch.cat([degrade.small_batch(clean, 2, generator) for _ in range(200)])
    changed = (small != plain.repeat(200, 1, 1, 1)).any(dim=(1, 2, 3)).float().mean()
    assert changed == pytest.approx(1 / 8, abs=0.05)


@pytest.mark.parametrize("seed", range(4))
def test_a_compressed_batch_has_the_blocks_that_are_told(seed):
    """As the engine reads them off the pixels of such files, from where they can be seen on."""
    generator = torch.Generator().manual_seed(seed)
    picture = torch.rand((1, 3, 40, 40), generator=generator)
    clean = torch.nn.functional.interpolate(picture, size=(320, 320), mode="bicubic").clamp(0, 1)
    batch = degrade.compressed_batch(clean, generator)
    told = float(batch.sigma.unique())
    pixels = batch.noisy[0].permute(1, 2, 0).numpy()
    assert 0.4 < told < 75
    expected = told if told >= VISIBLE else 0
    assert compression_of(Image(pixels)).level == pytest.approx(expected, rel=0.05)
    torch.testing.assert_close(batch.noisy * 255, (batch.noisy * 255).round(), rtol=0, atol=1e-4)


def test_compressed_batches_differ_in_quality_and_in_where_blocks_lie(generator):
    ramp = torch.linspace(0.2, 0.8, 64).expand(2, 3, 64, 64)
    batches = [degrade.compressed_batch(ramp, generator) for _ in range(8)]
    assert len({float(batch.sigma[0]) for batch in batches}) > 5
    steps = [batch.noisy[0, 1].diff(dim=1).abs().mean(dim=0) for batch in batches]
    assert len({int(step.argmax() + 1) % 8 for step in steps}) > 2


def test_pictures_for_the_estimator_of_pictures_are_silent_or_files_now_and_then():
    clean = torch.full((400, 3, 32, 32), 0.5)
    without, known = 0, 0
    for seed in range(4):
        batch, tables = degrade.picture_batch(clean, torch.Generator().manual_seed(seed))
        without += int((batch.sigma == 0).sum())
        known += tables is not None
        assert batch.noisy.shape == clean.shape
        assert batch.sigma.shape == (400, 1, 1, 1)
        assert torch.equal(batch.noisy, (255 * batch.noisy).round() / 255)
        if tables is None:
            changed = (batch.noisy - batch.clean).square().mean(dim=(1, 2, 3)).sqrt()
            assert changed[batch.sigma.flatten() == 0].max() < 0.01
    assert 0 < known < 4
    assert without == pytest.approx(1600 / 3, rel=0.15)
