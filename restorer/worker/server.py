"""The worker process: one request after another, events in between.

torch is imported in a thread of its own, so that a photo can be opened while it loads.
"""

from __future__ import annotations

import ctypes
import os
import signal
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from restorer.engine import imagefile, likeness, resultfile
from restorer.engine.image import Image, Samples
from restorer.engine.pyramid import PixelFile, Pyramid
from restorer.engine.tiling import Box
from restorer.engine.wording import failure_text
from restorer.errors import ImageUnsupported, RestorerError
from restorer.settings import Settings
from restorer.worker.protocol import (
    Event,
    JobCancelled,
    JobDone,
    JobFailed,
    ModelsUnusable,
    NoiseEstimated,
    OpenPhoto,
    Photo,
    PhotoOpened,
    Request,
    RestorePhoto,
    ResultStarted,
    SavePhoto,
    TileFinished,
    WorkerReady,
    WorkSteppedDown,
)

if TYPE_CHECKING:
    from torch import nn

    from restorer.engine.loaded import Models
    from restorer.engine.noise import NoiseEstimate

MOST_TILE_PX: Final = 1 << 20  # on a CPU a second, two for coarse grain: progress is seen
BAND_ROWS: Final = 1024  # even at every level, so that no pixel is averaged half
NICENESS: Final = 5  # below the window: it must win the processor when it has something to draw


class _Cancelled(Exception):
    """The job was cancelled while a network ran; not a RuntimeError, which the ladder catches."""


