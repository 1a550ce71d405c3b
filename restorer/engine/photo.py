"""One photo from file to file: read, estimate, restore, write."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from restorer.engine import imagefile, noise, resultfile
from restorer.engine.device import ladder
from restorer.engine.image import Image, Pixels, Samples
from restorer.engine.noise import NoiseEstimate
from restorer.engine.restore import Event, Networks, SteppedDown, enlarge_alpha, restore
from restorer.models.catalog import Catalog, open_catalog
from restorer.models.estimator import Estimator
from restorer.settings import Settings, weights_dir


@dataclass(frozen=True, slots=True)
class FileRestored:
    """The last event of a photo. Sizes in pixels of the result, times in seconds.

    `denoised_at` is what the denoiser was given, None if it was off. `noise` is what was estimated,
    None if the user chose the strength.
    """

    source: Path
    target: Path
    width: int
    height: int
    denoised_at: float | None
    noise: NoiseEstimate | None
    device: str
    read_s: float
    estimate_s: float
    network_s: float
    write_s: float

    @property
    def total_s(self) -> float:
        return self.read_s + self.estimate_s + self.network_s + self.write_s


@dataclass(frozen=True, slots=True)
class Workshop:
    """Settings with the networks they need, loaded once for many photos."""

    settings: Settings
    networks: Networks
    estimator: Estimator | None  # only for denoise="auto"

    @classmethod
    def open(cls, settings: Settings, weights: Path) -> Workshop:
        """Takes from the folder `weights` what it has, and the rest from the shipped ones.

        So one's own denoiser works with the shipped estimator. Raises WeightsError or
        DeviceUnavailable before any photo is touched.
        """
        ladder(settings.device)
        own = open_catalog(weights)

        def having(name: str) -> Catalog:
            return own if name in own else open_catalog(weights_dir())

        denoiser = upscaler = estimator = None
        if settings.denoise != "off":
            denoiser = having("denoiser").denoiser()
        if settings.denoise == "auto":
            estimator = having("estimator").estimator()
        if settings.scale > 1:
            scale = settings.scale
            upscaler = having(f"upscaler-x{scale}").upscaler(scale)
        return cls(settings, Networks(denoiser, upscaler), estimator)

    def restore_file(
        self,
        source: Path,
        target: Path | None = None,
        *,
        folder: Path | None = None,
        quality: int = 95,
    ) -> Iterator[Event | FileRestored]:
        """Restores one photo into a new file; yields tiles as they are done, at last FileRestored.

        Without `target` the file goes into `folder` (default: beside the source) under a name
        that is still free. Raises ImageError; then, and if the iteration is stopped, no file is
        written.
        """
        scale = self.settings.scale
        if target is None:
            target = resultfile.output_path(source, scale=scale, folder=folder)
        resultfile.check_writable(target, source=source)

        started = time.monotonic()
        image = imagefile.read(source)
        read_at = time.monotonic()
        sigma, estimated = self._noise_of(image)
        estimated_at = time.monotonic()
        out = self.empty_result(image)
        rungs = ladder(self.settings.device)
        device = str(rungs[0])
        for event in restore(image, self.networks, out, sigma=sigma, ladder=rungs):
            if isinstance(event, SteppedDown):
                device = event.now_on
            yield event
        restored_at = time.monotonic()
        alpha = None if image.alpha is None else enlarge_alpha(image.alpha, scale)
        result = replace(image, samples=out, alpha=alpha)
        resultfile.write(result, target, source=source, quality=quality)
        yield FileRestored(
            source=source,
            target=target,
            width=result.width,
            height=result.height,
            denoised_at=None if self.networks.denoiser is None else round(sigma, 2),
            noise=estimated,
            device=device,
            read_s=read_at - started,
            estimate_s=estimated_at - read_at,
            network_s=restored_at - estimated_at,
            write_s=time.monotonic() - restored_at,
        )

    def restore_image(self, image: Image) -> Image:
        """The picture in memory, in its own depth; raises RestoreFailed."""
        sigma, _ = self._noise_of(image)
        out = self.empty_result(image)
        rungs = ladder(self.settings.device)
        for _ in restore(image, self.networks, out, sigma=sigma, ladder=rungs):
            pass
        scale = self.settings.scale
        alpha = None if image.alpha is None else enlarge_alpha(image.alpha, scale)
        return replace(image, samples=out, alpha=alpha)

    def empty_result(self, image: Image) -> Samples:
        """Room for the restored samples: the picture's own depth and channels, times the scale."""
        scale = self.settings.scale
        shape = (image.height * scale, image.width * scale, image.samples.shape[2])
        return np.empty(shape, image.samples.dtype)

    def _noise_of(self, image: Image) -> tuple[float, NoiseEstimate | None]:
        if self.estimator is not None:
            estimated = noise.estimate(image, self.estimator)
            return estimated.strength, estimated
        return (0.0 if self.settings.denoise == "off" else float(self.settings.denoise)), None


def restore_pixels(pixels: Pixels, settings: Settings, weights: Path | None = None) -> Pixels:
    """`restorer.restore` with its settings as one value."""
    if not isinstance(pixels, np.ndarray) or pixels.dtype != np.float32:
        raise ValueError("pixels must be a numpy array of float32.")
    if pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] != 3) or not pixels.size:
        raise ValueError(f"pixels must have shape (H, W, 3) or (H, W), not {pixels.shape}.")
    if not np.isfinite(pixels).all():
        raise ValueError("pixels must be finite: there are NaN or infinite values in it.")
    workshop = Workshop.open(settings, weights or weights_dir())
    grey = pixels.ndim == 2
    result = workshop.restore_image(Image(pixels[..., None] if grey else pixels)).samples
    return result[..., 0] if grey else result
