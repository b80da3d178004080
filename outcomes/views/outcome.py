"""One outcome: its wording, where it comes from, what became of it, what goes with it, how to cite it."""

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.aggregates import StringAgg
from django.db.models.functions import Cast, Coalesce, JSONObject
from django.http import Http404
from django.shortcuts import redirect
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
from events.views.cite import cited
from outcomes.citation import Citation
from outcomes.listed import PROGRESS
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
            if survivor := self.merged_into(kwargs["code"]):
                response = redirect(
                    request.resolver_match.view_name, **kwargs | {"code": survivor.code}, permanent=True
                )
                response.headers["Cache-Control"] = "no-cache"  # it may be parted again, or withdrawn
                return response
            withdrawn = self.tombstone(kwargs["code"])
            if withdrawn is None:
                raise
            return gone(request, *withdrawn)

    @staticmethod
    def merged_into(code: str) -> Outcome | None:
        """Return the public outcome that one which was public as well was merged into."""
        merged = Outcome.objects.tombstones().filter(code=code, status=Outcome.Status.MERGED)
        return Outcome.objects.public().filter(pk__in=merged.values("merged_into")).first()

    @staticmethod
    def tombstone(code: str) -> tuple[dt.datetime, str] | None:
        """Return when an outcome, or else its event, was withdrawn, and the public note of that."""
        stones = Outcome.objects.tombstones().filter(code=code)
        own = Coalesce("withdrawn_at", "merged_into__withdrawn_at", "event__withdrawn_at")
        merged = Case(When(status=Outcome.Status.MERGED, then=F("changed_at")))
        note = Case(When(withdrawn_at__isnull=False, then=F("public_note")), default=F("event__public_note"))
        return stones.values_list(Coalesce(own, merged), note).first()

    def get_queryset(self):
        return Outcome.objects.public().select_related("event")


class OutcomeDetail(OnePublicOutcome, DetailView):
    """One outcome in its reviewed wording, where it comes from and what became of it."""

    template_name = "outcomes/outcome_detail.html"

    def get_object(self, queryset=None):
        found = public_outcome(self.kwargs["code"])
        if found is None:
            raise Http404
        return found

    def get_context_data(self, **kwargs):
        outcome, beside = self.object, around(self.object)
        trail = [(gettext("Outcomes"), reverse("outcomes:outcome-list"))]
        outcome.updated_on = beside.updates[0]["on"] if beside.updates else None
        asked = (outcome.addressed_to or "").split(",")
        return super().get_context_data(
            **kwargs,
            event=outcome.event,
            trail=trail,
            tags=[(theme.name, theme.get_absolute_url()) for theme in beside.themes],
            owners=beside.owners,
            updates=beside.updates,
            addressees=[label for value, label in ActorType.choices if value in asked],
            attribution_note=attribution.PLAIN_WORDS[attribution.Rule(outcome.rule)],
            came_about=came_about(outcome),
            raised=raised(outcome),
            together=together(outcome),
            before=neighbour(outcome, outcome.before),
            after=neighbour(outcome, outcome.after),
            related=related(outcome, beside.themes),
            citation=citation(outcome, beside.conveners),
            structured=structured.graph(
                described(outcome, beside.themes, beside.conveners),
                structured.breadcrumbs([*trail, (outcome.reference, outcome.get_absolute_url())]),
            ),
        )


OF_OUTCOME = (
    *("id", "code", "kind", "number", "text", "heading", "nature", "progress", "due_on", "due_text"),
    *("published_at", "reworded_at", "public_at", "search_text", "recorded_under", "event_id", "session_id"),
    *("raised_by", "raised_of", "says_raised"),
)
BESIDE = ("rule", "brings_together", "before", "after", "filed_by", "addressed_to")
OF_EVENT = tuple(
    f"event__{name}"
    for name in ("title", "slug", "reference", "starts_on", "ends_on", "mode", "venue", "city", "country")
)
# The session of a public outcome is public, and so are the sessions above it: a closed one closes it.
TOLD_OF_SESSION = ("code", "kind", "number", "title")
OF_SESSION = (
    *(f"session__{name}" for name in (*TOLD_OF_SESSION, "parent_id")),
    *(f"session__parent__{name}" for name in TOLD_OF_SESSION),
)


def _public_outcome(code: str) -> QuerySet:
    before, after = neighbours()
    rows = Outcome.objects.public().filter(code=code).with_rule()
    rows = rows.annotate(
        before=before, after=after, filed_by=filed_by(), addressed_to=addressed_to(), brings_together=parts()
    )
    return rows.values(*OF_OUTCOME, *BESIDE, *OF_EVENT, *OF_SESSION)


_OUTCOME = PreparedQuery(_public_outcome, code="\uffff\uffff")


def public_outcome(code: str) -> Outcome | None:
    """Return the public outcome of that code with all that its page says of it alone, in one query."""
    found = _OUTCOME.find(code=code)
    return _outcome(found[0]) if found else None


