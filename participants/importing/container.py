"""The ZIP container of an Office file, opened with care: everything is measured before it is unpacked.

A small file can unpack to gigabytes, name itself twice, or define entities that multiply. Office programs write none of
that, so such a file is refused, within 2 seconds and 150 MB.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from posixpath import normpath
from typing import IO
from xml.parsers import expat

MAX_MEMBERS = 2_000
MAX_UNPACKED = 400 * 1024 * 1024  # bytes that all members say they have, pictures included; these are never unpacked
MAX_RATIO = 250  # a member over 1 MB that is packed tighter than this is a bomb
MAX_DEPTH = 200  # elements inside one another
MAX_ATTRIBUTES = 10_000  # of one element
CHUNK = 64 * 1024

_DOCTYPE = tuple("<!DOCTYPE".encode(codec) for codec in ("ascii", "utf-16-le", "utf-16-be"))
_LONG_TAG = re.compile(rb"<[^<]{50000,}")


class Unreadable(ValueError):
    """The file cannot be read. The message is for the person who chose it: what is wrong, what to do."""


@dataclass(frozen=True)
class Format:
    """One kind of Office file: where its main part is, how large its XML may be, and what to say where it is not it."""

    noun: str  # “Word document”
    program: str  # “Word”
    suffix: str  # “.docx”
    folder: str  # “word/”: its main part does not stand in the folders of others
    main: str  # where the main part stands, where the container does not say
    not_this: str
    too_large: str
    max_part: int  # bytes of one XML part, unpacked
    max_xml: int  # bytes of all of them
    max_elements: int  # in one part
    error: type[Unreadable] = Unreadable

    @property
    def damaged(self) -> str:
        return (
            f"This {self.noun} is damaged and cannot be opened. Open it in {self.program}, save it again as "
            f"{self.suffix} and try again."
        )

    def hostile(self, how: str) -> str:
        return f"This {self.noun} is built in a way that {self.program} never builds one ({how}), so it was not opened."


@contextmanager
def opened(data: bytes, kind: Format) -> Iterator[tuple[zipfile.ZipFile, str]]:
    """Open an Office file and give the checked container and the name of its main part.

    Raises `kind.error` for a file that is of another kind, damaged, protected by a password or beyond the limits.
    """
    try:
        # The container's directory is read whole as soon as it is opened: count its entries before.
        if data.count(b"PK\x01\x02") > MAX_MEMBERS:
            raise kind.error(kind.hostile(f"more than {MAX_MEMBERS:,} files in it"))
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield archive, _check(archive, kind)
    except Unreadable:
        raise
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError, KeyError):
        raise kind.error(kind.damaged) from None


def _check(archive: zipfile.ZipFile, kind: Format) -> str:
    """Check every member of the container against the limits and return the name of the main part."""
    members = archive.infolist()
    if len(members) != len(archive.NameToInfo):
        raise kind.error(kind.hostile("two files of one name in it"))
    for member in members:
        if ".." in member.filename.replace("\\", "/").split("/"):
            raise kind.error(kind.hostile("a file in it names a place outside of it"))
        if member.flag_bits & 1:
            raise kind.error(
                f"This document is protected by a password. Take the password off in {kind.program} and save it again."
            )
        if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise kind.error(kind.damaged)
        if member.file_size > 1024 * 1024 and member.file_size > MAX_RATIO * max(member.compress_size, 1):
            raise kind.error(kind.hostile("a small file in it unpacks to a huge one"))
    xml = [member for member in members if member.filename.lower().endswith((".xml", ".rels"))]
    if any(member.file_size > kind.max_part for member in xml) or sum(m.file_size for m in xml) > kind.max_xml:
        raise kind.error(kind.too_large)
    if sum(member.file_size for member in members) > MAX_UNPACKED:
        raise kind.error(kind.hostile("it unpacks to more than 400 MB"))
    main = _main_part(archive, kind)
    if main not in archive.NameToInfo:
        raise kind.error(kind.not_this)
    for member in xml:
        _scan(archive, member, kind)
    return main


def _main_part(archive: zipfile.ZipFile, kind: Format) -> str:
    """Return where the container says that the document is; not every program writes it where Office does."""
    found = [kind.main]

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("Type", "").endswith("/officeDocument"):
            found[0] = normpath(attributes.get("Target", "").lstrip("/"))

    if "_rels/.rels" in archive.NameToInfo:
        parse(archive, "_rels/.rels", kind, start, lambda name: None)
    others = tuple({"word/", "xl/", "ppt/"} - {kind.folder})
    return found[0] if not found[0].startswith(others) else ""


def _scan(archive: zipfile.ZipFile, member: zipfile.ZipInfo, kind: Format) -> None:
    """Raise for what makes an XML parser itself grow: a document type declaration in any encoding, many attributes."""
    with archive.open(member) as part:
        text = part.read(kind.max_part + 1)
    if any(doctype in text for doctype in _DOCTYPE):
        raise kind.error(kind.hostile("a document type declaration in it"))
    if any(found[0].count(b"=") > MAX_ATTRIBUTES for found in _LONG_TAG.finditer(text)):
        raise kind.error(kind.hostile(f"more than {MAX_ATTRIBUTES:,} attributes on one element"))


def parse(
    archive: zipfile.ZipFile,
    name: str,
    kind: Format,
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
        if count > kind.max_elements:
            raise kind.error(kind.too_large)
        if depth > MAX_DEPTH:
            raise kind.error(kind.hostile(f"more than {MAX_DEPTH} elements inside one another"))
        local = name.rpartition(" ")[2]
        start(local, {key.rpartition(" ")[2]: value for key, value in attributes.items()} if attributes else attributes)

    def finish(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(name.rpartition(" ")[2])

    def refuse(*_: object) -> None:
        raise kind.error(kind.hostile("a document type declaration in it"))

    parser.StartElementHandler = begin
    parser.EndElementHandler = finish
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    if text:
        parser.CharacterDataHandler = text
    try:
        with archive.open(name) as part:
            _feed(parser, part, kind)
    except expat.ExpatError:
        raise kind.error(kind.damaged) from None


def _feed(parser: expat.XMLParserType, part: IO[bytes], kind: Format) -> None:
    left = kind.max_part
    while chunk := part.read(CHUNK):
        left -= len(chunk)
        if left < 0:
            raise kind.error(kind.hostile("a file in it is longer than it says"))
        parser.Parse(chunk, False)
    parser.Parse(b"", True)
