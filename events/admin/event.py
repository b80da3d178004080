from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html

from events.admin.base import Limited, ReadsChoicesAtOnce, Verb, WithVerbs, prefilled, say_unseen
from events.admin.cloning import ClonesEvents, clone_link
from events.admin.guard import AsksWhyItStands, GuardedForm
from events.admin.invitations import InvitesRapporteurs, invite_link
from events.admin.pages import WithPages
from events.admin.programme import EditsProgramme, programme_link
from events.admin.public_note import GivesPublicNote
from events.admin.rules import RuleField
from events.exports import EventExport, SeriesExport
from events.models import Event, EventPartner, EventSeries
from events.workflow import set_attribution, settle_visibility
from participants.admin import UPLOADS
from participants.exporting.pages import Exports
from participants.history_pages import WithHistory
from participants.importing.admin import offers
from participants.models import Organisation, User

# What belongs to an event: the words of its link, the reverse name to count, the list it leads to, and a filter more.
AROUND = (
    ("Sessions", "sessions", "events_session_changelist", {}),
    ("Participants", "participations", "events_participation_changelist", {}),
    ("Quotes", "quotes", "events_quote_changelist", {}),
    ("Resources", "resources", "events_resource_changelist", {}),
    ("Outcomes", "outcomes", "outcomes_outcome_changelist", {}),
    ("Closing rounds", "rounds", "outcomes_round_changelist", {}),
    ("To review", "outcomes", "outcomes_outcome_queue", {"status": "submitted"}),
)


@admin.register(EventSeries)
class EventSeriesAdmin(Exports, WithHistory):
    export = SeriesExport
    list_display = ["name", "editions"]
    search_fields = ["name"]

    def get_queryset(self, request):
        theirs = Event.objects.staffed_by(request.user).filter(series=OuterRef("pk")).order_by().values("series")
        number = theirs.annotate(number=Count("pk")).values("number")
        return super().get_queryset(request).annotate(number=Coalesce(Subquery(number), 0))

    @admin.display(description="editions", ordering="number")
    def editions(self, obj):
        return obj.number


