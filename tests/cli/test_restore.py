import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image as PillowImage

from restorer.cli import run
from restorer.engine import imagefile, resultfile
from restorer.engine import restore as restore_module
from restorer.engine.photo import Workshop
from restorer.engine.restoration import Restoration
from tests.conftest import drawn
from tests.engine.test_imagefile import chunked_png


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def photo(folder):
    return saved(folder / "photo.jpg")


def saved(path, width=90, height=70):
    PillowImage.fromarray(drawn(width, height)).save(path)
    return path


def restored(tiny_weights, *arguments):
    return run(["restore", "--weights", str(tiny_weights), *map(str, arguments)])


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_cleaned_copy_appears_beside_the_photo(photo, folder, tiny_weights, capsys):
    before = photo.read_bytes()
    assert restored(tiny_weights, "photo.jpg") == 0
    assert names(folder) == ["photo.jpg", "photo_restored.jpg"]
    assert photo.read_bytes() == before
    assert "photo.jpg -> photo_restored.jpg  90 x 70" in capsys.readouterr().out


def test_the_copy_lies_beside_the_photo_wherever_that_is(folder, tiny_weights):
    (folder / "deep").mkdir()
    saved(folder / "deep" / "a.png")
    assert restored(tiny_weights, "deep/a.png") == 0
    assert names(folder / "deep") == ["a.png", "a_restored.png"]
    assert names(folder) == ["deep"]


def test_a_second_run_takes_another_name(photo, folder, tiny_weights):
    assert restored(tiny_weights, photo) == restored(tiny_weights, photo) == 0
    assert names(folder) == ["photo.jpg", "photo_restored-2.jpg", "photo_restored.jpg"]


def test_a_name_that_another_run_takes_meanwhile_is_not_overwritten(
    photo, folder, tiny_weights, monkeypatch
):
    def takes_the_name(picture, *arguments):
        (folder / "photo_restored.jpg").write_text("of another run")
        return write(picture, *arguments)

    write = resultfile._write_eight_bits
    monkeypatch.setattr(resultfile, "_write_eight_bits", takes_the_name)
    assert restored(tiny_weights, photo, "--denoise", "5") == 0
    assert (folder / "photo_restored.jpg").read_text() == "of another run"
    assert names(folder) == ["photo.jpg", "photo_restored-2.jpg", "photo_restored.jpg"]


def test_without_a_wish_a_format_is_taken_that_can_hold_the_result(folder, tiny_weights):
    with_alpha = np.dstack([drawn(40, 30), drawn(40, 30, 1)])
    PillowImage.fromarray(with_alpha).save(folder / "a.jpg", "PNG")  # as some sites name them
    assert restored(tiny_weights, "a.jpg") == 0
    assert names(folder) == ["a.jpg", "a_restored.png"]


def test_what_the_wanted_format_cannot_hold_is_told_before_the_work(
    folder, tiny_weights, capsys, monkeypatch
):
    monkeypatch.delattr(Workshop, "process")
    with_alpha = np.dstack([drawn(40, 30), drawn(40, 30, 1)])
    PillowImage.fromarray(with_alpha).save(folder / "a.png")
    assert restored(tiny_weights, "a.png", "-o", "a.jpg") == 1
    assert "JPEG has no transparency" in capsys.readouterr().err
    saved(folder / "wide.png", 5000, 1)
    assert restored(tiny_weights, "wide.png", "--scale", 4, "-o", "wide.webp") == 1
    assert "the result has 20000 x 4" in capsys.readouterr().err


def test_one_file_cannot_be_the_result_of_two(photo, folder, tiny_weights, capsys):
    assert restored(tiny_weights, photo, photo, "-o", "one.png") == 2
    assert "Give -o a folder" in capsys.readouterr().err
    assert names(folder) == ["photo.jpg"]


def test_auto_and_off_may_be_written_large(photo, folder, tiny_weights):
    assert restored(tiny_weights, photo, "--denoise", "OFF", "-o", "off.png") == 0
    assert np.array_equal(*(imagefile.read(folder / name).samples for name in names(folder)))


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_enlarging_multiplies_the_size(photo, folder, tiny_weights, scale):
    assert restored(tiny_weights, photo, "--scale", scale) == 0
    with PillowImage.open(folder / f"photo_restored_x{scale}.jpg") as large:
        assert large.size == (90 * scale, 70 * scale)


