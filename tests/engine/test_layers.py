import pytest

from restorer.engine import layers, resultfile
from restorer.engine.image import Image
from restorer.engine.photo import FileRestored, Workshop
from restorer.engine.restore import TileDone
from restorer.settings import Settings
from tests.conftest import drawn


@pytest.fixture
def source(tmp_path):
    resultfile.write(Image(drawn(200, 160)), path := tmp_path / "a.png")
    return path


def told_of(workshop, source):
    """Each number in the order in which it came, those of finished tiles too; and the result."""
    told = []
    events = workshop.restore_file(source, watch=lambda px: told.append(("layer", px)))
    for event in events:
        if isinstance(event, TileDone):
            told.append(("tile", event.done_px))
        if isinstance(event, FileRestored):
            return told, event.target
    raise AssertionError("restore_file ends with FileRestored")


@pytest.mark.parametrize(
    ("settings", "budget_mib"),
    [
        (Settings(device="cpu", denoise=20.0), 2),
        (Settings(device="cpu", denoise="off", scale=2), 4),
        (Settings(device="cpu", denoise=20.0, scale=3), 8),
    ],
)
def test_between_tiles_it_is_told_how_far_the_networks_are(
    source, tiny_weights, monkeypatch, settings, budget_mib
):
    monkeypatch.setattr("restorer.engine.device.CPU_BUDGET_BYTES", budget_mib << 20)
    workshop = Workshop.open(settings, tiny_weights)
    told, _ = told_of(workshop, source)
    pixels = [px for _, px in told]
    assert pixels == sorted(pixels)
    assert pixels[-1] == 200 * 160 * settings.scale**2
    kinds = "".join(kind[0] for kind, _ in told).split("t")
    assert kinds.pop() == "", "after the last tile there is nothing to tell"
    assert len(kinds) > 1, "there are several tiles"
    assert len(set(kinds)) == 1, "and of each layer in each"
    assert len(kinds[0]) > 3


def test_a_tiles_last_layer_is_its_end(source, tiny_weights):
    told, _ = told_of(Workshop.open(Settings(device="cpu", denoise=20.0), tiny_weights), source)
    assert told[-2:] == [("layer", 200 * 160), ("tile", 200 * 160)]


def test_watching_changes_no_pixel_and_leaves_nothing_behind(source, tiny_weights):
    workshop = Workshop.open(Settings(device="cpu", denoise=20.0, scale=2), tiny_weights)
    (*_, plain) = workshop.restore_file(source)
    told, target = told_of(workshop, source)
    assert told
    assert target.read_bytes() == plain.target.read_bytes()
    assert not any(layer._forward_hooks for layer in layers._layers(workshop.networks()))


def test_where_no_network_has_to_work_there_is_nothing_to_tell(source, tiny_weights):
    for settings in (Settings(device="cpu", denoise="off"), Settings(device="cpu", denoise=0.0)):
        told, target = told_of(Workshop.open(settings, tiny_weights), source)
        assert told == [("tile", 200 * 160)]
        assert target.exists()
