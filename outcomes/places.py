"""Where a rapporteur files: a session or group, or an event as a whole."""

from dataclasses import dataclass

from django.db.models import F, Max, OuterRef, Subquery
from django.urls import reverse

from events.attribution import PLAIN_WORDS, Rule
from events.models import Event, Session
from outcomes.models import Outcome, Round, StatusChange


@dataclass(frozen=True)
class Place:
    """An event, and the session of it or None for the whole event."""

    event: Event
    session: Session | None = None

    @classmethod
    def of(cls, outcome: Outcome) -> "Place":
        """Where `outcome` was filed."""
        return cls(outcome.event, outcome.session)

    def __str__(self):
        return str(self.session) if self.session else "The event as a whole"

    @property
    def columns(self) -> dict:
        """What an outcome filed here has in its columns."""
        return {"event": self.event, "session": self.session}

    @property
    def outcomes(self):
        """Everything filed here, in the order its rapporteurs gave it."""
        return Outcome.objects.there().filter(**self.columns).order_by("position", "pk")

    @property
    def rounds(self):
        """Closing rounds of this place, the latest first."""
        return Round.objects.filter(event=self.event, session=self.session)

    def next_position(self) -> int:
        """The position after the last one."""
        return (self.outcomes.order_by().aggregate(last=Max("position"))["last"] or 0) + 1

    def organisations(self) -> list[str]:
        """The names of those behind the event, one of which may be who does it."""
        return list(self.event.partners.order_by("name").values_list("name", flat=True).distinct())

    @property
    def rule(self) -> Rule:
        """The rule of attribution in force here."""
        return Rule(self.session.rule_now() if self.session else self.event.attribution)

    @property
    def rule_note(self) -> str:
        """What the rule means, in plain words."""
        return PLAIN_WORDS[self.rule]

    def url(self, page: str = "") -> str:
        """The address of its page on the desk, or of `page` ("new", "check", "paste", "now") under it."""
        name = "-".join(filter(None, ["outcomes:desk", "session" if self.session else "event", page]))
        return reverse(name, args=[self.session.code if self.session else self.event.slug])

    @property
    def new_url(self) -> str:
        """The address of the form for one more."""
        return self.url("new")

    @property
    def round_new_url(self) -> str:
        """The address of the form for a closing round."""
        return self.url("round-new")

    @property
    def check_url(self) -> str:
        """The address of the page to check and submit all drafts."""
        return self.url("check")

    @property
    def paste_url(self) -> str:
        """The address of the page that takes notes or a document apart."""
        return self.url("paste")

    @property
    def now_url(self) -> str:
        """The address that says who is writing what at this moment."""
        return self.url("now")

    def get_absolute_url(self):
        return self.url()


def with_last_note(outcomes):
    """Annotate `last_note` and `last_note_at`: what the secretariat wrote when it last sent each of `outcomes` back."""
    sent_back = StatusChange.objects.filter(outcome=OuterRef("pk"), to_status=Outcome.Status.CHANGES_REQUESTED)
    latest = sent_back.order_by(F("at").desc(), F("pk").desc())
    return outcomes.annotate(
        last_note=Subquery(latest.values("note")[:1]), last_note_at=Subquery(latest.values("at")[:1])
    )
