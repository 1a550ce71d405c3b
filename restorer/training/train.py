"""The loop that trains every model: read it from top to bottom."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Generator as Generates
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from restorer.engine.device import available
from restorer.engine.loaded import Models
from restorer.errors import TrainingError, WeightsMissing
from restorer.models import CATALOG_NAME, catalog
from restorer.models.catalog import ARCHITECTURES, Network
from restorer.models.estimator import Estimators
from restorer.settings import weights_dir
from restorer.training import card, checkpoint, data, digit_objective, drawings, growth
from restorer.training.checkpoint import Kept, Past, State
from restorer.training.interrupts import held_back
from restorer.training.objective import BatchLoss, Objective
from restorer.training.photo_objective import PhotoObjective
from restorer.training.plan import Plan
from restorer.training.recipes import Recipe
from restorer.training.symmetry import make_symmetric


@dataclass(frozen=True, slots=True)
class Progress:
    """One line of the running training.

    `loss`: root mean squared error in 8-bit levels, the estimator's negative log-likelihood, or the
    negative ELBO of digits in nats; None if there was nothing left to do. `validation`: PSNR in
    decibels, the estimator's typical error in percent or the ELBO in nats, if just measured.
    `left_out`: with the first line, a sentence for each file that could not be used.
    """

    step: int
    fraction: float
    eta_s: float
    loss: float | None
    megapixels_per_s: float
    validation: float | None
    left_out: tuple[str, ...] = ()


def train(plan: Plan) -> Generates[Progress, None, None]:
    """Trains until the minutes or steps are over, then exports to `plan.out`; yields its progress.

    The learning rate warms up, then falls along a cosine to the end of that length. With `resume`
    an interrupted cycle goes on; a finished one is followed by another (warm restart, Loshchilov
    and Hutter 2017). Closing the generator saves a checkpoint.

    Raises DataError, TrainingError for a checkpoint that cannot be used, a place that takes none,
    or a loss that is no longer a number; WeightsError, DeviceUnavailable.
    """
    device = available(plan.device)
    _check_place(plan)
    state = _start(plan, device)  # before the photos are read, which takes a while
    objective = _objective(plan, device)
    left_out = objective.left_out
    _save(plan, state)  # what the place does not take, it should refuse before the work
    _begin_history(plan)
    losses: list[Tensor] = []
    reported: list[Tensor] = []
    pixels = 0
    last_report = last_save = started = time.monotonic()
    cycle_s_before, trained_s_before = state.cycle_s, state.trained_s

    try:
        while (fraction := _fraction(plan, state)) < 1:
            with held_back():
                batch = _take_step(plan, objective, state, fraction)
                losses.append(batch.reported.detach())
                pixels += batch.pixels
                now = time.monotonic()
                state.cycle_s = cycle_s_before + now - started
                state.trained_s = trained_s_before + now - started
            if now - last_report > plan.report_every_s:
                _check_losses(losses)
                validation = None
                if now - last_save > plan.checkpoint_every_s:
                    _save(plan, state)
                    validation = _validate(plan, objective, state)
                    last_save = now
                done = min(1.0, _fraction(plan, state))
                yield Progress(
                    step=state.step,
                    fraction=done,
                    eta_s=state.cycle_s * (1 - done) / max(done, 1e-9),
                    loss=_mean(losses),
                    megapixels_per_s=pixels / 1e6 / (now - last_report),
                    validation=validation,
                    left_out=left_out,
                )
                left_out = ()
                reported, losses, pixels = losses, [], 0
                last_report = time.monotonic()
    finally:
        _check_losses(losses)  # of such weights nothing is saved
        _save(plan, state)
    _finish(plan, state)
    with plan.place.saving(plan.place.weights):
        card.export(plan, state, device)
    _save(plan, state, finished=True)
    yield Progress(
        step=state.step,
        fraction=1.0,
        eta_s=0.0,
        loss=_mean(losses or reported),
        megapixels_per_s=0.0,
        validation=_validate(plan, objective, state),
        left_out=left_out,
    )


def build(recipe: Recipe) -> Network:
    """The recipe's network with fresh weights."""
    network = ARCHITECTURES[recipe.architecture](**recipe.arguments)
    if recipe.symmetric:
        make_symmetric(network)
    return network


def _check_place(plan: Plan) -> None:
    """Whether the training can be saved there, and should."""
    place = plan.place
    place.check()
    checkpoint.adopt_old(place)
    if plan.resume and not place.checkpoint.exists():
        raise TrainingError(f"{place.checkpoint} is missing: there is no training to resume.")
    if not plan.resume and place.checkpoint.exists():
        raise TrainingError(
            f"{plan.out} holds an earlier training of the {place.model}. Add --resume to go on "
            "with it, or choose another --out."
        )
    if (plan.out / CATALOG_NAME).exists():
        catalog.open_catalog(plan.out)  # the result is to be added to it


def _objective(plan: Plan, device: torch.device) -> Objective:
    if plan.recipe.task == "digits":
        return digit_objective.load(plan.recipe, plan.data, device)
    photos = data.load(plan.data, device, plan.recipe.largest_patch_px, plan.shares)
    trained = _trained(device) if plan.recipe.architecture == "PictureEstimator" else None
    pages = drawings.draw(plan.recipe.scale, device) if plan.recipe.task == "upscale" else None
    return PhotoObjective(plan.recipe, photos, plan.levels, trained=trained, drawings=pages)


def _trained(device: torch.device) -> Estimators:
    """The shipped estimators of patches, and the denoiser that a picture is tried with."""
    shipped = Models(weights_dir()).estimators()
    for network in (shipped.plain, shipped.jpeg, shipped.trial):
        network.to(device)
    return shipped


