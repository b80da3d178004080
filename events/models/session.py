import datetime as dt
from functools import reduce
from operator import or_

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Cast, Coalesce

from events import attribution
from events.attribution import MAX_DEPTH, Rule, rule_in_force
from events.codes import random_code
from events.models.allowance import Guarded
from events.models.event import Event, StaffedQuerySet
from participants.models import Kept
from participants.text import validate_plain


class SessionQuerySet(StaffedQuerySet):
    """Sessions and breakout groups of a programme."""

    def with_rule(self):
        """Annotate `rule`, the rule of attribution in force for each."""
        return self.annotate(rule=rule_in_force())

    def public(self):
        """What anyone may read of a programme: sessions of public events that are not closed."""
        return (
            self.filter(Exists(Event.objects.public().filter(pk=OuterRef("event"))))
            .with_rule()
            .filter(attribution.session_shown())
        )

    def closed(self):
        """Sessions that nothing may be shown of, by their own rule or a parent's."""
        return self.alias(rule=rule_in_force()).filter(rule=Rule.CLOSED)

    def visible_to(self, user):
        """What `user` may read: staff what they work on, everybody what is public or theirs to report on."""
        if user.is_staff and user.works_on_everything:
            return self
        theirs = [Session.objects.public(), Session.objects.reported_by(user), Session.objects.staffed_by(user)]
        return self.filter(reduce(or_, (Q(pk__in=sessions.order_by().values("pk")) for sessions in theirs)))

    def reported_by(self, user):
        """Sessions that `user` is a rapporteur of: named for it, for a session above it, or for the whole event."""
        if not user.is_authenticated:
            return self.none()  # without an account, `user=None` would match every person who has none
        mine = Session.objects.filter(roles__role="rapporteur", roles__participation__person__user=user.pk)
        named = mine.order_by().values("pk")
        of_whole_events = Session.objects.filter(event__in=Event.objects.reported_whole_by(user).values("pk"))
        under = [Session.objects.filter(**{"__".join(["parent"] * up + ["in"]): named}) for up in range(1, MAX_DEPTH)]
        # A union, since databases scan the whole table for "in these or in those".
        others = [sessions.order_by().values("pk") for sessions in (of_whole_events, *under)]
        return self.filter(pk__in=named.union(*others))

    def editable_by(self, user):
        """Sessions for which `user` may write outcomes."""
        if user.is_staff and user.is_editor and user.works_on_everything:
            return self
        reported, run = Session.objects.reported_by(user), Session.objects.run_by(user)
        return self.filter(Q(pk__in=reported.order_by().values("pk")) | Q(pk__in=run.order_by().values("pk")))

    def in_programme_order(self):
        """By time and position, as printed in a programme; what has only a day stands in the middle of it."""
        noon = Cast("programme_day", models.DateTimeField()) + dt.timedelta(hours=12)
        when = Coalesce("starts_at", noon, output_field=models.DateTimeField())
        return self.order_by(when.asc(nulls_last=True), "position", "pk")


