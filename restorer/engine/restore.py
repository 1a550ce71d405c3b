"""A picture through the networks, one finished tile after another."""

from __future__ import annotations

import contextlib
import math
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import torch
from PIL import Image as PillowImage
from torch import Tensor
from torch.nn import functional

from restorer.engine.alpha import with_clean_edges
from restorer.engine.device import Rung, max_tile_px
from restorer.engine.image import Image, Pixels, Samples, to_pixels, to_samples
from restorer.engine.networks import Networks
from restorer.engine.tiling import Box, cut, nearest_first, plan, quarter
from restorer.errors import RestoreFailed
from restorer.models.coarse_grain import CoarseGrainDenoiser
from restorer.models.denoiser import Denoiser

_DARK: Final = 1 / 255


@dataclass(frozen=True, slots=True)
class TileDone:
    """`box` of the result is finished. All counts are pixels of the result."""

    box: Box
    done_px: int
    total_px: int


@dataclass(frozen=True, slots=True)
class SteppedDown:
    """The work goes on one step slower: why, as a sentence, and on what it runs now."""

    reason: str
    now_on: str


Event = TileDone | SteppedDown


def restore(
    image: Image,
    networks: Networks,
    out: Samples,
    *,
    sigma: float,
    ladder: Sequence[Rung],
    cleaned: Samples | None = None,
    view: Box | None = None,
    look: Callable[[], Box | None] | None = None,
    tile_px: int | None = None,
    most_px: int | None = None,
) -> Iterator[Event]:
    """Fills `out` tile by tile; to stop early, stop iterating.

    `out`: (scale H, scale W, C) of any depth, may be memory-mapped; with its TileDone a tile is
    final. `sigma`: the noise or how coarse the blocks are, in 8-bit levels; at 0 the denoiser is
    left out. `ladder`: what to run on, fastest first. `cleaned`: (H, W, C), gets the picture
    between denoiser and upscaler, for `blend`. `view`: the part of the picture that is looked at,
    done first; `look` says after each tile what it is by now, and what is near to it goes on first.
    `tile_px`: tiles of that side instead of as large as memory allows. `most_px`: no tile has more
    pixels than that, halo included, so that somebody who watches sees it grow. None of them changes
    the result.

    If memory does not suffice tiles are cut in four; if numbers come out wrong or the device fails
    the tile is done again on the next rung, where the rest stays. Each step is a SteppedDown.
    Raises RestoreFailed when the last rung fails.
    """
    picture = Box(0, 0, image.width, image.height)
    result = picture.scaled(networks.scale)
    if out.shape != (result.height, result.width, image.samples.shape[2]):
        raise ValueError(f"out has shape {out.shape}, which does not fit the result.")
    if sigma == 0:  # nothing to remove: even a perfect denoiser could only round
        networks = replace(networks, denoiser=None)
    if networks.denoiser is None and networks.upscaler is None:
        out[...] = image.samples if out.dtype == image.samples.dtype else _converted(image, out)
        yield TileDone(result, result.area, result.area)
        return

    image = with_clean_edges(image)
    footing = _Footing(networks, ladder)
    max_px = footing.max_px if most_px is None else min(footing.max_px, most_px)
    tiles = deque(_tiles(picture, networks, max_px, view, tile_px))
    done_px = 0
    while tiles:
        seen = view if look is None else look()
        if seen is not None and seen != view:
            tiles, view = deque(nearest_first(tiles, seen)), seen
        tile = tiles.popleft()
        parts = quarter(tile, networks.stride)
        if len(parts) > 1 and tile.grow(networks.work_halo, picture).area > footing.cut_above_px:
            tiles.extendleft(reversed(parts))
            continue
        restored, trouble = _attempt(image, tile, footing.networks, footing.rung, sigma)
        if restored is not None:
            box = tile.scaled(networks.scale)
            out[box.rows, box.columns] = to_samples(restored.result, out.dtype)
            if cleaned is not None and restored.cleaned is not None:
                cleaned[tile.rows, tile.columns] = to_samples(restored.cleaned, cleaned.dtype)
            done_px += box.area
            yield TileDone(box, done_px, result.area)
            continue
        # The failed attempt's tensors are gone by now: they died with the frame that held them.
        smaller_px = None
        if trouble.out_of_memory and len(parts) > 1:
            smaller_px = max(part.grow(networks.work_halo, picture).area for part in parts)
        tiles.extendleft([tile] if smaller_px is None else reversed(parts))
        yield footing.step_down(trouble, smaller_px)


