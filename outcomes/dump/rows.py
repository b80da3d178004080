"""What a dump says, row by row: only what pages say, in the order in which they do, and no key of the database.

Each generator begins at `public()`; names come from `events.attribution`. Where pages show an order, the place of a row
is what tells it: positions as they are stored would tell what else is there.
"""

import datetime as dt
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import batched
from typing import Any

from django.db.models import F, Prefetch, QuerySet

from events import attribution
from events.attribution import Byline
from events.feeds import published_again
from events.models import Event, EventPartner, EventSeries, Participation, Quote, Resource, Role, Session
from events.open_data import PART, in_parts
from outcomes.feeds import moved_last
from outcomes.models import ActionOwner, ActionUpdate, Addressee, Outcome, OutcomeTheme, Report, ReportSection, Theme
from outcomes.organisations import public_organisations
from outcomes.views.outcome import filed_by, parts, raised
from participants.models import ActorType, FormerAddress

Row = dict[str, Any]


def day(value: dt.date | None) -> str | None:
    return value.isoformat() if value else None


def moment(value: dt.datetime | None) -> str | None:
    """Return a moment in UTC, to the microsecond: it decides about the order of lists."""
    return value.astimezone(dt.UTC).isoformat() if value else None


def named(byline: Byline | None) -> Row | None:
    """Return somebody as they may be named."""
    if byline is None:
        return None
    return {"name": byline.name, "position": byline.position, "affiliation": byline.affiliation}


def plain(row: Any, *names: str) -> Row:
    return {name: str(getattr(row, name)) for name in names}


def themes() -> Iterator[Row]:
    """The vocabulary, the first level first."""
    rows = Theme.objects.public().select_related("parent")
    for row in sorted(rows, key=lambda row: (row.parent_id is not None, row.slug)):
        parent = row.parent.slug if row.parent else None
        yield plain(row, "slug", "name", "description") | {"parent": parent, "position": row.position}


def organisations() -> Iterator[Row]:
    """Partners of public dialogues and owners of public actions, with the addresses of those merged into them."""
    former = Prefetch("former_addresses", FormerAddress.objects.filter(was_public=True).order_by("slug"))
    for row in public_organisations().order_by("slug").prefetch_related(former).iterator(PART):
        facts = plain(row, "slug", "name", "short_name", "actor_type", "country", "website", "logo", "logo_alt")
        yield facts | {"former": [one.slug for one in row.former_addresses.all()]}


def series() -> Iterator[Row]:
    """Series of which an edition is public."""
    shown = Event.objects.public().filter(series__isnull=False).order_by().values("series")
    for row in EventSeries.objects.filter(pk__in=shown).order_by("slug").iterator(PART):
        yield plain(row, "slug", "name", "description")


