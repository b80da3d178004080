"""Who gets in: everything on the desk starts at `reported_by(user)`, so that what is somebody else's answers 404.

Whatever refuses a post shows the words that came with it: nothing typed is ever lost. The desk's scripts ask for JSON
(`answers`), and are told in one word why something was refused.
"""

from django.contrib.auth.views import redirect_to_login
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.views.decorators.cache import cache_control

from events.deadline import Deadline
from events.models import Event, Session
from outcomes.forms import OutcomeForm
from outcomes.models import Outcome
from outcomes.places import Place, with_last_note
from outcomes.views.desk import answers
from outcomes.views.desk.states import STATES, Status, when


@method_decorator(cache_control(private=True, no_store=True), name="dispatch")
class DeskMixin:
    """For signed-in people, never cached; a post that cannot be taken answers with the words that came with it."""

    def dispatch(self, request, *args, **kwargs):
        if not request.user.is_authenticated or answers.is_somebody_elses(request):
            if answers.wanted(request):
                return answers.refused("signed-out", status=403)
            if typed(request):
                return keep(request, "signed-out", status=403)
            safe = request.method in ("GET", "HEAD")
            return redirect_to_login(request.get_full_path() if safe else reverse("outcomes:desk"))
        try:
            return super().dispatch(request, *args, **kwargs)
        except (Http404, Outcome.DoesNotExist) as error:
            if answers.wanted(request):
                return answers.refused("gone", status=404, restore=self.restore_url())
            if typed(request):
                return keep(request, "gone", status=404, restore=self.restore_url())
            raise Http404 from error

    def get_context_data(self, **kwargs):
        """Add whose desk it is: what is kept on a device is kept for one account."""
        return super().get_context_data(**kwargs) | {"account": self.request.user.pk}

    def restore_url(self) -> str:
        """The address that brings back what is not there any more; empty where nothing can."""
        return ""


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
            "may_submit": place.event.is_filing_open or place.event.is_run_by(user),
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

    def restore_url(self) -> str:
        deleted = Outcome.objects.restorable_by(self.request.user).filter(code=self.kwargs["code"])
        return reverse("outcomes:outcome-restore", args=[self.kwargs["code"]]) if deleted.exists() else ""


def typed(request) -> list[tuple[str, str]]:
    """The words that came with a post, as (label, text)."""
    names = ("text", "owner_suggested", "heading", "due_text") if request.method == "POST" else ()
    fields = OutcomeForm.base_fields
    return [(str(fields[name].label), text) for name in names if (text := request.POST.get(name, "").strip())]


def keep(request, reason: str, *, status: int, outcome: Outcome | None = None, restore: str = ""):
    """Answer a post that cannot be taken: why, and the words that came with it, to copy."""
    context = {"reason": reason, "typed": typed(request), "outcome": outcome, "restore": restore}
    if outcome:
        context |= {"place": Place.of(outcome), "state": STATES[Status(outcome.status)]}
    return render(request, "outcomes/desk/outcome_kept.html", context, status=status)
