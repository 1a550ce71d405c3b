"""Layers as ready images: cut into tiles, in the screen's colours, kept until they change."""

from __future__ import annotations

import io
import time
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import numpy as np
from PIL import Image as PillowImage
from PIL import ImageCms

from restorer.engine.tiling import Box
from restorer.gui.layers import Bytes, Layer, Layers

TILE_PX: Final = 256
FRAME_S: Final = 0.012  # for new tiles in one frame: the rest comes with the next ones
MOST_TILES: Final = 800  # 200 MB

_Key = tuple[Layer, int, int, int]  # level, column, row


class ScreenColours:
    """From a photo's ICC profile to the screen's; photos without one are sRGB."""

    def __init__(self, photo_profile: bytes | None, screen_profile: Path | None) -> None:
        self._transforms: dict[str, ImageCms.ImageCmsTransform | None] = {}
        self._screen = _read_profile(screen_profile) or _system_profile()
        self._photo = _profile_or_none(photo_profile) if photo_profile else None

    @classmethod
    def to_srgb(cls, photo_profile: bytes | None) -> Self:
        """What programs expect in a clipboard, whatever the screen is."""
        colours = cls(photo_profile, None)
        colours._screen = None
        return colours

    def convert(self, samples: Bytes) -> Bytes:
        """(h, w, C) in the photo's colours to (h, w, 3) in the screen's."""
        grey = samples.shape[2] == 1
        if self._photo is None and self._screen is None:
            return np.repeat(samples, 3, axis=2) if grey else samples
        mode = "L" if grey else "RGB"
        plane = np.ascontiguousarray(samples[..., 0] if grey else samples)
        picture = PillowImage.fromarray(plane)
        if self._photo is None and grey:
            picture, mode = picture.convert("RGB"), "RGB"
        transform = self._transform(mode)
        if transform is None:
            return np.asarray(picture.convert("RGB"))
        return np.asarray(ImageCms.applyTransform(picture, transform))

    def _transform(self, mode: str) -> ImageCms.ImageCmsTransform | None:
        if mode not in self._transforms:
            srgb = ImageCms.createProfile("sRGB")
            try:
                self._transforms[mode] = ImageCms.buildTransform(
                    self._photo or srgb, self._screen or srgb, mode, "RGB"
                )
            except ImageCms.PyCMSError:
                self._transforms[mode] = None  # a profile of another kind than the pixels
        return self._transforms[mode]


def is_screen_profile(path: Path) -> bool:
    """Whether pictures can be shown with it: those of printers or of Lab colours are of no use."""
    profile = _read_profile(path)
    if profile is None:
        return False
    try:
        ImageCms.buildTransform(ImageCms.createProfile("sRGB"), profile, "RGB", "RGB")
    except ImageCms.PyCMSError:
        return False
    return True


def _read_profile(path: Path | None) -> ImageCms.ImageCmsProfile | None:
    try:
        return None if path is None else _profile_or_none(path.read_bytes())
    except OSError:  # the file is gone: as if none had been chosen
        return None


def _profile_or_none(content: bytes) -> ImageCms.ImageCmsProfile | None:
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(content))
    except (OSError, ImageCms.PyCMSError):
        return None
    return profile


def _system_profile() -> ImageCms.ImageCmsProfile | None:
    """What the system says of its screen: only Windows does; macOS converts from sRGB itself."""
    return ImageCms.get_display_profile()


@dataclass(slots=True)
class _Tile:
    pixels: Bytes  # (h, w, 4)
    fresh: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """Whole tiles around what was asked for: (h, w, 4) BGRA, the box they cover in pixels of their
    level, and whether all of them are as they should be; if not, draw again soon.

    Blue first is what Qt's painter takes without converting every pixel again in every frame.
    """

    pixels: Bytes
    box: Box
    final: bool


