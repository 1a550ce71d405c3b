"""The map of digits in a process of its own, so that it stays alive while a photo is worked on.

Nothing queues up here: of each kind of request only the newest waits while another is answered.
"""

from __future__ import annotations

import itertools
import multiprocessing
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from restorer.engine import digitmap
from restorer.engine.digitmap import KnownDigits
from restorer.errors import RestorerError
from restorer.settings import weights_dir
from restorer.worker.digit_protocol import (
    Chart,
    ChartMap,
    DigitLocated,
    DigitsDrawn,
    DigitsFailed,
    DrawDigits,
    Event,
    LocateDigit,
    MapCharted,
    Request,
    Slot,
)

if TYPE_CHECKING:
    from restorer.engine.digits import DigitPress

PATIENCE_S: Final = 60.0  # the first answer includes starting Python and importing torch
CHART_STEPS: Final = 241
_ATTEMPTS: Final = 2
_LOOK_EVERY_S: Final = 0.25
_ENOUGH: Final = 2500  # digits, to tell where a map is known
_BEYOND: Final = 1.6  # a chart reaches so far past the map's first view


class Newest:
    """Requests that wait: one of each kind."""

    def __init__(self) -> None:
        self._waiting: dict[Slot, Request] = {}

    def put(self, request: Request) -> None:
        """In place of an older one of the same kind."""
        self._waiting[request.slot] = request

    def take(self) -> Request | None:
        """The most urgent one, which waits no longer."""
        return self._waiting.pop(min(self._waiting)) if self._waiting else None


class DigitServer:
    """Answers requests one at a time; models are loaded when first asked for."""

    def __init__(self, weights: Path) -> None:
        self._weights = weights
        self._presses: dict[str, DigitPress] = {}

    def answer(self, request: Request) -> Event:
        """Nothing it raises gets out."""
        try:
            if isinstance(request, ChartMap):
                return MapCharted(request, self._chart(request))
            if isinstance(request, DrawDigits):
                press = self._press(request.model)
                return DigitsDrawn(request, press.draw(request.codes, request.labels))
            return self._locate(request)
        except RestorerError as error:
            return DigitsFailed(request, str(error), "")
        except Exception as error:  # noqa: BLE001  the process boundary
            message = f"Something went wrong that should not: {error}."
            return DigitsFailed(request, message, traceback.format_exc())

    def _press(self, model: str) -> DigitPress:
        from restorer.engine.digits import DigitPress

        if model not in self._presses:
            self._presses[model] = DigitPress.open(self._weights, model)
        return self._presses[model]

    def _locate(self, request: LocateDigit) -> DigitLocated:
        press = self._press(request.model)
        labels = None if request.label is None else [request.label]
        located = press.locate(request.digit[None], labels)
        x, y = located.codes[0].tolist()
        sigma = None
        if located.sigmas is not None:
            sigma_x, sigma_y = located.sigmas[0].tolist()
            sigma = (sigma_x, sigma_y)
        (reconstruction,) = press.draw(located.codes, labels)
        return DigitLocated(request, (x, y), sigma, reconstruction)

    def _chart(self, request: ChartMap) -> Chart:
        sha256 = digitmap.weights_hash(self._weights, request.model)
        known = digitmap.load_known(self._weights, request.model, sha256)
        half_width = digitmap.HALF_WIDTH
        if known is None:
            return Chart(half_width, _BEYOND * half_width, None, None)
        if request.label is not None:
            of_label = known.labels == request.label
            known = KnownDigits.of(known.codes[of_label], known.labels[of_label])
        # Nothing holds the codes of a plain autoencoder near the middle.
        farthest = float(np.quantile(np.abs(known.codes), 0.995))
        near = known
        if 1.05 * farthest > half_width:
            half_width = 1.05 * farthest
            # What "around" means grows along; a part of the digits tells it in time.
            shrink = np.float32(digitmap.HALF_WIDTH / half_width)
            part = slice(None, None, max(1, len(known.codes) // _ENOUGH))
            near = KnownDigits.of(known.codes[part] * shrink, known.labels[part])
        first_reach = _BEYOND * digitmap.HALF_WIDTH
        steps = np.linspace(-first_reach, first_reach, CHART_STEPS, dtype=np.float32)
        share = near.density_on(steps, steps[::-1]) / near.least_density
        reach = _BEYOND * half_width
        guess = np.rint(255 * np.clip(1 - share, 0, 1)).astype(np.uint8)
        return Chart(half_width, reach, known, guess)


def serve(connection: Connection, weights: Path) -> None:
    """Runs until the pipe closes; the target of the spawned process."""
    import torch

    torch.set_num_threads(1)  # a digit is too small to share out, and the photo wants the others
    server = DigitServer(weights)
    with suppress(EOFError, OSError):
        while True:
            connection.send(server.answer(connection.recv()))


class DigitClient:
    """Starts the process with the first request, and another when it dies.

    `on_event` is called on the client's own thread. Both methods may be called from any thread;
    `ask` returns at once.
    """

    def __init__(
        self,
        on_event: Callable[[Event], None],
        *,
        weights: Path | None = None,
        serve: Callable[..., None] = serve,
    ) -> None:
        self._on_event = on_event
        self._weights = weights or weights_dir()
        self._serve = serve
        self._context = multiprocessing.get_context("spawn")
        self._numbers = itertools.count(1)
        self._waiting = Newest()
        self._wake = threading.Condition()
        self._closing = False
        self._thread: threading.Thread | None = None
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None

    @property
    def process_id(self) -> int | None:
        """None before the first request."""
        return None if self._process is None else self._process.pid

    def ask(self, request: Request) -> int:
        """Takes the place of a waiting request of the same kind; returns its job number."""
        with self._wake:
            job = next(self._numbers)
            self._waiting.put(replace(request, job=job))
            if self._thread is None and not self._closing:
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()
            self._wake.notify()
        return job

    def close(self) -> None:
        """Ends the process; what still waits is not answered."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while (request := self._next()) is not None:
            event = self._answer(request)
            if event is not None and not self._closing:
                self._on_event(event)
        self._end(timeout_s=1.0)

    def _next(self) -> Request | None:
        with self._wake:
            while not self._closing:
                request = self._waiting.take()
                if request is not None:
                    return request
                self._wake.wait()
        return None

    def _answer(self, request: Request) -> Event | None:
        """None if the client closes meanwhile. A request that ends two processes is given up."""
        for _ in range(_ATTEMPTS):
            try:
                connection = self._connected()
                connection.send(request)
                deadline = time.monotonic() + PATIENCE_S
                while not connection.poll(_LOOK_EVERY_S):
                    if self._closing:
                        return None
                    if time.monotonic() > deadline:
                        raise TimeoutError
                event: Event = connection.recv()
            except (EOFError, OSError):
                self._end(timeout_s=0.0)
            else:
                return event
        return DigitsFailed(request, "The map of digits stopped answering. Try again.", "")

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection, theirs = self._context.Pipe()
            self._process = self._context.Process(
                target=self._serve,
                args=(theirs, self._weights),
                daemon=True,
                name="restorer-digits",
            )
            self._process.start()
            theirs.close()  # else the end of the pipe would never be seen
        return self._connection

    def _end(self, timeout_s: float) -> None:
        if self._connection is None or self._process is None:
            return
        self._connection.close()
        self._connection = None
        self._process.join(timeout_s)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
