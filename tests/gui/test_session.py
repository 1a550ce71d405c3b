import os
from dataclasses import replace

import numpy as np
import pytest
import torch

from restorer.engine import imagefile
from restorer.engine.tiling import Box
from restorer.gui import visits
from restorer.gui.layers import Layer
from restorer.settings import Saving
from restorer.worker.protocol import JobFailed, RestorePhoto, ResultStarted, SavePhoto
from tests.gui.conftest import open_and_restore, write_photo

OPTIONS = Saving()


def restorations(client):
    return [request for request in client.sent if isinstance(request, RestorePhoto)]


def test_an_opened_photo_is_restored_without_being_asked(session, client, photo_file):
    session.open([photo_file])
    assert session.opening == photo_file
    client.step()
    assert session.photo.name == "photo.png"
    assert session.opening is None
    client.work()
    assert session.is_complete
    assert session.noise is not None
    assert session.progress is None


def test_what_is_looked_at_goes_along_with_the_wish(session, client, photo_file):
    session.open([photo_file])
    client.step()
    session.look_at(Box(10, 20, 30, 40))
    session.restore()
    assert restorations(client)[-1].view == Box(10, 20, 30, 40)


def test_a_changed_setting_cancels_and_starts_anew(session, client, photo_file):
    session.open([photo_file])
    client.step()
    first = restorations(client)[-1]
    session.change(replace(session.settings, denoise=20.0))
    second = restorations(client)[-1]
    assert second.job > first.job
    assert second.settings.denoise == 20.0
    client.work()
    assert session.is_complete
    assert client._cancelled.value == first.job


def test_a_dragged_slider_waits_until_it_rests(qtbot, session, client, photo_file):
    open_and_restore(session, client, photo_file)
    before = len(restorations(client))
    for strength in (11.0, 12.0, 13.0):
        session.change(replace(session.settings, denoise=strength), gesture="strength")
    assert len(restorations(client)) == before
    qtbot.waitUntil(lambda: len(restorations(client)) == before + 1)
    assert restorations(client)[-1].settings.denoise == 13.0


def test_blending_needs_no_network(qtbot, session, client, photo_file):
    open_and_restore(session, client, photo_file)
    before = len(client.sent)
    with qtbot.waitSignal(session.blend_changed, timeout=0):
        session.change(replace(session.settings, keep_grain=0.5))
    assert len(client.sent) == before
    assert session.layers.keep_grain == 0.5


def test_keeping_all_noise_gives_the_photo_back(session, client, photo_file):
    open_and_restore(session, client, photo_file)
    session.change(replace(session.settings, keep_grain=1.0, keep_colour_noise=1.0))
    whole = session.layers.extent
    after = session.layers.pixels(Layer.AFTER, 0, whole)
    np.testing.assert_array_equal(after, session.layers.pixels(Layer.BEFORE, 0, whole))


def test_settings_are_undone_and_redone_gesture_by_gesture(session):
    start = session.settings
    for strength in (1.0, 2.0, 3.0):
        session.change(replace(session.settings, denoise=strength), gesture="strength")
    session.end_gesture()
    session.change(replace(session.settings, scale=2))
    session.undo()
    assert (session.settings.denoise, session.settings.scale) == (3.0, 1)
    session.undo()
    assert session.settings == start
    assert not session.can_undo
    session.redo()
    session.redo()
    assert (session.settings.denoise, session.settings.scale) == (3.0, 2)
    assert not session.can_redo


def test_stopping_leaves_what_is_done_and_is_not_whole(session, client, photo_file):
    session.open([photo_file])
    client.step()
    session.cancel()
    client.work()
    assert session.progress is None
    assert not session.is_complete
    assert not session.is_unsaved
    session.restore()
    client.work()
    assert session.is_complete


def test_a_result_is_saved_with_its_settings(session, client, photo_file, tmp_path):
    session.change(replace(session.settings, scale=2, denoise=20.0))
    open_and_restore(session, client, photo_file)
    assert session.is_unsaved
    session.save(tmp_path / "out.png", OPTIONS)
    client.work()
    assert imagefile.read(tmp_path / "out.png").samples.shape == (600, 800, 3)
    assert session.saved_as == tmp_path / "out.png"
    assert not session.is_unsaved
    session.change(replace(session.settings, keep_grain=0.5))
    assert session.is_unsaved


