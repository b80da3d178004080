"""What staff change by a form of the admin makes public pages anew and takes the dump away, if anybody can see it.

Verbs and whatever settles visibility raise the generation in their own transaction; this covers every other field of
every form. It is raised unless what was written is known to be behind the scenes: a table that is forgotten here costs
a dump, and shows nobody what is gone.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection
from django.http import HttpRequest, HttpResponse

from events.models.generation import bump_generation

# What no public page, feed, file or dump reads.
BEHIND_THE_SCENES = (
    *("admin.LogEntry", "django_tasks_database.DBTaskResult", "mfa.Authenticator", "sessions.Session"),
    *("participants.AttemptCount", "participants.BrowserSession", "participants.Change", "participants.Distinction"),
    *("participants.Import", "participants.ImportChange", "participants.ImportRow", "participants.KnownColumn"),
    *("participants.OutgoingMail", "participants.SignInCode", "participants.Worker"),
    *("events.Allowance", "events.Invitation", "events.PublicGeneration"),
    *("outcomes.Comment", "outcomes.KeptDocument", "outcomes.Presence"),
    *("outcomes.Publication", "outcomes.PublicationItem"),
)
# What belongs to one event, report or outcome, and is public only if that is: a form that says that it is about one
# that is not (`events.admin.base.say_unseen`) may write these.
OF_ONE = (
    *("events.Event", "events.EventIndex", "events.EventPartner", "events.EventRevision", "events.EventStatusChange"),
    *("events.Participation", "events.Quote", "events.Resource", "events.Role", "events.Session"),
    *("outcomes.ActionOwner", "outcomes.ActionUpdate", "outcomes.Addressee", "outcomes.Outcome"),
    *("outcomes.OutcomeIndex", "outcomes.OutcomeTheme", "outcomes.StatusChange"),
    *("outcomes.Report", "outcomes.ReportSection", "outcomes.ReportSectionIndex", "outcomes.ReportStatusChange"),
)

_READS = re.compile(r"\s*(?:SELECT|SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT|PRAGMA|EXPLAIN|SET)\b", re.IGNORECASE)
_WRITES = re.compile(r'\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?', re.IGNORECASE)


class StaffWrites:
    """Middleware: see above."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or not request.path.startswith("/admin/"):
            return self.get_response(request)
        tables: set[str] = set()

        def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            if not _READS.match(sql):
                found = _WRITES.match(sql)
                tables.add(found[1] if found else sql)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(note):
            response = self.get_response(request)
        unseen = _tables(BEHIND_THE_SCENES)
        if getattr(request, "is_about_unseen", False):
            unseen |= _tables(OF_ONE)
        if response.status_code < 400 and not tables <= unseen:
            bump_generation()
        return response


@cache
def _tables(labels: Iterable[str]) -> frozenset[str]:
    return frozenset(apps.get_model(label)._meta.db_table for label in labels)
