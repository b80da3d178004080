"""One session, group or whole event: its items, and who is writing which of them at this moment."""

from collections import defaultdict

from django.http import JsonResponse
from django.middleware.csrf import get_token
from django.views.generic import TemplateView, View

from events.since import since_last_time
from outcomes import workflow
from outcomes.forms import OutcomeForm
from outcomes.models import TEXT_BUDGET, Outcome, Presence
from outcomes.places import Place, with_last_note
from outcomes.views.desk import answers
from outcomes.views.desk.access import OutcomeMixin, PlaceMixin
from outcomes.views.desk.states import STATES, Status, is_reworded


class DeskPlace(PlaceMixin, TemplateView):
    """One session, group or whole event: its items in order, and what can be done with each.

    With a script, items are written in place: the page holds one empty form and the words of each item, so that
    writing needs no connection.
    """

    template_name = "outcomes/desk/place.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        outcomes = with_last_note(self.place.outcomes).select_related("event").prefetch_related("themes", "addressees")
        items, writing = list(outcomes), writers(self.place, user)
        deleted = list(Outcome.objects.restorable_by(user).filter(**self.place.columns).order_by("-deleted_at"))
        just = self.request.GET.get("deleted", "")
        used = {theme.pk for outcome in items for theme in outcome.themes.all()}
        return super().get_context_data(**kwargs) | {
            "sections": [
                (kind, f"{kind.label}s", [card(one, writing[one.pk]) for one in items if one.kind == kind])
                for kind in (Outcome.Kind.TAKEAWAY, Outcome.Kind.ACTION)
            ],
            "sent_back": [outcome for outcome in items if outcome.status == Status.CHANGES_REQUESTED],
            "ready": sum(outcome.is_with_rapporteur for outcome in items),
            "is_empty": not items,
            "rounds": self.place.rounds,
            "since": since_last_time(self.place.event),
            "deleted": deleted,
            "just_deleted": next((outcome for outcome in deleted if outcome.code == just), None),
            "form": OutcomeForm(offer=used),
            "budget": TEXT_BUDGET,
            "organisations": self.place.organisations(),
        }


class PlaceNow(PlaceMixin, View):
    """For the script of a page that is open: what stands there, who writes what, and a fresh token for its posts."""

    http_method_names = ["get", "head"]

    def get(self, request, **kwargs):
        writing = writers(self.place, request.user)
        return JsonResponse(
            {
                "account": request.user.pk,
                "token": get_token(request),
                "items": [
                    {"code": code, "version": version, "status": status, "writing": writing[pk]}
                    for pk, code, version, status in self.place.outcomes.values_list("pk", "code", "version", "status")
                ],
            }
        )


class OutcomePresence(OutcomeMixin, View):
    """A sign of life from who is writing an item; the answer says who else is, and in which version it stands."""

    http_method_names = ["post"]

    def post(self, request, **kwargs):
        Presence.objects.note(self.outcome, request.user)
        workflow.forget_deleted()
        others = self.outcome.presences.others(request.user)
        return JsonResponse(
            {"writing": [mark.user.get_short_name() for mark in others], "version": self.outcome.version}
        )


def writers(place: Place, user) -> defaultdict[int, list[str]]:
    """Who but `user` is writing which item of `place` now: names by the item's key."""
    found = defaultdict(list)
    for mark in Presence.objects.others(user).filter(outcome__in=place.outcomes.order_by().values("pk")):
        found[mark.outcome_id].append(mark.user.get_short_name())
    return found


def card(outcome: Outcome, writing: list[str]) -> dict:
    """An item as its card on the desk shows it."""
    return {
        "outcome": outcome,
        "state": STATES[Status(outcome.status)],
        "is_reworded": is_reworded(outcome),
        "writing": writing,
        "words": answers.words_of(outcome) if outcome.is_with_rapporteur else None,
    }
