"""What the API says of events and sessions: these fields, and no others, in this order."""

from rest_framework import serializers

from events.api.fields import Address, Choice, Day, Moment, Number, Origin, Text, part
from events.attribution import Rule
from events.models import Event, EventPartner, Resource, Session

CODE = "Eight small letters and digits that name it for good; they tell nothing."
SLUG = "The word that names it in addresses."
PAGE = "Its page on this site, for people."


class EventReference(serializers.Serializer):
    """Enough of an event to name it and to ask for the rest."""

    slug = Text(SLUG, Origin.PORTAL)
    title = Text("Its title, in full.")
    reference = Text("The institution's own reference, such as WP3348; “” where it gave none.")
    starts_on = Day("Its first day, at its place; null while that is not known.", allow_null=True)
    ends_on = Day("Its last day, at its place.", allow_null=True)
    url = Address(PAGE, Origin.PORTAL)


class Edition(serializers.Serializer):
    """Another edition of a series."""

    slug = Text(SLUG, Origin.PORTAL)
    title = Text("Its title, in full.")
    starts_on = Day("Its first day, at its place.", allow_null=True)
    url = Address(PAGE, Origin.PORTAL)
    api_url = Address("It with its programme, in this API.", Origin.PORTAL)


class SeriesReference(serializers.Serializer):
    """The series that an event belongs to."""

    slug = Text(SLUG, Origin.PORTAL)
    name = Text("Its name.")


class Image(serializers.Serializer):
    """A picture."""

    url = Address("Where the picture is.", Origin.PORTAL)
    alt = Text("The picture in words.")
    credit = Text("Who made it, as they wish to be named.")


class PersonInRole(serializers.Serializer):
    """Somebody who may be named, in a role."""

    role = Text("The role as printed, such as “Moderator”.", Origin.ATTRIBUTION)
    name = Text("The name as in the programme.", Origin.ATTRIBUTION)
    position = Text("The position at the time; “” where the rule does not allow to say it.", Origin.ATTRIBUTION)
    affiliation = Text("For whom they came at the time; “” where the rule does not allow it.", Origin.ATTRIBUTION)


class Participant(serializers.Serializer):
    """Somebody in the public list of participants."""

    name = Text("The name as in the programme.", Origin.ATTRIBUTION)
    position = Text("The position at the time.", Origin.ATTRIBUTION)
    affiliation = Text("For whom they came at the time.", Origin.ATTRIBUTION)


class Quotation(serializers.Serializer):
    """Words that somebody agreed to be quoted with."""

    text = Text("The words.", Origin.ATTRIBUTION)
    name = Text(
        "Who said them; “A participant” where the rule of attribution does not allow to say.", Origin.ATTRIBUTION
    )
    position = Text("Their position at the time, where it may be said.", Origin.ATTRIBUTION)
    affiliation = Text("For whom they came, where it may be said.", Origin.ATTRIBUTION)


class Partner(serializers.Serializer):
    """What an organisation is to an event."""

    role = Choice(EventPartner.Role.choices, "What it is to the event.")
    role_label = Text("The role as printed.")
    slug = Text("The word that names the organisation in addresses.", Origin.PORTAL)
    name = Text("Its name.")
    website = Text("Its own address; “” where none is known.")
    url = Address("The page of the organisation on this site.", Origin.PORTAL)


class Document(serializers.Serializer):
    """A recording or a document."""

    kind = Choice(Resource.Kind.choices, "What it is.")
    title = Text("Its title.")
    part = Number("Which part of a recording in several parts.", allow_null=True)
    url = Address("Where it is, here or elsewhere.")
    publisher = Text("Who published it, where that is somebody else.")
    published_on = Day("When it was published, where that is known.", allow_null=True)


class SubgroupInProgramme(serializers.Serializer):
    """A session or group as a programme prints it."""

    code = Text(CODE, Origin.PORTAL)
    kind = Choice(Session.Kind.choices, "What kind of session it is.")
    number = Text("Its number as printed: 1, A, II …")
    title = Text("Its title.")
    day = Day("The day of the programme it stands under; after midnight that is the day before.", allow_null=True)
    starts_at = Moment("When it starts, in the time zone of the event.", allow_null=True)
    ends_at = Moment("When it ends, in the time zone of the event.", allow_null=True)
    room = Text("Where in the house.")
    body = Text("What the programme says of it, in Markdown.")
    people = part(PersonInRole, "Who had a role in it and may be named.", Origin.ATTRIBUTION, many=True)


class GroupInProgramme(SubgroupInProgramme):
    """A breakout group of a programme, with the groups under it."""

    groups = part(SubgroupInProgramme, "The groups under it.", many=True)


