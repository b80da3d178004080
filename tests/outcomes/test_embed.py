"""Outcomes on the pages of others: who may frame what, and what oEmbed answers."""

import html
import json
import re
import xml.etree.ElementTree as ET

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.http import urlencode

from events import shelf
from events.models.generation import bump_generation
from tests.factories import ActionFactory, EventFactory, EventPartnerFactory, TakeawayFactory, ThemeFactory


@pytest.fixture
def scene(db):
    """A dialogue with a convener, two takeaways and an action, all under one theme."""
    event = EventFactory(title='The "dialogue" <b>', reference="MU1", city="Santiago", country="CL")
    EventPartnerFactory(event=event, role="convener", organisation__name="Institute of Examples")
    theme = ThemeFactory(name="Trust & more")
    made = [
        factory(event=event, text=text, themes=[theme], published=True, number=n)
        for n, (factory, text) in enumerate(
            [(TakeawayFactory, "First <i>one</i>."), (TakeawayFactory, "Second."), (ActionFactory, "Do it.")], start=1
        )
    ]
    return {"event": event, "theme": theme, "outcome": made[0]}


def frame(scene, name):
    thing = scene[name]
    return reverse(f"outcomes:{name}-embed", args=[thing.code if name == "outcome" else thing.slug])


def oembed(client, page, **asked):
    address = page if page.startswith("http") else f"http://localhost:8000{page}"
    return client.get(f"{reverse('outcomes:oembed')}?{urlencode({'url': address, **asked})}")


NAMES = ["event", "theme", "outcome"]


@pytest.mark.parametrize("name", NAMES)
def test_page_in_a_frame_may_be_framed_and_do_nothing_else(client, scene, name):
    answer = client.get(frame(scene, name))

    assert "X-Frame-Options" not in answer.headers
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert set(policy) == {
        *("default-src 'none'", "style-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors *"),
    }
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert not answer.cookies
    body = answer.content.decode()
    assert "<script" not in body
    assert "<form" not in body
    links = re.findall(r"<a [^>]*>", body)
    assert links
    assert all('target="_blank"' in link and 'rel="noopener"' in link for link in links)
    assert "First &lt;i&gt;one&lt;/i&gt;." in body
    assert re.search(r"<title>[^<]+ – Readout</title>", body)


def test_every_other_page_refuses_every_frame(client, scene):
    pages = [
        scene["event"].get_absolute_url(),
        scene["theme"].get_absolute_url(),
        scene["outcome"].get_absolute_url(),
        *(reverse(name) for name in ("home", "sign-in", "outcomes:outcome-list", "outcomes:outcome-feed")),
        "/embed/events/not-there/",
        "/embed/",
    ]
    for page in pages:
        answer = client.get(page)
        assert answer.headers["X-Frame-Options"] == "DENY", page
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"], page


@pytest.mark.usefixtures("as_served")
def test_frames_of_some_sites_alone_also_where_the_page_is_kept(client, scene, settings):
    settings.EMBED_ANCESTORS = ["https://www.example.org", "https://*.example.net"]

    for _ in range(2):
        answer = client.get(frame(scene, "event"))
        assert (
            "frame-ancestors https://www.example.org https://*.example.net" in answer.headers["Content-Security-Policy"]
        )
        assert "X-Frame-Options" not in answer.headers


@pytest.mark.parametrize(
    ("query", "marks"),
    [
        ("", ["T1", "T2", "A3"]),
        ("?kind=action", ["A3"]),
        ("?kind=takeaway&number=1", ["T1"]),
        ("?number=0", ["T1"]),
        ("?number=999999999999&kind=nonsense&page=2", ["T1", "T2", "A3"]),
        ("?number=２", ["T1", "T2", "A3"]),
    ],
)
def test_parameters_choose_what_is_shown(client, scene, query, marks):
    body = client.get(frame(scene, "event") + query).content.decode()

    assert re.findall(r"MU1-([TA]\d)", body) == marks
    assert ("More on Readout" in body) == (len(marks) == 1 and "action" not in query)


def test_scheme_is_the_reader_s_unless_one_is_asked_for(client, scene):
    address = frame(scene, "theme")

    assert "data-scheme" not in client.get(f"{address}?scheme=pink").content.decode()
    body = client.get(f"{address}?scheme=dark").content.decode()
    assert 'data-scheme="dark"' in body
    assert '<meta name="color-scheme" content="dark">' in body


def test_withdrawn_is_said_inside_the_frame(client, scene, editor):
    outcome = scene["outcome"]
    outcome.refresh_from_db()
    outcome.withdraw(by=editor)
    outcome.say_why("A wrong figure.", by=editor)

    answer = client.get(frame(scene, "outcome"))

    assert answer.status_code == 410
    assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]
    body = answer.content.decode()
    assert "A wrong figure." in body
    assert "First" not in body
    assert "First" not in client.get(frame(scene, "event")).content.decode()
    scene["event"].withdraw(by=editor)
    assert client.get(frame(scene, "event")).status_code == 410
    assert b"dialogue" not in client.get(frame(scene, "event")).content.replace(scene["event"].slug.encode(), b"")


