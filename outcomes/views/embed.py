"""Outcomes on the pages of others: small pages made to stand in a frame, and oEmbed, by which programs ask for them.

These pages alone may be framed, by whom `EMBED_ANCESTORS` says; they set no cookie, run no script and lead out of the
frame. Nothing in them can be clicked to change anything, so that a frame over them gains nothing.
"""

import datetime as dt
import json
import xml.etree.ElementTree as ET
from typing import Any, ClassVar, NamedTuple
from urllib.parse import unquote, urlencode, urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils.csp import CSP
from django.utils.html import format_html
from django.utils.translation import gettext
from django.views.generic import TemplateView, View

from events.atom import fit
from events.feeds import conveners
from events.models import Event
from events.pages import PublicPage
from outcomes.listed import card_columns, cards, cards_of
from outcomes.models import Outcome, OutcomeTheme
from outcomes.views.outcome import OnePublicOutcome
from outcomes.vocabulary import Vocabulary

MOST, USUAL = 20, 5  # outcomes in a frame
WIDTH, WIDEST, HEIGHT = 640, 800, 480  # CSS pixels
FRAMED = {"events:event-detail": "event-embed", "outcomes:theme-detail": "theme-embed"}
FRAMED |= {"outcomes:outcome-detail": "outcome-embed"}  # page → its page in a frame


class Framed(PublicPage, TemplateView):
    """A page made to stand in a frame on another site."""

    template_name = "outcomes/embed.html"
    http_method_names = ["get", "head"]
    parameters = ("kind", "number", "scheme")
    kinds: ClassVar = ("takeaway", "action")

    def dispatch(self, request, *args, **kwargs):
        return may_be_framed(super().dispatch(request, *args, **kwargs))

    def get(self, request, *args, **kwargs):
        try:
            return super().get(request, *args, **kwargs)
        except Http404:
            withdrawn = self.tombstone(**kwargs)
            if withdrawn is None:
                raise
            at, note = withdrawn
            told = {"withdrawn_at": at, "public_note": note, "scheme": self.scheme}
            return render(request, "outcomes/embed_gone.html", told, status=410)

    def tombstone(self, **kwargs: str) -> tuple[dt.datetime, str] | None:
        """Return when what it shows was withdrawn, and the public note, if it was public once."""
        return None

    @property
    def scheme(self) -> str:
        """The colours asked for: light, dark, or nothing, which leaves it to the reader's system."""
        asked = self.request.GET.get("scheme", "")
        return asked if asked in ("light", "dark") else ""

    @property
    def kind(self) -> str:
        """The kind asked for, or nothing."""
        asked = self.request.GET.get("kind", "")
        return asked if asked in self.kinds else ""

    @property
    def number(self) -> int:
        """How many outcomes, at most."""
        asked = self.request.GET.get("number", "")
        return min(max(int(asked), 1), MOST) if asked.isascii() and asked.isdigit() and len(asked) < 4 else USUAL

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs, scheme=self.scheme)


class EventEmbed(Framed):
    """The first outcomes of a dialogue, in the order in which they are printed."""

    def get_context_data(self, slug, **kwargs):
        event = Event.objects.public().filter(slug=slug).for_cards().first()
        if event is None:
            raise Http404
        rows = Outcome.objects.public().filter(event=event, **({"kind": self.kind} if self.kind else {})).as_printed()
        found = cards(card_columns(rows, with_themes=False)[: self.number + 1], {})
        return super().get_context_data(
            **kwargs, title=event.title, page=event.get_absolute_url(), event=event, **_shown(found, self.number)
        )

    def tombstone(self, slug):
        return Event.objects.tombstones().filter(slug=slug).values_list("withdrawn_at", "public_note").first()


class ThemeEmbed(Framed):
    """The newest outcomes of a theme."""

    def get_context_data(self, slug, **kwargs):
        theme = Vocabulary.now().theme(slug)
        if theme is None:
            raise Http404
        keys = OutcomeTheme.objects.newest(theme, self.kind)[: self.number + 1]
        found = cards_of(list(keys), {})
        return super().get_context_data(
            **kwargs, title=theme.name, page=theme.get_absolute_url(), dialogues=True, **_shown(found, self.number)
        )


class OutcomeEmbed(Framed):
    """One outcome."""

    def get_context_data(self, code, **kwargs):
        found = cards(card_columns(Outcome.objects.public().filter(code=code), with_themes=False), {})
        if not found:
            raise Http404
        face = found[0]["face"]
        return super().get_context_data(
            **kwargs, title=face.reference, page=face.href, dialogues=True, **_shown(found, 1)
        )

    def tombstone(self, code):
        return OnePublicOutcome.tombstone(code)


def _shown(found: list[dict[str, Any]], number: int) -> dict[str, Any]:
    return {"faces": [card["face"] for card in found[:number]], "more": len(found) > number}


def may_be_framed(response: HttpResponseBase) -> HttpResponseBase:
    """Let the sites named in EMBED_ANCESTORS put an answer into a frame, and let it do next to nothing there."""
    policy = {
        "default-src": [CSP.NONE],
        "style-src": [CSP.SELF],
        "base-uri": [CSP.NONE],
        "form-action": [CSP.NONE],
        "frame-ancestors": settings.EMBED_ANCESTORS,
    }
    response._csp_config = policy  # what `csp_override` does, read at each answer
    response.xframe_options_exempt = True
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # for parents that ask it of what they frame
    return response


def snippet(address: str, title: str, *, width: int | str = "100%", height: int = HEIGHT) -> str:
    """Return the HTML by which another page frames that address."""
    return format_html(
        '<iframe src="{}" title="{}" width="{}" height="{}" loading="lazy" style="border:0;max-width:100%"></iframe>',
        *(address, title, width, height),
    )


