"""Who is told what when an outcome moves: mail put into the outbox in the transaction of the move."""

from django.conf import settings
from django.urls import reverse

from outcomes.models.status import Status
from participants import mail


def announce(outcome, change) -> None:
    """Tell the author what became of their text; the reason for it stands in the mail."""
    if change.to_status == Status.CHANGES_REQUESTED:
        _tell_author(outcome, change, "Please revise your {kind}", "emails/outcome_sent_back.txt")
    elif change.to_status == Status.PUBLISHED:
        _tell_author(outcome, change, "Your {kind} is published", "emails/outcome_published.txt")


def _tell_author(outcome, change, subject: str, template: str) -> None:
    if outcome.author is None or not outcome.author.is_active or outcome.author == change.by:
        return
    path = reverse("outcomes:desk-outcome", args=[outcome.code])
    mail.queue(
        to=outcome.author.email,
        subject=subject.format(kind=outcome.get_kind_display().lower()),
        template=template,
        context={"outcome": outcome, "event": outcome.event, "note": change.note, "address": settings.SITE_URL + path},
        key=f"outcome-{change.pk}",
    )
