"""Texts of outcomes that nobody can edit: when a person is erased, their name in them is replaced or stays."""

from outcomes.documents import making
from outcomes.models import KeptDocument
from participants import erasing


def forget_documents() -> None:
    """Delete every kept document that would be another without them, and what is being made: both may name them.

    The others stay: pages tell of a file that is there, and were all of them gone, of somebody having been erased.
    """
    KeptDocument.objects.exclude(ticket="").delete()
    making.forget_outdated(KeptDocument.objects.all())


erasing.AFTERWARDS.append(forget_documents)

erasing.written_once("outcomes.StatusChange", "note")
erasing.written_once("outcomes.ReportStatusChange", "note")
erasing.written_once("outcomes.Comment", "text")
erasing.written_once("outcomes.Outcome", "text_submitted", "owner_suggested")
erasing.written_once("outcomes.OutcomeMerge", "parts", "before", "taken")
erasing.written_once("outcomes.Contribution", "takeaway", "action")
erasing.written_once("outcomes.Placement", "set_aside")
erasing.written_once("outcomes.Publication", "left_out")