class Frames:
    """Draws any part of a layer from tiles, rendering only some milliseconds' worth a frame.

    Until its turn comes a tile is shown as it was, or coarsely.
    """

    def __init__(self, layers: Layers, colours: ScreenColours) -> None:
        self._layers = layers
        self._colours = colours
        self._tiles: OrderedDict[_Key, _Tile] = OrderedDict()
        self._last: dict[Layer, tuple[int, Frame]] = {}

    def outdate(self, box: Box | None = None) -> None:
        """What was restored or removed is to be rendered again; `box`: only there, pixels of the
        result."""
        self._last.clear()
        for (layer, level, column, row), tile in self._tiles.items():
            if layer is Layer.BEFORE:
                continue
            size = TILE_PX << level
            if box is None or Box(column * size, row * size, size, size).intersect(box):
                tile.fresh = False

    def clear(self) -> None:
        """All tiles are of another size now."""
        self._last.clear()
        self._tiles.clear()

    def draw(self, layer: Layer, level: int, box: Box) -> Frame:
        """`box` in pixels of that level, inside the picture."""
        extent = self._layers.level_extent(level)
        columns = range(box.left // TILE_PX, -(-box.right // TILE_PX))
        rows = range(box.top // TILE_PX, -(-box.bottom // TILE_PX))
        left, top = columns.start * TILE_PX, rows.start * TILE_PX
        right = min(extent.right, columns.stop * TILE_PX)
        bottom = min(extent.bottom, rows.stop * TILE_PX)
        covered = Box(left, top, right - left, bottom - top)
        last = self._last.get(layer)
        if last is not None and last[0] == level and last[1].box == covered and last[1].final:
            return last[1]
        pixels = np.empty((covered.height, covered.width, 4), np.uint8)
        ends, final = time.monotonic() + FRAME_S, True
        for row in rows:
            for column in columns:
                part = Box(column * TILE_PX, row * TILE_PX, TILE_PX, TILE_PX).intersect(extent)
                assert part is not None
                tile = self._tile((layer, level, column, row), part, late=time.monotonic() > ends)
                final = final and tile.fresh
                inside = part.seen_from(covered)
                pixels[inside.rows, inside.columns] = tile.pixels
        # Never those of this frame: on a large screen there may be more than are kept.
        for _ in range(len(self._tiles) - max(MOST_TILES, 3 * len(rows) * len(columns))):
            self._tiles.popitem(last=False)
        frame = Frame(pixels, covered, final)
        self._last[layer] = (level, frame)
        return frame

    def _tile(self, key: _Key, part: Box, *, late: bool) -> _Tile:
        tile = self._tiles.get(key)
        if tile is None:
            pixels = self._coarse(key, part) if late else self._rendered(key[0], key[1], part)
            tile = self._tiles[key] = _Tile(pixels, fresh=not late)
        elif not tile.fresh and not late:
            tile.pixels, tile.fresh = self._rendered(key[0], key[1], part), True
        self._tiles.move_to_end(key)
        return tile

    def _coarse(self, key: _Key, part: Box) -> Bytes:
        """The tile from a quarter of its width and height."""
        layer, level, _, _ = key
        steps = min(2, self._layers.levels - 1 - level)
        size = 2**steps
        small = Box(
            part.left // size, part.top // size, -(-part.width // size), -(-part.height // size)
        )
        coarse = self._rendered(layer, level + steps, small)
        large = coarse.repeat(size, axis=0).repeat(size, axis=1)
        return large[: part.height, : part.width]

    def _rendered(self, layer: Layer, level: int, part: Box) -> Bytes:
        samples = self._layers.pixels(layer, level, part)
        pixels = np.empty((part.height, part.width, 4), np.uint8)
        is_picture = layer is not Layer.REMOVED
        pixels[..., 2::-1] = self._colours.convert(samples) if is_picture else samples
        pixels[..., 3] = self._layers.alpha(level, part) if is_picture else 255
        return pixels
