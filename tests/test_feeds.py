"""Feeds as independent readers see them: what is in them, what a correction and a withdrawal look like, what is not."""

import datetime as dt
import re
from urllib.parse import urlsplit

import feedparser
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events import atom, shelf
from events.models import Event
from events.models.generation import bump_generation
from outcomes.models import Outcome
from tests.factories import (
    PUBLISHED_AT,
    ActionFactory,
    ActionUpdateFactory,
    EventFactory,
    EventPartnerFactory,
    EventSeriesFactory,
    OutcomeFactory,
    StatusChangeFactory,
    TakeawayFactory,
    ThemeFactory,
    UserFactory,
)

NOTE = "It quoted a figure that was wrong."


@pytest.fixture
def dialogue(db):
    """A dialogue of a series with a convener, a takeaway and an action, both under a theme."""
    event = EventFactory(
        title="Exercise <Lighthouse> & more", reference="LH26", series=EventSeriesFactory(name="Exercises")
    )
    EventPartnerFactory(event=event, role="convener", organisation__name="Institute of Examples")
    EventPartnerFactory(event=event, role="funder", organisation__name="Not the author")
    theme = ThemeFactory(name="Trust & more")
    author = UserFactory(name="Ana Example")
    takeaway = TakeawayFactory(event=event, text="Call <b>before</b>.", themes=[theme], published=True, author=author)
    ActionFactory(event=event, text="Publish the list.", themes=[theme], published=True)
    return takeaway


def feeds_of(takeaway):
    event, theme = takeaway.event, takeaway.themes.get()
    listed = reverse("outcomes:outcome-feed")
    return {
        "all": listed,
        "kind": f"{listed}?kind=takeaway",
        "event": f"{listed}?event={event.slug}",
        "filters": f"{listed}?theme={theme.slug}&year=2026&series={event.series.slug}",
        "words": f"{listed}?q=call",
        "theme": reverse("outcomes:theme-feed", args=[theme.slug]),
        "series": reverse("outcomes:series-feed", args=[event.series.slug]),
    }


FEEDS = ["all", "kind", "event", "filters", "words", "theme", "series"]


def read(client, address):
    """Return a feed as feedparser reads it, which must find nothing wrong."""
    response = client.get(address)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    found = feedparser.parse(response.content)
    assert not found.bozo, found.get("bozo_exception")
    assert found.version == "atom10"
    return found


def entry(found, takeaway):
    return {one.id: one for one in found.entries}.get(f"tag:localhost,2026:outcomes/{takeaway.code}")


@pytest.mark.parametrize("name", FEEDS)
def test_feed_has_what_its_list_has(client, dialogue, settings, name):
    address = feeds_of(dialogue)[name]

    found = read(client, address)

    links = {link.rel: link.href for link in found.feed.links}
    assert urlsplit(links["self"])._replace(scheme="", netloc="").geturl() == address
    assert client.get(links["alternate"]).status_code == 200
    assert found.feed.title.startswith("Readout – ")
    one = entry(found, dialogue)
    assert one.link == settings.SITE_URL + dialogue.get_absolute_url()
    assert one.title == f"{dialogue.reference}: Call <b>before</b>."
    assert one.title_detail.type == "text/plain"
    assert [author.name for author in one.authors] == ["Institute of Examples"]
    assert {(tag.term, tag.label) for tag in one.tags} == {("takeaway", "Takeaway"), ("trust-more", "Trust & more")}
    assert "<b>" not in one.content[0].value
    assert "Call &lt;b&gt;before&lt;/b&gt;." in one.content[0].value
    assert "Ana" not in str(found)


@pytest.mark.parametrize("name", FEEDS)
def test_correction_moves_updated_and_keeps_the_id(client, dialogue, editor, name):
    before = read(client, feeds_of(dialogue)[name])

    dialogue.refresh_from_db()
    dialogue.revise(version=dialogue.version, text="Call long before.", saved_by=editor)

    after = read(client, feeds_of(dialogue)[name])
    assert [one.id for one in before.entries if one not in after.entries] == [entry(before, dialogue).id]
    assert {one.id for one in after.entries} == {one.id for one in before.entries}
    assert entry(after, dialogue).updated > entry(before, dialogue).updated
    assert entry(after, dialogue).published == entry(before, dialogue).published
    assert after.feed.updated == entry(after, dialogue).updated
    assert after.entries[0].id == entry(after, dialogue).id
    assert "Wording last changed" in entry(after, dialogue).content[0].value


