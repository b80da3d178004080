import datetime as dt
from collections import Counter, defaultdict
from itertools import batched
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models, transaction
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, ExtractYear, Length
from django.db.models.lookups import LessThanOrEqual
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property

from events import attribution
from events.attribution import FEWEST
from events.codes import random_code
from events.models import (
    Event,
    EventPartner,
    Guarded,
    InvalidTransition,
    Recorded,
    RecordedQuerySet,
    Session,
    StaffedQuerySet,
    StatusLine,
    Unanswered,
    Withdrawable,
)
from events.models.generation import bump_generation
from events.naming import Roll
from events.search import Searchable, SearchIndex, SearchQuerySet
from outcomes import notifications
from outcomes.models.count import Key, OutcomeCount, keys_of
from outcomes.models.status import EVER_PUBLIC, TRANSITIONS, WITH_RAPPORTEUR, Status
from outcomes.models.theme import Theme
from participants import history
from participants.models import ActorType, Kept
from participants.text import normalise, validate_plain

BATCH = 500  # outcomes settled in one go
TEXT_LIMIT = 2000  # characters that the database takes
TEXT_BUDGET = 500  # characters that readers take: one sentence an item
GONE = (Status.WITHDRAWN, Status.MERGED)  # what nobody rewrites
OWN_TEXT = "Nobody reviews their own text: ask a colleague."
DELETED_KEPT = dt.timedelta(days=7)  # for how long a deleted draft can be brought back


# Actions of which something is still to come; written like this, SQLite too sees that its partial indexes serve.
OPEN = Q(kind="action") & ~Q(progress="done") & ~Q(progress="not_taken_forward") & ~Q(progress="superseded")


class StaleVersion(Exception):
    """Somebody saved this outcome since it was opened; `current` is what stands now."""

    def __init__(self, current: "Outcome"):
        super().__init__(f"{current.code} is at version {current.version}")
        self.current = current


