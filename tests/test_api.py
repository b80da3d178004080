"""The public API: what every address of it promises."""

import datetime as dt

import pytest
from django.conf import settings
from django.db import OperationalError
from django.urls import get_resolver, reverse
from django.utils.html import escape

from config.api_pages import described, resources
from events.api.resources import Many, One
from outcomes.models import Outcome, Report
from tests.api import ask, assert_described, pages
from tests.factories import (
    PUBLISHED_AT,
    ActionFactory,
    ActionOwnerFactory,
    ActionUpdateFactory,
    AddresseeFactory,
    BreakoutGroupFactory,
    EventFactory,
    EventPartnerFactory,
    EventSeriesFactory,
    OutcomeFactory,
    ParticipationFactory,
    QuoteFactory,
    ReportFactory,
    ReportSectionFactory,
    ResourceFactory,
    RoleFactory,
    SessionFactory,
    TakeawayFactory,
    ThemeFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def keys(scenery):
    """Three of everything, one of each with all that it can have; return what names these in addresses."""
    with scenery():
        series = EventSeriesFactory()
        for year in (2024, 2028):
            EventFactory(series=series, starts_on=dt.date(year, 3, 3))
        event = EventFactory(title="Talks", series=series, on_record=True, country="CL", reference="MU1", body="All.")
        plenary = SessionFactory(event=event, title="Plenary", starts_at=PUBLISHED_AT, ends_at=PUBLISHED_AT)
        group = BreakoutGroupFactory(event=event, parent=plenary)
        BreakoutGroupFactory(event=event, parent=group)
        someone = ParticipationFactory(event=event, public=True, affiliation="A house", position="Head")
        RoleFactory(participation=someone, session=plenary)
        RoleFactory(participation=someone, role="chair")
        ParticipationFactory(event=event, public=True)
        QuoteFactory(event=event, speaker=someone)
        ResourceFactory(event=event)
        convener = EventPartnerFactory(event=event, role="convener", organisation__name="Convener").organisation
        EventPartnerFactory.create_batch(2, event=event)
        theme = ThemeFactory(name="Trust")
        inner = ThemeFactory(name="Hotlines", parent=theme)
        ThemeFactory()
        takeaway = TakeawayFactory(
            event=event, session=group, themes=[inner], published=True, number=1, heading="Printed under"
        )
        action = ActionFactory(
            event=event,
            text="Open it.",
            themes=[theme],
            published=True,
            number=1,
            due_on=dt.date(2020, 1, 1),
            nature="pledge",
        )
        AddresseeFactory(action=action, actor_type="donor")
        ActionOwnerFactory(action=action, organisation=convener, response="accepted", is_lead=True)
        ActionOwnerFactory(action=action, organisation=None, person=someone.person)
        ActionUpdateFactory(action=action, evidence_url="https://example.org/proof")
        for number in (2, 3):
            TakeawayFactory(event=event, published=True, number=number, published_at=PUBLISHED_AT)
            late = ActionFactory(
                event=event, published=True, number=number, due_on=[None, dt.date(2099, 1, 1)][number == 2]
            )
            ActionUpdateFactory(action=late)
        report = ReportFactory(event=event, published=True, author=someone)
        ReportSectionFactory(report=report, body="Words.")
        ReportSectionFactory(report=report)
        for _ in range(2):
            ReportFactory(published=True)
    return {
        "event": event.slug,
        "session": plenary.code,
        "outcome": takeaway.code,
        "action": action.code,
        "theme": theme.slug,
        "organisation": convener.slug,
        "report": event.slug,
    }


def view_of(name):
    return get_resolver().resolve(reverse(name, args=["aaaaaaaa"] if name.endswith("detail") else [])).func.cls


THINGS = ["event", "session", "outcome", "action", "theme", "organisation", "report"]


@pytest.mark.parametrize("thing", THINGS)
def test_list_has_exactly_what_is_described(client, thing):
    view = view_of(f"api:{thing}-list")

    rows = ask(client, f"{thing}s/")["results"]

    assert issubclass(view, Many)
    assert len(rows) >= 3
    for row in rows:
        assert_described(view.serializer_class(), row)


@pytest.mark.parametrize("thing", THINGS)
def test_one_has_exactly_what_is_described(client, keys, thing):
    view = view_of(f"api:{thing}-detail")

    row = ask(client, f"{thing}s/{keys[thing]}/")

    assert issubclass(view, One)
    assert_described(view.serializer_class(), row)


@pytest.mark.parametrize("thing", THINGS)
def test_pages_hold_every_row_once_in_the_same_order(client, thing):
    whole = ask(client, f"{thing}s/", limit=100)

    one_by_one = [row for page in pages(client, f"{thing}s/", limit=1) for row in page]

    assert whole["next"] is None
    assert one_by_one == whole["results"]


@pytest.mark.parametrize("sort", ["newest", "due", "updated"])
def test_actions_are_paged_in_each_order(client, sort):
    whole = [row["code"] for row in ask(client, "actions/", sort=sort)["results"]]

    one_by_one = [row["code"] for page in pages(client, "actions/", sort=sort, limit=1) for row in page]

    assert len(set(whole)) == 3
    assert one_by_one == whole


def test_page_goes_on_where_it_was_though_something_was_published_since(client, keys):
    first, onward = (page := ask(client, "outcomes/", limit=2))["results"], page["next"]
    newer = OutcomeFactory(text="Newer.", published=True, number=9, published_at=PUBLISHED_AT + dt.timedelta(days=1))

    rest = [row for page in pages(client, onward.removeprefix(settings.SITE_URL)) for row in page]

    seen = [row["code"] for row in [*first, *rest]]
    assert newer.code not in seen
    assert len(seen) == len(set(seen)) == Outcome.objects.public().count() - 1


def test_list_without_a_date_goes_on_behind_those_with_one(client):
    for number in range(2):
        EventFactory(title=f"Some day {number}", starts_on=None, ends_on=None)

    found = [row["starts_on"] for page in pages(client, "events/", limit=1) for row in page]

    assert found[-2:] == [None, None]
    assert sorted(filter(None, found), reverse=True) == found[:-2]


def test_words_are_answered_best_first_and_paged(client):
    for number in range(3):
        TakeawayFactory(text="Bridges. " * (number + 1), published=True, number=number + 1)

    whole = [row["code"] for row in ask(client, "outcomes/", q="bridges")["results"]]

    assert len(whole) == 3
    assert [row["code"] for page in pages(client, "outcomes/", q="bridges", limit=1) for row in page] == whole


def test_program_gets_what_the_page_says(client, keys):
    event = ask(client, f"events/{keys['event']}/")
    action = ask(client, f"actions/{keys['action']}/")

    assert (event["title"], event["country"], event["country_name"]) == ("Talks", "CL", "Chile")
    assert [(one["role"], one["name"], one["affiliation"]) for one in event["people"]] == [
        ("Chair", event["quotes"][0]["name"], "A house")
    ]
    assert [session["title"] for session in event["programme"]] == ["Plenary"]
    assert len(event["programme"][0]["groups"][0]["groups"]) == 1
    assert (event["previous"]["starts_on"], event["following"]["starts_on"]) == ("2024-03-03", "2028-03-03")
    assert action["reference"] == "MU1-A1"
    owner, person = action["owners"]
    assert (owner["name"], owner["lead"], owner["response"]) == ("Convener", True, "accepted")
    assert person["details"] == "Head, A house"
    assert action["attention"] == ["overdue"]
    assert action["addressed_to"] == ["donor"]
    [update] = action["updates"]
    assert (update["code"], update["evidence_url"]) == (
        Outcome.objects.get(code=keys["action"]).updates.get().code,
        "https://example.org/proof",
    )


def test_only_the_fields_asked_for_are_sent(client, keys):
    page = ask(client, "outcomes/", fields="text,code", limit=1)

    assert list(page["results"][0]) == ["code", "text"]
    assert list(ask(client, f"events/{keys['event']}/", fields="title")) == ["title"]


@pytest.mark.parametrize(
    "query, parameter",
    [
        ({"author": "1"}, "author"),
        ({"page": "2"}, "page"),
        ({"format": "json"}, "format"),
        ({"kind": "banana"}, "kind"),
        ({"kind": ""}, "kind"),
        ({"theme": "nothing-like-it"}, "theme"),
        ({"year": "x"}, "year"),
        ({"sort": "author"}, "sort"),
        ({"sort": "relevance"}, "sort"),
        ({"limit": "101"}, "limit"),
        ({"limit": "0"}, "limit"),
        ({"limit": "²"}, "limit"),
        ({"cursor": "made-up"}, "cursor"),
        ({"fields": "author"}, "fields"),
        ({"q": "x" * 201}, "q"),
        ({"q": "a\x00b"}, "q"),
        ({"q": ["a", "b"]}, "q"),
    ],
)
def test_what_is_not_understood_is_said_and_not_left_out(client, query, parameter):
    response = client.get("/api/v1/outcomes/", query)

    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    said = response.json()
    assert [wrong["parameter"] for wrong in said["errors"]] == [parameter]
    assert said["detail"] == said["errors"][0]["detail"]


def test_cursor_of_another_list_or_order_is_refused(client):
    word = ask(client, "actions/", limit=1)["next"].partition("cursor=")[2]

    ask(client, "actions/", 400, sort="due", cursor=word)
    ask(client, "outcomes/", 400, cursor=word)
    ask(client, "actions/", 200, cursor=word)
    ask(client, "actions/", 400, cursor=word[:-1] + ("a" if word[-1] != "a" else "b"))


def test_what_was_withdrawn_says_when_and_nothing_else(client):
    outcome = OutcomeFactory(withdrawn=True, text="Taken back", public_note="A mistake.")
    event = EventFactory(withdrawn=True, title="Taken back too")

    for address, note in ((f"outcomes/{outcome.code}/", "A mistake."), (f"events/{event.slug}/", "")):
        said = ask(client, address, 410)
        assert (said["withdrawn_on"], said["note"]) in [("2026-03-07", note), ("2026-03-06", note)]
        assert set(said) == {"type", "title", "status", "detail", "withdrawn_on", "note"}


def test_what_was_merged_leads_to_what_it_became(client):
    survivor = OutcomeFactory(published=True)
    merged = OutcomeFactory(
        event=survivor.event, merged=True, merged_into=survivor, published_at=PUBLISHED_AT, number=99
    )

    response = client.get(f"/api/v1/outcomes/{merged.code}/")

    assert (response.status_code, response.headers["Location"]) == (301, f"/api/v1/outcomes/{survivor.code}/")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_written(client, method):
    response = getattr(client, method)("/api/v1/outcomes/")

    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert response.json()["status"] == 405


def test_only_json_is_spoken(client):
    assert client.get("/api/v1/outcomes/", headers={"Accept": "text/html"}).status_code == 406
    for accept in ("*/*", "application/json", "text/html,*/*;q=0.1"):
        response = client.get("/api/v1/outcomes/", headers={"Accept": accept})
        assert response.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("address", ["/api/v1/outcomes/", "/api/v1/outcomes/?x=1", "/api/v1/nothing/", "/api/v2/"])
def test_pages_of_any_site_may_read_every_answer(client, address):
    headers = client.get(address, headers={"Origin": "https://elsewhere.example"}).headers

    assert headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in headers
    assert {"ETag", "Link", "RateLimit"} <= set(headers["Access-Control-Expose-Headers"].split(", "))
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_browser_is_told_before_what_it_may_ask(client):
    response = client.options("/api/v1/outcomes/", headers={"Origin": "https://elsewhere.example"})

    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"


def test_pages_of_the_site_stay_its_own(client):
    assert "Access-Control-Allow-Origin" not in client.get(reverse("outcomes:outcome-list")).headers


def test_address_without_its_slash_leads_on(client):
    response = client.get("/api/v1/outcomes?kind=action")

    assert (response.status_code, response.headers["Location"]) == (301, "/api/v1/outcomes/?kind=action")


@pytest.mark.usefixtures("as_served")
def test_second_visit_and_304_ask_the_database_nothing(client, django_assert_num_queries):
    first = client.get("/api/v1/outcomes/?limit=1")

    with django_assert_num_queries(0):
        second = client.get("/api/v1/outcomes/?limit=1")
        unchanged = client.get("/api/v1/outcomes/?limit=1", headers={"If-None-Match": first.headers["ETag"]})

    assert second.content == first.content
    assert second.headers["Link"] == first.headers["Link"]
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert unchanged.headers["Access-Control-Allow-Origin"] == "*"


def test_reference_page_has_every_address_and_what_it_says_to_try_answers(client):
    body = client.get(reverse("api-docs")).content.decode()

    for resource in resources():
        for place in resource.places:
            assert f"GET {place.path}" in body
            assert not place.try_it or client.get(place.try_it).status_code == 200
    assert '<link rel="service-desc" type="application/vnd.oai.openapi+json" href="/api/v1/schema/">' in body
    assert "CC BY 4.0" in body


def test_dictionary_has_every_field(client):
    body = client.get(reverse("api-dictionary")).content.decode()

    for serializer in described():
        for field in serializer.fields.values():
            assert f"<code>{field.field_name}</code>" in body
            assert escape(field.help_text) in body


def test_every_page_leads_to_the_api(client):
    assert f'href="{reverse("api-docs")}"' in client.get(reverse("home")).content.decode()
    assert client.get("/api/").headers["Location"] == reverse("api-docs")


def test_start_names_every_list(client):
    for address in ask(client, "").values():
        assert client.get(address.removeprefix(settings.SITE_URL)).status_code == 200


@pytest.mark.parametrize("error, status", [(OperationalError, 503), (ValueError, 500)])
def test_what_goes_wrong_here_is_said_in_words(client, monkeypatch, error, status):
    def fail(*args):
        raise error

    monkeypatch.setattr("events.api.views.EventList.read", fail)
    client.raise_request_exception = False

    response = client.get("/api/v1/events/")

    assert (response.status_code, response.headers["Content-Type"]) == (status, "application/problem+json")
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert ("Retry-After" in response.headers) == (status == 503)


def test_host_that_is_not_ours_is_refused_in_words(client):
    response = client.get("/api/v1/events/", headers={"Host": "elsewhere.example"})

    assert (response.status_code, response.headers["Content-Type"]) == (400, "application/problem+json")


def test_author_of_a_report_is_named_under_the_strictest_rule_it_has_stood_under(client, db):
    event = EventFactory(attribution="on_record")
    someone = ParticipationFactory(
        event=event, listing="public", affiliation="Ministry of Examples", recorded_under="on_record"
    )
    report = ReportFactory(event=event, published=True, author=someone)
    Report.objects.filter(pk=report.pk).update(recorded_under="on_record")
    addresses = [reverse("api:report-list"), reverse("api:report-detail", args=[event.slug])]

    told = [ask(client, address) for address in addresses]
    Report.objects.filter(pk=report.pk).update(recorded_under="chatham_house")
    kept = [ask(client, address) for address in addresses]

    assert all("Ministry of Examples" in str(answer) for answer in told)
    assert not any("Ministry of Examples" in str(answer) for answer in kept)
    assert all(someone.person.name in str(answer) for answer in [*told, *kept])
