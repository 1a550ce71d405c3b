"""A folder's throughput against the networks alone on the same pixels."""

from __future__ import annotations

import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from restorer.benchmark.speed import draw_photo
from restorer.engine import imagefile
from restorer.engine.batch.job import FileEnded, Job
from restorer.engine.batch.plan import Selection, make_plan
from restorer.engine.batch.run import run
from restorer.engine.device import ladder
from restorer.engine.image import Image
from restorer.engine.photo import Workshop
from restorer.errors import BatchError
from restorer.settings import Settings

ROUNDS: Final = 3


@dataclass(frozen=True, slots=True)
class BatchScore:
    """Megapixels of the sources a second, medians of all rounds; `share` is their ratio.

    `network_mp_per_s`: the networks alone, on pictures in memory. `batch_mp_per_s`: all the rest
    too, that is the search of what is to be done, reading, the noise estimate, writing, and the
    journal.
    """

    files: int
    megapixels: float
    device: str
    network_mp_per_s: float
    batch_mp_per_s: float
    share: float


def measure(
    files: int, megapixels: float, settings: Settings, weights: Path, *, workers: int
) -> BatchScore:
    """Draws photos of that size and restores them both ways, by turns.

    Raises BatchError if a file fails, which would spoil the comparison.
    """
    workshop = Workshop.open(settings, weights)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "in"
        source.mkdir()
        for i in range(files):
            draw_photo(source / f"{i}.jpg", megapixels)
        images = [imagefile.read(path) for path in sorted(source.iterdir())]
        network_s, batch_s = [], []
        for i in range(ROUNDS):
            network_s.append(_network_s(images, workshop))
            output = Path(folder) / f"out{i}"
            batch_s.append(_batch_s(source, output, settings, weights, workers))
    total = sum(image.megapixels for image in images)
    shares = [alone / whole for alone, whole in zip(network_s, batch_s, strict=True)]
    return BatchScore(
        files=files,
        megapixels=images[0].megapixels,
        device=str(ladder(settings.device)[0]),
        network_mp_per_s=total / statistics.median(network_s),
        batch_mp_per_s=total / statistics.median(batch_s),
        share=statistics.median(shares),
    )


def _network_s(images: list[Image], workshop: Workshop) -> float:
    taken = 0.0
    for image in images:
        restoration = workshop.restoration(image)
        started = time.monotonic()
        for _ in restoration.run(ladder(workshop.settings.device)):
            pass
        taken += time.monotonic() - started
    return taken


def _batch_s(source: Path, output: Path, settings: Settings, weights: Path, workers: int) -> float:
    selection = Selection((source,), output)
    job = Job(selection, make_plan(selection), settings, weights, workers=workers)
    events = run(job)
    next(events)  # the models are loaded
    started = time.monotonic()
    for event in events:
        if isinstance(event, FileEnded) and event.entry.state != "done":
            raise BatchError(f"A drawn photo was not restored: {event.entry.reason}")
    return time.monotonic() - started
