"""Erasing a person: afterwards they are nowhere, and what dialogues concluded is as it was."""

import gzip
import io
import json
import re
import uuid
import zipfile
from io import StringIO
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, models, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from events import dumps
from events.models import Allowance, Event, EventStatusChange, Participation, Quote
from events.models.generation import current_generation, forget_generation
from outcomes.dump import making
from outcomes.models import ActionUpdate, Comment, KeptDocument, Outcome, ReportSection, StatusChange
from participants import erasing, history
from participants.merging import merge
from participants.models import (
    AttemptCount,
    BrowserSession,
    Change,
    Distinction,
    Erasure,
    Import,
    Merge,
    OutgoingMail,
    Person,
    User,
)
from participants.models.user import FORMER_STAFF
from participants.session_store import SessionStore
from participants.subjects import Subject, rows_of
from participants.traces import tables, text_fields
from tests.factories import (
    ActionFactory,
    ActionOwnerFactory,
    ActionUpdateFactory,
    AllowanceFactory,
    AttemptCountFactory,
    CommentFactory,
    ContributionFactory,
    DistinctionFactory,
    EventFactory,
    EventStatusChangeFactory,
    ImportChangeFactory,
    ImportFactory,
    ImportRowFactory,
    InvitationFactory,
    KeptDocumentFactory,
    OutcomeMergeFactory,
    OutgoingMailFactory,
    ParticipationFactory,
    PersonFactory,
    PresenceFactory,
    PublicationFactory,
    QuoteFactory,
    ReportFactory,
    ReportSectionFactory,
    ReportStatusChangeFactory,
    ResourceFactory,
    RoleFactory,
    SignInCodeFactory,
    StatusChangeFactory,
    TakeawayFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

MARK = "Zqxquorlé"  # stands in nothing else, and has a letter that JSON may write as an escape
EMAIL = "zqxquorl@example.org"
TRACE = re.compile(r"zqxquorl", re.IGNORECASE)


def everything():
    """Yield (table, column, value) for every value in every table of the database, whatever it is for."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor, include_views=False):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608  # names of tables
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                yield from ((table, name, value) for name, value in zip(names, row, strict=True))
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%'")
            for (table,) in cursor.fetchall():
                cursor.execute(f"SELECT count(*) FROM {table} WHERE {table} MATCH 'zqxquorle OR zqxquorlé'")  # noqa: S608
                if cursor.fetchone()[0]:
                    yield table, "index", "zqxquorl"


def says(value) -> bool:
    if isinstance(value, bytes | memoryview):
        value = bytes(value)
        if zipfile.is_zipfile(io.BytesIO(value)):
            with zipfile.ZipFile(io.BytesIO(value)) as archive:
                value = b" ".join(archive.read(name) for name in archive.namelist())
        value = value.decode(errors="replace")
    return bool(TRACE.search(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)))


def traces(media=None):
    """Return where in the database, its sessions and the folder of uploads the person still is."""
    found = {(table, name) for table, name, value in everything() if value is not None and says(value)}
    found |= {("session", "data") for one in BrowserSession.objects.all() if says(one.get_decoded())}
    if media is not None:
        found |= {("media", path.name) for path in media.rglob("*") if path.is_file() and says(path.read_bytes())}
        found |= {("media", "name") for path in media.rglob("*") if TRACE.search(path.name)}
    return found


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def everywhere(media, editor, administrator):
    """Somebody in every place in which a person can be, staff and participant at once; and others beside them."""
    user = UserFactory(name=f"Anna {MARK}", email=EMAIL, administrator=True)
    person = PersonFactory(name=f"Former {MARK}", sort_name=f"{MARK}, Anna", email=EMAIL, user=user)
    lost = PersonFactory(name=f"A. {MARK}", email=f"old-{EMAIL}")
    neighbour = ParticipationFactory(affiliation="Embassy of Elsewhere").person
    event = EventFactory(title="A dialogue that stays", attribution="on_record")
    with history.watch(Person.objects.filter(pk__in=[person.pk, lost.pk]), by=editor):
        Person.objects.filter(pk=person.pk).update(name=f"Anna {MARK}")
    person.refresh_from_db()
    with history.watch(Participation.objects.filter(event=event), Quote.objects.filter(event=event), by=user):
        participation = ParticipationFactory(
            event=event, person=person, affiliation=f"Ministry of {MARK}", position=f"Head of {MARK}", public=True
        )
        QuoteFactory(event=event, speaker=participation, text=f"I, Anna {MARK}, said so.")
    RoleFactory(participation=ParticipationFactory(person=lost, affiliation=MARK), rapporteur=True)
    RoleFactory(participation=participation, rapporteur=True)
    merge(person, lost, by=editor, values={"name": f"Anna {MARK}"})
    DistinctionFactory(first=min(person.pk, neighbour.pk), second=max(person.pk, neighbour.pk))
    InvitationFactory(participation=participation, invited_by=user)
    InvitationFactory(participation=neighbour.participations.get(), invited_by=user)

    action = ActionFactory(event=event, text="States report.", published=True, author=user, saved_by=user)
    ActionOwnerFactory(action=action, organisation=None, person=person)
    update = ActionUpdateFactory(action=action, by=user, text="A first report.")
    update.evidence_file.save("evidence.txt", ContentFile(b"What was reported."))
    update.evidence_file.close()
    StatusChangeFactory(outcome=action, by=user, to_status="approved", note=f"Agreed with Anna {MARK}")
    CommentFactory(outcome=action, by=user, by_staff=True, text=f"Anna {MARK} to look at this.")
    Outcome.objects.filter(pk=action.pk).update(text_submitted=f"Anna {MARK} reports.", owner_suggested=f"Anna {MARK}")
    OutcomeMergeFactory(survivor=action, by=user, before={"text": f"As Anna {MARK} said."})
    ContributionFactory(takeaway=f"What Anna {MARK} said.")
    PresenceFactory(outcome=action, user=user)
    PublicationFactory(event=event, set_by=user)
    report = ReportFactory(event=event, published=True, author=participation)
    ReportStatusChangeFactory(report=report, by=user, note=f"By Anna {MARK}")
    EventStatusChangeFactory(event=event, by=user, note=f"Anna {MARK} asked")
    with history.watch(event, by=editor):
        Event.objects.filter(pk=event.pk).update(summary=f"Opened by Anna {MARK}.")
    with history.watch(event, by=editor):
        Event.objects.filter(pk=event.pk).update(summary="")

    EmailAddress.objects.create(user=user, email=EMAIL, verified=True, primary=True)
    Authenticator.objects.create(user=user, type="webauthn", data={"name": f"Phone of {MARK}"})
    SignInCodeFactory(user=user)
    AttemptCountFactory(key=AttemptCount.objects._key("password", EMAIL))
    for data in ({"_auth_user_id": str(user.pk)}, {"sign_in": {"email": EMAIL}}):
        session = SessionStore()
        session.update(data)
        session.save()
    OutgoingMailFactory(to=EMAIL, subject="Yours", body=f"Dear Anna {MARK}")
    OutgoingMailFactory(to="other@example.org", subject=f"Anna {MARK} wrote", body=f"Anna\n{MARK} wrote a comment.")
    workbook = io.BytesIO()
    with zipfile.ZipFile(workbook, "w") as archive:
        archive.writestr("xl/sharedStrings.xml", f"<si><t>{EMAIL}</t></si>")
    ImportFactory(file_name="list.xlsx", content=workbook.getvalue())
    ImportFactory(file_name=f"Anna {MARK}.csv", content=b"Name\n")
    ImportRowFactory(source=ImportFactory(), title=f"Anna {MARK}", values={"email": EMAIL})
    ImportChangeFactory(source=ImportFactory(), model="participants.Person", record=person.pk, after={"name": MARK})
    for by, row, words in (
        (editor, person, f"Anna {MARK}"),
        (user, event, "A dialogue"),
        (editor, event, f"Anna {MARK}"),
    ):
        LogEntry.objects.create(
            user=by,
            content_type=ContentType.objects.get_for_model(row),
            object_id=str(row.pk),
            object_repr=words,
            action_flag=2,
            change_message=words,
        )
    DBTaskResult.objects.create(
        id=uuid.uuid4(), task_path="x", args_kwargs={"args": [EMAIL], "kwargs": {}}, backend_name="default",
        run_after="2026-01-01T00:00Z", queue_name="default", priority=0, status="SUCCESSFUL",
    )  # fmt: skip
    Authenticator.objects.create(user=editor, type="webauthn", data={"name": "Another phone"})
    return {"person": person, "user": user, "event": event, "action": action, "update": update}


PLACES = {
    "participants_person", "participants_user", "participants_change", "participants_merge", "participants_import",
    "participants_importrow", "participants_importchange", "participants_outgoingmail", "account_emailaddress",
    "mfa_authenticator", "django_admin_log", "django_tasks_database_dbtaskresult", "events_participation",
    "events_quote", "events_eventstatuschange", "outcomes_statuschange", "outcomes_comment", "outcomes_outcome",
    "outcomes_outcomemerge", "outcomes_contribution", "outcomes_reportstatuschange", "session",
}  # fmt: skip


def test_person_is_nowhere_afterwards_and_what_was_concluded_stays(everywhere, editor, media):
    assert {table for table, _ in traces(media)} == PLACES, "the person is not everywhere before"
    user, action = everywhere["user"], everywhere["action"]
    before = {
        model: model.objects.count() for model in (Change, LogEntry, StatusChange, Comment, Outcome, ActionUpdate)
    }
    decided = list(StatusChange.objects.order_by("pk").values_list("outcome", "to_status", "at"))

    done = erasing.erase(Subject.of(everywhere["person"]), by=editor, replace=True)

    assert traces(media) == set()
    assert done.left == []
    assert {model: model.objects.count() for model in before} == before
    action.refresh_from_db()
    assert (action.text, action.status, action.author, action.text_submitted) == (
        "States report.", "published", None, "[name removed] reports.",
    )  # fmt: skip
    assert list(StatusChange.objects.order_by("pk").values_list("outcome", "to_status", "at")) == decided
    assert StatusChange.objects.get(note="Agreed with [name removed]").by is None
    assert not action.owners.exists()
    assert not Quote.objects.exists()
    assert [path.read_bytes() for path in media.rglob("*.txt")] == [b"What was reported."]
    assert everywhere["update"].evidence_file.name == ActionUpdate.objects.get().evidence_file.name
    assert not User.objects.filter(pk=user.pk).exists()
    assert set(LogEntry.objects.values_list("user__name", "object_repr")) == {
        ("Ed Itor", ""), ("A former member of staff", "A dialogue"),
    }  # fmt: skip
    assert OutgoingMail.objects.get().body == "[name removed] wrote a comment."
    assert Authenticator.objects.get().user == editor
    assert Merge.objects.get().journal == []
    assert not Distinction.objects.exists()
    assert Import.objects.filter(forgotten_at=None).count() == 0
    call_command("check_public", stdout=StringIO())

    again = erasing.erase(Subject(emails=frozenset([EMAIL])), by=editor, replace=True)
    assert not any(again.numbers.values())


def test_texts_that_can_be_edited_are_listed_with_where_they_are_and_not_touched(client, administrator, event, media):
    person = ParticipationFactory(event=event, person__name=f"Anna {MARK}").person
    outcome = TakeawayFactory(event=event, text=f"As ANNA  {MARK.upper()} put it.", published=True)
    section = ReportSectionFactory(report=ReportFactory(event=event), body=f"Words of Anna {MARK}.")
    change = StatusChangeFactory(outcome=outcome, note=f"Anna {MARK} agrees")
    paper = ResourceFactory(event=event, url="", file=ContentFile(f"By Anna {MARK}".encode(), name="paper.txt"))
    paper.file.close()
    client.force_login(administrator)
    address = reverse("admin:participants_person_erase", args=[person.pk])

    page = client.get(address).content.decode()
    assert f"Takeaway {outcome.pk}: " in page or f"Outcome {outcome.pk}: " in page
    assert reverse("admin:outcomes_outcome_change", args=[outcome.pk]) in page
    for wrong in ("", "Anna", f"anna {MARK}"):
        answer = client.post(address, {"name": wrong})
        assert answer.status_code == 422
        assert f'value="{wrong}"' in answer.content.decode()
    assert Person.objects.filter(pk=person.pk).exists()

    answer = client.post(address, {"name": f"Anna {MARK}"})
    asked = Erasure.objects.get()
    assert answer["Location"] == reverse("admin:participants_erasure_change", args=[asked.pk])
    assert "Waiting for the worker" in client.get(answer["Location"]).content.decode()
    assert client.post(address, {"name": f"Anna {MARK}"}).status_code == 409
    erasing.carry_out.call(asked.pk)
    erasing.carry_out.call(asked.pk)

    assert not Person.objects.filter(pk=person.pk).exists()
    asked.refresh_from_db()
    assert asked.state == "done"
    assert sorted(asked.left) == sorted(
        [
            ["outcomes.Outcome", str(outcome.pk), "text"],
            ["outcomes.Outcome", str(outcome.pk), "text_submitted"],
            ["outcomes.ReportSection", str(section.pk), "body"],
            ["outcomes.StatusChange", str(change.pk), "note"],
            ["events.Resource", str(paper.pk), "file"],
        ]
    )
    page = client.get(answer["Location"]).content.decode()
    assert reverse("admin:events_resource_change", args=[paper.pk]) in page
    outcome.refresh_from_db()
    assert MARK.upper() in outcome.text
    assert not says(list(LogEntry.objects.values_list("object_repr", "change_message")))


def test_page_before_asks_as_much_about_a_hundred_rows_as_about_one(client, administrator, event, media):
    user = UserFactory(name=f"Anna {MARK}", email=EMAIL)
    person = PersonFactory(name=f"Anna {MARK}", email=EMAIL, user=user)
    pages = [reverse("admin:participants_person_erase", args=[person.pk])]
    pages += [reverse("admin:participants_user_erase", args=[user.pk])]
    report = ReportFactory(event=event)
    client.force_login(administrator)

    def more(number):
        """Everything of which a person can have many, and every kind of text that has no page of its own."""
        for speaker in ParticipationFactory.create_batch(number, person=person, affiliation=f"Ministry of {MARK}"):
            RoleFactory(participation=speaker, rapporteur=True)
        QuoteFactory.create_batch(number, event=speaker.event, speaker=speaker)
        QuoteFactory.create_batch(number, event=event, text=f"Thanks to Anna {MARK}.")
        outcome = TakeawayFactory(event=event, text=f"As Anna {MARK} put it.", author=user)
        StatusChangeFactory.create_batch(number, outcome=outcome, by=user, note=f"Anna {MARK} agrees")
        CommentFactory.create_batch(number, outcome=outcome, text=f"Ask Anna {MARK}")
        ReportSectionFactory(report=report, body=f"Words of Anna {MARK}.")
        ContributionFactory(takeaway=f"What Anna {MARK} said.")
        EventStatusChangeFactory.create_batch(number, event=event, note=f"Anna {MARK} asked")
        OutgoingMailFactory.create_batch(number, to=EMAIL)
        with history.watch(Person.objects.filter(pk=person.pk), by=user):
            Person.objects.filter(pk=person.pk).update(sort_name=f"{MARK}, Anna {number}")
        paper = ResourceFactory(event=event, url="", file=ContentFile(f"By Anna {MARK}".encode(), name="paper.txt"))
        paper.file.close()

    def cost():
        queries, said = [], []
        for page in pages:
            with CaptureQueriesContext(connection) as asked:
                answer = client.get(page)
            queries.append(len(asked))
            shown = {what.split(" ", 2)[0] for part in ("free", "fixed") for what, _ in answer.context[part]["shown"]}
            said.append((answer.context["free"]["number"] + answer.context["fixed"]["number"], shown))
        return queries, said

    more(1)
    queries, (of_person, of_account) = cost()
    kinds = {"Quote", "Event", "Resource", "Outcome", "Status", "Comment", "Report", "Contribution"}
    assert of_person == of_account == (8, kinds)
    more(100)
    again, ((number, _), _) = cost()

    assert number == 8 + 4 * 100 + 4
    assert again == queries
    assert max(queries) <= 30


def test_somebody_else_of_the_same_name_keeps_theirs(editor, event):
    person, other = (PersonFactory(name="Jo Common", email=email) for email in ("jo@example.org", "common@example.org"))
    with history.watch(event, by=editor):
        type(event).objects.filter(pk=event.pk).update(summary="Chaired by Jo Common.")
    OutgoingMailFactory(to="common@example.org", body="Dear Jo Common")

    done = erasing.erase(Subject.of(person), by=editor, replace=True)

    assert Change.objects.get().values == {"summary": ["", "Chaired by Jo Common."]}
    assert OutgoingMail.objects.get().body == "Dear Jo Common"
    assert Person.objects.get() == other
    assert ("summary", event.pk) in {(trace.field, trace.pk) for trace in done.left}


def test_names_are_found_as_the_guard_finds_them_and_not_taken_for_those_of_others(editor, event):
    person = PersonFactory(name="Anna Müster-Zqxlo", sort_name="Müster-Zqxlo, Anna")
    lone, other = PersonFactory(name="Olga Квязева"), PersonFactory(name="Bert Lastnamesake")
    signs, alike = PersonFactory(name="龘娜"), PersonFactory(name="靐娜")
    PersonFactory(name="Cleo Lastnamesake")
    PersonFactory(name="靐明")
    notes = {
        "Agreed with Dr Muester-Zqxlo.": (person, "Agreed with [name removed]."),
        "MUSTER-ZQXLO, Anna asked for it.": (person, "[name removed] asked for it."),
        "With Müster-Zqxlos consent.": (person, "With [name removed] consent."),
        "Спросите Квязеву о дате.": (lone, "Спросите [name removed] о дате."),
        "Mr Lastnamesake agreed.": (other, "Mr Lastnamesake agreed."),  # one of two: staff look
        "Bert Lastnamesakes wish.": (other, "[name removed] wish."),
        "龘先生同意。": (signs, "[name removed]同意。"),
        "靐先生同意。": (alike, "靐先生同意。"),  # one of two as well
    }
    reasons = {reason: AllowanceFactory(event=event, reason=reason, by=editor) for reason in notes}
    changes = {note: EventStatusChangeFactory(event=event, note=note) for note in notes}
    of_others = ["Cleo Lastnamesake agreed.", "Anna agreed.", "A muster station.", "Lastnamesakeville"]
    AllowanceFactory.create_batch(2, event=event, reason="Cleo Lastnamesake agreed. Anna agreed, too.")
    for text in of_others:
        AllowanceFactory(event=event, reason=text, by=editor)
        TakeawayFactory(event=event, text=text)
    report = ReportSectionFactory(report=ReportFactory(event=event), body="x " * 20_000 + "\nAs Dr Müster-Zqxlo said.")
    left = []

    for one in (person, lone, other, signs, alike):
        left += erasing.erase(Subject.of(one), by=editor, replace=True).left

    assert {note: Allowance.objects.get(pk=row.pk).reason for note, row in reasons.items()} == {
        note: after for note, (_, after) in notes.items()
    }
    assert {note: EventStatusChange.objects.get(pk=row.pk).note for note, row in changes.items()} == {
        note: after for note, (_, after) in notes.items()
    }
    assert {(trace.model, trace.pk) for trace in left} == {
        (ReportSection, report.pk),
        *((Allowance, reasons[note].pk) for note in ("Mr Lastnamesake agreed.", "靐先生同意。")),
        *((EventStatusChange, changes[note].pk) for note in ("Mr Lastnamesake agreed.", "靐先生同意。")),
    }


def test_documents_the_dump_and_pages_that_were_made_go_at_once(
    as_served, client, editor, media, settings, django_capture_on_commit_callbacks
):
    event = EventFactory(on_record=True)
    participation = ParticipationFactory(event=event, person__name=f"Anna {MARK}", public=True)
    RoleFactory(participation=participation, role="chair")
    QuoteFactory(event=event, speaker=participation, text="Words of a chair.", consent="given")
    with zipfile.ZipFile(word := io.BytesIO(), "w") as archive:
        archive.writestr("word/document.xml", f"<w:t>Chaired by Anna {MARK}</w:t>")
    for kind, content in (("pdf", f"%PDF-1.7 Anna {MARK}".encode()), ("docx", word.getvalue())):
        KeptDocumentFactory(event=event, format=kind, content=content, fingerprint="f" * 40, made_at=timezone.now())
    making.make()
    pages = Path(settings.CACHES["pages"]["LOCATION"])
    generation = current_generation()

    def kept():
        return KeptDocument.objects.values_list("content", flat=True)

    assert MARK in client.get(event.get_absolute_url()).content.decode()
    assert any(pages.rglob("*.djcache"))
    assert any(MARK in gzip.decompress(path.read_bytes()).decode() for path in media.rglob("*.gz"))
    assert all(map(says, kept()))

    with django_capture_on_commit_callbacks(execute=True):
        erasing.erase(Subject.of(participation.person), by=editor)

    assert not any(pages.rglob("*.djcache"))
    assert not any(path.is_file() for path in media.rglob("dump/**/*"))
    assert not kept().exists()
    forget_generation()
    assert current_generation() > generation
    assert dumps.holding() is None
    assert MARK not in client.get(event.get_absolute_url()).content.decode()


# Texts of the portal in which no words about somebody stand: made by code, or typed to name a thing in an address.
NO_WORDS = {
    "participants.Erasure": "numbers left notice task",
    "participants.Organisation": "slug website",
    "participants.ImportRow": "decision fingerprint",
    "participants.ImportChange": "model",
    "participants.KnownColumn": "kind field",
    "participants.FormerAddress": "slug",
    "participants.SignInCode": "browser_hash code_hash",
    "events.Allowance": "record wording marks",
    "events.EventSeries": "slug",
    "events.Event": "slug time_zone",
    "events.EventStatusChange": "from_status to_status",
    "events.Session": "code foreign_id foreign_source",
    "events.Invitation": "token_hash",
    "events.EventRevision": "mark",
    "outcomes.Theme": "slug",
    "outcomes.OutcomeCount": "value kind",
    "outcomes.Outcome": "code counted",
    "outcomes.StatusChange": "from_status to_status",
    "outcomes.Round": "code",
    "outcomes.Contribution": "device_hash",
    "outcomes.ActionUpdate": "code",
    "outcomes.DocumentPlan": "left_out",
    "outcomes.KeptDocument": "fingerprint language ticket task",
    "outcomes.OutcomeMerge": "status",
    "outcomes.ReportStatusChange": "from_status to_status",
    "outcomes.ReportSection": "slug",
    "outcomes.StatementGroup": "code",
}
# Those that somebody can edit, on a page that the list of places leads to.
EDITED = {
    "participants.Organisation": "name short_name logo_alt report_disclaimer",
    "participants.KnownColumn": "header",
    "events.EventSeries": "name description",
    "events.Event": "public_note title reference venue city summary body image_alt image_credit",
    "events.EventPartner": "role_text",
    "events.Session": "number title room body",
    "events.Participation": "affiliation position",
    "events.Quote": "text source",
    "events.Resource": "title url publisher",
    "outcomes.Theme": "name description",
    "outcomes.Outcome": "public_note text heading due_text",
    "outcomes.Round": "takeaway_prompt action_prompt",
    "outcomes.ActionUpdate": "text evidence_url",
    "outcomes.Report": "title disclaimer",
    "outcomes.ReportSection": "title body",
    "outcomes.StatementGroup": "name",
}
FORGOTTEN = {  # with the whole import, see `copies`
    "participants.ImportRow": "title values why candidates differences",
    "participants.ImportChange": "before after",
}


def test_somebody_decided_about_every_text(db):
    """A text that nobody can edit has its names replaced; whoever adds a field says which kind it is."""
    once = {}
    for label, name in erasing.WRITTEN_ONCE:
        once.setdefault(label, []).append(name)
    for model in filter(erasing.is_free, tables()):
        label = model._meta.label
        kinds = [*(kind.get(label, "").split() for kind in (NO_WORDS, EDITED, FORGOTTEN)), once.get(label, [])]
        assert sorted(name for kind in kinds for name in kind) == sorted(one.name for one in text_fields(model)), label


def test_command_says_what_it_would_do_does_it_and_is_done_the_second_time(everywhere, media):
    before = traces(media)
    out = StringIO()

    call_command("erase_person", EMAIL, dry_run=True, replace_names=True, stdout=out)

    assert traces(media) == before
    assert "dry run" in out.getvalue()
    assert "participations" in out.getvalue()
    call_command("erase_person", EMAIL, replace_names=True, stdout=StringIO())
    assert traces(media) == set()
    again = StringIO()
    call_command("erase_person", EMAIL, replace_names=True, stdout=again)
    assert again.getvalue() == "Nothing of them is kept.\n"
    for wrong in ("999999", "nobody"):
        with pytest.raises(CommandError):
            call_command("erase_person", wrong)


def test_all_goes_or_nothing(everywhere, media, editor, monkeypatch):
    before = traces(media)

    def breaks():
        raise RuntimeError

    monkeypatch.setattr(erasing, "AFTERWARDS", [breaks])
    with pytest.raises(RuntimeError), transaction.atomic():
        erasing.erase(Subject.of(everywhere["person"]), by=editor, replace=True)

    assert traces(media) == before


def test_nobody_erases_themselves_the_last_administrator_or_while_a_file_comes_in(
    client, administrator, editor, reviewer
):
    own = reverse("admin:participants_user_erase", args=[administrator.pk])
    client.force_login(administrator)
    assert client.post(own, {"name": "Ad Ministrator"}).status_code == 409

    assert "only administrator" in erasing.against(Subject.of(administrator), None)
    importing = ImportFactory(state="checking")
    assert "imported" in erasing.against(Subject.of(editor), administrator)
    importing.delete()
    for role in (editor, reviewer):
        client.force_login(role)
        assert client.post(own, {"name": "Ad Ministrator"}).status_code in (403, 404)
    assert not Erasure.objects.exists()
    assert User.objects.filter(pk=administrator.pk).exists()

    asked = erasing.ask(Subject.of(editor), by=administrator, replace=False)
    administrator.groups.clear()
    erasing.carry_out.call(asked.pk)
    asked.refresh_from_db()
    assert (asked.state, User.objects.filter(pk=editor.pk).exists()) == ("refused", True)


def test_log_of_the_admin_is_written_once(editor, administrator):
    entry = LogEntry.objects.create(
        user=editor, object_id="1", object_repr="A", action_flag=2, change_message="B",
        content_type=ContentType.objects.get_for_model(Event),
    )  # fmt: skip
    rows = LogEntry.objects.filter(pk=entry.pk)
    changes = (
        {"user": administrator},
        {"object_repr": "C"},
        {"change_message": "C"},
        {"object_id": "2"},
        {"action_flag": 1},
    )
    refused = [lambda values=values: rows.update(**values) for values in changes]
    for way in (*refused, entry.delete, rows.delete, lambda: rows._raw_delete("default"), editor.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            way()

    former = UserFactory(email=FORMER_STAFF)
    assert rows.update(object_repr="", change_message="", user=former) == 1
    assert not admin.site.is_registered(LogEntry)


def test_every_way_to_a_person_is_known():
    """Whoever adds a foreign key that forbids deleting must find it in what is erased."""
    subject = Subject.of(PersonFactory(user=UserFactory()))
    found = {(rows.model._meta.label, rows.name) for rows in rows_of(subject)}

    for model in (Person, User):
        for other in apps.get_models(include_auto_created=True):
            for field in other._meta.concrete_fields:
                if field.related_model is model and not other._meta.proxy and other is not Person:
                    assert (other._meta.label, field.name) in found
                    assert isinstance(field, models.ForeignKey)