def of_events() -> Iterator[Sequence[Any]]:
    """Yield the public events, the earliest first, a part at a time."""
    order = (F("starts_on").asc(nulls_first=True), "pk")
    keys = array("q", Event.objects.public().order_by(*order).values_list("pk", flat=True).iterator(10_000))
    for some in batched(keys, PART // 5):
        rows = Event.objects.public().filter(pk__in=some).select_related("series", "revision").order_by(*order)
        yield list(rows.annotate(again_at=published_again()))


def by_event(rows: QuerySet, of: Callable[[Any], int] = lambda row: row.event_id) -> defaultdict[int, list]:
    found: defaultdict[int, list] = defaultdict(list)
    for row in rows:
        found[of(row)].append(row)
    return found


def events() -> Iterator[Row]:
    """Dialogues with the organisations behind them, who may be named, what may be quoted, and their documents."""
    for part in of_events():
        keys = [event.pk for event in part]
        partners = by_event(EventPartner.objects.filter(event__in=keys).select_related("organisation"))
        people = by_event(Participation.objects.public().filter(event__in=keys))
        roles = by_event(
            Role.objects.public().filter(participation__event__in=keys).select_related("session"),
            lambda row: row.participation.event_id,
        )
        quotes = by_event(Quote.objects.public().filter(event__in=keys).select_related("session"))
        documents = by_event(Resource.objects.public().filter(event__in=keys))
        for event in part:
            yield {
                **plain(event, "slug", "title", "reference"),
                "series": event.series.slug if event.series else None,
                **plain(event, "format", "mode"),
                "starts_on": day(event.starts_on),
                "ends_on": day(event.ends_on),
                **plain(event, "time_zone", "venue", "city", "country", "summary", "body"),
                **plain(event, "image", "image_alt", "image_credit", "attribution"),
                "published_at": moment(event.published_at),
                "public_again_at": again(event),
                "revision": revision(event),
                "partners": [
                    {"organisation": row.organisation.slug} | plain(row, "role", "role_text")
                    for row in partners[event.pk]
                ],
                "participants": [named(row.byline) for row in people[event.pk]],
                "roles": [
                    {"role": row.role, "session": code(row.session), "by": named(row.byline)} for row in roles[event.pk]
                ],
                "quotes": [
                    {
                        "text": row.text,
                        "session": code(row.session) if is_shown(row) else None,
                        "by": None if row.byline is attribution.ANONYMOUS else named(row.byline),
                    }
                    for row in quotes[event.pk]
                ],
                "documents": [
                    {
                        **plain(row, "kind", "title", "url", "file", "publisher"),
                        "part": row.part,
                        "published_on": day(row.published_on),
                    }
                    for row in documents[event.pk]
                ],
            }


def again(row: Any) -> str | None:
    """Return when something was made public last, where that was later than the first time."""
    return moment(row.again_at) if row.again_at and row.again_at > row.published_at else None


def revision(event: Event) -> Row | None:
    """Return how often what calendars say of a public event was changed, and when it was last."""
    found = getattr(event, "revision", None)
    return found and {"number": found.number, "at": moment(found.revised_at)}


def code(session: Session | None) -> str | None:
    return session.code if session else None


def is_shown(row: Any) -> bool:
    """Whether to tell the session of what is quoted: no page does, so only where all is on the record."""
    return attribution.strictest(row.rule, row.recorded_under) == attribution.Rule.ON_RECORD


def sessions() -> Iterator[Row]:
    """The programmes, dialogue by dialogue, a session before its groups."""
    for part in of_events():
        of = by_event(Session.objects.public().filter(event__in=[event.pk for event in part]).in_programme_order())
        for event in part:
            shown = {row.pk: row for row in of[event.pk]}
            place = {key: number for number, key in enumerate(shown)}
            under: defaultdict[int | None, list[Session]] = defaultdict(list)
            for row in shown.values():
                under[row.parent_id].append(row)
            level = under[None]
            while level:
                for row in level:
                    yield {
                        **plain(row, "code"),
                        "event": event.slug,
                        "parent": shown[row.parent_id].code if row.parent_id else None,
                        **plain(row, "kind", "number", "title"),
                        "starts_at": moment(row.starts_at),
                        "ends_at": moment(row.ends_at),
                        "programme_day": day(row.programme_day),
                        **plain(row, "room", "body", "attribution"),
                        "place": place[row.pk],
                    }
                level = [group for row in level for group in under[row.pk]]


def of_outcomes(*, actions: bool = False) -> Iterator[Sequence[Any]]:
    """Yield public outcomes, those published first first, a part at a time."""
    rows = Outcome.objects.public().filter(public_at__isnull=False).with_rule().select_related("event", "session")
    rows = rows.annotate(filed_by=filed_by(), brings_together=parts(), again_at=moved_last())
    rows = rows.defer("search_text", "search_vector", "counted", "event__body", "event__search_text", "session__body")
    if actions:
        rows = rows.actions()

    def after(rows: QuerySet, last: Outcome) -> QuerySet:
        return rows.filter(public_at__gte=last.public_at).exclude(public_at=last.public_at, pk__lte=last.pk)

    return in_parts(rows.order_by("public_at", "pk"), after)


def outcomes() -> Iterator[Row]:
    """Takeaways and actions, with their themes and who answers for them."""
    for part in of_outcomes():
        keys = [row.pk for row in part]
        tags: defaultdict[int, list[str]] = defaultdict(list)
        tagged = OutcomeTheme.objects.filter(outcome__in=keys).order_by("theme__slug")
        for outcome, slug in tagged.values_list("outcome", "theme__slug"):
            tags[outcome].append(slug)
        asked: defaultdict[int, set[str]] = defaultdict(set)
        for action, actor in Addressee.objects.filter(action__in=keys).values_list("action", "actor_type"):
            asked[action].add(actor)
        owners = owners_of(part)
        merged: defaultdict[int, list[Row]] = defaultdict(list)
        gone = Outcome.objects.filter(merged_into__in=[row.pk for row in part if row.brings_together])
        for one in (
            gone.filter(published_at__isnull=False).exclude(recorded_under__in=["", "closed"]).order_by("number")
        ):
            merged[one.merged_into_id or 0].append({"code": one.code, "number": one.number})
        for row in part:
            counted = raised(row)
            yield {
                **plain(row, "code", "kind"),
                "number": row.number,
                "event": row.event.slug,
                "session": code(row.session),
                **plain(row, "text", "heading"),
                "themes": tags[row.pk],
                "published_at": moment(row.published_at),
                "public_again_at": again(row),
                "reworded_at": moment(row.reworded_at),
                "filed_by": row.filed_by or None,
                "raised": {"number": counted[0], "of": counted[1]} if counted else None,
                "merged": merged[row.pk],
                **plain(row, "nature", "progress"),
                "due_on": day(row.due_on),
                **plain(row, "due_text"),
                "addressed_to": [str(value) for value in ActorType.values if value in asked[row.pk]],
                "owners": owners[row.pk],
            }


def owners_of(part: Iterable[Any]) -> defaultdict[int, list[Row]]:
    """Return who answers for the actions of a part, as their pages name them."""
    actions = {row.pk: row for row in part if row.is_action}
    owners = list(
        ActionOwner.objects.filter(action__in=actions).select_related("organisation").order_by("-is_lead", "pk")
    )
    people = {owner.person_id for owner in owners if owner.person_id}
    events = {row.event_id for row in actions.values()}
    listed = Participation.objects.public().filter(event__in=events, person__in=people)
    of = {(row.event_id, row.person_id): row for row in listed} if people else {}
    found: defaultdict[int, list[Row]] = defaultdict(list)
    for owner in owners:
        action, by = actions[owner.action_id], None
        if owner.organisation is None:
            participation = of.get((action.event_id, owner.person_id))
            rules = [action.rule, action.recorded_under]
            rules += [participation.rule, participation.recorded_under] if participation else []
            byline = attribution.owner_byline(participation, attribution.strictest(*rules))
            by = None if byline is attribution.ANONYMOUS else named(byline)
        organisation = owner.organisation.slug if owner.organisation else None
        is_lead = owner.is_lead and bool(organisation or by)
        told = {"organisation": organisation, "by": by, "is_lead": is_lead, "response": owner.response}
        if told not in found[action.pk]:  # those who are not named stand once, however many they are
            found[action.pk].append(told)
    return found


def updates() -> Iterator[Row]:
    """What became of actions, action by action, the first word first."""
    for part in of_outcomes(actions=True):
        said = by_event(
            ActionUpdate.objects.filter(action__in=[row.pk for row in part]).order_by("on", "pk"),
            lambda row: row.action_id,
        )
        for action in part:
            for row in said[action.pk]:
                facts = plain(row, "code", "text", "progress", "verification", "evidence_url", "evidence_file")
                yield {"action": action.code, "on": day(row.on)} | facts


def reports() -> Iterator[Row]:
    """Reports with their sections, the earliest dialogue first."""
    for part in of_events():
        found = Report.objects.public().filter(event__in=[event.pk for event in part])
        of = {row.event_id: row for row in found.select_related("author__person")}
        sections: defaultdict[int, list[Row]] = defaultdict(list)
        for row in ReportSection.objects.public().filter(report__in=of.values()).order_by("position", "pk"):
            sections[row.report_id].append(plain(row, "kind", "title", "slug", "body"))
        for event in part:
            if report := of.get(event.pk):
                report.event = event
                yield {
                    "event": event.slug,
                    **plain(report, "title"),
                    "author": named(report.byline),
                    "published_month": day(report.published_month),
                    **plain(report, "disclaimer"),
                    "published_at": moment(report.published_at),
                    "sections": sections[report.pk],
                }


RESOURCES: dict[str, Callable[[], Iterator[Row]]] = {
    "themes": themes,
    "organisations": organisations,
    "series": series,
    "events": events,
    "sessions": sessions,
    "outcomes": outcomes,
    "updates": updates,
    "reports": reports,
}