def test_saving_waits_for_the_whole_result(session, client, photo_file, tmp_path):
    session.open([photo_file])
    client.step()
    session.save(tmp_path / "out.png", OPTIONS)
    assert not any(isinstance(request, SavePhoto) for request in client.sent)
    client.work()
    assert (tmp_path / "out.png").exists()


def test_saving_onto_the_original_is_refused_in_words(session, client, photo_file):
    before = photo_file.read_bytes()
    open_and_restore(session, client, photo_file)
    session.save(photo_file, OPTIONS)
    client.work()
    assert "original" in session.trouble.text
    assert photo_file.read_bytes() == before
    assert session.is_unsaved


def test_a_bad_file_leaves_the_open_photo_open(session, client, photo_file, tmp_path):
    open_and_restore(session, client, photo_file)
    bad = tmp_path / "bad.jpg"
    bad.write_text("not a picture")
    session.open([bad])
    client.work()
    assert "bad.jpg is not a picture" in session.trouble.text
    assert session.opening is None
    assert session.photo.name == "photo.png"
    assert session.is_complete


def test_a_bad_file_in_the_middle_of_a_restoration_lets_it_go_on(
    session, client, photo_file, tmp_path
):
    session.open([photo_file])
    client.step()
    bad = tmp_path / "bad.jpg"
    bad.write_text("not a picture")
    session.open([bad])
    client.work()
    assert session.is_complete
    assert "bad.jpg" in session.trouble.text


def test_a_folder_without_photos_is_told(session, tmp_path):
    session.open([tmp_path])
    assert "no photos" in session.trouble.text


def test_the_photos_of_a_folder_are_turned_over_in_natural_order(session, client, tmp_path):
    for name in ("b10.png", "b2.png", "b1.png", ".hidden.png"):
        write_photo(tmp_path / "many" / name, 64, 48)
    (tmp_path / "many" / "notes.txt").write_text("not a photo")
    open_and_restore(session, client, tmp_path / "many" / "b2.png")
    assert session.place == (2, 3)
    session.open_neighbour(1)
    client.work()
    assert session.photo.name == "b10.png"
    session.open_neighbour(1)  # the end
    assert session.opening is None
    session.open_neighbour(-2)
    client.work()
    assert session.photo.name == "b1.png"


def test_a_dropped_folder_opens_its_first_photo(session, client, tmp_path):
    for name in ("2.png", "1.png"):
        write_photo(tmp_path / "many" / name, 64, 48)
    session.open([tmp_path / "many"])
    client.work()
    assert session.photo.name == "1.png"
    assert session.place == (1, 2)


def test_a_worker_that_dies_is_told_and_the_job_can_be_run_again(session, client, photo_file):
    session.open([photo_file])
    client.step()
    client.work_and_die_after(2)
    assert "ended unexpectedly" in session.trouble.text
    assert session.trouble.again == "restore"
    assert session.progress is None
    assert session.photo.name == "photo.png"
    session.restore()
    assert session.trouble is None
    client.work()
    assert session.is_complete


def test_a_worker_that_hangs_is_told(session, client, photo_file):
    session.open([photo_file])
    client.step()
    client.work_and_die_after(2, hung=True)
    assert "stopped answering" in session.trouble.text


def test_a_worker_that_dies_while_saving_says_what_was_not_saved(
    session, client, photo_file, tmp_path, monkeypatch
):
    open_and_restore(session, client, photo_file)
    session.save(tmp_path / "out.png", OPTIONS)
    monkeypatch.setattr(client.server, "handle", lambda _request: None)
    client.work_and_die_after(1)
    assert f"{tmp_path / 'out.png'} was not saved" in session.trouble.text
    assert session.is_unsaved


