"""The front page."""

from django.views.generic import TemplateView

from events.models import Event
from events.pages import PublicPage
from outcomes.models import Outcome
from outcomes.views.theme import theme_cards


class Home(PublicPage, TemplateView):
    """What this is, the latest outcomes, the themes, and the dialogues to come and held lately."""

    template_name = "home.html"

    def get_context_data(self, **kwargs):
        events = Event.objects.public().defer("body")
        return super().get_context_data(
            **kwargs,
            outcomes=Outcome.objects.public().for_cards().newest()[:6],
            themes=theme_cards(),
            upcoming=events.upcoming()[:3],
            held=events.held()[:4],
        )
