"""Files made to do harm, a few bytes of code each; and what reads a file of each kind.

Run by itself (`python -m tests.hostile`) it opens each in a process of its own, with 150 MB more than that process had
and four seconds of its processor, and prints what became of each as JSON.
"""

import io
import json
import os
import resource
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

MEMORY = 150 * 1024 * 1024  # bytes, beside what the process has
SECONDS = 4  # of the processor: twice what is promised, for a machine that is busy


# --- Pictures ------------------------------------------------------------------------------------------------------


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *extra: bytes, pixels: bytes = b"", colour: int = 2) -> bytes:
    """A PNG that says it is so large, whatever is in it; colour 2 is RGB, 6 with transparency."""
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    data = _chunk(b"IDAT", zlib.compress(pixels or b"\0" * 99))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + b"".join(extra) + data + _chunk(b"IEND", b"")


def webp(width: int, height: int) -> bytes:
    """The head of an animated WebP of that size."""
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF" + struct.pack("<I", 200) + b"WEBPVP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + size + b"\0" * 170


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PICTURES: dict[str, Callable[[], bytes]] = {
    "pixels without end": lambda: png(50_000, 50_000),
    "one row of two thousand million": lambda: png(2**31 - 1, 1),
    "just too many pixels": lambda: png(6_001, 4_000),
    "transparent pixels": lambda: png(4_000, 3_001, colour=6),
    "text that unpacks": lambda: png(9, 9, _chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"A" * 50_000_000))),
    "a profile that unpacks": lambda: png(3000, 9000, _chunk(b"iCCP", b"x\0\0" + zlib.compress(b"A" * 50_000_000))),
    "an animation that is large": lambda: webp(16_000, 16_000),
    "half an animation": lambda: webp(60, 40),
    "nothing but a head": lambda: png(60, 40)[:30],
    "SVG": lambda: SVG,
    "SVG after a head": lambda: b"\x89PNG\r\n\x1a\n" + SVG,
    "Photoshop": lambda: b"8BPS\0\1" + b"\0" * 6 + struct.pack(">HIIHH", 3, 30_000, 30_000, 8, 3) + b"\0" * 50,
    "TIFF": lambda: b"II*\0\x08\0\0\0" + b"\xff" * 200,
    "a web page": lambda: b"GIF89a/*" + b"<script>alert(1)</script>",
}


def _large(kind: str, mode: str, width: int, height: int) -> Callable[[], bytes]:
    def make() -> bytes:
        from PIL import Image

        out = io.BytesIO()
        Image.new(mode, (width, height)).save(out, kind)
        return out.getvalue()

    return make


# The largest that are allowed: these are taken, and need no more than what is refused.
LARGE: dict[str, Callable[[], bytes]] = {
    "PNG": _large("PNG", "RGB", 6_000, 4_000),
    "PNG with transparency": _large("PNG", "RGBA", 4_000, 3_000),
    "PNG with a palette": _large("PNG", "P", 4_000, 3_000),
    "JPEG": _large("JPEG", "CMYK", 6_000, 4_000),
    "WebP": _large("WEBP", "RGBA", 2_500, 2_000),
}


# --- Containers ----------------------------------------------------------------------------------------------------


