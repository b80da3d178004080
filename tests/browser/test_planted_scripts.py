"""Scripts planted in every field that holds text, past all that refuses them, and every kind of page opened in a
browser: nothing runs, and nothing that was planted is anything but text."""

from collections import Counter

import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import IntegrityError, models, transaction
from django.test import Client
from django.urls import reverse

from outcomes.models import Outcome
from participants.models import Import
from tests.factories import (
    ChangeFactory,
    CommentFactory,
    ParticipationFactory,
    PersonFactory,
    RoleFactory,
    TakeawayFactory,
    UserFactory,
)
from tests.test_doors import DOORS
from tests.worlds.crawl import HTML, kind_of, visited
from tests.worlds.twin import Secret, build_all

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SCRIPT = "</title></textarea></script>--></style>'\"><img src=x onerror=planted=1><script>planted=1</script>{{7*7}}"
SHORTER = ("'\"><img src=x onerror=planted=1>", "<script>planted=1", "<a id=planted>", "<i id=p>")
ADDRESS = 'https://example.org/"onfocus="planted=1"autofocus=\'><script>planted=1</script>'
OUR_APPS = ("participants", "events", "outcomes")
PAGES = 2  # of a kind
LEAST = 30  # characters that a script needs
FIELDS, KINDS = 80, 150  # fewer than these were planted, or opened: then something was left out
MUST_SEE = """admin:events_event_preview admin:events_event_workspace admin:outcomes_outcome_review
    admin:participants_change_changelist admin:participants_import_preview admin:participants_person_duplicates
    events:event-detail outcomes:desk-outcome outcomes:outcome-detail outcomes:round-projector outcomes:search
    outcomes:synthesis""".split()

# Fields that hold no text of anybody: part of an address, a state, what a program reads.
OURS = {
    "participants.User": "works_on password",
    "participants.Organisation": "country",
    "participants.BrowserSession": "session_data",
    "participants.Import": "kind state counts mapping options reading target_name task",
    "participants.ImportRow": "state decision candidates differences",
    "participants.ImportChange": "model before after",
    "participants.KnownColumn": "kind field",
    "participants.Erasure": "state numbers left task",
    "participants.Merge": "of journal",
    "participants.Distinction": "of",
    "events.Allowance": "record wording marks",
    "events.Event": "country time_zone",
    "events.Session": "code",
    "events.EventRevision": "mark",
    "outcomes.Outcome": "code counted",
    "outcomes.OutcomeMerge": "before taken parts status",
    "outcomes.Publication": "left_out",
    "outcomes.OutcomeCount": "value",
    "outcomes.Round": "code",
    "outcomes.StatementGroup": "code",
    "outcomes.DocumentPlan": "left_out",
    "outcomes.KeptDocument": "format fingerprint language ticket task",
}

# What in a page is not as templates write it: what acts by itself, leads to a script, or is what was planted.
LOOK = """() => {
  const leads = /^(href|src|action|formaction|data|srcdoc|xlink:href)$/i;
  const acts = ({ name, value }) =>
    /^on/i.test(name) || (leads.test(name) && /^\\s*(javascript|vbscript|data:text)/i.test(value));
  const found = [...document.querySelectorAll("*")].filter((one) =>
    [...one.attributes].some(acts) || one.matches('img[src="x"], #planted, #p') || one.text === "planted=1");
  if (typeof planted === "number") found.push(document.documentElement);
  return found.map((one) => one.outerHTML.slice(0, 200));
}"""


def plant() -> set[str]:
    """Write a script into every field of every row that holds text; return the fields that had a row to hold one."""
    planted = set()
    for model in apps.get_models():
        label = model._meta.label
        if (
            model._meta.proxy
            or not model._meta.managed
            or model._meta.app_label not in ("participants", "events", "outcomes")
        ):
            continue
        fields = [
            field
            for field in model._meta.concrete_fields
            if isinstance(field, (models.CharField, models.TextField, models.JSONField))
            and not (isinstance(field, models.SlugField) or field.choices or field.primary_key)
            and (field.max_length or LEAST) >= LEAST
            and field.name not in OURS.get(label, "").split()
        ]
        if label == "participants.Change":  # the database lets nobody write over a line
            continue
        for row in model._base_manager.values("pk", *(field.name for field in fields)):
            scripts = {field.name: scripted(field, row) for field in fields}
            if not write(model, row, scripts):  # an address beside a file: one field after the other
                scripts = {name: script for name, script in scripts.items() if write(model, row, {name: script})}
            planted |= {f"{label}.{name}" for name in scripts}
    return planted