def test_a_worker_that_dies_while_opening_says_what_was_not_opened(
    session, client, photo_file, monkeypatch
):
    session.open([photo_file])
    monkeypatch.setattr(client.server, "handle", lambda _request: None)
    client.work_and_die_after(1)
    assert "photo.png was not opened" in session.trouble.text
    assert session.opening is None


def test_memory_that_is_full_is_told_and_the_work_goes_on(session, client, photo_file, monkeypatch):
    from restorer.engine import restore

    run, refused = restore._run, []

    def scarce(image, tile, *rest):
        if not refused:
            refused.append(tile)
            raise torch.OutOfMemoryError
        return run(image, tile, *rest)

    monkeypatch.setattr(restore, "_run", scarce)
    session.open([photo_file])
    client.work()
    assert session.is_complete
    assert session.running.stepped_down == "Memory was full: continuing in smaller tiles"


def test_results_that_are_no_longer_wanted_leave_the_cache(session, client, photo_file):
    open_and_restore(session, client, photo_file)
    for strength in (5.0, 10.0, 15.0, 20.0):
        session.change(replace(session.settings, denoise=strength))
        client.work()
    results = [name for name in os.listdir(client.cache) if name.startswith("result-")]
    assert len(results) <= 2


@pytest.mark.parametrize("width", [10_000, 5_000])
def test_a_size_that_cannot_be_reached_is_told(session, client, photo_file, width):
    open_and_restore(session, client, photo_file)
    session.change(replace(session.settings, width=width))
    client.work()
    assert "more than 4 times" in session.trouble.text


def test_a_save_belongs_to_its_photo_whatever_is_opened_next(session, client, tmp_path):
    for name in ("1.png", "2.png"):
        write_photo(tmp_path / "many" / name, 64, 48)
    session.open([tmp_path / "many" / "1.png"])
    client.step()
    session.save(tmp_path / "out.png", OPTIONS)
    assert session.saves.is_waiting
    session.open_neighbour(1)
    client.work()
    assert (tmp_path / "out.png").exists()
    assert session.photo.name == "2.png"
    assert session.saved_as is None
    assert session.is_unsaved
    assert not session.saves.is_busy


def test_a_save_keeps_the_settings_with_which_it_was_asked_for(
    session, client, photo_file, tmp_path
):
    session.open([photo_file])
    client.step()
    session.save(tmp_path / "out.png", OPTIONS)
    session.change(replace(session.settings, scale=2))
    client.work()
    assert imagefile.read(tmp_path / "out.png").samples.shape == (300, 400, 3)
    assert session.layers.scale == 2
    assert session.is_complete
    assert session.is_unsaved
    assert len([name for name in os.listdir(client.cache) if name.startswith("result-")]) == 1


def test_after_a_save_only_the_newest_wish_is_worked_on(
    session, bridge, client, photo_file, tmp_path
):
    session.open([photo_file])
    client.step()
    begun = []
    bridge.event_received.connect(
        lambda event: begun.append(event.job) if isinstance(event, ResultStarted) else None
    )
    first = client.waiting[0].job
    session.save(tmp_path / "out.png", OPTIONS)
    for strength in (5.0, 10.0, 15.0):
        session.change(replace(session.settings, denoise=strength))
    newest = restorations(client)[-1].job
    client.work()
    assert begun == [first, newest]
    assert (tmp_path / "out.png").exists()
    assert session.is_complete


def test_a_whole_result_is_saved_while_another_photo_opens(session, client, tmp_path):
    for name in ("1.png", "2.png"):
        write_photo(tmp_path / "many" / name, 64, 48)
    open_and_restore(session, client, tmp_path / "many" / "1.png")
    session.open_neighbour(1)
    assert session.can_save
    assert session.save(tmp_path / "out.png", OPTIONS)
    client.work()
    assert (tmp_path / "out.png").exists()
    assert session.photo.name == "2.png"


def test_half_a_result_is_not_saved_while_another_photo_opens(session, client, tmp_path):
    for name in ("1.png", "2.png"):
        write_photo(tmp_path / "many" / name, 64, 48)
    session.open([tmp_path / "many" / "1.png"])
    client.step()
    session.open_neighbour(1)
    assert not session.can_save


