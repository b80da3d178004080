"""What writes several models of an outcome at once: its themes, its addressees, its place among the others."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from events.models import Unanswered
from outcomes.models import DELETED_KEPT, WITH_RAPPORTEUR, ActionOwner, Outcome, StaleVersion, Theme
from outcomes.places import Place
from participants import history
from participants.models import Change, Organisation

FOLLOW_UP = ("nature", "due_on", "due_text", "owner_suggested")


class NotYours(Exception):
    """The rapporteur no longer holds the pen of this outcome; `current` is what stands now."""

    def __init__(self, current: Outcome):
        super().__init__(f"{current.code} is {current.status}")
        self.current = current


class AlreadyUsed(Exception):
    """The same form made `current` before, with other words."""

    def __init__(self, current: Outcome):
        super().__init__(f"{current.code} came from the same form")
        self.current = current


@transaction.atomic
def create(place: Place, *, by, request_key: uuid.UUID, words: Mapping) -> Outcome:
    """File a draft from the cleaned data of a form; a second post of the same form returns the first one's draft.

    Raises AlreadyUsed when that draft now says something else, so that neither wording is lost, and
    Outcome.DoesNotExist when it was deleted since.
    """
    fields, themes, addressees = _split(words)
    key = key_of(request_key, place, by=by)
    try:
        with transaction.atomic():
            outcome = Outcome.objects.create(
                event=place.event,
                session=place.session,
                author=by,
                saved_by=by,
                request_key=key,
                position=place.next_position(),
                **fields,
            )
    except IntegrityError:
        first = Outcome.objects.filter(request_key=key).first()
        if first is None:
            raise  # not a second post
        if first.deleted_at:
            raise Outcome.DoesNotExist from None
        if not says(first, words):
            raise AlreadyUsed(first) from None
        return first
    _file_under(outcome, themes, addressees)
    return outcome


def key_of(request_key: uuid.UUID, place: Place, *, by) -> uuid.UUID:
    """Return the key under which a form's outcome is stored: nobody else's can be taken, nor found out."""
    return uuid.uuid5(request_key, f"{by.pk} {place.url()}")


@transaction.atomic
def save(outcome: Outcome, *, version: int, words: Mapping, by=None) -> Outcome:
    """Rewrite a draft from the cleaned data of a form that `by` opened at `version`.

    Raises Outcome.DoesNotExist when it was deleted, NotYours when the secretariat has it, StaleVersion when somebody
    saved other words meanwhile; the same words again are no conflict.
    """
    current = _locked(outcome)
    if current.version != version and says(current, words):
        return current
    if not current.is_with_rapporteur:
        raise NotYours(current)
    if current.version != version:
        raise StaleVersion(current)
    fields, themes, addressees = _split(words)
    if fields["kind"] == current.kind:
        del fields["progress"]  # what staff noted of an action stays
    current.revise(version=version, saved_by=by, **fields)
    _file_under(current, themes, addressees)
    return current


@transaction.atomic
def submit(outcome: Outcome, *, version: int, by, note: str = "") -> None:
    """Submit what was read at `version` and nothing else, with a note to the editor.

    Raises Outcome.DoesNotExist, NotYours, StaleVersion as `save`, NotAllowed after the deadline, and Unanswered where
    its words tell who spoke and no note says why.
    """
    current = _locked(outcome)
    if not current.is_with_rapporteur:
        raise NotYours(current)
    if current.version != version:
        raise StaleVersion(current)
    current.submit(by=by, note=note)


@dataclass
class HandedIn:
    """What came of submitting several at once: how many were, had changed since, and tell who spoke (their codes)."""

    submitted: int = 0
    changed: int = 0
    telling: list[str] = field(default_factory=list)


@transaction.atomic
def submit_all(seen: Mapping[str, int], place: Place, *, by, notes: Mapping[str, str] | None = None) -> HandedIn:
    """Submit those of `place` that were read (code → version), each with its note to the editor, if it has one.

    Raises NotAllowed after the deadline, and then submits none.
    """
    done, notes = HandedIn(), notes or {}
    for outcome in place.outcomes.filter(code__in=seen, status__in=WITH_RAPPORTEUR):
        try:
            with transaction.atomic():
                submit(outcome, version=seen[outcome.code], by=by, note=notes.get(outcome.code, ""))
        except StaleVersion:
            done.changed += 1
        except Unanswered:
            done.telling.append(outcome.code)
        except (Outcome.DoesNotExist, NotYours):
            continue  # somebody deleted or submitted it in this very moment
        else:
            done.submitted += 1
    return done


@transaction.atomic
def delete(outcome: Outcome, *, version: int, by) -> None:
    """Delete a draft that was read at `version`; raises as `save` does.

    It stays in its row, out of everybody's sight, until `forget_deleted` comes by.
    """
    current = _locked(outcome)
    if current.status != Outcome.Status.DRAFT or current.parts.exists():
        raise NotYours(current)  # what others were merged into is not a draft of one's own
    if current.version != version:
        raise StaleVersion(current)
    _set_deleted(current, timezone.now(), by=by)


@transaction.atomic
def restore(outcome: Outcome, *, by) -> None:
    """Bring a deleted draft back as it was; one that is there already stays as it is."""
    _set_deleted(outcome, None, by=by)


def _set_deleted(outcome: Outcome, at: dt.datetime | None, *, by) -> None:
    Outcome.objects.filter(pk=outcome.pk).update(deleted_at=at)
    if Change.objects.of_record(outcome).exists():  # a draft that nobody else has seen has no history
        history.note(outcome, {"deleted_at": (outcome.deleted_at, at)}, by=by)


def forget_deleted() -> None:
    """Delete for good what was deleted so long ago that nobody can bring it back."""
    Outcome.objects.filter(deleted_at__lte=timezone.now() - DELETED_KEPT).delete()


def owner_meant(outcome: Outcome) -> Organisation | None:
    """Return the one organisation that is called as the rapporteur wrote, or None: nobody is guessed."""
    if not outcome.owner_suggested:
        return None
    called = Q(name__iexact=outcome.owner_suggested) | Q(short_name__iexact=outcome.owner_suggested)
    found = Organisation.objects.filter(called)[:2]
    return found[0] if len(found) == 1 else None


@transaction.atomic
def confirm_owner(outcome: Outcome) -> Organisation | None:
    """Let the organisation that the rapporteur named answer for the action; return it, or None where none is meant."""
    organisation = owner_meant(outcome)
    if organisation:
        ActionOwner.objects.get_or_create(action=outcome, organisation=organisation)
        Outcome.objects.filter(pk=outcome.pk).update(owner_suggested="")
    return organisation


@transaction.atomic
def move(outcome: Outcome, *, by_places: int = 0, to: int | None = None) -> tuple[int, int]:
    """Move an outcome up (-1) or down (1) among those of its kind, or to a place counted from 1.

    Returns its new place from 1, and of how many.

    Only positions change, so that whoever is writing one of them is not disturbed.
    """
    place = Place.of(outcome)
    rows = list(place.outcomes.filter(kind=outcome.kind).select_for_update(no_key=True))
    index = next((index for index, row in enumerate(rows) if row.pk == outcome.pk), None)
    if index is None:
        raise Outcome.DoesNotExist
    index_to = min(max(index + by_places if to is None else to - 1, 0), len(rows) - 1)
    rows.insert(index_to, rows.pop(index))
    for position, row in enumerate(rows, start=1):
        if row.position != position:
            Outcome.objects.filter(pk=row.pk).update(position=position)
    return index_to + 1, len(rows)


def says(outcome: Outcome, words: Mapping) -> bool:
    """Whether `outcome` already holds what the cleaned data of a form says."""
    fields, themes, addressees = _split(words)
    return (
        all(getattr(outcome, name) == value for name, value in fields.items() if name != "progress")
        and {theme.pk for theme in themes} == set(outcome.themes.values_list("pk", flat=True))
        and set(addressees) == set(outcome.addressees.values_list("actor_type", flat=True))
    )


def _locked(outcome: Outcome) -> Outcome:
    """Read it again with its row locked until the transaction ends: nobody submits or reviews it meanwhile."""
    return Outcome.objects.there().select_for_update(no_key=True).get(pk=outcome.pk)


def _split(words: Mapping) -> tuple[dict, list[Theme], list[str]]:
    """Part a form's data into columns, themes and addressees; what only actions have is dropped from a takeaway."""
    fields = {name: words[name] for name in ("kind", "text", "heading")}
    themes, addressees = list(words["themes"]), list(words["addressed_to"])
    if fields["kind"] == Outcome.Kind.ACTION:
        fields |= {name: words[name] for name in FOLLOW_UP} | {"progress": Outcome.Progress.PROPOSED}
        return fields, themes, addressees
    return fields | {"nature": "", "due_on": None, "due_text": "", "owner_suggested": "", "progress": ""}, themes, []


def _file_under(outcome: Outcome, themes: Iterable[Theme], addressees: list[str]) -> None:
    outcome.tag(themes)
    outcome.address_to(addressees)
