"""The ZIP container of a Word file, opened with care: everything is measured before it is unpacked.

A small file can unpack to gigabytes, name itself twice, or define entities that multiply. Word writes none of that, so
such a file is refused, within 2 seconds and 150 MB.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from posixpath import normpath
from typing import IO
from xml.parsers import expat

from .result import IntakeError

MAX_MEMBERS = 2_000
MAX_PART = 16 * 1024 * 1024  # bytes of one XML part, unpacked
MAX_XML = 48 * 1024 * 1024  # bytes of all of them
MAX_UNPACKED = 400 * 1024 * 1024  # bytes that all members say they have, pictures included; these are never unpacked
MAX_RATIO = 250  # a member over 1 MB that is packed tighter than this is a bomb
MAX_DEPTH = 200  # elements inside one another
MAX_ELEMENTS = 400_000  # in one part
MAX_ATTRIBUTES = 10_000  # of one element
CHUNK = 64 * 1024

NOT_WORD = (
    "This is not a Word document (.docx). Open it where it was written and save it as .docx, a web page or plain text."
)
DAMAGED = "This Word document is damaged and cannot be opened. Open it in Word, save it again as .docx and try again."
TOO_LARGE = "This Word document is too large. Save the pages with its outcomes as a document of their own."
HOSTILE = "This Word document is built in a way that Word never builds one ({}), so it was not opened."

_DOCTYPE = tuple("<!DOCTYPE".encode(codec) for codec in ("ascii", "utf-16-le", "utf-16-be"))
_LONG_TAG = re.compile(rb"<[^<]{50000,}")


@contextmanager
def opened(data: bytes) -> Iterator[tuple[zipfile.ZipFile, str]]:
    """Open a Word file and give the checked container and the name of its main part.

    Raises `IntakeError` for a file that is no Word document, is damaged, protected by a password or beyond the limits.
    """
    try:
        # The container's directory is read whole as soon as it is opened: count its entries before.
        if data.count(b"PK\x01\x02") > MAX_MEMBERS:
            raise IntakeError(HOSTILE.format(f"more than {MAX_MEMBERS:,} files in it"))
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield archive, _check(archive)
    except IntakeError:
        raise
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError, KeyError):
        raise IntakeError(DAMAGED) from None


def _check(archive: zipfile.ZipFile) -> str:
    """Check every member of the container against the limits and return the name of the main part."""
    members = archive.infolist()
    if len(members) != len(archive.NameToInfo):
        raise IntakeError(HOSTILE.format("two files of one name in it"))
    for member in members:
        if member.flag_bits & 1:
            raise IntakeError(
                "This document is protected by a password. Take the password off in Word and save it again."
            )
        if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise IntakeError(DAMAGED)
        if member.file_size > 1024 * 1024 and member.file_size > MAX_RATIO * max(member.compress_size, 1):
            raise IntakeError(HOSTILE.format("a small file in it unpacks to a huge one"))
    xml = [member for member in members if member.filename.lower().endswith((".xml", ".rels"))]
    if any(member.file_size > MAX_PART for member in xml) or sum(member.file_size for member in xml) > MAX_XML:
        raise IntakeError(
            "This Word document is too large. Save the pages with its outcomes as a document of their own."
        )
    if sum(member.file_size for member in members) > MAX_UNPACKED:
        raise IntakeError(HOSTILE.format("it unpacks to more than 400 MB"))
    main = _main_part(archive)
    if main not in archive.NameToInfo:
        raise IntakeError(NOT_WORD)
    for member in xml:
        _scan(archive, member)
    return main


def _main_part(archive: zipfile.ZipFile) -> str:
    """Return where the container says that the document is; some programs do not write word/document.xml."""
    found = ["word/document.xml"]

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("Type", "").endswith("/officeDocument"):
            found[0] = normpath(attributes.get("Target", "").lstrip("/"))

    if "_rels/.rels" in archive.NameToInfo:
        parse(archive, "_rels/.rels", start, lambda name: None)
    return found[0] if not found[0].startswith(("xl/", "ppt/")) else ""


def _scan(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Raise for what makes an XML parser itself grow: a document type declaration in any encoding, many attributes."""
    with archive.open(member) as part:
        text = part.read(MAX_PART + 1)
    if any(doctype in text for doctype in _DOCTYPE):
        raise IntakeError(HOSTILE.format("a document type declaration in it"))
    if any(found[0].count(b"=") > MAX_ATTRIBUTES for found in _LONG_TAG.finditer(text)):
        raise IntakeError(HOSTILE.format(f"more than {MAX_ATTRIBUTES:,} attributes on one element"))


def parse(
    archive: zipfile.ZipFile,
    name: str,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None] | None = None,
) -> None:
    """Stream one XML part through the callbacks. Names and attributes come without their namespaces."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    depth = count = 0

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth += 1
        count += 1
        if count > MAX_ELEMENTS:
            raise IntakeError(TOO_LARGE)
        if depth > MAX_DEPTH:
            raise IntakeError(HOSTILE.format(f"more than {MAX_DEPTH} elements inside one another"))
        local = name.rpartition(" ")[2]
        start(local, {key.rpartition(" ")[2]: value for key, value in attributes.items()} if attributes else attributes)

    def finish(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(name.rpartition(" ")[2])

    def refuse(*_: object) -> None:
        raise IntakeError(HOSTILE.format("a document type declaration in it"))

    parser.StartElementHandler = begin
    parser.EndElementHandler = finish
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    if text:
        parser.CharacterDataHandler = text
    try:
        with archive.open(name) as part:
            _feed(parser, part)
    except expat.ExpatError:
        raise IntakeError(DAMAGED) from None


def _feed(parser: expat.XMLParserType, part: IO[bytes]) -> None:
    left = MAX_PART
    while chunk := part.read(CHUNK):
        left -= len(chunk)
        if left < 0:
            raise IntakeError(HOSTILE.format("a file in it is longer than it says"))
        parser.Parse(chunk, False)
    parser.Parse(b"", True)
