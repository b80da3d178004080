import datetime as dt
import hashlib
import uuid
from collections import Counter

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import IntegrityError, models, transaction
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Value, When
from django.urls import reverse
from django.utils import timezone

from events.attribution import FEWEST, Rule, tellable
from events.codes import easy_code
from events.models import Event, Session, StaffedQuerySet
from outcomes.models.outcome import TEXT_LIMIT, Outcome
from participants.models import ActorType, Kept
from participants.text import validate_plain

SHORTEST, LONGEST, MOST = 50, TEXT_LIMIT, 5000
CLOSE_TO_FULL = 100  # more than post in one moment


class NotOpen(Exception):
    """The round takes nothing: not yet, or no longer."""


class RoundFull(Exception):
    """As many phones have answered as the round takes."""


class OtherWords(Exception):
    """This phone sent other words since its form was opened; `current` is what stands now."""

    def __init__(self, current: "Contribution"):
        super().__init__(f"version {current.version}")
        self.current = current


class RoundQuerySet(StaffedQuerySet):
    """Closing rounds. None is ever public: who was given the code may answer, who runs it may read."""

    def editable_by(self, user):
        """Rounds that `user` may run and read: editors those of their events, rapporteurs those of their places."""
        if user.is_staff and user.is_editor and user.works_on_everything:
            return self
        run = Event.objects.editable_by(user).order_by().values("pk")
        sessions = Session.objects.reported_by(user).order_by().values("pk")
        events = Event.objects.reported_whole_by(user).order_by().values("pk")
        return self.filter(Q(session__in=sessions) | Q(session=None, event__in=events) | Q(event__in=run))

    def answerable(self):
        """Rounds whose address answers to whoever has the code; the dialogue may be closed or not published yet.

        A whole room asks at once, so of the event comes only what the page shows.
        """
        shown = [f"event__{name}" for name in ("title", "slug", "status", "attribution", "time_zone")]
        own = [field.name for field in Round._meta.concrete_fields]
        return self.exclude(event__status=Event.Status.WITHDRAWN).select_related("event").only(*own, *shown)

    def with_contributions(self):
        """Rounds of which raw contributions are kept."""
        return self.filter(Exists(Contribution.objects.filter(round=OuterRef("pk"))))


