from outcomes.models.comment import Comment
from outcomes.models.contribution import Contribution, NotOpen, OtherWords, Round, RoundFull
from outcomes.models.count import OutcomeCount
from outcomes.models.document import DocumentPlan, KeptDocument
from outcomes.models.follow_up import ActionOwner, ActionUpdate
from outcomes.models.lineage import OutcomeMerge
from outcomes.models.outcome import (
    DELETED_KEPT,
    TEXT_BUDGET,
    TEXT_LIMIT,
    Action,
    Addressee,
    Outcome,
    OutcomeTheme,
    StaleVersion,
    StatusChange,
    Takeaway,
)
from outcomes.models.presence import PRESENT_FOR, Presence
from outcomes.models.publication import Publication, PublicationItem
from outcomes.models.report import Report, ReportSection, ReportStatusChange
from outcomes.models.status import EVER_PUBLIC, MERGEABLE, TRANSITIONS, WITH_RAPPORTEUR, WITH_STAFF, Status
from outcomes.models.synthesis import Placement, StatementGroup
from outcomes.models.theme import Theme

__all__ = [
    "DELETED_KEPT",
    "EVER_PUBLIC",
    "MERGEABLE",
    "PRESENT_FOR",
    "TEXT_BUDGET",
    "TEXT_LIMIT",
    "TRANSITIONS",
    "WITH_RAPPORTEUR",
    "WITH_STAFF",
    "Action",
    "ActionOwner",
    "ActionUpdate",
    "Addressee",
    "Comment",
    "Contribution",
    "DocumentPlan",
    "KeptDocument",
    "NotOpen",
    "OtherWords",
    "Outcome",
    "OutcomeCount",
    "OutcomeMerge",
    "OutcomeTheme",
    "Placement",
    "Presence",
    "Publication",
    "PublicationItem",
    "Report",
    "ReportSection",
    "ReportStatusChange",
    "Round",
    "RoundFull",
    "StaleVersion",
    "StatementGroup",
    "Status",
    "StatusChange",
    "Takeaway",
    "Theme",
]