class OutcomeQuerySet(StaffedQuerySet, SearchQuerySet, RecordedQuerySet):
    """Outcomes by who may read, write and review them.

    What decides about an outcome is asked for each one, not joined: databases then begin with the newest outcomes and
    stop after a page, where they would else go through all events first.
    """

    def _rule(self):
        event = Event.objects.filter(pk=OuterRef("event"))
        return attribution.rule_in_force(session="session", of_event=Subquery(event.values("attribution")))

    def public(self):
        """What anyone may read: page, feed, API, export and sitemap all start here."""
        return (
            self.filter(Exists(Event.objects.public().filter(pk=OuterRef("event"))), status=Status.PUBLISHED)
            .alias(rule=self._rule())
            .filter(attribution.outcome_shown())
        )

    def tombstones(self):
        """Outcomes that were public once: their address says when they were withdrawn and nothing else.

        That of one merged into another leads there, while that is public.
        """
        merged = Q(status=Status.MERGED, published_at__isnull=False)
        gone = (Q(status=Status.WITHDRAWN) | merged) & Q(event__in=Event.objects.public())
        gone |= (Q(status__in=EVER_PUBLIC) | merged) & Q(event__in=Event.objects.tombstones())
        return self.filter(gone).alias(rule=self._rule()).filter(attribution.outcome_shown())

    def visible_to(self, user):
        """What `user` may read: staff of their events, rapporteurs of their sessions, everyone what is public."""
        if user.is_staff and user.works_on_everything:
            return self.there()
        public = Q(Exists(Outcome.objects.public().filter(pk=OuterRef("pk"))))
        return self.there().filter(public | self._reported_by(user) | self._staffed_by(user))

    def reported_by(self, user):
        """Outcomes of the sessions (or the whole events) that `user` reports on."""
        return self.there().filter(self._reported_by(user))

    def restorable_by(self, user):
        """Drafts that were deleted and that `user`, who reports on their session, can still bring back."""
        return self.filter(self._reported_by(user), deleted_at__gt=timezone.now() - DELETED_KEPT)

    def there(self):
        """Those that nobody deleted."""
        return self.filter(deleted_at=None)

    def editable_by(self, user):
        """Whose wording `user` may rewrite: rapporteurs while they hold the pen, editors until it is withdrawn.

        Reviewers in between: what was handed in. Anything else of it only editors change.
        """
        if user.is_staff and user.is_editor and user.works_on_everything:
            return self.there().exclude(status__in=GONE)
        theirs = self._reported_by(user) & Q(status__in=WITH_RAPPORTEUR)
        if user.is_staff and user.has_perm("outcomes.review_outcome"):
            handed_in = Q() if user.is_editor else ~Q(status__in=WITH_RAPPORTEUR)
            theirs |= self._staffed_by(user) & handed_in & ~Q(status__in=GONE)
        return self.there().filter(theirs)

    def reviewable_by(self, user):
        """What `user` may approve, publish, send back or withdraw, were it not their own text."""
        if not user.has_perm("outcomes.review_outcome"):
            return self.none()
        return self.staffed_by(user).exclude(status__in=WITH_RAPPORTEUR)

    def _staffed_by(self, user) -> Q:
        """As `staffed_by`, as a condition beside others."""
        if user.is_staff and user.works_on_everything:
            return Q(pk__isnull=False)
        return Q(event__in=Event.objects.staffed_by(user).order_by().values("pk"))

    def own_texts_of(self, user):
        """Those that `user` wrote or submitted, and those into which such a one was merged."""
        submitted = StatusChange.objects.filter(outcome=OuterRef("pk"), to_status=Status.SUBMITTED, by=user)
        theirs = Outcome.objects.filter(Q(author=user) | Exists(submitted))
        part = Outcome.objects.filter(merged_into=OuterRef("pk"), pk__in=theirs.order_by().values("pk"))
        return self.filter(Q(author=user) | Exists(submitted) | Exists(part))

    def _reported_by(self, user) -> Q:
        sessions, events = Session.objects.reported_by(user), Event.objects.reported_whole_by(user)
        named = Outcome.objects.filter(session__in=sessions.order_by().values("pk"))
        of_the_whole = Outcome.objects.filter(session=None, event__in=events.order_by().values("pk"))
        return Q(pk__in=named.order_by().values("pk").union(of_the_whole.order_by().values("pk")))

    def inherit(self) -> None:
        """Raise the stamp of what others were merged into to the strictest of theirs: it may hold their words."""
        order = [str(rule) for rule in attribution.Rule]
        for index, rule in enumerate(order[1:], start=1):
            stamps = [rule, ""] if rule == attribution.Rule.CLOSED else [rule]  # no stamp counts as closed
            parts = Outcome.objects.filter(merged_into=OuterRef("pk"), recorded_under__in=stamps)
            self.filter(Exists(parts), recorded_under__in=order[:index]).update(recorded_under=rule)

    def takeaways(self):
        """Key messages."""
        return self.filter(kind=Outcome.Kind.TAKEAWAY)

    def actions(self):
        """What somebody is to do."""
        return self.filter(kind=Outcome.Kind.ACTION)

    def newest(self):
        """Those that lists have, published last first: read off one index, whose column can hide but never show a row.

        What a visitor sees starts at `public()` as well; keys and counts need not.
        """
        return self.filter(public_at__isnull=False).order_by(F("public_at").desc(), F("id").desc())

    def after(self, at: dt.datetime, code: str):
        """Those that stand in `newest()` after the outcome of that code, which became public then.

        Written so that databases begin there in the index; "earlier, or then and below" they would read from the top.
        """
        return self.filter(public_at__lte=at).exclude(public_at=at, pk__gte=Subquery(_key_of(code)))

    def as_printed(self):
        """In the order of the outcome document: takeaways, then actions, by number."""
        return self.order_by(F("kind").desc(), F("number").asc(nulls_last=True), "position", "id")

    def about(self, themes):
        """Tagged with any of `themes` (keys)."""
        return self.filter(Exists(OutcomeTheme.objects.filter(outcome=OuterRef("pk"), theme__in=themes)))

    def newest_about(self, theme, kind: str = ""):
        """Those tagged with `theme` or one of its sub-themes, published last, first: read off one index."""
        tags = {f"outcome_themes__{name}": value for name, value in OutcomeTheme.under(theme, kind).items()}
        return self.filter(**tags).order_by("-outcome_themes__public_at", "-outcome_themes__outcome")

    def overdue(self, today: dt.date | None = None):
        """Actions whose day has passed and that nobody settled."""
        return self.filter(is_overdue(today))

    def stale(self, today: dt.date | None = None):
        """Open actions that have been public for twelve months without a word in them."""
        return self.filter(is_stale(today))

    def ownerless(self):
        """Open actions that nobody answers for, or only who declined to."""
        return self.filter(is_ownerless())

    def soonest_due(self):
        """Those that lists have, by the day they are due; those without one last."""
        return self.filter(public_at__isnull=False).order_by(F("due_on").asc(nulls_last=True), F("id").desc())

    def due_after(self, on: dt.date | None, code: str) -> tuple[models.QuerySet, ...]:
        """The parts of `soonest_due()` after the outcome of that code, which is due on that day: dated ones, others."""
        undated, here = self.filter(due_on=None), Subquery(_key_of(code))
        if on is None:
            return (undated.filter(pk__lt=here),)
        return self.filter(due_on__gte=on).exclude(due_on=on, pk__gte=here), undated

    def since_last_time(self, event: Event):
        """Actions that earlier editions of the series of `event` left: open ones, and those settled since the last one.

        Open ones come first, the soonest due before the others. Start at `public()`, as everywhere.
        """
        if not event.series_id:
            return self.none()
        earlier = event.earlier_editions()
        last = earlier.order_by("-starts_on").values("starts_on")[:1]
        told = _related("updates").filter(action=OuterRef("pk"), on__gte=Subquery(last))
        left = self.filter(event__in=earlier.order_by().values("pk"), kind=Outcome.Kind.ACTION)
        is_open = Case(When(OPEN, then=Value(0)), default=Value(1))
        soonest = F("due_on").asc(nulls_last=True)
        return left.filter(OPEN | Exists(told)).order_by(is_open, soonest, "-event__starts_on", "number", "pk")

    def with_last_update(self):
        """Annotate `updated_on`, the day of the last word of each action."""
        last = _related("updates").filter(action=OuterRef("pk")).order_by("-on", "-pk").values("on")[:1]
        return self.annotate(updated_on=Subquery(last))

    @transaction.atomic
    def settle(self) -> None:
        """Bring what only makes reading fast up to date with what these outcomes are now: tags, numbers, pages kept.

        Called in the transaction of whatever changes what is public, or under what it is counted.
        """
        if self.bring_up_to_date():
            bump_generation()

    def bring_up_to_date(self) -> bool:
        """Do so with tags and numbers alone; return whether any of these outcomes is public."""
        is_public = False
        truth = Outcome.objects.public().filter(pk=OuterRef("pk")).values("published_at")
        self.order_by().update(public_at=Subquery(truth))
        OutcomeTheme.objects.filter(outcome__in=self.order_by().values("pk")).settle()
        differences: Counter[Key] = Counter()
        for rows in batched(self.order_by("pk").values_list("pk", "counted"), BATCH):
            facts = Outcome.objects.filter(pk__in=[pk for pk, _ in rows]).facts()
            changed = [(pk, before, facts.get(pk)) for pk, before in rows if before != facts.get(pk)]
            for _, before, after in changed:
                differences.update(keys_of(after))
                differences.subtract(keys_of(before))
            Outcome.objects.bulk_update(
                [Outcome(pk=pk, counted=after) for pk, _, after in changed if after], ["counted"]
            )
            Outcome.objects.filter(pk__in=[pk for pk, _, after in changed if not after]).update(counted=None)
            is_public |= bool(facts)
        OutcomeCount.objects.add(differences)
        return is_public

    def unsettled(self):
        """Outcomes whose `public_at` is not the truth; there should be none."""
        truth = Outcome.objects.public().filter(pk=OuterRef("pk")).values("published_at")
        wrong = Q(public_at__lt=F("truly_at")) | Q(public_at__gt=F("truly_at"))
        wrong |= Q(public_at=None, truly_at__isnull=False) | Q(public_at__isnull=False, truly_at=None)
        return self.annotate(truly_at=Subquery(truth[:1])).filter(wrong)

    def facts(self) -> dict[int, dict[str, Any]]:
        """Return what each of these outcomes is counted as, by its key; what is not public is left out."""
        rows = list(
            self.public()
            .order_by()
            .values("pk", "kind", "progress", "event", series=F("event__series"), year=ExtractYear("event__starts_on"))
        )
        of_event, of_outcome = {row["event"] for row in rows}, {row["pk"] for row in rows}
        themes: defaultdict[int, set[int]] = defaultdict(set)
        addressed: defaultdict[int, set[str]] = defaultdict(set)
        partners: defaultdict[int, set[int]] = defaultdict(set)
        tags = OutcomeTheme.objects.filter(outcome__in=of_outcome)
        for outcome, *theme_and_parent in tags.values_list("outcome", "theme", "theme__parent"):
            themes[outcome].update(filter(None, theme_and_parent))
        for outcome, actor_type in Addressee.objects.filter(action__in=of_outcome).values_list("action", "actor_type"):
            addressed[outcome].add(actor_type)
        for event, organisation in EventPartner.objects.filter(event__in=of_event).values_list("event", "organisation"):
            partners[event].add(organisation)
        facts = {}
        for row in rows:
            pk, event = row.pop("pk"), row.pop("event")
            row["organisations"], row["themes"] = sorted(partners[event]), sorted(themes[pk])
            facts[pk] = row | {"addressed_to": sorted(addressed[pk])}
        return facts


