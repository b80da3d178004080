from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from events.models import Event, Participation, Quote, Role, Session
from outcomes.demo.load import load
from outcomes.models import Outcome, Report, Round
from participants.models import Person, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo():
    return load()


def test_demo_has_the_facts_of_the_april_dialogue(demo):
    event = Event.objects.public().get(reference="WP3348")

    references = [str(outcome) for outcome in event.outcomes.public().as_printed()]
    assert references == [*(f"WP3348-T{n}" for n in range(1, 8)), *(f"WP3348-A{n}" for n in range(1, 7))]
    assert (str(event.starts_on), str(event.ends_on), event.time_zone) == (
        "2024-04-15",
        "2024-04-17",
        "America/Santiago",
    )
    assert [edition.reference for edition in event.editions()] == ["WP3146"]


def test_demo_invents_no_owner_and_no_date(demo):
    actions = Outcome.objects.filter(event__reference="WP3348").actions()

    assert not actions.filter(owners__isnull=False).exists()
    assert set(actions.values_list("due_on", "due_text")) == {(None, "")}


def test_demo_names_nobody_of_the_april_dialogue_but_its_rapporteur(demo):
    of_april = {"participation__event__reference": "WP3348"}

    assert [role.byline.name for role in Role.objects.public().filter(**of_april)] == ["Russell Buchan"]
    assert not Quote.objects.filter(event__reference="WP3348").exists()
    assert Report.objects.public().get().byline.name == "Russell Buchan"


def test_demo_has_the_programme_of_the_roundtable(demo):
    event = Event.objects.get(slug="global-roundtable-on-ict-security-capacity-building")

    sessions = Session.objects.public().filter(event=event).in_programme_order()
    assert [session.kind for session in sessions if not session.parent_id] == ["opening", "panel", "other", "closing"]
    assert [str(session)[:16] for session in sessions if session.parent_id] == ["Breakout group 1", "Breakout group 2"]
    assert event.quotes.public().count() == 4
    assert event.resources.public().count() == 2


def test_demo_has_one_action_done_with_its_evidence(demo):
    (action,) = Outcome.objects.public().filter(progress="done")

    assert [str(owner.organisation.label) for owner in action.owners.all()] == ["UNIDIR"]
    assert [(update.progress, update.verification) for update in action.updates.all()] == [("done", "confirmed")]


def test_demo_rapporteur_may_write_and_is_seen_by_nobody(demo):
    reported = Session.objects.editable_by(demo["rapporteur"])

    real, made_up = reported.exclude(event__slug="exercise-lighthouse"), reported.get(event__slug="exercise-lighthouse")
    assert [session.number for session in real.in_programme_order()] == ["1", "2"]
    assert made_up.kind == "tour_de_table"
    assert not Participation.objects.public().filter(person__user=demo["rapporteur"]).exists()


def test_demo_has_a_made_up_round_that_is_open_and_nothing_else_made_up(demo):
    [round_] = Round.objects.all()

    assert "made up" in round_.event.title
    assert (round_.state, round_.contributions.count()) == ("open", 58)
    assert Round.objects.editable_by(demo["rapporteur"]).get() == round_
    assert not round_.event.outcomes.exists()
    assert not Role.objects.public().filter(participation__event=round_.event).exists()
    names = {name for person in Person.objects.exclude(user=demo["rapporteur"]) for name in person.name.split()}
    words = " ".join(f"{one.takeaway} {one.action}" for one in round_.contributions.all())
    assert names
    assert not names & set(words.replace(".", " ").replace(",", " ").split())


def test_second_run_keeps_what_was_entered(demo):
    event = Event.objects.get(reference="WP3348")
    Event.objects.filter(pk=event.pk).update(title="Renamed")
    event.withdraw(by=demo["editor"])
    before = (Event.objects.count(), Outcome.objects.count(), User.objects.count(), Session.objects.count())

    load()

    assert (Event.objects.count(), Outcome.objects.count(), User.objects.count(), Session.objects.count()) == before
    assert Event.objects.filter(title="Renamed", status="withdrawn").exists()


def test_demo_is_refused_outside_debug(settings):
    settings.DEBUG = False

    with pytest.raises(CommandError, match="DEBUG"):
        call_command("load_demo")

    assert not User.objects.exists()


def test_demo_prints_addresses_and_sign_ins(settings):
    settings.DEBUG = True
    out = StringIO()

    call_command("load_demo", stdout=out)

    for words in ("/desk/", "/admin/", "rapporteur@", "editor@", "administrator@", "readout-demo", "/round/"):
        assert words in out.getvalue()


@pytest.mark.parametrize("debug", [True, False])
def test_demo_account_signs_in_only_while_debug_is_on(demo, client, settings, debug):
    settings.DEBUG = debug

    assert client.login(username=demo["editor"].email, email=demo["editor"].email, password="readout-demo") is debug
