"""The images that links are shared with (Open Graph): drawn from what is public, and from no name of a person."""

import datetime as dt
import hashlib
import io
from dataclasses import astuple, dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.http import HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404
from django.utils.formats import date_format
from django.utils.http import parse_etags
from django.utils.translation import gettext
from django.views.generic import View
from PIL import Image, ImageDraw, ImageFont, features

from events import shelf
from events.models import Event

SIZE = WIDTH, HEIGHT = 1200, 630
DRAWN_AS = 1  # raise it whenever a card comes to look different: kept images are then made anew
KEPT = 24 * 3600  # seconds

PAPER, INK, SOFT, ACCENT, RULE = "#fcfdfc", "#16222a", "#4b5962", "#005c68", "#d3dadb"
MARGIN = 80
BAR = 20
STEPS = (68, 60, 54, 48, 42, 37)  # sizes tried for the large words, until they fit
LARGEST_HEIGHT = 320  # pixels for the large words
LEADING = 1.26

_VENDOR = Path(settings.BASE_DIR) / "static" / "vendor"
LATIN = _VENDOR / "noto-serif/0.4.2/NotoSerif_600SemiBold.ttf"  # Greek and Cyrillic as well
ARABIC = _VENDOR / "noto-naskh-arabic/0.4.5/NotoNaskhArabic_600SemiBold.ttf"
_NOWHERE = "\uffff"  # no font has it: drawn as the sign for what is missing


@dataclass(frozen=True)
class Card:
    """What a card says. A line whose script cannot be drawn is left out; in place of `words` stands the reference."""

    kind: str  # "Takeaway", "Dialogue"
    reference: str  # "WP3348-T3"; may be empty
    words: str  # the wording or the title, in large letters
    under: str  # the dialogue it comes from, or the place; may be empty
    when: str  # "15–17 April 2024"; may be empty
    site: str = "Readout"

    @property
    def key(self) -> str:
        """What the image depends on, as one word."""
        facts = "\n".join([str(DRAWN_AS), str(can_shape()), *astuple(self)])
        return hashlib.sha256(facts.encode(errors="backslashreplace")).hexdigest()[:40]


def can_shape() -> bool:
    """Whether letters are joined and ordered here as Arabic needs it."""
    return bool(features.check("raqm"))


@lru_cache(maxsize=32)
def _font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size)


@lru_cache(maxsize=4096)
def _has(path: Path, sign: str) -> bool:
    """Whether the font at `path` has `sign`."""
    font = ImageFont.truetype(path, 24, layout_engine=ImageFont.Layout.BASIC)
    return sign.isspace() or bytes(font.getmask(sign)) != bytes(font.getmask(_NOWHERE))


def font_for(text: str) -> Path | None:
    """Return the font that has every sign of `text` and draws it as it is written, or None."""
    if all(_has(LATIN, sign) for sign in set(text)):
        return LATIN
    if can_shape() and all(_has(ARABIC, sign) for sign in set(text)):
        return ARABIC
    return None


def lines(text: str, font: ImageFont.FreeTypeFont, width: int, most: int) -> list[str] | None:
    """Return `text` in at most `most` lines of `width` pixels, or None where it does not fit."""
    found: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if font.getlength(longer) <= width:
            line = longer
            continue
        if not line or font.getlength(word) > width or len(found) + 1 == most:
            return None
        found.append(line)
        line = word
    return [*found, line]


def shortened(text: str, font: ImageFont.FreeTypeFont, width: int, most: int) -> list[str]:
    """Return as much of the beginning of `text` as fits `most` lines, whole words first, ended by an ellipsis."""
    text = " ".join(text.split())
    low, high = 0, len(text)
    while low < high:  # the longest beginning that fits
        middle = (low + high + 1) // 2
        if lines(text[:middle].rstrip() + "…", font, width, most):
            low = middle
        else:
            high = middle - 1
    cut = text[:low]
    if " " in cut and not text[low : low + 1].isspace():
        cut = cut.rsplit(" ", 1)[0]
    return lines(cut.rstrip(" ,;:.–-") + "…", font, width, most) or ["…"]


