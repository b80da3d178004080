from django import template

from events import history

register = template.Library()


@register.simple_tag
def last_changes(user, number: int = 10, event=None) -> list[history.Line]:
    """Return the last changes that `user` may read, to be shown by `admin/history/_lines.html`."""
    return history.last_changes(user, number, event)
