"""Whose events: editors and reviewers have those of their institutions, and nothing of the others."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events.models import Event, EventPartner, NotAllowed, Participation, Resource, Session
from events.workflow import release, set_attribution
from outcomes.models import Outcome, Report, Round
from participants.models import Person
from tests.factories import (
    EventFactory,
    EventPartnerFactory,
    EventSeriesFactory,
    ParticipationFactory,
    PersonFactory,
    QuoteFactory,
    ReportFactory,
    ResourceFactory,
    RoleFactory,
    RoundFactory,
    SessionFactory,
    TakeawayFactory,
    UserFactory,
)
from tests.staff import filled, save, saved, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client, own_editor):
    return sign_in(client, own_editor)


@pytest.fixture
def foreign(db):
    """A draft event of nobody's institution, with something of everything in it."""
    event = EventFactory(title="Foreign dialogue", draft=True)
    EventPartnerFactory(event=event, organisation__name="Quite another institute", role="convener")
    session = SessionFactory(event=event, title="Foreign session")
    participation = ParticipationFactory(
        event=event, person=PersonFactory(name="Foreign Person", email="f@example.org")
    )
    RoleFactory(participation=participation, session=session)
    QuoteFactory(event=event)
    ResourceFactory(event=event)
    RoundFactory(event=event)
    ReportFactory(event=event)
    TakeawayFactory(event=event, text="Foreign words", submitted=True)
    return event


@pytest.mark.parametrize("role", EventPartner.Role.values)
def test_event_is_that_of_who_convenes_hosts_or_organises_it(own_editor, institution, role):
    event = EventFactory(draft=True)
    words = "in words" if role == "other" else ""
    EventPartnerFactory(event=event, organisation=institution, role=role, role_text=words)

    assert Event.objects.editable_by(own_editor).filter(pk=event.pk).exists() == (
        role in ("convener", "host", "co_host", "organiser")
    )


def test_new_account_works_on_no_event(event, foreign):
    for traits in ({"editor_of_some": True}, {"reviewer": True}):
        user = UserFactory(**traits)

        assert user.is_staff
        assert not Event.objects.staffed_by(user).exists()
        assert set(Event.objects.visible_to(user)) == {event}  # published


def test_everything_starts_at_the_events_one_works_on(own_editor, reviewer, editor, administrator, event, foreign):
    TakeawayFactory(event=event, submitted=True)
    for model in (Event, Session, Participation, Resource, Outcome, Report, Round):
        of_theirs = {row for row in model.objects.all() if row == event or getattr(row, "event", None) == event}

        assert set(model.objects.staffed_by(own_editor)) == set(model.objects.run_by(own_editor)) == of_theirs
        assert (set(model.objects.staffed_by(reviewer)), set(model.objects.run_by(reviewer))) == (of_theirs, set())
        assert set(model.objects.staffed_by(editor)) == set(model.objects.run_by(administrator))
        assert model.objects.staffed_by(editor).count() == model.objects.count() > len(of_theirs)


def test_events_one_works_on_are_found_without_a_query_for_each(own_editor, event):
    with CaptureQueriesContext(connection) as asked:
        list(Outcome.objects.reviewable_by(own_editor))
        list(Session.objects.editable_by(own_editor))

    assert len(asked) <= 5  # groups, permissions twice, and the two


def test_rights_end_with_the_group_and_with_the_account(own_editor, event):
    own_editor.groups.clear()

    user = type(own_editor).objects.get(pk=own_editor.pk)
    assert not Event.objects.editable_by(user).exists()
    user.groups.set(UserFactory(editor=True).groups.all())
    user.is_active = False
    user.save()
    assert not Event.objects.editable_by(type(own_editor).objects.get(pk=own_editor.pk)).exists()


def test_models_refuse_what_is_of_another_institution(foreign_editor, event):
    outcome = TakeawayFactory(event=event, submitted=True)
    report = ReportFactory(event=event)

    for move in (
        lambda: outcome.approve(by=foreign_editor),
        lambda: outcome.send_back(by=foreign_editor, note="Shorter"),
        lambda: outcome.take_back(by=foreign_editor),
        lambda: TakeawayFactory(event=event, published=True).withdraw(by=foreign_editor),
        lambda: event.withdraw(by=foreign_editor),
        lambda: report.publish(by=foreign_editor),
        lambda: set_attribution(event, "on_record", by=foreign_editor),
        lambda: release(Participation.objects.filter(pk=ParticipationFactory(event=event).pk), by=foreign_editor),
    ):
        with pytest.raises(NotAllowed):
            move()