def framed(view: str, key: str) -> str:
    """Return the whole address of the page in a frame that goes with that view and slug or code."""
    return settings.SITE_URL + reverse(f"outcomes:{FRAMED[view]}", args=[key])


class Embeddable(NamedTuple):
    """What oEmbed tells of a page."""

    title: str
    frame: str
    authors: list[tuple[str, str]]  # (name, path)
    card: str = ""  # path of its picture for sharing, 1200 by 630


class OEmbed(PublicPage, View):
    """What another site asks to embed a page of this one by its address (oembed.com)."""

    http_method_names = ["get", "head"]
    parameters = ("url", "format", "maxwidth", "maxheight")

    def dispatch(self, request, *args, **kwargs):
        response = super().dispatch(request, *args, **kwargs)
        response.headers["Access-Control-Allow-Origin"] = "*"  # the same for everybody, and asked for by scripts too
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    def get(self, request: HttpRequest) -> HttpResponse:
        write = {"json": _json, "xml": _xml}.get(request.GET.get("format", "json"))
        if write is None:
            return _plain(501, "This format is not known: ask for json or xml.")
        most = [_pixels(request.GET.get(name, "")) for name in ("maxwidth", "maxheight")]
        if "url" not in request.GET or 0 in most:
            return _plain(400, "Give the address of a page in url; maxwidth and maxheight are numbers of pixels.")
        view, key = _page(request.GET["url"])
        try:
            found = _FIND[view](key)
        except Http404:
            if _was_withdrawn(view, key):
                return _plain(410, "This page was withdrawn.")
            raise
        return write(_told(found, *most))


def _plain(status: int, words: str) -> HttpResponse:
    return HttpResponse(words + "\n", status=status, content_type="text/plain; charset=utf-8")


def _pixels(asked: str) -> int | None:
    """Return a number of pixels, None where nothing was asked for, 0 for what is none."""
    if not asked:
        return None
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 0


def _page(url: str) -> tuple[str, str]:
    """Return (view, slug or code) of an address of this site, whatever its query; raise Http404 for any other."""
    try:
        asked, own = urlsplit(url), urlsplit(settings.SITE_URL)
        match = resolve(unquote(asked.path))
    except (ValueError, Resolver404):
        raise Http404 from None
    if (asked.scheme, asked.netloc.lower()) != (own.scheme, own.netloc.lower()) or match.view_name not in FRAMED:
        raise Http404
    return match.view_name, next(iter(match.kwargs.values()))


def _event(slug: str) -> Embeddable:
    event = Event.objects.public().filter(slug=slug).only("title", "slug").first()
    if event is None:
        raise Http404
    card = reverse("events:event-card", args=[slug])
    return Embeddable(event.title, framed("events:event-detail", slug), conveners([event.pk])[event.pk], card)


def _theme(slug: str) -> Embeddable:
    theme = Vocabulary.now().theme(slug)
    if theme is None:
        raise Http404
    return Embeddable(theme.name, framed("outcomes:theme-detail", slug), [])


def _outcome(code: str) -> Embeddable:
    outcome = Outcome.objects.public().filter(code=code).select_related("event").first()
    if outcome is None:
        raise Http404
    authors, card = conveners([outcome.event_id])[outcome.event_id], reverse("outcomes:outcome-card", args=[code])
    title = f"{outcome.reference}: {' '.join(outcome.text.split())}"
    return Embeddable(title, framed("outcomes:outcome-detail", code), authors, card)


_FIND = {"events:event-detail": _event, "outcomes:theme-detail": _theme, "outcomes:outcome-detail": _outcome}


def _was_withdrawn(view: str, key: str) -> bool:
    if view == "events:event-detail":
        return Event.objects.tombstones().filter(slug=key).exists()
    return view == "outcomes:outcome-detail" and Outcome.objects.tombstones().filter(code=key).exists()


def _told(found: Embeddable, max_width: int | None, max_height: int | None) -> dict[str, Any]:
    """Return the answer, of type “rich”; its frame and its picture keep within what was asked for."""
    width, height = min(max_width or WIDTH, WIDEST), min(max_height or HEIGHT, HEIGHT)
    told: dict[str, Any] = {
        "type": "rich",
        "version": "1.0",
        "title": found.title,
        "provider_name": "Readout",
        "provider_url": f"{settings.SITE_URL}/",
        "cache_age": 300,
    }
    if found.authors:
        told["author_name"] = ", ".join(name for name, _ in found.authors)
        told["author_url"] = settings.SITE_URL + found.authors[0][1]
    if found.card and (max_width or 1200) >= 1200 and (max_height or 630) >= 630:
        told |= {"thumbnail_url": settings.SITE_URL + found.card, "thumbnail_width": 1200, "thumbnail_height": 630}
    title = gettext("Readout: %(title)s") % {"title": found.title}
    return told | {"html": snippet(found.frame, title, width=width, height=height), "width": width, "height": height}


def _json(told: dict[str, Any]) -> HttpResponse:
    return HttpResponse(json.dumps(told, ensure_ascii=False), content_type="application/json; charset=utf-8")


def _xml(told: dict[str, Any]) -> HttpResponse:
    root = ET.Element("oembed")
    for name, value in told.items():
        ET.SubElement(root, name).text = fit(str(value))
    content = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return HttpResponse(content, content_type="text/xml; charset=utf-8")


def discovery(address: str, form: str) -> str:
    """Return where what oEmbed tells of a page is, `address` being the whole one of that page."""
    return f"{settings.SITE_URL}{reverse('outcomes:oembed')}?{urlencode({'url': address, 'format': form})}"
