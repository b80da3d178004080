"""What the site's search box finds: outcomes, events, themes and report sections, from what is public alone."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.urls import reverse

from events.counting import count_each
from events.extracts import answers
from events.models import Event
from events.search import RANKED, terms
from outcomes.listed import card_columns, cards
from outcomes.models import Outcome, ReportSection, Theme
from outcomes.vocabulary import Vocabulary
from participants.text import FORBIDDEN

LONGEST = 200  # characters of a query that are looked at

CODE = re.compile(r"[a-z2-7]{8}")
REFERENCE = re.compile(r"(?P<event>.+)-(?P<kind>[ta])(?P<number>\d{1,6})", re.IGNORECASE)
KINDS = {"t": Outcome.Kind.TAKEAWAY, "a": Outcome.Kind.ACTION}


def cleaned(query: str) -> str:
    """Return `query` as it is looked for and said back: without what no text has, in one line, not too long."""
    return " ".join(FORBIDDEN.sub(" ", query).split())[:LONGEST].strip()


@dataclass
class Found:
    """What one query finds, by type; each list is a QuerySet or, of the few themes, a list, the best answer first.

    Up to `count_to` of each type are counted.
    """

    query: str
    count_to: int

    def __post_init__(self):
        self.vocabulary = Vocabulary.now()
        self.themes = _themes(self.query, self.vocabulary.by_key)
        lists = {name: self.counted(name) for name in ("outcomes", "events", "reports")}
        self._counts = count_each(self.count_to + 1, **lists)
        self._counts["themes"] = len(self.themes)

    def count(self, name: str) -> int:
        """How many there are of a type; `count_to` + 1 stands for "more than that"."""
        return self._counts[name]

    @property
    def total(self) -> int:
        """How many there are of all types."""
        return sum(self._counts.values())

    def counted(self, name: str) -> QuerySet:
        """Return all of a type, in no order; of outcomes those that lists have, which are cheap to tell."""
        rows = Outcome.objects.filter(public_at__isnull=False) if name == "outcomes" else _public(name)
        return rows.matching(self.query)

    def first(self, name: str, number: int) -> list:
        """Return the best few of a type; of outcomes their cards."""
        if name == "outcomes":
            rows = card_columns(_public(name).by_relevance(self.query))[:number]
            return cards(rows, self.vocabulary.by_key)
        return list(self.best(name)[:number])

    def best(self, name: str) -> Any:
        """Return those of a type but outcomes in the order of how well they answer, at most the newest `RANKED`."""
        if name == "themes":
            return self.themes
        rows = _public(name).by_relevance(self.query)
        return rows.defer("body") if name == "events" else rows.select_related("report__event")

    def reach(self, name: str) -> int:
        """How many rows of a type can be paged through."""
        return min(self.count(name), ranked(name))

    def is_partial(self, name: str) -> bool:
        """Whether there are more than can be paged through."""
        return self.count(name) > ranked(name)

    def is_capped(self, name: str) -> bool:
        """Whether counting stopped."""
        return self.count(name) > self.count_to

    def suggestions(self) -> list[str]:
        """Return queries that differ in a word of the vocabulary, for one that finds nothing: "capcity building"."""
        themes = self.vocabulary.by_key.values()
        known = {form: form for theme in themes for form in terms(f"{theme.name} {theme.description}")}
        nearest = {word: difflib.get_close_matches(word, known, n=1, cutoff=0.75) for word in terms(self.query)}
        if not any(near and near != [word] for word, near in nearest.items()):
            return []
        return [" ".join(near[0] if near else word for word, near in nearest.items())]


def ranked(name: str) -> int:
    """How many of the newest hits of a type are ranked."""
    return _public(name).ranked if name == "reports" else RANKED


def _public(name: str) -> Any:
    if name == "outcomes":
        return Outcome.objects.public()
    return Event.objects.public() if name == "events" else ReportSection.objects.public().written()


def _themes(query: str, themes: Mapping[int, Theme]) -> list[Theme]:
    """Return the themes that answer, those whose name does first; the vocabulary is small enough to read."""
    named, described = [], []
    for theme in themes.values():
        theme.parent = themes.get(theme.parent_id or 0)
        if answers(theme.name, query):
            named.append(theme)
        elif answers(f"{theme.name} {theme.description}", query):
            described.append(theme)
    return named + described


def straight_to(query: str) -> str | None:
    """Return the address of the one thing that `query` names: a code, a reference of an outcome or of an event.

    A reference has a digit: a word that happens to be one ("OEWG") is searched for. What was merged answers at its own
    address, which leads to what it became.
    """
    asked = query.casefold()
    events = outcomes = merged = None
    became = Outcome.objects.public().filter(pk=OuterRef("merged_into"))
    known = Outcome.objects.filter(Exists(became), published_at__isnull=False)
    if CODE.fullmatch(asked):
        outcomes, merged = Outcome.objects.public().filter(code=asked), known.filter(code=asked)
    if any(sign.isdigit() for sign in asked):
        events = Event.objects.public().filter(_cited_as(asked))
        if named := REFERENCE.fullmatch(asked):
            of_event = Event.objects.public().filter(_cited_as(named["event"])).values("pk")
            kind, number = KINDS[named["kind"]], int(named["number"])
            this = {"event__in": of_event, "kind": kind, "number": number}
            outcomes, merged = Outcome.objects.public().filter(**this), known.filter(**this)
    rows = [
        part.order_by().values_list(F(field), Value(view))
        for part, field, view in (
            (outcomes, "code", "outcomes:outcome-detail"),
            (merged, "code", "outcomes:outcome-detail"),
            (events, "slug", "events:event-detail"),
        )
        if part is not None
    ]
    if not rows:
        return None
    found = list(rows[0].union(*rows[1:]).order_by()[:2] if len(rows) > 1 else rows[0][:2])
    if len(found) != 1:
        return None  # nothing, or several events that share a reference
    ((name, view),) = found
    return reverse(view, args=[name])


def _cited_as(name: str) -> Q:
    """Events that are cited as `name`: by the institution's reference, else by the slug."""
    return Q(reference__iexact=name) | Q(slug=name)
