"""What a file says about its photo comes through, or is left out when that is wanted."""

import json
import shutil
import struct
import subprocess
import zlib

import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as PillowImage
from PIL import ImageCms
from PIL.PngImagePlugin import PngInfo

from restorer.engine import exif, imagefile, iptc, metadata, pngprofile, resultfile, xmp
from restorer.engine.image import Image
from restorer.engine.photo import Workshop
from restorer.engine.saving import save as save_photo
from restorer.settings import Saving, Settings
from tests.conftest import drawn

ENDINGS = ["jpg", "png", "webp", "tif"]
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
PACKET = b"""<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:tiff="http://ns.adobe.com/tiff/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:p="http://ns.adobe.com/photoshop/1.0/"
 exif:GPSLatitude="48,12.5N" p:City="Wien" tiff:Orientation="6" exif:FNumber="28/10">
<exif:GPSLongitude>16,22.1E</exif:GPSLongitude><dc:creator>Dr\xc3\xa4wn</dc:creator>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


def record(dataset, text):
    return struct.pack(">BBBH", 0x1C, 2, dataset, len(text)) + text


RECORDS = record(25, b"Keyword") + record(90, b"Wien") + record(5, b"Title") + record(101, b"AT")


RESOURCES = iptc.PHOTOSHOP + iptc.to_resource(RECORDS)


def camera_exif(orientation=1):
    block = PillowImage.Exif()
    block[0x010F] = "Drawn"
    block[0x0112] = orientation
    block[0x013C] = "a host"
    block.get_ifd(0x8769)[0x927C] = b"maker note \x00\x01\x02" * 3
    block.get_ifd(0x8825)[1] = "N"
    block.get_ifd(0x8825)[2] = (48.0, 12.0, 30.5)
    return block.tobytes()


def rich(channels=3, dtype=np.uint8, alpha=False):
    samples = drawn(40, 30, channels).astype(dtype) * (1 if dtype == np.uint8 else 257)
    return Image(
        samples,
        alpha=samples[..., 0] if alpha else None,
        exif=camera_exif(),
        xmp=PACKET,
        iptc=RECORDS,
        icc=SRGB if channels == 3 else None,
        dpi=(240.0, 240.0),
    )


def restored(source, target, weights, saving=None, **settings):
    settings = {"denoise": 5.0} | settings  # else the file would be copied
    workshop = Workshop.open(Settings(device="cpu", **settings), weights)
    list(workshop.restore_file(source, target, saving=saving or Saving(), may_replace=True))
    return imagefile.read(target)


@pytest.mark.parametrize("ending", [*ENDINGS, "avif"])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("alpha", [False, True])
def test_every_block_comes_through_every_format(tmp_path, ending, channels, dtype, alpha):
    if alpha and (ending == "jpg" or (ending == "tif" and dtype == np.uint16 and channels == 1)):
        pytest.skip("refused")
    image = rich(channels, dtype, alpha)
    resultfile.write(image, path := tmp_path / f"a.{ending}")
    back = imagefile.read(path)
    assert back.xmp == xmp.upright(PACKET) or back.xmp == PACKET
    assert back.iptc == (RECORDS if ending in ("jpg", "png", "tif") else None)
    assert back.icc == image.icc
    with PillowImage.open(path) as opened:
        seen = opened.getexif()
        assert seen[0x010F] == "Drawn"
        assert seen[0x013C] == "a host"
        assert seen.get_ifd(0x8825)[2] == (48.0, 12.0, 30.5)
        assert seen.get_ifd(0x8769)[0x927C] == b"maker note \x00\x01\x02" * 3


def test_a_tiff_begins_with_the_exif_block_as_it_was(tmp_path):
    block = exif.upright(camera_exif(), 40, 30)
    resultfile.write(rich(), path := tmp_path / "a.tif")
    body = exif.without_prefix(block)
    assert path.read_bytes()[8 : len(body)] == body[8:], "so every offset in it still holds"


def test_xmp_tells_the_new_orientation(tmp_path):
    resultfile.write(Image(drawn(8, 8), xmp=PACKET), path := tmp_path / "a.png")
    assert b'tiff:Orientation="1"' in imagefile.read(path).xmp
    assert xmp.upright(b"<tiff:Orientation>8</tiff:Orientation>").count(b">1<") == 1
    assert len(xmp.upright(PACKET)) == len(PACKET)


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_location_is_stripped_and_nothing_else(tmp_path, tiny_weights, ending):
    source, target = tmp_path / f"a.{ending}", tmp_path / f"b.{ending}"
    resultfile.write(rich(), source)
    before = imagefile.read(source)
    image = restored(source, target, tiny_weights, Saving(strip_location=True))
    with PillowImage.open(target) as opened:
        seen = opened.getexif()
        assert seen[0x010F] == "Drawn"
        assert not seen.get_ifd(0x8825)
    assert b"GPS" not in image.xmp
    assert b"Wien" not in image.xmp
    assert b"exif:FNumber" in image.xmp
    assert "Dräwn".encode() in image.xmp
    assert b"Wien" not in target.read_bytes()
    if before.iptc:
        assert image.iptc == record(25, b"Keyword") + record(5, b"Title")


def described(fields, inner=""):
    """An XMP packet with these attributes and elements, whose prefixes `fields` declares."""
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF'
        ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" {fields}>{inner}</rdf:Description></rdf:RDF></x:xmpmeta>'
    ).encode()


@pytest.mark.parametrize(
    ("fields", "inner"),
    [
        ('xmlns:d="http://www.dji.com/drone-dji/1.0/" d:GpsLatitude="+47.1" d:Yaw="5"', ""),
        ('xmlns:d="drone"', "<d:longitude>47.1</d:longitude><d:Yaw>5</d:Yaw>"),
        ('xmlns:d="drone"', "<d:Trip><d:LATITUDE>47.1</d:LATITUDE><d:Yaw>5</d:Yaw></d:Trip>"),
        ('xmlns:gps="drone" xmlns:d="d" gps:N="47.1" d:Yaw="5"', ""),
        (
            'xmlns:geo="http://www.w3.org/2003/01/geo/wgs84_pos#" xmlns:d="d" d:Yaw="5"',
            "<geo:lat>47.1</geo:lat><geo:long>47.1</geo:long>",
        ),
    ],
)
def test_coordinates_go_whatever_a_program_calls_them(fields, inner):
    left = xmp.without_location(described(fields, inner))
    assert b"47.1" not in left
    assert b"Yaw" in left
    assert xmp.without_location(left) == left, "still well-formed"


def test_coordinates_in_remarks_of_a_png_are_stripped(tmp_path, tiny_weights):
    """As ImageMagick writes them: EXIF field by field, and whole profiles in hexadecimal."""
    source, target = tmp_path / "a.png", tmp_path / "b.png"
    remarks = PngInfo()
    remarks.add_text("exif:GPSLatitude", "47/1, 7/1, 24/1")
    remarks.add_text("gpslongitude", "8/1, 39/1, 16/1")
    remarks.add_itxt("exif:FNumber", "28/10")
    block = camera_exif()
    for name in ("exif", "APP1", "xmp", "iptc"):
        text = f"\n{name}\n{len(block):8d}\n{block.hex()}\n"
        remarks.add_text(f"Raw profile type {name}", text, zip=True)
    PillowImage.fromarray(drawn(20, 20)).save(source, pnginfo=remarks)
    restored(source, target, tiny_weights, Saving(strip_location=True))
    with PillowImage.open(target) as opened:
        assert opened.text == {"exif:FNumber": "28/10"}
    restored(source, target, tiny_weights)
    with PillowImage.open(target) as opened:
        assert "exif:GPSLatitude" in opened.text


PACKET_IN_APP1 = b"http://ns.adobe.com/xap/1.0/\0" + PACKET


def png_with_profiles(path, profiles, *, late=False, **options):
    """As ImageMagick 6, darktable and UFRaw write them: in hexadecimal."""
    remarks = PngInfo()
    for kind, block in profiles.items():
        lines = "\n".join(block.hex()[i : i + 72] for i in range(0, 2 * len(block), 72))
        text = f"\n{kind}\n{len(block):8d}\n{lines}\n".encode()
        content = f"Raw profile type {kind}".encode() + b"\0\0" + zlib.compress(text)
        remarks.add(b"zTXt", content, after_idat=late)
    PillowImage.fromarray(drawn(40, 30)).save(path, pnginfo=remarks, **options)
    return path


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize(
    "profiles",
    [
        {"exif": exif.with_prefix(camera_exif(6)), "xmp": PACKET, "iptc": RECORDS},
        {"exif": exif.without_prefix(camera_exif(6)), "APP1": PACKET_IN_APP1, "8bim": RESOURCES},
        {"APP1": exif.with_prefix(camera_exif(6)), "xmp": PACKET_IN_APP1, "IPTC": RESOURCES},
    ],
)
def test_profiles_in_hexadecimal_are_read(tmp_path, tiny_weights, profiles, late):
    source, target = png_with_profiles(tmp_path / "a.png", profiles, late=late), tmp_path / "b.png"
    image = imagefile.read(source)
    assert (image.width, image.height) == (30, 40), "turned upright"
    assert (image.xmp, image.iptc) == (xmp.upright(PACKET), RECORDS)
    result = restored(source, target, tiny_weights, Saving(strip_location=True))
    with PillowImage.open(target) as opened:
        seen = opened.getexif()
        assert (seen[0x010F], seen[0x0112], dict(seen.get_ifd(0x8825))) == ("Drawn", 1, {})
    assert result.iptc == record(25, b"Keyword") + record(5, b"Title")
    assert b"GPS" not in result.xmp
    assert b"exif:FNumber" in result.xmp


def test_the_chunks_of_a_png_overrule_what_is_in_hexadecimal(tmp_path):
    path = png_with_profiles(tmp_path / "a.png", {"exif": camera_exif(6)}, exif=camera_exif())
    assert imagefile.read(path).width == 40


@pytest.mark.parametrize(
    "text", ["", "exif", "\nexif\n", "\nexif\nx\nff", "\nexif\n9\nfg", " " * 9]
)
def test_a_remark_that_is_no_profile_is_none(text):
    assert pngprofile.content(text) is None
    assert pngprofile.exif_of({"Raw profile type exif": text}) is None


GCAMERA = 'xmlns:GCamera="http://ns.google.com/photos/1.0/camera/"'
CONTAINER = (
    'xmlns:Container="http://ns.google.com/photos/1.0/container/" '
    'xmlns:Item="http://ns.google.com/photos/1.0/container/item/"'
)
GAIN_MAP = 'xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/"'


@pytest.mark.parametrize(
    ("fields", "inner"),
    [
        (f'{GCAMERA} GCamera:MicroVideo="1" GCamera:MicroVideoOffset="1234"', ""),
        (GCAMERA, "<GCamera:MotionPhoto>1</GCamera:MotionPhoto>"),
        (f'{GAIN_MAP} hdrgm:Version="1.0"', ""),
        (
            CONTAINER,
            "<Container:Directory><Container:Item Item:Mime='a'/></Container:Directory>",
        ),
    ],
)
def test_xmp_does_not_point_to_a_video_or_gain_map_that_is_left_behind(
    tmp_path, tiny_weights, fields, inner
):
    source, target = tmp_path / "a.jpg", tmp_path / "b.jpg"
    packet = described(f'xmlns:d="d" d:Kept="yes" {fields}', inner)
    PillowImage.fromarray(drawn(40, 30)).save(source, xmp=packet)
    with source.open("ab") as file:
        file.write(b"\0\0\0\x18ftypmp42" + bytes(1222))
    left = restored(source, target, tiny_weights).xmp
    assert b'd:Kept="yes"' in left
    for word in (b":MicroVideo", b":MotionPhoto", b"hdrgm:", b":Directory"):
        assert word not in left.replace(b"xmlns:hdrgm", b"")
    assert b"ftyp" not in target.read_bytes()


@pytest.mark.parametrize(
    "packet", [PACKET, described(f'{GCAMERA} GCamera:SpecialTypeID="x"'), b"<" + GAIN_MAP.encode()]
)
def test_other_xmp_stays_byte_for_byte(packet):
    assert xmp.without_appended(packet) == packet


@pytest.mark.parametrize("ending", ENDINGS)
def test_all_metadata_is_stripped_but_the_colours_stay(tmp_path, tiny_weights, ending):
    source, target = tmp_path / f"a.{ending}", tmp_path / f"b.{ending}"
    resultfile.write(rich(), source)
    image = restored(source, target, tiny_weights, Saving(strip_metadata=True))
    assert (image.exif, image.xmp, image.iptc) == (None, None, None)
    assert image.icc == SRGB
    assert b"Drawn" not in target.read_bytes()


@pytest.mark.parametrize(
    "packet", [b"no xml", b"<a", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', b"\xff\xfe<\x00a"]
)
def test_xmp_that_cannot_be_understood_could_hold_a_place_and_goes(packet):
    assert xmp.without_location(packet) is None


@given(st.binary(max_size=300))
def test_no_bytes_break_the_blocks(content):
    xmp.upright(content)
    xmp.without_location(content)
    xmp.without_appended(GAIN_MAP.encode() + content)
    iptc.without_location(content)
    iptc.from_resources(content)
    iptc.unwrapped(content)
    pngprofile.content(content.decode("latin-1"))
    assert iptc.from_resources(iptc.to_resource(content)) == (content or None)


@given(st.binary(min_size=1, max_size=300).map(lambda tail: b"\x1c" + tail))
def test_iptc_goes_into_a_png_and_comes_back(content):
    text = iptc.to_png_profile(content).partition(b"\0\0")[2]
    assert pngprofile.iptc_of({iptc.PNG_KEYWORD: zlib.decompress(text).decode()}) == content


def test_records_of_any_length_are_stepped_over():
    long = struct.pack(">BBBHI", 0x1C, 2, 120, 0x8004, 40_000) + b"c" * 40_000
    assert iptc.without_location(long + record(90, b"Wien")) == long


def test_a_restored_jpeg_is_compressed_finely(tmp_path, tiny_weights):
    """Its own compression would put back a part of what was taken."""
    source, target = tmp_path / "a.jpg", tmp_path / "b.jpg"
    picture = PillowImage.fromarray(drawn(64, 48))
    picture.save(tmp_path / "fine.jpg", quality=95, subsampling="4:4:4")
    for quality in (40, 85, 94):
        picture.save(source, quality=quality, subsampling="4:2:0")
        restored(source, target, tiny_weights, denoise=5.0)
        with PillowImage.open(tmp_path / "fine.jpg") as fine, PillowImage.open(target) as after:
            assert after.quantization == fine.quantization
            assert [layer[1:3] for layer in after.layer] == [layer[1:3] for layer in fine.layer]


@pytest.mark.parametrize(("quality", "subsampling"), [(95, "4:2:0"), (97, "4:4:4")])
def test_a_fine_jpeg_is_compressed_as_its_source_was(tmp_path, tiny_weights, quality, subsampling):
    source, target = tmp_path / "a.jpg", tmp_path / "b.jpg"
    picture = PillowImage.fromarray(drawn(64, 48))
    picture.save(source, quality=quality, subsampling=subsampling)
    restored(source, target, tiny_weights, denoise=5.0)
    with PillowImage.open(source) as before, PillowImage.open(target) as after:
        assert after.quantization == before.quantization
        assert [layer[1:3] for layer in after.layer] == [layer[1:3] for layer in before.layer]


@pytest.mark.parametrize("ending", ["jpg", "webp", "avif"])
def test_a_photo_that_has_not_changed_is_copied(tmp_path, tiny_weights, ending):
    source, target = tmp_path / f"a.{ending}", tmp_path / f"b.{ending}"
    PillowImage.fromarray(drawn(64, 48)).save(source, quality=40, exif=camera_exif())
    restored(source, target, tiny_weights, denoise="off")
    assert target.read_bytes() == source.read_bytes()


@pytest.mark.parametrize(
    "saving", [Saving(quality=90), Saving(strip_location=True), Saving(strip_metadata=True)]
)
def test_what_is_to_be_saved_otherwise_is_not_copied(tmp_path, tiny_weights, saving):
    source, target = tmp_path / "a.jpg", tmp_path / "b.jpg"
    PillowImage.fromarray(drawn(64, 48)).save(source, quality=40, exif=camera_exif())
    restored(source, target, tiny_weights, saving, denoise="off")
    assert target.read_bytes() != source.read_bytes()


def test_what_was_turned_or_is_another_format_is_not_copied(tmp_path, tiny_weights):
    turned = PillowImage.Exif()
    turned[0x0112] = 6
    PillowImage.fromarray(drawn(64, 48)).save(tmp_path / "a.jpg", quality=40, exif=turned)
    restored(tmp_path / "a.jpg", tmp_path / "b.jpg", tiny_weights, denoise="off")
    restored(tmp_path / "a.jpg", tmp_path / "b.png", tiny_weights, denoise="off")
    for name in ("b.jpg", "b.png"):
        with PillowImage.open(tmp_path / name) as upright:
            assert upright.size == (48, 64)


def test_a_file_that_holds_another_photo_by_now_is_not_copied(tmp_path):
    source, target = tmp_path / "a.jpg", tmp_path / "b.jpg"
    PillowImage.fromarray(drawn(64, 48)).save(source)
    image = imagefile.read(source)
    for content in (b"no picture", None):
        source.write_bytes(content) if content else source.unlink()
        assert not resultfile.copy(image, target, source)
        assert not target.exists()
    PillowImage.fromarray(255 - drawn(64, 48)).save(source)
    assert not resultfile.copy(image, target, source)
    save_photo(image, target, source, Saving())
    np.testing.assert_allclose(imagefile.read(target).samples, image.samples, atol=30)


def test_a_wanted_quality_is_heeded(tmp_path, tiny_weights):
    source, target = tmp_path / "a.jpg", tmp_path / "b.jpg"
    PillowImage.fromarray(drawn(64, 48)).save(source, quality=50)
    PillowImage.fromarray(drawn(64, 48)).save(tmp_path / "c.jpg", quality=90)
    restored(source, target, tiny_weights, Saving(quality=90))
    with PillowImage.open(tmp_path / "c.jpg") as wanted, PillowImage.open(target) as after:
        assert after.quantization == wanted.quantization


def test_a_grey_jpeg_keeps_its_table(tmp_path, tiny_weights):
    source, target = tmp_path / "a.jpg", tmp_path / "b.jpg"
    PillowImage.fromarray(drawn(64, 48, 1)[..., 0]).save(source, quality=97)
    restored(source, target, tiny_weights, denoise=5.0)
    with PillowImage.open(source) as before, PillowImage.open(target) as after:
        assert after.quantization == before.quantization


def test_file_times_are_kept_on_wish(tmp_path, tiny_weights):
    import os

    source, target = tmp_path / "a.png", tmp_path / "b.png"
    resultfile.write(Image(drawn(8, 8)), source)
    os.utime(source, ns=(10**18, 10**18 + 5))
    restored(source, target, tiny_weights, Saving(keep_times=True))
    assert target.stat().st_mtime_ns == 10**18 + 5


def test_remarks_in_a_png_and_the_comment_of_a_jpeg_come_through(tmp_path, tiny_weights):
    remarks = PngInfo()
    remarks.add_text("Title", "Wave")
    remarks.add_text("Comment", "drawn")
    remarks.add_itxt("Ünïcode", "雪", zip=True)
    PillowImage.fromarray(drawn(20, 20)).save(tmp_path / "a.png", pnginfo=remarks)
    restored(tmp_path / "a.png", tmp_path / "b.png", tiny_weights)
    with PillowImage.open(tmp_path / "b.png") as opened:
        assert opened.text == {"Title": "Wave", "Comment": "drawn", "Ünïcode": "雪"}
    restored(tmp_path / "b.png", tmp_path / "c.jpg", tiny_weights)
    restored(tmp_path / "c.jpg", tmp_path / "d.jpg", tiny_weights)
    with PillowImage.open(tmp_path / "d.jpg") as opened:
        assert opened.info["comment"] == b"drawn"
    restored(tmp_path / "a.png", tmp_path / "e.png", tiny_weights, Saving(strip_metadata=True))
    assert b"Wave" not in (tmp_path / "e.png").read_bytes()


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_a_comment_stays_readable_however_it_is_written(tmp_path, tiny_weights, encoding):
    source, target = tmp_path / "a.jpg", tmp_path / "b.jpg"
    PillowImage.fromarray(drawn(20, 20)).save(source, comment="Grüße".encode(encoding))
    restored(source, target, tiny_weights)
    with PillowImage.open(target) as opened:
        assert opened.info["comment"].decode() == "Grüße"


@pytest.mark.parametrize(
    ("field", "longest"),
    [("exif", 65_533), ("xmp", 65_533 - 29), ("iptc", 65_533 - 14 - 12)],
)
def test_metadata_too_long_for_a_jpeg_is_told_before_any_work(tmp_path, field, longest):
    path = tmp_path / "a.jpg"
    begin = {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0", "xmp": b"<", "iptc": b"\x1c"}[field]
    fits, too_long = (begin.ljust(size, b" ") for size in (longest - longest % 2, longest + 1))
    resultfile.write(Image(drawn(8, 8), **{field: fits}), path)
    image = Image(drawn(8, 8), **{field: too_long})
    with pytest.raises(
        resultfile.ImageUnwritable, match=rf"its {field.upper()} is too long for JPEG\. Choose"
    ):
        resultfile.check_holds(path, image, 8, 8, 8)
    for ending in ("png", "webp", "avif", "tif"):
        resultfile.check_holds(tmp_path / f"a.{ending}", image, 8, 8, 8)


TAGS = {
    "EXIF": [
        "-Make=Drawn & Söhne", "-Model=M 1", "-Artist=Me", "-ImageDescription=a wave",
        "-DateTimeOriginal=2024:05:06 07:08:09", "-FNumber=2.8", "-ISO=400", "-LensModel=50mm",
        "-GPSLatitude=48.2", "-GPSLatitudeRef=N", "-GPSLongitude=16.3", "-GPSLongitudeRef=E",
        "-UserComment=a comment", "-ExposureTime=1/250", "-XPTitle=title", "-Rating=3",
        "-Orientation#=6", "-XResolution=240", "-YResolution=240", "-ResolutionUnit=inches",
    ],
    "XMP": [
        "-XMP-dc:Title=A title", "-XMP-dc:Subject=one", "-XMP-dc:Subject=two",
        "-XMP-exif:GPSLatitude=48.2", "-XMP-photoshop:City=Wien", "-XMP-xmp:Label=red",
    ],
    "IPTC": ["-IPTC:Keywords=one", "-IPTC:Keywords=two", "-IPTC:City=Wien", "-IPTC:By-line=Me"],
}  # fmt: skip
# How the picture lies in the file, and its size and orientation: those are the result's own.
OF_THE_PICTURE = {
    "Orientation", "ImageWidth", "ImageHeight", "ExifImageWidth", "ExifImageHeight",
    "BitsPerSample", "Compression", "PhotometricInterpretation", "StripOffsets",
    "SamplesPerPixel", "RowsPerStrip", "StripByteCounts", "PlanarConfiguration", "Predictor",
    "SubfileType", "SourceFile", "YCbCrPositioning", "YCbCrSubSampling", "TileWidth",
    "TileLength", "ExifByteOrder",
}  # fmt: skip


def seen_by_exiftool(path):
    command = ["exiftool", "-j", "-G1", "-a", "-EXIF:all", "-XMP:all", "-IPTC:all"]
    done = subprocess.run(
        [*command, "-ICC_Profile:all", str(path)], capture_output=True, check=True
    )
    (fields,) = json.loads(done.stdout)
    return {key: value for key, value in fields.items() if key.split(":")[-1] not in OF_THE_PICTURE}


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed")
@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("scale", [1, 2])
def test_exiftool_sees_the_same_in_source_and_result(tmp_path, tiny_weights, ending, scale):
    source, target = tmp_path / f"a.{ending}", tmp_path / f"b.{ending}"
    PillowImage.fromarray(drawn(40, 30)).save(source, icc_profile=SRGB)
    kinds = [kind for kind in TAGS if (kind, ending) != ("IPTC", "webp")]
    tags = [tag for kind in kinds for tag in TAGS[kind]]
    subprocess.run(["exiftool", "-q", "-overwrite_original", *tags, source], check=True)
    before = seen_by_exiftool(source)
    groups = {key.split(":")[0] for key in before}
    assert {"IFD0", "ExifIFD", "GPS", "XMP-dc"} <= groups
    assert ("IPTC" in groups) == (ending != "webp")
    assert "ICC_Profile" in " ".join(groups) or "ICC-header" in groups
    image = restored(source, target, tiny_weights, scale=scale)
    assert (image.width, image.height) == (30 * scale, 40 * scale), "turned upright"
    assert seen_by_exiftool(target) == before


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed")
def test_xmp_in_several_segments_of_a_jpeg_comes_through(tmp_path, tiny_weights):
    source, target = tmp_path / "a.jpg", tmp_path / "b.jpg"
    PillowImage.fromarray(drawn(40, 30)).save(source)
    (tmp_path / "long.txt").write_text("far too long " * 8000)
    tags = [f"-XMP-dc:Description<={tmp_path / 'long.txt'}", "-XMP-dc:Title=short"]
    subprocess.run(["exiftool", "-q", "-overwrite_original", *tags, source], check=True)
    assert source.read_bytes().count(b"http://ns.adobe.com/xmp/extension/") > 1
    restored(source, target, tiny_weights)
    assert len(seen_by_exiftool(target)["XMP-dc:Description"]) > 100_000
    assert seen_by_exiftool(target) == seen_by_exiftool(source)


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed")
@pytest.mark.parametrize("ending", ENDINGS)
def test_exiftool_sees_no_place_where_it_was_stripped(tmp_path, tiny_weights, ending):
    source, target = tmp_path / f"a.{ending}", tmp_path / f"b.{ending}"
    PillowImage.fromarray(drawn(40, 30)).save(source)
    tags = [tag for kind in TAGS.values() for tag in kind]
    subprocess.run(["exiftool", "-q", "-m", "-overwrite_original", *tags, source], check=True)
    restored(source, target, tiny_weights, Saving(strip_location=True))
    said = subprocess.run(
        ["exiftool", "-a", "-G1", "-warning", "-all", str(target)], capture_output=True, check=True
    ).stdout.decode()
    assert "GPS" not in said
    assert "Wien" not in said
    assert "Warning" not in said
    assert "Drawn & S" in said


def test_what_is_stripped_is_said_by_the_settings_alone():
    image = rich()
    assert metadata.without(image, Saving()) is image


def test_coordinates_of_a_geotiff_go_with_the_location(tmp_path):
    tie = (0.0, 0.0, 0.0, 8.654321, 47.123456, 0.0)
    tags = [
        (33550, "d", 3, (0.001, 0.001, 0.0), True),
        (33922, "d", 6, tie, True),
        (34735, "H", 4, (1, 1, 0, 0), True),
        (315, "s", 0, "Anna Atkins", True),
    ]
    tifffile.imwrite(tmp_path / "map.tif", drawn(40, 30), extratags=tags)
    image = imagefile.read(tmp_path / "map.tif")
    left = metadata.without(image, Saving(strip_location=True)).exif
    before, after = (
        {entry[0]: entry[3] for entry in exif.first_entries(block)} for block in (image.exif, left)
    )
    assert struct.pack("<d", 47.123456) in image.exif
    assert struct.pack("<d", 47.123456) not in left
    geographic = {33550, 33922, 34735}
    assert geographic <= before.keys()
    assert after == {tag: value for tag, value in before.items() if tag not in geographic}


def block_with(entries, order="<"):
    """An EXIF block of one directory, each entry a tag, a type and a number."""
    head = {"<": b"II*\0", ">": b"MM\0*"}[order] + struct.pack(order + "IH", 8, len(entries))
    table = b"".join(
        struct.pack(order + ("HHIHxx" if kind == 3 else "HHII"), tag, kind, 1, number)
        for tag, kind, number in entries
    )
    return head + table + bytes(4)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", [3, 4])
def test_the_orientation_may_be_a_short_or_a_long(tmp_path, order, kind):
    block = block_with([(0x0112, kind, 6)], order)
    PillowImage.fromarray(drawn(40, 30)).save(tmp_path / "a.jpg", exif=b"Exif\0\0" + block)
    image = imagefile.read(tmp_path / "a.jpg")
    assert (image.width, image.height) == (30, 40)
    assert exif.orientation(image.exif) == 1


def test_a_bad_pointer_costs_what_it_points_to_and_no_more(tmp_path):
    entries = [(0x0100, 4, 40), (0x0112, 3, 6), (0x8769, 4, 1 << 30), (0x9003, 3, 7)]
    block = exif.upright(block_with(entries), 30, 40)
    assert block == block_with([(0x0100, 4, 30), (0x0112, 3, 1), *entries[2:]])
    resultfile.write(Image(drawn(30, 40), exif=block), tmp_path / "a.tif")
    kept = exif.first_entries(imagefile.read(tmp_path / "a.tif").exif)
    assert 0x9003 in [tag for tag, *_ in kept]
    assert 0x8769 not in [tag for tag, *_ in kept], "it would point into the picture"


def test_a_tiff_with_a_bad_pointer_keeps_its_other_exif(tmp_path):
    tags = [(315, "s", 0, "Anna Atkins", True), (34664, "I", 1, 1 << 30, True)]
    tifffile.imwrite(path := tmp_path / "a.tif", drawn(40, 30), extratags=tags)
    content = path.read_bytes()
    path.write_bytes(content.replace(struct.pack("<HH", 34664, 4), struct.pack("<HH", 34665, 4)))
    assert b"Anna Atkins" in imagefile.read(path).exif
