import copy
import weakref

import numpy as np
import pytest
import torch

from restorer.engine.device import Rung
from restorer.engine.image import Image, to_pixels
from restorer.engine.loaded import Models
from restorer.engine.networks import Networks
from restorer.engine.restore import SteppedDown, TileDone, enlarge_alpha, restore
from restorer.engine.tiling import Box
from restorer.errors import RestoreFailed
from restorer.models.catalog import open_catalog
from restorer.models.denoiser import Denoiser
from restorer.settings import Settings, weights_dir
from tests.conftest import TINY, drawn

CPU = Rung(torch.device("cpu"), torch.float32)
CPU_HALF = Rung(torch.device("cpu"), torch.float16)


either_grain = pytest.mark.parametrize("kind", ["fine", "coarse"])


class Failing(Denoiser):
    """A denoiser that can be told to fail as GPUs do; `seen` counts its calls."""

    def __init__(self, denoiser, failure):
        super().__init__(**TINY)
        self.load_state_dict(denoiser.state_dict())
        self.failure = failure
        self.requires_grad_(False)

    def forward(self, noisy, sigma):
        replaced = self.failure(noisy)
        return super().forward(noisy, sigma) if replaced is None else replaced


def run(image, networks, *, dtype=np.float32, ladder=(CPU,), **options):
    scale = networks.scale
    shape = (image.height * scale, image.width * scale, image.samples.shape[2])
    out = np.zeros(shape, dtype)
    events = list(restore(image, networks, out, sigma=20, ladder=ladder, **options))
    return out, events


def random_image(height, width, channels=3):
    return Image(np.random.default_rng(1).random((height, width, channels), np.float32))


@pytest.mark.parametrize("tile_px", [64, 100, 256])
@pytest.mark.parametrize("size", [(1, 1), (1, 7), (65, 131), (200, 333)])
@either_grain
@pytest.mark.parametrize("stages", ["denoise", "enlarge", "both"])
def test_tiles_match_the_whole_picture(tiny_denoiser, tiny_upscalers, stages, kind, size, tile_px):
    networks = Networks(
        denoiser=None if stages == "enlarge" else tiny_denoiser,
        upscaler=None if stages == "denoise" else tiny_upscalers[3],
    ).suited_to(kind)
    image = random_image(*size)
    whole, _ = run(image, networks, tile_px=10_000)
    tiled, _ = run(image, networks, tile_px=tile_px)
    np.testing.assert_allclose(tiled, whole, atol=1e-5)


@pytest.mark.parametrize(
    ("scale", "kind"),
    [(1, "fine"), (1, "coarse"), (1, "jpeg"), (2, "fine"), (3, "fine"), (4, "fine")],
)
def test_tiles_of_the_shipped_models_match_the_whole_picture(scale, kind):
    shipped = open_catalog(weights_dir())
    networks = Networks(
        denoiser=shipped.denoiser() if scale == 1 else None,
        upscaler=shipped.upscaler(scale) if scale > 1 else None,
        deblocker=shipped.denoiser("deblocker"),
        degrainer=shipped.denoiser("degrainer"),
    ).suited_to(kind)
    image = Image(drawn(950, 77) if kind == "coarse" else drawn(331, 133))  # wider than the halo
    whole, _ = run(image, networks, tile_px=10_000)
    tiled, _ = run(image, networks, tile_px=64)
    np.testing.assert_allclose(tiled, whole, atol=1e-4)


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (65, 131)])
@pytest.mark.parametrize("kind", ["fine", "coarse", "jpeg"])
@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_the_shipped_models_take_any_size_in_tiles(shipped, scale, kind, size):
    networks = shipped.networks(Settings(), scale).suited_to(kind)
    image = Image(drawn(size[1], size[0]))
    whole, _ = run(image, networks, tile_px=10_000)
    tiled, _ = run(image, networks, tile_px=64)
    assert tiled.shape == (size[0] * scale, size[1] * scale, 3)
    np.testing.assert_allclose(tiled, whole, atol=1e-4)


@pytest.fixture(scope="module")
def shipped():
    return Models(weights_dir())


