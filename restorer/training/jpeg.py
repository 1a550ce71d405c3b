"""JPEG's losses on a batch of pictures, without files: colour transform, DCT, quantization.

Written in tensor operations because a file a patch would keep a GPU waiting. Entropy coding loses
nothing and is left out. `tests/training/test_jpeg.py` holds it against Pillow's files.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from restorer.engine.compression import COLOUR_TABLE, LUMA_TABLE, table_level
from restorer.models.dct import blocks_of, dct_matrix
from restorer.models.ycc import rgb_to_ycc, ycc_to_rgb


def jpeg(
    pictures: Tensor, quality: Tensor, halve_colour: bool, phase: tuple[int, int] = (0, 0)
) -> Tensor:
    """What is left of (N, 3, H, W) in [0, 1] after a JPEG file of libjpeg's `quality`, not rounded.

    `quality`: (N, 1, 1, 1), 1 to 100. The rest as of `jpeg_by`.
    """
    return jpeg_by(pictures, libjpeg_tables(quality), halve_colour, phase)


def jpeg_by(
    pictures: Tensor, tables: Tensor, halve_colour: bool, phase: tuple[int, int] = (0, 0)
) -> Tensor:
    """The same by any quantization tables, (N, 2, 8, 8): of brightness and of colour.

    `halve_colour`: 4:2:0 instead of 4:4:4. `phase`: how far the grid of blocks is shifted down and
    right, 0 to 15 each, as if the picture had been cropped.
    """
    height, width = pictures.shape[2:]
    down, right = phase
    padded = functional.pad(
        pictures.clamp(0, 1),
        (right, -(width + right) % 16, down, -(height + down) % 16),
        mode="replicate",
    )
    ycc = 255 * rgb_to_ycc(padded)
    luma, colour = ycc[:, :1] - 128, ycc[:, 1:]
    if halve_colour:
        colour = functional.avg_pool2d(colour, 2)
    luma, colour = _quantize(luma, tables[:, 0]), _quantize(colour, tables[:, 1])
    if halve_colour:
        colour = functional.interpolate(colour, scale_factor=2, mode="bilinear")
    rgb = ycc_to_rgb(torch.cat((luma + 128, colour), dim=1) / 255)
    return rgb[:, :, down : down + height, right : right + width]


def jpeg_level(quality: float) -> float:
    """The `table_level` of libjpeg's files of that quality, 1 to 100."""
    luma, _ = libjpeg_tables(torch.tensor([quality]))[0]
    return table_level(luma.flatten().int().tolist())


def libjpeg_tables(quality: Tensor) -> Tensor:
    """(N, 2, 8, 8): libjpeg's rule from quality to quantization steps."""
    steps = standard_tables(quality)
    quality = quality.view(-1, 1, 1, 1).round().clamp(1, 100)
    percent = torch.where(quality < 50, 5000 / quality, 200 - 2 * quality)
    return ((steps * percent + 50) / 100).floor().clamp(1, 255)


def _quantize(planes: Tensor, table: Tensor) -> Tensor:
    """`planes` (N, C, H, W) through 8 x 8 DCT blocks divided by `table` (N, 8, 8) and rounded."""
    blocks, dct = blocks_of(planes), dct_matrix(planes)
    step = table.view(len(table), 1, 1, 1, 8, 8)
    coefficients = dct @ blocks @ dct.T
    blocks = dct.T @ (torch.round(coefficients / step) * step) @ dct
    return blocks.transpose(3, 4).reshape(planes.shape)


def standard_tables(like: Tensor) -> Tensor:
    """(1, 2, 8, 8): Annex K's, on the device of `like`."""
    return like.new_tensor((LUMA_TABLE, COLOUR_TABLE)).view(1, 2, 8, 8)
