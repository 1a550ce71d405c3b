import os
import shutil
from pathlib import Path

import pytest

from restorer.engine.batch import plan
from restorer.engine.batch.journal import Entry, Journal
from restorer.engine.batch.naming import Template
from restorer.engine.batch.plan import Selection, make_plan
from restorer.errors import BatchError, PlanError


def touch(*paths):
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def planned(source, output, **options):
    sources = source if isinstance(source, tuple) else (source,)
    return make_plan(Selection(sources, output, **options))


def names(plan):
    return [item.name for item in plan.items]


def targets(plan):
    return [item.target for item in plan.items]


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


@pytest.fixture
def output(tmp_path):
    return tmp_path / "out"


def test_the_tree_is_mirrored_in_natural_order(source, output):
    touch(source / "img10.jpg", source / "img2.jpg", source / "b" / "1.png", source / "a" / "1.png")
    plan = planned(source, output, recursive=True)
    assert names(plan) == targets(plan) == ["img2.jpg", "img10.jpg", "a/1.png", "b/1.png"]


def test_without_recursion_folders_are_left_out(source, output):
    touch(source / "a.jpg", source / "deep" / "b.jpg")
    assert names(planned(source, output)) == ["a.jpg"]


def test_hidden_and_system_files_are_left_out(source, output):
    touch(source / ".a.jpg", source / "._b.jpg", source / "@eaDir" / "c.jpg")
    touch(source / ".trash" / "d.jpg", source / "Thumbs.db", source / "e.jpg")
    assert names(planned(source, output, recursive=True)) == ["e.jpg"]


def test_patterns_choose_files_whatever_their_case(source, output):
    touch(source / "A.JPG", source / "b.png", source / "2024" / "c.jpg", source / "2024" / "d.png")
    options = {"recursive": True}
    assert names(planned(source, output, include=("*.jpg",), **options)) == ["A.JPG", "2024/c.jpg"]
    assert names(planned(source, output, exclude=("2024/*",), **options)) == ["A.JPG", "b.png"]
    both = planned(source, output, include=("2024/*",), exclude=("*.png",), **options)
    assert names(both) == ["2024/c.jpg"]


def test_what_is_no_picture_is_taken_only_if_it_is_asked_for(source, output):
    touch(source / "notes.txt", source / "a.jpg")
    assert names(planned(source, output)) == ["a.jpg"]
    assert names(planned(source, output, include=("notes*",))) == ["notes.txt"]


@pytest.mark.parametrize(
    ("source", "output"), [("loop", "out"), ("loop/a.jpg", "out"), ("in", "loop"), ("in", "loop/b")]
)
def test_a_link_that_leads_to_itself_is_told(tmp_path, source, output):
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    touch(tmp_path / "in" / "a.jpg")
    with pytest.raises((PlanError, BatchError), match=r"loop.* cannot be read"):
        planned(tmp_path / source, tmp_path / output)


def test_a_folder_that_goes_while_it_is_listed_is_named(source, output, monkeypatch):
    touch(source / "a.jpg", source / "b" / "c.jpg", source / "d" / "e.jpg")

    def then_gone(entry):
        is_folder = entry.is_dir()
        if entry.name == "b":
            shutil.rmtree(entry.path)
        return is_folder

    monkeypatch.setattr(plan, "_is_folder", then_gone)
    found = planned(source, output, recursive=True)
    assert names(found) == ["a.jpg", "d/e.jpg"]
    (problem,) = found.problems
    assert problem == f"The folder {source / 'b'} cannot be read: No such file or directory."


def test_a_loop_of_links_ends(source, output):
    touch(source / "a" / "b.jpg")
    (source / "a" / "up").symlink_to(source)
    (source / "self").symlink_to(source / "self")
    assert names(planned(source, output, recursive=True)) == ["a/b.jpg"]


