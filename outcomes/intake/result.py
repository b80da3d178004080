"""What reading a document gives back: proposals, leftovers and the headings that were seen."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from participants.importing.container import Unreadable


class IntakeError(Unreadable):
    """The document cannot be read. The message is for the person who chose the file: what is wrong, what to do."""


@dataclass(frozen=True)
class Proposal:
    """One proposed takeaway or action.

    `kind` is "takeaway" or "action". `text` is the printed wording, slips included: only the bullet mark is gone,
    wrapped lines are joined and each run of white space is one space. `heading` is the printed heading it stood
    under, the nearest one. `line` counts from 1: a line of a text or HTML file, a paragraph of a Word document.
    """

    kind: str
    text: str
    heading: str
    line: int


@dataclass(frozen=True)
class Leftover:
    """Text that was not proposed, where it begins (as in `Proposal.line`), and why, in plain words."""

    text: str
    line: int
    why: str


@dataclass(frozen=True)
class Heading:
    """A heading that was seen and what it was taken for.

    `meaning` is "takeaways", "actions", "both" (a title that names both kinds, so that a list right under it would
    be of neither), "empty" (it names one kind, but nothing under it is a list), "group" (a sub-heading inside a list),
    "end" (Notes, Contact and the like) or "other".
    """

    text: str
    line: int
    meaning: str

    UNDERSTOOD = {
        "takeaways": "a list of takeaways",
        "actions": "a list of actions",
        "both": "a title that names both takeaways and actions",
        "empty": "a heading of takeaways or actions, but with no list under it",
        "group": "a group inside the list above it",
        "end": "not a list of takeaways or actions: it ends one",
        "other": "not a heading of takeaways or actions",
    }

    @property
    def understood(self) -> str:
        """The meaning as words for a preview."""
        return self.UNDERSTOOD[self.meaning]


@dataclass(frozen=True)
class Intake:
    """A document, taken apart: every printed word is in exactly one of the three lists, each in the source's order."""

    proposals: list[Proposal] = field(default_factory=list)
    leftovers: list[Leftover] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)

    @property
    def takeaways(self) -> list[Proposal]:
        return [proposal for proposal in self.proposals if proposal.kind == "takeaway"]

    @property
    def actions(self) -> list[Proposal]:
        return [proposal for proposal in self.proposals if proposal.kind == "action"]

    def __iter__(self) -> Iterator[Proposal | Leftover | Heading]:
        """Everything in the order of the source, for a preview with line numbers."""
        parts: list[Proposal | Leftover | Heading] = [*self.headings, *self.proposals, *self.leftovers]
        return iter(sorted(parts, key=lambda part: part.line))
