"""Restorer cleans and enlarges photos with trained autoencoders.

    import restorer
    clean = restorer.restore(pixels)            # (H, W, 3) float32 sRGB in [0, 1]
    large = restorer.restore(pixels, scale=2)

Importing this package loads no torch; the first call does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from restorer.engine.image import Pixels
    from restorer.settings import Denoise

__version__ = "0.1.0"
__all__ = ["__version__", "restore"]


def restore(
    pixels: Pixels, *, denoise: Denoise = "auto", scale: int = 1, device: str = "auto"
) -> Pixels:
    """Cleans a picture and enlarges it by `scale`, with the shipped models.

    `pixels`: (H, W, 3) or (H, W), float32 sRGB in [0, 1], not clipped on the way in; returns the
    same shape times `scale`. `denoise`: `"auto"` (estimate the noise), `"off"`, or its standard
    deviation in 8-bit levels, 0 to 75; of a picture that was a strong JPEG the blocks are removed
    instead, and a number says how coarse they are. `scale`: 1, 2, 3 or 4. `device`: `"auto"`,
    `"cpu"`, `"cuda"`, `"mps"` or `"xpu"`.

    Raises ValueError naming a wrong argument, and RestorerError (see `restorer.errors`) if the
    weights or the device cannot be used.
    """
    from restorer.engine.pixels import restore_pixels
    from restorer.settings import Settings

    return restore_pixels(pixels, Settings(denoise=denoise, scale=scale, device=device))
