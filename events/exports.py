"""The lists of what belongs to an event as files. Times are those of its place, whose zone stands beside them."""

from typing import Any

from django.db.models import Exists, OuterRef, Prefetch

from events.models import EventPartner, Role, Session
from participants.exporting import Column, Export, Kind, several

_IN_THE_WAY = set("()[]:;,/|–\n")  # signs with a meaning in a cell of roles


def _event(path: str = "event") -> tuple[Column, Column]:
    return (
        Column("Event", f"{path}.title", says="Its title.", width=44),
        Column("Event reference", f"{path}.cite_as", says="The institution's own, else its address.", width=18),
    )


def _session(path: str = "session") -> Column:
    return Column(
        "Session", lambda row: called(getattr(row, path)), says="Its title; empty: the whole event.", width=36
    )


def called(session: Session | None) -> str:
    return str(session) if session else ""


def at_its_place(name: str):
    """Return what gives a moment as the clocks at the place of the event show it."""

    def moment(row):
        value = getattr(row, name)
        return value.astimezone(row.event.zone) if value else None

    return moment


class SeriesExport(Export):
    name = "series"
    columns = (
        Column("Name", "name", says="What its editions have in common.", width=44),
        Column("Description", "description", says="Shown on its page.", width=60),
        Column("Address", "slug", says="What it is called in addresses of this site.", width=28),
    )


class EventExport(Export):
    name = "events"
    columns = (
        Column("Reference", "reference", says="The institution's own, such as WP3348.", width=16),
        Column("Title", "title", says="In full.", width=60),
        Column("Series", "series.name", says="The series it is an edition of.", width=30),
        Column("Format", lambda row: row.get_format_display(), says="Dialogue, roundtable, conference …"),
        Column("Mode", lambda row: row.get_mode_display(), says="In person, hybrid or online."),
        Column("First day", "starts_on", Kind.DATE, says="At its place.", width=12),
        Column("Last day", "ends_on", Kind.DATE, says="At its place.", width=12),
        Column("Time zone", "time_zone", says="In which its times are given.", width=22),
        Column("Venue", "venue", says="The house or room.", width=28),
        Column("City", "city", says="As printed."),
        Column("Country", lambda row: row.country.code, says="Two letters, ISO 3166.", width=10),
        Column("Rule of attribution", lambda row: row.get_attribution_display(), says="What the public may see."),
        Column("Outcomes due", "outcomes_due_on", Kind.DATE, says="The last day for rapporteurs.", width=14),
        Column("Status", lambda row: row.get_status_display(), says="Draft, published or withdrawn."),
        Column(
            "Partners",
            lambda row: several(f"{one.organisation.name} ({one.role_label})" for one in row.event_partners.all()),
            says="Each organisation with its role in brackets.",
            width=60,
        ),
        Column("Summary", "summary", says="One or two sentences for lists.", width=60),
        Column("Address", "slug", says="What its page is called on this site.", width=28),
    )

    @classmethod
    def read(cls, rows, user):
        partners = Prefetch("event_partners", EventPartner.objects.select_related("organisation"))
        return rows.select_related("series").defer("body").prefetch_related(partners)


class SessionExport(Export):
    name = "sessions"
    columns = (
        *_event(),
        Column("Code", "code", says="Names this session alone, whatever its title.", width=12),
        Column("Kind", lambda row: row.get_kind_display(), says="Opening, panel, breakout group …"),
        Column("Number", "number", says="As printed: 1, A, II …", width=10),
        Column("Title", "title", says="In full.", width=60),
        Column("Stands under", lambda row: called(row.parent), says="The session a group belongs to.", width=36),
        Column("Starts", at_its_place("starts_at"), Kind.MOMENT, says="At the place of the event.", width=18),
        Column("Ends", at_its_place("ends_at"), Kind.MOMENT, says="At the place of the event.", width=18),
        Column("Time zone", "event.time_zone", says="Of the times in this row.", width=22),
        Column("Programme day", "programme_day", Kind.DATE, says="Where it differs from the day it starts.", width=14),
        Column("Room", "room", says="As printed."),
        Column(
            "Rule of attribution",
            lambda row: row.get_attribution_display() if row.attribution else "",
            says="Its own; empty: that of the session above it, else of the event.",
        ),
        Column("Text", "body", says="Markdown.", width=60),
    )

    @classmethod
    def read(cls, rows, user):
        return rows.select_related("event", "parent")


