"""One photo from file to file: read, estimate, restore, write."""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from restorer.engine import imagefile, metadata, noise, resultfile
from restorer.engine.device import ladder
from restorer.engine.image import Image
from restorer.engine.loaded import Models
from restorer.engine.networks import Networks
from restorer.engine.noise import NoiseEstimate
from restorer.engine.restoration import Restoration
from restorer.engine.restore import Event, SteppedDown
from restorer.engine.saving import save
from restorer.errors import ImageUnsupported, ImageUnwritable
from restorer.settings import SCALES, Enlargement, Saving, Settings


@dataclass(frozen=True, slots=True)
class FileOpened:
    """The first stage's result: a photo in memory, and what is to become of its size.

    `estimate`: what to denoise at, what was found in the photo, and the seconds that it took.
    """

    source: Path
    image: Image
    enlargement: Enlargement
    read_s: float
    estimate: tuple[float, NoiseEstimate | None, float] | None = None

    @property
    def result_px(self) -> int:
        """As many as the networks make; only then is it made of a wanted size."""
        return self.image.width * self.image.height * self.enlargement.scale**2

    def check_fits(self, target: Path, saving: Saving) -> None:
        """Tells before the work what the format of `target` cannot hold. Raises ImageUnwritable."""
        width, height = self.enlargement.of(self.image.width, self.image.height)
        bits = 8 if saving.eight_bits else self.image.bits
        resultfile.check_holds(target, metadata.without(self.image, saving), width, height, bits)


@dataclass(frozen=True, slots=True)
class StageBegun:
    """What is done to a photo from now on; to `total_px` of its result, if that can be counted."""

    stage: Literal["reading", "estimating", "restoring", "writing"]
    total_px: int | None = None


@dataclass(frozen=True, slots=True)
class FileProcessed:
    """The second stage's result: a photo that the networks are done with, not yet written.

    `denoised_at` is what the denoiser or deblocker was given, `noise` what was estimated; None if
    that was off.
    """

    source: Path
    restoration: Restoration
    denoised_at: float | None
    noise: NoiseEstimate | None
    device: str
    read_s: float
    estimate_s: float
    network_s: float


