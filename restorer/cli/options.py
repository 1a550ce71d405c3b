"""Options that several commands share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from restorer.settings import MAX_SIGMA, SCALES, Denoise, Saving, Settings, weights_dir


def _device(_ctx: click.Context, _param: click.Parameter, name: str) -> str:
    try:
        return Settings(device=name).device
    except ValueError as error:
        raise click.UsageError(str(error)) from error


# click would refuse what may not be read, and end the run for it: that is one file's failure,
# which is told where the file is opened.
PATH: Final = click.Path(path_type=Path, readable=False)

device_option = click.option(
    "--device",
    callback=_device,
    default="auto",
    show_default=True,
    help="auto, cpu, cuda, cuda:1, mps or xpu. auto takes the GPU if there is one.",
)

_OWN: Final = "Folder of weights, such as one written by `restorer train`"
weights_option, catalog_option = (
    click.option(
        "--weights",
        type=PATH,
        default=weights_dir,
        show_default="the shipped ones",
        help=text,
    )
    for text in (f"{_OWN}; what it lacks is taken from the shipped ones.", f"{_OWN}.")
)


class _DenoiseType(click.ParamType["str | float"]):
    """`auto`, `off`, or a number of 8-bit levels."""

    name = "auto|off|SIGMA"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str | float:
        word = str(value).lower()
        if word in ("auto", "off"):
            return word
        try:
            sigma = float(str(value))
        except ValueError:
            self.fail(f"{value!r} is neither auto nor off nor a number.", param, ctx)
        if not 0 <= sigma <= MAX_SIGMA:
            self.fail(f"{value} does not lie between 0 and {MAX_SIGMA:g}.", param, ctx)
        return sigma


DENOISE = _DenoiseType()


class ManyValuesCommand(click.Command):
    """A command whose repeatable options also take several values at once: `--sigma 15 25 50`.

    click has no such options; this repeats the option's name before each further value that
    its type accepts.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        repeatable = {
            name: parameter
            for parameter in self.params
            if isinstance(parameter, click.Option) and parameter.multiple
            for name in parameter.opts
        }
        spelled: list[str] = []
        option: click.Option | None = None
        name, values = "", 0
        for argument in args:
            if argument.startswith("-") and not argument[1:2].isdigit():
                option, name, values = repeatable.get(argument), argument, 0
            elif option is not None:
                if values and _accepts(option, argument, ctx):
                    spelled.append(name)
                elif values:
                    option = None
                values += 1
            spelled.append(argument)
        return super().parse_args(ctx, spelled)


def _accepts(option: click.Option, value: str, ctx: click.Context) -> bool:
    try:
        option.type.convert(value, option, ctx)
    except click.BadParameter:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the options that `restore` and `batch` share ask for."""

    settings: Settings
    saving: Saving
    weights: Path


_RESTORING = (
    click.option(
        "--denoise",
        type=DENOISE,
        default="auto",
        show_default=True,
        help="auto estimates the noise, off leaves it, a number of 0 to 75 is its strength: the "
        "standard deviation in 8-bit levels. Of strong JPEGs the blocks are removed instead; a "
        "number then says how coarse they are: 5 is quality 50, 12 quality 20.",
    ),
    click.option(
        "--scale",
        type=click.Choice([str(scale) for scale in SCALES]),
        default="1",
        show_default=True,
        help="Times as wide and high. Enlarged detail is plausible, not recovered.",
    ),
    click.option(
        "--width",
        type=click.IntRange(min=1),
        help="Width of the result in pixels, instead of --scale.",
    ),
    click.option("--height", type=click.IntRange(min=1), help="Or its height."),
    click.option(
        "--keep-grain",
        type=click.IntRange(0, 100),
        default=0,
        show_default=True,
        help="Percent of the brightness noise that stays.",
    ),
    click.option(
        "--keep-colour-noise",
        type=click.IntRange(0, 100),
        default=0,
        show_default=True,
        help="Percent of the colour noise that stays.",
    ),
    click.option(
        "--quality",
        type=click.IntRange(1, 100),
        help="Of JPEG, WebP and AVIF files. Default: 95, or a JPEG's own if that is finer; a photo "
        "with nothing to remove is copied.",
    ),
    click.option(
        "--strip-location",
        is_flag=True,
        help="Leave out coordinates and place names.",
    ),
    click.option("--strip-metadata", is_flag=True, help="Leave out all EXIF, XMP and IPTC."),
    click.option("--eight-bits", is_flag=True, help="Save 16-bit photos with 8 bits a channel."),
    click.option("--keep-times", is_flag=True, help="Give results their source's file times."),
    device_option,
    weights_option,
)


def restoring_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say how to restore; the command gets them as one `wanted`."""

    @functools.wraps(command)
    def gathered(
        *arguments: object,
        denoise: Denoise,
        scale: str,
        width: int | None,
        height: int | None,
        keep_grain: int,
        keep_colour_noise: int,
        quality: int | None,
        strip_location: bool,
        strip_metadata: bool,
        eight_bits: bool,
        keep_times: bool,
        device: str,
        weights: Path,
        **others: object,
    ) -> object:
        try:
            settings = Settings(
                denoise=denoise,
                scale=int(scale),
                device=device,
                keep_grain=keep_grain / 100,
                keep_colour_noise=keep_colour_noise / 100,
                width=width,
                height=height,
            )
        except ValueError as error:
            raise click.UsageError(str(error)) from error
        saving = Saving(
            quality=quality,
            strip_location=strip_location,
            strip_metadata=strip_metadata,
            eight_bits=eight_bits,
            keep_times=keep_times,
        )
        return command(*arguments, wanted=Wanted(settings, saving, weights), **others)

    for option in reversed(_RESTORING):
        gathered = option(gathered)
    return gathered
