"""What a supervisor asks: is the process alive, and can it do its work."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from participants.models import Worker

PLAIN = "text/plain; charset=utf-8"


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return HttpResponse("ok\n", content_type=PLAIN)


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers, has every migration, and a worker was heard of: 200, else 503 with the reason in a word."""
    try:
        if reason := what_is_missing():
            return not_ready(reason)
    except DatabaseError:
        return not_ready("database")
    return HttpResponse("ok\n", content_type=PLAIN)


def what_is_missing() -> str:
    """The first thing that keeps the site from doing its work, or an empty text."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return "migrations"
    if not Worker.objects.alive().exists():
        return "worker"
    return ""


def not_ready(reason: str) -> HttpResponse:
    return HttpResponse(f"{reason}\n", status=503, content_type=PLAIN, headers={"Retry-After": "5"})
