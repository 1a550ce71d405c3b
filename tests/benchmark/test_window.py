"""The benchmarks of the window run and give plain figures; no test judges how good those are."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    "arguments", [["table", "--rows", "300"], ["window", "--megapixels", "0.2"]]
)
def test_the_window_can_be_measured(arguments):
    printed = subprocess.run(
        [sys.executable, "-m", "restorer", "benchmark", *arguments, "--json"],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    ).stdout
    score = json.loads(printed)
    assert score[arguments[1].removeprefix("--")] == float(arguments[2])
    assert len(score) > 4
    assert all(value >= 0 for value in score.values())  # a median delay may be none
