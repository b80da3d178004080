"""The review: what waits for the secretariat, and a page for each outcome with everything needed to decide.

Merging, splitting and commenting are pages of their own (`outcomes/admin/lineage.py`, `outcomes/admin/comments.py`).
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache

from events import attribution
from events.admin.base import say_unseen
from events.admin.guard import asked_of
from events.admin.rules import public_effect
from events.models import Allowance, Event, InvalidTransition, NotAllowed, Role, Unanswered
from events.models.allowance import REASON_LIMIT
from events.naming import WHY_NOT, Roll
from outcomes import workflow
from outcomes.admin.beside import Lineage, alike, two_of, versions_of
from outcomes.board import Origin
from outcomes.comments import StaffCommentForm
from outcomes.models import TRANSITIONS, WITH_STAFF, Outcome, StaleVersion, Status, StatusChange
from participants import history
from participants.text import normalise, validate_plain
from participants.wording import differences

PAGE = 50
WORDING = Outcome._meta.get_field("text")


@dataclass(frozen=True)
class Move:
    """A button of the review page: the verb it calls, and which status that needs to reach first."""

    name: str
    label: str
    to: Status
    done: str

    do_not_call_in_templates = True  # a template would call it and show nothing

    def __call__(self, outcome: Outcome, *, by, note: str) -> None:
        if self.name == "approve_and_publish":
            outcome.approve(by=by)
            outcome.publish(by=by, note=note)
        else:
            getattr(outcome, self.name)(by=by, note=note)


MOVES = {
    move.name: move
    for move in (
        Move("approve", "Approve", Status.APPROVED, "approved"),
        Move("approve_and_publish", "Approve and publish", Status.APPROVED, "approved and published"),
        Move("publish", "Publish", Status.PUBLISHED, "published"),
        Move("send_back", "Send back", Status.CHANGES_REQUESTED, "sent back"),
        Move("withdraw", "Withdraw", Status.WITHDRAWN, "withdrawn"),
    )
}

QUEUES = {Status.SUBMITTED: "To review", Status.APPROVED: "Approved, not yet published"}


def waiting(outcomes):
    """Annotate `waiting_since`, when each reached the status it has, and put the longest waiting first."""
    arrived = StatusChange.objects.filter(outcome=OuterRef("pk"), to_status=OuterRef("status")).order_by("-at", "-pk")
    since = Coalesce(Subquery(arrived.values("at")[:1]), "changed_at")
    return outcomes.annotate(waiting_since=since).order_by("waiting_since", "pk")


def counts(user) -> dict[str, int]:
    """How many outcomes wait in each queue, in one query."""
    found = dict.fromkeys(QUEUES, 0)
    rows = Outcome.objects.reviewable_by(user).filter(status__in=WITH_STAFF).order_by().values("status")
    return found | {row["status"]: row["count"] for row in rows.annotate(count=Count("pk"))}


class WhyItStands(forms.CharField):
    """The reason why words that tell who spoke may stand; shown where it is needed."""

    def __init__(self):
        super().__init__(
            label="Why it may stand as it is",
            required=False,
            max_length=REASON_LIMIT,
            validators=[validate_plain],
            widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
            help_text="Needed to publish words that tell who spoke, unless you reword them. It stays in the history "
            "with your name, and holds for this wording alone.",
        )


class WordingForm(forms.Form):
    """The wording and a note; which version of the wording was read is sent along."""

    text = forms.CharField(
        label="Wording",
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
        error_messages={"required": "Write the wording."},
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = WhyItStands()
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=2000,
        validators=[validate_plain],
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text="Needed to send back. The author reads it, and it stays in the history.",
    )

    def clean_text(self):
        text = normalise(self.cleaned_data["text"])
        WORDING.run_validators(text)
        return text


class ReviewPage(View):
    """A page of the admin site for those who review; handed the OutcomeAdmin it belongs to."""

    model_admin = None

    def page(self, template: str, context: dict, status: int = 200) -> HttpResponse:
        context = {**self.model_admin.admin_site.each_context(self.request), "opts": Outcome._meta, **context}
        self.request.current_app = self.model_admin.admin_site.name
        return TemplateResponse(self.request, f"admin/outcomes/outcome/{template}", context, status=status)

    def reviewable(self):
        return Outcome.objects.reviewable_by(self.request.user)

    def address(self, name: str, *args, event=None, status=None, done=0) -> str:
        query = {key: value for key, value in (("status", status), ("event", event), ("done", done)) if value}
        return reverse(f"admin:outcomes_outcome_{name}", args=args) + (f"?{urlencode(query)}" if query else "")


@method_decorator(never_cache, name="dispatch")
class ReviewQueue(ReviewPage):
    """What was submitted (or, with `?status=approved`, what may be published), the longest waiting first."""

    def get(self, request):
        status = Status.APPROVED if request.GET.get("status") == Status.APPROVED else Status.SUBMITTED
        event = _event(request)
        everything = self.reviewable().filter(status=status)
        per_event = list(
            Event.objects.filter(outcomes__in=everything.values("pk"))
            .annotate(waiting=Count("outcomes"))
            .order_by("starts_on", "pk")
        )
        total = sum(one.waiting for one in per_event)
        items = waiting(everything.filter(event=event) if event else everything)
        items = items.select_related("event", "session", "author").prefetch_related("themes")
        number = next((one.waiting for one in per_event if one.pk == event), 0) if event else total
        pages = Paginator(items, PAGE)
        pages.count = number  # counted above
        context = {
            "title": QUEUES[status],
            "page": pages.get_page(request.GET.get("page")),
            "status": status,
            "event": event,
            "number": number,
            "total": total,
            "per_event": [
                (one, self.address("queue", event=one.pk, status=request.GET.get("status"))) for one in per_event
            ],
            "all_events": self.address("queue", status=request.GET.get("status")),
            "queues": [(key, label, self.address("queue", status=key)) for key, label in QUEUES.items()],
        }
        return self.page("queue.html", context)


@method_decorator(never_cache, name="dispatch")
class OutcomeReview(ReviewPage):
    """One outcome: both wordings, what the rule allows, its history, and the buttons its status has."""

    def get(self, request, pk):
        outcome = get_object_or_404(self.outcomes(), pk=pk)
        form = self.form(outcome, initial={"text": outcome.text, "version": outcome.version})
        return self.show(outcome, form)

    def post(self, request, pk):
        try:
            with transaction.atomic():
                outcome = get_object_or_404(self.outcomes().select_for_update(of=("self",)), pk=pk)
                return self.act(outcome)
        except StaleVersion as stale:
            return self.refuse(pk, 409, stale=stale.current)
        except InvalidTransition:
            words = "Somebody was faster: what you see now is how it stands. Nothing you typed is lost."
            return self.refuse(pk, 409, error=words)
        except Unanswered as refused:
            return self.refuse(pk, 422, errors=ValidationError({"reason": asked_of(refused)}))
        except NotAllowed as refused:
            return self.refuse(pk, 403, error=str(refused))
        except ValidationError as wrong:
            return self.refuse(pk, 422, errors=wrong)

    def act(self, outcome) -> HttpResponse:
        """Save the wording if it was changed, then make the move; both or neither."""
        request, name = self.request, self.request.POST.get("move", "")
        form = self.form(outcome, request.POST)
        if not form.is_valid():
            raise ValidationError(form.errors.as_data())
        if form.cleaned_data["version"] != outcome.version:
            raise StaleVersion(outcome)
        if name not in ("send_back", "withdraw"):
            self.let_names_be_seen(outcome, form)
        with history.watch(outcome, outcome.owners.all(), by=request.user):
            if reason := form.cleaned_data["reason"]:
                outcome.let_stand(reason, text=form.cleaned_data["text"], by=request.user)
            say_unseen(request, outcome)
            response = self.do(outcome, form, name)
            say_unseen(request, outcome)
            return response

    def do(self, outcome, form, name: str) -> HttpResponse:
        request = self.request
        was, said = outcome.status, []
        if "text" in form.changed_data and form.cleaned_data["text"] != outcome.text:
            outcome.revise(version=outcome.version, text=form.cleaned_data["text"])
            said.append("wording saved")
        if name in MOVES:
            MOVES[name](outcome, by=request.user, note=form.cleaned_data["note"])
            said.append(MOVES[name].done)
        elif name == "confirm_owner" and workflow.confirm_owner(outcome):
            said.append("owner confirmed")
        elif name != "save":
            raise InvalidTransition(name)
        if said:
            self.model_admin.log_change(request, outcome, ", ".join(said).capitalize() + ".")
        words = f"{outcome}: {', '.join(said) or 'nothing was changed'}."
        messages.success(request, words)
        return HttpResponseRedirect(self.onward(outcome, was, moved=name in MOVES))

    def let_names_be_seen(self, outcome, form) -> None:
        """Refuse once what would bring in words that look like a name and were not on the page yet."""
        if words := unseen_names(outcome, form.cleaned_data["text"], self.request.POST.getlist("seen")):
            raise ValidationError({"text": words})

    def outcomes(self):
        return waiting(self.reviewable().with_rule()).select_related(
            "event", "session__event", "session__parent", "author"
        )

    def form(self, outcome, *args, **kwargs) -> WordingForm:
        form = WordingForm(*args, **({"initial": {"text": outcome.text}, "label_suffix": ""} | kwargs))
        if not Outcome.objects.editable_by(self.request.user).filter(pk=outcome.pk).exists():
            form.fields["text"].disabled = True
        return form

    def onward(self, outcome, was: str, *, moved: bool) -> str:
        """Where to go: the next that waits in the same queue; the queue when none does; here when it was in none."""
        event = _event(self.request)
        if not moved or was not in QUEUES:
            return self.address("review", outcome.pk, event=event, done=_done(self.request))
        following = self.following(outcome, was)
        if following is None:
            return self.address("queue", event=None, status=was)
        return self.address("review", following, event=event, done=_done(self.request) + 1)

    def following(self, outcome, status: str) -> int | None:
        """Return the key of the one that has waited longest after `outcome`, else the longest of all."""
        queue = waiting(self.reviewable().filter(status=status).exclude(pk=outcome.pk))
        if event := _event(self.request):
            queue = queue.filter(event=event)
        later = Q(waiting_since__gt=outcome.waiting_since) | Q(waiting_since=outcome.waiting_since, pk__gt=outcome.pk)
        keys = queue.values_list("pk", flat=True)
        return keys.filter(later).first() or keys.first()

    def refuse(self, pk, status: int, *, error="", errors=None, stale=None) -> HttpResponse:
        """Show the page as things stand, with what was typed still in its fields and the reason why not."""
        outcome = get_object_or_404(self.outcomes(), pk=pk)
        form = self.form(outcome, self.request.POST.copy())
        form.is_valid()
        typed = self.request.POST.get("text", "")
        if stale:
            form.data["version"] = str(outcome.version)
            error = "Somebody saved this wording after you opened it. Below are both; yours is still in the field."
        if errors is not None:
            for field, problems in getattr(errors, "error_dict", {}).items():
                if field not in form.errors:
                    form.add_error(field, problems)
        both = differences(outcome.text, normalise(typed)) if stale else None
        return self.show(outcome, form, status, error=error, both=both)

    def show(self, outcome, form, status: int = 200, *, error="", both=None) -> HttpResponse:
        user = self.request.user
        buttons, reasons = [], []
        against = {method: getattr(outcome, method)(user) for method in sorted({*TRANSITIONS[outcome.status].values()})}
        for move in MOVES.values():
            if move.name == "approve_and_publish" and outcome.status != Status.SUBMITTED:
                continue
            method = TRANSITIONS[outcome.status].get(move.to)
            if method and not against[method]:
                buttons.append(move)
            elif method and against[method] not in reasons:
                reasons.append(against[method])
        typed, roll = str(form["text"].value() or ""), Roll(outcome.event)
        names = outcome.marks(roll=roll, text=typed)
        versions = versions_of(outcome)
        chosen = two_of(versions, self.request.GET)
        context = {
            "title": f"Review: {outcome.get_kind_display().lower()}" if outcome.status in QUEUES else str(outcome),
            "outcome": outcome,
            "form": form,
            "error": error,
            "both": both,
            "parts": differences(chosen[0].text, chosen[1].text) if len(versions) > 1 else None,
            "rule": attribution.Rule(outcome.rule) if outcome.rule in attribution.Rule.values else None,
            "effect": public_effect(outcome.event, outcome.rule, outcome.recorded_under),
            "author_roles": self.author_roles(outcome),
            "names": names,
            "unanswered": outcome.unanswered(roll=roll, text=typed) if names else [],
            "allowance": Allowance.objects.of(outcome).select_related("by").first() if names else None,
            "why_no_names": WHY_NOT[outcome.guard(roll).rule],
            "themes": outcome.themes.all(),
            "owner_meant": workflow.owner_meant(outcome),
            "origin": Origin.of(outcome, user),
            "changes": outcome.changes.select_related("by").reverse(),
            "status_labels": dict(Status.choices),
            "buttons": buttons,
            "reasons": reasons,
            "queue": self.address("queue", status=outcome.status if outcome.status in QUEUES else None),
            "skip": self.skip(outcome),
            "progress": self.progress(outcome),
            "versions": versions,
            "chosen": chosen,
            "beside": versions[0].text if len(versions) > 1 else "",
            "comments": outcome.comments.select_related("by"),
            "comment_form": StaffCommentForm(),
            "alike": alike(outcome),
            "lineage": Lineage.of(outcome, user, against.get("against_merging", "")),
        }
        return self.page("review.html", context, status)

    def skip(self, outcome) -> str:
        following = self.following(outcome, outcome.status) if outcome.status in QUEUES else None
        if not following:
            return ""
        return self.address("review", following, event=_event(self.request), done=_done(self.request))

    def progress(self, outcome) -> tuple[int, int] | None:
        """Which one this is of those that waited when one began: those decided since stand in the address."""
        if outcome.status not in QUEUES:
            return None
        queue = self.reviewable().filter(status=outcome.status)
        if event := _event(self.request):
            queue = queue.filter(event=event)
        done = _done(self.request)
        return done + 1, done + queue.count()

    def author_roles(self, outcome) -> list[str]:
        """What the author is at this event: for the eyes of staff only."""
        if outcome.author is None:
            return []
        roles = Role.objects.filter(
            participation__event=outcome.event_id, participation__person__user=outcome.author_id
        ).select_related("session")
        return [f"{role.get_role_display()}, {role.session or 'whole event'}" for role in roles]


def unseen_names(outcome: Outcome, text: str, seen: list[str]) -> str:
    """Return the sentence about words in `text` that look like a name and are not among `seen`, or nothing."""
    new = [f"“{words}”" for words in names_in(outcome, text) if words not in seen]
    return f"This looks like a name: {', '.join(new)}. If it is none, press the button again." if new else ""


def names_in(outcome: Outcome, text: str) -> list[str]:
    """Return the words in `text` that look like a name which may not be there."""
    return [one.words for one in outcome.marks(text=text)]


def _done(request) -> int:
    """How many were decided since one began."""
    value = request.GET.get("done", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 5 else 0


def _event(request) -> int | None:
    """The event that the queue is narrowed to."""
    value = request.GET.get("event", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 18 else None
