"""What the public list pages share: numbered pages that cost the same at any size, and one address for each page."""

from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import EmptyPage, InvalidPage, Page, Paginator
from django.shortcuts import redirect
from django.utils.encoding import escape_uri_path
from django.utils.formats import number_format
from django.utils.functional import cached_property

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
    """Pages of a QuerySet in two queries: a count that stops at `COUNT_TO`, and the rows of the page."""

    def __init__(self, object_list, per_page=PER_PAGE, **kwargs):
        super().__init__(object_list, per_page, **kwargs)

    @cached_property
    def _counted(self) -> int:
        return self.object_list.order_by()[: COUNT_TO + 1].count()

    @property
    def is_capped(self) -> bool:
        """Whether there are more rows than were counted."""
        return self._counted > COUNT_TO

    @cached_property
    def count(self):
        """How many rows pages reach: all of them, or DEPTH when counting stopped."""
        return DEPTH if self.is_capped else self._counted

    @property
    def total(self) -> str:
        """The total in words for readers: "87" or "1,000+"."""
        return f"{number_format(COUNT_TO, force_grouping=True)}+" if self.is_capped else number_format(self._counted)

    def page(self, number):
        """Return that page; raises InvalidPage for what is no number, below one or past the last row."""
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        rows = list(self.object_list[start : start + self.per_page + 1])
        if not rows and number > 1:
            raise EmptyPage("That page contains no results")
        return DeepPage(rows[: self.per_page], number, self, followed=len(rows) > self.per_page)


class PublicPage:
    """A view anyone may see: it knows its one address, and asks neither who is there nor for a session."""

    def canonical(self) -> str:
        """Return the address to cite, on the site's own host."""
        return settings.SITE_URL + escape_uri_path(self.request.path)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**{"canonical": self.canonical(), **kwargs})


class NumberedPages(PublicPage):
    """A list in numbered pages; a page that is not there (any more) leads to the first, filters kept."""

    paginate_by = PER_PAGE
    paginator_class = DeepPaginator

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

    def paginate_queryset(self, queryset, page_size):
        paginator = self.get_paginator(queryset, page_size)
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
