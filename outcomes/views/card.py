"""The image that a link to an outcome is shared with."""

from django.shortcuts import get_object_or_404

from events.cards import Card, CardImage, span
from outcomes.models import Outcome


class OutcomeCard(CardImage):
    """The image of an outcome: its wording, kind and reference, the dialogue and its dates."""

    def card(self, **kwargs) -> Card:
        outcome = get_object_or_404(Outcome.objects.public().select_related("event"), code=kwargs["code"])
        return Card(
            kind=outcome.get_kind_display(),
            reference=outcome.reference,
            words=outcome.text,
            under=outcome.event.title,
            when=span(outcome.event.starts_on, outcome.event.ends_on),
        )