def test_settings_that_change_while_a_broken_photo_opens_hold_for_the_old_one(
    session, client, tmp_path
):
    write_photo(tmp_path / "many" / "1.png", 64, 48)
    (tmp_path / "many" / "2.png").write_text("broken")
    open_and_restore(session, client, tmp_path / "many" / "1.png")
    session.open_neighbour(1)
    session.change(replace(session.settings, scale=2))
    assert not session.can_save
    client.work()
    assert session.photo.name == "1.png"
    assert session.is_complete
    assert session.layers.scale == 2


def test_two_files_may_wait_for_one_result(session, client, photo_file, tmp_path):
    session.open([photo_file])
    client.step()
    for name in ("out.png", "out.jpg", "out.png"):
        session.save(tmp_path / name, OPTIONS)
    client.work()
    assert (tmp_path / "out.png").exists()
    assert (tmp_path / "out.jpg").exists()
    assert sum(isinstance(request, SavePhoto) for request in client.sent) == 2


def test_a_save_whose_restoration_fails_is_told(session, client, photo_file, tmp_path):
    session.open([photo_file])
    client.step()
    job = client.waiting[0].job
    session.save(tmp_path / "out.png", OPTIONS)
    session.change(replace(session.settings, scale=2))  # another restoration is the newest
    client.waiting.pop(0)
    session._bridge.event_received.emit(JobFailed(job, "The disk is full.", ""))
    assert session.trouble.text == "out.png was not saved. The disk is full."
    assert not session.saves.is_busy


def fail(session, client):
    """The first request ends with a failure."""
    job = client.waiting.pop(0).job
    session._bridge.event_received.emit(JobFailed(job, "There is not enough memory.", ""))


def die(_session, client):
    client.work_and_die_after(2)


@pytest.mark.parametrize("interrupt", [fail, die])
def test_a_save_is_taken_up_when_its_restoration_is_tried_again(
    session, client, photo_file, tmp_path, interrupt
):
    session.open([photo_file])
    client.step()
    session.save(tmp_path / "out.png", OPTIONS)
    interrupt(session, client)
    assert "out.png was not saved" in session.trouble.text
    assert not session.saves.is_busy
    session.run_again()
    client.work()
    assert (tmp_path / "out.png").exists()
    assert session.trouble is None


@pytest.mark.parametrize("goes_on", [False, True])
def test_a_save_is_taken_up_although_another_photo_is_being_opened(
    session, client, photo_file, tmp_path, goes_on
):
    write_photo(photo_file.with_name("z.png"), 300, 200)
    session.open([photo_file])
    client.step()
    session.save(tmp_path / "out.png", OPTIONS)
    session.open_neighbour(1)
    fail(session, client)
    session.run_again()
    assert session.opening is None
    if goes_on:
        session.open_neighbour(1)
    client.work()
    assert (tmp_path / "out.png").exists()
    assert not session.saves.is_busy
    assert session.photo.name == ("z.png" if goes_on else photo_file.name)


def test_a_save_that_was_interrupted_does_not_come_with_other_settings(
    session, client, photo_file, tmp_path
):
    session.open([photo_file])
    client.step()
    session.save(tmp_path / "out.png", OPTIONS)
    fail(session, client)
    session.change(replace(session.settings, scale=2))
    session.change(replace(session.settings, scale=1))
    client.work()
    assert not (tmp_path / "out.png").exists()


def test_stopping_says_what_is_not_saved(session, client, photo_file, tmp_path):
    session.open([photo_file])
    client.step()
    session.save(tmp_path / "out.png", OPTIONS)
    session.cancel()
    client.work()
    assert "out.png was not saved" in session.trouble.text
    assert not (tmp_path / "out.png").exists()
    assert not session.saves.is_busy


def test_saving_within_a_drag_saves_what_the_slider_shows(session, client, photo_file, tmp_path):
    open_and_restore(session, client, photo_file)
    session.change(replace(session.settings, denoise=60.0), gesture="strength")
    assert not session.is_complete
    session.save(tmp_path / "out.png", OPTIONS)
    client.work()
    assert session.is_complete
    assert not session.is_unsaved
    assert client.sent[-1].settings.denoise == 60.0


