"""The one door for names: whether a person, affiliation, quote or list of participants may be shown.

An event has a rule of attribution, a session may override it, its groups inherit it. Two rules decide about each
item: the one in force now and the strictest one it has lived under since it was recorded (`recorded_under`), so
that loosening a rule or moving a session never reveals what was said, or who came, before.

Nothing here imports a model; the QuerySets' `public()` ask these functions.

| rule           | participants listed | roles shown, for listing=public        | quotes              | outcomes |
| on_record      | listing=public      | all                                    | given or not needed | yes      |
| non_attributed | listing=public      | convener, organiser, rapporteur, whole | given               | yes      |
| chatham_house  | none                | convener, rapporteur, whole, name only | given               | yes      |
| closed         | none                | none                                   | none                | none     |

"whole": of the whole event only, since a role in one session would tell who sat in which room.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce, NullIf


class Rule(models.TextChoices):
    """Rules of attribution, the loosest first."""

    ON_RECORD = "on_record", "On the record"
    NON_ATTRIBUTED = "non_attributed", "Not attributed"
    CHATHAM_HOUSE = "chatham_house", "Chatham House Rule"
    CLOSED = "closed", "Closed"


class Tells(models.TextChoices):
    """What words of a text may tell: somebody's name, or otherwise who spoke or took part."""

    NAME = "name", "Name"
    INITIALS = "initials", "Initials"
    AFFILIATION = "affiliation", "Affiliation"
    POSITION = "position", "Position"
    STATE = "state", "State"
    SELF = "self", "Self-reference"


PLAIN_WORDS = {
    Rule.ON_RECORD: "This dialogue was on the record.",
    Rule.NON_ATTRIBUTED: "What was said here is reported without saying who said it.",
    Rule.CHATHAM_HOUSE: (
        "This dialogue was held under the Chatham House Rule: what was said may be used, "
        "but neither who said it nor who took part is revealed."
    ),
    Rule.CLOSED: "This dialogue was closed.",
}

FEWEST = 5  # people that a figure below the whole event stands for, and that it leaves over, if it leaves any

# How deep sessions nest: a session, its groups, their subgroups. Anything deeper counts as closed.
MAX_DEPTH = 3

_OPEN_RULES = (Rule.ON_RECORD, Rule.NON_ATTRIBUTED, Rule.CHATHAM_HOUSE)
_LISTED = (Rule.ON_RECORD, Rule.NON_ATTRIBUTED)
_NAMED_ROLES = ("convener", "rapporteur")
_STAFF_ROLES = (*_NAMED_ROLES, "organiser")


_ORDER = {str(rule): rule for rule in Rule}
_STRICTNESS = {rule: place for place, rule in enumerate(Rule)}


def strictest(*rules: str) -> Rule:
    """Return the strictest of `rules`; an unknown or empty one counts as closed."""
    return max((_ORDER.get(rule, Rule.CLOSED) for rule in rules), key=_STRICTNESS.__getitem__)


def stricter_than(rule: str) -> list[str]:
    """Return the rules above `rule`."""
    order = list(Rule)
    return [str(other) for other in order[order.index(Rule(rule)) + 1 :]]


def _path(*parts: str) -> str:
    return "__".join(part for part in parts if part)


def _ancestry(session: str) -> list[str]:
    """Return the lookups of a session, its parent and its parent's parent; `session` is "" for a Session itself."""
    return [_path(session, *["parent"] * level) for level in range(MAX_DEPTH)]


def rule_in_force(*, session: str | None = "", event: str = "event", of_event=None) -> Case | F:
    """Return the SQL for an item's rule now: the nearest override up the tree, else the event's.

    `session` is the lookup that leads to the session ("" for a Session itself, None for what has no session), `event`
    the one that leads to the event; `of_event` is an expression for the event's rule that spares the join to it.
    A closed session closes its groups whatever they say; a tree too deep to follow is closed.
    """
    of_event = of_event or F(_path(event, "attribution"))
    if session is None:
        return of_event
    overrides = [_path(level, "attribution") for level in _ancestry(session)]
    too_deep = Q(**{_path(session, *["parent"] * MAX_DEPTH, "isnull"): False})
    closed = too_deep
    for override in overrides:
        closed |= Q(**{override: Rule.CLOSED})
    nearest = Coalesce(*[NullIf(F(override), Value("")) for override in overrides], of_event)
    return Case(When(closed, then=Value(Rule.CLOSED.value)), default=nearest, output_field=models.CharField())


def _under(*rules: str) -> Q:
    """Both the rule in force and the strictest since the item was recorded are among `rules`."""
    return Q(rule__in=rules, recorded_under__in=rules)


def session_shown() -> Q:
    """Whether a session (annotated with `rule`) appears at all."""
    return Q(rule__in=_OPEN_RULES)


def outcome_shown() -> Q:
    """Whether outcomes (annotated with `rule`) may be published: they never say who said it.

    The rule is known to be one of the four (constraints see to it), so "not closed" says the same as the list of the
    others, and lets PostgreSQL expect most rows to pass: it then reads the newest off the index.
    """
    return ~Q(rule=Rule.CLOSED) & Q(recorded_under__in=_OPEN_RULES)


def report_shown() -> Q:
    """Whether reports may be shown; a report is of the whole event, whose rule is at hand without an annotation."""
    return ~Q(event__attribution=Rule.CLOSED) & Q(recorded_under__in=_OPEN_RULES)


def participant_listed() -> Q:
    """Whether a participation (annotated with `rule`) stands in the public list of participants."""
    return Q(listing="public") & ~Q(attendance="absent") & _under(*_LISTED)


