"""Every field that is not for everybody holds a mark of its own; nobody who may not read it is ever sent the mark.

An administrator goes through all of the admin and the desk and must come across every mark, else the fields were not
looked at; then everybody else asks for all the same addresses. Files are taken apart: see tests/downloads.py.
"""

import itertools
import re
import string
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.apps import apps
from django.db import models
from django.db.models import Q
from django.test import Client

from config.classification import PUBLIC, kind_of
from participants.models import User
from tests.conftest import reports_on
from tests.downloads import words_in
from tests.factories import (
    ActionFactory,
    ChangeFactory,
    CommentFactory,
    EventPartnerFactory,
    ParticipationFactory,
    PersonFactory,
    PlacementFactory,
    RoleFactory,
    RoundFactory,
    SessionFactory,
    StatementGroupFactory,
    StatusChangeFactory,
    TakeawayFactory,
    UserFactory,
)
from tests.test_doors import DOORS
from tests.worlds.crawl import ask, visited
from tests.worlds.twin import Secret, build_all

MARK = re.compile("canary[a-z]{2}x")
SECRET = Secret("zanzibarine", many=1, letter="y")
CONTENT = (models.CharField, models.TextField, models.JSONField)

# Fields that hold no words of anybody: a state, a name of ours, or what is made of other fields that hold marks.
NO_WORDS = {
    "participants.Change": "how kind record under",  # of the models and pages
    "participants.Organisation": "name_key short_key",
    "participants.Import": "kind reading mapping options state counts missing task target_name",
    "participants.ImportRow": "state decision fingerprint differences candidates",
    "participants.ImportChange": "model",
    "participants.KnownColumn": "kind field",
    "participants.Merge": "of journal",  # rows as they were, in a form that only taking apart reads
    "participants.Distinction": "of",
    "participants.Person": "name_key",
    "participants.User": "works_on",
    "participants.BrowserSession": "session_key session_data",  # a mark there would end the session
    "participants.Erasure": "state numbers left task",
    "events.Allowance": "record wording marks",
    "events.Event": "search_text",
    "events.EventIndex": "search_text",
    "events.EventStatusChange": "from_status to_status",
    "events.EventRevision": "mark",
    "events.Session": "foreign_source",
    "events.Participation": "recorded_under attendance listing",
    "events.Role": "recorded_under role",
    "events.Quote": "recorded_under consent",
    "outcomes.Outcome": "recorded_under search_text counted",
    "outcomes.OutcomeIndex": "search_text",
    "outcomes.StatusChange": "from_status to_status",
    "outcomes.Round": "code",
    "outcomes.Contribution": "actor_type moderation",
    "outcomes.OutcomeMerge": "status parts",
    "outcomes.Report": "recorded_under",
    "outcomes.ReportStatusChange": "from_status to_status",
    "outcomes.ReportSection": "search_text",
    "outcomes.ReportSectionIndex": "search_text",
    "outcomes.StatementGroup": "kind code",
    "outcomes.Placement": "kind",
    "outcomes.Publication": "left_out",
    "outcomes.DocumentPlan": "left_out language",
    "outcomes.KeptDocument": "format fingerprint language ticket task",
}

# What no page shows, the administrator's neither: secrets of the site, and what is kept to take something back.
NOBODY = {
    "participants.User.password",
    "participants.SignInCode.browser_hash",
    "participants.SignInCode.code_hash",
    "participants.AttemptCount.key",
    "participants.Worker.id",
    "participants.BrowserSession.device",  # but for whose it is
    "participants.ImportChange.before",
    "participants.ImportChange.after",
    "participants.KnownColumn.header",
    "participants.OutgoingMail.key",
    "participants.OutgoingMail.body",  # the list of mail says to whom and about what
    "participants.OutgoingMail.unsubscribe",
    "events.Invitation.token_hash",
    "events.Session.foreign_id",
    "outcomes.Contribution.device_hash",
    "outcomes.OutcomeMerge.before",
    "outcomes.OutcomeMerge.taken",
}

# What pages show only in a state that the rows here are not in: an import to whoever brings it in, a reason beside the
# very wording it was given for, a failure, the name of what is no longer there. Tests of those pages see them.
SELDOM = {
    "participants.Import.file_name",
    "participants.Import.notice",
    "participants.ImportRow.title",
    "participants.ImportRow.values",
    "participants.ImportRow.why",
    "participants.Change.name",
    "participants.Erasure.notice",
    "events.Allowance.reason",
}

# Rows that hold no mark: what may be public about a person is left as it is where it is, and what a field is not for.
ROWS = {
    "participants.Person": Q(participations__listing="public"),
    "events.Participation": Q(listing="public"),
    "events.Quote": Q(consent="given"),
    "events.Session.foreign_id": Q(foreign_source=""),
    "outcomes.Outcome.owner_suggested": Q(kind="takeaway"),
}

