"""The admin, left alone in a browser for an hour, asks for the second factor again; what was typed is sent afterwards.

When the browser last used it stands in a cookie that is signed for this session alone: reading a page changes no row.
What a script asks for by itself, such as how far an import is, does not count as use.
"""

import datetime as dt

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

IDLE = dt.timedelta(hours=1)
STAYS = "X-Stays"  # a header of `static/js/idle.js`: somebody is typing, or said that they stay

_signer = TimestampSigner(salt="participants.idle")


def was_left_alone(request) -> bool:
    """Whether nobody used the admin in this session within `IDLE`, nor gave a proof of who they are."""
    proofs = get_authentication_records(request, request.user)
    last = max((record["at"] for record in proofs), default=0)
    if timezone.now().timestamp() - last < IDLE.total_seconds():
        return False
    try:
        mark = _signer.unsign(request.COOKIES.get(settings.USED_COOKIE_NAME, ""), max_age=IDLE)
    except BadSignature:
        return True
    return not constant_time_compare(mark, _mark(request))


def is_page(request) -> bool:
    """Whether a person asked for it and not a script."""
    return request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"


def is_use(request) -> bool:
    """Whether somebody did something: opened a page, sent something, or says by a script that they are there."""
    return is_page(request) or request.method == "POST" or STAYS in request.headers


def note_use(request, response) -> None:
    """Let the browser keep that the admin was used now."""
    response.set_cookie(
        settings.USED_COOKIE_NAME,
        _signer.sign(_mark(request)),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _mark(request) -> str:
    return salted_hmac("participants.idle", request.session.session_key or "", algorithm="sha256").hexdigest()[:32]
