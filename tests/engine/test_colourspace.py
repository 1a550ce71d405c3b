"""Colours that a file tells by numbers are shown as they are meant, in every format."""

import io
import struct
from types import SimpleNamespace

import imagecodecs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as PillowImage
from PIL import ImageCms
from PIL.PngImagePlugin import PngInfo

from restorer.engine import colourspace, imagefile, resultfile
from restorer.engine.colourspace import Numbers
from restorer.engine.image import Image
from restorer.errors import ImageUnsupported
from tests.conftest import drawn
from tests.engine.samples import HEIC

SRGB, DISPLAY_P3, BT_2020 = Numbers(1, 13), Numbers(12, 13), Numbers(9, 14)
POINTS = {
    1: ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06)),
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
}


def to_xyz(primaries):
    """The matrix of a screen with these primaries and the white D65."""
    columns = np.array([(x / y, 1, (1 - x - y) / y) for x, y in POINTS[primaries]]).T
    white = np.array((0.3127 / 0.329, 1, (1 - 0.3127 - 0.329) / 0.329))
    return columns * np.linalg.solve(columns, white)


def meant(samples, numbers):
    """The same colours in sRGB, 0 to 255."""
    values = samples / 255
    light = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    light = light @ (np.linalg.inv(to_xyz(1)) @ to_xyz(numbers.primaries)).T
    light = np.clip(light, 0, 1)
    return 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def shown(samples, icc):
    """The same colours in sRGB, 0 to 255, as programs show them that heed profiles."""
    profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
    srgb = ImageCms.createProfile("sRGB")
    relative = ImageCms.Intent.RELATIVE_COLORIMETRIC
    picture = PillowImage.fromarray(samples)
    return np.asarray(ImageCms.profileToProfile(picture, profile, srgb, relative, "RGB"))


def png(path, samples, numbers, **chunks):
    told = PngInfo()
    told.add(b"cICP", bytes((numbers.primaries, numbers.transfer, 0, 1)))
    for name, content in chunks.items():
        told.add(name.encode(), content)
    PillowImage.fromarray(samples).save(path, pnginfo=told)
    return path


def avif(path, samples, numbers, **options):
    said = {"primaries": numbers.primaries, "transfer": numbers.transfer, "matrix": 1}
    path.write_bytes(imagecodecs.avif_encode(samples, level=100, **said, **options))
    return path


def heic(path, numbers):
    content = HEIC.replace(b"nclx\0\1\0\r", struct.pack(">4sHH", b"nclx", *numbers))
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("numbers", [DISPLAY_P3, BT_2020])
def test_profiles_say_what_the_numbers_do(numbers):
    samples = drawn(40, 30) // 4 + 96
    profile = colourspace.profile(numbers, 3)
    np.testing.assert_allclose(shown(samples, profile), meant(samples, numbers), atol=1)
    greys = np.arange(256, dtype=np.uint8)[None, :, None].repeat(3, axis=2)
    np.testing.assert_array_equal(shown(greys, profile), greys)


@pytest.mark.parametrize(("transfer", "gamma"), [(4, 2.2), (8, 1.0)])
def test_a_gamma_is_told_too(transfer, gamma):
    greys = np.arange(64, 256, dtype=np.uint8)[None, :, None].repeat(3, axis=2)
    light = (greys / 255) ** gamma
    srgb = 255 * (1.055 * light ** (1 / 2.4) - 0.055)
    colour = colourspace.profile(Numbers(1, transfer), 3)
    np.testing.assert_allclose(shown(greys, colour), srgb, atol=1)
    grey = colourspace.profile(Numbers(12, transfer), 1)
    np.testing.assert_allclose(shown(greys[..., 0], grey), srgb, atol=1)


@pytest.mark.parametrize("numbers", [SRGB, Numbers(1, 1), Numbers(2, 2), Numbers(22, 99)])
def test_srgb_and_what_is_not_specified_need_no_profile(numbers):
    assert colourspace.profile(numbers, 3) is None
    assert colourspace.profile(numbers, 1) is None
    assert colourspace.why_refused(numbers) is None


@pytest.mark.parametrize("kind", ["png", "avif", "deep.avif"])
@pytest.mark.parametrize("numbers", [DISPLAY_P3, BT_2020])
@pytest.mark.parametrize("ending", ["png", "jpg", "webp", "avif", "tif"])
def test_other_colours_keep_their_look(tmp_path, kind, numbers, ending):
    samples = drawn(48, 32) // 4 + 96
    source, target = tmp_path / f"a.{kind}", tmp_path / f"b.{ending}"
    if kind == "png":
        png(source, samples, numbers)
    elif kind == "avif":
        avif(source, samples, numbers)
    else:
        avif(source, samples.astype(np.uint16) * 4, numbers, bitspersample=10)
    image = imagefile.read(source)
    resultfile.write(image, target)
    result = imagefile.read(target)
    assert result.icc == image.icc
    seen = shown(result.in_eight_bits().samples, result.icc)
    assert np.abs(seen - meant(samples, numbers)).mean() < 2


def test_a_heic_in_display_p3_has_its_profile(tmp_path):
    image = imagefile.read(heic(tmp_path / "a.heic", (12, 13)))
    assert image.icc == colourspace.profile(DISPLAY_P3, 3)
    assert imagefile.read(heic(tmp_path / "b.heic", (1, 13))).icc is None


