"""Every address the site answers at, read from the URLconf."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver


def addresses() -> Iterator[tuple[str, str]]:
    """Yield (full URL name, route) of each pattern; a pattern without a name is called by its route."""
    yield from _walk(get_resolver().url_patterns, "", "")


def _walk(patterns, route: str, namespace: str) -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        here = route + str(pattern.pattern).removeprefix("^")
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, here, inner)
        elif isinstance(pattern, URLPattern):
            yield (namespace + pattern.name if pattern.name else here), here
