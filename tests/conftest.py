"""Tiny seeded networks and drawn pictures, for every test."""

import dataclasses
import gzip

import numpy as np
import pytest
import torch
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont

from restorer.engine.image import Image
from restorer.models import catalog
from restorer.models.denoiser import Denoiser
from restorer.models.estimator import Estimator, JpegEstimator, PictureEstimator
from restorer.models.upscaler import Upscaler
from restorer.models.vae import ConditionalVAE, ConvVAE, DenseVAE, PlainAutoencoder


def calm(module):
    """Fresh weights answer with noise of their own; a tenth of it passes for a restoration."""
    for name, layer in module.named_modules():
        if name.endswith("tail"):
            layer.weight.data.mul_(0.1)
            layer.bias.data.zero_()
    return module.eval().requires_grad_(False)


TINY = {"widths": [8, 8, 8], "blocks": [1, 1, 1], "levels": [10, 40]}


@pytest.fixture(scope="session")
def tiny_denoiser():
    torch.manual_seed(0)
    module = Denoiser(**TINY)
    module.sets[1] = Denoiser(**TINY).sets[0]
    return calm(module)


@pytest.fixture(scope="session")
def tiny_upscalers():
    torch.manual_seed(0)
    return {scale: calm(Upscaler(scale, width=8, blocks=1)) for scale in (2, 3, 4)}


@pytest.fixture
def picture():
    """A smooth colour picture of 90 x 70 with an edge, 8 bits."""
    return Image(drawn(90, 70))


def drawn(width, height, channels=3):
    """Gradients, waves and an edge: (height, width, channels) uint8, nowhere clipped."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    planes = [
        110
        + 50 * np.sin(x / (7 + c))
        + 30 * np.cos(y / (9 - c))
        + 30 * (x + y > (width + height) / 2)
        for c in range(channels)
    ]
    return np.stack(planes, axis=-1).astype(np.uint8)


@pytest.fixture(scope="session")
def tiny_weights(tmp_path_factory, tiny_denoiser, tiny_upscalers):
    """A folder of weights as `restorer train` leaves it, of the tiny networks."""
    folder = tmp_path_factory.mktemp("weights")
    torch.manual_seed(0)
    catalog.add(folder, tiny_denoiser, card("denoiser", "Denoiser", TINY))
    catalog.add(folder, calm(Denoiser(**TINY)), card("deblocker", "Denoiser", TINY))
    catalog.add(folder, calm(Denoiser(**TINY)), card("degrainer", "Denoiser", TINY))
    catalog.add(folder, Estimator(8), card("estimator", "Estimator", {"width": 8}))
    catalog.add(folder, JpegEstimator(8), card("jpeg-estimator", "JpegEstimator", {"width": 8}))
    picture_card = card("picture-estimator", "PictureEstimator", {"width": 8})
    catalog.add(folder, PictureEstimator(8), picture_card)
    for scale, upscaler in tiny_upscalers.items():
        arguments = {"scale": scale, "width": 8, "blocks": 1}
        catalog.add(folder, upscaler, card(f"upscaler-x{scale}", "Upscaler", arguments))
    return folder


def card(name, architecture, arguments):
    """A catalog entry; what `catalog.add` fills in is left empty."""
    return catalog.Entry(
        name=name,
        architecture=architecture,
        arguments=arguments,
        file="",
        sha256="",
        scale=0,
        stride=0,
        halo=0,
        parameters=0,
        sigma_range=(0, 75) if name == "denoiser" else None,
        loss="L1",
        trained_on="nothing",
        degradations="none",
        seed=1,
        steps=0,
        hours=0,
        hardware="none",
    )


def digit_card(name, architecture, arguments):
    """The same for a model of digits."""
    photo_only = {"scale": None, "stride": None, "halo": None, "degradations": None}
    return dataclasses.replace(card(name, architecture, arguments), **photo_only)


def drawn_digit(digit, size_px=20, shift=(0, 0)):
    """A printed digit as MNIST stores handwritten ones: (28, 28) uint8, light on dark."""
    canvas = PillowImage.new("L", (28, 28))
    middle = (14 + shift[0], 14 + shift[1])
    font = ImageFont.load_default(size_px)
    ImageDraw.Draw(canvas).text(middle, str(digit), fill=255, font=font, anchor="mm")
    return np.array(canvas)


def write_idx(path, array):
    header = bytes((0, 0, 8, array.ndim)) + np.array(array.shape, ">u4").tobytes()
    path.write_bytes(gzip.compress(header + array.astype(np.uint8).tobytes()))


@pytest.fixture(scope="session")
def mnist_folder(tmp_path_factory):
    """MNIST's four files with 240 and 60 printed digits in them."""
    folder = tmp_path_factory.mktemp("mnist")
    random = np.random.default_rng(0)
    for prefix, count in (("train", 240), ("t10k", 60)):
        labels = np.arange(count) % 10
        images = np.stack(
            [
                drawn_digit(label, random.integers(18, 24), random.integers(-2, 3, 2))
                for label in labels
            ]
        )
        write_idx(folder / f"{prefix}-images-idx3-ubyte.gz", images)
        write_idx(folder / f"{prefix}-labels-idx1-ubyte.gz", labels)
    return folder


@pytest.fixture(scope="session")
def tiny_digit_weights(tmp_path_factory):
    """A folder with an untrained, tiny one of each model of digits."""
    folder = tmp_path_factory.mktemp("digit_weights")
    small = {"width": 8, "hidden": 16}
    for name, kind, arguments in (
        ("vae-dense", DenseVAE, {"hidden": 16}),
        ("vae", ConvVAE, small),
        ("cvae", ConditionalVAE, small),
        ("autoencoder", PlainAutoencoder, small),
    ):
        torch.manual_seed(0)
        module = kind(**arguments)
        module.decoder[-2].weight.data.mul_(20)  # fresh weights draw the same grey everywhere
        catalog.add(folder, module, digit_card(name, kind.__name__, arguments))
    return folder
