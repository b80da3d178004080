"""Public pages and files of events."""

from events.views.tombstone import gone

__all__ = ["gone"]
