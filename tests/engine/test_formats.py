"""Formats that need a library of their own, and copies that are exact."""

import io
import struct
import sys

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image as PillowImage
from PIL import ImageCms
from PIL.PngImagePlugin import PngInfo

from restorer.engine import imagefile, rawfile, resultfile
from restorer.engine.image import Image
from restorer.engine.photo import Workshop
from restorer.errors import ImageError, ImageUnsupported
from restorer.settings import Settings
from tests.conftest import drawn
from tests.engine.samples import DEEP_HEIC, HEIC


@pytest.fixture
def copying(tiny_weights):
    return Workshop.open(Settings(denoise="off", device="cpu"), tiny_weights)


def test_heic_is_read_upright_with_what_it_says(tmp_path):
    (path := tmp_path / "a.heic").write_bytes(HEIC)
    image = imagefile.read(path)
    assert image.samples.shape == (64, 48, 3)
    assert np.abs(image.samples.astype(int) - np.rot90(drawn(64, 48), -1)).mean() < 3
    assert b"Drawn" in image.exif
    assert image.xmp.startswith(b"<x:xmpmeta")
    assert imagefile.describe(path).format == "HEIF"


def test_ten_bits_of_heic_stay_more_than_eight(tmp_path):
    (path := tmp_path / "a.heic").write_bytes(DEEP_HEIC)
    image = imagefile.read(path)
    assert image.samples.dtype == np.uint16
    assert np.abs(image.samples / 257 - drawn(64, 48)).mean() < 3


def test_a_result_of_heic_becomes_png(tmp_path, copying):
    (path := tmp_path / "a.heic").write_bytes(HEIC)
    *_, done = copying.restore_file(path)
    assert done.target.name == "a_restored.png"
    np.testing.assert_array_equal(imagefile.read(done.target).samples, imagefile.read(path).samples)


def test_avif_goes_in_and_out(tmp_path):
    path = tmp_path / "a.avif"
    resultfile.write(Image(drawn(64, 48)), path)
    image = imagefile.read(path)
    assert np.abs(image.samples.astype(int) - drawn(64, 48)).mean() < 3
    resultfile.write(Image(drawn(64, 48), alpha=drawn(64, 48, 1)[..., 0]), path)
    assert np.abs(imagefile.read(path).alpha.astype(int) - drawn(64, 48, 1)[..., 0]).mean() < 3


