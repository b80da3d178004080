from typing import Any

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce, NullIf
from django.urls import reverse

from events import attribution
from events.attribution import Byline
from events.models.allowance import Guarded
from events.models.event import Event, StaffedQuerySet
from events.models.recorded import Recorded, RecordedQuerySet
from events.models.session import Session
from participants.models import Kept, Organisation, Person
from participants.text import on_the_web, validate_plain, validate_web_address

REMINDERS = "events.reminders"  # the purpose to which the token of a link in a reminder is bound


class ParticipationQuerySet(StaffedQuerySet, RecordedQuerySet):
    def with_reminder_token(self, token: str) -> Any:
        """Return whose reminders `token` ends, None for one that was not made here."""
        try:
            return self.filter(pk=signing.Signer(salt=REMINDERS).unsign_object(token)).first()
        except signing.BadSignature:
            return None

    def public(self):
        """Who may stand in a public list of participants."""
        return (
            self.filter(Exists(Event.objects.public().filter(pk=OuterRef("event"))))
            .with_rule()
            .filter(attribution.participant_listed())
            .select_related("person")
        )


class Participation(Recorded):
    """A person at one event, with the affiliation and position they had at the time."""

    class Attendance(models.TextChoices):
        IN_PERSON = "in_person", "In person"
        REMOTE = "remote", "Remote"
        VIDEO_MESSAGE = "video_message", "Video message"
        PLANNED = "planned", "Planned"
        ABSENT = "absent", "Absent"

    class Listing(models.TextChoices):
        HIDDEN = "hidden", "Hidden"
        PARTICIPANTS = "participants", "Participants only"
        PUBLIC = "public", "Public"

    SESSION_PATH = None

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="participations")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="participations")
    affiliation = models.CharField(max_length=300, blank=True, validators=[validate_plain], help_text="At the time.")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.SET_NULL, null=True, blank=True, related_name="participations"
    )
    position = models.CharField(max_length=300, blank=True, validators=[validate_plain], help_text="At the time.")
    attendance = models.CharField(max_length=20, choices=Attendance, default=Attendance.PLANNED)
    listing = models.CharField(
        max_length=20,
        choices=Listing,
        default=Listing.HIDDEN,
        help_text="Whether this person may be named at all; the rule of attribution may still forbid it.",
    )
    wants_reminders = models.BooleanField(
        "gets reminders", default=True, db_default=True, help_text="Of what they still have to submit, as a rapporteur."
    )

    rule: str  # annotated by `with_rule()`
    objects = ParticipationQuerySet.as_manager()

    HISTORY = Kept(event="event_id", fixed=("event", "person", "wants_reminders", "listing"), names_need=("person",))

    class Meta:
        ordering = [Coalesce(NullIf("person__sort_name", models.Value("")), "person__name"), "pk"]
        constraints = [models.UniqueConstraint("event", "person", name="participation_once_an_event")]

    def __str__(self):
        return f"{self.person} ({self.affiliation})" if self.affiliation else str(self.person)

    @property
    def reminder_choice_url(self) -> str:
        """The full address of the page where they end their reminders of this event; good for nothing else."""
        token = signing.Signer(salt=REMINDERS).sign_object(self.pk)
        return settings.SITE_URL + reverse("events:reminders", args=[token])

    @property
    def byline(self) -> Byline:
        """How the public list names them; rows come from `public()`, which annotates `rule`."""
        return attribution.byline(self, self.rule)


class RoleQuerySet(StaffedQuerySet, RecordedQuerySet):
    def public(self):
        """Roles that may be shown with a name."""
        return (
            self.filter(Exists(Event.objects.public().filter(pk=OuterRef("participation__event"))))
            .with_rule()
            .filter(attribution.role_shown())
            .select_related("participation__person")
        )


