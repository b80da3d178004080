"""Whoever changes a rule of attribution reads what it hides, what stays hidden, and what is public in spite of it."""

import pytest
from django.urls import reverse

from events.admin.rules import HIDES, telling_now
from events.attribution import Rule
from events.workflow import set_attribution
from tests.factories import ParticipationFactory, PersonFactory, QuoteFactory, SessionFactory, TakeawayFactory
from tests.staff import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(event, editor):
    set_attribution(event, "on_record", by=editor)
    return SessionFactory(event=event, title="Plenary")


def choose(client, session, rule):
    """Choose a rule in the form of the session and return the page that follows."""
    typed = {"kind": "plenary", "title": "Plenary", "body": "", "attribution": rule, "position": 0}
    typed |= {"groups-TOTAL_FORMS": 0, "groups-INITIAL_FORMS": 0}
    address = reverse("admin:events_session_change", args=[session.pk])
    return client.post(address, typed, follow=True).content.decode()


def test_beside_each_rule_stands_what_it_hides(client, editor, session):
    page = sign_in(client, editor).get(reverse("admin:events_event_change", args=[session.event_id])).content.decode()

    for rule in Rule:
        assert f"{rule.label}: {HIDES[rule][0].lower()}{HIDES[rule][1:]}" in page
    assert "what is older stays under the strictest rule it has lived under" in page


def test_who_loosens_a_rule_is_told_what_stays_hidden(client, editor, session):
    office = sign_in(client, editor)
    choose(office, session, "closed")
    session.refresh_from_db()
    QuoteFactory.create_batch(2, event=session.event, session=session)
    TakeawayFactory(event=session.event, session=session, published=True)
    TakeawayFactory(event=session.event, published=True)  # of the whole event: was never closed

    page = choose(office, session, "non_attributed")

    assert "The rule is looser now: “Not attributed” instead of “Closed”." in page
    assert "Sessions that were closed by it are shown from now on, with their titles and texts." in page
    assert "because people came and spoke under the rule of that day: 2 quotes, 1 outcome." in page


def test_who_tightens_a_rule_is_told_what_is_public_all_the_same(client, editor, session):
    ParticipationFactory(event=session.event, public=True, person=PersonFactory(name="Zoë Łukasiewicz"))
    for text in ("As Ms Łukasiewicz said.", "Talks need a table."):
        TakeawayFactory(event=session.event, session=session, published=True, text=text)
    before = telling_now(session)

    page = choose(sign_in(client, editor), session, "chatham_house")

    assert before == 0  # on the record she may be named
    assert "Under this rule 1 public wording tells who spoke or took part" in page
    assert "looser" not in page.split("<form")[0]