class EventForm(GuardedForm):
    """An event; whoever works for some institutions says for which of them a new one is, so that it stays theirs."""

    asking: User

    on_behalf_of = forms.ModelChoiceField(
        Organisation.objects.none(),
        label="Convened by",
        empty_label=None,
        help_text="Your institution. It stands among the partners afterwards; add other partners below.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "on_behalf_of" in self.fields:
            theirs = self.asking.institutions.order_by("name")
            self.fields["on_behalf_of"].queryset = theirs
            if self.instance.pk or self.asking.works_on_everything:
                del self.fields["on_behalf_of"]


class EventPartnerFormSet(forms.BaseInlineFormSet):
    """The partners; whoever works for some institutions cannot take away the last tie of the event to these."""

    asking: User

    def clean(self):
        super().clean()
        if self.asking.works_on_everything or self.instance._state.adding or any(self.errors):
            return
        theirs = set(self.asking.institutions.values_list("pk", flat=True))
        kept = [form.cleaned_data for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        if not any(row["role"] in EventPartner.RUNS and row["organisation"].pk in theirs for row in kept):
            raise ValidationError(
                "Your institution would no longer run this event, and you could not open it any more: leave it as "
                "convener, host, co-host or organiser, or ask an administrator."
            )


class EventPartnerInline(ReadsChoicesAtOnce):
    model = EventPartner
    formset = EventPartnerFormSet
    autocomplete_fields = ["organisation"]
    fields = [("organisation", "role"), ("role_text", "position")]
    extra = 0

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("organisation")

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        formset.asking = request.user
        return formset


@admin.register(Event)
class EventAdmin(
    AsksWhyItStands,
    Exports,
    WithPages,
    EditsProgramme,
    ClonesEvents,
    InvitesRapporteurs,
    GivesPublicNote,
    RuleField,
    WithVerbs,
    Limited,
    WithHistory,
):
    export = EventExport
    form = EventForm
    formfield_overrides = UPLOADS
    list_display = ["title", "workspace", "dates", "place", "attribution", "status", "to_review"]
    list_filter = ["status", ("starts_on", admin.EmptyFieldListFilter), "attribution", "format", "mode"]
    list_per_page = 50
    search_fields = ["title", "reference", "city", "venue", "series__name"]
    date_hierarchy = "starts_on"
    show_full_result_count = False
    autocomplete_fields = ["series"]
    inlines = [EventPartnerInline]
    fieldsets = [
        (None, {"fields": ["title", "reference", "series", ("format", "mode"), "summary"]}),
        ("When and where", {"fields": [("starts_on", "ends_on"), "time_zone", ("venue", "city", "country")]}),
        ("What may be shown", {"fields": ["attribution"]}),
        ("Filing", {"fields": ["outcomes_due_on", "accepts_late"]}),
        ("Its page", {"fields": ["slug", "body", "image", "image_alt", "image_credit"]}),
    ]
    verbs = (
        Verb("publish", "Publish", Event.Status.PUBLISHED, "Its page, programme and published outcomes become public."),
        Verb(
            "withdraw",
            "Withdraw",
            Event.Status.WITHDRAWN,
            "Its page and everything in it leave the public site at once. Its address then says when, no more.",
        ),
    )

    def get_queryset(self, request):
        outcomes = self.opts.get_field("outcomes").related_model._base_manager.filter(event=OuterRef("pk"))
        waiting = outcomes.filter(status="submitted").order_by().values("event").annotate(number=Count("pk"))
        return super().get_queryset(request).annotate(waiting=Coalesce(Subquery(waiting.values("number")), 0))

    @admin.display(description="workspace")
    def workspace(self, obj):
        address = workspace_of(obj)
        return format_html(
            '<a href="{}">Open<span class="visually-hidden"> the workspace of {}</span></a>', address, obj
        )

    @admin.display(ordering="starts_on")
    def dates(self, obj):
        if not obj.starts_on or obj.starts_on == obj.ends_on:
            return date_format(obj.starts_on) if obj.starts_on else "No date yet"
        return f"{date_format(obj.starts_on)} – {date_format(obj.ends_on)}"

    @admin.display(description="place", ordering="city")
    def place(self, obj):
        return obj.place or "–"

    @admin.display(description="to review")
    def to_review(self, obj):
        return obj.waiting or "–"

    def view_on_site(self, obj):
        return obj.get_absolute_url() if obj.status == Event.Status.PUBLISHED else None

    def has_add_permission(self, request):
        """Whoever works for no institution yet has nobody to convene an event for."""
        user = request.user
        return super().has_add_permission(request) and (user.works_on_everything or user.institutions.exists())

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.asking = request.user
        return form

    def get_fieldsets(self, request, obj=None):
        if obj is not None or request.user.works_on_everything:
            return self.fieldsets
        (name, first), *others = self.fieldsets
        return [(name, first | {"fields": ["on_behalf_of", *first["fields"]]}), *others]

    def get_readonly_fields(self, request, obj=None):
        """The address is printed and cited once the event has been public."""
        return ("slug",) if obj is not None and obj.published_at else ()

    def change_view(self, request, object_id, form_url="", extra_context=None):
        obj = self.get_object(request, object_id)
        extra = {"around": [*self.around(obj), *offers(request.user, obj)]} if obj is not None else {}
        return super().change_view(request, object_id, form_url, extra | (extra_context or {}))

    def around(self, event) -> list[dict]:
        """Links to the lists of what belongs to the event, each with their number, and to inviting rapporteurs."""
        lists = [
            {
                "label": label,
                "count": getattr(event, name).filter(**narrower).count(),
                "address": prefilled(target, event=event.pk, **({} if "queue" in target else narrower)),
            }
            for label, name, target, narrower in AROUND
        ]
        workspace = {"label": "Workspace", "count": None, "address": workspace_of(event)}
        return [workspace, programme_link(event), *lists, invite_link(event), clone_link(event)]

    def save_model(self, request, obj, form, change):
        """Save, the rule last and through its own door, which notes who changed it."""
        rule = obj.attribution
        changed = change and "attribution" in form.changed_data
        if changed:
            obj.attribution = form.initial["attribution"]
        super().save_model(request, obj, form, change)
        if changed:
            set_attribution(obj, rule, by=request.user)
            self.say_what_changed(request, obj, form.initial["attribution"])
        if not {"outcomes_due_on", "accepts_late", "time_zone"}.isdisjoint(form.changed_data):
            obj.take_back_reminders()

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        convener, partners = form.cleaned_data.get("on_behalf_of"), form.instance.event_partners
        if convener and not partners.filter(organisation=convener, role__in=EventPartner.RUNS).exists():
            partners.create(organisation=convener, role=EventPartner.Role.CONVENER)
        say_unseen(request, form.instance)
        settle_visibility(form.instance)


def workspace_of(event: Event) -> str:
    """Return the address of its workspace."""
    return reverse("admin:events_event_workspace", args=[event.pk])
