import json

import numpy as np
import pytest
from PIL import Image as PillowImage

from restorer.cli import run
from tests.conftest import drawn_digit


@pytest.fixture
def digits(tiny_digit_weights, capsys):
    """Runs `restorer digits` with the tiny models: the exit status and what it printed."""

    def ask(*arguments):
        status = run(["digits", *map(str, arguments), "--weights", str(tiny_digit_weights)])
        return status, capsys.readouterr()

    return ask


def pixels(path):
    with PillowImage.open(path) as picture:
        return np.array(picture)


def test_a_point_gives_a_digit_of_the_wanted_size_and_always_the_same(digits, tmp_path):
    one, again, other = (tmp_path / f"{name}.png" for name in ("one", "again", "other"))
    assert digits("--at", "-0.5,1", "--px", 100, "-o", one)[0] == 0
    assert digits("--at", "-0.5,1", "--px", 100, "-o", again)[0] == 0
    assert digits("--at", "-2,1", "--px", 100, "-o", other)[0] == 0
    assert pixels(one).shape == (100, 100)
    assert one.read_bytes() == again.read_bytes() != other.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again.png", "one.png", "other.png"]


def test_a_grid_is_the_map_with_x_to_the_right_and_y_up(digits, tmp_path):
    path = tmp_path / "map.png"
    _, captured = digits("--grid", 5, "--spread", "square", "--px", 28, "--json", "-o", path)
    told = json.loads(captured.out)
    assert told["codes"][0] == [-3, 3]
    assert told["codes"][4] == [3, 3]
    assert told["written"] == [str(path)]
    laid = pixels(path)
    assert laid.shape == (140, 140)
    corner = tmp_path / "corner.png"
    digits("--at", "3,3", "--px", 28, "-o", corner)
    np.testing.assert_allclose(laid[:28, -28:].astype(int), pixels(corner), atol=1)


@pytest.mark.parametrize("name", ["there.png", "there.csv"])
def test_what_is_there_already_is_kept_unless_it_may_be_replaced(digits, tmp_path, name):
    path = tmp_path / name
    path.write_text("somebody's")
    status, captured = digits("--at", "0,0", "-o", path)
    assert status == 1
    assert "is there already. Choose another name, or add --replace." in captured.err
    assert path.read_text() == "somebody's"
    assert digits("--at", "0,0", "-o", path, "--replace")[0] == 0
    assert path.read_bytes() != b"somebody's"


def test_json_is_ascii_whatever_the_terminal_speaks(digits, tmp_path):
    path = tmp_path / "zwölf 😀.png"
    _, captured = digits("--at", "0,0", "--json", "-o", path)
    assert captured.out.isascii()
    assert json.loads(captured.out)["written"] == [str(path)]


def test_a_file_that_cannot_be_written_is_one_line(digits):
    status, captured = digits("--at", "0,0", "-o", 300 * "x" + ".png")
    assert status == 1
    assert captured.err == f"Error: The name {300 * 'x'}.png is too long. Choose a shorter one.\n"


def test_random_digits_depend_on_the_seed_alone(digits, tmp_path):
    told = [
        json.loads(digits("--random", 7, "--seed", s, "--json", "-o", tmp_path / name)[1].out)
        for s, name in ((4, "a.png"), (4, "b.png"), (5, "c.png"))
    ]
    for row in told:
        del row["written"]
    assert told[0] == told[1] != told[2]
    assert pixels(tmp_path / "a.png").shape == (3 * 56, 3 * 56)


def test_variations_lie_around_the_point(digits, tmp_path):
    path = tmp_path / "alike.png"
    told = json.loads(digits("--at", "1,-1", "--vary", 4, "--json", "-o", path)[1].out)
    assert len(told["codes"]) == 4
    np.testing.assert_allclose(told["codes"], [[1, -1]] * 4, atol=0.7)
    assert pixels(path).shape == (2 * 56, 2 * 56)


@pytest.mark.parametrize("ending", [".gif", ".webp"])
def test_a_path_moves_and_ends_where_asked(digits, tmp_path, ending):
    path, table = tmp_path / f"morph{ending}", tmp_path / "codes.csv"
    status, _ = digits("--path", "-2,0", "2,1", "--frames", 6, "-o", path, "-o", table)
    assert status == 0
    with PillowImage.open(path) as picture:
        assert picture.n_frames == 6
        assert picture.size == (56, 56)
        assert picture.info["loop"] == 0
        first = np.array(picture.convert("L"))
    still = tmp_path / "still.png"
    digits("--at", "-2,0", "-o", still)
    np.testing.assert_allclose(first.astype(int), pixels(still), atol=1)
    lines = table.read_text().splitlines()
    assert lines[0] == "x,y"
    assert lines[1] == "-2.000000,0.000000"
    assert lines[-1] == "2.000000,1.000000"
    assert len(lines) == 7


