import io
import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image as PillowImage

from restorer.benchmark.scene import draw_scene
from restorer.engine import imagefile, noise
from restorer.engine.image import Image
from restorer.engine.loaded import Models
from restorer.engine.noise import NoiseEstimate, estimate
from restorer.models import trial
from restorer.models.estimator import PictureEstimator
from restorer.settings import weights_dir
from restorer.training.jpeg import jpeg_level
from tests.conftest import drawn


@pytest.fixture(scope="module")
def estimators():
    """The shipped one: what it learned is what is tested."""
    return Models(weights_dir()).estimators()


@pytest.fixture(scope="module")
def scene():
    """A drawn photo in [0.1, 0.9], so that noise is not clipped."""
    return 0.1 + 0.8 * np.asarray(draw_scene(), np.float32) / 255


def with_noise(pixels, sigma, seed=0):
    noise = np.random.default_rng(seed).standard_normal(pixels.shape, np.float32)
    return pixels + noise * np.float32(sigma / 255)


@pytest.mark.parametrize("sigma", [5, 10, 15, 25, 50])
def test_white_noise_is_found_within_fifteen_percent(estimators, scene, sigma):
    found = estimate(Image(with_noise(scene, sigma)), estimators)
    assert found.sigma == pytest.approx(sigma, rel=0.15)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_any_depth_gives_the_same_answer(estimators, scene, dtype):
    noisy = np.clip(with_noise(scene, 20), 0, 1)
    integers = np.rint(noisy * np.iinfo(dtype).max).astype(dtype)
    expected = estimate(Image(noisy), estimators).sigma
    assert estimate(Image(integers), estimators).sigma == pytest.approx(expected, rel=0.02)


def test_a_clean_picture_is_called_clean(estimators, scene):
    found = estimate(Image(np.rint(scene * 255).astype(np.uint8)), estimators)
    assert found.sigma < 2
    assert found.word == "hardly any"


def test_grey_noise_is_found_too(estimators, scene):
    noisy = with_noise(scene[..., :1], 20)
    assert estimate(Image(noisy), estimators).sigma == pytest.approx(20, rel=1 / 3)


@pytest.mark.parametrize(("sigma", "quality"), [(12, 95), (20, 90), (30, 80)])
def test_noise_that_was_saved_as_a_jpeg_is_still_found(estimators, scene, sigma, quality):
    """Colours at half the size, as most programs save: of theirs the finest part is gone."""
    noisy = np.rint(np.clip(with_noise(scene, sigma), 0, 1) * 255).astype(np.uint8)
    file = io.BytesIO()
    PillowImage.fromarray(noisy).save(file, "JPEG", quality=quality, subsampling="4:2:0")
    found = estimate(Image(np.asarray(PillowImage.open(file))), estimators)
    assert found.kind == "saved"
    assert found.strength == pytest.approx(sigma, rel=0.35)


@pytest.mark.parametrize("sigma", [12, 20, 30])
def test_noise_of_brightness_alone_is_found(estimators, scene, sigma):
    grain = with_noise(np.zeros_like(scene[..., :1]), sigma)
    assert estimate(Image(scene + grain), estimators).strength == pytest.approx(sigma, rel=0.35)


def test_noise_of_brightness_alone_is_found_in_texture_too(estimators, scene):
    """Equal in the colours it might be texture as well, but for its pixel-sized part."""
    field = with_noise(np.zeros_like(scene[..., :1]), 20, seed=1)
    texture = (field + np.roll(field, 1, 0) + np.roll(field, 1, 1) + np.roll(field, 1, (0, 1))) / 4
    grain = with_noise(np.zeros_like(texture), 10)
    found = estimate(Image(scene + texture + grain), estimators)
    assert found.strength == pytest.approx(10, rel=0.35)


