import errno
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image as PillowImage

from restorer.engine import resultfile
from restorer.engine.batch import journal, line
from restorer.engine.batch.job import (
    BatchNoted,
    BatchReady,
    BatchStopped,
    BatchWaited,
    FileEnded,
    FilesFound,
    FilesMeasured,
    FileStarted,
)
from restorer.engine.batch.journal import JOURNAL_NAME, Entry, Journal
from restorer.engine.batch.run import run
from restorer.engine.device import Rung
from restorer.engine.photo import Workshop
from restorer.errors import BatchError
from restorer.settings import Settings
from tests.engine.batch.jobs import again, ended, files, job_of, named, saved, states

PATIENCE_S = 60  # only a failing test waits that long


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "in"
    for i in range(3):
        saved(folder / f"{i}.png", seed=i)
    saved(folder / "deep" / "3.jpg", seed=3)
    return folder


@pytest.fixture
def output(tmp_path):
    return tmp_path / "out"


@pytest.fixture
def job(source, output, tiny_weights):
    return job_of(source, output, tiny_weights)


def started(events):
    return [event.name for event in events if isinstance(event, FileStarted)]


def test_a_folder_comes_out_as_single_files_would(job, source, output, tiny_weights, tmp_path):
    events = list(run(job))
    assert isinstance(events[0], BatchReady)
    assert set(states(events).values()) == {"done"}
    workshop = Workshop.open(job.settings, tiny_weights)
    for name, content in files(output).items():
        alone = tmp_path / "alone" / name
        alone.parent.mkdir(parents=True, exist_ok=True)
        list(workshop.restore_file(source / name, alone))
        assert content == alone.read_bytes()
    assert len(files(output)) == 4


def test_the_journal_says_what_the_events_say(job, output):
    events = list(run(job))
    history = journal.read(output)
    assert {entry.name: entry for entry in history.entries.values()} == ended(events)
    assert history.heading.settings == job.settings.to_json()
    assert ended(events)["0.png"].megapixels == pytest.approx(40 * 30 / 1e6)


def test_bad_files_end_only_themselves(job, source, output):
    (source / "bad.jpg").write_text("no picture")
    (source / "cut.png").write_bytes((source / "0.png").read_bytes()[:200])
    events = list(run(again(job)))
    assert Counter(states(events).values()) == {"done": 4, "failed": 2}
    assert "not a picture" in ended(events)["bad.jpg"].reason
    assert "damaged" in ended(events)["cut.png"].reason


def test_what_the_format_cannot_hold_is_told_before_the_work(
    source, output, tiny_weights, monkeypatch
):
    """Of all files that it concerns, each costs only its reading."""
    with_alpha = PillowImage.new("RGBA", (40, 30), (90, 120, 60, 128))
    with_alpha.save(source / "really a png.jpg", "PNG")
    worked_on = []

    def noted(workshop, opened):
        worked_on.append(opened.source)
        return process(workshop, opened)

    process = Workshop.process
    monkeypatch.setattr(Workshop, "process", noted)
    entries = ended(run(job_of(source, output, tiny_weights)))
    assert "JPEG has no transparency" in entries["really a png.jpg"].reason
    assert source / "really a png.jpg" not in worked_on
    assert len(worked_on) == len(entries) - 1 > 0


def test_an_error_that_nobody_thought_of_ends_only_its_file(job, monkeypatch):
    noise_of = Workshop._noise_of

    def sometimes(self, image, enlargement):
        if image.width == 40 and image.samples[0, 0, 0] == sometimes.victim:
            raise ZeroDivisionError("surprise")
        return noise_of(self, image, enlargement)

    with PillowImage.open(job.plan.items[0].source) as first:
        sometimes.victim = np.asarray(first)[0, 0, 0]
    monkeypatch.setattr(Workshop, "_noise_of", sometimes)
    events = list(run(job))
    assert "surprise" in ended(events)["0.png"].reason
    assert Counter(states(events).values())["done"] >= 2


def test_a_resumed_batch_does_nothing_twice(job, output):
    list(run(job))
    before = files(output)
    events = list(run(again(job, resume=True)))
    assert started(events) == []
    assert states(events) == dict.fromkeys(states(events), "done")
    assert all(event.earlier for event in events if isinstance(event, FileEnded))
    assert files(output) == before


