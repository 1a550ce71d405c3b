"""Everything that can go wrong and that a user can be told in one sentence.

RestorerError
├── ImageError                 one file; the message names it
│   ├── ImageUnreadable        missing, damaged, not a picture, no permission
│   ├── ImageUnsupported       a picture, but of a kind that is not handled
│   ├── ImageTooLarge          more pixels than can be worked on
│   └── ImageUnwritable        the result cannot be saved there
│       └── DiskFull           there is no room for it
├── WeightsError               a file of trained weights or the catalog
│   ├── WeightsMissing
│   ├── WeightsCorrupt
│   └── ModelUnknown           no such model in the catalog
├── NoDigit                    a picture in which no digit is found
├── RestoreFailed              every step of the fallback ladder failed
├── DeviceUnavailable          the device asked for is not there
├── BatchError                 a folder job cannot be started or go on
│   └── PlanError              what was asked for cannot be planned: wrong usage
├── DataError                  a folder of pictures that cannot be used
├── TrainingError              a training that cannot begin, be saved or go on
└── ShapeMismatch              two arrays that should have equal shapes
"""

from __future__ import annotations

from pathlib import Path


class RestorerError(Exception):
    """Ends one piece of work; its text is a sentence for the user that says what to do."""


class ImageError(RestorerError):
    """Something about one image file; `path` is that file."""

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(message)
        self.path = path

    def __reduce__(self) -> tuple[type[ImageError], tuple[Path, str]]:
        # Exception pickles only its own args; the worker process sends these home.
        return type(self), (self.path, str(self))


class ImageUnreadable(ImageError):
    """The file is missing, damaged, protected or not a picture."""


class ImageUnsupported(ImageError):
    """The file is a picture of a kind that Restorer does not handle."""


class ImageTooLarge(ImageError):
    """The picture has more pixels than Restorer accepts."""


class ImageUnwritable(ImageError):
    """The result cannot be saved at that place."""


class DiskFull(ImageUnwritable):
    """There is no room for the result; the next ones would fail too."""


class WeightsError(RestorerError):
    """A file of trained weights, or the catalog that lists them, cannot be used."""


class WeightsMissing(WeightsError):
    """A file that the catalog names, or the catalog itself, is not there."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is missing. Check --weights, or reinstall Restorer.")


class WeightsCorrupt(WeightsError):
    """A weights file or the catalog was truncated or altered."""

    def __init__(self, path: Path, why: str = "does not match its checksum") -> None:
        super().__init__(f"{path} {why}. Reinstall Restorer, or copy your own weights again.")


class ModelUnknown(WeightsError):
    """The catalog has no model of that name."""


class NoDigit(RestorerError):
    """Nothing in the picture stands out enough to be a digit."""


class RestoreFailed(RestorerError):
    """Every step of the fallback ladder was tried and none gave a usable result."""


class DeviceUnavailable(RestorerError):
    """The device that was asked for by name is not on this machine."""


class BatchError(RestorerError):
    """A folder job cannot be started or cannot go on."""


class PlanError(BatchError):
    """The sources, patterns or names that were asked for do not make a plan."""


class DataError(RestorerError):
    """A folder of pictures for training or measuring cannot be used."""


class TrainingError(RestorerError):
    """A training cannot begin there, be saved there, or go on."""


class ShapeMismatch(RestorerError, ValueError):
    """Two arrays that must have equal shapes do not."""

    def __init__(self, one: tuple[int, ...], other: tuple[int, ...]) -> None:
        super().__init__(f"The pictures have different shapes: {one} and {other}.")
