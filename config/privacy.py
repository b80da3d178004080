"""The page that says what is kept about whom: made from `config/keeping.py`, with what an institution adds to it."""

from pathlib import Path

from django.conf import settings
from django.views.generic import TemplateView

from config.keeping import KEEPING
from events.pages import PublicPage


class Privacy(PublicPage, TemplateView):
    """What is kept about people, why, how long, who sees it, and how they ask for it or to be erased."""

    template_name = "privacy.html"

    def get_context_data(self, **kwargs):
        sections: dict[str, list] = {}
        for one in KEEPING:
            sections.setdefault(one.whom, []).append(one)
        contact = settings.PRIVACY_CONTACT
        return super().get_context_data(
            sections=list(sections.items()),
            contact=contact,
            contact_words=contact.removeprefix("mailto:").removeprefix("https://"),
            own_words=own_words(),
            **kwargs,
        )


def own_words() -> str:
    """Return the Markdown that the institution adds; nothing where it adds none."""
    return Path(settings.PRIVACY_NOTE).read_text(encoding="utf-8") if settings.PRIVACY_NOTE else ""
