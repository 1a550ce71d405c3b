import errno
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

import restorer
from restorer import __main__ as program
from restorer.cli import run
from restorer.engine.image import to_pixels
from restorer.engine.imagefile import read
from restorer.engine.metrics import psnr
from restorer.models.catalog import Catalog, open_catalog, write_catalog
from tests.cli.conftest import lines_of_json
from tests.conftest import drawn


def imported_by(code):
    """The modules that are loaded after running `code` in a fresh interpreter."""
    code += "\nimport sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_help_loads_no_torch():
    loaded = imported_by(
        "import contextlib, io, restorer.cli\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        "    assert restorer.cli.run(['--help']) == 0"
    )
    assert loaded.isdisjoint({"torch", "numpy", "PIL"})


def test_importing_the_library_loads_no_torch():
    assert "torch" not in imported_by("import restorer")


@pytest.mark.parametrize(
    "command", ["restore", "batch", "digits", "models", "info", "benchmark", "train"]
)
def test_every_command_explains_itself(command, capsys):
    assert run([command, "--help"]) == 0
    assert "Usage: restorer" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["missing.jpg", "gone/photo", "C:\\gone\\photo"])
def test_a_photo_for_the_window_that_does_not_exist_is_named(name, capsys):
    assert run([name]) == 2
    assert capsys.readouterr().err.startswith(f"Error: {name} does not exist.")
    assert run(["restor"]) == 2
    assert "No such command" in capsys.readouterr().err


def test_a_photo_for_the_window_that_may_not_be_looked_at_is_told(capsys, monkeypatch):
    def closed(path, **options):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr(os, "stat", closed)
    assert run(["closed/photo.jpg"]) == 2
    assert "closed/photo.jpg may not be opened: permission denied" in capsys.readouterr().err


def test_a_photo_with_options_but_without_a_command_is_told_which(photos, capsys):
    assert run([str(photos / "0.png"), "--scale", "2"]) == 2
    assert f"restorer restore {photos / '0.png'}" in capsys.readouterr().err


