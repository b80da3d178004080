"""Every public address × everything hidden: what is not public is nowhere, and what is public is where it belongs."""

import dataclasses
import itertools
import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.urls import reverse

from events import workflow
from events.attribution import Rule
from events.views.export import FORMATS
from outcomes.documents.source import document_of
from outcomes.dump import making
from outcomes.dump.rows import RESOURCES
from outcomes.models import Outcome, OutcomeTheme
from tests.addresses import addresses
from tests.downloads import words_of
from tests.factories import (
    PUBLISHED_AT,
    ActionFactory,
    ActionOwnerFactory,
    ActionUpdateFactory,
    ContributionFactory,
    EventFactory,
    EventPartnerFactory,
    EventSeriesFactory,
    OutcomeFactory,
    ParticipationFactory,
    PersonFactory,
    PlacementFactory,
    QuoteFactory,
    ReportFactory,
    ReportSectionFactory,
    ResourceFactory,
    RoleFactory,
    RoundFactory,
    SessionFactory,
    StatementGroupFactory,
    StatusChangeFactory,
    TakeawayFactory,
    ThemeFactory,
    UserFactory,
)

CITED = ("txt", "bib", "ris", "json")
SECRET = "zanzibarine"  # one word, so that a search for it is a door too


@dataclasses.dataclass(frozen=True)
class Scene:
    """What is public in every test of this file."""

    event: object
    session: object
    theme: object
    takeaway: object
    action: object
    section: object  # of the event's report, with a text
    closing: object  # the section of it that prints takeaways and actions
    organisation: object
    series: object


