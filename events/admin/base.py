"""What the pages of the admin have in common: a record's event, its verbs, its history, and settled visibility."""

from dataclasses import dataclass
from urllib.parse import parse_qsl

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, models, transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from events.admin.guard import asked_of, told_by
from events.models import (
    Event,
    InvalidTransition,
    NotAllowed,
    Participation,
    Session,
    StaffedQuerySet,
    StatusModel,
    Unanswered,
)
from events.models.allowance import REASON_LIMIT
from events.workflow import release, settle_visibility
from participants.help import Helped
from participants.text import validate_plain

AT_ONCE = 500  # rows that a bulk action shows and changes in one go


class NoteForm(forms.Form):
    """A note that goes into the history."""

    note = forms.CharField(
        label="Note",
        required=False,
        max_length=2000,
        validators=[validate_plain],
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text="It stays in the history, for staff.",
    )


class EventFilter(admin.SimpleListFilter):
    """The event a list was opened for: it shows that one alone, since there may be thousands."""

    title = "event"
    parameter_name = "event"
    path = "event"

    def lookups(self, request, model_admin):
        value = request.GET.get(self.parameter_name)
        if not value:
            return []
        event = find_event(value, request.user)
        return [(value, str(event) if event else "An event that does not exist")]

    def queryset(self, request, queryset):
        if not self.value():
            return queryset
        event = find_event(self.value(), request.user)
        return queryset.filter(**{self.path: event.pk}) if event else queryset.none()


def find_event(value, user) -> Event | None:
    """Return the event with the key that an address names, if it names one that `user` works on."""
    value = str(value or "")
    if not (value.isascii() and value.isdigit() and len(value) < 18):
        return None
    return Event.objects.staffed_by(user).filter(pk=int(value)).first()


def event_of_address(request) -> Event | None:
    """Return the event a form was opened for: named by the address or by the list one came from."""
    came_from = dict(parse_qsl(request.GET.get("_changelist_filters", "")))
    return find_event(request.GET.get("event") or came_from.get("event"), request.user)


class Limited:
    """An admin of rows of events: everything in it starts at those the person works on; others are not there."""

    def get_queryset(self, request):
        return super().get_queryset(request).staffed_by(request.user)

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        raise Http404  # as everywhere else, rather than a way back and a message


class SessionChoice(forms.ModelChoiceField):
    """A session of one event, named with the session it stands under."""

    def label_from_instance(self, obj):
        return f"{obj.parent} › {obj}" if obj.parent else str(obj)


class SuggestedWithinEvent(AutocompleteSelect):
    """Suggests what belongs to one event only."""

    def __init__(self, *args, event, **kwargs):
        super().__init__(*args, **kwargs)
        self.event = event

    def get_url(self):
        return f"{super().get_url()}?event={self.event.pk}"


class KnownSelect(AutocompleteSelect):
    """Shows what is chosen out of `known` (key as text → label); it asks the database only for what is not there."""

    known: dict[str, str] | None = None

    def optgroups(self, name, value, attrs=None):
        chosen = [str(one) for one in value if one not in ("", None)]
        if self.known is None or not all(key in self.known for key in chosen):
            return super().optgroups(name, value, attrs)
        options = [] if self.is_required else [self.create_option(name, "", "", False, 0)]
        options += [self.create_option(name, key, self.known[key], True, at) for at, key in enumerate(chosen, 1)]
        return [(None, options, 0)]


class ReadsChoicesAtOnce(Helped, admin.StackedInline):
    """An inline whose suggested choices are read once for all of its rows, not once for each."""

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", KnownSelect(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        if obj is not None:
            rows = self.model._default_manager.order_by().filter(**{formset.fk.name: obj.pk})
            for name in self.get_autocomplete_fields(request):
                field = formset.form.base_fields.get(name)
                widget = field and getattr(field.widget, "widget", field.widget)
                if isinstance(widget, KnownSelect):
                    chosen = field.queryset.filter(pk__in=rows.values(name))
                    widget.known = {str(one.pk): field.label_from_instance(one) for one in chosen}
        return formset


