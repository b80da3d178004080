"""How long what participants wrote is kept: until some time after its dialogue's outcomes are public, then deleted."""

import datetime as dt

from django.db.models import Max, OuterRef, Subquery
from django.tasks import task
from django.utils import timezone

from outcomes.models import Outcome, Round


def past_their_time(now: dt.datetime) -> list[Round]:
    """Return the rounds whose contributions are to be deleted by `now`; `Round.keep_until` has the rule."""
    published = Outcome.objects.filter(event=OuterRef("event")).order_by().values("event")
    last = Subquery(published.annotate(last=Max("published_at")).values("last"))
    rounds = Round.objects.with_contributions().select_related("event", "session").annotate(last_published_at=last)
    return [
        one
        for one in rounds.order_by("pk")
        if (until := one.keep_until(one.last_published_at)) is not None and until <= now
    ]


def purge() -> list[tuple[Round, int]]:
    """Delete what is past its time; return the rounds, each with how many contributions it had."""
    now = timezone.now()
    return [(one, one.purge(now)) for one in past_their_time(now)]


@task(priority=-50)
def purge_contributions() -> None:
    """Do so by the worker's clock."""
    purge()
