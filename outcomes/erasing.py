"""Texts of outcomes that nobody can edit: when a person is erased, their name in them is replaced or stays."""

from participants import erasing

erasing.written_once("outcomes.StatusChange", "note")
erasing.written_once("outcomes.ReportStatusChange", "note")
erasing.written_once("outcomes.Comment", "text")
erasing.written_once("outcomes.Outcome", "text_submitted", "owner_suggested")
erasing.written_once("outcomes.OutcomeMerge", "parts", "before", "taken")
erasing.written_once("outcomes.Contribution", "takeaway", "action")
erasing.written_once("outcomes.Placement", "set_aside")
erasing.written_once("outcomes.Publication", "left_out")
