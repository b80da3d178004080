"""Whatever step is taken, nothing recorded under a stricter rule comes to light without a decision.

Beside the database stands a second, simple idea of the strictest rule each item has lived under; it is raised after
each step, and lowered by nothing but a release.
"""

import pytest

from events.attribution import Rule, strictest
from events.cloning import clone_event, next_edition
from events.models import Event, Participation, Quote, Recorded, Role, Session
from events.workflow import move_session, release, set_attribution
from outcomes import lineage
from outcomes.models import Outcome, Report
from participants import merging
from participants.models import Person
from tests.factories import (
    EventFactory,
    ParticipationFactory,
    QuoteFactory,
    ReportFactory,
    RoleFactory,
    SessionFactory,
    TakeawayFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

RULES = list(Rule)
OPEN, LISTED = RULES[:3], RULES[:2]


def rule_of(item):
    """The rule in force for an item, climbed up step by step."""
    session, event = getattr(item, "session", None), item.event
    line = []
    while session is not None:
        line.append(session.attribution)
        session = session.parent
    return Rule.CLOSED if Rule.CLOSED in line else next(filter(None, line), event.attribution)


class World:
    """Two events, each with a session, two groups and one of everything, and what every item has lived under."""

    def __init__(self):
        self.staff = UserFactory(is_superuser=True)
        self.floor = {}
        self.sessions = []
        for rule in ("on_record", "chatham_house"):
            event = EventFactory(attribution=rule)
            session = SessionFactory(event=event)
            groups = [SessionFactory(event=event, parent=session, attribution=own) for own in ("", "closed")]
            self.sessions += [session, *groups]
            ReportFactory(event=event, published=True)
            for place in (None, session, *groups):
                self.fill(event, place)
        self.look()

    def fill(self, event, session):
        somebody = ParticipationFactory(event=event, public=True)
        RoleFactory(participation=somebody, session=session, role="rapporteur")
        for consent in ("given", "not_needed"):
            QuoteFactory(event=event, session=session, speaker=somebody, consent=consent)
        TakeawayFactory(event=event, session=session, published=True)

    def look(self):
        """Raise what each item has lived under to the rule that holds for it now."""
        for model in Recorded.concrete():
            for item in model.objects.all():
                at = model, item.pk
                self.floor[at] = strictest(self.floor.get(at, Rule.ON_RECORD), rule_of(item))
        for merged in Outcome.objects.exclude(merged_into=None):
            at = Outcome, merged.merged_into_id
            self.floor[at] = strictest(self.floor[at], self.floor[Outcome, merged.pk])

    def check(self):
        for item in Outcome.objects.public():
            assert self.floor[Outcome, item.pk] in OPEN
        for item in Report.objects.public():
            assert self.floor[Report, item.pk] in OPEN
        for item in Quote.objects.public():
            assert self.floor[Quote, item.pk] in (OPEN if item.consent == "given" else [Rule.ON_RECORD])
        for item in Participation.objects.public():
            assert (item.listing, self.floor[Participation, item.pk] in LISTED) == ("public", True)
        for item in Role.objects.public():
            allowed = OPEN if item.session_id is None else [Rule.ON_RECORD]
            assert (item.participation.listing, self.floor[Role, item.pk] in allowed) == ("public", True)

    def pick(self, rows, number):
        keys = list(rows.order_by("pk").values_list("pk", flat=True))
        return rows.get(pk=keys[number % len(keys)])

    # What may happen; each takes three numbers

    def change_event_rule(self, one, two, _):
        set_attribution(self.pick(Event.objects.all(), one), RULES[two % 4], by=self.staff)

    def change_session_rule(self, one, two, _):
        set_attribution(self.pick(Session.objects.all(), one), ["", *RULES][two % 5], by=self.staff)

    def reparent(self, one, two, three):
        session = self.pick(Session.objects.all(), one)
        move_session(session, self.pick(Session.objects.filter(event=session.event), two) if three % 3 else None)

    def move_outcome(self, one, two, three):
        outcome = self.pick(Outcome.objects.exclude(status__in=["merged", "withdrawn"]), one)
        to = self.pick(Session.objects.filter(event=outcome.event), two) if three % 3 else None
        outcome.revise(version=outcome.version, session=to)

    def merge(self, one, two, _):
        survivor = self.pick(Outcome.objects.filter(status="published"), one)
        others = Outcome.objects.filter(event=survivor.event, status="published").exclude(pk=survivor.pk)
        if others.exists():
            part = self.pick(others, two)
            lineage.merge(survivor, {part.pk: part.version}, version=survivor.version, text="Both.", by=self.staff)

    def part(self, one, *_):
        if (merged := Outcome.objects.filter(status="merged")).exists():
            lineage.part(self.pick(merged, one).merged_into, by=self.staff)

    def split(self, one, *_):
        outcome = self.pick(Outcome.objects.filter(status="published"), one)
        first, second = ({"text": text, "themes": []} for text in ("First half.", "Second half."))
        new = lineage.split(outcome, version=outcome.version, first=first, second=second, by=self.staff)
        self.floor[Outcome, new.pk] = self.floor[Outcome, outcome.pk]
        new.approve(by=self.staff)
        new.publish(by=self.staff)

    def withdraw_and_publish(self, one, *_):
        outcome = self.pick(Outcome.objects.filter(status="published"), one)
        outcome.withdraw(by=self.staff)
        outcome.publish(by=self.staff)

    def withdraw_and_publish_event(self, one, *_):
        event = self.pick(Event.objects.filter(status="published"), one)
        event.withdraw(by=self.staff)
        event.publish(by=self.staff)

    def clone(self, one, two, _):
        if Event.objects.count() < 4:
            event = self.pick(Event.objects.all(), one)
            if two % 2:
                new = clone_event(event, title="Copy", starts_on=event.starts_on, series=None)
            else:
                new = next_edition(event, title="Next", starts_on=event.starts_on, series_name="Series")
            new.publish(by=self.staff)

    def merge_people(self, one, two, three):
        came = Person.objects.filter(pk__in=Participation.objects.values("person"))
        kept, lost = (self.pick(came, at) for at in (one, two))
        if kept == lost:
            return
        if three % 2:
            Participation.objects.filter(person=lost).update(listing="hidden")
        floors, public = {}, {}
        for row in Participation.objects.filter(person__in=[kept, lost]):
            floors[row.event_id] = strictest(floors.get(row.event_id, "on_record"), self.floor[Participation, row.pk])
            public[row.event_id] = public.get(row.event_id, True) and row.listing == "public"
        merging.merge(kept, lost, by=self.staff)
        for row in Participation.objects.filter(person=kept):
            self.floor[Participation, row.pk] = floors[row.event_id]
            assert (row.listing == "public") == public[row.event_id]

    def release_one(self, one, *_):
        quote = self.pick(Quote.objects.all(), one)
        release(Quote.objects.filter(pk=quote.pk), by=self.staff)
        self.floor[Quote, quote.pk] = rule_of(Quote.objects.get(pk=quote.pk))

    def add(self, one, two, _):
        session = self.pick(Session.objects.all(), one)
        self.fill(session.event, session if two % 2 else None)


STEPS = [name for name in vars(World) if not name.startswith("_") and name not in {"fill", "look", "check", "pick"}]


@pytest.mark.parametrize("name", STEPS)
def test_no_step_reveals_what_was_recorded_under_a_stricter_rule(name):
    world = World()

    getattr(world, name)(1, 2, 1)

    world.look()
    world.check()
