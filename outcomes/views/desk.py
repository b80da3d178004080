"""The rapporteur's desk: what is mine to report on, write it, check it, hand it in, see what became of it.

Everything starts at `reported_by(user)`, so that what is somebody else's answers 404. Whatever refuses a post shows
the words that came with it: nothing typed is ever lost.
"""

import datetime as dt
import uuid
from collections import Counter, defaultdict

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.db.models import Count
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.views.decorators.cache import cache_control
from django.views.generic import TemplateView, View

from events.deadline import Deadline, clock
from events.models import Event, InvalidTransition, NotAllowed, Session
from events.naming import NameCheck
from outcomes import workflow
from outcomes.board import Origin
from outcomes.forms import OutcomeForm, initial_of
from outcomes.models import TEXT_BUDGET, TEXT_LIMIT, WITH_RAPPORTEUR, Outcome, StaleVersion
from outcomes.places import Place, with_last_note

Status = Outcome.Status

# How each status is called on the desk, what needs the rapporteur first.
STATES = {
    Status.CHANGES_REQUESTED: "Sent back",
    Status.DRAFT: "Draft",
    Status.SUBMITTED: "Submitted",
    Status.APPROVED: "Approved",
    Status.PUBLISHED: "Published",
    Status.WITHDRAWN: "Withdrawn",
}
HAPPENED = STATES | {Status.DRAFT: "Taken back"}


@method_decorator(cache_control(private=True, no_store=True), name="dispatch")
class DeskMixin:
    """For signed-in people, never cached; a post that cannot be taken answers with the words that came with it."""

    def dispatch(self, request, *args, **kwargs):
        if not request.user.is_authenticated:
            if typed(request):
                return keep(request, "signed-out", status=403)
            safe = request.method in ("GET", "HEAD")
            return redirect_to_login(request.get_full_path() if safe else reverse("outcomes:desk"))
        try:
            return super().dispatch(request, *args, **kwargs)
        except (Http404, Outcome.DoesNotExist) as error:
            if typed(request):
                return keep(request, "gone", status=404)
            raise Http404 from error


class PlaceMixin(DeskMixin):
    """`self.place` from the address: a session the user reports on, or an event they report on as a whole."""

    @cached_property
    def place(self) -> Place:
        """What the address names; Http404 when it is somebody else's."""
        user = self.request.user
        if "slug" in self.kwargs:
            return Place(get_object_or_404(Event.objects.reported_whole_by(user), slug=self.kwargs["slug"]))
        sessions = Session.objects.reported_by(user).select_related("event", "parent")
        session = get_object_or_404(sessions, code=self.kwargs["code"])
        return Place(session.event, session)

    def get_context_data(self, **kwargs):
        """Add where this is, until when, and whether this person may still submit."""
        place, user = self.place, self.request.user
        return super().get_context_data(**kwargs) | {
            "place": place,
            "when": when(place.session) if place.session else "",
            "deadline": Deadline.of(place.event),
            "may_submit": user.is_staff or place.event.is_filing_open,
        }


class OutcomeMixin(PlaceMixin):
    """`self.outcome` from the address, of a place the user reports on."""

    @cached_property
    def outcome(self) -> Outcome:
        """What the address names; Http404 when it is somebody else's."""
        mine = with_last_note(Outcome.objects.reported_by(self.request.user))
        outcomes = mine.select_related("event", "session__event", "session__parent")
        return get_object_or_404(outcomes, code=self.kwargs["code"])

    @cached_property
    def place(self) -> Place:
        """Where it was filed."""
        return Place.of(self.outcome)

    def version(self) -> int:
        """The version that the person had before them; 0, which matches none, when the post does not say."""
        sent = self.request.POST.get("version", "")
        return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else 0

    def to_place(self):
        """Go back to the list, to this item in it."""
        return redirect(f"{self.place.url()}#outcome-{self.outcome.code}")


# Pages