def test_reviewers_review_and_do_nothing_else(reviewer, event):
    submitted = TakeawayFactory(event=event, submitted=True)
    draft = TakeawayFactory(event=event)

    submitted.approve(by=reviewer)
    submitted.publish(by=reviewer)
    submitted.withdraw(by=reviewer)

    assert set(Outcome.objects.editable_by(reviewer)) == set()
    again = TakeawayFactory(event=event, submitted=True)
    assert [outcome.pk for outcome in Outcome.objects.editable_by(reviewer)] == [again.pk]
    for refused in (
        lambda: event.withdraw(by=reviewer),
        lambda: again.take_back(by=reviewer),
        lambda: draft.submit(by=reviewer),
        lambda: ReportFactory(event=event).publish(by=reviewer),
    ):
        with pytest.raises(NotAllowed):
            refused()


def test_reviewer_rewrites_approves_and_publishes_on_the_review_page(client, reviewer, event):
    outcome = TakeawayFactory(event=event, text="Teh words", submitted=True)
    desk = sign_in(client, reviewer)
    page = f"/admin/outcomes/outcome/{outcome.pk}/review/"

    assert "Teh words" in desk.get(page).content.decode()
    desk.post(page, {"text": "The words", "version": 1, "move": "approve_and_publish"})

    outcome.refresh_from_db()
    assert (outcome.text, outcome.status) == ("The words", "published")
    form = desk.get(f"/admin/outcomes/outcome/{outcome.pk}/change/")
    assert set(form.context["adminform"].form.fields) <= {"version_read"}
    assert b"_save" not in form.content


# Forged


def test_event_made_by_an_editor_is_theirs(desk, own_editor, institution):
    url = "/admin/events/event/add/"

    assert saved(desk.post(url, filled(desk.get(url)) | {"title": "A new one", "on_behalf_of": institution.pk}))

    new = Event.objects.get(title="A new one")
    assert [(partner.organisation, partner.role) for partner in new.event_partners.all()] == [(institution, "convener")]
    assert desk.get(f"/admin/events/event/{new.pk}/change/").status_code == 200


def test_event_is_made_for_none_but_ones_own_institution(desk, foreign_editor, foreign):
    url, other = "/admin/events/event/add/", foreign.partners.get()

    refused = desk.post(url, filled(desk.get(url)) | {"title": "A new one", "on_behalf_of": other.pk})

    assert list(refused.context["adminform"].form.errors) == ["on_behalf_of"]
    assert not Event.objects.filter(title="A new one").exists()
    foreign_editor.institutions.clear()
    assert sign_in(Client(), foreign_editor).get(url).status_code == 403


def test_editor_cannot_let_go_of_the_last_tie_to_their_event(desk, event, institution):
    url = f"/admin/events/event/{event.pk}/change/"
    data = filled(desk.get(url))
    [prefix] = {name.removesuffix("-role") for name in data if name.endswith("-role")}

    for change in ({f"{prefix}-role": "funder"}, {f"{prefix}-DELETE": "on"}):
        assert "no longer run this event" in desk.post(url, data | change).content.decode()
    assert saved(desk.post(url, data | {f"{prefix}-role": "host"}))


@pytest.mark.parametrize("model", ["session", "participation", "quote", "resource", "round", "report", "takeaway"])
def test_nothing_is_added_to_a_foreign_event(desk, foreign, model):
    app = "outcomes" if model in ("round", "report", "takeaway") else "events"
    url = f"/admin/{app}/{model}/add/?event={foreign.pk}"

    page = desk.get(url)
    assert "Foreign dialogue" not in page.content.decode()
    refused = desk.post(url, filled(page) | {"event": foreign.pk, "title": "Forged", "text": "Forged"})

    assert "event" in refused.context["adminform"].form.errors


def test_row_does_not_move_to_a_foreign_event(desk, event, foreign):
    session, outcome = SessionFactory(event=event), TakeawayFactory(event=event)
    theirs = foreign.sessions.get()

    save(desk, f"/admin/events/session/{session.pk}/change/", event=foreign.pk, parent=theirs.pk)
    save(desk, f"/admin/outcomes/takeaway/{outcome.pk}/change/", event=foreign.pk, session=theirs.pk)

    session.refresh_from_db()
    outcome.refresh_from_db()
    assert (session.event, session.parent, outcome.event, outcome.session) == (event, None, event, None)


