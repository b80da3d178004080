"""Takeaways and actions out of a document as institutions really have it: plain text, a web page, a Word file.

    >>> intake = read(data, "report.docx")
    >>> intake.proposals, intake.leftovers, intake.headings

Nothing is written and nothing is fetched. Every word of the document is in one of the three lists; `sections` says by
which rules. Raises `IntakeError` with a message for the person who chose the file.
"""

from .blocks import Block, build
from .files import MAX_FILE, MAX_MARKUP, check_readable, decode, is_html, is_zip, suffix
from .lines import Line, clean, text_lines
from .result import Heading, Intake, IntakeError, Leftover, Proposal
from .sections import interpret
from .web_page import html_lines
from .word_file import docx_lines

__all__ = [
    "MAX_FILE",
    "Block",
    "Heading",
    "Intake",
    "IntakeError",
    "Leftover",
    "Proposal",
    "blocks",
    "read",
    "read_docx",
    "read_html",
    "read_text",
]


def read(data: bytes, name: str) -> Intake:
    """Read the bytes of a file: by what they are first, by the ending of `name` where that says more."""
    return _understood(_lines(data, name))


def blocks(data: bytes, name: str) -> list[Block]:
    """Return the headings, list items and paragraphs of a file, in its order."""
    return build(_some(_lines(data, name)))


def _lines(data: bytes, name: str) -> list[Line]:
    check_readable(data)
    if is_zip(data):
        return docx_lines(data)
    if suffix(name) in {".docx", ".docm", ".dotx"}:
        raise IntakeError("This file is named .docx but is not a Word document. Open it in Word and save it as .docx.")
    text = decode(data)
    return html_lines(clean(text, limit=MAX_MARKUP)) if is_html(text, name) else text_lines(clean(text))


def read_text(text: str) -> Intake:
    """Read plain text or Markdown. Line numbers are those that an editor shows."""
    return _understood(text_lines(clean(text)))


def read_html(html: str) -> Intake:
    """Read a web page. Its scripts and styles are passed over, its addresses never followed."""
    return _understood(html_lines(clean(html, limit=MAX_MARKUP)))


def read_docx(data: bytes) -> Intake:
    """Read a Word document. Lines are paragraphs counted from 1, those in tables and text boxes included."""
    return _understood(docx_lines(data))


def _understood(lines: list[Line]) -> Intake:
    return interpret(build(_some(lines)))


def _some(lines: list[Line]) -> list[Line]:
    if not lines:
        raise IntakeError("This document has no text in it.")
    return lines