def test_stopping_in_the_middle_loses_nothing(job, output):
    for event in run(job):
        if isinstance(event, FileEnded):
            break
    assert not list(output.rglob("*.part"))
    done = named(journal.read(output), "done")
    assert 1 <= len(done) < 4
    events = list(run(again(job, resume=True)))
    assert set(started(events)) == {"0.png", "1.png", "2.png", "deep/3.jpg"} - done
    assert len(files(output)) == 4


def test_a_pause_is_not_to_iterate(job):
    events = run(job)
    seen = [next(events) for _ in range(3)]
    assert len(seen) + len(list(events)) >= 4 + 4  # nothing was lost meanwhile


def test_an_edited_source_is_done_again(job, source, output):
    list(run(job))
    before = files(output)
    saved(source / "1.png", seed=99)
    events = list(run(again(job, resume=True)))
    assert started(events) == ["1.png"]
    changed = {name for name, content in files(output).items() if content != before[name]}
    assert changed == {"1.png"}


@pytest.mark.parametrize("changes", [{"denoise": 20.0}, {"keep_grain": 0.5}])
def test_a_changed_setting_reuses_no_old_result(job, output, changes):
    list(run(job))
    before = files(output)
    settings = replace(job.settings, **changes)
    events = list(run(again(job, settings=settings, resume=True)))
    assert len(started(events)) == 4
    assert all(content != before[name] for name, content in files(output).items())


def test_other_weights_reuse_no_old_result(job, monkeypatch):
    list(run(job))
    monkeypatch.setattr(Workshop, "checksums", lambda self: {"denoiser": "another"})
    assert len(started(list(run(again(job, resume=True))))) == 4


def test_another_device_makes_no_other_result(job):
    list(run(job))
    settings = replace(job.settings, device="auto")
    assert started(list(run(again(job, settings=settings, resume=True)))) == []


def test_another_name_for_results_reuses_none_of_another_name(job, source, output, tiny_weights):
    list(run(job))
    renamed = job_of(source, output, tiny_weights, template="{name}_new.{ext}", resume=True)
    assert len(started(list(run(renamed)))) == 4
    assert len(files(output)) == 8


def test_another_folders_result_of_the_same_name_is_not_ours(job, output, tmp_path, tiny_weights):
    list(run(job))
    before = files(output)
    saved(tmp_path / "other" / "0.png", seed=70)
    other = job_of(tmp_path / "other", output, tiny_weights, resume=True)
    assert states(run(other)) == {"0.png": "skipped"}
    assert files(output) == before


def test_a_source_that_was_moved_is_known_by_its_content(job, source, output, tiny_weights):
    list(run(job))
    moved = source.rename(source.with_name("moved"))
    again_there = job_of(moved, output, tiny_weights, resume=True)
    assert started(list(run(again_there))) == []


def test_a_result_that_was_deleted_or_altered_is_told_from_a_whole_one(job, output):
    list(run(job))
    (output / "0.png").unlink()
    (output / "1.png").write_bytes(b"somebody else's")
    events = list(run(again(job, resume=True)))
    assert started(events) == ["0.png"]
    assert states(events)["1.png"] == "skipped"
    assert (output / "1.png").read_bytes() == b"somebody else's"


@pytest.mark.parametrize(
    ("existing", "state", "names"),
    [
        ("skip", "skipped", {"0.png"}),
        ("replace", "done", {"0.png"}),
        ("number", "done", {"0.png", "0-2.png"}),
    ],
)
def test_what_exists_is_skipped_replaced_or_numbered(
    source, output, tiny_weights, existing, state, names
):
    output.mkdir()
    (output / "0.png").write_bytes(b"old")
    job = job_of(source, output, tiny_weights, existing=existing, include=("0.png",))
    assert states(run(job)) == {"0.png": state}
    assert set(files(output)) == names
    assert ((output / "0.png").read_bytes() == b"old") == (existing != "replace")


def test_numbers_are_kept_when_a_batch_is_resumed(source, output, tiny_weights):
    output.mkdir()
    (output / "0.png").write_bytes(b"old")
    job = job_of(source, output, tiny_weights, existing="number")
    list(run(job))
    before = files(output)
    saved(source / "0.png", seed=77)
    assert started(run(again(job, resume=True))) == ["0.png"]
    assert set(files(output)) == set(before)


