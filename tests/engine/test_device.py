import pytest
import torch

from restorer.engine import device
from restorer.engine.device import Rung, available, describe, ladder, max_tile_px
from restorer.errors import DeviceUnavailable

CPU = torch.device("cpu")


@pytest.fixture
def two_gpus(monkeypatch):
    """As on a machine with two CUDA devices of 8 GiB free memory each."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: f"Drawn GPU {device.index}")
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (8 << 30, 16 << 30))


def test_auto_is_the_gpu_if_there_is_one(two_gpus):
    assert available("auto").type == "cuda"
    assert available("cuda:1") == torch.device("cuda:1")


@pytest.mark.parametrize("name", ["cuda:2", "abacus", "", "cpu:1", "meta"])
def test_a_device_that_is_not_there_is_refused_with_those_that_are(two_gpus, name):
    with pytest.raises(DeviceUnavailable, match="cuda, cpu"):
        available(name)


def test_the_ladder_ends_on_the_cpu_in_float32(two_gpus):
    rungs = ladder("cuda:1")
    assert [(rung.device.type, rung.dtype) for rung in rungs] == [
        ("cuda", torch.float16),
        ("cuda", torch.float32),
        ("cpu", torch.float32),
    ]
    assert ladder("cpu") == (Rung(CPU, torch.float32),)


def test_a_rung_says_what_it_is_in_words(two_gpus):
    assert str(ladder("cuda:1")[0]) == "Drawn GPU 1, half precision"
    assert "thread" in describe(CPU)


def test_tiles_fill_half_of_the_free_gpu_memory_and_more_in_half_precision(two_gpus):
    half, whole, _ = ladder("cuda")
    assert max_tile_px(whole, 1000) == (4 << 30) // 1000
    assert max_tile_px(half, 1000) == 2 * (4 << 30) // 1000


def test_tiles_on_the_cpu_keep_to_a_fixed_budget():
    rung = Rung(CPU, torch.float32)
    assert max_tile_px(rung, 200) == device.CPU_BUDGET_BYTES // 200
    assert max_tile_px(rung, 1) == device.MAX_TILE_PX