def _key_of(code: str) -> models.QuerySet:
    """Return the key of an outcome by its code, to be asked for inside another query."""
    return Outcome.objects.filter(code=code).order_by().values("pk")[:1]


def _related(name: str) -> models.QuerySet:
    """Return the rows that point at outcomes under `name`; their models are defined after this one."""
    return Outcome._meta.get_field(name).related_model.objects.all()


def is_overdue(today: dt.date | None = None) -> Q:
    """Return the condition of `overdue()`."""
    return OPEN & Q(due_on__lt=today or timezone.localdate())


def is_stale(today: dt.date | None = None) -> Q:
    """Return the condition of `stale()`."""
    since = a_year_before(today or timezone.localdate())
    midnight = timezone.make_aware(dt.datetime.combine(since, dt.time.min))
    word = _related("updates").filter(action=OuterRef("pk"), on__gte=since)
    return OPEN & Q(public_at__lt=midnight) & ~Q(Exists(word))


def is_ownerless() -> Q:
    """Return the condition of `ownerless()`."""
    return OPEN & ~Q(Exists(_related("owners").filter(action=OuterRef("pk")).exclude(response="declined")))


def a_year_before(day: dt.date) -> dt.date:
    """Return the same day of the year before; 28 February for the 29th."""
    return day.replace(year=day.year - 1, day=min(day.day, 28) if day.month == 2 else day.day)


