"""Themes: the vocabulary, and what stands under each."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import BigIntegerField, Case, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import Cast
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import ListView, TemplateView

from events import structured
from events.caching import remembered
from events.pages import PER_PAGE, NumberedPages, PublicPage
from outcomes import chart
from outcomes.listed import card_columns, cards, cards_of, vocabulary
from outcomes.models import Outcome, OutcomeCount, OutcomeTheme, Theme
from outcomes.related import recurring
from participants.models import Organisation

NEWEST = 200  # outcomes of a theme among which dialogues and recurring takeaways are looked for
DIALOGUES, CONVENERS = 4, 6

Facet = OutcomeCount.Facet


def numbers_by_theme() -> dict[str, Counter]:
    """Return {key of a theme: {kind: number}}; a theme has the outcomes of its sub-themes with its own, each once."""

    def read():
        numbers: dict[str, Counter] = defaultdict(Counter)
        rows = OutcomeCount.objects.filter(theme=None, facet=Facet.THEME, number__gt=0)
        for theme, kind, number in rows.values_list("value", "kind", "number"):
            numbers[theme][kind] = number
        return numbers

    return remembered("outcomes.numbers_by_theme", read)


def theme_cards(themes: Mapping[int, Theme]) -> list[dict]:
    """Return a card for each of `themes` that is of the first level, with cards of its sub-themes in `inner`."""
    inner, numbers = defaultdict(list), numbers_by_theme()
    for theme in themes.values():
        inner[theme.parent_id].append(_card(theme, numbers))
    return [card | {"inner": inner[card["theme"].pk]} for card in inner[None]]


def _card(theme: Theme, numbers: dict[str, Counter]) -> dict:
    found = numbers.get(str(theme.pk), Counter())
    return {"theme": theme, "takeaways": found["takeaway"], "actions": found["action"], "any": any(found.values())}


class ThemeList(PublicPage, TemplateView):
    """The vocabulary on two levels, with how much there is under each theme."""

    template_name = "outcomes/theme_list.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs, cards=theme_cards(vocabulary()))


@dataclass(frozen=True)
class Numbers:
    """What is kept of a theme: totals by kind, by year, of its sub-themes, and who convened most of it."""

    kinds: Counter
    years: dict[str, Counter]
    inner: dict[str, Counter]
    organisations: list[dict]

    @classmethod
    def of(cls, theme: Theme, inner: list[Theme]) -> "Numbers":
        """Return the numbers of `theme`, read once in each process and generation, in one query."""
        return remembered(f"outcomes.theme.{theme.pk}", lambda: cls._read(theme, inner))

    @classmethod
    def _read(cls, theme, inner):
        kept = OutcomeCount.objects.filter(number__gt=0)
        of_organisations = kept.filter(theme=theme, facet=Facet.ORGANISATION).order_by()
        most = of_organisations.values("value").annotate(all=Sum("number")).order_by("-all", "value")
        wanted = Q(theme=theme, facet__in=[Facet.TOTAL, Facet.YEAR])
        wanted |= Q(theme=theme, facet=Facet.ORGANISATION, value__in=Subquery(most.values("value")[:CONVENERS]))
        wanted |= Q(theme=None, facet=Facet.THEME, value__in=[str(one.pk) for one in inner])
        key = Case(When(facet=Facet.ORGANISATION, then=Cast("value", BigIntegerField())))
        named = Organisation.objects.filter(pk=OuterRef("key"))
        rows = (
            kept.filter(wanted)
            .annotate(key=key)
            .annotate(name=Subquery(named.values("name")), slug=Subquery(named.values("slug")))
        )
        found: dict[str, dict[str, Counter]] = defaultdict(lambda: defaultdict(Counter))
        names = {}
        for facet, value, kind, number, name, slug in rows.values_list(
            "facet", "value", "kind", "number", "name", "slug"
        ):
            found[facet][value][kind] = number
            if facet == Facet.ORGANISATION:  # a theme's key and a year may be the same word as an organisation's key
                names[value] = {"name": name, "slug": slug}
        organisations = [
            names[value] | {"takeaways": kinds["takeaway"], "actions": kinds["action"]}
            for value, kinds in found[Facet.ORGANISATION].items()
            if names[value]["name"]
        ]
        organisations.sort(key=lambda row: (-row["takeaways"] - row["actions"], row["name"]))
        return cls(found[Facet.TOTAL][""], found[Facet.YEAR], found[Facet.THEME], organisations)


@dataclass(frozen=True)
class Overview:
    """What the newest outcomes of a theme are, which dialogues it came up in, and what these have in common."""

    first: list[dict]  # cards of the first page, and one more
    dialogues: list[dict]
    recurring: list[list[dict]]

    @classmethod
    def of(cls, theme: Theme, themes: Mapping[int, Theme]) -> "Overview":
        """Return the overview of `theme`, made once a day in each process and generation, in one query."""
        name = f"outcomes.overview.{theme.pk}.{timezone.localdate()}"  # what is overdue changes with the day
        return remembered(name, lambda: cls._read(theme, themes))

    @classmethod
    def _read(cls, theme, themes):
        newest = Outcome.objects.public().newest_about(theme)[:NEWEST]
        rows = cards(card_columns(newest, "search_text"), themes)
        dialogues = {row["event"]["slug"]: row["event"] for row in rows}
        return cls(
            first=rows[: PER_PAGE + 1],
            dialogues=list(dialogues.values())[:DIALOGUES],
            recurring=recurring([row for row in rows if row["kind"] == "takeaway"]),
        )


class ThemeDetail(NumberedPages, ListView):
    """A theme with its outcomes, those of its sub-themes included, the newest first; its first page says more."""

    template_name = "outcomes/theme_detail.html"
    parameters = ("kind",)
    kinds = {"takeaway": _("Takeaways"), "action": _("Actions")}
    overview: Overview | None = None

    def get(self, request, *args, **kwargs):
        self.themes = vocabulary()
        self.theme = next((theme for theme in self.themes.values() if theme.slug == kwargs["slug"]), None)
        if self.theme is None:
            raise Http404
        self.inner = [theme for theme in self.themes.values() if theme.parent_id == self.theme.pk]
        self.numbers = Numbers.of(self.theme, self.inner)
        self.kind = request.GET.get("kind") if request.GET.get("kind") in self.kinds else ""
        if not self.kind and request.GET.get("page", "1") in ("", "1"):
            self.overview = Overview.of(self.theme, self.themes)
        return super().get(request, *args, **kwargs)

    def query(self):
        return [("kind", self.kind)] if self.kind else []

    def get_queryset(self):
        return self.overview.first if self.overview else OutcomeTheme.objects.newest(self.theme, self.kind)

    def paging(self):
        kinds = self.numbers.kinds
        known = kinds[self.kind] if self.kind else sum(kinds.values())
        return {"known": known, "fetch": None if self.overview else self.fetch}

    def fetch(self, keys: list[int]) -> list[dict]:
        """Return the cards of `keys` in their order; what is no longer public is left out."""
        return cards_of(keys, self.themes)

    def get_context_data(self, **kwargs):
        theme, numbers, overview = self.theme, self.numbers, self.overview
        above = self.themes.get(theme.parent_id)
        trail = [(gettext("Themes"), reverse("outcomes:theme-list"))]
        trail += [(above.name, above.get_absolute_url())] if above else []
        kinds = [("", _("All"), sum(numbers.kinds.values()))]
        kinds += [(kind, label, numbers.kinds[kind]) for kind, label in self.kinds.items()]
        return super().get_context_data(
            **kwargs,
            theme=theme,
            trail=trail,
            kind=self.kind,
            kinds=kinds,
            takeaways=numbers.kinds["takeaway"],
            actions=numbers.kinds["action"],
            inner=[_card(one, numbers.inner) for one in self.inner],
            overview=overview,
            chart=chart.by_year(numbers.years) if overview else None,
            organisations=numbers.organisations,
            ways_on=[{"label": gettext("All themes"), "href": reverse("outcomes:theme-list")}],
            structured=structured.graph(structured.breadcrumbs([*trail, (theme.name, theme.get_absolute_url())])),
        )
