"""On another site's page, in a real browser: pages made for a frame show in it, all others refuse."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote, unquote, urlsplit

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.factories import ActionFactory, EventFactory, TakeawayFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def event():
    event = EventFactory(title="Exercise Lighthouse", reference="LH26")
    TakeawayFactory(event=event, text="Points of contact only help if they are called before.", published=True)
    ActionFactory(event=event, text="Publish the answers, without names.", published=True)
    return event


@pytest.fixture
def elsewhere():
    """Another site on this machine; return the address of its page with what `?` names in a frame."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            address = unquote(urlsplit(self.path).query)
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            frame = f'<iframe src="{address}" title="Outcomes" width="100%" height="480"></iframe>' if address else ""
            self.wfile.write(f"<!doctype html><title>Elsewhere</title>{frame}".encode())

        def log_message(self, *args):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield lambda address: f"http://127.0.0.1:{server.server_port}/?{quote(address)}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_outcomes_show_in_a_frame_elsewhere(open_browser, live_server, elsewhere, event, violations, scheme):
    page = open_browser({"width": 320, "height": 640}, color_scheme=scheme)

    page.goto(elsewhere(live_server.url + reverse("outcomes:event-embed", args=[event.slug])))

    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("listitem")).to_have_count(2, timeout=15_000)
    link = frame.get_by_role("link", name="Publish the answers, without names.")
    expect(link).to_be_visible()
    with page.context.expect_page() as opened:
        link.click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("Publish the answers, without names.")
    assert page.title() == "Elsewhere"
    assert page.context.cookies() == []
    opened.value.close()
    page.goto(live_server.url + reverse("outcomes:event-embed", args=[event.slug]))
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert violations(page) == {}


LONGEST_LINE = """() => {
  const lines = {}, walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode, range = document.createRange();
    for (let at = 0; at < text.length; at += 1) {
      range.setStart(text, at); range.setEnd(text, at + 1);
      const { top, width } = range.getBoundingClientRect();
      if (width) lines[top] = (lines[top] || 0) + 1;
    }
  }
  return Math.max(...Object.values(lines));
}"""


@pytest.mark.parametrize("width", [1000, 1600])
def test_lines_in_a_wide_frame_can_be_read(open_browser, live_server, event, width):
    TakeawayFactory(event=event, text="Points of contact only help if they are called in time. " * 9, published=True)
    page = open_browser({"width": width, "height": 640})

    page.goto(live_server.url + reverse("outcomes:event-embed", args=[event.slug]))

    assert 45 <= page.evaluate(LONGEST_LINE) <= 75


def test_page_of_the_site_refuses_to_show_in_a_frame_elsewhere(open_browser, live_server, elsewhere, event, complaints):
    page = open_browser()

    page.goto(elsewhere(live_server.url + event.get_absolute_url()))

    expect(page.frame_locator("iframe").get_by_text("Exercise Lighthouse")).to_have_count(0)
    refused = [complaint for complaint in complaints if "frame-ancestors" in complaint]
    assert refused
    for complaint in refused:
        complaints.remove(complaint)
