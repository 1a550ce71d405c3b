"""The client against children that do as they are told, and against the real one."""

import os
import queue
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from restorer.benchmark.scene import add_sensor_noise, draw_scene
from restorer.engine import imagefile
from restorer.engine.pyramid import Pyramid
from restorer.engine.tiling import Box
from restorer.settings import Saving, Settings, weights_dir
from restorer.worker.client import WorkerClient, sweep
from restorer.worker.protocol import (
    JobCancelled,
    JobDone,
    JobFailed,
    ModelsUnusable,
    NoiseEstimated,
    OpenPhoto,
    PhotoOpened,
    RestorePhoto,
    ResultStarted,
    SavePhoto,
    TileFinished,
    WorkerDied,
    WorkerReady,
)
from tests.conftest import drawn

PATIENCE_S = 60  # only a failing test waits that long


class Heard:
    """The events in the order in which they came."""

    def __init__(self):
        self.events = queue.Queue()

    def until(self, kind):
        """All events up to and with the first of that kind."""
        seen = []
        while not seen or not isinstance(seen[-1], kind):
            seen.append(self.events.get(timeout=PATIENCE_S))
        return seen


@pytest.fixture
def heard():
    return Heard()


@pytest.fixture
def start(heard, tmp_path, tiny_weights):
    clients = []

    def begin(**options):
        options = {"weights": tiny_weights, "cache": tmp_path / "cache"} | options
        clients.append(WorkerClient(heard.events.put, **options))
        return clients[-1]

    yield begin
    for client in clients:
        client.close()


@pytest.fixture
def photo_file(tmp_path):
    path = tmp_path / "photo.png"
    PillowImage.fromarray(drawn(400, 300)).save(path)
    return path


def opened(client, heard, path):
    client.submit(OpenPhoto(0, path, path.name))
    events = heard.until(JobDone)
    return next(event.photo for event in events if isinstance(event, PhotoOpened))


def obedient(connection, *_):
    """A child that answers each request with JobDone."""
    while True:
        connection.send(JobDone(connection.recv().job))


def deaf(connection, *_):
    """A child that takes requests and never answers."""
    connection.recv()
    connection.send(WorkerReady("busy"))
    time.sleep(1000)


def suicidal(connection, *_):
    """A child that a crash takes down with its first request."""
    connection.recv()
    os.kill(os.getpid(), signal.SIGKILL)


def test_job_numbers_grow_and_each_job_ends(start, heard):
    client = start(serve=obedient)
    jobs = [client.submit(OpenPhoto(0, Path("x"), "x")) for _ in range(3)]
    assert jobs == [1, 2, 3]
    assert [heard.until(JobDone)[-1].job for _ in jobs] == jobs


def test_a_job_that_does_not_stop_when_cancelled_is_killed(start, heard):
    client = start(serve=deaf, silence_s=0.3)
    before = client.process_id
    job = client.submit(RestorePhoto(0, None, Settings(), None))
    heard.until(WorkerReady)
    client.cancel(job)
    *_, cancelled, died = heard.until(WorkerDied)
    assert cancelled == JobCancelled(job)
    assert died.lost == ()
    assert died.hung
    assert not died.given_up
    assert client.process_id != before


def test_a_worker_that_dies_is_replaced_and_its_jobs_are_named(start, heard):
    client = start(serve=suicidal)
    jobs = (
        client.submit(OpenPhoto(0, Path("x"), "x")),
        client.submit(OpenPhoto(0, Path("y"), "y")),
    )
    assert heard.until(WorkerDied)[-1].lost == jobs
    assert client.process_id is not None


def test_a_photo_goes_through_the_real_worker(start, heard, photo_file, tmp_path):
    client = start()
    client.submit(OpenPhoto(0, photo_file, "photo.png"))
    events = heard.until(JobDone)
    photo = next(event.photo for event in events if isinstance(event, PhotoOpened))
    np.testing.assert_array_equal(Pyramid.open(photo.pixels).full, drawn(400, 300))

    settings = Settings(denoise=20.0, scale=2, keep_grain=0.5)
    client.submit(RestorePhoto(0, photo, settings, Box(0, 0, 100, 100)))
    events = heard.until(JobDone)
    assert any(isinstance(event, NoiseEstimated) for event in events)
    started = next(event for event in events if isinstance(event, ResultStarted))
    tiles = [event for event in events if isinstance(event, TileFinished)]
    assert sum(tile.box.area for tile in tiles) == 800 * 600 == tiles[-1].done_px
    assert tiles[0].box.intersect(Box(0, 0, 200, 200)) is not None

    target = tmp_path / "saved.png"
    files = (started.result, started.cleaned)
    client.submit(SavePhoto(0, photo, settings, *files, target, Saving()))
    heard.until(JobDone)
    from_command_line = tmp_path / "command.png"
    from restorer.engine.photo import Workshop

    list(Workshop.open(settings, client._weights).restore_file(photo_file, from_command_line))
    assert np.array_equal(
        np.asarray(PillowImage.open(target)), np.asarray(PillowImage.open(from_command_line))
    )


