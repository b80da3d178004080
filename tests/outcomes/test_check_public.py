"""`check_public` finds what was changed behind the models' back, and mends it."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from events.models import Event, PublicGeneration, Session
from outcomes.models import Outcome, OutcomeCount, OutcomeTheme
from tests.factories import ActionFactory, QuoteFactory, SessionFactory, TakeawayFactory, ThemeFactory

pytestmark = pytest.mark.django_db


def check(*options):
    out = StringIO()
    call_command("check_public", *options, stdout=out)
    return out.getvalue()


@pytest.fixture
def published(editor):
    """A published takeaway and a published action under a theme, and a draft."""
    theme = ThemeFactory()
    takeaway = TakeawayFactory(approved=True, themes=[theme])
    action = ActionFactory(approved=True, event=takeaway.event, themes=[theme])
    TakeawayFactory(event=takeaway.event, themes=[theme])
    for outcome in (takeaway, action):
        outcome.publish(by=editor)
    return takeaway


def test_nothing_is_wrong_at_first(published):
    assert check().endswith("Everything public is as it should be.\n")


# What is changed, and what is then found.
BREAKS = {
    "an outcome listed no more": (lambda: Outcome.objects.update(public_at=None), "listed outcomes: 2"),
    "an outcome listed for ever": (lambda: Outcome.objects.update(recorded_under="closed"), "listed outcomes: 2"),
    "a tag that leads no more": (
        lambda: OutcomeTheme.objects.filter(kind="action").update(leads=False),
        "tags: 1",
    ),
    "a tag under no theme of the first level": (lambda: OutcomeTheme.objects.update(top=None), "tags: 3"),
    "tags shown too long": (lambda: Outcome.objects.update(recorded_under="closed"), "tags: 2"),
    "a tag never shown": (
        lambda: OutcomeTheme.objects.filter(pk=OutcomeTheme.objects.first().pk).update(public_at=None),
        "tags: 1",
    ),
    "a tag shown of a draft": (
        lambda: OutcomeTheme.objects.filter(public_at=None).update(public_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)),
        "tags: 1",
    ),
    "a tag with another time": (
        lambda: OutcomeTheme.objects.update(public_at=F("public_at") + dt.timedelta(seconds=1)),
        "tags: 2",
    ),
    "a tag of another kind": (
        lambda: OutcomeTheme.objects.filter(kind="action").update(kind="takeaway"),
        "tags: 1",
    ),
    "an event withdrawn by hand": (
        lambda: Event.objects.update(status="withdrawn", withdrawn_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)),
        "tags: 2",
    ),
    "a rule tightened by hand": (lambda: Event.objects.update(attribution="chatham_house"), "stamps of outcomes: 3"),
    "a session closed by hand": (
        lambda: Outcome.objects.update(session=SessionFactory(event=Event.objects.get(), closed=True)),
        "stamps of outcomes: 3",
    ),
    "a count that is off": (lambda: OutcomeCount.objects.filter(facet="total").update(number=7), "counts: 4"),
    "counts that are gone": (lambda: OutcomeCount.objects.all().delete(), "counts: "),
    "an outcome counted as nothing": (
        lambda: Outcome.objects.filter(kind="action").update(counted=None),
        "outcomes counted as something else: 1",
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_what_is_wrong_is_found_and_mended(name, published):
    broken, found = BREAKS[name]
    broken()

    out = StringIO()
    with pytest.raises(CommandError, match="--repair"):
        call_command("check_public", stdout=out)
    assert f"{found}" in out.getvalue()
    assert f"{found}" in check("--repair")
    assert check().endswith("Everything public is as it should be.\n")
    assert not OutcomeTheme.objects.unsettled().exists()


def test_looking_changes_nothing(published):
    Event.objects.update(attribution="closed")
    before = list(OutcomeTheme.objects.values_list("pk", "public_at")), PublicGeneration.objects.get().number

    with pytest.raises(CommandError):
        check()

    assert (list(OutcomeTheme.objects.values_list("pk", "public_at")), PublicGeneration.objects.get().number) == before
    assert set(Outcome.objects.values_list("recorded_under", flat=True)) == {"non_attributed"}


def test_repair_raises_the_generation_so_that_kept_pages_go(published):
    OutcomeTheme.objects.update(public_at=None)
    before = PublicGeneration.objects.get().number

    check("--repair")

    assert PublicGeneration.objects.get().number > before


def test_stamps_are_never_loosened():
    quote = QuoteFactory(event__closed=True)
    Event.objects.update(attribution="on_record")
    Session.objects.all().delete()

    check("--repair")

    quote.refresh_from_db()
    assert quote.recorded_under == "closed"