def test_off_at_scale_one_copies_the_pixels(folder, tiny_weights):
    source = saved(folder / "a.png")
    assert restored(tiny_weights, source, "--denoise", "off") == 0
    with PillowImage.open(folder / "a_restored.png") as copy:
        np.testing.assert_array_equal(np.asarray(copy), drawn(90, 70))


def test_transparency_is_enlarged_too(folder, tiny_weights):
    picture = PillowImage.fromarray(drawn(40, 30)).convert("RGBA")
    picture.putalpha(128)
    picture.save(folder / "a.png")
    assert restored(tiny_weights, "a.png", "--scale", 2) == 0
    with PillowImage.open(folder / "a_restored_x2.png") as large:
        assert large.mode == "RGBA"
        assert set(np.unique(np.asarray(large)[..., 3])) == {128}


def test_grey_photos_stay_grey(folder, tiny_weights):
    PillowImage.fromarray(drawn(40, 30, 1)[..., 0]).save(folder / "grey.jpg")
    assert restored(tiny_weights, "grey.jpg") == 0
    with PillowImage.open(folder / "grey_restored.jpg") as out:
        assert out.mode == "L"


def test_of_a_strong_jpeg_the_blocks_are_told_and_taken(folder, tiny_weights, capsys):
    drawing = PillowImage.fromarray(drawn(90, 70))
    drawing.save(folder / "web.jpg", quality=30)
    drawing.save(folder / "fine.jpg", quality=90)
    assert restored(tiny_weights, "web.jpg", "fine.jpg", "--output", "out") == 0
    first, second = capsys.readouterr().out.splitlines()
    assert "visible JPEG blocks, deblocked at 8.2" in first
    assert "JPEG" not in second


def test_output_may_name_a_file_or_a_folder(photo, folder, tiny_weights):
    saved(folder / "other.png")
    assert restored(tiny_weights, photo, "-o", "sub.tif") == 0
    assert restored(tiny_weights, photo, "other.png", "-o", "new/deep") == 0
    assert names(folder / "new" / "deep") == ["other_restored.png", "photo_restored.jpg"]
    assert (folder / "sub.tif").is_file()


def test_a_slash_at_the_end_means_a_folder_whatever_its_name(photo, folder, tiny_weights):
    saved(folder / "other.png")
    assert restored(tiny_weights, photo, "-o", "2024.07/") == 0
    assert restored(tiny_weights, photo, "other.png", "-o", "a.png/") == 0
    assert names(folder / "2024.07") == ["photo_restored.jpg"]
    assert names(folder / "a.png") == ["other_restored.png", "photo_restored.jpg"]


def test_an_existing_file_is_replaced_only_if_that_is_said(photo, folder, tiny_weights, capsys):
    (folder / "mine.png").write_text("of mine")
    assert restored(tiny_weights, photo, "-o", "mine.png") == 1
    sentence = "mine.png is there already. Choose another name, or add --replace."
    assert capsys.readouterr().err == f"Error: photo.jpg: {sentence}\n"
    assert (folder / "mine.png").read_text() == "of mine"
    assert restored(tiny_weights, photo, "-o", "mine.png", "--replace") == 0
    assert imagefile.read(folder / "mine.png").width == 90


def test_a_file_that_comes_meanwhile_is_kept_too(photo, folder, tiny_weights, capsys, monkeypatch):
    def takes_the_name(picture, *arguments):
        (folder / "mine.png").write_text("of another run")
        return write(picture, *arguments)

    write = resultfile._write_eight_bits
    monkeypatch.setattr(resultfile, "_write_eight_bits", takes_the_name)
    assert restored(tiny_weights, photo, "-o", "mine.png") == 1
    assert "mine.png is there already" in capsys.readouterr().err
    assert (folder / "mine.png").read_text() == "of another run"
    assert names(folder) == ["mine.png", "photo.jpg"]


def test_to_replace_wants_a_file(photo, folder, tiny_weights, capsys):
    for output in ([], ["-o", "folder"]):
        assert restored(tiny_weights, photo, *output, "--replace") == 2
        assert "--replace is for -o FILE" in capsys.readouterr().err
    assert names(folder) == ["photo.jpg"]


