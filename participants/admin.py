"""Accounts, people, organisations and the outbox, for the staff."""

from typing import Any

from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AdminFileWidget
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.template.response import TemplateResponse
from django.urls import path, reverse

from participants import audit
from participants.erase_pages import Erases, ErasureAdmin
from participants.exporting.lists import OrganisationExport, PersonExport
from participants.exporting.pages import Exports
from participants.forms import PasswordOfSomebodyForm
from participants.groups import ADMINISTRATORS, STAFF_GROUPS
from participants.history_pages import WithHistory
from participants.importing.admin import ImportAdmin
from participants.merge_pages import Merges
from participants.models import Organisation, OutgoingMail, Person, User
from participants.models.user import FORMER_STAFF
from participants.namesakes import WarnsOfNamesakeOrganisations, WarnsOfNamesakePeople
from participants.narrowing import Narrowed
from participants.second_factor import prove_again

__all__ = ["UPLOADS", "ErasureAdmin", "ImportAdmin"]

admin.site.unregister(Group)  # what each group may do stands in participants/groups.py
admin.site.unregister(EmailAddress)  # an account's one address stands in the account


class UploadWidget(AdminFileWidget):
    """A file to choose, named by its label: Django's own stands in a group whose title names nothing."""

    use_fieldset = False


UPLOADS = {models.FileField: {"widget": UploadWidget}, models.ImageField: {"widget": UploadWidget}}


class NewAccountForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ["email", "name", "groups", "works_on", "institutions"]
        field_classes: dict = {}
        widgets = {"groups": forms.CheckboxSelectMultiple}


class AccountForm(UserChangeForm):
    """What an administrator may change of an account; `asking` is who does."""

    asking: User

    class Meta:
        model = User
        fields = ["email", "name", "is_active", "groups", "works_on", "institutions"]
        field_classes: dict = {}
        widgets = {"groups": forms.CheckboxSelectMultiple}

    def clean(self):
        cleaned = super().clean()
        if self.instance.pk == self.asking.pk and self.instance.is_administrator:
            kept = {group.name for group in cleaned.get("groups") or []}
            if not cleaned.get("is_active") or not (self.instance.is_superuser or ADMINISTRATORS in kept):
                raise ValidationError("You would take away your own rights: ask another administrator.")
        return cleaned


def rights_of(account: User) -> dict[str, Any]:
    """Return what an account may do, as the audit log says it."""
    return {
        "active": account.is_active,
        "groups": sorted(group.name.lower() for group in account.groups.all()),
        "every_right": account.is_superuser,
        "works_on": account.works_on,
        "institutions": sorted(account.institutions.values_list("pk", flat=True)),
    }


