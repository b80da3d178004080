"""A new edition shows what the ones before it left open: what is public, and nothing else."""

import datetime as dt

import pytest
from django.urls import reverse

from events.since import SHOWN, since_last_time
from tests.factories import (
    ActionFactory,
    ActionUpdateFactory,
    EventFactory,
    EventSeriesFactory,
    SessionFactory,
    TakeawayFactory,
)


@pytest.fixture
def series(db):
    return EventSeriesFactory(name="Made-up forums")


def edition(series, year, **more):
    return EventFactory(
        title=f"Forum {year}", reference=f"MU{year}", series=series, starts_on=dt.date(year, 3, 3), **more
    )


def texts(event):
    return [one.text for one in since_last_time(event).items]


def test_open_actions_of_earlier_editions_come_first_and_those_done_since_after(series):
    first, last, new = edition(series, 2024), edition(series, 2025), edition(series, 2026, draft=True)
    ActionFactory(event=first, text="Long open", published=True)
    ActionFactory(event=last, text="Due", published=True, due_on=dt.date(2025, 6, 1), progress="in_progress")
    done = ActionFactory(event=first, text="Done since", published=True, progress="done")
    ActionUpdateFactory(action=done, on=dt.date(2025, 9, 1), progress="done")
    before = ActionFactory(event=first, text="Done before", published=True, progress="done")
    ActionUpdateFactory(action=before, on=dt.date(2024, 9, 1), progress="done")
    TakeawayFactory(event=last, published=True)
    ActionFactory(event=EventFactory(starts_on=dt.date(2025, 3, 3)), published=True)

    found = since_last_time(new).items

    assert [one.text for one in found] == ["Due", "Long open", "Done since"]
    assert (found[0].reference.startswith("MU2025-A"), found[0].is_overdue, found[0].label) == (
        True,
        True,
        "In progress",
    )
    assert texts(first) == []
    assert "Due" not in texts(last)
    assert "Long open" in texts(last)


def test_what_is_not_public_is_never_carried_over(series):
    last, new = edition(series, 2025), edition(series, 2026)
    ActionFactory(event=last, text="Shown", published=True)
    for state in ({"submitted": True}, {"approved": True}, {}):
        ActionFactory(event=last, text="SECRET", **state)
    ActionFactory(event=last, session=SessionFactory(event=last, closed=True), text="SECRET", published=True)
    for hidden in ({"draft": True}, {"withdrawn": True}, {"closed": True}):
        ActionFactory(event=edition(series, 2024, **hidden), text="SECRET", published=True)

    assert texts(new) == ["Shown"]


def test_a_long_list_leads_to_all_of_them(series, django_assert_num_queries):
    last, new = edition(series, 2025), edition(series, 2026)
    for _ in range(SHOWN + 2):
        ActionFactory(event=last, published=True)

    with django_assert_num_queries(1):
        found = since_last_time(new)

    assert (len(found.items), found.more) == (SHOWN, "/outcomes/?kind=action&series=made-up-forums")


def test_rapporteurs_see_it_at_their_session(client, rapporteur, group):
    series = EventSeriesFactory()
    group.event.series = series
    group.event.save()
    ActionFactory(event=edition(series, 2025), text="Left over from last year", published=True)
    client.force_login(rapporteur)

    page = client.get(reverse("outcomes:desk-session", args=[group.code])).content.decode()

    assert "1 action since last time" in page
    assert "Left over from last year" in page


def test_page_of_the_next_edition_shows_it_in_no_query_more(client, series, django_assert_num_queries):
    last, new = edition(series, 2025), edition(series, 2026)
    ActionFactory(event=last, text="Shown", published=True, due_on=dt.date(2025, 6, 1))
    ActionFactory(event=last, text="SECRET", approved=True)
    for _ in range(SHOWN):
        ActionFactory(event=last, published=True)

    with django_assert_num_queries(5):  # as for an event by itself
        page = client.get(new.get_absolute_url()).content.decode()
    before = client.get(last.get_absolute_url()).content.decode()

    part = page[page.index('id="since"') : page.index("All actions of this series")]
    assert part.count("<li") == SHOWN
    assert part.index("Shown") < part.index("What was agreed")
    assert "Overdue" in part
    assert "SECRET" not in page
    assert "Since last time" not in before


def test_workspace_of_a_draft_shows_it_to_staff(client, editor, series):
    last, new = edition(series, 2025), edition(series, 2026, draft=True)
    ActionFactory(event=last, text="Left over from last year", published=True)
    ActionFactory(event=last, text="Not yet public", approved=True)
    client.force_login(editor)

    page = client.get(reverse("admin:events_event_workspace_outcomes", args=[new.pk])).content.decode()

    assert "Left over from last year" in page
    assert "Not yet public" not in page
