"""Fill the database of DATABASE_URL with a made-up forum and what is around it, for `make bench-admin`."""

import datetime as dt
import itertools
import os
import random

from django.core.management import call_command
from django.db import connection, models
from django.utils import timezone

from bench.fill import make_database, say
from bench.words import Texts
from events import models as events
from events.workflow import settle_visibility
from outcomes import models as outcomes
from participants import models as people
from participants.groups import ADMINISTRATORS, EDITORS

SESSIONS, PARTICIPATIONS, OUTCOMES, PEOPLE, ORGANISATIONS = 300, 8_500, 5_000, 10_000, 5_000
SYLLABLES = "ba be bo ka ke ko la le lo ma me mo na ne no ra re ro sa se so ta te to vi zu".split()
ROLES = [*(["speaker"] * 6), *(["panellist"] * 4), "moderator", "chair", "rapporteur", "observer"]


def fill(part: int = 1) -> None:
    """Fill a database made anew, with one `part`-th of the numbers above."""
    make_database(os.environ["DATABASE_URL"])
    call_command("migrate", run_syncdb=True, interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    Forum(part).fill()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


class Forum:
    """One large event and what belongs to it."""

    def __init__(self, part: int):
        self.rng = random.Random(7)  # the same forum each time, no secret
        self.texts = Texts(self.rng)
        self.sessions, self.participations, self.outcomes, self.people, self.organisations = (
            max(12, number // part) for number in (SESSIONS, PARTICIPATIONS, OUTCOMES, PEOPLE, ORGANISATIONS)
        )

    def fill(self) -> None:
        for name, group in (("Editor", EDITORS), ("Administrator", ADMINISTRATORS)):
            user = people.User.objects.create_user(f"{name.lower()}@bench.example", name=name, works_on="everything")
            user.groups.add(people.User.groups.field.related_model.objects.get(name=group))
        self.editor = people.User.objects.get(email="editor@bench.example")
        self._people()
        self._event()
        say("people and programme")
        self._outcomes()
        say("outcomes")
        settle_visibility(self.event)

    def word(self, syllables: int) -> str:
        return "".join(self.rng.choices(SYLLABLES, k=syllables)).capitalize()

    def _people(self):
        families = [self.word(3) for _ in range(max(10, self.people // 3))]
        kinds = ("Ministry of", "Institute for", "University of", "Council on")
        self.all_organisations = self._organisations(kinds)
        self.all_people = people.Person.objects.bulk_create(
            [
                people.Person(name=f"{self.word(2)} {self.rng.choice(families)}", email=f"person-{at}@bench.example")
                for at in range(self.people)
            ],
            batch_size=1000,
        )

    def _organisations(self, kinds):
        names = {f"{self.rng.choice(kinds)} {self.word(3)} {self.word(2)}" for _ in range(self.organisations)}
        rows = [people.Organisation(name=name, slug=f"organisation-{at}") for at, name in enumerate(sorted(names))]
        return people.Organisation.objects.bulk_create(rows, batch_size=1000)

    def _event(self):
        today = timezone.localdate()
        series = events.EventSeries.objects.create(name="Made-up forum")
        self.event = events.Event.objects.create(
            title="Made-up forum of everything",
            series=series,
            time_zone="America/Santiago",
            starts_on=today - dt.timedelta(days=5),
            ends_on=today - dt.timedelta(days=1),
            outcomes_due_on=today + dt.timedelta(days=3),
            attribution="non_attributed",
            status="published",
            published_at=timezone.now(),
        )
        for number in range(100):
            events.Event.objects.create(title=f"Dialogue {number}", series=series)
        partners = self.rng.sample(self.all_organisations, k=min(20, len(self.all_organisations)))
        for organisation in partners:
            events.EventPartner.objects.create(event=self.event, organisation=organisation)
        self.all_sessions = []
        starts = timezone.now() - dt.timedelta(days=5)
        for at in range(self.sessions // 3):
            begins = starts + dt.timedelta(days=at % 5, hours=at // 5 % 10)
            shared = {"event": self.event, "starts_at": begins, "ends_at": begins + dt.timedelta(minutes=50)}
            parent = events.Session.objects.create(title=f"Panel {at}", room=f"Room {at % 12}", kind="panel", **shared)
            self.all_sessions.append(parent)
            for number in (1, 2):
                group = {
                    "parent": parent,
                    "kind": "breakout_group",
                    "number": str(number),
                    "title": f"Group {at}.{number}",
                }
                self.all_sessions.append(events.Session.objects.create(**group, **shared))
        participations = events.Participation.objects.bulk_create(
            [
                events.Participation(
                    event=self.event,
                    person=person,
                    affiliation=organisation.name,
                    organisation=organisation,
                    position="Adviser",
                    listing="public",
                    attendance="in_person",
                    recorded_under="non_attributed",
                )
                for person, organisation in zip(
                    self.all_people[: self.participations], itertools.cycle(self.all_organisations), strict=False
                )
            ],
            batch_size=1000,
        )
        roles = [
            events.Role(
                participation=one,
                session=self.all_sessions[at % len(self.all_sessions)],
                role=self.rng.choice(ROLES),
                recorded_under="non_attributed",
            )
            for at, one in enumerate(participations)
            if at % 4 == 0
        ]
        events.Role.objects.bulk_create(roles, batch_size=1000)
        for at in range(60):
            events.Quote.objects.create(event=self.event, text=f"Words {at}.", speaker=participations[at % 12])
            events.Resource.objects.create(event=self.event, title=f"Slides {at}", url=f"https://bench.example/{at}")

    def _outcomes(self):
        tops = [outcomes.Theme.objects.create(name=f"Theme {at}") for at in range(10)]
        subs = [outcomes.Theme.objects.create(name=f"Theme {at}", parent=tops[at % 10]) for at in range(10, 40)]
        now, made, numbers = timezone.now(), [], {"takeaway": itertools.count(1), "action": itertools.count(1)}
        for at in range(self.outcomes):
            kind = "action" if at % 3 == 0 else "takeaway"
            status = self.rng.choice(["draft", "submitted", "submitted", "approved", "published", "published"])
            text = f"{self.texts.draw()[0]} ({at})"
            one = outcomes.Outcome(
                kind=kind,
                event=self.event,
                session=self.all_sessions[at % len(self.all_sessions)],
                text=text,
                status=status,
                author=self.editor if at % 10 == 0 else None,
                position=at,
                recorded_under="non_attributed",
                progress="proposed" if kind == "action" else "",
                changed_at=now - dt.timedelta(minutes=at),
            )
            one.text_submitted = "" if status == "draft" else text
            if status == "published":
                one.published_at, one.number = now - dt.timedelta(minutes=at), next(numbers[kind])
            one.search_text = one.words()
            made.append(one)
        made = outcomes.Outcome.objects.bulk_create(made, batch_size=1000)
        themes = [*tops, *subs]
        tags = [(one, theme) for at, one in enumerate(made) for theme in {themes[at % 40], themes[at * 7 % 40]}]
        outcomes.OutcomeTheme.objects.bulk_create(
            [outcomes.OutcomeTheme(outcome=one, theme=theme, kind=one.kind) for one, theme in tags], batch_size=1000
        )
        outcomes.StatusChange.objects.bulk_create(
            [
                outcomes.StatusChange(outcome=one, from_status="draft", to_status="submitted")
                for one in made
                if one.status != "draft"
            ],
            batch_size=1000,
        )
        actions = [one for one in made if one.kind == "action"]
        outcomes.ActionOwner.objects.bulk_create(
            [
                outcomes.ActionOwner(action=one, organisation=organisation, is_lead=True)
                for one, organisation in zip(actions, itertools.cycle(self.all_organisations), strict=False)
            ],
            batch_size=1000,
        )
        for one in actions[:300]:
            outcomes.ActionUpdate.objects.create(action=one, text="Half of it is done.", progress="in_progress")
        report = outcomes.Report.objects.create(event=self.event, title="Report of the forum")
        for at in range(20):
            outcomes.ReportSection.objects.create(report=report, title=f"Section {at}", body="Words. " * 400)
        closing = outcomes.Round.objects.create(event=self.event, session=self.all_sessions[0])
        outcomes.Contribution.objects.bulk_create(
            [
                outcomes.Contribution(round=closing, takeaway=f"What one said {at}.", device_hash=f"{at:064x}")
                for at in range(200)
            ]
        )


def largest(model: type[models.Model]) -> models.Model | None:
    """Return the row of a model that stands for its pages: the first, which belongs to the forum where it can."""
    rows = model._default_manager.order_by("pk")
    names = {field.name for field in model._meta.fields}
    if model is events.Event:
        return rows.filter(title__startswith="Made-up").first()
    if "status" in names and model.__name__ in ("Outcome", "Takeaway", "Action"):
        return rows.filter(status="submitted").first()
    return rows.first()
