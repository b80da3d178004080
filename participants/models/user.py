from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models, transaction
from django.db.models import F
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property

from participants.groups import ADMINISTRATORS, EDITORS, STAFF_GROUPS
from participants.text import canonical_email, validate_plain

DEMO_DOMAIN = "demo.readout.example"  # accounts that sign in only while DEBUG is on: their password is public
FORMER_STAFF = "former-member-of-staff@erased.invalid"  # the one account that entries of erased staff are handed to


class UserManager(BaseUserManager["User"]):
    """Looks people up by the canonical form of their address."""

    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        """Save a user who may sign in; without a password only by a one-time code."""
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=canonical_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        """Save a user with every right (the operator's way in; staff are members of a group instead)."""
        return self.create_user(email, password, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email=canonical_email(email or ""))


class User(AbstractBaseUser, PermissionsMixin):
    """Someone who signs in: staff by group, rapporteurs by the roles of the person they are.

    What staff may do their groups say; for which events, `works_on`. Whoever chooses nothing gets the narrower one.
    """

    class WorksOn(models.TextChoices):
        INSTITUTIONS = "institutions", "Events of the institutions below"
        EVERYTHING = "everything", "Every event"

    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(max_length=200, blank=True, validators=[validate_plain])
    is_active = models.BooleanField(
        "active", default=True, help_text="Untick instead of deleting: signing in ends at once, history stays."
    )
    works_on = models.CharField(
        "works on",
        max_length=20,
        choices=WorksOn,
        default=WorksOn.INSTITUTIONS,
        db_default="institutions",
        help_text="For editors and reviewers. Administrators work on every event.",
    )
    institutions = models.ManyToManyField(
        "participants.Organisation",
        blank=True,
        related_name="+",
        help_text="They see the events which one of these convenes, hosts, co-hosts or organises.",
    )
    joined_at = models.DateTimeField(default=timezone.now, editable=False)
    session_generation = models.PositiveIntegerField(
        default=0, db_default=0, editable=False, help_text="Raised to end every session at once."
    )

    objects = UserManager()

    EMAIL_FIELD = USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique_in_any_case"),
            models.CheckConstraint(
                condition=models.Q(works_on__in=["institutions", "everything"]), name="user_works_on_is_known"
            ),
        ]

    def __str__(self):
        return self.get_full_name()

    def clean(self):
        super().clean()
        self.email = canonical_email(self.email)

    def get_full_name(self) -> str:
        """Return the display name, or the address where none was given."""
        return self.name or self.email

    get_short_name = get_full_name

    def _get_session_auth_hash(self, secret=None):
        """What each session holds and is compared with at every request: Django's, and the generation once raised."""
        if not self.session_generation:
            return super()._get_session_auth_hash(secret=secret)
        bound = f"{self.session_generation}:{self.password}"
        return salted_hmac("participants.sessions", bound, secret=secret, algorithm="sha256").hexdigest()

    def end_sessions(self) -> None:
        """Sign this account out everywhere, this browser included; codes asked for and not yet typed end with it."""
        with transaction.atomic():
            User.objects.filter(pk=self.pk).update(session_generation=F("session_generation") + 1)
            self.signincode_set.open().update(expires_at=timezone.now())
            self.browser_sessions.all().delete()
        self.refresh_from_db(fields=["session_generation"])

    @cached_property
    def _group_names(self) -> frozenset[str]:
        return frozenset(self.groups.values_list("name", flat=True))

    @property
    def is_staff(self) -> bool:
        """Whether the admin opens: members of a staff group, and superusers."""
        return self.is_active and (self.is_superuser or not self._group_names.isdisjoint(STAFF_GROUPS))

    @property
    def is_administrator(self) -> bool:
        """Whether people, accounts and the taxonomy may be changed."""
        return self.is_active and (self.is_superuser or ADMINISTRATORS in self._group_names)

    @property
    def is_editor(self) -> bool:
        """Whether events may be run: members of Editors and Administrators; reviewers may not."""
        return self.is_active and (self.is_administrator or EDITORS in self._group_names)

    @property
    def works_on_everything(self) -> bool:
        """Whether every event is theirs to work on, of whatever institution."""
        return self.is_administrator or (self.is_staff and self.works_on == self.WorksOn.EVERYTHING)
