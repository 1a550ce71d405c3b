"""Colours under transparency that do no harm at its edges; no torch."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from restorer.engine.image import Image, Pixels, Samples, to_pixels, to_samples

_REACH: Final = 8  # levels of a pyramid: 256 pixels, more than any network here sees


def with_clean_edges(image: Image) -> Image:
    """The picture with the colours of its neighbourhood where it is fully transparent.

    Nobody sees those pixels, but networks and resampling look at them too: black ones, which most
    programs leave there, would darken the rim of everything that is visible. What is visible, be it
    ever so faintly, stays as it is. Weighted by alpha, this is what premultiplying would give.
    """
    alpha = image.alpha
    if alpha is None:
        return image
    hidden = alpha == 0
    if not hidden.any() or hidden.all():
        return image
    weights = to_pixels(alpha)
    planes = []
    for channel in range(image.samples.shape[2]):
        plane = image.samples[..., channel]
        filled = _filled(to_pixels(plane) * weights, weights, _REACH)
        planes.append(np.where(hidden, to_samples(filled, plane.dtype), plane))
    samples: Samples = np.stack(planes, axis=-1)
    return replace(image, samples=samples)


def unpremultiplied(samples: Samples, alpha: Samples) -> Samples:
    """(H, W, C) uint16 colours as they were before alpha was multiplied in; 0 where it is 0."""
    divisor = np.maximum(alpha, 1).astype(np.uint32)
    colours = np.zeros_like(samples)
    for channel in range(samples.shape[2]):
        levels = samples[..., channel].astype(np.uint32)
        levels = (levels * 65535 + divisor // 2) // divisor  # at most 2**32 - 98303
        np.minimum(levels, 65535, out=levels)
        np.copyto(colours[..., channel], levels, where=alpha > 0, casting="unsafe")
    return colours


def _filled(weighted: Pixels, weights: Pixels, levels: int) -> Pixels:
    """(H, W) means of what is visible: of the pixel itself, else of an ever larger surrounding."""
    if levels and min(weights.shape) > 1:
        coarse = _filled(_halved(weighted), _halved(weights), levels - 1)
        around = coarse.repeat(2, axis=0).repeat(2, axis=1)[: weights.shape[0], : weights.shape[1]]
    else:
        around = np.full_like(weights, weighted.sum() / max(float(weights.sum()), 1e-6))
    return np.divide(weighted, weights, out=around.copy(), where=weights > 0)


def _halved(plane: Pixels) -> Pixels:
    """(H, W) to (ceil(H / 2), ceil(W / 2)), each the sum of 2 x 2."""
    height, width = plane.shape
    even = np.pad(plane, ((0, height % 2), (0, width % 2)))
    halved: Pixels = even[0::2, 0::2] + even[1::2, 0::2] + even[0::2, 1::2] + even[1::2, 1::2]
    return halved
