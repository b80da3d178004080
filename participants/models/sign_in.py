import datetime as dt
import uuid

from django.conf import settings
from django.db import connections, models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from participants.lifetimes import code_expiry
from participants.text import canonical_email

TRIES = 5


class SignInCodeQuerySet(models.QuerySet["SignInCode"]):
    def open(self):
        """Codes that may still be tried: not used, not expired, tries left."""
        return self.filter(used_at=None, expires_at__gt=timezone.now(), attempts__lt=TRIES)

    def for_browser(self, browser: str):
        """What the browser that holds this secret has asked for."""
        return self.filter(browser_hash=hash_browser(browser))


class SignInCode(models.Model):
    """A one-time code that somebody asked for, whether the address is known or not: the row looks the same.

    Neither the code nor the address is in it. The hash is made with the site's key, of the code, the person, the
    browser and this row's id, so that it fits no other purpose, person, browser or row. It is blank until the worker
    makes the code, and for ever where no code is due.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True)
    browser_hash = models.CharField(max_length=64)
    code_hash = models.CharField(max_length=64, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(default=code_expiry, db_index=True)
    used_at = models.DateTimeField(null=True)

    objects = SignInCodeQuerySet.as_manager()

    class Meta:
        verbose_name = "sign-in code"
        constraints = [
            models.CheckConstraint(condition=Q(attempts__lte=TRIES), name="sign_in_code_tries_are_limited"),
            models.CheckConstraint(
                condition=Q(used_at=None) | (~Q(code_hash="") & Q(user__isnull=False)),
                name="sign_in_code_used_only_if_issued",
            ),
        ]

    def __str__(self):
        return str(self.pk)

    def hash_of(self, code: str) -> str:
        """The hash that `code_hash` holds if `code` is the right one: 64 hexadecimal digits."""
        bound = f"{self.pk}:{self.user_id}:{self.browser_hash}:{code}"
        return salted_hmac("participants.sign_in", bound, algorithm="sha256").hexdigest()


def hash_browser(browser: str) -> str:
    """What is stored of the secret that a browser's session holds."""
    return salted_hmac("participants.sign_in.browser", browser, algorithm="sha256").hexdigest()


class AttemptCountManager(models.Manager["AttemptCount"]):
    """Limits that hold over every process and a restart, because only the database counts."""

    def take(self, what: str, whom: str, *, limit: int, per: dt.timedelta) -> bool:
        """Count one attempt; False, and nothing counted, when this window's `limit` is used up.

        `whom` is an e-mail address in any spelling, or any other name; only a keyed hash of its canonical form is kept.
        The check and the count are one UPDATE: parallel attempts cannot exceed the limit.
        """
        row, _ = self.get_or_create(key=self._key(what, whom), window_starts_at=self._window(per))
        return bool(self.filter(pk=row.pk, count__lt=limit).update(count=F("count") + 1))

    def add(self, key: str, window_starts_at: float, number: int) -> int:
        """Add `number` to a count that begins at that second of the clock, and return what it is now.

        One statement: of many at once none is lost. `key` is what is counted and a hash that the caller made.
        """
        table, start = self.model._meta.db_table, self.model._meta.get_field("window_starts_at")
        at = start.get_db_prep_value(dt.datetime.fromtimestamp(window_starts_at, dt.UTC), connections[self.db])
        with connections[self.db].cursor() as cursor:
            cursor.execute(
                f'INSERT INTO {table} ("key", window_starts_at, "count") VALUES (%s, %s, %s) '  # noqa: S608 (no input)
                f'ON CONFLICT ("key", window_starts_at) DO UPDATE SET "count" = {table}."count" + excluded."count" '
                'RETURNING "count"',
                [key, at, number],
            )
            return cursor.fetchone()[0]

    def forget_before(self, what: str, second: float) -> None:
        """Delete counts of `what` that began before that second of the clock."""
        before = dt.datetime.fromtimestamp(second, dt.UTC)
        self.filter(window_starts_at__lt=before, key__startswith=f"{what}:").delete()

    def is_used_up(self, what: str, whom: str, *, limit: int, per: dt.timedelta) -> bool:
        """Whether the next `take` would be refused."""
        window = self._window(per)
        return self.filter(key=self._key(what, whom), window_starts_at=window, count__gte=limit).exists()

    def forget(self, what: str, whom: str) -> None:
        """Give all attempts back, after one that was right."""
        self.filter(key=self._key(what, whom)).delete()

    def forget_all(self, whom: str) -> int:
        """Delete every count of theirs, to erase a person; return of how many."""
        return self.filter(key__endswith=self._key("", whom)).delete()[0]

    def _key(self, what, whom):
        return f"{what}:{salted_hmac('participants.attempts', canonical_email(whom), algorithm='sha256').hexdigest()}"

    def _window(self, per):
        seconds = int(per.total_seconds())
        return dt.datetime.fromtimestamp(timezone.now().timestamp() // seconds * seconds, dt.UTC)


class AttemptCount(models.Model):
    """How often something was tried for one account within one window of time."""

    key = models.CharField(max_length=100, help_text="What is limited, and a keyed hash of whom.")
    window_starts_at = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField(default=0)

    objects = AttemptCountManager()

    class Meta:
        constraints = [
            models.UniqueConstraint("key", "window_starts_at", name="attempt_count_one_row_for_each_window"),
        ]

    def __str__(self):
        return self.key.partition(":")[0]
