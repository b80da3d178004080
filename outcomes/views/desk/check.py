"""The check list: everything about to be submitted, once more."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.views.generic import TemplateView

from events import attribution
from events.models import NotAllowed
from events.naming import WHY_NOT, Mention, NameCheck, Part
from outcomes import workflow
from outcomes.models import TEXT_BUDGET, WITH_RAPPORTEUR, Outcome, StatusChange
from outcomes.places import with_last_note
from outcomes.views.desk.access import PlaceMixin
from outcomes.views.desk.states import is_unchanged

CHANGE_NOTE = StatusChange._meta.get_field("note")


class DeskCheck(PlaceMixin, TemplateView):
    """Everything about to be submitted, with what a reader would stumble over; then submit what is ticked."""

    template_name = "outcomes/desk/check.html"

    def get_context_data(self, **kwargs):
        drafts = with_last_note(self.place.outcomes.filter(status__in=WITH_RAPPORTEUR)).prefetch_related(
            "themes", "addressees"
        )
        names = NameCheck(self.place.event, self.place.session)
        typed = self.request.POST if self.request.method == "POST" else {}
        items = [Item.of(outcome, names, typed) for outcome in drafts]
        context = {
            "items": items,
            "may_note": attribution.may_submit_marked(names.rule),
            "why_not": WHY_NOT[names.rule],
        }
        return super().get_context_data(**kwargs) | context | kwargs

    def post(self, request, **kwargs):
        """Submit the ticked ones, each in the version that was read."""
        seen: dict[str, int] = {}
        for ticked in request.POST.getlist("outcome"):
            code, _, version = ticked.partition(":")
            if code.isalnum() and version.isascii() and version.isdigit():
                seen[code] = int(version)
        if not seen:
            messages.warning(request, "Nothing was submitted: tick at least one.")
            return redirect(self.place.check_url)
        notes = {code: request.POST.get(f"note-{code}", "").strip() for code in seen}
        try:
            for note in notes.values():
                CHANGE_NOTE.run_validators(note)
            done = workflow.submit_all(seen, self.place, by=request.user, notes=notes)
        except ValidationError as wrong:
            return self.render_to_response(self.get_context_data(problem=f"The note: {wrong.messages[0]}"), status=422)
        except NotAllowed as reason:
            messages.warning(request, f"Nothing was submitted. {reason}")
            return redirect(self.place)
        if done.submitted:
            messages.success(
                request, f"{done.submitted} submitted for review. You get a mail when something comes back."
            )
        if done.changed:
            messages.warning(
                request,
                f"{done.changed} not submitted, because somebody changed the wording after you opened the page. "
                "Read again.",
            )
        if done.telling:
            return self.render_to_response(self.get_context_data(left=done.telling), status=422)
        if not done.submitted and not done.changed:
            messages.info(request, "There was nothing left to submit.")
        return redirect(self.place)


@dataclass(frozen=True)
class Item:
    """A draft on the check list: its words in stretches, what a reader would stumble over, and what tells who spoke."""

    outcome: Outcome
    heading: list[Part]
    text: list[Part]
    advice: list[str]
    telling: list[Mention]  # has to be answered
    is_ticked: bool
    note: str = ""

    @classmethod
    def of(cls, outcome: Outcome, names: NameCheck, typed) -> "Item":
        if outcome.recorded_under not in ("", names.rule):  # it was written under another rule than that of today
            names = NameCheck(names.event, names.session, outcome.recorded_under, names.roll)
        ticked = f"{outcome.code}:{outcome.version}" in typed.getlist("outcome") if typed else not is_unchanged(outcome)
        return cls(
            outcome,
            names.parts(outcome.heading),
            names.parts(outcome.text),
            advice(outcome, names),
            [one for text in outcome.words_guarded() for one in names.find(text) if one.certain],
            ticked,
            typed.get(f"note-{outcome.code}", "") if typed else "",
        )


def advice(outcome: Outcome, names: NameCheck) -> list[str]:
    """What a reader would stumble over."""
    found = []
    if is_unchanged(outcome):
        found.append("You have not changed it since it was sent back.")
    if len(outcome.text) > TEXT_BUDGET:
        found.append(f"{len(outcome.text)} characters: {TEXT_BUDGET} are what people read.")
    if not outcome.themes.all():
        found.append("No theme yet: people look for outcomes by theme.")
    if outcome.is_action and not outcome.addressees.all() and not outcome.owner_suggested:
        found.append("Nobody is named who should do it. If the group said who, add it.")
    return found + names.advice(*outcome.words_guarded())