def _outcome(row: dict) -> Outcome:
    """Return the outcome of a row with its event, its session and the one above it, and what was found beside."""
    beside = {name: row.pop(name) for name in BESIDE}
    event = Event(pk=row["event_id"], **{name.removeprefix("event__"): row.pop(name) for name in OF_EVENT})
    of_session = {name.removeprefix("session__"): row.pop(name) for name in OF_SESSION}
    above = {name: of_session.pop(f"parent__{name}") for name in TOLD_OF_SESSION}
    outcome = Outcome(**row)
    outcome.event = event
    if outcome.session_id:
        outcome.session = Session(pk=outcome.session_id, **of_session)
        if outcome.session.parent_id:
            outcome.session.parent = Session(pk=outcome.session.parent_id, **above)
    for name, value in beside.items():
        setattr(outcome, name, value)
    return outcome


def parts() -> Subquery:
    """Return the SQL for the numbers of those merged into one that were public too, in one text with commas."""
    # those of a public outcome belong to its event and are as open as it is, which inherits the strictest stamp
    known = Outcome.objects.filter(merged_into=OuterRef("pk"), published_at__isnull=False)
    known = known.exclude(recorded_under__in=["", attribution.Rule.CLOSED])
    numbers = StringAgg(Cast("number", CharField()), Value(","))
    return Subquery(known.order_by().values("merged_into").annotate(numbers=numbers).values("numbers"))


def together(outcome: Outcome) -> list[str]:
    """Return the references of what readers knew under several and is one outcome now; nothing where it always was."""
    numbers = [int(number) for number in (outcome.brings_together or "").split(",") if number]
    if not numbers:
        return []
    of_each = (
        Outcome(event=outcome.event, kind=outcome.kind, number=n) for n in sorted([outcome.number or 0, *numbers])
    )
    return [one.reference for one in of_each]


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


def raised(outcome: Outcome) -> tuple[int, int] | None:
    """Return by how many of how many contributions it was raised, where that was allowed and the rule still does."""
    if not outcome.says_raised or outcome.raised_by is None or outcome.raised_of is None:
        return None
    number, of = outcome.raised_by, outcome.raised_of
    rule = attribution.strictest(outcome.rule, outcome.recorded_under)
    return None if attribution.against_count(number, of, rule) else (number, of)


def addressed_to() -> Subquery:
    """Return the SQL for the types of actors an action is addressed to, in one text with commas."""
    addressees = Addressee.objects.filter(action=OuterRef("pk")).order_by().values("action")
    return Subquery(addressees.annotate(types=StringAgg("actor_type", Value(","))).values("types"))


class Around(NamedTuple):
    """What belongs to an outcome, as its page and its citation say it."""

    themes: list[Theme]
    conveners: list[Organisation]
    owners: list[dict[str, Any]]  # of an action: organisations by name, people as `attribution` allows
    updates: list[dict[str, Any]]  # of an action, the last one first


def _arm(rows: QuerySet, what: str, more: JSONObject | None = None, **columns: Any) -> QuerySet:
    of_nothing = {"label": Value(""), "address": Value(""), "place": Value(0)}
    more = more or JSONObject(nothing=Value(""))
    return rows.order_by().values(what=Value(what), key=F("pk"), **of_nothing | columns, more=more)


def owner_columns() -> JSONObject:
    """Return the SQL for what `owner` asks of an owner of an action."""
    listed = Participation.objects.public().filter(event=OuterRef("action__event"), person=OuterRef("person"))
    columns = ("listing", "position", "affiliation", "rule", "recorded_under")  # what the door for names asks for
    return JSONObject(
        is_lead="is_lead",
        response="response",
        organisation="organisation__name",
        slug="organisation__slug",
        person="person__name",
        honorific="person__honorific",
        listed=Subquery(listed.order_by().values(found=JSONObject(**{name: name for name in columns}))[:1]),
    )


def update_columns() -> JSONObject:
    """Return the SQL for what `update` asks of a word of what became of an action."""
    told = ("code", "on", "text", "progress", "evidence_url", "evidence_file", "verification")
    return JSONObject(**{name: name for name in told})


def _around(outcome: int, event: int) -> QuerySet:
    return (
        _arm(
            Theme.objects.filter(outcome_themes__outcome=outcome),
            "theme",
            label=F("name"),
            address=F("slug"),
            place=F("position"),
        )
        .union(
            _arm(
                EventPartner.objects.filter(event=event, role=EventPartner.Role.CONVENER),
                "convener",
                label=F("organisation__name"),
                address=F("organisation__slug"),
                place=F("position"),
            ),
            _arm(ActionOwner.objects.filter(action=outcome), "owner", owner_columns()),
            _arm(ActionUpdate.objects.filter(action=outcome), "update", update_columns()),
            all=True,
        )
        .order_by()
    )


_AROUND = PreparedQuery(_around, **stand_ins("outcome", "event"))


