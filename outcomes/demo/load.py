"""Puts the demo's content into an empty or a used portal: each dialogue once, nothing that was changed is touched."""

import secrets

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from events.models import (
    Event,
    EventPartner,
    EventSeries,
    Participation,
    Quote,
    Resource,
    Role,
    Session,
)
from outcomes.demo import content
from outcomes.demo import round as made_up
from outcomes.models import (
    Action,
    ActionOwner,
    ActionUpdate,
    Contribution,
    Outcome,
    OutcomeTheme,
    Report,
    ReportSection,
    Round,
    Takeaway,
    Theme,
)
from outcomes.models.contribution import hash_of
from participants.groups import ADMINISTRATORS, EDITORS
from participants.models import Organisation, Person, User
from participants.models.user import DEMO_DOMAIN

PASSWORD = "readout-demo"  # noqa: S105 (printed at every start; such accounts cannot sign in without DEBUG)


@transaction.atomic
def load() -> dict[str, User]:
    """Load what is missing and return the demo accounts by role: administrator, editor, rapporteur."""
    cast = {
        "administrator": _account("administrator", "Demo administrator", ADMINISTRATORS),
        "editor": _account("editor", "Demo editor", EDITORS, works_on=User.WorksOn.EVERYTHING),
        "rapporteur": _account("rapporteur", "Demo rapporteur"),
    }
    _load_themes()
    for name, (short_name, actor_type, country, disclaimer) in content.ORGANISATIONS.items():
        Organisation.objects.get_or_create(
            name=name,
            defaults={
                "short_name": short_name,
                "actor_type": actor_type,
                "country": country,
                "report_disclaimer": disclaimer,
            },
        )
    for event, fill in (
        (content.FIRST_EDITION, _fill_first_edition),
        (content.SECOND_EDITION, _fill_second_edition),
        (content.ROUNDTABLE, _fill_roundtable),
        (made_up.EVENT | {"starts_on": made_up.day(), "ends_on": made_up.day()}, _fill_made_up_exercise),
    ):
        if not Event.objects.filter(slug=event["slug"]).exists():
            fill(Event.objects.create(**event), cast)
    return cast


def _account(role: str, name: str, *groups: str, **fields: str) -> User:
    email = f"{role}@{DEMO_DOMAIN}"
    user = User.objects.filter(email=email).first() or User.objects.create_user(email, name=name, **fields)
    user.set_password(PASSWORD if groups else None)
    user.save(update_fields=["password"])
    user.groups.set(Group.objects.filter(name__in=groups))
    return user


def _load_themes() -> None:
    for position, (name, description, children) in enumerate(content.THEMES):
        theme, _ = Theme.objects.get_or_create(name=name, defaults={"description": description, "position": position})
        for place, child in enumerate(children):
            Theme.objects.get_or_create(name=child, defaults={"parent": theme, "position": place})


def _series() -> EventSeries:
    name, description = content.SERIES
    return EventSeries.objects.get_or_create(name=name, defaults={"description": description})[0]


def _partner(event: Event, name: str, role: str, role_text: str = "") -> None:
    EventPartner.objects.create(
        event=event,
        organisation=Organisation.objects.get(name=name),
        role=role,
        role_text=role_text,
        position=event.event_partners.count(),
    )


def _participant(event: Event, who: tuple[str, str, str, str], **fields) -> Participation:
    name, honorific, position, affiliation = who
    person, _ = Person.objects.get_or_create(name=name, defaults={"honorific": honorific})
    participation, _ = Participation.objects.get_or_create(
        event=event,
        person=person,
        defaults={
            "position": position,
            "affiliation": affiliation,
            "attendance": Participation.Attendance.IN_PERSON,
            "listing": Participation.Listing.PUBLIC,
            **fields,
        },
    )
    return participation


def _publish(outcome: Outcome, themes: list[str], cast: dict[str, User], number: int) -> None:
    """Take `outcome`, which nobody here wrote, through the real workflow: submitted by one, published by another."""
    outcome.position = number
    outcome.save()
    for theme in Theme.objects.filter(name__in=themes):
        OutcomeTheme.objects.create(outcome=outcome, theme=theme)
    outcome.submit(by=cast["administrator"])
    outcome.approve(by=cast["editor"])
    outcome.publish(by=cast["editor"])


def _fill_first_edition(event: Event, cast: dict[str, User]) -> None:
    Event.objects.filter(pk=event.pk).update(series=_series())
    _partner(event, "Wilton Park", "convener")
    _partner(event, "Foreign, Commonwealth and Development Office", "partner")
    event.publish(by=cast["editor"])


def _fill_second_edition(event: Event, cast: dict[str, User]) -> None:
    Event.objects.filter(pk=event.pk).update(series=_series())
    _partner(event, "Wilton Park", "convener")
    _partner(event, "Foreign, Commonwealth and Development Office", "partner")
    _partner(event, "Ministry of Foreign Affairs of Chile", "partner")
    closing = Session.objects.create(event=event, kind=Session.Kind.TOUR_DE_TABLE, title=content.CLOSING_ROUND)
    rapporteur = _participant(event, content.REPORT["author"])
    Role.objects.create(participation=rapporteur, role=Role.Role.RAPPORTEUR)
    event.publish(by=cast["editor"])
    for number, (text, themes) in enumerate(content.TAKEAWAYS):
        _publish(Takeaway(event=event, session=closing, text=text), themes, cast, number)
    for number, (text, themes) in enumerate(content.ACTIONS):
        _publish(Action(event=event, session=closing, text=text), themes, cast, number)
    report = Report.objects.create(
        event=event,
        title=content.REPORT["title"],
        author=rapporteur,
        published_month=content.REPORT["published_month"],
    )
    for position, (title, kind) in enumerate(content.REPORT["sections"]):
        ReportSection.objects.create(report=report, title=title, kind=kind, position=position)
    report.publish(by=cast["editor"])