def test_clipped_regions_do_not_count(estimators, scene):
    noisy = with_noise(scene, 20)
    noisy[:, : noisy.shape[1] // 2] = 1
    assert estimate(Image(noisy), estimators).sigma == pytest.approx(20, rel=0.15)


def test_the_same_picture_gives_the_same_answer(estimators, scene):
    image = Image(with_noise(scene, 12))
    assert estimate(image, estimators) == estimate(image, estimators)


@pytest.mark.parametrize(("width", "height"), [(1, 1), (1, 300), (95, 97), (3000, 2)])
@pytest.mark.parametrize("channels", [1, 3])
def test_any_size_gets_an_answer(estimators, width, height, channels):
    found = estimate(Image(drawn(width, height, channels)), estimators)
    assert 0 <= found.sigma <= 75


@pytest.mark.parametrize("level", [0, 127, 255])
def test_one_flat_colour_has_no_noise(estimators, level):
    flat = np.full((200, 300, 3), level, np.uint8)
    assert estimate(Image(flat), estimators).sigma < 2


@pytest.mark.parametrize("low", [0, 100])
def test_patterns_that_no_photo_has_get_an_answer_too(estimators, low):
    """A board of pixels: its quiet regions' energies are far from all that was learned."""
    y, x = np.mgrid[:300, :400]
    board = (low + (x + y) % 2 * (255 - 2 * low)).astype(np.uint8)
    found = estimate(Image(board[..., None]), estimators)
    assert 0 <= found.strength <= 75
    assert found.doubt <= 2


@pytest.mark.parametrize(
    ("sigma", "word"),
    [(0.4, "hardly any"), (4, "slight"), (10, "visible"), (25, "strong"), (60, "very strong")],
)
def test_words_for_levels(sigma, word):
    assert NoiseEstimate(sigma, fineness=1, doubt=0).word == word


@pytest.mark.parametrize(
    ("sigma", "fineness", "strength"), [(1.1, 1, 1.1), (0.9, 1, 0), (1.1, 0.18, 1.1), (30, 0, 30)]
)
def test_fine_noise_is_denoised_as_it_is_seen_and_silence_not_at_all(sigma, fineness, strength):
    assert NoiseEstimate(sigma, fineness, doubt=0.4).strength == strength


@pytest.mark.parametrize(("median", "fineness", "strength"), [(0.8, 0.14, 6), (5, 0, 12)])
def test_coarse_noise_is_denoised_stronger_than_it_is_seen(median, fineness, strength):
    doubt = 0.4
    found = NoiseEstimate(median * math.exp(-(doubt**2)), fineness, doubt)
    assert found.strength == pytest.approx(strength)


def test_between_fine_and_coarse_nothing_jumps():
    strengths = [NoiseEstimate(1.1, fineness, 0.4).strength for fineness in (0.1401, 0.16, 0.1799)]
    assert strengths == pytest.approx([12, 8.5, 1.1], abs=0.1)


def test_without_a_quiet_place_texture_is_not_taken_for_grain():
    details = (5.0, 5.5, 6.0)
    strengths = [NoiseEstimate(0.6, 0.1, 1.0, detail).strength for detail in details]
    assert strengths == pytest.approx([12, 11.6, 0], abs=0.1)
    assert NoiseEstimate(0.6, 0.1, 1.0, detail=6.5).kind == "fine"
    assert NoiseEstimate(0.8, 0.1, doubt=0.7, detail=8).strength > 10  # rather grain than texture
    assert NoiseEstimate(5, 0.1, 1.0, detail=6.5).strength == 5  # noise that is seen through it


def test_what_a_denoiser_takes_out_pixel_by_pixel_is_no_grain():
    softnesses = (-0.1, 0.23, 0.28, 0.33)
    found = [NoiseEstimate(0.8, 0.1, 0.8, softness=softness) for softness in softnesses]
    assert [each.strength for each in found] == pytest.approx([0, 0, 10.6, 12], abs=0.1)
    assert [each.kind for each in found] == ["fine", "fine", "coarse", "coarse"]
    assert NoiseEstimate(5, 0.1, 0.8, softness=0).strength == 5  # noise that is seen in spite of it


@pytest.fixture
def grainy(scene):
    """With grain that is six pixels wide; the picture is sharp."""
    grain = np.random.default_rng(0).standard_normal(scene.shape, np.float32)
    blurred = sum(np.roll(grain, (i, j), (0, 1)) for i in range(6) for j in range(6)) / 36
    return np.rint(255 * (scene + np.float32(0.08) * blurred).clip(0, 1)).astype(np.uint8)


class Opinion(torch.nn.Module):
    """In place of the estimator of pictures: has its mind made up, and counts who asks."""

    def __init__(self, sigma):
        super().__init__()
        self.answer = torch.tensor([[math.log(sigma), 0.0]])
        self.asked = 0

    def forward(self, evidence):
        assert evidence.shape == (1, PictureEstimator().head[0].in_features)
        self.asked += 1
        return self.answer


@pytest.mark.parametrize(("softness", "strength"), [(0.1, 9.1), (0.6, 12)])
def test_what_looks_like_coarse_grain_is_put_on_trial(
    estimators, scene, grainy, monkeypatch, softness, strength
):
    asked = []

    def measured(patches, denoiser):
        asked.append(denoiser)
        return softness

    monkeypatch.setattr(trial, "softness", measured)
    witnesses = replace(estimators, picture=Opinion(7))
    assert estimate(Image(with_noise(scene, 15)), witnesses).kind == "fine"
    assert asked == []
    found = estimate(Image(grainy), witnesses)
    assert asked == [estimators.trial]
    assert found.strength == pytest.approx(strength, abs=0.1)
    assert witnesses.picture.asked == (softness < 0.5)


@pytest.mark.parametrize(("sigma", "strength"), [(7, 9.1), (1.4, 0), (1.6, 2.08), (200, 75)])
def test_in_doubt_the_picture_as_a_whole_decides(estimators, scene, grainy, sigma, strength):
    """Its grain has no colours at the scale of a pixel: for halved ones more is taken."""
    witnesses = replace(estimators, picture=Opinion(sigma))
    found = estimate(Image(grainy), witnesses)
    assert (found.strength, found.doubt) == (pytest.approx(strength, rel=0.02), 0)
    assert witnesses.picture.asked == 1
    assert estimate(Image(with_noise(scene, 15)), witnesses).sigma == pytest.approx(15, rel=0.1)
    assert witnesses.picture.asked == 1


def test_of_what_the_estimator_never_saw_that_of_pictures_is_not_asked(estimators):
    """The dots of a print."""
    y, x = np.mgrid[:300, :400]
    dots = 150 + 17 * (np.cos(np.pi * x / 2) + np.cos(np.pi * y / 2))
    witnesses = replace(estimators, picture=Opinion(30))
    found = estimate(Image(np.rint(dots)[..., None].astype(np.uint8)), witnesses)
    assert found.doubt > 1.7
    assert (found.strength, witnesses.picture.asked) == (0, 0)


@pytest.mark.parametrize(
    ("found", "silence"),
    [
        (NoiseEstimate(1, fineness=1, doubt=1), 2),
        (NoiseEstimate(1, fineness=1, doubt=1, is_halved=True), 1.5),
        (NoiseEstimate(1, fineness=1, doubt=1, is_halved=True, is_jpeg=True), 3),
    ],
)
def test_how_little_is_taken_for_silence_depends_on_what_a_file_has_done(found, silence):
    assert noise.level_seen(math.log(silence - 0.01), found) == 0
    assert noise.level_seen(math.log(silence + 0.01), found) == pytest.approx(silence + 0.01)
    assert noise.level_seen(1e4, found) == pytest.approx(75)  # of pictures that it never saw


@pytest.mark.parametrize(
    ("found", "level"),
    [
        (NoiseEstimate(1, fineness=1, doubt=1, detail=11.9), 4),
        (NoiseEstimate(1, fineness=1, doubt=1, detail=12.5), 2),
        (NoiseEstimate(1, fineness=1, doubt=1, detail=12.5, is_jpeg=True), 0),
        (NoiseEstimate(1, fineness=1, doubt=1, detail=7.9, is_jpeg=True, blocks=4), 4),
        (NoiseEstimate(1, fineness=1, doubt=1, detail=9, is_jpeg=True, blocks=4), 0),
    ],
)
def test_loud_texture_hides_the_less_the_stronger_the_noise(found, level):
    assert noise.level_seen(math.log(4), found) == pytest.approx(level)


def test_between_sure_and_unsure_both_estimators_count(estimators, grainy, monkeypatch):
    monkeypatch.setattr(noise, "_SURE", 0.0)
    witnesses = replace(estimators, picture=Opinion(7))
    sure = estimate(Image(grainy), replace(estimators, picture=Opinion(0.1)))
    for unsure, share in ((1e9, 0), (2.48, 0.5), (0.5, 1)):
        monkeypatch.setattr(noise, "_UNSURE", unsure)
        found = estimate(Image(grainy), witnesses)
        assert found.sigma == pytest.approx(7 * share + (1 - share) * 0.58, abs=0.05), sure


def test_at_most_48_patches_are_tried_from_all_over_the_picture(estimators, grainy, monkeypatch):
    seen = []

    def hints(patches, denoiser):
        seen.append(patches)
        return torch.zeros(trial.HINTS)

    monkeypatch.setattr(trial, "hints", hints)
    witnesses = replace(estimators, picture=Opinion(7))
    estimate(Image(np.tile(grainy, (1, 2, 1))), witnesses)
    assert [len(patches) for patches in seen] == [48]
    patches = noise._patches(Image(np.tile(grainy, (1, 2, 1))), None)
    assert np.array_equal(seen[0][-1].permute(1, 2, 0), patches[-1])


def test_texture_and_noise_are_told_apart_where_patches_alone_leave_doubt(estimators, scene):
    """The same strength in the same file: once all over, once where the picture is busy."""
    y, x = np.mgrid[: scene.shape[0], : scene.shape[1]]
    fade = (0.5 + 0.5 * np.sin(x / 60) * np.sin(y / 45))[..., None].astype(np.float32)
    waves = 0.5 + 0.15 * fade * (np.sin(x / 3) * np.sin(y / 3))[..., None].astype(np.float32)
    grain = np.random.default_rng(0).standard_normal((*scene.shape[:2], 1)).astype(np.float32)

    def seen(picture):
        patches = torch.from_numpy(noise._patches(Image(picture), None)).permute(0, 3, 1, 2)
        patches = patches.expand(-1, 3, -1, -1)
        reading = noise.read(patches, None, estimators)
        evidence = noise.evidence(patches, None, reading, estimators)
        return math.exp(float(estimators.picture(evidence[None])[0, 0]))

    with torch.inference_mode():
        noisy, textured = seen(waves + 0.02 * grain), seen(waves + 0.05 * fade**3 * grain)
    assert noisy > 3
    assert textured < 0.5 * noisy


@pytest.fixture
def busy():
    """Cells of five pixels, each of another grey."""
    cells = np.random.default_rng(0).standard_normal((75, 100)).repeat(5, 0).repeat(5, 1)
    return np.rint(255 * (0.5 + 0.12 * cells.clip(-3, 3))).astype(np.uint8)


def test_in_loud_texture_strong_compression_counts_for_more_than_noise(estimators, busy, tmp_path):
    PillowImage.fromarray(busy).save(tmp_path / "busy.jpg", quality=40)
    witnesses = replace(estimators, picture=Opinion(30))
    found = estimate(imagefile.read(tmp_path / "busy.jpg"), witnesses)
    assert witnesses.picture.asked == 1
    assert (found.kind, found.strength) == ("jpeg", found.blocks)


@pytest.mark.parametrize(("sigma", "strength"), [(4, 0), (30, 30)])
def test_noise_that_texture_hides_stays(estimators, busy, sigma, strength):
    witnesses = replace(estimators, picture=Opinion(sigma))
    found = estimate(Image(busy[..., None]), witnesses)
    assert found.detail > 10
    assert found.strength == pytest.approx(strength, rel=0.02)


def test_detail_is_what_the_quietest_fifth_has(estimators):
    """White grey noise of sigma has the root of 3 / 16 of it there."""
    grain = np.random.default_rng(0).standard_normal((480, 480, 1)).astype(np.float32)
    strong = np.full((480, 480, 1), 20 / 255, np.float32)
    strong[:192] = 10 / 255  # two of five rows of patches
    found = estimate(Image(0.5 + grain * strong), estimators)
    assert found.detail == pytest.approx(10 * (3 / 16) ** 0.5, rel=0.1)


def test_what_the_estimator_is_sure_of_is_taken_as_it_is():
    assert NoiseEstimate(2, fineness=0.1, doubt=0.1).strength == 2
    assert NoiseEstimate(2, fineness=0.1, doubt=0.4).strength == 12


def test_white_noise_is_fine_and_blurred_noise_is_not(estimators, scene):
    grain = np.random.default_rng(0).standard_normal(scene.shape, np.float32)
    blurred = sum(np.roll(grain, (i, j), (0, 1)) for i in range(4) for j in range(4)) / 16
    assert estimate(Image(scene + np.float32(0.06) * grain), estimators).fineness > 0.5
    assert estimate(Image(scene + np.float32(0.06) * blurred), estimators).fineness < 0.2


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"format": "PNG"}, "fine"),
        ({"format": "JPEG", "quality": 95, "subsampling": "4:4:4"}, "fine"),
        ({"format": "JPEG", "quality": 95, "subsampling": "4:2:0"}, "saved"),
        ({"format": "JPEG", "quality": 85, "subsampling": "4:2:2"}, "saved"),
        ({"format": "WEBP", "quality": 90}, "saved"),
    ],
)
def test_noise_whose_colours_a_file_has_halved_is_told_apart(estimators, scene, options, kind):
    noisy = np.rint(255 * with_noise(scene, 15).clip(0, 1)).astype(np.uint8)
    stream = io.BytesIO()
    PillowImage.fromarray(noisy).save(stream, **options)
    found = estimate(Image(np.asarray(PillowImage.open(stream))), estimators)
    assert found.kind == kind


