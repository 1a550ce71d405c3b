import errno
import io
import os
import struct
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image as PillowImage
from PIL import ImageCms, PngImagePlugin
from PIL.PngImagePlugin import PngInfo

from restorer.engine import imagefile, resultfile
from restorer.engine.image import Image
from restorer.errors import (
    ImageError,
    ImageTooLarge,
    ImageUnreadable,
    ImageUnsupported,
    ImageUnwritable,
)
from tests.conftest import drawn
from tests.engine.profiles import inks

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
LOSSLESS = ["png", "tif", "bmp"]


def camera_exif(orientation=1):
    """EXIF with sub-directories, GPS, a maker note and an unknown tag."""
    exif = PillowImage.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Drawn"
    exif.get_ifd(0x8769)[0x927C] = b"maker note \x00\x01\x02"
    exif.get_ifd(0x8769)[0xA002] = 999
    exif.get_ifd(0x8825)[1] = "N"
    for directory in (0x8769, 0x8825):  # Pillow's TIFF writer looks for them here
        exif[directory] = exif.get_ifd(directory)
    return exif


def saved(tmp_path, samples, name, **options):
    path = tmp_path / name
    PillowImage.fromarray(samples).save(path, **options)
    return path


def chunked_png(width, height):
    """A PNG that promises a size and holds next to nothing."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0")), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*each) for each in chunks)


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


@pytest.mark.parametrize("ending", LOSSLESS)
@pytest.mark.parametrize("channels", [1, 3])
def test_lossless_formats_return_every_sample(tmp_path, ending, channels):
    samples = drawn(31, 17, channels)
    path = tmp_path / f"a.{ending}"
    resultfile.write(Image(samples), path)
    np.testing.assert_array_equal(imagefile.read(path).samples, samples)


@pytest.mark.parametrize("ending", ["jpg", "webp"])
def test_lossy_formats_come_close(tmp_path, ending):
    samples = drawn(64, 48)
    path = tmp_path / f"a.{ending}"
    resultfile.write(Image(samples), path, quality=95)
    assert np.abs(imagefile.read(path).samples.astype(int) - samples).mean() < 3


@pytest.mark.parametrize(
    ("ending", "channels", "with_alpha"),
    [
        ("png", 1, False),
        ("png", 1, True),
        ("png", 3, False),
        ("png", 3, True),
        ("tif", 1, False),
        ("tif", 3, False),
        ("tif", 3, True),
    ],
)
def test_sixteen_bits_come_through_whole(tmp_path, ending, channels, with_alpha):
    random = np.random.default_rng(0)
    samples = random.integers(0, 65536, (9, 14, channels), np.uint16)
    alpha = random.integers(0, 65536, (9, 14), np.uint16) if with_alpha else None
    path = tmp_path / f"deep.{ending}"
    icc = SRGB if channels == 3 else None
    resultfile.write(Image(samples, alpha=alpha, icc=icc, dpi=(300.0, 300.0)), path)
    back = imagefile.read(path)
    np.testing.assert_array_equal(back.samples, samples)
    assert (back.alpha is None) == (alpha is None)
    if alpha is not None:
        np.testing.assert_array_equal(back.alpha, alpha)
    assert back.icc == icc
    assert back.dpi == pytest.approx((300, 300), rel=1e-3)
    assert imagefile.describe(path).bits == 16


def test_sixteen_bit_files_of_other_programs(tmp_path):
    samples = np.random.default_rng(0).integers(0, 65536, (12, 10, 3), np.uint16)
    (tmp_path / "a.png").write_bytes(imagecodecs.png_encode(samples))
    planar = np.moveaxis(samples, -1, 0)
    tifffile.imwrite(tmp_path / "b.tif", planar, photometric="rgb", planarconfig="separate")
    tifffile.imwrite(tmp_path / "c.tif", 65535 - samples[..., 0], photometric="miniswhite")
    np.testing.assert_array_equal(imagefile.read(tmp_path / "a.png").samples, samples)
    np.testing.assert_array_equal(imagefile.read(tmp_path / "b.tif").samples, samples)
    np.testing.assert_array_equal(imagefile.read(tmp_path / "c.tif").samples, samples[..., :1])


def test_sixteen_bits_are_rounded_where_the_format_has_eight(tmp_path):
    samples = np.array([[[0], [128], [129], [65535]]], np.uint16)
    resultfile.write(Image(samples), tmp_path / "a.bmp")
    back = imagefile.read(tmp_path / "a.bmp").samples[0, :, 0]
    np.testing.assert_array_equal(back, [0, 0, 1, 255])


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "tif"])
def test_orientation_is_applied_and_reset(tmp_path, orientation, ending):
    """Pillow's own transposition is the reference."""
    samples = np.zeros((48, 64, 3), np.uint8)
    samples[:16, :16], samples[:16, 48:], samples[32:, :16] = 250, 160, 80
    options = {"jpg": {"quality": 95}, "webp": {"lossless": True}}.get(ending, {})
    path = saved(tmp_path, samples, f"a.{ending}", exif=camera_exif(orientation), **options)
    with PillowImage.open(path) as opened:
        from PIL import ImageOps

        expected = np.asarray(ImageOps.exif_transpose(opened).convert("RGB"))
    image = imagefile.read(path)
    np.testing.assert_array_equal(image.samples, expected)
    described = imagefile.describe(path)
    assert (described.width, described.height) == (image.width, image.height)

    resultfile.write(image, tmp_path / f"out.{ending}")
    with PillowImage.open(tmp_path / f"out.{ending}") as out:
        exif = out.getexif()
        assert exif[0x0112] == 1
        assert exif[0x010F] == "Drawn"
        assert exif.get_ifd(0x8825)[1] == "N"
        assert exif.get_ifd(0x8769)[0x927C] == b"maker note \x00\x01\x02"


