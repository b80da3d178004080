"""Adding a person or an organisation in the admin: whoever may be the same is shown before a second one is made."""

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.options import IS_POPUP_VAR
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from participants.matching import OFFERED, Suggestion, similar_organisations, similar_people
from participants.models import Person

ALL_THE_SAME = "_all_the_same"  # the button, whose value says which namesakes it was pressed in spite of


class NamesakeForm(forms.ModelForm):
    """A form that is refused while it would add a namesake, until somebody who has seen them says so."""

    look_for: Any  # returns suggestions for cleaned data; set by the admin

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.namesakes: list[Suggestion] = []

    def clean(self):
        cleaned = super().clean() or self.cleaned_data
        if self.instance._state.adding and not self.errors:
            found = self.look_for(cleaned)
            if {str(one.pk) for one in found} - set(self.data.get(ALL_THE_SAME, "").split(",")):
                self.namesakes = found
                raise ValidationError("Nothing is saved yet: somebody like this may be here already.", code="namesake")
        return cleaned


class WarnsOfNamesakes(admin.ModelAdmin):
    """An admin that shows namesakes before it adds one."""

    form = NamesakeForm
    add_form_template = "admin/participants/namesakes.html"

    def similar(self, cleaned: dict, among, user) -> list[Suggestion]:
        raise NotImplementedError

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_use"
        return [path("<int:pk>/use/", self.admin_site.admin_view(self.use_view), name=name), *super().get_urls()]

    def get_form(self, request, obj=None, change=False, **kwargs):
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.look_for = staticmethod(lambda cleaned: self.similar(cleaned, self.get_queryset(request), request.user))
        return form

    def render_change_form(self, request, context, *args, **kwargs):
        found = getattr(context["adminform"].form, "namesakes", [])
        if found:
            name = f"admin:{self.opts.app_label}_{self.opts.model_name}_use"
            popup = f"?{IS_POPUP_VAR}=1" if context.get("is_popup") else ""
            context["namesakes"] = [(one, reverse(name, args=[one.pk]) + popup) for one in found]
            context["seen"] = ",".join(str(one.pk) for one in found)
            context["files_again"] = bool(request.FILES)
        return super().render_change_form(request, context, *args, **kwargs)

    def use_view(self, request, pk: int):
        """Take the one that is there: open it, or hand it to the form that opened this window."""
        obj = self.get_object(request, str(pk))
        if obj is None:
            raise Http404
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        if IS_POPUP_VAR in request.GET:
            chosen = json.dumps({"value": str(obj.pk), "obj": str(obj)})
            return TemplateResponse(request, "admin/popup_response.html", {"popup_response_data": chosen})
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return HttpResponseRedirect(reverse(name, args=[obj.pk]))


class WarnsOfNamesakePeople(WarnsOfNamesakes):
    def similar(self, cleaned, among, user):
        """By name among all; by address among those whose address `user` may see, else it would tell whose it is."""
        name, email = cleaned.get("name", ""), cleaned.get("email", "")
        found = {one.pk: one for one in similar_people(name, among=among)}
        if email:
            reachable = Person.objects.reachable_by(user)
            found |= {
                one.pk: one
                for one in similar_people(
                    name, email=email, among=among.filter(pk__in=reachable.order_by().values("pk"))
                )
            }
        return sorted(found.values(), key=lambda one: (-one.rank, one.label, one.pk))[:OFFERED]


class WarnsOfNamesakeOrganisations(WarnsOfNamesakes):
    def similar(self, cleaned, among, user):
        return similar_organisations(
            cleaned.get("name", ""),
            short_name=cleaned.get("short_name", ""),
            country=str(cleaned.get("country") or ""),
            among=among,
        )
