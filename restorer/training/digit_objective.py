"""The task on digits: maximize the evidence lower bound (ELBO) of MNIST."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
from torch import Generator, Tensor
from torch.nn import functional

from restorer.errors import DataError
from restorer.models.catalog import Network
from restorer.models.vae import CLASSES, CODE_SIZE, VAE, PlainAutoencoder, elbo, reconstruction_nats
from restorer.training import mnist
from restorer.training.mnist import Digits
from restorer.training.objective import BatchLoss
from restorer.training.recipes import Phase, Recipe

HELD_OUT_EVERY: Final = 60  # of the training digits; MNIST's test digits are for measuring only
_PLACE_SIZE: Final = 0.3  # standard deviation of a class's place on the map, in the prior's


@dataclass(frozen=True, slots=True)
class DigitObjective:
    """Digits in, the same digits out, through a point on the map."""

    recipe: Recipe
    training: Digits
    held_out: Digits
    left_out: tuple[str, ...] = ()  # what cannot be read is an error here

    def loss(
        self, network: Network, phase: Phase, fraction: float, generator: Generator
    ) -> BatchLoss:
        """The negative ELBO in nats; of the plain autoencoder, its reconstruction part.

        Early on, the layout of the map gets a hint from the labels, see `Recipe.layout_hint`.
        """
        device = generator.device
        chosen = torch.randint(
            len(self.training), (phase.batch,), generator=generator, device=device
        )
        digits = self.training.images[chosen].float() / 255
        labels = self.training.labels[chosen]
        pixels = digits.numel()
        if isinstance(network, PlainAutoencoder):
            nats = reconstruction_nats(network(digits), digits).mean()
            return BatchLoss(nats, pixels, nats)
        assert isinstance(network, VAE)
        noise = torch.randn(phase.batch, CODE_SIZE, generator=generator, device=device)
        logits, posterior = network(digits, noise, labels if network.labelled else None)
        nats = (reconstruction_nats(logits, digits) + posterior.kl()).mean()
        value = nats
        if self.recipe.layout_hint and fraction < self.recipe.layout_until:
            value = nats + self.recipe.layout_hint * misplaced(posterior.at(noise), labels)
        return BatchLoss(value, pixels, nats)

    @torch.inference_mode()
    def validate(self, network: Network) -> float:
        """ELBO of held-out digits in nats, the same noise always."""
        digits = self.held_out.images.float() / 255
        if isinstance(network, PlainAutoencoder):
            return -float(reconstruction_nats(network(digits), digits).mean())
        assert isinstance(network, VAE)
        generator = Generator(digits.device).manual_seed(0)
        noise = torch.randn(len(digits), CODE_SIZE, generator=generator, device=digits.device)
        bound = elbo(network, digits, noise, self.held_out.labels if network.labelled else None)
        return float(bound.value.mean())


def load(recipe: Recipe, folders: Sequence[Path], device: torch.device) -> DigitObjective:
    """MNIST's training digits, without those held out.

    Raises DataError if there is not one folder with MNIST's files.
    """
    if len(folders) != 1:
        raise DataError("Give --data one folder: that of MNIST's gzipped IDX files.")
    digits = mnist.load(folders[0], "train").to(device)
    is_held_out = torch.arange(len(digits), device=device) % HELD_OUT_EVERY == 0
    return DigitObjective(recipe, digits.where(~is_held_out), digits.where(is_held_out))


def misplaced(codes: Tensor, labels: Tensor) -> Tensor:
    """How badly the codes of a batch cluster by class: a cross-entropy in nats.

    Each class's place is the mean of its codes in the batch, and a code belongs to a place by its
    distance (Snell et al. 2017, prototypical networks), so it takes no weights of its own and
    leaves the classes free to settle beside those that look alike.
    """
    members = functional.one_hot(labels, CLASSES).to(codes.dtype)  # (N, 10)
    counts = members.sum(dim=0)
    places = (members.T @ codes) / counts.clamp(min=1)[:, None]  # (10, 2)
    distances = (codes[:, None] - places[None]).square().sum(dim=2)  # (N, 10)
    distances = distances.masked_fill(counts == 0, torch.inf)  # a class that the batch lacks
    return functional.cross_entropy(-distances / (2 * _PLACE_SIZE**2), labels)
