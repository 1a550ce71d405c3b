import subprocess
import sys

from PIL import Image as PillowImage

from tests.conftest import drawn

# All that the program needs but numpy, Pillow, safetensors, and torch with what that needs.
ELSE = ("PySide6", "click", "imagecodecs", "natsort", "pi_heif", "platformdirs", "tifffile")
TRAINING = f"""
import sys
from pathlib import Path
for name in {ELSE}:
    sys.modules[name] = None  # importing it fails
from restorer.training.plan import Plan
from restorer.training.recipes import RECIPES
from restorer.training.train import train
folder = Path(sys.argv[1])
plan = Plan(RECIPES["denoiser"], (folder,), None, folder / "out", steps=1, device="cpu")
print([progress.step for progress in train(plan)][-1])
"""


def test_a_machine_with_a_gpu_needs_little_more_than_torch_to_train(tmp_path):
    for name in ("2", "10"):
        PillowImage.fromarray(drawn(160, 144)).save(tmp_path / f"{name}.jpg")
    done = subprocess.run(
        [sys.executable, "-c", TRAINING, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "1"), done.stderr
    assert (tmp_path / "out" / "denoiser.safetensors").exists()
