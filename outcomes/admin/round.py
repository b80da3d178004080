from django.contrib import admin
from django.db.models import Count
from django.urls import reverse

from events.admin.base import EventBound, EventFilter, TimesOfTheEvent
from outcomes.models import Round
from participants.history_pages import WithHistory


@admin.register(Round)
class RoundAdmin(TimesOfTheEvent, EventBound, WithHistory):
    """Sets rounds up; they are run, and their contributions read, on the desk. Nobody changes or deletes those here."""

    times = ("opens_at", "closes_at")
    list_display = ["code", "event", "session", "state", "number"]
    list_filter = [EventFilter]
    list_select_related = ["event", "session"]
    search_fields = ["code", "event__title", "event__reference"]
    ordering = ["-pk"]
    show_full_result_count = False
    autocomplete_fields = ["event", "session"]
    fieldsets = [
        (None, {"fields": ["event", "session", "takeaway_prompt", "action_prompt", "asks_actor_type"]}),
        ("When", {"fields": [("opens_at", "closes_at")]}),
        ("On the projector", {"fields": ["shows_contributions", "is_moderated"]}),
        ("Limits", {"fields": [("length_limit", "max_contributions")]}),
    ]
    view_on_site = False
    change_form_template = "admin/status_change_form.html"

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(answered=Count("contributions"))

    @admin.display(description="state")
    def state(self, obj):
        return obj.state.label

    @admin.display(description="contributions")
    def number(self, obj):
        return obj.answered if obj.purged_count is None else f"{obj.purged_count}, deleted"

    def get_readonly_fields(self, request, obj=None):
        """Where it belongs is chosen once: its contributions were written there."""
        return (*super().get_readonly_fields(request, obj), *(("session",) if obj is not None else ()))

    def change_view(self, request, object_id, form_url="", extra_context=None):
        obj = self.get_object(request, object_id)
        extra = {}
        if obj is not None:
            pages = (("Run it on the desk", "desk-round"), ("Projector", "round-projector"))
            extra["around"] = [
                {"label": label, "count": None, "address": reverse(f"outcomes:{name}", args=[obj.code])}
                for label, name in pages
            ]
        return super().change_view(request, object_id, form_url, extra | (extra_context or {}))

    def has_delete_permission(self, request, obj=None):
        """What people wrote is not deleted by hand."""
        if obj is not None and obj.contributions.exists():
            return False
        return super().has_delete_permission(request, obj)

    def get_actions(self, request, action_location=admin.ActionLocation.CHANGE_LIST):
        actions = super().get_actions(request, action_location=action_location)
        actions.pop("delete_selected", None)
        return actions
