import sys
import time

from restorer.cli.progress import PhotoProgress


def watch(monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)


def test_the_bar_tells_share_size_and_time_left(capsys, monkeypatch):
    watch(monkeypatch)
    now = 1000.0
    monkeypatch.setattr(time, "time", lambda: now)
    with PhotoProgress("photo.jpg") as progress:
        progress.begin("restoring", 12_000_000)
        assert "photo.jpg: restoring" in (shown := capsys.readouterr().err)
        assert "  0%" in shown, "it is there before the first tile"
        for done_px in range(1_000_000, 10_000_000, 1_000_000):
            now += 2.0
            progress.show(done_px)
    shown = capsys.readouterr().err
    assert "75%" in shown
    assert "00:00:06" in shown, "a quarter is left, of two seconds a megapixel"
    assert "9.0 MP of 12.0 MP" in shown


def test_the_bar_never_goes_back(capsys, monkeypatch):
    watch(monkeypatch)
    with PhotoProgress("photo.jpg") as progress:
        progress.begin("restoring", 1000)
        progress.show(600)
        capsys.readouterr()
        progress.show(500)
        assert capsys.readouterr().err == ""
        progress.show(700)
        assert "70%" in capsys.readouterr().err


def test_every_stage_is_told_at_once_and_goes_when_the_next_begins(capsys, monkeypatch):
    watch(monkeypatch)
    with PhotoProgress("photo.jpg") as progress:
        for stage in ("reading", "estimating"):
            progress.begin(stage)
    erased = "\r\x1b[2K"
    assert capsys.readouterr().err == (
        f"{erased}photo.jpg: reading{erased}{erased}photo.jpg: estimating{erased}"
    )


def test_where_nobody_watches_there_is_no_bar(capsys):
    with PhotoProgress("photo.jpg") as progress:
        progress.begin("reading")
        progress.begin("restoring", 1000)
        progress.show(500)
        progress.say("Memory was full")
    assert capsys.readouterr().err == "photo.jpg: Memory was full\n"