def _fill_roundtable(event: Event, cast: dict[str, User]) -> None:
    _partner(event, "Permanent Mission of Singapore to the United Nations", "convener")
    _partner(event, "United Nations Institute for Disarmament Research", "other", "Moderation and reporting")
    sessions = _programme(event)
    Role.objects.create(participation=_participant(event, content.CONVENER), role=Role.Role.CONVENER)
    for position, speaker in enumerate(content.SPEAKERS):
        _role(event, speaker, Role.Role.SPEAKER, sessions["opening"], position)
    _role(event, content.PANEL_MODERATOR, Role.Role.MODERATOR, sessions["panel"])
    _role(event, content.GROUP_MODERATOR, Role.Role.MODERATOR, sessions["1"])
    _role(event, content.GROUP_RAPPORTEUR, Role.Role.RAPPORTEUR, sessions["1"], 1)
    _let_write(event, cast["rapporteur"], sessions["1"], sessions["2"])
    for position, (who, session, words) in enumerate(content.QUOTES):
        Quote.objects.create(
            event=event,
            session=sessions[session] if session else None,
            speaker=_participant(event, who),
            text=words,
            consent=Quote.Consent.NOT_NEEDED,
            position=position,
        )
    for part, url in content.RECORDINGS:
        Resource.objects.create(
            event=event,
            kind=Resource.Kind.RECORDING,
            title="Recording of the roundtable",
            part=part,
            url=url,
            publisher="UN Web TV",
            is_public=True,
        )
    event.publish(by=cast["editor"])
    _follow_up(event, cast)


def _programme(event: Event) -> dict[str, Session]:
    """Make the sessions of the roundtable; the hours are not on record, the order is."""
    day = {"event": event, "programme_day": event.starts_on}
    sessions = {
        "opening": Session.objects.create(**day, kind="opening", title="Opening remarks", position=0),
        "panel": Session.objects.create(**day, kind="panel", title=content.PANEL, position=1),
        "groups": Session.objects.create(**day, kind="other", title="Breakout groups", position=2),
        "closing": Session.objects.create(**day, kind="closing", title="Closing plenary", position=3),
    }
    for position, (number, title) in enumerate(content.GROUPS):
        sessions[number] = Session.objects.create(
            **day, kind="breakout_group", parent=sessions["groups"], number=number, title=title, position=position
        )
    return sessions


def _role(event: Event, who: tuple[str, str, str, str], role: str, session: Session, position: int = 0) -> None:
    Role.objects.create(participation=_participant(event, who), role=role, session=session, position=position)


def _let_write(event: Event, user: User, *sessions: Session) -> None:
    """Make the demo account a rapporteur that nobody sees, so that the desk has something to write for."""
    person, _ = Person.objects.get_or_create(user=user, defaults={"name": user.name})
    hidden = Participation.objects.create(event=event, person=person, attendance=Participation.Attendance.PLANNED)
    for session in sessions:
        Role.objects.create(participation=hidden, role=Role.Role.RAPPORTEUR, session=session, position=9)


def _follow_up(event: Event, cast: dict[str, User]) -> None:
    """Add the one action that is known to be done, with the word of what became of it."""
    action = Action(event=event, text=content.FOLLOW_UP["text"], nature=Outcome.Nature.NEXT_STEP)
    action.progress = Outcome.Progress.DONE
    _publish(action, content.FOLLOW_UP["themes"], cast, 0)
    owner = Organisation.objects.get(name=content.FOLLOW_UP["owner"])
    ActionOwner.objects.create(action=action, organisation=owner, is_lead=True)
    ActionUpdate.objects.create(
        action=action,
        text=content.FOLLOW_UP["update"],
        progress=Outcome.Progress.DONE,
        by=cast["editor"],
        verification=ActionUpdate.Verification.CONFIRMED,
    )


def _fill_made_up_exercise(event: Event, cast: dict[str, User]) -> None:
    """Open a closing round that most of a made-up room has answered, for the demo's rapporteur to run."""
    closing = Session.objects.create(
        event=event, kind=Session.Kind.TOUR_DE_TABLE, title=made_up.SESSION, programme_day=event.starts_on
    )
    _let_write(event, cast["rapporteur"], closing)
    event.publish(by=cast["editor"])
    opened = Round.objects.create(
        event=event, session=closing, asks_actor_type=True, shows_contributions=True, opens_at=timezone.now()
    )
    for takeaway, action, actor_type in made_up.CONTRIBUTIONS:
        Contribution.objects.create(
            round=opened,
            device_hash=hash_of(secrets.token_urlsafe(32)),
            takeaway=takeaway,
            action=action,
            actor_type=actor_type,
        )
