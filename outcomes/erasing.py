"""Texts of outcomes that nobody can edit: when a person is erased, their name in them is replaced or stays."""

from outcomes.models import KeptDocument
from participants import erasing


def forget_documents() -> None:
    """Delete every document that was made and kept: a byline may stand in any, and each is made anew when asked for."""
    KeptDocument.objects.all().delete()


erasing.AFTERWARDS.append(forget_documents)

erasing.written_once("outcomes.StatusChange", "note")
erasing.written_once("outcomes.ReportStatusChange", "note")
erasing.written_once("outcomes.Comment", "text")
erasing.written_once("outcomes.Outcome", "text_submitted", "owner_suggested")
erasing.written_once("outcomes.OutcomeMerge", "parts", "before", "taken")
erasing.written_once("outcomes.Contribution", "takeaway", "action")
erasing.written_once("outcomes.Placement", "set_aside")
erasing.written_once("outcomes.Publication", "left_out")
