"""One outcome: its wording, where it comes from, what became of it, what goes with it, how to cite it."""

import datetime as dt

from django.conf import settings
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.aggregates import StringAgg
from django.db.models.functions import JSONObject
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.generic import DetailView
from django.views.generic.detail import BaseDetailView

from events import attribution, structured
from events.models import Event, EventPartner, Participation, Role, Session
from events.pages import PublicPage
from events.prepared import PreparedQuery, stand_ins
from events.views import gone
from outcomes.citation import Citation
from outcomes.models import ActionOwner, ActionUpdate, Addressee, Outcome, StatusChange, Theme
from outcomes.related import related
from participants.files import StoredFile
from participants.groups import STAFF_GROUPS
from participants.models import ActorType, Organisation, Person, User


class OnePublicOutcome(PublicPage):
    """A page about one public outcome; one that was withdrawn says when (410)."""

    slug_field = slug_url_kwarg = "code"

    def get(self, request, *args, **kwargs):
        try:
            return super().get(request, *args, **kwargs)
        except Http404:
            withdrawn = self.tombstone(kwargs["code"])
            if withdrawn is None:
                raise
            return gone(request, withdrawn)

    @staticmethod
    def tombstone(code: str) -> dt.datetime | None:
        """Return when an outcome, or else its event, was withdrawn."""
        stones = Outcome.objects.tombstones().filter(code=code)
        own, of_event = stones.values_list("withdrawn_at", "event__withdrawn_at").first() or (None, None)
        return own or of_event

    def get_queryset(self):
        return Outcome.objects.public().select_related("event")


class OutcomeDetail(OnePublicOutcome, DetailView):
    """One outcome in its reviewed wording, where it comes from and what became of it."""

    template_name = "outcomes/outcome_detail.html"

    def get_object(self, queryset=None):
        found = _OUTCOME.find(code=self.kwargs["code"])
        if not found:
            raise Http404
        return _outcome(found[0])

    def get_context_data(self, **kwargs):
        outcome = self.object
        themes, conveners = themes_and_conveners(outcome)
        trail = [(gettext("Outcomes"), reverse("outcomes:outcome-list"))]
        follow_up = follow_up_of(outcome) if outcome.is_action else {}
        return super().get_context_data(
            **kwargs,
            **follow_up,
            event=outcome.event,
            trail=trail,
            tags=[(theme.name, theme.get_absolute_url()) for theme in themes],
            attribution_note=attribution.PLAIN_WORDS[attribution.Rule(outcome.rule)],
            came_about=came_about(outcome),
            before=neighbour(outcome, outcome.before),
            after=neighbour(outcome, outcome.after),
            related=related(outcome, themes),
            citation=citation(outcome, conveners),
            structured=structured.graph(
                described(outcome, themes, conveners),
                structured.breadcrumbs([*trail, (outcome.reference, outcome.get_absolute_url())]),
            ),
        )


OF_OUTCOME = (
    *("id", "code", "kind", "number", "text", "heading", "nature", "progress", "due_on", "due_text"),
    *("published_at", "public_at", "search_text", "recorded_under", "event_id", "session_id"),
)
BESIDE = ("rule", "before", "after", "filed_by", "addressed_to")
OF_EVENT = tuple(f"event__{name}" for name in ("title", "slug", "reference", "starts_on", "ends_on", "city", "country"))
# The session of a public outcome is public, and so are the sessions above it: a closed one closes it.
OF_SESSION = tuple(f"session__{name}" for name in ("code", "kind", "number", "title", "parent_id", "parent__title"))


def _public_outcome(code: str) -> QuerySet:
    before, after = neighbours()
    rows = Outcome.objects.public().filter(code=code).with_rule()
    rows = rows.annotate(before=before, after=after, filed_by=filed_by(), addressed_to=addressed_to())
    return rows.values(*OF_OUTCOME, *BESIDE, *OF_EVENT, *OF_SESSION)


_OUTCOME = PreparedQuery(_public_outcome, code="\uffff\uffff")


def _outcome(row: dict) -> Outcome:
    """Return the outcome of a row with its event, its session and the one above it, and what was found beside."""
    beside = {name: row.pop(name) for name in BESIDE}
    event = Event(pk=row["event_id"], **{name.removeprefix("event__"): row.pop(name) for name in OF_EVENT})
    of_session = {name.removeprefix("session__"): row.pop(name) for name in OF_SESSION}
    above = of_session.pop("parent__title")
    outcome = Outcome(**row)
    outcome.event = event
    if outcome.session_id:
        outcome.session = Session(pk=outcome.session_id, **of_session)
        if outcome.session.parent_id:
            outcome.session.parent = Session(pk=outcome.session.parent_id, title=above)
    for name, value in beside.items():
        setattr(outcome, name, value)
    return outcome


