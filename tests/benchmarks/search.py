"""Which network learns the most in a given time, and what does it cost afterwards?

Three steps, because a search takes hours and timings want a machine that does nothing else:

    python tests/benchmarks/search.py train EVAL --data FOLDER...
    python tests/benchmarks/search.py time
    python tests/benchmarks/search.py write

`train` trains every candidate, or those that `--only` names, that has no result after so many
minutes yet: by the shipped recipe, from fresh weights, on one processor core, and measures it on
the pictures below EVAL. The minutes are those that the processor works for it, so that it is no
handicap to share the machine; two may run at a time if `--only` gives them different candidates.
`time` measures milliseconds a megapixel. `write` makes the plot and the tables of `docs/models.md`
(it needs the extra `peers`). Results are kept in `docs/search.json`; delete it to begin anew.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
import math
import os
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from restorer.benchmark import cases, quality
from restorer.engine.image import Pixels
from restorer.engine.metrics import psnr
from restorer.models.arithmetic import kmac_per_px
from restorer.models.catalog import ARCHITECTURES, open_catalog
from restorer.models.denoiser import SIGMA_UNIT, ResidualBlock
from restorer.models.upscaler import Upscaler
from restorer.training import train as training
from restorer.training.plan import Plan
from restorer.training.recipes import RECIPES, Phase
from tests.benchmarks.documents import MODELS, Part, aligned, save_plot
from tests.benchmarks.peer_networks import FfdNet

RESULTS = MODELS.parent / "search.json"
PART = Part(MODELS, "search", "tests/benchmarks/search.py")
PLOT = MODELS.parent / "search.svg"
SIGMAS = (15.0, 25.0, 50.0)
STRIDE = 16  # of the candidate with most levels
SCALE = 4  # the dearest of the upscalers
Key = tuple[str, str, float]  # task, name and minutes of a result
FFDNET = "FFDNet (Zhang et al. 2018)"
# At the recipe's rate NAFNet's blocks, which multiply features with each other, run away.
GENTLY: dict[str, Any] = {"learning_rate": 5e-4}
# The denoiser's recipe is for two cores and hours; this is for one core and minutes.
ON_ONE_CORE: dict[str, Any] = {"phases": (Phase(0.6, 3, 64), Phase(0.85, 4, 96), Phase(1.0, 8, 96))}


class ProcessorTime:
    """What the training takes for the time module."""

    monotonic = staticmethod(time.process_time)


class NafBlock(nn.Module):
    """NAFNet (Chen et al. 2022), its first half, without normalization and channel attention."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.wide = nn.Conv2d(channels, 2 * channels, 1)
        self.depthwise = nn.Conv2d(2 * channels, 2 * channels, 3, padding=1, groups=2 * channels)
        self.narrow = nn.Conv2d(channels, channels, 1)

    def forward(self, features: Tensor) -> Tensor:
        one, other = self.depthwise(self.wide(features)).chunk(2, dim=1)
        return features + self.narrow(one * other)


