"""Outcomes that say the same become one, and one that says two things becomes two; where they come from is kept.

The one that stays takes over what belongs to the others; those keep their rows, numbers and addresses. No step makes
anything visible that was not: the one that stays has the strictest stamp of all, counts as the text of all their
authors, and a claim of how many raised it is taken back.
"""

from collections.abc import Iterable, Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from events.models import NotAllowed
from outcomes.models import (
    MERGEABLE,
    ActionOwner,
    ActionUpdate,
    Contribution,
    Outcome,
    OutcomeMerge,
    StaleVersion,
    Status,
    Theme,
)
from participants import history

Links = Contribution.outcomes.through


def survivors(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Return those of `outcomes` that may be the one that stays, the best first.

    What readers know stays; what already brings others together does; else what was first.
    """
    rows = list(outcomes)
    public = [row for row in rows if row.status == Status.PUBLISHED]
    able = [row for row in rows if row.parts.exists()] or public or rows
    able = [row for row in able if row in public or not public]
    return sorted(able, key=lambda row: (row.number is None, row.number or 0, row.status != Status.APPROVED, row.pk))


def against_merging(survivor: Outcome, parts: Iterable[Outcome], user) -> str:
    """Say why `user` may not merge `parts` into `survivor`, or nothing."""
    parts = list(parts)
    rows = [survivor, *parts]
    if not parts or survivor in parts:
        return "Choose two or more."
    if len({(row.event_id, row.kind) for row in rows}) > 1:
        return "Only takeaways, or only actions, of one event can be merged."
    if any(row.status not in MERGEABLE for row in rows):
        return "Only what was handed in, approved or published can be merged: drafts are with their rapporteurs."
    if survivor.status != Status.PUBLISHED and any(row.status == Status.PUBLISHED for row in parts):
        return "Readers know one of these: let a published one stay."
    if any(row.parts.exists() for row in parts):
        return "One of these already brings others together: let that one stay, or part them first."
    for row in parts:
        if reason := row.against_merging(user):
            return reason
    if survivor.status != Status.SUBMITTED and any(row.is_own_text(user) for row in rows):
        return "Nobody reviews their own text, and this one has been reviewed: ask a colleague to merge them."
    return ""


@transaction.atomic
def merge(
    survivor: Outcome, parts: Mapping[int, int], *, version: int, text: str, by, because: str = ""
) -> OutcomeMerge:
    """Merge `parts` (key → the version that was read) into `survivor`, which says `text` from now on.

    `because` says why words that readers see may stand. Raises StaleVersion when one was saved since it was read,
    Unanswered where such words tell who spoke and it is empty, NotAllowed with the reason, Outcome.DoesNotExist when
    one is gone or not for `by` to review.
    """
    rows = _locked([survivor.pk, *parts], by=by)
    survivor, others = rows[survivor.pk], [rows[pk] for pk in parts]
    for row, read in [(survivor, version), *((rows[pk], read) for pk, read in parts.items())]:
        if row.version != read:
            raise StaleVersion(row)
    if reason := against_merging(survivor, others, by):
        raise NotAllowed(reason)
    everything = Outcome.objects.filter(pk__in=rows)
    owned = ActionOwner.objects.filter(action__in=list(rows))
    told = ActionUpdate.objects.filter(action__in=list(rows))
    leads = list(owned.filter(is_lead=True).exclude(action=survivor).values_list("pk", flat=True))
    before = {
        "leads": leads,
        "text": survivor.text,
        "themes": list(survivor.themes.values_list("pk", flat=True)),
        "addressees": list(survivor.addressees.values_list("actor_type", flat=True)),
        "raised": [survivor.raised_by, survivor.raised_of],
        "stamp": survivor.recorded_under,
    }
    with history.watch(survivor, owned, told, by=by, how="merged"):
        everything.tighten()
        _answer(survivor, because, by=by, text=text)
        survivor.revise(version=version, text=text)
        survivor.tag(Theme.objects.filter(outcomes__in=list(rows)).distinct())
        survivor.address_to({one.actor_type for row in rows.values() for one in row.addressees.all()})
        taken = {
            "owners": _take_owners(survivor, others),
            "updates": _take_updates(survivor, others),
            "links": _take_links(survivor, others),
        }
        Outcome.objects.filter(pk=survivor.pk).update(raised_by=None, raised_of=None, says_raised=False)
        for row in others:
            row.merge_into(survivor, by=by, note=f"Merged into {named(survivor)}.")
        Outcome.objects.filter(pk=survivor.pk).inherit()
        everything.settle()
        survivor.refresh_from_db()
        if survivor.status == Status.PUBLISHED:  # it may stand under the stricter rule of one of the others from now on
            _answer(survivor, because, by=by, text=text)
            survivor.refuse_unanswered()
    before["stamp_after"] = survivor.recorded_under
    return OutcomeMerge.objects.create(
        survivor=survivor,
        by=by,
        parts=[row.pk for row in others],
        before=before,
        taken=taken,
        version=survivor.version,
        status=survivor.status,
    )


def last_merge(survivor: Outcome) -> OutcomeMerge | None:
    """Return the last merge into `survivor` that still holds."""
    return survivor.merges.filter(parted_at=None).first()


def against_parting(merge: OutcomeMerge | None, survivor: Outcome, user) -> str:
    """Say why `user` may not part what was merged, or nothing."""
    if merge is None:
        return "Nothing is merged into this one."
    if reason := survivor.against_merging(user):
        return reason
    if (survivor.version, survivor.status) != (merge.version, merge.status):
        return "It was changed or moved since they were merged: they stay one. Its history has every earlier wording."
    return ""


@transaction.atomic
def part(survivor: Outcome, *, by) -> list[Outcome]:
    """Undo the last merge into `survivor`, while nobody touched it; return the outcomes that stand by themselves again.

    Raises NotAllowed with the reason.
    """
    survivor = _locked([survivor.pk], by=by)[survivor.pk]
    merged = last_merge(survivor)
    if reason := against_parting(merged, survivor, by):
        raise NotAllowed(reason)
    assert merged is not None  # noqa: S101 - else there was a reason
    parts = list(Outcome.objects.filter(pk__in=merged.parts).select_for_update(no_key=True).order_by("pk"))
    rows = [survivor.pk, *merged.parts]
    owned, told = (model.objects.filter(action__in=rows) for model in (ActionOwner, ActionUpdate))
    with history.watch(survivor, owned, told, by=by, how="parted"):
        before = merged.before
        for name, model in (("owners", ActionOwner), ("updates", ActionUpdate)):
            for owner_of, keys in merged.taken[name].items():
                model.objects.filter(pk__in=keys, action=survivor).update(action=int(owner_of))
        ActionOwner.objects.filter(pk__in=before["leads"]).update(is_lead=True)
        Links.objects.filter(outcome=survivor.pk, contribution__in=merged.taken["links"]).delete()
        survivor.revise(version=survivor.version, text=before["text"])
        survivor.tag(Theme.objects.filter(pk__in=before["themes"]))
        survivor.address_to(before["addressees"])
        mine = Outcome.objects.filter(pk=survivor.pk)
        raised_by, raised_of = before["raised"]
        mine.update(raised_by=raised_by, raised_of=raised_of)
        for row in parts:
            row.part(by=by, note=f"Parted from {named(survivor)}.")
        # only what the merge itself made stricter is taken back, never what a rule did since
        mine.filter(recorded_under=before["stamp_after"]).update(recorded_under=before["stamp"])
        everything = Outcome.objects.filter(pk__in=rows)
        everything.tighten()
        mine.inherit()
        everything.settle()
        OutcomeMerge.objects.filter(pk=merged.pk).update(parted_at=timezone.now())
    return parts


@transaction.atomic
def split(outcome: Outcome, *, version: int, first: Mapping, second: Mapping, by, because: str = "") -> Outcome:
    """Let `outcome` say `first` ({text, themes}) from now on, and a new one beside it `second`; return the new one.

    The new one waits for review whatever the other's status: its words have not been read by themselves. It has the
    same session, author and stamp. `because` says why words of the first that readers see may stand. Raises
    StaleVersion, Unanswered, NotAllowed, Outcome.DoesNotExist.
    """
    outcome = _locked([outcome.pk], by=by)[outcome.pk]
    if outcome.version != version:
        raise StaleVersion(outcome)
    if outcome.status not in MERGEABLE:
        raise NotAllowed("Only what was handed in, approved or published can be split.")
    if reason := outcome.against_merging(by):
        raise NotAllowed(reason)
    if not second["text"] or not first["text"]:
        raise ValidationError("Write both wordings.")
    filed = outcome.changes.filter(to_status=Status.SUBMITTED).last()
    with history.watch(outcome, by=by, how="split") as more:
        _answer(outcome, because, by=by, text=first["text"])
        outcome.revise(version=version, text=first["text"])
        outcome.tag(first["themes"])
        Outcome.objects.filter(pk=outcome.pk).update(says_raised=False, raised_by=None, raised_of=None)
        columns = ("kind", "event", "session", "heading", "position", "author", "nature", "progress", "due_on")
        beside = Outcome.objects.create(
            **{name: getattr(outcome, name) for name in (*columns, "due_text", "owner_suggested")},
            text=second["text"],
            text_submitted=second["text"],
            status=Status.SUBMITTED,
            recorded_under=outcome.recorded_under,
            split_from=outcome,
        )
        beside.tag(second["themes"])
        beside.address_to(list(outcome.addressees.values_list("actor_type", flat=True)))
        Links.objects.bulk_create(
            Links(outcome_id=beside.pk, contribution_id=key)
            for key in Links.objects.filter(outcome=outcome.pk).values_list("contribution", flat=True)
        )
        # its words were handed in then, as a part of the other: who did cannot review them here either
        beside.changes.create(
            from_status=Status.DRAFT,
            to_status=Status.SUBMITTED,
            by=filed.by if filed else outcome.author,
            at=filed.at if filed else outcome.changed_at,
            note=f"Split from {named(outcome)}.",
        )
        Outcome.objects.filter(pk__in=[outcome.pk, beside.pk]).tighten()
        more.append(beside)
    return beside


def _answer(outcome: Outcome, because: str, *, by, text: str) -> None:
    """Record why `text` may be its wording, where readers see it and it asks for that."""
    if because and outcome.status == Status.PUBLISHED and outcome.unanswered(text=text):
        outcome.let_stand(because, by=by, text=text)


def named(outcome: Outcome) -> str:
    """Return how a note calls it that rapporteurs of other sessions read: by what readers know, else by nothing."""
    return outcome.reference or f"another {outcome.get_kind_display().lower()}"


def _locked(keys: Iterable[int], *, by) -> dict[int, Outcome]:
    """Read outcomes that `by` may review, with their rows locked in the order of their keys."""
    wanted = set(keys)
    there = Outcome.objects.there().reviewable_by(by).filter(pk__in=wanted).order_by("pk")
    rows = {row.pk: row for row in there.select_for_update(no_key=True, of=("self",)).select_related("event")}
    if rows.keys() != wanted:
        raise Outcome.DoesNotExist
    return rows


def _take_owners(survivor: Outcome, others: list[Outcome]) -> dict[str, list[int]]:
    """Let `survivor` have the owners of `others` that it has not; whoever led one of those does not lead it."""
    has: set[tuple[int | None, int | None]] = set(survivor.owners.values_list("organisation", "person"))
    taken: dict[str, list[int]] = {}
    for owner in ActionOwner.objects.filter(action__in=others).order_by("pk"):
        if (owner.organisation_id, owner.person_id) not in has:
            has.add((owner.organisation_id, owner.person_id))
            taken.setdefault(str(owner.action_id), []).append(owner.pk)
    keys = [key for keys in taken.values() for key in keys]
    ActionOwner.objects.filter(pk__in=keys).update(action=survivor.pk, is_lead=False)
    return taken


def _take_updates(survivor: Outcome, others: list[Outcome]) -> dict[str, list[int]]:
    taken: dict[str, list[int]] = {}
    for key, action in ActionUpdate.objects.filter(action__in=others).values_list("pk", "action"):
        taken.setdefault(str(action), []).append(key)
    ActionUpdate.objects.filter(action__in=others).update(action=survivor.pk)
    return taken


def _take_links(survivor: Outcome, others: list[Outcome]) -> list[str]:
    """Link `survivor` to what was counted for `others` as well; for the eyes of staff and rapporteurs."""
    has = set(Links.objects.filter(outcome=survivor.pk).values_list("contribution", flat=True))
    more = set(Links.objects.filter(outcome__in=others).values_list("contribution", flat=True)) - has
    Links.objects.bulk_create(Links(outcome_id=survivor.pk, contribution_id=key) for key in more)
    return sorted(str(key) for key in more)
