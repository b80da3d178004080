"""What the review shows beside a wording: its versions, what is like it, and what it was made of."""

from typing import NamedTuple

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.timezone import localtime

from outcomes import lineage
from outcomes.likeness import Likeness
from outcomes.models import MERGEABLE, Outcome, OutcomeMerge
from participants.models import Change

ALIKE = 0.35  # from this likeness on two outcomes are perhaps the same
SHARED = 3  # word forms that both have
COMPARED = 400  # outcomes of its event that one is compared with, those handed in last


class Version(NamedTuple):
    """A wording that an outcome had: what to call it, and the words."""

    key: str
    label: str
    text: str


def versions_of(outcome: Outcome) -> list[Version]:
    """Return the wordings it had, the first submitted first and the one it has now last; each once where it stands."""
    found = []
    if outcome.text_submitted:
        found.append(Version("submitted", "As submitted", outcome.text_submitted))
    for change in Change.objects.of_record(outcome).filter(values__has_key="text").select_related("by").order_by("pk"):
        was, text = change.values["text"]
        if not found and was:
            found.append(Version(f"before-{change.pk}", "Before its history began", was))
        if not found or found[-1].text != text:
            at = date_format(localtime(change.at), "j F Y, H:i")
            who = change.by.name if change.by and change.by.name else change.how or "somebody"
            found.append(Version(str(change.pk), f"{at}, {who}", text or ""))
    if not found or found[-1].text != outcome.text:
        found.append(Version("now", "As it stands now", outcome.text))
    else:
        found[-1] = found[-1]._replace(
            label=f"As it stands now ({found[-1].label})" if len(found) > 1 else "As submitted"
        )
    return found


def two_of(versions: list[Version], asked) -> tuple[Version, Version]:
    """Return the two that an address asks to compare; else the first and the last."""
    by_key = {version.key: version for version in versions}
    return by_key.get(asked.get("first"), versions[0]), by_key.get(asked.get("second"), versions[-1])


def alike(outcome: Outcome) -> list[Outcome]:
    """Return up to five of its event and kind that perhaps say the same, the most alike first."""
    if outcome.status not in MERGEABLE:
        return []
    others = Outcome.objects.there().filter(event=outcome.event_id, kind=outcome.kind, status__in=MERGEABLE)
    others = others.exclude(pk=outcome.pk).order_by("-changed_at", "-pk")
    texts = dict(others.values_list("pk", "search_text")[:COMPARED]) | {outcome.pk: outcome.search_text}
    likeness = Likeness(texts)
    found = sorted(((likeness.between(outcome.pk, key), key) for key in texts if key != outcome.pk), reverse=True)
    keys = [key for score, key in found[:5] if score >= ALIKE and len(likeness.shared(outcome.pk, key)) >= SHARED]
    rows = others.select_related("event", "session").in_bulk(keys) if keys else {}
    return [rows[key] for key in keys]


class Lineage(NamedTuple):
    """Where an outcome comes from and what became of it, for staff."""

    into: Outcome | None
    parts: list[Outcome]
    split_from: Outcome | None
    split_off: list[Outcome]
    last: OutcomeMerge | None
    against_parting: str
    may_split: bool

    @classmethod
    def of(cls, outcome: Outcome, user, against: str) -> "Lineage":
        """Read it in two queries; `against` is what speaks against merging it."""
        pks = [pk for pk in (outcome.merged_into_id, outcome.split_from_id) if pk]
        near = Outcome.objects.filter(Q(merged_into=outcome.pk) | Q(split_from=outcome.pk) | Q(pk__in=pks))
        rows = list(near.select_related("event", "session").order_by("pk"))
        last = lineage.last_merge(outcome)
        return cls(
            into=next((row for row in rows if row.pk == outcome.merged_into_id), None),
            parts=[row for row in rows if row.merged_into_id == outcome.pk],
            split_from=next((row for row in rows if row.pk == outcome.split_from_id), None),
            split_off=[row for row in rows if row.split_from_id == outcome.pk],
            last=last,
            against_parting=lineage.against_parting(last, outcome, user) if last else "",
            may_split=outcome.status in MERGEABLE and not against,
        )

    @property
    def is_empty(self) -> bool:
        """Whether it was always by itself."""
        return not (self.into or self.parts or self.split_from or self.split_off)
