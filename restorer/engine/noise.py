"""How noisy is this photo?"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from restorer.engine import compression
from restorer.engine.image import BT_601, Image, Pixels, to_pixels
from restorer.models import trial
from restorer.models.dct import SIDE_PX
from restorer.models.estimator import (
    PATCH_PX,
    Estimators,
    PictureEstimator,
    fineness,
    has_halved_colour,
)
from restorer.settings import MAX_SIGMA

MAX_PATCHES: Final = 144  # spread over the photo: more do not change the answer, only the time
# Coarse grain looks like texture, but it is everywhere and texture is not: there the quietest fifth
# of the patches tells. Fine grain is told from texture in every patch: all agree on it, the surest
# count most. Where they do not agree there is texture, and the quiet ones are right; the finer the
# grain the less it is mistaken. In a JPEG whose tables are known it is mistaken least.
COARSE_SHARE: Final = 0.2
FINE_SHARES: Final = (0.05, 0.2)
JPEG_SHARE: Final = 0.2
SILENCE: Final = 1.0  # less than a level is not seen, and what a denoiser finds may be texture
JPEG_SILENCE: Final = 1.5  # nor is this beside what compression leaves
# Of real coarse grain a silent photo shows up to 0.5, and twice that is already worth removing; of
# that in a JPEG whose tables are known more is seen.
COARSE_SILENCE, COARSE_GAIN = 0.5, 20.0
COARSE_JPEG_SILENCE, COARSE_JPEG_GAIN = 0.45, 4.5
COARSE_STRENGTH: Final = 12.0
SAVED_GAIN: Final = 1.3
_COARSE, _FINE = 0.14, 0.18  # of `fineness`: coarse grain below, none above
_SURE, _UNSURE = 0.2, 0.4  # of `doubt`: certainly noise below, texture is possible above
# What the estimator never saw, such as the dots of print, that of pictures has not seen either.
_LOST_FROM: Final = (1.4, 1.7)
# Of `detail`: where even the quietest places have more, they are texture (grass, fur, gravel), and
# nothing tells grain from it. The greater the doubt, the less may be there: 7.4 at a doubt of 0.8,
# 5 at 1. Grain of COARSE_STRENGTH makes 5.2.
_LOUD, _LOUD_PER_DOUBT = 17.0, -12.0
_LOUD_JPEG: Final = 13.0  # of coarse grain in a JPEG whose tables are known
# Of `softness`: less than PolyU's photos have (0.31 to 0.64) is texture.
_SHARP, _SOFT = 0.23, 0.33
# Level of compression, that of libjpeg's quality 86: from there on colour noise is too faint for
# `has_halved_colour`.
_COLOURLESS: Final = 1.3
_COARSE_IS_STRONGER: Final = 1.5  # strength by sigma, from which on sigma misleads
_WHITE: Final = 0.6
# Of what it never saw, such as the dots of print, the estimator may be in doubt beyond all numbers.
_MOST_DOUBT: Final = 2.0
# Of what the estimator of pictures says less is taken for silence. Where texture has so many times
# as much detail, noise is not seen, and may be texture. Compression makes both harder to tell.
_SILENCE_SEEN, _HALVED_SILENCE_SEEN, _JPEG_SILENCE_SEEN = 2.0, 1.5, 3.0
_BUSY, _HIDES, _HIDES_IN_FILES = 8.0, 3.0, 2.0
_MAX_TRIED: Final = 48  # patches: to denoise them takes longer than all the rest
_LEAST: Final = 0.01
_MAX_CLIPPED: Final = 0.05  # of a patch's samples: clipped noise is missing noise
_WORDS: Final = ((3.0, "hardly any"), (8.0, "slight"), (20.0, "visible"), (40.0, "strong"))


NoiseKind = Literal["fine", "saved", "coarse", "jpeg"]
"""What is to be removed: fine grain, fine grain whose colours a file has halved, a camera's coarse
grain, or the blocks of a strong JPEG."""


@dataclass(frozen=True, slots=True)
class NoiseEstimate:
    """How strong the noise is, and how strongly to denoise; 8-bit levels, 0 to 75.

    `sigma`: standard deviation of the noise as far as the estimator can tell it from detail: the
    likeliest value (the mode) of a log-normal distribution, or what the estimator of pictures says.
    `fineness`: 1 for white noise, near 0 for noise that a camera's processing has made coarse.
    `doubt`: standard deviation of ln(sigma); 0.05 for white noise, 0.5 to 1 where it may as well be
    texture; what the estimator of pictures has left of it, which is 0 where it alone has decided.
    `detail`: RMS of what is two to four pixels large in the brightness of the quietest places,
    noise or texture. `softness`: as of `trial.softness`, 1 where it was not asked for, 0 where the
    estimator of pictures was. `blocks`: as of `compression_of`. `is_enlarged`: whether the picture
    is to be enlarged afterwards, and fainter blocks with it. `is_halved`: whether a file has halved
    the size of the colours. `is_jpeg`: whether it is known how the picture was compressed, and the
    estimator of JPEGs was asked.
    """

    sigma: float
    fineness: float
    doubt: float
    detail: float = 0.0
    softness: float = 1.0
    blocks: float = 0.0
    is_enlarged: bool = False
    is_halved: bool = False
    is_jpeg: bool = False

    @property
    def strength(self) -> float:
        """What to hand to the denoiser, or to the deblocker.

        For white noise that is sigma, for blocks their level. Of a camera's coarse grain the
        estimator recognizes less than there is, since the rest could be texture: there the median
        of its distribution counts, and what that is beyond silence is multiplied, up to
        `COARSE_STRENGTH`. Up to there the median counts of noise in files too, `SAVED_GAIN` times
        if its colours are halved and nothing else is known of the file. The constants are a
        compromise between real photos (`restorer benchmark pairs`) and clean ones, which must stay
        as they were.
        """
        if self._is_compressed:
            return self.blocks
        is_coarse = self.kind == "coarse"
        if self._grain < (JPEG_SILENCE if self.is_jpeg and not is_coarse else SILENCE):
            return 0.0
        if is_coarse or not (self.is_jpeg or self.is_halved):
            return self._grain
        gain = 1.0 if self.is_jpeg else SAVED_GAIN
        return max(self._grain, min(COARSE_STRENGTH, gain * self._median))

    @property
    def kind(self) -> NoiseKind:
        """Of coarse grain and of blocks `sigma` says little."""
        if self._is_compressed:
            return "jpeg"
        if self._grain >= max(SILENCE, _COARSE_IS_STRONGER * self.sigma):
            return "coarse"
        return "saved" if self.is_halved else "fine"

    @property
    def _is_compressed(self) -> bool:
        """Whether blocks are what is seen first; slight noise goes with them.

        Of coarse grain more is seen than `sigma` says: where it asks for twice the strength the
        denoiser takes out more, blocks included, than the deblocker.
        """
        least = compression.VISIBLE_ENLARGED if self.is_enlarged else compression.VISIBLE
        return self.blocks >= least and self.blocks > max(self.sigma, self._grain / 2)

    @property
    def _grain(self) -> float:
        coarse = np.interp(self.fineness, (_COARSE, _FINE), (1, 0))
        coarse *= np.interp(self.softness, (_SHARP, _SOFT), (0, 1))
        if self.is_jpeg:
            coarse *= 1 - _doubtful(self.doubt) * _texture(self.detail, self.doubt, _LOUD_JPEG)
            found = COARSE_JPEG_GAIN * max(0.0, self._median - COARSE_JPEG_SILENCE)
        else:
            coarse *= _doubtful(self.doubt) * (1 - _texture(self.detail, self.doubt, _LOUD))
            found = COARSE_GAIN * max(0.0, self._median - COARSE_SILENCE)
        blended = min(COARSE_STRENGTH, (1 - coarse) * self.sigma + coarse * found)
        return min(MAX_SIGMA, max(self.sigma, float(blended)))

    @property
    def _median(self) -> float:
        """Of the distribution whose mode `sigma` is."""
        return self.sigma * math.exp(self.doubt**2)

    @property
    def word(self) -> str:
        """For people."""
        return next((word for limit, word in _WORDS if self.strength < limit), "very strong")


@torch.inference_mode()
def estimate(image: Image, estimators: Estimators) -> NoiseEstimate:
    """The noise of the whole picture, from patches spread evenly over it, and its blocks.

    Works for any size and depth. Patches with clipped samples do not count unless there are no
    others. The same picture always gives the same answer.
    """
    compressed = compression.compression_of(image)
    is_jpeg = compressed.level > 0
    patches = _patches(image, compressed.grid if is_jpeg else None)
    clipped = np.mean((patches <= 0) | (patches >= 1), axis=(1, 2, 3))
    if (clipped <= _MAX_CLIPPED).any():
        patches = patches[clipped <= _MAX_CLIPPED]
    batch = torch.from_numpy(patches).permute(0, 3, 1, 2).expand(-1, 3, -1, -1)
    tables = batch.new_tensor(compressed.tables).view(2, SIDE_PX, SIDE_PX) if is_jpeg else None
    reading = read(batch, tables, estimators)
    found = NoiseEstimate(
        sigma=min(MAX_SIGMA, math.exp(reading.mean - reading.variance)),
        fineness=reading.fineness,
        doubt=math.sqrt(reading.variance),
        detail=reading.detail,
        blocks=min(MAX_SIGMA, compressed.level),
        is_jpeg=is_jpeg,
        is_halved=reading.is_halved or _is_strongly_halved(image, compressed.level),
    )
    if found.kind == "coarse":
        found = replace(found, softness=trial.softness(batch, estimators.trial))
    share = _doubtful(found.doubt) * float(np.interp(found.doubt, _LOST_FROM, (1, 0)))
    if found.kind == "coarse" or share == 0:
        return found
    seen = evidence(batch, tables, reading, estimators)
    level = level_seen(float(estimators.picture(seen[None])[0, 0]), found)
    return replace(
        found,
        sigma=(1 - share) * found.sigma + share * level,
        doubt=(1 - share) * found.doubt,
        # What was no camera's grain does not become that now; its trace in the strength, which was
        # less than half of sigma, goes at once.
        softness=0.0,
    )


def level_seen(logarithm: float, found: NoiseEstimate) -> float:
    """What the estimator of pictures says; 0 for silence and for what texture hides."""
    level = math.exp(min(logarithm, math.log(MAX_SIGMA)))
    silence, hides = _SILENCE_SEEN, _HIDES
    if found.is_jpeg:
        silence, hides = _JPEG_SILENCE_SEEN, _HIDES_IN_FILES
    elif found.is_halved:
        silence, hides = _HALVED_SILENCE_SEEN, _HIDES_IN_FILES
    if level < silence:
        return 0.0
    if found.blocks >= compression.VISIBLE:
        hides = 0.0  # of loud texture nothing is left by which to tell them
    excess = found.detail - max(_BUSY, hides * level)
    return level * float(np.interp(excess, (0, 1), (1, 0)))


@dataclass(frozen=True, slots=True)
class Reading:
    """What an estimator of patches finds in a picture: mean and variance of ln(sigma), and more.

    `fineness`, `detail`, `is_halved`: as of `NoiseEstimate`.
    """

    mean: float
    variance: float
    fineness: float
    detail: float
    is_halved: bool


def read(patches: Tensor, tables: Tensor | None, estimators: Estimators) -> Reading:
    """By the estimator of JPEGs where `tables`, (2, 8, 8), say how the picture was compressed.

    `patches`: (N, 3, 96, 96) in [0, 1].
    """
    if tables is None:
        features = estimators.plain.features(patches)
        answers = estimators.plain.head(features)
    else:
        features = estimators.jpeg.features(patches, tables.expand(len(patches), -1, -1, -1))
        answers = estimators.jpeg.head(features)
    grain = float(fineness(features).median())
    mean, variance = _of_the_quiet(answers, grain, is_jpeg=tables is not None)
    is_halved = has_halved_colour(features, math.exp(mean))
    return Reading(mean, variance, grain, 255 * _detail(patches), is_halved)


def evidence(
    patches: Tensor, tables: Tensor | None, reading: Reading, estimators: Estimators
) -> Tensor:
    """(73): what the estimator of pictures goes by. `patches`, `tables`: as of `read`."""
    tables = patches.new_zeros((2, SIDE_PX, SIDE_PX)) if tables is None else tables
    spread = np.linspace(0, len(patches) - 1, min(len(patches), _MAX_TRIED)).astype(int)
    tried = patches[torch.from_numpy(spread)]
    findings = (
        reading.mean,
        math.log(reading.variance),
        math.log(max(reading.fineness, _LEAST)),
        math.log(max(reading.detail, _LEAST)),
    )
    hints = trial.hints(tried, estimators.trial)
    return PictureEstimator.evidence(patches.new_tensor([findings]), tables[None], hints[None])[0]


def _is_strongly_halved(image: Image, level: float) -> bool:
    """Whether a file has halved the colours and left little of their noise besides."""
    is_halved = image.jpeg is not None and image.jpeg.subsampling != "4:4:4"
    return is_halved and level >= _COLOURLESS


def _doubtful(doubt: float) -> float:
    """0 to 1."""
    return float(np.interp(doubt, (_SURE, _UNSURE), (0, 1)))


def _texture(detail: float, doubt: float, loud: float) -> float:
    """0 to 1: how clear it is that even the quietest places have more detail than noise makes."""
    return float(np.interp(detail - (loud + _LOUD_PER_DOUBT * doubt), (0, 1), (0, 1)))


def _of_the_quiet(answers: Tensor, grain: float, *, is_jpeg: bool) -> tuple[float, float]:
    """Of (N, 2), one patch's mean and variance of ln(sigma): of a quantile, by certainty."""
    logarithms, log_variances = answers.double().unbind(dim=1)
    logarithms = logarithms.clamp(max=math.log(MAX_SIGMA))
    log_variances = log_variances.clamp(max=2 * math.log(_MOST_DOUBT))
    is_coarse = grain < _FINE and not is_jpeg
    share = float(np.interp(grain, (_FINE, _WHITE), FINE_SHARES))
    if is_jpeg:
        share = JPEG_SHARE
    elif is_coarse:
        share = COARSE_SHARE
    order = logarithms.argsort()
    weights = torch.ones_like(order) if is_coarse else torch.exp(-log_variances[order])
    certainty = weights.double().cumsum(dim=0)
    chosen = order[int(torch.searchsorted(certainty, share * certainty[-1]))]
    return float(logarithms[chosen]), float(log_variances[chosen].exp())