def neighbours() -> tuple[Subquery, Subquery]:
    """Return the SQL for the outcomes just before and just after one in its event, as printed: takeaways first."""
    same = Outcome.objects.public().filter(event=OuterRef("event"))
    of_kind = Q(kind=OuterRef("kind"))
    before = same.filter(Q(kind__gt=OuterRef("kind")) | of_kind & Q(number__lt=OuterRef("number")))
    after = same.filter(Q(kind__lt=OuterRef("kind")) | of_kind & Q(number__gt=OuterRef("number")))
    shown = JSONObject(code="code", kind="kind", number="number", text="text")
    return (
        Subquery(before.order_by("kind", "-number").values(found=shown)[:1]),
        Subquery(after.order_by("-kind", "number").values(found=shown)[:1]),
    )


def neighbour(outcome: Outcome, found: dict | None) -> Outcome | None:
    """Return what `neighbours` found beside `outcome`."""
    return Outcome(event=outcome.event, **found) if found else None


def filed_by() -> Subquery:
    """Return the SQL for who submitted an outcome: "rapporteur", "secretariat", or nothing where that is not known."""
    reports = Role.objects.filter(
        role="rapporteur", participation__event=OuterRef("outcome__event"), participation__person__user=OuterRef("by")
    )
    staff = User.objects.filter(Q(is_superuser=True) | Q(groups__name__in=STAFF_GROUPS), pk=OuterRef("by"))
    who = Case(
        When(by=None, then=Value("")),
        When(Exists(reports), then=Value("rapporteur")),
        When(Exists(staff), then=Value("secretariat")),
        default=Value("rapporteur"),  # nobody else may submit: they were, and are not any more
    )
    submitted = StatusChange.objects.filter(outcome=OuterRef("pk"), to_status=Outcome.Status.SUBMITTED)
    return Subquery(submitted.order_by("-at", "-pk").values(who=who)[:1])


def came_about(outcome: Outcome) -> str:
    """Return how it came to stand here, in words that name nobody."""
    if outcome.filed_by == "rapporteur":
        return gettext("Submitted by the rapporteur and reviewed by the secretariat before it was published.")
    if outcome.filed_by == "secretariat":
        return gettext("Entered by the secretariat and reviewed by a second person before it was published.")
    return gettext("Reviewed by the secretariat before it was published.")


def addressed_to() -> Subquery:
    """Return the SQL for the types of actors an action is addressed to, in one text with commas."""
    addressees = Addressee.objects.filter(action=OuterRef("pk")).order_by().values("action")
    return Subquery(addressees.annotate(types=StringAgg("actor_type", Value(","))).values("types"))


def _around(outcome: int, event: int) -> QuerySet:
    themes = Theme.objects.filter(outcome_themes__outcome=outcome).order_by()
    partners = EventPartner.objects.filter(event=event, role=EventPartner.Role.CONVENER).order_by()
    columns = {"place": F("position"), "entered": F("pk")}
    of_theme = {"what": Value("theme"), "key": F("pk"), "label": F("name"), "address": F("slug")}
    of_partner = {
        "key": F("organisation"),
        "label": F("organisation__name"),
        "address": F("organisation__slug"),
    }
    conveners = partners.values(what=Value("convener"), **of_partner, **columns)
    return themes.values(**of_theme, **columns).union(conveners, all=True).order_by()


_AROUND = PreparedQuery(_around, **stand_ins("outcome", "event"))


def themes_and_conveners(outcome: Outcome) -> tuple[list[Theme], list[Organisation]]:
    """Return the themes of an outcome and the organisations that convened its event, in one query."""
    rows = sorted(_AROUND.find(outcome=outcome.pk, event=outcome.event_id), key=_in_order)
    return (
        [Theme(pk=row["key"], name=row["label"], slug=row["address"]) for row in rows if row["what"] == "theme"],
        [Organisation(name=row["label"], slug=row["address"]) for row in rows if row["what"] == "convener"],
    )


def _in_order(row: dict) -> tuple:
    """Themes by position and name, as the vocabulary has them; conveners by position, as they were entered."""
    return (row["what"], row["place"], row["label"] if row["what"] == "theme" else "", row["entered"])