class OfOneEvent:
    """For admins and inlines of what belongs to an event: sessions and people to choose from are those of that event.

    Until the event is known, any of the events that the person runs are suggested; the model refuses those of another.
    """

    def keep_event(self, request, obj):
        request.event_at_hand = obj.event if obj is not None else event_of_address(request)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        event, model = getattr(request, "event_at_hand", None), db_field.remote_field.model
        if isinstance(theirs := model._default_manager.all(), StaffedQuerySet):
            kwargs["queryset"] = theirs.run_by(request.user)
        if model is Session and event is not None:
            kwargs |= {"form_class": SessionChoice, "empty_label": "–"}
            kwargs["queryset"] = sessions = event.sessions.select_related("parent").in_programme_order()
            kwargs["widget"] = forms.Select()
            field = db_field.formfield(**kwargs)
            label = field.label_from_instance
            field.choices = [("", "–"), *((session.pk, label(session)) for session in sessions)]  # read once a page
            return field
        if model is Participation and event is not None:
            kwargs["widget"] = SuggestedWithinEvent(db_field, self.admin_site, event=event)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


def say_unseen(request, *records) -> bool:
    """Whether nobody outside sees anything of `records`, whose fields a form has written; tell those who ask later.

    An event that was never published, what belongs to it, and what has a status of its own and was never published.
    """
    unseen = all(
        (one if isinstance(one, Event) else one.event).is_unseen or (isinstance(one, StatusModel) and one.is_unseen)
        for one in records
    )
    request.is_about_unseen = unseen and getattr(request, "is_about_unseen", True)
    return unseen


class EventBound(OfOneEvent, Limited):
    """An admin of what belongs to an event for good: the event is chosen once, and what follows its rule is settled."""

    def get_form(self, request, obj=None, change=False, **kwargs):
        self.keep_event(request, obj)
        return super().get_form(request, obj, change=change, **kwargs)

    def get_changeform_initial_data(self, request):
        event = event_of_address(request)
        return super().get_changeform_initial_data(request) | ({"event": event.pk} if event else {})

    def get_readonly_fields(self, request, obj=None):
        fixed = ("event",) if obj is not None and "event" in {field.name for field in self.opts.fields} else ()
        return (*super().get_readonly_fields(request, obj), *fixed)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        settle_visibility(form.instance.event, unseen=say_unseen(request, form.instance))

    def changelist_view(self, request, extra_context=None):
        event = find_event(request.GET.get("event"), request.user)
        extra = {"event": event, "subtitle": str(event)} if event else {}
        return super().changelist_view(request, extra | (extra_context or {}))


def say_zone(request, form, names) -> None:
    """Say beside the fields `names` of a form, after what else is said, in which zone they are typed."""
    for name in names:
        if name in form.base_fields:
            words = form.base_fields[name].help_text
            zone = f"In {getattr(request, 'zone_in_words', 'the time zone of the event')}."
            form.base_fields[name].help_text = f"{words} {zone}".strip()


class TimesOfTheEvent:
    """An admin whose `times` are typed and shown in the zone of the event, whatever the zone of who types."""

    times: tuple[str, ...] = ()

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        event = event_of_address(request) or find_event(request.POST.get("event"), request.user)
        if object_id is not None and (obj := self.get_object(request, object_id)) is not None:
            event = obj.event
        request.zone_in_words = event.time_zone if event else "the time zone of the event"
        with timezone.override(event.time_zone if event else timezone.get_current_timezone_name()):
            response = super().changeform_view(request, object_id, form_url, extra_context)
            return response.render() if hasattr(response, "render") else response

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        say_zone(request, form, self.times)
        return form


