import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.utils.crypto import constant_time_compare, salted_hmac


class BrowserSessionManager(BaseSessionManager["BrowserSession"]):
    def open_for(self, user) -> list["BrowserSession"]:
        """The sessions in which `user` is signed in, the newest first; what a new password has ended is left out."""
        rows = self.filter(user=user, expire_date__gt=dt.datetime.now(dt.UTC)).order_by("-began_at", "session_key")
        return [row for row in rows if row.is_open(user)]


class BrowserSession(AbstractBaseSession):
    """A session of a browser, with whose it is and which device, so that its owner can see and end it.

    No network address, and the time only to the hour: enough to know one's own phone by.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="browser_sessions"
    )
    device = models.CharField(max_length=100, blank=True, help_text='In words, such as "Firefox on Windows".')
    began_at = models.DateTimeField(null=True, help_text="The hour in which somebody signed in.")

    objects = BrowserSessionManager()

    class Meta:
        verbose_name = "session of a browser"
        verbose_name_plural = "sessions of browsers"

    def __str__(self):
        return self.device or self.handle

    @classmethod
    def get_session_store_class(cls) -> Any:
        from participants.session_store import SessionStore  # it stores this model

        return SessionStore

    @property
    def handle(self) -> str:
        """What pages call it by: the key itself is in no page, because whoever has it is signed in."""
        return salted_hmac("participants.session_handle", self.session_key, algorithm="sha256").hexdigest()[:20]

    def is_open(self, user) -> bool:
        """Whether a request with it would still be one of `user`: the same comparison as at each request."""
        held = self.get_decoded().get("_auth_user_hash", "")
        hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
        return any(constant_time_compare(held, one) for one in hashes)
