"""Autoencoders of handwritten digits whose code is a point on a map of two dimensions.

In a notebook:

    model = open_catalog(weights_dir()).digit_model("vae")
    digits = model.decode(torch.tensor([[0.5, -1.0]]))  # (1, 1, 28, 28), ink in [0, 1]
    posterior = model.encode(digits)  # its point on the map and how sure that is
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional

SIDE_PX: Final = 28
CODE_SIZE: Final = 2
CLASSES: Final = 10


@dataclass(frozen=True, slots=True)
class Posterior:
    """Where on the map a digit lies: independent normal distributions of its coordinates.

    `mean`, `log_variance`: (N, 2). Sampling and KL both go through the log-variance, which may be
    any real number; a network that gives the standard deviation to one and its logarithm to the
    other still trains, to a wrong bound.
    """

    mean: Tensor
    log_variance: Tensor

    @property
    def sigma(self) -> Tensor:
        """(N, 2): standard deviations."""
        return torch.exp(0.5 * self.log_variance)

    def at(self, noise: Tensor) -> Tensor:
        """(N, 2): the codes at `noise` standard deviations from the mean.

        With standard normal noise a sample through which gradients flow (the reparametrization of
        Kingma and Welling 2014).
        """
        return self.mean + self.sigma * noise

    def kl(self) -> Tensor:
        """(N): divergence from the standard normal prior in nats.

        In closed form, Kingma and Welling 2014, appendix B.
        """
        excess = self.mean.square() + self.log_variance.exp() - 1 - self.log_variance
        return 0.5 * excess.sum(dim=1)


@dataclass(frozen=True, slots=True)
class Bound:
    """The two parts of the evidence lower bound, (N) each, in nats a digit.

    `reconstruction`: negative log-likelihood of the pixels. `kl`: what the code costs.
    """

    reconstruction: Tensor
    kl: Tensor

    @property
    def value(self) -> Tensor:
        """(N): the ELBO, at most the digit's log-likelihood under the model."""
        return -(self.reconstruction + self.kl)


class DigitDecoder(nn.Module):
    """The half that all models share in kind: from a point on the map to a digit.

    `labelled`: whether it wants to be told which digit to draw.
    """

    labelled: bool = False
    decoder: nn.Module

    def logits(self, codes: Tensor, labels: Tensor | None = None) -> Tensor:
        """`codes`: (N, 2). Returns (N, 1, 28, 28), log-odds of ink."""
        drawn: Tensor = self.decoder(self._with_label(codes, labels))
        return drawn

    def decode(self, codes: Tensor, labels: Tensor | None = None) -> Tensor:
        """`codes`: (N, 2). Returns (N, 1, 28, 28), the probability of ink: a picture in [0, 1].

        `labels`: (N), integers of 0 to 9, for a conditional model only.
        """
        return torch.sigmoid(self.logits(codes, labels))

    def sample(self, count: int, generator: Generator, labels: Tensor | None = None) -> Tensor:
        """(count, 1, 28, 28): digits at random points of the standard normal prior."""
        return self.decode(torch.randn(count, CODE_SIZE, generator=generator), labels)

    def _with_label(self, features: Tensor, labels: Tensor | None) -> Tensor:
        """(N, F) to (N, F + 10): the label as ten numbers, one of them 1.

        Raises ValueError if a label is missing or not wanted.
        """
        if not self.labelled:
            if labels is not None:
                raise ValueError("This model takes no labels; a conditional one does.")
            return features
        if labels is None:
            raise ValueError("This model wants a label of 0 to 9 for each digit.")
        return torch.cat((features, functional.one_hot(labels, CLASSES).to(features)), dim=1)


class VAE(DigitDecoder):
    """A variational autoencoder (Kingma and Welling 2014; Rezende et al. 2014).

    The likelihood is Bernoulli for each pixel, so a grey value counts as the probability of ink.
    Its subclasses differ in nothing but their layers.
    """

    encoder: nn.Module
    to_posterior: nn.Module

    def encode(self, digits: Tensor, labels: Tensor | None = None) -> Posterior:
        """`digits`: (N, 1, 28, 28) in [0, 1], light on dark; `labels`: as for `decode`."""
        features = self._with_label(self.encoder(digits), labels)
        mean, log_variance = self.to_posterior(features).chunk(2, dim=1)
        return Posterior(mean, log_variance)

    def forward(
        self, digits: Tensor, noise: Tensor, labels: Tensor | None = None
    ) -> tuple[Tensor, Posterior]:
        """The log-odds of ink, decoded at `noise` (N, 2) sigmas from the mean, and the posterior.

        The noise is given, not drawn here: the same seed then gives the same training.
        """
        posterior = self.encode(digits, labels)
        return self.logits(posterior.at(noise), labels), posterior


class DenseVAE(VAE):
    """784-512-2 and back, fully connected: the textbook's network, here the baseline."""

    def __init__(self, hidden: int = 512) -> None:
        super().__init__()
        pixels = SIDE_PX**2
        self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(pixels, hidden), nn.ReLU())
        self.to_posterior = nn.Linear(hidden, 2 * CODE_SIZE)
        self.decoder = nn.Sequential(
            nn.Linear(CODE_SIZE, hidden),
            nn.ReLU(),
            nn.Linear(hidden, pixels),
            nn.Unflatten(1, (1, SIDE_PX, SIDE_PX)),
        )


