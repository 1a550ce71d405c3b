"""What a training is asked to do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from restorer.training.place import Place
from restorer.training.recipes import Recipe


@dataclass(frozen=True, slots=True)
class Plan:
    """Where, how long and from what.

    One of `minutes` and `steps` says how long. By steps the same seed gives the same weights on the
    same machine with as many threads, however busy it is. A training that is resumed goes on with
    the seed that it began with.

    With `keep` the result is a mean of the weights at the start and those at the end, which forgets
    less of what the former knew than training on does (WiSE-FT, Wortsman et al. 2022). The next
    cycle goes on from that mean.
    """

    recipe: Recipe
    data: tuple[Path, ...]
    minutes: float | None
    out: Path
    steps: int | None = None
    resume: bool = False
    start_from: Path | None = None  # a folder of weights to go on from, such as the shipped ones
    keep: float = 0.0  # share of those weights in the result
    shares: tuple[float, ...] | None = None  # of each folder of photos; None: by their number
    levels: tuple[float, float] | None = None  # of noise, 8-bit: three quarters of the batches
    seed: int = 1
    device: str = "auto"
    provenance: str = ""
    learning_rate: float | None = None  # the peak of this cycle, if not the recipe's
    checkpoint_every_s: float = 120.0
    report_every_s: float = 10.0

    @property
    def place(self) -> Place:
        return Place(self.out, self.recipe.name)
