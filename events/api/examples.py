"""Examples for the descriptions: every field of a serializer with a value, all of it invented."""

from typing import Any

from rest_framework import serializers

HOST = "https://readout.example.org"

# What fields of words say, by their name or, where that is not enough, by serializer and name.
WORDS = {
    "code": "k3pq7xza",
    "slug": "lighthouse-talks",
    "title": "Talks on lighthouses",
    "reference": "LT7",
    "name": "Institute of Lamps",
    "role": "Moderator",
    "role_label": "Convener",
    "position": "Head of lamps",
    "affiliation": "Ministry of Coasts",
    "venue": "The old keeper’s house",
    "city": "Valparaíso",
    "country": "CL",
    "country_name": "Chile",
    "time_zone": "America/Santiago",
    "room": "Lamp room",
    "summary": "How to keep lights burning where nobody lives any more.",
    "body": "Three days about *lamps*.",
    "attribution_note": "What was said here is reported without saying who said it.",
    "text": "Lamps that keep themselves still need somebody who looks at them.",
    "heading": "Keeping lights",
    "due_text": "second quarter 2032",
    "description": "Who keeps what burns.",
    "parent": "coasts",
    "short_name": "IL",
    "website": "https://lamps.example.org",
    "organisation": "institute-of-lamps",
    "details": "",
    "number": "2",
    "alt": "A lighthouse at dusk",
    "logo_alt": "A lamp",
    "credit": "Institute of Lamps",
    "publisher": "",
    "disclaimer": "The views are those of the rapporteur.",
    "came_about": "Submitted by the rapporteur and reviewed by the secretariat before it was published.",
    "citation": "Institute of Lamps. “Lamps that keep themselves still need somebody who looks at them.” "
    f"Takeaway LT7-T3 of Talks on lighthouses. Readout, 16 May 2031. {HOST}/outcomes/k3pq7xza/",
    "type": "about:blank",
    "note": "It named a lamp that does not exist.",
    "parameter": "kind",
    "detail": "“lamp” is no value of “kind”. It may be: takeaway, action.",
    "Tombstone.title": "This was withdrawn",
    "Tombstone.detail": "It was public once and is not any more.",
    "WrongRequest.title": "This cannot be answered as it is asked",
    "Problem.title": "There is nothing here",
    "Problem.detail": "It may be mistyped, or what you look for may not be published.",
    "OutcomeReference.reference": "LT7-T2",
    "ThemeReference.slug": "keeping",
    "ThemeReference.name": "Keeping",
    "ThemeInList.slug": "keeping",
    "ThemeInList.name": "Keeping",
    "SeriesReference.slug": "coast-talks",
    "SeriesReference.name": "Coast talks",
    "PersonInRole.name": "A. N. Inventée",
    "Participant.name": "A. N. Inventée",
    "Quotation.name": "A participant",
    "Quotation.position": "",
    "Quotation.affiliation": "",
    "Partner.slug": "institute-of-lamps",
    "Convener.slug": "institute-of-lamps",
    "OrganisationInList.slug": "institute-of-lamps",
    "Document.title": "Recording of the closing",
    "Update.text": "The first lamp was lit.",
    "SectionTitle.slug": "what-burns",
    "Section.slug": "what-burns",
    "Section.title": "What burns",
    **{f"{name}.reference": "LT7-T3" for name in ("OutcomeInList", "ActionInList", "OutcomeAlone")},
    **{f"{name}.title": "Plenary" for name in ("SessionInProgramme", "SessionReference", "SessionInList")},
    **{f"{name}.title": "How to wait" for name in ("GroupInProgramme", "SubgroupInProgramme", "SessionOfOutcome")},
}
ADDRESSES = {
    "url": f"{HOST}/events/lighthouse-talks/",
    "api_url": f"{HOST}/api/v1/events/lighthouse-talks/",
    "outcomes_url": f"{HOST}/api/v1/outcomes/?event=lighthouse-talks",
    "next": f"{HOST}/api/v1/outcomes/?cursor=WyIyMDMxLTA1LTE2Il0.example",
    "evidence_url": "https://lamps.example.org/first-lamp",
    "Document.url": "https://lamps.example.org/recording",
    "Image.url": f"{HOST}/media/events/lamp.jpg",
    "logo": f"{HOST}/media/organisations/lamp.png",
}
KEYS = {"Outcome": "outcomes/k3pq7xza", "Action": "outcomes/k3pq7xza", "Theme": "themes/keeping"}
KEYS |= {"Organisation": "organisations/institute-of-lamps", "Convener": "organisations/institute-of-lamps"}
KEYS |= {"Partner": "organisations/institute-of-lamps", "Owner": "organisations/institute-of-lamps"}
KEYS |= {"Session": "sessions/k3pq7xza", "Report": "reports/lighthouse-talks"}
KEYS |= {"Section": "events/lighthouse-talks/report/what-burns"}


def example(serializer: Any) -> Any:
    """Return an answer of invented data as `serializer` describes it."""
    if isinstance(serializer, serializers.ListSerializer):
        return [example(serializer.child)]
    name = type(serializer).__name__
    return {field.field_name: _value(field, name) for field in serializer.fields.values()}


def _value(field: Any, owner: str) -> Any:
    name = field.field_name
    if isinstance(field, serializers.BaseSerializer):
        return example(field)
    if isinstance(field, serializers.ListField):
        return [_value(field.child, owner)]
    if isinstance(field, serializers.ChoiceField):
        return next(iter(field.choices))
    if isinstance(field, serializers.BooleanField):
        return False
    if isinstance(field, serializers.IntegerField):
        return {"status": 404, "part": 1, "of": 58, "takeaways": 41}.get(name, 9)
    if isinstance(field, serializers.DateTimeField):
        return "2031-05-16T09:00:00Z"
    if isinstance(field, serializers.DateField):
        return "2031-05-14"
    if isinstance(field, serializers.URLField):
        return ADDRESSES.get(f"{owner}.{name}") or _address(owner, name)
    return WORDS.get(f"{owner}.{name}", WORDS.get(name, "LT7-T3"))


def _address(owner: str, name: str) -> str:
    place = next((place for start, place in KEYS.items() if owner.startswith(start)), None)
    if place and name in ("url", "api_url"):
        return f"{HOST}/{'api/v1/' if name == 'api_url' else ''}{place}/"
    return ADDRESSES.get(name, f"{HOST}/")
