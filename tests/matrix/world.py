"""Two events of two institutions, with a row of everything in each; who works on one has no part in the other."""

import dataclasses
import datetime as dt

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session as DjangoSession
from django.db import models

from events.models import Event, PublicGeneration, Session, StaffedQuerySet
from outcomes.models import Outcome, Round, StatementGroup
from participants.models import BrowserSession, Organisation, Person, User
from tests.conftest import reports_on
from tests.factories import (
    ActionFactory,
    ActionOwnerFactory,
    ActionUpdateFactory,
    AddresseeFactory,
    BreakoutGroupFactory,
    ChangeFactory,
    CommentFactory,
    ContributionFactory,
    EventFactory,
    EventPartnerFactory,
    EventSeriesFactory,
    ImportFactory,
    InvitationFactory,
    OutgoingMailFactory,
    ParticipationFactory,
    PersonFactory,
    PlacementFactory,
    PublicationItemFactory,
    QuoteFactory,
    ReportFactory,
    ReportSectionFactory,
    ResourceFactory,
    RoleFactory,
    RoundFactory,
    SessionFactory,
    StatementGroupFactory,
    StatusChangeFactory,
    TakeawayFactory,
    ThemeFactory,
    UserFactory,
)

FOREIGN = "zanzibarine"  # stands in every text of the event that is somebody else's
OPENED_AT = dt.datetime(2026, 3, 3, 10, 0, tzinfo=dt.UTC)


@dataclasses.dataclass(frozen=True)
class Half:
    """An event, who convenes it, and one row of each thing in it."""

    event: Event
    institution: Organisation
    person: Person
    session: Session
    group: Session
    draft: Outcome
    submitted: Outcome
    raised: Outcome
    round: Round
    statements: StatementGroup
    rapporteur: User
    rows: list[models.Model]


@dataclasses.dataclass(frozen=True)
class World:
    """Both halves; `cast` works on `mine` alone."""

    mine: Half
    theirs: Half
    cast: dict[str, User]


def build() -> World:
    """Make both; what is theirs is a draft, so that nothing of it is anybody's to read."""
    mine = half("Harbour")
    theirs = half(FOREIGN, draft=True)
    institution = [mine.institution]
    return World(
        mine,
        theirs,
        {
            "editor": UserFactory(name="Ed Itor", password=None, editor_of_some=True, institutions=institution),
            "reviewer": UserFactory(name="Re Viewer", password=None, reviewer=True, institutions=institution),
            "rapporteur": mine.rapporteur,
            "outsider": UserFactory(name="Out Sider", password=None),
        },
    )


