"""`restorer digits`: handwritten digits from the map of a variational autoencoder."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from restorer.cli.options import PATH, catalog_option
from restorer.cli.progress import print_json

if TYPE_CHECKING:
    from restorer.engine.digitmap import Codes, KnownDigits
    from restorer.engine.digitpicture import Bytes
    from restorer.engine.digits import DigitPress

_ALL: Final = "all"
_MAX_MEGAPIXELS: Final = 500  # as for photos


class _PointType(click.ParamType["tuple[float, float]"]):
    """`X,Y`: two numbers."""

    name = "X,Y"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, float]:
        if isinstance(value, tuple):
            return value
        try:
            x, y = (float(part) for part in str(value).split(","))
        except ValueError:
            self.fail(f"{value!r} is not two numbers with a comma between.", param, ctx)
        if not (math.isfinite(x) and math.isfinite(y)):
            self.fail(f"{value!r} is no place on the map.", param, ctx)
        return x, y


@dataclass(frozen=True, slots=True)
class _Asked:
    """Points of the map, what to draw there, and in how many columns to lay it out."""

    codes: Codes
    labels: list[int] | None
    columns: int


@click.command(short_help="Draw handwritten digits from a map, or find one's place on it.")
@click.option("--at", type=_PointType(), help="The digit at that point of the map.")
@click.option("--grid", type=click.IntRange(1, 200), metavar="N", help="The whole map, N x N.")
@click.option(
    "--spread",
    type=click.Choice(["prior", "square"]),
    default="prior",
    show_default=True,
    help="Of --grid: equally likely cells, or evenly over the square of +-3.",
)
@click.option(
    "--random", "count", type=click.IntRange(1, 10_000), metavar="N", help="N random digits."
)
@click.option(
    "--vary", type=click.IntRange(1, 10_000), metavar="N", help="N variations of the digit --at."
)
@click.option(
    "--seed", default=0, show_default=True, type=click.IntRange(0), help="Of --random and --vary."
)
@click.option(
    "--path",
    "ends",
    nargs=2,
    type=_PointType(),
    metavar="X1,Y1 X2,Y2",
    help="From one point to the other: an animation in .gif and .webp, a strip in .png.",
)
@click.option(
    "--frames",
    type=click.IntRange(2, 1000),
    default=16,
    show_default=True,
    help="Of --path.",
)
@click.option(
    "--encode",
    "photo",
    type=PATH,
    metavar="PHOTO",
    help="Find the place of a pictured digit; -o saves it, its reconstruction and what was lost.",
)
@click.option(
    "--digit",
    type=click.Choice([*map(str, range(10)), _ALL]),
    help="Which digit, for the conditional model; all draws each style in all ten.",
)
@click.option(
    "--model",
    help="A model of digits, see `restorer models`. Default: vae, with --digit cvae.",
)
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    type=PATH,
    help="File to write: .png, .webp, .gif, or .csv for the codes. May be given again.",
)
@click.option(
    "--replace",
    "may_replace",
    is_flag=True,
    help="Let -o FILE take the place of what is there. PHOTO itself is never replaced.",
)
@click.option(
    "--px",
    type=click.IntRange(1, 4096),
    default=56,
    show_default=True,
    help="Side of each digit in pixels.",
)
@catalog_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def digits(
    at: tuple[float, float] | None,
    grid: int | None,
    spread: str,
    count: int | None,
    vary: int | None,
    seed: int,
    ends: tuple[tuple[float, float], tuple[float, float]] | None,
    frames: int,
    photo: Path | None,
    digit: str | None,
    model: str | None,
    outputs: tuple[Path, ...],
    may_replace: bool,
    px: int,
    weights: Path,
    as_json: bool,
) -> None:
    """Draw handwritten digits from the map of a variational autoencoder, or find one's place.

    \b
    restorer digits --at 0.5,-1 -o digit.png           the digit at that point
    restorer digits --grid 20 -o map.png               the whole map
    restorer digits --random 9 --seed 4 -o nine.png    the same nine each time
    restorer digits --at 0.5,-1 --vary 9 -o alike.png
    restorer digits --digit 7 --random 5 -o sevens.png
    restorer digits --path 0,0 2,1 --frames 24 -o morph.gif
    restorer digits --encode photo.png -o seen.png
    """
    asked_for = [x is not None for x in (at, grid, count, ends, photo)]
    if sum(asked_for) > 1 or not (any(asked_for) or digit is not None):
        raise click.UsageError("Give one of --at, --grid, --random, --path, --encode or --digit.")
    if vary is not None and at is None:
        raise click.UsageError("--vary wants a digit to vary: add --at X,Y.")
    if photo is None and not outputs:
        raise click.UsageError("Say where to with -o, such as -o digits.png.")
    if digit == _ALL and (grid is not None or ends is not None or photo is not None):
        raise click.UsageError("--digit all goes with --at and --random only.")

    from restorer.engine import digitfile, digitmap

    for path in outputs:
        digitfile.check_writable(path, source=photo, may_replace=may_replace)
    name = model or ("vae" if digit is None else "cvae")
    press = _press(weights, name, digit)
    known = digitmap.load_known(weights, name, digitmap.weights_hash(weights, name))
    if photo is not None:
        found = _encode(press, known, photo, digit, outputs, px)
        _report({"model": name} | found, as_json)
        return
    if grid is not None:
        codes = digitmap.quantile_grid(grid) if spread == "prior" else digitmap.square_grid(grid)
    elif count is not None:
        codes = digitmap.random_codes(count, seed)
    elif ends is not None:
        codes = digitmap.path(ends, frames)
    else:
        codes = _around(at or (0.0, 0.0), vary, seed)
    columns = grid or (math.ceil(math.sqrt(len(codes))) if ends is None else len(codes))
    asked = _labelled(codes.reshape(-1, 2), digit, columns)
    _check_size(len(asked.codes), px)
    drawn = press.draw(asked.codes, asked.labels)
    _write(drawn, asked, outputs, px, animated=ends is not None)
    _report(
        {
            "model": name,
            "codes": _rounded(asked.codes),
            "digits": asked.labels,
            "guesses": None if known is None else known.is_guess(asked.codes).tolist(),
            "written": [str(path) for path in outputs],
        },
        as_json,
    )


def _around(point: tuple[float, float], vary: int | None, seed: int) -> Codes:
    """The point itself, or that many variations of it."""
    from restorer.engine import digitmap

    if vary is None:
        return digitmap.varied(point, 1, seed, spread=0.0)
    return digitmap.varied(point, vary, seed)


def _check_size(count: int, px: int) -> None:
    megapixels = count * px**2 / 1e6
    if megapixels > _MAX_MEGAPIXELS:
        raise click.UsageError(
            f"{count} digits of {px} pixels make {megapixels:.0f} megapixels, the most is "
            f"{_MAX_MEGAPIXELS}. Choose a smaller --px."
        )


def _press(weights: Path, name: str, digit: str | None) -> DigitPress:
    from restorer.engine.digits import DigitPress

    press = DigitPress.open(weights, name)
    if press.wants_labels and digit is None:
        raise click.UsageError(f"{name} wants to be told which digit: add --digit D.")
    if digit is not None and not press.wants_labels:
        raise click.UsageError(f"{name} cannot be told which digit; leave out --digit or --model.")
    return press


def _labelled(codes: Codes, digit: str | None, columns: int) -> _Asked:
    """Each point once, or ten times in a row, once for each digit."""
    if digit is None:
        return _Asked(codes, None, columns)
    if digit != _ALL:
        return _Asked(codes, [int(digit)] * len(codes), columns)
    return _Asked(codes.repeat(10, axis=0), list(range(10)) * len(codes), 10)


def _write(
    drawn: Bytes, asked: _Asked, outputs: tuple[Path, ...], px: int, *, animated: bool
) -> None:
    from restorer.engine import digitfile
    from restorer.engine.digitpicture import enlarged, sheet

    large = enlarged(drawn, px)
    for path in outputs:
        suffix = path.suffix.lower()
        if suffix == digitfile.TABLE:
            digitfile.write_table(asked.codes, asked.labels, path)
        elif animated and suffix in digitfile.ANIMATIONS:
            digitfile.write_animation(large, path)
        else:
            digitfile.write_picture(sheet(large, asked.columns), path)


def _encode(
    press: DigitPress,
    known: KnownDigits | None,
    photo: Path,
    digit: str | None,
    outputs: tuple[Path, ...],
    px: int,
) -> dict[str, Any]:
    """Finds the digit's place and writes it beside its reconstruction and the difference."""
    import numpy as np

    from restorer.engine import imagefile
    from restorer.engine.digitpicture import prepared, to_bytes

    seen = prepared(imagefile.read(photo))
    labels = None if digit is None else [int(digit)]
    located = press.locate(seen[None], labels)
    (reconstruction,) = press.draw(located.codes, labels)
    original = to_bytes(seen)
    lost = np.abs(original.astype(np.int16) - reconstruction).astype(np.uint8)
    asked = _Asked(located.codes, labels, 3)
    _write(np.stack((original, reconstruction, lost)), asked, outputs, px, animated=False)
    return {
        "source": str(photo),
        "code": _rounded(located.codes)[0],
        "sigma": None if located.sigmas is None else _rounded(located.sigmas)[0],
        "guess": None if known is None else bool(known.is_guess(located.codes)[0]),
        "mean_error": round(float(lost.mean()) / 255, 4),
        "written": [str(path) for path in outputs],
    }


def _rounded(points: Codes) -> list[list[float]]:
    return [[round(value, 4) for value in point] for point in points.tolist()]


def _report(fields: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(fields)
        return
    if "code" in fields:
        x, y = fields["code"]
        line = f"{fields['source']} lies at {x:g},{y:g}"
        if fields["sigma"] is not None:
            line += " give or take {:g},{:g}".format(*fields["sigma"])
        click.echo(f"{line}; its reconstruction is off by {fields['mean_error']:.1%} on average")
        if fields["guess"]:
            click.echo("Hardly any digit lies there: what the model makes of it is a guess.")
    elif fields["guesses"] is not None and any(fields["guesses"]):
        guesses, count = sum(fields["guesses"]), len(fields["guesses"])
        click.echo(f"{guesses} of {count} lie where hardly any digit does: they are guesses.")
    for path in fields["written"]:
        click.echo(path)
