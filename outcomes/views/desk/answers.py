"""What the desk's scripts are told: JSON for those who ask for it, the same facts that the pages show.

A refusal names its reason in `why`: "signed-out", "gone", "invalid", "conflict" or "taken". The script then keeps the
words on the device and says so.
"""

from django.http import JsonResponse
from django.urls import reverse

from outcomes import suggest
from outcomes.forms import OutcomeForm
from outcomes.models import Outcome, Theme
from outcomes.views.desk.states import STATES, Status

ACCOUNT = "X-Desk-Account"  # whose words a script is sending: somebody else may have signed in meanwhile


def wanted(request) -> bool:
    """Whether a script of the desk asks."""
    return request.headers.get("Accept") == "application/json"


def is_somebody_elses(request) -> bool:
    """Whether the words belong to another account than the one that is signed in now."""
    account = request.headers.get(ACCOUNT)
    return account is not None and account != str(request.user.pk)


def refused(why: str, *, status: int, **more) -> JsonResponse:
    return JsonResponse({"why": why} | more, status=status)


def saved(outcome: Outcome) -> JsonResponse:
    """Say that it is stored, where and in which version, and which themes its wording suggests."""
    return JsonResponse(
        {
            "code": outcome.code,
            "address": reverse("outcomes:desk-outcome", args=[outcome.code]),
            "version": outcome.version,
            "kind": outcome.kind,
            "suggested": suggestions(outcome.text),
        }
    )


def suggestions(text: str) -> list[dict]:
    """The themes that a wording suggests, as {id, name}."""
    names = dict(Theme.objects.filter(pk__in=(keys := suggest.suggested(text))).values_list("pk", "name"))
    return [{"id": str(key), "name": names[key]} for key in keys if key in names]


def invalid(form: OutcomeForm) -> JsonResponse:
    return refused("invalid", status=422, errors={name: list(errors) for name, errors in form.errors.items()})


def conflict(outcome: Outcome, said: dict) -> JsonResponse:
    """Say what was saved meanwhile; `said` is {title, differences} as the page shows it."""
    return refused(
        "conflict",
        status=409,
        code=outcome.code,
        address=reverse("outcomes:desk-outcome", args=[outcome.code]),
        version=outcome.version,
        words=words_of(outcome),
        **said,
    )


def taken(outcome: Outcome) -> JsonResponse:
    """Say that the secretariat has it, and what stands there."""
    return refused(
        "taken",
        status=409,
        state=STATES[Status(outcome.status)].lower(),
        text=outcome.text,
        address=reverse("outcomes:desk-outcome", args=[outcome.code]),
    )


def words_of(outcome: Outcome) -> dict[str, str | list[str]]:
    """What the form of an outcome holds, field by field, as a browser sends it."""
    return {
        "kind": outcome.kind,
        "text": outcome.text,
        "heading": outcome.heading,
        "nature": outcome.nature,
        "due_on": outcome.due_on.isoformat() if outcome.due_on else "",
        "due_text": outcome.due_text,
        "owner_suggested": outcome.owner_suggested,
        "themes": [str(theme.pk) for theme in outcome.themes.all()],
        "addressed_to": [addressee.actor_type for addressee in outcome.addressees.all()],
    }
