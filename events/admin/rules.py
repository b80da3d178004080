"""What a rule of attribution means, in the words of the secretariat."""

from django.contrib.admin.widgets import AdminRadioSelect

from events.attribution import Rule, strictest
from events.models import Event

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
            kwargs |= {"choices": [*inherited, *choices], "widget": AdminRadioSelect(attrs={"class": "radiolist"})}
        return super().formfield_for_choice_field(db_field, request, **kwargs)
