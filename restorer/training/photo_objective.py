"""The tasks on photos: denoise, deblock, upscale, estimate the noise."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

import torch
from torch import Generator, Tensor
from torch.nn import functional

from restorer.engine import noise
from restorer.models.catalog import Network
from restorer.models.estimator import (
    PATCH_PX,
    Estimator,
    Estimators,
    JpegEstimator,
    PictureEstimator,
)
from restorer.training import degrade
from restorer.training.data import Photos
from restorer.training.drawings import Drawings
from restorer.training.jpeg import jpeg, jpeg_level
from restorer.training.objective import BatchLoss
from restorer.training.precision import bfloat16_is_fast
from restorer.training.recipes import Phase, Recipe
from restorer.training.replay import Replay

DRAWN_SHARE: Final = 1 / 16  # of the upscaler's patches
VALIDATION_SIGMA: Final = 25.0
VALIDATION_QUALITY: Final = 30.0
VALIDATION_CROP_PX: Final = 240
_VALIDATION_ROUNDS: Final = 8  # of the estimators
_STRIDE: Final = 16  # of every denoiser of up to four levels
FLOOR_SIGMA: Final = 0.5  # where rounding to 8 bits hides any noise
_SMALLEST_ERROR: Final = 1e-6  # squared, in [0, 1]: a quarter of a level

Batch = tuple[tuple[Tensor, ...], Tensor]  # what the network is given, what it should return


@dataclass(frozen=True, slots=True)
class PhotoObjective:
    """Degraded patches of photos in, clean ones or their noise level out."""

    recipe: Recipe
    photos: Photos
    levels: tuple[float, float] | None = None  # of noise that the denoiser learns most
    replay: Replay = field(default_factory=Replay)  # the estimators'
    trained: Estimators | None = None  # those that the estimator of pictures is stacked on
    drawings: Drawings | None = None  # what the upscaler learns from beside photos

    @property
    def left_out(self) -> tuple[str, ...]:
        return self.photos.skipped

    def loss(
        self, network: Network, phase: Phase, fraction: float, generator: Generator
    ) -> BatchLoss:
        """RMSE of each patch in 8-bit levels; of the estimator, the likelihood of the true level.

        The root is taken patch by patch, so that slight noise counts as much as strong: a plain MSE
        would be that of the strongest noise. In equal steps from the same weights it took the
        upscaler twice as far as L1, the denoiser three times.
        """
        del fraction  # these losses stay the same from start to end
        if self.recipe.task == "estimate":
            return self._estimator_loss(network, phase, generator)
        inputs, target = self._examples(phase, generator)
        device = target.device
        with torch.autocast(device.type, torch.bfloat16, enabled=bfloat16_is_fast(device)):
            answer = network(*inputs)
        errors = functional.mse_loss(answer.float(), target, reduction="none").mean(dim=(1, 2, 3))
        value = 255 * torch.sqrt(errors + _SMALLEST_ERROR).mean()
        return BatchLoss(value, target[:, 0].numel(), value)

    def _examples(self, phase: Phase, generator: Generator) -> Batch:
        drawn = 0
        if self.drawings is not None:
            lot = float(torch.rand(1, generator=generator, device=generator.device))
            drawn = int(phase.batch * DRAWN_SHARE + lot)  # so many on average
        photos = self.photos.patches(phase.batch - drawn, phase.patch_px, generator)
        if self.drawings is None or not drawn:
            return self._batch(photos, generator)
        pages = self.drawings.patches(drawn, phase.patch_px, generator)
        small = (
            degrade.small_batch(photos, self.recipe.scale, generator),
            degrade.small_pages(pages, self.recipe.scale, generator),
        )
        return _together(*small), torch.cat((photos, pages))

    def _estimator_loss(self, network: Network, phase: Phase, generator: Generator) -> BatchLoss:
        assert isinstance(network, Estimator | JpegEstimator | PictureEstimator)
        pixels = 0
        if self.replay.wants_more():
            clean = self.photos.patches(phase.batch, phase.patch_px, generator)
            inputs, level = self._batch(clean, generator)
            self.replay.add(network.features(*inputs), level)
            pixels = clean[:, 0].numel()
        features, levels = self.replay.draw(generator)
        value = _likelihood_loss(network.head(features), levels)
        return BatchLoss(value, pixels, value)

    @torch.inference_mode()
    def validate(self, network: Network) -> float:
        """PSNR in decibels over the held-out photos: at sigma 25, at JPEG quality 30, or enlarged.

        The same noise always. Of the estimator, the median error in percent.
        """
        if self.recipe.task == "estimate":
            return self._estimation_error(network)
        errors = []
        multiple = math.lcm(_STRIDE, self.recipe.scale)
        for clean in self.photos.validation(VALIDATION_CROP_PX, multiple):
            if self.recipe.task == "denoise":
                generator = Generator(clean.device).manual_seed(0)
                grain = torch.randn(clean.shape, generator=generator, device=clean.device)
                sigma = torch.full((1, 1, 1, 1), VALIDATION_SIGMA, device=clean.device)
                restored = network(clean + grain * (VALIDATION_SIGMA / 255), sigma)
            elif self.recipe.task == "deblock":
                quality = torch.full((1, 1, 1, 1), VALIDATION_QUALITY, device=clean.device)
                level = torch.full_like(quality, jpeg_level(VALIDATION_QUALITY))
                restored = network(jpeg(clean, quality, halve_colour=True), level)
            else:
                restored = network(degrade.shrink(clean, self.recipe.scale))
            errors.append(functional.mse_loss(restored.clamp(0, 1), clean))
        return float((-10 * torch.stack(errors).log10()).mean())

    def _estimation_error(self, network: Network) -> float:
        generator = Generator(next(network.parameters()).device).manual_seed(0)
        side_px = PATCH_PX if self.trained is None else 2 * PATCH_PX
        clean = torch.cat(list(self.photos.validation(side_px, PATCH_PX)))
        errors = []
        for _ in range(_VALIDATION_ROUNDS):  # some things are drawn once a batch
            inputs, target = self._batch(clean, generator)
            errors.append((network(*inputs)[:, 0] - target).abs())
        return float(100 * torch.cat(errors).median())

    def _batch(self, clean: Tensor, generator: Generator) -> Batch:
        if self.trained is not None:
            return self._evidence(clean, self.trained, generator)
        if self.recipe.architecture == "JpegEstimator":
            batch, tables = degrade.jpeg_estimation_batch(clean, generator)
            return (batch.noisy, tables), _log_level(batch.sigma)
        if self.recipe.task == "estimate":
            batch = degrade.estimation_batch(clean, generator)
            return (batch.noisy,), _log_level(batch.sigma)
        if self.recipe.task == "upscale":
            return _together(degrade.small_batch(clean, self.recipe.scale, generator)), clean
        if self.recipe.task == "denoise":
            batch = degrade.noisy_batch(clean, generator, self.levels)
        else:
            batch = degrade.compressed_batch(clean, generator)
        noisy = batch.noisy.contiguous(memory_format=torch.channels_last)
        return (noisy, batch.sigma), batch.clean

    def _evidence(self, clean: Tensor, trained: Estimators, generator: Generator) -> Batch:
        """Of each of these pictures as a whole."""
        batch, tables = degrade.picture_batch(clean, generator)
        rows = []
        for index, picture in enumerate(batch.noisy):
            cells = functional.unfold(picture[None], PATCH_PX, stride=PATCH_PX)
            patches = cells[0].T.reshape(-1, *picture.shape[:1], PATCH_PX, PATCH_PX)
            table = None if tables is None else tables[index]
            reading = noise.read(patches, table, trained)
            rows.append(noise.evidence(patches, table, reading, trained))
        return (torch.stack(rows),), _log_level(batch.sigma)


def _together(*small: Tensor) -> tuple[Tensor]:
    return (torch.cat(small).contiguous(memory_format=torch.channels_last),)


def _likelihood_loss(answer: Tensor, target: Tensor) -> Tensor:
    return functional.gaussian_nll_loss(answer[:, 0], target, answer[:, 1].exp(), eps=1e-4)


def _log_level(sigma: Tensor) -> Tensor:
    """What the estimator has to tell, (N)."""
    return torch.log(torch.hypot(sigma, torch.full_like(sigma, FLOOR_SIGMA))).flatten()