def test_noise_that_is_equal_in_the_colours_has_none_that_could_be_halved(estimators, scene):
    grey = with_noise(np.zeros_like(scene[..., :1]), 15)
    assert estimate(Image(scene + grey), estimators).kind == "fine"


@pytest.mark.parametrize(
    ("sigma", "fineness", "kind"), [(0, 1, "fine"), (8, 1, "fine"), (2, 0.1, "coarse")]
)
def test_it_says_whether_sigma_is_the_whole_story(sigma, fineness, kind):
    assert NoiseEstimate(sigma, fineness, doubt=0.4).kind == kind


@pytest.mark.parametrize(("sigma", "doubt", "strength"), [(0.9, 1, 0), (2, 1, 7.07), (20, 0.5, 20)])
def test_of_noise_whose_colours_are_halved_more_is_taken_the_greater_the_doubt(
    sigma, doubt, strength
):
    found = NoiseEstimate(sigma, 0.9, doubt, is_halved=True)
    assert found.kind == "saved"
    assert found.strength == pytest.approx(strength, abs=0.01)


@pytest.mark.parametrize(
    ("sigma", "blocks", "kind", "strength"),
    [
        (0.5, 4.9, "jpeg", 4.9),  # libjpeg's quality 50
        (4.0, 4.9, "jpeg", 4.9),
        (20.0, 4.9, "fine", 20),  # noise that has outlived the compression
    ],
)
def test_blocks_count_where_they_are_what_is_seen_first(sigma, blocks, kind, strength):
    found = NoiseEstimate(sigma, fineness=1, doubt=0.05, blocks=blocks)
    assert (found.kind, found.strength) == (kind, strength)


