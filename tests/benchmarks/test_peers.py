"""What peers.py does around its measurements: whom it compares, on what, and where it writes."""

import numpy as np
import pytest

from restorer.benchmark.cases import Case
from restorer.models.catalog import open_catalog
from restorer.settings import weights_dir
from tests.benchmarks import peer_costs, peer_quality, peers
from tests.benchmarks.peer_quality import OURS, Method, judge, spread


def case(name):
    clean = np.full((12, 12, 3), 0.5, np.float32)
    return Case(name, clean + np.float32(0.1), clean, 25.0)


def test_a_slow_method_stands_beside_ours_on_the_same_pictures():
    cases = [case("easy"), case("hard"), case("last")]
    methods = [
        Method(OURS, lambda one: one.clean + np.float32(0.1 if one.name == "hard" else 0.01)),
        Method("Slow", lambda one: one.clean + np.float32(0.1), pictures=1),
    ]
    rows = peers.quality_rows(judge(cases, methods, pictures=None), [25.0])
    assert [(title, cells[0].split(" /")[0]) for _, title, cells in rows] == [
        (OURS, "33.33"),
        (f"{OURS}, Slow's 1 picture", "20.00"),
        ("Slow, 1 picture only", "20.00"),
    ]


def test_few_pictures_are_spread_over_the_set():
    assert spread(["a", "a", "b", "c", "d", "e", "f"], 2) == ["b", "e"]
    assert spread(["a", "a", "b"], None) == spread(["a", "a", "b"], 9) == ["a", "b"]


def test_methods_that_are_not_installed_are_left_out(monkeypatch):
    monkeypatch.setattr(peer_quality, "optional", lambda name: None)
    monkeypatch.setattr(peer_costs, "optional", lambda name: None)
    assert not peer_quality.others(lambda _: [], lambda _: [], 1)
    names = [candidate.name for candidate in peer_costs.candidates(1)]
    assert names == [OURS, "DnCNN", "FFDNet", "DRUNet"]


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_the_timed_picture_has_the_size_that_is_asked_for(scale):
    height, width, _ = peer_costs.picture_for(scale, 0.3).shape
    assert height * width * scale**2 == pytest.approx(0.3e6, rel=0.02)
    assert scale > 1 or height % 8 == width % 8 == 0


@pytest.mark.parametrize(("value", "text"), [(152.4, "152"), (1.346, "1.35"), (0.02974, "0.0297")])
def test_numbers_have_three_digits(value, text):
    assert peers.significant(value) == text


@pytest.mark.parametrize(("name", "scale"), [("denoiser", 1), ("upscaler-x4", 4)])
def test_the_arithmetic_of_the_shipped_networks_is_that_of_their_cards(name, scale):
    catalog = open_catalog(weights_dir())
    counted = peer_costs.arithmetic(lambda: catalog.load(name), scale)
    assert counted.parameters == catalog.entry(name).parameters
    assert counted.kmac == pytest.approx(catalog.entry(name).kmac_per_px, abs=0.05)
