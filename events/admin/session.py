from django import forms
from django.contrib import admin
from django.urls import reverse
from django.utils.formats import date_format

from events.admin.base import AutocompleteWithin, EventBound, EventFilter, TimesOfTheEvent, prefilled, say_zone
from events.admin.guard import AsksWhyItStands, GuardedForm, GuardedInlineForm
from events.admin.invitations import invite_link
from events.admin.rules import RuleField
from events.exports import SessionExport
from events.models import BreakoutGroup, Session
from events.scheduling import what_hangs_on
from events.workflow import move_session, set_attribution
from participants.exporting.pages import Exports
from participants.help import Helped
from participants.history_pages import WithHistory


class BreakoutGroupFormSet(forms.BaseInlineFormSet):
    """Groups belong to the event of the session they stand under."""

    def _construct_form(self, i, **kwargs):
        form = super()._construct_form(i, **kwargs)
        form.instance.event_id = self.instance.event_id
        return form


class BreakoutGroupInline(Helped, admin.StackedInline):
    model = BreakoutGroup
    form = GuardedInlineForm
    fk_name = "parent"
    formset = BreakoutGroupFormSet
    fields = [("number", "title"), ("starts_at", "ends_at", "room"), "position"]
    extra = 0
    show_change_link = True
    verbose_name_plural = "breakout groups under it"

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        say_zone(request, formset.form, ("starts_at", "ends_at"))
        return formset


class KeepsWhatHangsOnIt:
    """Sessions are deleted when nothing hangs on them, as in the programme; what does is counted, not listed."""

    def get_deleted_objects(self, objs, request):
        """Return Django's four; what stands against the deletion in place of each row it would take along."""
        against = [f"{session}: {', '.join(hangs)}" for session in objs if (hangs := what_hangs_on(session))]
        return ([], {}, set(), against) if against else super().get_deleted_objects(objs, request)


@admin.register(Session)
class SessionAdmin(
    AsksWhyItStands,
    KeepsWhatHangsOnIt,
    Exports,
    RuleField,
    AutocompleteWithin,
    TimesOfTheEvent,
    EventBound,
    WithHistory,
):
    form = GuardedForm
    export = SessionExport
    list_display = ["title", "label", "kind", "above", "starts", "room", "rule", "event"]
    list_filter = [EventFilter, "kind", "attribution"]
    list_select_related = ["event", "parent"]
    list_per_page = 100
    times = ("starts_at", "ends_at")
    search_fields = ["title", "number", "room", "event__title", "event__reference"]
    show_full_result_count = False
    autocomplete_fields = ["event", "parent"]
    fieldsets = [
        (None, {"fields": ["event", "parent", ("kind", "number"), "title"]}),
        ("When and where", {"fields": [("starts_at", "ends_at"), "programme_day", ("room", "position")]}),
        ("What may be shown", {"fields": ["attribution"]}),
        ("Its text", {"fields": ["body"]}),
    ]
    change_form_template = "admin/status_change_form.html"

    def get_queryset(self, request):
        return super().get_queryset(request).in_programme_order()

    def get_inlines(self, request, obj):
        return [BreakoutGroupInline] if obj is not None else []

    @admin.display(description="above it")
    def above(self, obj):
        return obj.parent or "–"

    @admin.display(description="starts", ordering="starts_at")
    def starts(self, obj):
        if not obj.starts_at:
            return "–"
        return f"{date_format(obj.starts_at.astimezone(obj.event.zone), 'j M Y, H:i')} ({obj.event.time_zone})"

    @admin.display(description="rule", ordering="attribution")
    def rule(self, obj):
        return obj.get_attribution_display() or "inherited"

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "parent":
            field.label = "Stands under"
        return field

    def change_view(self, request, object_id, form_url="", extra_context=None):
        session = self.get_object(request, object_id)
        extra = {}
        if session is not None:
            extra["around"] = self.around(session)
        return super().change_view(request, object_id, form_url, extra | (extra_context or {}))

    def around(self, session) -> list[dict]:
        """Links to its event, its roles and its outcomes."""
        lists = (("Roles", "roles", "events_role_changelist"), ("Outcomes", "outcomes", "outcomes_outcome_changelist"))
        return [
            {
                "label": str(session.event),
                "count": None,
                "address": reverse("admin:events_event_change", args=[session.event_id]),
            },
            *(
                {
                    "label": label,
                    "count": getattr(session, name).count(),
                    "address": prefilled(target, event=session.event_id, session__id__exact=session.pk),
                }
                for label, name, target in lists
            ),
            invite_link(session.event, session=session.pk),
        ]

    def save_model(self, request, obj, form, change):
        """Save, with the rule and the place in the tree through their own doors."""
        if change and "attribution" in form.changed_data:
            before = Session.objects.get(pk=obj.pk)
            was = before.rule_now()
            set_attribution(before, obj.attribution, by=request.user)
            self.say_what_changed(request, before, was)
        super().save_model(request, obj, form, change)
        if change and "parent" in form.changed_data:
            move_session(obj, obj.parent)


@admin.register(BreakoutGroup)
class BreakoutGroupAdmin(SessionAdmin):
    """Groups by themselves: reached from the session they stand under."""

    def has_module_permission(self, request):
        return False
