"""From the statements of a closing round to drafts: what is moved, grouped and counted.

A statement is one contribution's takeaway or its action; a group is of one kind. Whatever is written here holds the
row of the round locked meanwhile, so that two people who work at once take turns, and says where each thing stood when
its page was made: what somebody else did since is never undone unseen.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Max, Sum

from events import attribution
from outcomes import workflow
from outcomes.models import WITH_RAPPORTEUR, Contribution, Outcome, Placement, Round, StatementGroup
from outcomes.places import Place

TO_GO, ASIDE, NEW = "", "aside", "new"  # where a statement may be or go, besides the code of a group


class Overtaken(Exception):
    """Somebody else was faster; the message says in plain words what stands now."""


@dataclass
class Moved:
    """What became of a move: `overtaken` are (contribution, where it stands now), `group` where the others went."""

    number: int = 0
    group: StatementGroup | None = None
    overtaken: list[tuple[uuid.UUID, str]] = field(default_factory=list)
    gone: int = 0  # statements that their authors took back


def statements(of: Round, kind: str):
    """Contributions of a round that say something of that kind."""
    return Contribution.objects.filter(round=of).exclude(**{kind: ""})


def is_over(of: Round) -> bool:
    """Whether a round takes nothing any more."""
    return of.state == Round.State.CLOSED


@transaction.atomic
def move(
    of: Round, kind: str, seen: Mapping[uuid.UUID, str], *, to: str, reason: str = "", request_key: uuid.UUID
) -> Moved:
    """Move statements (contribution → where it was seen) to a group's code, NEW, ASIDE for a `reason`, or TO_GO.

    One that stands elsewhere by now stays there. The same move again changes nothing. Raises Overtaken when the group
    is no longer there.
    """
    _lock(of)
    moved = Moved()
    target, key = None, None
    if to == NEW:
        key = uuid.uuid5(request_key, " ".join(sorted(str(pk) for pk in seen)))
        target = StatementGroup.objects.filter(round=of, kind=kind, request_key=key).first()
    elif to not in (TO_GO, ASIDE):
        target = _group(of, to)
        if target.kind != kind:
            raise Overtaken("That group is of the other kind.")
    there = target.code if target else to
    placements = Placement.objects.filter(contribution__in=list(seen), kind=kind).select_related("group")
    stands = {placement.contribution_id: placement for placement in placements}
    known = set(statements(of, kind).filter(pk__in=list(seen)).values_list("pk", flat=True))
    free = []
    for pk, was in seen.items():
        placement = stands.get(pk)
        now = place_of(placement)
        if pk not in known:
            moved.gone += 1
        elif now == there and (now != ASIDE or (placement and placement.set_aside == reason)):
            moved.number += 1
        elif now == was:
            free.append(pk)
        else:
            moved.overtaken.append((pk, now))
    if free and to == NEW and target is None:
        target = _new_group(of, kind, key)
    Placement.objects.filter(contribution__in=free, kind=kind).delete()
    if to != TO_GO:
        Placement.objects.bulk_create(
            [
                Placement(contribution_id=pk, kind=kind, group=target, set_aside=reason if to == ASIDE else "")
                for pk in free
            ]
        )
    moved.number += len(free)
    moved.group = target
    return moved


def place_of(placement: Placement | None) -> str:
    """Return where a statement is: a group's code, ASIDE or TO_GO."""
    if placement is None:
        return TO_GO
    return placement.group.code if placement.group else ASIDE


@transaction.atomic
def rename(group: StatementGroup, name: str, *, version: int) -> StatementGroup:
    """Name a group that was read at `version`; raises Overtaken when it has another name since, or is gone."""
    _lock(group.round)
    current = _group(group.round, group.code)
    if current.name == name:
        return current
    if current.version != version:
        raise Overtaken(f"Somebody named it “{current}” meanwhile. Yours is still in the field.")
    StatementGroup.objects.filter(pk=current.pk).update(name=name, version=version + 1)
    current.name, current.version = name, version + 1
    return current


@transaction.atomic
def shift(group: StatementGroup, *, by_places: int) -> tuple[int, int]:
    """Move a group up (-1) or down (1) among those of its kind; return its new place from 1, and of how many."""
    _lock(group.round)
    rows = list(StatementGroup.objects.filter(round=group.round, kind=group.kind))
    index = next((index for index, row in enumerate(rows) if row.pk == group.pk), None)
    if index is None:
        raise Overtaken("That group was deleted meanwhile.")
    to = min(max(index + by_places, 0), len(rows) - 1)
    rows.insert(to, rows.pop(index))
    for position, row in enumerate(rows, start=1):
        if row.position != position:
            StatementGroup.objects.filter(pk=row.pk).update(position=position)
    return to + 1, len(rows)


@transaction.atomic
def merge(group: StatementGroup, *, into: str) -> tuple[StatementGroup, int]:
    """Put all statements of a group into another and delete it; return that other and how many came.

    Raises Overtaken when one of the two is gone or the first has become a draft.
    """
    _lock(group.round)
    current, other = _group(group.round, group.code), _group(group.round, into)
    if current.draft:
        raise Overtaken(f"“{current}” was made a draft, so it stays. Move its statements one by one.")
    if other.pk == current.pk or other.kind != current.kind:
        raise Overtaken("Choose another group to merge it into.")
    number = current.placements.update(group=other)
    if current.name and not other.name:
        StatementGroup.objects.filter(pk=other.pk).update(name=current.name, version=other.version + 1)
        other.name = current.name
    current.delete()
    return other, number