class SmoothBlock(nn.Module):
    """The residual block with SiLU instead of ReLU."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, features: Tensor) -> Tensor:
        return features + self.second(functional.silu(self.first(features)))


BLOCKS: dict[str, Callable[[int], nn.Module]] = {
    "residual": ResidualBlock,
    "silu": SmoothBlock,
    "naf": NafBlock,
}


class UNet(nn.Module):
    """The shipped denoiser's plan with everything to choose: levels, block, unshuffle, skips.

    `skip`: "add", "concat", or "gate": added, and what the coarser level found multiplies the inner
    features of the decoder's blocks, as FiLM (Perez et al. 2018) but for each place. `told`: where
    the level of the noise is given, "first" as a plane beside the picture, "all" as an offset of
    each level's features too, "none" nowhere.
    """

    def __init__(
        self,
        widths: list[int],
        blocks: list[int],
        block: str = "residual",
        unshuffle: int = 2,
        skip: str = "add",
        told: str = "first",
    ) -> None:
        super().__init__()
        make = BLOCKS[block]
        self.unshuffle = unshuffle
        self.skip = skip
        self.told = told
        planes = 0 if told == "none" else 1
        self.head = nn.Conv2d(3 * unshuffle**2 + planes, widths[0], 3, padding=1)
        self.offsets = nn.ParameterList(
            torch.zeros(width) for width in (widths if told == "all" else [])
        )
        self.encoders = nn.ModuleList(
            nn.Sequential(*(make(width) for _ in range(count)))
            for width, count in zip(widths, blocks, strict=True)
        )
        pairs = list(itertools.pairwise(widths))
        self.down = nn.ModuleList(nn.Conv2d(fine, coarse, 2, stride=2) for fine, coarse in pairs)
        self.up = nn.ModuleList(
            nn.ConvTranspose2d(coarse, fine, 2, stride=2) for fine, coarse in pairs
        )
        self.merge = nn.ModuleList(nn.Conv2d(2 * fine, fine, 1) for fine, _ in pairs)
        if skip != "concat":
            self.merge = nn.ModuleList()
        self.gates = nn.ModuleList()
        if skip == "gate":
            self.gates.extend(
                nn.ConvTranspose2d(coarse, fine, 2, stride=2) for fine, coarse in pairs
            )
        self.decoders = nn.ModuleList(
            nn.Sequential(*(make(width) for _ in range(count)))
            for width, count in zip(widths[:-1], blocks[:-1], strict=True)
        )
        self.tail = nn.Conv2d(widths[0], 3 * unshuffle**2, 3, padding=1)

    def forward(self, noisy: Tensor, sigma: Tensor) -> Tensor:
        cells = functional.pixel_unshuffle(noisy, self.unshuffle)
        level_told = (sigma / SIGMA_UNIT).to(cells.dtype)
        if self.told != "none":
            cells = torch.cat((cells, level_told.expand(-1, 1, *cells.shape[2:])), dim=1)
        features = self.head(cells)
        skips = []
        for level, encoder in enumerate(self.encoders):
            if self.told == "all":
                features = features + level_told * self.offsets[level].view(-1, 1, 1)
            features = encoder(features)
            if level < len(self.down):
                skips.append(features)
                features = self.down[level](features)
        for level in reversed(range(len(self.up))):
            coarse = features
            features = self.up[level](coarse)
            if self.skip == "concat":
                features = self.merge[level](torch.cat((features, skips[level]), dim=1))
            else:
                features = features + skips[level]
            if self.skip == "gate":
                gate = 2 * torch.sigmoid(self.gates[level](coarse))
                for block in self.decoders[level]:
                    inner = functional.relu(block.first(features)) * gate
                    features = features + block.second(inner)
            else:
                features = self.decoders[level](features)
        return noisy - functional.pixel_shuffle(self.tail(features), self.unshuffle)


class ShuffleUpscaler(nn.Module):
    """The shipped upscaler's plan with another block."""

    def __init__(self, scale: int, width: int, blocks: int, block: str) -> None:
        super().__init__()
        plain = Upscaler(scale, width, blocks)
        make = BLOCKS[block]
        plain.trunk = nn.Sequential(
            *(make(width) for _ in range(blocks)), nn.Conv2d(width, width, 3, padding=1)
        )
        self.plain = plain

    def forward(self, small: Tensor) -> Tensor:
        return self.plain(small)


@dataclasses.dataclass(frozen=True, eq=False)
class Candidate:
    task: str
    name: str
    architecture: str
    arguments: dict[str, Any]
    training: dict[str, Any] = dataclasses.field(default_factory=dict)  # what is not as shipped
    seed: int = 1

    def build(self) -> nn.Module:
        return ARCHITECTURES[self.architecture](**self.arguments)


def unet(name: str, widths: list[int], blocks: list[int], **choices: Any) -> Candidate:
    return Candidate("denoise", name, "UNet", {"widths": widths, "blocks": blocks} | choices)


