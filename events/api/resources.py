"""What every address of the API does: it counts, checks what is asked for, and answers from what is kept if it can."""

import json
from collections.abc import Callable, Iterable
from functools import cache, cached_property, partial
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.views import APIView

from events.addresses import address
from events.api import limits
from events.api.cursors import Place, cursor, place_of
from events.api.problems import Refused, Wrong, open_to_all
from events.caching import kept
from events.filters import MAX_LENGTH, MAX_VALUES, PublicFilter
from events.pages import PER_PAGE
from participants.text import FORBIDDEN

MOST = 100  # rows of a page
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
Row = dict[str, Any]


def site(path: str) -> str:
    """Return the whole address of a page or file of this site; one that is whole already stays as it is."""
    return f"{settings.SITE_URL}{path}" if path.startswith("/") else path


def page_address(name: str, key: str, *more: str) -> str:
    """Return the whole address of a page with a code or a slug in it."""
    return f"{settings.SITE_URL}{address(name, key, *more)}"


class Resource(APIView):
    """An address of the API that anybody may read."""

    serializer_class: ClassVar[type[serializers.Serializer]]
    parameters: ClassVar[tuple[str, ...]] = ("fields",)  # those that may be given once
    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    renderer_classes = (JSONRenderer,)
    parser_classes = ()
    http_method_names = ["get", "head", "options"]

    def dispatch(self, request: HttpRequest, *args, **kwargs):
        """Answer from what is kept, or make the answer; every answer may be read by pages of other sites."""
        left: dict[str, str] = {}
        try:
            left = {} if request.method == "OPTIONS" else limits.take(request)
            response = self._answer(request, args, kwargs)
        except Refused as refused:
            response = refused.answer()
        for name, value in left.items():
            response.headers[name] = value
        links = [response.headers.get("Link", ""), _described_by()]
        response.headers["Link"] = ", ".join(filter(None, links))
        return open_to_all(response)

    def _answer(self, request, args, kwargs):
        if request.method == "OPTIONS":
            return self.preflight()
        if request.method not in SAFE_METHODS:
            raise Refused(405, headers={"Allow": ", ".join(SAFE_METHODS)})
        _check_accept(request.headers.get("Accept", ""))
        self.check(request)
        respond: Any = partial(super().dispatch, request, *args, **kwargs)
        return kept(request, self.reads(), respond)

    def preflight(self) -> HttpResponse:
        """Tell a browser what a page of another site may ask."""
        return HttpResponse(
            status=204,
            headers={
                "Allow": ", ".join(SAFE_METHODS),
                "Access-Control-Allow-Methods": ", ".join(SAFE_METHODS),
                "Access-Control-Allow-Headers": "Accept, Accept-Language, Content-Type, If-None-Match",
                "Access-Control-Max-Age": "86400",
            },
        )

    @classmethod
    def reads(cls) -> tuple[str, ...]:
        """Return the names of the parameters that this address knows."""
        return cls.parameters

    @classmethod
    def repeatable(cls) -> frozenset[str]:
        """Return the names of parameters that may stand there several times."""
        return frozenset()

    @classmethod
    def field_names(cls) -> list[str]:
        """Return what `fields` may name."""
        return list(cls.serializer_class().fields)

    def check(self, request: HttpRequest) -> None:
        """Raise Refused for parameters that are not known here, or that no value of could be."""
        known, wrong = self.reads(), []
        for name, values in request.GET.lists():
            if name not in known:
                wrong.append(Wrong(_shown(name), f"“{_shown(name)}” is not known here. Known are: {_listed(known)}."))
            elif len(values) > (MAX_VALUES if name in self.repeatable() else 1):
                wrong.append(Wrong(name, f"“{name}” stands there too often."))
            elif any(not value.strip() for value in values):
                wrong.append(Wrong(name, f"“{name}” is empty: leave it out, or give it a value."))
            elif any(FORBIDDEN.search(value) for value in values):
                wrong.append(Wrong(name, f"“{name}” holds characters that no text has."))
            elif name not in ("cursor", "fields") and any(len(value) > MAX_LENGTH for value in values):
                wrong.append(Wrong(name, f"“{name}” is longer than {MAX_LENGTH} characters."))
        if wrong:
            raise Refused.because(wrong)

    @cached_property
    def only(self) -> list[str] | None:
        """The fields asked for; None for all of them."""
        asked = self.request.GET.get("fields")
        if asked is None:
            return None
        names = [name.strip() for name in asked.split(",")]
        known = self.field_names()
        if unknown := [name for name in names if name not in known]:
            unknown_ones = _listed(map(_shown, unknown))
            detail = f"There is no field {unknown_ones}. Known are: {_listed(known)}."
            raise Refused.because([Wrong("fields", detail)])
        return [name for name in known if name in names]

    def narrowed(self, row: Row) -> Row:
        """Return a row with the fields asked for alone."""
        return row if self.only is None else {name: row[name] for name in self.only}