def test_a_path_as_png_is_a_strip(digits, tmp_path):
    digits("--path", "0,0", "1,1", "--frames", 4, "--px", 28, "-o", tmp_path / "strip.png")
    assert pixels(tmp_path / "strip.png").shape == (28, 4 * 28)


def test_a_digit_asked_for_by_class_comes_from_the_conditional_model(digits, tmp_path):
    path, table = tmp_path / "seven.png", tmp_path / "codes.csv"
    status, captured = digits("--digit", 7, "--json", "-o", path, "-o", table)
    told = json.loads(captured.out)
    assert (status, told["model"], told["digits"]) == (0, "cvae", [7])
    assert table.read_text() == "x,y,digit\n0.000000,0.000000,7\n"


def test_one_style_is_drawn_in_all_ten_digits(digits, tmp_path):
    path = tmp_path / "all.png"
    told = json.loads(digits("--digit", "all", "--random", 3, "--json", "-o", path)[1].out)
    assert told["digits"] == list(range(10)) * 3
    assert told["codes"][0] == told["codes"][9] != told["codes"][10]
    assert pixels(path).shape == (3 * 56, 10 * 56)


def test_a_pictured_digit_is_put_on_the_map(digits, tmp_path):
    photo, seen = tmp_path / "photo.png", tmp_path / "seen.png"
    PillowImage.fromarray(255 - drawn_digit(4)).resize((280, 280)).save(photo)
    before = photo.read_bytes()
    status, captured = digits("--encode", photo, "--px", 28, "--json", "-o", seen)
    told = json.loads(captured.out)
    assert status == 0
    assert len(told["code"]) == len(told["sigma"]) == 2
    original, drawn, lost = np.split(pixels(seen).astype(int), 3, axis=1)
    assert np.array_equal(lost, np.abs(original - drawn))
    assert told["mean_error"] == pytest.approx(lost.mean() / 255, abs=1e-4)
    assert photo.read_bytes() == before
    told_plainly = digits("--encode", photo)[1].out
    assert "lies at" in told_plainly
    assert "give or take" in told_plainly
    assert "give or take" not in digits("--encode", photo, "--model", "autoencoder")[1].out


def test_the_photo_is_never_overwritten(digits, tmp_path):
    photo = tmp_path / "photo.png"
    PillowImage.fromarray(drawn_digit(4)).save(photo)
    before = photo.read_bytes()
    status, captured = digits("--encode", photo, "-o", photo)
    assert status == 1
    assert "never overwritten" in captured.err
    assert photo.read_bytes() == before


def test_an_empty_picture_is_told(digits, tmp_path):
    PillowImage.new("L", (60, 60), 255).save(tmp_path / "empty.png")
    status, captured = digits("--encode", tmp_path / "empty.png")
    assert status == 1
    assert "nothing stands out" in captured.err


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ([], "Give one of"),
        (["--at", "0,0", "--grid", "3"], "Give one of"),
        (["--at", "0,0"], "with -o"),
        (["--random", "3", "--vary", "3", "-o", "a.png"], "add --at"),
        (["--at", "0;0", "-o", "a.png"], "not two numbers"),
        (["--at", "0,nan", "-o", "a.png"], "no place on the map"),
        (["--digit", "all", "--grid", "3", "-o", "a.png"], "goes with"),
        (["--at", "0,0", "--model", "cvae", "-o", "a.png"], "add --digit"),
        (["--digit", "3", "--model", "vae", "-o", "a.png"], "cannot be told"),
        (["--grid", "100", "--px", "500", "-o", "a.png"], "2500 megapixels"),
        (["--digit", "12", "-o", "a.png"], "12"),
    ],
)
def test_wrong_usage_is_explained(digits, tmp_path, monkeypatch, arguments, why):
    monkeypatch.chdir(tmp_path)
    status, captured = digits(*arguments)
    assert status == 2
    assert why in captured.err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "why"),
    [("a.bmp", "no ending that fits"), ("gone/a.png", "does not exist"), ("", "is a folder")],
)
def test_a_file_that_cannot_be_written_is_named(digits, tmp_path, name, why):
    (tmp_path / "b.png").mkdir()
    status, captured = digits("--at", "0,0", "-o", tmp_path / (name or "b.png"))
    assert status == 1
    assert why in captured.err


def test_a_sheet_too_large_for_its_format_is_told(digits, tmp_path):
    many = ("--digit", "all", "--random", 300)  # 16,800 pixels high
    status, captured = digits(*many, "-o", tmp_path / "many.webp")
    assert status == 1
    assert "16383 pixels a side" in captured.err