def test_a_link_to_a_file_is_followed_and_a_broken_one_is_not_lost(source, output, tmp_path):
    touch(tmp_path / "elsewhere.jpg")
    (source / "link.jpg").symlink_to(tmp_path / "elsewhere.jpg")
    (source / "broken.jpg").symlink_to(tmp_path / "gone.jpg")
    assert names(planned(source, output)) == ["broken.jpg", "link.jpg"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders here")
def test_a_pipe_that_would_never_end_is_left_out(source, output):
    os.mkfifo(source / "pipe.jpg")
    assert names(planned(source, output)) == []


def test_an_output_folder_inside_the_source_is_left_out(source):
    touch(source / "a.jpg", source / "out" / "a.jpg")
    assert names(planned(source, source / "out", recursive=True)) == ["a.jpg"]


def test_results_beside_their_sources_are_no_sources_later(source):
    touch(source / "a.jpg", source / "a_restored.jpg")
    with Journal(source) as journal:
        journal.append(Entry("a.jpg", "done", target="a_restored.jpg"))
    assert names(planned(source, source, template=Template("{name}_restored.{ext}"))) == ["a.jpg"]


def test_the_originals_are_no_place_for_results(source):
    touch(source / "a.jpg", source / "a_x2.jpg")
    with pytest.raises(PlanError, match=r"original a\.jpg"):
        planned(source, source)
    template = Template("{name}_x2.{ext}")
    with pytest.raises(PlanError, match=r"original a_x2\.jpg"):
        planned(source, source, template=template, existing="replace")
    assert len(planned(source, source, template=template, existing="number").items) == 2


def test_the_originals_are_found_behind_links_too(source, tmp_path):
    touch(source / "a.jpg")
    (tmp_path / "link").symlink_to(source)
    with pytest.raises(PlanError, match="original"):
        planned(source, tmp_path / "link")


def test_two_results_of_one_name_are_told_before_the_start(source, output):
    touch(source / "a.gif", source / "a.png")
    options = {"include": ("a.*",)}
    with pytest.raises(PlanError, match=r"a\.gif and a\.png would both become a\.png"):
        planned(source, output, **options)
    numbered = planned(source, output, existing="number", **options)
    assert targets(numbered) == ["a.png", "a-2.png"]


def test_names_that_differ_in_case_clash_where_the_disk_folds_case(source, output, monkeypatch):
    touch(source / "a.jpg", source / "A.jpg")
    if len(os.listdir(source)) == 1:
        pytest.skip("this disk folds case itself")
    assert len(set(targets(planned(source, output)))) == 2
    monkeypatch.setattr("restorer.engine.batch.plan._folds_case", lambda folder: True)
    with pytest.raises(PlanError, match="would both become"):
        planned(source, output)
    assert len({t.lower() for t in targets(planned(source, output, existing="number"))}) == 2


@pytest.mark.parametrize("letter", ["a", "é", "雪", "🏔"])
def test_the_longest_names_are_cut_between_characters(source, output, letter):
    room = 255 - len(".jpg")
    stem = letter * (room // len(letter.encode()))
    touch(source / f"{stem}.jpg")
    plan = planned(source, output, template=Template("{name}_restored_x{scale}.{ext}", 4))
    (target,) = targets(plan)
    assert len(target.encode()) <= 255
    assert target.startswith(letter * 20)
    assert target.endswith("_restored_x4.jpg")


def test_long_names_that_become_one_are_a_clash(source, output):
    touch(source / ("a" * 250 + "1.jpg"), source / ("a" * 250 + "2.jpg"))
    with pytest.raises(PlanError, match="would both become"):
        planned(source, output, template=Template("{name}_restored.{ext}"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{name}_x{size}.{ext}", "{size}"),
        ("photo.{ext}", "needs {name}"),
        ("{name", "cannot be read"),
        ("{name:>9}.{ext}", "between its braces"),
        ("{name!r}.{ext}", "between its braces"),
        ("../{name}.{ext}", "no file may have"),
        ("{name}.gif", "must end in"),
        ("{name}", "must end in"),
    ],
)
def test_names_that_cannot_be_given_are_told(text, words):
    with pytest.raises(PlanError, match=words):
        Template(text)


def test_a_template_names_scale_and_ending():
    assert Template("{name}_x{scale}.{ext}", 2).target("a/b.JPG") == "a/b_x2.JPG"
    assert Template("{name}.webp").target("b.jpg") == "b.webp"
    assert Template().target("b.gif") == "b.png"


def test_files_and_several_folders_may_be_mixed(tmp_path, output):
    touch(tmp_path / "x" / "in" / "1.jpg", tmp_path / "y" / "in" / "1.jpg", tmp_path / "1.jpg")
    sources = (tmp_path / "x" / "in", tmp_path / "y" / "in", tmp_path / "1.jpg")
    assert names(planned(sources, output)) == ["in/1.jpg", "in-2/1.jpg", "1.jpg"]


def test_files_of_one_name_are_told_apart_by_their_folders(tmp_path, output):
    sources = tuple(tmp_path / folder / "1.jpg" for folder in ("x/in", "y/in", "z"))
    touch(*sources, tmp_path / "2.jpg")
    plan = planned((*sources, tmp_path / "2.jpg"), output, existing="number")
    assert names(plan) == ["x/in/1.jpg", "y/in/1.jpg", "z/1.jpg", "2.jpg"]
    assert targets(plan) == ["1.jpg", "1-2.jpg", "1-3.jpg", "2.jpg"]


def test_a_file_and_one_of_a_folder_are_told_apart(source, output, tmp_path):
    touch(source / "1.jpg", source / "x" / "1.jpg", tmp_path / "x" / "1.jpg")
    plan = planned((source, tmp_path / "x" / "1.jpg"), output, recursive=True, existing="number")
    assert len(set(names(plan))) == len(plan.items) == 3
    assert targets(plan) == ["1.jpg", "x/1.jpg", "1-2.jpg"]


def test_the_clash_of_two_files_of_one_name_names_their_folders(tmp_path, output):
    sources = (tmp_path / "x" / "1.jpg", tmp_path / "y" / "1.jpg")
    touch(*sources)
    with pytest.raises(PlanError, match=r"x/1\.jpg and y/1\.jpg would both become 1\.jpg") as error:
        planned(sources, output)
    assert "--" not in str(error.value), "the window says it too"


def test_a_file_that_is_given_twice_is_taken_once(source, output, tmp_path, monkeypatch):
    touch(source / "1.jpg", source / "deep" / "2.jpg")
    (tmp_path / "link").symlink_to(source)
    monkeypatch.chdir(source)
    whole = (source, Path(), source / "deep" / "..", tmp_path / "link", Path("1.jpg"))
    plan = planned(whole, output, recursive=True)
    assert names(plan) == targets(plan) == ["1.jpg", "deep/2.jpg"]
    once = planned((Path("1.jpg"), tmp_path / "link" / "1.jpg", source / "1.jpg"), output)
    assert [item.source for item in once.items] == [source / "1.jpg"]


def test_a_folder_and_one_below_it_take_each_file_once(source, output):
    touch(source / "1.jpg", source / "deep" / "2.jpg")
    plan = planned((source, source / "deep"), output, recursive=True)
    assert targets(plan) == ["in/1.jpg", "in/deep/2.jpg"]


def test_links_to_one_file_are_files_of_their_own(source, output):
    touch(source / "1.jpg")
    (source / "2.jpg").symlink_to(source / "1.jpg")
    assert names(planned((source / "1.jpg", source / "2.jpg"), output)) == ["1.jpg", "2.jpg"]


def test_a_missing_source_is_named(tmp_path, output):
    with pytest.raises(PlanError, match="gone"):
        planned(tmp_path / "gone", output)


def test_a_folder_that_cannot_be_read_is_a_problem_not_the_end(source, output, monkeypatch):
    touch(source / "a.jpg", source / "locked" / "b.jpg")
    scan = os.scandir

    def refuse(path):
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)  # root may read anything
    plan = planned(source, output, recursive=True)
    assert names(plan) == ["a.jpg"]
    assert "locked cannot be read" in plan.problems[0]


def test_a_name_that_is_no_unicode_is_planned(source, output):
    path = os.fsencode(source) + b"/\xff.jpg"
    try:
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
    except OSError:
        pytest.skip("this disk takes only Unicode")
    assert targets(planned(source, output)) == [os.fsdecode(b"\xff.jpg")]
