"""A dump is served while it holds, and not a moment longer."""

import json
import uuid
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django_tasks_db.models import DBTaskResult

from events import dumps
from events.models.generation import bump_generation
from events.workflow import settle_visibility
from outcomes.dump import Refused, making
from outcomes.views import dump as views
from participants import upkeep
from participants.groups import ADMINISTRATORS
from tests.downloads import body
from tests.factories import (
    ActionFactory,
    ActionUpdateFactory,
    EventFactory,
    EventPartnerFactory,
    ParticipationFactory,
    ReportFactory,
    ReportSectionFactory,
    ResourceFactory,
    SessionFactory,
    TakeawayFactory,
    ThemeFactory,
)
from tests.outcomes.dump.test_round_trip import lines, packed
from tests.staff import save, saved, sign_in

FILE = "/dump/outcomes.jsonl.gz"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def test_files_are_what_the_manifest_says_and_are_asked_for_again(client, db):
    TakeawayFactory(published=True)
    making.make()

    manifest = client.get("/dump/manifest.json")
    for file in manifest.json()["files"]:
        response = client.get(f"/dump/{file['name']}")
        assert len(body(response)) == file["bytes"] == int(response["Content-Length"])
        assert (response["Content-Type"], response["Cache-Control"]) == ("application/gzip", "public, no-cache")
        again = client.get(f"/dump/{file['name']}", headers={"If-None-Match": response["ETag"]})
        assert (again.status_code, body(again)) == (304, b"")
        head = client.head(f"/dump/{file['name']}")
        assert (head["ETag"], head["Content-Length"], body(head)) == (response["ETag"], str(file["bytes"]), b"")
    assert client.get("/dump/secrets.jsonl.gz").status_code == 404


def test_dump_is_gone_with_the_commit_that_withdraws_and_comes_again(client, editor):
    outcome = TakeawayFactory(published=True, text="To be withdrawn.")
    making.make()
    assert body(client.get(FILE))

    outcome.withdraw(by=editor)

    for address in (FILE, "/dump/manifest.json"):
        gone = client.get(address)
        assert (gone.status_code, gone["Retry-After"], gone["Cache-Control"]) == (503, "120", "no-store")
        assert b"withdrawn." not in body(gone)
    making.make()
    assert client.get("/dump/manifest.json").status_code == 200
    folder = dumps.place() / dumps.current().folder
    assert lines(folder, "outcomes") == []
    assert len([path for path in dumps.place().iterdir() if path.is_dir()]) == 1


def form_of(record):
    return f"/admin/{record._meta.app_label}/{record._meta.model_name}/{record.pk}/change/"


def moved(client, outcome, move, **typed):
    """Press a button of the review."""
    data = {"text": outcome.text, "version": outcome.version, "move": move, **typed}
    return client.post(f"/admin/outcomes/outcome/{outcome.pk}/review/", data)


def test_dump_stays_while_staff_work_on_what_nobody_sees(client, editor, event, institution):
    desk, theme = sign_in(client, editor), ThemeFactory()
    shown = TakeawayFactory(event=event, themes=[theme], published=True)
    hidden, waits, returned = (TakeawayFactory(event=event, submitted=True) for _ in range(3))
    action = ActionFactory(event=event, approved=True)
    draft = EventFactory(draft=True)
    EventPartnerFactory(event=draft, organisation=institution, role="convener")
    session = SessionFactory(event=draft)
    report = ReportSectionFactory(report=ReportFactory(event=event)).report
    settle_visibility(event)
    made = making.make()
    update = {"updates-0-on": "01/06/2026", "updates-0-text": "Begun.", "updates-0-progress": "done"}
    update |= {"updates-TOTAL_FORMS": "1", "updates-0-verification": "confirmed"}
    comment = {"comment": "Hm.", "for_whom": "staff", "key": uuid.uuid4()}
    acts = {
        "wording of a draft": lambda: save(desk, form_of(hidden), text="Otherwise.", heading="New"),
        "update of an action": lambda: save(desk, form_of(action), **update),
        "report": lambda: save(desk, form_of(report), **{"title": "New", "sections-0-body": "New words."}),
        "event": lambda: save(desk, form_of(draft), title="New"),
        "session": lambda: save(desk, form_of(session), title="New"),
        "approved": lambda: moved(desk, waits, "approve"),
        "sent back": lambda: moved(desk, returned, "send_back", note="Say it shorter."),
        "comment": lambda: desk.post(f"/admin/outcomes/outcome/{shown.pk}/comment/", comment),
    }
    for what, act in acts.items():
        response = act()
        assert response.status_code == 302, (what, getattr(response, "context", None) and saved(response))
        assert dumps.holding() is not None, what
    for row in (hidden, action, report, draft, session, waits, returned):
        row.refresh_from_db()
    assert (hidden.text, report.title, draft.title, session.title) == ("Otherwise.", *["New"] * 3)
    assert (waits.status, returned.status, action.updates.count()) == ("approved", "changes_requested", 1)
    assert making.make()["content"] == made["content"]  # it was right to stay