def test_exif_tells_the_new_size(tmp_path):
    path = saved(tmp_path, drawn(40, 30), "a.jpg", exif=camera_exif())
    resultfile.write(imagefile.read(path), tmp_path / "out.jpg")
    with PillowImage.open(tmp_path / "out.jpg") as out:
        assert out.getexif().get_ifd(0x8769)[0xA002] == 40


@pytest.mark.parametrize(
    "exif", [b"Exif\x00\x00", b"Exif\x00\x00II*\x00\xff\xff\xff\xff" + b"\0" * 9]
)
def test_a_photo_with_damaged_exif_opens_without_it(tmp_path, exif):
    path = saved(tmp_path, drawn(20, 20), "a.jpg", exif=exif)
    assert imagefile.read(path).exif is None


@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "tif"])
def test_the_colour_profile_and_resolution_come_through(tmp_path, ending):
    path = saved(tmp_path, drawn(20, 20), f"a.{ending}", icc_profile=SRGB, dpi=(240, 240))
    resultfile.write(imagefile.read(path), tmp_path / f"out.{ending}")
    with PillowImage.open(tmp_path / f"out.{ending}") as out:
        assert out.info["icc_profile"] == SRGB
        if ending != "webp":  # which has no place for a resolution
            assert out.info["dpi"] == pytest.approx((240, 240), rel=1e-3)


def test_a_colour_profile_is_not_put_on_a_grey_picture(tmp_path):
    path = saved(tmp_path, drawn(20, 20, 1)[..., 0], "grey.png", icc_profile=SRGB)
    assert imagefile.read(path).icc is None