@pytest.mark.parametrize("bits", [10, 12])
def test_deep_avif_stays_deep(tmp_path, bits):
    full = (1 << bits) - 1
    levels = (drawn(64, 48).astype(np.uint32) * full // 255).astype(np.uint16)
    path = tmp_path / "a.avif"
    path.write_bytes(imagecodecs.avif_encode(levels, level=100, bitspersample=bits))
    image = imagefile.read(path)
    assert image.samples.dtype == np.uint16
    assert np.abs(image.samples / 65535 - levels / full).max() < 0.02


def test_a_gif_of_one_picture_is_read_and_one_of_many_refused(tmp_path):
    first, second = (PillowImage.fromarray(drawn(16, 16)[::step]) for step in (1, -1))
    first.save(tmp_path / "one.gif")
    first.save(tmp_path / "two.gif", save_all=True, append_images=[second])
    assert imagefile.read(tmp_path / "one.gif").samples.shape == (16, 16, 3)
    with pytest.raises(ImageUnsupported, match="holds 2 pictures"):
        imagefile.read(tmp_path / "two.gif")


def drawn_dng(path):
    """A raw file as a camera could have written it: a mosaic, and how to develop it."""
    y, x = np.mgrid[:64, :96]
    mosaic = (2000 + 6000 * x / 96 + 3000 * y / 64).astype(np.uint16)
    matrix = [(6, 10), (-1, 10), (-1, 20), (-4, 10), (12, 10), (2, 10), (-1, 20), (3, 20), (6, 10)]
    tags = [
        (33421, 3, 2, (2, 2)),  # CFARepeatPatternDim
        (33422, 1, 4, bytes((0, 1, 1, 2))),  # CFAPattern
        (50706, 1, 4, bytes((1, 4, 0, 0))),  # DNGVersion
        (50708, 2, 0, "Drawn 1"),  # UniqueCameraModel
        (50717, 4, 1, 16383),  # WhiteLevel
        (50721, 10, 9, [part for number in matrix for part in number]),  # ColorMatrix1
        (50728, 5, 3, (1, 2, 1, 1, 1, 2)),  # AsShotNeutral
        (50778, 3, 1, 21),  # CalibrationIlluminant1
    ]
    extra = [(*tag, True) for tag in tags]
    tifffile.imwrite(path, mosaic, photometric=32803, metadata=None, extratags=extra)


def test_raw_files_are_developed_to_sixteen_bits(tmp_path, copying):
    pytest.importorskip("rawpy")
    drawn_dng(path := tmp_path / "a.dng")
    image = imagefile.read(path)
    assert (image.samples.shape, image.samples.dtype) == ((64, 96, 3), np.uint16)
    described = imagefile.describe(path)
    assert (described.width, described.height, described.format) == (96, 64, "RAW")
    *_, done = copying.restore_file(path)
    assert done.target.name == "a_restored.png"
    assert imagefile.describe(done.target).bits == 16


def test_damaged_raw_files_are_told(tmp_path):
    pytest.importorskip("rawpy")
    drawn_dng(path := tmp_path / "a.dng")
    path.write_bytes(path.read_bytes()[:600])
    with pytest.raises(ImageError, match=r"a\.dng cannot be read as a raw file"):
        imagefile.read(path)


def test_without_the_extra_raw_files_are_refused_with_the_remedy(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "rawpy", None)
    (path := tmp_path / "a.nef").write_bytes(b"raw")
    with pytest.raises(ImageUnsupported, match=r"restorer\[raw\]"):
        imagefile.read(path)
    assert ".nef" in rawfile.SUFFIXES


@pytest.mark.parametrize("ending", ["png", "tif"])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_sixteen_bit_gradient_is_copied_bit_by_bit(tmp_path, copying, ending, channels):
    gradient = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    samples = np.stack([np.roll(gradient, c * 77) for c in range(channels)], axis=-1)
    source, target = tmp_path / f"a.{ending}", tmp_path / f"b.{ending}"
    resultfile.write(Image(samples), source)
    list(copying.restore_file(source, target))
    np.testing.assert_array_equal(imagefile.read(target).samples, samples)


def wide_gamut():
    """A profile with the primaries of Display P3 and the curve of sRGB."""
    from tests.engine.profiles import display_p3

    return display_p3()


@pytest.mark.parametrize("ending", ["png", "tif", "jpg"])
def test_a_wide_gamut_picture_keeps_its_look(tmp_path, copying, ending):
    source, target = tmp_path / f"a.{ending}", tmp_path / f"b.{ending}"
    picture = PillowImage.fromarray(drawn(64, 48))
    options = {"quality": 97, "subsampling": "4:4:4"} if ending == "jpg" else {}
    picture.save(source, icc_profile=wide_gamut(), **options)
    list(copying.restore_file(source, target))
    before, after = (lab_as_shown(path) for path in (source, target))
    assert np.sqrt(((before - after) ** 2).sum(axis=-1)).mean() < 1


SRGB_POINTS = (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
REC_2020_POINTS = (31270, 32900, 70800, 29200, 17000, 79700, 13100, 4600)


def png_that_says(path, samples, gamma=None, points=None, chunk=None, **options):
    """A PNG with gAMA and cHRM, which say what its numbers mean."""
    chunks = PngInfo()
    if chunk:
        chunks.add(*chunk)
    if points:
        chunks.add(b"cHRM", struct.pack(">8I", *points))
    if gamma is not None:
        chunks.add(b"gAMA", struct.pack(">I", gamma))
    PillowImage.fromarray(samples).save(path, pnginfo=chunks, **options)
    return path


@pytest.mark.parametrize("ending", ["png", "tif", "jpg"])
@pytest.mark.parametrize("points", [None, SRGB_POINTS])
def test_a_png_whose_numbers_are_light_keeps_its_look(tmp_path, copying, ending, points):
    source = png_that_says(tmp_path / "a.png", drawn(64, 48), 100000, points)
    list(copying.restore_file(source, target := tmp_path / f"b.{ending}"))
    light = drawn(64, 48) / 255
    shown = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    meant = cie_lab(PillowImage.fromarray(np.rint(shown * 255).astype(np.uint8)))
    assert np.sqrt(((meant - lab_as_shown(target)) ** 2).sum(axis=-1)).mean() < 1


def test_a_grey_png_whose_numbers_are_light_gets_a_grey_profile(tmp_path):
    path = png_that_says(tmp_path / "a.png", drawn(8, 8, 1)[..., 0], 100000, REC_2020_POINTS)
    assert imagefile.read(path).icc[16:20] == b"GRAY"


def test_a_png_of_other_colours_gets_their_profile(tmp_path):
    path = png_that_says(tmp_path / "a.png", drawn(8, 8), 45455, REC_2020_POINTS)
    profile = ImageCms.ImageCmsProfile(io.BytesIO(imagefile.read(path).icc)).profile
    np.testing.assert_allclose(profile.red_primary[1][:2], (0.708, 0.292), atol=0.02)


@pytest.mark.parametrize(
    ("gamma", "points", "chunk"),
    [
        (45455, SRGB_POINTS, None),
        (45000, None, None),
        (None, (0,) * 8, None),
        (0, None, None),
        (100000, None, (b"sRGB", b"\0")),
        (None, None, (b"tEXt", b"gamma\x001.0")),
    ],
)
def test_a_png_that_says_srgb_or_nonsense_gets_no_profile(tmp_path, gamma, points, chunk):
    path = png_that_says(tmp_path / "a.png", drawn(8, 8), gamma, points, chunk)
    assert imagefile.read(path).icc is None


def test_the_profile_of_a_png_overrules_its_gamma(tmp_path):
    profile = wide_gamut()
    path = png_that_says(tmp_path / "a.png", drawn(8, 8), 100000, icc_profile=profile)
    assert imagefile.read(path).icc == profile


def lab_as_shown(path):
    """CIE Lab of the picture as a colour-managed sRGB screen shows it."""
    with PillowImage.open(path) as picture:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(picture.info["icc_profile"]))
        return cie_lab(ImageCms.profileToProfile(picture, profile, ImageCms.createProfile("sRGB")))


def cie_lab(shown):
    lab = ImageCms.createProfile("LAB")
    transform = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), lab, "RGB", "LAB")
    values = np.asarray(ImageCms.applyTransform(shown, transform)).astype(float)
    lightness, a, b = values[..., 0] / 2.55, values[..., 1], values[..., 2]
    return np.stack([lightness, (a + 128) % 256 - 128, (b + 128) % 256 - 128], axis=-1)
