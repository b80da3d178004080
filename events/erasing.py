"""What becomes of rows of events when a person is erased, where their foreign key does not say it."""

from events.history import lines_about
from events.models import bump_generation
from participants import erasing, subjects

# Words that somebody consented to be quoted with: without them there is no consent. Theirs, whatever the page shows.
subjects.OTHERWISE["events.Quote", "speaker"] = subjects.DELETED
subjects.LINES.append(lambda keys: lines_about(*keys))
erasing.written_once("events.EventStatusChange", "note")
erasing.AFTERWARDS.append(bump_generation)
