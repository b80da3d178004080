"""Both writers, by readers that are not ours: what a PDF and a Word file say to people and machines."""

import datetime as dt
import io
import re
import unicodedata
import zipfile
from dataclasses import replace

import docx
import outloud
import pdfua
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from docx.oxml.ns import qn
from lxml import etree
from PIL import Image
from pypdf import PdfReader

from outcomes.documents import pdf, scripts, word
from outcomes.documents.blocks import Heading, Paragraph, blocks_of, plain, text_of, words
from outcomes.documents.content import Logo, Section
from tests.outcomes.document_samples import ARABIC, CHINESE, HEBREW, HOSTILE, MARKDOWN, MIXED, sample

ON = dt.date(2026, 11, 26)


@pytest.fixture(scope="module")
def logo():
    """A stored picture whose metadata says where it was taken."""
    picture, out = Image.new("RGBA", (300, 90), "#00508c"), io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "zanzibarine"
    picture.convert("RGB").save(out, "JPEG", exif=exif)
    stored = default_storage.save("organisations/" + "e" * 26 + ".jpg", ContentFile(out.getvalue()))
    yield Logo(stored, "A blue square, the sign of the institute")
    default_storage.delete(stored)


@pytest.fixture(scope="module")
def document(logo):
    return sample(logos=(logo,))


@pytest.fixture(scope="module")
def made(document):
    return {"pdf": pdf.write(document, ON), "docx": word.write(document, ON)}


@pytest.fixture(scope="module")
def reader(made):
    return PdfReader(io.BytesIO(made["pdf"].content))


@pytest.fixture(scope="module")
def shown(reader):
    """All text of the PDF."""
    return squeezed("".join(page.extract_text() for page in reader.pages))


@pytest.fixture(scope="module")
def file(made):
    return docx.Document(io.BytesIO(made["docx"].content))


def squeezed(text: str) -> str:
    """Return `text` without what line breaks and shaping change."""
    return re.sub(r"[\s\u200b-\u200f]", "", unicodedata.normalize("NFKC", text))


