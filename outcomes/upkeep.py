"""What the worker does for the desk once an hour."""

from django.tasks import task

from outcomes import workflow
from outcomes.models import Presence


@task(priority=-50)
def sweep_desk() -> None:
    """Delete for good what nobody can bring back any more, and the marks of who was writing."""
    workflow.forget_deleted()
    Presence.objects.sweep()
