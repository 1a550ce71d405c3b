"""Does a picture look like the photographs that the models were trained on? No torch."""

from __future__ import annotations

from typing import Final

import numpy as np

from restorer.engine.image import Image

MAX_FLAT_SHARE: Final = 0.8
SAMPLE_PX: Final = 1024


def flat_share(image: Image) -> float:
    """How many horizontal neighbours are exactly equal in all channels, 0 to 1.

    Looked at in the middle of the picture and, if that is large, in its four quarters.
    """
    equal = total = 0
    for part in _parts(image):
        if part.shape[1] > 1:
            same = (part[:, 1:] == part[:, :-1]).all(axis=2)
            equal += int(same.sum())
            total += same.size
    return equal / total if total else 0.0


def why_unlike_photos(image: Image) -> str | None:
    """A sentence that discloses the rule, if it holds; None for what looks like a photo.

    Drawings, screenshots and scanned text are mostly flat; in a photo noise and texture leave
    few neighbours exactly equal: at most 79 % in 650 photographs, the smooth and compressed ones of
    cameras among them.
    """
    share = flat_share(image)
    if share <= MAX_FLAT_SHARE:
        return None
    return (
        f"{share:.0%} of the neighbouring pixels are exactly equal; above {MAX_FLAT_SHARE:.0%} "
        "this is rarely a photo. The models were trained on photographs: drawings, screenshots and "
        "text may lose lines."
    )


def _parts(image: Image) -> list[np.ndarray]:
    height, width = image.samples.shape[:2]
    side_y, side_x = min(height, SAMPLE_PX), min(width, SAMPLE_PX)
    corners = {
        (int((height - side_y) * y), int((width - side_x) * x))
        for y, x in ((0.5, 0.5), (0.25, 0.25), (0.25, 0.75), (0.75, 0.25), (0.75, 0.75))
    }
    return [image.samples[top : top + side_y, left : left + side_x] for top, left in corners]