# Words for everybody in rows that are for nobody yet.
HIDDEN = {
    "events.Event": (Q(status="draft"), "title summary body venue city image_alt image_credit"),
    "events.Session": (Q(attribution="closed"), "title room body"),
    "events.Resource": (Q(is_public=False), "title publisher"),
    "outcomes.Outcome": (~Q(status="published"), "text heading"),
    "outcomes.Report": (Q(status="draft"), "title disclaimer"),
    "outcomes.ReportSection": (Q(report__status="draft"), "title body"),
}

# What someone who signs in may read of all this, beside what is theirs alone, and on which pages.
ANYWHERE = ".*"
WORKSPACE = r"/admin/events/event/\d+/(change/|history/|workspace/.*)"
OUTCOMES = rf"/admin/outcomes/.*|{WORKSPACE}|/admin/"
SESSIONS = rf"/admin/events/(session|breakoutgroup)/.*|{WORKSPACE}|/admin/outcomes/.*"
MAY_READ: dict[str, dict[str, str]] = {
    "anonymous": {},
    "outsider": {},
    "rapporteur of another event": {},
    "editor of another institution": {  # who people are, without their addresses; what an institution prints
        "participants.Person.name": ANYWHERE,
        "participants.Person.sort_name": ANYWHERE,
        "participants.Person.honorific": ANYWHERE,
        "participants.Organisation.report_disclaimer": ANYWHERE,
    },
    "reviewer of another institution": {},
    "reviewer of the institution": {  # its dialogues, and what is handed in there: nobody who was in the room
        "events.EventStatusChange.note": WORKSPACE,
        "events.Session.title, hidden": SESSIONS,
        "events.Session.room, hidden": SESSIONS,
        "events.Session.body, hidden": SESSIONS,
        "outcomes.Outcome.text, hidden": OUTCOMES,
        "outcomes.Outcome.text_submitted": OUTCOMES,
        "outcomes.Outcome.heading, hidden": OUTCOMES,
        "outcomes.Outcome.owner_suggested": OUTCOMES,
        "outcomes.StatusChange.note": OUTCOMES,
        "outcomes.Comment.text": OUTCOMES,
        "outcomes.ReportStatusChange.note": OUTCOMES,
        "participants.Change.values": r"/admin/events/event/\d+/history/",  # of the event itself
        "participants.User.name": rf"{OUTCOMES}|{SESSIONS}",  # who wrote, and who decided
        "participants.Person.name": r"/admin/outcomes/(action|outcome)/\d+/change/",  # who owns an action
    },
    "rapporteur of the event": {},
}
WRITES = {"rapporteur of another event", "rapporteur of the event"}  # they go through their own desk as well
STAYS = {
    "reviewer of another institution",
    "reviewer of the institution",
    "rapporteur of the event",
}  # lists as they are


@pytest.fixture
def scene(db, settings):
    settings.REQUIRE_SECOND_FACTOR = False  # asked for before any of this
    return build_all(SECRET)


def plant(scene) -> dict[str, str]:
    """Put a mark into every restricted field; return what each mark stands for."""
    marks = (f"canary{''.join(letters)}x" for letters in itertools.product(string.ascii_lowercase, repeat=2))
    planted: dict[str, str] = {}
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.label
        if (
            model._meta.proxy
            or not model._meta.managed
            or label.split(".")[0] not in ("participants", "events", "outcomes")
        ):
            continue
        fields = [field for field in model._meta.concrete_fields if isinstance(field, CONTENT)]
        unlisted = set(NO_WORDS.get(label, "").split())
        for field in fields:
            if kind_of(field) == PUBLIC or field.name in unlisted:
                continue
            mark = next(marks)
            planted[mark] = f"{label}.{field.name}"
            if label == "participants.Change":  # the database lets nobody write over a line
                told = {"name": mark} if field.name == "name" else {"values": {"title": ["Before", mark]}}
                ChangeFactory(record="events.event", key=scene.event.pk, event_key=scene.event.pk, **told)
                continue
            public = ROWS.get(label, Q(pk__in=[])) | ROWS.get(planted[mark], Q(pk__in=[]))
            _write(model._base_manager.exclude(public), field, mark)
        for field in fields:
            hidden, names = HIDDEN.get(label, (Q(), ""))
            if field.name in names.split():
                mark = next(marks)
                _write(model._base_manager.filter(hidden), field, mark)
                planted[mark] = f"{label}.{field.name}, hidden"
    return planted


def _write(rows, field, mark: str) -> None:
    """Put the mark into a field of the rows; into one row where they must differ."""
    if field.unique or str(field) in ("events.Session.foreign_id", "outcomes.Contribution.device_hash"):
        rows = rows.filter(pk=rows.order_by("pk").values("pk")[:1])
    assert rows.update(**{field.name: _form(field, mark)}), f"No row to hold a mark for {field}"


