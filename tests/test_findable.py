"""What is promised to search engines, to whoever shares a link, and to whoever looks for the people behind the site."""

import io
import json
import re
import shutil
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import time_machine
from django.conf import settings as configured
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from PIL import Image

from events import cards
from events.cards import ARABIC, LATIN, SIZE, Card, drawn, font_for
from outcomes import sitemaps
from tests.factories import (
    ActionFactory,
    ActionUpdateFactory,
    EventFactory,
    EventPartnerFactory,
    OutcomeFactory,
    ReportFactory,
    ReportSectionFactory,
    SessionFactory,
    TakeawayFactory,
    ThemeFactory,
)
from tests.test_doors import HIDDEN_OUTCOMES

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture
def site(db):
    """Two dialogues with outcomes, and a theme."""
    theme = ThemeFactory(name="Confidence-building", description="Contacts that are answered.")
    first = EventFactory(
        title="First dialogue", reference="FD1", summary="Whom to call.", city="Santiago", country="CL"
    )
    second = EventFactory(title="Second dialogue")
    return {
        "theme": theme,
        "first": first,
        "second": second,
        "takeaway": TakeawayFactory(event=first, text="Call before an incident.", themes=[theme], published=True),
        "action": ActionFactory(event=second, text="Publish the list.", themes=[theme], published=True),
        "section": ReportSectionFactory(
            report=ReportFactory(event=first, published=True), title="Key points", body="Somebody has to answer."
        ),
        "organisation": EventPartnerFactory(event=first, role="convener").organisation,
    }


def page_addresses(site):
    return [
        reverse("home"),
        reverse("events:event-list"),
        reverse("outcomes:outcome-list"),
        reverse("outcomes:outcome-list") + "?kind=action",
        reverse("outcomes:outcome-list") + "?q=incident",
        reverse("outcomes:theme-list"),
        reverse("privacy"),
        reverse("outcomes:action-list"),
        reverse("outcomes:search") + "?q=incident",
        reverse("outcomes:organisation-detail", args=[site["organisation"].slug]),
        *(site[name].get_absolute_url() for name in ("theme", "first", "second", "takeaway", "action", "section")),
    ]


def in_head(body, pattern):
    """Return the one thing in the head of a page that matches."""
    found = re.findall(pattern, body.partition("</head>")[0])
    assert len(found) == 1, (pattern, found)
    return found[0]


def og(body, name):
    return in_head(body, rf'<meta property="og:{name}" content="([^"]*)">')


# --- The head of a page --------------------------------------------------------------------------------------------


def test_every_page_has_its_own_title_description_and_address(client, site):
    titles, descriptions, canonicals = [], [], []
    for address in page_addresses(site):
        body = client.get(address).content.decode()
        titles.append(in_head(body, r"<title>([^<]*)</title>"))
        descriptions.append(in_head(body, r'<meta name="description" content="([^"]*)">'))
        canonicals.append(in_head(body, r'<link rel="canonical" href="([^"]*)">'))

        assert body.count("<h1") == 1

    assert len(set(titles)) == len(titles)
    assert [title for title in titles if "Readout" not in title] == []
    assert all(descriptions)
    assert canonicals == [configured.SITE_URL + address for address in page_addresses(site)]


def test_every_page_says_what_a_link_to_it_shows(client, site):
    for address in page_addresses(site):
        body = client.get(address).content.decode()

        assert og(body, "url") == in_head(body, r'<link rel="canonical" href="([^"]*)">')
        assert og(body, "site_name") == "Readout"
        assert og(body, "type") in ("website", "article")
        assert og(body, "title")
        assert og(body, "description") == in_head(body, r'<meta name="description" content="([^"]*)">')
        assert og(body, "image").startswith(configured.SITE_URL)
        assert og(body, "image:alt")
        assert in_head(body, r'<meta name="twitter:card" content="([^"]*)">') == "summary_large_image"


def test_every_page_has_one_graph_that_says_where_it_is(client, site):
    for address in page_addresses(site):
        body = client.get(address).content.decode()
        graph = json.loads(in_head(body, r'<script type="application/ld\+json">([^<]*)</script>'))["@graph"]

        assert "BreadcrumbList" in {thing["@type"] for thing in graph} or graph[0]["@type"] == "WebSite", address


def test_titles_that_hold_markup_stay_text(client, db):
    event = EventFactory(title='"><script>alert(1)</script> & more', published_at="2026-01-01T00:00Z")

    body = client.get(event.get_absolute_url()).content.decode()

    assert "<script>alert" not in body
    assert og(body, "title").startswith("&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp; more")


