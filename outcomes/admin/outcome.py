import re
from functools import partial
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.text import Truncator

from events.admin.base import (
    AutocompleteWithin,
    EventBound,
    EventFilter,
    ReadsChoicesAtOnce,
    Released,
    Verb,
    WithVerbs,
    confirm,
)
from events.admin.guard import asked_of
from events.admin.public_note import GivesPublicNote
from events.models import InvalidTransition, NotAllowed, Unanswered
from outcomes.admin.comments import OutcomeCommenting
from outcomes.admin.filters import NeedsFilter
from outcomes.admin.lineage import TOGETHER, OutcomeMerging, OutcomeParting, OutcomeSplitting
from outcomes.admin.nudging import nudge_view
from outcomes.admin.review import MOVES, OutcomeReview, ReviewQueue
from outcomes.exports import ActionExport, OutcomeExport, TakeawayExport
from outcomes.models import (
    WITH_RAPPORTEUR,
    Action,
    ActionOwner,
    ActionUpdate,
    Addressee,
    Outcome,
    OutcomeTheme,
    Status,
    Takeaway,
    Theme,
)
from participants import history
from participants.admin import UPLOADS
from participants.exporting.pages import Exports
from participants.help import Helped
from participants.history_pages import WithHistory
from participants.text import normalise
from participants.wording import differences

REFERENCE = re.compile(r"(?P<event>.+)-(?P<kind>[TA])(?P<number>[0-9]{1,9})", re.IGNORECASE)


class OutcomeForm(forms.ModelForm):
    """All fields that staff may change, and the version that was read, so that nobody overwrites a colleague."""

    version_read = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.stale: Outcome | None = None
        self.initial["version_read"] = self.instance.version
        if "progress" in self.fields:
            self.fields["progress"].required = True
            self.initial["progress"] = self.instance.progress or Outcome.Progress.PROPOSED

    def clean(self):
        cleaned = super().clean()
        if not self.instance.pk:
            return cleaned
        now = Outcome.objects.select_for_update(of=("self",)).get(pk=self.instance.pk)
        if cleaned.get("version_read") != now.version:
            self.stale = now
            self.data = self.data.copy()
            self.data[self.add_prefix("version_read")] = str(now.version)
            differ = [
                str(self.fields[name].label or name)
                for name, value in cleaned.items()
                if name != "version_read" and value != getattr(now, name)
            ]
            raise ValidationError(
                "Somebody saved this after you opened it. What you typed is kept below; it differs in: %(fields)s. "
                "Save again to let yours stand.",
                code="stale",
                params={"fields": ", ".join(differ) or "nothing"},
            )
        is_reworded = not {*Outcome.GUARDED, "session"}.isdisjoint(self.changed_data)
        if is_reworded and now.status == Status.PUBLISHED and not self.errors:
            typed = self.cleaned_data
            now.session = typed.get("session", now.session)
            texts = {name: typed[name] for name in now.GUARDED if name in typed}
            if marks := now.unanswered(**texts):
                review = reverse("admin:outcomes_outcome_review", args=[now.pk])
                raise ValidationError(
                    format_html(
                        '{} <a href="{}">Or give the reason in the review.</a>', asked_of(Unanswered(marks)), review
                    ),
                    code="telling",
                )
        return cleaned


class ThemesForm(forms.Form):
    """Themes to give to several outcomes and to take from them."""

    add, take = (
        forms.ModelMultipleChoiceField(
            Theme.objects.order_by("position", "name"), label=label, required=False, widget=forms.CheckboxSelectMultiple
        )
        for label in ("Add", "Take away")
    )

    def clean(self):
        cleaned = super().clean()
        add, take = set(cleaned.get("add") or ()), set(cleaned.get("take") or ())
        if not add and not take:
            raise ValidationError("Tick at least one theme.")
        if both := add & take:
            names = ", ".join(str(theme) for theme in both)
            raise ValidationError(f"Ticked twice, to be added and to be taken away: {names}.")
        return cleaned


class OutcomeThemeInline(ReadsChoicesAtOnce):
    model = OutcomeTheme
    autocomplete_fields = ["theme"]
    extra = 0
    verbose_name = "theme"
    verbose_name_plural = "themes"

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("theme")


class AddresseeInline(Helped, admin.StackedInline):
    model = Addressee
    extra = 0
    verbose_name_plural = "addressed to"


class ActionOwnerInline(ReadsChoicesAtOnce):
    model = ActionOwner
    autocomplete_fields = ["organisation", "person"]
    fields = [("organisation", "person"), ("is_lead", "response")]
    extra = 0
    verbose_name = "owner"
    verbose_name_plural = "owners"

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("organisation", "person")


class ActionUpdateInline(Helped, admin.StackedInline):
    model = ActionUpdate
    formfield_overrides = UPLOADS
    fields = [("on", "progress", "verification"), "text", ("evidence_url", "evidence_file")]
    extra = 0
    verbose_name = "update"
    verbose_name_plural = "updates"


