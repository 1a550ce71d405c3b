import re
import struct
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image as PillowImage
from PIL import ImageOps

from restorer.engine.batch.journal import Journal
from restorer.engine.batch.report import THUMBNAIL_PX, thumbnail, write_report
from restorer.engine.batch.run import run
from restorer.engine.image import Image
from restorer.engine.resultfile import write
from restorer.errors import ImageUnwritable
from tests.conftest import drawn
from tests.engine.batch.jobs import again, job_of, saved

VOID = {"meta", "input", "img", "link"}


class Balanced(HTMLParser):
    """Fails on a tag that is not closed where it should be."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture
def job(tmp_path, tiny_weights):
    for i in range(3):
        saved(tmp_path / "in" / f"{i}.png", seed=i)
    (tmp_path / "in" / 'no "<picture>.jpg').write_text("no picture")
    write(Image(drawn(40, 30).astype(np.uint16) * 257), tmp_path / "in" / "deep.tif")
    write(Image(drawn(40, 30), drawn(40, 30, 1)[..., 0]), tmp_path / "in" / "clear.png")
    PillowImage.fromarray(drawn(40, 30)).save(tmp_path / "in" / "strong.jpg", quality=20)
    return job_of(tmp_path / "in", tmp_path / "out", tiny_weights)


def test_the_page_tells_all_and_is_well_formed(job, tmp_path):
    list(run(job))
    write_report(tmp_path / "report.html", job.plan)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    checked = Balanced()
    checked.feed(page)
    checked.close()
    assert checked.open == []
    assert len(re.findall(r'<article class="done"', page)) == 6
    assert len(re.findall(r'<article class="failed"', page)) == 1
    assert "&lt;picture&gt;.jpg is not a picture" in page
    assert "denoise 10" in page
    assert "JPEG blocks, deblocked at 10.0" in page
    assert page.count("data:image/webp") == 2 * 6, "before and after, 16 bits and alpha as well"
    assert "prefers-color-scheme: dark" in page
    assert "denoiser <span" in page, "the weights are named"


def test_the_page_of_a_batch_that_was_stopped_says_what_is_left(job, tmp_path):
    events = run(job)
    next(events)
    events.close()
    with Journal(job.plan.output):
        pass
    write_report(tmp_path / "report.html", again(job).plan)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "not finished" in page
    assert "No file has ended" in page


def test_the_page_names_files_of_one_name_apart_and_says_what_came_last(tmp_path, tiny_weights):
    sources = tuple(saved(tmp_path / folder / "a.png", seed=i) for i, folder in enumerate("xy"))
    job = job_of(sources, tmp_path / "out", tiny_weights, existing="number")
    list(run(job))
    sources[1].write_text("no picture")
    list(run(again(job, resume=True)))
    write_report(tmp_path / "report.html", again(job).plan)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert re.findall(r'<article class="(\w+)"', page) == ["done", "failed"]
    assert re.findall(r"<h2>([^<]*)</h2>", page) == ["x/a.png", "y/a.png"]


def test_the_page_shows_no_namesakes_result(tmp_path, tiny_weights):
    """Of a file that the batch has not reached, while another of its name was done before."""
    list(run(job_of(saved(tmp_path / "x" / "a.png", seed=1), tmp_path / "out", tiny_weights)))
    other = job_of(saved(tmp_path / "y" / "a.png", seed=2), tmp_path / "out", tiny_weights)
    write_report(tmp_path / "report.html", other.plan)
    assert "<article" not in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_the_page_shows_what_had_moved_and_was_known_by_its_content(tmp_path, tiny_weights):
    photo = saved(tmp_path / "x" / "a.png", seed=1)
    list(run(job_of(photo, tmp_path / "out", tiny_weights)))
    (tmp_path / "y").mkdir()
    photo = photo.rename(tmp_path / "y" / "a.png")
    moved = job_of(photo, tmp_path / "out", tiny_weights, resume=True)
    list(run(moved))
    write_report(tmp_path / "report.html", moved.plan)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert re.findall(r'<article class="(\w+)"', page) == ["done"]


def test_the_page_of_a_resumed_batch_does_not_say_what_a_run_between_skipped(job, tmp_path):
    list(run(job))
    list(run(again(job)))
    list(run(again(job, resume=True)))
    write_report(tmp_path / "report.html", job.plan)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert '<article class="skipped"' not in page


def test_a_page_that_cannot_be_written_is_told_and_leaves_nothing(job, tmp_path):
    with pytest.raises(ImageUnwritable, match="does not exist"):
        write_report(tmp_path / "gone" / "report.html", job.plan)


@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "tif"])
def test_thumbnails_are_small_and_upright(tmp_path, ending):
    exif = PillowImage.Exif()
    exif[0x0112] = 6
    path = tmp_path / f"a.{ending}"
    PillowImage.fromarray(drawn(900, 300)).save(path, exif=exif)
    import base64
    import io

    content = base64.b64decode(thumbnail(path).partition(",")[2])
    with PillowImage.open(io.BytesIO(content)) as small:
        assert small.size == (THUMBNAIL_PX // 3, THUMBNAIL_PX)


def test_exif_that_cannot_be_written_anew_costs_no_more_than_the_thumbnail(tmp_path):
    make = struct.pack("<HHIf", 0x010F, 11, 1, 0.5)  # a number where there should be a text
    orientation = struct.pack("<HHIHH", 0x0112, 3, 1, 6, 0)
    odd = b"II*\0" + struct.pack("<IH", 8, 2) + make + orientation + bytes(4)
    path = tmp_path / "a.jpg"
    PillowImage.fromarray(drawn(90, 30)).save(path, exif=b"Exif\0\0" + odd)
    with PillowImage.open(path) as picture, pytest.raises(AttributeError):
        ImageOps.exif_transpose(picture)
    assert thumbnail(path) is None


def test_what_is_no_picture_has_no_thumbnail(tmp_path):
    (tmp_path / "a.jpg").write_text("no picture")
    assert thumbnail(tmp_path / "a.jpg") is None
    assert thumbnail(tmp_path / "gone.jpg") is None