@transaction.atomic
def delete(group: StatementGroup) -> None:
    """Delete a group that is empty; raises Overtaken when it is not, or has become a draft."""
    _lock(group.round)
    current = StatementGroup.objects.select_related("outcome").filter(pk=group.pk).first()
    if current is None:
        return  # a second tap
    if current.draft:
        raise Overtaken(f"“{current}” was made a draft, so it stays.")
    if current.placements.exists():
        raise Overtaken(f"“{current}” is not empty: move its statements out first.")
    current.delete()


# Drafts


@transaction.atomic
def draft(group: StatementGroup, *, by, request_key: uuid.UUID, words: Mapping, says_raised: bool = False) -> Outcome:
    """Make a group a draft outcome of the round's place, linked to its contributions and counted.

    A second post of the same form returns the first one's draft. Raises Overtaken when the group is gone, empty or has
    become somebody else's draft, and AlreadyUsed as `workflow.create`.
    """
    of = _lock(group.round)
    current = _group(of, group.code)
    current.round = of
    place = Place(of.event, of.session)
    if current.draft and current.draft.request_key != workflow.key_of(request_key, place, by=by):
        raise Overtaken(f"“{current}” was made a draft meanwhile.")
    if not current.draft and not counted_in(current).exists():
        raise Overtaken(f"“{current}” is empty by now: there is nothing to make a draft of.")
    outcome = workflow.create(place, by=by, request_key=request_key, words={**words, "kind": current.kind})
    if not current.draft:
        StatementGroup.objects.filter(pk=current.pk).update(outcome=outcome, version=current.version + 1)
        _count(current, outcome)
        if says_raised and not against_saying(current, outcome):
            Outcome.objects.filter(pk=outcome.pk).update(says_raised=True)
            outcome.says_raised = True
    return outcome


@transaction.atomic
def recount(group: StatementGroup) -> Outcome:
    """Count a draft anew from what stands in its group now; what may no longer be said in public no longer is.

    Raises Overtaken when the group is gone, or the draft no longer with its rapporteur.
    """
    of = _lock(group.round)
    current = _group(of, group.code)
    current.round = of
    drafts = Outcome.objects.there().filter(statement_group=current.pk)
    outcome = drafts.select_for_update(no_key=True, of=("self",)).first()
    if outcome is None:
        raise Overtaken(f"The draft of “{current}” was deleted meanwhile.")
    if outcome.status not in WITH_RAPPORTEUR:
        raise Overtaken("The secretariat has it by now, so its count stays as it was.")
    said = outcome.says_raised
    _count(current, outcome)
    if said and not against_saying(current, outcome):
        Outcome.objects.filter(pk=outcome.pk).update(says_raised=True)
        outcome.says_raised = True
    return outcome


@transaction.atomic
def say(outcome: Outcome, *, says_raised: bool) -> str:
    """Let the public page say how many raised it, or no longer; return what speaks against it, if anything does."""
    group = outcome.statement_group
    group.round = _lock(group.round)
    current = Outcome.objects.select_for_update(no_key=True, of=("self",)).get(pk=outcome.pk)
    if says_raised and (reason := against_saying(group, current)):
        return reason
    if current.says_raised != says_raised:
        Outcome.objects.filter(pk=current.pk).update(says_raised=says_raised)
        Outcome.objects.filter(pk=current.pk).settle()
    return ""


def against_saying(group: StatementGroup, outcome: Outcome) -> str:
    """Say what speaks against telling the public how many raised `outcome`, which was made of that group."""
    of = group.round
    if not is_over(of):
        return "The round is still open: more may come."
    if (
        outcome.raised_by is None
        or outcome.raised_of is None
        or outcome.raised_of != statements(of, group.kind).count()
    ):
        return "The number of contributions has changed since it was counted. Count again first."
    siblings = StatementGroup.objects.filter(round=of, kind=group.kind).exclude(pk=group.pk).values("outcome")
    said = Outcome.objects.there().filter(pk__in=siblings, says_raised=True)
    beside = said.aggregate(sum=Sum("raised_by"))["sum"] or 0
    rule = attribution.strictest(outcome.rule_now(), outcome.recorded_under)
    return attribution.against_count(outcome.raised_by, outcome.raised_of, rule, beside=beside)


def counted_in(group: StatementGroup):
    """Contributions whose statement stands in a group and still says something."""
    return statements(group.round, group.kind).filter(placements__group=group, placements__kind=group.kind)


def _count(group: StatementGroup, outcome: Outcome) -> None:
    """Link `outcome` to the contributions in the group now, and keep the numbers; nothing is said of them in public."""
    found = list(counted_in(group).values_list("pk", flat=True))
    outcome.contributions.set(found)
    outcome.raised_by, outcome.raised_of = len(found), statements(group.round, group.kind).count()
    outcome.says_raised = False
    Outcome.objects.filter(pk=outcome.pk).update(
        raised_by=outcome.raised_by, raised_of=outcome.raised_of, says_raised=False
    )


def _new_group(of: Round, kind: str, request_key: uuid.UUID | None) -> StatementGroup:
    siblings = StatementGroup.objects.filter(round=of, kind=kind)
    last = siblings.aggregate(number=Max("number"), position=Max("position"))
    return StatementGroup.objects.create(
        round=of,
        kind=kind,
        number=(last["number"] or 0) + 1,
        position=(last["position"] or 0) + 1,
        request_key=request_key,
    )


def _group(of: Round, code: str) -> StatementGroup:
    try:
        return StatementGroup.objects.select_related("outcome").get(round=of, code=code)
    except StatementGroup.DoesNotExist:
        raise Overtaken("That group was deleted or merged into another meanwhile.") from None


def _lock(of: Round) -> Round:
    """Read the round again with its row locked until the transaction ends."""
    rounds = Round.objects.select_related("event", "session__event", "session__parent")
    return rounds.select_for_update(no_key=True, of=("self",)).get(pk=of.pk)