class Role(Recorded):
    """What a participant is at an event or in one session. Several people may hold the same role."""

    class Role(models.TextChoices):
        CONVENER = "convener", "Convener"
        CHAIR = "chair", "Chair"
        MODERATOR = "moderator", "Moderator"
        FACILITATOR = "facilitator", "Facilitator"
        SPEAKER = "speaker", "Speaker"
        PANELLIST = "panellist", "Panellist"
        KEYNOTE = "keynote", "Keynote speaker"
        DISCUSSANT = "discussant", "Discussant"
        RAPPORTEUR = "rapporteur", "Rapporteur"
        OBSERVER = "observer", "Observer"
        ORGANISER = "organiser", "Organiser"

    EVENT_PATH = "participation__event"

    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="roles")
    session = models.ForeignKey(
        Session,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="roles",
        help_text="Left empty, the role is for the whole event.",
    )
    role = models.CharField(max_length=20, choices=Role)
    position = models.PositiveSmallIntegerField(default=0)

    rule: str  # annotated by `with_rule()`
    objects = RoleQuerySet.as_manager()

    HISTORY = Kept(
        event="participation__event_id",
        under="participation",
        fixed=("participation",),
        names_need=("participation__person",),
    )

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint("participation", "session", "role", name="role_once_in_a_session"),
            models.UniqueConstraint(
                "participation", "role", condition=Q(session=None), name="role_once_for_the_whole_event"
            ),
        ]

    def __str__(self):
        return f"{self.get_role_display()}: {self.participation.person}"

    def clean(self):
        super().clean()
        if self.session_id and self.participation_id and self.session.event_id != self.participation.event_id:
            raise ValidationError({"session": "That session belongs to another event."})

    @property
    def event(self) -> Event:
        """The event of the participation it belongs to."""
        return self.participation.event

    @property
    def byline(self) -> Byline:
        """How to name them; rows come from `public()`, which annotates `rule`."""
        return attribution.byline(self.participation, attribution.strictest(self.rule, self.recorded_under))


class QuoteQuerySet(StaffedQuerySet, RecordedQuerySet):
    def public(self):
        """Quotes that may be shown: consent and rule decide."""
        return (
            self.filter(Exists(Event.objects.public().filter(pk=OuterRef("event"))))
            .with_rule()
            .filter(attribution.quote_shown())
            .select_related("speaker__person")
        )


class Quote(Guarded, Recorded):
    """Words that somebody said, with their consent to be quoted."""

    class Consent(models.TextChoices):
        NOT_NEEDED = "not_needed", "Not needed"
        REQUESTED = "requested", "Requested"
        GIVEN = "given", "Given"
        REFUSED = "refused", "Refused"

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="quotes")
    session = models.ForeignKey(Session, on_delete=models.CASCADE, null=True, blank=True, related_name="quotes")
    text = models.TextField(validators=[validate_plain])
    speaker = models.ForeignKey(Participation, on_delete=models.SET_NULL, null=True, blank=True, related_name="quotes")
    consent = models.CharField(max_length=20, choices=Consent, default=Consent.REQUESTED)
    source = models.URLField(
        blank=True, validators=[validate_web_address], help_text="Where it was printed, if anywhere."
    )
    position = models.PositiveSmallIntegerField(default=0)

    rule: str  # annotated by `with_rule()`
    objects = QuoteQuerySet.as_manager()

    GUARDED = ("text",)
    HISTORY = Kept(event="event_id", fixed=("event", "consent"))

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="quote_has_words"),
            models.CheckConstraint(condition=on_the_web("source"), name="quote_source_is_on_the_web"),
        ]

    def __str__(self):
        return self.text[:80]

    def clean(self):
        super().clean()
        if self.session_id and self.session.event_id != self.event_id:
            raise ValidationError({"session": "That session belongs to another event."})
        if self.speaker_id and self.speaker.event_id != self.event_id:
            raise ValidationError({"speaker": "That person is not a participant of this event."})

    def would_be_read(self):
        return self.event.would_be_read() and self.consent in (self.Consent.GIVEN, self.Consent.NOT_NEEDED)

    @property
    def byline(self) -> Byline:
        """How to name the speaker; rows come from `public()`, which annotates `rule`."""
        if not self.speaker:
            return attribution.ANONYMOUS
        return attribution.byline(self.speaker, attribution.strictest(self.rule, self.recorded_under))
