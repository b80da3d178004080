"""What the head of a page says more than once, and addresses that are read away from the site."""

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_block_tag
def words(content: SafeString) -> SafeString:
    """Keep what is rendered in between under a name, to print it twice: {% words as title %}…{% endwords %}."""
    return content


@register.simple_tag
def absolute(name: str, *args, **kwargs) -> str:
    """Return the whole address of a page of this site, for readers that are not on it."""
    return settings.SITE_URL + reverse(name, args=args, kwargs=kwargs)


@register.simple_tag
def absolute_static(path: str) -> str:
    """Return the whole address of a static file."""
    return settings.SITE_URL + static(path)
