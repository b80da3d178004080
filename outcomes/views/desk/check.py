"""The check list: everything about to be submitted, once more."""

from django.contrib import messages
from django.shortcuts import redirect
from django.views.generic import TemplateView

from events.models import NotAllowed
from events.naming import NameCheck
from outcomes import workflow
from outcomes.models import TEXT_BUDGET, WITH_RAPPORTEUR, Outcome
from outcomes.places import with_last_note
from outcomes.views.desk.access import PlaceMixin
from outcomes.views.desk.states import is_unchanged


class DeskCheck(PlaceMixin, TemplateView):
    """Everything about to be submitted, with what a reader would stumble over; then submit what is ticked."""

    template_name = "outcomes/desk/check.html"

    def get_context_data(self, **kwargs):
        drafts = with_last_note(self.place.outcomes.filter(status__in=WITH_RAPPORTEUR)).prefetch_related(
            "themes", "addressees"
        )
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


def advice(outcome: Outcome, names: NameCheck) -> list[str]:
    """What a reader would stumble over; none of it stops a rapporteur from submitting."""
    found = []
    if is_unchanged(outcome):
        found.append("You have not changed it since it was sent back.")
    if len(outcome.text) > TEXT_BUDGET:
        found.append(f"{len(outcome.text)} characters: {TEXT_BUDGET} are what people read.")
    if not outcome.themes.all():
        found.append("No theme yet: people look for outcomes by theme.")
    if outcome.is_action and not outcome.addressees.all() and not outcome.owner_suggested:
        found.append("Nobody is named who should do it. If the group said who, add it.")
    return found + names.advice(outcome.heading, outcome.text)
