"""Pictures that people upload: decoded within limits, drawn again without metadata, stored under a random name."""

import io
import re
import secrets

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import models
from django.utils.deconstruct import deconstructible
from PIL import Image, ImageOps, UnidentifiedImageError

MAX_BYTES = 5 * 1024 * 1024
MAX_PIXELS = 24_000_000
MAX_SIDE = 2000
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
        with Image.open(upload, formats=list(FORMATS)) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise ValidationError("This picture has over 24 million pixels. Save it smaller.", code="too_large")
            kind = picture.format or "PNG"
            drawn = ImageOps.exif_transpose(picture)
            drawn = drawn.convert("RGB" if kind == "JPEG" else "RGBA")
            drawn.thumbnail((MAX_SIDE, MAX_SIDE))
            clean = Image.frombytes(drawn.mode, drawn.size, drawn.tobytes())
    except _UNREADABLE as error:
        raise ValidationError("This is not a PNG, JPEG or WebP picture that can be read.", code="invalid") from error
    out = io.BytesIO()
    clean.save(out, format=kind, **({"quality": 85} if kind != "PNG" else {"optimize": True}))
    return ContentFile(out.getvalue(), name=f"picture.{FORMATS[kind]}")


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
