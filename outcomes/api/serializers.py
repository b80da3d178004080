"""What the API says of outcomes and what is around them: these fields, and no others, in this order."""

from rest_framework import serializers

from events.api.fields import Address, Choice, Day, Moment, Number, Origin, Several, Text, Yes, part
from events.api.serializers import CODE, PAGE, SLUG, EventReference, Participant, SessionReference
from events.attribution import Rule
from outcomes.models import ActionOwner, ActionUpdate, Outcome, ReportSection
from participants.models import ActorType

ATTENTION = [("overdue", "Overdue"), ("stale", "No word for 12 months"), ("ownerless", "No owner yet")]


class ThemeReference(serializers.Serializer):
    """A theme by its name and where it is."""

    slug = Text(SLUG, Origin.PORTAL)
    name = Text("Its name.")
    url = Address(PAGE, Origin.PORTAL)


class OutcomeReference(serializers.Serializer):
    """Enough of an outcome to cite it and to ask for the rest."""

    code = Text(CODE, Origin.PORTAL)
    reference = Text("How it is cited, such as WP3348-T3.", Origin.PORTAL)
    url = Address(PAGE, Origin.PORTAL)
    api_url = Address("It alone, in this API.", Origin.PORTAL)


class SessionOfOutcome(SessionReference):
    """The session or group that an outcome came from."""

    parent = part(SessionReference, "The session it stands under, for a group.", allow_null=True)


class OutcomeInList(serializers.Serializer):
    """A takeaway or an action, in the wording that was reviewed."""

    code = Text(CODE, Origin.PORTAL)
    url = Address(PAGE, Origin.PORTAL)
    api_url = Address("It alone with what is around it, in this API.", Origin.PORTAL)
    kind = Choice(Outcome.Kind.choices, "A takeaway says what is known, an action what is to be done.")
    number = Number("Its number within the dialogue and its kind; it stays.", Origin.PORTAL)
    reference = Text("How it is cited, such as WP3348-T3.", Origin.PORTAL)
    text = Text("The wording.", Origin.WORDING)
    heading = Text("The heading it is printed under; “” without one.", Origin.WORDING)
    themes = part(ThemeReference, "What it is about.", many=True)
    event = part(EventReference, "The dialogue it comes from.")
    session = part(
        SessionOfOutcome, "The session or group it comes from; null for one of the whole dialogue.", allow_null=True
    )
    attribution = Choice(Rule.choices, "What may be said of who took part and who said what there.")
    attribution_note = Text("The rule of attribution in plain words, as the page says it.", Origin.PORTAL)
    published_at = Moment("When it was first made public here.", Origin.PORTAL)
    reworded_at = Moment("When its public wording last changed, if it ever did.", Origin.PORTAL, allow_null=True)
    nature = Choice(
        Outcome.Nature.choices, "Of an action: what kind it is, where that was said.", Origin.WORDING, allow_null=True
    )
    addressed_to = Several(
        "Of an action: the types of actors it is addressed to.", child=serializers.ChoiceField(ActorType.choices)
    )
    progress = Choice(Outcome.Progress.choices, "Of an action: how far it is.", Origin.OWNER, allow_null=True)
    due_on = Day("Of an action: the day by which it is due, where one was given.", allow_null=True)
    due_text = Text("Of an action: when it is due in the words of the dialogue, such as “second quarter 2016”.")
    is_overdue = Yes("Whether its day has passed and nobody settled it.", Origin.DERIVED)


class Owner(serializers.Serializer):
    """Who answers for an action."""

    name = Text(
        "The organisation; or the person, “A participant” where the rule of attribution does not allow the name.",
        Origin.ATTRIBUTION,
    )
    details = Text("The position and affiliation of a person, where they may be said.", Origin.ATTRIBUTION)
    organisation = Text("The slug of the organisation; “” for a person.", Origin.PORTAL)
    url = Address("The page of the organisation; null for a person.", Origin.PORTAL, allow_null=True)
    lead = Yes("Whether they lead.")
    response = Choice(
        ActionOwner.Response.choices,
        "What they said to it; null while they said nothing.",
        Origin.OWNER,
        allow_null=True,
    )


class Update(serializers.Serializer):
    """Word of what became of an action."""

    code = Text(
        "Names it alone and never changes; on the page of its action it stands at “#update-” with it.", Origin.PORTAL
    )
    on = Day("The day of it.", Origin.OWNER)
    text = Text("What happened.", Origin.OWNER)
    progress = Choice(Outcome.Progress.choices, "How far the action was then.", Origin.OWNER)
    verification = Choice(ActionUpdate.Verification.choices, "Whether somebody else confirmed it.")
    evidence_url = Address("Where the evidence is, if it has an address elsewhere.", Origin.OWNER, allow_null=True)
    evidence_file = Address("Where the evidence is, if it is a file here.", Origin.OWNER, allow_null=True)


