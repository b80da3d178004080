from django import template

from events.history import last_changes as changes_of
from participants.history import Line

register = template.Library()


@register.simple_tag
def last_changes(user, number: int = 10, event=None) -> list[Line]:
    """Return the last changes that `user` may read, to be shown by `admin/history/_lines.html`."""
    return changes_of(user, number, event)