def _set(text: str, path: Path, width: int) -> tuple[ImageFont.FreeTypeFont, list[str]]:
    """Return the largest of `STEPS` in which `text` fits, with its lines; cut where it fits in none."""
    for size in STEPS:
        font, most = _font(path, size), int(LARGEST_HEIGHT / (size * LEADING))
        if found := lines(text, font, width, most):
            return font, found
    return font, shortened(text, font, width, most)


def drawn(card: Card) -> bytes:
    """Return `card` as a PNG of 1200 × 630; the same bytes each time."""
    image = Image.new("RGB", SIZE, PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, BAR, HEIGHT), fill=ACCENT)
    width = WIDTH - 2 * MARGIN
    kicker = "   ".join(part for part in (card.kind, card.reference) if part and font_for(part))
    _line(draw, kicker, 30, MARGIN, ACCENT)
    large = next(text for text in (card.words, card.reference, card.site) if text and font_for(text))
    if path := font_for(large):
        font, found = _set(large, path, width)
        top = 140.0
        for line in found:
            _at(draw, line, font, path, top, INK)
            top += font.size * LEADING
    draw.line((MARGIN, 500, WIDTH - MARGIN, 500), fill=RULE, width=2)
    _line(draw, card.under, 26, 518, INK, width=width)
    _line(draw, card.when, 26, 560, SOFT)
    _line(draw, card.site, 30, 556, ACCENT, end=True)
    out = io.BytesIO()
    image.quantize(32, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(out, "PNG")
    return out.getvalue()


def _line(draw, text: str, size: int, top: int, fill: str, *, width: int = 0, end: bool = False) -> None:
    """Draw one line, cut to `width`; nothing where no font has its script."""
    path = font_for(text)
    if not text or not path:
        return
    font = _font(path, size)
    if width and not lines(text, font, width, 1):
        text = shortened(text, font, width, 1)[0]
    _at(draw, text, font, path, top, fill, end=end)


def _at(draw, text: str, font, path: Path, top: float, fill: str, *, end: bool = False) -> None:
    """Draw `text` from its own side of the card: Arabic begins at the right."""
    end = end or path == ARABIC
    direction = "rtl" if path == ARABIC else None
    x = WIDTH - MARGIN if end else MARGIN
    draw.text((x, top), text, font=font, fill=fill, anchor="ra" if end else "la", direction=direction)


def span(start: dt.date | None, end: dt.date | None) -> str:
    """Return one day or a span of days in words, as the pages write them: "15–17 April 2024"."""
    if not start:
        return ""
    if not end or end == start:
        return date_format(start, "j F Y")
    if (start.year, start.month) == (end.year, end.month):
        return f"{start.day}–{date_format(end, 'j F Y')}"
    first = date_format(start, "j F" if start.year == end.year else "j F Y")
    return f"{first} – {date_format(end, 'j F Y')}"


class CardImage(View):
    """Answers with the image of `card()`; views say of what, from what is public alone."""

    http_method_names = ["get", "head"]

    def card(self, **kwargs) -> Card:
        """Return what the card says; raises Http404 for what is not public."""
        raise NotImplementedError

    def get(self, request, **kwargs):
        card = self.card(**kwargs)
        etag = f'"{card.key}"'
        if etag in parse_etags(request.headers.get("If-None-Match", "")):
            response: HttpResponse = HttpResponseNotModified()
        else:
            response = HttpResponse(_kept(card), content_type="image/png")
        response["ETag"] = etag
        response["Cross-Origin-Resource-Policy"] = "cross-origin"  # shown where the link is shared
        response["Cache-Control"] = "public, no-cache"  # keep it, but ask each time: what is withdrawn is gone
        return response


def _kept(card: Card) -> bytes:
    image = shelf.get(card.key)
    if image is None:
        image = drawn(card)
        shelf.put(card.key, image, KEPT)
    return image


class EventCard(CardImage):
    """The image of an event: its title, format, reference, place and dates."""

    def card(self, **kwargs) -> Card:
        event = get_object_or_404(Event.objects.public().defer("body", "summary"), slug=kwargs["slug"])
        return Card(
            kind=gettext(event.get_format_display()),
            reference=event.reference,
            words=event.title,
            under=event.place,
            when=span(event.starts_on, event.ends_on),
        )
