"""How the benchmarks show what they found."""

from __future__ import annotations

import click

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON line a row.")


def short(value: object) -> str:
    """
    >>> short(31.4159), short(7), short(None)
    ('31.42', '7', 'None')
    """
    return f"{value:.4g}" if isinstance(value, float) else str(value)