class Session(Guarded, models.Model):
    """A part of the programme; breakout groups are sessions with a parent."""

    class Kind(models.TextChoices):
        OPENING = "opening", "Opening"
        KEYNOTE = "keynote", "Keynote"
        PLENARY = "plenary", "Plenary"
        PANEL = "panel", "Panel"
        BREAKOUT_GROUP = "breakout_group", "Breakout group"
        WORKING_GROUP = "working_group", "Working group"
        TOUR_DE_TABLE = "tour_de_table", "Tour de table"
        REPORT_BACK = "report_back", "Report back"
        CLOSING = "closing", "Closing plenary"
        SIDE_EVENT = "side_event", "Side event"
        SOCIAL = "social", "Meal or reception"
        OTHER = "other", "Session"

    code = models.CharField(max_length=8, unique=True, default=random_code, editable=False)
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="sessions")
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="groups")
    kind = models.CharField(max_length=30, choices=Kind, default=Kind.PLENARY)
    number = models.CharField(max_length=20, blank=True, validators=[validate_plain], help_text="1, A, II …")
    title = models.CharField(max_length=500, validators=[validate_plain])
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    programme_day = models.DateField(
        null=True, blank=True, help_text="Where it differs: a session after midnight belongs to the evening before."
    )
    room = models.CharField(max_length=150, blank=True, validators=[validate_plain])
    body = models.TextField(blank=True, validators=[validate_plain], help_text="Markdown: headings, lists, links.")
    attribution = models.CharField(
        "rule of attribution",
        max_length=20,
        choices=Rule,
        blank=True,
        help_text="Left empty, the rule of the session above it, else of the event, holds.",
    )
    position = models.PositiveSmallIntegerField(default=0)
    # What the file it came from calls it, to know it again: neither is shown to anybody.
    foreign_id = models.CharField(max_length=200, blank=True, default="", db_default="", editable=False)
    foreign_source = models.CharField(max_length=20, blank=True, default="", db_default="", editable=False)

    objects = SessionQuerySet.as_manager()

    GUARDED = ("title", "body")
    HISTORY = Kept(event="event_id", called="title", fixed=("event", "attribution"))

    class Meta:
        ordering = [F("starts_at").asc(nulls_last=True), "position", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="session_has_a_title"),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(starts_at__isnull=False, starts_at__lte=F("ends_at")),
                name="session_ends_after_its_start",
            ),
            models.CheckConstraint(
                condition=~Q(kind="breakout_group") | Q(parent__isnull=False), name="breakout_group_has_a_parent"
            ),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="session_is_not_its_own_parent"),
            models.CheckConstraint(
                condition=Q(attribution="") | Q(attribution__in=Rule.values), name="session_attribution_is_a_rule"
            ),
            models.CheckConstraint(
                condition=Q(foreign_id="") | ~Q(foreign_source=""), name="session_foreign_id_has_a_source"
            ),
        ]

    def __str__(self):
        return f"{self.label}: {self.title}" if self.label else self.title

    def clean(self):
        super().clean()
        if self.ends_at and (not self.starts_at or self.ends_at < self.starts_at):
            raise ValidationError({"ends_at": "It ends before it starts."})
        if self.kind == self.Kind.BREAKOUT_GROUP and not self.parent_id:
            raise ValidationError({"parent": "A breakout group belongs under a session."})
        if not self.parent_id:
            return
        if self.parent.event_id != self.event_id:
            raise ValidationError({"parent": "That session belongs to another event."})
        above = self.ancestors()
        if self.pk and self in above:
            raise ValidationError({"parent": "A session cannot stand under itself."})
        if len(above) + self.height() > MAX_DEPTH:
            raise ValidationError({"parent": f"Groups nest {MAX_DEPTH} levels deep at most."})

    def would_be_read(self):
        return self.event.would_be_read() and self.rule_now() != Rule.CLOSED

    def guarded_session(self):
        return self

    def guarded_session_id(self):
        return self.pk

    def ancestors(self) -> list["Session"]:
        """The sessions above this one, the nearest first; one too many where they nest too deep or in a circle."""
        found: list[Session] = []
        above = self.parent
        while above is not None and len(found) < MAX_DEPTH:
            found.append(above)
            above = above.parent
        return found

    def height(self) -> int:
        """How many levels this session and the groups under it take up."""
        if not self.pk:
            return 1
        levels, here = 0, [self.pk]
        while here and levels <= MAX_DEPTH:
            levels += 1
            here = list(Session.objects.filter(parent__in=here).values_list("pk", flat=True))
        return levels

    def rule_now(self) -> str:
        """The rule in force, as `rule_in_force` has it for many rows."""
        line = [self, *self.ancestors()]
        if len(line) > MAX_DEPTH or any(session.attribution == Rule.CLOSED for session in line):
            return Rule.CLOSED
        return next((session.attribution for session in line if session.attribution), self.event.attribution)

    @property
    def label(self) -> str:
        """Kind and number as printed, such as “Breakout group 2”; nothing for sessions without a number."""
        return f"{self.get_kind_display()} {self.number}" if self.number else ""

    @property
    def day(self) -> dt.date | None:
        """The day of the programme it stands under."""
        if self.programme_day or not self.starts_at:
            return self.programme_day
        return self.starts_at.astimezone(self.event.zone).date()


class BreakoutGroupManager(models.Manager.from_queryset(SessionQuerySet)):
    def get_queryset(self):
        return super().get_queryset().filter(kind=Session.Kind.BREAKOUT_GROUP)


class BreakoutGroup(Session):
    """A session in which a part of the room works for itself and reports back."""

    objects = BreakoutGroupManager()

    class Meta:
        proxy = True

    def __init__(self, *args, **kwargs):
        if not args:
            kwargs.setdefault("kind", Session.Kind.BREAKOUT_GROUP)
        super().__init__(*args, **kwargs)