class Outcome(Guarded, Recorded, Searchable, Withdrawable):
    """A takeaway or an action: one table, so that lists, themes and search need one query."""

    class Kind(models.TextChoices):
        TAKEAWAY = "takeaway", "Takeaway"
        ACTION = "action", "Action"

    class Nature(models.TextChoices):
        RECOMMENDATION = "recommendation", "Recommendation"
        PLEDGE = "pledge", "Pledge"
        NEXT_STEP = "next_step", "Next step"

    class Progress(models.TextChoices):
        PROPOSED = "proposed", "Proposed"
        ACCEPTED = "accepted", "Accepted"
        IN_PROGRESS = "in_progress", "In progress"
        PARTLY_DONE = "partly_done", "Partly done"
        DONE = "done", "Done"
        NOT_TAKEN_FORWARD = "not_taken_forward", "Not taken forward"
        SUPERSEDED = "superseded", "Superseded"

    Status = Status
    AGAINST_SAYING_WHY = "against_withdrawing"
    TRANSITIONS = TRANSITIONS
    SETTLED = (Progress.DONE, Progress.NOT_TAKEN_FORWARD, Progress.SUPERSEDED)

    kind = models.CharField(max_length=10, choices=Kind)
    code = models.CharField(max_length=8, unique=True, default=random_code, editable=False)
    number = models.PositiveIntegerField(null=True, editable=False)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="outcomes")
    session = models.ForeignKey(
        Session,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="outcomes",
        help_text="Left empty, it is an outcome of the whole event.",
    )
    text = models.TextField("wording", validators=[validate_plain, MaxLengthValidator(TEXT_LIMIT)])
    text_submitted = models.TextField("wording as submitted", blank=True, editable=False)
    heading = models.CharField(
        max_length=200, blank=True, validators=[validate_plain], help_text="The heading it is printed under, if any."
    )
    themes = models.ManyToManyField(
        Theme, through="OutcomeTheme", through_fields=("outcome", "theme"), related_name="outcomes"
    )
    position = models.PositiveIntegerField(default=0)
    status = models.CharField(max_length=20, choices=Status, default=Status.DRAFT, editable=False)
    published_at = models.DateTimeField(null=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)
    reworded_at = models.DateTimeField(
        null=True, editable=False, help_text="When its public wording last changed; the page of the outcome says so."
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="outcomes"
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        help_text="The rapporteur who saved these words, for another who writes too; nobody after the secretariat.",
    )
    deleted_at = models.DateTimeField(
        null=True, editable=False, help_text="When a rapporteur deleted it; it can be brought back for some days."
    )
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="parts",
        help_text="The one that says this as well, since they were merged.",
    )
    split_from = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, editable=False, related_name="split_off"
    )
    request_key = models.UUIDField(
        null=True, unique=True, editable=False, help_text="Sent by the form: a second post of it makes no second row."
    )
    public_at = models.DateTimeField(
        null=True, editable=False, help_text="When it was published, while it is public: what lists are read off."
    )
    counted = models.JSONField(
        null=True, editable=False, help_text="What it is counted as in OutcomeCount; nothing while it is not public."
    )

    # Made in a closing round: of how many contributions, and whether the public is told.
    raised_by = models.PositiveIntegerField(null=True, editable=False)
    raised_of = models.PositiveIntegerField(null=True, editable=False)
    says_raised = models.BooleanField(default=False, db_default=False, editable=False)

    # Only actions have these.
    nature = models.CharField(max_length=20, choices=Nature, blank=True)
    progress = models.CharField(max_length=20, choices=Progress, blank=True)
    due_on = models.DateField("due date", null=True, blank=True)
    due_text = models.CharField(
        "due, in words", max_length=100, blank=True, validators=[validate_plain], help_text="“second quarter 2016”"
    )
    owner_suggested = models.CharField(
        "owner, as the rapporteur heard it",
        max_length=200,
        blank=True,
        db_default="",
        validators=[validate_plain],
        help_text="Never shown in public: who answers for the action stands under its owners.",
    )

    objects = OutcomeQuerySet.as_manager()
    is_parting = False  # while `part` moves it

    SEARCHED = ("heading", "text")
    GUARDED = ("heading", "text", "due_text")
    HISTORY = Kept(
        event="event_id",
        # not `owner_suggested`: a hint that names somebody, and goes once it is confirmed
        fields=(
            "kind",
            "event",
            "session",
            "text",
            "heading",
            "position",
            "nature",
            "progress",
            "due_on",
            "due_text",
        ),
        sets={
            "themes": ("outcomes.outcometheme", "outcome_id", "theme_id"),
            "addressees": ("outcomes.addressee", "action_id", "actor_type"),
        },
        fixed=("kind", "event"),
        called="text",
        names_need=("event",),
    )

    class Meta:
        ordering = ["-published_at", "-pk"]
        permissions = [("review_outcome", "Can approve, publish, send back and withdraw outcomes")]
        indexes = [
            models.Index(
                F("public_at").desc(), F("id").desc(), condition=Q(public_at__isnull=False), name="outcome_newest"
            ),
            models.Index(
                "kind",
                F("public_at").desc(),
                F("id").desc(),
                condition=Q(public_at__isnull=False),
                name="outcome_newest_of_a_kind",
            ),
            models.Index("status", "changed_at", name="outcome_queue"),
            models.Index(
                F("reworded_at").desc(),
                condition=Q(reworded_at__isnull=False, public_at__isnull=False),
                name="outcome_reworded",
            ),
            models.Index(
                "due_on",
                F("id").desc(),
                condition=Q(kind="action", public_at__isnull=False),
                name="action_by_due_date",
            ),
            models.Index(
                "progress",
                F("public_at").desc(),
                F("id").desc(),
                condition=Q(kind="action", public_at__isnull=False),
                name="action_newest_of_a_progress",
            ),
            models.Index("due_on", condition=OPEN & Q(public_at__isnull=False), name="action_open_by_due_date"),
            models.Index(
                F("public_at").desc(), F("id").desc(), condition=OPEN & Q(public_at__isnull=False), name="action_open"
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["takeaway", "action"]), name="outcome_kind_is_known"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="outcome_status_is_known"),
            models.CheckConstraint(condition=~Q(text=""), name="outcome_has_words"),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("text"), TEXT_LIMIT), name="outcome_text_within_limit"
            ),
            models.UniqueConstraint("event", "kind", "number", name="outcome_number_once_an_event_and_kind"),
            models.CheckConstraint(
                condition=Q(status__in=EVER_PUBLIC, published_at__isnull=False, number__isnull=False)
                | Q(~Q(status__in=EVER_PUBLIC), published_at=None, number=None)
                | Q(status=Status.MERGED, published_at__isnull=False, number__isnull=False),
                name="outcome_published_at_iff_published",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.WITHDRAWN, withdrawn_at__isnull=False)
                | Q(~Q(status=Status.WITHDRAWN), withdrawn_at=None),
                name="outcome_withdrawn_at_iff_withdrawn",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.MERGED, merged_into__isnull=False)
                | Q(~Q(status=Status.MERGED), merged_into=None),
                name="outcome_merged_into_iff_merged",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")), name="outcome_not_merged_into_itself"
            ),
            models.CheckConstraint(
                condition=Q(status="withdrawn") | Q(public_note=""), name="outcome_public_note_only_once_withdrawn"
            ),
            models.CheckConstraint(
                condition=Q(status=Status.DRAFT) | ~Q(text_submitted=""), name="outcome_text_submitted_kept"
            ),
            models.CheckConstraint(
                condition=(Q(kind="action") & ~Q(progress=""))
                | Q(kind="takeaway", progress="", nature="", due_on=None, due_text=""),
                name="outcome_follow_up_only_of_actions",
            ),
            models.CheckConstraint(
                condition=Q(kind="action") | Q(owner_suggested=""), name="outcome_owner_suggested_only_of_actions"
            ),
            models.CheckConstraint(
                condition=Q(deleted_at=None) | Q(status=Status.DRAFT), name="outcome_deleted_only_as_draft"
            ),
            models.CheckConstraint(
                condition=Q(raised_by=None, raised_of=None)
                | Q(raised_by__isnull=False, raised_of__isnull=False, raised_of__gte=F("raised_by")),
                name="outcome_raised_by_some_of_its_round",
            ),
            models.CheckConstraint(
                condition=Q(says_raised=False)
                | Q(raised_by__isnull=False, raised_of__isnull=False, raised_by__gte=FEWEST)
                & (Q(raised_of=F("raised_by")) | Q(raised_of__gte=F("raised_by") + FEWEST)),
                name="outcome_says_raised_of_nobody_who_could_be_told",
            ),
        ]

    def __str__(self):
        return self.reference or f"{self.get_kind_display()} {self.code}"

    def save(self, **kwargs):
        if self.kind == self.Kind.ACTION and not self.progress:
            self.progress = self.Progress.PROPOSED
        super().save(**kwargs)

    def get_absolute_url(self):
        return reverse("outcomes:outcome-detail", args=[self.code])

    def clean(self):
        super().clean()
        self.text = normalise(self.text)
        if not self.text:
            raise ValidationError({"text": "Write the wording."})
        if self.session_id and self.session.event_id != self.event_id:
            raise ValidationError({"session": "That session belongs to another event."})

    @property
    def reference(self) -> str:
        """How it is cited, such as WP3348-T3; empty until it has been published."""
        return f"{self.event.cite_as}-{self.kind[0].upper()}{self.number}" if self.number else ""

    @property
    def is_action(self) -> bool:
        """Whether it is something to do rather than something to know."""
        return self.kind == self.Kind.ACTION

    @property
    def is_open(self) -> bool:
        """Whether something of it is still to come."""
        return self.is_action and self.progress not in self.SETTLED

    @property
    def is_overdue(self) -> bool:
        """Whether its date has passed and nobody settled it."""
        return self.is_open and bool(self.due_on) and self.due_on < timezone.localdate()

    @property
    def is_stale(self) -> bool:
        """Whether it is open and has been public for twelve months without a word in them."""
        if not self.is_open or not self.public_at:
            return False
        return max(timezone.localdate(self.public_at), self.updated_on or dt.date.min) < a_year_before(
            timezone.localdate()
        )

    @property
    def is_ownerless(self) -> bool:
        """Whether it is open and nobody answers for it, or only who declined to."""
        return self.is_open and all(owner.response == "declined" for owner in self.owners.all())

    @cached_property
    def updated_on(self) -> dt.date | None:
        """The day of the last word of it; lists annotate it (`with_last_update`)."""
        return self.updates.order_by("-on", "-pk").values_list("on", flat=True).first()

    @property
    def is_with_rapporteur(self) -> bool:
        """Whether the rapporteur holds the pen."""
        return self.status in WITH_RAPPORTEUR

    # Verbs

    @transaction.atomic
    def submit(self, *, by, note="") -> None:
        """Hand it to the secretariat; what was first submitted is kept verbatim.

        Words that tell who spoke need a note to the editor, where the rule lets them be handed in at all: else raises
        Unanswered.
        """
        if marks := self.unanswered():
            rule = attribution.strictest(self.rule_now(), self.recorded_under)
            if not note.strip() or not attribution.may_submit_marked(rule):
                raise Unanswered(marks)
        self._move(
            Status.SUBMITTED,
            by=by,
            note=note,
            text_submitted=self.text_submitted or self.text,
            changed_at=timezone.now(),
        )
        history.hand_over(self, by=by)

    def take_back(self, *, by, note="") -> None:
        """Take it back to rewrite it, before anybody reviewed it."""
        self._move(Status.DRAFT, by=by, note=note, changed_at=timezone.now())

    def send_back(self, *, by, note) -> None:
        """Ask the rapporteur for changes; the note says which."""
        if not note.strip():
            raise ValidationError({"note": "Say what should change: the rapporteur reads this note."})
        self._move(Status.CHANGES_REQUESTED, by=by, note=note, changed_at=timezone.now())

    def approve(self, *, by, note="") -> None:
        """Accept the wording as it stands; nobody approves their own."""
        self._move(Status.APPROVED, by=by, note=note, changed_at=timezone.now())

    @transaction.atomic
    def publish(self, *, by, note="", roll: Roll | None = None) -> None:
        """Make it public; the first time it gets its number, for good.

        Raises Unanswered where its words tell who spoke or took part and nobody recorded why they may stand; `roll`
        spares reading the participants for each of many.
        """
        # Two at once would take the same number; and a rule that is being changed is waited for.
        self.event = Event.objects.select_for_update(no_key=True).get(pk=self.event_id)
        self.refresh_from_db(fields=["recorded_under"])
        self.refuse_unanswered(roll=roll)
        number = self.number
        if number is None:
            siblings = Outcome.objects.filter(event=self.event_id, kind=self.kind)
            number = (siblings.aggregate(last=models.Max("number"))["last"] or 0) + 1
        now = timezone.now()
        self._move(
            Status.PUBLISHED,
            by=by,
            note=note,
            number=number,
            published_at=self.published_at or now,
            withdrawn_at=None,
            public_note="",
            changed_at=now,
        )

    def withdraw(self, *, by, note="") -> None:
        """Take it off the public site at once; its address says when and nothing else."""
        now = timezone.now()
        self._move(Status.WITHDRAWN, by=by, note=note, withdrawn_at=now, changed_at=now)

    def merge_into(self, survivor: "Outcome", *, by, note="") -> None:
        """Become a part of `survivor`; what that takes over from it is up to `outcomes.lineage`."""
        self._move(
            Status.MERGED, by=by, note=note, merged_into_id=survivor.pk, says_raised=False, changed_at=timezone.now()
        )

    def part(self, *, by, note="") -> None:
        """Stand by itself again, as it did before it was merged."""
        merged = self.changes.filter(to_status=Status.MERGED).last()
        if self.status != Status.MERGED or merged is None:
            raise InvalidTransition(f"{self.status} is not merged")
        self.is_parting = True
        self._move(Status(merged.from_status), by=by, note=note, merged_into_id=None, changed_at=timezone.now())

    @transaction.atomic
    def revise(self, *, version: int, **fields) -> None:
        """Save new values of `fields` if nobody saved since `version` was read; else raise StaleVersion.

        Checks besides only what readers would see at once: words of a published one that tell who spoke raise
        Unanswered. Forms have validated the values, `editable_by` who may.
        """
        now = timezone.now()
        mine = Outcome.objects.filter(pk=self.pk)
        what = (*self.GUARDED, "session")
        read = mine.values(*what).first() if self.status == Status.PUBLISHED else None  # what readers have before them
        # Asked of the row, not of this instance: forms have given it the new words already.
        same = Q(pk=self.pk, **{name: fields[name] for name in self.SEARCHED if name in fields})
        reworded = Case(When(~same, status=Status.PUBLISHED, then=Value(now)), default=F("reworded_at"))
        fields = {"saved_by": None} | fields  # whoever wrote before, these are not their words
        fields |= {"version": version + 1, "changed_at": now, "search_text": self.words(**fields)}
        if not Outcome.objects.there().filter(pk=self.pk, version=version).update(**fields, reworded_at=reworded):
            raise StaleVersion(Outcome.objects.get(pk=self.pk))
        for name, value in fields.items():
            setattr(self, name, value)
        self.refresh_from_db(fields=["reworded_at"])
        if read and read != mine.values(*what).get():
            self.refuse_unanswered()
        if not fields.keys().isdisjoint({"session", "session_id"}):
            mine.tighten()
        mine.settle()

    def tag(self, themes) -> None:
        """Set its themes to exactly `themes`."""
        with transaction.atomic():
            self.outcome_themes.exclude(theme__in=themes).delete()
            tags = [OutcomeTheme(outcome_id=self.pk, theme=theme, kind=self.kind) for theme in themes]
            OutcomeTheme.objects.bulk_create(tags, ignore_conflicts=True)
            Outcome.objects.filter(pk=self.pk).settle()

    def put_back(self, *, themes=None, addressees=None, **fields) -> None:
        """Take values that it had before, checked as if they were typed, as a new version."""
        for name, value in fields.items():
            setattr(self, name, value)
        self.full_clean(exclude=["search_text"])
        if addressees is not None:
            self.address_to(addressees)
        self.revise(version=self.version, **fields)
        if themes is not None:
            self.tag(themes)

    def address_to(self, actor_types) -> None:
        """Set whom it is addressed to, to exactly `actor_types`."""
        self.addressees.exclude(actor_type__in=actor_types).delete()
        rows = [Addressee(action=self, actor_type=actor_type) for actor_type in actor_types]
        Addressee.objects.bulk_create(rows, ignore_conflicts=True)

    # What speaks against a move: a sentence for the person, or nothing

    def against_writing(self, user) -> str:
        """Rapporteurs write for their sessions, editors for their events."""
        if self.event.is_run_by(user) or Outcome.objects.reported_by(user).filter(pk=self.pk).exists():
            return ""
        return "You are not a rapporteur of this session."

    def against_submitting(self, user) -> str:
        """As writing, and in time."""
        if reason := self.against_writing(user):
            return reason
        if self.event.is_filing_open or self.event.is_run_by(user):
            return ""
        return (
            f"The deadline was {date_format(self.event.outcomes_due_on)} ({self.event.time_zone}). "
            "Your draft is kept; ask the secretariat to allow late filing."
        )

    def against_reviewing(self, user) -> str:
        """Editors and reviewers review, but nobody their own text."""
        if reason := self.against_sending_back(user):
            return reason
        return OWN_TEXT if self.is_own_text(user) else ""

    def against_sending_back(self, user) -> str:
        """Those who review its event send back, their own text as well."""
        if not user.has_perm("outcomes.review_outcome"):
            return "Only editors and reviewers review outcomes."
        return "" if self.event.is_staffed_by(user) else "This is an outcome of another institution’s event."

    against_withdrawing = against_merging = against_sending_back

    def against_parting(self, user) -> str:
        """Editors part what was merged, by that verb alone: no other leads out of there."""
        return self.against_merging(user) if self.is_parting else "It was merged into another one: part them first."

    against_letting_stand = against_reviewing

    def would_be_read(self):
        return self.status == Status.PUBLISHED

    def refuse_telling(self, public_note):
        if marks := [one for one in self.guard().find(public_note) if one.certain]:
            raise Unanswered(marks)

    @property
    def is_unseen(self):
        return self.status not in GONE and super().is_unseen

    def is_own_text(self, user) -> bool:
        """Whether `user` wrote or submitted it, or one that was merged into it."""
        return self.author_id == user.pk or Outcome.objects.filter(pk=self.pk).own_texts_of(user).exists()

    def _as_read(self):
        # who approves has read this wording and no other; what was deleted meanwhile goes nowhere
        return {"version": self.version, "deleted_at": None}

    def moved(self, change):
        Outcome.objects.filter(pk=self.pk).settle()
        notifications.announce(self, change)

    @classmethod
    def visibility_changed(cls, event):
        Outcome.objects.filter(event=event).inherit()
        merge: Any = Outcome._meta.get_field("merges").related_model
        merge.objects.live_under_rules_of(event)
        Outcome.objects.filter(event=event).bring_up_to_date()