@pytest.mark.parametrize("denoise", ["auto", 8.0])
@pytest.mark.parametrize("kind", ["coarse", "jpeg"])
def test_window_and_command_line_agree_on_what_is_to_be_removed(
    start, heard, tmp_path, denoise, kind
):
    """By the shipped estimator, which recognizes it."""
    photo_file = tmp_path / ("coarse.png" if kind == "coarse" else "strong.jpg")
    scene = draw_scene()
    noisy = add_sensor_noise(scene, 5.0, coarseness_px=3) if kind == "coarse" else scene
    noisy.crop((0, 0, 400, 300)).save(photo_file, quality=20)
    settings = Settings(denoise=denoise)
    assert_agreed(start(weights=weights_dir()), heard, photo_file, settings, kind)


@pytest.mark.parametrize(("denoise", "kind"), [("auto", "jpeg"), (8.0, "fine")])
def test_window_and_command_line_agree_on_faint_blocks_that_are_enlarged(
    start, heard, tmp_path, denoise, kind
):
    """Which an estimate of the same photo at its own size does not call blocks."""
    photo_file = tmp_path / "web.jpg"
    draw_scene().crop((0, 0, 200, 150)).save(photo_file, quality=88)
    client = start(weights=weights_dir())
    assert_agreed(client, heard, photo_file, Settings(denoise=denoise), "fine")
    assert_agreed(client, heard, photo_file, Settings(denoise=denoise, scale=2), kind)


def assert_agreed(client, heard, photo_file, settings, kind):
    photo = opened(client, heard, photo_file)
    client.submit(RestorePhoto(0, photo, settings, None))
    events = heard.until(JobDone)
    assert [event.kind for event in events if isinstance(event, NoiseEstimated)] == [kind]
    started = [event for event in events if isinstance(event, ResultStarted)][-1]
    from restorer.engine.photo import Workshop

    expected = Workshop.open(settings, weights_dir()).restore_image(imagefile.read(photo_file))
    np.testing.assert_array_equal(Pyramid.open(started.result).full, expected.samples)


def test_a_bad_file_is_a_sentence_and_the_worker_lives_on(start, heard, photo_file, tmp_path):
    client = start()
    bad = tmp_path / "bad.jpg"
    bad.write_text("not a picture")
    client.submit(OpenPhoto(0, bad, "bad.jpg"))
    failed = heard.until(JobFailed)[-1]
    assert "bad.jpg is not a picture" in failed.message
    assert not failed.details
    assert opened(client, heard, photo_file).width == 400


def test_cancelling_stops_between_tiles(start, heard, tmp_path):
    large = tmp_path / "large.png"
    PillowImage.fromarray(drawn(1200, 900)).save(large)
    client = start()
    photo = opened(client, heard, large)
    request = RestorePhoto(0, photo, Settings(denoise=20.0, scale=4), None)
    client.submit(request)
    whole = tiles(heard.until(JobDone))
    job = client.submit(request)
    before = tiles(heard.until(TileFinished))
    client.cancel(job)
    assert 1 <= before + tiles(heard.until(JobCancelled)) < whole
    client.submit(RestorePhoto(0, photo, Settings(denoise=20.0), None))
    heard.until(JobDone)


def tiles(events):
    return sum(isinstance(event, TileFinished) for event in events)


def test_killed_in_the_middle_of_a_job_the_photo_can_be_restored_again(start, heard, photo_file):
    client = start()
    photo = opened(client, heard, photo_file)
    job = client.submit(RestorePhoto(0, photo, Settings(denoise=20.0, scale=4), None))
    heard.until(ResultStarted)
    os.kill(client.process_id, signal.SIGKILL)
    assert heard.until(WorkerDied)[-1].lost == (job,)
    client.submit(RestorePhoto(0, photo, Settings(denoise=20.0), None))
    assert heard.until(JobDone)[-1].job == job + 1