class SessionInProgramme(SubgroupInProgramme):
    """A session of a programme, with the breakout groups under it."""

    groups = part(GroupInProgramme, "The breakout groups under it.", many=True)


class ReportInEvent(serializers.Serializer):
    """The report of an event, as its page announces it."""

    title = Text("Its title.")
    published_month = Day("A day of the month printed on it.", allow_null=True)
    author = part(Participant, "The rapporteur, where they may be named.", Origin.ATTRIBUTION, allow_null=True)
    api_url = Address("The report with its sections, in this API.", Origin.PORTAL)


class EventInList(serializers.Serializer):
    """A dialogue: what, when and where, and under which rule of attribution."""

    slug = Text(SLUG, Origin.PORTAL)
    url = Address(PAGE, Origin.PORTAL)
    api_url = Address("The event with its programme, in this API.", Origin.PORTAL)
    title = Text("Its title, in full.")
    reference = Text("The institution's own reference, such as WP3348; “” where it gave none.")
    series = part(SeriesReference, "The series it belongs to.", allow_null=True)
    format = Choice(Event.Format.choices, "What kind of dialogue it is.")
    mode = Choice(Event.Mode.choices, "Whether people met in a room, online, or both.")
    starts_on = Day("Its first day, at its place; null while that is not known.", allow_null=True)
    ends_on = Day("Its last day, at its place.", allow_null=True)
    time_zone = Text("The time zone of its place, by its IANA name, such as America/Santiago.")
    venue = Text("The house it was held in.")
    city = Text("The city.")
    country = Text("The country, by its two letters (ISO 3166-1).")
    country_name = Text("The country, in words.", Origin.DERIVED)
    summary = Text("One or two sentences on it.")
    attribution = Choice(Rule.choices, "What may be said of who took part and who said what.")
    attribution_note = Text("The rule of attribution in plain words, as the page says it.", Origin.PORTAL)
    image = part(Image, "Its picture.", allow_null=True)
    published_at = Moment("When it was first made public here.", Origin.PORTAL)


class EventWithProgramme(EventInList):
    """All that the page of an event says but its outcomes, which are a list of their own."""

    body = Text("What the page says about it, in Markdown.")
    partners = part(Partner, "The organisations behind it, in the order given.", many=True)
    people = part(PersonInRole, "Who had a role in the whole of it and may be named.", Origin.ATTRIBUTION, many=True)
    programme = part(SessionInProgramme, "Its sessions in the order of the programme, groups inside.", many=True)
    quotes = part(Quotation, "What may be quoted.", Origin.ATTRIBUTION, many=True)
    documents = part(Document, "Recordings and documents that are public.", many=True)
    participants = part(
        Participant,
        "Who took part and is publicly listed, without those named in a role; empty where the rule does not allow it.",
        Origin.ATTRIBUTION,
        many=True,
    )
    report = part(ReportInEvent, "Its report, if one is published.", allow_null=True)
    previous = part(Edition, "The edition of its series before it.", Origin.DERIVED, allow_null=True)
    following = part(Edition, "The edition of its series after it.", Origin.DERIVED, allow_null=True)
    outcomes_url = Address("Its takeaways and actions, in this API.", Origin.PORTAL)


class SessionReference(serializers.Serializer):
    """Enough of a session or breakout group to name it and to ask for the rest."""

    code = Text(CODE, Origin.PORTAL)
    kind = Choice(Session.Kind.choices, "What kind of session it is.")
    number = Text("Its number as printed: 1, A, II …")
    title = Text("Its title.")


class SessionInList(SessionReference):
    """A session or breakout group of a dialogue."""

    url = Address("Where it stands in the programme on the page of its event.", Origin.PORTAL)
    api_url = Address("It alone, in this API.", Origin.PORTAL)
    event = part(EventReference, "The event it belongs to.")
    parent = part(SessionReference, "The session it stands under, for a group.", allow_null=True)
    day = Day("The day of the programme it stands under; after midnight that is the day before.", allow_null=True)
    starts_at = Moment("When it starts, in the time zone of the event.", allow_null=True)
    ends_at = Moment("When it ends, in the time zone of the event.", allow_null=True)
    room = Text("Where in the house.")
    body = Text("What the programme says of it, in Markdown.")


class SessionWithPeople(SessionInList):
    """A session with the people who may be named and the groups under it."""

    people = part(PersonInRole, "Who had a role in it and may be named.", Origin.ATTRIBUTION, many=True)
    groups = part(SessionReference, "The groups right under it.", many=True)
