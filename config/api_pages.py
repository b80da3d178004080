"""Pages about the API, for people: how to ask, and what each field means. Made of the same as its description."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext
from django.views.generic import TemplateView
from rest_framework import serializers

from config import api
from events.api.examples import example
from events.api.problems import TITLES
from events.api.schema import page_of
from events.pages import PublicPage

# An address to try of each list: one that shows what it is good for.
TRIES = {
    "events": "?format=roundtable&limit=5",
    "sessions": "?kind=breakout_group",
    "outcomes": "?kind=takeaway&fields=reference,text,themes",
    "actions": "?attention=ownerless&sort=due",
    "themes": "?limit=100",
    "organisations": "?actor_type=un_entity",
    "reports": "?fields=title,event",
}
ELSEWHERE = "What is at this address is under the terms of whoever published it."
OF_OTHERS = {"Document.url", "Partner.website", "OrganisationInList.website", "Update.evidence_url", "Image.url"}


class Field(NamedTuple):
    """A field as the dictionary explains it."""

    name: str
    kind: str
    may_be_null: bool
    part: str  # what it consists of: the anchor of another table, or ""
    meaning: str
    origin: str
    licence: str


class Table(NamedTuple):
    """A kind of thing with its fields."""

    anchor: str
    title: str
    meaning: str
    fields: list[Field]


class Parameter(NamedTuple):
    """What an address takes."""

    name: str
    meaning: str


class Place(NamedTuple):
    """An address of the API."""

    path: str
    meaning: str
    parameters: list[Parameter]
    try_it: str  # an address that answers, or "" where it needs a code
    example: str  # an answer of invented data
    table: str  # where its fields are explained


class Resource(NamedTuple):
    """A list and what it is a list of."""

    name: str
    title: str
    places: list[Place]


class ApiDocs(PublicPage, TemplateView):
    """How programs ask: the addresses, what they take, what they answer."""

    template_name = "api/docs.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            **kwargs,
            resources=resources(),
            root=settings.SITE_URL + reverse("api:root"),
            site=settings.SITE_URL,
            limit=settings.API_REQUESTS_PER_MINUTE,
            problems=[(status, title, meaning) for status, (title, meaning) in TITLES.items()],
            licence=(settings.DATA_LICENCE, settings.DATA_LICENCE_URL),
            contents=[
                ("begin", "Begin"),
                ("pages", "Page by page"),
                ("problems", "When it does not answer"),
                *((resource.name, resource.title) for resource in resources()),
            ],
        )


class DataDictionary(PublicPage, TemplateView):
    """Every field: what it is called and means, where it comes from, under which licence it is."""

    template_name = "api/dictionary.html"

    def get_context_data(self, **kwargs):
        found = tables()
        return super().get_context_data(
            **kwargs,
            tables=found,
            trail=[(gettext("The API"), reverse("api-docs"))],
            contents=[(table.anchor, table.title) for table in found],
        )


@cache
def resources() -> list[Resource]:
    """Return the addresses of the API by what they are about."""
    paths = api.description()["paths"]
    found: dict[str, list[Place]] = {}
    for view in api.views():
        name = next(path for path in paths if paths[path]["get"]["operationId"] == operation_of(view))
        found.setdefault(name.split("/")[3], []).append(_place(name, paths[name]["get"], view))
    return [Resource(thing, thing.capitalize(), places) for thing, places in found.items()]


def operation_of(view: Any) -> str:
    """Return what the description calls an address."""
    thing = next(name for name in api.RESOURCES if view.__name__.casefold().startswith(name.removesuffix("s")))
    return f"list_{thing}" if view.__name__.endswith("List") else f"get_{thing.removesuffix('s')}"


def _place(path: str, operation: dict[str, Any], view: Any) -> Place:
    of_view, is_list = view.serializer_class, view.__name__.endswith("List")
    answer = example(page_of(of_view)() if is_list else of_view())
    thing = path.split("/")[3]
    return Place(
        path=path,
        meaning=operation["description"],
        parameters=[Parameter(one["name"], one.get("description", "")) for one in operation["parameters"]],
        try_it=path + TRIES[thing] if is_list else "",
        example=json.dumps(answer, ensure_ascii=False, indent=2),
        table=slugify(of_view.__name__),
    )


def tables() -> list[Table]:
    """Return the dictionary: every kind of thing that an answer holds, in the order in which answers name them."""
    return [_table(serializer) for serializer in described()]


def described() -> list[serializers.BaseSerializer]:
    """Return every serializer that answers are made of, each once, what holds others before these."""
    found: dict[type, serializers.BaseSerializer] = {}

    def walk(serializer: Any) -> None:
        serializer = getattr(serializer, "child", serializer)
        if type(serializer) not in found:
            found[type(serializer)] = serializer
            for field in serializer.fields.values():
                if isinstance(field, serializers.BaseSerializer):
                    walk(field)

    for view in api.views():
        walk(view.serializer_class())
    return list(found.values())


def _table(serializer: Any) -> Table:
    name = type(serializer).__name__
    return Table(slugify(name), _in_words(name), serializer.__doc__ or "", list(_fields(serializer, name)))


def _fields(serializer: Any, owner: str) -> Iterator[Field]:
    for name, field in serializer.fields.items():
        inner = getattr(field, "child", field)
        is_part = isinstance(inner, serializers.BaseSerializer)
        yield Field(
            name=name,
            kind=_kind(field),
            may_be_null=bool(field.allow_null),
            part=slugify(type(inner).__name__) if is_part else "",
            meaning=field.help_text,
            origin=str(field.style["origin"]),
            licence=ELSEWHERE if f"{owner}.{name}" in OF_OTHERS else _short(settings.DATA_LICENCE),
        )


_KINDS = (
    (serializers.BooleanField, "true or false"),
    (serializers.IntegerField, "whole number"),
    (serializers.DateTimeField, "moment (ISO 8601, with offset)"),
    (serializers.DateField, "date (ISO 8601)"),
    (serializers.URLField, "web address"),
    (serializers.CharField, "text"),
)


def _kind(field: Any) -> str:
    """Return what kind of value a field holds, in words."""
    if isinstance(field, serializers.ListSerializer):
        return f"list of {_in_words(type(field.child).__name__)}"
    if isinstance(field, serializers.BaseSerializer):
        return _in_words(type(field).__name__)
    if isinstance(field, serializers.ListField):
        return f"list: {_kind(field.child)}"
    if isinstance(field, serializers.ChoiceField):
        return "one of " + ", ".join(f"{value} ({label})" for value, label in field.choices.items())
    return next(words for kind, words in _KINDS if isinstance(field, kind))


def _short(licence: str) -> str:
    """Return the short name that a licence gives itself at its end, in brackets, else all of it."""
    inside = licence.rstrip(")").rpartition("(")[2] if licence.endswith(")") else ""
    return inside or licence


def _in_words(name: str) -> str:
    """Return the name of a serializer as readers write it: "Event with programme"."""
    words = "".join(f" {sign.lower()}" if sign.isupper() else sign for sign in name).strip()
    return words[:1].upper() + words[1:]