@pytest.mark.parametrize(
    ("blocks", "is_enlarged", "kind"),
    [
        (2.5, False, "fine"),  # libjpeg's quality 75
        (2.5, True, "jpeg"),
        (0.5, True, "fine"),  # and 95
        (1.5, True, "fine"),  # where there is more noise
    ],
)
def test_fainter_blocks_count_where_they_are_enlarged(blocks, is_enlarged, kind):
    sigma = 2.0 if blocks == 1.5 else 0.5
    found = NoiseEstimate(sigma, 1, doubt=0.05, blocks=blocks, is_enlarged=is_enlarged)
    assert found.kind == kind
    assert found.strength == (blocks if kind == "jpeg" else 0 if sigma < 1 else sigma)


@pytest.mark.parametrize(("blocks", "kind"), [(3.9, "coarse"), (6.2, "jpeg")])
def test_strong_coarse_grain_counts_for_more_than_blocks_that_are_less(blocks, kind):
    assert NoiseEstimate(1, fineness=0.1, doubt=1.0, blocks=blocks).kind == kind


@pytest.mark.parametrize("sigma", [10, 25])
@pytest.mark.parametrize(
    ("quality", "kind"),
    [(85, "saved"), (75, "saved"), ("high", "fine")],  # Photoshop's has 4:4:4
)
def test_in_a_jpeg_noise_is_found_by_its_tables(estimators, scene, tmp_path, sigma, quality, kind):
    """Without them much of sigma 10 is taken for texture."""
    noisy = np.rint(255 * with_noise(scene, sigma).clip(0, 1)).astype(np.uint8)
    PillowImage.fromarray(noisy).save(tmp_path / "photo.jpg", quality=quality)
    image = imagefile.read(tmp_path / "photo.jpg")
    found = estimate(image, estimators)
    assert found.kind == kind
    assert found.strength == pytest.approx(sigma, rel=0.3)
    if sigma == 10 and quality != "high":
        assert estimate(Image(image.samples), estimators).sigma < 0.7 * found.sigma