class Round(models.Model):
    """A closing round: everybody in the room offers one takeaway and one action."""

    class State(models.TextChoices):
        WAITING = "waiting", "Not open yet"
        OPEN = "open", "Open"
        CLOSED = "closed", "Closed"

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="rounds")
    session = models.ForeignKey(Session, on_delete=models.PROTECT, null=True, blank=True, related_name="rounds")
    code = models.CharField(max_length=8, unique=True, default=easy_code, editable=False)
    takeaway_prompt = models.CharField(
        "first question",
        max_length=200,
        default="What is your key takeaway from this dialogue?",
        validators=[validate_plain],
    )
    action_prompt = models.CharField(
        "second question",
        max_length=200,
        default="What is the key action you will take after it?",
        validators=[validate_plain],
    )
    asks_actor_type = models.BooleanField(
        "ask for the type of actor", default=False, help_text="Such as State or academia. Nobody has to answer it."
    )
    length_limit = models.PositiveSmallIntegerField(
        "longest answer",
        default=300,
        validators=[MinValueValidator(SHORTEST), MaxValueValidator(LONGEST)],
        help_text="Characters, for each of the two answers.",
    )
    max_contributions = models.PositiveSmallIntegerField(
        "most contributions",
        default=500,
        validators=[MinValueValidator(1), MaxValueValidator(MOST)],
        help_text="More phones than are in the room, so that a code that got out does no harm.",
    )
    shows_contributions = models.BooleanField(
        "show contributions on the projector", default=False, help_text=f"From {FEWEST} on, in mixed order."
    )
    is_moderated = models.BooleanField(
        "only after somebody has let them pass", default=True, help_text="You read each before the room does."
    )
    opens_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    purged_at = models.DateTimeField(null=True, editable=False)
    purged_count = models.PositiveIntegerField(
        null=True, editable=False, help_text="How many contributions there were when they were deleted for their age."
    )

    objects = RoundQuerySet.as_manager()

    HISTORY = Kept(event="event_id", fixed=("event", "session", "opens_at", "closes_at"))

    class Meta:
        ordering = ["-opens_at", "-pk"]
        verbose_name = "closing round"
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at=None) | Q(opens_at=None) | Q(opens_at__lt=F("closes_at")),
                name="round_closes_after_it_opens",
            ),
            models.CheckConstraint(
                condition=Q(length_limit__range=(SHORTEST, LONGEST)), name="round_length_limit_is_readable"
            ),
            models.CheckConstraint(
                condition=Q(max_contributions__range=(1, MOST)), name="round_takes_a_bounded_number"
            ),
            models.CheckConstraint(
                condition=Q(purged_at=None, purged_count=None)
                | Q(purged_at__isnull=False, purged_count__isnull=False, closes_at__isnull=False),
                name="round_purged_count_iff_purged_and_closed",
            ),
        ]

    def __str__(self):
        return f"Closing round of {self.session or self.event}"

    def clean(self):
        super().clean()
        if self.session_id and self.session.event_id != self.event_id:
            raise ValidationError({"session": "That session belongs to another event."})
        if self.opens_at and self.closes_at and self.closes_at <= self.opens_at:
            raise ValidationError({"closes_at": "It closes before it opens."})

    def get_absolute_url(self):
        return reverse("outcomes:desk-round", args=[self.code])

    # Who sees where it belongs

    @property
    def public_place(self) -> Session | Event | None:
        """The session or event it belongs to where anybody may know of that, else None."""
        if self.event.status != Event.Status.PUBLISHED:
            return None
        if self.session is None:
            return None if self.event.attribution == Rule.CLOSED else self.event
        self.session.event = self.event
        return None if self.session.rule_now() == Rule.CLOSED else self.session

    @property
    def address(self) -> str:
        """Where people answer, as a whole address: what the QR code says."""
        return settings.SITE_URL + reverse("outcomes:round", args=[self.code])

    # Opening and closing

    @property
    def state(self) -> State:
        """Whether it takes answers now; the clock decides, nobody sets it."""
        now = timezone.now()
        if self.purged_at or (self.opens_at and self.closes_at and self.closes_at <= now):
            return self.State.CLOSED
        return self.State.OPEN if self.opens_at and self.opens_at <= now else self.State.WAITING

    def open(self) -> None:
        """Open it now where it waits; a time to close that has passed meanwhile is dropped."""
        now = timezone.now()
        later = Case(When(closes_at__gt=now, then=F("closes_at")), default=Value(None))
        self._change(Q(opens_at=None) | Q(opens_at__gt=now), opens_at=now, closes_at=later)

    def close(self) -> None:
        """Close it now where it is open."""
        now = timezone.now()
        self._change(Q(opens_at__lt=now) & (Q(closes_at=None) | Q(closes_at__gt=now)), closes_at=now)

    def reopen(self) -> None:
        """Take answers again, until somebody closes it; not after its contributions were deleted."""
        self._change(Q(closes_at__lte=timezone.now(), opens_at__isnull=False, purged_at=None), closes_at=None)

    def _change(self, condition: Q, **times) -> None:
        """Set times where the row still meets `condition`, so that a second press of a button does nothing."""
        Round.objects.filter(condition, pk=self.pk).update(**times)
        self.refresh_from_db(fields=["opens_at", "closes_at", "purged_at"])

    # Contributions

    def contribute(self, *, mark: str, version: int, **words: str) -> "Contribution":
        """Store what the phone with `mark` offers, and return it: its one entry, new or changed.

        `version` is that of the entry its form was made from, 0 where there was none; the same words again are no
        change, so a repeated post does nothing. Raises OtherWords, NotOpen or RoundFull, and then changes nothing.
        """
        mine = self.contribution_of(mark)
        if mine and mine.says(words):
            return mine
        if self.state != self.State.OPEN:
            raise NotOpen
        if mine is None:
            try:
                return self._add(hash_of(mark), words)
            except IntegrityError:  # the same phone was faster
                mine = self.contribution_of(mark)
                if mine is None:
                    raise
        elif mine.version == version:
            mine.rewrite(words)
        if not mine.says(words):
            raise OtherWords(mine)
        return mine

    @transaction.atomic
    def _add(self, device_hash: str, words: dict[str, str]) -> "Contribution":
        """Store one more. Only near the limit one waits for the other: a room that sends at once commits together."""
        if self.contributions.count() >= self.max_contributions - CLOSE_TO_FULL:
            Round.objects.select_for_update(no_key=True).only("pk").get(pk=self.pk)
            twice = self.contributions.filter(device_hash=device_hash).exists()  # the first of two posts filled it
            if self.contributions.count() >= self.max_contributions and not twice:
                raise RoundFull
        return self.contributions.create(device_hash=device_hash, **words)

    def contribution_of(self, mark: str) -> "Contribution | None":
        """What the phone with `mark` has offered, if anything."""
        return self.contributions.filter(device_hash=hash_of(mark)).first()

    def shuffled(self, contributions: models.QuerySet["Contribution"] | None = None) -> list["Contribution"]:
        """Return its contributions in an order that is always the same and does not say which came first."""
        key = self.code.encode()
        found = self.contributions.all() if contributions is None else contributions
        return sorted(found, key=lambda one: hashlib.blake2b(one.pk.bytes, key=key).digest())

    def readable(self) -> list["Contribution"]:
        """What whoever runs it may read by now, shuffled: while it is open nothing before there are FEWEST."""
        found = self.shuffled()
        return found if len(found) >= FEWEST or self.state == self.State.CLOSED else []

    def projected(self) -> list["Contribution"]:
        """What the projector shows, shuffled: those that passed, once there are FEWEST."""
        if not self.shows_contributions:
            return []
        passed = Q(moderation=Contribution.Moderation.SHOWN)
        if not self.is_moderated:
            passed = ~Q(moderation=Contribution.Moderation.HIDDEN)
        found = self.shuffled(self.contributions.filter(passed))
        return found if len(found) >= FEWEST else []

    def actor_types_told(self) -> set[str]:
        """Return the types of actor that may stand beside a contribution: those of groups that are large enough."""
        numbers = Counter(dict(self.contributions.order_by().values_list("actor_type").annotate(Count("pk"))))
        blank = numbers.pop("", 0)
        return set(tellable(numbers, besides=blank))

    # How long contributions are kept

    def keep_until(self, published_at: dt.datetime | None) -> dt.datetime | None:
        """Return when its contributions are to be deleted; None while it waits to be opened.

        `published_at` is when an outcome of its event was last published. A dialogue that published nothing gets a
        year more to do so. A round that nobody closed counts as over with its event.
        """
        over = self.closes_at or self.opens_at
        if over is None:
            return None
        if not self.closes_at and self.event.ends_on:
            last_day = dt.datetime.combine(self.event.ends_on + dt.timedelta(days=1), dt.time.min, self.event.zone)
            over = max(over, last_day)
        kept = dt.timedelta(days=settings.CONTRIBUTIONS_KEPT_DAYS)
        if published_at is None:
            return over + dt.timedelta(days=365) + kept
        return max(over, published_at) + kept

    @transaction.atomic
    def purge(self, now: dt.datetime | None = None) -> int:
        """Delete its contributions for good and return how many; the number stays, and it is closed from then on."""
        now = now or timezone.now()
        current = Round.objects.select_for_update(no_key=True).get(pk=self.pk)
        number = current.contributions.count()
        current.contributions.all().delete()
        Round.objects.filter(pk=self.pk).update(
            purged_at=now,
            purged_count=F("purged_count") + number if current.purged_at else number,
            closes_at=current.closes_at or now,
        )
        return number