def enlarge_alpha(alpha: Samples, scale: int) -> Samples:
    """(H, W) to (scale H, scale W) of the same depth, bicubic: transparency has no noise."""
    if scale == 1:
        return alpha
    plane = PillowImage.fromarray(to_pixels(alpha))
    size = (plane.width * scale, plane.height * scale)
    large = np.asarray(plane.resize(size, PillowImage.Resampling.BICUBIC))
    return to_samples(large, alpha.dtype)


@dataclass(frozen=True, slots=True)
class _Restored:
    """One tile: (scale h, scale w, C), and (h, w, C) as the upscaler got it, if there is one."""

    result: Pixels
    cleaned: Pixels | None


@dataclass(frozen=True, slots=True)
class _Trouble:
    """Why an attempt gave nothing."""

    reason: str
    out_of_memory: bool = False
    device_lost: bool = False


_NO_TROUBLE: Final = _Trouble("")


class _Footing:
    """Where on the ladder the work stands, and how large its tiles may be there."""

    def __init__(self, networks: Networks, ladder: Sequence[Rung]) -> None:
        self._wanted = networks
        self._below = deque(ladder)
        self._stand_on(self._below.popleft())

    def _stand_on(self, rung: Rung) -> None:
        self.rung = rung
        self.networks = self._wanted.on(rung)
        self.max_px = max_tile_px(rung, self._wanted.bytes_per_px)
        self.cut_above_px = 2 * self.max_px  # tiles planned for a rung with more memory

    def step_down(self, trouble: _Trouble, smaller_px: int | None) -> SteppedDown:
        """Tiles of at most `smaller_px` or, if that is None, the next rung.

        Raises RestoreFailed if there is no rung left.
        """
        if trouble.out_of_memory:
            _empty_cache(self.rung)
        if smaller_px is not None:
            self.cut_above_px = smaller_px
            reason = f"{trouble.reason}: continuing in smaller tiles"
            return SteppedDown(reason, str(self.rung))
        while trouble.device_lost and self._below and self._below[0].device == self.rung.device:
            self._below.popleft()
        if not self._below:
            raise RestoreFailed(f"The picture could not be restored: {trouble.reason}.")
        self._stand_on(self._below.popleft())
        return SteppedDown(f"{trouble.reason}: continuing with {self.rung}", str(self.rung))


def _tiles(
    picture: Box, networks: Networks, max_px: int, view: Box | None, tile_px: int | None
) -> list[Box]:
    if tile_px is not None:
        return cut(picture, tile_px, networks.stride)
    return plan(
        picture, max_px=max_px, halo_px=networks.work_halo, stride=networks.stride, view=view
    )


def _attempt(
    image: Image, tile: Box, networks: Networks, rung: Rung, sigma: float
) -> tuple[_Restored | None, _Trouble]:
    """The tile's restored pixels, or what went wrong.

    A function of its own, so that the frame whose tensors an exception pins is gone when the
    caller goes on with less memory.
    """
    try:
        restored = _run(image, tile, networks, rung, sigma)
    except (torch.OutOfMemoryError, MemoryError):
        return None, _Trouble(_memory_was_full(rung), out_of_memory=True)
    except RuntimeError as error:
        if "can't allocate memory" in str(error):  # torch has no type for it on the CPU
            return None, _Trouble(_memory_was_full(rung), out_of_memory=True)
        if rung.device.type == "cpu":
            raise
        return None, _Trouble(f"The GPU failed ({_first_line(error)})", device_lost=True)
    source = to_pixels(image.samples[tile.rows, tile.columns])
    wrong = _what_is_wrong(restored.result, source, sigma, rung)
    return (restored, _NO_TROUBLE) if wrong is None else (None, _Trouble(wrong))


