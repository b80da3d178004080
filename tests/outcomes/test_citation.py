import datetime as dt
import json
import re

import bibtexparser
import pytest
import rispy

from outcomes.citation import Citation, latex
from tests.factories import (
    PUBLISHED_AT,
    EventFactory,
    EventPartnerFactory,
    OrganisationFactory,
    ParticipationFactory,
    PersonFactory,
    ReportFactory,
    ReportSectionFactory,
    RoleFactory,
    TakeawayFactory,
    UserFactory,
)

PARTS = {
    "code": "abcd2345",
    "kind": "Takeaway",
    "reference": "MU1-T3",
    "text": "Hotlines help.",
    "event": "The dialogue",
    "authors": ["Institute of Examples", "Ministry of Trade and Industry"],
    "published_on": dt.date(2026, 3, 6),
    "url": "https://readout.example/outcomes/abcd2345/",
    "files": "/outcomes/abcd2345/cite.",
}


def cite(**parts):
    return Citation(**PARTS | parts)


def test_plain_text_says_who_what_where_and_when():
    assert cite().plain == (
        "Institute of Examples, Ministry of Trade and Industry. “Hotlines help.” Takeaway MU1-T3 of The dialogue. "
        "Readout, 6 March 2026. https://readout.example/outcomes/abcd2345/"
    )


def test_plain_text_without_convener_begins_with_the_wording():
    assert cite(authors=[], text="No full stop").plain.startswith("“No full stop”. Takeaway MU1-T3 of The dialogue.")


def test_bibtex_is_an_entry_with_organisations_kept_whole():
    assert cite().bibtex == (
        "@misc{readout-abcd2345,\n"
        "  author = {{Institute of Examples} and {Ministry of Trade and Industry}},\n"
        "  title = {{Hotlines help.}},\n"
        "  howpublished = {Takeaway MU1-T3 of The dialogue},\n"
        "  publisher = {Readout},\n"
        "  year = {2026},\n"
        "  url = {https://readout.example/outcomes/abcd2345/},\n"
        "  month = mar,\n"
        "}\n"
    )


def test_bibtex_without_convener_has_no_author():
    assert "author" not in cite(authors=[]).bibtex


@pytest.mark.parametrize("text", ["} , evil = {", "{{{", "a\\", "}}}\n@misc{x,", "100 % & $5 #1 a_b ~^"])
def test_bibtex_is_not_broken_by_any_wording(text):
    entry = cite(text=text, event=text, authors=[text], reference=text).bibtex

    depth = 0
    for sign in entry:
        depth += {"{": 1, "}": -1}.get(sign, 0)
        assert depth >= 0
    assert depth == 0
    assert [line.split(" = ")[0].strip() for line in entry.splitlines()[1:-1]] == [
        *("author", "title", "howpublished", "publisher", "year", "url", "month")
    ]


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("50 % & more", r"50 \% \& more"),
        ("a_b #1 $2", r"a\_b \#1 \$2"),
        ("~^", r"\textasciitilde{}\textasciicircum{}"),
        ("\\{}", r"\textbackslash{}\textbraceleft{}\textbraceright{}"),
        ("Señal, 信頼, الثقة", "Señal, 信頼, الثقة"),
        ("two\nlines", "two lines"),
    ],
)
def test_latex_signs_are_escaped_and_letters_kept(text, escaped):
    assert latex(text) == escaped


def test_ris_is_a_record_of_tags():
    assert cite().ris.split("\r\n") == [
        "TY  - ELEC",
        "AU  - Institute of Examples",
        "AU  - Ministry of Trade and Industry",
        "TI  - Hotlines help.",
        "T2  - The dialogue",
        "M1  - Takeaway MU1-T3",
        "PB  - Readout",
        "PY  - 2026",
        "DA  - 2026/03/06",
        "UR  - https://readout.example/outcomes/abcd2345/",
        "ID  - abcd2345",
        "ER  - ",
        "",
    ]


@pytest.mark.parametrize("text", ["a\r\nER  - \r\nTY  - EVIL", "a\nAU  - Somebody", "a\u2028ER  - "])
def test_ris_takes_no_tags_from_a_wording(text):
    record = cite(text=text, event=text, authors=[text]).ris

    assert [line[:5] for line in record.splitlines()] == [
        f"{tag}  -" for tag in ("TY", "AU", "TI", "T2", "M1", "PB", "PY", "DA", "UR", "ID", "ER")
    ]


