from outcomes.models.contribution import Contribution, Round
from outcomes.models.count import OutcomeCount
from outcomes.models.follow_up import ActionOwner, ActionUpdate
from outcomes.models.outcome import (
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
from outcomes.models.report import Report, ReportSection, ReportStatusChange
from outcomes.models.status import EVER_PUBLIC, TRANSITIONS, WITH_RAPPORTEUR, WITH_STAFF, Status
from outcomes.models.synthesis import Placement, StatementGroup
from outcomes.models.theme import Theme

__all__ = [
    "EVER_PUBLIC",
    "TEXT_BUDGET",
    "TEXT_LIMIT",
    "TRANSITIONS",
    "WITH_RAPPORTEUR",
    "WITH_STAFF",
    "Action",
    "ActionOwner",
    "ActionUpdate",
    "Addressee",
    "Contribution",
    "Outcome",
    "OutcomeCount",
    "OutcomeTheme",
    "Placement",
    "Report",
    "ReportSection",
    "ReportStatusChange",
    "Round",
    "StaleVersion",
    "StatementGroup",
    "Status",
    "StatusChange",
    "Takeaway",
    "Theme",
]