class Desk(DeskMixin, TemplateView):
    """What is mine to report on, with its deadline and how far it is; what came back stands first."""

    template_name = "outcomes/desk/desk.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        mine = Outcome.objects.reported_by(user)
        counts: dict[tuple, Counter] = defaultdict(Counter)
        for event, session, status, number in (
            mine.order_by().values_list("event", "session", "status").annotate(Count("pk"))
        ):
            counts[event, session][status] = number
        tasks: dict[Event, list[dict]] = {event: [] for event in Event.objects.reported_whole_by(user)}
        whole = set(tasks)
        for session in Session.objects.reported_by(user).select_related("event", "parent").in_programme_order():
            so_far = counts[session.event_id, session.pk]
            if so_far or session.kind != Session.Kind.SOCIAL:  # nobody reports on lunch
                tasks.setdefault(session.event, []).append(task(Place(session.event, session), so_far))
        for event in whole:
            tasks[event].append(task(Place(event), counts[event.pk, None]))
        sent_back = with_last_note(mine.filter(status=Status.CHANGES_REQUESTED)).select_related("event", "session")
        return super().get_context_data(**kwargs) | {
            "events": [
                {"event": event, "deadline": Deadline.of(event), "tasks": tasks[event]}
                for event in sorted(tasks, key=by_urgency)
            ],
            "sent_back": [(outcome, Place.of(outcome)) for outcome in sent_back.order_by("-last_note_at", "pk")],
        }


class DeskPlace(PlaceMixin, TemplateView):
    """One session, group or whole event: its items in order, and what can be done with each."""

    template_name = "outcomes/desk/place.html"

    def get_context_data(self, **kwargs):
        outcomes = with_last_note(self.place.outcomes).select_related("event").prefetch_related("themes", "addressees")
        items = list(outcomes)
        return super().get_context_data(**kwargs) | {
            "sections": [
                (kind, f"{kind.label}s", [card(outcome) for outcome in items if outcome.kind == kind])
                for kind in (Outcome.Kind.TAKEAWAY, Outcome.Kind.ACTION)
            ],
            "sent_back": [outcome for outcome in items if outcome.status == Status.CHANGES_REQUESTED],
            "ready": sum(outcome.is_with_rapporteur for outcome in items),
            "is_empty": not items,
        }


class DeskCheck(PlaceMixin, TemplateView):
    """Everything about to be submitted, with what a reader would stumble over; then submit what is ticked."""

    template_name = "outcomes/desk/check.html"

    def get_context_data(self, **kwargs):
        drafts = with_last_note(self.place.outcomes.filter(status__in=WITH_RAPPORTEUR)).prefetch_related("themes")
        names = NameCheck(self.place.event, self.place.session)
        items = [(outcome, advice(outcome, names), is_unchanged(outcome)) for outcome in drafts]
        return super().get_context_data(**kwargs) | {"items": items}

    def post(self, request, **kwargs):
        """Submit the ticked ones, each in the version that was read."""
        seen = {}
        for ticked in request.POST.getlist("outcome"):
            code, _, version = ticked.partition(":")
            if code.isalnum() and version.isascii() and version.isdigit():
                seen[code] = int(version)
        if not seen:
            messages.warning(request, "Nothing was submitted: tick at least one.")
            return redirect(self.place.check_url)
        try:
            submitted, changed = workflow.submit_all(seen, self.place, by=request.user)
        except NotAllowed as reason:
            messages.warning(request, f"Nothing was submitted. {reason}")
            return redirect(self.place)
        if submitted:
            messages.success(request, f"{submitted} submitted for review. You get a mail when something comes back.")
        if changed:
            messages.warning(
                request,
                f"{changed} not submitted, because somebody changed the wording after you opened the page. Read again.",
            )
        if not submitted and not changed:
            messages.info(request, "There was nothing left to submit.")
        return redirect(self.place)


