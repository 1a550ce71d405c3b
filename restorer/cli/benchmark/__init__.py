"""`restorer benchmark`: every figure that Restorer quotes comes from here."""

from __future__ import annotations

import click

from restorer.cli.benchmark.machine import batch, speed, table, window
from restorer.cli.benchmark.quality import deblock, denoise, digits, pairs, upscale


@click.group()
def benchmark() -> None:
    """Measure quality, time and memory on this machine."""


for command in (denoise, pairs, deblock, upscale, speed, window, table, batch, digits):
    benchmark.add_command(command)
