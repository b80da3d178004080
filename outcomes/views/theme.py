"""Themes: the vocabulary, and what stands under each."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import ListView, TemplateView

from events import structured
from events.caching import remembered
from events.pages import PER_PAGE, NumberedPages, PublicPage
from events.prepared import PreparedQuery, stand_ins
from events.ways import feed, files
from outcomes import chart
from outcomes.listed import card_columns, cards, cards_of
from outcomes.models import Outcome, OutcomeTheme, Theme
from outcomes.related import recurring
from outcomes.vocabulary import About, Facet, Vocabulary, numbers_about

NEWEST = 200  # outcomes of a theme among which dialogues and recurring takeaways are looked for
DIALOGUES = 4
BESIDE = 6  # takeaways of one thought shown side by side


def theme_cards(vocabulary: Vocabulary) -> list[dict]:
    """Return a card for each theme of the first level, with cards of its sub-themes in `inner`.

    A theme has the outcomes of its sub-themes with its own, each once.
    """
    return [
        _card(top, vocabulary) | {"inner": [_card(theme, vocabulary) for theme in vocabulary.inside(top)]}
        for top in vocabulary.inside(None)
    ]


def _card(theme: Theme, vocabulary: Vocabulary) -> dict:
    found = vocabulary.number(Facet.THEME, str(theme.pk))
    return {"theme": theme, "takeaways": found["takeaway"], "actions": found["action"], "any": any(found.values())}


class ThemeList(PublicPage, TemplateView):
    """The vocabulary on two levels, with how much there is under each theme."""

    template_name = "outcomes/theme_list.html"

    def ways_out(self):
        return files("outcomes:theme-file")

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs, cards=theme_cards(Vocabulary.now()))


def _newest_about(*, is_inner: bool) -> PreparedQuery:
    def build(theme: int) -> QuerySet:
        about = Theme(pk=theme, parent_id=theme if is_inner else None)
        return card_columns(Outcome.objects.public().newest_about(about)[:NEWEST], "search_text")

    return PreparedQuery(build, **stand_ins("theme"))


_NEWEST_ABOUT = {is_inner: _newest_about(is_inner=is_inner) for is_inner in (False, True)}


@dataclass(frozen=True)
class Overview:
    """What the newest outcomes of a theme are, which dialogues it came up in, and what these have in common."""

    first: list[dict]  # cards of the first page, and one more
    dialogues: list[dict]
    recurring: list[tuple[list[dict], int]]  # cards of one thought, and how many more there are of it

    @classmethod
    def of(cls, theme: Theme, themes: Mapping[int, Theme]) -> "Overview":
        """Return the overview of `theme`, made once a day in each process and generation, in one query."""
        name = f"outcomes.overview.{theme.pk}.{timezone.localdate()}"  # what is overdue changes with the day
        return remembered(name, lambda: cls._read(theme, themes))

    @classmethod
    def _read(cls, theme, themes):
        rows = _NEWEST_ABOUT[bool(theme.parent_id)].find(theme=theme.pk)
        of_dialogue: dict[int, dict] = {}
        for row in rows:
            of_dialogue.setdefault(row["event_id"], row)
        groups = recurring([row for row in rows if row["kind"] == "takeaway"])
        return cls(
            first=cards(rows[: PER_PAGE + 1], themes),
            dialogues=[card["event"] for card in cards(list(of_dialogue.values())[:DIALOGUES], themes)],
            recurring=[(cards(group[:BESIDE], themes), max(len(group) - BESIDE, 0)) for group in groups],
        )


def conveners(about: About) -> list[dict]:
    """Return the organisations behind most of what is `about` a theme, with how much."""
    rows = [
        {"name": one.name, "slug": one.slug, "takeaways": kinds["takeaway"], "actions": kinds["action"]}
        for one in about.organisations
        for kinds in [about.numbers[Facet.ORGANISATION][str(one.pk)]]
    ]
    return sorted(rows, key=lambda row: (-row["takeaways"] - row["actions"], row["name"]))


class ThemeDetail(NumberedPages, ListView):
    """A theme with its outcomes, those of its sub-themes included, the newest first; its first page says more."""

    template_name = "outcomes/theme_detail.html"
    parameters = ("kind",)
    kinds = {"takeaway": _("Takeaways"), "action": _("Actions")}
    overview: Overview | None = None

    def get(self, request, *args, **kwargs):
        self.vocabulary = Vocabulary.now(about=kwargs["slug"])
        found = self.vocabulary.theme(kwargs["slug"])
        if found is None:
            raise Http404
        self.theme, self.about = found, numbers_about(found)
        self.kind = request.GET.get("kind") if request.GET.get("kind") in self.kinds else ""
        if not self.kind and request.GET.get("page", "1") in ("", "1"):
            self.overview = Overview.of(self.theme, self.vocabulary.by_key)
        return super().get(request, *args, **kwargs)

    def query(self):
        return [("kind", self.kind)] if self.kind else []

    def ways_out(self):
        return [
            feed("outcomes:theme-feed", self.theme.name, self.theme.slug, query=self.query()),
            *files("outcomes:outcome-file", [("theme", self.theme.slug), *self.query()]),
        ]

    def get_queryset(self):
        return self.overview.first if self.overview else OutcomeTheme.objects.newest(self.theme, self.kind)

    def paging(self):
        kinds = self.about.totals
        known = kinds[self.kind] if self.kind else sum(kinds.values())
        return {"known": known, "fetch": None if self.overview else self.fetch}

    def fetch(self, keys: list[int]) -> list[dict]:
        """Return the cards of `keys` in their order; what is no longer public is left out."""
        return cards_of(keys, self.vocabulary.by_key)

    def get_context_data(self, **kwargs):
        theme, overview, numbers = self.theme, self.overview, self.about.totals
        above = self.vocabulary.by_key.get(theme.parent_id or 0)
        trail = [(gettext("Themes"), reverse("outcomes:theme-list"))]
        trail += [(above.name, above.get_absolute_url())] if above else []
        kinds = [("", _("All"), sum(numbers.values()))]
        kinds += [(kind, label, numbers[kind]) for kind, label in self.kinds.items()]
        return super().get_context_data(
            **kwargs,
            theme=theme,
            trail=trail,
            kind=self.kind,
            kinds=kinds,
            takeaways=numbers["takeaway"],
            actions=numbers["action"],
            inner=[_card(one, self.vocabulary) for one in self.vocabulary.inside(theme)],
            overview=overview,
            chart=chart.by_year(self.about.numbers[Facet.YEAR]) if overview else None,
            organisations=conveners(self.about) if overview else [],
            ways_on=[{"label": gettext("All themes"), "href": reverse("outcomes:theme-list")}],
            structured=structured.graph(structured.breadcrumbs([*trail, (theme.name, theme.get_absolute_url())])),
        )
