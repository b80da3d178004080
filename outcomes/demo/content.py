"""What is known of the two dialogues. No owner, date or name stands here that the public record does not give.

The wording of takeaways and actions is this project's own; quotes are words said on the record.
"""

import datetime as dt
from typing import Any

# Name, description, sub-themes.
THEMES = [
    (
        "Threats and emerging technology",
        "What endangers States and people online, and what new technology changes for them.",
        [],
    ),
    (
        "Norms of responsible State behaviour",
        "What States have agreed to do, and not to do, with information and communications technologies.",
        [],
    ),
    (
        "International law and State positions",
        "How existing law applies in cyberspace, and what States say publicly about it.",
        [],
    ),
    (
        "Confidence-building and transparency",
        "Contacts, openness and practice that keep a misunderstanding from becoming a crisis.",
        [],
    ),
    (
        "Capacity-building",
        "What States need to carry out what was agreed, and how others can help.",
        [
            "Policies and regulations",
            "Processes and structures",
            "Partnerships and networks",
            "People and skills",
            "Technology",
        ],
    ),
    ("Accountability and legitimacy", "Who answers for what happens in cyberspace, and by what right they act.", []),
    (
        "Human-centric security and human rights",
        "Security measured by what it means for people and their rights.",
        [],
    ),
    ("Gender and inclusion", "Who is in the room, who decides, and whom a policy reaches.", []),
    (
        "Multistakeholder participation",
        "The part of industry, civil society, academia and the technical community.",
        [],
    ),
    (
        "Regional organisations and cooperation",
        "What neighbours do together and what their organisations contribute.",
        [],
    ),
    (
        "Institutional dialogue and Programme of Action",
        "Where States talk about cyber security in the United Nations, and in what form they will go on.",
        [],
    ),
    ("National strategies and governance", "How a country organises its own cyber security.", []),
    (
        "Incident response and operational cooperation",
        "Who helps whom when something happens, and how they reach each other.",
        [],
    ),
    ("Measuring maturity", "How to tell how far a country has come.", []),
    ("Awareness and access to information", "What people can find out and understand about cyber security.", []),
]

# Name: short name, actor type, country, disclaimer of reports.
ORGANISATIONS = {
    "Wilton Park": (
        "",
        "state",
        "GB",
        (
            "This report is a short summary by the rapporteur, in a personal capacity. It is not a statement of "
            "policy and does not necessarily reflect the views of Wilton Park, of the Foreign, Commonwealth and "
            "Development Office or of any government that took part."
        ),
    ),
    "Foreign, Commonwealth and Development Office": ("FCDO", "state", "GB", ""),
    "Ministry of Foreign Affairs of Chile": ("", "state", "CL", ""),
    "United Nations Institute for Disarmament Research": ("UNIDIR", "un_entity", "", ""),
    "International Telecommunication Union": ("ITU", "un_entity", "", ""),
    "United Nations Development Programme": ("UNDP", "un_entity", "", ""),
    "Permanent Mission of Singapore to the United Nations": ("", "state", "SG", ""),
}

SERIES = (
    "Acting responsibly in cyberspace",
    "Dialogues at Wilton Park's invitation on what responsible behaviour in cyberspace asks of States and others.",
)

FIRST_EDITION: dict[str, Any] = {
    "slug": "acting-responsibly-in-cyberspace",
    "title": "Acting responsibly in cyberspace",
    "reference": "WP3146",
    "format": "dialogue",
    "starts_on": dt.date(2022, 11, 14),
    "ends_on": dt.date(2022, 11, 16),
    "attribution": "non_attributed",
    "summary": "The first of the dialogues in this series, with the Foreign, Commonwealth and Development Office.",
}

SECOND_EDITION: dict[str, Any] = {
    "slug": "acting-responsibly-in-cyberspace-ii",
    "title": "Acting responsibly in cyberspace II",
    "reference": "WP3348",
    "format": "dialogue",
    "starts_on": dt.date(2024, 4, 15),
    "ends_on": dt.date(2024, 4, 17),
    "time_zone": "America/Santiago",
    "city": "Santiago",
    "country": "CL",
    "attribution": "non_attributed",
    "summary": (
        "Three days in Santiago on accountability, legitimacy, transparency and inclusivity in cyberspace. In the "
        "closing round each participant was invited to offer one key takeaway and one key action."
    ),
}

CLOSING_ROUND = "Closing round: one takeaway and one action from each participant"

# Wording, themes.
TAKEAWAYS = [
    (
        "Talking to each other, and keeping channels open, makes States transparent and builds trust between them.",
        ["Confidence-building and transparency"],
    ),
    (
        (
            "Many States cannot follow every forum: cyber security is best discussed in the United Nations, as "
            "far as can be, and discussions elsewhere should say whether and how they connect to it."
        ),
        ["Institutional dialogue and Programme of Action"],
    ),
    (
        "Engagement with all stakeholders, not States alone, matters for what is decided and for what comes of it.",
        ["Multistakeholder participation"],
    ),
    (
        "Cyber security gains from an approach that puts people at its centre.",
        ["Human-centric security and human rights"],
    ),
    (
        (
            "Regional organisations are pivotal: they see threats and help in incidents, compare laws, policies and "
            "strategies, share good practice, build trust and run capacity-building projects."
        ),
        ["Regional organisations and cooperation"],
    ),
    (
        "Networks of people who work on cyber security need strengthening, inside each State and between States.",
        ["Incident response and operational cooperation"],
    ),
    (
        (
            "States and regions come to cyber security differently, so their needs and priorities differ, and "
            "that has to be recognised."
        ),
        ["Capacity-building"],
    ),
]