@pytest.mark.parametrize("ending", ["png", "webp", "tif"])
@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparency_comes_through(tmp_path, ending, mode):
    colour = PillowImage.fromarray(drawn(24, 16)).convert(mode)
    alpha = PillowImage.fromarray(drawn(24, 16, 1)[..., 0])
    colour.putalpha(alpha)
    options = {"lossless": True, "exact": True} if ending == "webp" else {}
    colour.save(tmp_path / f"a.{ending}", **options)
    image = imagefile.read(tmp_path / f"a.{ending}")
    np.testing.assert_array_equal(image.alpha, np.asarray(alpha))
    resultfile.write(image, tmp_path / f"out.{ending}")
    np.testing.assert_array_equal(
        imagefile.read(tmp_path / f"out.{ending}").alpha, np.asarray(alpha)
    )


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_transparency_that_is_multiplied_in_is_divided_out(tmp_path, dtype, channels, byteorder):
    full = np.iinfo(dtype).max
    samples = (drawn(24, 16, channels).astype(np.int64) * full // 255).astype(dtype)
    alpha = np.full((16, 24), full // 2, dtype)
    alpha[0], alpha[1] = 0, full
    product = np.rint(samples.astype(float) * alpha[..., None] / full).astype(dtype)
    saved_tiff(tmp_path / "a.tif", product, alpha, kind="ASSOCALPHA", byteorder=byteorder)
    image = imagefile.read(tmp_path / "a.tif")
    np.testing.assert_array_equal(image.alpha, alpha)
    np.testing.assert_allclose(image.samples[1:], samples[1:].astype(int), atol=2)
    assert (image.samples[0] == 0).all()


def test_more_colour_than_transparency_is_clipped(tmp_path):
    one = np.ones((2, 2), np.uint16)
    saved_tiff(tmp_path / "a.tif", 5 * one[..., None], one, kind="ASSOCALPHA")
    assert (imagefile.read(tmp_path / "a.tif").samples == 65535).all()


@pytest.mark.parametrize("photometric", ["minisblack", "miniswhite"])
@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_sixteen_bit_grey_with_transparency_is_read(tmp_path, photometric, byteorder):
    random = np.random.default_rng(0)
    samples = random.integers(0, 65536, (9, 14, 1), np.uint16)
    alpha = random.integers(0, 65536, (9, 14), np.uint16)
    path = tmp_path / "a.tif"
    stored = 65535 - samples if photometric == "miniswhite" else samples
    saved_tiff(path, stored, alpha, photometric=photometric, byteorder=byteorder)
    image = imagefile.read(path)
    np.testing.assert_array_equal(image.samples, samples)
    np.testing.assert_array_equal(image.alpha, alpha)
    described = imagefile.describe(path)
    assert (described.width, described.height, described.bits) == (14, 9, 16)
    with PillowImage.open(path) as opened, pytest.raises(ValueError, match="unknown raw mode"):
        opened.load()  # with 8 bits or in the wrong order, as its thumbnail would be


@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_sixteen_bit_grey_whose_zero_is_white_is_read(tmp_path, byteorder):
    grey = drawn(9, 14, 1)[..., 0].astype(np.uint16)
    options = {"photometric": "miniswhite", "byteorder": byteorder}
    tifffile.imwrite(tmp_path / "a.tif", 65535 - grey, **options)
    np.testing.assert_array_equal(imagefile.read(tmp_path / "a.tif").samples[..., 0], grey)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        (["UNSPECIFIED"], "has a channel beside its colours and does not say"),
        (["UNASSALPHA", "UNSPECIFIED"], "has 2 channels beside its colours"),
        (["UNSPECIFIED"] * 3, "has 3 channels beside its colours"),
    ],
)
def test_channels_that_would_be_lost_or_misread_are_told(tmp_path, dtype, channels, kinds, words):
    samples = drawn(9, 14, channels + len(kinds)).astype(dtype)
    for planar in ("contig", "separate"):
        path = tmp_path / f"{planar}.tif"
        tifffile.imwrite(
            path,
            samples if planar == "contig" else np.moveaxis(samples, -1, 0),
            photometric="rgb" if channels == 3 else "minisblack",
            planarconfig=planar,
            extrasamples=kinds,
        )
        for look in (imagefile.read, imagefile.describe):
            with pytest.raises(ImageUnsupported, match=f"{planar}.tif {words}"):
                look(path)


def saved_tiff(path, samples, alpha, *, kind="UNASSALPHA", photometric=None, byteorder="<"):
    tifffile.imwrite(
        path,
        np.concatenate((samples, alpha[..., None]), axis=2),
        photometric=photometric or ("rgb" if samples.shape[2] == 3 else "minisblack"),
        planarconfig="contig",
        extrasamples=[kind],
        byteorder=byteorder,
    )


def test_a_palette_becomes_colour_and_its_clear_entry_alpha(tmp_path):
    palette = PillowImage.fromarray(drawn(32, 32)).quantize(8)
    palette.save(tmp_path / "a.png")
    expected = np.asarray(palette.convert("RGB"))
    np.testing.assert_array_equal(imagefile.read(tmp_path / "a.png").samples, expected)
    palette.save(tmp_path / "b.png", transparency=0)
    image = imagefile.read(tmp_path / "b.png")
    np.testing.assert_array_equal(image.alpha == 0, np.asarray(palette) == 0)


