from events.admin.event import EventAdmin, EventSeriesAdmin
from events.admin.history import ChangeAdmin
from events.admin.people import ParticipationAdmin, QuoteAdmin, RoleAdmin
from events.admin.resource import ResourceAdmin
from events.admin.session import BreakoutGroupAdmin, SessionAdmin

__all__ = [
    "BreakoutGroupAdmin",
    "ChangeAdmin",
    "EventAdmin",
    "EventSeriesAdmin",
    "ParticipationAdmin",
    "QuoteAdmin",
    "ResourceAdmin",
    "RoleAdmin",
    "SessionAdmin",
]