class OutcomeIndex(SearchIndex):
    """The words of outcomes."""

    outcome = models.OneToOneField(
        Outcome, on_delete=models.DO_NOTHING, primary_key=True, db_column="rowid", related_name="fts"
    )

    class Meta(SearchIndex.Meta):
        db_table = "outcomes_fts"


class StatusChange(StatusLine):
    """A line in the history of an outcome."""

    outcome = models.ForeignKey(Outcome, on_delete=models.CASCADE, related_name="changes", editable=False)

    class Meta(StatusLine.Meta):
        pass


class OutcomeThemeQuerySet(models.QuerySet):
    def settle(self) -> None:
        """Set what makes reading fast to the truth: what `Outcome.objects.public()` and the vocabulary say now."""
        outcome, public = (
            rows.filter(pk=OuterRef("outcome")) for rows in (Outcome.objects.all(), Outcome.objects.public())
        )
        top = Theme.objects.filter(pk=OuterRef("theme")).values(top=Coalesce("parent", "pk"))
        self.update(
            kind=Subquery(outcome.values("kind")),
            public_at=Subquery(public.values("published_at")),
            top=Subquery(top),
        )
        of_same_top = OutcomeTheme.objects.filter(outcome=OuterRef("outcome"), top=OuterRef("top"))
        first = Subquery(of_same_top.order_by("pk").values("pk")[:1])
        self.update(leads=Case(When(pk=first, then=Value(True)), default=Value(False)))

    def unsettled(self):
        """Rows of which some column is not the truth; there should be none."""
        outcome, public = (
            rows.filter(pk=OuterRef("outcome")) for rows in (Outcome.objects.all(), Outcome.objects.public())
        )
        top = Theme.objects.filter(pk=OuterRef("theme")).values(top=Coalesce("parent", "pk"))
        first = OutcomeTheme.objects.filter(outcome=OuterRef("outcome"), top=OuterRef("top")).order_by("pk")
        rows = self.annotate(
            true_kind=Subquery(outcome.values("kind")[:1]),
            truly_at=Subquery(public.values("published_at")[:1]),
            true_top=Subquery(top[:1]),
            true_first=Subquery(first.values("pk")[:1]),
        )
        wrong = ~Q(kind=F("true_kind")) | Q(public_at__lt=F("truly_at")) | Q(public_at__gt=F("truly_at"))
        wrong |= Q(public_at=None, truly_at__isnull=False) | Q(public_at__isnull=False, truly_at=None)
        wrong |= Q(top=None) | ~Q(top=F("true_top"))
        wrong |= Q(leads=False, pk=F("true_first")) | (Q(leads=True) & ~Q(pk=F("true_first")))
        return rows.filter(wrong)

    def newest(self, theme, kind: str = ""):
        """Return keys of outcomes about `theme` as lists have them, the newest first: one index, no other table."""
        tags = self.filter(**OutcomeTheme.under(theme, kind))
        return tags.order_by(F("public_at").desc(), F("outcome").desc()).values_list("outcome", flat=True)

    def after(self, at: dt.datetime, code: str):
        """Those that stand in `newest()` after the outcome of that code, which became public then."""
        return self.filter(public_at__lte=at).exclude(public_at=at, outcome__gte=Subquery(_key_of(code)))

    def public(self):
        """Tags of public outcomes."""
        public = Outcome.objects.public().filter(pk=OuterRef("outcome"))
        return self.filter(Exists(public), public_at__isnull=False)