# URL name → the address of that door in a scene. Everything a visitor can open stands here: see the last test.
DOORS: dict[str, Callable[[Scene], list[str]]] = {
    # first: pages tell of files that were made
    "outcomes:event-document": lambda s: [
        reverse("outcomes:event-document", args=[s.event.slug, extension])
        for extension in ("pdf", "docx")
        if document_of(s.event) is not None
    ],
    "home": lambda s: [reverse("home")],
    "events:event-list": lambda s: _with_queries("events:event-list"),
    "events:event-detail": lambda s: [reverse("events:event-detail", args=[s.event.slug])],
    "outcomes:outcome-list": lambda s: _with_queries(
        "outcomes:outcome-list", f"theme={s.theme.slug}", "kind=takeaway", "kind=action", f"event={s.event.slug}"
    ),
    "outcomes:outcome-detail": lambda s: [
        reverse("outcomes:outcome-detail", args=[s.takeaway.code]),
        reverse("outcomes:outcome-detail", args=[s.action.code]),
    ],
    "outcomes:action-list": lambda s: _with_queries(
        "outcomes:action-list",
        f"theme={s.theme.slug}",
        "attention=ownerless",
        "attention=stale",
        "sort=due",
        "sort=updated",
    ),
    "events:event-calendar": lambda s: _with_queries("events:event-calendar", f"series={s.series.slug}"),
    "events:event-programme": lambda s: [reverse("events:event-programme", args=[s.event.slug])],
    "events:event-feed": lambda s: _with_queries("events:event-feed", f"series={s.series.slug}"),
    "outcomes:outcome-feed": lambda s: _with_queries(
        "outcomes:outcome-feed",
        f"theme={s.theme.slug}",
        "kind=takeaway",
        "kind=action",
        "progress=proposed",
        f"event={s.event.slug}",
        f"series={s.series.slug}",
        f"organisation={s.organisation.slug}",
    ),
    "outcomes:update-feed": lambda s: [
        reverse("outcomes:update-feed") + query for query in ("", f"?theme={s.theme.slug}", "?attention=ownerless")
    ],
    "outcomes:theme-feed": lambda s: [
        reverse("outcomes:theme-feed", args=[s.theme.slug]) + query for query in ("", "?kind=takeaway", "?kind=action")
    ],
    "outcomes:series-feed": lambda s: [reverse("outcomes:series-feed", args=[s.series.slug])],
    "outcomes:search": lambda s: _with_queries(
        "outcomes:search", "q=shown", "q=shown&type=events", "q=shown&type=themes", "q=shown&type=reports"
    ),
    "outcomes:outcome-cite": lambda s: [
        reverse("outcomes:outcome-cite", args=[outcome.code, extension])
        for outcome in (s.takeaway, s.action)
        for extension in CITED
    ],
    "events:event-cite": lambda s: [reverse("events:event-cite", args=[s.event.slug, end]) for end in CITED],
    "outcomes:report-cite": lambda s: [
        reverse("outcomes:report-cite", args=[s.section.report.event.slug, end]) for end in CITED
    ],
    "outcomes:report-section": lambda s: [s.section.get_absolute_url(), s.closing.get_absolute_url()],
    "outcomes:organisation-detail": lambda s: [
        reverse("outcomes:organisation-detail", args=[s.organisation.slug]) + query
        for query in ("", "?role=convener", "?page=1")
    ],
    "outcomes:event-embed": lambda s: [
        reverse("outcomes:event-embed", args=[s.event.slug]) + query for query in ("", "?kind=action", "?number=20")
    ],
    "outcomes:theme-embed": lambda s: [
        reverse("outcomes:theme-embed", args=[s.theme.slug]) + query for query in ("", "?kind=takeaway", "?number=20")
    ],
    "outcomes:outcome-embed": lambda s: [reverse("outcomes:outcome-embed", args=[s.takeaway.code])],
    "outcomes:oembed": lambda s: [
        f"{reverse('outcomes:oembed')}?url={settings.SITE_URL}{page.get_absolute_url()}&format={form}"
        for page in (s.event, s.theme, s.takeaway)
        for form in ("json", "xml")
    ],
    "outcomes:theme-list": lambda s: [reverse("outcomes:theme-list")],
    "outcomes:theme-detail": lambda s: [
        f"{reverse('outcomes:theme-detail', args=[s.theme.slug])}{query}"
        for query in ("", "?kind=takeaway", "?kind=action", "?page=1")
    ],
    "events:reminders": lambda s: [
        urlsplit(participation.reminder_choice_url).path for participation in s.event.participations.all()
    ],
    "outcomes:outcome-file": lambda s: _files("outcomes:outcome-file", f"theme={s.theme.slug}", f"q={SECRET}"),
    "outcomes:action-file": lambda s: _files("outcomes:action-file", "sort=updated"),
    "outcomes:theme-file": lambda s: _files("outcomes:theme-file"),
    "events:event-file": lambda s: _files("events:event-file", f"q={SECRET}"),
    "api:root": lambda s: [reverse("api:root")],
    "api:event-list": lambda s: _with_queries("api:event-list", "limit=1", "format=dialogue", "year=2026"),
    "api:event-detail": lambda s: [reverse("api:event-detail", args=[s.event.slug])],
    "api:session-list": lambda s: _of_lists("api:session-list", "limit=1", f"event={s.event.slug}", "kind=plenary"),
    "api:session-detail": lambda s: [reverse("api:session-detail", args=[s.session.code])],
    "api:outcome-list": lambda s: _with_queries(
        "api:outcome-list", "limit=1", f"theme={s.theme.slug}", "kind=action", f"event={s.event.slug}", "q=shown"
    ),
    "api:outcome-detail": lambda s: [
        reverse("api:outcome-detail", args=[s.takeaway.code]),
        reverse("api:outcome-detail", args=[s.action.code]),
    ],
    "api:action-list": lambda s: _of_lists(
        "api:action-list", "limit=1", f"theme={s.theme.slug}", "attention=ownerless", "sort=due", "sort=updated"
    ),
    "api:action-detail": lambda s: [reverse("api:action-detail", args=[s.action.code])],
    "api:theme-list": lambda s: _of_lists("api:theme-list", "limit=1"),
    "api:theme-detail": lambda s: [reverse("api:theme-detail", args=[s.theme.slug])],
    "api:organisation-list": lambda s: _of_lists("api:organisation-list", "limit=1", "actor_type=other"),
    "api:organisation-detail": lambda s: [reverse("api:organisation-detail", args=[s.organisation.slug])],
    "api:report-list": lambda s: _of_lists("api:report-list", "limit=1"),
    "api:report-detail": lambda s: [reverse("api:report-detail", args=[s.section.report.event.slug])],
    "outcomes:data": lambda s: [reverse("outcomes:data")],
    "outcomes:dump-manifest": lambda s: [reverse("outcomes:dump-manifest")],
    "outcomes:dump-file": lambda s: [reverse("outcomes:dump-file", args=[f"{name}.jsonl.gz"]) for name in RESOURCES],
    "privacy": lambda s: [reverse("privacy")],
    "sitemap": lambda s: [reverse("sitemap")],
    "sitemap-pages": lambda s: [reverse("sitemap-pages")],
    "sitemap-dialogues": lambda s: [reverse("sitemap-dialogues", args=[1])],
}