def test_the_view_changes_the_order_and_not_the_result(tiny_denoiser):
    image, networks = random_image(500, 700), Networks(tiny_denoiser, None)
    whole, _ = run(image, networks)
    viewed, events = run(image, networks, view=Box(300, 100, 90, 90))
    np.testing.assert_allclose(viewed, whole, atol=1e-5)
    assert events[0].box.intersect(Box(300, 100, 90, 90)) is not None


def test_without_noise_the_picture_comes_back_as_it_was(picture, tiny_denoiser):
    out = np.empty_like(picture.samples)
    list(restore(picture, Networks(tiny_denoiser, None), out, sigma=0, ladder=(CPU,)))
    np.testing.assert_array_equal(out, picture.samples)


def test_looking_elsewhere_changes_what_comes_next(tiny_denoiser):
    image, networks = random_image(500, 700), Networks(tiny_denoiser, None)
    far = Box(image.width - 10, image.height - 10, 5, 5)
    views = iter([None, far])
    out = np.empty(image.samples.shape, np.float32)
    steps = restore(
        image,
        networks,
        out,
        sigma=20,
        ladder=(CPU,),
        look=lambda: next(views, far),
        tile_px=100,
    )
    first, second = next(steps), next(steps)
    assert first.box.left == first.box.top == 0
    assert second.box.intersect(far) is not None
    assert len(list(steps)) == 5 * 7 - 2
    np.testing.assert_allclose(out, run(image, networks)[0], atol=1e-5)


def test_events_count_up_to_the_whole_result(picture, tiny_denoiser, tiny_upscalers):
    _, events = run(picture, Networks(tiny_denoiser, tiny_upscalers[2]), tile_px=64)
    assert [event.done_px for event in events] == sorted(event.done_px for event in events)
    assert events[-1].done_px == events[-1].total_px == 4 * 90 * 70


def test_stopping_leaves_the_rest_undone(tiny_denoiser):
    image = random_image(200, 200)
    out = np.full((200, 200, 3), -1, np.float32)
    steps = restore(image, Networks(tiny_denoiser, None), out, sigma=20, ladder=(CPU,), tile_px=64)
    box = next(steps).box
    steps.close()
    assert (out[box.rows, box.columns] != -1).all()
    assert (out == -1).sum() == out.size - 3 * box.area


def test_nothing_to_do_copies_the_samples(picture):
    out, _ = run(picture, Networks(None, None), dtype=np.uint8)
    np.testing.assert_array_equal(out, picture.samples)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_integer_results_are_rounded_floats(picture, tiny_denoiser, dtype):
    networks = Networks(tiny_denoiser, None)
    exact, _ = run(picture, networks)
    rounded, _ = run(picture, networks, dtype=dtype)
    assert rounded.dtype == dtype
    np.testing.assert_allclose(
        to_pixels(rounded), np.clip(exact, 0, 1), atol=0.51 / np.iinfo(dtype).max
    )


def test_the_result_may_be_a_mapped_file(picture, tiny_denoiser, tmp_path):
    networks = Networks(tiny_denoiser, None)
    mapped = np.memmap(tmp_path / "out", np.uint8, "w+", shape=picture.samples.shape)
    list(restore(picture, networks, mapped, sigma=20, ladder=(CPU,)))
    np.testing.assert_array_equal(mapped, run(picture, networks, dtype=np.uint8)[0])


@either_grain
def test_grey_stays_grey_and_equals_three_equal_channels(tiny_denoiser, kind):
    grey = Image(drawn(50, 40, channels=1))
    colour = Image(np.repeat(grey.samples, 3, axis=2))
    networks = Networks(tiny_denoiser, None).suited_to(kind)
    from_grey, _ = run(grey, networks)
    from_colour, _ = run(colour, networks)
    assert from_grey.shape == (40, 50, 1)
    np.testing.assert_allclose(from_grey[..., 0], from_colour.mean(axis=2), atol=1e-6)


def test_an_out_of_the_wrong_shape_is_refused(picture, tiny_denoiser):
    with pytest.raises(ValueError, match="does not fit"):
        next(
            restore(
                picture, Networks(tiny_denoiser, None), np.zeros((1, 1, 3)), sigma=1, ladder=(CPU,)
            )
        )


