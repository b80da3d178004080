"""What is kept about people and for how long: each period is kept, each model has one, and the public reads it."""

import datetime as dt
import uuid

import pytest
import time_machine
from django.apps import apps
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django_tasks_db.models import DBTaskResult

from config.classification import FIELDS, PERSONAL
from config.keeping import KEEPING, table
from outcomes.models import PRESENT_FOR, Contribution, Outcome, Presence
from outcomes.models.outcome import DELETED_KEPT
from outcomes.retention import purge_contributions
from outcomes.upkeep import sweep_desk
from participants import upkeep
from participants.importing.run import forget_imports
from participants.models import (
    AttemptCount,
    BrowserSession,
    Erasure,
    Import,
    ImportRow,
    Merge,
    OutgoingMail,
    SignInCode,
    User,
)
from participants.session_store import SessionStore
from tests.factories import (
    AttemptCountFactory,
    ContributionFactory,
    ErasureFactory,
    ImportFactory,
    ImportRowFactory,
    MergeFactory,
    OutgoingMailFactory,
    PresenceFactory,
    SignInCodeFactory,
    TakeawayFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

# Tables of packages with something about somebody, beside those of the portal that the classification names.
OF_PACKAGES = {
    "account.EmailAddress",
    "admin.LogEntry",
    "django_tasks_database.DBTaskResult",
    "mfa.Authenticator",
}
WITHOUT = {"account.EmailConfirmation"}  # confirmations are not sent here: administrators make the accounts


def a_session():
    session = SessionStore()
    session["about"] = "somebody"
    session.set_expiry(12 * 3600)
    session.save()


def a_task():
    DBTaskResult.objects.create(
        id=uuid.uuid4(), task_path="x", args_kwargs={"args": [], "kwargs": {}}, backend_name="default", priority=0,
        queue_name="default", status="SUCCESSFUL", run_after=timezone.now(), finished_at=timezone.now(),
    )  # fmt: skip


def a_contribution():
    now = timezone.now()
    ContributionFactory(round__opens_at=now - dt.timedelta(hours=1), round__closes_at=now)
    TakeawayFactory(event=Contribution.objects.get().round.event, published=True, published_at=now)


def an_import():
    ImportRowFactory(source=ImportFactory(content=b"Name", file_name="list.csv"), title="Somebody")


# What → how one is made, how many there are, how long it is kept at most, and what the worker runs.
PERIODS = {
    "codes": (SignInCodeFactory, SignInCode.objects.count, dt.timedelta(days=1, minutes=10), upkeep.clean_up),
    "attempts": (AttemptCountFactory, AttemptCount.objects.count, dt.timedelta(days=1), upkeep.clean_up),
    "sessions": (a_session, BrowserSession.objects.count, dt.timedelta(hours=12), upkeep.clean_up),
    "texts of mail": (
        lambda: OutgoingMailFactory(sent_at=timezone.now()),
        OutgoingMail.objects.exclude(body="").count,
        dt.timedelta(days=7),
        upkeep.clean_up,
    ),
    "mail": (
        lambda: OutgoingMailFactory(sent_at=timezone.now()),
        OutgoingMail.objects.count,
        dt.timedelta(days=90),
        upkeep.clean_up,
    ),
    "mail that never went": (
        lambda: OutgoingMailFactory(attempts=8, error="refused"),
        OutgoingMail.objects.count,
        dt.timedelta(days=90),
        upkeep.clean_up,
    ),
    "tasks": (
        a_task,
        lambda: DBTaskResult.objects.filter(task_path="x").count(),
        dt.timedelta(days=7),
        upkeep.clean_up,
    ),
    "last sign-in": (
        lambda: UserFactory(last_login=timezone.now()),
        User.objects.exclude(last_login=None).count,
        dt.timedelta(days=365),
        upkeep.clean_up,
    ),
    "merges": (
        lambda: MergeFactory(journal=[["prints", {}]], kept_name="A"),
        Merge.objects.exclude(journal=[], kept_name="").count,
        dt.timedelta(days=180),
        upkeep.clean_up,
    ),
    "lists of erasures": (
        lambda: ErasureFactory(state="done", finished_at=timezone.now(), left=[["a", "1", "b"]]),
        Erasure.objects.exclude(left=[]).count,
        dt.timedelta(days=90),
        upkeep.clean_up,
    ),
    "imports": (an_import, ImportRow.objects.count, dt.timedelta(days=30), forget_imports),
    "files of imports": (an_import, Import.objects.exclude(content=None).count, dt.timedelta(days=30), forget_imports),
    "presence": (PresenceFactory, Presence.objects.count, PRESENT_FOR, sweep_desk),
    "deleted drafts": (
        lambda: TakeawayFactory(deleted_at=timezone.now()),
        Outcome.objects.exclude(deleted_at=None).count,
        DELETED_KEPT,
        sweep_desk,
    ),
    "contributions": (a_contribution, Contribution.objects.count, dt.timedelta(days=90), purge_contributions),
}


@pytest.mark.parametrize("what", PERIODS)
def test_what_is_past_its_time_goes_and_nothing_before(what):
    make, number, period, job = PERIODS[what]
    with time_machine.travel("2026-11-02T09:00:00+00:00", tick=False):
        make()
        now = timezone.now()
    assert number() == 1

    with time_machine.travel(now + period - dt.timedelta(seconds=1), tick=False):
        job.call()
        assert number() == 1
    with time_machine.travel(now + period + dt.timedelta(seconds=1), tick=False):
        job.call()
    assert number() == 0


def test_periods_are_set_by_whoever_runs_the_site(settings):
    settings.KEPT_DAYS = {**settings.KEPT_DAYS, "mail": 2}
    OutgoingMailFactory(sent_at=timezone.now() - dt.timedelta(days=3))

    upkeep.clean_up.call()

    assert not OutgoingMail.objects.exists()


def test_every_model_with_something_about_somebody_has_a_period_or_a_reason_to_stay():
    personal = {label for label, kinds in FIELDS.items() if kinds.get(PERSONAL)}
    named = [label for one in KEEPING for label in one.labels]

    assert len(named) == len(set(named))
    assert set(named) == personal | OF_PACKAGES
    for one in KEEPING:
        assert all([one.whom, one.what, one.why, one.seen, one.how_long()])


def test_no_table_of_a_package_that_is_about_accounts_is_forgotten():
    found = set()
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.label
        of_account = any(field.related_model is User for field in model._meta.concrete_fields)
        if of_account and model._meta.app_label not in ("participants", "events", "outcomes"):
            found.add(label)
    tables = {"django_tasks_database.DBTaskResult"}  # holds accounts without pointing at them

    assert found | tables | WITHOUT == OF_PACKAGES | WITHOUT


def test_table_for_operators_is_current(settings):
    assert table() in (settings.BASE_DIR / "docs" / "operators.md").read_text()


def test_page_says_what_of_whom_why_how_long_and_for_whose_eyes(client, settings, tmp_path):
    settings.PRIVACY_CONTACT = "mailto:privacy@example.org"
    note = tmp_path / "note.md"
    note.write_text("## Who we are\n\nThe *Institute* <script>alert(1)</script>")
    settings.PRIVACY_NOTE = str(note)

    page = client.get(reverse("privacy")).content.decode()

    for one in KEEPING:
        for words in (one.whom, one.what, one.why, one.seen, one.how_long(), *one.fields):
            assert escape(words) in page
    assert "affiliation" in page
    assert 'href="mailto:privacy@example.org"' in page
    assert "<em>Institute</em>" in page
    assert "<script>alert" not in page
    assert f'href="{reverse("privacy")}"' in client.get("/").content.decode()


def test_page_leads_to_the_secretariat_where_nobody_is_named(client, settings):
    settings.PRIVACY_CONTACT = ""

    assert "its secretariat can do all of this" in client.get(reverse("privacy")).content.decode()