class AutocompleteWithin:
    """An admin whose suggestions keep to one event when the field that asks names it in its address."""

    event_path = "event"

    def get_search_results(self, request, queryset, search_term):
        queryset, duplicates = super().get_search_results(request, queryset, search_term)
        if request.path.endswith("/autocomplete/") and (event := find_event(request.GET.get("event"), request.user)):
            queryset = queryset.filter(**{self.event_path: event.pk})
        return queryset, duplicates


@dataclass(frozen=True)
class Verb:
    """A verb of a StatusModel as a button: where it leads and what is asked before."""

    name: str
    label: str
    to: str
    question: str


class WithVerbs:
    """An admin whose records change their status by verbs only, each a button with a page that asks first.

    The status is shown, never a field; the history stands under the form. What ever was public is not deleted.
    """

    verbs: tuple[Verb, ...] = ()
    change_form_template = "admin/status_change_form.html"

    def get_urls(self):
        def page(verb):
            def view(request, pk):
                return self.verb_view(request, pk, verb)

            return self.admin_site.admin_view(view)

        names = [(verb, f"{self.opts.app_label}_{self.opts.model_name}_{verb.name}") for verb in self.verbs]
        return [
            *(path(f"<int:pk>/{verb.name}/", page(verb), name=name) for verb, name in names),
            *super().get_urls(),
        ]

    def get_object(self, request, object_id, from_field=None):
        """Find it; where a form is about to write all of it, hold it, so that no verb is undone that was faster."""
        obj = super().get_object(request, object_id, from_field)
        if obj is None or request.method != "POST" or not connection.in_atomic_block:
            return obj
        list(self.model._base_manager.filter(pk=obj.pk).select_for_update(no_key=True).values_list("pk"))
        return super().get_object(request, object_id, from_field)

    def verb_view(self, request, pk: int, verb: Verb) -> HttpResponse:
        """Ask, and on POST do it; refused, say why and keep the note."""
        obj = self.get_object(request, str(pk))
        if obj is None:
            raise Http404
        if not self.has_change_permission(request, obj):
            raise PermissionDenied
        error, status, told = self.why_not(obj, verb, request.user), 200, {}
        form = NoteForm(request.POST if request.method == "POST" else None, label_suffix="")
        if request.method == "POST" and form.is_valid():
            say_unseen(request, obj)
            try:
                with transaction.atomic():
                    if reason := request.POST.get("reason", "").strip():
                        for record in obj.guarded_records():
                            if record.unanswered():
                                record.let_stand(reason, by=request.user)
                    getattr(obj, verb.name)(by=request.user, note=form.cleaned_data["note"])
                    self.log_change(request, obj, f"{verb.label}.")
                say_unseen(request, obj)
            except InvalidTransition:
                error, status = "Somebody was faster: its status is another now.", 409
            except Unanswered as refused:
                error, status = asked_of(refused), 422
            except NotAllowed as refused:
                error, status = str(refused), 403
            except ValidationError as wrong:
                error, status = " ".join(wrong.messages), 422
            else:
                messages.success(request, f"{obj}: {obj.get_status_display().lower()}.")
                return HttpResponseRedirect(self.address(obj))
        elif request.method == "POST":
            status = 422
        if verb.name == "publish" and not self.why_not(obj, verb, request.user):
            told = told_by(obj)
        context = {
            **told,
            **self.admin_site.each_context(request),
            "title": f"{verb.label}: {obj}",
            "opts": self.opts,
            "original": obj,
            "back": self.address(obj),
            "question": verb.question,
            "button": verb.label,
            "error": error,
            "form": form,
            "asks_why": any(not row.is_answered for row in told.get("telling", ())),
            "reason": request.POST.get("reason", ""),
            "reason_limit": REASON_LIMIT,
            "allowed": not self.why_not(obj, verb, request.user),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/confirm.html", context, status=status)

    def address(self, obj, name: str = "change") -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}", args=[obj.pk])

    def why_not(self, obj, verb: Verb, user) -> str:
        """Return what speaks against `verb`: the status, or a sentence about the person; else nothing."""
        method = obj.TRANSITIONS[obj.status].get(verb.to)
        if method is None:
            return f"Its status is “{obj.get_status_display().lower()}”."
        return getattr(obj, method)(user)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        obj = self.get_object(request, object_id)
        extra = {}
        if obj is not None and self.has_view_permission(request, obj):
            extra = {
                "state": obj,
                "verbs": self.buttons(request, obj),
                "changes": obj.changes.select_related("by").reverse(),
                "status_labels": dict(obj.Status.choices),
            }
        return super().change_view(request, object_id, form_url, extra | (extra_context or {}))

    def buttons(self, request, obj) -> list[dict]:
        """The verbs its status has, each with its address or with what speaks against it."""
        if not self.has_change_permission(request, obj):
            return []
        legal = [verb for verb in self.verbs if verb.to in obj.TRANSITIONS[obj.status]]
        return [
            {
                "label": verb.label,
                "address": self.address(obj, verb.name),
                "why_not": self.why_not(obj, verb, request.user),
            }
            for verb in legal
        ]

    def has_delete_permission(self, request, obj=None):
        if obj is not None and obj.published_at is not None:
            return False
        return super().has_delete_permission(request, obj)

    def get_actions(self, request, action_location=admin.ActionLocation.CHANGE_LIST):
        actions = super().get_actions(request, action_location=action_location)
        actions.pop("delete_selected", None)
        return actions


