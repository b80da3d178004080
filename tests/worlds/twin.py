"""Two worlds that are equal in what is public, and differ in everything else.

What is public is written down by hand, codes and times included. What is hidden depends on a `Secret`: its word stands
in every field that is nobody's business, and its number says how much of it there is. It stands between what is public,
so that keys, neighbours and orders differ.
"""

import dataclasses
import datetime as dt

from django.core.files.base import ContentFile

from events.models import Event, Session
from outcomes.models import Outcome, Publication
from participants import merging
from tests.factories import (
    ActionFactory,
    ActionOwnerFactory,
    ActionUpdateFactory,
    AddresseeFactory,
    AllowanceFactory,
    AttemptCountFactory,
    BrowserSessionFactory,
    ChangeFactory,
    CommentFactory,
    ContributionFactory,
    ErasureFactory,
    EventFactory,
    EventPartnerFactory,
    EventSeriesFactory,
    EventStatusChangeFactory,
    FormerAddressFactory,
    ImportChangeFactory,
    ImportFactory,
    ImportRowFactory,
    InvitationFactory,
    KnownColumnFactory,
    OrganisationFactory,
    OutcomeFactory,
    OutcomeMergeFactory,
    OutgoingMailFactory,
    ParticipationFactory,
    PersonFactory,
    PlacementFactory,
    PresenceFactory,
    PublicationFactory,
    PublicationItemFactory,
    QuoteFactory,
    ReportFactory,
    ReportSectionFactory,
    ReportStatusChangeFactory,
    ResourceFactory,
    RoleFactory,
    RoundFactory,
    SessionFactory,
    SignInCodeFactory,
    StatementGroupFactory,
    StatusChangeFactory,
    TakeawayFactory,
    ThemeFactory,
    UserFactory,
    WorkerFactory,
)
from tests.test_doors import Scene