ACTIONS = [
    (
        (
            "Promote constructive dialogue on cyber security within civil society, among professionals of the "
            "field and between national agencies."
        ),
        ["Multistakeholder participation"],
    ),
    ("See to it that decisions on cyber security are taken by people who think differently.", ["Gender and inclusion"]),
    (
        (
            "Give stakeholders better representation, and a better part, in the United Nations processes on cyber "
            "governance."
        ),
        ["Multistakeholder participation", "Institutional dialogue and Programme of Action"],
    ),
    (
        "Develop national, regional and international measures by which cyber maturity can be assessed and compared.",
        ["Measuring maturity"],
    ),
    (
        "Publish State positions on cyber security, so that people at home and abroad can see where a State stands.",
        ["International law and State positions", "Confidence-building and transparency"],
    ),
    (
        "Make information and resources on cyber security easier to find and to use for everybody in society.",
        ["Awareness and access to information"],
    ),
]

REPORT: dict[str, Any] = {
    "title": "Acting responsibly in cyberspace II",
    "author": ("Russell Buchan", "", "", ""),
    "published_month": dt.date(2024, 6, 1),
    "sections": [
        ("Introduction", "text"),
        ("Cyber threats", "text"),
        ("Cyber governance", "text"),
        ("Cyber security and human-centrism", "text"),
        ("Next steps: takeaways and action", "outcomes"),
    ],
}

ROUNDTABLE: dict[str, Any] = {
    "slug": "global-roundtable-on-ict-security-capacity-building",
    "title": "Inaugural Global Roundtable on ICT Security Capacity-Building",
    "format": "roundtable",
    "starts_on": dt.date(2024, 5, 10),
    "ends_on": dt.date(2024, 5, 10),
    "time_zone": "America/New_York",
    "city": "New York",
    "country": "US",
    "attribution": "on_record",
    "summary": (
        "Convened by the Permanent Representative of Singapore as chair of the United Nations Open-Ended Working Group "
        "on security of and in the use of information and communications technologies. More than 50 States spoke."
    ),
    "body": (
        "The roundtable asked how capacity-building can help every State to secure its information and communications "
        "technologies. A signature panel was followed by two breakout groups and a closing plenary.\n\n"
        "Related publication: *Unpacking Cyber Capacity-Building Needs: Part I. Mapping the Foundational Cyber "
        "Capabilities* (UNIDIR)."
    ),
}

# Name, honorific, position and affiliation at the time.
SPEAKERS = [
    ("António Guterres", "", "Secretary-General", "United Nations"),
    ("Doreen Bogdan-Martin", "", "Secretary-General", "International Telecommunication Union"),
    ("Achim Steiner", "", "Administrator", "United Nations Development Programme"),
    ("Josephine Teo", "", "Minister for Communications and Information", "Singapore"),
]
CONVENER = ("Burhan Gafoor", "H.E.", "Permanent Representative to the United Nations; chair of the OEWG", "Singapore")
PANEL_MODERATOR = ("Robin Geiss", "", "Director", "UNIDIR")
GROUP_MODERATOR = ("Giacomo Persi Paoli", "", "", "UNIDIR")
GROUP_RAPPORTEUR = ("Lenka Filipová", "", "", "UNIDIR")
AMBASSADOR = (
    "Nathaniel C. Fick",
    "H.E.",
    "Ambassador-at-Large for Cyberspace and Digital Policy",
    "United States of America",
)

PANEL = "Building Cyber Resilience for Sustainable Development by Bridging the Global Capacity Gap"

# Number, title.
GROUPS = [
    ("1", "National cyber strategies, regulatory acts and governance structures"),
    ("2", "Operational and technical capacities, talent pipeline and partnerships"),
]

# Who, in which session (None: not said), their words.
QUOTES = [
    (
        SPEAKERS[0],
        "opening",
        "Peace and security in the physical world demand new approaches to peace and security in the digital world.",
    ),
    (
        PANEL_MODERATOR,
        "panel",
        (
            "We are here today because we recognize that no single entity, no single nation, can shoulder the "
            "burden of securing the ICT domain alone."
        ),
    ),
    (
        CONVENER,
        None,
        (
            "UNIDIR, given its vast expertise in this domain, is an indispensable partner for the work of the (cyber) "
            "OEWG."
        ),
    ),
    (
        AMBASSADOR,
        None,
        "UNIDIR’s report on unpacking cyber capacity needs provides important guidance on this topic.",
    ),
]

RECORDINGS = [
    (1, "https://webtv.un.org/en/asset/k18/k18of23xwc"),
    (2, "https://webtv.un.org/en/asset/k10/k100ujzq24"),
]

FOLLOW_UP: dict[str, Any] = {
    "text": "Issue a summary report of the roundtable.",
    "themes": ["Capacity-building"],
    "owner": "United Nations Institute for Disarmament Research",
    "update": (
        "Published in Geneva in 2024: “Accelerating ICT Security Capacity-Building: Takeaways from the Global "
        "Roundtable on ICT Security Capacity-Building”, by G. Persi Paoli, S. Dominioni, A. Rafiq and L. "
        "Filipová, UNIDIR."
    ),
}
