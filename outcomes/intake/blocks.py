"""From lines to blocks: wrapped lines are joined, bullet marks taken off, depths of nesting found."""

import itertools
from dataclasses import dataclass, field

from .lines import Line
from .marks import Mark, mark, surely_o
from .words import aside, is_name, understand

NO_WIDTH = 60  # columns that a line is taken to have where no wrapped line shows how wide the text is
NARROWEST = 30
WIDEST = 160  # nobody wraps lines further out than this


@dataclass(slots=True)
class Block:
    """A heading, a list item or a paragraph with all its lines. `kind` is "heading", "bullet" or "paragraph"."""

    kind: str
    line: int
    parts: list[str]
    level: int = 0
    depth: int = 0
    style: str = ""
    series: tuple[tuple[str, int], ...] = ()
    why: str = ""
    gap: bool = True
    indent: int = 0
    column: int = 0  # where a bullet's text begins
    _text: str | None = field(default=None, repr=False)

    def add(self, part: str) -> None:
        self.parts.append(part)
        self._text = None

    @property
    def text(self) -> str:
        """The block's words on one line. A line that ends in a hyphen is joined without a space."""
        if self._text is None:
            joined: list[str] = []
            for part in self.parts:
                words = " ".join(part.split())
                if joined and not (joined[-1][-1:] in "-‐" and joined[-1][-2:-1].isalpha() and words[:1].islower()):
                    joined.append(" ")
                joined.append(words)
            self._text = "".join(joined).strip()
        return self._text


def build(lines: list[Line]) -> list[Block]:
    """Return the blocks of a document in order; no word of `lines` is lost but the marks of bullets."""
    return _Builder(lines).run()


