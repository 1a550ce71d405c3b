"""All that a resumed training needs, so that it goes on as if it had not stopped."""

from __future__ import annotations

import copy
import io
import os
import pickle
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final

import torch
from torch import Generator

from restorer.errors import TrainingError
from restorer.models.catalog import Network
from restorer.training.muon import Muon
from restorer.training.place import Place
from restorer.training.recipes import Recipe

_OLD_NAME: Final = "checkpoint.pt"
# What torch raises on files that are no checkpoints, by experience.
_DAMAGES: Final = (
    OSError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
    EOFError,
    pickle.UnpicklingError,
)


@dataclass(frozen=True, slots=True)
class Past:
    """What the weights have gone through, in the order it came: for their card."""

    seed: int
    trained_on: tuple[str, ...] = ()
    degradations: tuple[str, ...] = ()

    def and_then(self, trained_on: str, degradations: Iterable[str]) -> Past:
        """With what this training adds, unless it is told already."""
        return Past(
            self.seed,
            tuple(dict.fromkeys((*self.trained_on, trained_on))),
            tuple(dict.fromkeys((*self.degradations, *degradations))),
        )


@dataclass(frozen=True, slots=True)
class Kept:
    """Weights from before a cycle, and their share in its result."""

    network: Network
    share: float


@dataclass(slots=True)
class State:
    """The training at one step."""

    network: Network
    average: Network  # exponential moving average of the weights: what is exported
    optimizer: Muon
    generator: Generator
    past: Past
    step: int = 0
    trained_s: float = 0.0  # over all cycles of the learning rate
    cycle_s: float = 0.0  # in this one
    cycle_steps: int = 0
    kept: Kept | None = None


def fresh(network: Network, recipe: Recipe, device: torch.device, past: Past) -> State:
    """The state before the first step."""
    network = network.to(device).to(memory_format=torch.channels_last)
    average = copy.deepcopy(network).requires_grad_(False)
    optimizer = Muon(
        network,
        recipe.learning_rate,
        symmetric=recipe.symmetric,
        gradient_norm=recipe.gradient_norm,
        weight_decay=recipe.weight_decay,
    )
    return State(network, average, optimizer, Generator(device).manual_seed(past.seed), past)


def save(place: Place, recipe: Recipe, state: State, *, finished: bool) -> None:
    """Writes the checkpoint, whole or not at all; `finished`: this cycle's result is exported.

    Raises TrainingError if the disk does not take it; the last one is still there then.
    """
    content = io.BytesIO()  # not the file itself, of which torch would not say what is wrong
    torch.save(
        {
            "model": recipe.name,
            "arguments": recipe.arguments,
            "network": state.network.state_dict(),
            "average": state.average.state_dict(),
            "optimizer": state.optimizer.state_dict(),
            "generator": state.generator.get_state(),
            "device_type": state.generator.device.type,
            "past": asdict(state.past),
            "step": state.step,
            "trained_s": state.trained_s,
            "cycle_s": state.cycle_s,
            "cycle_steps": state.cycle_steps,
            "kept": None if state.kept is None else state.kept.network.state_dict(),
            "kept_share": None if state.kept is None else state.kept.share,
            "finished": finished,
        },
        content,
    )
    part = place.checkpoint.with_name(f".{place.checkpoint.name}.part")
    with place.saving(place.checkpoint):
        place.folder.mkdir(parents=True, exist_ok=True)
        try:
            with part.open("wb") as file:
                file.write(content.getbuffer())
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, place.checkpoint)
        finally:
            part.unlink(missing_ok=True)


def adopt_old(place: Place) -> None:
    """Renames a checkpoint from when a folder could hold but one, if it is of this model."""
    old = place.folder / _OLD_NAME
    if place.checkpoint.exists() or not old.exists():
        return
    try:
        model = torch.load(old, map_location="cpu", weights_only=True)["model"]
    except _DAMAGES:
        return
    if model == place.model:
        os.replace(old, place.checkpoint)


def resume(place: Place, recipe: Recipe, state: State) -> None:
    """Sets a fresh state to the checkpoint's; after a finished cycle the next one begins.

    An unfinished one keeps of the weights that it began with, by the share that the state asks for
    or else the checkpoint's.

    Raises TrainingError if it is damaged, or of another network.
    """
    path, device = place.checkpoint, state.generator.device
    try:
        saved: dict[str, Any] = torch.load(path, map_location=device, weights_only=True)
        if (saved["model"], saved["arguments"]) != (recipe.name, recipe.arguments):
            raise TrainingError(
                f"{path} is a training of another network than the recipe's. Begin anew in another "
                "--out."
            )
        state.network.load_state_dict(saved["network"])
        state.average.load_state_dict(saved["average"])
        state.optimizer.load_state_dict(saved["optimizer"])
        state.past = Past(**saved["past"])
    except PermissionError as error:
        raise TrainingError(f"{path} may not be read. Change its permissions.") from error
    except _DAMAGES as error:
        raise TrainingError(
            f"{path} is damaged and cannot be resumed. Delete it to begin anew."
        ) from error
    if saved["device_type"] == device.type:
        state.generator.set_state(saved["generator"].cpu())
    else:  # another kind of device draws other numbers from the same state
        state.generator.manual_seed(state.past.seed + saved["step"])
    state.step, state.trained_s = saved["step"], saved["trained_s"]
    if not saved["finished"]:
        state.cycle_s, state.cycle_steps = saved["cycle_s"], saved["cycle_steps"]
        if saved.get("kept") is not None:
            share = saved["kept_share"] if state.kept is None else state.kept.share
            state.kept = Kept(copy.deepcopy(state.average), share)
            state.kept.network.load_state_dict(saved["kept"])