@either_grain
def test_full_memory_cuts_the_tiles_and_gives_the_same_result(tiny_denoiser, kind):
    image = random_image(300, 400)

    def full_memory(noisy):
        if noisy.shape[2] * noisy.shape[3] > 60_000:
            raise torch.OutOfMemoryError("CUDA out of memory")

    failing = Networks(Failing(tiny_denoiser, full_memory), None).suited_to(kind)
    result, events = run(image, failing)
    expected, _ = run(image, Networks(tiny_denoiser, None).suited_to(kind))
    np.testing.assert_allclose(result, expected, atol=1e-5)
    steps = [event for event in events if isinstance(event, SteppedDown)]
    assert [step.reason for step in steps] == [
        "Memory was full: continuing in smaller tiles"
    ] * len(steps)
    assert 1 <= len(steps) <= 3, "one report a step, not one a tile"


def test_the_failed_attempt_holds_no_memory_when_the_next_begins(tiny_denoiser):
    image = random_image(200, 200)
    pinned = []

    def remember(noisy):
        assert all(tensor() is None for tensor in pinned)
        if noisy.shape[2] > 150:
            pinned.append(weakref.ref(noisy))
            raise torch.OutOfMemoryError("CUDA out of memory")

    _, events = run(image, Networks(Failing(tiny_denoiser, remember), None))
    assert pinned
    assert isinstance(events[-1], TileDone)


def test_the_cpu_allocators_own_error_is_full_memory_too(tiny_denoiser):
    def full_memory(noisy):
        if noisy.shape[2] > 150:
            raise RuntimeError(
                "[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried"
            )

    _, events = run(random_image(200, 200), Networks(Failing(tiny_denoiser, full_memory), None))
    assert events[0].reason == "Memory was full: continuing in smaller tiles"


def test_an_error_that_is_not_full_memory_is_not_hidden(picture, tiny_denoiser):
    def bug(noisy):
        raise RuntimeError("expected a different shape")

    with pytest.raises(RuntimeError, match="different shape"):
        run(picture, Networks(Failing(tiny_denoiser, bug), None))


def test_memory_that_is_never_enough_ends_in_a_sentence(picture, tiny_denoiser):
    def full_memory(noisy):
        raise torch.OutOfMemoryError

    with pytest.raises(RestoreFailed, match="Memory was full"):
        run(picture, Networks(Failing(tiny_denoiser, full_memory), None))


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda noisy: torch.full_like(noisy, torch.nan), "invalid numbers"),
        (lambda noisy: torch.full_like(noisy, torch.inf), "invalid numbers"),
        (torch.zeros_like, "black"),
        (lambda noisy: noisy + noisy.new_tensor([0.3, 0, 0]).view(3, 1, 1), "colours were shifted"),
    ],
)
def test_wrong_numbers_in_half_precision_are_redone_in_float32(
    picture, tiny_denoiser, spoil, reason
):
    def in_half_only(noisy):
        return spoil(noisy) if noisy.dtype == torch.float16 else None

    networks = Networks(Failing(tiny_denoiser, in_half_only), None)
    result, events = run(picture, networks, ladder=(CPU_HALF, CPU), tile_px=64)
    np.testing.assert_array_equal(
        result, run(picture, Networks(tiny_denoiser, None), tile_px=64)[0]
    )
    steps = [event for event in events if isinstance(event, SteppedDown)]
    assert len(steps) == 1, "the other tiles stay on the lower rung"
    assert reason in steps[0].reason
    assert steps[0].now_on == str(CPU)


def test_wrong_numbers_go_down_the_ladder_rung_by_rung(picture, tiny_denoiser):
    """bfloat16 plays the second rung, which on a GPU is float32."""

    def unless_exact(noisy):
        return None if noisy.dtype == torch.float32 else torch.zeros_like(noisy)

    between = Rung(torch.device("cpu"), torch.bfloat16)
    networks = Networks(Failing(tiny_denoiser, unless_exact), None)
    result, events = run(picture, networks, ladder=(CPU_HALF, between, CPU))
    np.testing.assert_array_equal(result, run(picture, Networks(tiny_denoiser, None))[0])
    steps = [event for event in events if isinstance(event, SteppedDown)]
    assert [step.now_on for step in steps] == [str(between), str(CPU)]
    assert all("black" in step.reason for step in steps)


