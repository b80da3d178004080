import pytest
from django.conf import settings

from events.models import Event
from tests.events.test_pages import graph, page, words
from tests.factories import (
    ActionFactory,
    ActionOwnerFactory,
    EventFactory,
    EventPartnerFactory,
    OrganisationFactory,
    TakeawayFactory,
    ThemeFactory,
)

pytestmark = pytest.mark.django_db

ADDRESS = "/organisations/institute/"


@pytest.fixture
def institute():
    return OrganisationFactory(
        name="Institute of Examples", slug="institute", short_name="IOE", website="https://ioe.example.org/"
    )


def takes_part(organisation, title="A dialogue", role="partner", **event):
    return EventPartnerFactory(event=EventFactory(title=title, **event), organisation=organisation, role=role).event


def test_organisation_nobody_may_know_of_answers_as_one_that_does_not_exist(client, institute):
    takes_part(institute, draft=True)
    takes_part(institute, withdrawn=True)
    ActionOwnerFactory(organisation=institute, action=ActionFactory())
    ActionOwnerFactory(organisation=institute, action=ActionFactory(published=True, event__draft=True))
    ActionOwnerFactory(organisation=institute, action=ActionFactory(published=True, event__closed=True))

    there, nowhere = page(client, ADDRESS, status=404), page(client, "/organisations/elsewhere/", status=404)

    assert there.replace("institute", "") == nowhere.replace("elsewhere", "")


def test_partner_of_a_public_event_has_a_page(client, institute):
    event = takes_part(institute, "The dialogue", role="convener")
    takes_part(institute, "SECRET", draft=True)

    body = page(client, ADDRESS)

    said = words(body)
    assert "Institute of Examples (IOE)" in said
    assert said.endswith("The dialogue Convener")
    assert f'href="{event.get_absolute_url()}"' in body
    assert 'href="https://ioe.example.org/"' in body
    assert "SECRET" not in body
    assert "answers for" not in said


def test_owner_of_a_public_action_has_a_page_with_open_actions_first(client, institute):
    event = EventFactory(reference="MU1")
    for number, (progress, text) in enumerate([("done", "It is done"), ("in_progress", "It is going on")], start=1):
        action = ActionFactory(event=event, published=True, number=number, text=text, progress=progress)
        ActionOwnerFactory(organisation=institute, action=action)
    ActionOwnerFactory(organisation=institute, action=ActionFactory(event=event, text="SECRET draft"))
    ActionFactory(event=event, published=True, number=3, text="Somebody else's")

    said = words(page(client, ADDRESS))

    assert "In progress 1 Done 1" in said
    assert said.index("It is going on") < said.index("It is done")
    assert "SECRET" not in said
    assert "Somebody" not in said
    assert "Dialogues" not in said[said.index("Institute") :]


def test_dialogues_are_narrowed_by_role(client, institute):
    takes_part(institute, "Convened", role="convener")
    takes_part(institute, "Paid for", role="funder")
    both = takes_part(institute, "Both", role="convener")
    EventPartnerFactory(event=both, organisation=institute, role="funder")

    said, narrowed = words(page(client, ADDRESS)), words(page(client, f"{ADDRESS}?role=funder"))

    assert "All Convener (2) Funder (2)" in said
    assert "Both Convener Funder" in said
    assert "Paid for" in narrowed
    assert "Convened" not in narrowed
    assert "Both Funder" in narrowed
    assert words(page(client, f"{ADDRESS}?role=host")) == said


def test_themes_count_the_outcomes_of_its_dialogues(client, institute):
    event, theme = takes_part(institute), ThemeFactory(name="Trust")
    for number in (1, 2):
        TakeawayFactory(event=event, published=True, number=number, themes=[theme])
    ActionFactory(event=event, published=True, number=1, themes=[theme])
    TakeawayFactory(event=event, themes=[ThemeFactory(name="SECRET")])
    event.outcomes.settle()

    said = words(page(client, ADDRESS))

    assert "Trust 2 takeaways 1 action" in said
    assert "SECRET" not in said


@pytest.mark.parametrize("rows", [1, 30])
def test_organisation_takes_the_same_queries_for_any_number_of_rows(client, institute, django_assert_num_queries, rows):
    theme = ThemeFactory()
    for n in range(rows):
        event = takes_part(institute, role="convener")
        action = ActionFactory(event=event, published=True, number=n + 1, themes=[theme])
        ActionOwnerFactory(organisation=institute, action=action)
    Event.objects.all()[0].outcomes.settle()

    # The organisation; its roles; its dialogues: count, rows, roles in each; actions: numbers, rows; themes.
    with django_assert_num_queries(8):
        client.get(ADDRESS)


def test_dialogues_come_in_pages(client, institute):
    for n in range(25):
        takes_part(institute, f"Dialogue number {n}")

    body = page(client, f"{ADDRESS}?page=2")

    assert body.count('class="event"') == 5
    assert f'<link rel="canonical" href="{settings.SITE_URL}{ADDRESS}?page=2">' in body
    assert client.get(f"{ADDRESS}?page=9").status_code == 302


def test_organisation_describes_itself_to_machines(client, institute):
    takes_part(institute)

    assert graph(page(client, ADDRESS))["Organization"] == {
        "@type": "Organization",
        "name": "Institute of Examples",
        "url": f"{settings.SITE_URL}{ADDRESS}",
        "sameAs": "https://ioe.example.org/",
    }