def test_weights_that_are_missing_are_named_at_once_and_when_they_are_needed(
    start, heard, photo_file, tmp_path
):
    client = start(weights=tmp_path / "none")
    assert "catalog.json is missing" in heard.until(ModelsUnusable)[-1].message
    photo = opened(client, heard, photo_file)
    client.submit(RestorePhoto(0, photo, Settings(), None))
    assert "catalog.json is missing" in heard.until(JobFailed)[-1].message


def test_a_result_never_lands_on_the_original(start, heard, photo_file):
    client = start()
    photo = opened(client, heard, photo_file)
    files = (photo.pixels, None)
    request = SavePhoto(0, photo, Settings(), *files, photo_file, Saving())
    client.submit(request)
    assert "original" in heard.until(JobFailed)[-1].message


def test_close_removes_the_files_and_ends_the_process(start, heard, photo_file):
    client = start()
    opened(client, heard, photo_file)
    folder, pid = client.cache, client.process_id
    assert any(folder.iterdir())
    client.close()
    assert not folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_what_dead_runs_left_is_swept_and_what_living_ones_use_is_not(tmp_path):
    orphan, living = tmp_path / "999999999-abc", tmp_path / f"{os.getpid()}-abc"
    for folder in (orphan, living):
        folder.mkdir()
        (folder / "result-1").write_bytes(b"x")
    sweep(tmp_path)
    assert not orphan.exists()
    assert living.exists()


def test_saving_is_not_cancelled_with_what_came_before_it(start, heard, photo_file, tmp_path):
    client = start()
    photo = opened(client, heard, photo_file)
    target = tmp_path / "saved.png"
    request = SavePhoto(0, photo, Settings(), photo.pixels, None, target, Saving())
    client.cancel(client.submit(request))
    heard.until(JobDone)
    assert target.exists()


def test_a_photo_that_has_not_changed_is_saved_as_a_copy(start, heard, tmp_path):
    source, target = tmp_path / "photo.jpg", tmp_path / "saved.jpg"
    PillowImage.fromarray(drawn(400, 300)).save(source, quality=60)
    client = start()
    photo = opened(client, heard, source)
    client.submit(SavePhoto(0, photo, Settings(), photo.pixels, None, target, Saving()))
    heard.until(JobDone)
    assert target.read_bytes() == source.read_bytes()


def test_what_is_looked_at_goes_on_first(start, heard, photo_file):
    client = start()
    photo = opened(client, heard, photo_file)
    client.look_at(Box(380, 280, 10, 10))
    client.submit(RestorePhoto(0, photo, Settings(denoise=20.0), Box(0, 0, 20, 20)))
    first = heard.until(TileFinished)[-1]
    assert first.box.intersect(Box(380, 280, 10, 10)) is not None


def deaf_once(connection, _cancelled, _view, cache, _weights):
    """Hangs with its first request; the next process answers."""
    flag = cache / "hung"
    if not flag.exists():
        connection.recv()
        flag.touch()
        connection.send(WorkerReady("busy"))
        time.sleep(1000)
    obedient(connection)


def test_what_waited_behind_a_job_that_hung_is_asked_again(start, heard):
    client = start(serve=deaf_once, silence_s=0.3)
    photo = RestorePhoto(0, None, Settings(), None)
    first, second = client.submit(photo), client.submit(photo)
    heard.until(WorkerReady)
    client.cancel(first)
    events = heard.until(JobDone)
    assert events[-1].job == second
    assert WorkerDied((), True) in events


def stillborn(*_):
    """A process that never gets anywhere."""
    os._exit(1)


def test_a_worker_that_never_starts_is_given_up(start, heard):
    client = start(serve=stillborn)
    events = []
    while not (events and events[-1].given_up):
        events.append(heard.until(WorkerDied)[-1])
    assert len(events) == 3
    asking, answered = threading.get_ident(), []
    hear = client._on_event
    client._on_event = lambda event: (answered.append(threading.get_ident()), hear(event))
    job = client.submit(OpenPhoto(0, Path("x"), "x"))
    failed = heard.until(JobFailed)[-1]
    assert failed.job == job
    assert "cannot be started" in failed.message
    assert asking not in answered, "the caller would not yet know the number of its job"


def test_a_job_that_is_cancelled_leaves_no_file(start, heard, photo_file):
    client = start()
    photo = opened(client, heard, photo_file)
    job = client.submit(OpenPhoto(0, photo_file, "again"))
    client.cancel(job)
    heard.until(JobCancelled)
    assert [path.name for path in client.cache.iterdir()] == [photo.pixels.path.name]