@admin.register(User)
class UserAdmin(Erases, Narrowed, DjangoUserAdmin):
    """Accounts: for administrators. Addresses stay out of lists and suggestions, so an account needs a name."""

    form = AccountForm
    add_form = NewAccountForm
    change_password_form = PasswordOfSomebodyForm
    list_display = ["account", "in_groups", "works_for", "is_active", "joined_at"]
    list_filter = ["is_active", "groups", "works_on"]
    radio_fields = {"works_on": admin.VERTICAL}
    autocomplete_fields = ["institutions"]
    search_fields = ["name", "email"]
    ordering = ["name", "pk"]
    filter_horizontal = []
    change_form_template = "admin/participants/user/change_form.html"
    fieldsets = [
        (None, {"fields": ["email", "name", "password"]}),
        ("Rights", {"fields": ["is_active", "groups", "works_on", "institutions"]}),
        ("Dates", {"fields": ["last_login", "joined_at"]}),
        ("Security", {"fields": ["in_audit_log"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["email", "name"]}),
        ("Rights", {"fields": ["groups", "works_on", "institutions"]}),
        ("Signing in", {"fields": ["usable_password", "password1", "password2"]}),
    ]
    readonly_fields = ["last_login", "joined_at", "in_audit_log"]

    def get_urls(self):
        view = self.admin_site.admin_view(self.end_sessions_view)
        return [path("<int:pk>/end-sessions/", view, name="participants_user_end_sessions"), *super().get_urls()]

    def end_sessions_view(self, request, pk: int):
        """Ask, and on POST sign the account out everywhere."""
        account = self.get_object(request, str(pk))
        if account is None:
            raise Http404
        if not self.has_change_permission(request, account):
            raise PermissionDenied
        back = reverse("admin:participants_user_change", args=[pk])
        if request.method == "POST":
            with transaction.atomic():
                account.end_sessions()
                audit.record(audit.Act.SIGNED_OUT_EVERYWHERE, by=request.user, account=account)
                self.log_change(request, account, "Ended all sessions.")
            messages.success(request, f"{self.account(account)} is signed out everywhere.")
            return HttpResponseRedirect(resolve_url("admin:index") if account == request.user else back)
        context = {
            **self.admin_site.each_context(request),
            "title": f"End all sessions: {self.account(account)}",
            "opts": self.opts,
            "original": self.account(account),
            "back": back,
            "question": "Every phone and computer on which this account is signed in is signed out at once. "
            "The account itself stays as it is.",
            "button": "End all sessions",
            "allowed": True,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/confirm.html", context)

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("groups", "institutions")

    def changeform_view(self, request, *args, **kwargs):
        """Look at an account as one likes; whoever adds one, or changes what it may do, proves who they are."""
        if request.method == "POST":
            prove_again(request)
        return super().changeform_view(request, *args, **kwargs)

    def user_change_password(self, request, *args, **kwargs):
        prove_again(request)
        return super().user_change_password(request, *args, **kwargs)

    def save_model(self, request, obj, form, change):
        form.rights_before = rights_of(User.objects.get(pk=obj.pk)) if change else None
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        """Write what became of the rights of the account into the audit log."""
        super().save_related(request, form, formsets, change)
        account = User.objects.get(pk=form.instance.pk)
        before, now = form.rights_before, rights_of(account)
        if before is None:
            audit.record(audit.Act.ACCOUNT_ADDED, by=request.user, account=account, **now)
        elif before != now:
            if before["active"] != now["active"]:
                act = audit.Act.ACTIVATED if now["active"] else audit.Act.DEACTIVATED
                audit.record(act, by=request.user, account=account)
            if {**before, "active": now["active"]} != now:
                changed = sorted(name for name in now if before[name] != now[name] and name != "active")
                audit.record(audit.Act.RIGHTS_CHANGED, by=request.user, account=account, changed=changed, **now)

    @admin.display(description="in the audit log")
    def in_audit_log(self, obj):
        return audit.opaque(obj.pk) or "–"

    def called(self, row):
        return self.account(row)

    @admin.display(description="account", ordering="name")
    def account(self, obj):
        return obj.name or f"Account {obj.pk}, without a name"

    @admin.display(description="groups")
    def in_groups(self, obj):
        return ", ".join(sorted(group.name for group in obj.groups.all())) or "–"

    @admin.display(description="works on")
    def works_for(self, obj):
        groups = {group.name for group in obj.groups.all()}
        if groups.isdisjoint(STAFF_GROUPS) and not obj.is_superuser:
            return "–"
        if obj.is_superuser or ADMINISTRATORS in groups or obj.works_on == User.WorksOn.EVERYTHING:
            return "Every event"
        return ", ".join(organisation.label for organisation in obj.institutions.all()) or "No institution yet"

    def get_form(self, request, obj=None, **kwargs):
        form = super().get_form(request, obj, **kwargs)
        form.asking = request.user
        if "name" in form.base_fields:
            form.base_fields["name"].required = True
        return form

    def get_search_results(self, request, queryset, search_term):
        """Suggest only accounts with a name: the others would show their address."""
        queryset, duplicates = super().get_search_results(request, queryset, search_term)
        if request.path.endswith("/autocomplete/"):
            queryset = queryset.exclude(name="")
        return queryset, duplicates

    def has_change_permission(self, request, obj=None):
        """Only a superuser changes a superuser, whose password would give every right."""
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        if obj is not None and obj.email == FORMER_STAFF:
            return False  # it stands for many, and nobody signs in with it
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        """Accounts are made inactive: what they did stays in the histories."""
        return False


@admin.register(Person)
class PersonAdmin(Exports, Merges, Erases, WarnsOfNamesakePeople, WithHistory):
    export = PersonExport
    change_form_template = "admin/participants/person/change_form.html"
    list_display = ["name", "honorific", "signs_in"]
    search_fields = ["name", "sort_name"]
    show_full_result_count = False
    actions = ["merge_selected"]
    fields = ["name", "sort_name", "honorific", "email", "user"]

    @admin.display(boolean=True, description="has an account")
    def signs_in(self, obj):
        return obj.user_id is not None

    def get_autocomplete_fields(self, request):
        return ["user"]

    def history_view(self, request, object_id, extra_context=None):
        """It holds their address: for those who may see that."""
        person = self.get_object(request, unquote(object_id))
        if person is None or not Person.objects.reachable_by(request.user).filter(pk=person.pk).exists():
            raise Http404
        return super().history_view(request, object_id, extra_context)

    def get_fields(self, request, obj=None):
        """Accounts are for those who may see accounts; addresses for those who run an event that the person is at."""
        hidden = set() if request.user.has_perm("participants.view_user") else {"user"}
        if obj is not None and not Person.objects.reachable_by(request.user).filter(pk=obj.pk).exists():
            hidden.add("email")
        return [name for name in self.fields if name not in hidden]


@admin.register(Organisation)
class OrganisationAdmin(Exports, Merges, WarnsOfNamesakeOrganisations, WithHistory):
    export = OrganisationExport
    formfield_overrides = UPLOADS
    list_display = ["name", "short_name", "actor_type", "country"]
    list_filter = ["actor_type"]
    search_fields = ["name", "short_name"]
    show_full_result_count = False
    actions = ["merge_selected"]
    fields = [
        ("name", "short_name"),
        ("actor_type", "country"),
        "website",
        ("logo", "logo_alt"),
        "report_disclaimer",
        "slug",
    ]


@admin.register(OutgoingMail)
class OutgoingMailAdmin(Narrowed):
    """What the outbox holds, to see whether mail goes out. The text stays unread: it may hold a sign-in code."""

    list_display = ["subject", "created_at", "state", "attempts"]
    list_filter = [("sent_at", admin.EmptyFieldListFilter)]
    date_hierarchy = "created_at"
    show_full_result_count = False
    fields = readonly_fields = ["subject", "to", "created_at", "sent_at", "attempts", "error"]
    ordering = ["-created_at", "-pk"]

    @admin.display(description="state")
    def state(self, obj):
        if obj.sent_at:
            return "Sent"
        return "Failing" if obj.error else "Waiting"

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