def _fraction(plan: Plan, state: State) -> float:
    """How much of this cycle is done; from 1 on it is over."""
    if plan.steps is not None:
        return state.cycle_steps / plan.steps
    assert plan.minutes is not None
    return state.cycle_s / (60 * plan.minutes)


def _take_step(plan: Plan, objective: Objective, state: State, fraction: float) -> BatchLoss:
    recipe = plan.recipe
    peak = plan.learning_rate or recipe.learning_rate
    for group in state.optimizer.param_groups:
        group["lr"] = _learning_rate(recipe, peak, fraction, state.cycle_steps)

    phase = recipe.phase(fraction)
    batch = objective.loss(state.network, phase, fraction, state.generator)
    state.optimizer.zero_grad(set_to_none=True)
    batch.value.backward()  # type: ignore[no-untyped-call]
    state.optimizer.step()
    state.step += 1
    state.cycle_steps += 1
    _update_average(state, recipe.ema_decay)
    return batch


def _check_losses(losses: list[Tensor]) -> None:
    mean = _mean(losses)
    if mean is not None and not math.isfinite(mean):
        raise TrainingError(
            "The training has gone astray: its loss is no longer a number. Go on from the last "
            "good checkpoint with --resume and a lower --learning-rate."
        )


def _mean(losses: list[Tensor]) -> float | None:
    return float(torch.stack(losses).mean()) if losses else None


def _learning_rate(recipe: Recipe, peak: float, fraction: float, cycle_steps: int) -> float:
    warm = min(1.0, (cycle_steps + 1) / recipe.warmup_steps)
    cosine = 0.5 * (1 + math.cos(math.pi * min(1.0, fraction)))
    low = recipe.learning_rate_end
    return warm * (low + (peak - low) * cosine)


@torch.no_grad()
def _update_average(state: State, decay: float) -> None:
    """Of what this step has changed."""
    decay = min(decay, (1 + state.step) / (10 + state.step))  # the first weights say little
    averages: list[Tensor] = []
    current: list[Tensor] = []
    for average, parameter in zip(
        state.average.parameters(), state.network.parameters(), strict=True
    ):
        if parameter.grad is not None:
            averages.append(average)
            current.append(parameter)
    torch._foreach_lerp_(averages, current, 1 - decay)


def _start(plan: Plan, device: torch.device) -> State:
    torch.manual_seed(plan.seed)  # the fresh weights
    network, past, steps, hours = build(plan.recipe), Past(plan.seed), 0, 0.0
    if plan.start_from is not None:
        network, past, steps, hours = _given(plan, plan.start_from)
    state = checkpoint.fresh(network, plan.recipe, device, past)
    state.step, state.trained_s = steps, 3600 * hours  # what they have had already counts
    if plan.start_from is not None and plan.keep:
        state.kept = Kept(copy.deepcopy(state.average), plan.keep)
    if plan.resume:
        checkpoint.resume(plan.place, plan.recipe, state)
    state.past = state.past.and_then(card.trained_on(plan), card.degradations(plan))
    return state


def _given(plan: Plan, folder: Path) -> tuple[Network, Past, int, float]:
    """The recipe's network with the weights in `folder`, and what those have had already."""
    recipe = plan.recipe
    try:
        trained = catalog.open_catalog(folder)
        name = recipe.name if recipe.name in trained or recipe.kin is None else recipe.kin
        entry = trained.entry(name)
        network = trained.load(entry.name)
    except WeightsMissing as error:
        raise TrainingError(
            f"{folder} has no weights of the {recipe.name} to start from. Check --from."
        ) from error
    if entry.arguments != recipe.arguments:
        if not (
            entry.architecture == recipe.architecture
            and growth.can_grow(entry.arguments, recipe.arguments)
        ):
            raise TrainingError(
                f"The {entry.name} in {folder} is another network than the recipe's. Choose "
                "another --from, or begin without."
            )
        small, network = network, build(recipe)
        growth.grow(network, small)
    network.requires_grad_(True).train()
    steps, hours = (entry.steps, entry.hours) if name == recipe.name else (0, 0.0)
    return network, card.past(entry, plan), steps, hours


def _save(plan: Plan, state: State, *, finished: bool = False) -> None:
    checkpoint.save(plan.place, plan.recipe, state, finished=finished)


def _begin_history(plan: Plan) -> None:
    """Unless what is there is of the weights that this training goes on from."""
    if plan.resume or (plan.start_from and plan.start_from.resolve() == plan.out.resolve()):
        return
    with plan.place.saving(plan.place.history):
        plan.place.history.unlink(missing_ok=True)


def _validate(plan: Plan, objective: Objective, state: State) -> float:
    """Also adds a line to the history beside the weights: what the hours brought."""
    value = objective.validate(state.average)
    path = plan.place.history
    with plan.place.saving(path), path.open("a", encoding="utf-8") as history:
        if not history.tell():
            history.write("hours,steps,held_out\n")
        history.write(f"{state.trained_s / 3600:.4f},{state.step},{value:.3f}\n")
    return value


def _finish(plan: Plan, state: State) -> None:
    """Makes the average what is exported, and where a next cycle begins: with the share kept."""
    if state.kept is None:
        return
    kept, state.kept = state.kept, None
    before = kept.network.parameters()
    for parameter, earlier in zip(state.average.parameters(), before, strict=True):
        parameter.lerp_(earlier, kept.share)
    state.network.load_state_dict(state.average.state_dict())
    told = f"{100 * kept.share:g}% of the weights' mean are those before this cycle"
    state.past = state.past.and_then(card.trained_on(plan), [told])
