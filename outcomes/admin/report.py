from django.contrib import admin

from events.admin.base import EventBound, EventFilter, Released, Verb, WithVerbs
from events.admin.guard import AsksWhyItStands, GuardedForm, GuardedInlineForm
from outcomes.exports import ReportExport
from outcomes.models import Report, ReportSection
from participants.exporting.pages import Exports
from participants.help import Helped
from participants.history_pages import WithHistory


class ReportSectionInline(Helped, admin.StackedInline):
    model = ReportSection
    form = GuardedInlineForm
    fields = [("title", "kind"), "body", ("position", "slug")]
    extra = 0
    view_on_site = False


@admin.register(Report)
class ReportAdmin(AsksWhyItStands, Exports, Released, EventBound, WithVerbs, WithHistory):
    form = GuardedForm
    export = ReportExport
    list_display = ["title", "event", "status", "published_month", "author", "kept_under"]
    list_filter = [EventFilter, "status", "recorded_under"]
    actions = ["show_under_todays_rule"]
    list_select_related = ["event", "author__person"]
    search_fields = ["title", "event__title", "event__reference"]
    date_hierarchy = "published_month"
    show_full_result_count = False
    autocomplete_fields = ["event", "author"]
    fields = ["event", "title", "author", "published_month", "disclaimer"]
    inlines = [ReportSectionInline]
    verbs = (
        Verb("publish", "Publish", Report.Status.PUBLISHED, "It becomes public with its event."),
        Verb("withdraw", "Withdraw", Report.Status.WITHDRAWN, "It leaves the public site at once."),
    )
