from outcomes.admin.outcome import ActionAdmin, OutcomeAdmin, TakeawayAdmin
from outcomes.admin.report import ReportAdmin
from outcomes.admin.round import RoundAdmin
from outcomes.admin.theme import ThemeAdmin

__all__ = ["ActionAdmin", "OutcomeAdmin", "ReportAdmin", "RoundAdmin", "TakeawayAdmin", "ThemeAdmin"]
