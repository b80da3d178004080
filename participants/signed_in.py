"""Where somebody is signed in: noted at sign-in, shown to them, ended by them."""

import secrets

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from participants import audit, notices
from participants.devices import describe
from participants.models import BrowserSession, User
from participants.session_store import SIGNED_IN

KNOWN_AGE = 400 * 24 * 3600  # seconds; browsers keep no cookie longer
KNOWN_ACCOUNTS = 5  # of staff, for one browser


def device_of(request) -> str:
    """Which browser this is, in words."""
    return describe(request.headers.get("User-Agent", ""))


def note(request, user: User) -> None:
    """Write into the session of a browser that signs in which it is; staff hear of one that is new to them."""
    now = timezone.now()
    began_at = now.replace(minute=0, second=0, microsecond=0).isoformat()
    request.session[SIGNED_IN] = {"device": device_of(request), "began_at": began_at}
    if user.is_staff:
        if not is_known(request, user):
            notices.tell(user, notices.What.NEW_BROWSER, device=device_of(request))
        request.known_to = user


def end_one(request, handle: str) -> bool:
    """End another session of the person signed in; False where there is none with this handle."""
    for row in BrowserSession.objects.open_for(request.user):
        if row.session_key != request.session.session_key and constant_time_compare(row.handle, handle):
            row.delete()
            audit.record(audit.Act.SIGNED_OUT, by=request.user)
            return True
    return False


def end_others(request) -> None:
    """Sign the person out everywhere but here, from sessions that nobody listed too."""
    with transaction.atomic():
        request.user.end_sessions()
        update_session_auth_hash(request, request.user)  # this session gets a new key and holds the new generation
    if request.user.is_staff:
        request.known_to = request.user


# A browser that has signed in says so by a cookie: signed, it names nobody, and ending all sessions outdates it.


def is_known(request, user: User) -> bool:
    """Whether `user` has signed in from this browser since all their sessions were last ended."""
    held = request.COOKIES.get(settings.KNOWN_COOKIE_NAME, "").split(".")
    return any(_fits(one, user) for one in held[:KNOWN_ACCOUNTS])


def known_cookie(request) -> str:
    """What the browser shall keep, so that `request.known_to` is known by it the next time."""
    user = request.known_to
    held = request.COOKIES.get(settings.KNOWN_COOKIE_NAME, "").split(".")
    others = [one for one in held[:KNOWN_ACCOUNTS] if _is_token(one) and not _fits(one, user)]
    salt = secrets.token_hex(8)
    return ".".join([salt + _mark(salt, user), *others[: KNOWN_ACCOUNTS - 1]])


def _is_token(one: str) -> bool:
    return len(one) == 48 and all(character in "0123456789abcdef" for character in one)


def _fits(one: str, user: User) -> bool:
    return _is_token(one) and constant_time_compare(one[16:], _mark(one[:16], user))


def _mark(salt: str, user: User) -> str:
    """32 hexadecimal digits that only this site can make, others for each salt, account and ending of its sessions."""
    bound = f"{salt}:{user.pk}:{user.session_generation}"
    return salted_hmac("participants.known_browser", bound, algorithm="sha256").hexdigest()[:32]
