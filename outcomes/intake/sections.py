"""From blocks to proposals: which heading opens a list, what is an item of it, where it ends.

The rules, so that a preview can be explained:

* A list begins under a heading that names takeaways or actions (`words`). It ends at the next heading of its level, at
  a heading such as Notes, and at a byline, disclaimer, newsletter, copyright, cookie or share line. A heading that
  names both kinds opens nothing.
* Bullets and numbers are items. A nested bullet belongs to the item above it and is joined to it (after "; " unless
  the words before end in punctuation or the sentence runs on into the first). Where the outer bullet only names a
  group ("For States:") and the nested ones begin with a capital, it is a heading and each nested one is an item.
* Without any bullet, short paragraphs are items; running text never is.
* "Recommendation 2:" before an item in an open list is its mark, as "2." would be.
* On the heading's own line ("Actions: publish; convene") the parts between semicolons are items.
* A sub-heading stays in the list if it is of a lower level, ends in a colon, begins like one ("For States", "In the
  short term"), or if such sub-headings divide the list from its beginning.
"""

import re
from dataclasses import dataclass, field, replace

from .blocks import Block
from .lines import BOLD, UNMARKED
from .result import Heading, Intake, Leftover, Proposal
from .words import CLOSING, NOTHING, Reading, aside, fold, is_byline, is_name, understand

LONE_LENGTH, LONE_WORDS = 80, 10
TITLE_LENGTH, TITLE_WORDS = 120, 16
ITEM_LENGTH = 400  # the longest paragraph without a bullet that can be an item
ITEM_WORDS = 3
LABEL_LENGTH = 80
LEAD_INS = frozenset(
    "that to following include includes including included were are is recommend recommended recommends agreed noted "
    "should could must by with que à a suivants suivantes siguientes recommande recommandent recomienda"
    " son sont".split()
)

_GROUP = re.compile(
    r"(?:for|to|on|by|at|in|within|between|short|medium|long|immediate|national|regional|international|global|local|"
    r"pour|aux?|à|sur|dans|en|par|para|a|al|sobre|por)\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?][”\")]?\s+[“\"(]?[A-ZÀ-Þ]")
_LINK = re.compile(r"(?:https?://|www\.)\S+")
_JOINED = tuple(":;,.!?…–—")


@dataclass(slots=True)
class Group:
    """The part of a list under one printed heading."""

    heading: str
    blocks: list[Block] = field(default_factory=list)


@dataclass(slots=True)
class Section:
    """A list in the making."""

    heading: str
    meaning: str
    weak: bool = False
    level: int = UNMARKED
    series: tuple[tuple[str, int], ...] = ()
    place: int = 0  # of its heading among the headings seen
    grouped: bool = False
    inline: bool = False
    groups: list[Group] = field(default_factory=list)

    @property
    def blocks(self) -> list[Block]:
        return [block for group in self.groups for block in group.blocks]

    def has_bullets(self) -> bool:
        return any(block.kind == "bullet" for group in self.groups for block in group.blocks)

    def is_empty(self) -> bool:
        return not any(group.blocks for group in self.groups)


def interpret(blocks: list[Block]) -> Intake:
    """Return the proposals, leftovers and headings of a document's blocks, each list in the order of the source."""
    return _Interpreter(blocks).run()


