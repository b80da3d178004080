"""What operators are told about limits is what the code keeps to."""

import inspect
import re
from string import Formatter

from django.conf import settings

from events.importing import agenda, calendar_file, structures
from outcomes.forms import PasteForm
from outcomes.intake import files, lines, web_page
from outcomes.intake.word_container import WORD
from participants import documents, idle, lifetimes, pictures, sign_in
from participants.adapter import STAFF_SESSION
from participants.importing import container, grid, kinds, tables, workbook
from participants.models import sign_in as codes

OPERATORS = settings.BASE_DIR / "docs" / "operators.md"


class Limit(int):
    """A number that a row tells: in bytes or characters by the megabyte, in millions, or as it is."""

    def __format__(self, unit):
        return {"MB": f"{self >> 20} MB", "m": f"{self >> 20}", "M": f"{self // 10**6}", "": f"{int(self):,}"}[unit]


# What a row says: the modules whose limits it tells, and the words, with the name of each limit and its unit.
ROWS = {
    "Picture": (
        [pictures],
        """{MAX_BYTES:MB}; {MAX_PIXELS:M} million pixels, {MAX_PIXELS_TRANSPARENT:M} with transparency or a palette,
        {MAX_PIXELS_WEBP:M} as WebP; kept at most {MAX_SIDE} a side""",
    ),
    "Document to hand on": ([documents], "{MAX_BYTES:MB}; " + ", ".join(sorted(documents.DOCUMENT_TYPES))),
    "Table to import": (
        [tables, grid, workbook],
        """{MAX_FILE:MB}; {MAX_ROWS} rows, {MAX_COLUMNS} columns, {MAX_CELLS} cells of {MAX_CELL} characters,
        {MAX_TEXT:M} million characters, {MAX_LINES_OF_CELL} lines in a cell; {MAX_SHEETS} sheets, each with
        {MAX_MERGED} merged ranges that count, and {MAX_ELEMENTS} styles""",
    ),
    "Agenda to import": (
        [structures, agenda],
        """{MAX_BYTES:MB}; {MAX_DEPTH} levels, {MAX_PARTS} parts, {MAX_VALUES} values, {MAX_ATTRIBUTES} attributes of
        one part; {MAX_SESSIONS} sessions, of each {MAX_SPEAKERS} speakers and {MAX_TEXT} characters are read""",
    ),
    "Calendar to import": (
        [calendar_file],
        """as an agenda, and {MAX_LINES} lines of {MAX_LINE} characters, {MAX_NESTING} levels, {MAX_REPEATS} repeats
        of one entry""",
    ),
    "Document to take apart": (
        [files, lines, web_page],
        """{MAX_FILE:MB} ({import_file:MB} where it is imported), of text or HTML {MAX_MARKUP:MB}; {MAX_TEXT:m} million
        characters of words in {MAX_LINES} lines; {MAX_TAGS} tags of HTML in {MAX_DEPTH} levels; of XML in a Word file
        {max_part:MB} a part, {max_xml:MB} in all, {max_elements} elements a part""",
    ),
    "Inside any Office file that is read": (
        [container],
        """{MAX_MEMBERS} members, {MAX_UNPACKED:MB} unpacked, {MAX_RATIO} times as much as packed, {MAX_DEPTH} levels,
        {MAX_ATTRIBUTES} attributes of one part""",
    ),
}
BESIDE = {"import_file": Limit(tables.MAX_FILE)} | {
    name: Limit(getattr(WORD, name)) for name in ("max_part", "max_xml", "max_elements")
}
_OF_ITS_OWN = re.compile(r"^(MAX_\w+) = ", re.MULTILINE)


def limits_of(modules):
    """Return the limits that the modules set themselves."""
    named = [(module, name) for module in modules for name in _OF_ITS_OWN.findall(inspect.getsource(module))]
    return {name: Limit(getattr(module, name)) for module, name in named}


def test_operators_are_told_every_limit_on_a_file():
    section = OPERATORS.read_text().split("## Limits")[1].split("\n## ")[0]
    told = dict(re.findall(r"^\| ([A-Z][^|]+) \| ([^|]+) \|$", section, re.MULTILINE))

    for what, (modules, words) in ROWS.items():
        limits = limits_of(modules)
        named = {name for _, name, *_ in Formatter().parse(words) if name}
        assert named - BESIDE.keys() == limits.keys(), f"{what}: a limit that is not told, or is gone"
        said = " ".join(words.split()).format(**limits, **BESIDE)
        assert told.pop(what, "") == said
    assert not told


def test_pages_and_operators_are_told_the_same():
    text = " ".join(OPERATORS.read_text().split())
    for kind in kinds.kinds().values():
        for said in re.findall(r"(\d+) MB at most", str(kind.help_text)):
            assert int(said) == tables.MAX_FILE >> 20, kind
    assert f"{files.MAX_FILE >> 20} MB at most" in PasteForm.base_fields["document"].help_text

    assert f"Requests {settings.DATA_UPLOAD_MAX_MEMORY_SIZE >> 20} MB without files" in text
    assert (
        f"sign-in codes {lifetimes.CODE_LIFETIME.seconds // 60} minutes, {codes.TRIES} tries, "
        f"{sign_in.CODES_PER_HOUR} an hour for one account"
    ) in text
    assert f"sessions {STAFF_SESSION.total_seconds() / 3600:.0f} hours for staff" in text
    assert f"again after {idle.IDLE.total_seconds() / 60:.0f} minutes without use" in text
    assert f"at least {lifetimes.SHORTEST_SESSION.days} and at most {lifetimes.LONGEST_SESSION.days} days" in text
