"""A table out of a file as people really send it: CSV in any of the usual dresses, or a workbook.

    >>> table = read(data)
    >>> table.rows[0].line, table.rows[0].cells

Encoding, delimiter and sheet are guessed and said (`table.guess`); who knows better hands in a `Guess` of their own.
Limits are checked before anything is unpacked. Raises `Unreadable` with a message for the person who chose the file.
"""

import codecs
import csv
import io
from collections import Counter
from dataclasses import replace
from itertools import islice

from participants.importing import workbook
from participants.importing.container import Unreadable
from participants.importing.grid import Counting, Guess, Table, TableRow, tidy

MAX_FILE = 10 * 1024 * 1024  # bytes
MAX_LINES_OF_CELL = 200  # more, and a quotation mark was never closed

DELIMITERS = {",": "Comma", ";": "Semicolon", "\t": "Tab", "|": "Vertical bar"}
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "windows-1252": "Windows, Western European",
    "windows-1250": "Windows, Central European",
    "windows-1251": "Windows, Cyrillic",
    "windows-1256": "Windows, Arabic",
    "mac-roman": "Macintosh, Western European",
    "gb18030": "Chinese (GB 18030)",
    "shift_jis": "Japanese (Shift JIS)",
}
ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_SAVE_AS = "Open it where it was written and save it as a workbook (.xlsx) or as CSV (UTF-8)."
_OLD = "This is an old workbook (.xls) or has a password. Take any password off and save it as .xlsx."
_REFUSED = (
    ((b"%PDF",), f"This is a PDF, which keeps no rows and columns. {_SAVE_AS}"),
    ((b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",), _OLD),
    ((b"\x89PNG", b"\xff\xd8\xff", b"GIF8"), "This is a picture, not a table."),
    (
        (b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ"),
        "This is an archive. Unpack it and choose the table in it.",
    ),
    ((b"{\\rtf",), f"This is a rich text file (.rtf). {_SAVE_AS}"),
)


def read(data: bytes, guess: Guess | None = None, limit: int | None = None) -> Table:
    """Read the bytes of a file as a table, by what they are and not by its name; at most `limit` rows of it."""
    check_readable(data)
    if data.startswith(ZIP):
        return workbook.read(data, guess or Guess(), limit)
    return read_text(data, guess or Guess(), limit)


def check_readable(data: bytes) -> None:
    """Raise for a file that is empty, too large or of a kind that holds no table."""
    if not data.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise Unreadable("This file is empty.")
    if len(data) > MAX_FILE:
        raise Unreadable(
            f"This file is larger than {MAX_FILE >> 20} MB. Save the sheet with the rows alone, or in parts."
        )
    for beginnings, message in _REFUSED:
        if data.startswith(beginnings):
            raise Unreadable(message)
    head = data[:1000].lstrip().lower()
    if head.startswith((b"<html", b"<!doctype", b"<?xml", b"<table")):
        raise Unreadable(f"This is a web page or XML, not a table, whatever its name. {_SAVE_AS}")


# Text


def read_text(data: bytes, guess: Guess, limit: int | None = None) -> Table:
    encoding = guess.encoding or guess_encoding(data)
    text = decode(data, encoding)
    first, skipped = text.split("\n", 1)[0].strip().strip('"'), 0
    named = first.removeprefix("sep=") if first.startswith("sep=") else ""
    if len(named) == 1 or first == "sep=":  # a line for spreadsheets; “sep=” and a tab loses the tab above
        text, skipped = text.partition("\n")[2], 1
    delimiter = guess.delimiter or (named if named in DELIMITERS else guess_delimiter(text))
    rows = list(islice(_records(text, delimiter, skipped), limit))
    if not rows:
        raise Unreadable("This file has no rows.")
    return Table(rows, replace(guess, encoding=encoding, delimiter=delimiter))


def guess_encoding(data: bytes) -> str:
    """Return the encoding by the byte-order mark, else by what the bytes can be, Windows-1252 last."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = data[:2000]
    if sample.count(0) > len(sample) // 4:
        return "utf-16"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "windows-1252"
    return "utf-8"


def decode(data: bytes, encoding: str) -> str:
    """Return the text with line feeds for line ends. Raises `Unreadable` where the bytes are not in `encoding`."""
    if encoding not in ENCODINGS:
        raise Unreadable("Choose one of the encodings that are offered.")
    codec = encoding
    if encoding == "utf-8":
        codec = "utf-8-sig"
    elif encoding == "utf-16" and not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        codec = "utf-16-le" if data[1:2000:2].count(0) >= data[0:2000:2].count(0) else "utf-16-be"
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(
            f"Line {line} cannot be read as {ENCODINGS[encoding]}. Choose another encoding, or save the file as UTF-8."
        ) from None
    if (at := text.find("\0")) >= 0:
        raise Unreadable(
            f"Line {text.count(chr(10), 0, at) + 1} holds a NUL character, so this is not a table. {_SAVE_AS}"
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


def guess_delimiter(text: str) -> str:
    """Return the sign that parts most of the first lines into the same number of cells."""
    sample = "\n".join(text.split("\n", 60)[:60])
    best, best_score = ",", 0
    for delimiter in DELIMITERS:
        widths = Counter(len(row) for row in csv.reader(io.StringIO(sample), delimiter=delimiter) if any(row))
        score = max(((width - 1) * number for width, number in widths.items()), default=0)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _records(text: str, delimiter: str, skipped: int):
    """Yield the rows that hold anything; `line` is where each begins."""
    if delimiter not in DELIMITERS:
        raise Unreadable("Choose one of the delimiters that are offered.")
    counts = Counting()
    csv.field_size_limit(max(csv.field_size_limit(), 2 * MAX_FILE))  # a longer cell is named below, with its line
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = skipped + 1
    for cells in reader:
        if reader.line_num + skipped - line >= MAX_LINES_OF_CELL:
            raise Unreadable(f"A quotation mark that opens on line {line} is never closed. Close it, or take it out.")
        row = TableRow(line, [tidy(cell) for cell in cells])
        line = reader.line_num + skipped + 1
        while row.cells and not row.cells[-1]:
            row.cells.pop()
        if row.cells:
            counts.add(row)
            yield row
