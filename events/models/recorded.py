from typing import Any, ClassVar

from django.db import models

from events.attribution import Rule, rule_in_force


class RecordedQuerySet(models.QuerySet["Recorded"]):
    """Rows that a rule of attribution protects, with the rule in force beside them as `rule`."""

    def _rule(self):
        return rule_in_force(session=self.model.SESSION_PATH, event=self.model.EVENT_PATH)

    def with_rule(self):
        """Annotate `rule`, the one in force now."""
        return self.annotate(rule=self._rule())

    def tighten(self) -> None:
        """Raise each stamp to the rule in force now; no stamp is ever lowered here."""
        order = [str(rule) for rule in Rule]
        for index, rule in enumerate(order[1:], start=1):
            self.alias(rule=self._rule()).filter(rule=rule, recorded_under__in=order[:index]).update(
                recorded_under=rule
            )


class Recorded(models.Model):
    """An item that the rule of attribution protects; it keeps the strictest rule it has lived under.

    Subclasses name the lookups that lead to their session (None without one) and event. An item stored without
    going through `save()` has an empty stamp, which counts as closed.
    """

    recorded_under = models.CharField(max_length=20, choices=Rule, blank=True, editable=False)

    SESSION_PATH: str | None = "session"
    EVENT_PATH = "event"
    event: Any  # a foreign key of each model, or a property
    objects: ClassVar[Any]

    class Meta:
        abstract = True

    def rule_now(self) -> str:
        """Return the rule in force for this item: its session's, else its event's."""
        session = getattr(self, "session", None)
        return session.rule_now() if session else self.event.attribution

    def save(self, **kwargs):
        if self._state.adding and not self.recorded_under:
            self.recorded_under = self.rule_now()
        super().save(**kwargs)

    @classmethod
    def concrete(cls) -> list[type["Recorded"]]:
        """Return every table of such items, of whatever app: who changes a rule need not know them."""
        return [model for model in cls.__subclasses__() if not model._meta.abstract]

    @classmethod
    def visibility_changed(cls, event) -> None:
        """Bring columns that only make reading fast up to date; called in the transaction that changed `event`.

        Whoever calls it raises the generation.
        """