@dataclass(frozen=True, slots=True)
class FileRestored:
    """The last event of a photo. Sizes in pixels of the result, times in seconds.

    `denoised_at`, `noise`: as in FileProcessed.
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
    models: Models

    @classmethod
    def open(cls, settings: Settings, weights: Path) -> Workshop:
        """Raises WeightsError or DeviceUnavailable before any photo is touched."""
        ladder(settings.device)
        models = Models(weights)
        if settings.denoise != "off":
            models.estimators()
        workshop = cls(settings, models)
        for scale in SCALES if settings.has_size else (settings.scale,):
            workshop.networks(scale)
        return workshop

    def checksums(self) -> dict[str, str]:
        """The SHA-256 of all the weights that these settings use, by network."""
        scales = SCALES if self.settings.has_size else (self.settings.scale,)
        names = [f"upscaler-x{scale}" for scale in scales if scale > 1]
        if self.settings.denoise != "off":
            names += ["denoiser", "deblocker", "degrainer"]
            names += ["estimator", "jpeg-estimator", "picture-estimator"]
        return {name: self.models.checksum(name) for name in sorted(names)}

    def networks(self, scale: int | None = None) -> Networks:
        """Those of the settings, enlarging by `scale` if that is given."""
        return self.models.networks(self.settings, scale or self.settings.scale)

    def restore_file(
        self,
        source: Path,
        target: Path | None = None,
        *,
        folder: Path | None = None,
        saving: Saving = Saving(),  # noqa: B008  frozen
        may_replace: bool = False,
        watch: Callable[[int], None] | None = None,
    ) -> Iterator[Event | StageBegun | FileRestored]:
        """Restores one photo into a new file; yields tiles as they are done, at last FileRestored.

        Without `target` the file goes into `folder` (default: beside the source) under a name
        that is still free, as PNG if the source's format cannot hold the result. What is at
        `target` already is kept unless it `may_replace` that; the source always is. `watch`: as
        of `process`. Raises ImageError; then, and if the iteration is stopped, no file is written.
        """
        name = functools.partial(
            resultfile.output_path, source, scale=self.settings.scale, folder=folder
        )
        resultfile.check_writable(target or name(), source=source)
        if target is not None and not may_replace and os.path.lexists(target):
            raise resultfile.taken(target)
        yield StageBegun("reading")
        opened = self.read(source)
        try:
            opened.check_fits(target or name(), saving)
        except ImageUnwritable:
            if target is not None:
                raise
            name = functools.partial(name, as_png=True)
        yield StageBegun("estimating")
        opened = self.estimate(opened)
        yield StageBegun("restoring", opened.result_px)
        for event in self.process(opened, watch):
            if not isinstance(event, FileProcessed):
                yield event
                continue
            yield StageBegun("writing")
            if target is not None:
                yield _write_to(target, event, saving, may_replace=may_replace)
            else:
                yield _write_anew(event, name, saving)

    def read(self, source: Path) -> FileOpened:
        """The first stage; needs no network. Raises ImageError."""
        started = time.monotonic()
        image = imagefile.read(source)
        enlargement = self._enlargement(image, source)
        return FileOpened(source, image, enlargement, time.monotonic() - started)

    def estimate(self, opened: FileOpened) -> FileOpened:
        """The same photo with its noise known: on the CPU, while a GPU does another photo."""
        started = time.monotonic()
        sigma, found = self._noise_of(opened.image, opened.enlargement)
        return replace(opened, estimate=(sigma, found, time.monotonic() - started))

    def process(
        self, opened: FileOpened, watch: Callable[[int], None] | None = None
    ) -> Iterator[Event | FileProcessed]:
        """The second stage: restores, and estimates before that if nobody has; needs no file.

        `watch` is told, where tiles take long, how many pixels are done between the tiles too.
        Raises RestoreFailed.
        """
        if opened.estimate is None:
            opened = self.estimate(opened)
        assert opened.estimate is not None
        sigma, found, estimate_s = opened.estimate
        started = time.monotonic()
        rungs = ladder(self.settings.device)
        device = str(rungs[0])
        restoration = self._restoration(opened.image, opened.enlargement, sigma, found)
        for event in restoration.run(rungs, watch):
            if isinstance(event, SteppedDown):
                device = event.now_on
            yield event
        yield FileProcessed(
            source=opened.source,
            restoration=restoration,
            denoised_at=None if self.settings.denoise == "off" else round(sigma, 2),
            noise=found,
            device=device,
            read_s=opened.read_s,
            estimate_s=estimate_s,
            network_s=time.monotonic() - started,
        )

    def restore_image(self, image: Image) -> Image:
        """The picture in memory, in its own depth; raises RestoreFailed, or ValueError."""
        restoration = self.restoration(image)
        for _ in restoration.run(ladder(self.settings.device)):
            pass
        return restoration.finished()

    def restoration(self, image: Image) -> Restoration:
        """All that comes before the networks; raises ValueError."""
        enlargement = self.settings.enlargement(image.width, image.height)
        return self._restoration(image, enlargement, *self._noise_of(image, enlargement))

    def _enlargement(self, image: Image, source: Path) -> Enlargement:
        try:
            return self.settings.enlargement(image.width, image.height)
        except ValueError as error:
            raise ImageUnsupported(source, f"{source.name}: {error}") from error

    def _restoration(
        self, image: Image, enlargement: Enlargement, sigma: float, found: NoiseEstimate | None
    ) -> Restoration:
        networks = self.networks(enlargement.scale)
        if found is not None:
            networks = networks.suited_to(found.kind)
        return Restoration.prepare(image, networks, self.settings, enlargement, sigma)

    def _noise_of(
        self, image: Image, enlargement: Enlargement
    ) -> tuple[float, NoiseEstimate | None]:
        """How strongly to denoise, and what was found; a chosen strength hears of the grain too."""
        wanted = self.settings.denoise
        if wanted == "off":
            return 0.0, None
        found = noise.estimate(image, self.models.estimators())
        if wanted != "auto":
            return wanted, found
        found = replace(found, is_enlarged=enlargement.scale > 1)
        return found.strength, found


def write(
    processed: FileProcessed, target: Path, saving: Saving, *, is_new: bool = False
) -> FileRestored:
    """The third stage: blends and shrinks as wanted, and saves.

    Raises ImageUnwritable, and FileExistsError if the target should be new and is not.
    """
    started = time.monotonic()
    finished = processed.restoration.finished()
    result = save(finished, target, processed.source, saving, is_new=is_new)
    return FileRestored(
        source=processed.source,
        target=target,
        width=result.width,
        height=result.height,
        denoised_at=processed.denoised_at,
        noise=processed.noise,
        device=processed.device,
        read_s=processed.read_s,
        estimate_s=processed.estimate_s,
        network_s=processed.network_s,
        write_s=time.monotonic() - started,
    )


def _write_to(
    target: Path, processed: FileProcessed, saving: Saving, *, may_replace: bool
) -> FileRestored:
    try:
        return write(processed, target, saving, is_new=not may_replace)
    except FileExistsError as error:
        raise resultfile.taken(target) from error


def _write_anew(
    processed: FileProcessed, free_name: Callable[[], Path], saving: Saving
) -> FileRestored:
    """Under a name that is free now: another run may have taken what was free at the start."""
    while True:
        with suppress(FileExistsError):
            return write(processed, free_name(), saving, is_new=True)
