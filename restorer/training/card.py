"""What a model's card tells of its training, written and read back."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Final

import torch

from restorer.engine.device import describe
from restorer.models import catalog
from restorer.models.catalog import Entry
from restorer.settings import MAX_SIGMA
from restorer.training.checkpoint import Past, State
from restorer.training.plan import Plan

_THEN: Final = "; then "  # between the words on one training and on the next
_AND: Final = "; "


def trained_on(plan: Plan) -> str:
    """The photos."""
    told = plan.provenance or ", ".join(folder.resolve().name for folder in plan.data)
    if plan.shares is not None:
        told += f"; patches drawn from them as {' : '.join(f'{share:g}' for share in plan.shares)}"
    return told


def degradations(plan: Plan) -> Iterator[str]:
    """What was done to them."""
    if plan.recipe.degradations:
        yield plan.recipe.degradations
    if plan.levels is not None:
        low, high = plan.levels
        yield f"three of four batches of a cycle had sigma {low:g} to {high:g}"


def past(entry: Entry, plan: Plan) -> Past:
    """What given weights have gone through, before they are trained as the recipe's."""
    recipe, photos = plan.recipe, tuple(entry.trained_on.split(_THEN))
    if entry.name != recipe.name:
        return Past(plan.seed, photos, (recipe.degradations, f"began as the {entry.name}"))
    return Past(plan.seed, photos, _separated(entry.degradations or "", recipe.degradations))


def _separated(degradations: str, of_recipe: str) -> tuple[str, ...]:
    """A card's text in its parts. The recipe's own comes first and has the separator in it.

    >>> _separated("noise; 1/10 grey; more", "noise; 1/10 grey")
    ('noise; 1/10 grey', 'more')
    >>> _separated("blur; more", "noise")
    ('blur', 'more')
    """
    first = of_recipe if degradations.startswith(of_recipe) else ""
    rest = degradations.removeprefix(first).removeprefix(_AND)
    return tuple(filter(None, (first, *rest.split(_AND))))


def export(plan: Plan, state: State, device: torch.device) -> None:
    """Adds the average of the weights to the catalog, with their card."""
    catalog.add(
        plan.out,
        copy.deepcopy(state.average).to("cpu"),
        Entry(
            name=plan.recipe.name,
            architecture=type(state.average).__name__,
            arguments=plan.recipe.arguments,
            file="",
            sha256="",
            scale=None,
            stride=None,
            halo=None,
            parameters=0,
            sigma_range=(0.0, MAX_SIGMA) if plan.recipe.task == "denoise" else None,
            loss=plan.recipe.loss,
            trained_on=_THEN.join(state.past.trained_on),
            degradations=_AND.join(state.past.degradations) or None,
            seed=state.past.seed,
            steps=state.step,
            hours=round(state.trained_s / 3600, 2),
            purpose=plan.recipe.purpose,
            limits=plan.recipe.limits,
            hardware=describe(device),
        ),
    )
