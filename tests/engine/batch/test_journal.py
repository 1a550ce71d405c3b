import errno
import io
import os

import pytest

from restorer.engine.batch import journal
from restorer.engine.batch.journal import JOURNAL_NAME, Entry, Heading, Journal
from restorer.errors import BatchError

ENTRIES = [
    Entry("a.jpg", "started", key="k1", target="a.jpg"),
    Entry("a.jpg", "done", key="k1", target="a.jpg", megapixels=1.5, size_bytes=10),
    Entry("ü/\udcff.jpg", "started", key="k2", target="ü/\udcff.jpg"),
    Entry("c.jpg", "failed", reason="It is damaged."),
]


@pytest.fixture
def written(tmp_path):
    with Journal(tmp_path) as writing:
        writing.begin(Heading("1", "now", ("in",), "{}", {"denoiser": "0123"}))
        for entry in ENTRIES:
            writing.append(entry)
    return tmp_path


def test_what_is_written_comes_back(written):
    history = journal.read(written)
    assert list(history.entries.values()) == ENTRIES[1:]
    assert history.heading.sources == ("in",)
    assert history.results(written) == {written / "a.jpg", written / "ü" / "\udcff.jpg"}


def test_truncated_at_every_byte_it_tells_all_whole_lines_and_goes_on(written):
    path = written / JOURNAL_NAME
    whole = path.read_bytes()
    later = Entry("later.jpg", "done")
    for length in range(len(whole) + 1):
        path.write_bytes(whole[:length])
        complete = whole[:length].count(b"\n") - 1  # but for the heading
        if whole[length : length + 1] == b"\n":
            complete += 1
        expected = {entry.name: entry for entry in ENTRIES[: max(0, complete)]}
        assert journal.read(written).entries == expected
        if length % 7 == 0:  # each append is on the disk, which takes its time
            with Journal(written) as writing:
                writing.append(later)
            assert journal.read(written).entries == expected | {"later.jpg": later}


@pytest.mark.parametrize(
    "garbage",
    [b"\0" * 512, b"[1]\n", b"5\n", b'{"name": 1, "state": "done"}\n', b'{"name": "a"}\n',
     b'{"name": "a", "state": "flown"}\n', b"\xff\xfe\n", b"[" * 100_000 + b"\n",
     b'{"batch": 3}\n'],
)  # fmt: skip
def test_what_a_crash_leaves_is_passed_over(written, garbage):
    with (written / JOURNAL_NAME).open("ab") as file:
        file.write(garbage)
    with Journal(written) as writing:
        writing.append(Entry("later.jpg", "done"))
    assert list(journal.read(written).entries) == ["a.jpg", "ü/\udcff.jpg", "c.jpg", "later.jpg"]


def test_crashes_are_counted_until_the_file_ends(tmp_path):
    with Journal(tmp_path) as writing:
        for state in ("started", "crashed", "started", "crashed"):
            writing.append(Entry("a.jpg", state))
        assert journal.read(tmp_path).crashes == {"a.jpg": 2}
        writing.append(Entry("a.jpg", "failed"))
    assert journal.read(tmp_path).crashes == {}


def history_of(folder, *entries):
    with Journal(folder) as writing:
        for entry in entries:
            writing.append(entry)
    return journal.read(folder)


def test_files_of_one_name_are_kept_apart(tmp_path):
    one = Entry("a.jpg", "done", source="/x/a.jpg", target="a.jpg")
    other = Entry("a.jpg", "failed", source="/y/a.jpg", reason="It is damaged.")
    history = history_of(tmp_path, one, other)
    assert history.entries == {"/x/a.jpg": one, "/y/a.jpg": other}
    assert history.file("/x/a.jpg", "a.jpg") == "/x/a.jpg"
    assert history.file("/z/a.jpg", "a.jpg") == "/y/a.jpg", "it may have moved"


@pytest.mark.parametrize("state", ["skipped", "failed"])
def test_what_is_known_of_a_result_outlives_a_later_run_without_one(tmp_path, state):
    done = Entry("a.jpg", "done", source="/x/a.jpg", target="a.jpg", size_bytes=10)
    later = Entry("a.jpg", state, source="/x/a.jpg", target="a.jpg", reason="It is there.")
    history = history_of(tmp_path, done, later)
    assert history.entries["/x/a.jpg"] == later
    assert history.done["/x/a.jpg"] == done


def test_what_was_begun_stays_so_when_it_is_skipped_later(tmp_path):
    begun = Entry("a.jpg", "started", source="/x/a.jpg", target="a.jpg")
    skipped = Entry("a.jpg", "skipped", source="/x/a.jpg", target="a.jpg")
    assert history_of(tmp_path, begun, skipped).begun == {"/x/a.jpg": begun}
    failed = Entry("a.jpg", "failed", source="/x/a.jpg", target="a.jpg")
    assert history_of(tmp_path, failed).begun == {}


def test_a_file_that_stood_in_the_way_is_no_result(tmp_path):
    skipped = Entry("a.jpg", "skipped", source="/x/a.jpg", target="a_restored.jpg")
    assert history_of(tmp_path, skipped).results(tmp_path) == set()


def test_lines_of_older_journals_find_their_files(tmp_path, monkeypatch):
    """Files stood there as they were given, and crashes with nothing but a name."""
    monkeypatch.chdir(tmp_path)
    started = Entry("a.jpg", "started", source="pictures/a.jpg", target="a.jpg")
    history = history_of(tmp_path, started, Entry("a.jpg", "crashed"))
    file = str(tmp_path / "pictures" / "a.jpg")
    assert history.crashes == {file: 1}
    assert history.entries[file].target == "a.jpg"
    assert history.in_hand == set()


def test_a_part_of_a_journal_can_be_read(written):
    middle = journal.size(written)
    with Journal(written) as writing:
        writing.append(Entry("later.jpg", "done"))
    assert list(journal.read(written, start=middle).entries) == ["later.jpg"]
    assert "later.jpg" not in journal.read(written, end=middle).entries
    assert "c.jpg" in journal.read(written, end=middle).entries


def test_every_line_is_on_the_disk_before_the_work_goes_on(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", lambda number: synced.append(os.fstat(number).st_size))
    with Journal(tmp_path) as writing:
        for entry in ENTRIES:
            writing.append(entry)
            assert synced[-1] == journal.size(tmp_path)
    assert len(synced) == len(ENTRIES)


def test_two_batches_into_one_folder_are_one_too_many(tmp_path):
    with (
        Journal(tmp_path),
        pytest.raises(BatchError, match="Another Restorer"),
        Journal(tmp_path, patience_s=0),
    ):
        pass
    with Journal(tmp_path, patience_s=0):
        pass


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BatchError, match="may not be written to"), Journal(tmp_path / "file"):
        pass


def test_half_a_line_on_a_full_disk_does_not_spoil_the_next(written):
    class Full(io.FileIO):
        room = 20

        def write(self, content):
            if self.room == 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            taken = bytes(content)[: self.room]
            self.room -= len(taken)
            return super().write(taken)

    with Journal(written) as writing:
        writing._file.close()
        writing._file = Full(written / JOURNAL_NAME, "ab")
        with pytest.raises(BatchError, match="go on later"):
            writing.append(Entry("lost.jpg", "done"))
        writing._file.room = 10_000
        writing.append(Entry("later.jpg", "done"))
    entries = journal.read(written).entries
    assert "lost.jpg" not in entries
    assert "later.jpg" in entries