def test_the_help_tells_names_folders_and_what_happens_to_existing_files(capsys):
    assert run(["restore", "--help"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    for words in ("NAME_restored_x2.EXT", "NAME_restored-2.EXT", "ends in a slash", "is kept"):
        assert words in told


def test_json_tells_sizes_and_times(photo, tiny_weights, capsys):
    assert restored(tiny_weights, photo, "--json", "--denoise", 12.5) == 0
    fields = json.loads(capsys.readouterr().out)
    assert fields["status"] == "done"
    assert (fields["width"], fields["height"], fields["denoised_at"]) == (90, 70, 12.5)
    assert isinstance(fields["noise"], str)
    assert fields["kind"] in ("fine", "saved", "coarse")
    assert fields["sigma"] >= 0
    assert fields["network_s"] > 0


@pytest.mark.parametrize(
    "name", ['it\'s a "photo".png', "雪景色 🏔️.png", "  spaced out .png", "-dash.png"]
)
def test_any_name_works(folder, tiny_weights, name):
    saved(folder / name)
    assert restored(tiny_weights, "--", name) == 0
    assert len(names(folder)) == 2


def test_a_terminal_without_unicode_is_no_error_and_gets_whole_json(folder, tiny_weights):
    saved(folder / "雪 😀.png")
    command = [sys.executable, "-m", "restorer", "restore", "--weights", tiny_weights]
    done = subprocess.run(
        [*command, "雪 😀.png", "gone 😀.png", "--json"],
        env=os.environ | {"PYTHONIOENCODING": "cp1252"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    fields, failed = map(json.loads, done.stdout.splitlines())
    assert fields["target"] == "雪 😀_restored.png"
    assert failed["source"] == "gone 😀.png"


def bad_inputs(folder):
    """Each bad input with a word that its message must have."""
    saved(folder / "whole.jpg", 200, 200)
    whole = (folder / "whole.jpg").read_bytes()
    (folder / "whole.jpg").unlink()
    (folder / "text.jpg").write_text("no picture at all")
    (folder / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "folder.jpg").mkdir()
    (folder / "bomb.png").write_bytes(chunked_png(100_000, 100_000))
    (folder / "nothing.png").write_bytes(chunked_png(0, 0))
    return {
        "text.jpg": "not a picture",
        "cut.jpg": "damaged",
        "empty.jpg": "empty",
        "folder.jpg": "is a folder",
        "bomb.png": "100000 x 100000",
        "nothing.png": "damaged",
        "missing.jpg": "does not exist",
    }


def test_bad_inputs_are_named_and_the_others_done(photo, folder, tiny_weights, capsys):
    bad = bad_inputs(folder)
    before = set(names(folder))
    assert restored(tiny_weights, *bad, photo) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == len(bad), "one line each"
    for line, (name, words) in zip(lines, bad.items(), strict=True):
        assert name in line
        assert words in line
    assert set(names(folder)) - before == {"photo_restored.jpg"}


def test_a_photo_that_may_not_be_read_ends_no_other(
    photo, folder, tiny_weights, capsys, forbid_reading
):
    saved(folder / "private.png")
    forbid_reading("private.png")
    assert restored(tiny_weights, "private.png", photo, "--json") == 1
    captured = capsys.readouterr()
    failed, done = map(json.loads, captured.out.splitlines())
    assert (failed["status"], failed["source"]) == ("failed", "private.png")
    assert done["status"] == "done"
    assert captured.err.count("private.png may not be read") == len(captured.err.splitlines()) == 1


def test_results_may_go_into_a_folder_that_may_not_be_listed(
    photo, folder, tiny_weights, forbid_reading
):
    (folder / "drop").mkdir()
    forbid_reading("drop")
    assert restored(tiny_weights, photo, "-o", "drop") == 0
    assert (folder / "drop" / "photo_restored.jpg").is_file()


def test_an_error_that_nobody_thought_of_ends_only_its_file(
    photo, folder, tiny_weights, capsys, monkeypatch
):
    saved(folder / "large.png", 91, 70)
    prepare = Restoration.prepare

    def without_memory(image, *arguments):
        if image.width == 91:
            raise MemoryError
        return prepare(image, *arguments)

    monkeypatch.setattr(Restoration, "prepare", without_memory)
    assert restored(tiny_weights, "large.png", photo) == 1
    said = capsys.readouterr().err
    assert said == (
        "Error: large.png: There is not enough memory for this picture. Close other programs.\n"
    )
    assert names(folder) == ["large.png", "photo.jpg", "photo_restored.jpg"]


def test_a_photo_that_no_step_can_restore_is_named(photo, tiny_weights, capsys, monkeypatch):
    def full_memory(*arguments):
        raise torch.OutOfMemoryError

    monkeypatch.setattr("restorer.engine.restore._run", full_memory)
    assert restored(tiny_weights, photo, "--denoise", 12) == 1
    assert "Error: photo.jpg: The picture could not be" in capsys.readouterr().err


def test_a_step_down_is_told(photo, tiny_weights, capsys, monkeypatch):
    real, failures = restore_module._run, iter([torch.OutOfMemoryError()])

    def full_once(*arguments):
        for error in failures:
            raise error
        return real(*arguments)

    monkeypatch.setattr(restore_module, "_run", full_once)
    assert restored(tiny_weights, photo, "--denoise", 12) == 0
    said = capsys.readouterr().err
    assert said == "photo.jpg: Memory was full: continuing in smaller tiles\n"


def test_a_folder_into_which_nothing_came_is_not_left_behind(folder, tiny_weights):
    (folder / "text.jpg").write_text("no picture at all")
    assert restored(tiny_weights, "text.jpg", "-o", "new/deep") == 1
    assert run(["restore", "--weights", str(folder), "text.jpg", "-o", "new/deep"]) == 1
    assert names(folder) == ["text.jpg"]
    (folder / "mine").mkdir()
    assert restored(tiny_weights, "text.jpg", "-o", "mine/deep") == 1
    assert names(folder) == ["mine", "text.jpg"]


def test_a_person_at_a_terminal_sees_what_is_being_done(photo, tiny_weights, capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert restored(tiny_weights, photo) == 0
    said = capsys.readouterr().err
    stages = ("loading the networks", "reading", "estimating", "restoring", "writing")
    places = [said.index(f"photo.jpg: {stage}") for stage in stages]
    assert places == sorted(places)


def test_failures_are_in_the_json_too(folder, tiny_weights, capsys):
    assert restored(tiny_weights, "missing.jpg", "--json") == 1
    fields = json.loads(capsys.readouterr().out)
    assert fields["status"] == "failed"
    assert "does not exist" in fields["reason"]


@pytest.mark.parametrize("options", [[], ["--replace"]])
def test_the_original_as_output_is_refused(photo, tiny_weights, capsys, options):
    before = photo.read_bytes()
    assert restored(tiny_weights, photo, "-o", photo, *options) == 1
    assert "original" in capsys.readouterr().err
    assert photo.read_bytes() == before


def test_a_full_disk_ends_no_other_file(photo, folder, tiny_weights, capsys, monkeypatch):
    saved(folder / "other.png")
    real, failures = os.fsync, iter([OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))])

    def full_once(number):
        for error in failures:
            raise error
        real(number)

    monkeypatch.setattr(os, "fsync", full_once)
    assert restored(tiny_weights, photo, "other.png") == 1
    assert "The disk is full: photo_restored.jpg" in capsys.readouterr().err
    assert names(folder) == ["other.png", "other_restored.png", "photo.jpg"]


@pytest.mark.parametrize(
    ("number", "words"), [(errno.ENOSPC, "disk is full"), (errno.EACCES, "may not be written")]
)
def test_a_full_or_closed_disk_is_told(
    photo, folder, tiny_weights, capsys, monkeypatch, number, words
):
    def fail(file_number):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    assert restored(tiny_weights, photo) == 1
    assert words in capsys.readouterr().err
    assert names(folder) == ["photo.jpg"]


@pytest.mark.parametrize("name", ["photo.jpg/sub", "new/" + 300 * "x"])
def test_an_output_folder_that_cannot_be_made_is_told(photo, folder, tiny_weights, capsys, name):
    assert restored(tiny_weights, photo, "-o", name) == 1
    assert "cannot be made" in capsys.readouterr().err
    assert names(folder) == ["photo.jpg"]


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("photo.jpg/x.png", "photo.jpg is not a folder. Choose another place."),
        (300 * "x" + ".png", f"The name {300 * 'x'}.png is too long. Choose a shorter one."),
    ],
)
def test_an_output_that_cannot_be_is_told_with_its_remedy(
    photo, tiny_weights, capsys, output, sentence
):
    assert restored(tiny_weights, photo, "-o", output) == 1
    assert capsys.readouterr().err == f"Error: photo.jpg: {sentence}\n"


def test_a_photo_in_a_closed_folder_is_told_with_its_remedy(
    photo, tiny_weights, capsys, monkeypatch
):
    def closed(path):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr(Path, "exists", closed)
    assert restored(tiny_weights, "photo.jpg") == 1
    said = capsys.readouterr().err
    assert "photo_restored.jpg may not be used: permission denied. Change the perm" in said


@pytest.mark.parametrize(
    "options",
    [
        ["--scale", "5"],
        ["--denoise", "900"],
        ["--denoise", "-1"],
        ["--denoise", "much"],
        ["--denoise", "nan"],
        ["--quality", "0"],
        ["--nonsense"],
        ["--device", "abacus"],
    ],
)
def test_wrong_usage_is_one_line_and_status_two(photo, folder, tiny_weights, capsys, options):
    assert restored(tiny_weights, photo, *options) == 2
    captured = capsys.readouterr()
    assert len(captured.err.splitlines()) == 1
    assert captured.out == ""
    assert names(folder) == ["photo.jpg"]


def test_a_missing_device_is_told_what_there_is(photo, tiny_weights, capsys):
    assert restored(tiny_weights, photo, "--device", "xpu:9") == 1
    assert "xpu:9" in (message := capsys.readouterr().err)
    assert "cpu" in message


def test_missing_weights_are_named(photo, folder, capsys):
    assert run(["restore", "--weights", str(folder), str(photo)]) == 1
    assert "catalog.json is missing" in capsys.readouterr().err


def test_ctrl_c_leaves_no_file(photo, folder, tiny_weights, capsys, monkeypatch):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(resultfile, "_write_eight_bits", interrupted)
    assert restored(tiny_weights, photo, "--denoise", "5") == 130
    assert "Stopped" in capsys.readouterr().err
    assert names(folder) == ["photo.jpg"]


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals there")
@pytest.mark.parametrize("stop", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.usefixtures("heeding_interrupts")
def test_stopping_the_real_program_leaves_no_file(folder, tiny_weights, stop):
    sources = [saved(folder / f"{number}.png", 400, 300).name for number in range(30)]
    command = [sys.executable, "-m", "restorer", "restore", "--weights", tiny_weights, *sources]
    with subprocess.Popen(
        [*command, "-o", "out"],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        process.stdout.readline()
        process.send_signal(getattr(signal, stop))
        _, said = process.communicate(timeout=120)
    assert process.returncode == 130
    assert said.strip() == "Stopped. Nothing half-written was left behind."
    assert 1 <= len(names(folder / "out")) < 30
    assert all(name.endswith("_restored.png") for name in names(folder / "out"))


def test_grain_that_is_kept_lies_between_the_noisy_and_the_clean(photo, tiny_weights, tmp_path):
    results = {}
    for kept in (0, 50, 100):
        target = tmp_path / f"{kept}.png"
        options = ["--keep-grain", str(kept), "--keep-colour-noise", str(kept), "-o", str(target)]
        weights = ["--weights", str(tiny_weights)]
        assert run(["restore", str(photo), "--denoise", "20", *weights, *options]) == 0
        results[kept] = imagefile.read(target).samples.astype(int)
    source = imagefile.read(photo).samples
    np.testing.assert_array_equal(results[100], source)
    middle = (results[0] + source) / 2
    assert np.abs(results[50] - middle).max() <= 1


def test_a_wanted_width_is_the_results_width(photo, tiny_weights, tmp_path):
    target = tmp_path / "wide.png"
    arguments = ["restore", str(photo), "--width", "100", "-o", str(target)]
    assert run([*arguments, "--weights", str(tiny_weights)]) == 0
    assert imagefile.read(target).width == 100


def test_a_width_of_more_than_four_times_is_one_files_failure(photo, tiny_weights, capsys):
    arguments = ["restore", str(photo), "--width", "9000", "--weights", str(tiny_weights)]
    assert run(arguments) == 1
    assert "more than 4 times" in capsys.readouterr().err


def test_what_is_stripped_and_kept_is_said_on_the_command_line(folder, tiny_weights):
    from tests.engine.test_metadata import rich

    resultfile.write(rich(), folder / "a.jpg")
    os.utime(folder / "a.jpg", ns=(10**18, 10**18))
    assert restored(tiny_weights, "a.jpg", "--strip-location", "--keep-times", "-o", "b.jpg") == 0
    assert restored(tiny_weights, "a.jpg", "--strip-metadata", "-o", "c.jpg") == 0
    place = imagefile.read(folder / "b.jpg")
    assert b"Wien" not in place.xmp + place.iptc
    assert (folder / "b.jpg").stat().st_mtime_ns == 10**18
    bare = imagefile.read(folder / "c.jpg")
    assert (bare.exif, bare.xmp, bare.iptc) == (None, None, None)