class OutcomeTheme(models.Model):
    """That an outcome is about a theme, with what makes the newest of a theme cheap to read."""

    outcome = models.ForeignKey(Outcome, on_delete=models.CASCADE, related_name="outcome_themes")
    theme = models.ForeignKey(Theme, on_delete=models.PROTECT, related_name="outcome_themes")
    kind = models.CharField(max_length=10, choices=Outcome.Kind, editable=False)
    public_at = models.DateTimeField(null=True, editable=False)
    top = models.ForeignKey(Theme, on_delete=models.PROTECT, null=True, editable=False, related_name="+")
    leads = models.BooleanField(
        default=False, editable=False, help_text="The first of its outcome's tags under `top`: each stands there once."
    )

    objects = OutcomeThemeQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint("outcome", "theme", name="outcome_theme_once"),
            models.CheckConstraint(condition=Q(kind__in=["takeaway", "action"]), name="outcome_theme_kind_is_known"),
        ]
        indexes = [
            models.Index(
                "theme",
                F("public_at").desc(),
                F("outcome").desc(),
                condition=Q(public_at__isnull=False),
                name="theme_newest",
            ),
            models.Index(
                "theme",
                "kind",
                F("public_at").desc(),
                F("outcome").desc(),
                condition=Q(public_at__isnull=False),
                name="theme_newest_of_a_kind",
            ),
            models.Index(
                "top",
                F("public_at").desc(),
                F("outcome").desc(),
                condition=Q(public_at__isnull=False, leads=True),
                name="theme_newest_with_inner",
            ),
            models.Index(
                "top",
                "kind",
                F("public_at").desc(),
                F("outcome").desc(),
                condition=Q(public_at__isnull=False, leads=True),
                name="theme_newest_inner_of_a_kind",
            ),
        ]

    def __str__(self):
        return f"{self.outcome_id} · {self.theme}"

    def save(self, **kwargs):
        self.kind, self.top_id = self.outcome.kind, self.theme.parent_id or self.theme_id
        self.public_at = (
            Outcome.objects.public().filter(pk=self.outcome_id).values_list("published_at", flat=True).first()
        )
        others = OutcomeTheme.objects.filter(outcome=self.outcome_id, top=self.top_id, leads=True).exclude(pk=self.pk)
        self.leads = not others.exists()
        super().save(**kwargs)

    @staticmethod
    def under(theme: Theme, kind: str = "") -> dict[str, Any]:
        """Return the filter of tags with `theme`, or with it and its sub-themes, each outcome once."""
        of_theme = {"theme": theme} if theme.parent_id else {"top": theme, "leads": True}
        return {"public_at__isnull": False, **of_theme} | ({"kind": kind} if kind else {})