class FormMixin:
    """The form of an outcome, for new ones and for rewriting."""

    template_name = "outcomes/desk/outcome_form.html"

    def form(self, data=None, **kwargs) -> OutcomeForm:
        """Build the form, offering first the themes already used in this place."""
        used = self.place.outcomes.order_by().values_list("themes", flat=True).distinct()
        return OutcomeForm(data, offer=[pk for pk in used if pk], **kwargs)

    def get_context_data(self, form=None, **kwargs):
        limits = {"budget": TEXT_BUDGET, "limit": TEXT_LIMIT}
        return super().get_context_data(**kwargs) | {"form": form or self.form()} | limits | kwargs

    def show(self, form, *, status=200, **context):
        """Answer with the form and whatever was typed into it."""
        return self.render_to_response(self.get_context_data(form=form, **context), status=status)

    def done(self, outcome: Outcome):
        """Go on as the button said: back to the list, to one more, or to the list after submitting it too."""
        then, kind = self.request.POST.get("then"), outcome.get_kind_display()
        if then == "submit":
            hand_in(self.request, outcome, outcome.version)
        else:
            messages.success(self.request, f"{kind} saved. Not submitted yet.")
        if then == "another":
            return redirect(f"{self.place.new_url}?kind={outcome.kind}")
        return redirect(f"{self.place.url()}#outcome-{outcome.code}")


class OutcomeCreate(FormMixin, PlaceMixin, TemplateView):
    """Write a new takeaway or action; the same form sent twice makes one."""

    def form(self, data=None, **kwargs):
        return super().form(data, kind="action" if self.request.GET.get("kind") == "action" else "takeaway", **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**{"request_key": uuid.uuid4()} | kwargs)

    def post(self, request, **kwargs):
        """Save a draft."""
        form = self.form(request.POST)
        try:
            key = uuid.UUID(request.POST.get("request_key", ""))
        except ValueError:
            key = uuid.uuid4()  # no form of ours: no second post to fear
        if not form.is_valid():
            return self.show(form, request_key=key)
        try:
            return self.done(workflow.create(self.place, by=request.user, request_key=key, words=form.cleaned_data))
        except workflow.AlreadyUsed as used:
            return self.show(form, status=409, used=used.current)


class OutcomeEdit(FormMixin, OutcomeMixin, TemplateView):
    """Rewrite an item while the pen is with the rapporteur; afterwards see what became of it."""

    def form(self, data=None, **kwargs):
        return super().form(data, outcome=self.outcome, **kwargs)

    def show(self, form, **kwargs):
        return super().show(form, origin=Origin.of(self.outcome, self.request.user), **kwargs)

    def get(self, request, **kwargs):
        """Show the form, or what became of it."""
        if self.outcome.is_with_rapporteur:
            return self.show(None, version=self.outcome.version, outcome=self.outcome)
        changes = [
            {"at": change.at, "what": HAPPENED[change.to_status], "note": change.note} for change in self.history()
        ]
        context = super().get_context_data(form=self.form(), outcome=self.outcome, changes=changes)
        context |= {"state": STATES[self.outcome.status], "is_reworded": is_reworded(self.outcome)}
        context |= {"origin": Origin.of(self.outcome, request.user)}
        return render(request, "outcomes/desk/outcome_detail.html", context)

    def history(self):
        """Its moves, the latest first; a sent-back note is read together with them."""
        return self.outcome.changes.order_by("-at", "-pk")

    def post(self, request, **kwargs):
        """Save it, unless somebody did meanwhile or it is no longer with the rapporteur."""
        form = self.form(request.POST)
        if not form.is_valid():
            if not self.outcome.is_with_rapporteur:
                return keep(request, "not-yours", status=409, outcome=self.outcome)
            return self.show(form, version=self.version(), outcome=self.outcome)
        try:
            saved = workflow.save(self.outcome, version=self.version(), words=form.cleaned_data)
        except workflow.NotYours as refused:
            return keep(request, "not-yours", status=409, outcome=refused.current)
        except StaleVersion as stale:
            current, zone = stale.current, self.place.event.zone
            saved_at = timezone.localtime(current.changed_at, zone)
            context = {
                "outcome": self.outcome,
                "version": current.version,
                "meanwhile": current,
                "saved_at": f"{date_format(saved_at, 'j F, H:i')}, {clock(saved_at, zone.key)}",
                "differences": what_differs(form, current),
            }
            return self.show(form, status=409, **context)
        return self.done(saved)


