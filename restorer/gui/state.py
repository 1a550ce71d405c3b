"""The values that a session shows: small, frozen, without Qt."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """Of the running restoration, in pixels of the result; `eta_s` is None until it can be told."""

    done_px: int
    total_px: int
    eta_s: float | None


@dataclass(frozen=True, slots=True)
class Running:
    """On what and how fast. `device` is empty until the models are loaded; `megapixels_per_s` until
    it was measured, and `tile_px` is the side of the last tile."""

    device: str = ""
    tile_px: int = 0
    megapixels_per_s: float | None = None
    stepped_down: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong, in the user's words; `details` for a bug report. `again` names the job."""

    text: str
    details: str = ""
    again: str = ""