def test_a_control_that_is_moved_while_a_photo_opens_starts_no_job_for_the_old_one(
    session, client, tmp_path
):
    for name in ("1.png", "2.png"):
        write_photo(tmp_path / "many" / name, 64, 48)
    open_and_restore(session, client, tmp_path / "many" / "1.png")
    before = len(restorations(client))
    session.open_neighbour(1)
    session.change(replace(session.settings, denoise=20.0))
    session.restore()
    assert len(restorations(client)) == before
    client.work()
    assert len(restorations(client)) == before + 1
    assert session.photo.name == "2.png"


def test_opening_can_be_stopped(session, client, photo_file):
    session.open([photo_file])
    assert session.progress is not None
    session.cancel()
    client.work()
    assert session.opening is None
    assert session.progress is None


def test_a_broken_photo_can_be_stepped_over(session, client, tmp_path):
    for name in ("1.png", "3.png"):
        write_photo(tmp_path / "many" / name, 64, 48)
    (tmp_path / "many" / "2.png").write_text("broken")
    open_and_restore(session, client, tmp_path / "many" / "1.png")
    session.open_neighbour(1)
    client.work()
    assert "2.png" in session.trouble.text
    session.open_neighbour(1)
    client.work()
    assert session.photo.name == "3.png"


def leaf(session, client, step):
    """To the neighbour, and until nothing is left to do."""
    session.open_neighbour(step)
    client.work()


@pytest.fixture
def two_photos(session, client, tmp_path, monkeypatch):
    """The first of two open and restored, on a disk with room."""
    monkeypatch.setattr(visits, "LEAST_FREE_BYTES", 0)
    for name in ("1.png", "2.png"):
        write_photo(tmp_path / "two" / name, 64, 48)
    open_and_restore(session, client, tmp_path / "two" / "1.png")
    return tmp_path / "two"


def test_leafing_back_brings_the_result_without_work(session, client, two_photos):
    first, noise = session.layers, session.noise
    leaf(session, client, 1)
    asked = len(client.sent)
    session.open_neighbour(-1)
    assert session.photo.name == "1.png"
    assert session.layers is first
    assert session.noise is noise
    assert session.is_complete
    assert session.is_unsaved
    assert session.progress is None
    assert len(client.sent) == asked
    session.save(two_photos / "out.png", OPTIONS)
    client.work()
    assert imagefile.read(two_photos / "out.png").samples.shape == (48, 64, 3)


def test_a_photo_that_comes_back_is_restored_as_is_wanted_now(session, client, two_photos):
    leaf(session, client, 1)
    session.change(replace(session.settings, scale=2, keep_grain=0.5))
    client.work()
    session.open_neighbour(-1)
    assert not session.is_complete
    client.work()
    assert session.is_complete
    assert (session.layers.scale, session.layers.keep_grain) == (2, 0.5)


def test_a_photo_that_was_changed_meanwhile_is_read_anew(session, client, two_photos):
    leaf(session, client, 1)
    write_photo(two_photos / "1.png", 80, 48)
    leaf(session, client, -1)
    assert session.photo.width == 80
    assert session.is_complete


def test_a_photo_that_comes_back_while_another_opens_stays(session, client, two_photos):
    leaf(session, client, 1)
    write_photo(two_photos / "3.png", 64, 48)
    session.open([two_photos / "3.png"])
    session.open([two_photos / "1.png"])
    assert session.photo.name == "1.png"
    client.work()
    assert session.photo.name == "1.png"
    assert session.is_complete
    assert session.opening is None


def test_a_step_on_and_straight_back_changes_nothing(session, client, two_photos):
    session.save(two_photos / "out.png", OPTIONS)
    client.work()
    before, asked = session.layers, len(restorations(client))
    session.open_neighbour(1)
    session.open_neighbour(-1)
    assert session.opening is None
    assert session.progress is None
    client.work()
    assert session.photo.name == "1.png"
    assert session.layers is before
    assert session.is_complete
    assert session.saved_as == two_photos / "out.png"
    assert not session.is_unsaved
    assert len(restorations(client)) == asked
    session.open_neighbour(1)  # the folder goes on from here
    assert session.opening == two_photos / "2.png"


