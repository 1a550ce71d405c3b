"""What the loop asks of a task: the loss of a batch, and how far the training is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from torch import Generator, Tensor

from restorer.models.catalog import Network
from restorer.training.recipes import Phase


@dataclass(frozen=True, slots=True)
class BatchLoss:
    """`value`: a scalar to minimize. `reported`: what the progress shows, if that is another."""

    value: Tensor
    pixels: int
    reported: Tensor


class Objective(Protocol):
    """A task with its data in memory."""

    @property
    def left_out(self) -> tuple[str, ...]:
        """A sentence for each file that could not be used."""
        ...

    def loss(
        self, network: Network, phase: Phase, fraction: float, generator: Generator
    ) -> BatchLoss:
        """Of one random batch; `fraction`: how much of the training is done."""
        ...

    def validate(self, network: Network) -> float:
        """A rough guide while training, on held-out examples; no figure that is quoted."""
        ...
