"""The models of digits on MNIST's 10,000 test digits, and on digits of their own.

The convention: Bernoulli pixels, grey values as probabilities of ink, natural logarithms, sums
over the 784 pixels, means over the digits. That is exactly the mean over digits binarized at
random, so published figures on dynamically binarized MNIST may stand beside these. (The encoder
sees the grey digit; the bound holds whatever the posterior is a function of.)
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Generator

from restorer.benchmark.reader import Reader, trained_reader
from restorer.engine.digitmap import Codes, quantile_grid, random_codes
from restorer.engine.digits import DigitPress
from restorer.models.catalog import open_catalog
from restorer.models.vae import CLASSES, CODE_SIZE, VAE, DigitModel, reconstruction_nats
from restorer.training import mnist
from restorer.training.mnist import Digits

PUBLISHED: Final = (
    "Published, 2-D latent, dynamically binarized MNIST (Davidson et al. 2018, table 1): "
    "Gaussian VAE 129.84 + 7.24 = 137.08 nats, hyperspherical VAE 126.43 + 7.28 = 133.72 nats"
)
SURE: Final = 0.9  # a digit counts as read if the reader is that confident
RANDOM_DIGITS: Final = 1000
_SAMPLES: Final = 10  # of each digit's posterior
_MANIFOLD: Final = 30
_SEED: Final = 0


@dataclass(frozen=True, slots=True)
class DigitScore:
    """One model. Nats a digit, shares of 1, milliseconds.

    `reconstruction`: negative log-likelihood, of the plain autoencoder at its one code. `kl`,
    `elbo`: of variational models. `sure`: of 1,000 digits drawn at random points of the standard
    normal prior, the share that the reader is over 0.9 confident of. `sure_among_codes`: the same
    at random points of the normal distribution that has the mean and covariance of the model's own
    codes, which is fairer to a model without a prior. `as_asked`: the share of the conditional
    model's random digits that are read as the class asked for. `reader_accuracy`: of the reader on
    the test digits.
    """

    model: str
    reconstruction: float
    kl: float | None
    elbo: float | None
    sure: float
    sure_among_codes: float
    as_asked: float | None
    reader_accuracy: float
    decode_ms: float
    manifold_ms: float


def measure(folder: Path, weights: Path) -> Iterator[DigitScore]:
    """Every model of digits in `weights`, on MNIST in `folder`; trains the reader first.

    Raises DataError, WeightsMissing or WeightsCorrupt.
    """
    catalog = open_catalog(weights)
    test = mnist.load(folder, "test")
    reader = trained_reader(mnist.load(folder, "train"))
    accuracy = reader.accuracy(test)
    for name in catalog.digit_models():
        yield score(name, catalog.digit_model(name), test, reader, accuracy)


def score(
    name: str, model: DigitModel, test: Digits, reader: Reader, reader_accuracy: float
) -> DigitScore:
    """The random points, labels and noise are the same for every model."""
    press = DigitPress(model)
    reconstruction, kl = _bound(model, test)
    codes = random_codes(RANDOM_DIGITS, _SEED)
    labels = np.arange(RANDOM_DIGITS) % CLASSES if press.wants_labels else None
    read = reader.read(press.draw(codes, labels))
    among = reader.read(press.draw(_like(codes_of(press, test), codes), labels))
    return DigitScore(
        model=name,
        reconstruction=reconstruction,
        kl=kl,
        elbo=None if kl is None else -(reconstruction + kl),
        sure=float((read.confidences > SURE).mean()),
        sure_among_codes=float((among.confidences > SURE).mean()),
        as_asked=None if labels is None else float((read.digits == labels).mean()),
        reader_accuracy=reader_accuracy,
        decode_ms=_decode_ms(press, 1, rounds=100),
        manifold_ms=_decode_ms(press, _MANIFOLD, rounds=7),
    )


def codes_of(press: DigitPress, digits: Digits) -> Codes:
    """(N, 2): where the digits lie on the model's map."""
    pictures = (digits.images[:, 0].float() / 255).numpy()
    labels = digits.labels.numpy() if press.wants_labels else None
    return press.locate(pictures, labels).codes


@torch.inference_mode()
def _bound(model: DigitModel, test: Digits) -> tuple[float, float | None]:
    """Means of the two parts; without a posterior there is no KL and no sampling."""
    generator = Generator().manual_seed(_SEED)
    reconstruction, kl = 0.0, 0.0
    for at in range(0, len(test), 500):
        labels = test.labels[at : at + 500]
        digits = test.images[at : at + 500].float() / 255
        if not isinstance(model, VAE):
            reconstruction += float(reconstruction_nats(model(digits), digits).sum())
            continue
        told = labels if model.labelled else None
        posterior = model.encode(digits, told)
        kl += float(posterior.kl().sum())
        for _ in range(_SAMPLES):
            noise = torch.randn(len(digits), CODE_SIZE, generator=generator)
            logits = model.logits(posterior.at(noise), told)
            reconstruction += float(reconstruction_nats(logits, digits).sum()) / _SAMPLES
    count = len(test)
    return reconstruction / count, kl / count if isinstance(model, VAE) else None


def _like(known: Codes, standard: Codes) -> Codes:
    """Standard normal points moved to have the mean and the covariance of `known`."""
    spread = np.linalg.cholesky(np.cov(known.astype(np.float64).T) + 1e-9 * np.eye(CODE_SIZE))
    moved: Codes = (known.mean(axis=0) + standard @ spread.T).astype(np.float32)
    return moved


def _decode_ms(press: DigitPress, side: int, rounds: int) -> float:
    """Median time of a manifold of side x side, drawn to 8 bits."""
    codes = quantile_grid(side).reshape(-1, CODE_SIZE)
    labels = [7] * len(codes) if press.wants_labels else None
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        press.draw(codes, labels)
        times.append(time.perf_counter() - started)
    return 1000 * statistics.median(times)
