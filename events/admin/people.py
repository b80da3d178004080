from django.contrib import admin

from events.admin.base import AutocompleteWithin, EventBound, EventFilter, OfOneEvent, Released
from events.admin.guard import AsksWhyItStands, GuardedForm
from events.admin.invitations import OffersInvitation, invite_link
from events.exports import ParticipationExport, QuoteExport, RoleExport
from events.models import Participation, Quote, Role
from participants.exporting.pages import Exports
from participants.help import Helped
from participants.history_pages import WithHistory


class RoleInline(OfOneEvent, Helped, admin.StackedInline):
    model = Role
    fields = [("role", "session", "position")]
    autocomplete_fields = ["session"]
    extra = 0

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("participation__person")

    def get_formset(self, request, obj=None, **kwargs):
        self.keep_event(request, obj)
        return super().get_formset(request, obj, **kwargs)


@admin.register(Participation)
class ParticipationAdmin(Exports, OffersInvitation, Released, AutocompleteWithin, EventBound, WithHistory):
    export = ParticipationExport
    list_display = ["person", "affiliation", "position", "attendance", "listing", "in_roles", "kept_under", "event"]
    list_filter = [EventFilter, "attendance", "listing", "recorded_under"]
    list_select_related = ["person", "event"]
    list_per_page = 100
    search_fields = ["person__name", "person__sort_name", "affiliation", "event__title", "event__reference"]
    show_full_result_count = False
    autocomplete_fields = ["event", "person", "organisation"]
    fields = [
        "event",
        "person",
        ("affiliation", "position"),
        "organisation",
        ("attendance", "listing"),
        "wants_reminders",
    ]
    inlines = [RoleInline]
    actions = ["show_under_todays_rule"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("roles")

    @admin.display(description="roles")
    def in_roles(self, obj):
        return ", ".join(sorted({role.get_role_display() for role in obj.roles.all()})) or "–"


class RoleEventFilter(EventFilter):
    path = "participation__event"


@admin.register(Role)
class RoleAdmin(Exports, OffersInvitation, Released, EventBound, WithHistory):
    export = RoleExport
    list_display = ["participation", "role", "session", "kept_under", "event"]
    list_filter = [RoleEventFilter, "role", "recorded_under"]
    list_select_related = ["participation__person", "participation__event", "session"]
    list_per_page = 100
    search_fields = ["participation__person__name", "participation__person__sort_name", "session__title"]
    show_full_result_count = False
    autocomplete_fields = ["participation", "session"]
    fields = ["participation", "role", "session", "position"]
    actions = ["show_under_todays_rule"]
    change_form_template = "admin/status_change_form.html"

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """A rapporteur's role leads to their invitation."""
        role = self.get_object(request, object_id)
        extra = {}
        if role is not None and role.role == Role.Role.RAPPORTEUR:
            extra["around"] = [invite_link(role.event, **({"session": role.session_id} if role.session_id else {}))]
        return super().change_view(request, object_id, form_url, extra | (extra_context or {}))


@admin.register(Quote)
class QuoteAdmin(AsksWhyItStands, Exports, Released, EventBound, WithHistory):
    form = GuardedForm
    change_form_template = "admin/status_change_form.html"
    export = QuoteExport
    list_display = ["__str__", "speaker", "consent", "session", "kept_under", "event"]
    list_filter = [EventFilter, "consent", "recorded_under"]
    list_select_related = ["speaker__person", "session", "event"]
    search_fields = ["text", "speaker__person__name", "event__title"]
    show_full_result_count = False
    autocomplete_fields = ["event", "session", "speaker"]
    fields = ["event", "session", "text", "speaker", "consent", "source", "position"]
    actions = ["show_under_todays_rule"]
