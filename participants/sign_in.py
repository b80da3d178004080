"""One-time codes: asked for in a browser, made and mailed by the worker, typed into the same browser.

The request does the same for every address, known or not, so neither its answer nor its time tells which; who is
meant, and whether a code is due, is decided in the worker. Limits: `CODES_PER_HOUR` for each account, `MAILS_PER_HOUR`
for the site, `TRIES` for each code.
"""

import datetime as dt
import secrets
import unicodedata
import uuid

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.tasks import task
from django.urls import reverse
from django.utils import timezone

from participants import mail
from participants.models import AttemptCount, SignInCode, User
from participants.models.sign_in import TRIES, hash_browser
from participants.text import canonical_email

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # 32 characters, 5 bits each; no I, L, O, U
LENGTH = 8
READ_AS = str.maketrans("OIL", "011")

CODES_PER_HOUR = 6
MAILS_PER_HOUR = 600  # only mail that really goes counts: nobody can close the door with invented addresses
HOUR = dt.timedelta(hours=1)


class TooManyCodes(Exception):
    """This hour's codes are used up, for the account or for the site."""


class CodeExpired(Exception):
    """The code was used, is too old, or has no tries left; or none was asked for in this browser."""


class WrongCode(Exception):
    """The code is not the one that was sent; `tries_left` says how many tries remain."""

    def __init__(self, tries_left: int):
        super().__init__(tries_left)
        self.tries_left = tries_left


def clean_code(typed: str) -> str | None:
    """The code as it was sent, from however it was typed; None where that cannot be one.

    Case, spaces and hyphens do not matter, and letters that look like digits are read as digits.
    """
    code = unicodedata.normalize("NFKC", typed).upper().translate(READ_AS)
    code = "".join(character for character in code if not character.isspace() and character not in "-‐‑‒–—.")
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else None


def grouped(code: str) -> str:
    """The code as people read it: two groups of four."""
    return f"{code[:4]}-{code[4:]}"


def ask(email: str, browser: str) -> uuid.UUID:
    """Note that `browser` asked for a code for `email`, and leave the rest to the worker; raises TooManyCodes.

    Returns the id under which the code can be redeemed. What the browser asked for before stops working.
    """
    with transaction.atomic():
        if AttemptCount.objects.is_used_up("sign-in mail", "all", limit=MAILS_PER_HOUR, per=HOUR):
            raise TooManyCodes
        if not AttemptCount.objects.take("sign-in code", email, limit=CODES_PER_HOUR, per=HOUR):
            raise TooManyCodes
        SignInCode.objects.for_browser(browser).open().update(expires_at=timezone.now())
        user = User.objects.filter(email=canonical_email(email)).first()
        code = SignInCode.objects.create(user=user, browser_hash=hash_browser(browser))
        issue.enqueue(str(code.pk))  # the queue is in the same database: it commits with the row
    return code.pk


@task(priority=100)
def issue(pk: str) -> None:
    """Make the code and put it into the outbox; staff are told where they sign in instead, nobody else gets a mail."""
    with transaction.atomic():
        asked = (
            SignInCode.objects.open().select_related("user").filter(pk=pk, code_hash="", user__is_active=True).first()
        )
        if asked is None or asked.user is None:
            return
        if not AttemptCount.objects.take("sign-in mail", "all", limit=MAILS_PER_HOUR, per=HOUR):
            return
        if asked.user.is_staff:
            address = settings.SITE_URL + reverse("account_login")
            mail.queue(
                to=asked.user.email,
                subject="Signing in to Readout",
                template="emails/sign_in_staff.txt",
                context={"address": address, "site": settings.SITE_URL},
                key=f"sign-in-{pk}",
            )
            return
        code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        if SignInCode.objects.filter(pk=pk, code_hash="").update(code_hash=asked.hash_of(code)):
            mail.queue(
                to=asked.user.email,
                subject="Your code for Readout",
                template="emails/sign_in_code.txt",
                context={"code": grouped(code), "site": settings.SITE_URL},
                key=f"sign-in-{pk}",
                secret=True,
            )


def redeem(pk: str, browser: str, code: str) -> User:
    """Use up the code and return whose it is; raises WrongCode or CodeExpired.

    A try is counted before the code is looked at, and the use is one UPDATE: of many at once one wins.
    """
    asked = SignInCode.objects.for_browser(browser).filter(pk=pk)
    if not asked.open().update(attempts=F("attempts") + 1):
        raise CodeExpired
    found = asked.select_related("user").get()
    won = asked.filter(used_at=None, code_hash=found.hash_of(code)).update(used_at=timezone.now())
    if not won or found.user is None or not found.user.is_active or found.user.is_staff:
        raise WrongCode(TRIES - found.attempts)
    return found.user