@pytest.mark.parametrize("name", ["first", "takeaway", "action"])
def test_image_that_a_page_names_is_there(client, site, name):
    page = client.get(site[name].get_absolute_url()).content.decode()

    address = og(page, "image").removeprefix(configured.SITE_URL)
    response = client.get(address)

    assert response.status_code == 200
    assert response["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(response.content)).size == SIZE
    assert [og(page, "image:width"), og(page, "image:height")] == ["1200", "630"]


def test_image_of_every_other_page_is_there():
    with Image.open(Path(configured.BASE_DIR) / "static/img/card.png") as image:
        assert image.size == SIZE


# --- Cards ---------------------------------------------------------------------------------------------------------


def card_of(outcome):
    return reverse("outcomes:outcome-card", args=[outcome.code])


@pytest.mark.parametrize("state", HIDDEN_OUTCOMES)
def test_hidden_outcome_has_no_card(client, db, state):
    assert client.get(card_of(OutcomeFactory(**HIDDEN_OUTCOMES[state]))).status_code == 404


def test_outcome_of_a_closed_session_has_no_card(client, db):
    session = SessionFactory(closed=True)
    outcome = TakeawayFactory(event=session.event, session=session, published=True)

    assert client.get(card_of(outcome)).status_code == 404


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_hidden_event_has_no_card(client, db, state):
    event = EventFactory(**{state: True})

    assert client.get(reverse("events:event-card", args=[event.slug])).status_code == 404


def test_card_is_gone_as_soon_as_its_outcome_is_withdrawn(client, site, editor):
    before = client.get(card_of(site["takeaway"]))

    site["takeaway"].withdraw(by=editor)

    known = {"If-None-Match": before["ETag"]}
    assert before.status_code == 200
    assert client.get(card_of(site["takeaway"])).status_code == 404
    assert client.get(card_of(site["takeaway"]), headers=known).status_code == 404


def test_card_is_asked_for_again_and_sent_once(client, site):
    first = client.get(card_of(site["takeaway"]))

    again = client.get(card_of(site["takeaway"]), headers={"If-None-Match": first["ETag"]})

    assert first["Cache-Control"] == "public, no-cache"
    assert (again.status_code, again.content) == (304, b"")
    assert not first.cookies


def test_card_is_read_in_one_query(client, site, django_assert_num_queries):
    with django_assert_num_queries(1):
        client.get(card_of(site["takeaway"]))
    with django_assert_num_queries(1):
        client.get(reverse("events:event-card", args=[site["first"].slug]))


CARD = Card("Takeaway", "FD1-T1", "Call before an incident.", "First dialogue", "3 March 2026")


def shown(card):
    """Return the parts of a card that have ink: kicker, large words, dialogue, dates."""
    image = Image.open(io.BytesIO(drawn(card))).convert("L")
    rows = {"kicker": (70, 130), "words": (140, 490), "under": (510, 552), "when": (562, 600)}
    return {name for name, (top, end) in rows.items() if image.crop((40, top, 700, end)).getextrema()[0] < 128}


def test_card_is_the_same_each_time_and_quick():
    drawn(CARD)

    started = time.process_time()
    again = drawn(CARD)
    took = time.process_time() - started

    assert again == drawn(CARD)
    assert took < 0.5
    assert len(again) < 60_000


def test_card_fits_the_longest_texts():
    card = Card("Action", "WP3348-A2", "word " * 400, "dialogue " * 60, "30 March – 2 April 2024")
    endless = Card("Action", "WP3348-A2", "w" * 2000, "d" * 500, "")

    for one in (card, endless):
        image = Image.open(io.BytesIO(drawn(one))).convert("L")
        assert image.crop((1140, 0, 1200, 630)).getextrema()[0] > 200  # nothing runs out of the margin
        assert image.crop((40, 470, 1200, 498)).getextrema()[0] > 200  # nor into what stands below


def test_card_says_everything_it_can_draw():
    assert shown(CARD) == {"kicker", "words", "under", "when"}


def test_card_leaves_out_what_it_cannot_draw_and_shows_the_reference_instead(monkeypatch):
    chinese = Card("Takeaway", "FD1-T1", "建立信任措施", "建立", "3 March 2026")

    assert font_for("建立信任措施") is None
    assert shown(chinese) == {"kicker", "words", "when"}
    assert drawn(chinese) != drawn(CARD)


def test_arabic_is_drawn_only_where_its_letters_are_joined(monkeypatch):
    words = "بناء الثقة (2024)"

    monkeypatch.setattr(cards, "can_shape", lambda: False)
    without = font_for(words)
    monkeypatch.setattr(cards, "can_shape", lambda: True)

    assert without is None
    assert font_for(words) == ARABIC
    assert font_for("Confiança, Доверие, εμπιστοσύνη") == LATIN


# --- Sitemap, robots, security.txt ---------------------------------------------------------------------------------


def locations(client, address):
    """Return {path: last change} of a sitemap; every address is whole and on this site."""
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("application/xml")
    root = ET.fromstring(response.content.decode())  # noqa: S314  # our own
    found = {}
    for entry in root:
        location, changed = entry.find(f"{SITEMAP}loc").text, entry.find(f"{SITEMAP}lastmod")
        assert location.startswith(f"{configured.SITE_URL}/")
        found[location.removeprefix(configured.SITE_URL)] = None if changed is None else changed.text
    return found


def everything(client):
    found = {}
    for part in locations(client, reverse("sitemap")):
        found |= locations(client, part)
    return found


def test_sitemap_lists_every_public_page_and_each_is_there(client, site):
    found = everything(client)

    assert {address for address in page_addresses(site) if "?" not in address} <= set(found)
    assert {address: client.get(address).status_code for address in found} == dict.fromkeys(found, 200)


def test_sitemap_says_when_a_page_last_changed(client, site):
    ActionUpdateFactory(action=site["action"], on="2026-05-07")

    found = everything(client)

    assert found[site["takeaway"].get_absolute_url()] == "2026-03-06"
    assert found[site["action"].get_absolute_url()] == "2026-05-07"
    assert found[site["second"].get_absolute_url()] == "2026-05-07"


def test_sitemap_is_in_parts_of_so_many_dialogues(client, db, monkeypatch):
    monkeypatch.setattr(sitemaps, "DIALOGUES", 2)
    for _ in range(5):
        TakeawayFactory(event=EventFactory(), published=True)

    parts = [part for part in locations(client, reverse("sitemap")) if "dialogues" in part]

    assert parts == [f"/sitemap-dialogues-{number}.xml" for number in (1, 2, 3)]
    assert [len(locations(client, part)) for part in parts] == [4, 4, 2]
    assert client.get(reverse("sitemap-dialogues", args=[4])).status_code == 404
    assert client.get(reverse("sitemap-dialogues", args=[0])).status_code == 404


@pytest.mark.parametrize("events", [1, 30])
def test_part_of_the_sitemap_costs_the_same_for_one_and_for_thirty(client, db, django_assert_num_queries, events):
    for _ in range(events):
        event = EventFactory()
        TakeawayFactory(event=event, published=True)
        ActionUpdateFactory(action=ActionFactory(event=event, published=True))

    with django_assert_num_queries(5):
        client.get(reverse("sitemap-dialogues", args=[1]))


def test_robots_may_read_what_is_public_and_find_the_sitemap(client):
    lines = client.get(reverse("robots")).content.decode().splitlines()

    assert lines[0] == "User-agent: *"
    assert {"Disallow: /admin/", "Disallow: /desk/", "Disallow: /accounts/", "Disallow: /sign-in/"} < set(lines)
    assert "Disallow: /" not in lines
    assert lines[-1] == f"Sitemap: {configured.SITE_URL}/sitemap.xml"


def test_security_contact_is_named_where_there_is_one(client, settings):
    settings.SECURITY_CONTACT = ""
    missing = client.get(reverse("security-txt"))
    settings.SECURITY_CONTACT = "mailto:security@example.org"
    settings.SECURITY_POLICY = "https://www.example.org/security"

    with time_machine.travel("2026-03-06T12:00:00+00:00", tick=False):
        found = client.get(reverse("security-txt"))

    assert missing.status_code == 404
    assert found["Content-Type"] == "text/plain; charset=utf-8"
    assert found.content.decode().splitlines() == [
        "Contact: mailto:security@example.org",
        "Expires: 2026-09-02T00:00:00Z",
        "Preferred-Languages: en",
        f"Canonical: {configured.SITE_URL}/.well-known/security.txt",
        "Policy: https://www.example.org/security",
    ]


# --- Addresses -----------------------------------------------------------------------------------------------------


def test_code_in_capitals_leads_to_the_outcome(client, site):
    address = site["takeaway"].get_absolute_url()

    response = client.get(address.upper().replace("/OUTCOMES/", "/outcomes/"))

    assert (response.status_code, response["Location"]) == (301, address)


def test_code_in_capitals_says_nothing_of_what_is_there(client, db):
    response = client.get("/outcomes/AAAAAAAA/")

    assert (response.status_code, response["Location"]) == (301, "/outcomes/aaaaaaaa/")


@pytest.mark.parametrize("name", ["takeaway", "second"])
def test_withdrawn_page_says_so_and_leads_on(client, site, editor, name):
    site[name].withdraw(by=editor)

    response = client.get(site[name].get_absolute_url())

    body = response.content.decode()
    assert response.status_code == 410
    assert '<meta name="robots" content="noindex">' in body
    assert 'role="search"' in body
    assert "og:" not in body
    assert site[name].get_absolute_url() not in everything(client)


# --- Files ---------------------------------------------------------------------------------------------------------


def test_static_files_are_named_by_content_kept_for_a_year_and_compressed(db, settings, tmp_path):
    settings.STATIC_ROOT = tmp_path / "collected"
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    }
    settings.STATICFILES_DIRS = [tmp_path / "source"]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    (tmp_path / "source/css").mkdir(parents=True)
    shutil.copy(Path(configured.BASE_DIR) / "static/css/readout.css", tmp_path / "source/css")
    call_command("collectstatic", interactive=False, verbosity=0)
    hashed = next((tmp_path / "collected/css").glob("readout.*.css")).name

    client = Client(headers={"Accept-Encoding": "gzip, br"})
    response = client.get(f"/static/css/{hashed}")

    assert response.status_code == 200
    assert response["Content-Encoding"] == "br"
    assert "immutable" in response["Cache-Control"]
    assert int(re.search(r"max-age=(\d+)", response["Cache-Control"])[1]) >= 365 * 24 * 3600
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "Permissions-Policy" in response
    response.close()