def confirm(model_admin, request, queryset, *, action: str, title: str, question: str, button: str) -> HttpResponse:
    """Show what a bulk action would change, and how many, before it does."""
    items = list(queryset[: AT_ONCE + 1])
    if len(items) > AT_ONCE:
        model_admin.message_user(request, f"Select at most {AT_ONCE} at once.", messages.WARNING)
        return HttpResponseRedirect(request.get_full_path())
    context = {
        **model_admin.admin_site.each_context(request),
        "title": title,
        "opts": model_admin.opts,
        "question": question,
        "button": button,
        "items": items,
        "action": action,
        "checkbox": helpers.ACTION_CHECKBOX_NAME,
        "back": request.get_full_path(),
        "allowed": True,
    }
    request.current_app = model_admin.admin_site.name
    return TemplateResponse(request, "admin/confirm.html", context)


class Released:
    """An admin of what keeps the strictest rule it has lived under, with the decision to let today's rule hold."""

    @admin.action(description="Show under today's rule of attribution …", permissions=["change"])
    def show_under_todays_rule(self, request, queryset):
        if request.POST.get("confirmed") == "yes":
            number = release(self.model.objects.filter(pk__in=queryset.values("pk")), by=request.user)
            self.message_user(request, f"{number} now follow today's rule of attribution.")
            return None
        stricter = self.model.objects.with_rule().filter(pk__in=queryset.values("pk"))
        stricter = stricter.exclude(recorded_under=models.F("rule"))
        number = stricter.count()
        if not number:
            self.message_user(request, "These follow today's rule already.", messages.INFO)
            return None
        return confirm(
            self,
            request,
            stricter,
            action="show_under_todays_rule",
            title="Show under today's rule of attribution",
            question=(
                f"{number} of these were recorded under another rule than today's and are kept under that. "
                "Should they follow today's rule from now on? What it allows to be shown is then shown."
            ),
            button="Show under today's rule",
        )

    @admin.display(description="kept under")
    def kept_under(self, obj):
        return obj.get_recorded_under_display() or "Closed"


def prefilled(name: str, **values) -> str:
    """Return an address of the admin with a query: a list narrowed to, or a form begun with, `values`."""
    query = QueryDict(mutable=True)
    query.update(values)
    return f"{reverse(f'admin:{name}')}?{query.urlencode()}"