def write(model, row, values) -> bool:
    """Write into a row; False where the database refuses."""
    try:
        with transaction.atomic():
            return not values or bool(model._base_manager.filter(pk=row["pk"]).update(**values))
    except IntegrityError:
        return False


def scripted(field, row):
    """Return what to write into a field of a row: as much of a script as there is room for, another one in each row."""
    if isinstance(field, models.JSONField):
        return in_json(row[field.name])
    if isinstance(field, models.URLField):
        return ADDRESS
    room = field.max_length or 10_000
    return next(text for one in (SCRIPT, *SHORTER) if len(text := f"{row['pk']} {one}") <= room)


def in_json(value):
    """Return a value with a script in place of each text."""
    if isinstance(value, dict):
        return {name: in_json(one) for name, one in value.items()}
    if isinstance(value, list):
        return [in_json(one) for one in value]
    return SCRIPT if isinstance(value, str) else value


@pytest.fixture
def readers(settings):
    """Return who reads, signed in or not, and where they begin, in a world that is full of scripts."""
    settings.REQUIRE_SECOND_FACTOR = False
    scene = build_all(Secret("zanzibarine", many=1, letter="y"))
    administrator, rapporteur = UserFactory(administrator=True, works_on="everything"), UserFactory()
    ChangeFactory(
        record="events.event",
        key=scene.event.pk,
        event_key=scene.event.pk,
        name=SCRIPT,
        values={"title": [SCRIPT, SCRIPT]},
    )
    LogEntry.objects.create(user=administrator, object_repr=SCRIPT, change_message=SCRIPT, action_flag=CHANGE)
    Import.objects.update(by=administrator, target=scene.event.pk, state=Import.State.PREVIEW, applied_at=None)
    takes_part = ParticipationFactory(event=scene.event, person=PersonFactory(name="Ona Report", user=rapporteur))
    for session in (None, scene.session):
        RoleFactory(participation=takes_part, session=session, rapporteur=True)
        CommentFactory(outcome=TakeawayFactory(event=scene.event, session=session, author=rapporteur))
    assert len(plant()) > FIELDS
    found = [(None, [address for doors in DOORS.values() for address in doors(scene)])]
    beginnings = [
        "/admin/",
        *(reverse("admin:participants_import_preview", args=[source.pk]) for source in Import.objects.all()),
        *(
            reverse("admin:outcomes_outcome_review", args=[one.pk])
            for one in Outcome.objects.filter(status="submitted")
        ),
    ]
    for user, start in ((administrator, beginnings), (rapporteur, ["/desk/"])):
        client = Client()
        client.force_login(user)
        found.append((client, start))
    return found


def opened_in(page, addresses):
    """Open each address, and the first choice by typing of each that has one; yield it and what is wrong there."""
    for address in addresses:
        page.goto(address, wait_until="domcontentloaded")
        if address.endswith("/add/") and (choice := page.locator(".select2-selection")).count():
            choice.first.click()
            page.locator(".select2-results__option:not(.loading-results)").first.wait_for()
        yield address, page.evaluate(LOOK)


def test_what_was_planted_stays_text_on_every_page(open_browser, complaints, readers):
    wrong, opened = {}, Counter()
    for client, start in readers:
        pages = {}
        for address, answer in visited(client or Client(), start, of_a_kind=1):
            if (answer.status, answer.type) == (200, HTML) and opened[kind := kind_of(address)] < PAGES:
                pages[address] = kind
                opened[kind] += 1
        for address, found in opened_in(open_browser(signed_in=client), pages):
            said = [one for one in complaints if one.startswith(("error", "warning", "script"))]
            complaints.clear()
            if found or said:
                wrong[address] = [*found, *said]

    assert wrong == {}
    assert len(opened) > KINDS
    assert opened.keys() >= set(MUST_SEE)
