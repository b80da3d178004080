"""Fill the database of DATABASE_URL with as many outcomes as told.

The same number makes the same rows on the same day: dates run up to a few months from today. The columns and tables
that only make reading fast are filled here too; `bench.check` compares them with what the site itself says.
"""

import datetime as dt
import hashlib
import itertools
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.utils import timezone

from bench.check import check
from bench.floor import models as floor
from bench.load import bulk, load
from bench.names import ASLEEP, ASLEEP_ABOVE, COMMON, RARE, SHOWCASE
from bench.words import Texts
from events import models as events
from events import search
from events.codes import ALPHABET
from events.models import bump_generation
from outcomes import models as outcomes
from outcomes.models.count import keys_of
from participants import models as people

ROOT = Path(__file__).resolve().parent.parent
MARK = "Made by `make bench` of Readout, which may drop it."
CHUNK = 25_000

EVENTS = 5_000  # at most; one for twenty outcomes where there are fewer
THEMES = 40
ASLEEP_SINCE = 0.1  # only the oldest tenth of the events has outcomes about them


def digest() -> str:
    """Return what tells whether a database was filled by this code, for these models."""
    files = [ROOT / "events/attribution.py", ROOT / "events/search.py"]
    files += [ROOT / f"bench/{name}.py" for name in ("fill", "load", "names", "words", "floor/models")]
    for app in ("participants", "events", "outcomes"):
        files += [*(ROOT / app / "models").glob("*.py"), *(ROOT / app / "migrations").glob("*.py")]
    found = hashlib.sha256()
    for file in sorted(files):
        found.update(file.read_bytes())
    return found.hexdigest()


def make_database(url: str) -> None:
    """Make the database of `url` anew. Drops one on PostgreSQL only if it was made here; else exits with one line."""
    connection.close()
    if connection.vendor == "sqlite":
        for end in ("", "-wal", "-shm", "-journal"):
            Path(f"{_name()}{end}").unlink(missing_ok=True)
        Path(_name()).parent.mkdir(parents=True, exist_ok=True)
        return
    connection.close_pool()
    if _exists(url) and _remark(url) != MARK:
        sys.exit(f"The database {_name()} was not made by the bench: name another with BENCH_DATABASE_URL.")
    with psycopg.connect(url, dbname="postgres", autocommit=True) as server:
        name = connection.ops.quote_name(_name())
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {name}")
        server.execute(f"COMMENT ON DATABASE {name} IS '{MARK}'")


def _name() -> str:
    return str(connection.settings_dict["NAME"])


def _exists(url: str) -> bool:
    """Whether there is a database at all: to a missing one, Django's pool would try to connect for half a minute."""
    return Path(_name()).exists() if connection.vendor == "sqlite" else _remark(url) is not None


def _remark(url: str) -> str | None:
    """Return the comment on the database of PostgreSQL, "" without one; None where there is no such database."""
    with psycopg.connect(url, dbname="postgres") as server:
        found = server.execute(
            "SELECT coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database WHERE datname = %s", [_name()]
        ).fetchone()
    return found[0] if found else None


def is_filled(url: str, size: int) -> bool:
    """Whether the database is there and was filled to the end by this code."""
    if not _exists(url):
        return False
    try:
        return floor.Filling.objects.filter(size=size, made_from=digest(), seconds__isnull=False).exists()
    except DatabaseError:
        return False