def test_dump_goes_with_each_form_that_changes_what_is_public(client, editor, event, institution):
    editor.groups.add(Group.objects.get(name=ADMINISTRATORS))
    desk, theme = sign_in(client, editor), ThemeFactory()
    shown = TakeawayFactory(event=event, themes=[theme], published=True)
    action = ActionFactory(event=event, published=True)
    word = ActionUpdateFactory(action=action)
    listed = ParticipationFactory(event=event, public=True)
    resource, session = ResourceFactory(event=event), SessionFactory(event=event)
    report = ReportSectionFactory(report=ReportFactory(event=event, published=True)).report
    forms = {
        shown: {"heading": "New"},
        action: {"updates-0-text": "Otherwise."},
        listed: {"listing": "hidden"},
        resource: {"is_public": ""},
        session: {"title": "New"},
        report: {"sections-0-body": "New words."},
        event: {"summary": "New"},
        theme: {"description": "New"},
        institution: {"short_name": "New"},
    }
    for record, typed in forms.items():
        before = making.make()
        assert dumps.holding() is not None
        response = save(desk, form_of(record), **typed)
        assert response.status_code == 302 or saved(response), record
        assert dumps.holding() is None, record
        assert making.make()["content"] != before["content"], record
    assert word.pk


def test_file_that_is_being_sent_breaks_off_when_something_is_withdrawn(client, editor, monkeypatch):
    monkeypatch.setattr(views, "PIECE", 20)
    outcome = TakeawayFactory(published=True)
    making.make()
    pieces = iter(client.get(FILE).streaming_content)
    assert len(next(pieces)) == 20

    outcome.withdraw(by=editor)

    with pytest.raises(views.Outdated):
        list(pieces)


def test_what_changes_while_a_dump_is_made_is_not_missed(db, monkeypatch, tmp_path):
    changes = iter([True, False])

    def rows():
        if next(changes, True):
            bump_generation()
        yield {}

    monkeypatch.setattr(making, "RESOURCES", {"themes": rows})
    (tmp_path / "here").mkdir()
    assert making.write(tmp_path / "here")[0]["files"][0]["rows"] == 1
    with pytest.raises(Refused):
        making.make()
    assert dumps.current() is None
    assert not any(path.is_dir() for path in dumps.place().iterdir())


def test_equal_content_makes_equal_bytes(db, tmp_path):
    TakeawayFactory(published=True)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        making.write(tmp_path / name)

    assert packed(tmp_path / "one") == packed(tmp_path / "two")


def test_worker_makes_the_next_dump_when_something_public_changed(db, monkeypatch):
    upkeep.tick("worker")
    upkeep.tick("worker")
    waiting = DBTaskResult.objects.filter(task_path=making.make_public_dump.module_path)
    assert waiting.count() == 1
    making.make_public_dump.call()
    waiting.all().delete()
    first = dumps.current()

    upkeep.tick("worker")
    assert not waiting.exists()  # nothing has changed
    making.make_public_dump.call()
    assert dumps.current() == first
    bump_generation()
    upkeep.tick("worker")
    assert not waiting.exists()  # the last one is too young
    old = first._replace(made_at=first.made_at - making.REST - 1)
    (Path(dumps.place()) / dumps.POINTER).write_text(json.dumps(old._asdict()))
    upkeep.tick("worker")
    assert waiting.count() == 1
    making.make_public_dump.call()
    assert dumps.holding().folder == first.folder  # which says the same


def test_what_happens_behind_the_scenes_cannot_be_told_from_a_dump(client, db):
    outcome = TakeawayFactory(published=True)
    making.make()
    before = client.get("/dump/manifest.json")

    TakeawayFactory(event=outcome.event, text="A draft.")
    bump_generation()
    making.make()

    after = client.get("/dump/manifest.json")
    assert (after.content, after["ETag"]) == (before.content, before["ETag"])
