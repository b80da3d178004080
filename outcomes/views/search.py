"""The search of the whole site."""

from urllib.parse import urlencode

from django.shortcuts import redirect
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext, gettext_lazy
from django.views.generic import TemplateView

from events.pages import COUNT_TO, NumberedPages
from outcomes.search import Found, cleaned, straight_to

# Type → what it is called, and how many of it the page of all types shows.
TYPES = {
    "outcomes": (gettext_lazy("Outcomes"), 5),
    "events": (gettext_lazy("Events"), 3),
    "themes": (gettext_lazy("Themes"), 5),
    "reports": (gettext_lazy("Reports"), 3),
}

GLANCED_AT = 100  # hits of each type that are counted where all types stand side by side


class Search(NumberedPages, TemplateView):
    """The best few of each type, or all of one type in pages; a reference leads straight to what it names."""

    template_name = "outcomes/search.html"
    parameters = ("q", "type")

    def get(self, request, *args, **kwargs):
        self.words = cleaned(request.GET.get("q", ""))
        self.type = request.GET.get("type") if request.GET.get("type") in TYPES else ""
        if self.words and not self.type and (address := straight_to(self.words)):
            return redirect(address)
        if self.words and self.type == "outcomes":
            return redirect(self.address("outcomes"))
        return super().get(request, *args, **kwargs)

    def query(self):
        return [pair for pair in (("q", self.words), ("type", self.type)) if pair[1]]

    def address(self, name: str = "") -> str:
        """Return where all hits of a type are listed: outcomes where they can be filtered, the others here."""
        if name == "outcomes":
            return f"{reverse('outcomes:outcome-list')}?{urlencode({'q': self.words})}"
        query = {"q": self.words} | ({"type": name} if name else {})
        return f"{reverse('outcomes:search')}?{urlencode(query)}"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs, words=self.words, type=self.type)
        if not self.words:
            return context
        found = Found(self.words, count_to=COUNT_TO if self.type else GLANCED_AT)
        total = in_words(found.total, most=found.count_to if any(map(found.is_capped, TYPES)) else None)
        context |= {"found": found, "total": total, "facets": [self.facet(found, name) for name in TYPES]}
        if not found.total:
            context["ways_on"] = self.ways_on(found)
        elif self.type:
            context |= self.of_one_type(found)
        else:
            context["groups"] = [
                facet | {"rows": found.first(facet["name"], facet["shown"])}
                for facet in context["facets"]
                if facet["number"]
            ]
        return context

    def facet(self, found: Found, name: str) -> dict:
        """Return a type with its label, how many hits it has, as a number and in words, and where they are listed."""
        label, shown = TYPES[name]
        number = found.count(name)
        total = in_words(number, most=found.count_to if found.is_capped(name) else None)
        facet = {"name": name, "label": label, "number": number, "total": total, "href": self.address(name)}
        more = {"shown": shown, "is_current": name == self.type, "has_more": number > shown}
        return facet | more | {"reach": found.reach(name)}

    def of_one_type(self, found: Found) -> dict:
        """Return a page of the hits of the type asked for."""
        paging = {"known": found.reach(self.type)}
        page = self.paginator_class(found.best(self.type), **paging).page(self.request.GET.get("page") or 1)
        facet = self.facet(found, self.type)
        return {"page_obj": page, "current": facet, "is_partial": found.is_partial(self.type)}

    def ways_on(self, found: Found) -> list[dict]:
        """Return links out of a search that found nothing: nearby words, one word alone, the lists."""
        here = reverse("outcomes:search")
        links = [
            {"label": gettext("Did you mean “%s”?") % words, "href": f"{here}?{urlencode({'q': words})}"}
            for words in found.suggestions()
        ]
        each = self.words.split()
        if 1 < len(each) <= 5:
            links += [
                {"label": gettext("Search for “%s” alone") % word, "href": f"{here}?{urlencode({'q': word})}"}
                for word in dict.fromkeys(each)
            ]
        return [
            *links,
            {"label": gettext("All outcomes"), "href": reverse("outcomes:outcome-list")},
            {"label": gettext("All events"), "href": reverse("events:event-list")},
            {"label": gettext("All themes"), "href": reverse("outcomes:theme-list")},
        ]


def in_words(number: int, *, most: int | None) -> str:
    """Return a number of hits as readers see it: "87", or "1,000+" where counting stopped at `most`."""
    return (
        number_format(number, force_grouping=True) if most is None else f"{number_format(most, force_grouping=True)}+"
    )
