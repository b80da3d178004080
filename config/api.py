"""The API: what each app has to say to programs, under one version, with its own description."""

import json
from functools import cache
from typing import Any

from django.http import Http404, HttpResponse, HttpResponsePermanentRedirect
from django.urls import Resolver404, include, path, resolve, reverse
from drf_spectacular.generators import SchemaGenerator

from events.api import urls as of_events
from events.api.resources import Resource, json_answer, site
from outcomes.api import urls as of_outcomes

RESOURCES = ("events", "sessions", "outcomes", "actions", "themes", "organisations", "reports")


class Root(Resource):
    """Where everything is."""

    schema = None
    parameters = ()

    def get(self, request):
        """Answer with the address of each list."""
        lists = {name: site(reverse(f"api:{name.removesuffix('s')}-list")) for name in RESOURCES}
        about = {"description": "api:schema", "documentation": "api-docs", "dictionary": "api-dictionary"}
        return json_answer(lists | {name: site(reverse(view)) for name, view in about.items()})


class Schema(Resource):
    """The description of the API, for programs that read such."""

    schema = None
    parameters = ()

    def get(self, request):
        """Answer with it: OpenAPI 3.1 as JSON."""
        return HttpResponse(description_text(), content_type="application/vnd.oai.openapi+json;version=3.1")


class Nowhere(Resource):
    """Whatever else is asked for here: a problem in plain words instead of a page."""

    schema = None
    parameters = ()

    def check(self, request):
        """Send who left out the slash at the end to where they meant."""

    def get(self, request, rest):
        """Answer that there is nothing, or where it is."""
        if not rest.endswith("/") and rest:
            try:
                found = resolve(f"{request.path_info}/")
            except Resolver404:
                raise Http404 from None
            if found.view_name != "api:nowhere":
                return HttpResponsePermanentRedirect(request._request.get_full_path(force_append_slash=True))
        raise Http404


def views() -> list[type[Resource]]:
    """Return the views that are described, in the order in which people read of them."""
    patterns: dict[Any, Any] = {one.name: one for one in (*of_events.urlpatterns, *of_outcomes.urlpatterns)}
    names = [f"{thing.removesuffix('s')}-{what}" for thing in RESOURCES for what in ("list", "detail")]
    return [patterns[name].callback.cls for name in names]


def description() -> dict:
    """Return the description of the API as OpenAPI has it."""
    return SchemaGenerator().get_schema(request=None, public=True)


@cache
def description_text() -> str:
    return json.dumps(description(), ensure_ascii=False, separators=(",", ":"))


app_name = "api"
urlpatterns = [
    path(
        "v1/",
        include(
            [
                path("", Root.as_view(), name="root"),
                *of_events.urlpatterns,
                *of_outcomes.urlpatterns,
                path("schema/", Schema.as_view(), name="schema"),
            ]
        ),
    ),
    path("<path:rest>", Nowhere.as_view(), name="nowhere"),
]
