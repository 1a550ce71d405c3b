import base64
import itertools
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image as PillowImage

from restorer.cli import run
from restorer.engine.batch import journal, supervisor
from restorer.engine.batch.job import FileEnded
from restorer.engine.batch.run import run as run_in_this_process
from tests.engine.batch.jobs import files, saved


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(supervisor, "supervise", run_in_this_process)  # saves importing torch anew
    for i in range(3):
        saved(tmp_path / "in" / f"{i}.png", seed=i)
    saved(tmp_path / "in" / "deep" / "3.jpg", seed=3)
    return tmp_path


def batch(tiny_weights, *arguments):
    options = ["--weights", str(tiny_weights), "--device", "cpu", "--denoise", "10"]
    return run(["batch", *map(str, arguments), *options])


def test_a_tree_is_restored_and_summed_up(folder, tiny_weights, capsys):
    assert batch(tiny_weights, "in", "out", "-r") == 0
    captured = capsys.readouterr()
    assert re.search(
        r"deep/3.jpg -> deep/3.jpg  40 x 30, .* noise .*, denoised at 10.0", captured.out
    )
    assert captured.out.splitlines()[-1].startswith("4 done, 0 failed")
    assert set(files(folder / "out")) == set(files(folder / "in"))


def test_one_bad_file_is_named_and_the_status_is_one(folder, tiny_weights, capsys):
    (folder / "in" / "deep" / "bad.jpg").write_text("no picture")
    assert batch(tiny_weights, "in", "out", "-r") == 1
    captured = capsys.readouterr()
    assert "Error: deep/bad.jpg: bad.jpg is not a picture" in captured.err
    assert "4 done, 1 failed" in captured.out
    assert len(files(folder / "out")) == 4


def test_a_file_that_may_not_be_read_is_named_and_the_others_done(
    folder, tiny_weights, capsys, forbid_reading
):
    forbid_reading("0.png")
    assert batch(tiny_weights, "in/0.png", "in/1.png", "out") == 1
    captured = capsys.readouterr()
    assert "Error: 0.png may not be read" in captured.err
    assert "1 done, 1 failed" in captured.out


def test_a_source_that_cannot_be_is_wrong_usage(folder, tiny_weights, capsys):
    assert batch(tiny_weights, 300 * "x", "in/1.png", "out") == 2
    assert f"{300 * 'x'} cannot be read: File name too long" in capsys.readouterr().err


def test_json_is_one_line_a_file_and_a_summary(folder, tiny_weights, capsys):
    (folder / "in" / "bad.jpg").write_text("no picture")
    assert batch(tiny_weights, "in", "out", "--json") == 1
    *lines, summary = map(json.loads, capsys.readouterr().out.splitlines())
    assert {line["name"]: line["status"] for line in lines} == {
        "0.png": "done",
        "1.png": "done",
        "2.png": "done",
        "bad.jpg": "failed",
    }
    assert all(Path(line["target"]).is_file() for line in lines if line["status"] == "done")
    assert (summary["status"], summary["done"], summary["failed"]) == ("summary", 3, 1)


def test_resume_and_retry(folder, tiny_weights, capsys):
    whole = (folder / "in" / "2.png").read_bytes()
    (folder / "in" / "2.png").write_bytes(whole[:60])
    assert batch(tiny_weights, "in", "out") == 1
    before = {path: path.stat().st_mtime_ns for path in (folder / "out").glob("*.png")}
    (folder / "in" / "2.png").write_bytes(whole)
    capsys.readouterr()
    assert batch(tiny_weights, "in", "out", "--retry-failed") == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("1 done, 0 failed")
    assert batch(tiny_weights, "in", "out", "--resume") == 0
    assert capsys.readouterr().out == "3 done, 0 failed.\n"
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_a_run_in_between_does_not_break_resume(folder, tiny_weights, capsys):
    assert batch(tiny_weights, "in", "out") == 0
    assert batch(tiny_weights, "in", "out") == 0
    assert batch(tiny_weights, "in", "out", "--scale", 2, "--resume") == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("3 done, 0 failed")
    with PillowImage.open(folder / "out" / "0.png") as large:
        assert large.size == (80, 60)


def test_a_file_is_known_from_another_folder(folder, tiny_weights, capsys, monkeypatch):
    batch(tiny_weights, "in/0.png", "out")
    saved(folder / "in" / "0.png", seed=50)
    monkeypatch.chdir(folder / "in")
    capsys.readouterr()
    assert batch(tiny_weights, "0.png", "../out", "--resume") == 0
    assert capsys.readouterr().out.startswith("0.png -> 0.png")


