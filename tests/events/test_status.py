import threading

import pytest
from django.db import IntegrityError, connection
from django.urls import reverse

from events.admin.event import EventAdmin
from events.models import Event, EventStatusChange, InvalidTransition, NotAllowed
from outcomes.models import Outcome, OutcomeTheme
from tests.factories import EventFactory, EventStatusChangeFactory, OutcomeFactory, ReportFactory, ThemeFactory
from tests.staff import save, saved, sign_in

pytestmark = pytest.mark.django_db

ALLOWED = {("draft", "publish"), ("published", "withdraw"), ("withdrawn", "publish")}


def event_in(status):
    return EventFactory(**({} if status == "published" else {str(status): True}))


@pytest.mark.parametrize("verb", ["publish", "withdraw"])
@pytest.mark.parametrize("status", Event.Status)
def test_every_verb_in_every_status_for_everybody(status, verb, editor, administrator, rapporteur, outsider):
    to = {"publish": "published", "withdraw": "withdrawn"}[verb]

    for user in (editor, administrator, rapporteur, outsider):
        event = event_in(status)
        button = event.may_become(to, user)
        try:
            getattr(event, verb)(by=user, note="A note.")
            done = True
        except (InvalidTransition, NotAllowed) as refused:
            done = False
            assert isinstance(refused, NotAllowed) == ((status, verb) in ALLOWED)

        assert done == button == ((status, verb) in ALLOWED and user in (editor, administrator))
        assert Event.objects.get(pk=event.pk).status == event.status == (to if done else status)
        assert event.changes.filter(by=user, from_status=status, to_status=to, note="A note.").count() == int(done)


def test_publishing_again_keeps_the_first_date(editor):
    event = event_in("draft")
    event.publish(by=editor)
    first = event.published_at

    event.withdraw(by=editor)
    assert event.withdrawn_at is not None
    event.publish(by=editor)

    event.refresh_from_db()
    assert (event.published_at, event.withdrawn_at) == (first, None)


def test_the_second_of_two_moves_loses(editor, administrator):
    pk = event_in("published").pk
    slow, fast = Event.objects.get(pk=pk), Event.objects.get(pk=pk)
    fast.withdraw(by=editor)

    with pytest.raises(InvalidTransition, match="no longer published"):
        slow.withdraw(by=administrator)

    assert EventStatusChange.objects.count() == 1


def test_its_outcomes_come_and_go_with_it(editor):
    event = event_in("draft")
    outcome = OutcomeFactory(event=event, published=True, themes=[ThemeFactory()])
    assert not Outcome.objects.public().exists()
    assert OutcomeTheme.objects.get().public_at is None

    event.publish(by=editor)
    assert list(Outcome.objects.public()) == [outcome]
    assert OutcomeTheme.objects.get().public_at == outcome.published_at

    event.withdraw(by=editor)
    assert not Outcome.objects.public().exists()
    assert list(Outcome.objects.tombstones()) == [outcome]
    assert OutcomeTheme.objects.get().public_at is None


def test_history_is_written_once():
    change = EventStatusChangeFactory()

    for attempt in (change.save, change.delete, EventStatusChange.objects.all().delete):
        with pytest.raises(TypeError, match="append-only"):
            attempt()


@pytest.mark.parametrize(
    "fields",
    [{"status": "draft"}, {"status": "withdrawn"}, {"published_at": None}, {"status": "made_up"}],
)
def test_a_status_alone_is_refused_by_the_database(fields):
    EventFactory()

    with pytest.raises(IntegrityError):
        Event.objects.update(**fields)


def test_a_report_is_published_by_staff_with_the_disclaimer_of_that_day(editor, rapporteur):
    report = ReportFactory()
    organisation = report.event.event_partners.create(
        role="convener", organisation=OutcomeFactory().event.partners.create(name="Convener", report_disclaimer="Ours.")
    ).organisation
    with pytest.raises(NotAllowed):
        report.publish(by=rapporteur)

    report.publish(by=editor)
    organisation.report_disclaimer = "Changed later."
    organisation.save()
    report.withdraw(by=editor)
    report.publish(by=editor)

    report.refresh_from_db()
    assert (report.status, report.disclaimer) == ("published", "Ours.")
    assert [change.to_status for change in report.changes.all()] == ["published", "withdrawn", "published"]


@pytest.mark.django_db(transaction=True)
def test_form_that_was_opened_as_a_draft_undoes_no_publication(client, editor, monkeypatch):
    event, save_model, faster = EventFactory(draft=True), EventAdmin.save_model, []
    desk, address = sign_in(client, editor), reverse("admin:events_event_change", args=[event.pk])

    def publish():
        try:
            Event.objects.get(pk=event.pk).publish(by=editor)
        finally:
            connection.close()

    def meanwhile(*given, **more):
        faster.append(threading.Thread(target=publish))
        faster[0].start()
        faster[0].join(0.5)
        save_model(*given, **more)

    monkeypatch.setattr(EventAdmin, "save_model", meanwhile)
    assert saved(save(desk, address, title="New"))
    faster[0].join()

    event.refresh_from_db()
    assert (event.status, event.title) == ("published", "New")
