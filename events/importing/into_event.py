"""What kinds of import have in common that go into an event."""

from django.urls import reverse

from events.models import Event
from participants.importing.kinds import Kind


class IntoEvent(Kind):
    """An import into an event that `by` may change; columns are remembered for the institution that convenes it."""

    @classmethod
    def targets(cls, user):
        return Event.objects.editable_by(user)

    @classmethod
    def back(cls, target):
        return reverse("admin:events_event_change", args=[target.pk])

    @classmethod
    def institution(cls, target):
        convener = target.event_partners.filter(role="convener").select_related("organisation").first()
        return convener.organisation if convener else None
