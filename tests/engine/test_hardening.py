"""Any file, any size, any setting, and disks that fail."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from restorer.engine import imagefile, resultfile
from restorer.engine.batch.job import BatchStopped
from restorer.engine.batch.run import run
from restorer.engine.image import Image
from restorer.engine.photo import Workshop
from restorer.errors import BatchError, ImageUnwritable
from restorer.settings import Settings
from tests.engine.batch.jobs import again, files, job_of, saved, states
from tests.engine.samples import HEIC

FUZZED_FILES = 4000


@pytest.mark.skipif(sys.platform == "win32", reason="no limits on memory and time there")
def test_thousands_of_mutated_files_give_a_picture_or_one_sentence(tmp_path):
    (tmp_path / "a.heic").write_bytes(HEIC)
    script = Path(__file__).with_name("fuzz.py")
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, script, "1", str(FUZZED_FILES), tmp_path / "a.heic"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (done.returncode, done.stderr[-2000:])
    read, refused = map(int, done.stdout.split())
    assert read + refused == FUZZED_FILES
    assert min(read, refused) > FUZZED_FILES / 20, "the mutations do reach the decoders"


@st.composite
def pictures(draw):
    """Any size, grey or colour, 8 or 16 bits, with or without alpha."""
    height, width = draw(st.integers(1, 40)), draw(st.integers(1, 40))
    channels = draw(st.sampled_from([1, 3]))
    dtype = draw(st.sampled_from([np.uint8, np.uint16]))
    random_state = np.random.default_rng(draw(st.integers(0, 9)))
    full = int(np.iinfo(dtype).max)
    samples = random_state.integers(full // 4, full // 4 * 3, (height, width, channels), dtype)
    alpha = None
    if draw(st.booleans()):
        alpha = random_state.choice(np.array([0, full // 2, full], dtype), (height, width))
    return Image(samples, alpha)


@st.composite
def wanted(draw):
    """Settings that a user could give."""
    denoise = draw(st.sampled_from(["off", "auto", 0.0, 7.5, 75.0]))
    size = draw(
        st.sampled_from([{"scale": 1}, {"scale": 2}, {"scale": 3}, {"scale": 4}, {"width": 13}])
    )
    grain = {
        "keep_grain": draw(st.sampled_from([0.0, 0.5, 1.0])),
        "keep_colour_noise": draw(st.sampled_from([0.0, 1.0])),
    }
    return Settings(denoise=denoise, device="cpu", **size, **grain)


HIDDEN = Image(np.arange(6, dtype=np.uint8).reshape(1, 2, 3), np.array([[127, 0]], np.uint8))


@settings(max_examples=120, deadline=None)
@example(image=HIDDEN, chosen=Settings(denoise="off", keep_colour_noise=1.0))
@given(image=pictures(), chosen=wanted())
def test_every_picture_takes_every_setting(tiny_weights, image, chosen):
    try:
        enlargement = chosen.enlargement(image.width, image.height)
    except ValueError:
        return  # a wanted width of more than four times
    size = enlargement.size or (image.width * enlargement.scale, image.height * enlargement.scale)
    result = Workshop.open(chosen, tiny_weights).restore_image(image)
    assert (result.width, result.height) == size
    assert result.samples.dtype == image.samples.dtype
    assert result.samples.shape[2] == image.samples.shape[2]
    assert (result.alpha is None) == (image.alpha is None)
    if result.alpha is not None:
        assert result.alpha.shape == result.samples.shape[:2]
        assert result.alpha.dtype == image.samples.dtype
    if chosen.denoise == "off" and size == (image.width, image.height):
        np.testing.assert_array_equal(result.samples, image.samples)
        if image.alpha is not None:
            np.testing.assert_array_equal(result.alpha, image.alpha)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(image=pictures(), ending=st.sampled_from(["png", "tif", "bmp"]))
def test_every_picture_comes_back_from_every_lossless_format(tmp_path, image, ending):
    path = tmp_path / f"a.{ending}"
    try:
        resultfile.write(image, path)
    except resultfile.ImageUnwritable as error:
        assert image.alpha is not None, error
        return
    back = imagefile.read(path)
    kept = image.in_eight_bits() if ending == "bmp" else image
    np.testing.assert_array_equal(back.samples, kept.samples)
    if image.alpha is not None:
        np.testing.assert_array_equal(back.alpha, kept.alpha)


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 1 MiB; only root may have one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no file system may be mounted here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def noisy_folder(tmp_path, count, side):
    for i in range(count):
        noise = np.random.default_rng(i).integers(0, 256, (side, side, 3), np.uint8)
        (tmp_path / "in").mkdir(exist_ok=True)
        resultfile.write(Image(noise), tmp_path / "in" / f"{i}.png")
    return tmp_path / "in"


def test_a_disk_that_really_is_full_stops_the_batch_in_good_order(
    tmp_path, small_disk, tiny_weights
):
    source = noisy_folder(tmp_path, 8, 300)  # 270 kB each: four do not fit
    job = job_of(source, small_disk, tiny_weights, settings=Settings(denoise="off", device="cpu"))
    events = list(run(job))
    assert isinstance(events[-1], BatchStopped)
    assert "full" in events[-1].reason
    assert set(states(events).values()) == {"done"}
    assert not list(small_disk.rglob("*.part"))
    done = files(small_disk)
    assert 0 < len(done) < 8
    for name, content in done.items():
        assert content == (source / name).read_bytes(), "what is there is whole"
    subprocess.run(["mount", "-o", "remount,size=16m", small_disk], check=True)
    assert set(states(run(again(job, resume=True))).values()) == {"done"}
    assert len(files(small_disk)) == 8


def test_a_disk_that_may_only_be_read_is_told_before_any_work(tmp_path, small_disk, tiny_weights):
    saved(tmp_path / "in" / "a.png")
    job = job_of(tmp_path / "in", small_disk / "out", tiny_weights)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    with pytest.raises(BatchError, match="may not be written to"):
        list(run(job))


@pytest.mark.parametrize("ask", ["is_dir", "exists", "samefile"])
def test_a_disk_that_is_gone_is_told(monkeypatch, tmp_path, ask):
    def stale(path, *_arguments, **_options):
        raise OSError(errno.ESTALE, "Stale file handle", str(path))

    for name in ("mine.png", "photo.png"):
        (tmp_path / name).touch()
    monkeypatch.setattr(Path, ask, stale)
    with pytest.raises(ImageUnwritable, match=r"mine\.png cannot be used: Stale file handle"):
        resultfile.check_writable(tmp_path / "mine.png", source=tmp_path / "photo.png")