class OutcomeAdminBase(Exports, Released, AutocompleteWithin, EventBound, WithVerbs, WithHistory):
    """Outcomes of both kinds: what is public changes by review, the fields here by version."""

    form = OutcomeForm
    export = OutcomeExport
    list_display = ["wording", "reference", "status", "session", "in_themes", "kept_under", "event"]
    list_filter = [EventFilter, NeedsFilter, "status", "recorded_under"]
    narrowed_by = ("session",)
    list_select_related = ["event", "session"]
    list_per_page = 50
    search_fields = ["text"]
    show_full_result_count = False
    autocomplete_fields = ["event", "session"]
    ordering = ["-changed_at", "-pk"]
    actions = ["approve_selected", "publish_selected", "theme_selected", "merge_selected", "show_under_todays_rule"]
    verbs = (
        Verb("submit", "Submit", Status.SUBMITTED, "It goes into the queue of what is to be reviewed, by a colleague."),
        Verb("take_back", "Take back", Status.DRAFT, "It leaves the queue and becomes a draft again."),
    )

    def get_queryset(self, request):
        return super().get_queryset(request).there().prefetch_related("themes")

    def get_search_results(self, request, queryset, search_term):
        """Search by the index of the public search, whatever the status; a code or a reference finds its own."""
        words = search_term.strip()
        if not words:
            return super().get_search_results(request, queryset, search_term)
        found = Q(pk__in=Outcome.objects.matching(words).values("pk")) | Q(code=words.lower())
        if named := REFERENCE.fullmatch(words):
            kind = Outcome.Kind.TAKEAWAY if named["kind"].upper() == "T" else Outcome.Kind.ACTION
            of_event = Q(event__reference__iexact=named["event"]) | Q(event__slug=named["event"], event__reference="")
            found |= of_event & Q(kind=kind, number=int(named["number"]))
        return queryset.filter(found), False

    @admin.display(description="wording", ordering="text")
    def wording(self, obj):
        return Truncator(obj.text).words(20)

    @admin.display(description="themes")
    def in_themes(self, obj):
        return ", ".join(str(theme) for theme in obj.themes.all()) or "–"

    def view_on_site(self, obj):
        return obj.get_absolute_url() if Outcome.objects.public().filter(pk=obj.pk).exists() else None

    # The form

    def get_fieldsets(self, request, obj=None):
        fieldsets = [(None, {"fields": ["version_read", "event", "session", "text", ("heading", "position")]})]
        if self.is_action(obj):
            fieldsets.append(
                ("Follow-up", {"fields": [("nature", "progress"), ("due_on", "due_text"), "owner_suggested"]})
            )
        return fieldsets

    def get_inlines(self, request, obj):
        of_actions = [AddresseeInline, ActionOwnerInline, ActionUpdateInline] if self.is_action(obj) else []
        return [OutcomeThemeInline, *of_actions]

    def is_action(self, obj) -> bool:
        return obj.is_action if obj is not None else self.model is Action

    def has_change_permission(self, request, obj=None):
        if obj is not None and obj.status in (Status.WITHDRAWN, Status.MERGED):
            return False
        return super().has_change_permission(request, obj)

    def has_review_permission(self, request):
        return request.user.has_perm("outcomes.review_outcome")

    def save_model(self, request, obj, form, change):
        """Add as a draft of one's own; change by version, which the form has just compared."""
        if not change:
            obj.author = request.user
            super().save_model(request, obj, form, change)
            return
        values = {name: value for name, value in form.cleaned_data.items() if name != "version_read"}
        obj.revise(version=form.cleaned_data["version_read"], **values)

    def save_formset(self, request, form, formset, change):
        for added in formset.forms:
            if isinstance(added.instance, ActionUpdate) and added.instance._state.adding:
                added.instance.by = request.user
        super().save_formset(request, form, formset, change)

    def render_change_form(self, request, context, *args, **kwargs):
        form = context["adminform"].form
        if getattr(form, "stale", None):
            context["stale"] = differences(form.stale.text, normalise(form.data.get("text", "")))
        return super().render_change_form(request, context, *args, **kwargs)

    def buttons(self, request, obj):
        buttons = super().buttons(request, obj)
        if obj.may_say_why(request.user):
            address = reverse("admin:outcomes_outcome_public_note", args=[obj.pk])
            buttons.append({"label": "Public note …", "address": address, "why_not": ""})
        if obj.status not in WITH_RAPPORTEUR and self.has_review_permission(request):
            review = {
                "label": "Review",
                "address": reverse("admin:outcomes_outcome_review", args=[obj.pk]),
                "why_not": "",
            }
            return [review, *buttons]
        return buttons

    # Many at once

    @admin.action(description="Approve selected …", permissions=["review"])
    def approve_selected(self, request, queryset):
        return self.move_selected(request, queryset, "approve", Status.SUBMITTED)

    @admin.action(description="Publish selected …", permissions=["review"])
    def publish_selected(self, request, queryset):
        return self.move_selected(request, queryset, "publish", Status.APPROVED)

    @admin.action(description="Merge selected …", permissions=["review"])
    def merge_selected(self, request, queryset):
        """Lead to the page that says what would become one."""
        keys = list(queryset.order_by("pk").values_list("pk", flat=True)[: TOGETHER + 1])
        if not 2 <= len(keys) <= TOGETHER:
            self.message_user(request, f"Select from 2 to {TOGETHER} to merge.", messages.WARNING)
            return None
        query = urlencode([("outcome", key) for key in keys])
        return HttpResponseRedirect(f"{reverse('admin:outcomes_outcome_merge')}?{query}")

    @admin.action(description="Add or take away themes of selected …", permissions=["change"])
    def theme_selected(self, request, queryset):
        """Ask which themes, show what they are given to, and give or take them."""
        chosen = Outcome.objects.editable_by(request.user).filter(pk__in=queryset.values("pk"))
        form = ThemesForm(request.POST if request.POST.get("confirmed") == "yes" else None, label_suffix="")
        if form.is_bound and form.is_valid():
            add, take = form.cleaned_data["add"], form.cleaned_data["take"]
            number = 0
            with history.watch(chosen, by=request.user, how="many at once"):
                for outcome in chosen.order_by("pk"):
                    has = set(outcome.themes.all())
                    wanted = (has | set(add)) - set(take)
                    if wanted != has:
                        outcome.tag(wanted)
                        number += 1
            self.message_user(request, f"{number} changed; the others had these themes already.")
            return None
        response = confirm(
            self,
            request,
            chosen.select_related("event").order_by("pk"),
            action="theme_selected",
            title="Themes of selected outcomes",
            question="Each keeps the themes it has, but for those you add and those you take away.",
            button="Change themes",
        )
        if hasattr(response, "context_data"):
            response.template_name = "admin/outcomes/outcome/themes.html"
            response.context_data["themes_form"] = form
            response.status_code = 422 if form.is_bound else 200
        return response

    def move_selected(self, request, queryset, name: str, ready: Status):
        """Show which of the selected are `ready`; once confirmed, move one by one and say which were left and why."""
        move = MOVES[name]
        chosen = Outcome.objects.reviewable_by(request.user).filter(pk__in=queryset.values("pk"))
        if request.POST.get("confirmed") != "yes":
            able = chosen.filter(status=ready).select_related("event").order_by("pk")
            if not able.exists():
                self.message_user(request, f"None of these is {ready.label.lower()}.", messages.WARNING)
                return None
            left = queryset.count() - able.count()
            words = f" {left} of the selected are left as they are: not {ready.label.lower()}." if left else ""
            return confirm(
                self,
                request,
                able,
                action=f"{name}_selected",
                title=f"{move.label} selected outcomes",
                question=f"Read them once more.{words}",
                button=move.label,
            )
        read = set(request.POST.getlist("read"))
        done, skipped = 0, {}
        for outcome in chosen.select_related("event").order_by("pk"):
            try:
                if f"{outcome.pk}:{outcome.version}" not in read:
                    raise InvalidTransition("rewritten since it was shown")
                with transaction.atomic():
                    move(outcome, by=request.user, note="")
                    self.log_change(request, outcome, f"{move.done.capitalize()}.")
                done += 1
            except InvalidTransition:
                skipped.setdefault("Rewritten or moved by somebody else meanwhile.", []).append(outcome)
            except NotAllowed as refused:
                skipped.setdefault(str(refused), []).append(outcome)
        if done:
            self.message_user(request, f"{done} {move.done}.")
        for reason, outcomes in skipped.items():
            names = ", ".join(str(outcome) for outcome in outcomes[:10])
            self.message_user(request, f"{len(outcomes)} left as they were ({names}). {reason}", messages.WARNING)
        return None


