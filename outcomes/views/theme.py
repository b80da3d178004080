"""Themes: the vocabulary, and what stands under each."""

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext
from django.views.generic import ListView, TemplateView

from events.pages import NumberedPages, PublicPage
from outcomes.models import Outcome, OutcomeTheme, Theme


def theme_cards(*, inner: bool = False) -> list[dict]:
    """Return a card for each theme of the first level; with `inner` also cards of their sub-themes.

    A theme counts the outcomes of its sub-themes with its own, each once.
    """
    themes, tags = list(Theme.objects.public()), OutcomeTheme.objects.public()
    numbers = tags.tally_with_inner()
    of_inner = tags.tally() if inner else {}
    return [
        _card(top, numbers) | {"inner": [_card(theme, of_inner) for theme in themes if theme.parent_id == top.pk]}
        for top in themes
        if not top.parent_id
    ]


def _card(theme: Theme, numbers: dict) -> dict:
    found = numbers.get(theme.pk, {})
    return {"theme": theme, "takeaways": found.get("takeaway", 0), "actions": found.get("action", 0)}


class ThemeList(PublicPage, TemplateView):
    """The vocabulary on two levels, with how much there is under each theme."""

    template_name = "outcomes/theme_list.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs, cards=theme_cards(inner=True))


class ThemeDetail(NumberedPages, ListView):
    """A theme with its outcomes, those of its sub-themes included, the newest first."""

    template_name = "outcomes/theme_detail.html"
    kinds = {"takeaway": "Takeaways", "action": "Actions"}

    def get(self, request, *args, **kwargs):
        themes = list(Theme.objects.public().select_related("parent"))
        self.theme = next((theme for theme in themes if theme.slug == kwargs["slug"]), None)
        if self.theme is None:
            raise Http404
        self.inner = [theme for theme in themes if theme.parent_id == self.theme.pk]
        self.kind = request.GET.get("kind") if request.GET.get("kind") in self.kinds else ""
        return super().get(request, *args, **kwargs)

    def query(self):
        return [("kind", self.kind)] if self.kind else []

    def get_queryset(self):
        outcomes = Outcome.objects.public().for_cards()
        if self.kind:
            outcomes = outcomes.filter(kind=self.kind)
        if self.inner:
            return outcomes.about([self.theme.pk, *(theme.pk for theme in self.inner)]).newest()
        return outcomes.newest_about(self.theme)

    def get_context_data(self, **kwargs):
        parent = self.theme.parent
        above = [(parent.name, parent.get_absolute_url())] if parent else []
        return super().get_context_data(
            **kwargs,
            theme=self.theme,
            trail=[(gettext("Themes"), reverse("outcomes:theme-list")), *above],
            inner=self.inner,
            kind=self.kind,
            kinds=[("", "All"), *self.kinds.items()],
            ways_on=[{"label": gettext("All themes"), "href": reverse("outcomes:theme-list")}],
        )