@pytest.mark.django_db
class TestDownload:
    @pytest.mark.parametrize(
        ("extension", "content_type", "begins"),
        [
            ("txt", "text/plain", "Institute of Examples. “"),
            ("bib", "application/x-bibtex", "@misc{readout-"),
            ("ris", "application/x-research-info-systems", "TY  - ELEC"),
            ("json", "application/vnd.citationstyles.csl+json", "["),
        ],
    )
    def test_citation_is_a_file_in_three_forms(self, client, settings, extension, content_type, begins):
        event = EventFactory(title="対話", reference="MU1")
        EventPartnerFactory(event=event, role="partner", organisation=OrganisationFactory(name="Not the author"))
        EventPartnerFactory(
            event=event, role="convener", organisation=OrganisationFactory(name="Institute of Examples")
        )
        outcome = TakeawayFactory(event=event, text="Señal <b>", published=True, number=3)

        response = client.get(f"/outcomes/{outcome.code}/cite.{extension}")

        said = response.content.decode()
        assert response.headers["Content-Type"] == f"{content_type}; charset=utf-8"
        assert said.startswith(begins)
        assert "Señal <b>" in said
        assert "MU1-T3" in said
        assert "Takeaway" in said
        assert "対話" in said
        assert "Not the author" not in said
        assert f"{settings.SITE_URL}/outcomes/{outcome.code}/" in said
        assert PUBLISHED_AT.strftime("%Y") in said

    def test_conveners_stand_in_their_order(self, client):
        event = EventFactory()
        for name, position in (("Second", 2), ("First", 1)):
            EventPartnerFactory(
                event=event, role="convener", position=position, organisation=OrganisationFactory(name=name)
            )
        outcome = TakeawayFactory(event=event, published=True)

        assert client.get(f"/outcomes/{outcome.code}/cite.txt").content.decode().startswith("First, Second. “")

    def test_no_person_is_cited(self, client):
        event = EventFactory(on_record=True)
        person = PersonFactory(name="Ana Example")
        someone = ParticipationFactory(event=event, public=True, person=person)
        for role in ("convener", "rapporteur"):
            RoleFactory(participation=someone, role=role)
        outcome = TakeawayFactory(event=event, published=True, author=UserFactory(name="Ana Example"))

        for extension in Citation.FORMATS:
            assert "Ana" not in client.get(f"/outcomes/{outcome.code}/cite.{extension}").content.decode()

    @pytest.mark.parametrize("extension", ["pdf", "html", "", "bib/"])
    def test_there_is_no_other_form(self, client, extension):
        outcome = TakeawayFactory(published=True)

        assert client.get(f"/outcomes/{outcome.code}/cite.{extension}").status_code == 404

    def test_withdrawn_outcome_is_cited_no_more(self, client):
        outcome = TakeawayFactory(text="SECRET", withdrawn=True)

        response = client.get(f"/outcomes/{outcome.code}/cite.bib")

        assert response.status_code == 410
        assert b"SECRET" not in response.content

    def test_page_offers_every_form(self, client):
        outcome = TakeawayFactory(text='Said "so" & done', published=True)

        body = client.get(outcome.get_absolute_url()).content.decode()

        copied = re.findall(r'data-copy="([^"]*)"', body)
        assert [text.split("\n")[0][:24] for text in copied] == [
            f"http://localhost:8000/{outcome.get_absolute_url()[1:]}"[:24],
            "“Said &quot;so&quot; &am",
            f"@misc{{readout-{outcome.code},"[:24],
        ]
        for extension in Citation.FORMATS:
            assert f'href="/outcomes/{outcome.code}/cite.{extension}"' in body


# The fields of CSL 1.0.2 that are used here, and what they may hold (its schema, csl-data.json).
CSL_TYPES = {"webpage", "event", "report"}
CSL_TEXTS = {
    *("id", "type", "title", "container-title", "event-title", "event-place", "genre", "number", "publisher", "URL"),
}


def readings(client, address):
    """Return what three independent readers make of the citation files at an address: BibTeX, RIS, CSL-JSON."""
    files = {end: client.get(f"{address}cite.{end}").content.decode() for end in ("bib", "ris", "json")}
    library = bibtexparser.parse_string(files["bib"])
    assert not library.failed_blocks
    [entry] = library.entries
    [record] = rispy.loads(files["ris"])
    [item] = json.loads(files["json"])
    assert item["type"] in CSL_TYPES
    assert {name for name, value in item.items() if isinstance(value, str)} <= CSL_TEXTS
    assert set(item) - CSL_TEXTS <= {"author", "issued"}
    assert all(set(author) == {"literal"} for author in item.get("author", []))
    return entry, record, item