class _Builder:
    def __init__(self, lines: list[Line]):
        self.lines = lines
        self.blocks: list[Block] = []
        self.width = _wrap_width(lines)
        self.last: dict[str, int] = {}  # the place each counting has reached
        self.stack: list[tuple[int, str]] = []  # (indent, style) of the bullets around the current one
        self.previous = ""  # the line above

    def run(self) -> list[Block]:
        for index, line in enumerate(self.lines):
            self.place(line, index)
            self.previous = line.text
        return self.blocks

    def place(self, line: Line, index: int) -> None:
        above = self.blocks[-1] if self.blocks else None
        if line.why:
            self.add(Block("paragraph", line.number, [line.text], why=line.why))
        elif line.level:
            self.add(Block("heading", line.number, [line.text], level=line.level))
        elif line.depth is not None:
            found = mark(line.text)  # a sign typed into an item that is in a list already
            text = found.rest if found and not found.series and found.style != "o" and found.rest else line.text
            self.blocks.append(Block("bullet", line.number, [text], depth=line.depth, style=line.style))
        elif line.more and above and above.kind == "bullet":
            above.add(line.text)
        elif above and self.completes(above, line):
            above.add(line.text)
            above.column = line.indent
        elif found := self.mark_of(line, index):
            self.bullet(line, found)
        elif above and self.goes_on(above, line):
            above.add(line.text)
        else:
            self.add(Block("paragraph", line.number, [line.text], gap=line.gap, indent=line.indent))

    def completes(self, above: Block, line: Line) -> bool:
        """Whether `line` is the text of a mark that stood alone on its line."""
        return above.kind == "bullet" and not above.parts and not mark(line.text) and not _is_heading(line.text)

    def add(self, block: Block) -> None:
        self.stack.clear()
        self.blocks.append(block)

    def mark_of(self, line: Line, index: int) -> Mark | None:
        """Return the line's mark unless it is rather a word or number in a sentence that goes on here."""
        found = mark(line.text)
        if not found:
            return None
        if found.style == "o":
            around = self.lines[max(index - 1, 0) : index] + self.lines[index + 1 : index + 2]
            surely = line.gap or surely_o(line.text) or self.previous.endswith((".", ";", ":"))
            return (
                found if surely or any(near.text[:1] == "o" and near.text[1:2].isspace() for near in around) else None
            )
        if not found.series:
            return found
        follows = [name for name, place in found.series if self.last.get(name) == place - 1]
        if found.starts and not follows and not line.gap and found.style[0].isupper():
            return None  # "A. Name" at the beginning of a wrapped line
        plain = found.series[0][0] == "1"
        return found if found.starts or follows or (line.gap and plain) else None

    def bullet(self, line: Line, found: Mark) -> None:
        for name, place in found.series:
            self.last[name] = place
        block = Block(
            "bullet",
            line.number,
            [found.rest] if found.rest else [],
            depth=self.depth_of(line.indent, found.style),
            style=found.style,
            series=found.series,
            gap=line.gap,
            indent=line.indent,
            column=line.indent + len(line.text) - len(found.rest),
        )
        self.blocks.append(block)

    def depth_of(self, indent: int, style: str) -> int:
        """Nesting goes by indentation of two columns or more; on the same column only under a bullet ending in ":"."""
        stack = self.stack
        while stack and indent <= stack[-1][0] - 2:
            stack.pop()
        if not stack or indent >= stack[-1][0] + 2:
            stack.append((indent, style))
        elif style != stack[-1][1]:
            outer = next(
                (at for at, (column, name) in enumerate(stack) if name == style and abs(column - indent) < 2), None
            )
            if outer is not None:
                del stack[outer + 1 :]
            elif (
                self.blocks[-1].kind == "bullet"
                and self.blocks[-1].parts[-1:]
                and self.blocks[-1].parts[-1].endswith(":")
            ):
                stack.append((indent, style))
            else:
                stack[-1] = (stack[-1][0], style)
        return len(stack) - 1

    def goes_on(self, above: Block, line: Line) -> bool:
        """Whether `line`, which has no mark of its own, belongs to the block above it."""
        if above.kind == "heading" or above.why:
            return False
        if line.gap:
            return (
                above.kind == "bullet"
                and above.indent < line.indent
                and abs(line.indent - above.column) <= 1
                and not (above.parts and _is_heading(above.parts[0]))
                and line.text[-1] in '.;:!?)”"'
                and not aside(line.text)
                and not understand(line.text, tail=True).meaning
            )
        if len(above.parts) == 1 and above.parts[0].endswith((":", "：")) and _is_heading(above.parts[0], tail=True):
            return False
        if _begins_small(line.text):
            return True
        if above.kind == "bullet" and line.indent > above.indent:
            return not (line.text[-1] in ":：" and _is_heading(line.text))
        if _is_heading(line.text) or (len(above.parts) == 1 and _is_heading(above.parts[0], tail=True)):
            return False
        if self.previous[-1] in ".!?" and is_name(line.text):
            return False  # whoever wrote it, right under the last item
        return self.was_wrapped(line.text)

    def was_wrapped(self, text: str) -> bool:
        """Whether the line above ended because it was full: the first word of `text` had no room on it."""
        length = len(self.previous)
        word = text.split(maxsplit=1)[0]
        if self.width is None:
            return NO_WIDTH <= length <= WIDEST and self.previous[-1] not in ".!?"
        return length <= WIDEST and length + 1 + len(word) > self.width


def _wrap_width(lines: list[Line]) -> int | None:
    """Return the widest line that is certainly wrapped (the next begins with a small letter), None without one."""
    widest = 0
    for line, following in itertools.pairwise(lines):
        if not following.gap and widest < len(line.text) <= WIDEST and _begins_small(following.text):
            widest = len(line.text)
    return max(widest, NARROWEST) if widest else None


def _begins_small(text: str) -> bool:
    return next((c.islower() for c in text[:8] if c.isalpha()), False)


def _is_heading(text: str, *, tail: bool = False) -> bool:
    reading = understand(text, tail=tail)
    return bool(reading.meaning) and not reading.rest
