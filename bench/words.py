"""Made-up sentences about policy, each with its words as the search index has them."""

import random

from bench.names import COMMON_WORD, RARE_WORD
from events.search import indexed

POOL = 20_000  # different sentences
NAMES = 3_000  # different made-up proper names

ACTORS = (
    """
States|Regional organisations|The secretariat|Small delegations|Donors|Technical experts|Coast guards|Border agencies
Port authorities|National focal points|Operators of networks|Insurers|Universities|Parliaments|Municipalities
Standards bodies|Civil society groups|The convening institutions|Hospitals|Observers|Young negotiators|Laboratories
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
VERBS = """
publish|share|review|test|fund|map|translate|compare|update|pilot|adopt|discuss|prepare|coordinate|simplify|repeat
strengthen|extend|document|schedule|evaluate|harmonise|archive|explain|rehearse
""".split()
ADJECTIVES = (
    """
voluntary|annual|regional|practical|shared|plain|early|joint|technical|modest|open|binding|quarterly|national|measurable
bilingual|independent|gradual|transparent|low-cost|detailed|discreet|seasonal|interim|draft
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
NOUNS = (
    """
registers of contacts|notification procedures|baselines|training courses|checklists|incident reports|legal opinions
exercises|inventories|hotlines|maps of responsibilities|exchange visits|workshops|glossaries|data sheets|timetables
risk assessments|funding windows|inspection manuals|travel grants|early warning messages|codes of conduct|surveys
mentoring schemes|model clauses|transit rules|export forms|emergency stocks|archives|observation missions
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
TAILS = (
    """
before the next review meeting|with partners in the region|within twelve months|at no cost to small delegations
where resources allow|as a first step|under the lead of the host|in at least three languages|without new institutions
and report on progress|so that trust can grow|together with the private sector|after each exercise|on a trial basis
when a crisis begins|in the margins of the assembly|with support from universities|as was done in earlier rounds
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
OPENINGS = [
    "",
    "",
    "",
    "Participants agreed that ",
    "It was stressed that ",
    "Several delegations noted that ",
    "Overall, ",
]
HEADINGS = [
    *("Priorities", "Transparency", "Capacity", "Regional steps", "Follow-up", "Legal questions", "Finance"),
    *("Education", "Early warning", "Partnerships", "Monitoring", "Next steps"),
]

_START, _END = "b br d dr f g gr h k kl l m n p pr r s st t tr v z".split(), "a an ar e el en i in o or u un".split()


def names(rng: random.Random, number: int) -> list[str]:
    """Return made-up proper names, such as "Velmor": the many words of which each is in few texts."""
    made: dict[str, None] = {}
    while len(made) < number:
        made["".join(rng.choice(_START) + rng.choice(_END) for _ in range(rng.choice((2, 3, 3)))).title()] = None
    return list(made)


class Texts:
    """Sentences to draw from."""

    def __init__(self, rng: random.Random, pool: int = POOL):
        self.rng, self.names = rng, names(rng, NAMES)
        self.sentences = [(text, indexed(text)) for text in (self._sentence() for _ in range(pool))]

    def _sentence(self) -> str:
        pick = self.rng.choice
        actor = pick(ACTORS) if self.rng.random() < 0.8 else f"The {pick(self.names)} group"
        opening = pick(OPENINGS)
        actor = actor[0].lower() + actor[1:] if opening else actor
        noun = f"{pick(ADJECTIVES)} {pick(NOUNS)}"
        if self.rng.random() < 0.18:
            noun += f" for {COMMON_WORD}"
        if self.rng.random() < 0.4:
            noun += f" of the {pick(self.names)} process"
        return f"{opening}{actor} should {pick(VERBS)} and {pick(VERBS)} {noun} {pick(TAILS)}."

    def draw(self, *, rare: bool = False) -> tuple[str, str]:
        """Return a text of two to four sentences and its words for the index."""
        drawn = self.rng.choices(self.sentences, k=self.rng.choice((2, 2, 3, 4)))
        if rare:
            drawn.append((f"The {RARE_WORD} was cited as a precedent.", f"the {RARE_WORD} was cited as a precedent"))
        return " ".join(text for text, _ in drawn), " ".join(words for _, words in drawn)

    def paragraphs(self, number: int) -> str:
        """Return text for the body of a page."""
        return "\n\n".join(self.draw()[0] for _ in range(number))
