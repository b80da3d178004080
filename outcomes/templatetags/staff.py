"""What the pages of the staff need beyond their context."""

from django import template
from django.urls import reverse

from outcomes.admin import review

register = template.Library()


@register.simple_tag
def waiting_for(user) -> list[dict]:
    """Return the queues of those who review: a label, an address and how many wait, in one query."""
    if not user.has_perm("outcomes.review_outcome"):
        return []
    address = reverse("admin:outcomes_outcome_queue")
    counts = review.counts(user)
    return [
        {"label": label, "address": f"{address}?status={status}", "count": counts[status]}
        for status, label in review.QUEUES.items()
    ]


@register.filter
def word_for(labels: dict, value: str) -> str:
    """Return the words for `value`; a value that no longer exists stands for itself."""
    return labels.get(value, value)