# Addresses that anybody may open and that show no content of the portal.
NO_CONTENT = {
    "healthz",
    "readyz",
    "sign-in",
    "sign-in-code",
    "sign-out",
    "sign-out-everywhere",
    "signed-in",
    "robots",
    "security-txt",
}
NO_CONTENT |= {"outcomes:outcome-any-case"}  # leads to the same code in small letters, whatever it is

NO_CONTENT |= {"outcomes:round-find"}  # asks for the code of a closing round

# How the API is asked and what its fields mean; that there is nothing.
NO_CONTENT |= {"api-start", "api-docs", "api-dictionary", "api:schema", "api:nowhere"}

# A closing round answers whoever has its code, with a new token each time; its tests are in outcomes/test_rounds.py.
BY_CODE = {"outcomes:round"}

# Images drawn of what is public: tests of their own in test_findable.py.
IMAGES = {"events:event-card", "outcomes:outcome-card"}

# Addresses of files: tests of their own in test_files.py.
FILES = {"events:event-image", "events:resource-file", "outcomes:organisation-logo", "outcomes:evidence-file"}

# Behind a sign-in: tests/test_access.py.
SIGNED_IN_PREFIXES = ("desk/", "admin/", "accounts/")


def _with_queries(name: str, *queries: str) -> list[str]:
    address = reverse(name)
    return [address, f"{address}?q=agreed", f"{address}?q={SECRET}", *[f"{address}?{query}" for query in queries]]


def _files(name: str, *queries: str) -> list[str]:
    """Return a list in every format, and as CSV under each of `queries`."""
    filtered = [f"{reverse(name, args=['csv'])}?{query}" for query in queries]
    return [*(reverse(name, args=[extension]) for extension in FORMATS), *filtered]


def _of_lists(name: str, *queries: str) -> list[str]:
    return [reverse(name), *(f"{reverse(name)}?{query}" for query in queries)]


@pytest.fixture(autouse=True)
def _dumps(settings, tmp_path):
    """Dumps lie in a folder of each test."""
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def scene(db):
    event = EventFactory(title="Shown dialogue", series=EventSeriesFactory(name="Shown series"))
    session = SessionFactory(event=event, title="Shown session", starts_at="2026-03-03T14:00Z")
    theme = ThemeFactory(name="Shown theme")
    report = ReportFactory(event=event, title="Shown report", published=True)
    partner = EventPartnerFactory(event=event, organisation__name="Shown organisation", role="convener")
    ParticipationFactory(event=event)  # who got a reminder
    action = ActionFactory(event=event, text="Shown action", themes=[theme], published=True)
    ActionOwnerFactory(action=action, organisation=partner.organisation)
    return Scene(
        event=event,
        session=session,
        theme=theme,
        takeaway=TakeawayFactory(event=event, session=session, text="Shown takeaway", themes=[theme], published=True),
        action=action,
        section=ReportSectionFactory(report=report, title="Shown section", body="Shown words."),
        closing=ReportSectionFactory(report=report, title="Shown closing", kind="outcomes"),
        organisation=partner.organisation,
        series=event.series,
    )


def bodies(client, scene) -> dict[str, str]:
    """Return what an anonymous visitor gets at each door, all of it: headers, and the body as text."""
    making.make()  # files of lists have the ETag that it gives them
    found = {}
    for doors in DOORS.values():
        for address in doors(scene):
            response = client.get(address)
            assert response.status_code == 200, address
            headers = "\n".join(f"{name}: {value}" for name, value in response.items())
            found[address] = f"{headers}\n\n{words_of(response)}"
    return found


def assert_nowhere(client, scene) -> None:
    for address, body in bodies(client, scene).items():
        # The word a visitor asked for is said back to them; what is of a kind of its own is not.
        more = "+" if f"q={SECRET}" in address else "*"
        assert re.findall(rf"{SECRET}\w{more}", body.casefold()) == [], address


