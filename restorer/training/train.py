"""The loop that trains every model: read it from top to bottom."""

from __future__ import annotations

import copy
import math
import platform
import time
from collections.abc import Generator as Generates
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
from torch import Generator, Tensor
from torch.nn import functional

from restorer.engine.device import available
from restorer.errors import TrainingError
from restorer.models import catalog
from restorer.models.catalog import Network
from restorer.models.denoiser import Denoiser
from restorer.models.estimator import PATCH_PX, Estimator
from restorer.models.upscaler import Upscaler
from restorer.settings import MAX_SIGMA
from restorer.training import checkpoint, data, degrade
from restorer.training.checkpoint import CHECKPOINT_NAME, State
from restorer.training.muon import bfloat16_is_fast
from restorer.training.recipes import Recipe

VALIDATION_SIGMA: Final = 25.0
VALIDATION_CROP_PX: Final = 240

Batch = tuple[tuple[Tensor, ...], Tensor]  # what the network is given, what it should return
FLOOR_SIGMA: Final = 0.5  # where rounding to 8 bits hides any noise


@dataclass(frozen=True, slots=True)
class Progress:
    """One line of the running training.

    `loss`: mean absolute error in 8-bit levels, or the estimator's negative log-likelihood.
    `validation`: PSNR in decibels or the estimator's typical error in percent, if just measured.
    """

    step: int
    fraction: float
    eta_s: float
    loss: float
    megapixels_per_s: float
    validation: float | None


@dataclass(frozen=True, slots=True)
class Plan:
    """Where, how long and from what."""

    recipe: Recipe
    data: tuple[Path, ...]
    minutes: float
    out: Path
    resume: bool = False
    start_from: Path | None = None  # a folder of weights to go on from, such as the shipped ones
    seed: int = 1
    device: str = "auto"
    provenance: str = ""
    learning_rate: float | None = None  # the peak of this cycle, if not the recipe's
    checkpoint_every_s: float = 120.0
    report_every_s: float = 10.0


def train(plan: Plan) -> Generates[Progress, None, None]:
    """Trains until the minutes are over, then exports to `plan.out`; yields its progress.

    The learning rate warms up, then falls along a cosine over `plan.minutes`. With `resume` an
    interrupted cycle goes on; a finished one is followed by another (warm restart, Loshchilov and
    Hutter 2017). Closing the generator saves a checkpoint.

    Raises DataError, TrainingError for a checkpoint that cannot be used, WeightsError,
    DeviceUnavailable.
    """
    recipe = plan.recipe
    device = available(plan.device)
    state = _start(plan, device)
    photos = data.load(plan.data, device)
    budget_s = plan.minutes * 60
    peak = plan.learning_rate or recipe.learning_rate
    losses: list[Tensor] = []
    reported: list[Tensor] = []
    pixels = 0
    last_report = last_save = started = time.monotonic()
    cycle_s_before, trained_s_before = state.cycle_s, state.trained_s

    try:
        while state.cycle_s < budget_s:
            fraction = state.cycle_s / budget_s
            for group in state.optimizer.param_groups:
                group["lr"] = _learning_rate(recipe, peak, fraction, state.cycle_steps)

            phase = recipe.phase(fraction)
            clean = photos.patches(phase.batch, phase.patch_px, state.generator)
            inputs, target = _batch(recipe, clean, state.generator)
            with torch.autocast(device.type, torch.bfloat16, enabled=bfloat16_is_fast(device)):
                restored = state.network(*inputs)
            loss = _loss(recipe, restored.float(), target)
            state.optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(state.network.parameters(), recipe.gradient_norm)
            state.optimizer.step()
            state.step += 1
            state.cycle_steps += 1
            _update_average(state, recipe.ema_decay)

            losses.append(loss.detach())
            pixels += clean.shape[0] * clean.shape[2] * clean.shape[3]
            now = time.monotonic()
            state.cycle_s = cycle_s_before + now - started
            state.trained_s = trained_s_before + now - started
            if now - last_report > plan.report_every_s:
                validation = None
                if now - last_save > plan.checkpoint_every_s:
                    _save(plan, state)
                    validation = validate(recipe, state.average, photos)
                    last_save = now
                yield Progress(
                    step=state.step,
                    fraction=min(1.0, state.cycle_s / budget_s),
                    eta_s=max(0.0, budget_s - state.cycle_s),
                    loss=_mean(losses),
                    megapixels_per_s=pixels / 1e6 / (now - last_report),
                    validation=validation,
                )
                reported, losses, pixels = losses, [], 0
                last_report = time.monotonic()
    finally:
        _save(plan, state)
    _export(plan, state, device)
    yield Progress(
        step=state.step,
        fraction=1.0,
        eta_s=0.0,
        loss=_mean(losses or reported),
        megapixels_per_s=0.0,
        validation=validate(recipe, state.average, photos),
    )


def build(recipe: Recipe) -> Network:
    """The recipe's network with fresh weights."""
    kinds: dict[str, type[Network]] = {
        "denoise": Denoiser,
        "upscale": Upscaler,
        "estimate": Estimator,
    }
    return kinds[recipe.task](**recipe.arguments)