def test_black_and_white_becomes_grey(tmp_path):
    PillowImage.fromarray(drawn(16, 16, 1)[..., 0]).convert("1").save(tmp_path / "a.png")
    image = imagefile.read(tmp_path / "a.png")
    assert image.samples.shape == (16, 16, 1)
    assert set(np.unique(image.samples)) <= {0, 255}


@pytest.mark.parametrize("ending", ["jpg", "tif"])
def test_cmyk_becomes_rgb(tmp_path, ending):
    PillowImage.new("CMYK", (16, 16), (0, 255, 255, 0)).save(tmp_path / f"red.{ending}")
    red, green, blue = imagefile.read(tmp_path / f"red.{ending}").samples[8, 8]
    assert red > 230
    assert max(green, blue) < 40


def test_cmyk_is_read_by_its_own_profile(tmp_path):
    """By this profile, cyan ink is red."""
    cyan = PillowImage.new("CMYK", (16, 16), (255, 0, 0, 0))
    cyan.save(tmp_path / "a.tif", icc_profile=inks({(1, 0, 0, 0): (53, 80, 67)}))
    image = imagefile.read(tmp_path / "a.tif")
    np.testing.assert_allclose(image.samples[8, 8], (255, 0, 0), atol=12)
    assert image.icc is None


@pytest.mark.parametrize("kind", ["tif", "png", "webp", "gif"])
def test_several_pictures_in_a_file_are_refused(tmp_path, kind):
    first, *more = (PillowImage.fromarray(np.rot90(drawn(16, 16), i)) for i in range(3))
    path = tmp_path / f"many.{kind}"
    first.save(path, save_all=True, append_images=more)
    with pytest.raises(ImageUnsupported, match=f"many.{kind}"):
        imagefile.read(path)


@pytest.mark.parametrize("depth", [1, 2, 4, 8])
def test_one_grey_of_a_png_may_be_clear(tmp_path, depth):
    row = bytes(range(256))[: min(1 << depth, 4)]
    digits = "".join(f"{value:0{depth}b}" for value in row).ljust(32, "0")
    packed = int(digits[: -(-len(row) * depth // 8) * 8], 2).to_bytes(-(-len(row) * depth // 8))
    path = tmp_path / "a.png"
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", len(row), 1, depth, 0, 0, 0, 0)),
        (b"tRNS", struct.pack(">H", 1)),
        (b"IDAT", zlib.compress(b"\0" + packed)),
        (b"IEND", b""),
    ]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*each) for each in chunks))
    image = imagefile.read(path)
    full = (1 << depth) - 1
    np.testing.assert_array_equal(image.samples[0, :, 0], [v * 255 // full for v in row])
    np.testing.assert_array_equal(image.alpha[0], [0 if v == 1 else 255 for v in row])


@pytest.mark.parametrize("bigtiff", [False, True])
@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_a_bigtiff_is_refused(tmp_path, bigtiff, byteorder):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, drawn(8, 8), bigtiff=bigtiff, byteorder=byteorder)
    for look in (imagefile.read, imagefile.describe):
        if bigtiff:
            with pytest.raises(ImageUnsupported, match=r"a\.tif is a BigTIFF\. Save it as"):
                look(path)
        else:
            look(path)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize(
    ("number", "name"),
    [
        *((number, "JPEG 2000") for number in (33003, 33005, 34712)),
        (34887, "LERC"),
        (34933, "PNG"),
        (50001, "WebP"),
        (50002, "JPEG XL"),
    ],
)
def test_compressions_that_are_not_read_are_named(tmp_path, dtype, number, name):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, drawn(8, 8).astype(dtype))
    content = path.read_bytes()
    entry = struct.pack("<HHIH", 259, 3, 1, 1)
    path.write_bytes(content.replace(entry, struct.pack("<HHIH", 259, 3, 1, number)))
    for look in (imagefile.read, imagefile.describe):
        with pytest.raises(ImageUnsupported, match=f"a.tif is a TIFF compressed as {name}. Save"):
            look(path)


