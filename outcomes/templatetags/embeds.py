"""How a page says that it can be embedded elsewhere."""

from django import template

from outcomes.views import embed

register = template.Library()


@register.inclusion_tag("components/embed_links.html")
def embed_links(canonical: str, title: str):
    """Say in the head where oEmbed tells of the page at `canonical`."""
    return {
        "title": title,
        "links": [
            ("application/json+oembed", embed.discovery(canonical, "json")),
            ("text/xml+oembed", embed.discovery(canonical, "xml")),
        ],
    }


@register.inclusion_tag("components/embed.html")
def embeddable(view: str, key: str, title: str):
    """Offer the HTML by which another site frames what is on the page of that view and slug."""
    address = embed.framed(view, key)
    return {"snippet": embed.snippet(address, f"Readout: {title}"), "address": address}