@admin.register(Outcome)
class OutcomeAdmin(GivesPublicNote, OutcomeAdminBase):
    """Takeaways and actions in one list, and the review; new ones are added as one or the other."""

    list_display = ["wording", "kind", *OutcomeAdminBase.list_display[1:]]
    list_filter = [EventFilter, NeedsFilter, "kind", "status", "recorded_under"]

    def has_add_permission(self, request):
        return False

    def get_urls(self):
        def page(view):
            return self.admin_site.admin_view(view.as_view(model_admin=self))

        return [
            path("nudge/", self.admin_site.admin_view(partial(nudge_view, self)), name="outcomes_outcome_nudge"),
            path("review/", page(ReviewQueue), name="outcomes_outcome_queue"),
            path("merge/", page(OutcomeMerging), name="outcomes_outcome_merge"),
            path("<int:pk>/review/", page(OutcomeReview), name="outcomes_outcome_review"),
            path("<int:pk>/comment/", page(OutcomeCommenting), name="outcomes_outcome_comment"),
            path("<int:pk>/part/", page(OutcomeParting), name="outcomes_outcome_part"),
            path("<int:pk>/split/", page(OutcomeSplitting), name="outcomes_outcome_split"),
            *super().get_urls(),
        ]


@admin.register(Takeaway)
class TakeawayAdmin(OutcomeAdminBase):
    export = TakeawayExport


@admin.register(Action)
class ActionAdmin(OutcomeAdminBase):
    export = ActionExport
    list_display = ["wording", "reference", "status", "progress", "due_on", "session", "in_themes", "event"]
    list_filter = [EventFilter, NeedsFilter, "status", "progress", "nature", "recorded_under"]