def role_words(role: Any) -> str:
    """Return a role with its session in brackets, so that an import finds the same: by title, else by code."""
    label = role.get_role_display()
    if role.session is None:
        return label
    title = role.session.title
    plain = not role.has_twin and not _IN_THE_WAY & set(title)
    return f"{label} ({title if plain else role.session.code})"


class ParticipationExport(Export):
    """One row for each person and event; the labels are those of the import of participants."""

    name = "participants"
    columns = (
        Column("Name", "person.name", says="As on the name plate.", width=32),
        Column("Honorific", "person.honorific", says="H.E. Mr., Dr …"),
        Column("E-mail address", "person.email", says="Private.", personal=True, width=32),
        Column("Affiliation", "affiliation", says="At the time of the event.", width=36),
        Column("Position", "position", says="At the time of the event.", width=36),
        Column("Organisation", "organisation.name", says="The organisation of this site it is linked to.", width=36),
        Column("Attendance", lambda row: row.get_attendance_display(), says="In person, remote, planned …"),
        Column("Listing", lambda row: row.get_listing_display(), says="Whether the person may be named at all."),
        Column(
            "Roles",
            lambda row: "; ".join(role_words(role) for role in row.roles.all()),
            says="Each with its session in brackets; without one it is for the whole event.",
            width=44,
        ),
        *_event(),
    )

    @classmethod
    def read(cls, rows, user):
        twins = Session.objects.order_by().filter(
            event=OuterRef("session__event"), title__iexact=OuterRef("session__title")
        )
        twins = twins.exclude(pk=OuterRef("session"))
        roles = Role.objects.select_related("session").annotate(has_twin=Exists(twins))
        roles = roles.only("participation", "role", "position", "session__title", "session__code")
        rows = rows.select_related("person", "organisation", "event").prefetch_related(Prefetch("roles", roles))
        return rows.only(
            *("affiliation", "position", "attendance", "listing", "organisation__name"),
            *("person__name", "person__honorific", "person__email"),
            *("event__title", "event__reference", "event__slug"),
        )


class RoleExport(Export):
    """One row for each role."""

    name = "roles"
    columns = (
        Column("Name", "participation.person.name", says="Who holds it.", width=32),
        Column("Affiliation", "participation.affiliation", says="At the time of the event.", width=36),
        Column("Roles", lambda row: row.get_role_display(), says="Chair, speaker, rapporteur …"),
        _session(),
        *_event("participation.event"),
    )

    @classmethod
    def read(cls, rows, user):
        rows = rows.select_related("participation__person", "participation__event", "session")
        return rows.only(
            *("role", "participation__person__name", "participation__affiliation"),
            *("participation__event__title", "participation__event__reference", "participation__event__slug"),
            *("session__kind", "session__number", "session__title"),
        )


class QuoteExport(Export):
    name = "quotes"
    columns = (
        *_event(),
        _session(),
        Column("Words", "text", says="As said.", width=70),
        Column("Speaker", "speaker.person.name", says="Who said it, if that is known.", width=32),
        Column("Consent", lambda row: row.get_consent_display(), says="Without it the quote is not shown."),
        Column("Source", "source", says="Where it was printed.", width=36),
    )

    @classmethod
    def read(cls, rows, user):
        return rows.select_related("event", "session", "speaker__person")


class ResourceExport(Export):
    name = "documents"
    columns = (
        *_event(),
        _session(),
        Column("Kind", lambda row: row.get_kind_display(), says="Recording, report, slides …"),
        Column("Title", "title", says="As shown.", width=44),
        Column("Part", "part", Kind.NUMBER, says="Of a recording in several parts.", width=8),
        Column("Link", lambda row: row.url, says="Where it stands elsewhere; empty: a file kept here.", width=44),
        Column("Publisher", "publisher", says="Who published it.", width=28),
        Column("Published on", "published_on", Kind.DATE, says="The day.", width=14),
        Column("Public", "is_public", Kind.YES_NO, says="Whether everybody may open it.", width=10),
    )

    @classmethod
    def read(cls, rows, user):
        return rows.select_related("event", "session")
