"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

from restorer.settings import MAX_SIGMA, weights_dir

device_option = click.option(
    "--device",
    default="auto",
    show_default=True,
    help="auto, cpu, cuda, cuda:1, mps or xpu. auto takes the GPU if there is one.",
)

weights_option = click.option(
    "--weights",
    type=click.Path(path_type=Path),
    default=weights_dir,
    show_default="the shipped ones",
    help="Folder of weights, such as one written by `restorer train`.",
)


class _DenoiseType(click.ParamType["str | float"]):
    """`auto`, `off`, or a number of 8-bit levels."""

    name = "auto|off|SIGMA"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str | float:
        if value in ("auto", "off"):
            return str(value)
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