def test_correction_of_an_old_outcome_is_told_of(client, dialogue, monkeypatch):
    monkeypatch.setattr(atom, "SHOWN", 2)
    for _ in range(4):
        TakeawayFactory(published=True, published_at=PUBLISHED_AT + dt.timedelta(days=1))
    Outcome.objects.filter(published_at__gt=PUBLISHED_AT).settle()
    assert entry(read(client, feeds_of(dialogue)["all"]), dialogue) is None

    dialogue.refresh_from_db()
    dialogue.revise(version=dialogue.version, text="Call long before.")

    assert entry(read(client, feeds_of(dialogue)["all"]), dialogue).title.endswith("Call long before.")


def test_draft_revised_or_published_outcome_saved_unchanged_moves_nothing(client, dialogue):
    draft = TakeawayFactory(event=dialogue.event)
    before = client.get(feeds_of(dialogue)["all"]).content

    draft.revise(version=draft.version, text="Another wording")
    dialogue.refresh_from_db()
    dialogue.revise(version=dialogue.version, position=9)

    assert client.get(feeds_of(dialogue)["all"]).content == before


@pytest.mark.parametrize("name", FEEDS)
def test_withdrawn_outcome_stays_as_a_tombstone_with_its_note(client, dialogue, editor, name):
    address = feeds_of(dialogue)[name]
    dialogue.refresh_from_db()
    dialogue.withdraw(by=editor, note="not for the public")
    dialogue.say_why(NOTE, by=editor)

    found = read(client, address)

    if name == "words":  # to be found by a word would tell what it said
        assert entry(found, dialogue) is None
        return
    one = entry(found, dialogue)
    assert one.title == "Withdrawn"
    assert f"{timezone.now():%-d %B %Y}" in one.content[0].value
    assert NOTE in one.content[0].value
    body = client.get(address).content.decode()
    assert "before" not in body
    assert "not for the public" not in body
    assert dialogue.reference not in body
    assert f'<at:deleted-entry ref="{one.id}" when="{one.updated}"' in body
    assert found.feed.updated == one.updated


def test_tombstone_goes_after_a_while_and_when_it_is_public_again(client, dialogue, editor, monkeypatch):
    address = feeds_of(dialogue)["theme"]
    published = entry(read(client, address), dialogue).updated
    dialogue.refresh_from_db()
    dialogue.withdraw(by=editor)
    withdrawn = entry(read(client, address), dialogue).updated

    with monkeypatch.context() as later:
        later.setattr(atom, "KEPT", dt.timedelta(seconds=-5))
        assert entry(read(client, address), dialogue) is None
    dialogue.refresh_from_db()
    dialogue.publish(by=editor)

    again = entry(read(client, address), dialogue)
    assert again.title != "Withdrawn"
    assert again.updated >= withdrawn > published


def test_outcomes_of_a_withdrawn_dialogue_are_tombstones_of_the_whole_feed_alone(client, dialogue, editor):
    feeds = feeds_of(dialogue)
    dialogue.event.withdraw(by=editor)

    for name in ("all", "kind"):
        assert entry(read(client, feeds[name]), dialogue).title == "Withdrawn", name
    assert entry(read(client, feeds["theme"]), dialogue) is None  # staff may still retag it, unseen
    assert (client.get(feeds["event"]).status_code, client.get(feeds["series"]).status_code) == (400, 404)
    found = read(client, reverse("events:event-feed"))
    assert [(one.title, one.id) for one in found.entries] == [
        ("Withdrawn", f"tag:localhost,2026:events/{dialogue.event.slug}")
    ]
    assert "Lighthouse" not in client.get(reverse("events:event-feed")).content.decode()


def test_merged_outcome_says_where_its_address_leads(client, dialogue):
    other = TakeawayFactory(event=dialogue.event, text="SECRET", merged=True, published_at=PUBLISHED_AT, number=90)
    Outcome.objects.filter(pk=other.pk).update(merged_into=dialogue.pk)
    StatusChangeFactory(outcome=other, from_status="published", to_status="merged")

    one = entry(read(client, feeds_of(dialogue)["all"]), other)

    assert one.title == "Merged into another"
    assert "SECRET" not in str(one)