def serve(
    connection: Connection,
    cancelled_up_to: ctypes.c_longlong,
    view: ctypes.Array[ctypes.c_longlong],
    cache: Path,
    weights: Path,
) -> None:
    """Runs until the pipe closes; the target of the spawned process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is the window's to hear
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    server = Server(connection.send, cancelled_up_to, view, cache, weights)
    threading.Thread(target=server.warm_up, daemon=True).start()
    # A window that is gone closes its end of the pipe: then there is nobody to work for.
    with suppress(EOFError, OSError):
        while True:
            server.handle(connection.recv())


class Server:
    """Handles requests one at a time; `send` gets the events."""

    def __init__(
        self,
        send: Callable[[Event], None],
        cancelled_up_to: ctypes.c_longlong,
        view: ctypes.Array[ctypes.c_longlong],
        cache: Path,
        weights: Path,
    ) -> None:
        self._send_unlocked = send
        self._sending = threading.Lock()
        self._cancelled_up_to = cancelled_up_to
        self._view = view
        self._cache = cache
        self._weights = weights
        self._models: Models | None = None
        self._warm_up_error: BaseException | None = None
        self._warm = threading.Event()
        self._job = 0
        self._made: list[Path] = []  # files of the job in hand that were not announced yet
        self._estimated: tuple[Path, NoiseEstimate] | None = None  # of the photo last restored
        self._watched: set[nn.Module] = set()

    def warm_up(self) -> None:
        """Imports torch and loads the models while the user still looks for a file."""
        try:
            import torch

            from restorer.engine.device import ladder
            from restorer.engine.loaded import Models

            models = Models(self._weights)
            models.estimators()
            models.networks(Settings(), 1)
            with torch.inference_mode():  # the first call sets up the kernels
                picture = torch.zeros(1, 3, 64, 64).to(memory_format=torch.channels_last)
                models.denoiser()(picture, torch.zeros(1, 1, 1, 1))
            self._models = models
            self._send(WorkerReady(str(ladder("auto")[0])))
        except BaseException as error:  # noqa: BLE001  the job that needs the models reports it too
            self._warm_up_error = error
            self._send(ModelsUnusable(*_told(error)))
        finally:
            self._warm.set()

    def handle(self, request: Request) -> None:
        """One request, from the first event to the last; nothing it raises gets out."""
        self._job = 0 if isinstance(request, SavePhoto) else request.job  # 0: not to be cancelled
        try:
            self._check_cancelled()
            if isinstance(request, OpenPhoto):
                self._open(request)
            elif isinstance(request, RestorePhoto):
                self._restore(request)
            else:
                self._save(request)
        except _Cancelled:
            self._end(JobCancelled(request.job))
        except MemoryError:
            message = "There is not enough memory for this picture. Close other programs, or "
            self._end(JobFailed(request.job, message + "enlarge less.", ""))
        except OSError as error:
            message = f"A file of the work in progress failed: {error.strerror or error}."
            self._end(JobFailed(request.job, message, traceback.format_exc()))
        except Exception as error:  # noqa: BLE001  the process boundary
            self._end(JobFailed(request.job, *_told(error)))
        else:
            self._made.clear()
            self._send(JobDone(request.job))

    def _end(self, event: JobFailed | JobCancelled) -> None:
        """Of a job that nobody has heard of, the files go too."""
        for path in self._made:
            with suppress(OSError):
                path.unlink(missing_ok=True)
        self._made.clear()
        self._send(event)

    def _open(self, request: OpenPhoto) -> None:
        image = imagefile.read(request.path)
        self._check_cancelled()
        pixels = self._put(f"photo-{request.job}", image.samples)
        alpha = None
        if image.alpha is not None:
            alpha = self._put(f"alpha-{request.job}", image.alpha[..., None])
        photo = Photo(
            path=request.path,
            name=request.name,
            pixels=pixels,
            alpha=alpha,
            rest=image.without_pixels(),
            unlike_photos=likeness.why_unlike_photos(image),
        )
        self._made.clear()
        self._send(PhotoOpened(request.job, photo))

    def _restore(self, request: RestorePhoto) -> None:
        from restorer.engine.device import ladder
        from restorer.engine.restore import SteppedDown, restore

        settings, photo = request.settings, request.photo
        scale = _enlargement(photo, settings)
        models = self._wait_for_models()
        networks = models.networks(settings, scale)
        for network in (
            networks.denoiser,
            networks.upscaler,
            networks.deblocker,
            networks.degrainer,
        ):
            if network is not None:
                self._watch(network)
        sigma = 0.0
        if settings.denoise != "off":
            found = self._estimate(request)
            sigma = found.strength if settings.denoise == "auto" else settings.denoise
            networks = networks.suited_to(found.kind)
        rungs = ladder(settings.device)
        height, width, channels = photo.pixels.shape
        result_file = PixelFile(
            self._cache / f"result-{request.job}",
            (height * scale, width * scale, channels),
            photo.pixels.dtype,
        )
        cleaned_file = None
        if scale > 1:
            cleaned_file = replace(photo.pixels, path=self._cache / f"cleaned-{request.job}")
        self._made += [file.path for file in (result_file, cleaned_file) if file is not None]
        result = Pyramid.create(result_file)
        cleaned = None if cleaned_file is None else Pyramid.create(cleaned_file)
        at = None if settings.denoise == "off" else sigma
        self._made.clear()
        self._send(ResultStarted(request.job, result_file, cleaned_file, scale, at, str(rungs[0])))
        tiles = restore(
            _image(photo),
            networks,
            result.full,
            sigma=sigma,
            ladder=rungs,
            cleaned=None if cleaned is None else cleaned.full,
            view=request.view,
            look=self._looked_at,
            most_px=MOST_TILE_PX if rungs[0].device.type == "cpu" else None,
        )
        before = time.monotonic()
        for event in tiles:
            now = time.monotonic()
            if isinstance(event, SteppedDown):
                self._send(WorkSteppedDown(request.job, event.reason, event.now_on))
            else:
                result.update(event.box)
                if cleaned is not None:
                    cleaned.update(_shrunk(event.box, scale))
                self._send(
                    TileFinished(
                        request.job, event.box, event.done_px, event.total_px, now - before
                    )
                )
            before = time.monotonic()
            self._check_cancelled()
        if settings.denoise == "off":
            self._estimate(request)

    def _save(self, request: SavePhoto) -> None:
        from restorer.engine.restoration import finished
        from restorer.engine.saving import save

        photo = request.photo
        resultfile.check_writable(request.target, source=photo.path)
        result = Pyramid.open(request.result).full
        cleaned = result if request.cleaned is None else Pyramid.open(request.cleaned).full
        image = finished(_image(photo), result, cleaned, request.settings)
        save(image, request.target, photo.path, request.saving)

    def _estimate(self, request: RestorePhoto) -> NoiseEstimate:
        from restorer.engine import noise

        photo = request.photo
        if self._estimated is None or self._estimated[0] != photo.pixels.path:
            found = noise.estimate(_image(photo), self._wait_for_models().estimators())
            self._estimated = (photo.pixels.path, found)
        found = self._estimated[1]
        if request.settings.denoise == "auto":
            found = replace(found, is_enlarged=_enlargement(photo, request.settings) > 1)
        self._send(NoiseEstimated(request.job, found.sigma, found.strength, found.word, found.kind))
        return found

    def _put(self, name: str, samples: Samples) -> PixelFile:
        height, width, channels = samples.shape
        file = PixelFile(self._cache / name, (height, width, channels), str(samples.dtype))
        self._made.append(file.path)
        pyramid = Pyramid.create(file)
        for top in range(0, height, BAND_ROWS):  # in bands: less memory, and cancelling is seen
            self._check_cancelled()
            band = Box(0, top, width, min(BAND_ROWS, height - top))
            np.copyto(pyramid.full[band.rows], samples[band.rows])
            pyramid.update(band)
        return file

    def _wait_for_models(self) -> Models:
        while not self._warm.wait(0.05):
            self._check_cancelled()
        if self._warm_up_error is not None:
            raise self._warm_up_error
        assert self._models is not None
        return self._models

    def _watch(self, network: nn.Module) -> None:
        """Makes the network look, before each of its layers, whether it is still wanted."""
        if network in self._watched:
            return
        self._watched.add(network)
        for module in network.modules():
            if not any(module.children()):
                module.register_forward_pre_hook(lambda _module, _inputs: self._check_cancelled())

    def _looked_at(self) -> Box | None:
        left, top, width, height = self._view
        return Box(left, top, width, height) if width and height else None

    def _check_cancelled(self) -> None:
        if self._job and self._job <= self._cancelled_up_to.value:
            raise _Cancelled

    def _send(self, event: Event) -> None:
        with self._sending:
            self._send_unlocked(event)


def _told(error: BaseException) -> tuple[str, str]:
    """A sentence for the user, and details for a bug report unless the sentence says it all."""
    is_plain = isinstance(error, RestorerError)
    details = "" if is_plain else "".join(traceback.format_exception(error))
    return failure_text(error), details


def _enlargement(photo: Photo, settings: Settings) -> int:
    try:
        return settings.enlargement(photo.width, photo.height).scale
    except ValueError as error:
        raise ImageUnsupported(photo.path, f"{photo.name}: {error}") from error


def _image(photo: Photo) -> Image:
    """The photo over its mapped pixels; nothing is copied."""
    alpha = None if photo.alpha is None else Pyramid.open(photo.alpha).full[..., 0]
    return replace(photo.rest, samples=Pyramid.open(photo.pixels).full, alpha=alpha)


def _shrunk(box: Box, scale: int) -> Box:
    return Box(box.left // scale, box.top // scale, box.width // scale, box.height // scale)
