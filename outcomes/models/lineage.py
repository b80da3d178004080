from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from events.attribution import strictest
from outcomes.models.outcome import Outcome


class OutcomeMergeManager(models.Manager["OutcomeMerge"]):
    def live_under_rules_of(self, event) -> None:
        """Let the stamp that parting gives back be as strict as the rule now, where an outcome of `event` has one.

        While it is merged, the outcome itself may be stamped more strictly because of what went into it.
        """
        merges = self.filter(survivor__event=event, parted_at=None).select_for_update(no_key=True)
        for merged in merges.order_by("pk"):
            rule = Outcome.objects.filter(pk=merged.survivor_id).with_rule().values_list("rule", flat=True).get()
            stamp = merged.before.get("stamp")
            if stamp and strictest(stamp, rule) != stamp:
                merged.before["stamp"] = strictest(stamp, rule).value
                merged.save(update_fields=["before"])


class OutcomeMerge(models.Model):
    """That outcomes were merged into one, with what it takes to part them again; kept as long as that one.

    It holds wordings and keys of other rows, no names.
    """

    survivor = models.ForeignKey(Outcome, on_delete=models.CASCADE, related_name="merges", editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    at = models.DateTimeField(default=timezone.now, editable=False)
    parts = models.JSONField(default=list, editable=False, help_text="Keys of the outcomes that went into it.")
    before = models.JSONField(default=dict, editable=False, help_text="What the one that stayed said and had before.")
    taken = models.JSONField(
        default=dict, editable=False, help_text="Keys of the rows it took over, by model and by whose they were."
    )
    version = models.PositiveIntegerField(editable=False, help_text="Of the one that stayed, just afterwards.")
    status = models.CharField(max_length=20, editable=False, help_text="The same.")
    parted_at = models.DateTimeField(null=True, editable=False)

    objects = OutcomeMergeManager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(parted_at=None) | Q(parted_at__gte=F("at")), name="merge_parted_after_it_was_made"
            )
        ]

    def __str__(self):
        return f"{len(self.parts)} into {self.survivor_id}"
