"""Publishing many outcomes at once: now, or by the worker's clock at a set time, always as the act of who set it."""

import datetime as dt
import logging
from collections.abc import Mapping, Sequence

from django.conf import settings
from django.db import IntegrityError, transaction
from django.tasks import task
from django.urls import reverse
from django.utils import timezone

from events.models import Event, InvalidTransition, NotAllowed, Unanswered
from events.naming import Roll
from outcomes.models import Outcome, Publication, PublicationItem, Status
from outcomes.models.outcome import OWN_TEXT
from participants import mail
from participants.upkeep import waits

logger = logging.getLogger(__name__)

MOST = 500  # outcomes in one publication
AT_ONCE = 40  # that many within a request; more are the worker's, at once as well


class AlreadySet(Exception):
    """The event has a publication that is still to come."""


def ready(event: Event):
    """The outcomes of an event that are approved and not published yet, in the order they are then numbered in."""
    found = Outcome.objects.there().filter(event=event, status=Status.APPROVED)
    return found.order_by("-kind", "session__starts_at", "position", "pk")


def against_publishing(outcomes: Sequence[Outcome], event: Event, user) -> dict[int, str]:
    """Return what speaks against `user` publishing each of the outcomes of an event, by key, in a few queries."""
    own = Outcome.objects.filter(pk__in=[outcome.pk for outcome in outcomes]).own_texts_of(user)
    theirs = set(own.order_by().values_list("pk", flat=True))
    for_all = "" if not outcomes or _reviews(event, user) else outcomes[0].against_sending_back(user)
    roll, found = Roll(event), {}
    for outcome in outcomes:
        found[outcome.pk] = for_all or (OWN_TEXT if outcome.pk in theirs else "")
        if not found[outcome.pk] and (marks := outcome.unanswered(roll=roll)):
            found[outcome.pk] = str(Unanswered(marks))
    return found


@transaction.atomic
def set_publication(
    event: Event, read: Mapping[int, int], *, with_event: bool, by, due_at: dt.datetime | None = None
) -> Publication:
    """Publish the outcomes `read` (key → version) of `event` at `due_at`, or now, and return the publication.

    Raises AlreadySet while another one is to come, NotAllowed when `by` may not publish now. What was rewritten since
    it was read, or is not theirs to publish, is left out when the time comes, and named.
    """
    now = timezone.now()
    if not event.is_run_by(by) and (with_event or not _reviews(event, by)):
        raise NotAllowed("Only who reviews this event publishes its outcomes.")
    event = Event.objects.select_for_update(no_key=True).get(pk=event.pk)
    try:
        with transaction.atomic():
            publication = Publication.objects.create(
                event=event, with_event=with_event, due_at=due_at or now, set_by=by
            )
    except IntegrityError:
        raise AlreadySet from None
    mine = ready(event).filter(pk__in=read)[:MOST]
    items = [PublicationItem(publication=publication, outcome=one, version=read[one.pk]) for one in mine]
    PublicationItem.objects.bulk_create(items)
    if due_at is None and len(items) > AT_ONCE:
        transaction.on_commit(publish_due.enqueue)
    elif due_at is None:
        carry_out(publication.pk)
        publication.refresh_from_db()
    return publication


def cancel(publication: Publication) -> bool:
    """Take back a publication that is still to come; False when it was carried out or cancelled meanwhile."""
    return bool(Publication.objects.open().filter(pk=publication.pk).update(cancelled_at=timezone.now()))


@transaction.atomic
def carry_out(pk: int) -> Publication | None:
    """Publish what a publication holds, all in one transaction; None when it was done or cancelled already."""
    publication = Publication.objects.open().select_for_update(no_key=True, of=("self",)).filter(pk=pk).first()
    if publication is None:
        return None
    by, left = publication.set_by, []
    event = Event.objects.select_for_update(no_key=True).get(pk=publication.event_id)
    items = list(publication.items.select_related("outcome__session__parent__parent").order_by("pk"))
    roll = Roll(event)  # who may not be named, read once for all
    if event.status == Event.Status.WITHDRAWN:  # by somebody who knew more than whoever set this
        left, items = [["", "The event was withdrawn since: nothing of it was published."]], []
    elif publication.with_event and event.status == Event.Status.DRAFT and (reason := _publish(event, by)):
        left.append(["", reason])
    for item in items:
        outcome = item.outcome
        outcome.event = event
        if outcome.status == Status.PUBLISHED:
            continue  # somebody published it by itself
        reason = "It was rewritten since." if outcome.version != item.version else ""
        if outcome.status != Status.APPROVED:
            reason = f"It is {outcome.get_status_display().lower()} now."
        if reason := reason or _publish(outcome, by, roll=roll):
            left.append([outcome.code, reason])
    publication.done_at, publication.left_out = timezone.now(), left
    publication.save(update_fields=["done_at", "left_out"])
    if left and by is not None and publication.done_at - publication.set_at > dt.timedelta(minutes=1):
        _tell(publication, by)
    return publication


def _reviews(event: Event, user) -> bool:
    return user.has_perm("outcomes.review_outcome") and event.is_staffed_by(user)


def _publish(what: Event | Outcome, by, **kwargs) -> str:
    """Publish it, or return why not."""
    if by is None:
        return "Whoever set this has no account any more."
    try:
        with transaction.atomic():
            what.publish(by=by, **kwargs)
    except NotAllowed as refused:
        return str(refused)
    except InvalidTransition:
        return "Somebody changed it at that moment."
    return ""


def _tell(publication: Publication, by) -> None:
    address = reverse("admin:events_event_workspace_outcomes", args=[publication.event_id])
    mail.queue(
        to=by.email,
        subject="Not everything was published",
        template="emails/publication.txt",
        context={"publication": publication, "address": settings.SITE_URL + address},
        key=f"publication-{publication.pk}",
    )


def queue_due() -> None:
    """Queue the publishing of what is due; asked by the worker at every tick."""
    if Publication.objects.due().exists() and not waits(publish_due):
        publish_due.enqueue()


@task(priority=60)
def publish_due() -> int:
    """Carry out every publication whose time has come, and return how many; safe to run twice.

    One that breaks off is tried again at the next tick, and holds back none of the others.
    """
    number = 0
    for pk in Publication.objects.due().order_by("due_at").values_list("pk", flat=True):
        try:
            number += carry_out(pk) is not None
        except Exception:
            logger.exception("Publication %s broke off", pk)
    return number
