"""Files that hang on events."""

from events.models import Event, Resource
from participants.files import StoredFile


class EventImage(StoredFile):
    """The picture of an event."""

    folder, field = "events", "image"

    def public(self):
        return Event.objects.public()

    def visible_to(self, user):
        return Event.objects.visible_to(user)


class ResourceFile(StoredFile):
    """A document of an event."""

    folder, field = "resources", "file"

    def public(self):
        return Resource.objects.public()

    def visible_to(self, user):
        return Resource.objects.visible_to(user)
