"""What writes several models of an event at once."""

from django.db import transaction

from events.attribution import Rule
from events.models import Event, EventRevision, NotAllowed, Recorded, Session, bump_generation
from participants import audit, history


@transaction.atomic
def settle_visibility(event: Event, *, unseen: bool = False) -> None:
    """Bring everything that follows the rules of `event` up to date, after any change to a rule or to the tree.

    Stamps only ever become stricter, so that neither a looser rule nor a moved session reveals what is older. `unseen`
    says that nothing was changed that is public; of an event that never was, nothing is.
    """
    locked = Event.objects.select_for_update(no_key=True).get(pk=event.pk)  # who publishes meanwhile waits for the rule
    if not (unseen or locked.is_unseen):
        bump_generation()
    for model in Recorded.concrete():
        model.objects.filter(**{model.EVENT_PATH: event}).tighten()
        model.visibility_changed(event)
    EventRevision.objects.follow(event)


@transaction.atomic
def set_attribution(target: Event | Session, rule: str, *, by) -> None:
    """Change the rule of attribution of an event or a session ("" lets a session inherit) and note who did.

    Raises NotAllowed unless `by` runs the event, ValidationError when `rule` is none.
    """
    event = target if isinstance(target, Event) else target.event
    _only_who_runs({event}, by)
    was, target.attribution = target.attribution, rule
    target.full_clean()
    target.save(update_fields=["attribution"])
    settle_visibility(event)
    _note_rule(target, was, rule, by)
    words = f"Rule of attribution of {target}: {was or 'inherited'} → {rule or 'inherited'}."
    event.changes.create(from_status=event.status, to_status=event.status, by=by, note=words)


def _note_rule(target: Event | Session, was: str, rule: str, by) -> None:
    """Write into the audit log which way a rule was changed; a session without one has that of what it stands in."""
    order = [str(one) for one in Rule]
    above = target.parent if isinstance(target, Session) else None
    while above is not None and not above.attribution:
        above = above.parent
    inherited = above.attribution if above else target.event.attribution if isinstance(target, Session) else ""
    before, after = (order.index(one or inherited) for one in (was, rule))
    if before != after:
        act = audit.Act.RULE_LOOSENED if after < before else audit.Act.RULE_TIGHTENED
        audit.record(act, by=by, what=target._meta.label_lower, key=target.pk, was=order[before], to=order[after])


@transaction.atomic
def move_session(session: Session, parent: Session | None) -> None:
    """Put a session with its groups under another one of the same event, or on top (None)."""
    Event.objects.select_for_update(no_key=True).get(pk=session.event_id)  # two moves at once could close a circle
    session.parent = parent and Session.objects.get(pk=parent.pk)
    session.full_clean()
    session.save(update_fields=["parent"])
    settle_visibility(session.event)


@transaction.atomic
def release(items, *, by) -> int:
    """Let `items` (rows of one Recorded model) follow today's rule again, a decision of staff; return how many.

    Until then they keep the strictest rule they have lived under. Raises NotAllowed unless `by` runs their events.
    """
    released: dict[Event, int] = {}
    items_now = list(items.with_rule())
    _only_who_runs({item.event for item in items_now}, by)
    for item in items_now:
        if item.recorded_under != item.rule:
            items.model._base_manager.filter(pk=item.pk).update(recorded_under=item.rule)
            history.note(item, {"recorded_under": (item.recorded_under, item.rule)}, by=by)
            released[item.event] = released.get(item.event, 0) + 1
    bump_generation()
    for event, number in released.items():
        items.model.visibility_changed(event)
        note = f"{number} of {items.model._meta.verbose_name_plural} shown under today's rule of attribution."
        event.changes.create(from_status=event.status, to_status=event.status, by=by, note=note)
        audit.record(audit.Act.RELEASED, by=by, what=items.model._meta.label_lower, event=event.pk, number=number)
    return sum(released.values())


def _only_who_runs(events: set[Event], user) -> None:
    theirs = Event.objects.editable_by(user).filter(pk__in=[event.pk for event in events])
    if not user.is_staff or not user.is_editor or theirs.count() != len(events):
        raise NotAllowed("Only editors of an event decide about its rule of attribution.")
