import io
import re
import struct
import zlib

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from events.models import Event
from participants.models import Organisation
from participants.pictures import MAX_BYTES, PictureFormField, RandomName, redraw

ORIENTATION, ARTIST, GPS = 0x0112, 0x013B, 0x8825


def upload(data, name="holiday.jpg"):
    return SimpleUploadedFile(name, data)


def picture(kind="JPEG", size=(60, 40), mode="RGB", **options):
    out = io.BytesIO()
    Image.new(mode, size, "red" if mode != "P" else 1).save(out, format=kind, **options)
    return out.getvalue()


def png_that_claims(width, height):
    """A few bytes of PNG that would need `width` × `height` pixels once decoded."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def test_redraw_removes_everything_but_the_pixels():
    exif = Image.Exif()
    exif[ARTIST] = "Somebody in the room"
    exif.get_ifd(GPS)[1] = "N"
    data = picture(exif=exif, comment=b"taken in the room", icc_profile=b"x" * 200)
    assert b"Somebody in the room" in data

    clean = redraw(upload(data)).read()

    assert b"Somebody" not in clean
    assert b"room" not in clean
    with Image.open(io.BytesIO(clean)) as drawn:
        assert not drawn.getexif()
        assert set(drawn.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_redraw_removes_words_from_png():
    from PIL.PngImagePlugin import PngInfo

    words = PngInfo()
    words.add_text("Author", "Somebody in the room")

    assert b"Somebody" not in redraw(upload(picture("PNG", pnginfo=words))).read()


def test_redraw_turns_upright():
    exif = Image.Exif()
    exif[ORIENTATION] = 6

    with Image.open(redraw(upload(picture(size=(60, 40), exif=exif)))) as drawn:
        assert drawn.size == (40, 60)


@pytest.mark.parametrize(
    "kind, mode, extension",
    [
        ("JPEG", "RGB", "jpg"),
        ("JPEG", "CMYK", "jpg"),
        ("PNG", "RGBA", "png"),
        ("PNG", "P", "png"),
        ("WEBP", "RGB", "webp"),
    ],
)
def test_redraw_keeps_the_kind(kind, mode, extension):
    drawn = redraw(upload(picture(kind, mode=mode)))

    assert drawn.name == f"picture.{extension}"
    with Image.open(drawn) as again:
        assert (again.format, again.size) == (kind, (60, 40))


def test_redraw_makes_large_pictures_fit():
    with Image.open(redraw(upload(picture(size=(4000, 1000))))) as drawn:
        assert drawn.size == (2000, 500)


@pytest.mark.parametrize("size", [(5000, 5000), (10_000, 10_000), (60_000, 60_000), (2**31 - 1, 1)])
def test_redraw_refuses_a_bomb_before_decoding(size, monkeypatch):
    def decoded(*args):
        raise AssertionError("decoded")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", decoded)

    with pytest.raises(ValidationError):
        redraw(upload(png_that_claims(*size), "bomb.png"))


def test_redraw_refuses_too_many_bytes():
    with pytest.raises(ValidationError, match="over 5 MB"):
        redraw(upload(b"\0" * (MAX_BYTES + 1)))


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    "data, name",
    [
        (SVG, "logo.svg"),
        (SVG, "logo.png"),
        (picture("GIF", mode="P"), "moving.gif"),
        (picture("TIFF"), "scan.tiff"),
        (b"", "empty.png"),
        (b"%PDF-1.7", "paper.jpg"),
        (picture()[:200], "half.jpg"),
    ],
)
def test_redraw_refuses_what_is_no_picture_of_three_kinds(data, name):
    with pytest.raises(ValidationError, match="not a PNG, JPEG or WebP"):
        redraw(upload(data, name))


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's, about damaged EXIF
@given(kind=st.sampled_from(["JPEG", "PNG", "WEBP"]), data=st.data())
def test_redraw_says_no_in_words_to_any_damaged_file(kind, data):
    exif = Image.Exif()
    exif[ARTIST], exif[ORIENTATION] = "Somebody", 6
    damaged = bytearray(picture(kind, size=(8, 8), exif=exif))
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))

    try:
        drawn = redraw(upload(bytes(damaged)))
    except ValidationError:
        return
    assert b"Somebody" not in drawn.read()


@pytest.mark.parametrize("name", ["holiday of Jane.JPG", "../../etc/passwd", "x.tar.gz", "no-extension", "ü.p\u0000g"])
def test_stored_name_tells_nothing(name):
    first, second = (RandomName("events")(None, name) for _ in range(2))

    assert re.fullmatch(r"events/[0-9a-f]{26}\.[a-z0-9]{1,5}", first)
    assert first != second


def test_form_field_hands_on_the_redrawn_picture():
    for model, name in ((Event, "image"), (Organisation, "logo")):
        field = model._meta.get_field(name).formfield()

        assert isinstance(field, PictureFormField)
        assert field.clean(upload(picture("PNG"), "x.png")).name == "picture.png"


def test_form_field_leaves_what_is_stored_alone():
    stored = object()

    assert PictureFormField(required=False).clean(None, stored) is stored
    assert PictureFormField(required=False).clean(False, stored) is False
