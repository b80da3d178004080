"""Parts of pages that depend on few things and are drawn often."""

from functools import lru_cache

from django import template
from django.template.loader import get_template
from django.utils.translation import get_language

register = template.Library()

KEPT = 500  # parts in each process, some 10 to 50 KB each


@register.simple_tag
def drawn(name: str, rows: tuple, **more) -> str:
    """Return the template `name` with `rows`, tuples all the way down, and what else it needs; drawn once for the same.

    When something becomes public, every page is made anew; the programme of an event where nothing changed is not.
    """
    return _drawn(name, rows, tuple(more.items()), get_language())


@lru_cache(maxsize=KEPT)
def _drawn(name: str, rows: tuple, more: tuple, language: str | None) -> str:
    return get_template(name).render({"rows": rows, **dict(more)})