def test_a_photo_that_was_half_done_goes_on_after_a_step_on_and_back(session, client, two_photos):
    session.change(replace(session.settings, scale=2))
    session.open_neighbour(1)
    session.open_neighbour(-1)
    client.work()
    assert session.photo.name == "1.png"
    assert session.is_complete
    assert session.layers.scale == 2
    assert len(photos_in_cache(client)) == 1


def test_a_broken_photo_takes_nothing_from_the_one_before(session, client, two_photos):
    (two_photos / "2.png").write_text("broken")
    before = session.layers
    leaf(session, client, 1)
    assert "2.png" in session.trouble.text
    leaf(session, client, -1)
    assert session.layers is before
    assert session.trouble is None
    assert session.place == (1, 2)


def test_a_photo_that_was_changed_while_the_next_one_opened_is_read_anew(
    session, client, two_photos
):
    session.open_neighbour(1)
    write_photo(two_photos / "1.png", 80, 48)
    leaf(session, client, -1)
    assert session.photo.width == 80
    assert session.is_complete


def test_half_a_result_does_not_come_back(session, client, two_photos):
    session.change(replace(session.settings, scale=2))
    session.open_neighbour(1)
    client.work()
    session.open_neighbour(-1)
    assert session.opening is not None
    client.work()
    assert session.is_complete


def test_what_was_saved_meanwhile_is_known_to_be(session, client, two_photos):
    session.save(two_photos / "out.png", OPTIONS)
    session.open_neighbour(1)
    client.work()
    session.open([two_photos / "1.png"])
    assert not session.is_unsaved
    assert session.saved_as is None  # how it was exported is not known any more


def test_a_save_that_waits_is_done_though_another_photo_comes_back(session, client, two_photos):
    session.open_neighbour(1)
    client.step()
    session.save(two_photos / "out.png", OPTIONS)
    session.open_neighbour(-1)
    assert session.is_complete
    client.work()
    assert (two_photos / "out.png").exists()
    assert session.photo.name == "1.png"
    assert session.is_complete
    assert session.trouble is None


def photos_in_cache(client):
    return [name for name in os.listdir(client.cache) if name.startswith("photo-")]


def test_leafing_through_a_folder_leaves_few_photos_in_the_cache(
    session, client, tmp_path, monkeypatch
):
    monkeypatch.setattr(visits, "LEAST_FREE_BYTES", 0)
    for number in range(8):
        write_photo(tmp_path / "many" / f"{number}.png", 64, 48)
    open_and_restore(session, client, tmp_path / "many" / "0.png")
    for _ in range(7):
        leaf(session, client, 1)
    assert session.photo.name == "7.png"
    assert len(photos_in_cache(client)) == 1 + visits.MOST_VISITS
    monkeypatch.setattr(visits, "MOST_BYTES", 0)
    leaf(session, client, -1)
    assert len(photos_in_cache(client)) == 1


def test_photos_that_are_skipped_leave_nothing_in_the_cache(session, client, tmp_path, monkeypatch):
    monkeypatch.setattr(visits, "MOST_VISITS", 0)
    for number in range(6):
        write_photo(tmp_path / "many" / f"{number}.png", 64, 48)
    open_and_restore(session, client, tmp_path / "many" / "0.png")
    for _ in range(3):
        session.open_neighbour(1)
    client.work()
    leaf(session, client, 1)
    assert session.photo.name == "4.png"
    assert len(photos_in_cache(client)) == 1


def test_opening_that_was_lost_can_be_run_again(session, client, photo_file, monkeypatch):
    session.open([photo_file])
    with monkeypatch.context() as patched:
        patched.setattr(client.server, "handle", lambda _request: None)
        client.work_and_die_after(1)
    assert session.trouble.again == "open"
    session.run_again()
    client.work()
    assert session.is_complete