class _Interpreter:
    def __init__(self, blocks: list[Block]):
        self.blocks = blocks
        self.section: Section | None = None
        self.outside = "before the first heading"  # why text outside a list is left over
        self.proposals: list[Proposal] = []
        self.leftovers: list[Leftover] = []
        self.headings: list[Heading] = []

    def run(self) -> Intake:
        following = _following(self.blocks)
        for index, block in enumerate(self.blocks):
            above = self.blocks[index - 1] if index else None
            self.place(block, above, following[index])
        self.close()
        for found in (self.proposals, self.leftovers, self.headings):
            found.sort(key=lambda part: part.line)
        return Intake(self.proposals, self.leftovers, self.headings)

    # One block

    def place(self, block: Block, above: Block | None, following: Block | None) -> None:
        if not block.text:
            return self.leave(block, "a bullet without text")
        if block.why:
            return self.leave(block, block.why)
        reading = self.read(block, above, following)
        if reading.rest and self.is_labelled(reading):
            self.section.groups[-1].blocks.append(Block("bullet", block.line, [reading.rest]))  # type: ignore[union-attr]
            return None
        if reading.meaning:
            return self.open(block, reading)
        if self.is_next_chapter(block):
            return self.end(block)
        if block.kind == "bullet" and not self.is_numbered_heading(block, following):
            return self.keep(block)
        if block.kind != "bullet" and self.put_aside(block, following):
            return None
        if block.kind == "heading":
            return self.divide(block, following)
        if block.kind == "bullet" or (
            is_lone(block, outside=self.section is None) and not _credits_quote(block, above)
        ):
            return self.lone(block, following)
        return self.keep(block)

    def read(self, block: Block, above: Block | None, following: Block | None) -> Reading:
        """Read the block as a heading. A bullet is one only by its exact words, and never one among its like."""
        text = block.text
        if block.kind == "bullet":
            if (following and _is_sibling(block, following)) or (
                self.section is None and block.series and above and _is_sibling(above, block)
            ):
                return NOTHING
            reading = understand(text)
            return NOTHING if reading.rest else reading
        marked = block.kind == "heading"
        reading = understand(text, tail=marked or is_lone(block), marked=marked)
        if reading.rest and following and following.kind == "bullet" and is_title(reading.rest):
            return Reading(reading.meaning, reading.weak, label=text)  # "Takeaways: Session 2" above a list
        return reading

    def is_labelled(self, reading: Reading) -> bool:
        """Whether a line in an open list is one of its items with a label: "Recommendation 3: publish"."""
        section = self.section
        return (
            section is not None
            and section.meaning == reading.meaning
            and not section.inline
            and fold(reading.label)[-1:].isdecimal()
        )

    def open(self, block: Block, reading: Reading) -> None:
        """Begin the list that a heading announces, or what comes after the lists."""
        label = reading.label
        self.close()
        self.headings.append(Heading(label, block.line, reading.meaning))
        if reading.meaning == "end":
            self.outside = f"under the heading “{label}”"
            return
        level = block.level if block.kind == "heading" else UNMARKED
        self.section = Section(label, reading.meaning, reading.weak, level, block.series, len(self.headings) - 1)
        self.section.groups.append(Group(label))
        if reading.rest:
            self.inline(block, reading)

    def inline(self, block: Block, reading: Reading) -> None:
        """Take the items that stand on their heading's line."""
        section = self.section
        assert section is not None  # noqa: S101
        section.inline = True
        parts = [part for part in (part.strip() for part in reading.rest.split(";")) if part]
        kind = _KIND.get(section.meaning)
        if not kind or section.weak or any(len(part) > ITEM_LENGTH for part in parts):
            self.leftovers.append(
                Leftover(reading.rest, block.line, f"running text under the heading “{section.heading}”")
            )
            return
        self.proposals += [Proposal(kind, part, section.heading, block.line) for part in parts]

    def put_aside(self, block: Block, following: Block | None) -> bool:
        """Leave what belongs to the page or report, not to its argument; the closing ones end the list."""
        what = aside(block.text)
        if not what and len(block.text) < LONE_LENGTH and block.kind == "paragraph" and following:
            what = "the byline" if is_name(block.text) and is_byline(following.text) else ""
        if not what:
            return False
        self.leave(block, what)
        if what in CLOSING:
            self.close()
            self.outside = f"after {what}"
        return True

    def divide(self, block: Block, following: Block | None) -> None:
        """Place a heading that the source marks and that names neither kind."""
        section = self.section
        if section is None:
            return self.end(block)
        if section.level == block.level == BOLD:
            return self.lone(block, following)
        if block.level > section.level or (block.level <= BOLD and _begins_group(block.text)):
            return self.group(block)
        return self.end(block)

    def lone(self, block: Block, following: Block | None) -> None:
        """Place a line that stands alone: the heading of a group, of another chapter, or a short paragraph."""
        section = self.section
        if section is None:
            return self.end(block) if following or block.kind == "heading" else self.keep(block)
        text, bullets = block.text, section.has_bullets()
        if following and following.kind == "bullet":
            if text.endswith((":", "：")) and _leads_in(text):
                return self.keep(block)  # a lead-in: "Participants agreed on the following:"
            if section.is_empty() or section.grouped or text.endswith((":", "：")) or _begins_group(text):
                section.grouped = section.grouped or not bullets
                return self.group(block)
            if _only_leads_in(section):
                section.grouped = True
                return self.group(block)
            return self.end(block)
        if following and is_prose(following) and not section.is_empty():
            return self.end(block)
        if block.kind == "heading":
            return self.end(block) if bullets else self.group(block)
        return self.keep(block)

    def group(self, block: Block) -> None:
        section = self.section
        assert section is not None  # noqa: S101
        self.headings.append(Heading(block.text, block.line, "group"))
        section.groups.append(Group(block.text))

    def end(self, block: Block) -> None:
        """Place a heading of something else."""
        self.close()
        self.headings.append(Heading(block.text, block.line, "other"))
        self.outside = f"under the heading “{block.text}”"

    def keep(self, block: Block) -> None:
        """Put a bullet or paragraph into the list that is open; outside of one it is left over."""
        if block.kind == "bullet" and aside(block.text, bullet=True):
            self.leave(block, "a disclaimer")
        elif self.section is None:
            self.leave(block, self.outside)
        else:
            self.section.groups[-1].blocks.append(block)

    def leave(self, block: Block, why: str) -> None:
        self.leftovers.append(Leftover(block.text or block.style[:1], block.line, why))

    def is_next_chapter(self, block: Block) -> bool:
        """Whether `block` is "3. Somebody" after a list under "2. Takeaways", not the third item of that list."""
        section = self.section
        if (
            section is None
            or block.kind != "bullet"
            or not section.series
            or not block.series
            or not is_title(block.text)
        ):
            return False
        (name, place), (own, value) = section.series[0], block.series[0]
        if name != own or value != place + 1:
            return False
        return not any(item.series and item.series[0] == (name, place) for item in section.blocks)

    def is_numbered_heading(self, block: Block, following: Block | None) -> bool:
        """Whether a numbered line outside the lists is a chapter's heading: "4. The panel" above a paragraph."""
        return bool(
            self.section is None
            and block.series
            and is_title(block.text)
            and following
            and following.kind == "paragraph"
            and following.gap
        )

    # A whole list

    def close(self) -> None:
        """Turn the open list into proposals and leftovers."""
        section, self.section = self.section, None
        if section is None:
            return
        before = len(self.proposals)
        self.settle(section)
        if section.meaning in _KIND and len(self.proposals) == before and not section.inline:
            self.headings[section.place] = replace(self.headings[section.place], meaning="empty")

    def settle(self, section: Section) -> None:
        under = f"under the heading “{section.heading}”"
        self.outside = under
        kind = _KIND.get(section.meaning)
        if kind is None:
            for block in section.blocks:
                self.leave(block, f"{under}, which names both takeaways and actions")
            return
        if section.has_bullets():
            outermost = min(block.depth for block in section.blocks if block.kind == "bullet")
            for group in section.groups:
                self.bullets(kind, group, outermost)
        elif section.inline or section.weak or not _are_items(section.blocks):
            for block in section.blocks:
                self.leave(block, f"running text {under}")
        else:
            for group in section.groups:
                for block in group.blocks:
                    if _is_item(block):
                        self.proposals.append(Proposal(kind, block.text, group.heading, block.line))
                    else:
                        self.leave(block, f"too short for an item, {under}")

    def bullets(self, kind: str, group: Group, outermost: int) -> None:
        heading = group.heading
        item: list[Block] = []
        for block in [*group.blocks, None]:
            if block is not None and block.kind == "bullet" and item and block.depth > outermost:
                item.append(block)
                continue
            if block is not None and block.kind == "paragraph":
                self.leave(block, f"a paragraph among the items under the heading “{heading}”")
                continue
            if item:
                self.item(kind, item, heading)
            item = [] if block is None else [block]

    def item(self, kind: str, blocks: list[Block], heading: str) -> None:
        """Propose an outer bullet with the bullets nested in it."""
        first, *nested = blocks
        if nested and _names_group(first, nested):
            self.headings.append(Heading(first.text, first.line, "group"))
            inner = min(block.depth for block in nested)
            self.bullets(kind, Group(first.text, nested), inner)
            return
        if _LINK.fullmatch(first.text) and not nested:
            self.leave(first, "a link")
            return
        text = first.text
        for block in nested:
            runs_on = text.endswith(_JOINED) or (block is nested[0] and _first_letter(block.text).islower())
            text += (" " if runs_on else "; ") + block.text
        self.proposals.append(Proposal(kind, text, heading, first.line))