class One(Resource):
    """One thing, by its code or slug; what was withdrawn says when (410), as its page does."""

    def get(self, request, **kwargs):
        """Answer with it, or as its page does where it is not there (any more)."""
        self.only  # noqa: B018 (refused before anything is asked of the database)
        row = self.find(**kwargs)
        return json_answer(self.narrowed(row)) if row is not None else self.missing(**kwargs)

    def find(self, **kwargs) -> Row | None:
        """Return it, if it is public."""
        raise NotImplementedError

    def missing(self, **kwargs) -> HttpResponse:
        """Answer for what is not public: nothing, unless it was once."""
        raise Http404


def withdrawn(at: Any, note: str = "") -> Refused:
    """Return the refusal that tells what a tombstone does: the day, the public note, nothing else."""
    return Refused(410, withdrawn_on=f"{at:%Y-%m-%d}", note=note)


class Many(Resource):
    """A list in pages; the next one begins where a cursor says."""

    parameters = ("limit", "cursor", "fields")
    filterset_class: ClassVar[type[PublicFilter] | None] = None
    without: ClassVar[tuple[str, ...]] = ()  # filters of the page that mean nothing here

    @classmethod
    def filters(cls) -> dict[str, Any]:
        """Return the filters of this list by name: those of the page."""
        known = cls.filterset_class.base_filters if cls.filterset_class else {}
        return {name: one for name, one in known.items() if name not in cls.without}

    @classmethod
    def reads(cls):
        return (*cls.filters(), *cls.parameters)

    @classmethod
    def repeatable(cls):
        return frozenset(name for name, one in cls.filters().items() if hasattr(one, "conjoined"))

    def get(self, request):
        """Answer with a page, and where the next one is."""
        limit, after = self._limit(), self._after()
        self.only  # noqa: B018 (refused before anything is asked of the database)
        rows, more = self.read(after, limit)
        onward = self._onward(rows[-1]) if more and rows else None
        response = json_answer({"results": [self.narrowed(row) for row in rows], "next": onward})
        if onward:
            response.headers["Link"] = f'<{onward}>; rel="next"'
        return response

    def read(self, after: Place | None, number: int) -> tuple[list[Row], bool]:
        """Return at most `number` rows behind a place, and whether more follow."""
        raise NotImplementedError

    def place(self, row: Row) -> Place:
        """Return what is remembered of a row to go on behind it."""
        raise NotImplementedError

    @property
    def order(self) -> str:
        """The order in force, by its name."""
        return ""

    @cached_property
    def filterset(self) -> Any:
        """What the list is narrowed by, as on the page; raises Refused for values that it leaves out."""
        found: Any = self.filterset_class and self.filterset_class(self.request.GET)
        wrong = [
            self._not_a_choice(name, value)
            for name in self.filters()
            if "choices" in found.filters[name].extra
            for value in self.request.GET.getlist(name)
            if value.strip() not in dict(found.options(name))
        ]
        wrong = wrong or [Wrong(name, f"The value of “{name}” is not understood.") for name in found.form.errors]
        if wrong:
            raise Refused.because(wrong)
        return found

    def _not_a_choice(self, name: str, value: str) -> Wrong:
        fixed = self.filterset_class.base_filters[name].extra.get("choices", ())  # type: ignore[union-attr]
        choices = f" It may be: {_listed(str(value) for value, _ in fixed)}." if fixed else ""
        return Wrong(name, f"“{_shown(value)}” is no value of “{name}”.{choices}")

    def _limit(self) -> int:
        asked = self.request.GET.get("limit", str(PER_PAGE))
        if asked.isascii() and asked.isdigit() and 1 <= int(asked) <= MOST:
            return int(asked)
        raise Refused.because([Wrong("limit", f"“limit” is a whole number from 1 to {MOST}.")])

    def _after(self) -> Place | None:
        word = self.request.GET.get("cursor")
        return None if word is None else place_of(self._cursor_name, word)

    @property
    def _cursor_name(self) -> str:
        return f"{type(self).__name__}.{self.order}"

    def _onward(self, last: Row) -> str:
        names = (name for name in self.reads() if name != "cursor")
        asked = [(name, value.strip()) for name in names for value in self.request.GET.getlist(name)]
        query = urlencode([*asked, ("cursor", cursor(self._cursor_name, self.place(last)))])
        return f"{settings.SITE_URL}{self.request.path}?{query}"


def json_answer(data: Any) -> HttpResponse:
    """Return `data` as JSON; dates and moments as ISO 8601 has them."""
    return HttpResponse(as_text(data), content_type="application/json")


def as_text(data: Any) -> str:
    """Return `data` as JSON."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=_as_text)


def _as_text(value: Any) -> str:
    text = value.isoformat()  # a date or a moment; nothing else is in a row
    return f"{text.removesuffix('+00:00')}Z" if text.endswith("+00:00") else text


def keyed(keys: list[int], number: int, tell: Callable[[list[int]], list[Row]]) -> tuple[list[Row], bool]:
    """Return the rows of the first `number` of `keys`, and whether there are more."""
    return tell(keys[:number]), len(keys) > number


@cache
def _described_by() -> str:
    return f'<{reverse("api:schema")}>; rel="service-desc"'


def _check_accept(accept: str) -> None:
    if not accept or "*/*" in accept or "application/json" in accept or "application/*" in accept:
        return
    raise Refused(406)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


def _shown(text: str) -> str:
    """Return what somebody sent, short and without what no text has, to be said back."""
    return FORBIDDEN.sub("�", text)[:60]
