"""Tables as people send them; every file here is made up on the spot."""

import datetime as dt
import io
import resource
import time
import zipfile

import openpyxl
import pytest

from participants.importing.cells import neutralise, restore
from participants.importing.columns import guess_header, guess_mapping, split
from participants.importing.container import Unreadable
from participants.importing.kinds import Field
from participants.importing.tables import Guess, read

FIELDS = [
    Field("name", "Name", ("nom", "姓名")),
    Field("email", "E-mail address", ("courriel", "email", "e-mail")),
    Field("affiliation", "Affiliation", ("institution",)),
]
ROWS = "Name;E-mail address\nÄnne Müster;a@example.org\n"


def cells(data, **guess):
    return [row.cells for row in read(data, Guess(**guess)).rows]


def workbook(fill):
    book = openpyxl.Workbook()
    fill(book.active)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    "data, encoding",
    [
        (ROWS.encode(), "utf-8"),
        (ROWS.encode("utf-8-sig"), "utf-8"),
        (ROWS.encode("utf-16"), "utf-16"),
        (ROWS.encode("utf-16-le"), "utf-16"),
        (ROWS.encode("utf-16-be"), "utf-16"),
        (ROWS.encode("windows-1252"), "windows-1252"),
        (ROWS.replace("\n", "\r\n").encode(), "utf-8"),
        (ROWS.replace("\n", "\r").encode(), "utf-8"),
    ],
)
def test_encoding_is_guessed_and_said(data, encoding):
    table = read(data)

    assert [row.cells for row in table.rows] == [["Name", "E-mail address"], ["Änne Müster", "a@example.org"]]
    assert (table.guess.encoding, table.guess.delimiter) == (encoding, ";")


def test_encoding_that_is_chosen_is_taken():
    assert cells("Name,X\nŁukasz,1\n".encode("windows-1250"), encoding="windows-1250")[1] == ["Łukasz", "1"]
    with pytest.raises(Unreadable, match="Line 2 cannot be read as UTF-8"):
        read(ROWS.encode("windows-1252"), Guess(encoding="utf-8"))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_guessed_though_cells_hold_others(delimiter):
    text = f"Name{delimiter}Affiliation\n" + f'Ana{delimiter}"Institute, of; things"\n' * 3

    assert cells(text.encode())[1] == ["Ana", "Institute, of; things"]


def test_line_numbers_are_those_of_an_editor():
    table = read(b'sep=;\nName;Note\n\nAna;"two\nlines"\n;;\nBo;x;;;\n')

    assert [(row.line, row.cells) for row in table.rows] == [
        (2, ["Name", "Note"]),
        (4, ["Ana", "two\nlines"]),
        (7, ["Bo", "x"]),
    ]


def test_workbook_gives_what_its_cells_show():
    def fill(sheet):
        sheet.append(["List of participants"])
        sheet.merge_cells("A1:D1")
        sheet.append([])
        sheet.append(["Name", "Affiliation", "Since", "Number"])
        sheet.append(["Ana", "Institute", dt.date(2026, 3, 4), 12.0])
        sheet.append(["Bo", None, dt.time(9, 30), 1.5])
        sheet.merge_cells("B4:B5")
        sheet["F900"].number_format = "0.00"  # formatted and empty, as far down as it goes

    table = read(workbook(fill))

    assert [(row.line, row.cells) for row in table.rows] == [
        (1, ["List of participants"] * 4),
        (3, ["Name", "Affiliation", "Since", "Number"]),
        (4, ["Ana", "Institute", "2026-03-04", "12"]),
        (5, ["Bo", "Institute", "09:30:00", "1.5"]),
    ]
    assert table.sheets == ["Sheet"]
    assert guess_header(table, FIELDS) == (3, 1)


def test_formula_gives_its_saved_value_or_says_that_there_is_none():
    def fill(sheet):
        sheet.append(["Name", "Affiliation"])
        sheet.append(["=CONCAT(1)", "Institute"])

    data = workbook(fill)
    row = read(data).rows[1]

    assert row.cells == ["", "Institute"]
    assert "Cell A2 is a formula without a saved value" in row.problems[0]

    saved = rewritten(
        data,
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b"<v></v>", b"<v>7</v>").replace(b"<v />", b"<v>7</v>"),
    )
    assert read(saved).rows[1].cells == ["7", "Institute"]


def test_sheet_is_chosen_and_hidden_ones_are_not_offered():
    book = openpyxl.Workbook()
    book.active.title = "Empty"
    for name in ("People", "Others", "Lists"):
        book.create_sheet(name).append([name])
    book["Lists"].sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)

    first, other = read(out.getvalue()), read(out.getvalue(), Guess(sheet="Others"))

    assert first.sheets == ["Empty", "People", "Others"]
    assert first.guess.sheet == "People"
    assert other.rows[0].cells == ["Others"]
    with pytest.raises(Unreadable, match="Choose one of the sheets"):
        read(out.getvalue(), Guess(sheet="Lists"))