_KIND = {"takeaways": "takeaway", "actions": "action"}


def is_title(text: str, length: int = LONE_LENGTH, words: int = LONE_WORDS) -> bool:
    """Whether `text` could be a heading: short, no full stop, beginning with a capital, a number, a caseless letter."""
    if len(text) > length or len(text.split()) > words or text.endswith((".", "!", "?", ";", ",", "”", '"', "…")):
        return False
    first = next((c for c in text if c.isalnum()), "")
    return bool(first) and not first.islower() and not _LINK.search(text)


def is_lone(block: Block, *, outside: bool = False) -> bool:
    """Whether a paragraph could be a heading that the source does not mark. Outside of a list a long title could be."""
    if block.kind != "paragraph" or len(block.parts) > 1:
        return False
    return is_title(block.text, TITLE_LENGTH, TITLE_WORDS) if outside else is_title(block.text)


def is_prose(block: Block) -> bool:
    """Whether a paragraph is running text rather than one point."""
    return block.kind == "paragraph" and (len(block.text) > 200 or bool(_SENTENCE_END.search(block.text)))


def _following(blocks: list[Block]) -> list[Block | None]:
    """Return for each block the next that is not a table, caption or the like."""
    after: list[Block | None] = [None] * len(blocks)
    following = None
    for index in range(len(blocks) - 1, -1, -1):
        after[index] = following
        if not blocks[index].why:
            following = blocks[index]
    return after


