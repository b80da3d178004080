"""The text of one cell, so that a spreadsheet shows it and never runs it, and so that it comes back as it was.

Exports write `neutralise(text)`, imports read `restore(text)`: for every text the second undoes the first.
"""

import re

# What makes a spreadsheet take a text for a formula, and the mark itself: else "'=x" could not be told from "=x".
_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")


def neutralise(text: str) -> str:
    """Return `text` with an apostrophe before it where a spreadsheet could take it for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def restore(text: str) -> str:
    """Return what `neutralise` was given. A text that needed no mark is as it was."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text, 1) else text
