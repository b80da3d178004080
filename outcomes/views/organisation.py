"""One organisation: the dialogues it convened or took part in, the actions it answers for, the themes of both."""

from collections import Counter

from django.db.models import Case, Count, Exists, OuterRef, Prefetch, Value, When
from django.http import HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.views.generic import ListView

from events import structured
from events.models import Event, EventPartner
from events.pages import NumberedPages
from events.ways import feed
from outcomes.listed import card_columns, cards
from outcomes.models import ActionOwner, Outcome, OutcomeCount
from outcomes.organisations import public_organisations
from participants.files import StoredFile
from participants.models import FormerAddress, Organisation

ACTIONS = 20  # on its page; open ones come first
THEMES = 12


class OrganisationDetail(NumberedPages, ListView):
    """An organisation that is a partner of a public event or answers for a public action; its dialogues in pages."""

    template_name = "outcomes/organisation_detail.html"
    parameters = ("role",)

    def get(self, request, *args, **kwargs):
        self.organisation = public_organisations().filter(slug=kwargs["slug"]).first()
        if self.organisation is None:
            return HttpResponsePermanentRedirect(moved_to(kwargs["slug"]))
        of_it = EventPartner.objects.filter(organisation=self.organisation, event__in=Event.objects.public())
        self.roles = dict(of_it.values_list("role").annotate(Count("event", distinct=True)).order_by("role"))
        self.role = request.GET.get("role") if request.GET.get("role") in self.roles else ""
        return super().get(request, *args, **kwargs)

    def query(self):
        return [("role", self.role)] if self.role else []

    def get_queryset(self):
        mine = EventPartner.objects.filter(organisation=self.organisation)
        if self.role:
            mine = mine.filter(role=self.role)
        return (
            Event.objects.public()
            .filter(Exists(mine.filter(event=OuterRef("pk"))))
            .defer("body")
            .prefetch_related(Prefetch("event_partners", mine, to_attr="its_roles"))
            .order_by("-starts_on", "-pk")
        )

    def get_context_data(self, **kwargs):
        organisation = self.organisation
        actions, progress = owned(organisation)
        labels = dict(EventPartner.Role.choices) | {"other": gettext("In another role")}
        trail = [(gettext("Dialogues"), reverse("events:event-list"))]
        address = reverse("outcomes:organisation-detail", args=[organisation.slug])
        facts = {name: getattr(organisation, name) for name in ("name", "slug", "website")}
        thing = structured.organisation(facts)
        if organisation.logo:
            thing["logo"] = structured.absolute(organisation.logo.url)
        led_to, told = themes(organisation), gettext("Outcomes: %(title)s") % {"title": organisation.name}
        query = [("organisation", organisation.slug)]
        return super().get_context_data(
            **kwargs,
            ways_out=[feed("outcomes:outcome-feed", told, query=query)] if led_to else [],
            organisation=organisation,
            trail=trail,
            role=self.role,
            roles=[(role, labels[role], self.roles[role]) for role in labels if role in self.roles],
            actions=actions,
            progress=progress,
            themes=led_to,
            structured=structured.graph(thing, structured.breadcrumbs([*trail, (organisation.name, address)])),
        )


def moved_to(slug: str) -> str:
    """Return the address of the organisation that one of this slug became part of, if the public knew both."""
    former = get_object_or_404(FormerAddress, slug=slug, was_public=True, organisation__in=public_organisations())
    return reverse("outcomes:organisation-detail", args=[former.organisation.slug])


def owned(organisation: Organisation) -> tuple[list[dict], list[tuple[str, str, int]]]:
    """Return its public actions, the open ones first, and (progress, label, how many) of them all, in two queries."""
    mine = ActionOwner.objects.public().filter(organisation=organisation, action=OuterRef("pk"))
    actions = Outcome.objects.public().filter(Exists(mine)).order_by()
    numbers = Counter(dict(actions.values_list("progress").annotate(Count("pk"))))
    if not numbers:
        return [], []
    is_settled = Case(When(progress__in=Outcome.SETTLED, then=Value(1)), default=Value(0))
    rows = card_columns(actions, with_themes=False).order_by(is_settled, "-published_at", "-pk")[:ACTIONS]
    tally = [(value, label, numbers[value]) for value, label in Outcome.Progress.choices if numbers[value]]
    return cards(rows, {}), tally


def themes(organisation: Organisation) -> list[dict]:
    """Return the themes its dialogues led to outcomes about, with how many, the most first, in one query."""
    facet = OutcomeCount.Facet.ORGANISATION
    rows = OutcomeCount.objects.filter(facet=facet, value=str(organisation.pk), theme__isnull=False, number__gt=0)
    found: dict[int, dict] = {}
    for theme, slug, name, kind, number in rows.values_list("theme", "theme__slug", "theme__name", "kind", "number"):
        found.setdefault(theme, {"slug": slug, "name": name, "takeaway": 0, "action": 0})[kind] = number
    return sorted(found.values(), key=lambda theme: (-theme["takeaway"] - theme["action"], theme["name"]))[:THEMES]


class OrganisationLogo(StoredFile):
    """The logo of an organisation that the public may know of."""

    folder, field = "organisations", "logo"

    def public(self):
        return public_organisations()

    def visible_to(self, user):
        return Organisation.objects.all() if user.is_staff else self.public()
