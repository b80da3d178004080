"""Where an outcome stands, and the one table of legal moves. `docs/workflow.md` is made from it."""

from django.db import models


class Status(models.TextChoices):
    """Draft → submitted → approved → published, with two ways back and one way out; or into another one, and back."""

    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Submitted"
    CHANGES_REQUESTED = "changes_requested", "Changes requested"
    APPROVED = "approved", "Approved"
    PUBLISHED = "published", "Published"
    WITHDRAWN = "withdrawn", "Withdrawn"
    MERGED = "merged", "Merged into another"


# Where the rapporteur holds the pen, where the secretariat does, and what was public once.
WITH_RAPPORTEUR = (Status.DRAFT, Status.CHANGES_REQUESTED)
WITH_STAFF = (Status.SUBMITTED, Status.APPROVED)
MERGEABLE = (*WITH_STAFF, Status.PUBLISHED)
EVER_PUBLIC = (Status.PUBLISHED, Status.WITHDRAWN)

# Status → what it may become → the Outcome method that says what speaks against it.
TRANSITIONS = {
    Status.DRAFT: {Status.SUBMITTED: "against_submitting"},
    Status.SUBMITTED: {
        Status.APPROVED: "against_reviewing",
        Status.CHANGES_REQUESTED: "against_sending_back",
        Status.DRAFT: "against_writing",
        Status.MERGED: "against_merging",
    },
    Status.CHANGES_REQUESTED: {Status.SUBMITTED: "against_submitting"},
    Status.APPROVED: {
        Status.PUBLISHED: "against_reviewing",
        Status.CHANGES_REQUESTED: "against_sending_back",
        Status.MERGED: "against_merging",
    },
    Status.PUBLISHED: {Status.WITHDRAWN: "against_withdrawing", Status.MERGED: "against_merging"},
    Status.WITHDRAWN: {Status.PUBLISHED: "against_reviewing"},
    Status.MERGED: dict.fromkeys(MERGEABLE, "against_parting"),
}
