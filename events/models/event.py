import datetime as dt
import zoneinfo
from functools import reduce
from operator import or_

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django_countries.fields import CountryField

from events.attribution import PLAIN_WORDS, Rule, quote_shown, session_shown
from events.models.allowance import Guarded, Unanswered
from events.models.recorded import Recorded
from events.models.status import StatusLine, Withdrawable
from events.naming import Roll
from events.search import Searchable, SearchIndex, SearchQuerySet
from events.zones import validate_time_zone
from participants.models import Kept, Organisation, OutgoingMail
from participants.pictures import PictureField, RandomName
from participants.slugs import SluggedModel
from participants.text import validate_plain


class StaffedQuerySet(models.QuerySet):
    """Rows of an event or that belong to one, of which staff have those of their institutions' events."""

    def staffed_by(self, user):
        """What `user` works on as staff: for some everything, else what an institution of theirs runs."""
        if not user.is_staff:
            return self.none()
        if user.works_on_everything:
            return self
        mine = EventPartner.objects.filter(role__in=EventPartner.RUNS, organisation__in=user.institutions.all())
        return self.filter(**{f"{self._path_to_event()}__in": mine.order_by().values("event")})

    def run_by(self, user):
        """What `user` may change as staff: editors what they work on, reviewers nothing."""
        return self.staffed_by(user) if user.is_staff and user.is_editor else self.none()

    def _path_to_event(self) -> str:
        return "pk" if self.model is Event else getattr(self.model, "EVENT_PATH", "event")


class EventSeries(SluggedModel):
    """Dialogues that belong together, edition after edition."""

    name = models.CharField(max_length=300, validators=[validate_plain])
    description = models.TextField(blank=True, validators=[validate_plain])

    HISTORY = Kept(called="name", fixed=("slug",))

    class Meta:
        ordering = ["name"]
        verbose_name = "series"
        verbose_name_plural = "series"

    def __str__(self):
        return self.name


class EventQuerySet(StaffedQuerySet, SearchQuerySet):
    """Events by who may read them and by date."""

    def public(self):
        """What anyone may read: page, feed, API, export and sitemap all start here."""
        return self.filter(status=Event.Status.PUBLISHED)

    def tombstones(self):
        """Events that were public once: their address says when they were withdrawn and nothing else."""
        return self.filter(status=Event.Status.WITHDRAWN)

    def visible_to(self, user):
        """What `user` may read: staff what they work on, rapporteurs what they report on, everyone what is public."""
        if user.is_staff and user.works_on_everything:
            return self
        theirs = [Event.objects.public(), Event.objects.reported_by(user), Event.objects.staffed_by(user)]
        return self.filter(reduce(or_, (Q(pk__in=events.order_by().values("pk")) for events in theirs)))

    def editable_by(self, user):
        """What `user` may change: editors the events they work on, others nothing."""
        return self.run_by(user)

    def reported_by(self, user):
        """Events in which `user` is a rapporteur, of the whole or of a session."""
        if not user.is_authenticated:
            return self.none()  # without an account, `user=None` would match every person who has none
        mine = Event.objects.filter(participations__roles__role="rapporteur", participations__person__user=user.pk)
        return self.filter(pk__in=mine.values("pk"))

    def reported_whole_by(self, user):
        """Events of which `user` is a rapporteur as a whole, not only of a session."""
        if not user.is_authenticated:
            return self.none()
        mine = Event.objects.filter(
            participations__roles__role="rapporteur",
            participations__roles__session=None,
            participations__person__user=user.pk,
        )
        return self.filter(pk__in=mine.values("pk"))

    def newest(self):
        """In the order in which they began, the latest first; those without a date last."""
        return self.order_by(F("starts_on").desc(nulls_last=True), F("id").desc())

    def upcoming(self, today: dt.date | None = None):
        """Events not over yet, the next first."""
        return self.filter(ends_on__gte=today or timezone.localdate()).order_by("starts_on", "pk")

    def to_come(self, today: dt.date | None = None):
        """Events not known to be over, the next first; those without a date last."""
        to_come = Q(ends_on__gte=today or timezone.localdate()) | Q(ends_on=None)
        return self.filter(to_come).order_by(F("starts_on").asc(nulls_last=True), "-pk")

    def for_cards(self):
        """Without what lists do not print."""
        return self.only(
            *("title", "slug", "reference", "format", "mode", "starts_on", "ends_on", "time_zone"),
            *("summary", "venue", "city", "country", "status"),
        )

    def held(self, today: dt.date | None = None):
        """Events that are over, the latest first."""
        today = today or timezone.localdate()
        over = self.filter(ends_on__lt=today, starts_on__lt=today)  # which goes without saying, and names the index
        return over.order_by(F("starts_on").desc(), F("id").desc())


