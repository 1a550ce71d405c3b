import sys
import time

from restorer.cli.progress import PixelBar


def test_the_bar_tells_share_size_and_time_left(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    now = 1000.0
    monkeypatch.setattr(time, "time", lambda: now)
    with PixelBar("photo.jpg") as bar:
        for done_px in range(0, 10_000_000, 1_000_000):
            bar.show(done_px, 12_000_000)
            now += 2.0
    shown = capsys.readouterr().err
    assert "photo.jpg" in shown
    assert "75%" in shown
    assert "00:00:06" in shown, "a quarter is left, of two seconds a megapixel"
    assert "9.0 MP of 12.0 MP" in shown


def test_where_nobody_watches_there_is_no_bar(capsys):
    with PixelBar("photo.jpg") as bar:
        bar.show(500, 1000)
        bar.say("Memory was full")
    assert capsys.readouterr().err == "photo.jpg: Memory was full\n"
