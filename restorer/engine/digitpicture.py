"""Pictures of digits: one made ready for the models as MNIST's were, many laid out; no torch."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage
from PIL.ImageFilter import MedianFilter

from restorer.engine.image import BT_601, Image, Pixels, to_pixels
from restorer.errors import NoDigit

SIDE_PX: Final = 28
BOX_PX: Final = 20  # MNIST scales its digits to fit this box
_FAINTEST_INK: Final = (0.02, 0.3)  # of the strongest, on a clean drawing and on a noisy photo
_NOTHING: Final = "There is no digit in the picture: nothing stands out. Draw one, large."
_LEAST_CONTRAST: Final = 0.1
_WORKING_PX: Final = 160  # longest side: enough for a stroke, and shrinking averages grain away

Bytes = NDArray[np.uint8]


def prepared(image: Image) -> Pixels:
    """(28, 28) in [0, 1], light on dark: the digit in a picture as MNIST would hold it.

    Dark ink on light paper is turned round; what the picture's rim shows counts as paper. The
    digit is scaled to fit 20 x 20 pixels with its proportions kept and its centre of mass put in
    the middle, as LeCun et al. 1998 did.

    Raises NoDigit if nothing stands out from the paper.
    """
    ink = _ink(_shrunk(_brightness(image)))
    rows, columns = (np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
    cropped = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = BOX_PX / max(cropped.shape)
    height, width = (max(1, round(side * scale)) for side in cropped.shape)
    resized = np.asarray(
        # Antialiased, as MNIST's grey values come from shrinking black and white ones.
        PillowImage.fromarray(cropped).resize((width, height), PillowImage.Resampling.BOX)
        if scale < 1
        else PillowImage.fromarray(cropped).resize((width, height), PillowImage.Resampling.BICUBIC)
    ).clip(0, 1)
    return _centred(resized / resized.max())


def sheet(digits: Bytes, columns: int) -> Bytes:
    """(N, h, w) side by side in rows of `columns`; what is left of the last row stays dark."""
    count, height, width = digits.shape
    rows = -(-count // columns)
    filled = np.zeros((rows * columns, height, width), np.uint8)
    filled[:count] = digits
    laid = filled.reshape(rows, columns, height, width).swapaxes(1, 2)
    return laid.reshape(rows * height, columns * width)


def enlarged(digits: Bytes, side_px: int) -> Bytes:
    """(N, 28, 28) to (N, side_px, side_px), smooth."""
    if side_px == digits.shape[1]:
        return digits
    size = (side_px, side_px)
    return np.stack(
        [
            np.asarray(PillowImage.fromarray(digit).resize(size, PillowImage.Resampling.BICUBIC))
            for digit in digits
        ]
    )


def noisy(picture: Bytes, sigma: float, seed: int) -> Bytes:
    """(H, W) with Gaussian noise of `sigma` 8-bit levels; the same seed always gives the same.

    The picture is first squeezed into the middle half of the levels: noise that is clipped at
    black and white is no longer the noise that denoisers know.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    middle = 64 + picture.astype(np.float32) / 2
    noise = np.float32(sigma) * random.standard_normal(picture.shape, np.float32)
    return to_bytes((middle + noise) / 255)


def to_bytes(pixels: NDArray[Any]) -> Bytes:
    """Probabilities of ink in [0, 1] to 8 bits, rounded to nearest."""
    levels: Bytes = np.rint(np.clip(pixels, 0, 1) * 255).astype(np.uint8)
    return levels


def _brightness(image: Image) -> Pixels:
    """(H, W) luma of BT.601 in [0, 1]; what is transparent becomes white paper."""
    pixels = to_pixels(image.samples)
    luma = np.array(BT_601, np.float32)
    grey: Pixels = pixels @ luma if pixels.shape[2] == 3 else pixels[..., 0]
    if image.alpha is not None:
        alpha = to_pixels(image.alpha)
        grey = grey * alpha + (1 - alpha)
    return np.ascontiguousarray(grey, np.float32)


def _shrunk(brightness: Pixels) -> Pixels:
    height, width = brightness.shape
    factor = max(height, width) / _WORKING_PX
    if factor <= 1:
        return brightness
    size = (max(1, round(width / factor)), max(1, round(height / factor)))
    picture = PillowImage.fromarray(brightness).resize(size, PillowImage.Resampling.BOX)
    return np.asarray(picture)


def _ink(brightness: Pixels) -> Pixels:
    """(H, W): 0 for paper, 1 for the strongest ink, whichever of the two is the lighter."""
    rim = np.concatenate((brightness[0], brightness[-1], brightness[:, 0], brightness[:, -1]))
    difference = np.abs(brightness - np.median(rim))
    # The strongest hundredth: one hot pixel must not set the scale.
    strongest = max(float(np.quantile(difference, 0.99)), 0.5 * float(difference.max()))
    if strongest < _LEAST_CONTRAST:
        raise NoDigit(_NOTHING)
    grain = 2 * float(np.quantile(np.abs(rim - np.median(rim)), 0.9)) / strongest
    ink: Pixels = (difference / np.float32(strongest)).clip(0, 1).astype(np.float32)
    is_ink = ink >= np.clip(grain, *_FAINTEST_INK)
    if grain > _FAINTEST_INK[0]:  # specks are no ink, but a clean drawing keeps its finest lines
        specks_off = PillowImage.fromarray(is_ink.astype(np.uint8)).filter(MedianFilter(3))
        is_ink = np.asarray(specks_off) > 0
    if not is_ink.any():
        raise NoDigit(_NOTHING)
    return np.where(is_ink, ink, np.float32(0))


def _centred(digit: Pixels) -> Pixels:
    """(h, w) of at most 20 x 20 into 28 x 28, the centre of mass nearest to the middle."""
    height, width = digit.shape
    mass = digit.sum()
    row = float((digit.sum(axis=1) * np.arange(height)).sum() / mass)
    column = float((digit.sum(axis=0) * np.arange(width)).sum() / mass)
    middle = SIDE_PX / 2  # MNIST's own centres of mass: 14.0 on average, all within half a pixel
    top = min(max(round(middle - row), 0), SIDE_PX - height)
    left = min(max(round(middle - column), 0), SIDE_PX - width)
    canvas = np.zeros((SIDE_PX, SIDE_PX), np.float32)
    canvas[top : top + height, left : left + width] = digit
    return canvas