class Event(Guarded, SluggedModel, Searchable, Withdrawable):
    """A dialogue: what, when, where, who convened it, and under which rule of attribution."""

    class Format(models.TextChoices):
        DIALOGUE = "dialogue", "Dialogue"
        ROUNDTABLE = "roundtable", "Roundtable"
        CONFERENCE = "conference", "Conference"
        WORKSHOP = "workshop", "Workshop"
        EXPERT_MEETING = "expert_meeting", "Expert meeting"
        SIDE_EVENT = "side_event", "Side event"
        CONSULTATION = "consultation", "Consultation"
        WEBINAR = "webinar", "Webinar"
        BRIEFING = "briefing", "Briefing"
        SCENARIO_EXERCISE = "scenario_exercise", "Scenario exercise"
        MINISTERIAL = "ministerial", "Ministerial"

    class Mode(models.TextChoices):
        IN_PERSON = "in_person", "In person"
        HYBRID = "hybrid", "Hybrid"
        ONLINE = "online", "Online"

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"
        WITHDRAWN = "withdrawn", "Withdrawn"

    AGAINST_SAYING_WHY = "against_curating"
    TRANSITIONS = {
        Status.DRAFT: {Status.PUBLISHED: "against_curating"},
        Status.PUBLISHED: {Status.WITHDRAWN: "against_curating"},
        Status.WITHDRAWN: {Status.PUBLISHED: "against_curating"},
    }

    title = models.CharField(max_length=500, validators=[validate_plain])
    reference = models.CharField(
        max_length=100, blank=True, validators=[validate_plain], help_text="The institution's own, such as WP3348."
    )
    series = models.ForeignKey(EventSeries, on_delete=models.SET_NULL, null=True, blank=True, related_name="events")
    format = models.CharField(max_length=30, choices=Format, default=Format.DIALOGUE)
    mode = models.CharField(max_length=20, choices=Mode, default=Mode.IN_PERSON)
    starts_on = models.DateField(null=True, blank=True, help_text="At the place of the event.")
    ends_on = models.DateField(null=True, blank=True)
    time_zone = models.CharField(
        max_length=64, default="UTC", validators=[validate_time_zone], help_text="IANA name, such as America/Santiago."
    )
    venue = models.CharField(max_length=300, blank=True, validators=[validate_plain])
    city = models.CharField(max_length=150, blank=True, validators=[validate_plain])
    country = CountryField(blank=True)
    summary = models.TextField(blank=True, validators=[validate_plain], help_text="One or two sentences for lists.")
    body = models.TextField(blank=True, validators=[validate_plain], help_text="Markdown: headings, lists, links.")
    image = PictureField(upload_to=RandomName("events"), blank=True)
    image_alt = models.CharField("image in words", max_length=300, blank=True, validators=[validate_plain])
    image_credit = models.CharField(max_length=200, blank=True, validators=[validate_plain])
    attribution = models.CharField(
        "rule of attribution",
        max_length=20,
        choices=Rule,
        default=Rule.CHATHAM_HOUSE,
        help_text="What the public may see of who took part and who said what. Sessions may differ.",
    )
    outcomes_due_on = models.DateField(
        null=True,
        blank=True,
        help_text="Rapporteurs submit until the end of this day, at the place of the event, and are reminded of it.",
    )
    accepts_late = models.BooleanField(
        "late filing allowed",
        default=False,
        help_text="Rapporteurs may submit after the deadline too. Without it they can only write drafts then.",
    )
    status = models.CharField(max_length=20, choices=Status, default=Status.DRAFT, editable=False)
    published_at = models.DateTimeField(null=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    partners = models.ManyToManyField(Organisation, through="EventPartner", related_name="events")

    objects = EventQuerySet.as_manager()

    slug_source = "title"
    SEARCHED = ("title", "reference", "summary", "city", "country")
    GUARDED = ("title", "summary", "body", "image_alt")
    HISTORY = Kept(event="pk", called="title", fixed=("slug", "attribution", "reference"))

    class Meta:
        ordering = ["-starts_on", "-pk"]
        indexes = [
            models.Index(F("starts_on").desc(), F("id").desc(), name="event_newest"),
            # What is public, to come or offered to narrow lists by is read off these. No conditions: SQLite would not
            # know that a parameter is the one they name.
            models.Index("status", F("starts_on").desc(), F("id").desc(), name="event_status_newest"),
            models.Index(fields=["status", "ends_on"], name="event_status_by_its_end"),
            models.Index(fields=["status", "country"], name="event_status_countries"),
            models.Index(fields=["status", "series"], name="event_status_series"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="event_has_a_title"),
            models.CheckConstraint(
                condition=Q(starts_on=None, ends_on=None) | Q(starts_on__lte=F("ends_on")),
                name="event_ends_on_or_after_its_start",
            ),
            models.CheckConstraint(condition=Q(image="") | ~Q(image_alt=""), name="event_image_has_words"),
            models.CheckConstraint(
                condition=Q(status="draft", published_at=None) | (~Q(status="draft") & Q(published_at__isnull=False)),
                name="event_published_at_iff_published",
            ),
            models.CheckConstraint(
                condition=Q(status="withdrawn", withdrawn_at__isnull=False)
                | (~Q(status="withdrawn") & Q(withdrawn_at=None)),
                name="event_withdrawn_at_iff_withdrawn",
            ),
            models.CheckConstraint(
                condition=Q(status="withdrawn") | Q(public_note=""), name="event_public_note_only_once_withdrawn"
            ),
            models.CheckConstraint(condition=Q(attribution__in=Rule.values), name="event_attribution_is_a_rule"),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "published", "withdrawn"]), name="event_status_is_known"
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("events:event-detail", args=[self.slug])

    def clean(self):
        super().clean()
        self.ends_on = self.ends_on or self.starts_on
        if self.ends_on and not self.starts_on:
            raise ValidationError({"starts_on": "Give the first day too, or leave both empty."})
        if self.starts_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": "The last day is before the first."})
        if self.image and not self.image_alt:
            raise ValidationError({"image_alt": "Say in words what the picture shows."})

    # Verbs

    def publish(self, *, by, note="") -> None:
        """Make the event public, or public again after it was withdrawn.

        Raises Unanswered where its words, or those of a session that is shown, tell who spoke or took part.
        """
        roll = Roll(self)
        for record in self.guarded_records():
            record.refuse_unanswered(roll=roll)
        self._move(
            self.Status.PUBLISHED,
            by=by,
            note=note,
            published_at=self.published_at or timezone.now(),
            withdrawn_at=None,
            public_note="",
        )

    def withdraw(self, *, by, note="") -> None:
        """Take the event and everything in it back; its address says when and nothing else."""
        self._move(self.Status.WITHDRAWN, by=by, note=note, withdrawn_at=timezone.now())

    @property
    def event(self) -> "Event":
        """Itself: what is guarded has an event."""
        return self

    def would_be_read(self):
        return self.status == self.Status.PUBLISHED

    def guarded_records(self):
        sessions = self.sessions.with_rule().filter(session_shown()).select_related("parent__parent")
        quotes = self.quotes.with_rule().filter(quote_shown()).select_related("session__parent__parent")
        rows = [*sessions, *quotes]
        for row in rows:
            row.event = self
        return [self, *rows]

    def refuse_telling(self, public_note):
        if marks := [one for one in self.guard().find(public_note) if one.certain]:
            raise Unanswered(marks)

    def against_curating(self, user) -> str:
        """Say why `user` may not publish or withdraw, or nothing."""
        if user and user.is_staff and user.is_editor:
            return "" if self.is_staffed_by(user) else "This is an event of another institution."
        return "Only editors publish and withdraw events."

    def moved(self, change):
        if self.status == self.Status.WITHDRAWN:
            self.take_back_reminders()
        for model in Recorded.concrete():
            model.visibility_changed(self)
        self._meta.get_field("revision").related_model.objects.follow(self)  # of a model defined after this one

    # About one event

    def is_staffed_by(self, user) -> bool:
        """Whether `user` works on it as staff."""
        if not user.is_staff or user.works_on_everything:
            return user.is_staff
        return Event.objects.staffed_by(user).filter(pk=self.pk).exists()

    def is_run_by(self, user) -> bool:
        """Whether `user` may change it."""
        return user.is_staff and user.is_editor and self.is_staffed_by(user)

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The time zone of its place."""
        return zoneinfo.ZoneInfo(self.time_zone)

    @property
    def cite_as(self) -> str:
        """What references of its outcomes begin with: the institution's reference, else the slug."""
        return self.reference or self.slug

    @property
    def attribution_note(self) -> str:
        """The rule in plain words, for the page."""
        return PLAIN_WORDS[Rule(self.attribution)]

    @property
    def deadline(self) -> dt.datetime | None:
        """The moment after which rapporteurs are late: the end of the due day at the place of the event."""
        if not self.outcomes_due_on:
            return None
        return dt.datetime.combine(self.outcomes_due_on + dt.timedelta(days=1), dt.time.min, self.zone)

    @property
    def is_filing_open(self) -> bool:
        """Whether rapporteurs may submit: no deadline, not yet passed, or late filing allowed."""
        return self.deadline is None or self.accepts_late or timezone.now() < self.deadline

    @property
    def reminder_key(self) -> str:
        """What the keys of its reminders in the outbox begin with; the day they speak of follows."""
        return f"reminder-{self.pk}-"

    def take_back_reminders(self) -> None:
        """Delete reminders not sent yet: they speak of a deadline that no longer holds."""
        OutgoingMail.objects.take_back(self.reminder_key)

    @property
    def is_held(self) -> bool:
        """Whether its last day is over at its place."""
        return bool(self.ends_on) and self.ends_on < timezone.now().astimezone(self.zone).date()

    @property
    def place(self) -> str:
        """City and country in one line, without what is missing."""
        country = self.country.name if self.country else ""  # type: ignore[attr-defined]  # not the str it seems
        return ", ".join(part for part in (self.city, country) if part)

    def editions(self):
        """The other public editions of its series, by date."""
        if not self.series_id:
            return Event.objects.none()
        return Event.objects.public().filter(series=self.series_id).exclude(pk=self.pk).order_by("starts_on", "pk")

    def earlier_editions(self):
        """The public editions of its series before it; all of them while it has no date."""
        if not self.starts_on:
            return self.editions()
        # Not "earlier, or the same day and": for an "or" SQLite reads all events by their day, instead of the series.
        return self.editions().filter(starts_on__lte=self.starts_on).exclude(starts_on=self.starts_on, pk__gt=self.pk)