@torch.inference_mode()
def _run(image: Image, tile: Box, networks: Networks, rung: Rung, sigma: float) -> _Restored:
    """The tile alone: halos are read, used and cut off again."""
    picture = Box(0, 0, image.width, image.height)
    upscaler_halo = 0 if networks.upscaler is None else networks.upscaler.halo
    kept = tile.grow(upscaler_halo, picture)  # what the denoiser has to deliver
    read = kept
    if networks.denoiser is not None:
        read = kept.grow(networks.denoiser.halo, picture, networks.denoiser.stride)

    batch = _batch(image.samples[read.rows, read.columns], rung)
    with _true_float32(rung):
        if networks.denoiser is not None:
            batch = _padded(batch, networks.denoiser.stride)  # here, so that one of them goes
            batch = _denoise(batch, networks.denoiser, sigma, kept.seen_from(read))
        if networks.upscaler is None:
            return _Restored(_pixels(batch, image), None)
        core = tile.seen_from(kept)
        inner = core.scaled(networks.upscaler.scale)
        large = networks.upscaler(batch)[:, :, inner.rows, inner.columns]
        cleaned = _pixels(batch[:, :, core.rows, core.columns], image)
    return _Restored(_pixels(large, image), cleaned)


def _batch(samples: Samples, rung: Rung) -> Tensor:
    """(H, W, C) to (1, 3, H, W) in [0, 1] where the network is."""
    batch = torch.from_numpy(to_pixels(samples)).permute(2, 0, 1)[None].expand(-1, 3, -1, -1)
    return batch.to(rung.device, rung.dtype, memory_format=torch.channels_last)


def _pixels(batch: Tensor, image: Image) -> Pixels:
    """(1, 3, H, W) on any device to (H, W, C) with as many channels as the image has."""
    pixels = batch[0].permute(1, 2, 0).float().cpu().numpy()
    return pixels.mean(axis=2, keepdims=True) if image.samples.shape[2] == 1 else pixels


def _padded(batch: Tensor, stride: int) -> Tensor:
    """To multiples of `stride`.

    Only the picture's own right and bottom rim is ever off the stride, so that every tile is
    padded with the pixels that the whole picture would be padded with.
    """
    height, width = batch.shape[2:]
    padding = (0, -width % stride, 0, -height % stride)
    if not any(padding):
        return batch
    batch = functional.pad(batch, padding, mode="replicate")
    return batch.contiguous(memory_format=torch.channels_last)


def _denoise(
    batch: Tensor, denoiser: Denoiser | CoarseGrainDenoiser, sigma: float, keep: Box
) -> Tensor:
    """The part `keep` of the batch, denoised."""
    level = torch.full((1, 1, 1, 1), sigma, device=batch.device, dtype=batch.dtype)
    if isinstance(denoiser, CoarseGrainDenoiser):
        part: Tensor = denoiser(batch, level, keep.rows, keep.columns)
        return part
    denoised: Tensor = denoiser(batch, level)
    return denoised[:, :, keep.rows, keep.columns]


def _what_is_wrong(restored: Pixels, source: Pixels, sigma: float, rung: Rung) -> str | None:
    """Why this tile must not be saved, or None.

    Restoring moves the mean of a channel by little: noise averages out over n pixels as sigma over
    the root of n, and clipped noise, which lifts shadows, moves it by up to 0.4 sigma. A few
    pixels may change by more than a whole tile, hence the third term. Where nothing else could
    know better, a shift is the network's own answer: to black and white dots, say, that are taken
    for strong noise.
    """
    if not np.isfinite(restored).all():
        return "The result had invalid numbers"
    if restored.max() < _DARK and source.mean() > 4 * _DARK + sigma / 255:
        return "The result was black"
    if rung.is_reference:
        return None
    root_n = math.sqrt(source.shape[0] * source.shape[1])
    allowed = 0.03 + sigma / 255 * (0.5 + 8 / root_n) + 0.5 / root_n
    shift = np.abs(restored.mean(axis=(0, 1)) - source.mean(axis=(0, 1))).max()
    return "The result's colours were shifted" if shift > allowed else None


def _converted(image: Image, out: Samples) -> Samples:
    return to_samples(to_pixels(image.samples), out.dtype)


def _true_float32(rung: Rung) -> contextlib.AbstractContextManager[None]:
    """CUDA rounds float32 convolutions to TF32's ten bits unless it is told not to."""
    if rung.device.type == "cuda" and rung.dtype == torch.float32:
        return torch.backends.cudnn.flags(enabled=True, allow_tf32=False)
    return contextlib.nullcontext()


def _empty_cache(rung: Rung) -> None:
    if rung.device.type != "cpu":
        torch.accelerator.empty_cache()


def _memory_was_full(rung: Rung) -> str:
    return "Memory was full" if rung.device.type == "cpu" else "GPU memory was full"


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