def test_a_tile_that_cannot_be_cut_any_more_goes_down_a_rung(picture, tiny_denoiser):
    def full_in_half(noisy):
        if noisy.dtype == torch.float16:
            raise torch.OutOfMemoryError

    networks = Networks(Failing(tiny_denoiser, full_in_half), None)
    result, events = run(picture, networks, ladder=(CPU_HALF, CPU))
    np.testing.assert_allclose(result, run(picture, Networks(tiny_denoiser, None))[0], atol=1e-5)
    reasons = [event.reason for event in events if isinstance(event, SteppedDown)]
    assert reasons[-1] == f"Memory was full: continuing with {CPU}"
    assert set(reasons[:-1]) == {"Memory was full: continuing in smaller tiles"}


def test_wrong_numbers_on_the_last_rung_are_not_saved(picture, tiny_denoiser):
    networks = Networks(Failing(tiny_denoiser, torch.zeros_like), None)
    with pytest.raises(RestoreFailed, match="black"):
        run(picture, networks)


def test_colours_that_the_last_rung_shifts_are_the_networks_own_answer(picture, tiny_denoiser):
    networks = Networks(Failing(tiny_denoiser, lambda noisy: noisy * 0.5), None)
    result, _ = run(picture, networks)
    assert result.mean() < 0.7 * picture.samples.mean()


def test_a_black_picture_may_stay_black(tiny_denoiser):
    black = Image(np.zeros((40, 40, 3), np.uint8))
    _, events = run(black, Networks(Failing(tiny_denoiser, torch.zeros_like), None))
    assert isinstance(events[-1], TileDone)


@either_grain
def test_half_precision_is_close_to_float32(picture, tiny_denoiser, tiny_upscalers, kind):
    networks = Networks(tiny_denoiser, tiny_upscalers[2]).suited_to(kind)
    half, events = run(picture, networks, ladder=(CPU_HALF, CPU))
    assert not any(isinstance(event, SteppedDown) for event in events)
    np.testing.assert_allclose(half, run(picture, networks)[0], atol=1 / 255)


def test_a_lost_gpu_hands_over_to_the_cpu(picture, tiny_denoiser, monkeypatch):
    """The GPU is played by the CPU's half precision under another device's name."""
    lost = Failing(tiny_denoiser, lambda noisy: None)
    networks = Networks(lost, None)
    gpu = Rung(torch.device("cuda"), torch.float16)

    def on(self, rung):
        if rung is gpu or rung.device.type == "cuda":
            broken = copy.copy(networks.denoiser)
            broken.failure = raise_lost
            return Networks(broken, None)
        return networks

    def raise_lost(noisy):
        raise RuntimeError("CUDA error: unspecified launch failure\nmore lines")

    monkeypatch.setattr(Networks, "on", on)
    monkeypatch.setattr("restorer.engine.restore.max_tile_px", lambda rung, hunger: 1 << 20)
    monkeypatch.setattr(torch.Tensor, "to", staying_here(torch.Tensor.to))
    monkeypatch.setattr("restorer.engine.device.describe", lambda device: device.type)
    ladder = (gpu, Rung(torch.device("cuda"), torch.float32), CPU)
    _, events = run(picture, networks, ladder=ladder)
    assert events[0].reason.startswith("The GPU failed (CUDA error: unspecified launch failure)")
    assert events[0].now_on == "cpu", "float32 on a lost GPU is not tried"


def staying_here(original):
    def to(self, *arguments, **options):
        kept = [a for a in arguments if not (isinstance(a, torch.device) and a.type == "cuda")]
        return original(self, *kept, **options)

    return to


@pytest.mark.parametrize("scale", [1, 2, 3])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_alpha_is_enlarged_with_the_picture(scale, dtype):
    full = np.iinfo(dtype).max
    alpha = np.zeros((20, 30), dtype)
    alpha[:, 15:] = full
    large = enlarge_alpha(alpha, scale)
    assert large.shape == (20 * scale, 30 * scale)
    assert large.dtype == dtype
    assert (large[:, : 10 * scale] == 0).all()
    assert (large[:, 20 * scale :] == full).all()
