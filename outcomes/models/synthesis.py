from django.db import models
from django.db.models import Q

from events.codes import random_code
from outcomes.models.contribution import Contribution, Round
from outcomes.models.outcome import Outcome
from participants.text import validate_plain


class StatementGroup(models.Model):
    """Statements of a round that say the same, as its rapporteurs brought them together; a draft may come of it.

    A statement is what one contribution offered of one kind: its takeaway, or its action.
    """

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="groups")
    kind = models.CharField(max_length=10, choices=Outcome.Kind, editable=False)
    code = models.CharField(max_length=8, unique=True, default=random_code, editable=False)
    number = models.PositiveIntegerField(editable=False, help_text="What it is called until it has a name.")
    name = models.CharField(max_length=200, blank=True, validators=[validate_plain])
    position = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1, editable=False)
    outcome = models.OneToOneField(
        Outcome, on_delete=models.SET_NULL, null=True, editable=False, related_name="statement_group"
    )
    request_key = models.UUIDField(
        null=True, unique=True, editable=False, help_text="Sent by the form: a second post of it makes no second row."
    )

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["takeaway", "action"]), name="statement_group_kind_is_known"),
            models.UniqueConstraint("round", "kind", "number", name="statement_group_number_once_a_round_and_kind"),
        ]

    def __str__(self):
        return self.name or f"Group {self.number}"

    @property
    def draft(self) -> Outcome | None:
        """The outcome made of it, unless that was deleted: then another can be made."""
        return self.outcome if self.outcome and not self.outcome.deleted_at else None


class Placement(models.Model):
    """Where a statement was put: in a group, or aside and why. One without a placement is still to go."""

    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="placements")
    kind = models.CharField(max_length=10, choices=Outcome.Kind, editable=False)
    group = models.ForeignKey(StatementGroup, on_delete=models.CASCADE, null=True, related_name="placements")
    set_aside = models.CharField("why it is set aside", max_length=200, blank=True, validators=[validate_plain])

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["takeaway", "action"]), name="placement_kind_is_known"),
            models.UniqueConstraint("contribution", "kind", name="placement_once_a_statement"),
            models.CheckConstraint(
                condition=Q(group__isnull=False, set_aside="") | (Q(group=None) & ~Q(set_aside="")),
                name="placement_is_in_a_group_or_set_aside",
            ),
        ]

    def __str__(self):
        return str(self.group) if self.group else f"Set aside: {self.set_aside}"
