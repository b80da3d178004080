"""JSON and XML of strangers, read within limits: a small file must not grow into a large one in memory."""

import json
import re
from dataclasses import dataclass, field
from xml.parsers import expat

from events.importing.agenda import AgendaError

MAX_BYTES = 6 * 1024 * 1024
MAX_DEPTH = 40
MAX_PARTS = 150_000  # objects and lists, or elements
MAX_VALUES = 400_000
MAX_ATTRIBUTES = 10_000

NO_JSON = "This file is not what its name says: it cannot be read as JSON. Export it again."
NO_XML = "This file is not what its name says: it cannot be read as XML. Export it again."
HOSTILE = "This file is built in a way that no programme is ({}), so it was not opened."
_LONG_TAG = re.compile(rb"<[^<]{50000,}")


def check_size(data: bytes) -> None:
    """Refuse what no programme needs."""
    if not data.strip():
        raise AgendaError("This file is empty.")
    if len(data) > MAX_BYTES:
        raise AgendaError(
            f"This file is larger than {MAX_BYTES // 1024 // 1024} MB. Export one event, or one day, at once."
        )


def decoded(data: bytes) -> str:
    """Return the text of a file in UTF-8, or in Western European letters where it is not."""
    if b"\0" in data:
        raise AgendaError("This file is not a text: it cannot be read as an agenda.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def parse_json(data: bytes):
    """Return what a JSON file holds."""
    if data.count(b"{") + data.count(b"[") > MAX_PARTS or data.count(b",") > MAX_VALUES:
        raise AgendaError(HOSTILE.format("too many parts in it"))
    try:
        found = json.loads(decoded(data))
    except RecursionError:
        raise AgendaError(HOSTILE.format("too many parts inside one another")) from None
    except ValueError:
        raise AgendaError(NO_JSON) from None
    _check_depth(found)
    return found


def _check_depth(found) -> None:
    here, depth = [found], 0
    while here:
        depth += 1
        if depth > MAX_DEPTH:
            raise AgendaError(HOSTILE.format(f"more than {MAX_DEPTH} parts inside one another"))
        here = [
            value
            for one in here
            if isinstance(one, (dict, list))
            for value in (one.values() if isinstance(one, dict) else one)
            if isinstance(value, (dict, list))
        ]


def dicts(value) -> list[dict]:
    """Return the objects in a value that ought to be a list of them."""
    found = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [one for one in found if isinstance(one, dict)]


def as_dict(value) -> dict:
    """Return a value that ought to be an object, or an empty one."""
    return value if isinstance(value, dict) else {}


@dataclass
class Element:
    """An XML element: its name without a namespace, attributes, elements in it and its own text."""

    name: str
    attributes: dict[str, str]
    elements: list["Element"] = field(default_factory=list)
    text: str = ""

    def all(self, *names: str) -> list["Element"]:
        return [one for one in self.elements if one.name in names]

    def first(self, name: str) -> "Element":
        """The first element of that name, or an empty one."""
        return next(iter(self.all(name)), Element(name, {}))

    def words(self, name: str) -> str:
        return self.first(name).text.strip()


def parse_xml(data: bytes) -> Element:
    """Return the root of an XML file. A document type, and with it every entity, is refused unread."""
    if any(found[0].count(b"=") > MAX_ATTRIBUTES for found in _LONG_TAG.finditer(data)):
        raise AgendaError(HOSTILE.format(f"more than {MAX_ATTRIBUTES:,} attributes on one element"))
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    root = Element("", {})
    stack, count = [root], 0
    texts: list[list[str]] = [[]]

    def start(name, attributes):
        nonlocal count
        count += 1
        if count > MAX_PARTS:
            raise AgendaError(HOSTILE.format("too many elements in it"))
        if len(stack) > MAX_DEPTH:
            raise AgendaError(HOSTILE.format(f"more than {MAX_DEPTH} elements inside one another"))
        plain = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        element = Element(name.rpartition(" ")[2], plain)
        stack[-1].elements.append(element)
        stack.append(element)
        texts.append([])

    def end(name):
        stack.pop().text = "".join(texts.pop())

    def refuse(*_):
        raise AgendaError(HOSTILE.format("a document type declaration in it"))

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = lambda words: texts[-1].append(words)
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError):
        raise AgendaError(NO_XML) from None
    return root.elements[0]