class EventIndex(SearchIndex):
    """The words of events."""

    event = models.OneToOneField(
        Event, on_delete=models.DO_NOTHING, primary_key=True, db_column="rowid", related_name="fts"
    )

    class Meta(SearchIndex.Meta):
        db_table = "events_fts"


class EventStatusChange(StatusLine):
    """A line in the history of an event."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="changes", editable=False)

    class Meta(StatusLine.Meta):
        pass


class EventPartner(models.Model):
    """What an organisation is to an event."""

    class Role(models.TextChoices):
        CONVENER = "convener", "Convener"
        HOST = "host", "Host"
        CO_HOST = "co_host", "Co-host"
        ORGANISER = "organiser", "Organiser"
        PARTNER = "partner", "Partner"
        FUNDER = "funder", "Funder"
        KNOWLEDGE_PARTNER = "knowledge_partner", "Knowledge partner"
        OTHER = "other", "In words"

    # Whose event it is: the staff of these organisations work on it, those of the others do not.
    RUNS = (Role.CONVENER, Role.HOST, Role.CO_HOST, Role.ORGANISER)

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="event_partners")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="event_partners")
    role = models.CharField(max_length=30, choices=Role, default=Role.PARTNER)
    role_text = models.CharField("role in words", max_length=100, blank=True, validators=[validate_plain])
    position = models.PositiveSmallIntegerField(default=0)

    HISTORY = Kept(event="event_id", under="event", fixed=("event",), names_need=("organisation",))

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint("event", "organisation", "role", "role_text", name="event_partner_once_in_a_role"),
            models.CheckConstraint(
                condition=(Q(role="other") & ~Q(role_text="")) | (~Q(role="other") & Q(role_text="")),
                name="event_partner_role_text_iff_other",
            ),
        ]

    def __str__(self):
        return f"{self.organisation} ({self.role_label})"

    @property
    def role_label(self) -> str:
        """The role as printed: from the list, or in the institution's own words."""
        return self.role_text or self.get_role_display()
