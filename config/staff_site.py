"""The admin as Django has it, but for what it suggests."""

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import PermissionDenied


class Suggestions(AutocompleteJsonView):
    """Rows for a field to choose from; a field of another table that leads here is none of a form, and is refused."""

    def process_request(self, request):
        term, model_admin, source_field, to_field_name = super().process_request(request)
        if not hasattr(source_field, "get_limit_choices_to"):
            raise PermissionDenied
        return term, model_admin, source_field, to_field_name


class StaffSite(AdminSite):
    """The site of the secretariat."""

    def autocomplete_view(self, request):
        return Suggestions.as_view(admin_site=self)(request)


class StaffSiteConfig(AdminConfig):
    """Puts `StaffSite` in the place of Django's own."""

    default_site = "config.staff_site.StaffSite"