@pytest.mark.parametrize("dtype", [np.int8, np.int16])
@pytest.mark.parametrize("channels", [1, 3])
def test_signed_samples_are_refused(tmp_path, dtype, channels):
    samples = np.squeeze(drawn(8, 8, channels) // 4).astype(dtype)
    photometric = "rgb" if channels == 3 else "minisblack"
    tifffile.imwrite(tmp_path / "a.tif", samples, photometric=photometric)
    with pytest.raises(ImageUnsupported, match=r"a\.tif has signed samples\. Save it with"):
        imagefile.read(tmp_path / "a.tif")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.jpg", imagecodecs.jpeg_encode(drawn(8, 8).astype(np.uint16), bitspersample=12), "12 b"),
        ("a.jxl", b"\xff\x0a" + bytes(40), "is a JPEG XL file. Save it as JPEG, PNG"),
        ("b.jxl", b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(40), "is a JPEG XL file"),
    ],
)
def test_kinds_that_nobody_reads_are_named(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ImageUnsupported, match=f"{name} .*{words}"):
        imagefile.read(tmp_path / name)


@pytest.mark.parametrize("size", range(2, 12))
def test_the_mere_start_of_a_jpeg_is_damaged(tmp_path, size):
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8\xff\xe0\0\x04\0\0\xff\xc1\0\x0b"[:size])
    with pytest.raises(ImageUnreadable, match="damaged"):
        imagefile.read(tmp_path / "a.jpg")


@pytest.mark.parametrize("dtype", [np.float32, np.uint32])
def test_float_and_32_bit_tiffs_are_refused(tmp_path, dtype):
    tifffile.imwrite(tmp_path / "float.tif", np.ones((8, 8, 3), dtype), photometric="rgb")
    with pytest.raises(ImageError, match=r"float\.tif"):
        imagefile.read(tmp_path / "float.tif")


@pytest.mark.parametrize(
    ("name", "content", "error", "words"),
    [
        ("notes.jpg", b"Dear diary, this is no picture.", ImageUnreadable, "not a picture"),
        ("empty.png", b"", ImageUnreadable, "empty"),
        ("none.png", chunked_png(0, 10), ImageError, "none.png"),
        ("bomb.png", chunked_png(100_000, 100_000), ImageTooLarge, "100000 x 100000"),
        ("hollow.png", chunked_png(400, 400), ImageUnreadable, "damaged"),
    ],
)
def test_bad_files_are_named_in_one_sentence(tmp_path, name, content, error, words):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(error, match=words) as caught:
        imagefile.read(tmp_path / name)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_long_remarks_do_not_make_a_photo_damaged(tmp_path):
    """Photoshop's alone are often more than Pillow unpacks when nobody asks it for more."""
    remarks = PngInfo()
    remarks.add_text("Raw profile type 8bim", "ab" * 700_000, zip=True)
    remarks.add_text("Title", "t" * 1_100_000, zip=True)
    path = saved(tmp_path, drawn(8, 8), "a.png", pnginfo=remarks)
    ((name, text),) = imagefile.read(path).texts
    assert (name, len(text)) == ("Title", 1_100_000)


@pytest.mark.parametrize("sizes", [[65], [30, 30, 5]])
@pytest.mark.parametrize("is_late", [False, True])
def test_endless_remarks_are_told(tmp_path, sizes, is_late):
    remarks = PngInfo()
    for i, mebibytes in enumerate(sizes):
        content = f"Bomb {i}".encode() + b"\0\0" + zlib.compress(bytes(mebibytes << 20))
        remarks.add(b"zTXt", content, after_idat=is_late)
    path = saved(tmp_path, drawn(8, 8), "a.png", pnginfo=remarks)
    with pytest.raises(ImageUnsupported, match=r"a\.png has more than 64 MiB of remarks"):
        imagefile.read(path)


@pytest.mark.parametrize("keyword", ["dpi", "gamma", "exif", "icc_profile", "comment"])
def test_a_remark_may_have_any_name(tmp_path, keyword):
    """Pillow puts them beside what it has read itself."""
    remarks = PngInfo()
    remarks.add_text(keyword, "some words")
    path = saved(tmp_path, drawn(8, 8), "a.png", pnginfo=remarks)
    np.testing.assert_array_equal(imagefile.read(path).samples, drawn(8, 8))


@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "tif", "bmp"])
@pytest.mark.parametrize("share", [0.3, 0.9])
def test_truncated_files_are_refused_not_half_grey(tmp_path, ending, share):
    noisy = np.random.default_rng(0).integers(0, 256, (200, 200, 3), np.uint8)
    whole = saved(tmp_path, noisy, f"whole.{ending}").read_bytes()
    path = tmp_path / f"cut.{ending}"
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(ImageUnreadable, match=f"cut.{ending}"):
        imagefile.read(path)


