from events.models.allowance import Allowance, Guarded, Unanswered
from events.models.event import Event, EventIndex, EventPartner, EventSeries, EventStatusChange, StaffedQuerySet
from events.models.generation import PublicGeneration, bump_generation
from events.models.invitation import Invitation
from events.models.people import Participation, Quote, Role
from events.models.recorded import Recorded, RecordedQuerySet
from events.models.resource import Resource
from events.models.revision import EventRevision
from events.models.session import BreakoutGroup, Session
from events.models.status import InvalidTransition, NotAllowed, StatusLine, StatusModel, Withdrawable

__all__ = [
    "Allowance",
    "BreakoutGroup",
    "Event",
    "EventIndex",
    "EventPartner",
    "EventRevision",
    "EventSeries",
    "EventStatusChange",
    "Guarded",
    "InvalidTransition",
    "Invitation",
    "NotAllowed",
    "Participation",
    "PublicGeneration",
    "Quote",
    "Recorded",
    "RecordedQuerySet",
    "Resource",
    "Role",
    "Session",
    "StaffedQuerySet",
    "StatusLine",
    "StatusModel",
    "Unanswered",
    "Withdrawable",
    "bump_generation",
]
