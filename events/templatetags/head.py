"""What the head of a page says more than once, and what it says to readers that are not on the site."""

from html import unescape

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString

from events import structured

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


@register.simple_tag
def page_graph(canonical: str, page_title: str) -> SafeString:
    """Return the graph of a page that has none of its own: the site at its front door, else a list and where it is."""
    home = settings.SITE_URL + reverse("home")
    if canonical == home:
        found = f"{settings.SITE_URL}{reverse('outcomes:search')}?q={{words}}"
        looking = {"@type": "SearchAction", "target": found, "query-input": "required name=words"}
        return structured.graph({"@type": "WebSite", "name": "Readout", "url": home, "potentialAction": looking})
    name = unescape(page_title)
    return structured.graph(
        {"@type": "CollectionPage", "name": name, "url": canonical, "isPartOf": {"@type": "WebSite", "url": home}},
        structured.breadcrumbs([(name, canonical)]),
    )