def around(outcome: Outcome) -> Around:
    """Return what belongs to a public outcome, in one query; `outcome` has `rule`, or its people stay unnamed."""
    found: dict[str, list[dict[str, Any]]] = {what: [] for what in ("theme", "convener", "owner", "update")}
    for row in _AROUND.find(outcome=outcome.pk, event=outcome.event_id):
        found[row["what"]].append(row)
    by_place = sorted(found["theme"], key=lambda row: (row["place"], row["label"].casefold()))
    as_entered = sorted(found["convener"], key=lambda row: (row["place"], row["key"]))
    leads_first = sorted(found["owner"], key=lambda row: (not row["more"]["is_lead"], row["key"]))
    last_first = sorted(found["update"], key=lambda row: (row["more"]["on"], row["key"]), reverse=True)
    return Around(
        themes=[Theme(pk=row["key"], name=row["label"], slug=row["address"]) for row in by_place],
        conveners=[Organisation(name=row["label"], slug=row["address"]) for row in as_entered],
        owners=owners(outcome, [row["more"] for row in leads_first]),
        updates=[update(row["more"]) for row in last_first],
    )


RESPONSES = {str(value): str(label) for value, label in ActionOwner.Response.choices}
VERIFIED = {str(value): str(label) for value, label in ActionUpdate.Verification.choices}


def owners(action: Outcome, rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return who answers for `action`, in the order of `rows`; people who are not named stand once for all of them."""
    told: list[dict[str, Any]] = []
    for row in rows:
        one = _owner(action, row)
        if one not in told:
            told.append(one)
    return told


def _owner(action: Outcome, row: dict[str, Any]) -> dict[str, Any]:
    """Return one who answers for `action`: an organisation by its name, a person as `attribution` allows."""
    name, details = row["organisation"] or "", ""
    is_named = bool(name)
    if not is_named:
        rules, participation = [getattr(action, "rule", attribution.Rule.CLOSED), action.recorded_under], None
        if listed := row["listed"]:
            listed = json.loads(listed) if isinstance(listed, str) else listed  # SQLite: what a subquery made is text
            rules += [listed.pop("rule"), listed["recorded_under"]]
            person = Person(name=row["person"], honorific=row["honorific"])
            participation = Participation(person=person, **listed)
        byline = attribution.owner_byline(participation, attribution.strictest(*rules))
        name, details, is_named = byline.name, byline.details, byline is not attribution.ANONYMOUS
    said = {"response": row["response"], "said": RESPONSES.get(row["response"], "")}
    return {
        "name": name,
        "details": details,
        "slug": row["slug"] or "",
        "lead": bool(row["is_lead"] and is_named),
        **said,
    }


def update(row: dict[str, Any]) -> dict[str, Any]:
    """Return a word of what became of an action, its evidence by its address."""
    file = row.pop("evidence_file")
    return row | {
        "on": dt.date.fromisoformat(row["on"]),
        "label": PROGRESS[row["progress"]],
        "verified": row["verification"],
        "verification": VERIFIED[row["verification"]],
        "evidence_file": default_storage.url(file) if file else "",
    }


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
        files=reverse("outcomes:outcome-cite", args=[outcome.code, "txt"]).removesuffix("txt"),
    )


def described(outcome: Outcome, themes: list[Theme], conveners: list[Organisation]) -> dict:
    """Return what machines read about an outcome (schema.org): a creative work that was recorded at an event."""
    event, address = outcome.event, structured.absolute(outcome.get_absolute_url())
    page_of_event = structured.absolute(event.get_absolute_url())
    held = {
        "@type": "Event",
        "@id": f"{page_of_event}#event",
        "name": event.title,
        "url": page_of_event,
        "startDate": event.starts_on and event.starts_on.isoformat(),
        "location": structured.where(event, page_of_event),
    }
    facts = {
        "@type": "CreativeWork",
        "@id": f"{address}#outcome",
        "url": address,
        "name": outcome.reference,
        "text": outcome.text,
        "genre": outcome.get_kind_display(),
        "identifier": outcome.reference,
        "datePublished": timezone.localdate(outcome.published_at).isoformat(),
        "dateModified": outcome.reworded_at and timezone.localdate(outcome.reworded_at).isoformat(),
        "about": [
            {"@type": "DefinedTerm", "name": theme.name, "url": structured.absolute(theme.get_absolute_url())}
            for theme in themes
        ],
        "creator": [{"@type": "Organization", "name": organisation.name} for organisation in conveners],
        "recordedAt": held if held["startDate"] and held["location"] else None,  # machines expect both of an Event
    }
    return {name: fact for name, fact in facts.items() if fact}


class OutcomeCite(OnePublicOutcome, BaseDetailView):
    """The citation of an outcome as a file: plain text, BibTeX, RIS or CSL-JSON."""

    def render_to_response(self, context):
        return cited(citation(self.object, around(self.object).conveners), self.kwargs["extension"])


class EvidenceFile(StoredFile):
    """Evidence of what became of an action."""

    folder, field = "evidence", "evidence_file"

    def public(self):
        return ActionUpdate.objects.filter(action__in=Outcome.objects.public().values("pk"))

    def visible_to(self, user):
        return ActionUpdate.objects.filter(action__in=Outcome.objects.visible_to(user).values("pk"))