def without_echo(body: str) -> str:
    """Return a page without the words that were asked for and what changes with each request."""
    return body.casefold().replace(SECRET, "")


def without_etag(body: str) -> str:
    """Return an answer without its ETag, which changes with anything that is public."""
    return re.sub(r"(?m)^etag: .*$", "", body, flags=re.IGNORECASE)


HIDDEN_OUTCOMES = {
    "draft": {},
    "submitted": {"submitted": True},
    "changes requested": {"changes_requested": True},
    "approved": {"approved": True},
    "withdrawn": {"withdrawn": True},
    "merged": {"merged": True},
    "merged after it was public": {"merged": True, "published_at": PUBLISHED_AT, "number": 0},
    "published in a draft event": {"published": True, "event__draft": True},
    "published in a withdrawn event": {"published": True, "event__withdrawn": True},
    "published in a closed event": {"published": True, "event__closed": True},
    "recorded under a closed rule": {"published": True, "recorded_under": "closed"},
}


KINDS = ("takeaway", "action")


def secret(what: str) -> str:
    """Return the secret word, and it with what it is of, so that a failure says what was found."""
    return f"{SECRET} {SECRET}{''.join(what.split())}"


def test_hidden_outcome_is_behind_no_door(client, scene):
    for kind, (state, hidden) in itertools.product(KINDS, HIDDEN_OUTCOMES.items()):
        event = {} if any(name.startswith("event__") for name in hidden) else {"event": scene.event}
        word = secret(f"{kind}{state}")
        OutcomeFactory(kind=kind, text=f"The {word}", heading=f"Under {word}", themes=[scene.theme], **event, **hidden)

    assert_nowhere(client, scene)


def test_outcome_of_a_closed_session_is_behind_no_door(client, scene):
    closed = SessionFactory(event=scene.event, closed=True)
    group = SessionFactory(event=scene.event, title=f"Group {SECRET}", parent=closed)
    for kind in KINDS:
        OutcomeFactory(
            kind=kind, text=secret(kind), event=scene.event, session=group, themes=[scene.theme], published=True
        )

    assert_nowhere(client, scene)


def test_hidden_event_is_behind_no_door(client, scene):
    for state in ("draft", "withdrawn"):
        word = secret(state)
        EventFactory(title=f"Dialogue {word}", summary=word, reference=word, **{state: True})

    assert_nowhere(client, scene)


def test_hidden_outcome_changes_no_byte_of_any_door(client, scene):
    Outcome.objects.filter(pk__in=[scene.takeaway.pk, scene.action.pk]).update(number=50)
    rows = []
    for state, hidden in HIDDEN_OUTCOMES.items():
        of_event = {name.removeprefix("event__"): hidden[name] for name in hidden if name.startswith("event__")}
        event = EventFactory(title=f"Another dialogue: {state}", **of_event) if of_event else scene.event
        rows.append({name: hidden[name] for name in hidden if not name.startswith("event__")} | {"event": event})
    before = {address: without_echo(body) for address, body in bodies(client, scene).items()}

    # Numbers come before every public one: order and neighbours would change if they counted.
    for kind, (number, row) in itertools.product(KINDS, enumerate(rows)):
        numbered = {"number": number if {"published", "withdrawn", "published_at"} & row.keys() else None}
        OutcomeFactory(kind=kind, text=f"The {SECRET}", themes=[scene.theme], **row | numbered)

    assert {address: without_echo(body) for address, body in bodies(client, scene).items()} == before


def test_person_who_is_not_listed_is_behind_no_door(client, scene, editor):
    workflow.set_attribution(scene.event, "on_record", by=editor)
    for rule, listing in itertools.product(Rule.values, ("hidden", "participants")):
        session, word = SessionFactory(event=scene.event, attribution=rule), secret(f"{rule}{listing}")
        someone = ParticipationFactory(
            event=scene.event,
            listing=listing,
            affiliation=f"Ministry of {word}",
            position=word,
            person=PersonFactory(name=f"{word} person", email=f"{SECRET}{rule}{listing}@example.org"),
        )
        for role in ("speaker", "rapporteur", "convener"):
            RoleFactory(participation=someone, session=session, role=role)
            RoleFactory(participation=someone, role=role)
        QuoteFactory(event=scene.event, session=session, speaker=someone, text="What somebody said")
        action = ActionFactory(event=scene.event, published=True)
        ActionOwnerFactory(action=action, organisation=None, person=someone.person)

    assert_nowhere(client, scene)


