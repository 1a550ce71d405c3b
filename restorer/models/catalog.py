"""From `catalog.json` to checked weights to a module that is ready to run."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final, TypeVar, get_args

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from restorer.errors import ModelUnknown, WeightsCorrupt, WeightsMissing
from restorer.models import CATALOG_NAME
from restorer.models.arithmetic import counted, kmac_per_px
from restorer.models.denoiser import Denoiser
from restorer.models.estimator import Estimator, JpegEstimator, PictureEstimator
from restorer.models.upscaler import Upscaler
from restorer.models.vae import (
    CODE_SIZE,
    ConditionalVAE,
    ConvVAE,
    DenseVAE,
    DigitModel,
    PlainAutoencoder,
)

PhotoNetwork = Denoiser | Upscaler | Estimator | JpegEstimator | PictureEstimator
Network = PhotoNetwork | DigitModel
_Kind = TypeVar("_Kind", Denoiser, Upscaler, Estimator, JpegEstimator, PictureEstimator)
ARCHITECTURES: Final[dict[str, type[Network]]] = {
    kind.__name__: kind
    for kind in (
        Denoiser,
        Upscaler,
        Estimator,
        JpegEstimator,
        PictureEstimator,
        DenseVAE,
        ConvVAE,
        ConditionalVAE,
        PlainAutoencoder,
    )
}
_ANSWERS: Final = {
    "Estimator": "a patch, besides its statistics",
    "JpegEstimator": "a patch, besides its statistics",
    "PictureEstimator": "a picture, besides the trial",
}
_OF_DIGITS: Final = frozenset(kind.__name__ for kind in get_args(DigitModel))


@dataclass(frozen=True, slots=True)
class Entry:
    """One model's card: all that is needed to run it and to judge it.

    `halo`, `stride`: input pixels. `sigma_range`: noise it was trained on, 8-bit levels.
    `kmac_per_px`: thousand multiply-adds for a pixel of the result; `kmac`: for a digit, or a
    picture's or a patch's level of noise. `scale`, `stride`, `halo` and `degradations` are None for
    the models of digits, `sigma_range` for all but the denoiser, `kmac_per_px` for what does not
    make pictures out of pictures, and `kmac` for what does.
    `figures`: what `tests/benchmarks/figures.py` and `digit_figures.py` measured, by data set, with
    the weights whose SHA-256 is `measured`. What `--denoise auto` does depends on the estimator,
    denoiser and deblocker together: figures.py measures all of that anew when one of them changes.
    """

    name: str
    architecture: str
    arguments: dict[str, Any]
    file: str
    sha256: str
    scale: int | None
    stride: int | None
    halo: int | None
    parameters: int
    sigma_range: tuple[float, float] | None
    loss: str
    trained_on: str
    degradations: str | None
    seed: int
    steps: int
    hours: float
    hardware: str
    purpose: str = ""
    limits: str = ""
    kmac_per_px: float | None = None
    kmac: float | None = None
    figures: dict[str, Any] = field(default_factory=dict)
    measured: str = ""

    @property
    def cost(self) -> str:
        """What an answer takes, in words; nothing for an old entry that does not say."""
        if self.kmac_per_px is not None:
            return f"{self.kmac_per_px:g} thousand multiply-adds for a pixel of the result"
        if self.kmac is None:
            return ""
        answer = _ANSWERS.get(self.architecture, "a digit")
        return f"{self.kmac:,.1f} thousand multiply-adds for {answer}"

    def with_figures(self, figures: dict[str, Any]) -> Entry:
        """The same, with what was just measured."""
        return replace(self, figures=figures, measured=self.sha256)


@dataclass(frozen=True, slots=True)
class Catalog:
    """The models of one folder of weights."""

    folder: Path
    entries: tuple[Entry, ...]

    def entry(self, name: str) -> Entry:
        """Raises ModelUnknown."""
        for entry in self.entries:
            if entry.name == name:
                return entry
        known = ", ".join(entry.name for entry in self.entries) or "none"
        raise ModelUnknown(f"There is no model {name!r} in {self.folder}. It has: {known}.")

    def __contains__(self, name: str) -> bool:
        return any(entry.name == name for entry in self.entries)

    def denoiser(self, name: str = "denoiser") -> Denoiser:
        """Raises ModelUnknown, WeightsMissing or WeightsCorrupt."""
        return self._load_as(Denoiser, name)

    def upscaler(self, scale: int) -> Upscaler:
        """Raises ModelUnknown, WeightsMissing or WeightsCorrupt."""
        name = f"upscaler-x{scale}"
        module = self._load_as(Upscaler, name)
        if module.scale != scale:
            raise self._mistaken(name)
        return module

    def estimator(self) -> Estimator:
        """Raises ModelUnknown, WeightsMissing or WeightsCorrupt."""
        return self._load_as(Estimator, "estimator")

    def jpeg_estimator(self) -> JpegEstimator:
        """Raises ModelUnknown, WeightsMissing or WeightsCorrupt."""
        return self._load_as(JpegEstimator, "jpeg-estimator")

    def picture_estimator(self) -> PictureEstimator:
        """Raises ModelUnknown, WeightsMissing or WeightsCorrupt."""
        return self._load_as(PictureEstimator, "picture-estimator")

    def digit_models(self) -> list[str]:
        """Names of the models of digits."""
        return [entry.name for entry in self.entries if entry.architecture in _OF_DIGITS]

    def digit_model(self, name: str) -> DigitModel:
        """Raises ModelUnknown (also for a model of photos), WeightsMissing or WeightsCorrupt."""
        if name not in self.digit_models():
            known = ", ".join(self.digit_models()) or "none"
            raise ModelUnknown(f"{self.folder} has no model of digits {name!r}. It has: {known}.")
        module = self.load(name)
        assert isinstance(module, DigitModel)
        return module

    def _load_as(self, kind: type[_Kind], name: str) -> _Kind:
        module = self.load(name)
        if not isinstance(module, kind):
            raise self._mistaken(name)
        return module

    def _mistaken(self, name: str) -> WeightsCorrupt:
        return WeightsCorrupt(self.folder / CATALOG_NAME, f"gives {name!r} to another network")

    def load(self, name: str) -> Network:
        """The network with its weights: float32, on the CPU, `channels_last`, ready for inference.

        The file's checksum is verified before a byte of it is used.
        """
        entry = self.entry(name)
        path = self.folder / entry.file
        try:
            content = path.read_bytes()
        except FileNotFoundError as error:
            raise WeightsMissing(path) from error
        except OSError as error:
            raise WeightsCorrupt(path, f"cannot be read ({error.strerror})") from error
        if hashlib.sha256(content).hexdigest() != entry.sha256:
            raise WeightsCorrupt(path)
        try:
            module = ARCHITECTURES[entry.architecture](**entry.arguments)
            module.load_state_dict(load_tensors(content))
        except (KeyError, TypeError, RuntimeError, SafetensorError) as error:
            # The checksum held, so it is the catalog that does not describe this file.
            raise WeightsCorrupt(
                self.folder / CATALOG_NAME, f"does not fit {entry.file}"
            ) from error
        module.eval().requires_grad_(False)
        # Worth 1.2 to 1.8 times on a CPU; a GPU's tensor cores want it too.
        return module.to(memory_format=torch.channels_last)


def open_catalog(folder: Path) -> Catalog:
    """Reads `folder/catalog.json`; the weights themselves are read on `load`.

    What a later version says of a model beyond what `Entry` has is passed over.

    Raises WeightsMissing or WeightsCorrupt.
    """
    path = folder / CATALOG_NAME
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))["models"]
        return Catalog(folder, tuple(_entry(fields) for fields in entries))
    except FileNotFoundError as error:
        raise WeightsMissing(path) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightsCorrupt(path, f"is damaged ({error})") from error


def add(folder: Path, module: Network, entry: Entry) -> Entry:
    """Writes the module's weights and its entry, replacing one of the same name.

    Returns the entry with file, checksum and the module's own facts filled in.
    """
    content = save_tensors({key: value.contiguous() for key, value in module.state_dict().items()})
    fields = asdict(entry) | {
        "file": f"{entry.name}.safetensors",
        "sha256": hashlib.sha256(content).hexdigest(),
        "scale": module.scale if isinstance(module, PhotoNetwork) else None,
        "stride": module.stride if isinstance(module, PhotoNetwork) else None,
        "halo": module.halo if isinstance(module, PhotoNetwork) else None,
        "parameters": sum(parameter.numel() for parameter in module.parameters()),
        "kmac_per_px": _kmac_per_px(module),
        "kmac": _kmac(module),
    }
    complete = Entry(**fields)
    folder.mkdir(parents=True, exist_ok=True)
    others: tuple[Entry, ...] = ()
    if (folder / CATALOG_NAME).exists():
        others = open_catalog(folder).entries
    _replace(folder / complete.file, content)
    write_catalog(Catalog(folder, (*(e for e in others if e.name != entry.name), complete)))
    return complete


def write_catalog(catalog: Catalog) -> None:
    """Saves the entries, by name, so that a change shows as few changed lines."""
    models = [asdict(entry) for entry in sorted(catalog.entries, key=lambda entry: entry.name)]
    text = json.dumps({"models": models}, indent=2, ensure_ascii=False) + "\n"
    _replace(catalog.folder / CATALOG_NAME, text.encode())


def _kmac_per_px(module: Network) -> float | None:
    """Of the networks that make pictures out of pictures."""
    picture = torch.zeros(1, 3, 96, 96)
    if isinstance(module, Denoiser):
        return round(kmac_per_px(module, picture, torch.zeros(1, 1, 1, 1)), 1)
    return round(kmac_per_px(module, picture), 1) if isinstance(module, Upscaler) else None


def _kmac(module: Network) -> float | None:
    """Of the others."""
    if isinstance(module, DigitModel):
        labels = torch.zeros(1, dtype=torch.long) if module.labelled else None
        return round(counted(lambda: module.decode(torch.zeros(1, CODE_SIZE), labels))[1], 1)
    if isinstance(module, Estimator | JpegEstimator | PictureEstimator):
        return round(counted(module.head, torch.zeros(1, module.inputs))[1], 1)
    return None


def _entry(fields: dict[str, Any]) -> Entry:
    for name in ("name", "architecture", "file", "sha256"):
        if not isinstance(fields[name], str):
            raise TypeError(f"{name} is no text")
    sigma_range = fields["sigma_range"]
    known = {key: value for key, value in fields.items() if key in Entry.__dataclass_fields__}
    return Entry(**known | {"sigma_range": sigma_range and (sigma_range[0], sigma_range[1])})


def _replace(path: Path, content: bytes) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(content)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
