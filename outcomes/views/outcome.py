"""One outcome: its wording, where it comes from, what became of it."""

import datetime as dt

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext
from django.views.generic import DetailView

from events import attribution
from events.models import Participation
from events.pages import PublicPage
from events.views import gone
from outcomes.models import ActionUpdate, Outcome
from participants.files import StoredFile


class OutcomeDetail(PublicPage, DetailView):
    """One outcome in its reviewed wording, where it comes from and what became of it."""

    template_name = "outcomes/outcome_detail.html"
    slug_field = slug_url_kwarg = "code"

    def get(self, request, *args, **kwargs):
        try:
            return super().get(request, *args, **kwargs)
        except Http404:
            withdrawn = self.tombstone(kwargs["code"])
            if withdrawn is None:
                raise
            return gone(request, withdrawn)

    def get_queryset(self):
        # The session of a public outcome is public, and so are the sessions above it: a closed one closes it.
        return Outcome.objects.public().with_rule().select_related("event", "session__parent__parent")

    @staticmethod
    def tombstone(code: str) -> dt.datetime | None:
        """Return when an outcome, or else its event, was withdrawn."""
        stones = Outcome.objects.tombstones().filter(code=code)
        own, of_event = stones.values_list("withdrawn_at", "event__withdrawn_at").first() or (None, None)
        return own or of_event

    def get_context_data(self, **kwargs):
        outcome = self.object
        before, after = neighbours(outcome, Outcome.objects.public().beside(outcome))
        follow_up = (
            {
                "owners": owners(outcome),
                "addressees": [addressee.get_actor_type_display() for addressee in outcome.addressees.all()],
                "updates": outcome.updates.all(),
            }
            if outcome.is_action
            else {}
        )
        return super().get_context_data(
            **kwargs,
            **follow_up,
            event=outcome.event,
            trail=[(gettext("Outcomes"), reverse("outcomes:outcome-list"))],
            themes=outcome.themes.all(),
            attribution_note=attribution.PLAIN_WORDS[attribution.Rule(outcome.rule)],
            before=before,
            after=after,
        )


def owners(action: Outcome) -> list[dict]:
    """Return who answers for an action: organisations by name, people as `attribution` allows; `action` has `rule`."""
    found = list(action.owners.select_related("organisation", "person"))
    people = [owner.person_id for owner in found if owner.person_id]
    listed = {
        participation.person_id: participation
        for participation in (Participation.objects.public().filter(event=action.event_id, person__in=people))
        if people
    }
    shown = []
    for owner in found:
        if owner.organisation:
            name, details = owner.organisation.name, ""
        else:
            participation = listed.get(owner.person_id)
            rules = [action.rule, action.recorded_under]
            if participation:
                rules += [participation.rule, participation.recorded_under]
            byline = attribution.owner_byline(participation, attribution.strictest(*rules))
            name, details = byline.name, byline.details
        shown.append({"name": name, "details": details, "lead": owner.is_lead, "said": owner.get_response_display()})
    return shown


def neighbours(outcome: Outcome, beside) -> tuple[Outcome | None, Outcome | None]:
    """Return the one before and the one after; takeaways are printed before actions."""
    before = after = None
    for item in beside:
        item.event = outcome.event
        earlier = item.kind > outcome.kind or (item.kind == outcome.kind and item.number < outcome.number)
        if earlier:
            before = item
        else:
            after = item
    return before, after


class EvidenceFile(StoredFile):
    """Evidence of what became of an action."""

    folder, field = "evidence", "evidence_file"

    def public(self):
        return ActionUpdate.objects.filter(action__in=Outcome.objects.public().values("pk"))

    def visible_to(self, user):
        return ActionUpdate.objects.filter(action__in=Outcome.objects.visible_to(user).values("pk"))
