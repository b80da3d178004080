"""What is proposed out of pasted notes or a document, with what makes one doubt, before anybody accepts it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from events.naming import NameCheck
from outcomes import intake
from outcomes.models import TEXT_BUDGET, TEXT_LIMIT
from outcomes.places import Place
from participants.text import normalise

MOST = 150  # proposals a page can hold: a form takes a thousand fields
WORDS = 3  # fewer are no item


@dataclass(frozen=True)
class Offer:
    """One proposed item. `number` names it in the form; `is_placed` is false for what the reader could not place."""

    number: str
    kind: str
    text: str
    heading: str
    line: str
    key: uuid.UUID
    is_placed: bool = True
    doubts: list[str] = field(default_factory=list)
    problem: str = ""

    def with_problem(self, problems: Mapping[str, str]) -> "Offer":
        """Return it with why it could not be accepted, by its number."""
        return replace(self, problem=problems.get(self.number, ""))


def read(cleaned: Mapping, place: Place) -> tuple[list[Offer], int]:
    """Return what a PasteForm's data proposes for `place`, and how many more there were; raises IntakeError."""
    document = cleaned["document"]
    if document:
        found = intake.read(document.read(), document.name)
    else:
        found = intake.read_text(cleaned["notes"])
    doubts_about = _Doubts(place)
    offers: list[Offer] = []
    for part in found:
        if isinstance(part, intake.Heading) or len(part.text.split()) < WORDS:
            continue
        if isinstance(part, intake.Proposal):
            kind, heading, placed, doubts = part.kind, part.heading[:200], True, []
        else:
            kind, heading = ("action" if part.text.casefold().startswith("to ") else "takeaway"), ""
            placed = not found.proposals  # a list without headings is all there is
            doubts = ["No heading says what this is: check whether it is a takeaway or an action."]
        doubts += doubts_about(part.text)
        number = str(len(offers))
        offers.append(Offer(number, kind, part.text, heading, str(part.line), uuid.uuid4(), placed, doubts))
    offers.sort(key=lambda offer: not offer.is_placed)  # in the order of the source otherwise
    return offers[:MOST], max(len(offers) - MOST, 0)


def typed(data: Mapping, place: Place) -> list[Offer]:
    """Return the proposals that came back with a page, as they were changed there; what makes no sense is left out."""
    doubts_about = _Doubts(place)
    offers: list[Offer] = []
    for name in data:
        number = name.removeprefix("text-")
        if number == name or len(offers) == MOST:
            continue
        try:
            key = uuid.UUID(data.get(f"key-{number}", ""))
        except ValueError:
            continue
        text = data.get(name, "")
        kind = "action" if data.get(f"kind-{number}") == "action" else "takeaway"
        heading, line = data.get(f"heading-{number}", ""), data.get(f"line-{number}", "")
        placed = f"unplaced-{number}" not in data
        offers.append(Offer(number, kind, text, heading, line, key, placed, doubts_about(text)))
    return offers


class _Doubts:
    """What makes one doubt about a wording for `place`; what is there already and who may not be named is read once."""

    def __init__(self, place: Place):
        self.names = NameCheck(place.event, place.session)
        self.there = {normalise(text) for text in place.outcomes.order_by().values_list("text", flat=True)}

    def __call__(self, text: str) -> list[str]:
        found = []
        if normalise(text) in self.there:
            found.append("It is in the list already.")
        if len(text) > TEXT_LIMIT:
            found.append(f"{len(text)} characters: shorten it to {TEXT_LIMIT} before you add it.")
        elif len(text) > TEXT_BUDGET:
            found.append(f"{len(text)} characters: {TEXT_BUDGET} are what people read.")
        return found + self.names.advice(text)
