import datetime as dt
import hashlib
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.http import urlsafe_base64_encode

from events.models.event import Event
from events.models.people import Participation, Role

KEPT_OPEN = dt.timedelta(weeks=4)  # after the deadline, for what is filed late or sent back


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations, of which a participation has one open at most."""

    def open(self):
        """Those not revoked, whose event stands and whose person still is a rapporteur there and may sign in.

        Whether one has expired depends on the event's clock: see `Invitation.expires_at`.
        """
        rapporteur = Role.objects.filter(participation=models.OuterRef("participation"), role=Role.Role.RAPPORTEUR)
        return self.filter(
            models.Exists(rapporteur), revoked_at=None, participation__person__user__is_active=True
        ).exclude(participation__event__status=Event.Status.WITHDRAWN)

    def issue(self, participation: Participation, *, sending: uuid.UUID, by, by_mail: bool) -> "Invitation":
        """Invite anew: links given out before stop working."""
        self.filter(participation=participation, revoked_at=None).update(revoked_at=timezone.now())
        pk = uuid.uuid4()
        return self.create(
            pk=pk,
            participation=participation,
            sending=sending,
            token_hash=hash_token(token_of(pk)),
            invited_by=by,
            by_mail=by_mail,
        )

    def with_token(self, token: str) -> "Invitation | None":
        """Return the invitation that `token` opens today; None for a wrong, expired or revoked one alike."""
        found = self.open().select_related("participation__event", "participation__person__user")
        invitation = found.filter(token_hash=hash_token(token)).first()
        return invitation if invitation and timezone.now() < invitation.expires_at else None


class Invitation(models.Model):
    """A rapporteur was asked, by mail or by a link handed over, to report on their sessions of one event.

    Its link opens a page that sends a one-time code to the address of the account; by itself it signs nobody in. The
    token is made of this row's random id with the site's key, so that staff can copy the link again although only its
    hash is stored.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="invitations")
    sending = models.UUIDField(editable=False, help_text="The form it came from: sent twice it makes one.")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_at = models.DateTimeField(default=timezone.now)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    by_mail = models.BooleanField(default=True)
    opened_at = models.DateTimeField(null=True, help_text="When somebody first asked for a code with the link.")
    revoked_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-invited_at"]
        constraints = [
            models.UniqueConstraint("participation", "sending", name="invitation_once_a_sending"),
            models.UniqueConstraint(
                "participation", condition=Q(revoked_at=None), name="invitation_open_once_a_participation"
            ),
            models.CheckConstraint(condition=~Q(token_hash=""), name="invitation_has_a_token"),
        ]

    def __str__(self):
        return f"Invitation of {timezone.localtime(self.invited_at):%d %B %Y}"

    @property
    def address(self) -> str:
        """The full link; nothing where the site's key has changed since, which makes another token."""
        token = token_of(self.pk)
        if hash_token(token) != self.token_hash:
            return ""
        return settings.SITE_URL + reverse("outcomes:desk-invitation", args=[token])

    @property
    def expires_at(self) -> dt.datetime:
        """Some weeks after the deadline, the last day or the invitation itself, whichever comes last."""
        event = self.participation.event
        moments = [self.invited_at, *([event.deadline] if event.deadline else [])]
        if event.ends_on:
            moments.append(dt.datetime.combine(event.ends_on + dt.timedelta(days=1), dt.time.min, event.zone))
        return max(moments) + KEPT_OPEN


def token_of(pk: uuid.UUID) -> str:
    """Return what the link of an invitation ends with: 43 characters, of this row and so of one event and person."""
    return urlsafe_base64_encode(salted_hmac("events.invitation", str(pk), algorithm="sha256").digest())


def hash_token(token: str) -> str:
    """Return what is stored of a token: 64 hexadecimal digits."""
    return hashlib.sha256(f"events.invitation:{token}".encode(errors="replace")).hexdigest()