def _form(field, mark: str):
    forms = {
        models.EmailField: f"{mark}@example.org",
        models.URLField: f"https://example.org/{mark}",
        models.JSONField: {"name": mark},
    }
    return next((form for kind, form in forms.items() if isinstance(field, kind)), mark)


def seen(answers) -> dict[str, set[str]]:
    """Return the marks that were sent, each with the addresses that sent it."""
    found: dict[str, set[str]] = {}
    for address, answer in answers:
        said = " ".join([str(answer.headers), words_in(answer.content)])
        for mark in MARK.findall(said.casefold()):
            found.setdefault(mark, set()).add(address)
    return found


def test_marks_reach_nobody_who_may_not_read_their_field(scene):
    planted = plant(scene)
    administrator = Client()
    administrator.force_login(UserFactory(administrator=True, works_on="everything", email="root@example.org"))
    asked = dict(visited(administrator, ["/admin/", "/desk/"], leaving=("/add/", "/delete/")))
    by_administrator = seen(asked.items())

    doors = [address for doors in DOORS.values() for address in doors(scene)]
    addresses = dict.fromkeys([*one_of_each(page for page, answer in asked.items() if answer.status == 200), *doors])
    reached = {}
    for role, client in readers(scene).items():
        asking = [address for address in addresses if role not in STAYS or "?" not in address]
        told = seen((address, ask(client, address)) for address in asking)
        own = seen(visited(client, ["/desk/"], leaving=("/delete/",))) if role in WRITES else {}
        told |= {mark: told.get(mark, set()) | pages for mark, pages in own.items()}
        for mark, pages in told.items():
            may = MAY_READ[role].get(planted[mark], "(?!)")
            if wrong := sorted(page for page in pages if not re.fullmatch(may, page)):
                reached[role, planted[mark]] = wrong[:3]
    assert reached == {}
    for mark in planted:  # a search that found one would tell that it is there
        assert "No outcome" in ask(Client(), f"/outcomes/?q={mark}").content.decode(), planted[mark]

    for_administrator = {planted[mark] for mark in by_administrator}
    assert for_administrator & NOBODY == set()
    unseen = set(planted.values()) - for_administrator - NOBODY - SELDOM
    assert unseen == set(), "no page shows these: were they looked at?"


def one_of_each(addresses: Iterable[str]) -> list[str]:
    """Return the addresses, of a page that is narrowed one for each set of parameters: other values show less of it."""
    found: dict[tuple, str] = {}
    for address in addresses:
        parts = urlsplit(address)
        found.setdefault((parts.path, *sorted({name for name, _ in parse_qsl(parts.query)})), address)
    return list(found.values())


def readers(scene) -> dict[str, Client]:
    """Return who else reads: nobody in particular, an account without a role, people whose work is elsewhere.

    Then two whose work is here. What they have of their own is made now and holds no mark: whatever they are told is
    somebody else's.
    """
    elsewhere = PersonFactory(name="Somebody Elsewhere", user=UserFactory(email="elsewhere@example.org"))
    RoleFactory(participation=ParticipationFactory(person=elsewhere, event__draft=True), rapporteur=True)
    institution = EventPartnerFactory(role="convener").organisation
    users = {
        "outsider": UserFactory(email="outsider@example.org"),
        "rapporteur of another event": elsewhere.user,
        "editor of another institution": UserFactory(editor_of_some=True, institutions=[institution]),
        "reviewer of another institution": UserFactory(reviewer=True, institutions=[institution]),
        "reviewer of the institution": UserFactory(reviewer=True, institutions=[scene.organisation]),
        "rapporteur of the event": reporting_here(scene),
    }
    clients = {"anonymous": Client()}
    for role, user in users.items():
        clients[role] = Client()
        clients[role].force_login(user)
    return clients


def reporting_here(scene) -> User:
    """Return the rapporteur of a session of its own, with all that a session can have."""
    session = SessionFactory(event=scene.event, title="Their own session")
    user = reports_on(session, name="Somebody Here", email="here@example.org")
    own = {"event": scene.event, "session": session, "author": user, "themes": [scene.theme]}
    draft = TakeawayFactory(text="Their own words", **own)
    sent_back = ActionFactory(text="Their own action", changes_requested=True, **own)
    StatusChangeFactory(outcome=sent_back, from_status="submitted", to_status="changes_requested")
    TakeawayFactory(text="Their own, handed in", submitted=True, **own)
    CommentFactory(outcome=draft, text="A word to them", by=user)
    round_ = RoundFactory(event=scene.event, session=session, closed=True)
    PlacementFactory(contribution__round=round_, group__round=round_)
    StatementGroupFactory(round=round_, outcome=draft, number=9)
    return user
