"""All that is public as files, and the same site out of them."""

import gzip
import hashlib
import json
from difflib import unified_diff

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from events.models import Event
from events.models.generation import forget_generation
from outcomes.demo.load import load as load_demo
from outcomes.dump import MANIFEST, Refused, loading, making
from outcomes.models import Outcome
from participants.models import User
from tests.factories import (
    ActionFactory,
    ActionOwnerFactory,
    ActionUpdateFactory,
    AddresseeFactory,
    BreakoutGroupFactory,
    EventFactory,
    EventPartnerFactory,
    FormerAddressFactory,
    OutcomeFactory,
    ParticipationFactory,
    PersonFactory,
    QuoteFactory,
    ReportFactory,
    ReportSectionFactory,
    ResourceFactory,
    RoleFactory,
    SessionFactory,
    TakeawayFactory,
    ThemeFactory,
)
from tests.outcomes.dump.crawl import crawl

SECRET = "zanzibarine"


def make_portal():
    """Two real dialogues, and made-up ones with what those lack: people, quotes, parts, figures, owners."""
    load_demo()
    event = EventFactory(title="Dialogue on record", reference="REC 1", attribution="on_record", time_zone="Asia/Tokyo")
    plenary = SessionFactory(event=event, title="Plenary", starts_at="2026-03-03T09:00Z", ends_at="2026-03-03T10:00Z")
    group = BreakoutGroupFactory(event=event, parent=plenary, title="Group", number="1", position=3)
    quiet = SessionFactory(event=event, title="Under the rule", attribution="chatham_house", position=1)
    partner = EventPartnerFactory(event=event, organisation__name="Convening Institute", role="convener")
    EventPartnerFactory(event=event, organisation__name="Other Institute", role="other", role_text="Lent the house")
    FormerAddressFactory(slug="old-name", organisation=partner.organisation, was_public=True)
    people = [
        ParticipationFactory(
            event=event,
            public=True,
            position="Envoy",
            affiliation="Ministry",
            person=PersonFactory(name=name, sort_name=sort_name, honorific="Dr"),
        )
        for name, sort_name in (("Zoe Abel", "Abel, Zoe"), ("Ann Zeller", "Zeller, Ann"), ("Bo Made-up", "Made-up, Bo"))
    ]
    strict = ParticipationFactory(
        event=event, public=True, position="Chair", affiliation="Bank", person=PersonFactory(name="Under Stamp")
    )
    type(strict).objects.filter(pk=strict.pk).update(recorded_under="chatham_house")
    RoleFactory(participation=strict, role="convener")
    RoleFactory(participation=people[0], session=group, role="moderator")
    RoleFactory(participation=people[1], session=plenary, role="speaker", position=2)
    RoleFactory(participation=people[2], session=plenary, role="speaker", position=1)
    RoleFactory(participation=people[2], role="rapporteur")
    QuoteFactory(event=event, session=plenary, speaker=people[0], text="We did.", consent="not_needed", position=1)
    QuoteFactory(event=event, text="Nobody said this.", position=0)
    ResourceFactory(event=event, title="Second", position=2, kind="recording", part=2)
    ResourceFactory(event=event, title="First", position=1)
    report = ReportFactory(event=event, author=people[2], published=True, disclaimer="Nobody is bound.")
    ReportSectionFactory(report=report, title="Second part", body="## Words\n\nMore.", position=5)
    ReportSectionFactory(report=report, title="First part", kind="outcomes", position=1)
    top = ThemeFactory(name="Top", position=3, description="On top.")
    themes = [ThemeFactory(name="Inner", parent=top), top]
    whole = TakeawayFactory(event=event, session=group, text="=Trust.", heading="One", themes=themes, published=True)
    Outcome.objects.filter(pk=whole.pk).update(raised_by=9, raised_of=58, says_raised=True)
    OutcomeFactory(event=event, merged=True, merged_into=whole, published_at=whole.published_at, number=77)
    TakeawayFactory(event=event, session=quiet, text="Said quietly.", published=True, number=700)
    action = ActionFactory(
        event=event,
        text="Do it.",
        themes=[top],
        published=True,
        nature="pledge",
        progress="partly_done",
        due_text="soon",
        reworded_at="2026-05-05T05:05:05.5Z",
    )
    AddresseeFactory(action=action, actor_type="donor")
    AddresseeFactory(action=action, actor_type="state")
    ActionOwnerFactory(action=action, organisation=partner.organisation, response="noted")
    ActionOwnerFactory(action=action, organisation=None, person=people[0].person, is_lead=True)
    ActionOwnerFactory(action=action, organisation=None, person=PersonFactory(name=f"{SECRET} owner"))
    ActionUpdateFactory(action=action, text="Later word.", verification="independent")
    ActionUpdateFactory(action=action, text="Same day, second.")
    hide(event, themes)
    Outcome.objects.all().settle()


def hide(event, themes):
    """Everything that no dump may say."""
    EventFactory(title=SECRET, draft=True)
    EventFactory(title=SECRET, withdrawn=True)
    closed = SessionFactory(event=event, title=SECRET, closed=True)
    BreakoutGroupFactory(event=event, parent=closed, title=SECRET)
    for state in ("submitted", "approved", "withdrawn"):
        TakeawayFactory(event=event, text=SECRET, themes=themes, **{state: True})
    TakeawayFactory(event=event, session=closed, text=SECRET, published=True, number=900)
    ParticipationFactory(event=event, person=PersonFactory(name=SECRET), affiliation=SECRET)
    QuoteFactory(event=event, text=SECRET, consent="requested")
    ResourceFactory(event=event, title=SECRET, is_public=False)
    ReportFactory(event=EventFactory(title="Has a draft of a report"), title=SECRET)


