"""Networks as they are wanted, loaded once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from restorer.engine.networks import Networks
from restorer.models.catalog import Catalog, open_catalog
from restorer.models.denoiser import Denoiser
from restorer.models.estimator import Estimator, Estimators, JpegEstimator, PictureEstimator
from restorer.models.upscaler import Upscaler
from restorer.settings import Settings, weights_dir

_Network = TypeVar("_Network", Denoiser, Upscaler, Estimator, JpegEstimator, PictureEstimator)


class Models:
    """The networks of a folder of weights, each loaded when it is first wanted.

    What that folder lacks comes from the shipped ones, so one's own denoiser works with the shipped
    estimators, and strong JPEGs go to the shipped deblocker. What a picture is tried with is always
    the shipped degrainer: by what that takes the estimator of pictures has learned. Every method
    raises WeightsError.
    """

    def __init__(self, weights: Path) -> None:
        self._own = open_catalog(weights)
        self._loaded: dict[str, Any] = {}

    def denoiser(self) -> Denoiser:
        return self._get("denoiser", Catalog.denoiser)

    def deblocker(self) -> Denoiser:
        return self._get("deblocker", lambda catalog: catalog.denoiser("deblocker"))

    def degrainer(self) -> Denoiser:
        """For coarse grain. Whoever brings a denoiser of their own, and none for that, means it."""
        name = self._known_as("degrainer")
        return self._get(name, lambda catalog: catalog.denoiser(name))

    def estimators(self) -> Estimators:
        return Estimators(
            plain=self._get("estimator", Catalog.estimator),
            jpeg=self._get("jpeg-estimator", Catalog.jpeg_estimator),
            picture=self._get("picture-estimator", Catalog.picture_estimator),
            trial=self._trial(),
        )

    def _trial(self) -> Denoiser:
        if self._catalog_of(self._known_as("degrainer")).folder == weights_dir():
            return self.degrainer()
        return self._get("trial", lambda shipped: shipped.denoiser("degrainer"))

    def upscaler(self, scale: int) -> Upscaler:
        return self._get(f"upscaler-x{scale}", lambda catalog: catalog.upscaler(scale))

    def networks(self, settings: Settings, scale: int) -> Networks:
        """Those that the settings ask for, enlarging by `scale`."""
        upscaler = self.upscaler(scale) if scale > 1 else None
        if settings.denoise == "off":
            return Networks(None, upscaler)
        return Networks(self.denoiser(), upscaler, self.deblocker(), self.degrainer())

    def checksum(self, name: str) -> str:
        """The SHA-256 of that network's weights: another one means another result."""
        name = self._known_as(name)
        return self._catalog_of(name).entry(name).sha256

    def _known_as(self, name: str) -> str:
        is_own = "denoiser" in self._own and name not in self._own
        return "denoiser" if name == "degrainer" and is_own else name

    def _get(self, name: str, load: Callable[[Catalog], _Network]) -> _Network:
        if name not in self._loaded:
            self._loaded[name] = load(self._catalog_of(name))
        network: _Network = self._loaded[name]
        return network

    def _catalog_of(self, name: str) -> Catalog:
        return self._own if name in self._own else open_catalog(weights_dir())
