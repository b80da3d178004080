"""The addresses of the desk, and what its forms and scripts post there."""

import uuid

from django.urls import reverse

# What a form has cleaned, but for the wording.
BARE = {"kind": "takeaway", "heading": "", "themes": [], "addressed_to": []}


def place_url(session):
    return reverse("outcomes:desk-session", args=[session.code])


def new_url(session):
    return reverse("outcomes:desk-session-new", args=[session.code])


def check_url(session):
    return reverse("outcomes:desk-session-check", args=[session.code])


def paste_url(session):
    return reverse("outcomes:desk-session-paste", args=[session.code])


def now_url(session):
    return reverse("outcomes:desk-session-now", args=[session.code])


def url(name, outcome):
    return reverse(f"outcomes:{name}", args=[outcome.code])


def words(text="What the group concluded.", **fields):
    """What the form of a new item posts."""
    return {"kind": "takeaway", "text": text, "request_key": str(uuid.uuid4())} | fields


def rewording(outcome, text="A better wording.", **fields):
    """What the form of an existing item posts."""
    return {"kind": outcome.kind, "text": text, "version": outcome.version} | fields


def autosave(client, address, data=None, **headers):
    """Post as the desk's script does, and return the status and what it is told."""
    response = client.post(address, data, headers={"Accept": "application/json"} | headers)
    return response.status_code, response.json()


def said(response):
    """The messages on the page that follows a post."""
    return [str(message) for message in response.context["messages"]]