@pytest.mark.django_db
class TestReaders:
    @pytest.fixture
    def report(self):
        event = EventFactory(
            title="Trust, {and} more",
            reference="MU1",
            on_record=True,
            city="Santiago",
            country="CL",
            format="roundtable",
        )
        organisation = OrganisationFactory(name="Ministry of Trade and Industry")
        EventPartnerFactory(event=event, role="convener", organisation=organisation)
        author = ParticipationFactory(event=event, public=True, person=PersonFactory(name="Ana and Example"))
        report = ReportFactory(event=event, title="What & how", published=True, author=author)
        ReportSectionFactory(report=report, title="Key points", body="Words.")
        return report

    def test_outcome(self, client, report):
        outcome = TakeawayFactory(event=report.event, text="Señal: 50 % {up}\nnow", published=True, number=3)

        entry, record, item = readings(client, outcome.get_absolute_url())

        assert entry.entry_type == "misc"
        assert entry["author"] == "{Ministry of Trade and Industry}"
        assert entry["title"] == r"{Señal: 50 \% \textbraceleft{}up\textbraceright{} now}"
        assert (record["type_of_reference"], record["authors"]) == ("ELEC", ["Ministry of Trade and Industry"])
        assert item["title"] == record["title"] == "Señal: 50 % {up} now"
        assert (item["type"], item["number"], item["genre"]) == ("webpage", "MU1-T3", "Takeaway")
        assert item["issued"] == {"date-parts": [[2026, 3, 6]]}
        assert record["urls"] == [item["URL"]]

    def test_event(self, client, report):
        entry, record, item = readings(client, report.event.get_absolute_url())

        assert entry.key == "readout-mu1"
        assert entry["howpublished"] == "Roundtable, Santiago, Chile, 3 March 2026"
        assert (record["type_of_reference"], record["title"]) == ("CONF", "Trust, {and} more")
        assert (item["type"], item["event-place"]) == ("event", "Santiago, Chile")
        assert item["author"] == [{"literal": "Ministry of Trade and Industry"}]
        text = client.get(f"{report.event.get_absolute_url()}cite.txt").content.decode()
        assert text.startswith(
            "Ministry of Trade and Industry. Trust, {and} more. Roundtable, Santiago, Chile, 3 March 2026. Readout. h"
        )

    def test_report_by_its_byline(self, client, report):
        entry, record, item = readings(client, f"{report.event.get_absolute_url()}report/")

        assert entry.entry_type == "techreport"
        assert (entry["author"], entry["number"]) == ("{Ana and Example}", "MU1")
        assert entry["institution"] == "{Ministry of Trade and Industry}"
        assert (record["type_of_reference"], record["authors"]) == ("RPRT", ["Ana and Example"])
        assert item["author"] == [{"literal": "Ana and Example"}]
        assert (item["type"], item["publisher"]) == ("report", "Ministry of Trade and Industry")
        assert client.get(item["URL"]).status_code == 200

    @pytest.mark.parametrize("hidden", ["not listed", "closed before"])
    def test_report_whose_rapporteur_may_not_be_named_is_by_the_convener(self, client, report, hidden):
        change = {"listing": "participants"} if hidden == "not listed" else {"recorded_under": "closed"}
        type(report.author).objects.filter(pk=report.author_id).update(**change)

        for address in (f"{report.event.get_absolute_url()}report/", report.event.get_absolute_url()):
            for reading in readings(client, address):
                assert "Ana" not in str(reading)
        page = client.get(report.sections.get().get_absolute_url()).content.decode()
        assert "Ana" not in page
        assert '<meta name="citation_author" content="Ministry of Trade and Industry">' in page

    def test_pages_say_it_to_reference_managers(self, client, report):
        outcome = TakeawayFactory(event=report.event, text='A "wording" <b>', published=True)
        pages = {
            outcome.get_absolute_url(): (
                "A &quot;wording&quot; &lt;b&gt;",
                "Ministry of Trade and Industry",
                "2026/03/06",
            ),
            report.event.get_absolute_url(): ("Trust, {and} more", "Ministry of Trade and Industry", "2026/03/03"),
            report.sections.get().get_absolute_url(): ("What &amp; how", "Ana and Example", "2026/03/06"),
        }
        for page, (title, author, day) in pages.items():
            body = client.get(page).content.decode()
            told = dict(re.findall(r'<meta name="(citation_\w+)" content="([^"]*)">', body))
            assert (told["citation_title"], told["citation_author"], told["citation_publication_date"]) == (
                *(title, author, day),
            )
            assert told["citation_public_url"].startswith("http://localhost:8000/")
            assert 'id="cite"' in body

    def test_withdrawn_event_and_report_are_cited_no_more(self, client, report, editor):
        addresses = [f"{report.event.get_absolute_url()}{end}" for end in ("report/cite.bib", "cite.bib")]
        report.withdraw(by=editor)
        assert [client.get(address).status_code for address in addresses] == [410, 200]
        report.event.withdraw(by=editor)
        assert [client.get(address).status_code for address in addresses] == [410, 410]
        draft = ReportSectionFactory(report__event=EventFactory(), body="Words").report.event
        assert client.get(f"{draft.get_absolute_url()}report/cite.bib").status_code == 404