def follow_up_of(action: Outcome) -> dict:
    """Return what is known of what became of an action: whom it is for, who answers for it, word of it."""
    updates, asked = list(action.updates.all()), set((action.addressed_to or "").split(","))
    action.updated_on = updates[0].on if updates else None
    return {
        "owners": owners(action),
        "addressees": [label for value, label in ActorType.choices if value in asked],
        "updates": updates,
    }


def _owners(action: int) -> QuerySet:
    listed = Participation.objects.public().filter(event=OuterRef("action__event"), person=OuterRef("person"))
    columns = ("listing", "position", "affiliation", "rule", "recorded_under")  # what the door for names asks for
    found = listed.order_by().values(found=JSONObject(**{name: name for name in columns}))[:1]
    rows = ActionOwner.objects.filter(action=action).annotate(listed=Subquery(found))
    return rows.values("is_lead", "response", "organisation__name", "person__name", "person__honorific", "listed")


_OWNERS = PreparedQuery(_owners, **stand_ins("action"))
RESPONSES = {str(value): label for value, label in ActionOwner.Response.choices}


def owners(action: Outcome) -> list[dict]:
    """Return who answers for an action: organisations by name, people as `attribution` allows; `action` has `rule`."""
    shown = []
    for row in _OWNERS.find(action=action.pk):
        if row["organisation__name"]:
            name, details = row["organisation__name"], ""
        else:
            rules, participation = [action.rule, action.recorded_under], None
            if listed := row["listed"]:
                rules += [listed.pop("rule"), listed["recorded_under"]]
                person = Person(name=row["person__name"], honorific=row["person__honorific"])
                participation = Participation(person=person, **listed)
            byline = attribution.owner_byline(participation, attribution.strictest(*rules))
            name, details = byline.name, byline.details
        said = RESPONSES.get(row["response"], "")
        shown.append({"name": name, "details": details, "lead": row["is_lead"], "said": said})
    return shown


def citation(outcome: Outcome, conveners: list[Organisation]) -> Citation:
    """Return how an outcome of a dialogue is cited, the organisations that convened it standing for its author."""
    return Citation(
        code=outcome.code,
        kind=outcome.get_kind_display(),
        reference=outcome.reference,
        text=outcome.text,
        event=outcome.event.title,
        authors=[organisation.name for organisation in conveners],
        published_on=timezone.localdate(outcome.published_at),
        url=settings.SITE_URL + outcome.get_absolute_url(),
    )


def described(outcome: Outcome, themes: list[Theme], conveners: list[Organisation]) -> dict:
    """Return what machines read about an outcome (schema.org): a creative work that was recorded at an event."""
    event, address = outcome.event, structured.absolute(outcome.get_absolute_url())
    facts = {
        "@type": "CreativeWork",
        "@id": f"{address}#outcome",
        "url": address,
        "name": outcome.reference,
        "text": outcome.text,
        "genre": outcome.get_kind_display(),
        "identifier": outcome.reference,
        "datePublished": timezone.localdate(outcome.published_at).isoformat(),
        "about": [
            {"@type": "DefinedTerm", "name": theme.name, "url": structured.absolute(theme.get_absolute_url())}
            for theme in themes
        ],
        "creator": [{"@type": "Organization", "name": organisation.name} for organisation in conveners],
        "recordedAt": {
            "@type": "Event",
            "name": event.title,
            "url": structured.absolute(event.get_absolute_url()),
            **({"startDate": event.starts_on.isoformat()} if event.starts_on else {}),
        },
    }
    return {name: fact for name, fact in facts.items() if fact}


class OutcomeCite(OnePublicOutcome, BaseDetailView):
    """The citation of an outcome as a file: plain text, BibTeX or RIS."""

    def render_to_response(self, context):
        outcome, extension = self.object, self.kwargs["extension"]
        content_type = Citation.FORMATS[extension][1]
        text = citation(outcome, themes_and_conveners(outcome)[1]).in_format(extension)
        return HttpResponse(text, content_type=f"{content_type}; charset=utf-8")


class EvidenceFile(StoredFile):
    """Evidence of what became of an action."""

    folder, field = "evidence", "evidence_file"

    def public(self):
        return ActionUpdate.objects.filter(action__in=Outcome.objects.public().values("pk"))

    def visible_to(self, user):
        return ActionUpdate.objects.filter(action__in=Outcome.objects.visible_to(user).values("pk"))
