"""The front page."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext
from django.views.generic import TemplateView

from events.models import Event
from events.pages import PublicPage
from events.prepared import PreparedQuery
from events.ways import feed
from outcomes.listed import card_columns, cards
from outcomes.models import ActionUpdate, Outcome
from outcomes.views.theme import theme_cards
from outcomes.vocabulary import Vocabulary

LATEST, LOOKED_AT = 6, 60  # outcomes shown, and the newest among which they are chosen
UPCOMING, HELD, DONE = 3, 4, 3
DONE_LOOKED_AT = 12  # updates: several may be about one action

_NEWEST = PreparedQuery(lambda: card_columns(Outcome.objects.public().newest()[:LOOKED_AT]))


class Home(PublicPage, TemplateView):
    """What this is, the latest outcomes, the themes, dialogues to come and held lately, and what got done."""

    template_name = "home.html"

    def ways_out(self):
        feeds = {
            "outcomes:outcome-feed": gettext("Outcomes"),
            "outcomes:update-feed": gettext("What became of actions"),
            "events:event-feed": gettext("Dialogues"),
        }
        return [feed(name, title, label=f"Atom: {title}") for name, title in feeds.items()]

    def get_context_data(self, **kwargs):
        events = Event.objects.public().for_cards()
        vocabulary = Vocabulary.now()
        of_themes = theme_cards(vocabulary)
        return super().get_context_data(
            **kwargs,
            outcomes=cards(mixed(_NEWEST.find(), LATEST), vocabulary.by_key),
            themes=[card for card in of_themes if card["any"]],
            sleeping=[card["theme"] for card in of_themes if not card["any"]],
            upcoming=events.upcoming()[:UPCOMING],
            held=events.held()[:HELD],
            done=done_lately(),
        )


def mixed(newest: list[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    """Return the newest with one takeaway and one action of each dialogue first served; still the newest first."""
    chosen: dict[tuple, dict] = {}
    for card in newest:
        chosen.setdefault((card["event_id"], card["kind"]), card)
    served = list(chosen.values())[:most]
    rest = [card for card in newest if all(card is not one for one in served)]
    served += rest[: most - len(served)]
    place = {card["pk"]: number for number, card in enumerate(newest)}
    return sorted(served, key=lambda card: place[card["pk"]])


def _done() -> QuerySet:
    done = Outcome.Progress.DONE
    public = Outcome.objects.public().filter(pk=OuterRef("action"), progress=done)
    reports = ActionUpdate.objects.filter(Exists(public), progress=done).order_by("-on", "-pk")
    of_action = ("code", "text", "number", "event__title", "event__slug", "event__reference")
    return reports.values("on", "verification", "action", *(f"action__{name}" for name in of_action))[:DONE_LOOKED_AT]


_DONE = PreparedQuery(_done)


def done_lately() -> list[dict[str, Any]]:
    """Return the actions last reported done that still are, each once with the report."""
    labels = dict(ActionUpdate.Verification.choices)
    found: dict[int, dict[str, Any]] = {}
    for row in _DONE.find():
        cite_as = row["action__event__reference"] or row["action__event__slug"]
        found.setdefault(
            row["action"],
            {
                "on": row["on"],
                "verification": labels[row["verification"]],
                "code": row["action__code"],
                "text": row["action__text"],
                "reference": f"{cite_as}-A{row['action__number']}",
                "event": row["action__event__title"],
            },
        )
    return list(found.values())[:DONE]