class ConvVAE(VAE):
    """Convolutions on both sides, all at a quarter of the digit's size or below.

    4 x 4 pixels fold into the channels of a cell on the way in and unfold on the way out (pixel
    shuffle, Shi et al. 2016). Between the map and the cells a perceptron bends the plane so that
    all digits fit on it. It sees no labels; those only hint at the layout of the map while it
    trains, see `Recipe.layout_hint`.
    """

    def __init__(self, width: int = 32, hidden: int = 384) -> None:
        super().__init__()
        self.encoder, features = _conv_encoder(width)
        self.to_posterior = _perceptron(features, 2 * CODE_SIZE)
        self.decoder = _conv_decoder(CODE_SIZE, width, hidden)


class ConditionalVAE(VAE):
    """Told which digit it is, its map is left with the style alone: slant, width, weight.

    The label goes into both halves (Sohn et al. 2015; Kingma et al. 2014, model M2).
    """

    labelled = True

    def __init__(self, width: int = 32, hidden: int = 384) -> None:
        super().__init__()
        self.encoder, features = _conv_encoder(width)
        self.to_posterior = _perceptron(features + CLASSES, 2 * CODE_SIZE)
        self.decoder = _conv_decoder(CODE_SIZE + CLASSES, width, hidden)


class PlainAutoencoder(DigitDecoder):
    """The layers of `ConvVAE` without the variational part (Hinton and Salakhutdinov 2006).

    Nothing asks its codes to fill the map, so between them there are holes: random codes decode to
    scribbles. It is here to show that.
    """

    def __init__(self, width: int = 32, hidden: int = 384) -> None:
        super().__init__()
        self.encoder, features = _conv_encoder(width)
        self.to_code = _perceptron(features, CODE_SIZE)
        self.decoder = _conv_decoder(CODE_SIZE, width, hidden)

    def encode(self, digits: Tensor) -> Tensor:
        """(N, 1, 28, 28) in [0, 1] to codes, (N, 2)."""
        code: Tensor = self.to_code(self.encoder(digits))
        return code

    def forward(self, digits: Tensor) -> Tensor:
        """(N, 1, 28, 28) to the log-odds of ink in its reconstruction."""
        return self.logits(self.encode(digits))


def reconstruction_nats(logits: Tensor, digits: Tensor) -> Tensor:
    """(N): negative log-likelihood in nats of `digits` (N, 1, 28, 28) in [0, 1].

    Each pixel is a coin and a grey value the probability of ink. The log-likelihood is linear in
    the pixel, so this is exactly its mean over digits binarized at random, as in Salakhutdinov and
    Murray 2008 with new draws each time: figures on dynamically binarized MNIST are comparable.
    """
    nats = functional.binary_cross_entropy_with_logits(logits, digits, reduction="none")
    return nats.flatten(1).sum(dim=1)


def elbo(model: VAE, digits: Tensor, noise: Tensor, labels: Tensor | None = None) -> Bound:
    """With one sample of the posterior, at `noise` (N, 2) sigmas from its mean."""
    logits, posterior = model(digits, noise, labels)
    return Bound(reconstruction_nats(logits, digits), posterior.kl())


DigitModel = DenseVAE | ConvVAE | ConditionalVAE | PlainAutoencoder


def _conv_encoder(width: int) -> tuple[nn.Sequential, int]:
    """Cells of 4 x 4 pixels as channels, two convolutions, and how many features that leaves.

    Folding first costs half the time of strided convolutions from 28 x 28 down.
    """
    layers = nn.Sequential(
        nn.PixelUnshuffle(4),  # (N, 16, 7, 7)
        nn.Conv2d(16, width, 3, padding=1),
        nn.SiLU(),
        nn.Conv2d(width, 2 * width, 3, stride=2, padding=1),  # (N, 2 width, 4, 4)
        nn.SiLU(),
        nn.Flatten(),
    )
    return layers, 4 * 4 * 2 * width


def _conv_decoder(inputs: int, width: int, hidden: int) -> nn.Sequential:
    """A perceptron to 7 x 7 cells, two convolutions, and each cell unfolds to 4 x 4 pixels."""
    return nn.Sequential(
        nn.Linear(inputs, hidden),
        nn.SiLU(),
        nn.Linear(hidden, hidden),
        nn.SiLU(),
        nn.Linear(hidden, hidden),
        nn.SiLU(),
        nn.Linear(hidden, width // 2 * 7 * 7),
        nn.SiLU(),
        nn.Unflatten(1, (width // 2, 7, 7)),
        nn.Conv2d(width // 2, width, 3, padding=1),
        nn.SiLU(),
        nn.Conv2d(width, 16, 3, padding=1),
        nn.PixelShuffle(4),
    )


def _perceptron(inputs: int, outputs: int, hidden: int = 128) -> nn.Sequential:
    return nn.Sequential(nn.Linear(inputs, hidden), nn.SiLU(), nn.Linear(hidden, outputs))
