"""The workspace of an event: what it still needs, in words, each line with the link that mends it."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.conftest import reports_on
from tests.factories import (
    BreakoutGroupFactory,
    EventFactory,
    EventPartnerFactory,
    InvitationFactory,
    ParticipationFactory,
    ResourceFactory,
    SessionFactory,
    TakeawayFactory,
)
from tests.staff import save, sign_in

pytestmark = pytest.mark.django_db
TABS = ("", "programme/", "people/", "outcomes/", "documents/", "history/")


@pytest.fixture
def desk(client, own_editor):
    return sign_in(client, own_editor)


def at(event, tab=""):
    return f"/admin/events/event/{event.pk}/workspace/{tab}"


def steps(desk, event):
    return {step.label: (step.state, step.words, step.note) for step in desk.get(at(event)).context["steps"]}


def test_new_event_has_everything_to_do(client, editor):
    event = EventFactory(draft=True, starts_on=None)

    found = steps(sign_in(client, editor), event)

    assert {state for state, *_ in found.values()} == {"open"}
    assert found["Dates and place"][1] == "A date and a place missing"
    assert found["Partners"][1] == "None yet: say who convenes it"
    assert found["Published"][1] == "The page of the event is not public; 0 outcomes published"


def test_checklist_says_what_is_there_and_what_is_missing(desk, event, group, rapporteur):
    event.city, event.outcomes_due_on = "Geneva", dt.date(2026, 3, 10)
    event.save()
    BreakoutGroupFactory(event=event, parent=group.parent, title="Second group")
    reports_on(SessionFactory(event=event, title="Third"), email="third@example.org", name="Third Rapporteur")
    InvitationFactory(participation=rapporteur.person.participations.get())
    TakeawayFactory(event=event, session=group, submitted=True)
    TakeawayFactory(event=event, approved=True)
    TakeawayFactory(event=event, published=True)

    found = steps(desk, event)

    assert found["Dates and place"] == ("done", "3 March 2026, Geneva", "")
    assert found["Partners"] == ("done", "Institute of Conveners (convener)", "")
    assert found["Programme"] == ("part", "2 sessions and 2 breakout groups", "4 without a time")
    assert found["Rapporteurs"] == ("part", "2 rapporteurs", "1 group without one")
    assert found["Invited"] == ("part", "1 of 2 rapporteurs", "")
    assert found["Reports in"][:2] == ("part", "1 of 2, 1 still to report")
    assert found["Reports in"][2].startswith("The deadline passed")
    assert found["Reviewed"] == ("part", "2 reviewed, 1 to review", "")
    assert found["Published"] == (
        "part",
        "The page of the event is public; 1 outcome published",
        "1 approved and not published",
    )


def test_each_line_leads_to_a_page_that_opens(desk, event, group, rapporteur):
    TakeawayFactory(event=event, session=group, submitted=True)

    for step in desk.get(at(event)).context["steps"]:
        assert desk.get(step.address.partition("#")[0]).status_code == 200, step.label


def test_tabs_open_by_address_and_show_what_is_theirs(desk, event, group, rapporteur):
    TakeawayFactory(event=event, session=group, submitted=True)
    ResourceFactory(event=event, title="Agenda of made-up matters", is_public=False)
    save(desk, f"/admin/events/event/{event.pk}/change/", city="Bern")

    pages = {tab: desk.get(at(event, tab)).content.decode() for tab in TABS}

    assert "First group" in pages["programme/"]
    assert "Rap Porteur" in pages["people/"]
    assert "Takeaways: 1" in pages["outcomes/"]
    assert "Agenda of made-up matters" in pages["documents/"]
    assert "Not public" in pages["documents/"]
    assert "Bern" in pages["history/"]
    for tab, page in pages.items():
        assert page.count('aria-current="page">') >= 2, tab  # where one is: in the trail and among the tabs


@pytest.mark.parametrize("number", [1, 12])
def test_workspace_costs_the_same_at_any_size(desk, event, institution, number):
    for index in range(number):
        group = BreakoutGroupFactory(event=event, title=f"Group {index}")
        user = reports_on(group, email=f"r{index}@example.org", name=f"Rapporteur {index}")
        InvitationFactory(participation=user.person.participations.get())
        for state in ("submitted", "approved", "published"):
            TakeawayFactory(event=event, session=group, **{state: True})
        ResourceFactory(event=event)
        ParticipationFactory(event=event)
        EventPartnerFactory(event=event)
    asked = {}
    for tab in TABS[:-1]:
        desk.get(at(event, tab))
        with CaptureQueriesContext(connection) as queries:
            desk.get(at(event, tab))
        asked[tab] = len(queries)

    assert asked == {"": 21, "programme/": 12, "people/": 18, "outcomes/": 14, "documents/": 13}


def test_reviewer_sees_what_they_review_and_no_button_beside(client, reviewer, event):
    TakeawayFactory(event=event, submitted=True)
    page = sign_in(client, reviewer).get(at(event)).content.decode()

    assert "1 to review" in page
    for words in ("People", "Documents", "Edit details", "Withdraw", "rapporteurs"):
        assert words not in page
    assert client.get(at(event, "people/")).status_code == 403


def test_every_list_and_form_leads_to_the_workspace(desk, event):
    link = f'href="{at(event)}"'

    assert link in desk.get("/admin/events/event/").content.decode()
    assert link in desk.get(f"/admin/events/event/{event.pk}/change/").content.decode()


def test_workspace_of_a_foreign_event_is_not_there(foreign_editor, event):
    foreign = sign_in(Client(), foreign_editor)

    assert {foreign.get(at(event, tab)).status_code for tab in (*TABS, "preview/", "publish/")} == {404}
    assert foreign.post(at(event, "publish/"), {"when": "now", "with_event": "on"}).status_code == 404