NOW = dt.datetime(2026, 5, 4, 10, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@dataclasses.dataclass(frozen=True)
class Secret:
    """What only one of the worlds knows."""

    word: str  # one word of letters, of the same length in both worlds
    many: int  # how many of what there can be several of
    letter: str  # with it the hidden codes begin

    def code(self, number: int) -> str:
        """Return a public id of something hidden."""
        return f"{self.letter}{'abcdefghij'[number]}hidden"

    def addresses(self) -> list[str]:
        """Return where what is hidden here would be, were it public."""
        slug = f"{self.word}-dialogue"
        return [
            f"/events/{slug}/",
            f"/events/{slug}.ics",
            f"/events/{slug}/report.pdf",
            f"/events/{slug}/report/{self.word}/",
            f"/api/v1/events/{slug}/",
            f"/organisations/{self.word}-institute/",
            f"/themes/{self.word}-theme/",
            f"/feeds/themes/{self.word}-theme.atom",
            *[f"/outcomes/{self.code(number)}/" for number in range(6)],
            *[f"/api/v1/outcomes/{self.code(number)}/" for number in range(6)],
            f"/outcomes/{self.code(0)}/cite.ris",
            f"/outcomes/{self.code(0)}/card.png",
        ]

    def questions(self) -> list[str]:
        """Return query strings that ask for what is hidden here."""
        slug = f"{self.word}-dialogue"
        return [
            f"q={self.word}",
            f"event={slug}",
            f"series={self.word}-series",
            f"organisation={self.word}-institute",
            f"theme={self.word}-theme",
        ]


def build(secret: Secret) -> Scene:
    """Make a world at `NOW` and return what is public in it."""
    word = secret.word
    public = {"text_submitted": f"First said by {word}.", "published_at": NOW - 30 * DAY}
    people = [
        UserFactory(name=f"{word} {number}", email=f"{word}{number}@example.org") for number in range(secret.many)
    ]
    hidden_place(secret, 0)

    convener = OrganisationFactory(name="Harbour Institute", report_disclaimer=f"Not yet: {word}")
    series = EventSeriesFactory(name="Harbour talks")
    theme, other = ThemeFactory(name="Hotlines"), ThemeFactory(name="Registers")
    event = EventFactory(
        title="Harbour dialogue",
        reference="HD1",
        series=series,
        starts_on=dt.date(2026, 3, 3),
        ends_on=dt.date(2026, 3, 5),
        time_zone="Europe/Lisbon",
        attribution="chatham_house",
        published_at=NOW - 20 * DAY,
        summary="On hotlines.",
        outcomes_due_on=dt.date(2026, 4, secret.many),
    )
    EventPartnerFactory(event=event, organisation=convener, role="convener")
    hidden_place(secret, 1)
    earlier = EventFactory(
        title="Harbour dialogue, the first",
        series=series,
        starts_on=dt.date(2025, 3, 3),
        attribution="on_record",
        published_at=NOW - 300 * DAY,
    )
    EventPartnerFactory(event=earlier, organisation=convener, role="convener")
    hidden_people(secret, event)
    speaker = ParticipationFactory(
        event=earlier, public=True, affiliation="Lantern University", person=PersonFactory(name="Odalys Brightwater")
    )
    RoleFactory(participation=speaker, role="speaker")
    QuoteFactory(event=earlier, speaker=speaker, text="Call before you act.")
    hidden_people(secret, earlier)

    morning = dt.datetime(2026, 3, 3, 9, 0, tzinfo=dt.UTC)
    session = SessionFactory(
        event=event, code="sessiona", title="Opening", starts_at=morning, ends_at=morning + dt.timedelta(hours=1)
    )
    hidden_session(secret, event, morning)
    group = SessionFactory(event=event, code="sessionb", title="Group one", parent=session, kind="breakout_group")
    ResourceFactory(event=event, title="Recording", url="https://media.example.org/recording")
    hidden_outcomes(secret, event, session, theme, people)

    takeaway = TakeawayFactory(
        event=event, session=group, code="takeawaa", number=1, text="Calls come before steps.", themes=[theme],
        status="published", author=people[0], raised_by=secret.many + 5, raised_of=30 + secret.many, **public,
    )  # fmt: skip
    hidden_outcomes(secret, event, session, theme, people, of=1)
    action = ActionFactory(
        event=event, session=session, code="actionaa", number=1, text="List who answers at night.",
        themes=[theme, other], status="published", author=people[-1], nature="next_step", progress="in_progress",
        due_on=dt.date(2026, 9, 1), **public,
    )  # fmt: skip
    AddresseeFactory(action=action, actor_type="state")
    ActionOwnerFactory(action=action, organisation=convener, is_lead=True)
    for someone in people:
        ActionOwnerFactory(action=action, organisation=None, person=PersonFactory(name=f"{word} owner", user=someone))
    ActionUpdateFactory(
        action=action, code="updateaa", by=people[0], text="Half of them are listed.", on=dt.date(2026, 4, 2)
    )
    TakeawayFactory(
        event=earlier, code="takeawab", number=1, text="Registers come first.", themes=[other],
        status="published", author=people[0], **public,
    )  # fmt: skip
    withdrawn = TakeawayFactory(
        event=event, code="takeawac", number=2, text=f"What {word} never agreed.", heading=word, status="withdrawn",
        withdrawn_at=NOW - DAY, author=people[0], themes=[theme], **public,
    )  # fmt: skip
    report = ReportFactory(event=event, title="What came of it", published=True, disclaimer="A summary.")
    section = ReportSectionFactory(report=report, title="Calls", body="Hotlines were *discussed*.")
    closing = ReportSectionFactory(report=report, title="Takeaways", kind="outcomes")
    hidden_work(secret, event, session, people, [takeaway, action, withdrawn])
    Outcome.objects.settle()
    return Scene(
        event=event,
        session=session,
        theme=theme,
        takeaway=takeaway,
        action=action,
        section=section,
        closing=closing,
        organisation=convener,
        series=series,
    )


def build_all(secret: Secret) -> Scene:
    """Make a world with a row of every kind, of those too that only staff and the portal itself know."""
    scene = build(secret)
    RoleFactory(participation=ParticipationFactory(event=scene.event, person=PersonFactory(name="Somebody")))
    Session.objects.filter(pk=scene.session.pk).update(foreign_source="ical", foreign_id="1")
    ReportStatusChangeFactory(report=scene.section.report)
    AttemptCountFactory()
    ErasureFactory()
    BrowserSessionFactory()
    AllowanceFactory(record="outcomes.outcome", key=scene.takeaway.pk)
    SignInCodeFactory(code_hash="0")
    WorkerFactory()
    KnownColumnFactory()
    merging.merge(PersonFactory(), PersonFactory(), by=UserFactory(administrator=True))
    ImportChangeFactory(is_new=False, before={}, after={})
    PublicationItemFactory(publication=Publication.objects.get())
    OutcomeMergeFactory(survivor=scene.takeaway)
    PlacementFactory.create(aside=True, contribution__round=scene.event.rounds.get())
    return scene


def hidden_place(secret: Secret, number: int) -> None:
    """Events, series, themes and organisations that nobody may know of."""
    word = secret.word
    for one in range(secret.many):
        name = "" if number == one == 0 else f" {number}{one}"
        organisation = OrganisationFactory(name=f"{word.title()} Institute{name}", country="CL", actor_type="donor")
        draft = EventFactory(
            title=f"{word.title()} dialogue{name}",
            reference=f"{word}{number}{one}",
            draft=True,
            city=word,
            country="CL",
            starts_on=dt.date(2024 + number, 1, 1 + one),
            series=EventSeriesFactory(name=f"{word.title()} series{name}"),
        )
        EventPartnerFactory(event=draft, organisation=organisation, role="convener")
        report = ReportFactory(event=draft, published=True)
        ReportSectionFactory(report=report, title=word, body=word)
        FormerAddressFactory(organisation=organisation, slug=f"{word}-{number}{one}")
    closed = EventFactory(title=f"Closed dialogue {number}", closed=True)
    SessionFactory(event=closed, title=word)
    OutcomeFactory(event=closed, text=f"{word} behind doors", published=True, number=1)
    hidden_people(secret, closed)
    EventFactory(title=f"{word} {number}", summary=word, withdrawn=True, slug=f"withdrawn-dialogue-{number}")


def hidden_people(secret: Secret, event: Event) -> None:
    """People who came, each in another way that is not to be seen."""
    for number in range(secret.many):
        person = PersonFactory(name=f"{secret.word.title()} Person {number}", email=f"p{number}@{secret.word}.example")
        listing = ("hidden", "participants")[number % 2]
        came = ParticipationFactory(
            event=event, person=person, listing=listing, affiliation=f"Ministry of {secret.word}", position=secret.word
        )
        for role in ("speaker", "moderator", "rapporteur"):
            RoleFactory(participation=came, role=role)
        QuoteFactory(event=event, speaker=came, text=f"As {secret.word} said {number}", consent="refused")
        InvitationFactory(participation=came)


def hidden_session(secret: Secret, event: Event, morning: dt.datetime) -> Session:
    """A closed part of the programme, before everything else on that day."""
    closed = SessionFactory(
        event=event, title=f"{secret.word} in camera", body=secret.word, room=secret.word, closed=True,
        starts_at=morning - dt.timedelta(hours=secret.many), ends_at=morning, position=0,
    )  # fmt: skip
    for number in range(secret.many):
        group = SessionFactory(event=event, title=f"{secret.word} group {number}", parent=closed)
        OutcomeFactory(
            event=event, session=group, text=f"{secret.word} in camera {number}", published=True, number=500 + number
        )
    ResourceFactory(event=event, session=closed, title=secret.word)
    ResourceFactory(event=event, title=secret.word, is_public=False, url="", file=ContentFile(b"words", name="a.txt"))
    return closed


def hidden_outcomes(secret: Secret, event: Event, session: Session, theme, people: list, of: int = 0) -> None:
    """Drafts, what waits, what was sent back or merged."""
    word = secret.word
    for number in range(secret.many):
        kind = ("takeaway", "action")[number % 2]
        text = f"{word} wants {number}, {of}"
        more = {"event": event, "session": session, "themes": [theme], "kind": kind, "author": people[0]}
        code = {"code": secret.code(3 * of)} if number == 0 else {}
        OutcomeFactory(text=text, **more, **code)
        OutcomeFactory(text=text, submitted=True, **more, **({"code": secret.code(3 * of + 1)} if code else {}))
        OutcomeFactory(text=text, approved=True, **more, **({"code": secret.code(3 * of + 2)} if code else {}))
        OutcomeFactory(text=text, changes_requested=True, **more)


def hidden_work(secret: Secret, event: Event, session: Session, people: list, outcomes: list) -> None:
    """What the secretariat and rapporteurs do and say among themselves."""
    word = secret.word
    for outcome in outcomes:
        for someone in people:
            StatusChangeFactory(outcome=outcome, by=someone, note=f"{word} asks")
            CommentFactory(outcome=outcome, by=someone, text=f"{word} wonders")
            PresenceFactory(outcome=outcome, user=someone)
    round_ = RoundFactory(
        event=event, session=session, takeaway_prompt=f"{word}?", opens_at=NOW - DAY, closes_at=NOW - DAY / 2
    )
    for number in range(secret.many):
        ContributionFactory(round=round_, takeaway=f"{word} {number}", action=f"{word} {number}")
    StatementGroupFactory(round=round_, name=word)
    EventStatusChangeFactory(event=event, by=people[0], note=word)
    draft = ReportFactory(event=EventFactory(title="Harbour dialogue, the next", draft=True), title=word)
    ReportSectionFactory(report=draft, title=word, body=word)
    PublicationFactory(event=event, due_at=NOW + DAY)
    OutgoingMailFactory(to=f"{word}@example.org", subject=word, body=word)
    ImportRowFactory(source=ImportFactory(file_name=f"{word}.csv"), values={"name": word})
    ChangeFactory(name=word, values={"name": [word, f"{word} too"]}, by=people[0])