def test_files_of_one_name_are_named_apart(folder, tiny_weights, capsys):
    saved(folder / "other" / "0.png", seed=50)
    assert batch(tiny_weights, "in/0.png", "other/0.png", "out") == 2
    captured = capsys.readouterr()
    assert "in/0.png and other/0.png would both become 0.png" in captured.err
    assert "--existing number" in captured.err
    arguments = ("in/0.png", "other/0.png", "out", "--existing", "number")
    assert batch(tiny_weights, *arguments) == 0
    assert "other/0.png -> 0-2.png" in capsys.readouterr().out
    before = files(folder / "out")
    for _ in range(2):
        assert batch(tiny_weights, *arguments, "--resume") == 0
        assert capsys.readouterr().out == "2 done, 0 failed.\n"
    assert files(folder / "out") == before
    for name in arguments[:2]:
        (folder / name).write_text("no picture")
    assert batch(tiny_weights, *arguments, "--resume") == 1
    captured = capsys.readouterr()
    assert captured.out == "0 done, 2 failed.\n"
    assert "Error: in/0.png: 0.png is" in captured.err
    assert "Error: other/0.png: 0.png is" in captured.err


def test_a_number_is_offered_only_where_it_helps(folder, tiny_weights, capsys):
    saved(folder / "in" / "0_x1.png")
    template = ("--name", "{name}_x{scale}.{ext}")
    assert batch(tiny_weights, "in", "in", *template, "--existing", "replace") == 2
    assert "--existing number adds numbers" in capsys.readouterr().err
    assert batch(tiny_weights, "in", "in") == 2
    assert "--existing" not in capsys.readouterr().err


def test_files_that_are_left_over_are_a_failure(folder, tiny_weights, capsys, monkeypatch):
    def forgetful(job):
        for event in run_in_this_process(job):
            if not isinstance(event, FileEnded):
                yield event

    monkeypatch.setattr(supervisor, "supervise", forgetful)
    assert batch(tiny_weights, "in", "out") == 1
    captured = capsys.readouterr()
    assert "3 not begun or not finished" in captured.out
    assert "--resume goes on" in captured.err


def test_an_earlier_journal_is_pointed_out(folder, tiny_weights, capsys):
    batch(tiny_weights, "in", "out")
    capsys.readouterr()
    assert batch(tiny_weights, "in", "out") == 0
    captured = capsys.readouterr()
    assert "--resume takes it up" in captured.err
    assert "0.png skipped: 0.png is there already." in captured.out
    assert "3 skipped" in captured.out


def test_names_and_scale(folder, tiny_weights):
    assert batch(tiny_weights, "in", "out", "--scale", 2, "--name", "{name}_x{scale}.{ext}") == 0
    with PillowImage.open(folder / "out" / "0_x2.png") as large:
        assert large.size == (80, 60)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--name", "photo.{ext}"], "needs {name}"),
        (["--existing", "ask"], "'ask' is not one of"),
        (["--scale", "2", "--width", "100"], "only one of"),
        (["--width", "100", "--name", "{name}_x{scale}.{ext}"], "no {scale}"),
        (["--workers", "0"], "workers"),
        (["--include", "0.png", "--include", "1.png", "--name", "{name}.gif"], "must end in"),
    ],
)
def test_wrong_usage_is_one_line_and_status_two(folder, tiny_weights, capsys, options, words):
    assert batch(tiny_weights, "in", "out", *options) == 2
    captured = capsys.readouterr()
    assert words in captured.err
    assert captured.out == ""
    assert not (folder / "out").exists()


def test_a_missing_source_and_clashing_names_are_wrong_usage(folder, tiny_weights, capsys):
    assert batch(tiny_weights, "gone", "out") == 2
    saved(folder / "in" / "0.bmp")
    assert batch(tiny_weights, "in", "out", "--name", "{name}.png") == 2
    assert "would both become 0.png" in capsys.readouterr().err
    assert batch(tiny_weights, "in", "in", "--existing", "replace") == 2
    assert "original" in capsys.readouterr().err


def test_a_folder_without_photos_is_told(folder, tiny_weights, capsys):
    (folder / "empty").mkdir()
    assert batch(tiny_weights, "empty", "out") == 0
    assert "no photos" in capsys.readouterr().err


def test_a_folder_that_is_a_file_is_told(folder, tiny_weights):
    (folder / "out").write_text("in the way")
    assert batch(tiny_weights, "in", "out") == 2


