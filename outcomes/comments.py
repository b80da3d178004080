"""Comments between the secretariat and the rapporteurs of an outcome: stored once, told by mail once an hour."""

import uuid

from django import forms
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from outcomes.models import Comment, Outcome
from outcomes.models.comment import COMMENT_LIMIT, QUIET
from participants import mail
from participants.models import OutgoingMail
from participants.text import normalise, validate_plain


class CommentForm(forms.Form):
    """A comment; the key makes a second post of the same form no second comment."""

    comment = forms.CharField(
        label="Comment",
        max_length=COMMENT_LIMIT,
        validators=[validate_plain],
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        error_messages={"required": "Write the comment."},
    )
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"initial": {"key": uuid.uuid4()}, "label_suffix": ""} | kwargs)

    def clean_comment(self):
        return normalise(self.cleaned_data["comment"])


class StaffCommentForm(CommentForm):
    """A comment of the secretariat, for the rapporteurs or for staff alone."""

    for_whom = forms.ChoiceField(
        label="For whom",
        choices=[
            ("rapporteurs", "The rapporteurs of its session; its author gets a mail"),
            ("staff", "Staff only: a note"),
        ],
        initial="rapporteurs",
        widget=forms.RadioSelect,
    )

    field_order = ["for_whom", "comment", "key"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"initial": {"key": uuid.uuid4(), "for_whom": "rapporteurs"}} | kwargs)


@transaction.atomic
def write(outcome: Outcome, *, by, text: str, by_staff: bool, for_staff: bool = False, key=None) -> Comment:
    """Store a comment and tell the other side; a second post with the same key returns the first one's."""
    comment, is_new = Comment.objects.get_or_create(
        request_key=uuid.uuid5(key, f"{by.pk} {outcome.code}") if key else uuid.uuid4(),
        defaults={"outcome": outcome, "by": by, "text": text, "by_staff": by_staff, "for_staff": for_staff},
    )
    if is_new and not for_staff:
        _tell(comment)
    return comment


def _tell(comment: Comment) -> None:
    """Write one mail to the other side, unless one about this outcome went to it within the hour.

    The page it leads to has the whole thread, so that what is written within that hour is read there as well.
    """
    outcome, side = comment.outcome, "rapporteur" if comment.by_staff else "staff"
    if comment.by_staff:
        to, path = outcome.author, reverse("outcomes:desk-outcome", args=[outcome.code])
    else:
        asked = outcome.comments.filter(by_staff=True, for_staff=False, by__isnull=False).last()
        to, path = asked.by if asked else None, reverse("admin:outcomes_outcome_review", args=[outcome.pk])
    if to is None or not to.is_active or to == comment.by:
        return
    prefix = f"comment-{outcome.pk}-{side}-"
    if OutgoingMail.objects.filter(key__startswith=prefix, created_at__gt=timezone.now() - QUIET).exists():
        return
    mail.queue(
        to=to.email,
        subject=f"A comment on a {outcome.get_kind_display().lower()}",  # no title: a locked phone shows it
        template="emails/comment.txt",
        context={"comment": comment, "outcome": outcome, "address": settings.SITE_URL + path},
        key=f"{prefix}{comment.pk}",
    )
