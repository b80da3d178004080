"""What happened that matters for security, as one line of JSON each on the logger `readout.audit`.

A line holds the act, the moment, who did it as an opaque id, and facts from a closed list: keys, numbers and words of
this code. It never holds a name, an address, a code, a token or where somebody was connected from; what is neither a
number nor such a word is refused here rather than written. The same account has the same id for as long as SECRET_KEY
stays; an administrator reads it on the account's page.
"""

import json
import logging
import re
from enum import StrEnum
from functools import partial
from typing import Any

from allauth.mfa import signals as factors
from django.contrib.auth import signals as sessions
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

logger = logging.getLogger("readout.audit")

_WORD = re.compile(r"[a-z0-9_]+(?:[.:, -]+[a-z0-9_]+)*")
_LONGEST = 200
RECOVERY = "recovery_codes"  # as allauth calls that type of authenticator


class Act(StrEnum):
    """Everything that is ever written; `docs/operators.md` explains each."""

    SIGNED_IN = "sign-in"
    SIGN_IN_FAILED = "sign-in.failed"
    SIGNED_OUT = "sign-out"
    SIGNED_OUT_EVERYWHERE = "sign-out.everywhere"
    FACTOR_ADDED = "factor.added"
    FACTOR_REMOVED = "factor.removed"
    FACTOR_USED = "factor.used"
    FACTOR_FAILED = "factor.failed"
    RECOVERY_CODE_USED = "recovery-code.used"
    RECOVERY_CODES_MADE = "recovery-codes.made"
    ACCOUNT_ADDED = "account.added"
    RIGHTS_CHANGED = "account.rights"
    DEACTIVATED = "account.deactivated"
    ACTIVATED = "account.activated"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    RULE_LOOSENED = "rule.loosened"
    RULE_TIGHTENED = "rule.tightened"
    RELEASED = "rule.released"
    EXPORTED = "personal-data.exported"
    PERSON_EXPORTED = "person.exported"
    PERSON_ERASED = "person.erased"
    MERGED = "merged"
    MERGE_UNDONE = "merge.undone"
    IMPORT_APPLIED = "import.applied"
    IMPORT_UNDONE = "import.undone"
    REFUSED = "refused"
    LIMITED = "limited"


def opaque(key: Any) -> str | None:
    """Return what an account with this key is called here: 16 hexadecimal digits, the same each time."""
    return salted_hmac("readout.audit", str(key), algorithm="sha256").hexdigest()[:16] if key else None


def record(act: Act, *, by: Any = None, account: Any = None, **facts: Any) -> None:
    """Write a line once the transaction around it is committed, or at once where there is none.

    `by` acted (None: nobody signed in, or a command) and `account` is whose account it is about: accounts, or keys of
    such. Other `facts` are numbers, words of this code in small letters, or lists of them.
    """
    line: dict[str, Any] = {"at": timezone.now().isoformat(timespec="milliseconds"), "act": str(act)}
    line["by"] = opaque(getattr(by, "pk", by))
    if account is not None:
        line["account"] = opaque(getattr(account, "pk", account))
    line |= {name: fit(value) for name, value in facts.items() if value is not None}
    transaction.on_commit(partial(logger.info, "%s", json.dumps(line)), robust=True)


def fit(value: Any) -> Any:
    """Return a fact as it may be written; anything that could be somebody's words becomes "unfit"."""
    if isinstance(value, bool | int):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return [fit(one) for one in sorted(value, key=str)]
    text = str(value)
    return text if len(text) <= _LONGEST and _WORD.fullmatch(text) else "unfit"


# What others report: allauth and Django have no other way to say it.


def listen() -> None:
    """Write what allauth and Django say about second factors and sessions; called once, when the apps are ready."""
    factors.authenticator_added.connect(_added, dispatch_uid="readout.audit")
    factors.authenticator_removed.connect(_removed, dispatch_uid="readout.audit")
    factors.authenticator_reset.connect(_made_anew, dispatch_uid="readout.audit")
    factors.authenticator_used.connect(_used, dispatch_uid="readout.audit")
    factors.authentication_failed.connect(_failed, dispatch_uid="readout.audit")
    sessions.user_logged_out.connect(_out, dispatch_uid="readout.audit")


def _added(*, user, authenticator, **kwargs) -> None:
    act = Act.RECOVERY_CODES_MADE if authenticator.type == RECOVERY else Act.FACTOR_ADDED
    record(act, by=user, method=authenticator.type)


def _removed(*, user, authenticator, **kwargs) -> None:
    record(Act.FACTOR_REMOVED, by=user, method=authenticator.type)


def _made_anew(*, user, **kwargs) -> None:
    record(Act.RECOVERY_CODES_MADE, by=user)


def _used(*, user, authenticator, **kwargs) -> None:
    act = Act.RECOVERY_CODE_USED if authenticator.type == RECOVERY else Act.FACTOR_USED
    record(act, by=user, method=authenticator.type)


def _failed(*, user, authenticator, **kwargs) -> None:
    record(Act.FACTOR_FAILED, by=user, method=authenticator.type)


def _out(*, user, **kwargs) -> None:
    if user is not None:
        record(Act.SIGNED_OUT, by=user)


def who(request: Any) -> Any:
    """Return the key of who is signed in, without reading a session that nobody has read before."""
    session: SessionBase | None = getattr(request, "session", None)
    if session is None or not session.accessed:
        return None
    return session.get("_auth_user_id")
