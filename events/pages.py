"""What the public list pages share: numbered pages that cost the same at any size, and one address for each page."""

from functools import partial
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import EmptyPage, InvalidPage, Page, Paginator
from django.http import QueryDict
from django.shortcuts import redirect
from django.utils.encoding import escape_uri_path
from django.utils.formats import number_format
from django.utils.functional import cached_property

from events.caching import kept
from events.ways import Way

PER_PAGE = 20
COUNT_TO = 1_000  # above this a total reads "1,000+": counting a million rows for each reader is dear
DEPTH = 10_000  # rows that people may page through; further down, years and filters lead there quicker


class DeepPage(Page):
    """A page of a `DeepPaginator`; it knows whether rows follow without knowing how many there are."""

    def __init__(self, object_list, number, paginator, *, followed: bool):
        super().__init__(object_list, number, paginator)
        self.followed = followed

    def has_next(self):
        return self.followed and self.number < self.paginator.num_pages

    def has_other_pages(self):
        return self.number > 1 or self.has_next()

    def end_index(self):
        return self.start_index() + len(self.object_list) - 1 if self.object_list else 0

    @property
    def is_deepest(self) -> bool:
        """Whether more rows follow but no more pages."""
        return self.followed and not self.has_next()

    @property
    def numbers(self) -> list:
        """Page numbers to show, with `paginator.ELLIPSIS` for gaps; an open end where the total is not known."""
        if not self.paginator.is_capped:
            return list(self.paginator.get_elided_page_range(self.number, on_each_side=1, on_ends=1))
        near = [n for n in (self.number - 1, self.number, self.number + 1) if n >= 1]
        if not self.has_next():
            near.remove(self.number + 1)
        gap = self.paginator.ELLIPSIS
        start = [] if near[0] == 1 else [1] if near[0] == 2 else [1, gap]
        return [*start, *near, *([gap] if self.has_next() else [])]


class DeepPaginator(Paginator):
    """Pages of a QuerySet without counting it: at most `COUNT_TO` rows are, where the total is not known already.

    `object_list`  the rows in their order, or their keys, which `fetch` turns into rows
    `known`        how many there are, if somebody keeps count; `COUNT_TO` + 1 stands for "more than that"
    `reach`        how many rows deep people may page
    """

    def __init__(self, object_list, per_page=PER_PAGE, *, known=None, fetch=None, reach=DEPTH, **kwargs):
        super().__init__(object_list, per_page, **kwargs)
        self.known, self.fetch, self.reach = known, fetch, reach

    @cached_property
    def _counted(self) -> int:
        return self.object_list.order_by()[: COUNT_TO + 1].count()

    @property
    def is_capped(self) -> bool:
        """Whether there are more rows than were counted."""
        return self.known is None and self._counted > COUNT_TO

    @cached_property
    def count(self):
        """How many rows pages reach."""
        return min(self.reach, DEPTH if self.is_capped else self._counted if self.known is None else self.known)

    @property
    def total(self) -> str:
        """The total in words for readers: "87" or "1,000+"."""
        if self.is_capped:
            return f"{number_format(COUNT_TO, force_grouping=True)}+"
        return number_format(self._counted if self.known is None else self.known, force_grouping=True)

    def page(self, number):
        """Return that page; raises InvalidPage for what is no number, below one or past the last row."""
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        found = list(self.object_list[start : start + self.per_page + 1])
        if not found and number > 1:
            raise EmptyPage("That page contains no results")
        rows = found[: self.per_page]
        return DeepPage(self.fetch(rows) if self.fetch else rows, number, self, followed=len(found) > self.per_page)


class PublicPage:
    """A view anyone may see: it knows its one address, and asks neither who is there nor for a session.

    The page is kept whole (`events.caching`) under its path and the parameters it reads, the only ones it gets to see.
    """

    parameters: tuple[str, ...] = ()

    def reads(self) -> tuple[str, ...]:
        """Return the names of the parameters that this page depends on."""
        return self.parameters

    def dispatch(self, request, *args, **kwargs):
        names, asked = self.reads(), QueryDict(mutable=True)
        for name in names:
            if name in request.GET:
                asked.setlist(name, request.GET.getlist(name))
        request.GET = asked
        return kept(request, names, partial(super().dispatch, request, *args, **kwargs))

    def canonical(self) -> str:
        """Return the address to cite, on the site's own host."""
        return settings.SITE_URL + escape_uri_path(self.request.path)

    def ways_out(self) -> list[Way]:
        """Return the feeds, calendars and files in which there is the same as on this page."""
        return []

    def get_context_data(self, **kwargs):
        return super().get_context_data(**{"canonical": self.canonical(), "ways_out": self.ways_out(), **kwargs})


class NumberedPages(PublicPage):
    """A list in numbered pages; a page that is not there (any more) leads to the first, filters kept."""

    filterset_class: type | None = None
    paginate_by = PER_PAGE
    paginator_class = DeepPaginator

    def reads(self):
        return (*self.parameters, "page", *getattr(self.filterset_class, "base_filters", ()))

    def query(self) -> list[tuple[str, str]]:
        """Return the parameters that name this list, in a fixed order, without the page."""
        return []

    def querystring(self) -> str:
        """Return the address up to where another parameter goes: "?" or "?theme=norms&"."""
        query = urlencode(self.query())
        return f"?{query}&" if query else "?"

    def canonical(self):
        number = self.request.GET.get("page", "1")
        query = self.query() + ([("page", number)] if number.isdecimal() and number != "1" else [])
        return super().canonical() + (f"?{urlencode(query)}" if query else "")

    def paging(self) -> dict:
        """Return what the paginator should know beside the rows: `known`, `fetch`, `reach`."""
        return {}

    def paginate_queryset(self, queryset, page_size):
        paginator = self.get_paginator(queryset, page_size, **self.paging())
        page = paginator.page(self.request.GET.get("page") or 1)
        return paginator, page, page.object_list, page.has_other_pages()

    def get(self, request, *args, **kwargs):
        try:
            return super().get(request, *args, **kwargs)
        except InvalidPage:
            query = urlencode(self.query())
            return redirect(escape_uri_path(request.path) + (f"?{query}" if query else ""))

    def get_context_data(self, **kwargs):
        return super().get_context_data(**{"querystring": self.querystring(), **kwargs})
