"""What the estimator has seen of past patches, to be learned from again."""

from __future__ import annotations

from typing import Final

import torch
from torch import Generator, Tensor

SIZE: Final = 1 << 17  # patches: 25 MiB, of JPEGs 47, whole pictures 37
DRAWN: Final = 256  # a step
LEAST: Final = 1 << 10  # patches or pictures, before it is worth learning from them again
# Steps. By every eighth alone the estimator of JPEGs learned the ring by heart: on held-out photos
# its error rose again, from 48 to 53 %.
NEW_EVERY: Final = 2


class Replay:
    """A ring of patches, each as the estimator's features of it and the logarithm of its level.

    Experience replay (Lin 1992). To make a noisy patch takes a thousand times as long as to learn
    from the few numbers that the estimator sees of it. Fifteen minutes with the ring brought as
    much as the half hour of new patches alone before that. It is not in the checkpoint: after a
    resume it fills anew.
    """

    def __init__(self) -> None:
        self._features: Tensor | None = None
        self._levels: Tensor | None = None
        self._added = 0
        self._steps = 0

    def wants_more(self) -> bool:
        """Whether this step should bring new patches: every other, and until there are enough."""
        self._steps += 1
        return self._added < LEAST or self._steps % NEW_EVERY == 0

    def add(self, features: Tensor, levels: Tensor) -> None:
        """(N, F) and (N); the oldest go when the ring is full."""
        if self._features is None or self._levels is None:
            self._features = features.new_zeros((SIZE, features.shape[1]))
            self._levels = levels.new_zeros(SIZE)
        places = torch.arange(self._added, self._added + len(levels), device=levels.device) % SIZE
        self._features[places] = features.detach()
        self._levels[places] = levels
        self._added += len(levels)

    def draw(self, generator: Generator) -> tuple[Tensor, Tensor]:
        """(DRAWN, F) and (DRAWN), at random from those that are there."""
        assert self._features is not None
        assert self._levels is not None
        chosen = torch.randint(
            min(self._added, SIZE), (DRAWN,), generator=generator, device=generator.device
        )
        return self._features[chosen], self._levels[chosen]