def test_the_live_line_tells_count_speed_and_time_left(folder, tiny_weights, capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr("restorer.cli.progress.LiveLine._EVERY_S", 0.0)
    monkeypatch.setenv("COLUMNS", "200")
    assert batch(tiny_weights, "in", "out", "-r") == 0
    shown = capsys.readouterr().err
    assert re.search(r"[1-3] of 4, \d+\.\d MP/s, \d+ s left", shown)
    assert shown.endswith("\x1b[2K"), "and it is gone at the end"


def test_watching_ends_with_ctrl_c_in_good_order(folder, tiny_weights, capsys, monkeypatch):
    def interrupted(seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr(
        supervisor, "supervise", lambda job: run_in_this_process(job, wait=interrupted)
    )
    assert batch(tiny_weights, "in", "out", "--watch") == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("3 done")


def test_the_report_has_what_came_while_watching(folder, tiny_weights, monkeypatch):
    waits = itertools.count()

    def wait(seconds):
        if next(waits) == 0:
            saved(folder / "in" / "late.png", seed=9)
        elif (folder / "out" / "late.png").exists() or next(waits) > 20:
            raise KeyboardInterrupt

    monkeypatch.setattr(supervisor, "supervise", lambda job: run_in_this_process(job, wait=wait))
    assert batch(tiny_weights, "in", "out", "--watch", "--report", "report.html") == 0
    assert "late.png" in (folder / "report.html").read_text(encoding="utf-8")


def test_the_report_is_one_file_with_every_picture(folder, tiny_weights, capsys):
    (folder / "in" / "<b>bad</b>.jpg".replace("/", "")).write_text("no picture")
    assert batch(tiny_weights, "in", "out", "-r", "--report", "report.html") == 1
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;bad&lt;b&gt;.jpg" in page
    assert "<b>bad" not in page
    assert "is not a picture" in page
    assert "denoise 10" in page
    assert not re.search(r"(src|href)=\"(?!data:)", page), "nothing comes from elsewhere"
    pictures = re.findall(r"data:image/webp;base64,([^\"]+)", page)
    assert len(pictures) == 2 * 4
    assert all(base64.b64decode(picture)[:4] == b"RIFF" for picture in pictures)


def test_a_report_that_cannot_be_written_is_told_before_the_work(folder, tiny_weights, capsys):
    assert batch(tiny_weights, "in", "out", "--report", "gone/report.html") == 1
    assert "does not exist" in capsys.readouterr().err
    assert not (folder / "out").exists()


@pytest.mark.parametrize(
    ("name", "why"),
    [("in/0.png", "is no name of a page"), ("mine.html", "is no report of a batch")],
)
def test_a_report_takes_the_place_of_nothing_but_a_report(folder, tiny_weights, capsys, name, why):
    (folder / "mine.html").write_text("<title>My page</title>")
    before = (folder / name).read_bytes()
    assert batch(tiny_weights, "in", "out", "--report", name) == 1
    assert why in capsys.readouterr().err
    assert (folder / name).read_bytes() == before
    assert not (folder / "out").exists()


def test_a_report_may_lie_among_the_results_and_be_written_anew(folder, tiny_weights):
    for _ in range(2):
        assert batch(tiny_weights, "in", "out", "--resume", "--report", "out/report.html") == 0
    assert (folder / "out" / "report.html").read_text(encoding="utf-8").count("<article") == 3


def test_the_report_of_a_resumed_batch_has_the_earlier_files_too(folder, tiny_weights):
    batch(tiny_weights, "in", "out", "-r")
    assert batch(tiny_weights, "in", "out", "-r", "--resume", "--report", "r.html") == 0
    assert (folder / "r.html").read_text(encoding="utf-8").count("<article") == 4


@pytest.mark.skipif(sys.platform == "win32", reason="no groups of processes there")
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.usefixtures("heeding_interrupts")
def test_stopping_the_real_program_leaves_nothing_half_done(folder, tiny_weights, stop):
    """A terminal and a system that shuts down tell the children too."""
    for i in range(30):
        saved(folder / "in" / f"more{i}.png", 200, 200, seed=i)
    command = [sys.executable, "-m", "restorer", "batch", "in", "out", "--weights", tiny_weights]
    root = Path(__file__).parents[2]
    environment = os.environ | {"PYTHONPATH": str(root)}
    with subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        first = process.stdout.readline()
        os.killpg(process.pid, stop)
        _, said = process.communicate(timeout=120)
    assert "->" in first
    assert process.returncode == 130
    assert "--resume goes on" in said
    assert "Traceback" not in said
    assert not list((folder / "out").rglob("*.part"))
    history = journal.read(folder / "out")
    assert 1 <= len(history.files("done")) < 33


def test_progress_needs_no_clock_of_the_day(folder, tiny_weights, monkeypatch):
    monkeypatch.setattr(time, "time", lambda: -1.0)
    assert batch(tiny_weights, "in", "out") == 0


def test_a_program_that_was_killed_is_taken_up_again(folder, tiny_weights):
    """Only the parent is killed: its child must notice, end, and let the next one work."""
    for i in range(40):
        saved(folder / "in" / f"more{i}.png", 120, 120, seed=i)
    command = [sys.executable, "-m", "restorer", "batch", "in", "out", "--weights", tiny_weights]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        process.kill()
    done = subprocess.run(
        [*command, "--resume", "--json"], env=environment, capture_output=True, check=True
    )
    summary = json.loads(done.stdout.splitlines()[-1])
    assert (summary["done"], summary["failed"], summary["skipped"]) == (43, 0, 0)
    assert not list((folder / "out").rglob("*.part"))
