"""Outcomes as feeds: every filtered list, every theme, every series, and what became of actions."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.core.files.storage import default_storage
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext

from events import atom, feeds, structured
from events.addresses import address
from events.models import Event, EventSeries
from events.templatetags.fragments import dates, day
from events.ways import address as way_to
from outcomes.filters import OutcomeFilter
from outcomes.listed import KINDS, PROGRESS, theme_keys
from outcomes.models import ActionUpdate, Outcome, Status, StatusChange, Theme
from outcomes.tracker import ActionFilter
from outcomes.views.outcome import VERIFIED
from outcomes.vocabulary import Vocabulary

TITLE = 16  # words of a wording in a title
LASTING = ("series", "organisation", "year")  # of which nothing may be public now, and something later
GONE = (Status.WITHDRAWN, Status.MERGED)


class OutcomeFeed(feeds.AtomFeed):
    """The outcomes that a list has, the newest first, with those reworded or withdrawn lately."""

    filterset_class = OutcomeFilter
    lasting = LASTING

    def feed(self):
        filters = self.filters()
        query = [*filters.query(), *beyond(filters)]
        return atom.Feed(
            title=feeds.titled(gettext("Outcomes"), filters),
            here=way_to("outcomes:outcome-feed", query=query),
            page=way_to("outcomes:outcome-list", query=query),
            entries=entries(filters) if not beyond(filters) else (),
            withdrawn=withdrawn(filters) if not beyond(filters) else (),
        )


class ThemeFeed(feeds.AtomFeed):
    """The outcomes of a theme and its sub-themes."""

    parameters = ("kind",)

    def feed(self, slug):
        theme = Vocabulary.now().theme(slug)
        if theme is None:
            raise Http404
        kind = self.request.GET.get("kind", "")
        if kind and kind not in KINDS:
            raise BadRequest("kind")
        filters = filtered(theme=slug, kind=kind)
        query = [pair for pair in filters.query() if pair[0] == "kind"]
        return atom.Feed(
            title=feeds.titled(gettext("Outcomes"), filters),
            here=way_to("outcomes:theme-feed", slug, query=query),
            page=way_to("outcomes:theme-detail", slug, query=query),
            entries=entries(filters),
            withdrawn=withdrawn(filters),
        )


class SeriesFeed(feeds.AtomFeed):
    """The editions of a series and what came of them."""

    def feed(self, slug):
        editions = Event.objects.public().filter(series__slug=slug)
        series = EventSeries.objects.filter(Exists(editions.filter(series=OuterRef("pk")))).filter(slug=slug).first()
        if series is None:
            raise Http404
        filters = filtered(series=slug)
        # It may have editions and no outcome yet: then the filter does not know it.
        outcomes = filters.chosen.get("series")
        return atom.Feed(
            title=f"Readout – {series.name}",
            here=way_to("outcomes:series-feed", slug),
            page=way_to("events:event-list", query=[("series", slug)]),
            entries=[
                *feeds.entries(editions.order_by("-published_at", "-pk")[: atom.SHOWN]),
                *(entries(filters) if outcomes else ()),
            ],
            withdrawn=withdrawn(filters) if outcomes else (),
        )


class UpdateFeed(feeds.AtomFeed):
    """Word of what became of actions, under the filters of the tracker."""

    filterset_class = ActionFilter
    lasting = LASTING

    def reads(self):
        return tuple(name for name in super().reads() if name != "kind")

    def feed(self):
        filters = self.filters()
        query = [*(pair for pair in filters.query() if pair[0] != "sort"), *beyond(filters)]
        return atom.Feed(
            title=feeds.titled(gettext("What became of actions"), filters),
            here=way_to("outcomes:update-feed", query=query),
            page=way_to("outcomes:action-list", query=query),
            entries=update_entries(filters.among(Outcome.objects.public())) if not beyond(filters) else (),
        )


def filtered(**asked: str) -> OutcomeFilter:
    """Return the filters of the list under these values; odd ones are left out."""
    data = QueryDict(mutable=True)
    for name, value in asked.items():
        data[name] = value
    return OutcomeFilter(data)


def beyond(filters: OutcomeFilter) -> list[tuple[str, str]]:
    """Return what was asked for and nothing stands under, as it stands in the address."""
    return [(name, value) for name in filters.form.errors for value in filters.data.getlist(name)]


def outcome_id(code: str) -> str:
    """Return the id of an outcome in feeds."""
    return atom.tag(f"outcomes/{code}")


def update_id(code: str) -> str:
    """Return the id of a word of what became of an action: it keeps it when its action is merged into another."""
    return atom.tag(f"updates/{code}")


def entries(filters: OutcomeFilter) -> list[atom.Entry]:
    """Return the entries for the newest outcomes under `filters` and for those reworded lately, in four queries."""
    keys = list(filters.latest()[0 : atom.SHOWN])
    reworded = filters.among(Outcome.objects.newest().filter(reworded_at__gte=atom.since()))
    keys += reworded.order_by("-reworded_at", "-pk").values_list("pk", flat=True)[: atom.SHOWN]
    rows = list(_rows(keys))
    authors, themes = feeds.conveners(row["event_id"] for row in rows), Vocabulary.now().by_key
    return [_entry(row, authors[row["event_id"]], themes) for row in rows]


_OF_EVENT = ("title", "slug", "reference", "starts_on", "ends_on")


def _rows(keys: Iterable[int]) -> QuerySet:
    rows = Outcome.objects.public().filter(pk__in=set(keys)).order_by()
    rows = rows.annotate(again_at=moved_last(), event_again_at=feeds.published_again("event"), theme_keys=theme_keys())
    of_outcome = ("pk", "code", "kind", "number", "text", "published_at", "reworded_at", "event_id")
    columns = (*of_outcome, "theme_keys", "again_at", "event_again_at", "event__published_at")
    return rows.values(*columns, *(f"event__{name}" for name in _OF_EVENT))


def moved_last() -> Subquery:
    """Return the SQL for when an outcome got the status it has, or the note that its tombstone shows."""
    moves = StatusChange.objects.filter(outcome=OuterRef("pk"), to_status=OuterRef("status"))
    return Subquery(moves.order_by("-at", "-pk").values("at")[:1])


def _entry(row: dict[str, Any], authors: list[tuple[str, str]], themes: dict[int, Theme]) -> atom.Entry:
    event = Event(**{name: row[f"event__{name}"] for name in _OF_EVENT})
    reference = Outcome(event=event, kind=row["kind"], number=row["number"]).reference
    about = [themes[key] for key in map(int, filter(None, (row["theme_keys"] or "").split(","))) if key in themes]
    held = dates(event.starts_on, event.ends_on)
    changed = row["reworded_at"]
    return atom.Entry(
        id=outcome_id(row["code"]),
        title=f"{reference}: {Truncator(row['text']).words(TITLE, truncate=' …')}",
        href=address("outcomes:outcome-detail", row["code"]),
        published=row["published_at"],
        updated=atom.last(
            *(row["published_at"], changed, row["again_at"], row["event__published_at"], row["event_again_at"])
        ),
        authors=authors,
        categories=[
            (reverse("outcomes:outcome-list"), row["kind"], KINDS[row["kind"]]),
            *((reverse("outcomes:theme-list"), theme.slug, theme.name) for theme in sorted(about, key=_in_order)),
        ],
        content=atom.paragraphs(
            [
                row["text"],
                format_html(
                    '{} {}, <a href="{}">{}</a>{}{}',
                    *(KINDS[row["kind"]], reference, settings.SITE_URL + event.get_absolute_url(), event.title),
                    *(", " if held else "", held),
                ),
                format_html("{} {}", gettext("Wording last changed:"), day(changed.date(), "j F Y")) if changed else "",
            ]
        ),
    )


def _in_order(theme: Theme) -> tuple[int, str]:
    return theme.position, theme.name.casefold()


# What asks of a tombstone only what stays as it was once it is withdrawn. Words and progress do not.
FIXED = {"kind", "event", "theme", "series", "organisation", "year"}


def withdrawn(filters: OutcomeFilter) -> list[atom.Withdrawn]:
    """Return what was withdrawn lately of what a list had, in two queries.

    One by itself stands in each feed that it was in, but for those of words and of progress: to ask for a word would
    tell what it said. Of a withdrawn dialogue everything can still be changed unseen, but the kind of its outcomes.
    """
    asked = filters.chosen.keys()
    if not asked <= FIXED:
        return []
    since = atom.since()
    moves = StatusChange.objects.filter(outcome=OuterRef("pk"), to_status=Status.MERGED, at__gte=since)
    lately = Q(status=Status.WITHDRAWN, withdrawn_at__gte=since) | Q(Exists(moves), status=Status.MERGED)
    # Each of them changed when it was withdrawn, and there is an index of that.
    alone = Outcome.objects.filter(lately, status__in=GONE, changed_at__gte=since).tombstones()
    alone = filters.among(alone.filter(Exists(Event.objects.public().filter(pk=OuterRef("event")))))
    found = _tombstones(alone.order_by("-changed_at", "-pk"))
    if asked <= {"kind"}:
        events = Event.objects.tombstones().filter(withdrawn_at__gte=since).order_by()
        with_event = filters.among(Outcome.objects.filter(event__in=events.values("pk")).tombstones())
        found += _tombstones(with_event.order_by("-event__withdrawn_at", "-pk"))
    return found


def _tombstones(rows: QuerySet[Outcome]) -> list[atom.Withdrawn]:
    """Return what stands for `rows`, which say the same as their pages do."""
    rows = rows.annotate(moved_at=moved_last(), of_event=F("event__withdrawn_at"), event_note=F("event__public_note"))
    survivor = Outcome.objects.public().filter(pk=OuterRef("merged_into"))
    rows = rows.annotate(survivor_at=F("merged_into__withdrawn_at"), leads_on=Exists(survivor))
    columns = ("code", "status", "published_at", "withdrawn_at", "changed_at", "public_note")
    found = []
    for row in rows.values(*columns, "moved_at", "of_event", "event_note", "survivor_at", "leads_on")[: atom.SHOWN]:
        own = row["withdrawn_at"] or row["survivor_at"]
        at = own or row["of_event"] or row["changed_at"]
        found.append(
            atom.Withdrawn(
                id=outcome_id(row["code"]),
                href=address("outcomes:outcome-detail", row["code"]),
                published=row["published_at"],
                withdrawn_at=at,
                updated=atom.last(at, row["moved_at"] if row["status"] in GONE else None, row["of_event"]),
                note=row["public_note"] if row["withdrawn_at"] else row["event_note"],
                merged=row["leads_on"],
            )
        )
    return found


def update_entries(actions: QuerySet[Outcome]) -> list[atom.Entry]:
    """Return an entry for each of the latest words of what became of public `actions`."""
    told = ActionUpdate.objects.filter(Exists(actions.filter(pk=OuterRef("action")))).order_by("-on", "-pk")
    of_action = (
        "code",
        "kind",
        "number",
        "text",
        "published_at",
        "event_id",
        *(f"event__{name}" for name in _OF_EVENT),
    )
    columns = ("code", "on", "text", "progress", "evidence_url", "evidence_file", "verification")
    rows = told.values(*columns, **{f"of_{name}": F(f"action__{name}") for name in of_action})
    found = list(rows[: atom.SHOWN])
    authors = feeds.conveners(row["of_event_id"] for row in found)
    return [_update_entry(row, authors[row["of_event_id"]]) for row in found]


def _update_entry(row: dict[str, Any], authors: list[tuple[str, str]]) -> atom.Entry:
    event = Event(**{name: row[f"of_event__{name}"] for name in _OF_EVENT})
    action = Outcome(event=event, **{name: row[f"of_{name}"] for name in ("code", "kind", "number", "text")})
    progress, at = PROGRESS[row["progress"]], dt.datetime.combine(row["on"], dt.time.min, dt.UTC)
    return atom.Entry(
        id=update_id(row["code"]),
        title=f"{action.reference}: {progress}",
        href=f"{action.get_absolute_url()}#update-{row['code']}",
        published=at,
        updated=at,
        authors=authors,
        categories=[(reverse("outcomes:action-list"), row["progress"], progress)],
        content=atom.paragraphs([*_word(row), format_html("<em>{}</em>", action.text)]),
    )


def _word(word: dict[str, Any]) -> Iterable[str]:
    yield word["text"]
    yield format_html("{}. {}.", PROGRESS[word["progress"]], VERIFIED[word["verification"]])
    if word["evidence_url"]:
        yield format_html('<a href="{}">{}</a>', word["evidence_url"], gettext("Evidence"))
    if word["evidence_file"]:
        file = structured.absolute(default_storage.url(word["evidence_file"]))
        yield format_html('<a href="{}">{}</a>', file, gettext("Evidence, file"))