def half(word: str, **event) -> Half:
    """Make an event and something of everything in it; `word` stands in every text."""
    event = EventFactory(title=f"{word} dialogue", series=EventSeriesFactory(name=f"{word} talks"), **event)
    institution = EventPartnerFactory(event=event, organisation__name=f"{word} Institute", role="convener").organisation
    session = SessionFactory(event=event, title=f"{word} plenary", room=word)
    group = BreakoutGroupFactory(event=event, parent=session, title=f"{word} group")
    person = PersonFactory(name=f"{word} Person", email=f"{word}@example.org".lower())
    came = ParticipationFactory(event=event, person=person, affiliation=f"Ministry of {word}")
    mail = f"rapporteur.{word}@example.org".lower()
    rapporteur = reports_on(group, name=f"{word} Rapporteur", email=mail, password=None)
    theme, author = ThemeFactory(), rapporteur
    in_group = {"event": event, "session": group, "author": author, "themes": [theme]}
    submitted = TakeawayFactory(text=f"{word} submitted", submitted=True, **in_group)
    approved = TakeawayFactory(text=f"{word} approved", approved=True, **in_group)
    published = TakeawayFactory(text=f"{word} published", published=True, **in_group)
    action = ActionFactory(text=f"{word} action", submitted=True, **in_group)
    sent_back = TakeawayFactory(text=f"{word} sent back", changes_requested=True, **in_group)
    report = ReportFactory(event=event, title=f"{word} report")
    raised = TakeawayFactory(text=f"{word} raised", raised_by=1, raised_of=1, **in_group)
    round_ = RoundFactory(
        event=event,
        session=group,
        takeaway_prompt=f"{word}?",
        opens_at=OPENED_AT,
        closes_at=OPENED_AT + dt.timedelta(1),
    )
    statements = StatementGroupFactory(round=round_, name=f"{word} statements")
    rows = [
        event,
        session,
        group,
        came,
        RoleFactory(participation=came, session=session),
        QuoteFactory(event=event, session=session, speaker=came, text=f"{word} said"),
        ResourceFactory(event=event, title=f"{word} recording"),
        TakeawayFactory(text=f"{word} draft", **in_group),
        submitted,
        approved,
        published,
        action,
        StatusChangeFactory(outcome=sent_back, from_status="submitted", to_status="changes_requested"),
        TakeawayFactory(text=f"{word} withdrawn", withdrawn=True, **in_group),
        ActionOwnerFactory(action=action, organisation=institution),
        ActionUpdateFactory(action=action, text=f"{word} news"),
        AddresseeFactory(action=action),
        CommentFactory(outcome=submitted, text=f"{word} comment"),
        StatusChangeFactory(outcome=submitted, by=author),
        report,
        ReportSectionFactory(report=report, title=f"{word} section", body=word),
        round_,
        ContributionFactory(round=round_, takeaway=f"{word} contribution"),
        statements,
        PlacementFactory(contribution__round=round_, group=statements),
        StatementGroupFactory(round=round_, outcome=raised, number=2),
        PublicationItemFactory(publication__event=event, outcome=approved).publication,
        InvitationFactory(participation=rapporteur.person.participations.get()),
        ImportFactory(kind="participants", target=event.pk, file_name=f"{word}.csv"),
        ChangeFactory(record="events.event", key=event.pk, event_key=event.pk, name=f"{word} line"),
        OutgoingMailFactory(to=f"{word}@example.org".lower(), subject=word, body=word),
    ]
    draft = rows[7]
    PersonFactory(name=f"{word} newcomer")
    Outcome.objects.filter(event=event).settle()
    return Half(
        event, institution, person, session, group, draft, submitted, raised, round_, statements, rapporteur, rows
    )


def of_events(model: type[models.Model]) -> bool:
    """Whether rows of `model` belong to an event."""
    return isinstance(model._default_manager.all(), StaffedQuerySet)


def rows_of(model: type[models.Model], event: Event):
    """Return the rows of `model` that belong to `event`, past every manager."""
    path = "pk" if model is Event else getattr(model, "EVENT_PATH", "event")
    return model._base_manager.filter(**{path: event.pk})


PASSING = (DjangoSession, BrowserSession, LogEntry, PublicGeneration)  # who asked, and that they did


def everything(tables: set[str] | None = None) -> dict[tuple[str, object], dict]:
    """Return each row of the site, or of `tables`: (model, key) → its fields; not those of `PASSING`."""
    return {
        (model._meta.label, row["pk"]): row
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model not in PASSING
        if tables is None or model._meta.db_table in tables
        for row in model._base_manager.values("pk", *(field.attname for field in model._meta.concrete_fields))
    }


def differences(before: dict, after: dict) -> list[str]:
    """Say which rows came, went or changed, and in which fields."""
    came = [f"{key} came: {after[key]}" for key in after.keys() - before.keys()]
    went = [f"{key} went" for key in before.keys() - after.keys()]
    changed = [
        f"{key}.{name}: {value!r} → {after[key][name]!r}"
        for key, row in before.items()
        if key in after
        for name, value in row.items()
        if after[key][name] != value
    ]
    return [*came, *went, *changed]