class OutcomeDelete(OutcomeMixin, TemplateView):
    """Delete a draft, after a page that asks."""

    template_name = "outcomes/desk/outcome_confirm_delete.html"

    def get(self, request, **kwargs):
        """Ask."""
        if self.outcome.status != Status.DRAFT:
            return self.refuse()
        return self.render_to_response(self.get_context_data(outcome=self.outcome))

    def post(self, request, **kwargs):
        """Delete what was shown; a draft changed meanwhile is shown again first."""
        try:
            workflow.delete(self.outcome, version=self.version())
        except workflow.NotYours:
            return self.refuse()
        except StaleVersion:
            messages.warning(request, "Somebody changed it meanwhile. Read it again before you delete it.")
            return redirect("outcomes:outcome-delete", self.outcome.code)
        messages.success(request, f"{self.outcome.get_kind_display()} deleted.")
        return redirect(self.place)

    def refuse(self):
        """Only drafts are deleted."""
        messages.warning(self.request, "Only drafts can be deleted. Take it back first, or ask the secretariat.")
        return self.to_place()


# Buttons


class OutcomeSubmit(OutcomeMixin, View):
    """Hand one item in, in the version that was read."""

    http_method_names = ["post"]

    def post(self, request, **kwargs):
        hand_in(request, self.outcome, self.version())
        return self.to_place()


class OutcomeTakeBack(OutcomeMixin, View):
    """Take a submitted item back to rewrite it, until somebody has reviewed it."""

    http_method_names = ["post"]

    def post(self, request, **kwargs):
        try:
            self.outcome.take_back(by=request.user)
        except InvalidTransition:
            if Outcome.objects.filter(pk=self.outcome.pk, status__in=WITH_RAPPORTEUR).exists():
                return redirect("outcomes:desk-outcome", self.outcome.code)
            messages.warning(request, "It has been reviewed already. Ask the secretariat to send it back to you.")
            return self.to_place()
        messages.success(request, "Taken back. It is a draft again: change it, then submit it.")
        return redirect("outcomes:desk-outcome", self.outcome.code)


class OutcomeMove(OutcomeMixin, View):
    """Move an item up or down among those of its kind."""

    http_method_names = ["post"]

    def post(self, request, **kwargs):
        up = request.POST.get("direction") == "up"
        place, of = workflow.move(self.outcome, by_places=-1 if up else 1)
        messages.success(
            request, f"{self.outcome.get_kind_display()} moved {'up' if up else 'down'}: now {place} of {of}."
        )
        return self.to_place()


# What the pages say


def hand_in(request, outcome: Outcome, version: int) -> None:
    """Submit `outcome` and say what came of it; what cannot be submitted stays as it was saved."""
    kind = outcome.get_kind_display()
    try:
        workflow.submit(outcome, version=version, by=request.user)
    except NotAllowed as reason:
        messages.warning(request, f"Saved, but not submitted. {reason}")
    except StaleVersion:
        messages.warning(request, "Not submitted: somebody changed the wording meanwhile. Read it again first.")
    except workflow.NotYours as refused:
        state = STATES[Status(refused.current.status)].lower()
        messages.info(request, f"{kind}: {state} already.")
    else:
        messages.success(request, f"{kind} submitted for review. You get a mail when it is published or comes back.")


def typed(request) -> list[tuple[str, str]]:
    """The words that came with a post, as (label, text)."""
    names = ("text", "heading", "due_text") if request.method == "POST" else ()
    fields = OutcomeForm.base_fields
    return [(str(fields[name].label), text) for name in names if (text := request.POST.get(name, "").strip())]


