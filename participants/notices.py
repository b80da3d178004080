"""What staff are told by mail about their own account, so that they notice when somebody else uses it.

Everything of the kind passes through `tell`; it is where a log of such events hooks in.
"""

import uuid
from enum import Enum

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from participants import mail
from participants.models import User


class What(Enum):
    """What happened: the subject of the mail, and its first sentence."""

    NEW_BROWSER = (
        gettext_noop("New sign-in to Readout"),
        gettext_noop("somebody signed in to your account from a browser that is new to it"),
    )
    PASSWORD_CHANGED = (
        gettext_noop("Your password for Readout was changed"),
        gettext_noop("the password of your account was changed"),
    )
    PASSWORD_SET_BY_ADMINISTRATOR = (
        gettext_noop("Your password for Readout was changed"),
        gettext_noop("an administrator gave your account another password"),
    )
    APP_ADDED = (
        gettext_noop("An authenticator app was added to your Readout account"),
        gettext_noop("an authenticator app was set up as a second factor of your account"),
    )
    APP_REMOVED = (
        gettext_noop("An authenticator app was removed from your Readout account"),
        gettext_noop("the authenticator app was removed from your account"),
    )
    PASSKEY_ADDED = (
        gettext_noop("A passkey was added to your Readout account"),
        gettext_noop("a passkey was added to your account"),
    )
    PASSKEY_REMOVED = (
        gettext_noop("A passkey was removed from your Readout account"),
        gettext_noop("a passkey was removed from your account"),
    )
    FACTORS_TAKEN_OFF = (
        gettext_noop("Every second factor was taken off your Readout account"),
        gettext_noop("whoever runs the site took every second factor off your account"),
    )
    RECOVERY_CODES_MADE = (
        gettext_noop("New recovery codes for your Readout account"),
        gettext_noop("new recovery codes were made for your account; the old ones no longer work"),
    )
    RECOVERY_CODE_USED = (
        gettext_noop("A recovery code of your Readout account was used"),
        gettext_noop("one of the recovery codes of your account was used, and does not work again"),
    )


def tell(user: User, what: What, *, device: str = "") -> None:
    """Put the mail into the outbox; only staff get one. `device` is which browser it was, in words."""
    if not user.is_staff:
        return
    subject, happened = what.value
    mail.queue(
        to=user.email,
        subject=_(subject),
        template="emails/account_notice.txt",
        context={
            "happened": _(happened),
            "device": device,
            "at": date_format(timezone.now(), "j F Y, H:i"),
            "everywhere": settings.SITE_URL + reverse("sign-out-everywhere"),
            "password": settings.SITE_URL + reverse("account_change_password"),
            "factors": settings.SITE_URL + reverse("mfa_index"),
            "site": settings.SITE_URL,
        },
        key=f"notice-{what.name.lower()}-{uuid.uuid4()}",
    )