def difference(before: str, after: str, address: str) -> str:
    """Return the lines in which two pages differ."""
    return "\n".join(unified_diff(before.splitlines(), after.splitlines(), address, "rebuilt", n=0, lineterm=""))


def packed(folder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != MANIFEST}


def lines(folder, name) -> list[dict]:
    return [json.loads(line) for line in gzip.decompress((folder / f"{name}.jsonl.gz").read_bytes()).splitlines()]


@pytest.fixture
def folders(tmp_path):
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
    return tmp_path / "first", tmp_path / "second"


def test_site_rebuilt_from_its_dump_is_the_same_to_every_visitor(client, db, folders):
    first, second = folders
    with transaction.atomic():
        make_portal()
        before = crawl(client)
        making.write(first)
        transaction.set_rollback(True)
    assert not Event.objects.exists()
    assert SECRET not in "".join(gzip.decompress(data).decode().casefold() for data in packed(first).values())

    call_command("load_dump", first / MANIFEST)

    making.write(second)
    assert packed(second) == packed(first)
    forget_generation()
    after = crawl(client)
    assert after.keys() == before.keys()
    assert "".join(difference(before[address], after[address], address) for address in before) == ""
    assert len(before) > 50
    assert client.get("/organisations/old-name/").status_code == 301
    assert not User.objects.filter(is_active=True).exists()
    call_command("check_public")


def test_manifest_tells_what_the_files_are(db, folders, settings):
    settings.DATA_LICENCE = "A made-up licence"
    first, _ = folders
    event = EventFactory(published_at="2026-03-06T09:00:00.123456Z")
    TakeawayFactory(event=event, published=True)

    call_command("make_dump", "--to", first)

    manifest = json.loads((first / MANIFEST).read_text())
    assert (manifest["format"], manifest["version"]) == ("readout-dump", 1)
    assert manifest["licence"]["name"] == "A made-up licence"
    for file in manifest["files"]:
        data = (first / file["name"]).read_bytes()
        assert file["sha256"] == hashlib.sha256(data).hexdigest()
        assert (file["bytes"], file["unpacked"]) == (len(data), len(gzip.decompress(data)))
        assert file["rows"] == gzip.decompress(data).count(b"\n")
    assert lines(first, "events")[0]["published_at"] == "2026-03-06T09:00:00.123456+00:00"
    assert {file["name"]: file["rows"] for file in manifest["files"]}["outcomes.jsonl.gz"] == 1


def broken(folder, name, change):
    """Change the lines of a file, and the manifest with it, as somebody would who can count."""
    path = folder / f"{name}.jsonl.gz"
    data = change(gzip.decompress(path.read_bytes()))
    path.write_bytes(gzip.compress(data))
    manifest = json.loads((folder / MANIFEST).read_text())
    for file in manifest["files"]:
        if file["name"] == path.name:
            file["bytes"], file["sha256"] = len(path.read_bytes()), hashlib.sha256(path.read_bytes()).hexdigest()
            file["unpacked"] = len(data)
    (folder / MANIFEST).write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    "name, change, words",
    [
        ("outcomes", lambda data: data.replace(b"Agreed", b"Agreed\\u0000"), "outcomes.jsonl.gz, line 1: text"),
        ("outcomes", lambda data: data.replace(b'"kind":"takeaway"', b'"kind":"poem"'), "line 1: kind"),
        ("outcomes", lambda data: data.replace(b'"number":', b'"numbr":'), "line 1: it lacks something"),
        ("outcomes", lambda data: data * 2, "the database refuses it"),
        ("outcomes", lambda data: b"", "another number of lines"),
        ("outcomes", lambda data: data[:-20], "longer than it may be"),
        ("outcomes", lambda data: data.replace(b'"event":"shown"', b'"event":"other"'), "no dialogue before it"),
        ("events", lambda data: data.replace(b'"2026-03-03"', b'"2026-13-03"', 1), "line 1: it lacks something"),
        ("events", lambda data: data.replace(b'"image":""', b'"image":"../../secrets"'), "image: this is not the name"),
        ("events", lambda data: b"[]\n", "it is no object"),
        ("events", lambda data: b"{\n", "it lacks something"),
    ],
)
def test_dump_that_is_wrong_is_refused_in_words_and_changes_nothing(db, folders, name, change, words):
    first, _ = folders
    with transaction.atomic():
        event = EventFactory(title="Shown", slug="shown")
        TakeawayFactory(event=event, text="Agreed", published=True)
        making.write(first)
        transaction.set_rollback(True)
    broken(first, name, change)

    with pytest.raises(CommandError, match=words):
        call_command("load_dump", first)

    assert not Event.objects.exists()


def test_checksums_come_first_and_only_an_empty_portal_is_filled(db, folders):
    first, _ = folders
    making.write(first)
    ThemeFactory()

    with pytest.raises(Refused, match="not empty: it has themes"):
        loading.load(first)
    (first / "themes.jsonl.gz").write_bytes(b"something else")
    with pytest.raises(Refused, match="size or checksum differ"):
        loading.load(first)
    (first / "themes.jsonl.gz").unlink()
    with pytest.raises(Refused, match="cannot be read"):
        loading.load(first)
    (first / MANIFEST).write_text("{}")
    with pytest.raises(Refused, match="not the manifest of a dump"):
        loading.load(first)
