"""What the desk costs on the way to a phone on bad wifi."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from outcomes.demo import content
from outcomes.models import Theme
from tests.factories import ActionFactory, TakeawayFactory, ThemeFactory
from tests.outcomes.desk import check_url, new_url, paste_url, place_url, url

FIRST, LATER, SCRIPTS = 60 * 1024, 15 * 1024, 30 * 1024  # compressed: all of the first page, a page after it


def compressed(data: bytes) -> int:
    return len(gzip.compress(data, 6))


def files_of(body: str) -> dict[str, int]:
    """The style sheets and scripts of a page with what each weighs, those that scripts import included."""
    names = re.findall(r'<(?:script|link)[^>]*(?:src|href)="/static/([^"]+\.(?:js|css))"', body)
    return {name: compressed((Path(settings.BASE_DIR) / "static" / name).read_bytes()) for name in dict.fromkeys(names)}


@pytest.fixture
def pages(desk, group, rapporteur, draft):
    """The pages of a group with seven takeaways, six actions and the vocabulary of the demo."""
    for name, description, children in content.THEMES:
        parent = ThemeFactory(name=name, description=description)
        for child in children:
            ThemeFactory(name=child, parent=parent)
    themes = list(Theme.objects.all()[:2])
    for make, items in ((TakeawayFactory, content.TAKEAWAYS), (ActionFactory, content.ACTIONS)):
        for text, _ in items:
            make(event=group.event, session=group, text=text, themes=themes)
    addresses = [reverse("outcomes:desk"), place_url(group), new_url(group), check_url(group), paste_url(group)]
    return {address: desk.get(address).content for address in [*addresses, url("desk-outcome", draft)]}


def test_the_first_page_and_those_after_it_keep_to_their_budgets(pages):
    for address, body in pages.items():
        files = files_of(body.decode())
        scripts = sum(size for name, size in files.items() if name.endswith(".js"))

        assert scripts <= SCRIPTS, (address, files)
        assert compressed(body) + sum(files.values()) <= FIRST, (address, compressed(body), files)
        assert compressed(body) <= LATER, (address, compressed(body))


def test_every_script_that_is_imported_is_named_by_the_page(pages):
    """So that a phone asks for all of them at once, and not for one after the other."""
    static = Path(settings.BASE_DIR) / "static/js/desk"
    imported = {
        (static / name).resolve().relative_to(settings.BASE_DIR / "static").as_posix()
        for script in static.glob("*.js")
        for name in re.findall(r'from "(\.[^"]+)"', script.read_text())
    }

    for body in pages.values():
        assert imported <= files_of(body.decode()).keys()