@torch.inference_mode()
def validate(recipe: Recipe, network: Network, photos: data.Photos) -> float:
    """PSNR in decibels over the held-out photos: sigma 25, or bicubic shrinking; same noise always.

    Of the estimator, the median error in percent. A rough guide while training: the figures that
    are quoted come from `restorer benchmark`.
    """
    if recipe.task == "estimate":
        return _estimation_error(recipe, network, photos)
    errors = []
    for clean in photos.validation(VALIDATION_CROP_PX):
        if recipe.task == "denoise":
            generator = Generator(clean.device).manual_seed(0)
            noise = torch.randn(clean.shape, generator=generator, device=clean.device)
            sigma = torch.full((1, 1, 1, 1), VALIDATION_SIGMA, device=clean.device)
            restored = network(clean + noise * (VALIDATION_SIGMA / 255), sigma)
        else:
            restored = network(degrade.shrink(clean, recipe.scale))
        errors.append(functional.mse_loss(restored.clamp(0, 1), clean))
    return float((-10 * torch.stack(errors).log10()).mean())


def _estimation_error(recipe: Recipe, network: Network, photos: data.Photos) -> float:
    generator = Generator(next(network.parameters()).device).manual_seed(0)
    patches = [clean for clean in photos.validation(PATCH_PX) for _ in range(8)]
    inputs, target = _batch(recipe, torch.cat(patches), generator)
    return float(100 * (network(*inputs)[:, 0] - target).abs().median())


def _batch(recipe: Recipe, clean: Tensor, generator: Generator) -> Batch:
    if recipe.task == "estimate":
        batch = degrade.estimation_batch(clean, generator)
        return (batch.noisy,), torch.log(torch.hypot(batch.sigma, _floor(batch.sigma))).flatten()
    if recipe.task == "denoise":
        batch = degrade.noisy_batch(clean, generator)
        noisy = batch.noisy.contiguous(memory_format=torch.channels_last)
        return (noisy, batch.sigma), batch.clean
    small = degrade.small_batch(clean, recipe.scale, generator)
    return (small.contiguous(memory_format=torch.channels_last),), clean


def _loss(recipe: Recipe, answer: Tensor, target: Tensor) -> Tensor:
    """L1 of pictures in 8-bit levels; of the estimator, the likelihood of the true level."""
    if recipe.task == "estimate":
        return functional.gaussian_nll_loss(answer[:, 0], target, answer[:, 1].exp(), eps=1e-4)
    return 255 * functional.l1_loss(answer, target)


def _mean(losses: list[Tensor]) -> float:
    return float(torch.stack(losses).mean()) if losses else math.nan


def _floor(sigma: Tensor) -> Tensor:
    return torch.full_like(sigma, FLOOR_SIGMA)


def _learning_rate(recipe: Recipe, peak: float, fraction: float, cycle_steps: int) -> float:
    warm = min(1.0, (cycle_steps + 1) / recipe.warmup_steps)
    cosine = 0.5 * (1 + math.cos(math.pi * min(1.0, fraction)))
    low = recipe.learning_rate_end
    return warm * (low + (peak - low) * cosine)


@torch.no_grad()
def _update_average(state: State, decay: float) -> None:
    decay = min(decay, (1 + state.step) / (10 + state.step))  # the first weights say little
    averages: list[Tensor] = list(state.average.parameters())
    current: list[Tensor] = list(state.network.parameters())
    torch._foreach_lerp_(averages, current, 1 - decay)


def _start(plan: Plan, device: torch.device) -> State:
    if not plan.resume and (plan.out / CHECKPOINT_NAME).exists():
        raise TrainingError(
            f"{plan.out} holds an earlier training. Add --resume to go on with it, or choose "
            "another --out."
        )
    torch.manual_seed(plan.seed)  # the fresh weights
    network = build(plan.recipe)
    if plan.start_from is not None:
        network.load_state_dict(_trained_weights(plan.recipe, plan.start_from))
    state = checkpoint.fresh(network, plan.recipe, device, plan.seed)
    if plan.resume:
        checkpoint.resume(plan.out, plan.recipe, state)
    return state


def _trained_weights(recipe: Recipe, folder: Path) -> dict[str, Tensor]:
    trained = catalog.open_catalog(folder)
    if trained.entry(recipe.name).arguments != recipe.arguments:
        raise TrainingError(f"The {recipe.name} in {folder} is another network than the recipe's.")
    return trained.load(recipe.name).state_dict()


def _save(plan: Plan, state: State) -> None:
    finished = state.cycle_s >= plan.minutes * 60
    checkpoint.save(plan.out, plan.recipe, state, finished=finished)


def _export(plan: Plan, state: State, device: torch.device) -> None:
    network = copy.deepcopy(state.average).to("cpu")
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.machine()
    catalog.add(
        plan.out,
        network,
        catalog.Entry(
            name=plan.recipe.name,
            architecture=type(network).__name__,
            arguments=plan.recipe.arguments,
            file="",
            sha256="",
            scale=network.scale,
            stride=network.stride,
            halo=network.halo,
            parameters=0,
            sigma_range=(0.0, MAX_SIGMA) if plan.recipe.task == "denoise" else None,
            loss="Gaussian likelihood of ln(sigma)" if plan.recipe.task == "estimate" else "L1",
            trained_on=plan.provenance or ", ".join(folder.name for folder in plan.data),
            degradations=plan.recipe.degradations,
            seed=plan.seed,
            steps=state.step,
            hours=round(state.trained_s / 3600, 2),
            hardware=f"{device.type}, {name}, {torch.get_num_threads()} threads",
        ),
    )