@pytest.mark.parametrize("name", ["event", "theme"])
def test_page_offers_its_frame_to_copy(client, scene, name):
    body = client.get(scene[name].get_absolute_url()).content.decode()

    [snippet] = re.findall(r'<pre class="cite__text" tabindex="0" dir="ltr">(&lt;iframe.*?)</pre>', body)
    snippet = html.unescape(snippet)
    assert f'data-copy="{html.escape(snippet)}"' in body.replace("&#x27;", "'")
    assert f'src="http://localhost:8000{frame(scene, name)}"' in snippet
    [title] = re.findall(r' title="([^"]*)"', snippet)
    assert html.unescape(title) == f"Readout: {scene[name]}"


@pytest.mark.parametrize("name", NAMES)
def test_page_says_where_oembed_tells_of_it(client, scene, name):
    body = client.get(scene[name].get_absolute_url()).content.decode()

    for form in ("json", "xml"):
        kind = "application/json" if form == "json" else "text/xml"
        [href] = re.findall(rf'<link rel="alternate" type="{kind}\+oembed" title="[^"]+" href="([^"]+)">', body)
        answer = client.get(html.unescape(href))
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == f"{kind}; charset=utf-8"


def told(answer):
    if answer.headers["Content-Type"].startswith("application/json"):
        return {name: str(value) for name, value in json.loads(answer.content).items()}
    root = ET.fromstring(answer.content)  # noqa: S314 (our own)
    assert root.tag == "oembed"
    return {one.tag: one.text for one in root}


@pytest.mark.parametrize("form", ["json", "xml"])
def test_oembed_answers_as_its_specification_says(client, scene, form):
    answer = oembed(client, scene["event"].get_absolute_url(), format=form)

    found = told(answer)
    assert (found["type"], found["version"]) == ("rich", "1.0")
    assert found["title"] == 'The "dialogue" <b>'
    assert (found["author_name"], found["provider_name"]) == ("Institute of Examples", "Readout")
    assert (found["width"], found["height"], found["thumbnail_width"]) == ("640", "480", "1200")
    assert found["html"].startswith(f'<iframe src="http://localhost:8000{frame(scene, "event")}"')
    assert "<b>" not in found["html"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "X-Frame-Options" in answer.headers


@pytest.mark.parametrize(
    ("asked", "size", "picture"),
    [
        ({"maxwidth": "320"}, ("320", "480"), False),
        ({"maxwidth": "5000", "maxheight": "200"}, ("800", "200"), False),
        ({"maxwidth": "1200"}, ("800", "480"), True),
    ],
)
def test_oembed_keeps_within_what_is_asked_for(client, scene, asked, size, picture):
    found = told(oembed(client, scene["outcome"].get_absolute_url(), **asked))

    assert (found["width"], found["height"]) == size
    assert f'width="{size[0]}" height="{size[1]}"' in found["html"]
    assert ("thumbnail_url" in found) == picture


def test_oembed_knows_a_page_by_its_address_with_or_without_a_query(client, scene):
    theme = scene["theme"].get_absolute_url()

    assert told(oembed(client, f"{theme}?kind=action"))["title"] == "Trust & more"
    slug = EventFactory(title="対話").slug
    assert told(oembed(client, reverse("events:event-detail", args=[slug])))["title"] == "対話"
    assert told(oembed(client, f"http://localhost:8000/events/{slug}/"))["title"] == "対話"


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/events/x/",
        "http://localhost:8000@elsewhere.example/",
        "//localhost:8000/themes/",
        "http://localhost:8000/themes/",
        "http://localhost:8000/events/not-there/",
        "http://localhost:8000/themes/not-there/",
        "http://localhost:8000/outcomes/aaaaaaaa/",
        "http://[broken",
        "nonsense",
        "",
        "http://localhost:8000/events/%00/",
    ],
)
def test_oembed_knows_no_other_address(client, scene, url):
    assert client.get(f"{reverse('outcomes:oembed')}?{urlencode({'url': url})}").status_code == 404


def test_oembed_says_what_is_wrong_with_a_question(client, scene, editor):
    page = scene["event"].get_absolute_url()

    assert oembed(client, page, format="yaml").status_code == 501
    assert oembed(client, page, maxwidth="wide").status_code == 400
    assert client.get(reverse("outcomes:oembed")).status_code == 400
    draft = TakeawayFactory(event=scene["event"])
    assert oembed(client, draft.get_absolute_url()).status_code == 404
    outcome = scene["outcome"]
    outcome.refresh_from_db()
    outcome.withdraw(by=editor)
    answer = oembed(client, outcome.get_absolute_url())
    assert answer.status_code == 410
    assert b"First" not in answer.content


def test_frames_cost_as_many_queries_for_30_rows_as_for_one(client, scene, as_served):
    def cost(address):
        shelf.clear()
        bump_generation()
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len([query for query in queries if "publicgeneration" not in query["sql"]])

    few = [cost(frame(scene, name) + "?number=20") for name in NAMES]
    for n in range(30):
        TakeawayFactory(event=scene["event"], text=f"{n}", themes=[scene["theme"]], published=True)

    assert [cost(frame(scene, name) + "?number=20") for name in NAMES] == few == [2, 3, 1]