def test_hidden_states_withdrawn_lately_are_no_tombstones(client, dialogue, editor):
    """What never was public, or is under a closed rule, leaves no stone either."""
    before = client.get(feeds_of(dialogue)["all"]).content
    now = timezone.now()
    OutcomeFactory(event=dialogue.event, merged=True, changed_at=now)
    OutcomeFactory(event=dialogue.event, withdrawn=True, recorded_under="closed", changed_at=now, withdrawn_at=now)
    OutcomeFactory(withdrawn=True, event__draft=True, changed_at=now, withdrawn_at=now)
    OutcomeFactory(event__withdrawn=True, event__withdrawn_at=now)  # a draft of it

    assert client.get(feeds_of(dialogue)["all"]).content == before


def test_event_feed_has_dialogues_with_their_convener(client, dialogue):
    found = read(client, reverse("events:event-feed") + f"?series={dialogue.event.series.slug}")

    [one] = found.entries
    assert one.title == "Exercise <Lighthouse> & more"
    assert [author.name for author in one.authors] == ["Institute of Examples"]
    assert "3 March 2026" in one.content[0].value


def test_event_that_is_public_again_moves_all_of_it(client, dialogue, editor):
    before = entry(read(client, feeds_of(dialogue)["all"]), dialogue).updated
    event = Event.objects.get(pk=dialogue.event_id)
    event.withdraw(by=editor)
    event.publish(by=editor)

    assert entry(read(client, feeds_of(dialogue)["all"]), dialogue).updated > before
    assert read(client, reverse("events:event-feed")).feed.updated > before


def test_update_feed_tells_what_became_of_actions(client, dialogue):
    action = ActionFactory(event=dialogue.event, text="Do <this>", published=True, number=7)
    evidence = "https://example.org/a?b=1&c=2"
    first = ActionUpdateFactory(action=action, text="First <i>word</i>", progress="done", evidence_url=evidence)
    second = ActionUpdateFactory(action=action, text="Second word", progress="in_progress")
    ActionUpdateFactory(action__event=dialogue.event, text="SECRET")  # of a draft

    found = read(client, reverse("outcomes:update-feed"))

    assert {one.id: one.title for one in found.entries} == {
        f"tag:localhost,2026:updates/{first.code}": "LH26-A7: Done",
        f"tag:localhost,2026:updates/{second.code}": "LH26-A7: In progress",
    }
    one = next(one for one in found.entries if first.code in one.id)
    assert one.updated == "2026-06-01T00:00:00Z"
    said = one.content[0].value
    assert "First &lt;i&gt;word&lt;/i&gt;" in said
    assert "Second word" not in said
    assert "Self-reported" in said
    assert 'href="https://example.org/a?b=1&amp;c=2"' in said
    page, _, anchor = one.link.partition("#")
    assert f'<li id="{anchor}">' in client.get(page.removeprefix("http://localhost:8000")).content.decode()
    assert read(client, reverse("outcomes:update-feed") + "?progress=done").entries == []  # that is how far it is


def test_feed_without_entries_is_a_feed(client, db):
    for name in ("outcomes:outcome-feed", "outcomes:update-feed", "events:event-feed"):
        found = read(client, reverse(name))
        assert (found.entries, found.feed.updated) == ([], "1970-01-01T00:00:00Z")


@pytest.mark.parametrize(
    "query",
    ["?kind=nonsense", "?theme=not-there", "?event=not-there", "?q=" + "a" * 300],
)
def test_feed_narrowed_by_what_is_not_there_is_refused(client, dialogue, query):
    assert client.get(reverse("outcomes:outcome-feed") + query).status_code == 400


@pytest.mark.parametrize("name", ["outcomes:outcome-feed", "outcomes:update-feed"])
@pytest.mark.parametrize("query", ["organisation=not-there", "year=1999&theme=trust-more"])
def test_feed_of_what_may_be_public_again_is_empty_and_not_all_there_is(client, dialogue, name, query):
    ActionUpdateFactory(action=ActionFactory(event=dialogue.event, published=True))

    found = read(client, f"{reverse(name)}?{query}")

    assert found.entries == []
    assert set({link.rel: link.href for link in found.feed.links}["self"].split("?")[1].split("&")) == set(
        query.split("&")
    )


def test_hidden_series_and_theme_have_no_feed(client, db):
    series = EventFactory(draft=True, series=EventSeriesFactory()).series

    assert client.get(reverse("outcomes:series-feed", args=[series.slug])).status_code == 404
    assert client.get(reverse("outcomes:theme-feed", args=["not-there"])).status_code == 404


