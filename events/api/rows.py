"""Events and sessions as `serializers` describe them, made of plain rows: a tenth of what model instances cost."""

import datetime as dt
import zoneinfo
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.core.files.storage import default_storage
from django.urls import reverse
from django_countries import countries

from events.api.resources import Row, page_address, site
from events.attribution import MAX_DEPTH, PLAIN_WORDS, Byline, report_byline
from events.beside import beside
from events.models import Event, EventPartner, Role, Session
from events.people import Named, as_they_were, participants, people, quotes
from events.programme import SESSIONS
from events.reports import report_box

ROLES = {str(value): str(label) for value, label in EventPartner.Role.choices}
NOTES = {str(rule): words for rule, words in PLAIN_WORDS.items()}
OF_REFERENCE = ("title", "slug", "reference", "starts_on", "ends_on")
EVENT_COLUMNS = (
    *(*OF_REFERENCE, "format", "mode", "time_zone", "venue", "city", "country", "summary", "attribution"),
    *("image", "image_alt", "image_credit", "published_at", "series__slug", "series__name"),
)


def event_reference(row: Mapping[str, Any], prefix: str = "") -> Row:
    """Return what names an event, of a row that has its columns under `prefix`."""
    return {
        "slug": row[f"{prefix}slug"],
        "title": row[f"{prefix}title"],
        "reference": row[f"{prefix}reference"],
        "starts_on": row[f"{prefix}starts_on"],
        "ends_on": row[f"{prefix}ends_on"],
        "url": page_address("events:event-detail", row[f"{prefix}slug"]),
    }


def event_in_list(row: Mapping[str, Any]) -> Row:
    """Return an event of a row with EVENT_COLUMNS."""
    country = str(row["country"] or "")
    return {
        "slug": row["slug"],
        "url": page_address("events:event-detail", row["slug"]),
        "api_url": page_address("api:event-detail", row["slug"]),
        "title": row["title"],
        "reference": row["reference"],
        "series": {"slug": row["series__slug"], "name": row["series__name"]} if row["series__slug"] else None,
        "format": row["format"],
        "mode": row["mode"],
        "starts_on": row["starts_on"],
        "ends_on": row["ends_on"],
        "time_zone": row["time_zone"],
        "venue": row["venue"],
        "city": row["city"],
        "country": country,
        "country_name": _country(country),
        "summary": row["summary"],
        "attribution": row["attribution"],
        "attribution_note": NOTES[row["attribution"]],
        "image": _image(row),
        "published_at": row["published_at"],
    }


def event_with_programme(event: Event) -> Row:
    """Return all that the page of a public `event` says, in three queries."""
    named, found = people(event), beside(event)
    row = {name: getattr(event, name) for name in EVENT_COLUMNS if "__" not in name}
    series = event.series if event.series_id else None
    row |= {"series__slug": series and series.slug, "series__name": series and series.name, "image": event.image.name}
    editions = _editions(event, found["edition"])
    report = report_box(event, found["report"])
    return event_in_list(row) | {
        "body": event.body,
        "partners": [_partner(told) for told in found["partner"]],
        "people": [in_role(one) for one in named.of_the_whole],
        "programme": programme(event, named.of_session),
        "quotes": [{"text": words} | named_as(speaker) for words, speaker in quotes(found["quote"])],
        "documents": [_document(told) for told in found["resource"]],
        "participants": [named_as(one) for one in participants(found["participant"], besides=named.already)],
        "report": {
            "title": report.title,
            "published_month": report.published_month,
            "author": named_as(report.byline) if report.byline else None,
            "api_url": page_address("api:report-detail", event.slug),
        }
        if report
        else None,
        "previous": editions.get("previous"),
        "following": editions.get("following"),
        "outcomes_url": f"{site(reverse('api:outcome-list'))}?{urlencode({'event': event.slug})}",
    }


def named_as(byline: Byline) -> Row:
    """Return how somebody may be named."""
    return {"name": byline.name, "position": byline.position, "affiliation": byline.affiliation}


def in_role(named: Named) -> Row:
    """Return somebody in a role, as they may be named."""
    return {"role": named.role} | named_as(named.byline)