@pytest.mark.parametrize("quality", [95, 85, 75, "high", "web_medium"])
def test_a_clean_jpeg_is_called_clean(estimators, scene, tmp_path, quality):
    pixels = np.rint(255 * scene).astype(np.uint8)
    PillowImage.fromarray(pixels).save(tmp_path / "photo.jpg", quality=quality)
    found = estimate(imagefile.read(tmp_path / "photo.jpg"), estimators)
    assert found.sigma < 1.5


def test_coarse_grain_in_a_jpeg_is_denoised_stronger_than_it_is_seen():
    found = NoiseEstimate(2, fineness=0.1, doubt=0.5, is_jpeg=True)
    assert (found.kind, found.strength) == ("coarse", pytest.approx(9.5, abs=0.1))
    assert NoiseEstimate(5, fineness=0.1, doubt=0.1, is_jpeg=True).strength == 12  # sure or not
    assert NoiseEstimate(0.5, fineness=0.1, doubt=0.4, is_jpeg=True).strength == 0
    loud = NoiseEstimate(2, fineness=0.1, doubt=0.5, detail=8, is_jpeg=True)
    assert (loud.kind, loud.strength) == ("fine", pytest.approx(2.57, abs=0.01))


@pytest.mark.parametrize(("sigma", "strength"), [(1.4, 0), (1.6, 2.05), (20, 20)])
def test_of_fine_noise_in_a_jpeg_the_median_counts(sigma, strength):
    found = NoiseEstimate(sigma, fineness=0.3, doubt=0.5, is_halved=True, is_jpeg=True)
    assert (found.kind, found.strength) == ("saved", pytest.approx(strength, abs=0.01))


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("quality", [10, 30, 50])
def test_blocks_in_files_have_the_level_that_the_deblocker_learned(
    estimators, tmp_path, mode, quality
):
    path = tmp_path / "photo.jpg"
    PillowImage.fromarray(drawn(120, 100)).convert(mode).save(path, quality=quality)
    found = estimate(imagefile.read(path), estimators)
    assert found.blocks == pytest.approx(jpeg_level(quality))


@pytest.mark.parametrize("name", ["photo.png", "photo.jpg"])
def test_what_is_no_strong_jpeg_has_no_blocks_that_count(estimators, tmp_path, name):
    PillowImage.fromarray(drawn(120, 100)).save(tmp_path / name)
    assert estimate(imagefile.read(tmp_path / name), estimators).kind != "jpeg"


def test_the_strength_stays_in_the_trained_range():
    assert NoiseEstimate(80, fineness=0, doubt=0.5).strength == 75