def test_a_folder_and_a_missing_file_are_told_apart(tmp_path):
    with pytest.raises(ImageUnreadable, match="is a folder"):
        imagefile.read(tmp_path)
    with pytest.raises(ImageUnreadable, match="does not exist"):
        imagefile.read(tmp_path / "gone.jpg")


def test_a_file_without_permission_is_named(tmp_path, monkeypatch):
    path = saved(tmp_path, drawn(8, 8), "locked.png")

    def refuse(self, *arguments, **options):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open", refuse)  # root may read anything
    with pytest.raises(ImageUnreadable, match=r"locked\.png may not be read"):
        imagefile.read(path)


@pytest.mark.parametrize(
    "name", ['it\'s a "photo".png', "雪景色 🏔️.png", "  spaced  .png", "a" * 251 + ".png"]
)
def test_any_name_works(tmp_path, name):
    resultfile.write(Image(drawn(8, 8)), tmp_path / name)
    assert imagefile.read(tmp_path / name).width == 8
    assert os.listdir(tmp_path) == [name]
    resultfile.write(Image(drawn(8, 8)), resultfile.output_path(tmp_path / name, scale=2))
    assert len(os.listdir(tmp_path)) == 2


@pytest.mark.parametrize("lossless", [True, False])
@pytest.mark.parametrize("exif", [b"", camera_exif().tobytes()])
def test_a_webp_stays_lossless_or_not(tmp_path, lossless, exif):
    source = tmp_path / "a.webp"
    PillowImage.fromarray(drawn(40, 30)).save(source, lossless=lossless, exif=exif)
    image = imagefile.read(source)
    assert image.lossless == lossless
    resultfile.write(image, tmp_path / "b.webp")
    resultfile.write(image, tmp_path / "c.webp", quality=90)
    same, smaller = (imagefile.read(tmp_path / name) for name in ("b.webp", "c.webp"))
    assert (same.lossless, smaller.lossless) == (lossless, False)
    assert np.array_equal(same.samples, image.samples) == lossless


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes there")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(ImageUnreadable, match="is a pipe"):
        imagefile.read(tmp_path / "pipe.jpg")


def test_output_names_are_free_ones(tmp_path):
    source = saved(tmp_path, drawn(8, 8), "a.jpg")
    assert resultfile.output_path(source).name == "a_restored.jpg"
    assert resultfile.output_path(source, scale=3).name == "a_restored_x3.jpg"
    saved(tmp_path, drawn(8, 8), "a_restored.jpg")
    assert resultfile.output_path(source).name == "a_restored-2.jpg"
    assert (
        resultfile.output_path(source, folder=tmp_path / "b") == tmp_path / "b" / "a_restored.jpg"
    )
    assert resultfile.output_path(tmp_path / "c.gif").name == "c_restored.png"


def test_long_names_are_cut_between_letters_and_keep_bytes_that_are_none(tmp_path):
    bad = os.fsdecode(b"bad\xff.jpg")
    assert resultfile.output_path(tmp_path / bad).name == os.fsdecode(b"bad\xff_restored.jpg")
    name = resultfile.output_path(tmp_path / ("ä" * 127 + ".jpg")).name
    assert name.endswith("ää_restored.jpg")
    assert len(os.fsencode(name)) <= 255


@pytest.mark.parametrize("has_hard_links", [True, False])
def test_a_new_file_replaces_none(tmp_path, monkeypatch, has_hard_links):
    if not has_hard_links:
        monkeypatch.setattr(Path, "hardlink_to", refuse)
    resultfile.write(Image(drawn(8, 8)), tmp_path / "a.png", is_new=True)
    with pytest.raises(FileExistsError):
        resultfile.write(Image(drawn(9, 9)), tmp_path / "a.png", is_new=True)
    assert imagefile.read(tmp_path / "a.png").width == 8
    assert os.listdir(tmp_path) == ["a.png"]


def test_a_name_that_was_taken_for_nothing_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "hardlink_to", refuse)
    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(ImageUnwritable):
        resultfile.write(Image(drawn(8, 8)), tmp_path / "a.png", is_new=True)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("prefix", [b"", b"Exif\0\0"])
