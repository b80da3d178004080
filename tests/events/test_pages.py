import datetime as dt
import json
import re

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.paginator import InvalidPage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events import workflow
from events.models import Event, Participation, Session
from events.pages import COUNT_TO, DeepPaginator
from events.templatetags.markup import markdown
from outcomes.models import Outcome
from tests.factories import (
    ActionFactory,
    BreakoutGroupFactory,
    EventFactory,
    EventPartnerFactory,
    EventSeriesFactory,
    OrganisationFactory,
    ParticipationFactory,
    PersonFactory,
    QuoteFactory,
    ReportFactory,
    ReportSectionFactory,
    ResourceFactory,
    RoleFactory,
    SessionFactory,
    TakeawayFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def page(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


def main(body):
    return re.sub(r"\s+", " ", body[body.index("<main") : body.index("</main>")])


def words(body):
    """The visible words of the main part, in order."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main(body))).strip()


def speaker(event, name="Ana Example", **kwargs):
    return ParticipationFactory(
        event=event, public=True, person=PersonFactory(name=name), affiliation="Institute of Examples", **kwargs
    )


# The list of events


def test_list_has_upcoming_events_first_the_next_on_top_then_the_latest_held(client):
    for title, year in [("Held long ago", 2019), ("Held lately", 2024), ("Far off", 2099), ("Soon", 2098)]:
        EventFactory(title=title, starts_on=dt.date(year, 3, 3))
    EventFactory(title="Undated", starts_on=None, ends_on=None)

    body = page(client, "/events/")

    places = [body.index(f">{title}</a>") for title in ("Soon", "Far off", "Undated", "Held lately", "Held long ago")]
    assert places == sorted(places)
    assert body.count("pill--upcoming") == 2


def test_list_shows_public_events_only(client):
    EventFactory(title="Shown")
    EventFactory(title="SECRET draft", draft=True)
    EventFactory(title="SECRET withdrawn", withdrawn=True)

    body = page(client, "/events/")

    assert "Shown" in body
    assert "SECRET" not in body


@pytest.mark.parametrize(
    "query",
    [
        "year=2024",
        "series=made-up",
        "format=workshop",
        "country=CL",
        "q=harbour",
        "year=2024&format=workshop&q=HARBOUR",
    ],
)
def test_list_is_narrowed_by(client, query):
    series = EventSeriesFactory(name="Made up")
    EventFactory(title="The harbour", starts_on=dt.date(2024, 5, 5), series=series, format="workshop", country="CL")
    EventFactory(title="Elsewhere", starts_on=dt.date(2023, 5, 5), country="FR")

    body = page(client, f"/events/?{query}")

    assert "The harbour" in body
    assert "Elsewhere" not in words(body)
    assert "1 event," in words(body)


def test_list_filters_are_chips_that_can_be_taken_away(client):
    EventFactory(starts_on=dt.date(2024, 5, 5), format="workshop")

    body = page(client, "/events/?format=workshop&year=2024&bogus=1")

    assert 'href="?format=workshop"' in body
    assert 'href="?year=2024"' in body
    assert "bogus" not in body


@pytest.mark.parametrize("rows", [1, 30])
def test_list_takes_the_same_queries_for_any_number_of_events(client, as_served, django_assert_num_queries, rows):
    for _ in range(rows):
        EventFactory(series=EventSeriesFactory(), country="CL", city="Samplestadt")

    # The generation; first and last year, those between, series, countries; the count, keys to come and held, the rows.
    with django_assert_num_queries(9):
        client.get("/events/")
    with django_assert_num_queries(4):  # what is offered is known by now
        client.get("/events/?country=CL")


def test_series_that_is_not_offered_is_found_by_its_address_unless_nothing_of_it_is_public(client):
    for _ in range(50):
        series = EventSeriesFactory()
        EventFactory.create_batch(2, series=series)
    EventFactory(title="Seldom held", series=EventSeriesFactory(slug="seldom", name="Seldom"))
    EventFactory(draft=True, series=EventSeriesFactory(slug="hidden", name="SECRET"))

    assert '<option value="seldom"' not in page(client, "/events/")
    assert '<option value="seldom" selected>' in page(client, "/events/?series=seldom")
    assert "1 event, Seldom" in words(page(client, "/events/?series=seldom"))
    assert "SECRET" not in page(client, "/events/?series=hidden")


# Pages


def test_page_after_the_last_leads_to_the_first_with_filters_kept(client):
    EventFactory(format="workshop")

    for number in ("2", "999", "0", "-1", "x", "1e9", "9" * 30, "%00"):
        response = client.get(f"/events/?format=workshop&page={number}")

        assert (response.status_code, response["Location"]) == (302, "/events/?format=workshop"), number


def test_pages_are_numbered_and_keep_filters(client):
    for n in range(45):
        EventFactory(title=f"Event number {n}", format="workshop")

    body = page(client, "/events/?format=workshop&page=2")

    assert "Showing 21 to 40 of 45 events" in words(body)
    assert 'rel="prev" href="?format=workshop&amp;page=1"' in body
    assert 'rel="next" href="?format=workshop&amp;page=3"' in body
    assert 'href="?format=workshop&amp;page=2" aria-current="page"' in body
    assert '<ol class="events" start="21">' in body
    assert f'<link rel="canonical" href="{settings.SITE_URL}/events/?format=workshop&amp;page=2">' in body


def test_total_above_a_thousand_is_not_counted(django_assert_num_queries):
    Event.objects.bulk_create(Event(title="E", slug=f"e-{n}") for n in range(COUNT_TO + 60))
    paginator = DeepPaginator(Event.objects.order_by("pk"))

    with django_assert_num_queries(2):
        last = paginator.page(53)
        assert paginator.total == "1,000+"

    assert (last.start_index(), last.end_index(), last.has_next()) == (1041, 1060, False)
    assert last.numbers == [1, "…", 52, 53]
    assert paginator.page(1).numbers == [1, 2, "…"]
    assert paginator.page(2).numbers == [1, 2, 3, "…"]
    assert paginator.page(3).numbers == [1, 2, 3, 4, "…"]


def test_pages_end_at_ten_thousand_rows(monkeypatch):
    monkeypatch.setattr("events.pages.DEPTH", 60)
    monkeypatch.setattr("events.pages.COUNT_TO", 50)
    Event.objects.bulk_create(Event(title="E", slug=f"e-{n}") for n in range(90))
    paginator = DeepPaginator(Event.objects.order_by("pk"))

    deepest = paginator.page(3)

    assert deepest.is_deepest
    assert not deepest.has_next()
    assert not paginator.page(2).is_deepest
    with pytest.raises(InvalidPage):
        paginator.page(4)


# The page of an event


def test_event_says_what_when_where_and_under_which_rule(client):
    event = EventFactory(
        title="Three days on the coast",
        reference="MU/7",
        starts_on=dt.date(2024, 4, 15),
        ends_on=dt.date(2024, 4, 17),
        time_zone="America/Santiago",
        venue="The old harbour",
        city="Santiago",
        country="CL",
        chatham_house=True,
    )

    body = page(client, event.get_absolute_url())

    said = words(body)
    assert said.startswith("Dialogue Held MU/7 Three days on the coast At a glance When 15 – 17 April 2024")
    assert "America/Santiago, UTC−04:00" in said
    assert "The old harbour" in said
    assert "held under the Chatham House Rule: what was said may be used" in said
    assert body.count("<h1") == 1


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "said"),
    [
        (dt.date(2000, 1, 1), dt.date(2000, 1, 2), "Held"),
        (dt.date(2099, 1, 1), dt.date(2099, 1, 2), "Upcoming"),
        (dt.date(2000, 1, 1), dt.date(2099, 1, 2), "Taking place now"),
        (None, None, "To be announced"),
    ],
)
def test_event_says_whether_it_is_to_come(client, starts_on, ends_on, said):
    event = EventFactory(starts_on=starts_on, ends_on=ends_on)

    assert said in words(page(client, event.get_absolute_url()))


@pytest.mark.parametrize("title", ["サイバー空間における対話", "حوار حول بناء الثقة", "Ünïcödé & <b>signs</b>"])
def test_event_with_a_title_in_any_script_has_a_page(client, title):
    event = EventFactory(title=title, starts_on=None, ends_on=None)

    body = page(client, event.get_absolute_url())

    assert f'<h1 dir="auto">{title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")}</h1>' in body
    assert f'<link rel="canonical" href="{settings.SITE_URL}{event.get_absolute_url()}">' in body


def test_event_shows_its_outcomes_before_its_programme_in_printed_order(client):
    event = EventFactory(reference="MU1")
    for number, text in [(2, "Second takeaway"), (1, "First takeaway")]:
        TakeawayFactory(event=event, text=text, published=True, number=number)
    ActionFactory(event=event, text="First action", published=True, number=1)
    TakeawayFactory(event=event, text="SECRET draft")
    SessionFactory(event=event, title="The session")

    said = words(page(client, event.get_absolute_url()))

    places = [said.index(text) for text in ("First takeaway", "Second takeaway", "First action", "The session")]
    assert places == sorted(places)
    assert "SECRET" not in said


def test_programme_stands_by_day_in_the_zone_of_the_event(client):
    event = EventFactory(starts_on=dt.date(2026, 3, 28), ends_on=dt.date(2026, 3, 29), time_zone="Europe/Paris")
    zone = event.zone
    night = dt.date(2026, 3, 28)
    SessionFactory(
        event=event, title="Night walk", starts_at=dt.datetime(2026, 3, 29, 0, 30, tzinfo=zone), programme_day=night
    )
    SessionFactory(event=event, title="Evening", starts_at=dt.datetime(2026, 3, 28, 20, 0, tzinfo=zone))
    SessionFactory(event=event, title="Morning", starts_at=dt.datetime(2026, 3, 29, 9, 0, tzinfo=zone))

    body = page(client, event.get_absolute_url())

    assert (
        "Saturday, 28 March 2026 20:00 Evening Plenary 00:30 29 March Night walk Plenary "
        "Sunday, 29 March 2026 09:00 Morning Plenary"
    ) in words(body)
    assert '<time datetime="2026-03-28T20:00:00+01:00">20:00</time>' in body
    assert '<time datetime="2026-03-29T09:00:00+02:00">09:00</time>' in body  # the clocks changed that night


def test_programme_nests_groups_with_rooms_and_people_who_may_be_named(client):
    event = EventFactory(on_record=True)
    plenary = SessionFactory(event=event, title="The plenary")
    group = BreakoutGroupFactory(event=event, parent=plenary, title="The group", number="1", room="Blue Room")
    BreakoutGroupFactory(event=event, parent=group, title="The subgroup")
    for role, name in [("moderator", "Ana Example"), ("moderator", "Ben Example"), ("rapporteur", "Cy, Example/Esq.")]:
        RoleFactory(participation=speaker(event, name), session=group, role=role)
    hidden = ParticipationFactory(event=event, person=PersonFactory(name="SECRET"), listing="participants")
    RoleFactory(participation=hidden, session=group, role="speaker")

    body = page(client, event.get_absolute_url())

    said = words(body)
    assert (
        "The group Breakout group 1 Blue Room Moderator: Ana Example , Institute of Examples "
        "Moderator: Ben Example , Institute of Examples Rapporteur: Cy, Example/Esq. , Institute of Examples "
        "The subgroup Breakout group"
    ) in said
    assert "SECRET" not in body
    assert '<h3 class="session__title" dir="auto">The plenary' in body
    assert '<h4 class="session__title" dir="auto">The group' in body
    assert '<h5 class="session__title" dir="auto">The subgroup' in body


def test_rule_decides_who_is_listed(client):
    for rule, listed in [("on_record", True), ("non_attributed", True), ("chatham_house", False), ("closed", False)]:
        event = EventFactory(attribution=rule)
        speaker(event, f"Person under {rule}")

        body = page(client, event.get_absolute_url())

        assert (f"Person under {rule}" in body) is listed, rule


def test_quotes_recordings_partners_report_and_editions_are_shown(client):
    series = EventSeriesFactory(name="A series")
    before = EventFactory(title="First edition", series=series, starts_on=dt.date(2022, 1, 1))
    event = EventFactory(title="Second edition", series=series, starts_on=dt.date(2024, 1, 1), on_record=True)
    after = EventFactory(title="Third edition", series=series, starts_on=dt.date(2025, 1, 1))
    EventFactory(title="SECRET edition", series=series, starts_on=dt.date(2024, 6, 1), draft=True)
    EventPartnerFactory(event=event, organisation=OrganisationFactory(name="The convener"), role="convener")
    QuoteFactory(event=event, speaker=speaker(event), text="Words on record.")
    QuoteFactory(event=event, text="SECRET quote", consent="refused")
    ResourceFactory(event=event, kind="recording", title="Morning", part=2, publisher="Example TV")
    ResourceFactory(event=event, title="SECRET resource", is_public=False)
    report = ReportFactory(
        event=event,
        title="The report",
        author=speaker(event, "Rap Example"),
        published_month="2024-02-01",
        published=True,
    )
    ReportSectionFactory(report=report, title="What happened")

    body = page(client, event.get_absolute_url())

    said = words(body)
    assert "Words on record. Ana Example , Institute of Examples" in said
    assert "Morning (part 2) Recording · Example TV" in said
    assert "Convener The convener" in said
    assert "Report The report By Rap Example February 2024 What happened" in said
    assert "Previous edition First edition Next edition Third edition" in said
    assert before.get_absolute_url() in body
    assert after.get_absolute_url() in body
    assert "SECRET" not in body


def test_report_links_to_its_sections_and_says_which_are_not_here(client):
    report = ReportFactory(event=EventFactory(slug="there"), published=True, disclaimer="Nobody's view.")
    for title, fields in [("Read me", {"body": "Words"}), ("Title alone", {}), ("Closing", {"kind": "outcomes"})]:
        ReportSectionFactory(report=report, title=title, **fields)

    body = page(client, "/events/there/")

    assert "Read me Title alone (not on this site) Closing Disclaimer Nobody&#x27;s view." in words(body)
    assert 'href="/events/there/report/read-me/"' in body
    assert 'href="/events/there/report/closing/"' in body
    assert "report/title-alone" not in body


def test_who_has_a_role_of_the_whole_event_is_named_once(client):
    event = EventFactory(on_record=True)
    rapporteur, guest = speaker(event, "Rap Example"), speaker(event, "Guest Example")
    RoleFactory(participation=rapporteur, role="rapporteur")
    RoleFactory(participation=guest, role="speaker", session=SessionFactory(event=event))

    said = words(page(client, event.get_absolute_url()))

    assert said.count("Rap Example") == 1
    assert said[said.index("Participants") :].count("Guest Example") == 1


def test_only_participant_who_stands_with_a_role_leaves_no_list(client):
    event = EventFactory(on_record=True)
    RoleFactory(participation=speaker(event), role="rapporteur")

    assert "Participants" not in words(page(client, event.get_absolute_url()))


def test_long_page_has_a_list_of_contents_and_a_short_one_none(client):
    event = EventFactory(body="About it")
    SessionFactory(event=event)
    assert 'class="toc"' not in page(client, event.get_absolute_url())

    TakeawayFactory(event=event, published=True, number=1)

    body = page(client, event.get_absolute_url())
    contents = re.search(r'<nav class="toc".*?</nav>', body, re.DOTALL)[0]
    anchors = re.findall(r'href="#([^"]+)"', contents)
    assert anchors == ["takeaways", "about", "programme"]
    assert all(f'id="{anchor}"' in body for anchor in anchors)


def test_partner_leads_to_its_page_and_series_to_all_editions(client):
    event = EventFactory(series=EventSeriesFactory(name="Made up"))
    EventPartnerFactory(event=event, organisation=OrganisationFactory(name="The convener"), role="convener")

    body = page(client, event.get_absolute_url())

    assert 'href="/organisations/the-convener/"' in body
    assert 'href="/events/?series=made-up"' in body


def test_document_says_its_type_and_size(client):
    event = EventFactory()
    resource = ResourceFactory(event=event, url="", file="resources/placeholder.pdf", kind="concept_note", title="Note")
    stored(resource, "file", "note.pdf", b"x" * 2048)

    assert "Note Concept note · PDF, 2.0\xa0KB".replace("\xa0", " ") in words(page(client, event.get_absolute_url()))


def test_document_that_is_gone_from_the_disk_has_no_size(client):
    event = EventFactory()
    ResourceFactory(event=event, url="", file="resources/gone.pdf", kind="concept_note", title="Note")

    assert words(page(client, event.get_absolute_url())).partition("Note Concept note ")[2].startswith("Cite")


def test_hours_carry_their_offset_for_the_clock_of_the_reader(client):
    event = EventFactory(time_zone="America/Santiago", starts_on=dt.date(2026, 3, 3))
    assert "local-times.js" not in page(client, event.get_absolute_url())
    SessionFactory(
        event=event,
        starts_at=dt.datetime(2026, 3, 3, 9, tzinfo=event.zone),
        ends_at=dt.datetime(2026, 3, 3, 10, tzinfo=event.zone),
    )

    body = page(client, event.get_absolute_url())

    assert "local-times.js" in body
    assert (
        '<time datetime="2026-03-03T09:00:00-03:00"></time><time datetime="2026-03-03T10:00:00-03:00"></time>' in body
    )


def test_programme_that_changed_is_drawn_anew(client):
    event = EventFactory()
    session = SessionFactory(event=event, title="As it was")
    page(client, event.get_absolute_url())

    Session.objects.filter(pk=session.pk).update(title="As it is")

    assert "As it is" in page(client, event.get_absolute_url())


# What machines read


def graph(body):
    """The graph of a page, by type."""
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', body, re.DOTALL)
    assert len(found) == 1
    return {thing["@type"]: thing for thing in json.loads(found[0])["@graph"]}


def test_event_describes_itself_to_machines(client):
    event = EventFactory(
        title="Talks </script><b>&",
        slug="talks",
        summary="On talks.",
        time_zone="America/Santiago",
        starts_on=dt.date(2026, 3, 3),
        ends_on=dt.date(2026, 3, 4),
        venue="The old harbour",
        city="Valparaíso",
        country="CL",
        mode="hybrid",
    )
    EventPartnerFactory(event=event, organisation=OrganisationFactory(name="The funder"), role="funder")
    EventPartnerFactory(event=event, organisation=OrganisationFactory(name="The convener"), role="convener")
    SessionFactory(event=event, starts_at=dt.datetime(2026, 3, 3, 9, tzinfo=event.zone))

    things = graph(page(client, "/events/talks/"))

    address = f"{settings.SITE_URL}/events/talks/"
    assert things["Event"] == {
        "@type": "Event",
        "@id": f"{address}#event",
        "url": address,
        "name": "Talks </script><b>&",
        "description": "On talks.",
        "startDate": "2026-03-03T09:00:00-03:00",
        "endDate": "2026-03-04",
        "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": "https://schema.org/MixedEventAttendanceMode",
        "location": [
            {
                "@type": "Place",
                "name": "The old harbour",
                "address": {"@type": "PostalAddress", "addressLocality": "Valparaíso", "addressCountry": "CL"},
            },
            {"@type": "VirtualLocation", "url": address},
        ],
        "organizer": [
            {
                "@type": "Organization",
                "name": "The convener",
                "url": f"{settings.SITE_URL}/organisations/the-convener/",
            }
        ],
        "image": [f"{address}card.png"],
    }
    steps = [(step["position"], step["name"]) for step in things["BreadcrumbList"]["itemListElement"]]
    assert steps == [(1, "Home"), (2, "Events"), (3, "Talks </script><b>&")]


@pytest.mark.parametrize("unknown", [{"starts_on": None, "ends_on": None, "city": "Utopia"}, {"venue": "", "city": ""}])
def test_event_without_dates_or_place_invents_none_and_is_no_event_to_machines(client, unknown):
    event = EventFactory(**unknown)

    things = graph(page(client, event.get_absolute_url()))

    assert set(things) == {"WebPage", "BreadcrumbList"}
    assert not {"startDate", "endDate", "location", "organizer"} & things["WebPage"].keys()


def test_a_long_list_of_participants_ends_with_how_many_more_there_are(client, monkeypatch):
    monkeypatch.setattr("events.views.event.LISTED", 2)
    event = EventFactory(on_record=True)
    for n in range(4):
        ParticipationFactory(event=event, public=True, person__name=f"Somebody {n}")
    ParticipationFactory(event=event, person__name="SECRET")

    body = page(client, event.get_absolute_url())

    assert body.count("Somebody") == 2
    assert "And 2 more." in words(body)


def test_unpublished_report_is_not_shown(client):
    event = EventFactory()
    ReportSectionFactory(report=ReportFactory(event=event, title="SECRET"), title="SECRET")

    assert "SECRET" not in page(client, event.get_absolute_url())


def test_withdrawn_event_says_when_and_nothing_else(client):
    event = EventFactory(title="SECRET", summary="SECRET", withdrawn=True, slug="a-dialogue")

    body = page(client, event.get_absolute_url(), status=410)

    assert "Withdrawn on 6 March 2026" in words(body)
    assert "SECRET" not in body


def test_draft_event_answers_as_one_that_does_not_exist(client):
    EventFactory(draft=True, slug="there")

    there, nowhere = page(client, "/events/there/", 404), page(client, "/events/elsewhere/", 404)

    assert there.replace("there", "") == nowhere.replace("elsewhere", "")


@pytest.mark.parametrize("rows", [1, 30])
def test_event_takes_the_same_queries_whatever_it_holds(client, django_assert_num_queries, rows):
    event = EventFactory(on_record=True, series=EventSeriesFactory(), time_zone="Asia/Tokyo")
    report = ReportFactory(event=event, published=True)
    for n in range(rows):
        plenary = SessionFactory(event=event, starts_at=dt.datetime(2026, 3, 3, 9, tzinfo=dt.UTC))
        group = BreakoutGroupFactory(event=event, parent=plenary)
        someone = speaker(event, f"Someone {n}")
        for session in (None, plenary, group):
            RoleFactory(participation=someone, session=session, role="moderator")
        QuoteFactory(event=event, speaker=someone, session=group)
        ResourceFactory(event=event)
        EventPartnerFactory(event=event)
        TakeawayFactory(event=event, session=group, published=True, number=n + 1)
        ActionFactory(event=event, session=group, published=True, number=n + 1)
        ReportSectionFactory(report=report)
        EventFactory(series=event.series)

    with django_assert_num_queries(5):  # the event, roles, what is beside, sessions, outcomes
        client.get(event.get_absolute_url())


# Text that staff typed


def test_markdown_is_cleaned():
    text = (
        "# Big\n\n## Small\n\n<script>alert(1)</script> [in](javascript:alert(1)) [out](https://example.org)\n\n"
        "![picture](https://example.org/a.png)\n\n<b onclick=x>bold</b> **strong**\n\n- one"
    )

    made = markdown(text)

    assert "<h3>Big</h3>" in made
    assert "<h4>Small</h4>" in made
    assert "<strong>strong</strong>" in made
    assert '<a href="https://example.org" rel="nofollow noopener">out</a>' in made
    for never in ("<script", "<b", "onclick=x>", "<img", 'href="javascript'):
        assert never not in made


@pytest.mark.parametrize(("text", "made"), [("## a\n\n#### b", "<h3>a</h3>\n<h4>b</h4>\n"), ("", ""), (None, "")])
def test_markdown_headings_skip_no_level(text, made):
    assert markdown(text) == made


def test_markdown_of_an_event_and_a_session_stands_below_their_headings(client):
    event = EventFactory(body="# About it")
    SessionFactory(event=event, title="Opening", body="# In the opening")

    body = page(client, event.get_absolute_url())

    assert "<h3>About it</h3>" in body
    assert "<h4>In the opening</h4>" in body


# Uploaded files


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def stored(row, field, name="x.png", content=b"bytes"):
    getattr(row, field).save(name, ContentFile(content))
    return getattr(row, field).url


def test_picture_of_a_public_event_is_served(client):
    url = stored(EventFactory(image_alt="A hall"), "image")

    response = client.get(url)

    assert b"".join(response.streaming_content) == b"bytes"
    assert response["Content-Type"] == "image/png"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith("inline")
    assert "sandbox" in response["Content-Security-Policy"]
    assert not response.cookies


def test_document_of_a_public_event_is_handed_over_and_never_shown_as_markup(client):
    resource = ResourceFactory(url="", file="resources/placeholder.txt", title="The note")
    url = stored(resource, "file", "note.txt", b"<script>alert(1)</script>")

    response = client.get(url)

    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"] == 'attachment; filename="the-note.txt"'
    assert b"".join(response.streaming_content) == b"<script>alert(1)</script>"


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_picture_of_a_hidden_event_is_served_to_staff_only(client, editor, state):
    url = stored(EventFactory(image_alt="A hall", **{state: True}), "image")

    assert client.get(url).status_code == 404
    client.force_login(UserFactory())
    assert client.get(url).status_code == 404
    client.force_login(editor)
    response = client.get(url)
    assert b"".join(response.streaming_content) == b"bytes"
    assert response["Cache-Control"] == "private, no-store"


def test_document_that_is_not_public_is_not_served(client):
    public = EventFactory()
    for row in (
        ResourceFactory(event=public, url="", file="x", is_public=False),
        ResourceFactory(event=EventFactory(draft=True), url="", file="x"),
        ResourceFactory(event=public, session=SessionFactory(event=public, closed=True), url="", file="x"),
    ):
        assert client.get(stored(row, "file", "a.pdf")).status_code == 404


def test_logo_is_served_once_its_organisation_is_partner_of_a_public_event(client):
    organisation = OrganisationFactory(logo_alt="A wave")
    url = stored(organisation, "logo")
    event = EventPartnerFactory(organisation=organisation, event=EventFactory(draft=True)).event

    assert client.get(url).status_code == 404
    Event.objects.filter(pk=event.pk).update(status="published", published_at="2026-01-01T00:00Z")
    response = client.get(url)
    assert b"".join(response.streaming_content) == b"bytes"


@pytest.mark.parametrize("path", ["events/../settings.py", "events/%00.png", "events/", "events/nothing.png", "", "x"])
def test_nothing_else_is_behind_the_address_of_files(client, path):
    assert client.get(f"/media/{path}").status_code == 404


def test_file_that_is_gone_from_the_disk_is_not_found(client):
    event = EventFactory(image_alt="A hall")
    url = stored(event, "image")
    event.image.storage.delete(event.image.name)

    assert client.get(url).status_code == 404


# Who is asking is of no interest


def test_public_pages_ask_nothing_of_the_session_even_when_its_cookie_is_sent(client, editor):
    client.force_login(editor)
    event = EventFactory()
    takeaway = TakeawayFactory(event=event, published=True)
    ParticipationFactory(event=event)
    workflow.settle_visibility(event)
    assert Outcome.objects.public().exists()
    assert Participation.objects.exists()

    for address in ("/", "/events/", event.get_absolute_url(), "/outcomes/", takeaway.get_absolute_url(), "/themes/"):
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)

        assert response.status_code == 200
        assert "Set-Cookie" not in response, address
        assert not response.cookies, address
        assert "Cookie" not in response.get("Vary", ""), address
        asked = [query["sql"] for query in queries]
        assert not any("django_session" in sql for sql in asked), address
        assert not any(sql.startswith('SELECT "participants_user"') for sql in asked), address


def test_event_slug_is_its_address():
    event = EventFactory(slug="対話-2026")

    assert reverse("events:event-detail", args=[event.slug]) == event.get_absolute_url()
