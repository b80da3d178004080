"""Differences between two wordings, word by word."""

import difflib
import re
from typing import NamedTuple

# A token is a word (one character where a script writes without spaces) or a sign, with the white space before it.
_TOKEN = re.compile(r"\s*(?:[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+|[^\w\s])|\s+$")


class Part(NamedTuple):
    """A stretch of text and what became of it: "kept", "removed" or "added"."""

    fate: str
    text: str


def differences(before: str, after: str) -> list[Part]:
    """Return the parts of both texts in reading order.

    The kept and removed ones joined make `before`, the kept and added ones `after`.
    """
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    parts = []
    for operation, i, j, k, m in difflib.SequenceMatcher(None, old, new).get_opcodes():
        if operation == "equal":
            parts.append(Part("kept", "".join(old[i:j])))
            continue
        if i < j:
            parts.append(Part("removed", "".join(old[i:j])))
        if k < m:
            parts.append(Part("added", "".join(new[k:m])))
    return parts
