"""What a public page may cost on its way to a phone: bytes, requests and elements, on a portal that is well filled."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from tests.factories import (
    ActionFactory,
    EventFactory,
    EventPartnerFactory,
    OrganisationFactory,
    QuoteFactory,
    ReportFactory,
    ReportSectionFactory,
    RoundFactory,
    SessionFactory,
    TakeawayFactory,
    ThemeFactory,
)

HTML, CSS, SCRIPT, REPORT = 14 * 1024, 12 * 1024, 8 * 1024, 40 * 1024  # compressed
REQUESTS = 6  # the page itself included
ELEMENTS, ELEMENTS_OF_A_REPORT = 600, 1200

WORDS = (
    "Points of contact only help if they are called before an incident, by people who have met, and who may answer. "
)
LISTS = ("home", "outcomes:outcome-list", "outcomes:action-list", "outcomes:theme-list", "events:event-list")


@pytest.fixture
def full(db):
    """Thirty dialogues of six conveners, one with 30 sessions and 60 outcomes, and ten themes."""
    themes = [ThemeFactory(name=f"Theme number {n} of the vocabulary", description=WORDS) for n in range(10)]
    conveners = [OrganisationFactory() for _ in range(6)]
    events = [
        EventFactory(
            title=f"Dialogue {n} on responsible behaviour, incident response and the protection of what is critical",
            summary=WORDS * 2,
            city="Santiago",
            country="CL",
        )
        for n in range(30)
    ]
    for n, event in enumerate(events):
        EventPartnerFactory(event=event, organisation=conveners[n % 6], role="convener")
        TakeawayFactory(event=event, text=f"{n} {WORDS}", themes=themes[:2], published=True)
    event = events[0]
    sessions = [SessionFactory(event=event, title=f"Session {n}: who calls whom, and when") for n in range(30)]
    for n in range(30):
        TakeawayFactory(event=event, session=sessions[n], text=f"{n} {WORDS}", themes=themes[:2], published=True)
        action = ActionFactory(event=event, session=sessions[n], text=f"{n} {WORDS}", themes=themes[:2], published=True)
        QuoteFactory(event=event, text=f"{n} {WORDS}", consent="given")
    section = ReportSectionFactory(report=ReportFactory(event=event, published=True), body=f"{WORDS * 5}\n\n" * 40)
    return {
        **{name: reverse(name) for name in LISTS},
        "filtered": reverse("outcomes:outcome-list") + f"?theme={themes[0].slug}&q=incident",
        "search": reverse("outcomes:search") + "?q=incident",
        "theme": themes[0].get_absolute_url(),
        "event": event.get_absolute_url(),
        "outcome": action.get_absolute_url(),
        "report": section.get_absolute_url(),
    }


PAGES = [*LISTS, "filtered", "search", "theme", "event", "outcome", "report"]


def small(content: bytes) -> int:
    return len(gzip.compress(content, 6))


def fetched(body: str) -> list[str]:
    """Return the addresses that a browser fetches for a page beside itself."""
    named = re.findall(r'<(?:link rel="(?:stylesheet|icon)" href|script src|img src)="([^"]+)"', body)
    named += re.findall(r'<script [^>]*\bsrc="([^"]+)"', body)
    return sorted(set(named))


@pytest.mark.parametrize("name", PAGES)
def test_page_keeps_to_its_budget(client, full, name):
    body = client.get(full[name]).content.decode()

    files = [Path(settings.BASE_DIR) / address.removeprefix("/") for address in fetched(body)]
    weight = {
        suffix: sum(small(path.read_bytes()) for path in files if path.suffix == suffix) for suffix in (".css", ".js")
    }
    assert small(body.encode()) <= (REPORT if name in ("report", "event") else HTML)
    assert weight[".css"] <= CSS
    assert weight[".js"] <= SCRIPT
    assert 1 + len(files) <= REQUESTS
    assert len(re.findall(r"<[a-z]", body)) <= (ELEMENTS_OF_A_REPORT if name in ("report", "event") else ELEMENTS)


def test_page_of_a_closing_round_is_light_for_a_whole_room(client, db):
    body = client.get(RoundFactory(asks_actor_type=True).address.removeprefix(settings.SITE_URL)).content.decode()

    files = [Path(settings.BASE_DIR) / address.removeprefix("/") for address in fetched(body)]
    assert len(body.encode()) <= 8 * 1024  # as it is sent: it is never kept, so never compressed
    assert sum(small(path.read_bytes()) for path in files if path.suffix == ".css") <= CSS + 2 * 1024
    assert sum(small(path.read_bytes()) for path in files if path.suffix == ".js") <= 3 * 1024
    assert 1 + len(files) <= REQUESTS


@pytest.mark.parametrize("name", PAGES)
def test_page_fetches_nothing_from_elsewhere_and_sets_no_cookie(client, full, name):
    response = client.get(full[name])

    assert not response.cookies
    assert [address for address in fetched(response.content.decode()) if not address.startswith("/static/")] == []
