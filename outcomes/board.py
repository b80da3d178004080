"""What the synthesis screen of a closing round shows: its statements, shuffled, where they stand and what is alike.

The order is that of a keyed hash of the round and the contribution: the same at each visit, and no trace of who came
when. Nothing here depends on a time, a key of the database or the order of its rows.
"""

import hashlib
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import F, FilteredRelation, Q
from django.utils.crypto import salted_hmac

from events import attribution
from events.search import indexed
from outcomes import synthesis
from outcomes.likeness import Likeness
from outcomes.models import Contribution, Outcome, Round, StatementGroup
from outcomes.synthesis import ASIDE, TO_GO

ALIKE = 0.3  # from this likeness on statements are brought together; found by trying on what people write


@dataclass
class Statement:
    """What one contribution offered of one kind, and where it stands: a group's code, ASIDE or TO_GO."""

    pk: uuid.UUID
    text: str
    place: str
    set_aside: str = ""

    @property
    def seen(self) -> str:
        """What a form sends to name it, with where it stood when the page was made."""
        return f"{self.pk}:{self.place}"


@dataclass
class Column:
    """A group with its statements, and how its draft differs from it by now."""

    group: StatementGroup
    statements: list[Statement] = field(default_factory=list)
    counted: set[uuid.UUID] = field(default_factory=set)
    of: int = 0  # statements of its kind in the round

    @property
    def more(self) -> int:
        """How many came since the draft was counted."""
        return sum(statement.pk not in self.counted for statement in self.statements)

    @property
    def fewer(self) -> int:
        """How many were counted and are elsewhere by now."""
        return len(self.counted - {statement.pk for statement in self.statements})

    @property
    def is_stale(self) -> bool:
        """Whether counting again would change a number of the draft."""
        outcome = self.group.draft
        return bool(outcome and (self.more or self.fewer or self.of != outcome.raised_of))


def shuffled(of: Round, statements: list[Statement]) -> list[Statement]:
    """Return `statements` in the order that the round always has, which tells nothing."""

    def place(one: Statement) -> bytes:
        return salted_hmac("outcomes.board", f"{of.code} {one.pk}", algorithm="sha256").digest()

    return sorted(statements, key=place)


class Board:
    """The statements of one kind in a round, read in three queries whatever their number."""

    def __init__(self, of: Round, kind: str):
        self.round, self.kind = of, kind
        rows = list(
            Contribution.objects.filter(round=of)
            .annotate(placed=FilteredRelation("placements", condition=Q(placements__kind=kind)))
            .order_by()
            .values("pk", *Outcome.Kind.values, code=F("placed__group__code"), why=F("placed__set_aside"))
        )
        if len(rows) < attribution.FEWEST and not synthesis.is_over(of):
            rows = []  # so few that whoever sat beside them could tell; the round is open and more may come
        self.found = {each: sum(bool(row[each]) for row in rows) for each in Outcome.Kind.values}
        self.statements = shuffled(
            of,
            [
                Statement(row["pk"], row[kind], row["code"] or (ASIDE if row["why"] else TO_GO), row["why"] or "")
                for row in rows
                if row[kind]
            ],
        )
        groups = StatementGroup.objects.filter(round=of, kind=kind).select_related("outcome")
        self.columns = [Column(group, of=len(self.statements)) for group in groups]
        in_groups = defaultdict(list)
        for statement in self.statements:
            in_groups[statement.place].append(statement)
        drafts = {column.group.draft.pk: column for column in self.columns if column.group.draft}
        linked = Contribution.outcomes.through.objects.filter(outcome__in=list(drafts))
        for outcome, contribution in linked.values_list("outcome", "contribution"):
            drafts[outcome].counted.add(contribution)
        for column in self.columns:
            column.statements = in_groups[column.group.code]
        self.to_go, self.aside = in_groups[TO_GO], in_groups[ASIDE]

    @property
    def grouped(self) -> int:
        """How many statements stand in a group."""
        return len(self.statements) - len(self.to_go) - len(self.aside)

    @property
    def settled(self) -> int:
        """How many are no longer to go."""
        return len(self.statements) - len(self.to_go)

    @cached_property
    def proposals(self) -> list[list[Statement]]:
        """Return those still to go that say much the same, two or more each; nobody has said that they do."""
        by_key = {statement.pk: statement for statement in self.to_go}
        alike = Likeness({key: indexed(one.text) for key, one in by_key.items()}).clusters(ALIKE)
        return [[by_key[key] for key in keys] for keys in alike]

    @cached_property
    def alone(self) -> list[Statement]:
        """Return those still to go that no proposal has."""
        proposed = {statement.pk for statements in self.proposals for statement in statements}
        return [statement for statement in self.to_go if statement.pk not in proposed]

    @property
    def stamp(self) -> str:
        """A mark that differs as soon as anything on the screen does."""
        drafts = [
            (column.group.code, column.group.version, column.group.position, sorted(map(str, column.counted)))
            + (
                (outcome.text, outcome.status, outcome.raised_by, outcome.raised_of, outcome.says_raised)
                if (outcome := column.group.draft)
                else ()
            )
            for column in self.columns
        ]
        return hashlib.sha256(repr((self.statements, drafts)).encode()).hexdigest()[:20]


def typical(statements: list[Statement]) -> str:
    """Return the text that is most like the others, one line of it; nothing where there is none."""
    if not statements:
        return ""
    texts = {statement.pk: statement.text for statement in statements}
    return texts[Likeness({key: indexed(text) for key, text in texts.items()}).most_typical(texts)]


@dataclass
class Origin:
    """Where an outcome comes from: the group it was made of, and the statements as they were counted."""

    outcome: Outcome
    group: StatementGroup
    statements: list[Statement]

    @classmethod
    def of(cls, outcome: Outcome, user) -> "Origin | None":
        """Return the origin of an outcome, None where it comes from no round or from one that `user` does not run."""
        if outcome.raised_by is None:
            return None
        groups = StatementGroup.objects.filter(outcome=outcome, round__in=Round.objects.editable_by(user))
        group = groups.select_related("round__event", "round__session").first()
        if group is None:
            return None
        rows = outcome.contributions.order_by().values_list("pk", group.kind)
        statements = [Statement(pk, text, group.code) for pk, text in rows if text]
        return cls(outcome, group, shuffled(group.round, statements))
