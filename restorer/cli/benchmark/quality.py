"""`restorer benchmark denoise`, `pairs`, `deblock`, `upscale` and `digits`: how good."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from restorer.cli.benchmark.shown import json_option, short
from restorer.cli.options import (
    PATH,
    ManyValuesCommand,
    catalog_option,
    device_option,
    weights_option,
)
from restorer.cli.progress import print_json, report_failure
from restorer.engine.wording import failure_text
from restorer.errors import RestorerError
from restorer.settings import MAX_SIGMA, SCALES, Settings

if TYPE_CHECKING:
    from restorer.benchmark.quality import DeblockScore, DenoiseScore, PairScore, UpscaleScore

Score = TypeVar("Score", "DenoiseScore", "PairScore", "DeblockScore", "UpscaleScore")


@click.command(cls=ManyValuesCommand, short_help="White noise on clean pictures.")
@click.argument("folder", type=PATH)
@click.option(
    "--sigma",
    "sigmas",
    type=click.FloatRange(0, MAX_SIGMA),
    multiple=True,
    default=(15.0, 25.0, 50.0),
    show_default=True,
    help="Noise added, 8-bit levels. One or more.",
)
@click.option("--grey", is_flag=True, help="The noise is equal in the three colours.")
@click.option(
    "--quality",
    "jpeg_quality",
    type=click.IntRange(1, 100),
    help="The noisy pictures were saved as JPEGs of that quality, colours at half the size.",
)
@device_option
@weights_option
@json_option
def denoise(
    folder: Path,
    sigmas: tuple[float, ...],
    grey: bool,
    jpeg_quality: int | None,
    device: str,
    weights: Path,
    as_json: bool,
) -> None:
    """White noise added to the clean pictures of FOLDER: RGB PSNR and SSIM, estimated sigma.

    The denoiser is told the sigma, as in the papers; beside it what --denoise auto does. At
    --sigma 0 that is how much of clean pictures it keeps.
    """
    from restorer.benchmark import quality
    from restorer.engine.loaded import Models

    models, refused = Models(weights), _Refused(as_json)
    networks = models.networks(Settings(), 1)
    scored = quality.denoise(
        folder,
        sigmas,
        networks,
        models.estimators(),
        grey=grey,
        quality=jpeg_quality,
        device=device,
        refuse=refused,
    )
    _show(scored, _denoise_means, refused, as_json)


def _denoise_means(scores: Sequence[DenoiseScore]) -> Iterator[str]:
    for sigma in dict.fromkeys(score.sigma for score in scores):
        rows = [score for score in scores if score.sigma == sigma]
        estimates = [row.estimated_sigma for row in rows]
        yield (
            f"sigma {sigma:g}, {len(rows)} pictures: "
            f"noisy {_mean(row.noisy_psnr for row in rows):.2f}, "
            f"restored {_mean(row.psnr for row in rows):.2f} dB, "
            f"SSIM {_mean(row.ssim for row in rows):.4f}; "
            f"auto {_mean(row.auto_psnr for row in rows):.2f} dB, "
            f"at least {min(row.auto_psnr for row in rows):.1f}; "
            f"sigma estimated {_mean(estimates):.2f} ({min(estimates):.2f} to "
            f"{max(estimates):.2f}), {sum(row.auto_strength == 0 for row in rows)} left as they are"
        )


@click.command(cls=ManyValuesCommand, short_help="Really noisy pictures and their clean twins.")
@click.argument("folder", type=PATH)
@device_option
@weights_option
@json_option
def pairs(folder: Path, device: str, weights: Path, as_json: bool) -> None:
    """Really noisy pictures NAME_real.* of FOLDER against their clean twins NAME_mean.*.

    Compares --denoise auto with the best of a row of fixed sigmas, found for each picture.
    """
    from restorer.benchmark import quality
    from restorer.engine.loaded import Models

    models, refused = Models(weights), _Refused(as_json)
    scored = quality.pairs(
        folder, models.networks(Settings(), 1), models.estimators(), device=device, refuse=refused
    )
    _show(scored, _pair_means, refused, as_json)


def _pair_means(scores: Sequence[PairScore]) -> Iterator[str]:
    gains = [score.auto_psnr - score.noisy_psnr for score in scores]
    yield (
        f"{len(scores)} pairs: noisy {_mean(s.noisy_psnr for s in scores):.2f}, "
        f"auto {_mean(s.auto_psnr for s in scores):.2f} dB (gain {_mean(gains):.2f}, "
        f"least {min(gains):.2f}, {sum(gain < 0 for gain in gains)} made worse), "
        f"{_mean(s.saved_psnr for s in scores):.2f} dB once saved, "
        f"at one size alone {_mean(s.one_size_psnr for s in scores):.2f} dB, "
        f"best fixed sigma {_mean(s.best_psnr for s in scores):.2f} dB; "
        f"SSIM {_mean(s.auto_ssim for s in scores):.4f}; "
        f"sigma estimated {_mean(s.estimated_sigma for s in scores):.2f}, "
        f"denoised at {_mean(s.auto_strength for s in scores):.2f}, "
        f"true RMS {_mean(s.noise_rms for s in scores):.2f}, "
        f"at most {max(s.clean_sigma for s in scores):.2f} on the clean twins, "
        f"which come back at {min(s.kept_psnr for s in scores):.1f} dB or more"
    )


@click.command(cls=ManyValuesCommand, short_help="Clean pictures as strong JPEGs.")
@click.argument("folder", type=PATH)
@click.option(
    "--quality",
    "qualities",
    type=click.IntRange(1, 100),
    multiple=True,
    default=(10, 20, 40, 60),
    show_default=True,
    help="Of the JPEGs, by libjpeg. One or more.",
)
@device_option
@weights_option
@json_option
def deblock(
    folder: Path, qualities: tuple[int, ...], device: str, weights: Path, as_json: bool
) -> None:
    """The clean pictures of FOLDER as JPEGs, and what --denoise auto makes of those: RGB PSNR and
    SSIM."""
    from restorer.benchmark import quality
    from restorer.engine.loaded import Models

    models, refused = Models(weights), _Refused(as_json)
    networks = models.networks(Settings(), 1)
    scored = quality.deblock(
        folder, qualities, networks, models.estimators(), device=device, refuse=refused
    )
    _show(scored, _deblock_means, refused, as_json)


def _deblock_means(scores: Sequence[DeblockScore]) -> Iterator[str]:
    for wanted in dict.fromkeys(score.quality for score in scores):
        rows = [score for score in scores if score.quality == wanted]
        yield (
            f"quality {wanted}, {len(rows)} pictures: "
            f"JPEG {_mean(row.jpeg_psnr for row in rows):.2f}, "
            f"restored {_mean(row.psnr for row in rows):.2f} dB, "
            f"SSIM {_mean(row.jpeg_ssim for row in rows):.4f} and "
            f"{_mean(row.ssim for row in rows):.4f}"
        )


@click.command(cls=ManyValuesCommand, short_help="Enlarged pictures against the large ones.")
@click.argument("folder", type=PATH)
@click.option(
    "--scale",
    type=click.Choice([str(scale) for scale in SCALES if scale > 1]),
    default="2",
    show_default=True,
)
@click.option(
    "--quality",
    "jpeg_quality",
    type=click.IntRange(1, 100),
    help="The small pictures are JPEGs of that quality first, as on the web, and are cleaned "
    "as --denoise auto does.",
)
@device_option
@weights_option
@json_option
def upscale(
    folder: Path, scale: str, jpeg_quality: int | None, device: str, weights: Path, as_json: bool
) -> None:
    """Enlarge NAME_LR.* of FOLDER and compare with NAME_HR.*: PSNR and SSIM on luma.

    Any other clean pictures are shrunk by bicubic first.
    """
    from restorer.benchmark import quality
    from restorer.engine.loaded import Models
    from restorer.engine.networks import Networks

    models, times, refused = Models(weights), int(scale), _Refused(as_json)
    if jpeg_quality is None:
        networks = Networks(None, models.upscaler(times))
        scored = quality.upscale(folder, times, networks, device=device, refuse=refused)
    else:
        networks = models.networks(Settings(), times)
        scored = quality.upscale_jpegs(
            folder,
            times,
            jpeg_quality,
            networks,
            models.estimators(),
            device=device,
            refuse=refused,
        )
    _show(scored, _upscale_means, refused, as_json)


def _upscale_means(scores: Sequence[UpscaleScore]) -> Iterator[str]:
    yield (
        f"x{scores[0].scale}, {len(scores)} pictures: "
        f"bicubic {_mean(s.bicubic_psnr for s in scores):.2f}, "
        f"restored {_mean(s.psnr for s in scores):.2f} dB, "
        f"SSIM {_mean(s.ssim for s in scores):.4f}"
    )


@click.command(short_help="The models of digits on MNIST.")
@click.argument("folder", type=PATH)
@catalog_option
@json_option
def digits(folder: Path, weights: Path, as_json: bool) -> None:
    """The models of digits on MNIST in FOLDER: reconstruction and KL, what is read, time.

    Nats a digit for Bernoulli pixels, grey values as probabilities. Trains a small classifier
    first, which takes about two minutes.
    """
    from restorer.benchmark.digits import PUBLISHED, RANDOM_DIGITS, SURE, measure

    for score in measure(folder, weights):
        if as_json:
            print_json(asdict(score))
            continue
        line = f"{score.model}: reconstruction {score.reconstruction:.2f}"
        if score.elbo is not None:
            line += f" + KL {score.kl:.2f} nats, ELBO {score.elbo:.2f}"
        line += (
            f"; of {RANDOM_DIGITS} random digits {score.sure:.1%} read with confidence over {SURE} "
            f"({score.sure_among_codes:.1%} from a normal fit of its codes)"
        )
        if score.as_asked is not None:
            line += f", {score.as_asked:.1%} as asked for"
        line += f"; one digit {score.decode_ms:.2f} ms, 30 x 30 {score.manifold_ms:.0f} ms"
        click.echo(line)
    if not as_json:
        click.echo(f"The reader reads {score.reader_accuracy:.2%} of the test digits. {PUBLISHED}.")


class _Refused:
    """Names each picture that cannot be measured, and counts them."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json
        self.count = 0

    def __call__(self, path: Path, error: RestorerError) -> None:
        self.count += 1
        report_failure(path, failure_text(error, path.name), self._as_json)


def _show(
    scored: Iterable[Score],
    means: Callable[[list[Score]], Iterable[str]],
    refused: _Refused,
    as_json: bool,
) -> None:
    """Each score as it comes, because a run takes minutes, and the means at the end.

    The exit status is 1 if a picture was refused.
    """
    scores = []
    for score in scored:
        scores.append(score)
        fields = asdict(score)
        if as_json:
            print_json(fields)
        else:
            click.echo("  ".join(f"{name} {short(value)}" for name, value in fields.items()))
    if scores and not as_json:
        for line in means(scores):
            click.echo(line)
    click.get_current_context().exit(1 if refused.count else 0)


def _mean(values: Iterable[float] | Sequence[float]) -> float:
    return statistics.fmean(values)