def zipped(members: dict[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def overlapping(data: bytes) -> bytes:
    """The same container, whose directory leads from every member to the first."""
    changed, at = bytearray(data), 0
    while (at := changed.find(b"PK\x01\x02", at)) >= 0:
        changed[at + 42 : at + 46] = b"\0\0\0\0"
        at += 46
    return bytes(changed)


def office(folder: str, main: str, text: str = "", **more: bytes | str) -> bytes:
    """An Office file with `text` for its main part."""
    target = f"{folder}/{main}"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<Relationships><Relationship Id="r" Type="{relation}" Target="{target}"/></Relationships>',
        target: text,
    }
    return zipped(parts | more)


def _both(folder: str, main: str) -> dict[str, Callable[[], bytes]]:
    """What can be wrong with any Office file."""
    entities = '<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>'
    outside = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
    return {
        "entities that multiply": lambda: office(folder, main, entities),
        "an external entity": lambda: office(folder, main, outside),
        "elements inside one another": lambda: office(folder, main, "<a>" * 100_000),
        "a part that unpacks": lambda: office(folder, main, "<a/>", **{f"{folder}/b.xml": b" " * 60_000_000}),
        "a picture that unpacks": lambda: office(folder, main, "<a/>", **{f"{folder}/b.png": b" " * 60_000_000}),
        "many members": lambda: office(folder, main, "<a/>", **{f"m{n}": "" for n in range(3_000)}),
        "a container in a container": lambda: zipped({"a.zip": zipped({"b.zip": zipped({"c": b" " * 1_000_000})})}),
        "members that overlap": lambda: overlapping(office(folder, main, "<a/>" * 50)),
        "a path that leads outside": lambda: office(folder, main, "<a/>", **{"../../etc/cron.d/x": "y"}),
        "many attributes": lambda: office(folder, main, f"<a {' '.join(f'a{n}=""' for n in range(30_000))}/>"),
        "half a file": lambda: office(folder, main, "<a/>")[:150],
    }


def book(**more: bytes | str) -> bytes:
    """A workbook that openpyxl wrote, with parts of it replaced."""
    import openpyxl

    written = openpyxl.Workbook()
    written.active.append(["Name"])
    out = io.BytesIO()
    written.save(out)
    with zipfile.ZipFile(out) as archive:
        parts: dict[str, bytes | str] = {name: archive.read(name) for name in archive.namelist()}
    return zipped(parts | more)


MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def _styles(number: int) -> str:
    formats = "".join(f'<xf numFmtId="{n}"/>' for n in range(number))
    return f"<styleSheet {MAIN}><cellXfs>{formats}</cellXfs></styleSheet>"


BOOKS: dict[str, Callable[[], bytes]] = _both("xl", "workbook.xml") | {
    "shared words without end": lambda: book(
        **{"xl/sharedStrings.xml": f"<sst {MAIN}>{''.join(f'<si><t>{n}</t></si>' for n in range(900_000))}</sst>"}
    ),
    "styles without end": lambda: book(**{"xl/styles.xml": _styles(250_000)}),
    "a sheet as large as can be": lambda: book(
        **{
            "xl/worksheets/sheet1.xml": f'<worksheet {MAIN}><dimension ref="A1:XFD1048576"/><sheetData>'
            '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
        }
    ),
}
WORDS: dict[str, Callable[[], bytes]] = _both("word", "document.xml")


# --- Text ----------------------------------------------------------------------------------------------------------

TABLES: dict[str, Callable[[], bytes]] = {
    "NUL": lambda: b"Name,x\nA\0na,y\n",
    "a lone surrogate": lambda: "Name,x\n".encode("utf-16") + b"\x00\xd8,\0\n\0",
    "a field of 9 MB": lambda: b"a,b\n" + b"x" * 9_000_000 + b",y\n",
    "a million columns": lambda: b"a," * 1_000_000 + b"b\n",
    "a million rows": lambda: b"a,b\n" * 1_000_000,
    "quotation marks without end": lambda: b'a,b\n"' + b'""\n' * 500_000,
}
AGENDAS: dict[str, Callable[[], bytes]] = {
    "JSON inside JSON": lambda: b'{"schedule":' * 100_000,
    "lists inside lists": lambda: b"[" * 2_000_000,
    "objects without end": lambda: b'{"schedule": [' + b"{}," * 1_000_000 + b"1]}",
    "entities that multiply": lambda: b'<!DOCTYPE a [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><schedule>&b;</schedule>',
    "an external entity": lambda: b'<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]><schedule>&a;</schedule>',
    "elements inside one another": lambda: b"<schedule>" + b"<a>" * 1_000_000,
    "elements without end": lambda: b"<schedule>" + b"<a/>" * 1_000_000,
    "a calendar inside calendars": lambda: b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\n" * 300_000,
    "a line folded without end": lambda: b"BEGIN:VCALENDAR\nX:y" + b"\n y" * 1_000_000,
    "a repetition without end": lambda: (
        b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nSUMMARY:a\nDTSTART:20260303T120000Z\n"
        b"RRULE:FREQ=DAILY;COUNT=999999999\nEND:VEVENT\nEND:VCALENDAR\n"
    ),
}
PAGES: dict[str, Callable[[], bytes]] = {
    "elements inside one another": lambda: b"<html>" + b"<div>" * 1_000_000,
    "lists inside one another": lambda: b"<html>" + b"<ul><li>" * 500_000,
    "more than 8 MB": lambda: b"<html>" + b"<p>x</p>" * 1_200_000,
    "a comment without end": lambda: b"<html><p>x</p><!--" + b"-" * 5_000_000,
    "NUL": lambda: b"<html><p>a\0b</p>",
}


# --- What reads them -----------------------------------------------------------------------------------------------


def _picture(data: bytes) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from participants.pictures import redraw

    redraw(SimpleUploadedFile("picture.png", data))


def _table(data: bytes) -> None:
    from participants.importing import tables

    tables.read(data)


def _agenda(data: bytes) -> None:
    from events.importing import reader

    reader.read(data, "agenda", "Europe/London")


def _document(name: str) -> Callable[[bytes], None]:
    def read(data: bytes) -> None:
        from outcomes import intake

        intake.read(data, name)

    return read


READERS: dict[str, tuple[Callable[[bytes], None], dict[str, Callable[[], bytes]]]] = {
    "picture": (_picture, PICTURES),
    "workbook": (_table, BOOKS),
    "table": (_table, TABLES),
    "agenda": (_agenda, AGENDAS),
    "Word file": (_document("a.docx"), WORDS),
    "web page": (_document("a.html"), PAGES),
}


def _open(reader: Callable[[bytes], None], data: bytes) -> str:
    """What the reader says of the file, "" where it took it; anything that no person should see has its name."""
    from django.core.exceptions import ValidationError

    from events.importing.agenda import AgendaError
    from participants.importing.container import Unreadable

    try:
        reader(data)
    except ValidationError as refused:
        return " ".join(refused.messages)
    except (Unreadable, AgendaError) as refused:
        return str(refused)
    except BaseException as failed:  # noqa: BLE001 - memory and time that ran out, too
        return f"! {type(failed).__name__}: {failed}"
    return ""


def _apart(reader: Callable[[bytes], None], data: bytes) -> tuple[str, float]:
    """Open a file in a process of its own; what it says, and the seconds of the processor."""
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        has = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (has + MEMORY, has + MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        said = _open(reader, data)
        os.write(into, said[:1000].encode(errors="replace"))
        os._exit(0)
    os.close(into)
    with os.fdopen(out, "rb") as answer:
        said = answer.read().decode()
    _, status, used = os.wait4(child, 0)
    return (said if status == 0 else f"! ended by signal {status}"), round(used.ru_utime + used.ru_stime, 2)


def main() -> None:
    """Open every file, and print {kind: {what: [what was said, seconds]}}."""
    import django

    django.setup()
    result = {}
    for kind, (reader, files) in READERS.items():
        _open(reader, b"warm up: everything is imported once")
        result[kind] = {what: _apart(reader, make()) for what, make in files.items()}
    result["taken"] = {what: _apart(_picture, make()) for what, make in LARGE.items()}
    sys.stdout.write(json.dumps(result))


if __name__ == "__main__":
    main()
