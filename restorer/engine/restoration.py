"""One picture through the networks and what comes after them; no file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from restorer.engine import blend, compression, layers
from restorer.engine.alpha import with_clean_edges
from restorer.engine.device import Rung
from restorer.engine.image import Image, Samples, are_alike
from restorer.engine.networks import Networks
from restorer.engine.restore import Event, enlarge_alpha, restore
from restorer.engine.tiling import Box
from restorer.settings import Enlargement, Settings


@dataclass(frozen=True, slots=True)
class Restoration:
    """One picture on its way through the networks, and the room for what comes out."""

    image: Image
    networks: Networks
    settings: Settings
    enlargement: Enlargement
    sigma: float
    out: Samples
    cleaned: Samples

    @classmethod
    def prepare(
        cls,
        image: Image,
        networks: Networks,
        settings: Settings,
        enlargement: Enlargement,
        sigma: float,
    ) -> Restoration:
        scale = enlargement.scale
        shape = (image.height * scale, image.width * scale, image.samples.shape[2])
        out = np.empty(shape, image.samples.dtype)
        apart = scale > 1 and settings.blends
        cleaned = np.empty_like(image.samples) if apart else out
        return cls(image, networks, settings, enlargement, sigma, out, cleaned)

    def run(
        self, rungs: Sequence[Rung], watch: Callable[[int], None] | None = None
    ) -> Iterator[Event]:
        """`watch`: as of `Workshop.process`."""
        cleaned = None if self.cleaned is self.out else self.cleaned
        events = restore(
            self.image, self.networks, self.out, sigma=self.sigma, ladder=rungs, cleaned=cleaned
        )
        if watch is None or rungs[0].device.type != "cpu":
            return events
        picture = Box(0, 0, self.image.width, self.image.height)
        return layers.watched(
            events, picture, self.networks, sigma=self.sigma, rung=rungs[0], tell=watch
        )

    def finished(self) -> Image:
        return finished(self.image, self.out, self.cleaned, self.settings)


def finished(image: Image, out: Samples, cleaned: Samples, settings: Settings) -> Image:
    """The picture as it is saved, from what `restore` filled: blended, and of the wanted size.

    `cleaned`: (H, W, C); `out` itself where nothing was enlarged.
    """
    enlargement = settings.enlargement(image.width, image.height)
    samples = blend.finish(
        with_clean_edges(image) if settings.blends else image,
        out,
        cleaned,
        keep_grain=settings.keep_grain if settings.blends else 0.0,
        keep_colour_noise=settings.keep_colour_noise if settings.blends else 0.0,
        size=enlargement.size,
    )
    alpha = image.alpha
    if alpha is not None:
        alpha = enlarge_alpha(alpha, enlargement.scale)
        if enlargement.size is not None:
            alpha = blend.resized(alpha, enlargement.size)
    is_changed = not are_alike(samples, image.samples)
    return replace(
        image,
        samples=samples,
        alpha=alpha,
        jpeg=None if is_changed and _is_coarse(image) else image.jpeg,
        is_as_stored=image.is_as_stored and not is_changed,
    )


def _is_coarse(image: Image) -> bool:
    """Whether compressing it as before would undo a part of what was done to it."""
    coding = image.jpeg
    return coding is not None and compression.table_level(coding.tables[0]) > compression.FINE