class Contribution(models.Model):
    """What one phone offered in a round: no person, no time, no address, a random id."""

    class Moderation(models.TextChoices):
        WAITING = "", "Not read yet"
        SHOWN = "shown", "Shown"
        HIDDEN = "hidden", "Hidden"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="contributions")
    device_hash = models.CharField(
        max_length=64, editable=False, help_text="SHA-256 of a random mark kept on the device, for its own edits."
    )
    takeaway = models.TextField(blank=True, validators=[validate_plain, MaxLengthValidator(TEXT_LIMIT)])
    action = models.TextField(blank=True, validators=[validate_plain, MaxLengthValidator(TEXT_LIMIT)])
    actor_type = models.CharField(max_length=30, choices=ActorType, blank=True)
    moderation = models.CharField(max_length=10, choices=Moderation, blank=True, default="", editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    outcomes = models.ManyToManyField(Outcome, related_name="contributions", blank=True)

    class Meta:
        ordering = ["id"]  # random: the order says nothing
        constraints = [
            models.UniqueConstraint("round", "device_hash", name="contribution_once_a_device"),
            models.CheckConstraint(condition=~Q(takeaway="") | ~Q(action=""), name="contribution_says_something"),
            models.CheckConstraint(
                condition=Q(moderation__in=["", "shown", "hidden"]), name="contribution_moderation_is_known"
            ),
        ]

    def __str__(self):
        return f"Contribution {self.id}"

    def says(self, words: dict[str, str]) -> bool:
        """Whether it says just that already."""
        return all(getattr(self, name) == value for name, value in words.items())

    def rewrite(self, words: dict[str, str]) -> None:
        """Take other words for it, unless somebody was faster; what had passed a moderator has to pass again."""
        passed = When(moderation=self.Moderation.SHOWN, then=Value(self.Moderation.WAITING))
        again = Case(passed, default=F("moderation"))
        same = Contribution.objects.filter(pk=self.pk, version=self.version)
        same.update(version=F("version") + 1, moderation=again, **words)
        self.refresh_from_db()

    def moderate(self, decision: Moderation, *, version: int) -> bool:
        """Show or hide it, as it was read at `version`; return False where it says something else by now."""
        same = Contribution.objects.filter(pk=self.pk, version=version)
        return bool(same.update(moderation=decision))


def hash_of(mark: str) -> str:
    """Return what is stored of a device's mark: it proves the mark and does not tell it."""
    return hashlib.sha256(mark.encode()).hexdigest()
