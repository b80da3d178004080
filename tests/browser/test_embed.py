"""On another site's page, in a real browser: pages made for a frame show in it, all others refuse."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.factories import ActionFactory, EventFactory, TakeawayFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ELSEWHERE = "http://elsewhere.example/"  # answered by the test, so another origin without a network


@pytest.fixture
def event():
    event = EventFactory(title="Exercise Lighthouse", reference="LH26")
    TakeawayFactory(event=event, text="Points of contact only help if they are called before.", published=True)
    ActionFactory(event=event, text="Publish the answers, without names.", published=True)
    return event


def frame_at(page, address):
    """Open a page elsewhere that has `address` in a frame, and return the frame."""
    html = f'<!doctype html><title>Elsewhere</title><iframe src="{address}" title="Outcomes" width="100%"></iframe>'
    page.route(f"{ELSEWHERE}**", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto(ELSEWHERE)
    return page.frame_locator("iframe")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_outcomes_show_in_a_frame_elsewhere(open_browser, live_server, event, violations, scheme):
    page = open_browser({"width": 320, "height": 640}, color_scheme=scheme)

    frame = frame_at(page, live_server.url + reverse("outcomes:event-embed", args=[event.slug]))

    expect(frame.get_by_role("listitem")).to_have_count(2)
    link = frame.get_by_role("link", name="Publish the answers, without names.")
    expect(link).to_be_visible()
    with page.context.expect_page() as opened:
        link.click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("Publish the answers, without names.")
    assert page.url == ELSEWHERE
    assert page.context.cookies() == []
    opened.value.close()
    page.goto(live_server.url + reverse("outcomes:event-embed", args=[event.slug]))
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert violations(page) == {}


def test_page_of_the_site_refuses_to_show_in_a_frame_elsewhere(open_browser, live_server, event, complaints):
    page = open_browser()

    frame = frame_at(page, live_server.url + event.get_absolute_url())

    page.wait_for_function("document.readyState === 'complete'")
    expect(frame.get_by_text("Exercise Lighthouse")).to_have_count(0)
    refused = [complaint for complaint in complaints if "frame-ancestors" in complaint]
    assert refused
    for complaint in refused:
        complaints.remove(complaint)
