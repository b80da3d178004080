import datetime as dt

from django.conf import settings
from django.db import models
from django.utils import timezone

from outcomes.models.outcome import Outcome

PRESENT_FOR = dt.timedelta(seconds=60)  # after the last sign of life


class PresenceQuerySet(models.QuerySet):
    def current(self):
        """Marks that still mean something."""
        return self.filter(seen_at__gt=timezone.now() - PRESENT_FOR)

    def others(self, user):
        """Who but `user` is writing now, by name."""
        return self.current().exclude(user=user).select_related("user").order_by("user__name", "pk")

    def note(self, outcome, user) -> None:
        """Mark that `user` is writing `outcome` now, and forget whoever stopped: nothing of it is kept."""
        self.sweep()
        self.update_or_create(outcome=outcome, user=user, defaults={"seen_at": timezone.now()})

    def sweep(self) -> None:
        """Delete the marks that mean nothing any more."""
        self.filter(seen_at__lte=timezone.now() - PRESENT_FOR).delete()


class Presence(models.Model):
    """That somebody has an item open on their desk and is writing: for their co-rapporteurs, for a minute."""

    outcome = models.ForeignKey(Outcome, on_delete=models.CASCADE, related_name="presences")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = PresenceQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint("outcome", "user", name="presence_once_an_item_and_user")]

    def __str__(self):
        return f"{self.user_id} writes {self.outcome_id}"
