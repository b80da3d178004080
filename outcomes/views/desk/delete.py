"""Delete a draft, and bring it back."""

from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.generic import TemplateView, View

from outcomes import workflow
from outcomes.models import DELETED_KEPT, Outcome, StaleVersion
from outcomes.places import Place
from outcomes.views.desk import answers
from outcomes.views.desk.access import DeskMixin, OutcomeMixin
from outcomes.views.desk.states import Status


class OutcomeDelete(OutcomeMixin, TemplateView):
    """Delete a draft, after a page that asks; a script asks nothing, since deleting can be undone."""

    template_name = "outcomes/desk/outcome_confirm_delete.html"

    def get(self, request, **kwargs):
        """Ask."""
        if self.outcome.status != Status.DRAFT:
            return self.refuse()
        return self.render_to_response(self.get_context_data(outcome=self.outcome, days=DELETED_KEPT.days))

    def post(self, request, **kwargs):
        """Delete what was shown; a draft changed meanwhile is shown again first."""
        try:
            workflow.delete(self.outcome, version=self.version(), by=request.user)
        except workflow.NotYours as refused:
            return answers.taken(refused.current) if answers.wanted(request) else self.refuse()
        except StaleVersion as stale:
            if answers.wanted(request):
                return answers.refused("conflict", status=409, words=answers.words_of(stale.current))
            messages.warning(request, "Somebody changed it meanwhile. Read it again before you delete it.")
            return redirect("outcomes:outcome-delete", self.outcome.code)
        workflow.forget_deleted()
        if answers.wanted(request):
            return JsonResponse({"restore": reverse("outcomes:outcome-restore", args=[self.outcome.code])})
        return redirect(f"{self.place.url()}?deleted={self.outcome.code}")

    def refuse(self):
        """Only drafts are deleted."""
        messages.warning(self.request, "Only drafts can be deleted. Take it back first, or ask the secretariat.")
        return self.to_place()


class OutcomeRestore(DeskMixin, View):
    """Bring back a draft that was deleted lately; twice is no error."""

    http_method_names = ["post"]

    def post(self, request, code):
        deleted, there = Outcome.objects.restorable_by(request.user), Outcome.objects.reported_by(request.user)
        outcome = get_object_or_404((deleted | there).select_related("event", "session__event"), code=code)
        if outcome.deleted_at:
            workflow.restore(outcome, by=request.user)
            if not answers.wanted(request):
                messages.success(request, f"{outcome.get_kind_display()} brought back, as it was.")
        if answers.wanted(request):
            return answers.saved(outcome)
        return redirect(f"{Place.of(outcome).url()}#outcome-{outcome.code}")
