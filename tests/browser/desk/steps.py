"""What a rapporteur does on the desk, and what can be seen of it."""

import re

from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from outcomes.models import Outcome

KEPT = "Object.keys(localStorage).filter((name) => name.startsWith('readout.desk ') && !name.includes(' note ')).length"
FIRST = "Points of contact only help if they are called before an incident."
SECOND = "Answer within an hour, at night as well."


def signed_in(account):
    """Another browser's session of `account`."""
    client = Client()
    client.force_login(account)
    return client


def place_url(group):
    return reverse("outcomes:desk-session", args=[group.code])


def open_place(page, group):
    page.goto(place_url(group))
    ready(page)


def ready(page):
    page.wait_for_selector("html[data-desk=ready]")


def until(page, condition):
    """Wait until `condition()` holds, at most ten seconds."""
    for _ in range(100):
        if condition():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it never came to that")


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def add(page, kind="a takeaway"):
    page.get_by_role("link", name=f"Add {kind}", exact=True).click()
    return page.get_by_label("Wording")


def state(page, words):
    expect(page.locator("[data-state] [role=status]").first).to_have_text(re.compile(words))


def kept(page):
    """How many items this phone keeps."""
    return page.evaluate(KEPT)


def texts():
    return list(Outcome.objects.there().order_by("position", "pk").values_list("text", flat=True))
