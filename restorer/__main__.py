"""`restorer` and `python -m restorer`: the window, or the command line."""

from __future__ import annotations

import os
import sys

_INTERRUPTED = 130  # as in `restorer.cli`, which may not have been loaded by then


def main() -> None:
    """Without arguments or with photos the window opens; everything else is a command."""
    try:
        _start(sys.argv[1:])
    except KeyboardInterrupt:  # while modules were loaded
        sys.exit(_INTERRUPTED)


def _start(arguments: list[str]) -> None:
    if wants_window(arguments):
        if not has_screen():  # Qt would end the process with a core dump
            sys.exit("There is no screen to open a window on. restorer --help lists the commands.")
        from pathlib import Path  # here: while this module loads, nobody catches Ctrl-C

        from restorer.gui.app import run as run_window

        sys.exit(run_window([Path(argument).absolute() for argument in arguments]))
    from restorer.cli import run

    sys.exit(run(arguments))


def wants_window(arguments: list[str]) -> bool:
    """Whether there is nothing but photos and folders of them, or nothing at all.

    A command wins over a file of its name: `./restore` is the file.
    """
    from restorer.cli import cli

    return all(
        argument not in cli.commands and not argument.startswith("-") and os.path.exists(argument)  # noqa: PTH110  a Path may raise
        for argument in arguments
    )


def has_screen() -> bool:
    """Whether a window can be opened; where there is always a desktop, yes."""
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return sys.platform != "linux" or any(os.environ.get(name) for name in names)


if __name__ == "__main__":
    main()
