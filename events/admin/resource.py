from django.contrib import admin

from events.admin.base import EventBound, EventFilter
from events.exports import ResourceExport
from events.models import Resource
from participants.admin import UPLOADS
from participants.exporting.pages import Exports
from participants.history_pages import WithHistory


@admin.register(Resource)
class ResourceAdmin(Exports, EventBound, WithHistory):
    export = ResourceExport
    formfield_overrides = UPLOADS
    list_display = ["title", "kind", "part", "is_public", "session", "event"]
    list_filter = [EventFilter, "kind", "is_public"]
    list_select_related = ["session", "event"]
    search_fields = ["title", "publisher", "event__title"]
    show_full_result_count = False
    autocomplete_fields = ["event", "session"]
    fields = [
        "event",
        "session",
        ("kind", "part"),
        "title",
        "url",
        "file",
        ("publisher", "published_on"),
        "is_public",
        "position",
    ]