def _is_sibling(block: Block, following: Block) -> bool:
    """Whether the next block is the next item of the same list."""
    if following.kind != "bullet" or following.style != block.style or following.depth != block.depth:
        return False
    places = dict(following.series)
    return not block.series or any(places.get(name) == place + 1 for name, place in block.series)


def _credits_quote(block: Block, above: Block | None) -> bool:
    """Whether a line names the speaker of the quotation right above it."""
    return bool(
        above and not above.why and above.text.startswith(("“", '"', "«")) and above.text.endswith(("”", '"', "»"))
    )


def _begins_group(text: str) -> bool:
    return bool(_GROUP.match(text))


def _leads_in(text: str) -> bool:
    """Whether a line ending in a colon is the beginning of the items' sentence rather than the name of a group."""
    words = text.rstrip(" :：").casefold().split()
    return words[-1] in LEAD_INS or (len(words) > 4 and not _begins_group(text))


def _only_leads_in(section: Section) -> bool:
    """Whether nothing but introductory paragraphs stands in the list so far."""
    return not section.has_bullets() and len(section.blocks) <= 2


def _names_group(first: Block, nested: list[Block]) -> bool:
    """Whether an outer bullet is the name of a group and each bullet nested in it stands by itself."""
    label = first.text
    if len(label) > LABEL_LENGTH or not (label.endswith((":", "：")) or (len(label.split()) <= 6 and is_title(label))):
        return False
    words = sum(len(block.text.split()) for block in nested)
    return not any(_first_letter(block.text).islower() for block in nested) and words >= 4 * len(nested)


def _first_letter(text: str) -> str:
    return next((c for c in text if c.isalpha()), "")


def _are_items(blocks: list[Block]) -> bool:
    """Whether paragraphs without bullets are a list: each of them short, and not a single passage of prose."""
    if not blocks or any(len(block.text) > ITEM_LENGTH for block in blocks):
        return False
    prose = sum(is_prose(block) for block in blocks)
    return prose == 0 if len(blocks) == 1 else prose * 2 <= len(blocks)


def _is_item(block: Block) -> bool:
    text = block.text
    if text.endswith((":", "：")) or _LINK.fullmatch(text):
        return False
    return len(text.split()) >= ITEM_WORDS or (not fold(text).isascii() and len(text) >= 8)
