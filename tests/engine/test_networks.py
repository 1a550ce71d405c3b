import copy
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image as PillowImage

from restorer.benchmark.cases import as_jpeg
from restorer.benchmark.scene import draw_scene
from restorer.engine.device import ladder
from restorer.engine.loaded import Models
from restorer.engine.networks import Networks
from restorer.engine.photo import FileRestored, Workshop
from restorer.models.catalog import Catalog, open_catalog, write_catalog
from restorer.models.coarse_grain import CoarseGrainDenoiser
from restorer.settings import Settings, weights_dir
from tests.conftest import drawn


@pytest.fixture
def networks(tiny_denoiser):
    deblocker, degrainer = (copy.deepcopy(tiny_denoiser) for _ in range(2))
    return Networks(tiny_denoiser, None, deblocker, degrainer)


def test_each_kind_of_noise_has_its_network(networks):
    assert networks.suited_to("fine") is networks
    coarse = networks.suited_to("coarse").denoiser
    assert isinstance(coarse, CoarseGrainDenoiser)
    assert coarse.denoiser is networks.degrainer
    assert networks.suited_to("jpeg").denoiser is networks.deblocker


def test_alone_the_denoiser_takes_blocks_for_noise_and_coarse_grain_too(tiny_denoiser):
    alone = Networks(tiny_denoiser, None)
    assert alone.suited_to("jpeg") == alone
    assert alone.suited_to("coarse").denoiser.denoiser is tiny_denoiser


def test_an_own_denoiser_is_the_degrainer_too_unless_there_is_one(tiny_weights, tmp_path):
    entries = open_catalog(tiny_weights).entries
    for name, missing in (("both", ""), ("one", "degrainer"), ("none", "denoiser degrainer")):
        own = tmp_path / name
        shutil.copytree(tiny_weights, own)
        left = tuple(entry for entry in entries if entry.name not in missing.split())
        write_catalog(Catalog(own, left))
        models, shipped = Models(own), open_catalog(weights_dir()).entry("degrainer")
        expected = {
            "both": open_catalog(own).entry,
            "one": lambda _, own=own: open_catalog(own).entry("denoiser"),
            "none": lambda _, shipped=shipped: shipped,
        }[name]("degrainer")
        assert models.checksum("degrainer") == expected.sha256
        assert (models.degrainer() is models.denoiser()) == (name == "one")


def test_pictures_are_tried_with_the_shipped_degrainer_whatever_weights_one_has(tiny_weights):
    shipped = Models(weights_dir())
    assert shipped.estimators().trial is shipped.degrainer()
    own = Models(tiny_weights)
    tried, worked = own.estimators().trial, own.degrainer()
    assert own.estimators().trial is tried is not worked
    for name, weights in shipped.degrainer().named_parameters():
        assert torch.equal(tried.get_parameter(name), weights)


@pytest.mark.parametrize("kind", ["fine", "coarse", "jpeg"])
def test_denoising_that_is_off_stays_off(networks, tiny_upscalers, kind):
    off = Networks(None, tiny_upscalers[2], networks.deblocker)
    assert off.suited_to(kind).denoiser is None


@pytest.mark.parametrize("denoise", ["auto", 20.0])
def test_a_strong_jpeg_goes_through_the_deblocker(tiny_weights, tmp_path, denoise):
    """Also at a strength that somebody has chosen."""
    photo = tmp_path / "web.jpg"
    PillowImage.fromarray(drawn(90, 70)).save(photo, quality=20)
    workshop = Workshop.open(Settings(denoise=denoise), tiny_weights)
    image = workshop.read(photo).image
    restoration = workshop.restoration(image)
    assert restoration.networks.denoiser is workshop.models.deblocker()
    list(restoration.run(ladder("cpu")))
    networks = Networks(workshop.models.denoiser(), None)
    by_the_denoiser = replace(restoration, networks=networks, out=np.empty_like(restoration.out))
    list(by_the_denoiser.run(ladder("cpu")))
    assert not np.array_equal(restoration.out, by_the_denoiser.out)


def test_own_weights_go_with_the_shipped_deblocker(tiny_weights, tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    entries = [entry for entry in open_catalog(tiny_weights).entries if entry.name != "deblocker"]
    write_catalog(Catalog(own, tuple(entries)))
    for entry in entries:
        shutil.copy(tiny_weights / entry.file, own)
    shipped = open_catalog(weights_dir()).denoiser("deblocker").state_dict()
    found = Workshop.open(Settings(), own).networks().deblocker
    assert found is not None
    torch.testing.assert_close(dict(found.state_dict()), dict(shipped))


def test_another_deblocker_means_another_result(tiny_weights):
    assert "deblocker" in Workshop.open(Settings(), tiny_weights).checksums()
    assert "deblocker" not in Workshop.open(Settings(denoise="off"), tiny_weights).checksums()


@pytest.mark.parametrize("mode", ["L", "LA", "RGBA"])
def test_a_picture_that_was_a_strong_jpeg_is_recognized_in_every_mode(tmp_path, mode):
    """By its pixels, through the whole program."""
    source, target = tmp_path / "anew.png", tmp_path / "clean.png"
    compressed = as_jpeg(draw_scene().crop((100, 50, 740, 530)), 25)
    PillowImage.fromarray(compressed.samples).convert(mode).save(source)
    *_, done = Workshop.open(Settings(), weights_dir()).restore_file(source, target)
    assert isinstance(done, FileRestored)
    assert done.noise is not None
    assert (done.noise.kind, done.denoised_at) == ("jpeg", pytest.approx(9.8, abs=0.3))
    with PillowImage.open(target) as clean:
        assert clean.mode == mode