@pytest.mark.parametrize("rule", ["chatham_house", "closed"])
def test_listed_participant_is_behind_no_door_where_the_rule_forbids_names(client, scene, rule):
    event = EventFactory(attribution=rule, title="Shown under a rule")
    someone = ParticipationFactory(
        event=event, public=True, affiliation=SECRET, position=SECRET, person=PersonFactory(name=f"{SECRET} person")
    )
    session = SessionFactory(event=event, title="Shown under a rule")
    for role in ("speaker", "moderator", "observer", "chair"):
        RoleFactory(participation=someone, session=session, role=role)
        RoleFactory(participation=someone, role=role)

    assert_nowhere(client, dataclasses.replace(scene, event=event))


def test_author_and_reviewers_are_behind_no_door(client, scene):
    people = [UserFactory(name=f"{SECRET} {n}", email=f"{SECRET}{n}@example.org") for n in range(2)]
    for outcome in (scene.takeaway, scene.action):
        type(outcome).objects.filter(pk=outcome.pk).update(author=people[0], text_submitted=f"{SECRET} at first")
        StatusChangeFactory(outcome=outcome, by=people[1], note=f"{SECRET} note")
    ActionUpdateFactory(action=scene.action, by=people[1], text="Shown update")

    assert_nowhere(client, scene)


def test_quote_without_consent_is_behind_no_door(client, scene, editor):
    workflow.set_attribution(scene.event, "on_record", by=editor)
    for consent in ("requested", "refused"):
        QuoteFactory(event=scene.event, text=secret(consent), consent=consent)

    assert_nowhere(client, scene)


def test_closed_session_is_behind_no_door(client, scene):
    closed = SessionFactory(event=scene.event, title=SECRET, body=SECRET, room=SECRET, closed=True)
    SessionFactory(event=scene.event, title=f"{SECRET} group", parent=closed)
    ResourceFactory(event=scene.event, session=closed, title=SECRET)
    QuoteFactory(event=scene.event, session=closed, text=SECRET)

    assert_nowhere(client, scene)


def test_resource_that_is_not_public_is_behind_no_door(client, scene):
    ResourceFactory(event=scene.event, title=SECRET, is_public=False)

    assert_nowhere(client, scene)


def test_report_that_is_not_published_is_behind_no_door(client, scene):
    event = EventFactory(title="Shown with a draft")
    TakeawayFactory(event=event, text="Shown takeaway", published=True)  # of which there is a document
    report = ReportFactory(event=event, title=SECRET, disclaimer=SECRET)
    ReportSectionFactory(report=report, title=SECRET, body=SECRET)

    assert_nowhere(client, dataclasses.replace(scene, event=event))


def test_raw_contribution_is_behind_no_door(client, scene):
    round_ = RoundFactory(event=scene.event, shows_contributions=True, is_moderated=False)
    for contribution in ContributionFactory.create_batch(6, round=round_, takeaway=SECRET, action=SECRET):
        contribution.outcomes.add(scene.takeaway)
    made_of = StatementGroupFactory(round=round_, name=SECRET, outcome=scene.takeaway)
    PlacementFactory(contribution=contribution, group=made_of)

    assert_nowhere(client, scene)
    assert SECRET not in client.get(round_.address).content.decode()


def test_round_and_its_contributions_change_no_byte_of_any_door(client, scene):
    before = bodies(client, scene)

    RoundFactory(event=scene.event, session=scene.session)
    for of in ({}, {"closed": True}):
        round_ = RoundFactory(event=scene.event, session=scene.session, **of)
        ContributionFactory.create_batch(6, round=round_, actor_type="state")

    assert bodies(client, scene) == before


# What was raised by how many, where the public is not told: because nobody ticked it, or because it may not be said.
HIDDEN_FIGURES = {
    "not ticked": {"raised_by": 4711, "raised_of": 8642},
    "not ticked, of few": {"raised_by": 4, "raised_of": 58},
    "not ticked, of all but few": {"raised_by": 57, "raised_of": 58},
}


