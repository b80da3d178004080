"""What a document says, as plain dataclasses: both writers print this and nothing else."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Literal

from outcomes.documents.blocks import Block, text_of

WRITTEN_AS = 1  # raise it whenever documents come to look different: kept ones are then made anew


@dataclass(frozen=True)
class Logo:
    """A partner's logo: where it is stored, and what it shows in words."""

    stored: str
    alt: str


@dataclass(frozen=True)
class Partners:
    """Who had a role: “Convener”, and their names."""

    role: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Takeaway:
    """A key message as printed."""

    mark: str  # "T3"
    reference: str  # "WP3348-T3"
    text: str
    href: str


@dataclass(frozen=True)
class Word:
    """The last that was heard of an action."""

    on: str
    text: str


@dataclass(frozen=True)
class Action:
    """Something to be done, by whom, by when, and how far it is."""

    mark: str
    reference: str
    text: str
    href: str
    owners: tuple[str, ...]
    due: str
    progress: str
    last: Word | None = None


@dataclass(frozen=True)
class Takeaways:
    """Takeaways under one printed heading, or none."""

    items: tuple[Takeaway, ...]
    kind: Literal["takeaways"] = "takeaways"


@dataclass(frozen=True)
class Actions:
    """Actions under one printed heading, or none."""

    items: tuple[Action, ...]
    kind: Literal["actions"] = "actions"


Part = Block | Takeaways | Actions


@dataclass(frozen=True)
class Section:
    """A part with a heading of the first level."""

    title: str
    blocks: tuple[Part, ...]


@dataclass(frozen=True)
class Document:
    """The report of an event, or what came of it."""

    kind: str  # "Report", "Outcome document"
    title: str
    event: str  # the event's title where the document has one of its own, else ""
    reference: str
    dates: str
    place: str
    summary: str
    partners: tuple[Partners, ...]
    logos: tuple[Logo, ...]
    byline: str
    published: str  # "May 2024"
    language: str  # BCP 47
    has_contents: bool
    sections: tuple[Section, ...]
    about: Section  # attribution note, disclaimer, citation
    author: str  # the institution
    address: str
    file_name: str  # without an ending
    draft: str = field(default="")  # what stands on each page of a draft

    @property
    def fingerprint(self) -> str:
        """What changes whenever a document made of this would."""
        facts = json.dumps([WRITTEN_AS, asdict(self)], ensure_ascii=True, sort_keys=True)
        return hashlib.sha256(facts.encode()).hexdigest()[:40]

    @property
    def everything(self) -> tuple[Section, ...]:
        """All sections in their order."""
        return (*self.sections, self.about)

    @property
    def text(self) -> str:
        """All that it says, a line each, in its order: what a reader of either file must find there."""
        lines = [self.kind, self.reference, self.title, self.event, self.dates, self.place, self.summary]
        for partners in self.partners:
            lines += [partners.role, *partners.names]
        lines += [self.byline, self.published]
        for section in self.everything:
            lines.append(section.title)
            for part in section.blocks:
                lines.append(part_text(part))
        return "\n".join(line for line in lines if line)


def part_text(part: Part) -> str:
    """Return what a part of a section says, a line each."""
    match part:
        case Takeaways():
            return "\n".join(f"{item.mark}\n{item.text}" for item in part.items)
        case Actions():
            return "\n".join(_of_action(item) for item in part.items)
    return text_of((part,))


def _of_action(item: Action) -> str:
    last = f"{item.last.on}: {item.last.text}" if item.last else ""
    lines = (item.mark, item.text, last, *item.owners, item.due, item.progress)
    return "\n".join(line for line in lines if line)


@dataclass(frozen=True)
class Made:
    """A document as a file."""

    content: bytes
    pages: int | None  # nobody knows of a Word file before it is opened