class KindManager(models.Manager.from_queryset(OutcomeQuerySet)):
    """Outcomes of the proxy's own kind."""

    def get_queryset(self):
        return super().get_queryset().filter(kind=self.model.KIND)


class Takeaway(Outcome):
    """A key message of a dialogue."""

    KIND = Outcome.Kind.TAKEAWAY
    objects = KindManager()

    class Meta:
        proxy = True

    def __init__(self, *args, **kwargs):
        if not args:
            kwargs.setdefault("kind", self.KIND)
        super().__init__(*args, **kwargs)


class Action(Outcome):
    """Something to be done after a dialogue, by somebody or by nobody yet."""

    KIND = Outcome.Kind.ACTION
    objects = KindManager()

    class Meta:
        proxy = True

    def __init__(self, *args, **kwargs):
        if not args:
            kwargs.setdefault("kind", self.KIND)
        super().__init__(*args, **kwargs)


class Addressee(models.Model):
    """A type of actor to which an action is addressed."""

    action = models.ForeignKey(Outcome, on_delete=models.CASCADE, related_name="addressees")
    actor_type = models.CharField(max_length=30, choices=ActorType)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint("action", "actor_type", name="addressee_once_an_action")]
        indexes = [models.Index("actor_type", "action", name="addressee_by_actor_type")]

    def __str__(self):
        return self.get_actor_type_display()
