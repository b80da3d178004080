import datetime as dt

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone

from events.codes import random_code
from events.models import Participation
from outcomes.models.outcome import Outcome
from participants.documents import validate_document
from participants.models import Kept, Organisation, Person
from participants.pictures import RandomName
from participants.text import on_the_web, validate_plain, validate_web_address


class ActionOwnerQuerySet(models.QuerySet):
    def public(self):
        """Owners that may be named: organisations, and people who stand in the event's public list of participants."""
        listed = Participation.objects.public().filter(event=OuterRef("action__event"), person=OuterRef("person"))
        owners = self.filter(action__in=Outcome.objects.public().values("pk"))
        return owners.filter(Q(organisation__isnull=False) | Exists(listed)).select_related("organisation", "person")


class ActionOwner(models.Model):
    """Who answers for an action: an organisation or a person, and what they said to it."""

    class Response(models.TextChoices):
        ACCEPTED = "accepted", "Accepted"
        ACCEPTED_IN_PART = "accepted_in_part", "Accepted in part"
        NOTED = "noted", "Noted"
        DECLINED = "declined", "Declined"

    action = models.ForeignKey(Outcome, on_delete=models.CASCADE, related_name="owners")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="owned_actions"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="owned_actions")
    is_lead = models.BooleanField("lead", default=False)
    response = models.CharField(max_length=20, choices=Response, blank=True)

    objects = ActionOwnerQuerySet.as_manager()

    HISTORY = Kept(event="action__event_id", under="action", fixed=("action",), names_need=("organisation", "person"))

    class Meta:
        ordering = ["-is_lead", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=False, person=None) | Q(organisation=None, person__isnull=False),
                name="action_owner_is_organisation_or_person",
            ),
            models.UniqueConstraint("action", "organisation", name="action_owner_organisation_once"),
            models.UniqueConstraint("action", "person", name="action_owner_person_once"),
            models.UniqueConstraint("action", condition=Q(is_lead=True), name="action_owner_one_lead"),
        ]

    def __str__(self):
        return str(self.organisation or self.person)

    def clean(self):
        super().clean()
        if bool(self.organisation_id) == bool(self.person_id):
            raise ValidationError("An owner is either an organisation or a person.")


class ActionUpdateQuerySet(models.QuerySet):
    def last_words(self, actions):
        """The last update of each of `actions`, the latest first: read off the index of updates, one by one."""
        last = ActionUpdate.objects.filter(action=OuterRef("action")).order_by("-on", "-pk").values("pk")[:1]
        told = self.filter(Exists(actions.filter(pk=OuterRef("action"))), pk=Subquery(last))
        return told.order_by("-on", "-pk")

    def last_words_after(self, actions, on: dt.date | None, code: str):
        """`last_words`, those of one day in the order of their actions, behind that of the action of that code.

        All of them where no day is given: what programs page through, who begin again behind a row that they know.
        """
        told = self.last_words(actions).order_by("-on", "-action")
        if on is None:
            return told
        here = Outcome.objects.filter(code=code).order_by().values("pk")[:1]
        return told.filter(on__lte=on).exclude(on=on, action__gte=Subquery(here))


class ActionUpdate(models.Model):
    """Word of what became of an action, with its evidence; in public its `code` names it, whatever it moves to."""

    class Verification(models.TextChoices):
        SELF_REPORTED = "self_reported", "Self-reported"
        CONFIRMED = "confirmed", "Confirmed by the secretariat"
        INDEPENDENT = "independent", "Independently verified"

    action = models.ForeignKey(Outcome, on_delete=models.CASCADE, related_name="updates")
    code = models.CharField(max_length=8, default=random_code, editable=False)
    on = models.DateField("date", default=timezone.localdate)
    text = models.TextField(validators=[validate_plain])
    progress = models.CharField(max_length=20, choices=Outcome.Progress)
    evidence_url = models.URLField("evidence, address", max_length=500, blank=True, validators=[validate_web_address])
    evidence_file = models.FileField(
        "evidence, file", upload_to=RandomName("evidence"), blank=True, validators=[validate_document]
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    verification = models.CharField(max_length=20, choices=Verification, default=Verification.SELF_REPORTED)

    objects = ActionUpdateQuerySet.as_manager()

    HISTORY = Kept(event="action__event_id", under="action", fixed=("action",))

    class Meta:
        ordering = ["-on", "-pk"]
        indexes = [
            models.Index(fields=["action", "-on"], name="action_update_latest"),
            models.Index(fields=["-on", "-id"], name="action_update_newest"),
        ]
        constraints = [
            models.UniqueConstraint("code", name="action_update_code_once"),
            models.CheckConstraint(condition=~Q(text=""), name="action_update_has_words"),
            models.CheckConstraint(condition=on_the_web("evidence_url"), name="action_update_evidence_is_on_the_web"),
        ]

    def __str__(self):
        return f"{self.on:%Y-%m-%d} {self.get_progress_display()}"
