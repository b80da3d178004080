"""The history of a record in the admin: written at every save and deletion, and read on a page of its own."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.template.response import TemplateResponse

from participants import history
from participants.help import Helped
from participants.models import Change
from participants.narrowing import Narrowed

PAGE = 50  # lines on a page


def page_of(changes, request) -> tuple[list, int | None]:
    """Return a page of lines in words, older than `?before=` names, and what to put there for the next page."""
    value = request.GET.get("before", "")
    if value.isascii() and value.isdigit() and len(value) < 18:
        changes = changes.filter(pk__lt=int(value))
    found = list(changes.select_related("by")[: PAGE + 1])
    return history.in_words(found[:PAGE]), found[PAGE - 1].pk if len(found) > PAGE else None


class WithHistory(Helped, Narrowed):
    """An admin whose saves and deletions leave lines in the history, those of its inlines included."""

    def watched(self, request, obj) -> list:
        """What may change when `obj` is saved: itself, and the rows of its inlines."""
        rows = [history.rows_of(obj)]
        for inline in self.get_inline_instances(request, obj):
            if history.kept_of(inline.model):
                to: Any = inline.get_formset(request, obj).fk
                rows.append(inline.model._base_manager.filter(**{to.name: obj.pk}))
        return rows

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        obj = self.get_object(request, str(object_id)) if object_id else None
        with transaction.atomic(), history.watch(*(self.watched(request, obj) if obj else []), by=request.user) as more:
            request.added_to_history = more
            return super().changeform_view(request, object_id, form_url, extra_context)

    def log_addition(self, request, obj, message):
        if hasattr(request, "added_to_history"):
            request.added_to_history += self.watched(request, obj)
        return super().log_addition(request, obj, message)

    def delete_model(self, request, obj):
        with history.watch(*history.deleting(obj), by=request.user):
            super().delete_model(request, obj)

    def delete_queryset(self, request, queryset):
        with history.watch(*history.deleting(*queryset), by=request.user):
            super().delete_queryset(request, queryset)

    def history_view(self, request, object_id, extra_context=None):
        """What became of a record and of what stands under it, the newest first."""
        obj = self.get_object(request, str(object_id))
        if obj is None:
            raise Http404
        if not self.has_view_or_change_permission(request, obj):
            raise PermissionDenied
        lines, older = page_of(Change.objects.of(obj), request)
        context = {
            **self.admin_site.each_context(request),
            "title": f"History: {obj}",
            "opts": self.opts,
            "object": obj,
            "lines": lines,
            "older": older,
            "may_change": self.has_change_permission(request, obj),
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/history/record.html", context)
