"""`restorer train`: anyone can train on their own pictures, or the models of digits on MNIST."""

from __future__ import annotations

import contextlib
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from restorer.cli.options import PATH, ManyValuesCommand, device_option
from restorer.cli.progress import print_json
from restorer.errors import TrainingError
from restorer.settings import MAX_SIGMA, SCALES

if TYPE_CHECKING:
    from restorer.training.plan import Plan
    from restorer.training.train import Progress

PHOTO_MODELS: Final = (
    "denoiser",
    "deblocker",
    "degrainer",
    "upscaler",
    "estimator",
    "jpeg-estimator",
    "picture-estimator",
)
DIGIT_MODELS: Final = ("vae", "cvae", "vae-dense", "autoencoder")
_LAST_SEED: Final = 2**63 - 1
_UNITS: Final = {"estimate": "%", "digits": "nats"}  # of what is held out; else decibels


@click.command(cls=ManyValuesCommand, short_help="Train a model on your own photos, or on MNIST.")
@click.argument("model", metavar="MODEL", type=click.Choice([*PHOTO_MODELS, *DIGIT_MODELS]))
@click.option(
    "--data",
    metavar="FOLDER...",
    multiple=True,
    required=True,
    type=PATH,
    help="Folders of clean photos, searched to the bottom; or the one with MNIST's .gz files. All "
    "photos are held in memory: of many large ones only the middle.",
)
@click.option(
    "--share",
    "shares",
    metavar="NUMBER...",
    multiple=True,
    type=click.FloatRange(0, min_open=True),
    help="How often patches come from each folder of --data, such as 20 65 15. Default: as often "
    "as it has photos. A folder with many crops of few photos deserves less.",
)
@click.option("--minutes", type=click.FloatRange(min=0.01), help="How long to train.")
@click.option(
    "--steps",
    type=click.IntRange(min=1),
    help="Or for how many steps: then the same seed gives the same weights on the same machine. "
    "Models of digits have a default.",
)
@click.option(
    "--out",
    required=True,
    type=PATH,
    help="Folder for the checkpoint, the weights and their catalog; `--weights` takes it. Several "
    "models may share one.",
)
@click.option(
    "--scale",
    type=click.Choice([str(scale) for scale in SCALES if scale > 1]),
    help="Of the upscaler.  [default: 2]",
)
@click.option(
    "--from",
    "start_from",
    type=PATH,
    help="Folder of weights to start from instead of from nothing, such as the shipped ones, which "
    "lie where `restorer info` says. A deblocker without weights there begins as the degrainer, a "
    "network with fewer blocks than the recipe's grows by those.",
)
@click.option(
    "--keep",
    type=click.FloatRange(0, 100),
    default=0,
    show_default=True,
    help="Percent of the weights of --from in the result, which keeps more of what they knew.",
)
@click.option("--resume", is_flag=True, help="Go on with the training in --out.")
@click.option(
    "--learning-rate",
    type=click.FloatRange(0, 1, min_open=True),
    help="Peak of this cycle. Default: the recipe's; a lower one suits a --resume.",
)
@click.option(
    "--levels",
    type=(click.FloatRange(0, MAX_SIGMA), click.FloatRange(0, MAX_SIGMA)),
    metavar="LOW HIGH",
    help="Of the denoiser: noise that it should learn best, in 8-bit levels (sigma), such as "
    "5 15. Three of four batches have it.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, _LAST_SEED),
    metavar="NUMBER",
    default=1,
    show_default=True,
    help="Of fresh weights and of all that is drawn. A --resume keeps the one it began with.",
)
@click.option(
    "--provenance", default="", help="What the photos are and their licence, for the card."
)
@device_option
@click.option("--json", "as_json", is_flag=True, help="One JSON line a report on standard output.")
def train(
    model: str,
    data: tuple[Path, ...],
    shares: tuple[float, ...],
    minutes: float | None,
    steps: int | None,
    out: Path,
    scale: str | None,
    start_from: Path | None,
    keep: float,
    resume: bool,
    learning_rate: float | None,
    levels: tuple[float, float] | None,
    seed: int,
    provenance: str,
    device: str,
    as_json: bool,
) -> None:
    """Train a model on your own photos: they need no labels, only to be clean and sharp.

    MODEL is denoiser, deblocker, degrainer, upscaler, estimator, jpeg-estimator or
    picture-estimator, or a model of handwritten digits: vae, cvae, vae-dense or autoencoder, which
    train on MNIST.

    Ctrl-C saves a checkpoint; --resume goes on from it, or starts another learning-rate cycle if
    the last one was finished.
    """
    import torch

    from restorer.training.plan import Plan
    from restorer.training.recipes import RECIPES
    from restorer.training.train import train as run_training

    recipe = RECIPES[f"upscaler-x{scale or 2}" if model == "upscaler" else model]
    if minutes is None and steps is None:
        steps = recipe.steps
    for is_wrong, sentence in (
        (scale and model != "upscaler", "--scale is for the upscaler."),
        (keep and start_from is None, "--keep is about the weights that --from names."),
        (
            (minutes is None) == (steps is None),
            "Say how long to train, by either --minutes or --steps.",
        ),
        (shares and recipe.task == "digits", "--share is for models of photos."),
        (
            shares and len(shares) != len(data),
            "--share needs one number for each folder of --data.",
        ),
        (levels and recipe.task != "denoise", "--levels is for the denoiser."),
        (levels and levels[0] > levels[1], "--levels wants the lower level first."),
    ):
        if is_wrong:
            raise click.UsageError(sentence)
    plan = Plan(
        recipe=recipe,
        data=data,
        shares=shares or None,
        minutes=minutes,
        steps=steps,
        out=out,
        start_from=start_from,
        keep=keep / 100,
        resume=resume,
        learning_rate=learning_rate,
        levels=levels,
        seed=seed,
        device=device,
        provenance=provenance,
    )
    unit = _UNITS.get(recipe.task, "dB")
    try:
        # Closing the generator on the way out saves the checkpoint.
        with contextlib.closing(run_training(plan)) as training:
            for progress in training:
                _report(progress, unit, as_json)
    except KeyboardInterrupt:
        if saved := _where_saved(plan):
            click.echo(saved, err=True)
        raise
    except (MemoryError, torch.OutOfMemoryError) as error:
        remedy = "Close other programs, train on another --device, or give fewer photos."
        raise TrainingError(
            f"There is not enough memory. {remedy} {_where_saved(plan)}".rstrip()
        ) from error
    if as_json:
        print_json({"weights": plan.place.weights})
    else:
        click.echo(plan.place.weights)


