"""A dialogue that never took place, with a closing round to try the desk on. Everything here is made up."""

import datetime as dt
from typing import Any

from django.utils import timezone

EVENT: dict[str, Any] = {
    "slug": "exercise-lighthouse",
    "title": "Exercise Lighthouse: who calls whom in the first hours (made up for this demonstration)",
    "format": "scenario_exercise",
    "time_zone": "Europe/London",
    "attribution": "chatham_house",
    "summary": (
        "A made-up dialogue with a closing round that is open: scan its code with a phone, write one takeaway and one "
        "action, and see them arrive on the rapporteur's desk. Nobody took part in it and nothing was agreed."
    ),
}
SESSION = "Closing plenary: what each of us takes home"


def day() -> dt.date:
    """The day of the made-up dialogue: today, so that its round may be open."""
    return timezone.localdate()


# Takeaway, action, type of actor.
CONTRIBUTIONS = [
    # contacts that answer
    (
        "A point of contact only helps if somebody has called it before the incident.",
        "Call every number on our list once a quarter.",
        "state",
    ),
    (
        "Points of contact must be called before an incident, not during one.",
        "Test our list of contacts every three months.",
        "state",
    ),
    (
        "The list of contacts was out of date within a year.",
        "Check the contact list twice a year and say when it was last checked.",
        "regional_organisation",
    ),
    (
        "Nobody answered the hotline at night: a contact needs a deputy.",
        "Name a deputy for each point of contact.",
        "state",
    ),
    (
        "A hotline needs somebody who may decide, or it is an answering machine.",
        "Give whoever answers the hotline the right to decide.",
        "state",
    ),
    ("We found three different numbers for the same office.", "Keep one list of contacts, in one place.", "un_entity"),
    ("Contacts change with every election; lists do not.", "", "academia"),
    ("", "Call each point of contact once before the next meeting.", "technical_community"),
    ("Knowing the name behind a number made the second call easy.", "Let points of contact meet once a year.", "state"),
    # exercises
    ("An exercise shows in an hour what a paper hides for years.", "Run this exercise again in six months.", "state"),
    (
        "We learned most when the scenario went wrong.",
        "Repeat the exercise every year, each time with another fault.",
        "private_sector",
    ),
    (
        "Exercises should be short and often rather than long and rare.",
        "Hold a one-hour exercise every three months.",
        "technical_community",
    ),
    ("", "Publish the scenario so that others can run the exercise.", "academia"),
    (
        "The exercise worked because nobody was marked.",
        "Run the exercise in our own region, without marks.",
        "regional_organisation",
    ),
    ("Ministers should sit through one exercise themselves.", "Invite two ministers to the next exercise.", "state"),
    ("The second exercise of the day was twice as quick as the first.", "Repeat the exercise before memory fades.", ""),
    # those with few people
    (
        "Small States have three people for everything; lists of duties forget that.",
        "Share one on-call rota among neighbours.",
        "state",
    ),
    ("A small team cannot follow every forum.", "Share a rota with two neighbouring States.", "state"),
    (
        "Help is offered mostly to those who know how to ask for it.",
        "Write down in one page how to ask for help.",
        "donor",
    ),
    (
        "Training leaves with the person who was trained.",
        "Train teams, not persons, and do it again the year after.",
        "donor",
    ),
    (
        "Capacity-building works when it is asked for by those who need it.",
        "Ask what is needed before a project is planned.",
        "civil_society",
    ),
    ("Equipment without people to run it stands in a cupboard.", "", "private_sector"),
    (
        "Small States bring what large ones forget: how to do with little.",
        "Let a small State chair the next exercise.",
        "state",
    ),
    # words
    ("We used the word incident for five different things.", "Agree on a glossary of twenty words.", "academia"),
    (
        "Half of our delay was about words: incident, attack, event.",
        "Write a short glossary in plain language.",
        "state",
    ),
    (
        "Plain language is quicker than correct language.",
        "Put the first message into three plain sentences.",
        "civil_society",
    ),
    (
        "The first message decides how the night goes.",
        "Agree on a template for the first message.",
        "technical_community",
    ),
    ("", "Agree on a one-page template for the first message.", "state"),
    # trust
    ("Trust comes from having met, not from having signed.", "Meet once a year in person.", "state"),
    ("People call people they have met.", "Bring the same people together again next year.", "un_entity"),
    ("The coffee break solved what the plenary could not.", "", ""),
    (
        "Trust is built between incidents.",
        "Hold an informal call every month, with no agenda.",
        "regional_organisation",
    ),
    (
        "Openness about one's own mistakes made others open too.",
        "Publish one of our own mistakes and what we changed.",
        "private_sector",
    ),
    (
        "It takes years to build trust and one leak to lose it.",
        "Keep to the Chatham House Rule also afterwards.",
        "state",
    ),
    # languages
    ("Interpreters need the words a day before.", "Send the glossary to interpreters beforehand.", "intergovernmental"),
    (
        "One working language leaves half the room behind.",
        "Translate the contact sheet into six languages.",
        "civil_society",
    ),
    ("", "Offer the next exercise in two languages.", "academia"),
    # operators
    (
        "Operators of networks knew first and were asked last.",
        "Invite operators from the first hour.",
        "private_sector",
    ),
    ("Companies see the incident before any State does.", "Bring private operators into the first call.", "state"),
    (
        "Private operators want to help and do not know whom to call.",
        "Give operators one number to call.",
        "private_sector",
    ),
    (
        "The technical community repairs while others still discuss.",
        "Seat engineers and diplomats at one table.",
        "technical_community",
    ),
    ("Nobody in the room could say which hospital was affected.", "Keep a list of who runs what is critical.", "state"),
    (
        "Civil society noticed the outage through its own networks.",
        "Add civil society to the list of who is told.",
        "civil_society",
    ),
    # what may be shared
    (
        "Our lawyers need a day to say yes; the incident needs an hour.",
        "Clear with lawyers beforehand what may be shared.",
        "state",
    ),
    (
        "What may be shared should be settled before it is needed.",
        "Settle beforehand what may be shared with whom.",
        "intergovernmental",
    ),
    ("Secrecy was mostly habit.", "", "academia"),
    (
        "Sharing early and little is better than late and much.",
        "Share a first note within one hour, however short.",
        "technical_community",
    ),
    # positions
    ("Few States say in public how they read the law.", "Publish our national position.", "state"),
    ("A published position makes the next night calmer.", "Help two neighbours to publish their positions.", "state"),
    ("", "Collect published positions in one place.", "academia"),
    # one of a kind
    (
        "Measure what changed after a year, or this was a pleasant day.",
        "Report in a year on what each of us did.",
        "donor",
    ),
    (
        "The people who answer at night are rarely the people who are invited.",
        "Invite those who answer at night.",
        "technical_community",
    ),
    (
        "Journalists called within the hour, and nobody had been told to answer.",
        "Agree on who speaks to the press.",
        "media",
    ),
    ("Young colleagues asked the best questions.", "Keep two seats for people in their first year.", "other"),
    (
        "لا تفيد نقاط الاتصال إلا إذا جرى الاتصال بها قبل وقوع الحادث.",
        "اختبار قائمة جهات الاتصال كل ثلاثة أشهر.",
        "state",
    ),
    ("联络点只有在事件发生之前就联系过才有用。", "每季度测试一次联络名单。", "state"),
    (
        "We lost an hour over the Netzwerksicherheitsvorfallsmeldestellenzuständigkeitsverordnung and who applies it.",
        "Say in one sentence who is in charge.",
        "state",
    ),
    (
        "Silence from a neighbour was read as guilt and was a power cut.",
        "Agree that silence means nothing before the first hour is over.",
        "state",
    ),
]
