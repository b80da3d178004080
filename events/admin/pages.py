"""Pages of one event in the admin: what they share, and where apps to the right add theirs."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, path, reverse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache

from events.models import Event

# (route below the event, name, view); outcomes/admin/workspace.py adds its own.
EVENT_PAGES: list[tuple[str, str, Any]] = []


class WithPages:
    """For the admin of events: the pages in `EVENT_PAGES`, each a view that is handed this admin."""

    def get_urls(self):
        def page(view):
            return self.admin_site.admin_view(view.as_view(model_admin=self))

        pages = [
            path(f"<int:pk>/{route}/", page(view), name=f"events_event_{name}") for route, name, view in EVENT_PAGES
        ]
        return [*pages, *super().get_urls()]


@method_decorator(never_cache, name="dispatch")
class EventPage(View):
    """A page about `self.event`, one of those the person works on; 403 where it takes more than that to see it."""

    model_admin: Any = None
    needs: tuple[str, ...] = ()  # permissions beside seeing the event
    to_run = False  # whether only who may change the event gets in
    event: Event

    def dispatch(self, request, *args, **kwargs):
        event = self.model_admin.get_object(request, str(kwargs["pk"]))
        if event is None:
            raise Http404
        allowed = self.model_admin.has_view_permission(request, event) and request.user.has_perms(self.needs)
        if not allowed or (self.to_run and not event.is_run_by(request.user)):
            raise PermissionDenied
        self.event = event
        return super().dispatch(request, *args, **kwargs)

    def page(self, template: str, context: dict, status: int = 200) -> HttpResponse:
        site = self.model_admin.admin_site
        self.request.current_app = site.name
        context = {**site.each_context(self.request), "opts": Event._meta, "event": self.event, **context}
        return TemplateResponse(self.request, f"admin/events/event/{template}.html", context, status=status)

    def address(self, name: str) -> str:
        """The address of another page of this event, "" where there is none."""
        try:
            return reverse(f"admin:events_event_{name}", args=[self.event.pk])
        except NoReverseMatch:
            return ""
