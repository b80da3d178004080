"""What anyone may read. Every view starts at `public()`; none asks who is there."""

import datetime as dt

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext
from django.views.generic import DetailView, ListView, TemplateView
from django_filters.views import FilterView

from events import attribution
from events.models import Event, Participation
from events.pages import NumberedPages, PublicPage
from events.views import gone
from outcomes.filters import OutcomeFilter
from outcomes.models import ActionUpdate, Outcome, OutcomeTheme, Theme
from participants.files import StoredFile


class Home(PublicPage, TemplateView):
    """What this is, the latest outcomes, the themes, and the dialogues to come and held lately."""

    template_name = "home.html"

    def get_context_data(self, **kwargs):
        events = Event.objects.public().defer("body")
        return super().get_context_data(
            **kwargs,
            outcomes=Outcome.objects.public().for_cards().newest()[:6],
            themes=theme_cards(),
            upcoming=events.upcoming()[:3],
            held=events.held()[:4],
        )


class OutcomeList(NumberedPages, FilterView):
    """All outcomes, filtered and in pages."""

    filterset_class = OutcomeFilter
    strict = False
    template_name = "outcomes/outcome_list.html"

    def get_queryset(self):
        return Outcome.objects.public()

    def query(self):
        return self.filterset.query()

    def paginate_queryset(self, queryset, page_size):
        return super().paginate_queryset(queryset.for_cards(), page_size)


class OutcomeDetail(PublicPage, DetailView):
    """One outcome in its reviewed wording, where it comes from and what became of it."""

    template_name = "outcomes/outcome_detail.html"
    slug_field = slug_url_kwarg = "code"

    def get(self, request, *args, **kwargs):
        try:
            return super().get(request, *args, **kwargs)
        except Http404:
            withdrawn = self.tombstone(kwargs["code"])
            if withdrawn is None:
                raise
            return gone(request, withdrawn)

    def get_queryset(self):
        # The session of a public outcome is public, and so are the sessions above it: a closed one closes it.
        return Outcome.objects.public().with_rule().select_related("event", "session__parent__parent")

    @staticmethod
    def tombstone(code: str) -> dt.datetime | None:
        """Return when an outcome, or else its event, was withdrawn."""
        stones = Outcome.objects.tombstones().filter(code=code)
        own, of_event = stones.values_list("withdrawn_at", "event__withdrawn_at").first() or (None, None)
        return own or of_event

    def get_context_data(self, **kwargs):
        outcome = self.object
        before, after = neighbours(outcome, Outcome.objects.public().beside(outcome))
        follow_up = (
            {
                "owners": owners(outcome),
                "addressees": [addressee.get_actor_type_display() for addressee in outcome.addressees.all()],
                "updates": outcome.updates.all(),
            }
            if outcome.is_action
            else {}
        )
        return super().get_context_data(
            **kwargs,
            **follow_up,
            event=outcome.event,
            trail=[(gettext("Outcomes"), reverse("outcomes:outcome-list"))],
            themes=outcome.themes.all(),
            attribution_note=attribution.PLAIN_WORDS[attribution.Rule(outcome.rule)],
            before=before,
            after=after,
        )


def owners(action: Outcome) -> list[dict]:
    """Return who answers for an action: organisations by name, people as `attribution` allows; `action` has `rule`."""
    found = list(action.owners.select_related("organisation", "person"))
    people = [owner.person_id for owner in found if owner.person_id]
    listed = {
        participation.person_id: participation
        for participation in (Participation.objects.public().filter(event=action.event_id, person__in=people))
        if people
    }
    shown = []
    for owner in found:
        if owner.organisation:
            name, details = owner.organisation.name, ""
        else:
            participation = listed.get(owner.person_id)
            rules = [action.rule, action.recorded_under]
            if participation:
                rules += [participation.rule, participation.recorded_under]
            byline = attribution.owner_byline(participation, attribution.strictest(*rules))
            name, details = byline.name, byline.details
        shown.append({"name": name, "details": details, "lead": owner.is_lead, "said": owner.get_response_display()})
    return shown


def neighbours(outcome: Outcome, beside) -> tuple[Outcome | None, Outcome | None]:
    """Return the one before and the one after; takeaways are printed before actions."""
    before = after = None
    for item in beside:
        item.event = outcome.event
        earlier = item.kind > outcome.kind or (item.kind == outcome.kind and item.number < outcome.number)
        if earlier:
            before = item
        else:
            after = item
    return before, after


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


class EvidenceFile(StoredFile):
    """Evidence of what became of an action."""

    folder, field = "evidence", "evidence_file"

    def public(self):
        return ActionUpdate.objects.filter(action__in=Outcome.objects.public().values("pk"))

    def visible_to(self, user):
        return ActionUpdate.objects.filter(action__in=Outcome.objects.visible_to(user).values("pk"))
