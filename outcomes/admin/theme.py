from django.contrib import admin

from outcomes.exports import ThemeExport
from outcomes.models import OutcomeTheme, Theme
from participants.exporting.pages import Exports
from participants.history_pages import WithHistory


@admin.register(Theme)
class ThemeAdmin(Exports, WithHistory):
    export = ThemeExport
    list_display = ["name", "parent", "position"]
    list_select_related = ["parent"]
    search_fields = ["name", "slug"]
    fields = ["name", "parent", "description", "position", "slug"]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "parent":
            kwargs["queryset"] = Theme.objects.top()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_deleted_objects(self, objs, request):
        """A theme in use is not deleted: say how many outcomes stand under it, not which; there may be thousands."""
        number = OutcomeTheme.objects.filter(theme__in=[theme.pk for theme in objs]).count()
        if number:
            return [], {}, set(), [f"{number} outcomes under it: give them another theme first."]
        return super().get_deleted_objects(objs, request)

    def view_on_site(self, obj):
        return obj.get_absolute_url()
