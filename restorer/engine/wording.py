"""What was found in a photo and done to it, in the words that all parts of the program use."""

from __future__ import annotations


def noise_text(word: str, kind: str, sigma: float, denoised_at: float | None) -> str:
    """`word`, `kind` and `sigma` as of `NoiseEstimate`.

    >>> noise_text("visible", "fine", 12.34, 12.34)
    'visible noise (sigma 12.3), denoised at 12.3'
    >>> noise_text("visible", "jpeg", 0.5, 8.14)
    'visible JPEG blocks, deblocked at 8.1'
    """
    found = {
        "fine": f"{word} noise (sigma {sigma:.1f})",
        "coarse": f"{word} noise (coarse)",
        "jpeg": f"{word} JPEG blocks",
    }[kind]
    if denoised_at is None:
        return found
    return f"{found}, {'deblocked' if kind == 'jpeg' else 'denoised'} at {denoised_at:.1f}"