@pytest.mark.parametrize(
    "text, header, labels",
    [
        ("Name,Email\nAna,a@example.org\n", (1, 1), ["Name", "Email"]),
        ("Dialogue of things\nas of today\n\nNom,Courriel\nAna,a@example.org\n", (4, 1), ["Nom", "Courriel"]),
        ("Guest,,Contact\nName,Affiliation,Email\nAna,I,a@example.org\n", (2, 1), ["Name", "Affiliation", "Email"]),
        ("Name,Email,Note\nNom,Courriel,X\nA,a@b.org,I\n", (1, 2), ["Name – Nom", "Email – Courriel", "Note – X"]),
        ("Name,Email,\n,,Institution\nAna,a@example.org,I\n", (1, 2), ["Name", "Email", "Institution"]),
        ("1,2\nAna,Bo\n", (1, 1), ["1", "2"]),
    ],
)  # fmt: skip
def test_header_is_found_below_titles_and_over_two_rows(text, header, labels):
    table = read(text.encode())

    assert guess_header(table, FIELDS) == header
    assert split(table, *header)[0] == labels


def test_columns_are_known_by_name_by_what_was_said_before_and_each_field_once():
    labels = ["NAME (as on badge)", "Courriel", "E-Mail", "Who pays", "Institution / Entity", ""]

    assert guess_mapping(labels, FIELDS, {}) == {0: "name", 1: "email", 4: "affiliation"}
    assert guess_mapping(labels, FIELDS, {"who pays": "affiliation", "courriel": ""}) == {
        0: "name",
        2: "email",
        3: "affiliation",
    }


@pytest.mark.parametrize(
    "text", ["=1+1", "+41 22", "-Abdul", "@name", "\tx", "'=1", "''=1", "'tis", "plain", "", "＝1"]
)
def test_formula_signs_come_back_as_they_were(text):
    written = neutralise(text)

    assert restore(written) == text
    assert not written.startswith(tuple("=+-@\t"))


@pytest.mark.parametrize("text", ["plain", "'tis", "O'Neill", ""])
def test_what_is_no_formula_is_written_as_it_is(text):
    assert neutralise(text) == text


# Refused


def rewritten(data, name, change):
    """Return a workbook with one part changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            content = old.read(member)
            new.writestr(member, change(content) if member == name else content)
    return out.getvalue()


def plain():
    return workbook(lambda sheet: sheet.append(["Name"]))


def sheet_of(xml):
    return rewritten(plain(), "xl/worksheets/sheet1.xml", lambda old: xml)


HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
TAIL = b"</sheetData></worksheet>"
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
FILES = {
    "a bomb": lambda: sheet_of(HEAD + b"<row>" + b" " * 30_000_000 + b"</row>" + TAIL),
    "entities that multiply": lambda: sheet_of(LAUGHS + HEAD + b"<row><c><v>&b;</v></c></row>" + TAIL),
    "an external entity": lambda: rewritten(
        plain(), "xl/styles.xml", lambda old: b'<!DOCTYPE s [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + old
    ),
    "many cells": lambda: sheet_of(
        HEAD + b"".join(b'<row r="%d">' % r + b"<c><v>%d</v></c>" % r * 200 + b"</row>" for r in range(1, 3200)) + TAIL
    ),
    "a cell far down": lambda: sheet_of(HEAD + b'<row r="1048576"><c r="A1048576"><v>1</v></c></row>' + TAIL),
    "a cell far out": lambda: sheet_of(HEAD + b'<row r="1"><c r="XFD1"><v>1</v></c></row>' + TAIL),
    "deep elements": lambda: sheet_of(HEAD + b"<row>" * 5000 + b"</row>" * 5000 + TAIL),
    "broken XML": lambda: sheet_of(HEAD + b"<row>"),
    "a Word document": lambda: rewritten(
        plain(), "_rels/.rels", lambda old: old.replace(b"xl/workbook.xml", b"word/document.xml")
    ),
    "half a file": lambda: plain()[:2000],
    "a picture": lambda: b"\x89PNG\r\n" + b"x" * 100,
    "a PDF": lambda: b"%PDF-1.7",
    "an old workbook": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500,
    "a web page": lambda: b"<html><table><tr><td>x",
    "nothing": lambda: b" \n\n",
    "NUL": lambda: b"Name,x\nA\0na,y\n",
    "many rows": lambda: b"a,b\n" * 50_001,
    "many columns": lambda: b"a," * 201 + b"b\n",
    "a long cell": lambda: b"a,b\n" + b"x" * 40_000 + b",y\n",
    "an open quotation mark": lambda: b'a,b\n"x,y\n' + b"c,d\n" * 300,
    "a large file": lambda: b"a,b\n" * 3_000_000,
}  # fmt: skip


@pytest.mark.parametrize("what", FILES)
def test_file_that_is_no_table_or_too_much_is_refused_at_once(what):
    data = FILES[what]()
    begun, held = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(Unreadable) as refused:
        read(data)

    assert str(refused.value).endswith((".", "?"))
    assert time.process_time() - begun < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held < 150 * 1024
