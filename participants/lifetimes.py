"""How long what was sent to somebody is good for."""

import datetime as dt

from django.utils import timezone

CODE_LIFETIME = dt.timedelta(minutes=10)


def code_expiry() -> dt.datetime:
    """When a code asked for now ends."""
    return timezone.now() + CODE_LIFETIME