@pytest.mark.parametrize(("transfer", "name"), [(16, "PQ"), (18, "HLG")])
def test_hdr_pictures_are_refused(tmp_path, transfer, name):
    numbers = Numbers(9, transfer)
    files = [
        png(tmp_path / "a.png", drawn(8, 8), numbers),
        avif(tmp_path / "a.avif", drawn(16, 16), numbers),
        heic(tmp_path / "a.heic", (9, transfer)),
    ]
    for path in files:
        words = rf"{path.name} is an HDR picture \({name}\)\. Export it as an ordinary"
        for look in (imagefile.read, imagefile.describe):
            with pytest.raises(ImageUnsupported, match=words):
                look(path)


def test_pillows_own_avif_is_taken_for_srgb(tmp_path):
    for mode in ("RGB", "RGBA", "L"):
        PillowImage.fromarray(drawn(16, 16)).convert(mode).save(tmp_path / "a.avif")
        assert imagefile.read(tmp_path / "a.avif").icc is None


def test_a_profile_overrules_the_numbers(tmp_path):
    profile = colourspace.profile(DISPLAY_P3, 3)
    told = PngInfo()
    told.add(b"cICP", bytes((9, 16, 0, 1)))
    path = tmp_path / "a.png"
    PillowImage.fromarray(drawn(8, 8)).save(path, pnginfo=told, icc_profile=profile)
    assert imagefile.read(path).icc == profile


def test_the_numbers_overrule_the_gamma_of_a_png(tmp_path):
    gamma = struct.pack(">I", 100_000)
    assert imagefile.read(png(tmp_path / "a.png", drawn(8, 8), SRGB, gAMA=gamma)).icc is None


def box(name, content):
    return struct.pack(">I4s", 8 + len(content), name) + content


def colours(primaries, transfer):
    return box(b"colr", b"nclx" + struct.pack(">HHHB", primaries, transfer, 6, 128))


def boxes_of(item, version=0, wide=0):
    """The start of an AVIF with two pictures, the first in BT.2020 and PQ, as of a gain map."""
    properties = box(b"ipco", colours(9, 16) + box(b"ispe", bytes(12)) + colours(12, 13))
    pairs = [(1, (2, 1)), (2, (0, 2, 3))]
    numbers, items = ("BH"[wide], "HI"[version])
    table = struct.pack(">B2xBI", version, wide, len(pairs))
    for each, indices in pairs:
        table += struct.pack(f">{items}B{len(indices)}{numbers}", each, len(indices), *indices)
    shown_item = struct.pack(f">B3x{items}", version, item)
    content = box(b"pitm", shown_item) + box(b"iprp", properties + box(b"ipma", table))
    return box(b"ftyp", b"avif") + box(b"meta", bytes(4) + content)


def told(content):
    picture = SimpleNamespace(format="AVIF", info={})
    return colourspace.told(picture, io.BytesIO(content))


@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize("wide", [0, 1])
def test_the_colours_are_those_of_the_picture_that_is_shown(version, wide):
    assert told(boxes_of(1, version, wide)) == Numbers(9, 16)
    assert told(boxes_of(2, version, wide)) == DISPLAY_P3
    assert told(boxes_of(3, version, wide)) is None


@given(st.data())
def test_damaged_boxes_tell_nothing_or_anything_but_do_no_harm(data):
    content = bytearray(boxes_of(data.draw(st.integers(1, 2))))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    told(content[: data.draw(st.integers(0, len(content)))])


def linear_grey():
    return imagecodecs.cms_profile("gray", gamma=1.0)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("has_alpha", [False, True])
@pytest.mark.parametrize("ending", ["webp", "avif"])
def test_grey_keeps_its_look_where_the_file_is_in_colour(tmp_path, ending, dtype, has_alpha):
    y, x = np.mgrid[:40, :40]
    grey = ((x + y) * 3 + 10).astype(np.uint8)
    full = np.iinfo(dtype).max
    alpha = np.full((40, 40), full, dtype) if has_alpha else None
    samples = (grey.astype(np.int64) * full // 255).astype(dtype)[..., None]
    image = Image(samples, alpha, icc=linear_grey(), lossless=True)
    resultfile.write(image, path := tmp_path / f"a.{ending}")
    back = imagefile.read(path)
    srgb = 255 * (1.055 * (grey / 255) ** (1 / 2.4) - 0.055)
    seen = back.samples[..., 0]
    assert (back.samples.shape[2] == 1) == (ending == "avif" and not has_alpha)
    assert back.icc == (image.icc if back.samples.shape[2] == 1 else None)
    if back.icc:
        seen = shown(seen, back.icc)[..., 0]
    assert np.abs(seen - srgb).max() < 8
    assert np.abs(seen - srgb).mean() < 1.5


def test_grey_in_about_the_curve_of_srgb_stays_as_it_is():
    grey = drawn(16, 16, 1)
    levels = np.linspace(0, 1, 4096)
    curve = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
    profile = imagecodecs.cms_profile("gray", transferfunction=curve.astype(np.float32))
    assert colourspace.grey_in_srgb(grey, profile) is grey
    assert colourspace.grey_in_srgb(grey, b"no profile") is grey
    assert colourspace.grey_in_srgb(grey, linear_grey()).mean() / 257 > grey.mean() + 20