def keep(request, reason: str, *, status: int, outcome: Outcome | None = None):
    """Answer a post that cannot be taken: why, and the words that came with it, to copy."""
    context = {"reason": reason, "typed": typed(request), "outcome": outcome}
    if outcome:
        context |= {"place": Place.of(outcome), "state": STATES[Status(outcome.status)]}
    return render(request, "outcomes/desk/outcome_kept.html", context, status=status)


def task(place: Place, counts: Counter) -> dict:
    """A line of the task list: where, and how many of its items stand where."""
    session = place.session
    above = str(session.parent) if session and session.parent else ""
    return {
        "place": place,
        "hint": ", ".join(filter(None, [above, when(session)])) if session else "Across all sessions",
        "open": [(status, f"{STATES[status]} {counts[status]}") for status in WITH_PEN if counts[status]],
        "closed": [
            f"{STATES[status]} {counts[status]}" for status in STATES if status not in WITH_PEN and counts[status]
        ],
    }


WITH_PEN = [status for status in STATES if status in WITH_RAPPORTEUR]


def by_urgency(event: Event) -> tuple:
    """Sort events that still take outcomes first, the nearest deadline first; then the latest."""
    starts = event.starts_on or dt.date.min
    if event.is_filing_open and event.deadline:
        return 0, event.deadline.timestamp(), event.pk
    return 1, -starts.toordinal(), event.pk


def when(session: Session) -> str:
    """Day and time at the place of the event: "3 March 2026, 14:00–15:30"; nothing where neither is known."""
    parts = [date_format(session.day, "j F Y")] if session.day else []
    if session.starts_at:
        times = [session.starts_at, session.ends_at] if session.ends_at else [session.starts_at]
        parts.append("–".join(date_format(timezone.localtime(time, session.event.zone), "H:i") for time in times))
    return ", ".join(parts)


def card(outcome: Outcome) -> dict:
    """An item as its card on the desk shows it."""
    return {"outcome": outcome, "state": STATES[Status(outcome.status)], "is_reworded": is_reworded(outcome)}


def is_reworded(outcome: Outcome) -> bool:
    """Whether the secretariat changed what was submitted."""
    return not outcome.is_with_rapporteur and outcome.text != outcome.text_submitted


def is_unchanged(outcome: Outcome) -> bool:
    """Whether it came back and nothing was done about it; rows come from `with_last_note`."""
    return outcome.status == Status.CHANGES_REQUESTED and outcome.changed_at <= outcome.last_note_at


def advice(outcome: Outcome, names: NameCheck) -> list[str]:
    """What a reader would stumble over; none of it stops a rapporteur from submitting."""
    found = []
    if is_unchanged(outcome):
        found.append("You have not changed it since it was sent back.")
    if len(outcome.text) > TEXT_BUDGET:
        found.append(f"{len(outcome.text)} characters: {TEXT_BUDGET} are what people read.")
    if not outcome.themes.all():
        found.append("No theme yet: people look for outcomes by theme.")
    return found + names.advice(outcome.heading, outcome.text)


def what_differs(form: OutcomeForm, current: Outcome) -> list[dict]:
    """The fields besides the wording in which the saved version differs from what was typed, with what was saved."""
    saved = OutcomeForm(initial_of(current), outcome=current)
    saved.is_valid()
    return [
        {"label": field.label, "value": words_of(field, saved.cleaned_data.get(name)) or "Nothing"}
        for name, field in form.fields.items()
        if name != "text" and form.cleaned_data.get(name) != saved.cleaned_data.get(name)
    ]


def words_of(field, value) -> str:
    """A field's value as a person reads it."""
    choices = dict(getattr(field, "choices", []))
    values = value if isinstance(value, list) else [value]
    return ", ".join(str(choices.get(one, one)) for one in values if one not in ("", None))