def _where_saved(plan: Plan) -> str:
    """Nothing if it is too early for a checkpoint."""
    if not plan.place.checkpoint.exists():
        return ""
    return (
        f"The training up to here is saved in {plan.place.checkpoint}. The same command with "
        "--resume goes on."
    )


def _report(progress: Progress, unit: str, as_json: bool) -> None:
    for sentence in progress.left_out:
        click.echo(sentence, err=True)
    click.echo(_line(progress, unit), err=True)
    if as_json:
        print_json(asdict(progress))


def _line(progress: Progress, unit: str) -> str:
    """
    >>> from restorer.training.train import Progress
    >>> _line(Progress(1200, 0.25, 95.0, 6.812, 1.5, 31.7), "dB")
    'step    1200   25.0%  ETA 00:01:35  loss  6.812  1.50 MP/s  held out 31.70 dB'
    >>> _line(Progress(1200, 0.25, 100_000.0, 6.812, 1.5, None), "dB")
    'step    1200   25.0%  ETA 27:46:40  loss  6.812  1.50 MP/s'
    >>> _line(Progress(1200, 1.0, 0.0, 6.812, 0.0, 4.2), "%")
    'step    1200  100.0%  ETA 00:00:00  loss  6.812  held out 4.20 %'
    >>> _line(Progress(1200, 1.0, 0.0, None, 0.0, -150.1), "nats")
    'step    1200  100.0%  ETA 00:00:00  held out -150.10 nats'
    """
    minutes, seconds = divmod(round(progress.eta_s), 60)
    eta = f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
    line = f"step {progress.step:>7}  {progress.fraction:6.1%}  ETA {eta}"
    if progress.loss is not None:
        line += f"  loss {progress.loss:6.3f}"
    if progress.megapixels_per_s:
        line += f"  {progress.megapixels_per_s:.2f} MP/s"
    if progress.validation is not None:
        line += f"  held out {progress.validation:.2f} {unit}"
    return line