def role_shown() -> Q:
    """Whether a role (annotated with `rule`) is shown: never for people who are not publicly listed."""
    of_the_event = Q(session__isnull=True)
    return (
        Q(participation__listing="public")
        & ~Q(participation__attendance="absent")
        & (
            _under(Rule.ON_RECORD)
            | (of_the_event & Q(role__in=_STAFF_ROLES) & _under(*_LISTED))
            | (of_the_event & Q(role__in=_NAMED_ROLES) & _under(*_OPEN_RULES))
        )
    )


def quote_shown() -> Q:
    """Whether a quote (annotated with `rule`) is shown."""
    return (Q(consent__in=("given", "not_needed")) & _under(Rule.ON_RECORD)) | (
        Q(consent="given") & _under(*_OPEN_RULES)
    )


def may_be_named(
    rule: str, *, listing: str, attendance: str, recorded_under: str, roles, session: int | None = None
) -> bool:
    """Whether the wording of an outcome under `rule` may name a participant: as `role_shown` has it for a page.

    `roles` are (role, session, recorded_under), `session` is the one the outcome comes from. Who is listed where a
    rule does not attribute may still not be named as the one who said something.
    """
    if listing != "public" or attendance == "absent" or rule not in _OPEN_RULES:
        return False
    if strictest(rule, recorded_under) == Rule.ON_RECORD:
        return True
    for role, of_session, under in roles:
        stamped = strictest(rule, under)
        if of_session is None and (
            (role in _NAMED_ROLES and stamped in _OPEN_RULES) or (role in _STAFF_ROLES and stamped in _LISTED)
        ):
            return True
        if of_session is not None and of_session == session and stamped == Rule.ON_RECORD:
            return True
    return False


def a_session_may_name_more(rule: str) -> bool:
    """Whether `may_be_named` may answer otherwise for one session than for another under the same rule."""
    return rule == Rule.ON_RECORD


def affiliations_shown(rule: str) -> bool:
    """Whether a text under `rule` may tell for whom people came: only where they are listed."""
    return rule in _LISTED


def speakers_told(rule: str) -> bool:
    """Whether a text under `rule` may tell who said something: by “my delegation”, a position, a State, initials."""
    return rule == Rule.ON_RECORD


def may_submit_marked(rule: str) -> bool:
    """Whether a rapporteur may hand in, with a note to the editor, words that tell who spoke.

    Not from a closed session: there nobody is named, not even for the secretariat to decide.
    """
    return rule in _OPEN_RULES


def few(number: int) -> bool:
    """Whether so few people that a reader could guess who: the one question of every figure below the whole event."""
    return 0 < number < FEWEST


def tellable[Key](groups: Mapping[Key, int], *, besides: int = 0) -> dict[Key, int]:
    """Return of groups that share nobody those whose number may be told where all of them together are known.

    Groups of fewer than FEWEST are not, whether empty or not; and where those left out would be so few that subtracting
    tells them, the first of the others in the order of their keys is not either. By its key, not by its size: that the
    smallest is the one left out would itself say how large it can be. `besides` are people of no group, among whom
    those left out cannot be told apart.
    """
    told = {key: number for key, number in groups.items() if number >= FEWEST}
    left_out = sum(groups.values()) + besides - sum(told.values())
    if told and few(left_out):
        del told[min(told)]  # type: ignore[type-var]
    return told


def against_count(number: int, of: int, rule: str, *, beside: int = 0) -> str:
    """Say what speaks against telling the public that `number` of `of` contributions raised something, or nothing.

    `beside` is what the figures that the public has of the same round and kind add up to: each statement stands in one
    group, so what they leave over together must not be a few people either. A count by type of actor is never public.
    """
    if rule not in _OPEN_RULES:
        return "Nothing is said in public about a closed dialogue."
    if not number or few(number):
        return f"Fewer than {FEWEST} raised it: a reader could guess who."
    if few(of - number):
        return f"Fewer than {FEWEST} did not raise it: a reader could guess who."
    rest = of - number - beside
    if rest < 0:
        return "With the other figures of this round it would say more than there are contributions. Count again first."
    if few(rest):
        return f"With the other figures of this round it would leave fewer than {FEWEST}: a reader could guess who."
    return ""


@dataclass(frozen=True)
class Byline:
    """How a person may be named: every template, feed and document prints this, never the person."""

    name: str
    position: str = ""
    affiliation: str = ""

    @property
    def details(self) -> str:
        """Position and affiliation in one line, without what is missing."""
        return ", ".join(part for part in (self.position, self.affiliation) if part)


ANONYMOUS = Byline("A participant")


def byline(participation, rule: str) -> Byline:
    """Return how to name someone who may be shown under `rule`: with affiliation only where lists are public."""
    if rule not in _OPEN_RULES or participation.listing != "public":
        return ANONYMOUS
    if rule not in _LISTED:
        return Byline(participation.person.full_name)
    return Byline(participation.person.full_name, participation.position, participation.affiliation)


def report_byline(author, rule: str) -> Byline | None:
    """Return how a report of an event under `rule` names its rapporteur, or None where it may not or names none."""
    if author is None:
        return None
    named = byline(author, strictest(rule, author.recorded_under))
    return None if named is ANONYMOUS else named


def owner_byline(participation, rule: str) -> Byline:
    """Return how to name a person who owns an action that stands under `rule`, its own and its event's strictest.

    `participation` is theirs if it stands in the event's public list, else None: whoever is not named there, or acts
    on what was agreed where nobody is named, is “a participant”.
    """
    return byline(participation, rule) if participation and rule in _LISTED else ANONYMOUS