def upscaler(name: str, width: int, blocks: int, block: str = "residual") -> Candidate:
    arguments = {"scale": SCALE, "width": width, "blocks": blocks, "block": block}
    return Candidate("upscale", name, "ShuffleUpscaler", arguments)


def like_shipped(name: str, **choices: Any) -> Candidate:
    """The shipped denoiser's plan but for one choice."""
    return unet(name, [32, 64, 128], [2, 2, 3], **choices)


def trained(name: str, **training: Any) -> Candidate:
    """The shipped denoiser's plan by another recipe."""
    return dataclasses.replace(like_shipped(name), training=training)


CANDIDATES = (
    like_shipped("shipped: 32/64/128, 2/2/3 blocks"),
    dataclasses.replace(like_shipped("as shipped, by chance otherwise"), seed=2),
    like_shipped("not told the noise", told="none"),
    like_shipped("told the noise on every level", told="all"),
    like_shipped("SiLU for ReLU", block="silu"),
    like_shipped("concatenated skips", skip="concat"),
    like_shipped("gated by the coarser level", skip="gate"),
    trained("trained without symmetry", symmetric=False),
    trained("trained by 8 patches a step", phases=(Phase(1.0, 8, 64),)),
    trained("trained without weight decay", weight_decay=0.0),
    unet("deeper below: 32/64/128, 2/4/5", [32, 64, 128], [2, 4, 5]),
    unet("deeper: 24/48/96, 4/4/4", [24, 48, 96], [4, 4, 4]),
    unet("deeper at the end: 32/64/96, 2/3/4", [32, 64, 96], [2, 3, 4]),
    unet("wide: 48/96/128, 1/1/2", [48, 96, 128], [1, 1, 2]),
    unet("wide below: 40/96/160, 1/1/2", [40, 96, 160], [1, 1, 2]),
    unet("four levels: 40/72/96/128, 1/2/2/2", [40, 72, 96, 128], [1, 2, 2, 2]),
    unet("no unshuffle: 16/32/64/128, 1/2/2/3", [16, 32, 64, 128], [1, 2, 2, 3], unshuffle=1),
    unet("unshuffle by 4: 96/128, 2/3", [96, 128], [2, 3], unshuffle=4),
    dataclasses.replace(
        unet("NAFNet blocks: 32/64/128, 10/10/14", [32, 64, 128], [10, 10, 14], block="naf"),
        training=GENTLY,
    ),
    Candidate("denoise", FFDNET, "FfdNet", {}),
    upscaler("shipped: 48 wide, 8 blocks", 48, 8),
    upscaler("deeper: 48 wide, 11 blocks", 48, 11),
    upscaler("wide: 64, 4 blocks", 64, 4),
    upscaler("wide and deep: 64, 6 blocks", 64, 6),
    dataclasses.replace(upscaler("NAFNet blocks: 64, 14", 64, 14, "naf"), training=GENTLY),
)


def psnr_white(network: nn.Module, folder: Path) -> dict[str, float]:
    """Mean RGB PSNR by level of white noise, by the protocol of `quality.denoise`."""
    scores: dict[str, list[float]] = {f"{sigma:g}": [] for sigma in SIGMAS}
    for case in cases.white_noise(folder, SIGMAS):
        noisy = as_batch(case.degraded)
        height, width = noisy.shape[2:]
        padding = (0, -width % STRIDE, 0, -height % STRIDE)
        noisy = functional.pad(noisy, padding, mode="replicate")
        restored = network(noisy, torch.full((1, 1, 1, 1), case.sigma))[..., :height, :width]
        scores[f"{case.sigma:g}"].append(psnr(as_pixels(restored), case.clean))
    return {level: round(statistics.fmean(values), 2) for level, values in scores.items()}


def psnr_enlarged(network: nn.Module, folder: Path) -> dict[str, float]:
    """Mean PSNR on luma, by the protocol of `quality.upscale`."""
    scores = [
        psnr(
            quality.measured_luma(as_pixels(network(as_batch(case.degraded))), SCALE),
            quality.measured_luma(case.clean, SCALE),
        )
        for case in cases.shrunk(folder, SCALE)
    ]
    return {f"x{SCALE}": round(statistics.fmean(scores), 2)}


