"""`restorer info`: this installation, or what Restorer sees in a file."""

from __future__ import annotations

import platform
from dataclasses import asdict
from pathlib import Path

import click

from restorer import __version__
from restorer.cli.options import PATH
from restorer.cli.progress import print_json, report_failure
from restorer.engine.wording import failure_text
from restorer.settings import resources_dir, weights_dir


@click.command(short_help="Show this installation, or what a photo is like.")
@click.argument("files", metavar="[FILE...]", nargs=-1, type=PATH)
@click.option("--json", "as_json", is_flag=True, help="One JSON line a file on standard output.")
@click.pass_context
def info(context: click.Context, files: tuple[Path, ...], as_json: bool) -> None:
    """Show versions, devices and folders, or the format and the noise of photos."""
    if not files:
        _show(_installation(), as_json)
        return
    failed = 0
    for path in files:
        try:
            facts = _file(path)
        except Exception as error:  # noqa: BLE001  one file must not end the others
            failed += 1
            report_failure(path, failure_text(error, path.name), as_json)
        else:
            _show(facts, as_json, status="done", source=path)
    context.exit(1 if failed else 0)


def _show(facts: dict[str, object], as_json: bool, **for_programs: object) -> None:
    if as_json:
        print_json(for_programs | facts)
    else:
        click.echo(_aligned(facts))


def _installation() -> dict[str, object]:
    import torch

    from restorer.engine.device import available, describe

    return {
        "restorer": __version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "device": describe(available("auto")),
        "weights": str(weights_dir()),
        "resources": str(resources_dir()),
    }


def _file(path: Path) -> dict[str, object]:
    from restorer.engine import imagefile, likeness, noise
    from restorer.engine.loaded import Models

    described, image = imagefile.describe(path), imagefile.read(path)
    estimated = noise.estimate(image, Models(weights_dir()).estimators())
    unlike = likeness.why_unlike_photos(image)
    return asdict(described) | {
        "noise": estimated.word,
        "kind": estimated.kind,
        "sigma": round(estimated.sigma, 2),
        "strength": round(estimated.strength, 2),
        **({"unlike photos": unlike} if unlike else {}),
    }


def _aligned(facts: dict[str, object]) -> str:
    return "\n".join(f"{name:<13} {value}" for name, value in facts.items())
