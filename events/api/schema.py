"""How the API is described (OpenAPI 3.1): made of the views, their filters and the fields of their serializers."""

import inspect
from typing import Any

import django_filters
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from events.api.examples import example
from events.api.fields import Day, Number, Origin, Text, part
from events.api.problems import CONTENT_TYPE, TITLES
from events.api.resources import MOST, Many, One
from events.filters import MAX_LENGTH, MAX_VALUES
from events.pages import PER_PAGE

# Whose names parameters are, and what they take.
KEYS: dict[str, tuple[str, dict[str, Any]]] = {
    "code": ("The code of it: eight small letters and digits.", {"type": "string", "pattern": "^[a-z2-7]{8}$"}),
    "slug": ("The word that names it in addresses.", {"type": "string", "minLength": 1, "maxLength": 200}),
}
OF_LISTS: dict[str, tuple[str, dict[str, Any]]] = {
    "limit": (
        f"How many at once: {PER_PAGE} unless you say otherwise, {MOST} at most.",
        {"type": "integer", "minimum": 1, "maximum": MOST, "default": PER_PAGE},
    ),
    "cursor": (
        "Where to go on, as the address in `next` has it; nothing that is published meanwhile is repeated or skipped.",
        {"type": "string", "maxLength": 1000},
    ),
}
HEADERS = {
    "ETag": ("What this answer is called: send it as If-None-Match and get 304 while nothing has changed.", {200}),
    "Link": ("The next page, if there is one, and this description.", {200}),
    "RateLimit-Policy": ("How many requests an address has in how many seconds.", {200, 400, 404, 410, 429}),
    "RateLimit": ("How many are left to yours, and in how many seconds there are new ones.", {200, 400, 404, 410, 429}),
    "Retry-After": ("In how many seconds to come again.", {429, 503}),
}


class Problem(serializers.Serializer):
    """Why there is no answer, in plain words (RFC 9457)."""

    type = Text("Always about:blank: the status says what kind of problem it is.", Origin.PORTAL)
    title = Text("What kind of problem it is, in words.", Origin.PORTAL)
    status = Number("The status of the answer.", Origin.PORTAL)
    detail = Text("What is wrong with this request, in words.", Origin.PORTAL)


class Mistake(serializers.Serializer):
    """What is wrong with one parameter."""

    parameter = Text("The name of the parameter.", Origin.PORTAL)
    detail = Text("What is wrong with it.", Origin.PORTAL)


class WrongRequest(Problem):
    """What of the request is not understood: nothing is left out in silence."""

    errors = part(Mistake, "Each parameter that is not understood.", Origin.PORTAL, many=True)


class Tombstone(Problem):
    """What is left of something that was withdrawn."""

    withdrawn_on = Day("The day on which it was withdrawn.", Origin.PORTAL)
    note = Text("What the secretariat wrote for the public; “” for nothing.")


class Description(AutoSchema):
    """The description of one address; `view` is a `Resource`."""

    view: Any

    def get_operation_id(self) -> str:
        things = self.get_tags()[0]
        return f"list_{things}" if isinstance(self.view, Many) else f"get_{things.removesuffix('s')}"

    def get_summary(self) -> str:
        things = self.get_tags()[0]
        return f"List {things}" if isinstance(self.view, Many) else f"One of the {things}"

    def get_description(self) -> str:  # type: ignore[override]
        return inspect.getdoc(type(self.view)) or ""

    def _is_list_view(self, serializer: Any = None) -> bool:
        return False  # pages say what is in them by a component of their own

    def get_override_parameters(self) -> list[Any]:
        path = [
            OpenApiParameter(name, schema, OpenApiParameter.PATH, required=True, description=meaning)
            for name, (meaning, schema) in KEYS.items()
            if f"{{{name}}}" in self.path
        ]
        headers = [
            OpenApiParameter(name, str, OpenApiParameter.HEADER, response=sorted(statuses), description=meaning)
            for name, (meaning, statuses) in HEADERS.items()
        ]
        return [*path, *self._filters(), *self._of_all(), *headers]

    def _of_all(self) -> list[OpenApiParameter]:
        known = ", ".join(self.view.field_names())
        fields: dict[str, Any] = {"type": "string", "minLength": 1}
        meaning = f"Only these fields, with commas between them: {known}."
        described: dict[str, tuple[str, dict[str, Any]]] = dict(OF_LISTS) if isinstance(self.view, Many) else {}
        described["fields"] = (meaning, fields)
        return [OpenApiParameter(name, schema, description=said) for name, (said, schema) in described.items()]

    def _filters(self) -> list[OpenApiParameter]:
        return [parameter(name, one) for name, one in getattr(self.view, "filters", dict)().items()]

    def get_response_serializers(self) -> Any:
        of_view = self.view.serializer_class
        answer = page_of(of_view) if isinstance(self.view, Many) else of_view
        problems: dict[int, type[serializers.Serializer]] = {400: WrongRequest}
        problems |= {404: Problem, 410: Tombstone} if isinstance(self.view, One) else {}
        problems |= {405: Problem, 406: Problem, 429: Problem, 500: Problem, 503: Problem}
        return {
            (200, "application/json"): _response(answer, "The answer."),
            **{
                (status, CONTENT_TYPE): _response(serializer, f"{TITLES[status][0]}.", status)
                for status, serializer in problems.items()
            },
            **(
                {301: OpenApiResponse(description="It became part of another one, which is there.")}
                if problems.get(404)
                else {}
            ),
            304: OpenApiResponse(description="Nothing has changed since the answer of that ETag."),
        }


def _response(of: type[serializers.Serializer], words: str, status: int = 0) -> OpenApiResponse:
    invented = example(of())
    if status:
        invented |= {"status": status, "title": TITLES[status][0]}
        if "errors" in invented:
            invented["detail"] = invented["errors"][0]["detail"]
        elif status != 410:
            invented["detail"] = TITLES[status][1]
    return OpenApiResponse(of, description=words, examples=[OpenApiExample("Invented", value=invented)])


def parameter(name: str, one: django_filters.Filter) -> OpenApiParameter:
    """Return the description of a filter: what it is for, and what it takes where that does not change."""
    fixed = [str(value) for value, _ in one.extra.get("choices", ())]
    schema: dict[str, Any] = {"type": "string", "enum": fixed} if fixed else {"type": "string", "minLength": 1}
    if not fixed:
        schema["maxLength"] = MAX_LENGTH
    words = ", ".join(f"`{value}` ({label})" for value, label in one.extra.get("choices", ()))
    meaning = f"{one.label}: {words}." if words else f"{one.label}."
    if hasattr(one, "conjoined"):
        schema = {"type": "array", "items": schema, "maxItems": MAX_VALUES}
        meaning += " Given several times it means any of them."
        return OpenApiParameter(name, schema, explode=True, style="form", description=meaning)
    return OpenApiParameter(name, schema, description=meaning)


_pages: dict[str, type[serializers.Serializer]] = {}


def page_of(of_rows: type[serializers.Serializer]) -> type[serializers.Serializer]:
    """Return the serializer of a page of such rows."""
    name = f"PageOf{of_rows.__name__}"
    if name not in _pages:
        _pages[name] = type(
            name,
            (serializers.Serializer,),
            {
                "__doc__": "A page of a list.",
                "results": part(of_rows, "What is on this page.", Origin.DERIVED, many=True),
                "next": serializers.URLField(
                    help_text="The address of the next page; null on the last one.",
                    read_only=True,
                    allow_null=True,
                    style={"origin": Origin.PORTAL},
                ),
            },
        )
    return _pages[name]