def as_batch(pixels: Pixels) -> Tensor:
    return torch.from_numpy(pixels).permute(2, 0, 1)[None]


def as_pixels(batch: Tensor) -> Pixels:
    pixels: Pixels = (batch[0].clamp(0, 1) * 255).round().div(255).permute(1, 2, 0).numpy()
    return np.ascontiguousarray(pixels)


def example(candidate: Candidate, height: int, ratio: float) -> tuple[Tensor, ...]:
    picture = torch.rand(1, 3, height, round(height * ratio))
    picture = picture.contiguous(memory_format=torch.channels_last)
    return (picture, torch.full((1, 1, 1, 1), 25.0)) if candidate.task == "denoise" else (picture,)


@click.group()
def main() -> None:
    """Compares networks at equal training time."""
    kinds: tuple[type[nn.Module], ...] = (UNet, ShuffleUpscaler, FfdNet)
    ARCHITECTURES.update({kind.__name__: kind for kind in kinds})  # type: ignore[misc]


@main.command("train")
@click.argument("pictures", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--data", multiple=True, required=True, type=click.Path(path_type=Path))
@click.option("--minutes", default=6.0, show_default=True)
@click.option("--only", multiple=True, default=("",), help="Candidates whose name begins so.")
def train_candidates(
    pictures: Path, data: tuple[Path, ...], minutes: float, only: tuple[str, ...]
) -> None:
    """Trains what has no result yet; PICTURES holds bsds32 and set5."""
    torch.set_num_threads(1)
    training.time = ProcessorTime  # type: ignore[assignment]
    for candidate in CANDIDATES:
        key = (candidate.task, candidate.name, minutes)
        if key in load_results() or not candidate.name.startswith(only):
            continue
        shipped = RECIPES["denoiser" if candidate.task == "denoise" else f"upscaler-x{SCALE}"]
        recipe = dataclasses.replace(
            shipped,
            architecture=candidate.architecture,
            arguments=candidate.arguments,
            **((ON_ONE_CORE if candidate.task == "denoise" else {}) | candidate.training),
        )
        with tempfile.TemporaryDirectory() as folder:
            plan = Plan(
                recipe,
                data,
                minutes,
                Path(folder),
                device="cpu",
                seed=candidate.seed,
                checkpoint_every_s=math.inf,  # validating takes time too, and not from all alike
            )
            *_, last = training.train(plan)
            network = open_catalog(Path(folder)).load(recipe.name)
        with torch.inference_mode():
            scores = (
                psnr_white(network, pictures / "bsds32")
                if candidate.task == "denoise"
                else psnr_enlarged(network, pictures / "set5")
            )
        result = {
            "task": candidate.task,
            "name": candidate.name,
            "minutes": minutes,
            "steps": last.step,
            "kmac": round(kmac_per_px(network, *example(candidate, 96, 1)), 1),
            "parameters": sum(parameter.numel() for parameter in network.parameters()),
            "psnr_db": scores,
        }
        save_results(load_results() | {key: result})
        print(candidate.name, last.step, scores, flush=True)


@main.command("time")
@click.option("--rounds", default=7, show_default=True)
@torch.inference_mode()
def time_candidates(rounds: int) -> None:
    """Times a megapixel of every result's network, in turns so that a busy moment hits all."""
    results = load_results()
    trained_ones = {(task, name) for task, name, _ in results}
    chosen = [c for c in CANDIDATES if (c.task, c.name) in trained_ones]
    networks = {c: c.build().eval().to(memory_format=torch.channels_last) for c in chosen}
    seconds: dict[Candidate, list[float]] = {candidate: [] for candidate in chosen}
    for turn in range(rounds + 1):
        for candidate, network in networks.items():
            inputs = example(candidate, 800 if candidate.task == "denoise" else 200, 1.28)
            started = time.perf_counter()
            answer = network(*inputs)
            elapsed = time.perf_counter() - started
            if turn:
                seconds[candidate].append(1e6 * elapsed / (answer.shape[2] * answer.shape[3]))
    for candidate, values in seconds.items():
        for (task, name, _), row in results.items():
            if (task, name) == (candidate.task, candidate.name):
                row["ms_per_megapixel"] = round(1000 * statistics.median(values))
    save_results(results)


@main.command("write")
def write() -> None:
    """Table and plot into docs/models.md."""
    results = list(load_results().values())
    if not all("ms_per_megapixel" in row for row in results):
        raise click.ClickException("Some results have no time yet: run the command `time` first.")
    (most_compared, _), *_ = Counter(row["minutes"] for row in results).most_common()
    draw_plot([row for row in results if row["minutes"] == most_compared])
    parts = [f"![Quality against time]({PLOT.name})\n"]
    for task, title in (("denoise", "Denoisers"), ("upscale", f"Upscalers, x{SCALE}")):
        rows = [row for row in results if row["task"] == task]
        for minutes in sorted({row["minutes"] for row in rows}):
            found = [row for row in rows if row["minutes"] == minutes]
            parts.append(f"{title}, after {minutes:g} min each:\n\n{table(found)}")
    PART.write("\n".join(parts))


def table(results: list[dict[str, Any]]) -> str:
    """Markdown, the best first."""
    levels = list(results[0]["psnr_db"])
    titles = [f"sigma {level} (dB)" if level.isdigit() else f"{level} (dB)" for level in levels]
    head = ["network", "steps", *titles, "kMAC/px", "parameters", "ms/MP"]
    rows = [
        [
            row["name"],
            str(row["steps"]),
            *(f"{row['psnr_db'][level]:.2f}" for level in levels),
            f"{row['kmac']:.0f}",
            f"{row['parameters'] / 1e6:.2f} M",
            str(row["ms_per_megapixel"]),
        ]
        for row in sorted(results, key=mean_psnr, reverse=True)
    ]
    return aligned([head, *rows])


def mean_psnr(row: dict[str, Any]) -> float:
    return statistics.fmean(row["psnr_db"].values())


def draw_plot(rows: list[dict[str, Any]]) -> None:
    """Mean PSNR against milliseconds a megapixel: good networks are above and to the left.

    Numbered as the tables are sorted. What is more than 1 dB behind the best is in those alone.
    """
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(2, 1, figsize=(10, 9), height_ratios=(3, 2), layout="constrained")
    for axis, (task, title) in zip(
        axes, (("denoise", "denoise"), ("upscale", f"enlarge x{SCALE}")), strict=True
    ):
        found = sorted((row for row in rows if row["task"] == task), key=mean_psnr, reverse=True)
        near = [row for row in found if mean_psnr(row) > mean_psnr(found[0]) - 1]
        for number, row in enumerate(near, 1):
            point = row["ms_per_megapixel"], mean_psnr(row)
            colour = "#d1495b" if "shipped" in row["name"] else "#30638e"
            label = f"{number}  {row['name'].split(':')[0]}"
            axis.scatter(*point, c=colour, label=label)
            axis.annotate(str(number), point, (5, 3), textcoords="offset points", fontsize=8)
        axis.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=8)
        axis.set_title(title)
        axis.set_xlabel("ms/MP of the result, CPU")
        axis.set_ylabel("mean PSNR (dB)")
        axis.grid(alpha=0.3)
    save_plot(figure, PLOT)


def load_results() -> dict[Key, dict[str, Any]]:
    if not RESULTS.exists():
        return {}
    rows = json.loads(RESULTS.read_text(encoding="utf-8"))
    return {(row["task"], row["name"], row["minutes"]): row for row in rows}


def save_results(results: dict[Key, dict[str, Any]]) -> None:
    part = RESULTS.with_suffix(".part")
    part.write_text(json.dumps(list(results.values()), indent=1) + "\n", encoding="utf-8")
    os.replace(part, RESULTS)


if __name__ == "__main__":
    main()