def test_bulk_actions_leave_foreign_rows_as_they_are(desk, foreign, event):
    outcome, participation = foreign.outcomes.get(), foreign.participations.get()
    mine = TakeawayFactory(event=event, submitted=True)
    Participation.objects.update(recorded_under="closed")
    data = {"_selected_action": [outcome.pk, mine.pk], "confirmed": "yes"}
    data |= {"action": "approve_selected", "read": [f"{outcome.pk}:1", f"{mine.pk}:1"]}

    desk.post("/admin/outcomes/outcome/", data)
    desk.post(
        "/admin/events/participation/",
        {"action": "show_under_todays_rule", "_selected_action": [participation.pk], "confirmed": "yes"},
    )

    for row in (outcome, mine, participation):
        row.refresh_from_db()
    assert (outcome.status, mine.status, participation.recorded_under) == ("submitted", "approved", "closed")


@pytest.mark.parametrize(
    "app, model, field, foreign_words",
    [
        ("events", "session", "event", "Foreign dialogue"),
        ("events", "session", "parent", "Foreign session"),
        ("outcomes", "report", "author", "Foreign Person"),
        ("events", "role", "participation", "Foreign Person"),
    ],
)
def test_autocomplete_suggests_nothing_foreign(desk, client, editor, foreign, app, model, field, foreign_words):
    asked = {"app_label": app, "model_name": model, "field_name": field, "term": "Foreign", "event": foreign.pk}

    assert foreign_words not in desk.get("/admin/autocomplete/", asked).content.decode()
    assert foreign_words in sign_in(Client(), editor).get("/admin/autocomplete/", asked).content.decode()


def test_lists_and_numbers_do_not_tell_of_foreign_events(desk, foreign, event):
    series = EventSeriesFactory()
    Event.objects.update(series=series)

    for address in (
        f"/admin/events/session/?event={foreign.pk}",
        f"/admin/outcomes/outcome/?event={foreign.pk}",
        f"/admin/outcomes/outcome/review/?event={foreign.pk}",
        f"/admin/events/session/add/?event={foreign.pk}",
        "/admin/",
        "/admin/outcomes/outcome/?q=Foreign",
        f"/admin/r/{0}/{foreign.pk}/",
    ):
        page = desk.get(address).content.decode()
        assert not {"Foreign dialogue", "Foreign session", "Foreign words", foreign.slug} & set(page.split("\n"))
        assert "Foreign dialogue" not in page
        assert "Foreign words" not in page
    assert desk.get("/admin/events/eventseries/").context["cl"].result_list[0].number == 1


def test_address_of_a_person_is_for_who_runs_an_event_they_are_at(desk, foreign, event, administrator):
    abroad = foreign.participations.get().person
    here = ParticipationFactory(event=event, person=PersonFactory(email="here@example.org")).person

    assert "f@example.org" not in desk.get(f"/admin/participants/person/{abroad.pk}/change/").content.decode()
    assert "here@example.org" in desk.get(f"/admin/participants/person/{here.pk}/change/").content.decode()
    save(desk, f"/admin/participants/person/{abroad.pk}/change/", email="mine@example.org")

    abroad.refresh_from_db()
    assert abroad.email == "f@example.org"
    save(sign_in(Client(), administrator), f"/admin/participants/person/{abroad.pk}/change/", email="g@example.org")
    save(sign_in(Client(), administrator), f"/admin/participants/person/{here.pk}/change/", email="h@example.org")
    assert desk.get(f"/admin/participants/person/{abroad.pk}/history/").status_code == 404
    assert "h@example.org" in desk.get(f"/admin/participants/person/{here.pk}/history/").content.decode()
    assert "g@example.org" not in desk.get("/admin/participants/change/").content.decode()
    assert "h@example.org" in desk.get("/admin/participants/change/").content.decode()
    assert set(Person.objects.reachable_by(administrator)) == {abroad, here}


def test_documents_that_are_not_public_open_to_their_own_editors(own_editor, foreign_editor, reviewer, event):
    resource = ResourceFactory(event=event, is_public=False)

    assert resource in Resource.objects.visible_to(own_editor)
    assert resource not in Resource.objects.visible_to(foreign_editor)
    assert resource not in Resource.objects.visible_to(reviewer)