def test_ctrl_c_while_the_program_loads_is_no_traceback(monkeypatch):
    def interrupted(arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(program, "wants_window", interrupted)
    with pytest.raises(SystemExit) as ended:
        program.main()
    assert ended.value.code == 130


def test_version(capsys):
    assert run(["--version"]) == 0
    assert restorer.__version__ in capsys.readouterr().out


def test_models_lists_cards_and_checks_files(tiny_weights, capsys):
    assert run(["models", "--weights", str(tiny_weights), "--check"]) == 0
    listed = capsys.readouterr().out
    assert re.search("upscaler-x4 +enlarge x4", listed)
    assert re.search("deblocker +deblock", listed)
    assert re.search("degrainer +degrain", listed)
    assert re.search("^estimator +estimate  ", listed, re.MULTILINE)
    assert re.search("jpeg-estimator +estimate JPEGs", listed)
    assert "All 9 weights files are whole." in listed
    assert run(["models", "denoiser", "--weights", str(tiny_weights)]) == 0
    assert "Trained on     nothing" in capsys.readouterr().out
    assert run(["models", "--json", "--weights", str(tiny_weights)]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 9


def test_models_checks_one_file_and_never_none(tiny_weights, tmp_path, capsys):
    assert run(["models", "denoiser", "--weights", str(tiny_weights), "--check"]) == 0
    assert capsys.readouterr().out.endswith("\nThe weights file is whole.\n")
    write_catalog(Catalog(tmp_path, ()))
    assert run(["models", "--weights", str(tmp_path), "--check"]) == 1
    captured = capsys.readouterr()
    assert captured.err == f"Error: The catalog in {tmp_path} lists no models. Check --weights.\n"
    assert captured.out == ""


def test_info_tells_versions_and_files(photos, capsys):
    assert run(["info"]) == 0
    assert "torch" in capsys.readouterr().out
    assert run(["info", "--json", str(photos / "0.png"), str(photos / "gone.png")]) == 1
    captured = capsys.readouterr()
    fields, failed = lines_of_json(captured.out)
    assert (fields["status"], fields["source"]) == ("done", str(photos / "0.png"))
    assert (failed["status"], failed["source"]) == ("failed", str(photos / "gone.png"))
    assert (fields["format"], fields["width"], fields["bits"]) == ("PNG", 150, 8)
    assert fields["sigma"] >= 0
    assert "unlike photos" not in fields
    assert "gone.png does not exist" in captured.err


def test_info_for_people_does_not_repeat_what_they_gave(photos, capsys):
    assert run(["info", str(photos / "0.png")]) == 0
    assert capsys.readouterr().out.startswith("name          0.png\nformat        PNG\n")


def test_info_names_what_may_not_be_read_and_goes_on(photos, capsys, forbid_reading):
    forbid_reading("0.png")
    assert run(["info", "--json", str(photos / "0.png"), str(photos / "1.png")]) == 1
    captured = capsys.readouterr()
    failed, fields = lines_of_json(captured.out)
    assert (failed["status"], fields["name"]) == ("failed", "1.png")
    assert "0.png may not be read" in captured.err


@pytest.mark.parametrize("name", [300 * "x", 300 * "x" + ".jpg", "photos/0.png/a.jpg", "."])
def test_info_of_what_cannot_be_is_one_line_and_the_others_are_shown(
    photos, capsys, monkeypatch, name
):
    monkeypatch.chdir(photos.parent)
    assert run(["info", "--json", name, "photos/0.png"]) == 1
    captured = capsys.readouterr()
    failed, fields = lines_of_json(captured.out)
    assert (failed["status"], fields["name"]) == ("failed", "0.png")
    assert captured.err.startswith(f"Error: {name} ")
    assert len(captured.err.splitlines()) == 1


def test_info_of_a_photo_in_a_closed_folder_is_one_line(photos, capsys, monkeypatch):
    def closed(path, **options):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr(Path, "stat", closed)
    assert run(["info", str(photos / "0.png")]) == 1
    said = capsys.readouterr().err
    assert said.startswith("Error: 0.png may not be read: permission denied. Change its")


def test_info_tells_what_looks_unlike_photos(tmp_path, capsys):
    PillowImage.new("RGB", (200, 100), (200, 30, 30)).save(tmp_path / "flat.png")
    assert run(["info", "--json", str(tmp_path / "flat.png")]) == 0
    assert "rarely a photo" in json.loads(capsys.readouterr().out)["unlike photos"]


def test_benchmark_denoise_takes_several_sigmas_at_once(photos, tiny_weights, capsys):
    arguments = ["benchmark", "denoise", str(photos), "--sigma", "15", "50", "--json"]
    assert run([*arguments, "--weights", str(tiny_weights)]) == 0
    rows = lines_of_json(capsys.readouterr().out)
    assert [row["sigma"] for row in rows] == [15, 50] * 3
    assert rows[0]["noisy_psnr"] == pytest.approx(24.6, abs=0.2)  # 20 log10(255 / 15)


def test_benchmark_denoise_of_noise_that_was_saved_or_is_grey(photos, tiny_weights, capsys):
    arguments = ["benchmark", "denoise", str(photos), "--sigma", "20", "--json"]
    arguments += ["--weights", str(tiny_weights)]
    noisy = {}
    for options in ((), ("--grey",), ("--quality", "30")):
        assert run([*arguments, *options]) == 0
        noisy[options] = [row["noisy_psnr"] for row in lines_of_json(capsys.readouterr().out)]
    assert noisy[()] == pytest.approx([22.1] * 3, abs=0.2)
    assert noisy["--grey",] == pytest.approx([22.1] * 3, abs=0.3)
    assert noisy["--grey",] != noisy[()]
    assert min(noisy["--quality", "30"]) > 24  # which takes half of the noise in colour


def test_benchmark_denoise_of_clean_pictures_is_json_too(photos, tiny_weights, capsys):
    arguments = ["benchmark", "denoise", str(photos), "--sigma", "0", "--json"]
    assert run([*arguments, "--weights", str(tiny_weights)]) == 0
    captured = capsys.readouterr().out
    assert "Infinity" not in captured
    for row in lines_of_json(captured):
        assert row["noisy_psnr"] == row["psnr"] == 99
        assert (row["auto_psnr"] == 99) == (row["auto_strength"] == 0)


@pytest.mark.parametrize("command", [["denoise", "photos"], ["speed"], ["batch"]])
def test_benchmarks_refuse_what_is_no_device(command, capsys):
    assert run(["benchmark", *command, "--device", "abacus"]) == 2
    assert "'abacus'" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["denoise", "deblock", "upscale"])
def test_pictures_that_are_too_small_to_be_measured_are_named(
    command, tmp_path, tiny_weights, capsys
):
    PillowImage.fromarray(drawn(40, 10)).save(tmp_path / "flat.png")
    assert run(["benchmark", command, str(tmp_path), "--weights", str(tiny_weights)]) == 1
    assert "flat.png has fewer than 24 pixels a side" in capsys.readouterr().err


def test_benchmark_denoise_takes_what_own_weights_lack_from_the_shipped_ones(
    photos, tiny_weights, tmp_path, capsys
):
    own = tmp_path / "own"
    own.mkdir()
    entry = open_catalog(tiny_weights).entry("denoiser")
    shutil.copy(tiny_weights / entry.file, own)
    write_catalog(Catalog(own, (entry,)))
    assert run(["benchmark", "denoise", str(photos), "--sigma", "15", "--weights", str(own)]) == 0
    assert "sigma 15, 3 pictures" in capsys.readouterr().out


def test_benchmark_pairs_compares_auto_with_fixed_sigmas(tmp_path, tiny_weights, capsys):
    clean = drawn(120, 100)
    PillowImage.fromarray(clean).save(tmp_path / "a_mean.png")
    PillowImage.fromarray(clean + 9).save(tmp_path / "a_real.png")
    assert run(["benchmark", "pairs", str(tmp_path), "--json", "--weights", str(tiny_weights)]) == 0
    (row,) = lines_of_json(capsys.readouterr().out)
    assert row["noise_rms"] == pytest.approx(9, abs=1e-3)
    assert row["best_psnr"] >= row["noisy_psnr"] - 3
    assert row["saved_psnr"] == row["auto_psnr"]


def test_benchmark_pairs_measures_the_file_that_restore_makes(tmp_path, capsys):
    clean = drawn(120, 100)
    noise = np.random.default_rng(0).normal(0, 12, clean.shape)
    noisy = np.clip(clean + noise, 0, 255).astype(np.uint8)
    for name, samples in (("a_mean.jpg", clean), ("a_real.jpg", noisy)):
        PillowImage.fromarray(samples).save(tmp_path / name, quality=75)
    assert run(["benchmark", "pairs", str(tmp_path), "--json"]) == 0
    (row,) = lines_of_json(capsys.readouterr().out)
    assert row["saved_psnr"] < row["auto_psnr"]
    assert run(["restore", str(tmp_path / "a_real.jpg"), "-o", str(tmp_path / "out.jpg")]) == 0
    saved, truth = (to_pixels(read(tmp_path / name).samples) for name in ("out.jpg", "a_mean.jpg"))
    assert row["saved_psnr"] == pytest.approx(psnr(saved, truth), abs=1e-6)


def test_benchmark_deblock_makes_jpegs_of_each_quality(photos, tiny_weights, capsys):
    arguments = ["benchmark", "deblock", str(photos), "--quality", "10", "60", "--json"]
    assert run([*arguments, "--weights", str(tiny_weights)]) == 0
    rows = lines_of_json(capsys.readouterr().out)
    assert [row["quality"] for row in rows] == [10, 60] * 3
    assert rows[0]["jpeg_psnr"] < rows[1]["jpeg_psnr"]
    assert rows[0]["kind"] == "jpeg"
    assert rows[0]["psnr"] != rows[0]["jpeg_psnr"]


@pytest.mark.parametrize("scale", [2, 3])
def test_benchmark_upscale_shrinks_what_has_no_small_twin(photos, tiny_weights, capsys, scale):
    arguments = ["benchmark", "upscale", str(photos), "--scale", str(scale), "--json"]
    assert run([*arguments, "--weights", str(tiny_weights)]) == 0
    rows = lines_of_json(capsys.readouterr().out)
    assert len(rows) == 3
    assert all(row["bicubic_psnr"] > 25 for row in rows)


def test_benchmark_upscale_of_small_jpegs(photos, tiny_weights, capsys):
    arguments = ["benchmark", "upscale", str(photos), "--json", "--weights", str(tiny_weights)]
    psnrs = []
    for options in ([], ["--quality", "90"], ["--quality", "10"]):
        assert run([*arguments, *options]) == 0
        rows = lines_of_json(capsys.readouterr().out)
        assert {row["quality"] for row in rows} == {int(options[1]) if options else None}
        psnrs.append([(row["bicubic_psnr"], row["psnr"]) for row in rows])
    for plain, slight, strong in zip(*psnrs, strict=True):
        assert plain[0] > slight[0] > strong[0]
        assert len({plain[1], slight[1], strong[1]}) == 3


def test_benchmark_upscale_uses_the_twins_of_its_scale(tmp_path, tiny_weights, capsys):
    for scale in (2, 3):
        picture = PillowImage.fromarray(drawn(120, 96))
        picture.save(tmp_path / f"img_SRF_{scale}_HR.png")
        picture.resize((120 // scale, 96 // scale)).save(tmp_path / f"img_SRF_{scale}_LR.png")
    arguments = ["benchmark", "upscale", str(tmp_path), "--scale", "3", "--json"]
    assert run([*arguments, "--weights", str(tiny_weights)]) == 0
    assert [row["name"] for row in lines_of_json(capsys.readouterr().out)] == ["img_SRF_3_HR.png"]


@pytest.mark.parametrize("coarse", [False, True])
def test_benchmark_speed_draws_the_grain_that_is_asked_for(capsys, coarse):
    """By the shipped estimator, which tells them apart."""
    arguments = ["benchmark", "speed", "--megapixels", "2", "--json", "--device", "cpu"]
    assert run([*arguments, *(["--coarse"] if coarse else [])]) == 0
    (row,) = lines_of_json(capsys.readouterr().out)
    assert row["coarse"] is coarse


def test_benchmark_speed_measures_every_stage(tiny_weights, capsys):
    arguments = ["benchmark", "speed", "--megapixels", "0.05", "--json", "--device", "cpu"]
    assert run([*arguments, "--weights", str(tiny_weights)]) == 0
    (row,) = lines_of_json(capsys.readouterr().out)
    assert row["megapixels"] == pytest.approx(0.05, rel=0.02)
    assert min(row[stage] for stage in ("read_s", "estimate_s", "network_s", "write_s")) > 0
    assert row["peak_mib"] > 50
    assert row["engine_ratio"] > 0


@pytest.mark.parametrize(
    ("command", "mean"),
    [
        ("denoise", "sigma 15, 3 pictures: "),
        ("deblock", "quality 10, 3 pictures: "),
        ("upscale", "x2, 3 pictures: "),
    ],
)
def test_a_benchmark_names_the_pictures_it_cannot_measure_and_does_the_rest(
    photos, tiny_weights, capsys, command, mean
):
    (photos / "0a.png").write_text("no picture")
    (photos / "9.jpg").write_bytes(b"")
    arguments = ["benchmark", command, str(photos), "--weights", str(tiny_weights)]
    assert run(arguments) == 1
    captured = capsys.readouterr()
    assert mean in captured.out
    first, second = captured.err.splitlines()
    assert first.startswith("Error: 0a.png is not a picture")
    assert second.startswith("Error: 9.jpg is empty")
    assert run([*arguments, "--json"]) == 1
    rows = lines_of_json(capsys.readouterr().out)
    assert [Path(row["source"]).name for row in rows if "status" in row] == ["0a.png", "9.jpg"]


def test_benchmark_pairs_names_a_pair_that_does_not_fit(tmp_path, tiny_weights, capsys):
    for name, width in (("a_mean", 120), ("a_real", 120), ("b_mean", 90), ("b_real", 80)):
        PillowImage.fromarray(drawn(width, 100)).save(tmp_path / f"{name}.png")
    assert run(["benchmark", "pairs", str(tmp_path), "--weights", str(tiny_weights)]) == 1
    captured = capsys.readouterr()
    assert captured.out.splitlines()[-1].startswith("1 pairs: noisy")
    assert captured.err.startswith("Error: b_real.png: The pictures have different shapes")


def test_a_benchmark_without_pictures_says_so(tmp_path, tiny_weights, capsys):
    weights = ["--weights", str(tiny_weights)]
    assert run(["benchmark", "denoise", str(tmp_path), *weights]) == 1
    assert "no pictures" in capsys.readouterr().err
    assert run(["benchmark", "pairs", str(tmp_path / "gone"), *weights]) == 1
    assert "not a folder" in capsys.readouterr().err


def test_a_benchmark_of_a_folder_that_may_not_be_read_says_so(
    photos, tiny_weights, capsys, forbid_reading
):
    forbid_reading("photos")
    assert run(["benchmark", "denoise", str(photos), "--weights", str(tiny_weights)]) == 1
    assert "photos cannot be read: Permission denied" in capsys.readouterr().err


def test_benchmark_batch_compares_with_the_networks_alone(tiny_weights, capsys):
    options = ["--files", "2", "--megapixels", "0.02", "--device", "cpu", "--json"]
    assert run(["benchmark", "batch", *options, "--weights", str(tiny_weights)]) == 0
    (score,) = lines_of_json(capsys.readouterr().out)
    assert score["files"] == 2
    assert score["share"] > 0
