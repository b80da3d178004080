"""Filters of the lists of outcomes that the front page leads to: each figure there is a list with an address."""

from django.contrib import admin
from django.db.models import Exists, OuterRef

from outcomes.models import WITH_RAPPORTEUR, ActionUpdate, OutcomeTheme, Status, StatusChange


def returned(outcomes):
    """Those that were sent back once and have been submitted again."""
    sent_back = StatusChange.objects.filter(outcome=OuterRef("pk"), to_status=Status.CHANGES_REQUESTED)
    return outcomes.filter(Exists(sent_back), status=Status.SUBMITTED)


def without_theme(outcomes):
    """Handed in and not withdrawn, and found under no theme."""
    tags = OutcomeTheme.objects.filter(outcome=OuterRef("pk"))
    return outcomes.filter(~Exists(tags)).exclude(status__in=(*WITH_RAPPORTEUR, Status.WITHDRAWN))


def to_confirm(outcomes):
    """Actions of which somebody said something that nobody has confirmed yet."""
    said = ActionUpdate.objects.filter(action=OuterRef("pk"), verification=ActionUpdate.Verification.SELF_REPORTED)
    return outcomes.actions().filter(Exists(said))


def overdue(outcomes):
    """Actions whose day has passed; one that was withdrawn is nobody's task any more."""
    return outcomes.overdue().exclude(status=Status.WITHDRAWN)


class NeedsFilter(admin.SimpleListFilter):
    """What is to be done about an outcome."""

    title = "what it needs"
    parameter_name = "needs"
    needs = {
        "second-review": ("Review, submitted again", returned),
        "theme": ("A theme", without_theme),
        "confirmation": ("Updates confirmed", to_confirm),
        "word": ("A word: overdue", overdue),
    }

    def lookups(self, request, model_admin):
        return [(key, label) for key, (label, _) in self.needs.items()]

    def queryset(self, request, queryset):
        found = self.needs.get(self.value() or "")
        return found[1](queryset) if found else queryset
