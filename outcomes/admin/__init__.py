from outcomes.admin.outcome import OutcomeAdmin

__all__ = ["OutcomeAdmin"]