def test_the_longest_exif_fits_into_a_jpeg(tmp_path, prefix):
    block = b"MM\0*\0\0\0\x08\0\0" + bytes(65_533 - 6 - 10)
    resultfile.write(Image(drawn(8, 8), exif=prefix + block), tmp_path / "a.jpg")
    with pytest.raises(ImageUnwritable, match="EXIF is too long"):
        resultfile.write(Image(drawn(8, 8), exif=prefix + block + b"\0"), tmp_path / "b.jpg")


def refuse(*_):
    raise OSError(errno.EPERM, "no hard links here")


def other_names(source):
    folder = source.parent
    (folder / "soft.png").symlink_to(source)
    (folder / "hard.png").hardlink_to(source)
    return [source, folder / "soft.png", folder / "hard.png", folder / "sub" / ".." / source.name]


def test_the_original_is_never_overwritten(tmp_path):
    (tmp_path / "sub").mkdir()
    source = saved(tmp_path, drawn(8, 8), "a.png")
    before = source.read_bytes()
    for target in other_names(source):
        with pytest.raises(ImageUnwritable, match="original"):
            resultfile.write(Image(drawn(9, 9)), target, source=source)
    assert source.read_bytes() == before


@pytest.mark.parametrize(
    ("image", "name", "words"),
    [
        (Image(drawn(8, 8), alpha=drawn(8, 8, 1)[..., 0]), "a.jpg", "no transparency"),
        (Image(drawn(17_000, 2)), "wide.webp", "16383 pixels"),
        (
            Image(drawn(8, 8, 1).astype(np.uint16), alpha=np.zeros((8, 8), np.uint16)),
            "a.tif",
            "png",
        ),
        (Image(drawn(8, 8), exif=b"MM\0*" + bytes(70_000)), "a.jpg", "EXIF is too long for JPEG"),
        (Image(drawn(8, 8)), "a.gif", "no ending that can be written"),
        (Image(drawn(8, 8)), "a", "no ending that can be written"),
        (Image(drawn(8, 8)), "missing/a.png", "does not exist"),
    ],
)
def test_what_a_format_or_folder_cannot_hold_is_told(tmp_path, image, name, words):
    with pytest.raises(ImageUnwritable, match=words):
        resultfile.write(image, tmp_path / name)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EROFS, "may not be written"),
        (errno.EIO, "cannot be saved"),
    ],
)
def test_a_failing_disk_leaves_the_old_file_and_no_other(tmp_path, monkeypatch, number, words):
    path = saved(tmp_path, drawn(8, 8), "a.png")
    before = path.read_bytes()

    def fail(file_number):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(ImageUnwritable, match=words):
        resultfile.write(Image(drawn(9, 9)), path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["a.png"]


def test_an_interruption_leaves_no_file(tmp_path, monkeypatch):
    def interrupt(file_number):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        resultfile.write(Image(drawn(9, 9)), tmp_path / "a.png")
    assert os.listdir(tmp_path) == []


def limits():
    text = (PngImagePlugin.MAX_TEXT_CHUNK, PngImagePlugin.MAX_TEXT_MEMORY)
    return (PillowImage.MAX_IMAGE_PIXELS, *text)


def test_reading_leaves_pillows_limits_alone(tmp_path):
    before = limits()
    imagefile.read(saved(tmp_path, drawn(8, 8), "a.png"))
    assert before == limits()


def test_reading_in_several_threads_leaves_limits_and_warnings_as_they_were(tmp_path):
    path = saved(tmp_path, drawn(8, 8), "a.png")
    before, filters = limits(), list(warnings.filters)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(imagefile.read, [path] * 200))
    assert before == limits()
    assert filters == list(warnings.filters)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_mutated_files_give_a_picture_or_one_sentence(tmp_path, data):
    ending = data.draw(st.sampled_from(["jpg", "png", "webp", "tif", "bmp"]))
    file = io.BytesIO()
    kind = imagefile.FORMATS[f".{ending}"]
    PillowImage.fromarray(drawn(24, 24)).save(file, kind, exif=camera_exif(6))
    content = bytearray(file.getvalue())
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / f"mutated.{ending}"
    path.write_bytes(content)
    try:
        image = imagefile.read(path)
    except ImageError as error:
        assert "\n" not in str(error)
    else:
        assert image.samples.ndim == 3
