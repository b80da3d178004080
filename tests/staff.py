"""Signing staff in for a test."""

import time

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY


def sign_in(client, user):
    """Give `client` a session of `user` in which a second factor was shown, and return it."""
    client.force_login(user)
    session = client.session
    session[f"{AUTHENTICATION_METHODS_SESSION_KEY}_user"] = str(user.pk)
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "type": "totp", "at": time.time()}]
    session.save()
    return client
