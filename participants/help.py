"""What the fields of the admin ask for, in the words of the secretariat: beside each field that does not say it itself.

Models say what a field *is*; this says what to write there. One file, so that it reads with one voice.
"""

from django.contrib.admin.options import BaseModelAdmin

ORDER = "The lower number comes first; equal ones in the order in which they were added."

HELP: dict[str, dict[str, str]] = {
    "participants.organisation": {
        "name": "In full, as the organisation writes it; no “Ltd” or “GmbH” unless it goes by that.",
        "actor_type": "What kind of actor it is: recommendations are addressed to these kinds.",
        "country": "Of a ministry or a national institute. Empty for the UN and other international ones.",
        "website": "In full, with https://.",
        "logo": "PNG or JPEG. It is stored anew, without what the camera or the program wrote into it.",
        "logo_alt": "What somebody who cannot see it should hear, such as “Logo of the institute”.",
    },
    "participants.person": {
        "name": "As printed on the name plate, never split. Without title: that goes below.",
        "sort_name": "Under what the name stands in lists, such as “Muster, Anna”. Empty: the name itself.",
        "honorific": "H.E. Mr., Dr … Printed before the name.",
    },
    "events.eventseries": {
        "name": "What the editions have in common, without year or number.",
        "description": "Two or three sentences about the series.",
    },
    "events.event": {
        "title": "In full; it is never cut.",
        "series": "If it is an edition of one: its page then leads to the ones before and after.",
        "mode": "Whether people came, joined from elsewhere, or both.",
        "starts_on": "The first day, by the calendar of the place.",
        "ends_on": "The last day. Empty: the same day.",
        "time_zone": "The place as the clocks know it, such as America/Santiago or Europe/London; never UTC+2.",
        "venue": "The house or room: Wiston House, Room XX.",
        "city": "As printed, such as Steyning.",
        "country": "Where it takes place.",
        "body": "What the page says below the summary. Markdown: headings, lists, links.",
        "image": "PNG or JPEG. It is stored anew, without place or camera.",
        "image_alt": "What somebody who cannot see it should hear.",
        "image_credit": "Whom to name for the picture.",
    },
    "events.eventpartner": {
        "organisation": "Type a part of its name or short name.",
        "role": "Conveners, hosts, co-hosts and organisers run the event: their editors work on it.",
        "role_text": "Only for “In words”: as it is to be printed.",
        "position": ORDER,
    },
    "events.session": {
        "parent": "For breakout groups: the session they belong to. Empty for what stands in the programme itself.",
        "kind": "What it is in the programme. A breakout group stands under a session.",
        "title": "Without the number: that stands beside it.",
        "programme_day": "Only where it differs: what starts after midnight belongs to the evening before.",
        "room": "As on the door.",
        "body": "What the programme says about it. Markdown: headings, lists, links.",
        "position": f"Among sessions that start at the same time. {ORDER}",
    },
    "events.participation": {
        "person": "Type a part of the name. Not there? Add the person beside it.",
        "affiliation": "As on the name plate at this event; it stays when the person moves on.",
        "organisation": "The same as a link to an organisation of this site, where there is one.",
        "position": "Their job at the time, such as Head of Mission.",
        "attendance": "Planned until they came, or did not.",
    },
    "events.role": {
        "participation": "Somebody who takes part in the event; type a part of the name.",
        "role": "Several people may have the same. A rapporteur may also write for that session.",
        "position": ORDER,
    },
    "events.quote": {
        "text": "Word for word, without quotation marks.",
        "speaker": "Somebody who takes part. Whether the name is shown, the rule and the consent decide.",
        "consent": "Until it is given (or not needed) the public does not see the quote.",
        "position": ORDER,
    },
    "events.resource": {
        "kind": "What it is; a recording may have parts.",
        "published_on": "The day printed on it.",
        "title": "As it is to be printed; the kind stands beside it.",
        "url": "Where it stands elsewhere, in full. Either this or a file.",
        "file": "PDF, Word, Excel or PowerPoint, kept here under a name of its own.",
        "publisher": "Who published it, if somebody else did.",
        "is_public": "Tick it when everybody may open it; until then staff alone can.",
        "position": ORDER,
    },
    "outcomes.theme": {
        "name": "Short: it stands on cards and in filters.",
        "description": "What belongs under it, in one or two sentences.",
        "parent": "Empty for a theme of the first level.",
        "position": ORDER,
    },
    "outcomes.outcome": {
        "text": "One thing, in one to three sentences that somebody who was not there understands.",
        "position": ORDER,
        "nature": "Recommended to others, pledged by somebody, or a next step that was agreed.",
        "progress": "What is known today. Updates below say since when.",
        "due_on": "Only if a date was given, or words that mean one: “by the end of June 2027”.",
        "due_text": "As it was said, such as “second quarter 2027”. Nothing is made up.",
    },
    "outcomes.outcometheme": {"theme": "Type a part of its name."},
    "outcomes.addressee": {"actor_type": "Whom it asks to act; several have a row each."},
    "outcomes.actionowner": {
        "organisation": "Either an organisation or a person. Empty both: the page says “no owner yet”.",
        "person": "Only if a person answers for it, not their organisation.",
        "is_lead": "One owner leads.",
        "response": "What the owner said to it. Empty: nothing yet.",
    },
    "outcomes.actionupdate": {
        "progress": "How far it is after this news.",
        "on": "The day of the news, not of typing it.",
        "text": "What happened, in a few sentences. The public reads it.",
        "evidence_url": "Where it can be checked, in full.",
        "evidence_file": "If it stands nowhere else. Everybody may open it.",
        "verification": "Who says so: the owner itself, the secretariat, or somebody independent.",
    },
    "outcomes.report": {
        "title": "As on its first page.",
        "published_month": "Any day of the month that is printed on it.",
        "disclaimer": "Empty until it is published: then the convener's is copied.",
    },
    "outcomes.reportsection": {
        "kind": "A text, or the place where the takeaways and actions stand.",
        "title": "Its heading; readers find it in the contents.",
        "slug": "What its page is called; empty, it is made of the title.",
        "position": ORDER,
    },
    "outcomes.round": {
        "takeaway_prompt": "What everybody in the room is asked first.",
        "action_prompt": "What they are asked then.",
        "session": "Empty: for the whole event.",
        "opens_at": "Empty: not opened yet. On the desk one button opens it.",
        "closes_at": "Empty: until somebody closes it.",
    },
}


class Helped(BaseModelAdmin):
    """An admin or inline whose fields say what to write there."""

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        words = HELP.get(db_field.model._meta.concrete_model._meta.label_lower, {}).get(db_field.name)
        if words:
            kwargs.setdefault("help_text", words)
        return super().formfield_for_dbfield(db_field, request, **kwargs)
