"""Every page that a visitor reaches from the front page, and what each file of a list holds.

What two portals of the same content may differ in is left out: nonces, and what are keys of the database, which are
the numbers in ids on the page of themes and the order within a sitemap.
"""

import re
from collections import deque
from html import unescape
from urllib.parse import urlsplit

from tests.downloads import words_of

LINK = re.compile(r'\bhref="([^"#]+)')
LEFT_OUT = ("/desk/", "/admin/", "/sign-in/", "/static/", "/accounts/", "/round/", "/dump/", "/media/")
OWN = re.compile(r'nonce="[^"]+"|theme-\d+')


def crawl(client, start="/") -> dict[str, str]:
    """Return what each page says, by its address; no page is asked for twice."""
    found: dict[str, str] = {}
    lists = [f"/{name}/export.csv" for name in ("outcomes", "actions", "themes", "events")]
    waiting = deque([start, "/sitemap-pages.xml", "/sitemap-dialogues-1.xml", *lists, "/actions/?sort=updated"])
    while waiting:
        address = waiting.popleft()
        if address in found:
            continue
        response = client.get(address)
        words = words_of(response)
        lines = OWN.sub("", words).splitlines()
        found[address] = "\n".join([str(response.status_code), *(sorted(lines) if "sitemap" in address else lines)])
        if response.get("Content-Type", "").startswith("text/html"):
            for link in LINK.findall(words):
                parts = urlsplit(unescape(link))
                if parts.netloc or parts.scheme not in ("", "http") or parts.path.startswith(LEFT_OUT):
                    continue
                if parts.path.startswith("/"):  # filters lead to what is linked elsewhere, and are told in numbers
                    waiting.append(parts.path)
    return found
