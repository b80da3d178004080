"""What the pages of the staff need beyond their context."""

from django import template

from outcomes.admin import front

register = template.Library()


@register.simple_tag
def front_page(user) -> front.FrontPage | None:
    """Return what waits for `user`, for the front page of the admin."""
    return front.front_page(user)


@register.filter
def word_for(labels: dict, value: str) -> str:
    """Return the words for `value`; a value that no longer exists stands for itself."""
    return labels.get(value, value)