def programme(event: Event, named: Mapping[int | None, Iterable[Named]]) -> list[Row]:
    """Return the sessions of a public `event` in order, each with its groups, in one query."""
    rows = {row["pk"]: row for row in SESSIONS.rows(event)}
    under: dict[int | None, list[Row]] = defaultdict(list)
    for row in rows.values():
        under[row["parent"] if row["parent"] in rows else None].append(row)
    zone = event.zone

    def told(row: Row, day: dt.date | None, level: int = 1) -> Row:
        times = _times(row, zone)
        day = times["day"] or day  # groups stand under the day of the session above them
        entry = {name: row[name] for name in ("code", "kind", "number", "title")}
        entry |= {**times, "day": day, "room": row["room"], "body": row["body"]}
        entry["people"] = [in_role(one) for one in named.get(row["pk"], ())]
        if level < MAX_DEPTH:
            entry["groups"] = [told(group, day, level + 1) for group in under.get(row["pk"], ())]
        return entry

    return [told(row, None) for row in under[None]]


def _times(row: Mapping[str, Any], zone: zoneinfo.ZoneInfo) -> Row:
    starts_at, ends_at = (row[name] and row[name].astimezone(zone) for name in ("starts_at", "ends_at"))
    day = row["programme_day"] or (starts_at.date() if starts_at else None)
    return {"day": day, "starts_at": starts_at, "ends_at": ends_at}


SESSION_COLUMNS = (
    *("pk", "code", "kind", "number", "title", "starts_at", "ends_at", "programme_day", "room", "body"),
    *(f"event__{name}" for name in (*OF_REFERENCE, "time_zone")),
    *(f"parent__{name}" for name in ("code", "kind", "number", "title")),
)


def session_reference(row: Mapping[str, Any], prefix: str = "") -> Row | None:
    """Return what names a session, of a row that has its columns under `prefix`; None without one."""
    if row[f"{prefix}code"] is None:
        return None
    return {name: row[f"{prefix}{name}"] for name in ("code", "kind", "number", "title")}


def session_in_list(row: Mapping[str, Any]) -> Row:
    """Return a session of a row with SESSION_COLUMNS."""
    return {
        "code": row["code"],
        "kind": row["kind"],
        "number": row["number"],
        "title": row["title"],
        "url": f"{page_address('events:event-detail', row['event__slug'])}#session-{row['code']}",
        "api_url": page_address("api:session-detail", row["code"]),
        "event": event_reference(row, "event__"),
        "parent": session_reference(row, "parent__"),
        **_times(row, _zone(row["event__time_zone"])),
        "room": row["room"],
        "body": row["body"],
    }


def session_with_people(row: Mapping[str, Any]) -> Row:
    """Return a session of a row with SESSION_COLUMNS, with its people and groups, in two queries."""
    roles = Role.objects.public().filter(session=row["pk"]).select_related("participation__person")
    groups = Session.objects.public().filter(parent=row["pk"]).in_programme_order()
    return session_in_list(row) | {
        "people": [{"role": role.get_role_display()} | named_as(role.byline) for role in roles],
        "groups": list(groups.values("code", "kind", "number", "title")),
    }


def author_of(row: Mapping[str, Any], rule: str) -> Row | None:
    """Return the rapporteur of a report under `rule`, where they may be named; the row has the columns of `naming`."""
    author = as_they_were(dict(row)) if row["author"] else None
    byline = report_byline(author, rule)
    return named_as(byline) if byline else None


def _partner(told: Row) -> Row:
    return {
        "role": told["role"],
        "role_label": told["role_text"] or ROLES[told["role"]],
        "slug": told["slug"],
        "name": told["name"],
        "website": told["website"],
        "url": page_address("outcomes:organisation-detail", told["slug"]),
    }


def _document(told: Row) -> Row:
    address = told["url"] or site(default_storage.url(told["file"]))
    return {
        "kind": told["kind"],
        "title": told["title"],
        "part": told["part"],
        "url": address,
        "publisher": told["publisher"],
        "published_on": told["published_on"],
    }


def _editions(event: Event, rows: list[Row]) -> dict[str, Row]:
    found = {}
    for row in rows:
        starts_on = row["starts_on"] and dt.date.fromisoformat(row["starts_on"])
        is_earlier = (starts_on, row["pk"]) < (event.starts_on, event.pk)
        found["previous" if is_earlier else "following"] = {
            "slug": row["slug"],
            "title": row["title"],
            "starts_on": starts_on,
            "url": page_address("events:event-detail", row["slug"]),
            "api_url": page_address("api:event-detail", row["slug"]),
        }
    return found


def _image(row: Mapping[str, Any]) -> Row | None:
    if not row["image"]:
        return None
    url = site(default_storage.url(str(row["image"])))
    return {"url": url, "alt": row["image_alt"], "credit": row["image_credit"]}


@lru_cache(maxsize=300)
def _country(code: str) -> str:
    return str(countries.name(code)) if code else ""


@lru_cache(maxsize=600)
def _zone(name: str) -> zoneinfo.ZoneInfo:
    return zoneinfo.ZoneInfo(name)
