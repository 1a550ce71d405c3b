"""A small classifier that reads drawn digits; trained for a benchmark, never shipped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import torch
from numpy.typing import NDArray
from torch import Generator, Tensor, nn
from torch.nn import functional

from restorer.engine.digitpicture import Bytes
from restorer.models.vae import CLASSES
from restorer.training.mnist import Digits

_BATCH: Final = 128
_PEAK_RATE: Final = 3e-3


@dataclass(frozen=True, slots=True)
class Reading:
    """Per digit: the class it is read as, (N) ints, and the probability of that class, (N)."""

    digits: NDArray[Any]
    confidences: NDArray[Any]


class Reader(nn.Module):
    """Three convolutions and a perceptron (as LeCun et al. 1998): over 99 % of the test digits.

    Its confidence is the softmax's, trained by cross-entropy alone: nothing sharpens or softens it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 3, padding=1),
            nn.ReLU(),
            nn.Flatten(),
            nn.Dropout(0.3),
            nn.Linear(64 * 7 * 7, 64),
            nn.ReLU(),
            nn.Linear(64, CLASSES),
        )
        self.to(memory_format=torch.channels_last)

    def forward(self, digits: Tensor) -> Tensor:
        """(N, 1, 28, 28) in [0, 1] to (N, 10) log-odds."""
        log_odds: Tensor = self.layers(digits)
        return log_odds

    @torch.inference_mode()
    def read(self, drawn: Bytes) -> Reading:
        """`drawn`: (N, 28, 28), as `DigitPress.draw` gives them."""
        digits = torch.from_numpy(drawn)[:, None].float() / 255
        parts = [self(digits[at : at + 500]) for at in range(0, len(digits), 500)]
        confidences, classes = torch.cat(parts).softmax(dim=1).max(dim=1)
        return Reading(classes.numpy(), confidences.numpy())

    def accuracy(self, digits: Digits) -> float:
        """The share of digits that are read as their labels say."""
        read = self.read(digits.images[:, 0].numpy())
        return float((read.digits == digits.labels.numpy()).mean())


def trained_reader(digits: Digits, *, epochs: int = 5, seed: int = 0) -> Reader:
    """Trained for about two minutes on MNIST's training digits; the same seed, the same reader."""
    torch.manual_seed(seed)
    generator = Generator().manual_seed(seed)
    reader = Reader().train()
    optimizer = torch.optim.Adam(reader.parameters(), _PEAK_RATE)
    batches_an_epoch = -(-len(digits) // _BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, _PEAK_RATE, total_steps=epochs * batches_an_epoch
    )
    for _ in range(epochs):
        order = torch.randperm(len(digits), generator=generator)
        for at in range(0, len(order), _BATCH):
            chosen = order[at : at + _BATCH]
            odds = reader(digits.images[chosen].float() / 255)
            loss = functional.cross_entropy(odds, digits.labels[chosen])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
    return reader.eval()