def test_unknown_parameters_and_orders_change_nothing(client, dialogue):
    address = feeds_of(dialogue)["all"]

    assert client.get(f"{address}?page=7&utm=x&sort=relevance").content == client.get(address).content


def test_series_without_outcomes_is_followed_too(client, db):
    event = EventFactory(series=EventSeriesFactory())

    found = read(client, reverse("outcomes:series-feed", args=[event.series.slug]))

    assert [one.title for one in found.entries] == [event.title]


def test_feed_is_kept_and_answers_304_until_something_public_changes(
    client, dialogue, as_served, django_assert_num_queries
):
    address = feeds_of(dialogue)["theme"]
    first = client.get(address)

    with django_assert_num_queries(0):
        again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    TakeawayFactory(themes=[dialogue.themes.get()], published=True)
    assert client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


@pytest.mark.parametrize("name", [*FEEDS, "events", "updates"])
def test_feed_costs_as_many_queries_for_30_rows_as_for_one(client, dialogue, as_served, name):
    addresses = feeds_of(dialogue) | {
        "events": reverse("events:event-feed"),
        "updates": reverse("outcomes:update-feed"),
    }
    theme, series = dialogue.themes.get(), dialogue.event.series

    def cost():
        shelf.clear()
        bump_generation()
        with CaptureQueriesContext(connection) as queries:
            assert client.get(addresses[name]).status_code == 200
        return len([query for query in queries if "publicgeneration" not in query["sql"]])

    ActionUpdateFactory(action=ActionFactory(event=dialogue.event, published=True))
    few = cost()
    for n in range(30):
        event = EventFactory(series=series)
        EventPartnerFactory(event=event, role="convener")
        TakeawayFactory(event=event, text=f"Call {n}", themes=[theme, ThemeFactory()], published=True)
        TakeawayFactory(event=dialogue.event, text=f"Call {n}", themes=[theme], published=True)
        ActionUpdateFactory(action=ActionFactory(event=event, published=True))

    assert cost() == few <= 11


def test_pages_lead_to_their_feeds_in_the_head_and_in_sight(client, dialogue):
    theme, event = dialogue.themes.get(), dialogue.event
    listed = reverse("outcomes:outcome-list")
    outcomes, updates = reverse("outcomes:outcome-feed"), reverse("outcomes:update-feed")
    events, series = reverse("events:event-list"), reverse("outcomes:series-feed", args=[event.series.slug])
    pages = {
        reverse("home"): outcomes,
        listed: outcomes,
        f"{listed}?q=call&theme={theme.slug}&sort=newest": f"{outcomes}?q=call&theme={theme.slug}",
        f"{reverse('outcomes:action-list')}?progress=proposed&sort=due": f"{updates}?progress=proposed",
        f"{theme.get_absolute_url()}?kind=action": f"{reverse('outcomes:theme-feed', args=[theme.slug])}?kind=action",
        events: reverse("events:event-feed"),
        f"{events}?series={event.series.slug}": series,
        event.get_absolute_url(): f"{outcomes}?event={event.slug}",
    }
    for page, feed in pages.items():
        body = client.get(page).content.decode().replace("&amp;", "&")
        assert re.search(
            rf'<link rel="alternate" type="application/atom\+xml" title="[^"]+" href="{re.escape(feed)}">', body
        ), page
        assert re.search(rf'<a href="{re.escape(feed)}" type="application/atom\+xml">', body), page
        assert client.get(feed).status_code == 200, page


ODD = st.text(st.characters(codec="utf-8"), max_size=60)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=ODD, name=ODD, note=ODD)
def test_no_text_is_markup_or_breaks_a_feed(title, name, note):
    at = PUBLISHED_AT
    shown = atom.Entry(
        id=atom.tag("outcomes/abcd2345"),
        title=title,
        href="/x/",
        updated=at,
        published=at,
        authors=[(name, "/y/")],
        categories=[("/z/", "term", name)],
        content=atom.paragraphs([title]),
    )
    gone = atom.Withdrawn(atom.tag("outcomes/bbbb2345"), "/w/", at, at, note)

    found = feedparser.parse(atom.document(atom.Feed(name, "/feed", "/", [shown], [gone])), sanitize_html=False)

    assert not found.bozo
    one = found.entries[1]
    assert (one.id, one.title_detail.type) == ("tag:localhost,2026:outcomes/abcd2345", "text/plain")
    assert re.sub(r"</?p[^>]*>", "", one.content[0].value).count("<") == 0
    assert len(found.entries) == 2
