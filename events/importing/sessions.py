"""Which session of an event the words of a cell mean."""

from collections import defaultdict

from events.models import Event, Session
from participants.importing.columns import normal


class Sessions:
    """The sessions of an event by code, number and title; read once."""

    def __init__(self, event: Event):
        self.event = event
        self.of: dict[int, Session] = {}
        self.by: dict[str, set[int]] = defaultdict(set)
        self.names: dict[int, str] = {}
        self.rules: dict[int | None, str] = {None: event.attribution}
        for session in event.sessions.select_related("parent", "event").in_programme_order():
            self.of[session.pk] = session
            self.names[session.pk] = str(session)
            names = {session.code, session.title, str(session), session.number, session.label}
            names |= {f"session {session.number}", f"group {session.number}"} if session.number else set()
            for name in names:
                if name and normal(name):
                    self.by[normal(name)].add(session.pk)

    def is_of_event(self, words: str) -> bool:
        """Whether `words` name the event: its reference, address or title."""
        return normal(words) in {normal(name) for name in (self.event.cite_as, self.event.slug, self.event.title)}

    def find(self, words: str) -> tuple[int | None, str]:
        """Return (key, "") of the one session that `words` name, else (None, what is wrong)."""
        found = self.by.get(normal(words), set())
        if len(found) == 1:
            return next(iter(found)), ""
        if found:
            return None, f"Several sessions are called “{words}”: give the code of the one that is meant."
        return None, f"No session of this event is called “{words}”."

    def rule_of(self, session: int | None) -> str:
        if session not in self.rules:
            self.rules[session] = self.of[session].rule_now()
        return self.rules[session]
