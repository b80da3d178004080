"""Going through the site as a reader would, and taking down all that is answered."""

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.test import Client
from django.urls import Resolver404, resolve

from tests.downloads import body

NONCE = re.compile(r"'nonce-[^']+'")
HTML = "text/html"


class Answer(NamedTuple):
    """What a server sends: the status, the headers in order, the body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    content: bytes

    @property
    def type(self) -> str:
        """The content type without its parameters."""
        return dict(self.headers).get("content-type", "").partition(";")[0]


class Links(HTMLParser):
    """Where a page leads: links, pictures, and every choice of every form that asks."""

    def __init__(self, page: str):
        super().__init__()
        self.found: list[str] = []
        self._form: str | None = None
        self._select = ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        """Take down what one tag leads to."""
        given = {name: value or "" for name, value in attributes}
        if tag in ("a", "link", "area"):
            self.found.append(given.get("href", ""))
        elif tag in ("img", "script", "iframe", "source"):
            self.found.append(given.get("src", ""))
        elif tag == "meta" and given.get("property") in ("og:image", "og:url"):
            self.found.append(given.get("content", ""))
        elif tag == "form":
            self._form = given.get("action", "") if given.get("method", "get").lower() == "get" else None
        elif self._form is not None and tag == "select":
            self._select = given.get("name", "")
        elif self._form is not None and tag == "option" and given.get("value"):
            self.found.append(f"{self._form}?{self._select}={given['value']}")
        elif self._form is not None and tag == "input" and given.get("type") in ("checkbox", "radio"):
            self.found.append(f"{self._form}?{given.get('name')}={given.get('value', 'on')}")

    def handle_endtag(self, tag):
        """Leave a form."""
        if tag == "form":
            self._form = None


def ask(client: Client, address: str, method: str = "get", **headers: str) -> Answer:
    """Return what is answered; nonces, random by design, are all the same."""
    response = getattr(client, method)(address, headers=headers)
    said = tuple(sorted((name.lower(), NONCE.sub("'nonce'", value)) for name, value in response.items()))
    return Answer(response.status_code, said, body(response))


def kind_of(address: str) -> str:
    """Return the name that the URLconf gives an address, "" where it leads nowhere."""
    try:
        return resolve(urlsplit(address).path).view_name
    except Resolver404:
        return ""


def visited(
    client: Client,
    start: Iterable[str],
    *,
    leaving: tuple[str, ...] = (),
    most: int = 2000,
    of_a_kind: int | None = None,
) -> Iterator[tuple[str, Answer]]:
    """Yield each address and what is answered there: `start`, and where links lead from it, endings `leaving` left out.

    Of a page that is narrowed by a query, links are followed only where it stands in `start`: choices of choices of
    choices have no end. With `of_a_kind`, links to what answers
    under the same name of the URLconf are followed until so many have been there.
    """
    kinds: Counter[str] = Counter()
    known = dict.fromkeys(start)
    waiting = deque(known)
    asked = 0
    while waiting:
        address = waiting.popleft()
        kind = kind_of(address)
        if of_a_kind and kinds[kind] == of_a_kind and known[address] == "followed":
            continue
        answer = ask(client, address)
        kinds[kind] += answer.status == HTTPStatus.OK
        asked += 1
        assert asked <= most, "the crawl does not end"
        yield address, answer
        if answer.type != HTML or ("?" in address and known[address] == "followed"):
            continue
        for found in Links(answer.content.decode()).found:
            link = urlsplit(urljoin(f"{settings.SITE_URL}{address}", found.strip()))
            here = link.path + (f"?{link.query}" if link.query else "")
            if f"{link.scheme}://{link.netloc}" != settings.SITE_URL or link.path.startswith("/static/"):
                continue
            if here in known or (leaving and link.path.endswith(leaving)):
                continue
            known[here] = "followed"
            waiting.append(here)
