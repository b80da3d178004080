"""What there is for programs and spreadsheets, explained."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext
from django.views.generic import TemplateView

from events import structured
from events.pages import PublicPage
from events.ways import ALL_FILES, files
from outcomes.dump import SUFFIX
from outcomes.dump.rows import RESOURCES


class Data(PublicPage, TemplateView):
    """Exports, the dump, the API, and under which licence."""

    template_name = "outcomes/data.html"

    def get_context_data(self, **kwargs):
        lists = (
            (gettext("Outcomes"), "outcomes:outcome-file"),
            (gettext("Actions"), "outcomes:action-file"),
            (gettext("Events"), "events:event-file"),
            (gettext("Themes"), "outcomes:theme-file"),
        )
        trail = [(gettext("Home"), reverse("home"))]
        return super().get_context_data(
            **kwargs,
            lists=[(title, files(name, formats=ALL_FILES)) for title, name in lists],
            dump=[(name, reverse("outcomes:dump-file", args=[f"{name}{SUFFIX}"])) for name in RESOURCES],
            licence=settings.DATA_LICENCE,
            licence_url=settings.DATA_LICENCE_URL,
            structured=structured.graph(structured.breadcrumbs([*trail, (gettext("Data"), reverse("outcomes:data"))])),
        )