def text_of_word(content: bytes) -> str:
    """Return all text of a Word file's body in its order."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        body = etree.fromstring(package.read("word/document.xml"))
    return "".join(element.text or "" for element in body.iter(qn("w:t")))


# PDF


@pytest.mark.parametrize(
    "changes",
    [{}, {"language": "ar", "title": MIXED, "event": ARABIC}, {"language": "zh", "title": CHINESE}, {"draft": "Draft"}],
    ids=["English", "Arabic", "Chinese", "draft"],
)
def test_pdf_fails_no_check_of_pdf_ua(document, tmp_path, changes):
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf.write(replace(document, **changes), ON).content)

    found, validated = outloud.check(str(path)), pdfua.validate(str(path))

    assert (found.errors, [f"{one.rule} {one.message}" for one in found.sorted_findings()]) == (0, [])
    assert [f"{one.rule_id} {one.message}" for one in validated.findings] == []


def test_pdf_says_what_it_is(reader, document):
    root, xmp = reader.trailer["/Root"], reader.xmp_metadata

    assert reader.metadata.title == document.title
    assert reader.metadata.author == "Institute of Made-up Affairs"
    assert reader.metadata.creation_date == dt.datetime(2026, 11, 26, tzinfo=dt.UTC)
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "/JavaScript" not in root.get("/Names", {})
    assert "/OpenAction" not in root
    assert xmp is not None


def test_pdf_has_a_bookmark_for_each_heading(reader, document):
    def titles(outline, level=1):
        for entry in outline:
            if isinstance(entry, list):
                yield from titles(entry, level + 1)
            else:
                yield level, entry.title

    expected = []
    for section in document.everything:
        expected.append((1, section.title))
        expected += [(part.level, words(part.runs)) for part in section.blocks if isinstance(part, Heading)]
    assert [entry for entry in titles(reader.outline) if entry[1] != "Contents"] == expected


def test_pdf_has_as_many_pages_as_it_says(made, reader):
    assert made["pdf"].pages == len(reader.pages)
    assert made["docx"].pages is None


def test_pdf_links_lead_where_the_text_says_and_nowhere_else(reader):
    targets = {
        annotation.get_object()["/A"]["/URI"]
        for page in reader.pages
        for annotation in page.get("/Annots", [])
        if "/URI" in annotation.get_object().get("/A", {})
    }

    assert targets == {
        "https://example.org/a?b=c&d=e",
        "https://readout.example.org/outcomes/aaaaaaaa/",
        "https://readout.example.org/events/made-up/",
    }


def test_hostile_text_is_printed_as_it_was_typed(made, shown):
    in_word = squeezed(text_of_word(made["docx"].content))

    for text in HOSTILE:
        assert squeezed(text) in shown, text
        assert squeezed(text) in in_word, text


@pytest.mark.parametrize("href", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "//host/x", "x y"])
def test_address_that_is_none_of_the_web_becomes_no_link(href):
    (paragraph,) = blocks_of(f"A [link]({href}) and <{href}>")

    assert not any(run.href for run in paragraph.runs)


def test_pdf_embeds_every_font_and_shows_no_sign_for_what_is_missing(reader, made):
    fonts = {}
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            descended = font.get_object()["/DescendantFonts"][0].get_object()
            fonts[descended["/BaseFont"]] = descended["/FontDescriptor"].get_object()

    assert all({"/FontFile2", "/FontFile3"} & descriptor.keys() for descriptor in fonts.values())
    named = {re.sub(r"^/\w{6}\+|-.*$", "", name) for name in fonts}
    assert named >= {"NotoSans", "IBMPlexSansArabic", "NotoSansHebrew", "NotoSansSC"}


def test_pictures_are_drawn_anew_and_say_nothing_of_their_own(made, reader):
    assert b"zanzibarine" not in made["pdf"].content
    with zipfile.ZipFile(io.BytesIO(made["docx"].content)) as package:
        media = [name for name in package.namelist() if name.startswith("word/media/")]
        assert len(media) == 1
        assert b"zanzibarine" not in package.read(media[0])
        assert dict(Image.open(io.BytesIO(package.read(media[0]))).getexif()) == {}
    assert len(reader.pages[0].images) == 1


def test_the_same_document_is_the_same_bytes(document, made):
    again = {"pdf": pdf.write(document, ON), "docx": word.write(document, ON)}

    assert again == made


# Word


def test_word_file_says_what_it_is_and_nothing_of_a_machine(file, made, document):
    core = file.core_properties

    assert (core.title, core.author, core.last_modified_by) == (document.title, document.author, document.author)
    assert (core.comments, core.keywords, core.language) == ("", "", "en-GB")
    assert core.created == core.modified == dt.datetime(2026, 11, 26, tzinfo=dt.UTC)
    with zipfile.ZipFile(io.BytesIO(made["docx"].content)) as package:
        assert b"python" not in b"".join(package.read(name) for name in package.namelist() if "docProps" in name)
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_word_file_has_real_styles(file):
    used = {paragraph.style.name for paragraph in file.paragraphs}

    assert used >= {
        *("Title", "Subtitle", "Heading 1", "Heading 2", "Heading 3", "List Bullet", "List Number", "Quote"),
        *("Numbered Paragraph", "Takeaway", "TOC 1", "TOC 2", "Code"),
    }


def test_word_file_counts_paragraphs_and_lists_by_definitions(file):
    numbering = file.part.numbering_part.element
    paragraphs = [one for one in file.paragraphs if one.style.name == "Numbered Paragraph"]
    number = file.styles["Numbered Paragraph"].element.pPr.numPr.numId.val
    starts = [int(one.get(qn("w:val"))) for one in numbering.iter(qn("w:startOverride"))]

    assert len(paragraphs) == 1 + len(HOSTILE)
    assert not any(re.match(r"\d+\.", paragraph.text) for paragraph in paragraphs)
    assert number in [int(one.get(qn("w:numId"))) for one in numbering.iter(qn("w:num"))]
    assert starts == [1, 4]


def test_word_file_has_contents_that_are_right_unopened(file, document):
    body = file.element.body
    instruction = "".join(element.text for element in body.iter(qn("w:instrText")))
    bookmarks = {
        mark.get(qn("w:name")): "".join(text.text for text in mark.getparent().iter(qn("w:t")))
        for mark in body.iter(qn("w:bookmarkStart"))
    }
    entries = [
        (link.get(qn("w:anchor")), "".join(text.text for text in link.iter(qn("w:t"))))
        for link in body.iter(qn("w:hyperlink"))
        if link.get(qn("w:anchor"))
    ]
    expected = []
    for section in document.everything:
        expected.append(section.title)
        expected += [words(part.runs) for part in section.blocks if isinstance(part, Heading) and part.level == 2]

    assert instruction.split() == ["TOC", "\\o", '"1-2"', "\\n", "\\h", "\\z"]
    assert [text for _, text in entries] == expected
    assert all(bookmarks[anchor] == text for anchor, text in entries)
    assert [char.get(qn("w:fldCharType")) for char in body.iter(qn("w:fldChar"))] == ["begin", "separate", "end"]


def test_word_file_describes_pictures_and_marks_header_rows(file):
    pictures = [shape._inline.docPr.get("descr") for shape in file.inline_shapes]
    headers = [[row._tr.find(".//" + qn("w:tblHeader")) is not None for row in table.rows] for table in file.tables]

    assert pictures == ["A blue square, the sign of the institute"]
    assert headers == [[True, False, False], [True, False, False]]


def test_word_file_runs_from_right_to_left_where_the_text_does(file):
    found = {paragraph.text: paragraph._p for paragraph in file.paragraphs}

    for text in (ARABIC, MIXED, HEBREW):
        assert found[text].pPr.find(qn("w:bidi")) is not None
    assert found[CHINESE].pPr.find(qn("w:bidi")) is None
    directions = [(run.text, bool(run.font.rtl)) for run in docx.text.paragraph.Paragraph(found[MIXED], file).runs]
    assert [rtl for _, rtl in directions] == [True, False, True, False]
    assert "".join(text for text, _ in directions) == MIXED
    lang = found[CHINESE].find(".//" + qn("w:lang"))
    assert lang.get(qn("w:eastAsia")) == "zh-CN"


def test_word_file_counts_its_pages_in_the_footer(file):
    fields = [field.get(qn("w:instr")) for field in file.sections[0].footer._element.iter(qn("w:fldSimple"))]

    assert fields == ["PAGE", "NUMPAGES"]


def test_draft_says_so_on_every_page(document):
    drafted = replace(document, draft="Draft, not for circulation")
    pages = PdfReader(io.BytesIO(pdf.write(drafted, ON).content)).pages
    section = docx.Document(io.BytesIO(word.write(drafted, ON).content)).sections[0]

    assert all("Draft, not for circulation" in page.extract_text() for page in pages)
    assert not section.different_first_page_header_footer
    assert section.header.paragraphs[0].text == "Draft, not for circulation"


# Both


def test_both_files_say_what_the_document_says(document, made, shown):
    """Each line of it, in its order: in the Word file by its runs, in the PDF by the text that pages give away."""
    for extension, text in {"docx": squeezed(text_of_word(made["docx"].content)), "pdf": shown}.items():
        at = 0
        for line in document.text.split("\n"):
            if (
                scripts.direction(line) == "rtl" and extension == "pdf"
            ):  # this reader hands its words on from left to right
                assert all(squeezed(word) in text for word in line.strip(".").split()), line
                continue
            found = text.find(squeezed(line), at)
            assert found >= 0, (extension, line)
            at = found if line in (document.title, document.event) else max(at, found)


# Markdown


def test_markdown_becomes_blocks():
    blocks = blocks_of(MARKDOWN)

    assert [block.kind for block in blocks] == [
        *("heading", "paragraph", "list", "list", "quotation", "heading", "table", "divider", "code"),
    ]
    assert [block.level for block in blocks if isinstance(block, Heading)] == [2, 3]
    assert blocks[2].items[1][1].ordered
    assert blocks[3].start == 4
    assert [words(cell) for cell in blocks[6].header] == ["Theme", "What was said"]
    assert blocks[8].text == "lines as they\n  stand"
    assert [run.text for run in blocks[1].runs if run.bold and run.italic] == ["both"]


@pytest.mark.parametrize(
    "text, levels", [("### Small\n\n# Large", [2, 2]), ("# a\n\n## b\n\n#### c\n\n##### d", [2, 3, 4, 4])]
)
def test_no_level_of_headings_is_skipped(text, levels):
    assert [block.level for block in blocks_of(text)] == levels


def test_html_and_pictures_in_markdown_are_only_words():
    blocks = blocks_of("<b>x</b> ![alt](https://example.org/p.png)\n\n<script>alert(1)</script>")

    assert text_of(blocks) == "<b>x</b> ![alt](https://example.org/p.png)\n<script>alert(1)</script>".replace(
        "![alt](https://example.org/p.png)", text_of(blocks_of("![alt](https://example.org/p.png)"))
    )


# Scripts


@pytest.mark.parametrize(
    "text, way",
    [(ARABIC, "rtl"), (HEBREW, "rtl"), (MIXED, "rtl"), ("2026: " + ARABIC, "rtl"), ("ICT " + ARABIC, "ltr")],
)
def test_direction_is_that_of_the_first_strong_sign(text, way):
    assert scripts.direction(text) == way


@pytest.mark.parametrize(
    "text, otherwise, language",
    [
        (ARABIC, "en", "ar"),
        (ARABIC, "fa", "fa"),
        (CHINESE, "en", "zh"),
        ("日本語のテキストです", "en", "ja"),
        ("Des mots", "fr", "fr"),
        ("Some words", "ar", "en"),
        ("Слова", "uk", "ru"),
        ("12 – 14", "zh", "zh"),
    ],
)
def test_language_is_told_by_the_script(text, otherwise, language):
    assert scripts.language(text, otherwise) == language


def test_what_no_font_has_is_told_and_marked():
    text = "Hello 😀 한 ok"

    assert scripts.missing(text) == ["😀", "한"]
    assert scripts.printable(text) == "Hello \ufffd \ufffd ok"
    assert scripts.missing(ARABIC + CHINESE + HEBREW + "ไทย हिन्दी Ελληνικά Türkçe „“–…\u200d") == []


def test_document_with_signs_that_no_font_has_is_still_for_everybody(document, tmp_path):
    path = tmp_path / "report.pdf"
    odd = Section("한국 😀", (Paragraph(plain("😀 한")),))
    path.write_bytes(pdf.write(replace(document, sections=(odd,)), ON).content)

    assert not pdfua.validate(str(path)).findings
    assert outloud.check(str(path)).errors == 0
