"""Exports of the lists of the admin: the list as it is filtered, searched and ordered, or the rows that are ticked."""

from collections.abc import Iterator, Sequence

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ALL_VAR, PAGE_VAR, SEARCH_VAR
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from participants import audit
from participants.exporting import Export, keys_of, text, workbook

FORMATS = {"csv": ("CSV", text), "xlsx": ("Excel", workbook)}


class Exports(admin.ModelAdmin):
    """An admin whose list can be taken away as a file by whoever may see it: no more rows than it shows them."""

    export: type[Export]

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        return [path("export/", self.admin_site.admin_view(self.export_view), name=name), *super().get_urls()]

    def get_actions(self, request, action_location=admin.ActionLocation.CHANGE_LIST):
        actions = super().get_actions(request, action_location=action_location)
        if action_location == admin.ActionLocation.CHANGE_LIST and self.has_view_permission(request):
            for extension, (label, _) in FORMATS.items():
                name = f"export_{extension}"
                actions[name] = (_export_selected(extension), name, f"Export selected as {label}")
        return actions

    def changelist_view(self, request, extra_context=None):
        query = self._query(request)
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_export"
        tool = ("Export", f"{reverse(name)}?{query}" if query else reverse(name))
        extra = extra_context or {}
        return super().changelist_view(request, extra | {"tools": [*extra.get("tools", []), tool]})

    def _query(self, request) -> str:
        query = request.GET.copy()
        for name in (PAGE_VAR, ALL_VAR, "e"):
            query.pop(name, None)
        return query.urlencode()

    def export_view(self, request) -> HttpResponseBase:
        """Say what the file holds; on POST give it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            rows = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            messages.warning(request, "The list has no such filter.")
            return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))
        if request.method == "POST":
            if request.POST.get("format") not in FORMATS:
                raise Http404
            return self.exported(request, rows, request.POST["format"], chosen=self._chosen(request))
        query = self._query(request)
        back = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": f"Export {self.opts.verbose_name_plural}",
            "opts": self.opts,
            "number": rows.count(),
            "is_narrowed": bool(self._chosen(request)),
            "columns": self.export.for_user(request.user),
            "left_out": len(self.export.columns) - len(self.export.for_user(request.user)),
            "formats": [(extension, label) for extension, (label, _) in FORMATS.items()],
            "back": f"{back}?{query}" if query else back,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/export.html", context)

    def _chosen(self, request) -> list[str]:
        """Name the filters of the list; what was searched for may be a name, so it is not told."""
        names = [name for name, value in request.GET.items() if value and name not in (PAGE_VAR, ALL_VAR, "o", "e")]
        return ["a search" if name == SEARCH_VAR else f"{name}={request.GET[name][:40]}" for name in names]

    def exported(self, request, rows, extension: str, *, chosen: Sequence[str]) -> StreamingHttpResponse:
        """Give `rows` as a file and note who took how much of which list."""
        label, writer = FORMATS[extension]
        keys = keys_of(rows)
        words = f"Exported {len(keys)} {self.opts.verbose_name_plural} as {label}"
        LogEntry.objects.create(
            user=request.user,
            content_type=ContentType.objects.get_for_model(self.model, for_concrete_model=False),
            object_repr=f"Export of {self.opts.verbose_name_plural}",
            action_flag=CHANGE,
            change_message=f"{words}: {', '.join(chosen) or 'the whole list'}."[:2000],
        )
        audit.record(audit.Act.EXPORTED, by=request.user, what=self.opts.label_lower, rows=len(keys), format=extension)
        columns = self.export.for_user(request.user)
        content: Iterator[bytes] = writer.write(columns, self.export.rows(self.model, keys, request.user))
        response = StreamingHttpResponse(content, content_type=writer.CONTENT_TYPE)
        name = f"{self.export.name}-{timezone.localdate():%Y-%m-%d}.{extension}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        response["Cache-Control"] = "private, no-store"
        return response


def _export_selected(extension: str):
    def export_selected(model_admin, request, queryset):
        return model_admin.exported(request, queryset, extension, chosen=["those selected"])

    return export_selected