def test_figure_that_is_not_said_changes_no_byte_of_any_door(client, scene):
    before = bodies(client, scene)

    for what, figures in HIDDEN_FIGURES.items():
        Outcome.objects.filter(pk__in=[scene.takeaway.pk, scene.action.pk]).update(**figures)

        assert bodies(client, scene) == before, what


def test_figure_that_is_said_stands_on_the_page_of_its_outcome_in_the_api_and_in_the_dump_alone(client, scene):
    before = bodies(client, scene)

    Outcome.objects.filter(pk=scene.takeaway.pk).update(raised_by=4711, raised_of=8642, says_raised=True)

    after = bodies(client, scene)
    page, of_api = scene.takeaway.get_absolute_url(), reverse("api:outcome-detail", args=[scene.takeaway.code])
    changed = {address for address in after if without_etag(after[address]) != without_etag(before[address])}
    in_the_dump = {reverse("outcomes:dump-manifest"), reverse("outcomes:dump-file", args=["outcomes.jsonl.gz"])}
    assert changed == {page, of_api, *in_the_dump}
    assert "Raised by 4711 of 8642 contributions" in after[page]
    assert '"raised":{"number":4711,"of":8642}' in after[of_api]


@pytest.mark.parametrize("rule", ["chatham_house", "closed"])
def test_figure_goes_with_its_outcome_when_the_rule_closes(client, scene, editor, rule):
    Outcome.objects.filter(pk=scene.takeaway.pk).update(raised_by=4711, raised_of=8642, says_raised=True)

    workflow.set_attribution(scene.event, rule, by=editor)

    answer = client.get(scene.takeaway.get_absolute_url())
    assert ("4711" in answer.content.decode()) == (rule != "closed")


def test_looser_rule_shows_nothing_older_behind_any_door(client, scene, editor):
    workflow.set_attribution(scene.event, "closed", by=editor)
    someone = ParticipationFactory(event=scene.event, public=True, person=PersonFactory(name=SECRET))
    RoleFactory(participation=someone, role="convener")
    QuoteFactory(event=scene.event, text=SECRET)
    TakeawayFactory(event=scene.event, text=SECRET, themes=[scene.theme], published=True)

    workflow.set_attribution(scene.event, "on_record", by=editor)

    shown_elsewhere = TakeawayFactory(text="Shown elsewhere", themes=[scene.theme], published=True)
    action_elsewhere = ActionFactory(text="Shown elsewhere", themes=[scene.theme], published=True)
    section = ReportSectionFactory(report__published=True, title="Shown elsewhere", body="Shown words.")
    closing = ReportSectionFactory(report=section.report, title="Shown closing", kind="outcomes")
    elsewhere = {"takeaway": shown_elsewhere, "action": action_elsewhere, "section": section, "closing": closing}
    assert_nowhere(client, dataclasses.replace(scene, **elsewhere))


@pytest.mark.parametrize("state", HIDDEN_OUTCOMES)
def test_hidden_outcome_answers_as_one_that_does_not_exist(client, scene, state):
    outcome = OutcomeFactory(text=SECRET, **HIDDEN_OUTCOMES[state])
    address = reverse("outcomes:outcome-detail", args=[outcome.code])

    hidden, missing = client.get(address), client.get(reverse("outcomes:outcome-detail", args=["aaaaaaaa"]))

    if state in ("withdrawn", "merged after it was public", "published in a withdrawn event"):
        assert hidden.status_code == 410
        assert SECRET not in hidden.content.decode()
    else:
        assert hidden.status_code == missing.status_code == 404
        assert hidden.content.decode().replace(outcome.code, "aaaaaaaa") == missing.content.decode()


def test_stale_denormalised_column_opens_no_door(client, scene):
    """`public_at` only makes reading fast: were it wrong, the true conditions still hide the row."""
    hidden = TakeawayFactory(event=scene.event, text=SECRET, themes=[scene.theme])
    OutcomeTheme.objects.filter(outcome=hidden).update(public_at="2030-01-01T00:00Z")

    assert_nowhere(client, scene)


def test_every_public_address_is_tested_as_a_door():
    listed = {*DOORS, *NO_CONTENT, *FILES, *IMAGES, *BY_CODE}
    public = {name for name, route in addresses() if not route.startswith(SIGNED_IN_PREFIXES)}

    assert public == listed
