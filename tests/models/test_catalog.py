import dataclasses
import json

import pytest
import torch

from restorer.errors import ModelUnknown, WeightsCorrupt, WeightsMissing
from restorer.models import catalog
from restorer.models.denoiser import Denoiser
from restorer.models.upscaler import Upscaler
from restorer.settings import weights_dir
from restorer.training.recipes import RECIPES
from tests.conftest import card


@pytest.fixture
def folder(tmp_path):
    torch.manual_seed(0)
    small = {"widths": [8, 8, 8], "blocks": [1, 1, 1]}
    catalog.add(tmp_path, Denoiser(**small), card("denoiser", "Denoiser", small))
    tiny = {"scale": 2, "width": 8, "blocks": 1}
    catalog.add(tmp_path, Upscaler(**tiny), card("upscaler-x2", "Upscaler", tiny))
    return tmp_path


def edit(folder, **changes):
    path = folder / catalog.CATALOG_NAME
    content = json.loads(path.read_text())
    content["models"][0] |= changes
    path.write_text(json.dumps(content))


def test_weights_come_back_as_they_were_added(folder):
    torch.manual_seed(0)
    added = Denoiser(widths=(8, 8, 8), blocks=(1, 1, 1))
    loaded = catalog.open_catalog(folder).denoiser()
    for key, value in added.state_dict().items():
        assert torch.equal(loaded.state_dict()[key], value)
    assert not loaded.training
    assert not any(parameter.requires_grad for parameter in loaded.parameters())


def test_an_entry_holds_the_facts_of_its_module(folder):
    described = catalog.open_catalog(folder).entry("upscaler-x2")
    module = catalog.open_catalog(folder).upscaler(2)
    assert (described.scale, described.halo, described.stride) == (2, module.halo, 1)
    assert described.parameters == sum(parameter.numel() for parameter in module.parameters())


def test_adding_a_model_again_replaces_it(folder):
    tiny = {"scale": 2, "width": 8, "blocks": 2}
    catalog.add(folder, Upscaler(**tiny), card("upscaler-x2", "Upscaler", tiny))
    entries = catalog.open_catalog(folder).entries
    assert [e.name for e in entries] == ["denoiser", "upscaler-x2"]
    assert entries[1].arguments == tiny


def test_missing_weights_are_named(folder):
    (folder / "denoiser.safetensors").unlink()
    with pytest.raises(WeightsMissing, match=r"denoiser\.safetensors is missing"):
        catalog.open_catalog(folder).denoiser()


@pytest.mark.parametrize("keep", [0, 7, 1000])
def test_truncated_weights_are_named(folder, keep):
    path = folder / "denoiser.safetensors"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(WeightsCorrupt, match=r"denoiser\.safetensors does not match"):
        catalog.open_catalog(folder).denoiser()


def test_one_altered_bit_is_found(folder):
    path = folder / "upscaler-x2.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(WeightsCorrupt, match=r"upscaler-x2\.safetensors does not match"):
        catalog.open_catalog(folder).upscaler(2)


@pytest.mark.parametrize(
    "changes",
    [
        {"architecture": "Transformer"},
        {"arguments": {"widths": [8, 8, 16], "blocks": [1, 1, 1]}},
        {"arguments": {"depth": 3}},
    ],
)
def test_a_catalog_that_does_not_fit_its_weights_is_named(folder, changes):
    edit(folder, **changes)
    with pytest.raises(WeightsCorrupt, match=r"catalog\.json does not fit denoiser\.safetensors"):
        catalog.open_catalog(folder).denoiser()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"models": [{}]}', '{"models": 3}', "\x00"])
def test_a_damaged_catalog_is_named(folder, text):
    (folder / catalog.CATALOG_NAME).write_text(text)
    with pytest.raises(WeightsCorrupt, match=r"catalog\.json is damaged"):
        catalog.open_catalog(folder)


@pytest.mark.parametrize("field", ["name", "architecture", "file", "sha256"])
def test_a_field_that_is_no_text_is_named(folder, field):
    edit(folder, **{field: None})
    with pytest.raises(WeightsCorrupt, match=rf"catalog\.json is damaged \({field} is no text\)"):
        catalog.open_catalog(folder)


def test_what_a_later_version_says_of_a_model_is_passed_over(folder):
    edit(folder, watts=3)
    assert catalog.open_catalog(folder).denoiser().scale == 1


def test_a_missing_catalog_is_named(tmp_path):
    with pytest.raises(WeightsMissing, match=r"catalog\.json is missing"):
        catalog.open_catalog(tmp_path)


def test_an_unknown_model_is_told_what_there_is(folder):
    with pytest.raises(ModelUnknown, match=r"upscaler-x3.*It has: denoiser, upscaler-x2"):
        catalog.open_catalog(folder).upscaler(3)


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_shipped_cards_say_what_the_recipes_say(recipe):
    entry = catalog.open_catalog(weights_dir()).entry(recipe.name)
    assert (entry.purpose, entry.limits, entry.loss) == (recipe.purpose, recipe.limits, recipe.loss)
    assert entry.arguments == recipe.arguments


def test_the_shipped_weights_are_whole_and_within_their_budget():
    shipped = catalog.open_catalog(weights_dir())
    assert [e.name for e in shipped.entries] == [
        "autoencoder",
        "cvae",
        "deblocker",
        "degrainer",
        "denoiser",
        "estimator",
        "jpeg-estimator",
        "picture-estimator",
        "upscaler-x2",
        "upscaler-x3",
        "upscaler-x4",
        "vae",
        "vae-dense",
    ]
    for described in shipped.entries:
        module = shipped.load(described.name)
        if described.name not in shipped.digit_models():
            facts = (described.scale, described.stride, described.halo)
            assert facts == (module.scale, module.stride, module.halo)
        assert described.figures, f"{described.name} has no measured figures"
        assert described.measured == described.sha256, f"{described.name} was measured before"


def test_every_shipped_card_says_what_the_model_costs():
    shipped = catalog.open_catalog(weights_dir())
    for entry in shipped.entries:
        assert (entry.kmac is None) == (entry.kmac_per_px is not None), entry.name
        assert "thousand multiply-adds for a" in entry.cost
    dense = shipped.entry("vae-dense")
    assert dense.cost == "402.4 thousand multiply-adds for a digit"  # 2 x 512 + 512 x 784
    assert dataclasses.replace(dense, kmac=None).cost == ""
