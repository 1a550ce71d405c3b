"""What the window asks of the worker process, and what it hears back: frozen, small, picklable.

Every request carries a job number that only grows. Every job ends with exactly one of
JobDone, JobFailed, JobCancelled or (from the client) WorkerDied.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from restorer.engine.image import Image
from restorer.engine.pyramid import PixelFile
from restorer.engine.tiling import Box
from restorer.settings import Saving, Settings


@dataclass(frozen=True, slots=True)
class Photo:
    """An opened photo: its pixels in the cache folder, and all that must come through to a file.

    It holds everything that a restoration needs, so that a worker that died can be replaced
    without opening the file again. `rest`: the picture without its pixels. `unlike_photos`: a
    sentence why it looks unlike what the models were trained on, or None.
    """

    path: Path
    name: str
    pixels: PixelFile
    alpha: PixelFile | None
    rest: Image
    unlike_photos: str | None

    @property
    def width(self) -> int:
        return self.pixels.shape[1]

    @property
    def height(self) -> int:
        return self.pixels.shape[0]

    @property
    def files(self) -> list[Path]:
        """What of it lies in the cache folder."""
        return [file.path for file in (self.pixels, self.alpha) if file is not None]

    @property
    def bits(self) -> int:
        return 8 if self.pixels.dtype == "uint8" else 16


@dataclass(frozen=True, slots=True)
class OpenPhoto:
    """Decode a file into the cache folder."""

    job: int
    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class RestorePhoto:
    """Run the networks; `view`, the part looked at in pixels of the photo, first.

    The photo's noise is estimated too: before, if the settings want to know it, else afterwards.
    """

    job: int
    photo: Photo
    settings: Settings
    view: Box | None


@dataclass(frozen=True, slots=True)
class SavePhoto:
    """Write a result to a file. Cancelling does not reach it: it is asked for once and done whole.

    `result`, `cleaned`: what RestorePhoto made with the same denoising and scale; `settings` may
    blend them otherwise.
    """

    job: int
    photo: Photo
    settings: Settings
    result: PixelFile
    cleaned: PixelFile | None
    target: Path
    saving: Saving


Request = OpenPhoto | RestorePhoto | SavePhoto


@dataclass(frozen=True, slots=True)
class WorkerReady:
    """The models are loaded; `device` in a user's words."""

    device: str


@dataclass(frozen=True, slots=True)
class ModelsUnusable:
    """Instead of WorkerReady: why no photo can be restored. `details`: as of JobFailed."""

    message: str
    details: str


@dataclass(frozen=True, slots=True)
class PhotoOpened:
    """The pixels are there to be seen."""

    job: int
    photo: Photo


@dataclass(frozen=True, slots=True)
class NoiseEstimated:
    """`strength`: what auto hands to the denoiser or deblocker, 8-bit levels. `word`: for people.

    `kind`: `NoiseKind`; of "coarse" and "jpeg" `sigma` says little.
    """

    job: int
    sigma: float
    strength: float
    word: str
    kind: str


@dataclass(frozen=True, slots=True)
class ResultStarted:
    """Tiles will appear in `result`; `cleaned` is None where nothing is enlarged."""

    job: int
    result: PixelFile
    cleaned: PixelFile | None
    scale: int
    denoised_at: float | None
    device: str

    @property
    def files(self) -> list[Path]:
        """What of it lies in the cache folder."""
        return [file.path for file in (self.result, self.cleaned) if file is not None]


@dataclass(frozen=True, slots=True)
class TileFinished:
    """`box` of the result is final. `tile_s`: how long it took."""

    job: int
    box: Box
    done_px: int
    total_px: int
    tile_s: float


@dataclass(frozen=True, slots=True)
class WorkSteppedDown:
    """The work goes on one step slower: why, and on what."""

    job: int
    reason: str
    device: str


@dataclass(frozen=True, slots=True)
class JobDone:
    """The job ended well."""

    job: int


@dataclass(frozen=True, slots=True)
class JobFailed:
    """`message`: a sentence for the user. `details`: for a bug report, empty for bad input."""

    job: int
    message: str
    details: str


@dataclass(frozen=True, slots=True)
class JobCancelled:
    """The job ended because it was no longer wanted."""

    job: int


@dataclass(frozen=True, slots=True)
class WorkerDied:
    """The process is gone and a new one is starting. `lost`: the jobs that went with it.

    `hung`: it was killed because it did not answer; else it ended of itself. `given_up`: it never
    gets as far as loading its models, and no other one is started.
    """

    lost: tuple[int, ...]
    hung: bool
    given_up: bool = False


Event = (
    WorkerReady
    | ModelsUnusable
    | PhotoOpened
    | NoiseEstimated
    | ResultStarted
    | TileFinished
    | WorkSteppedDown
    | JobDone
    | JobFailed
    | JobCancelled
    | WorkerDied
)
LAST_EVENTS = (JobDone, JobFailed, JobCancelled)