def test_a_run_that_skipped_all_takes_nothing_from_a_later_resume(job, source, output):
    list(run(job))
    before = files(output)
    assert set(states(run(again(job))).values()) == {"skipped"}
    events = list(run(again(job, resume=True)))
    assert started(events) == []
    assert set(states(events).values()) == {"done"}
    assert {entry.state for entry in journal.read(output).entries.values()} == {"done"}
    saved(source / "1.png", seed=99)
    assert set(states(run(again(job))).values()) == {"skipped"}
    assert started(run(again(job, resume=True))) == ["1.png"]
    settings = replace(job.settings, denoise=20.0)
    list(run(again(job, settings=settings)))
    assert len(started(run(again(job, settings=settings, resume=True)))) == 4
    assert set(files(output)) == set(before)


def test_a_failure_takes_nothing_from_the_result_before_it(job, source, output):
    list(run(job))
    whole, before = (source / "1.png").read_bytes(), files(output)
    (source / "1.png").write_bytes(whole[:100])
    assert states(run(again(job, resume=True)))["1.png"] == "failed"
    (source / "1.png").write_bytes(whole)
    events = list(run(again(job, resume=True)))
    assert started(events) == []
    assert states(events)["1.png"] == "done"
    assert "1.png" in named(journal.read(output), "done")
    (source / "1.png").write_bytes(whole[:100])
    list(run(again(job, resume=True)))
    saved(source / "1.png", seed=99)
    assert states(run(again(job, resume=True)))["1.png"] == "done"
    assert {name for name, content in files(output).items() if content != before[name]} == {"1.png"}


def test_a_result_of_which_no_line_tells_is_replaced_after_a_skip_too(job, source, output):
    list(run(job))
    with Journal(output) as writing:
        source_path = str(source / "1.png")
        writing.append(Entry("1.png", "started", source=source_path, key="k", target="1.png"))
    (output / "1.png").write_bytes(b"of the run that was killed")
    assert set(states(run(again(job))).values()) == {"skipped"}
    assert started(run(again(job, resume=True))) == ["1.png"]


@pytest.fixture
def alike(tmp_path):
    """Files of one name in three folders, each unlike the others."""
    return tuple(saved(tmp_path / folder / "a.png", seed=i) for i, folder in enumerate("xyz"))


def test_files_of_one_name_are_all_done_and_stay_so(alike, output, tiny_weights):
    job = job_of(alike, output, tiny_weights, existing="number")
    assert states(run(job)) == dict.fromkeys(("x/a.png", "y/a.png", "z/a.png"), "done")
    before = files(output)
    assert set(before) == {"a.png", "a-2.png", "a-3.png"}
    lines = (output / JOURNAL_NAME).read_bytes().count(b'"state"')
    for sources in (alike, alike[::-1], alike[1:]):
        resumed = job_of(sources, output, tiny_weights, existing="number", resume=True)
        events = list(run(resumed))
        assert started(events) == []
        assert list(states(events).values()) == ["done"] * len(sources)
        assert files(output) == before
    assert (output / JOURNAL_NAME).read_bytes().count(b'"state"') == lines


def test_one_of_several_files_of_one_name_is_known_by_itself(alike, output, tiny_weights):
    list(run(job_of(alike, output, tiny_weights, existing="number")))
    alone = job_of(alike[2], output, tiny_weights, resume=True)
    (entry,) = ended(run(alone)).values()
    assert (entry.name, entry.state, entry.target) == ("a.png", "done", "a-3.png")


def test_an_edited_file_of_several_of_one_name_keeps_its_number(alike, output, tiny_weights):
    job = job_of(alike, output, tiny_weights, existing="number", resume=True)
    list(run(job))
    before = files(output)
    saved(alike[1], seed=50)
    assert started(run(again(job))) == ["y/a.png"]
    changed = {name for name, content in files(output).items() if content != before.get(name)}
    assert changed == {"a-2.png"}


def test_one_more_file_of_a_name_takes_the_next_number(alike, output, tiny_weights):
    list(run(job_of(alike[:2], output, tiny_weights, existing="number")))
    before = files(output)
    job = job_of(alike[::-1], output, tiny_weights, existing="number", resume=True)
    assert started(run(job)) == ["z/a.png"]
    after = files(output)
    assert set(after) == {"a.png", "a-2.png", "a-3.png"}
    assert {name: after[name] for name in before} == before


def test_files_of_one_name_from_several_runs_are_all_known(alike, output, tiny_weights):
    for source in alike:
        list(run(job_of(source, output, tiny_weights, existing="number")))
    before = files(output)
    job = job_of(alike, output, tiny_weights, existing="number", resume=True)
    assert started(run(job)) == []
    assert files(output) == before


