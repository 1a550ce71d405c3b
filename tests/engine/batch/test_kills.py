"""Three hundred files, ten of them bad in ten ways, and a process that is killed and killed."""

import json
import multiprocessing
import random
import signal
import time
from collections import Counter

import numpy as np
import pytest
import tifffile
from PIL import Image as PillowImage

from restorer.engine.batch import journal
from restorer.engine.batch.journal import ENDED, JOURNAL_NAME
from restorer.engine.batch.run import run
from restorer.engine.image import Image
from restorer.engine.resultfile import write
from restorer.settings import Settings
from tests.conftest import drawn
from tests.engine.batch.children import work
from tests.engine.batch.jobs import again, ended, files, job_of, named, saved, states
from tests.engine.test_imagefile import chunked_png

GOOD, KILLS, WORKERS = 290, 20, 2
IN_HAND = 2 * (WORKERS + 1) + 1  # files that a run may be reading, restoring or writing
PATIENCE_S = 120  # only a failing test waits that long

REASONS = {
    "animated.webp": "holds 3 pictures",
    "bomb.png": "the most is 500 megapixels",
    "broken.jpg": "does not exist",
    "cut.png": "damaged or cut off",
    "empty.jpg": "zero bytes",
    "float.tif": "float or 32-bit samples",
    "icon.jpg": "is a ICO file",
    "lab.tif": "other colours than RGB or grey",
    "text.jpg": "not a picture",
    "unraw.nef": "raw file",
}


def fill(folder):
    """Mixed formats, sizes, depths and kinds; each file unlike all others."""
    random_state = np.random.default_rng(0)
    for i in range(GOOD):
        below = folder / ("deep" if i % 3 == 0 else ".")
        below.mkdir(parents=True, exist_ok=True)
        width, height = (int(side) for side in random_state.integers(8, 48, 2))
        samples = drawn(width, height, 1 if i % 7 == 0 else 3)
        samples = (samples + random_state.integers(0, 12, samples.shape)).astype(np.uint8)
        ending = ("jpg", "png", "webp", "tif", "bmp")[i % 5]
        if i % 10 in (1, 3):  # PNG and TIFF
            samples = samples.astype(np.uint16) * 257
        alpha = None
        if ending in ("png", "webp") and i % 4 == 0:
            alpha = random_state.integers(0, 2, samples.shape[:2]).astype(samples.dtype)
            alpha *= np.iinfo(samples.dtype).max
        write(Image(samples, alpha), below / f"{i}.{ending}")


def add_bad_ones(folder):
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "text.jpg").write_text("Dear diary")
    whole = saved(folder / "cut.png", 60, 60, seed=1).read_bytes()
    (folder / "cut.png").write_bytes(whole[: len(whole) // 2])
    frames = [PillowImage.fromarray(np.rot90(drawn(16, 16), i)) for i in range(3)]
    frames[0].save(folder / "animated.webp", save_all=True, append_images=frames[1:])
    (folder / "bomb.png").write_bytes(chunked_png(100_000, 100_000))
    tifffile.imwrite(folder / "float.tif", np.ones((8, 8, 3), np.float32), photometric="rgb")
    tifffile.imwrite(folder / "lab.tif", np.ones((8, 8, 3), np.uint16), photometric="cielab")
    PillowImage.fromarray(drawn(16, 16)).save(folder / "icon.jpg", "ICO")
    (folder / "unraw.nef").write_bytes(b"not raw at all")
    (folder / "broken.jpg").symlink_to(folder / "gone.jpg")


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("in")
    fill(folder)
    add_bad_ones(folder)
    return folder


@pytest.fixture(scope="module")
def reference(source, tmp_path_factory, tiny_weights):
    """The job, done without a stop: its entries and its files."""
    output = tmp_path_factory.mktemp("reference")
    events = list(run(job_of(source, output, tiny_weights, settings=settings(), workers=WORKERS)))
    return ended(events), files(output)


def settings():
    return Settings(denoise=12.0, keep_grain=0.25, device="cpu")


def test_ten_bad_files_of_three_hundred_fail_for_ten_true_reasons(reference):
    entries, results = reference
    assert Counter(entry.state for entry in entries.values()) == {"done": GOOD, "failed": 10}
    failed = {name: entry.reason for name, entry in entries.items() if entry.state == "failed"}
    assert set(failed) == set(REASONS)
    for name, reason in failed.items():
        assert REASONS[name] in reason
        assert name in reason
    assert len(results) == GOOD


@pytest.mark.skipif(
    "forkserver" not in multiprocessing.get_all_start_methods(), reason="no processes to fork here"
)
def test_killed_twenty_times_it_ends_the_same_byte_for_byte(
    source, reference, tmp_path, tiny_weights
):
    entries, results = reference
    job = job_of(
        source, tmp_path / "out", tiny_weights, settings=settings(), workers=WORKERS, resume=True
    )
    path = job.plan.output / JOURNAL_NAME
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["restorer.engine.batch.run"])  # torch is imported once
    random_state = random.Random(4)
    for _ in range(KILLS):
        before = journal.size(job.plan.output)
        child = context.Process(target=work, args=(again(job),))
        child.start()
        until = before + random_state.randint(1, 9000)
        deadline = time.monotonic() + PATIENCE_S
        while journal.size(job.plan.output) < until and child.is_alive():
            assert time.monotonic() < deadline
            time.sleep(0.0005)  # the moment of the kill need not be exact, it is a random one
        child.kill()
        child.join()
        assert child.exitcode == -signal.SIGKILL, "it was at work"
        for name, content in files(job.plan.output).items():
            assert content == results[name], "what is there is whole"
        assert named(journal.read(job.plan.output), "done") <= set(entries)

    events = list(run(again(job)))
    assert {name: (e.state, e.reason) for name, e in ended(events).items()} == {
        name: (e.state, e.reason) for name, e in entries.items()
    }
    assert files(job.plan.output) == results
    assert not list(job.plan.output.rglob("*.part"))
    lines = [fields for fields in whole_lines(path) if "state" in fields]
    assert max(Counter(f["name"] for f in lines if f["state"] == "done").values()) == 1
    begun = sum(fields["state"] == "started" for fields in lines)
    assert begun <= len(entries) + KILLS * IN_HAND, "nothing twice but what was in hand"


def whole_lines(path):
    for line in path.read_bytes().splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            continue  # torn by a kill


def test_a_journal_cut_anywhere_costs_work_and_no_result(tmp_path, tiny_weights):
    for i in range(2):
        saved(tmp_path / "in" / f"{i}.png", 12, 9, seed=i)
    (tmp_path / "in" / "bad.png").write_text("no picture")
    job = job_of(tmp_path / "in", tmp_path / "out", tiny_weights, settings=settings())
    list(run(job))
    path = job.plan.output / JOURNAL_NAME
    whole, results = path.read_bytes(), files(job.plan.output)
    ends = [i for i, byte in enumerate(whole) if byte == ord("\n")]
    near = {end + step for end in ends for step in (-1, 0, 1, 2)}
    for length in sorted(near | set(range(0, len(whole), 31))):
        path.write_bytes(whole[:length])
        found = states(run(again(job, resume=True)))
        assert found.pop("bad.png") == "failed"
        assert set(found.values()) <= {"done", "skipped"}
        assert files(job.plan.output) == results, "and none was numbered, doubled or spoilt"
        assert named(journal.read(job.plan.output), *ENDED) >= set(found)
