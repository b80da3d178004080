"""The buttons of an item: hand it in, take it back, move it among the others."""

from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import redirect
from django.views.generic import View

from events.models import InvalidTransition, NotAllowed, Unanswered
from outcomes import workflow
from outcomes.models import WITH_RAPPORTEUR, Outcome, StaleVersion
from outcomes.views.desk import answers
from outcomes.views.desk.access import OutcomeMixin
from outcomes.views.desk.states import STATES, Status


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
    """Move an item up or down among those of its kind, or to a place among them."""

    http_method_names = ["post"]

    def post(self, request, **kwargs):
        to, up = request.POST.get("to", ""), request.POST.get("direction") == "up"
        if to.isascii() and to.isdigit() and len(to) < 6:
            place, of = workflow.move(self.outcome, to=int(to))
            said = f"{self.outcome.get_kind_display()} moved: now {place} of {of}."
        else:
            place, of = workflow.move(self.outcome, by_places=-1 if up else 1)
            said = f"{self.outcome.get_kind_display()} moved {'up' if up else 'down'}: now {place} of {of}."
        if answers.wanted(request):
            return JsonResponse({"said": said})
        messages.success(request, said)
        return self.to_place()


def hand_in(request, outcome: Outcome, version: int) -> None:
    """Submit `outcome` and say what came of it; what cannot be submitted stays as it was saved."""
    kind = outcome.get_kind_display()
    try:
        workflow.submit(outcome, version=version, by=request.user)
    except Unanswered:
        messages.warning(
            request,
            "Saved, but not submitted: it may tell who spoke. “Check and submit” shows where, and what to do about it.",
        )
    except NotAllowed as reason:
        messages.warning(request, f"Saved, but not submitted. {reason}")
    except StaleVersion:
        messages.warning(request, "Not submitted: somebody changed the wording meanwhile. Read it again first.")
    except workflow.NotYours as refused:
        state = STATES[Status(refused.current.status)].lower()
        messages.info(request, f"{kind}: {state} already.")
    else:
        messages.success(request, f"{kind} submitted for review. You get a mail when it is published or comes back.")
