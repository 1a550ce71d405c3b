"""Drawn pages to learn from beside photos: what screenshots, scans of print and charts are made of.

An upscaler that has seen photos alone takes the hard edges of letters for edges that shrinking has
left, and draws the ripples beside them that this would have cost: grey lines on white paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont
from torch import Generator, Tensor

COUNT: Final = 96
_SIDE_PX: Final = 96  # of the small page
_FINER: Final = 2  # drawn so many times as large, and averaged, for smooth edges
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:;-+=()/%&?!"
_STROKES: Final = (4, 14)  # on a page
_LINES: Final = (1, 6)  # of text
_TEXT_PX: Final = (7.0, 28.0)
_WIDTHS_PX: Final = (0.7, 4.0)  # of strokes


@dataclass(frozen=True, slots=True)
class Drawings:
    """`pages`: (3, H, W) uint8 each, whose grid of `scale` x `scale` cells begins at the corner."""

    pages: tuple[Tensor, ...]
    scale: int

    def patches(self, count: int, patch_px: int, generator: Generator) -> Tensor:
        """(count, 3, patch_px, patch_px) in [0, 1], cut along the grid; as `Photos.patches`."""
        return torch.stack([self._patch(patch_px, generator) for _ in range(count)]).float() / 255

    def _patch(self, patch_px: int, generator: Generator) -> Tensor:
        drawn = torch.rand(3, generator=generator, device=generator.device).tolist()
        page = self.pages[int(drawn[0] * len(self.pages))]
        cells = (page.shape[1] - patch_px) // self.scale + 1
        top, left = (self.scale * int(share * cells) for share in drawn[1:])
        return page[:, top : top + patch_px, left : left + patch_px]


def draw(scale: int, device: torch.device, *, count: int = COUNT, seed: int = 0) -> Drawings:
    """Pages of text, lines and shapes; on every other one they keep to the small page's pixels.

    That is how programs draw them: an upright line is one or two pixels wide, not half of each.
    """
    random = np.random.default_rng(seed)
    pages = [_page(random, scale, snapped=number % 2 == 0) for number in range(count)]
    return Drawings(tuple(page.to(device) for page in pages), scale)


def _page(random: np.random.Generator, scale: int, *, snapped: bool) -> Tensor:
    finer = _FINER * scale
    paper = _colour(random, light=random.random() < 0.8)
    picture = PillowImage.new("RGB", (_SIDE_PX * finer, _SIDE_PX * finer), paper)
    pen = ImageDraw.Draw(picture)
    is_light = sum(paper) > 384
    inks = [_colour(random, light=not is_light and random.random() < 0.8) for _ in range(3)]
    inks.append((0, 0, 0) if is_light else (255, 255, 255))

    def length(low: float, high: float) -> int:
        """Of the small page's pixels, in those that are drawn."""
        drawn = random.uniform(low, high)
        return round(finer * (round(drawn) if snapped else drawn))

    def box(most: float) -> tuple[int, int, int, int]:
        left, top = length(0, _SIDE_PX), length(0, _SIDE_PX)
        return left, top, left + length(1, most) - 1, top + length(1, most) - 1

    for _ in range(random.integers(*_STROKES)):
        ink, width = inks[random.integers(len(inks))], length(*_WIDTHS_PX)
        left, top, right, bottom = box(_SIDE_PX)
        match random.integers(6):
            case 0:
                pen.rectangle((left, top, right, bottom), outline=ink, width=width)
            case 1:
                pen.rectangle(box(_SIDE_PX / 3), fill=ink)
            case 2:
                pen.ellipse((left, top, right, bottom), outline=ink, width=width)
            case 3:
                pen.rectangle((left, top, left + width - 1, bottom), fill=ink)
            case 4:
                pen.rectangle((left, top, right, top + width - 1), fill=ink)
            case _:
                pen.line((left, top, length(0, _SIDE_PX), length(0, _SIDE_PX)), ink, width)
    for _ in range(random.integers(*_LINES)):
        font = ImageFont.load_default(finer * random.uniform(*_TEXT_PX))
        letters = random.choice(list(_LETTERS), size=24)
        words = "".join(np.where(random.random(24) < 0.15, " ", letters))
        start = (length(-_SIDE_PX / 4, _SIDE_PX / 2), length(0, _SIDE_PX))
        pen.text(start, words, fill=inks[random.integers(len(inks))], font=font)
    return torch.from_numpy(np.array(picture.reduce(_FINER))).permute(2, 0, 1).contiguous()


def _colour(random: np.random.Generator, *, light: bool) -> tuple[int, int, int]:
    """Often without colour; dark or saturated unless `light`."""
    levels = random.integers(200, 256, 3) if light else random.integers(0, 200, 3)
    if random.random() < 0.4:
        levels[:] = 255 if light and random.random() < 0.5 else levels[0]
    red, green, blue = levels.tolist()
    return red, green, blue
