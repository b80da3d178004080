import datetime as dt
import re

import pytest

from outcomes.citation import Citation, latex
from tests.factories import (
    PUBLISHED_AT,
    EventFactory,
    EventPartnerFactory,
    OrganisationFactory,
    ParticipationFactory,
    PersonFactory,
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
        assert "Takeaway MU1-T3" in said
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

        for extension in ("txt", "bib", "ris"):
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
        for extension in ("txt", "bib", "ris"):
            assert f'href="/outcomes/{outcome.code}/cite.{extension}"' in body
