import itertools

import pytest
import torch

from restorer.training import precision
from restorer.training.precision import bfloat16_is_fast

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def _measured_anew():
    precision._cpu_gains_by_bfloat16.cache_clear()
    yield
    precision._cpu_gains_by_bfloat16.cache_clear()


@pytest.fixture
def has_instructions(monkeypatch):
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: True)


@pytest.mark.parametrize(("float32", "bfloat16", "expected"), [(2.0, 1.0, True), (2.0, 3.0, False)])
def test_on_a_cpu_with_the_instructions_time_decides(
    monkeypatch, has_instructions, float32, bfloat16, expected
):
    starts_and_ends = itertools.cycle((0.0, float32, 0.0, bfloat16))
    monkeypatch.setattr(precision.time, "perf_counter", lambda: next(starts_and_ends))
    assert bfloat16_is_fast(CPU) is expected


def test_one_busy_moment_changes_nothing(monkeypatch, has_instructions):
    busy = (0.0, 2.0, 0.0, 9.0)
    quiet = (0.0, 2.0, 0.0, 1.0)
    readings = iter((*busy, *quiet, *quiet, *quiet, *quiet))
    monkeypatch.setattr(precision.time, "perf_counter", lambda: next(readings))
    assert bfloat16_is_fast(CPU)


def test_without_the_instructions_nothing_is_tried(monkeypatch):
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)
    monkeypatch.setattr(precision.time, "perf_counter", lambda: pytest.fail("measured"))
    assert not bfloat16_is_fast(CPU)


def test_measuring_works_without_gradients_and_uses_no_random_number(has_instructions):
    before = torch.get_rng_state()
    with torch.no_grad():
        bfloat16_is_fast(CPU)
    assert torch.equal(torch.get_rng_state(), before)