def test_damaged_files_of_one_name_are_all_named(alike, output, tiny_weights):
    for source in alike:
        source.write_text(f"no picture {source}")
    job = job_of(alike, output, tiny_weights, existing="number", retry_failed=True, resume=True)
    for _ in range(2):
        failed = ended(run(again(job)))
        assert {name: entry.state for name, entry in failed.items()} == dict.fromkeys(
            ("x/a.png", "y/a.png", "z/a.png"), "failed"
        )


def test_a_file_is_the_same_from_wherever_it_is_named(
    source, output, tiny_weights, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    list(run(job_of(Path("in/0.png"), output, tiny_weights)))
    before = files(output)
    monkeypatch.chdir(source)
    (tmp_path / "link").symlink_to(source)
    for way in (Path("0.png"), Path("../in/0.png"), tmp_path / "link" / "0.png", source):
        job = job_of(way, output, tiny_weights, include=("0.png",), resume=True)
        assert started(run(job)) == []
    saved(source / "0.png", seed=50)
    assert started(run(job_of(Path("0.png"), output, tiny_weights, resume=True))) == ["0.png"]
    assert set(files(output)) == set(before)


def test_a_file_below_a_folder_that_is_given_twice_is_done_once(source, output, tiny_weights):
    events = list(run(job_of((source, source), output, tiny_weights)))
    assert sorted(started(events)) == ["0.png", "1.png", "2.png", "deep/3.jpg"]
    assert set(files(output)) == set(files(source))


def test_a_failed_file_stays_so_until_it_is_retried(job, source):
    good = (source / "2.png").read_bytes()
    (source / "2.png").write_bytes(good[:100])
    first = list(run(again(job)))
    resumed = list(run(again(job, resume=True)))
    assert ended(first)["2.png"] == ended(resumed)["2.png"]
    assert started(resumed) == []
    retried = list(run(again(job, retry_failed=True)))
    assert states(retried) == {"2.png": "failed"}, "only the failed are retried, and truthfully"
    (source / "2.png").write_bytes(good)
    assert states(run(again(job, retry_failed=True))) == {"2.png": "done"}


def test_a_failed_file_that_was_mended_is_done_on_resume(job, source):
    good = (source / "2.png").read_bytes()
    (source / "2.png").write_bytes(good[:100])
    list(run(again(job)))
    (source / "2.png").write_bytes(good)
    assert started(list(run(again(job, resume=True)))) == ["2.png"]


def test_a_full_disk_stops_the_batch_and_blames_no_file(job, output, monkeypatch):
    fsync = os.fsync
    results = []

    def full(number):
        if Path(f"/proc/self/fd/{number}").readlink().name != JOURNAL_NAME:
            results.append(number)
            if len(results) > 2:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(number)

    if not Path("/proc/self/fd").is_dir():
        pytest.skip("cannot tell files apart here")
    monkeypatch.setattr(os, "fsync", full)
    events = list(run(job))
    assert isinstance(events[-1], BatchStopped)
    assert "disk is full" in events[-1].reason
    assert set(states(events).values()) == {"done"}
    assert not list(output.rglob("*.part"))
    monkeypatch.setattr(os, "fsync", fsync)
    assert set(states(run(again(job, resume=True))).values()) == {"done"}
    assert len(files(output)) == 4


def test_it_stops_before_the_disk_is_quite_full(job, monkeypatch):
    usage = line.shutil.disk_usage
    monkeypatch.setattr(line.shutil, "disk_usage", lambda path: usage(path)._replace(free=100))
    events = list(run(job))
    assert "nearly full" in events[-1].reason
    assert any(isinstance(event, BatchNoted) for event in events), "and said so before"


def test_a_journal_that_cannot_be_written_stops_the_batch(job, monkeypatch):
    append = Journal.append

    def refuse(self, entry):
        if entry.state == "done":
            raise BatchError("The journal cannot be written.")
        append(self, entry)

    monkeypatch.setattr(Journal, "append", refuse)
    events = list(run(job))
    assert events[-1] == BatchStopped("The journal cannot be written.")


def test_an_output_folder_that_cannot_be_written_to_is_told_at_once(job, output):
    output.write_text("a file is in the way")
    with pytest.raises(BatchError, match="may not be written to"):
        list(run(job))


def test_a_result_that_cannot_be_saved_is_one_failure(job, monkeypatch):
    def refuse(image, path, **options):
        raise resultfile.ImageUnwritable(path, f"{path.name} cannot be saved.")

    monkeypatch.setattr(resultfile, "write", refuse)
    assert set(states(run(job)).values()) == {"failed"}


def test_a_folder_for_which_there_is_no_room_stops_the_batch(job, output, monkeypatch):
    mkdir = Path.mkdir

    def full(self, *arguments, **options):
        if self.name == "deep":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        mkdir(self, *arguments, **options)

    monkeypatch.setattr(Path, "mkdir", full)
    events = list(run(job))
    assert "disk is full" in events[-1].reason
    assert states(events).get("deep/3.jpg") is None


def test_a_file_where_a_folder_should_be_is_one_failure(job, output):
    output.mkdir()
    (output / "deep").write_text("in the way")
    found = ended(run(job))
    assert "deep cannot be made" in found["deep/3.jpg"].reason
    assert found["0.png"].state == "done"


def test_sources_that_vanish_or_change_meanwhile_are_told(job, source, monkeypatch):
    (source / "0.png").unlink()
    read = Workshop.read

    def slowly(self, path):
        opened = read(self, path)
        if path.name == "1.png":
            path.write_bytes(path.read_bytes() + b"more")
        return opened

    monkeypatch.setattr(Workshop, "read", slowly)
    found = ended(run(job))
    assert "does not exist" in found["0.png"].reason
    assert "changed while" in found["1.png"].reason
    assert found["2.png"].state == "done"


def test_a_clock_that_goes_backwards_changes_nothing(job, source, output, monkeypatch):
    list(run(job))
    monkeypatch.setattr(time, "time", lambda: 0.0)
    for path in source.rglob("*.png"):
        os.utime(path, (0, 0))
    assert started(list(run(again(job, resume=True)))) == []


def test_what_a_killed_run_left_unfinished_is_swept(job, output):
    output.mkdir()
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    alive = output / f".restorer-{os.getppid()}-0123456789ab.part"  # of another program
    left_over = output / f".restorer-{gone.pid}-0123456789ab.part", output / ".restorer-0.part"
    for part in (*left_over, alive, output / "other.part"):
        part.write_bytes(b"half")
    (output / ".restorer-folder.part").mkdir()
    list(run(job))
    assert not any(part.exists() for part in left_over)
    assert alive.exists()
    assert (output / "other.part").exists()


def test_a_file_that_took_the_program_down_twice_is_set_aside(job, source, output):
    with Journal(output) as writing:
        for state in ("started", "crashed", "started", "crashed"):
            writing.append(Entry("1.png", state, source=str(source / "1.png"), key="k"))
    events = list(run(again(job, resume=True)))
    assert states(events)["1.png"] == "failed"
    assert "took the program down twice" in ended(events)["1.png"].reason
    assert "1.png" not in started(events)
    assert states(run(again(job, retry_failed=True))) == {"1.png": "done"}


def test_suspects_run_alone_and_last(job, source, output):
    with Journal(output) as writing:
        for name in ("0.png", "1.png"):
            writing.append(Entry(name, "started", source=str(source / name), key="k"))
            writing.append(Entry(name, "crashed", source=str(source / name)))
    order = []
    for event in run(again(job, resume=True)):
        if isinstance(event, FileStarted):
            order.append(event.name)
        elif isinstance(event, FileEnded):
            order.append(event.entry.name)
    assert order[-4:] == ["0.png", "0.png", "1.png", "1.png"]


def test_all_are_measured(job):
    measured = [event for event in run(job) if isinstance(event, FilesMeasured)]
    assert measured[-1].count == 4
    assert measured[-1].megapixels == pytest.approx(4 * 40 * 30 / 1e6)


def test_the_networks_wait_neither_for_reading_nor_for_writing(job, monkeypatch):
    """Each stage of one photo waits until the next photo is a stage behind it: all at once."""
    read, process, write = Workshop.read, Workshop.process, line.write
    second_read, second_processed = threading.Event(), threading.Event()

    def reading(self, source):
        if source.name == "1.png":
            second_read.set()
        return read(self, source)

    def processing(self, opened):
        if opened.source.name == "0.png":
            assert second_read.wait(PATIENCE_S), "1.png is read while 0.png is in the networks"
        else:
            second_processed.set()
        return process(self, opened)

    def writing(processed, target, saving):
        if target.name == "0.png":
            assert second_processed.wait(PATIENCE_S), "0.png is written while another is worked on"
        return write(processed, target, saving)

    monkeypatch.setattr(Workshop, "read", reading)
    monkeypatch.setattr(Workshop, "process", processing)
    monkeypatch.setattr(line, "write", writing)
    events = list(run(replace(job, workers=1)))
    assert set(states(events).values()) == {"done"}


def test_on_a_gpu_the_noise_is_estimated_while_another_photo_is_worked_on(
    source, tmp_path, tiny_weights, monkeypatch
):
    settings = Settings(device="cpu")
    plain = job_of(source, tmp_path / "plain", tiny_weights, settings=settings)
    list(run(plain))
    ahead = []
    estimate = Workshop.estimate

    def estimating(self, opened):
        ahead.append(threading.current_thread().name)
        return estimate(self, opened)

    rung = Rung(torch.device("meta"), torch.float32)
    monkeypatch.setattr(line, "ladder", lambda name: (rung,))
    monkeypatch.setattr(Workshop, "estimate", estimating)
    job = job_of(source, tmp_path / "ahead", tiny_weights, settings=settings)
    assert set(states(run(job)).values()) == {"done"}
    assert len(ahead) == 4
    assert all(name.startswith("reader") for name in ahead)
    assert files(tmp_path / "ahead") == files(tmp_path / "plain")


def test_little_memory_makes_it_slower_and_nothing_else(job, monkeypatch):
    monkeypatch.setattr(line, "HELD_BYTES", 1)
    assert set(states(run(job)).values()) == {"done"}


def test_without_memory_for_a_photo_it_is_told(job, monkeypatch):
    def hungry(self, image, enlargement):
        raise MemoryError

    monkeypatch.setattr(Workshop, "_noise_of", hungry)
    assert "not enough memory" in ended(run(job))["0.png"].reason


def test_a_photo_of_every_kind_keeps_its_kind(source, output, tiny_weights):
    PillowImage.fromarray(np.full((20, 20), 90, np.uint8)).save(source / "grey.png")
    PillowImage.new("RGBA", (20, 20), (9, 99, 199, 128)).save(source / "clear.png")
    job = job_of(source, output, tiny_weights, settings=Settings(scale=2, denoise="off"))
    assert set(states(run(job)).values()) == {"done"}
    with PillowImage.open(output / "grey.png") as grey:
        assert grey.mode == "L"
    with PillowImage.open(output / "clear.png") as clear:
        assert (clear.mode, clear.size) == ("RGBA", (40, 40))


def test_watching_takes_new_files_once_they_have_stopped_growing(job, source, output):
    log = []
    whole = (source / "0.png").read_bytes()
    steps = iter([whole[:50], whole[:100], whole])

    def wait(seconds):
        if (content := next(steps, None)) is not None:
            (source / "new.png").write_bytes(content)

    events = run(replace(job, watch=True), wait=wait)
    seen = []
    for event in events:
        seen.append(event)
        if isinstance(event, BatchWaited):
            log.append("waits")
        if isinstance(event, FileEnded) and event.entry.name == "new.png":
            break
    found = [event.items for event in seen if isinstance(event, FilesFound)]
    assert [[item.name for item in items] for items in found] == [["new.png"]]
    assert ended(seen)["new.png"].state == "done"
    assert len(log) == 4, "twice of the same size: only then it was taken"
    assert (output / "new.png").read_bytes() == (output / "0.png").read_bytes()


def test_watching_takes_a_changed_file_again_and_replaces_its_result(job, source, output):
    changed = []

    def wait(seconds):
        if not changed:
            changed.append(files(output)["0.png"])
            saved(source / "0.png", seed=50)

    seen = []
    for event in run(replace(job, watch=True), wait=wait):
        seen.append(event)
        if changed and isinstance(event, FileEnded):
            break
    assert seen[-1].entry.state == "done"
    assert seen[-1].entry.target == "0.png"
    assert files(output)["0.png"] != changed[0]


def test_watching_takes_no_results_for_sources(source, tiny_weights):
    job = job_of(source, source, tiny_weights, template="{name}_restored.{ext}", watch=True)
    waits = 0
    for event in run(job, wait=lambda seconds: None):
        waits += isinstance(event, BatchWaited)
        assert not isinstance(event, FilesFound)
        if waits == 4:
            break
