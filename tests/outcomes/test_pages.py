import datetime as dt
import json
import re

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.utils import timezone

from events import workflow
from events.models import Role
from outcomes.models import Outcome, OutcomeTheme
from outcomes.related import SHOWN
from tests.factories import (
    PUBLISHED_AT,
    ActionFactory,
    ActionOwnerFactory,
    ActionUpdateFactory,
    AddresseeFactory,
    BreakoutGroupFactory,
    EventFactory,
    EventPartnerFactory,
    OrganisationFactory,
    OutcomeFactory,
    ParticipationFactory,
    PersonFactory,
    RoleFactory,
    SessionFactory,
    TakeawayFactory,
    ThemeFactory,
)

pytestmark = pytest.mark.django_db


def page(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


def words(body):
    """The visible words of the main part, in order."""
    main = body[body.index("<main") : body.index("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).strip()


def published(number, factory=TakeawayFactory, **kwargs):
    """An outcome published `number` minutes after the others."""
    at = PUBLISHED_AT + dt.timedelta(minutes=number)
    return factory(**{"number": number, **kwargs}, published=True, published_at=at)


# Home


def test_home_shows_what_is_new_the_themes_and_the_dialogues(client):
    theme = ThemeFactory(name="Trust")
    inner = ThemeFactory(name="Hotlines", parent=theme)
    event = EventFactory(title="The dialogue held", starts_on=dt.date(2020, 1, 1))
    EventFactory(title="The dialogue to come", starts_on=dt.date(2099, 1, 1))
    published(1, event=event, text="The older", themes=[theme, inner])
    published(2, event=event, factory=ActionFactory, text="The newer", themes=[inner])
    TakeawayFactory(event=event, text="SECRET", themes=[theme], submitted=True)
    EventFactory(title="SECRET", draft=True)

    body = page(client, "/")

    said = words(body)
    assert said.index("The newer") < said.index("The older")
    assert "Trust 1 takeaway, 1 action" in said
    assert "The dialogue to come" in said
    assert "The dialogue held" in said
    assert "SECRET" not in body
    assert f'<link rel="canonical" href="{settings.SITE_URL}/">' in body


def test_home_of_an_empty_portal_says_so(client):
    assert "Nothing is published yet" in words(page(client, "/"))


@pytest.mark.parametrize("rows", [1, 30])
def test_home_takes_the_same_queries_for_any_number_of_rows(client, django_assert_num_queries, rows):
    for n in range(rows):
        published(n + 1, themes=[ThemeFactory(), ThemeFactory()], event=EventFactory(country="CL"))
        EventFactory(starts_on=dt.date(2099, 1, 1))

        ActionUpdateFactory(action=published(n + 1, factory=ActionFactory, progress="done"), progress="done")

    # The vocabulary and its numbers, outcomes, events upcoming and held, what was done.
    with django_assert_num_queries(5):  # the vocabulary, the newest, what got done, events to come, events held
        client.get("/")


def test_home_serves_every_dialogue_before_it_serves_one_again(client):
    loud = EventFactory()
    published(1, text="Heard elsewhere.")
    for number in range(2, 12):
        published(number, event=loud, text=f"Heard {number}.")
        published(number, event=loud, factory=ActionFactory, text=f"Do {number}.")

    said = words(page(client, "/"))

    shown = re.findall(r"Heard elsewhere\.|Heard \d+\.|Do \d+\.", said)
    assert len(shown) == 6
    assert shown[-1] == "Heard elsewhere."
    assert {"Heard 11.", "Do 11."} < set(shown)


def test_home_sets_themes_without_outcomes_apart(client):
    published(1, themes=[ThemeFactory(name="Trust")])
    ThemeFactory(name="Asleep")

    said = words(page(client, "/"))

    assert "Trust 1 takeaway, 0 actions" in said
    assert "Nothing published yet under Asleep" in said


def test_home_says_what_was_reported_done_lately_each_action_once(client):
    done = published(1, factory=ActionFactory, text="Open the register.", progress="done")
    for day in (1, 5):
        ActionUpdateFactory(action=done, progress="done", on=dt.date(2026, 6, day), verification="confirmed")
    undone = published(2, factory=ActionFactory, text="Taken back.", progress="in_progress")
    ActionUpdateFactory(action=undone, progress="done")
    hidden = ActionFactory(text="SECRET", progress="done", submitted=True)
    ActionUpdateFactory(action=hidden, progress="done", on=dt.date(2026, 7, 1))

    body = page(client, "/")

    said = words(body)[words(body).index("Actions reported done lately") :]
    assert said.count("Open the register.") == 1
    assert "5 June 2026 · Confirmed by the secretariat Open the register." in said
    assert "Taken back." not in said
    assert "SECRET" not in body


# One outcome


def test_outcome_shows_its_wording_and_where_it_comes_from(client):
    event = EventFactory(
        title="The dialogue", reference="MU1", starts_on=dt.date(2024, 4, 15), ends_on=dt.date(2024, 4, 17)
    )
    plenary = SessionFactory(event=event, title="The plenary")
    group = BreakoutGroupFactory(event=event, parent=plenary, title="The group", number="2")
    theme = ThemeFactory(name="Trust")
    outcome = published(3, event=event, session=group, text="Talk & talk again", heading="Printed here", themes=[theme])

    body = page(client, outcome.get_absolute_url())

    said = words(body)
    assert said.startswith("Takeaway MU1-T3 Talk &amp; talk again Trust")
    assert "Dialogue The dialogue Held 15 – 17 April 2024" in said
    assert "Breakout group 2 The group in: The plenary" in said
    assert "Printed under Printed here" in said
    assert "Reviewed by the secretariat before it was published." in said
    assert "Published 6 March 2026" in said
    assert "Owner" not in said
    assert f'href="{event.get_absolute_url()}#session-{group.code}"' in body
    assert f'id="session-{group.code}"' in page(client, event.get_absolute_url())
    assert f'<link rel="canonical" href="{settings.SITE_URL}{outcome.get_absolute_url()}">' in body
    assert "<title>MU1-T3: Talk &amp; talk again – Takeaway – Readout</title>" in body
    assert body.count("<h1") == 1


def test_outcome_of_the_whole_event_without_reference_or_dates_has_a_page(client):
    event = EventFactory(title="対話", starts_on=None, ends_on=None)

    said = words(page(client, published(1, event=event, text="Said in the whole room.").get_absolute_url()))

    assert "対話-T1" in said
    assert "Held" not in said


def test_outcome_names_nobody_who_wrote_or_reviewed_it(client, rapporteur, editor, group):
    outcome = TakeawayFactory(event=group.event, session=group, author=rapporteur, text="Agreed.")
    outcome.submit(by=rapporteur)
    outcome.approve(by=editor, note="SECRET note")
    outcome.publish(by=editor)

    body = page(client, outcome.get_absolute_url())

    assert "Agreed." in body
    for name in (rapporteur.name, editor.name, rapporteur.email, editor.email, "SECRET"):
        assert name not in body


def filed(by, editor, **kwargs):
    outcome = TakeawayFactory(**kwargs)
    outcome.submit(by=by)
    outcome.approve(by=editor)
    outcome.publish(by=editor)
    return outcome


def test_outcome_says_who_filed_it_by_their_part_alone(client, group, rapporteur, administrator, editor):
    by_rapporteur = filed(rapporteur, editor, event=group.event, session=group)
    by_staff = filed(administrator, editor, event=group.event)

    def came_about(outcome):
        return re.search(r"How it came about (.*?)\.", words(page(client, outcome.get_absolute_url())))[1]

    submitted = "Submitted by the rapporteur and reviewed by the secretariat before it was published"
    entered = "Entered by the secretariat and reviewed by a second person before it was published"
    assert came_about(by_rapporteur) == submitted
    assert came_about(by_staff) == entered

    Role.objects.all().delete()
    assert came_about(by_rapporteur) == submitted

    rapporteur.delete()
    assert came_about(by_rapporteur) == "Reviewed by the secretariat before it was published"


def test_outcomes_of_an_event_lead_to_each_other_as_printed(client):
    event = EventFactory(reference="MU1")
    one, two = (published(n, event=event, text=f"Takeaway {n}.") for n in (1, 2))
    act = published(1, event=event, factory=ActionFactory, text="Action 1.")
    published(1, text="Of another event.")
    for hidden in ({"submitted": True}, {"withdrawn": True, "number": 3}):
        TakeawayFactory(event=event, text="SECRET", **hidden)

    def beside(outcome):
        body = page(client, outcome.get_absolute_url())
        return [re.search(rf'rel="{rel}" href="/outcomes/(\w+)/"', body) for rel in ("prev", "next")]

    found = [[link and link[1] for link in beside(outcome)] for outcome in (one, two, act)]
    assert found == [[None, two.code], [one.code, act.code], [two.code, None]]


def test_action_says_how_far_it_is_and_when_it_is_due(client):
    action = published(1, factory=ActionFactory, text="Do it.", nature="pledge", progress="in_progress")
    Outcome.objects.filter(pk=action.pk).update(due_text="second quarter 2016", due_on=dt.date(2016, 6, 30))
    AddresseeFactory(action=action, actor_type="state")
    AddresseeFactory(action=action, actor_type="donor")
    ActionUpdateFactory(
        action=action, text="Half of it.", evidence_url="https://example.org/half", verification="independent"
    )

    body = page(client, action.get_absolute_url())

    said = words(body)
    assert "Pledge Do it." in said
    assert "Progress In progress Overdue Owner No owner yet Addressed to State, Donor" in said
    assert "Due second quarter 2016 ( 30 June 2016 )" in said
    assert "1 June 2026 · Independently verified Half of it. Evidence" in said
    assert 'href="https://example.org/half"' in body


@pytest.mark.parametrize(("days", "stale"), [(300, False), (400, True)])
@pytest.mark.parametrize("has_update", [False, True])
def test_action_without_word_for_a_year_says_so(client, days, stale, has_update):
    last = timezone.now() - dt.timedelta(days=days)
    action = ActionFactory(published=True, published_at=last - dt.timedelta(days=500 * has_update))
    if has_update:
        ActionUpdateFactory(action=action, on=last.date(), progress="in_progress")

    said = words(page(client, action.get_absolute_url()))

    assert ("No word for 12 months" in said) is stale
    assert "Due No date was set" in said


@pytest.mark.parametrize("progress", ["done", "not_taken_forward", "superseded"])
def test_settled_action_is_not_overdue(client, progress):
    action = published(1, factory=ActionFactory, progress=progress, due_on=dt.date(2016, 6, 30))
    ActionUpdateFactory(action=action, on=dt.date(2017, 1, 1), progress=progress)

    assert "Overdue" not in page(client, action.get_absolute_url())
    assert "No word for 12 months" not in page(client, action.get_absolute_url())
    assert "Overdue" not in page(client, "/outcomes/")


def owned_by(person, event, **kwargs):
    action = published(1, factory=ActionFactory, event=event, **kwargs)
    ActionOwnerFactory(action=action, organisation=None, person=person)
    return action


def test_organisation_that_owns_an_action_is_named(client):
    action = published(1, factory=ActionFactory)
    for name, lead in [("Second institute", False), ("Lead institute", True)]:
        ActionOwnerFactory(
            action=action, organisation=OrganisationFactory(name=name), is_lead=lead, response="accepted_in_part"
        )

    said = words(page(client, action.get_absolute_url()))

    assert "Owner Lead institute (lead): Accepted in part Second institute : Accepted in part" in said


@pytest.mark.parametrize(
    ("rule", "session_rule", "listing", "named"),
    [
        ("on_record", "", "public", True),
        ("non_attributed", "", "public", True),
        ("on_record", "", "participants", False),
        ("on_record", "", "hidden", False),
        ("chatham_house", "", "public", False),
        ("on_record", "chatham_house", "public", False),
    ],
)
def test_person_who_owns_an_action_is_named_where_the_event_lists_them(client, rule, session_rule, listing, named):
    event = EventFactory(attribution=rule)
    session = SessionFactory(event=event, attribution=session_rule)
    person = PersonFactory(name="Ana Example")
    ParticipationFactory(event=event, person=person, listing=listing, affiliation="Institute of Examples")

    body = page(client, owned_by(person, event, session=session).get_absolute_url())

    assert ("Ana Example" in body) is named
    assert ("Institute of Examples" in body) is named
    assert ("Owner A participant" in words(body)) is not named


def test_owner_listed_at_another_event_only_is_not_named(client):
    person = PersonFactory(name="Ana Example")
    ParticipationFactory(event=EventFactory(on_record=True), person=person, listing="public")

    assert "Ana Example" not in page(client, owned_by(person, EventFactory(on_record=True)).get_absolute_url())


def test_owner_stays_unnamed_when_the_rule_is_loosened_later(client, editor):
    event = EventFactory(chatham_house=True)
    person = PersonFactory(name="Ana Example")
    ParticipationFactory(event=event, person=person, listing="public")
    action = owned_by(person, event)

    workflow.set_attribution(event, "on_record", by=editor)

    assert "Ana Example" not in page(client, action.get_absolute_url())


def test_withdrawn_outcome_says_when_and_nothing_else(client):
    outcome = TakeawayFactory(text="SECRET", withdrawn=True)

    body = page(client, outcome.get_absolute_url(), status=410)

    assert "Withdrawn on 7 March 2026" in words(body)
    assert "SECRET" not in body
    assert outcome.event.title not in body


def test_outcome_of_a_withdrawn_event_is_withdrawn_with_it(client):
    outcome = TakeawayFactory(text="SECRET", event=EventFactory(withdrawn=True), published=True)

    assert "Withdrawn on 6 March 2026" in words(page(client, outcome.get_absolute_url(), status=410))


@pytest.mark.parametrize("hidden", [{}, {"submitted": True}, {"published": True, "event__draft": True}])
def test_hidden_outcome_answers_as_one_that_does_not_exist(client, hidden):
    outcome = OutcomeFactory(text="SECRET", **hidden)

    there, nowhere = page(client, outcome.get_absolute_url(), 404), page(client, "/outcomes/aaaaaaaa/", 404)

    assert there.replace(outcome.code, "") == nowhere.replace("aaaaaaaa", "")


@pytest.mark.parametrize("path", ["AAAAAAA!", "aaaaaaa", "aaaaaaaaa", "%00aaaaaaa", "aaaa%ED%A0%80aaa"])
def test_address_of_another_shape_is_not_found(client, path):
    assert client.get(f"/outcomes/{path}/").status_code == 404


@pytest.mark.parametrize("rows", [1, 30])
def test_outcome_takes_the_same_queries_whatever_hangs_on_it(client, django_assert_num_queries, rows):
    event = EventFactory(on_record=True, country="CL")
    session = BreakoutGroupFactory(event=event)
    takeaway = published(1000, event=event, session=session, themes=[ThemeFactory() for _ in range(rows)])
    action = published(1000, event=event, session=session, factory=ActionFactory, themes=[ThemeFactory()])
    for n in range(rows):
        published(n + 1, event=event)
        ActionOwnerFactory(action=action)
        person = ParticipationFactory(event=event, public=True).person
        ActionOwnerFactory(action=action, organisation=None, person=person)
        ActionUpdateFactory(action=action)
    AddresseeFactory(action=action)
    tags = [takeaway.themes.first(), action.themes.first()]
    for n in range(rows):
        for factory in (TakeawayFactory, ActionFactory):
            published(n + 2000, factory=factory, themes=tags)

    # Itself with event, session and neighbours; what belongs to it; what is related, else the newest of all.
    queries = 3 + (2 * rows < SHOWN)
    for outcome in (takeaway, action):
        with django_assert_num_queries(queries):
            client.get(outcome.get_absolute_url())


def test_outcome_says_when_its_wording_last_changed(client, time_machine):
    outcome = published(1)
    assert "Wording last changed" not in page(client, outcome.get_absolute_url())

    time_machine.move_to(dt.datetime(2026, 12, 24, 12, tzinfo=dt.UTC))
    outcome.revise(version=1, text="Said otherwise.")

    assert "Wording last changed: 24 December 2026" in words(page(client, outcome.get_absolute_url()))


def test_outcome_describes_itself_to_machines_and_names_no_person(client):
    event = EventFactory(title="The dialogue </script>", reference="MU1", city="Utopia", on_record=True)
    EventPartnerFactory(event=event, role="convener", organisation=OrganisationFactory(name="Institute of Examples"))
    chair = ParticipationFactory(event=event, public=True, person=PersonFactory(name="Ana Example"))
    RoleFactory(participation=chair, role="convener")
    outcome = published(3, event=event, text='Talk <b> & "talk"', themes=[ThemeFactory(name="Trust")])

    body = page(client, outcome.get_absolute_url())

    (data,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', body, re.DOTALL)
    work, crumbs = json.loads(data)["@graph"]
    assert (work["@type"], work["text"], work["identifier"]) == ("CreativeWork", 'Talk <b> & "talk"', "MU1-T3")
    assert work["creator"] == [{"@type": "Organization", "name": "Institute of Examples"}]
    assert work["recordedAt"]["name"] == "The dialogue </script>"
    assert [theme["name"] for theme in work["about"]] == ["Trust"]
    assert [step["name"] for step in crumbs["itemListElement"]] == ["Home", "Outcomes", "MU1-T3"]
    assert "Ana" not in body


def test_outcome_shows_what_other_dialogues_say(client):
    theme = ThemeFactory(name="Trust")
    mine = published(1, themes=[theme])
    published(2, text="Said elsewhere.", themes=[theme])
    TakeawayFactory(text="SECRET", themes=[theme], submitted=True)

    said = words(page(client, mine.get_absolute_url()))

    assert "From other dialogues Same theme: Trust Said elsewhere." in said
    assert "SECRET" not in said
    assert "From other dialogues" not in words(page(client, published(3).get_absolute_url()))


# Evidence


def test_evidence_is_served_as_long_as_its_action_is_public(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    update = ActionUpdateFactory(action=published(1, factory=ActionFactory))
    update.evidence_file.save("proof.pdf", ContentFile(b"bytes"))
    response = client.get(update.evidence_file.url)
    assert b"".join(response.streaming_content) == b"bytes"
    assert response["Content-Type"] == "application/pdf"

    Outcome.objects.update(status="withdrawn", withdrawn_at=PUBLISHED_AT)

    assert client.get(update.evidence_file.url).status_code == 404


# Themes


def test_themes_stand_on_two_levels_with_their_counts(client):
    theme, other = ThemeFactory(name="Trust", description="What it is."), ThemeFactory(name="Asleep")
    hotlines, notices = ThemeFactory(name="Hotlines", parent=theme), ThemeFactory(name="Notices", parent=theme)
    published(1, themes=[theme, hotlines])
    published(2, themes=[hotlines, notices])
    published(3, factory=ActionFactory, themes=[notices])
    TakeawayFactory(themes=[hotlines, other], submitted=True)
    TakeawayFactory(themes=[hotlines, other], withdrawn=True)

    said = words(page(client, "/themes/"))

    assert (
        "Trust What it is. 2 takeaways, 1 action Hotlines 2 takeaways, 0 actions Notices 1 takeaway, 1 action"
    ) in said
    assert "Asleep Nothing published yet" in said


def test_theme_shows_its_outcomes_and_those_of_its_sub_themes_newest_first_each_once(client):
    theme = ThemeFactory(name="Trust", description="What it is.")
    inner = ThemeFactory(name="Hotlines", parent=theme)
    published(1, text="Oldest", themes=[inner])
    published(2, text="Middle", themes=[theme, inner])
    published(3, text="Newest", themes=[theme], factory=ActionFactory)
    published(4, text="Elsewhere", themes=[ThemeFactory()])

    body = page(client, theme.get_absolute_url())
    of_inner = words(page(client, inner.get_absolute_url()))

    said = words(body)
    assert re.findall(r"Oldest|Middle|Newest|Elsewhere", said) == ["Newest", "Middle", "Oldest"]
    assert "3 outcomes" in said
    assert "Sub-themes Hotlines" in said
    assert re.findall(r"Oldest|Middle|Newest", of_inner) == ["Middle", "Oldest"]
    assert f'href="{theme.get_absolute_url()}"' in page(client, inner.get_absolute_url())


@pytest.mark.parametrize(("kind", "shown"), [("takeaway", ["Heard"]), ("action", ["Done"]), ("x", ["Done", "Heard"])])
@pytest.mark.parametrize("nested", [False, True])
def test_theme_is_switched_between_takeaways_and_actions(client, kind, shown, nested):
    theme = ThemeFactory()
    tagged = ThemeFactory(parent=theme) if nested else theme
    published(1, text="Heard", themes=[tagged])
    published(2, text="Done", themes=[tagged], factory=ActionFactory, progress="accepted")

    body = page(client, f"{theme.get_absolute_url()}?kind={kind}")

    assert re.findall(r'">(Heard|Done)</a>', body) == shown


def test_theme_pages_keep_the_kind(client):
    theme = ThemeFactory()
    for n in range(25):
        published(n + 1, text=f"Number {n}", themes=[theme])

    body = page(client, f"{theme.get_absolute_url()}?kind=takeaway&page=2")

    assert "Showing 21 to 25 of 25 outcomes" in words(body)
    assert 'href="?kind=takeaway&amp;page=1"' in body
    assert client.get(f"{theme.get_absolute_url()}?kind=action&page=2")["Location"].endswith("?kind=action")


def test_theme_says_what_came_up_where_and_when_on_its_first_page_alone(client):
    theme, institute = ThemeFactory(), OrganisationFactory(name="Institute of Examples")
    inner = ThemeFactory(name="Hotlines", parent=theme)
    for n in range(25):
        event = EventFactory(title=f"Dialogue of {2000 + n}", starts_on=dt.date(2000 + n, 5, 1))
        EventPartnerFactory(event=event, role="convener", organisation=institute)
        published(n + 1, event=event, themes=[inner if n % 2 else theme])
    Outcome.objects.all().settle()  # organisations were added after

    first, second = (words(page(client, f"{theme.get_absolute_url()}?page={n}")) for n in (1, 2))

    assert "25 takeaways, 0 actions Sub-themes Hotlines 12 takeaways, 0 actions" in first
    assert "Columns from 2000 to 2024. The highest is 2024, with 1." in first
    assert "Where it came up lately Dialogue of 2024 1 May 2024 Dialogue of 2023" in first
    assert "Convened or joined by Institute of Examples 25 takeaways, 0 actions" in first
    for heading in ("Sub-themes", "Columns from", "Where it came up lately", "Convened or joined by"):
        assert heading not in second
    assert "Showing 21 to 25 of 25 outcomes" in second


def test_numbers_of_a_theme_follow_what_is_published(client, as_served, editor):
    theme = ThemeFactory()
    outcome = published(1, themes=[theme], text="Heard")
    assert "1 takeaway, 0 actions" in words(page(client, theme.get_absolute_url()))

    outcome.withdraw(by=editor)

    after = words(page(client, theme.get_absolute_url()))
    assert "Nothing is published under this theme yet" in after
    assert "Heard" not in after


def test_sleeping_theme_says_so(client):
    assert "Nothing is published under this theme yet" in words(page(client, ThemeFactory().get_absolute_url()))


def test_column_that_makes_a_theme_fast_opens_no_door(client):
    theme = ThemeFactory()
    TakeawayFactory(text="SECRET", themes=[theme], submitted=True)
    OutcomeTheme.objects.update(public_at=PUBLISHED_AT)

    for address in (theme.get_absolute_url(), "/themes/", "/", f"/outcomes/?theme={theme.slug}"):
        body = page(client, address)
        assert "SECRET" not in body
        assert "1 takeaway" not in body


def test_theme_in_another_script_has_a_page(client):
    theme = ThemeFactory(name="بناء الثقة")

    assert '<h1 dir="auto">بناء الثقة</h1>' in page(client, theme.get_absolute_url())


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize("nested", [False, True])
def test_theme_takes_the_same_queries_for_any_number_of_outcomes(client, django_assert_num_queries, rows, nested):
    theme = ThemeFactory()
    tagged = ThemeFactory(parent=theme) if nested else theme
    for n in range(rows):
        published(n + 1, themes=[tagged, ThemeFactory()], event=EventFactory(country="CL"))

    with django_assert_num_queries(3):  # the vocabulary, the numbers, the newest with the first page
        client.get(theme.get_absolute_url())
    with django_assert_num_queries(4):  # and the keys of a page beside its rows
        client.get(f"{theme.get_absolute_url()}?kind=takeaway")


@pytest.mark.parametrize("rows", [1, 30])
def test_themes_take_the_same_queries_for_any_number(client, django_assert_num_queries, rows):
    for n in range(rows):
        published(n + 1, themes=[ThemeFactory(), ThemeFactory(parent=ThemeFactory())])

    with django_assert_num_queries(1):  # the vocabulary with its numbers
        client.get("/themes/")


def test_role_alone_does_not_name_an_owner_under_the_chatham_house_rule(client):
    event = EventFactory(chatham_house=True)
    chair = ParticipationFactory(event=event, public=True, person=PersonFactory(name="Ana Example"))
    RoleFactory(participation=chair, role="convener")

    assert "Ana Example" in page(client, event.get_absolute_url())
    assert "Ana Example" not in page(client, owned_by(chair.person, event).get_absolute_url())
