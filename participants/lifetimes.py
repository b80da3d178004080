"""How long what was sent to somebody is good for, and how long they stay signed in."""

import datetime as dt

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

CODE_LIFETIME = dt.timedelta(minutes=10)
SHORTEST_SESSION = dt.timedelta(days=14)
LONGEST_SESSION = dt.timedelta(days=45)
AFTERWARDS = dt.timedelta(days=1)  # who is just late should not have to sign in first


def kept_for(name: str) -> dt.timedelta:
    """How long what the settings call `name` is kept: a key of `settings.KEPT_DAYS`."""
    return dt.timedelta(days=settings.KEPT_DAYS[name])


def code_expiry() -> dt.datetime:
    """When a code asked for now ends."""
    return timezone.now() + CODE_LIFETIME


def session_expiry(user) -> dt.datetime:
    """When a session that a rapporteur begins now ends: after what they report on is due, within bounds.

    When that is, `settings.FILING_ENDS` knows: a function of the user that returns a moment or None.
    """
    now = timezone.now()
    due = import_string(settings.FILING_ENDS)(user)
    return min(max(now + SHORTEST_SESSION, due + AFTERWARDS if due else now), now + LONGEST_SESSION)