def _detail(patches: Tensor) -> float:
    weights = patches.new_tensor(BT_601).view(3, 1, 1)
    brightness = (patches * weights).sum(dim=1, keepdim=True)
    half = functional.avg_pool2d(brightness, 2)
    rough = functional.interpolate(functional.avg_pool2d(half, 2), scale_factor=2)  # nearest
    rms = (half - rough).square().mean(dim=(1, 2, 3)).sqrt()
    return float(rms.quantile(COARSE_SHARE))


def _patches(image: Image, grid: tuple[int, int] | None) -> Pixels:
    """(N, 96, 96, C): evenly spread, at most `MAX_PATCHES`; small pictures are mirrored to size.

    `grid`: where JPEG's blocks begin, and each patch with one of them.
    """
    samples = image.samples
    top, left = grid or (0, 0)
    short = [
        max(0, PATCH_PX + first - side)
        for first, side in zip((top, left), samples.shape[:2], strict=True)
    ]
    if any(short):
        samples = np.pad(samples, ((0, short[0]), (0, short[1]), (0, 0)), mode="symmetric")
    height, width = samples.shape[:2]
    columns = max(1, min(width // PATCH_PX, round(math.sqrt(MAX_PATCHES * width / height))))
    rows = max(1, min(height // PATCH_PX, MAX_PATCHES // columns))
    columns = min(columns, MAX_PATCHES // rows)
    lefts = np.linspace(left, width - PATCH_PX, columns).astype(int)
    tops = np.linspace(top, height - PATCH_PX, rows).astype(int)
    if grid is not None:
        lefts -= (lefts - left) % SIDE_PX
        tops -= (tops - top) % SIDE_PX
    return to_pixels(
        np.stack(
            [
                samples[top : top + PATCH_PX, left : left + PATCH_PX]
                for top in tops
                for left in lefts
            ]
        )
    )
