"""Folders of drawn photos and jobs on them, for the tests of batches."""

from dataclasses import replace

import numpy as np
from PIL import Image as PillowImage

from restorer.engine.batch.job import FileEnded, Job
from restorer.engine.batch.naming import Template
from restorer.engine.batch.plan import Selection, make_plan
from restorer.settings import Settings
from tests.conftest import drawn


def saved(path, width=40, height=30, seed=None):
    """A drawn photo; `seed` makes it one of its own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = drawn(width, height)
    if seed is not None:
        shift = np.random.default_rng(seed).integers(-20, 20, samples.shape)
        samples = np.clip(samples + shift, 0, 255).astype(np.uint8)
    PillowImage.fromarray(samples).save(path)
    return path


def job_of(source, output, weights, *, settings=None, template="{name}.{ext}", **options):
    """A job as the command line makes one."""
    settings = settings or Settings(denoise=10.0, device="cpu")
    chosen = {key: options.pop(key) for key in ("include", "exclude", "existing") if key in options}
    sources = source if isinstance(source, tuple) else (source,)
    selection = Selection(
        sources, output, recursive=True, template=Template(template, settings.scale), **chosen
    )
    return Job(selection, make_plan(selection), settings, weights, **options)


def again(job, **changes):
    """The same job planned anew, as a second call of the command line would."""
    return replace(job, plan=make_plan(job.selection), **changes)


def ended(events):
    """State and reason of each file that ended."""
    found = [event for event in events if isinstance(event, FileEnded)]
    return {event.entry.name: event.entry for event in found}


def states(events):
    return {name: entry.state for name, entry in ended(events).items()}


def named(history, *states):
    """The names of the files whose last state is one of these."""
    return {history.entries[file].name for file in history.files(*states)}


def files(folder):
    """Relative names and contents of all that is visible below a folder, without the journal."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith((".restorer", "restorer-journal"))
    }
