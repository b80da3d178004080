"""Pictures that people upload: decoded within limits, drawn again without metadata, stored under a random name."""

import io
import re
import secrets
from functools import partial

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import models
from django.utils.deconstruct import deconstructible
from PIL import Image, ImageOps, UnidentifiedImageError

MAX_BYTES = 5 * 1024 * 1024
MAX_PIXELS = 24_000_000
MAX_PIXELS_TRANSPARENT = 12_000_000  # or with a palette: what shrinks them holds every pixel twice
MAX_PIXELS_WEBP = 5_000_000  # its decoder holds every pixel five times
MAX_SIDE = 2000
PLAIN = {"1", "L", "RGB", "CMYK", "YCbCr"}
FORMATS = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp"}

# What Pillow raises at what it cannot or will not decode.
_UNREADABLE = (
    UnidentifiedImageError,
    OSError,
    SyntaxError,
    ValueError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


@deconstructible
class RandomName:
    """Where an upload is stored: a folder and 26 random characters, nothing of the name it came with."""

    def __init__(self, folder: str):
        self.folder = folder

    def __call__(self, instance, filename: str) -> str:
        extension = re.search(r"\.([a-z0-9]{1,5})$", filename.lower(), re.ASCII)
        return f"{self.folder}/{secrets.token_hex(13)}.{extension[1] if extension else 'bin'}"


def redraw(upload) -> ContentFile:
    """Return the picture in `upload` drawn again: turned upright, at most 2000 pixels a side, no metadata.

    Size and dimensions are read before anything is decoded. Raises ValidationError in plain words.
    """
    if upload.size > MAX_BYTES:
        raise ValidationError("This picture is over 5 MB. Save it smaller and choose it again.", code="too_large")
    try:
        upload.seek(0)
        _check_webp(upload.read(30))
        upload.seek(0)
        with Image.open(upload, formats=list(FORMATS)) as picture:
            kind = picture.format or "PNG"
            _check_pixels(picture.width * picture.height, is_plain=picture.mode in PLAIN)
            drawn = _small(picture)
            ImageOps.exif_transpose(drawn, in_place=True)
            drawn = drawn.convert("RGB" if kind == "JPEG" else "RGBA")
            clean = Image.frombytes(drawn.mode, drawn.size, drawn.tobytes())
    except _UNREADABLE as error:
        raise ValidationError("This is not a PNG, JPEG or WebP picture that can be read.", code="invalid") from error
    out = io.BytesIO()
    clean.save(out, format=kind, **({"quality": 85} if kind != "PNG" else {"optimize": True}))
    return ContentFile(out.getvalue(), name=f"picture.{FORMATS[kind]}")


def _check_pixels(pixels: int, *, is_plain: bool) -> None:
    if pixels > MAX_PIXELS:
        raise ValidationError("This picture has over 24 million pixels. Save it smaller.", code="too_large")
    if pixels > MAX_PIXELS_TRANSPARENT and not is_plain:
        raise ValidationError(
            "This picture has over 12 million pixels, with transparency or a palette. Save it smaller, or as JPEG.",
            code="too_large",
        )


def _check_webp(head: bytes) -> None:
    """Refuse a large WebP by its first bytes (RFC 9649): its decoder reserves memory as soon as it is opened."""
    number = partial(int.from_bytes, byteorder="little")
    match head[:4] + head[8:16]:
        case b"RIFFWEBPVP8X":
            width, height = number(head[24:27]) + 1, number(head[27:30]) + 1
        case b"RIFFWEBPVP8L":
            width, height = (number(head[21:25]) & 0x3FFF) + 1, (number(head[21:25]) >> 14 & 0x3FFF) + 1
        case b"RIFFWEBPVP8 ":
            width, height = number(head[26:28]) & 0x3FFF, number(head[28:30]) & 0x3FFF
        case _:
            return
    if width * height > MAX_PIXELS_WEBP:
        raise ValidationError(
            "This WebP picture has over 5 million pixels. Save it smaller, or as JPEG.", code="too_large"
        )


def _small(picture: Image.Image) -> Image.Image:
    """Return the picture with at most 2000 pixels a side; done before anything else, because copies of it add up."""
    drawn = picture
    if picture.mode not in {*PLAIN, "LA", "RGBA"} or picture.mode == "1":  # else pixels would be left out, not mixed
        drawn = picture.convert("L" if picture.mode == "1" else "RGBA")
    drawn.thumbnail((MAX_SIDE, MAX_SIDE))
    return drawn


class PictureFormField(forms.FileField):
    """A file field that takes pictures only and hands on the redrawn one."""

    widget = forms.ClearableFileInput

    def clean(self, data, initial=None):
        value = super().clean(data, initial)
        return redraw(value) if value and value is not initial else value


class PictureField(models.ImageField):
    """An ImageField whose form redraws what was uploaded."""

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": PictureFormField, **kwargs})
