"""What a rule of attribution means, in the words of the secretariat."""

from django.contrib import messages
from django.contrib.admin.widgets import AdminRadioSelect

from events.attribution import Rule, stricter_than, strictest
from events.models import Event, Guarded, Recorded, Session
from events.naming import Roll

# What the public does not get to see: the sentence beside each rule where it is chosen.
HIDES = {
    Rule.ON_RECORD: "Names those who are listed publicly, with their affiliation, roles and quotes.",
    Rule.NON_ATTRIBUTED: "Lists who took part, but hides who said what; quotes only with consent.",
    Rule.CHATHAM_HOUSE: "Hides who took part, affiliations and who said what; quotes only with consent.",
    Rule.CLOSED: "Hides everything: people, sessions, quotes and outcomes.",
}


def public_effect(event: Event, rule: str, recorded_under: str) -> str:
    """Say what publishing an outcome under `rule` shows, when it was recorded under `recorded_under`."""
    if strictest(rule) == Rule.CLOSED:
        return "Its session is closed: even when published it is not shown."
    if strictest(rule, recorded_under) == Rule.CLOSED:
        return "It was recorded while its session was closed: even when published it is not shown."
    words = "When published everyone reads its wording and themes; nothing says who wrote or said it."
    if event.status == Event.Status.DRAFT:
        return f"{words} The event is still a draft: its outcomes are shown once it is published."
    if event.status == Event.Status.WITHDRAWN:
        return f"{words} The event is withdrawn: its outcomes are not shown."
    return words


class RuleField:
    """An admin whose rule of attribution is chosen from radio buttons, each with one sentence of what it hides."""

    def formfield_for_choice_field(self, db_field, request, **kwargs):
        if db_field.name == "attribution":
            inherited = (
                [("", "Inherited: the rule of the session above it, else of the event")] if db_field.blank else []
            )
            choices = [(rule.value, f"{rule.label}: {HIDES[rule][0].lower()}{HIDES[rule][1:]}") for rule in Rule]
            kwargs["help_text"] = (
                f"{db_field.help_text} A looser rule holds for what is recorded from then on: what is older stays "
                "under the strictest rule it has lived under, until an editor decides otherwise for it."
            )
            kwargs |= {"choices": [*inherited, *choices], "widget": AdminRadioSelect(attrs={"class": "radiolist"})}
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def say_what_changed(self, request, target: Event | Session, was: str) -> None:
        """Once the rule of `target` is not `was` any more: say what stays hidden, or is public and should not be."""
        now = _rule_of(target)
        if now in stricter_than(was):
            if number := telling_now(target):
                words = (
                    "1 public wording tells who spoke or took part"
                    if number == 1
                    else f"{number} public wordings tell who spoke or took part"
                )
                messages.warning(
                    request, f"Under this rule {words}: look at them in the review, reword them or withdraw them."
                )
        elif was in stricter_than(now):
            messages.warning(request, loosened(target, was, now))


def _rule_of(target: Event | Session) -> str:
    return target.attribution if isinstance(target, Event) else target.rule_now()


def loosened(target: Event | Session, was: str, now: str) -> str:
    """Say what a looser rule shows from now on, and what stays hidden all the same."""
    event = target if isinstance(target, Event) else target.event
    words = f"The rule is looser now: “{Rule(now).label}” instead of “{Rule(was).label}”."
    if was == Rule.CLOSED:
        words += " Sessions that were closed by it are shown from now on, with their titles and texts."
    kept = []
    for model in Recorded.concrete():
        rows = model.objects.filter(**{model.EVENT_PATH: event}, recorded_under__in=["", *stricter_than(now)])
        if number := rows.with_rule().filter(rule=now).count():
            names = model._meta.verbose_name if number == 1 else model._meta.verbose_name_plural
            kept.append(f"{number} {names}")
    if not kept:
        return f"{words} Nothing was recorded under a stricter one."
    return (
        f"{words} What was recorded before stays as hidden as it was, because people came and spoke under the rule of "
        f"that day: {', '.join(kept)}. To show some of it, choose it in its list and take “Show under today’s rule of "
        "attribution”."
    )


def telling_now(target: Event | Session) -> int:
    """Return how many wordings of the event are public although the guard would ask about them now."""
    event = target if isinstance(target, Event) else target.event
    roll, number = Roll(event), 0
    for model in Recorded.concrete():
        if issubclass(model, Guarded):
            rows = model.objects.public().filter(**{model.EVENT_PATH: event})
            number += sum(bool(row.unanswered(roll=roll)) for row in rows)
    return number