class Filler:
    """Rows, made in the order of their keys; what later ones need of earlier ones is remembered."""

    def __init__(self, size: int, today: dt.date):
        self.size, self.today, self.rng = size, today, random.Random(f"readout {size}")
        self.texts = Texts(self.rng, pool=min(20_000, max(200, size)))
        self.now = dt.datetime.combine(today, dt.time(), dt.UTC)
        self.events = max(4, min(EVENTS, size // 20))
        self.organisations = max(8, self.events // 10)
        self.series = max(2, self.events // 8)
        self.people = max(40, self.events * 2)
        self.users = 50
        self.held = [0] * (self.events + 1)  # by event: the day after its last, as an ordinal; 0 before it is over
        self.year = [0] * (self.events + 1)
        self.rule = [""] * (self.events + 1)
        self.is_public = [False] * (self.events + 1)
        self.series_of: list[int | None] = [None] * (self.events + 1)
        self.partners: list[list[int]] = [[] for _ in range(self.events + 1)]
        self.sessions: list[list[tuple[int, str]]] = [[] for _ in range(self.events + 1)]  # with the rule in force
        self.showcase = max(1, int(self.events * 0.96))
        self.codes = itertools.count(1)
        self.counts: Counter = Counter()

    def code(self) -> str:
        """Return a code nobody has: a number scattered over the 40 bits, which meets none twice."""
        number = next(self.codes) * 0x9E3779B97F % 2**40
        return "".join(ALPHABET[number >> shift & 31] for shift in range(0, 40, 5))

    def fill(self) -> None:
        """Fill every table that public pages read."""
        tables = {
            floor: "Section Author Tag Item",
            people: "User Organisation Person",
            events: "EventSeries Event EventPartner Session Participation Role Quote Resource",
            outcomes: "Theme Outcome OutcomeTheme Addressee ActionOwner ActionUpdate Report ReportSection OutcomeCount",
        }
        models = {name: getattr(module, name) for module, names in tables.items() for name in names.split()}
        with bulk(*models.values(), floor.Item.tags.through):
            for name, columns, rows in self.small():
                load(models[name], columns.split(), rows)
            load(floor.Item.tags.through, ["item_id", "tag_id"], self.floor_tags())
            for name, columns, rows in self.of_events():
                load(models[name], columns.split(), rows)
            events.Event.reindex()
            outcomes.ReportSection.reindex()
            for number, chunk in enumerate(_ahead(self.outcomes()), start=1):
                for name, columns in OF_OUTCOMES.items():
                    load(models[name], columns.split(), chunk[name])
                say(f"{min(number * CHUNK, self.size):,} outcomes")
            numbers = [[*key, number] for key, number in self.counts.items()]
            load(models["OutcomeCount"], "theme_id facet value kind number".split(), numbers)
            say("indexes")
        for model in search.Searchable.concrete():
            search.rebuild(model)
        bump_generation()
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")

    def small(self) -> Iterator[tuple[str, str, list]]:
        """Yield (model, columns, rows) of what does not grow with the outcomes: people, institutions, vocabulary."""
        pick, names = self.rng.choice, self.texts.names
        yield "User", "id email name password", [[n, f"u{n}@bench.example", f"User {n}", "!"] for n in _to(self.users)]
        kinds = ["state", "un_entity", "civil_society", "academia", "regional_organisation", "donor"]
        rows = [
            [n, f"Institute of {pick(names)} Affairs {n}", f"I{n}", f"institute-{n}", pick(kinds), pick(COUNTRIES)]
            for n in _to(self.organisations)
        ]
        yield "Organisation", "id name short_name slug actor_type country", rows
        yield "Person", "id name", [[n, f"{pick(names)} {pick(names)}"] for n in _to(self.people)]
        rows = [[n, f"{pick(names)} dialogues {n}", f"series-{n}"] for n in _to(self.series)]
        yield "EventSeries", "id name slug", rows
        yield "Theme", "id name slug description parent_id position", self.themes()
        yield "Section", "id title slug", [[n, f"Section {n}", f"section-{n}"] for n in _to(12)]
        yield "Author", "id name place", [[n, f"{pick(names)} {pick(names)}", pick(names)] for n in _to(200)]
        yield "Tag", "id name slug", [[n, f"Tag {pick(names)} {n}", f"tag-{n}"] for n in _to(40)]
        rows = [
            [
                *(n, self.texts.draw()[0][:90], self.texts.draw()[0], pick(["note", "review"])),
                *(self.now - dt.timedelta(minutes=self.size * 5 - n * 5), n % 12 + 1, n % 200 + 1),
            ]
            for n in _to(min(self.size, 100_000))
        ]
        yield "Item", "id title text kind published_at section_id author_id", rows

    def floor_tags(self) -> Iterator[list]:
        """Yield two tags for each item of the floor."""
        for item in _to(min(self.size, 100_000)):
            yield [item, item % 40 + 1]
            yield [item, (item * 7 + 3) % 40 + 1]

    def themes(self) -> list[list]:
        """Return 40 themes on two levels, and remember who stands where and how often each is drawn."""
        self.parent: dict[int, int | None] = {}
        slugs = {1: COMMON, 2: ASLEEP_ABOVE, 3: "bench-asleep-inner-1", 4: "bench-asleep-inner-2", 5: ASLEEP, 6: RARE}
        rows = []
        for n in _to(THEMES):
            parent = 2 if n in (3, 4) else None if n <= 2 or n % 4 == 3 else (7, 11, 15, 19, 23, 27, 31, 35)[n % 8]
            parent = 1 if n in (8, 9, 10) else parent
            self.parent[n] = parent
            name = f"{self.texts.names[n]} {('norms', 'capacity', 'finance', 'trust', 'law')[n % 5]}"
            rows.append([n, name, slugs.get(n, f"theme-{n}"), self.texts.paragraphs(1), parent, n])
        rows.sort(key=lambda row: row[4] is not None)  # parents first
        self.awake = [1, *range(7, THEMES + 1)]
        self.weights = list(itertools.accumulate(1 / rank for rank in _to(len(self.awake))))
        self.asleep, self.asleep_weights = [2, 3, 4, 5], [1, 1, 1, 3]
        self.rare = 6
        self.rare_every = max(4, min(20_000, self.size // 5))
        return rows

    def of_events(self) -> Iterator[tuple[str, str, list]]:
        """Yield (model, columns, rows) of the events and what is in them."""
        rng, pick = self.rng, self.rng.choice
        rows: dict[str, list[list]] = {name: [] for name in OF_EVENTS}
        first, last = self.today - dt.timedelta(days=12 * 365), self.today + dt.timedelta(days=120)
        step = (last - first).days / self.events
        for event in _to(self.events):
            shown = event == self.showcase
            starts = first + dt.timedelta(days=int(step * event))
            ends = starts + dt.timedelta(days=rng.randrange(4))
            status = "published" if shown else rng.choices(["published", "draft", "withdrawn"], [90, 7, 3])[0]
            rule = rng.choices(["chatham_house", "non_attributed", "on_record", "closed"], [55, 25, 17, 3])[0]
            rule = "on_record" if shown else rule
            series = rng.randrange(self.series) + 1 if shown or rng.random() < 0.6 else None
            published = _at(starts - dt.timedelta(days=60))
            self.held[event] = ends.toordinal() + 1 if ends < self.today else 0
            self.year[event], self.series_of[event], self.rule[event] = starts.year, series, rule
            self.is_public[event] = status == "published"
            rows["Event"].append(
                [
                    *(event, f"Dialogue {event} on {pick(self.texts.names)} and {pick(self.texts.names)}"),
                    *(SHOWCASE if shown else f"dialogue-{event}", f"BD{event}" if event % 3 else "", series),
                    *(pick(["dialogue", "roundtable", "conference", "workshop"]), starts, ends, "Europe/Lisbon"),
                    *(pick(self.texts.names), pick(COUNTRIES), self.texts.draw()[0], self.texts.paragraphs(4), rule),
                    *(status, None if status == "draft" else published),
                    published + dt.timedelta(days=90) if status == "withdrawn" else None,
                ]
            )
            for place, organisation in enumerate(
                {self._organisation() for _ in range(4 if shown else rng.choice((1, 2, 3)))}
            ):
                role = "convener" if not place else pick(["partner", "funder", "knowledge_partner", "co_host"])
                rows["EventPartner"].append([event, organisation, role, place])
                self.partners[event].append(organisation)
            self._programme(event, starts, rows, 30 if shown else rng.randrange(2, 10))
            self._people(event, rows, 30 if shown else 6)
            self._extras(event, starts, rows, shown)
        for name, columns in OF_EVENTS.items():
            yield name, columns, rows[name]

    def _organisation(self) -> int:
        return int(self.rng.random() ** 2 * self.organisations) + 1  # a few convene much

    def _programme(self, event: int, starts: dt.date, rows: dict, number: int) -> None:
        plain = event == self.showcase
        above: tuple[int, str] | None = None
        for place in range(number):
            session = len(rows["Session"]) + 1
            is_group = above is not None and place % 5 in (2, 3, 4)
            own = "" if plain else self.rng.choices(["", "closed", "on_record", "chatham_house"], [92, 3, 3, 2])[0]
            inherited = above[1] if is_group and above else self.rule[event]
            # A closed session closes its groups; a closed event does not close a session with a rule of its own.
            rule = "closed" if is_group and above and above[1] == "closed" else own or inherited
            at = _at(starts) + dt.timedelta(days=place // 10, hours=9 + place % 10)
            rows["Session"].append(
                [
                    *(session, self.code(), event, above[0] if is_group and above else None),
                    *(
                        "breakout_group" if is_group else self.rng.choice(["plenary", "panel", "keynote"]),
                        str(place + 1),
                    ),
                    *(f"On {self.rng.choice(self.texts.names)} and what follows", at, at + dt.timedelta(minutes=50)),
                    *("Room 1", self.texts.draw()[0], own, place),
                ]
            )
            if not is_group:
                above = (session, rule)
            self.sessions[event].append((session, rule))

    def _people(self, event: int, rows: dict, number: int) -> None:
        rng = self.rng
        for place, person in enumerate(rng.sample(range(1, self.people + 1), number)):
            participation = len(rows["Participation"]) + 1
            listing = "public" if rng.random() < 0.8 else "hidden"
            rows["Participation"].append(
                [
                    *(participation, event, person, f"Ministry of {rng.choice(self.texts.names)}", "Adviser"),
                    *("in_person", listing, self.rule[event]),
                ]
            )
            session, rule = self.sessions[event][place % len(self.sessions[event])]
            whole = place == 0
            role = "rapporteur" if whole else rng.choice(["speaker", "moderator", "panellist"])
            rows["Role"].append(
                [participation, None if whole else session, role, place, self.rule[event] if whole else rule]
            )

    def _extras(self, event: int, starts: dt.date, rows: dict, shown: bool) -> None:
        for place in range(3 if shown else event % 3):
            rows["Quote"].append([event, None, self.texts.draw()[0], "given", place, self.rule[event]])
            address = f"https://media.bench.example/{event}/{place}"
            rows["Resource"].append([event, "recording", f"Recording {place + 1}", address, True, place])
        if shown or event % 4 == 0:
            report = len(rows["Report"]) + 1
            rows["Report"].append([report, event, f"Report of dialogue {event}", starts, "published", _at(starts)])
            for place in range(6 if shown else 3):
                kind = "outcomes" if place == 2 else "text"
                body = self.texts.paragraphs(6)
                rows["ReportSection"].append([report, kind, f"Part {place + 1}", f"part-{place + 1}", body, place])

    def _shares(self) -> list[int]:
        """Return how many outcomes each event has, by key: 60 at the showcase, none before an event is over."""
        weights = [0.0] * (self.events + 1)
        for event in _to(self.events):
            if self.held[event] and event != self.showcase:
                weights[event] = self.rng.choice((0.3, 0.6, 1, 1, 1.4, 2.5))
        left, total = self.size - 60, sum(weights)
        edges = [round(left * edge / total) for edge in itertools.accumulate(weights)]
        shares = [after - before for before, after in itertools.pairwise([0, *edges])]
        shares[self.showcase] = 60
        return shares

    def outcomes(self) -> Iterator[dict[str, list]]:
        """Yield the rows of outcomes and of what hangs on them, by model, so many outcomes at a time."""
        rng = self.rng
        chunk: dict[str, list[list]] = {name: [] for name in OF_OUTCOMES}
        outcome = 0
        for event, share in enumerate(self._shares()):
            shown, numbers = event == self.showcase, Counter()
            for place in range(share):
                outcome += 1
                kind = ("takeaway", "action")[place % 2 if shown else rng.random() < 0.45]
                status = "published" if shown else rng.choices(STATUSES, STATUS_WEIGHTS)[0]
                session, rule = rng.choice([(None, self.rule[event]), *self.sessions[event] * (2 if shown else 1)])
                stamp = "closed" if not shown and rng.random() < 0.005 else rule
                was_public = status in ("published", "withdrawn")
                numbers[kind] += was_public
                published = self._published_at(event) if was_public else None
                is_rare = outcome % self.rare_every == self.rare_every // 2
                text, words = self.texts.draw(rare=is_rare)
                heading = rng.choice(HEADED)
                progress, due, nature = "", None, ""
                if kind == "action":
                    progress = rng.choices(PROGRESS, PROGRESS_WEIGHTS)[0]
                    nature = rng.choice(["recommendation", "recommendation", "pledge", "next_step"])
                    if rng.random() < 0.5:
                        due = dt.date.fromordinal(self.held[event] + rng.randrange(90, 900))
                chunk["Outcome"].append(
                    [
                        *(
                            outcome,
                            kind,
                            self.code(),
                            numbers[kind] if was_public else None,
                            event,
                            session,
                            text,
                            text,
                        ),
                        *(heading, place, status, published),
                        published + dt.timedelta(days=30) if status == "withdrawn" and published else None,
                        *(
                            published or self.now,
                            rng.randrange(self.users) + 1,
                            f"{HEADING_WORDS[heading]} {words}".strip(),
                        ),
                        *(nature, progress, due, stamp, None, None),
                    ]
                )
                is_public = status == "published" and self.is_public[event] and "closed" not in (rule, stamp)
                themes = self._themes(event, is_rare)
                public_at = published if is_public else None
                chunk["Outcome"][-1][-2] = public_at
                tops: set[int] = set()
                for theme in themes:
                    top = self.parent[theme] or theme
                    chunk["OutcomeTheme"].append([outcome, theme, kind, public_at, top, top not in tops])
                    tops.add(top)
                addressed = self._follow_up(chunk, outcome, event, progress, shown) if kind == "action" else []
                if is_public:
                    facts = {
                        "kind": kind,
                        "progress": progress,
                        "series": self.series_of[event],
                        "year": self.year[event],
                        "organisations": sorted(self.partners[event]),
                        "themes": sorted({*themes, *filter(None, map(self.parent.get, themes))}),
                        "addressed_to": sorted(addressed),
                    }
                    chunk["Outcome"][-1][-1] = facts
                    self.counts.update(keys_of(facts))
                if len(chunk["Outcome"]) == CHUNK:
                    yield chunk
                    chunk = {name: [] for name in OF_OUTCOMES}
        yield chunk

    def _published_at(self, event: int) -> dt.datetime:
        seconds = self.rng.randrange(7 * 86_400, 45 * 86_400)
        at = dt.datetime.fromordinal(self.held[event]).replace(tzinfo=dt.UTC) + dt.timedelta(seconds=seconds)
        return at if at < self.now else self.now - dt.timedelta(seconds=seconds % 500_000)

    def _themes(self, event: int, is_rare: bool) -> list[int]:
        rng = self.rng
        themes = set(rng.choices(self.awake, cum_weights=self.weights, k=rng.choice((0, 1, 1, 1, 1, 2, 2, 2, 3))))
        if event < self.events * ASLEEP_SINCE and rng.random() < 0.25:
            themes.update(rng.choices(self.asleep, self.asleep_weights))
        if is_rare:
            themes.add(self.rare)
        return sorted(themes)

    def _follow_up(self, chunk: dict, action: int, event: int, progress: str, shown: bool) -> list[str]:
        rng = self.rng
        addressed = list(dict.fromkeys(rng.choices(ADDRESSED, ADDRESSED_WEIGHTS, k=rng.choice((0, 1, 1, 2, 3)))))
        chunk["Addressee"] += [[action, actor_type] for actor_type in addressed]
        if shown or rng.random() < 0.6:
            chunk["ActionOwner"].append([action, self._organisation(), None, True, "accepted"])
        if rng.random() < 0.05:
            chunk["ActionOwner"].append([action, None, rng.randrange(self.people) + 1, False, ""])
        for months in range(rng.choice((0, 0, 1, 2)) if progress != "proposed" else 0):
            on = dt.date.fromordinal(self.held[event] + 60 + 90 * months)
            chunk["ActionUpdate"].append([action, self.code(), on, self.texts.draw()[0], progress, "self_reported"])
        return addressed


OF_EVENTS = {
    "Event": "id title slug reference series_id format starts_on ends_on time_zone city country summary body"
    " attribution status published_at withdrawn_at",
    "EventPartner": "event_id organisation_id role position",
    "Session": "id code event_id parent_id kind number title starts_at ends_at room body attribution position",
    "Participation": "id event_id person_id affiliation position attendance listing recorded_under",
    "Role": "participation_id session_id role position recorded_under",
    "Quote": "event_id session_id text consent position recorded_under",
    "Resource": "event_id kind title url is_public position",
    "Report": "id event_id title published_month status published_at",
    "ReportSection": "report_id kind title slug body position",
}
OF_OUTCOMES = {
    "Outcome": "id kind code number event_id session_id text text_submitted heading position status published_at"
    " withdrawn_at changed_at author_id search_text nature progress due_on recorded_under public_at counted",
    "OutcomeTheme": "outcome_id theme_id kind public_at top_id leads",
    "Addressee": "action_id actor_type",
    "ActionOwner": "action_id organisation_id person_id is_lead response",
    "ActionUpdate": "action_id code on text progress verification",
}
COUNTRIES = ["AT", "BR", "CL", "EE", "FR", "GB", "GH", "ID", "JM", "JP", "KE", "MA", "NO", "NZ", "PT", "SN", "UY", "VN"]
STATUSES = ["published", "withdrawn", "draft", "submitted", "changes_requested", "approved"]
STATUS_WEIGHTS = [87, 3, 4, 2, 1, 3]
PROGRESS = ["proposed", "accepted", "in_progress", "partly_done", "done", "not_taken_forward", "superseded"]
PROGRESS_WEIGHTS = [40, 15, 20, 6, 14, 3, 2]
ADDRESSED = [
    "state",
    "un_entity",
    "regional_organisation",
    "civil_society",
    "private_sector",
    "academia",
    "donor",
    "media",
]
ADDRESSED_WEIGHTS = [40, 18, 14, 10, 8, 5, 4, 1]
HEADED = [*(["", ""] * 6), "Priorities", "Transparency", "Capacity", "Follow-up", "Finance", "Monitoring"]
HEADING_WORDS = {heading: search.indexed(heading) for heading in HEADED}


def _ahead(chunks: Iterator[dict]) -> Iterator[dict]:
    """Yield `chunks`, the next one made by another thread while this one is on its way to the database."""
    with ThreadPoolExecutor(1) as maker:
        coming = maker.submit(next, chunks, None)
        while (chunk := coming.result()) is not None:
            coming = maker.submit(next, chunks, None)
            yield chunk


def _to(number: int) -> range:
    return range(1, number + 1)


def _at(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(9), dt.UTC)


def say(words: str) -> None:
    """Tell whoever waits."""
    print(f"  {words}", file=sys.stderr, flush=True)


def fill(size: int) -> None:
    """Fill the database unless it is filled already, and compare it with what the site says."""
    url = os.environ["DATABASE_URL"]
    if is_filled(url, size):
        return
    make_database(url)
    call_command("migrate", run_syncdb=True, interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    began = time.monotonic()
    filling = floor.Filling.objects.create(size=size, made_from=digest())
    Filler(size, timezone.localdate()).fill()
    filling.seconds = time.monotonic() - began
    say(f"filled in {filling.seconds:.0f} s")
    check(size)
    filling.save()
