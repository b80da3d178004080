"""Sessions in the database, each with whose it is (`settings.SESSION_ENGINE`)."""

import datetime as dt
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

SIGNED_IN = "signed_in"  # in a session: the device and the hour, noted at sign-in


class SessionStore(DatabaseStore):
    """Writes the person and the device beside the session, whatever wrote it and however often its key changes."""

    @classmethod
    def get_model_class(cls):
        from participants.models import BrowserSession  # models are not loaded when the settings name this module

        return BrowserSession

    def create_model_instance(self, data):
        row: Any = super().create_model_instance(data)
        noted = data.get(SIGNED_IN, {})
        row.user_id = data.get(SESSION_KEY)
        row.device = noted.get("device", "")
        row.began_at = dt.datetime.fromisoformat(noted["began_at"]) if "began_at" in noted else None
        return row