class ActionInList(OutcomeInList):
    """An action with who answers for it and what became of it."""

    owners = part(Owner, "Who answers for it, who leads first; empty while nobody does.", Origin.ATTRIBUTION, many=True)
    updates = part(Update, "What became of it, the last word first.", Origin.OWNER, many=True)
    updated_on = Day("The day of the last word of it; null without any.", Origin.DERIVED, allow_null=True)
    attention = Several("What it needs, if anything.", Origin.DERIVED, child=serializers.ChoiceField(ATTENTION))


class Convener(serializers.Serializer):
    """An organisation that convened the dialogue: the author of its outcomes in citations."""

    slug = Text(SLUG, Origin.PORTAL)
    name = Text("Its name.")
    url = Address(PAGE, Origin.PORTAL)


class Raised(serializers.Serializer):
    """By how many it was raised in a closing round."""

    number = Number("How many contributions raised it: five at least.", Origin.DERIVED)
    of = Number("Of how many.", Origin.DERIVED)


class OutcomeAlone(ActionInList):
    """All that the page of an outcome says; owners and updates are of actions alone."""

    came_about = Text("How it came to stand here, in words that name nobody.", Origin.DERIVED)
    raised = part(Raised, "By how many it was raised, where that may be said.", Origin.DERIVED, allow_null=True)
    brings_together = Several(
        "The references under which readers knew what is one outcome now; empty where it always was one.",
        Origin.DERIVED,
        child=serializers.CharField(),
    )
    conveners = part(Convener, "Who convened the dialogue.", many=True)
    citation = Text("How to cite it, in one line.", Origin.DERIVED)
    previous = part(OutcomeReference, "The one printed before it.", Origin.DERIVED, allow_null=True)
    following = part(OutcomeReference, "The one printed after it.", Origin.DERIVED, allow_null=True)


class ThemeInList(serializers.Serializer):
    """A theme of the vocabulary, which has two levels."""

    slug = Text(SLUG, Origin.PORTAL)
    url = Address(PAGE, Origin.PORTAL)
    api_url = Address("It alone, in this API.", Origin.PORTAL)
    name = Text("Its name.")
    description = Text("What belongs under it.")
    parent = Text("The slug of the theme above it; null on the first level.", Origin.SECRETARIAT, allow_null=True)  # type: ignore[assignment]
    takeaways = Number("How many public takeaways are about it or a theme under it.", Origin.DERIVED)
    actions = Number("How many public actions are about it or a theme under it.", Origin.DERIVED)
    outcomes_url = Address("Its takeaways and actions, in this API.", Origin.PORTAL)


class OrganisationInList(serializers.Serializer):
    """An organisation that is a partner of a public dialogue or answers for a public action."""

    slug = Text(SLUG, Origin.PORTAL)
    url = Address(PAGE, Origin.PORTAL)
    api_url = Address("It alone, in this API.", Origin.PORTAL)
    name = Text("Its name.")
    short_name = Text("Its short name, such as FCDO; “” without one.")
    actor_type = Choice(ActorType.choices, "What kind of actor it is.")
    country = Text("Its country, by its two letters (ISO 3166-1); “” for none or all.")
    website = Text("Its own address; “” where none is known.")
    logo = Address("Where its logo is; null without one.", Origin.PORTAL, allow_null=True)
    logo_alt = Text("The logo in words.")
    outcomes_url = Address("The outcomes of the dialogues it is a partner of, in this API.", Origin.PORTAL)


class SectionTitle(serializers.Serializer):
    """A section of a report by its title."""

    slug = Text("The word that names the section within its report.", Origin.PORTAL)
    title = Text("Its title.")
    kind = Choice(ReportSection.Kind.choices, "Whether it has a text, or prints the takeaways and actions.")
    url = Address("Its page on this site; null where it has only a title.", Origin.PORTAL, allow_null=True)


class Section(SectionTitle):
    """A section of a report with its text."""

    body = Text("Its text, in Markdown.")


class ReportInList(serializers.Serializer):
    """The report of a dialogue."""

    event = part(EventReference, "The dialogue it reports on; its slug names the report too.")
    api_url = Address("It with the texts of its sections, in this API.", Origin.PORTAL)
    title = Text("Its title.")
    author = part(Participant, "The rapporteur, where they may be named.", Origin.ATTRIBUTION, allow_null=True)
    published_month = Day("A day of the month printed on it.", allow_null=True)
    published_at = Moment("When it was first made public here.", Origin.PORTAL)
    disclaimer = Text("What the convener says about whose views it holds.")


class ReportWithSections(ReportInList):
    """A report with its sections in order."""

    sections = part(Section, "Its sections in order.", many=True)
