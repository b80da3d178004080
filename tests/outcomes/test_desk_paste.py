"""Notes and documents taken apart on the desk."""

import io
import uuid
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from outcomes import proposals
from outcomes.intake import MAX_FILE
from outcomes.models import Outcome
from tests.factories import ParticipationFactory, PersonFactory, TakeawayFactory
from tests.outcomes.desk import paste_url, place_url, said

DOCUMENTS = Path(__file__).parent / "documents"
NOTES = """Takeaways
- Trust grows with every call.
- Call before you need to.

Actions
- Publish the list of numbers.
"""


def offered(response):
    return [(offer.kind, offer.text, offer.line) for offer in response.context["offers"] if offer.is_placed]


def fields(response, **changes):
    """What the form of proposals holds, as a browser sends it."""
    data = {"step": "decide"}
    for offer in response.context["offers"]:
        n = offer.number
        data |= {f"text-{n}": offer.text, f"kind-{n}": offer.kind, f"key-{n}": str(offer.key)}
        data |= {f"line-{n}": offer.line, f"heading-{n}": offer.heading}
        if not offer.is_placed:
            data[f"unplaced-{n}"] = "yes"
    return data | changes


def filed():
    return list(Outcome.objects.order_by("position").values_list("kind", "text", "status"))


def test_notes_become_proposals_with_kind_and_line_and_nothing_is_stored(desk, group):
    response = desk.post(paste_url(group), {"notes": NOTES})

    assert response.status_code == 200
    assert offered(response) == [
        ("takeaway", "Trust grows with every call.", "2"),
        ("takeaway", "Call before you need to.", "3"),
        ("action", "Publish the list of numbers.", "6"),
    ]
    assert not Outcome.objects.exists()


def test_a_bare_list_is_proposed_with_a_doubt(desk, group):
    response = desk.post(paste_url(group), {"notes": "- Trust grows with calls.\n- To publish the numbers."})

    assert offered(response) == [
        ("takeaway", "Trust grows with calls.", "1"),
        ("action", "To publish the numbers.", "2"),
    ]
    assert all("No heading says what this is" in offer.doubts[0] for offer in response.context["offers"])


def test_what_was_not_placed_is_folded_and_can_be_added_too(desk, group):
    response = desk.post(paste_url(group), {"notes": f"We met in the morning and talked.\n\n{NOTES}"})
    (left,) = [offer for offer in response.context["offers"] if not offer.is_placed]

    everything = desk.post(paste_url(group), fields(response, accept="all"))
    assert left.text == "We met in the morning and talked."
    assert everything.url == f"{place_url(group)}?added=yes"
    assert Outcome.objects.count() == 3

    desk.post(paste_url(group), fields(response, accept=left.number))
    assert Outcome.objects.count() == 4


def test_one_by_one_each_becomes_a_draft_and_the_rest_stays(desk, group, rapporteur):
    response = desk.post(paste_url(group), {"notes": NOTES})
    first, second, third = (offer.number for offer in response.context["offers"])

    rest = desk.post(paste_url(group), fields(response, accept=second, **{f"text-{first}": "Changed here."}))
    assert filed() == [("takeaway", "Call before you need to.", "draft")]
    assert offered(rest) == [
        ("takeaway", "Changed here.", "2"),
        ("action", "Publish the list of numbers.", "6"),
    ]
    outcome = Outcome.objects.get()
    assert (outcome.author, outcome.session.pk, outcome.heading) == (rapporteur, group.pk, "Takeaways")

    less = desk.post(paste_url(group), fields(rest, dismiss=third))
    assert [offer.number for offer in less.context["offers"]] == [first]
    last = desk.post(paste_url(group), fields(less, accept=first, **{f"kind-{first}": "action"}), follow=True)
    assert said(last) == ["1 action added. Not submitted yet."]
    assert filed()[1] == ("action", "Changed here.", "draft")


def test_the_same_acceptance_twice_makes_one(desk, group):
    response = desk.post(paste_url(group), {"notes": NOTES})

    for _ in range(2):
        desk.post(paste_url(group), fields(response, accept="all"))

    assert [text for _, text, _ in filed()] == [
        "Trust grows with every call.",
        "Call before you need to.",
        "Publish the list of numbers.",
    ]


def test_what_cannot_be_stored_stays_with_the_reason_and_the_others_are_added(desk, group):
    response = desk.post(paste_url(group), {"notes": NOTES})
    bad = response.context["offers"][0].number

    refused = desk.post(paste_url(group), fields(response, accept="all", **{f"text-{bad}": "nul \x00 here"}))

    (left,) = refused.context["offers"]
    assert refused.status_code == 422
    assert (left.text, "U+0000" in left.problem) == ("nul \x00 here", True)
    assert Outcome.objects.count() == 2


def test_doubts_say_what_is_there_already_and_what_is_too_long(desk, group):
    TakeawayFactory(event=group.event, session=group, text="Trust grows with every call.")
    notes = f"Takeaways\n- Trust  grows with every call.\n- {'word ' * 120}\n- {'word ' * 500}\n"

    offers = desk.post(paste_url(group), {"notes": notes}).context["offers"]

    assert [offer.doubts for offer in offers] == [
        ["It is in the list already."],
        ["599 characters: 500 are what people read."],
        ["2499 characters: shorten it to 2000 before you add it."],
    ]


def test_a_name_that_the_rule_forbids_is_a_doubt(desk, group):
    group.event.attribution = "chatham_house"
    group.event.save()
    ParticipationFactory(event=group.event, person=PersonFactory(name="Zoë Łukasiewicz"))

    (offer,) = desk.post(paste_url(group), {"notes": "Takeaways\n- As Ms Lukasiewicz said, call."}).context["offers"]

    assert len(offer.doubts) == 1
    assert "Lukasiewicz" in offer.doubts[0]


def test_there_are_never_more_proposals_than_a_page_can_hold(desk, group):
    notes = "Takeaways\n" + "\n".join(f"- This is takeaway number {n}." for n in range(170))

    response = desk.post(paste_url(group), {"notes": notes})
    rest = desk.post(paste_url(group), fields(response, dismiss="0"))

    assert (len(response.context["offers"]), response.context["left_out"]) == (proposals.MOST, 20)
    assert "20 more were left out" in response.content.decode()
    assert len(rest.context["offers"]) == proposals.MOST - 1


@pytest.mark.parametrize("name", ["dialogue-page.txt", "report.html"])
def test_a_document_is_read_as_the_command_reads_it(desk, group, name):
    from outcomes import intake

    data = (DOCUMENTS / name).read_bytes()
    expected = [(one.kind, one.text, str(one.line)) for one in intake.read(data, name).proposals]

    response = desk.post(paste_url(group), {"document": SimpleUploadedFile(name, data)})

    assert expected
    assert offered(response) == expected


def test_a_word_file_is_read(desk, group):
    document = io.BytesIO()
    body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in ("Takeaways", "- Trust grows with calls."))
    with zipfile.ZipFile(document, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override '
            'PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
            'wordprocessingml.document.main+xml"/></Types>',
        )
        archive.writestr(
            "word/document.xml",
            '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
            f"{body}</w:body></w:document>",
        )

    response = desk.post(paste_url(group), {"document": SimpleUploadedFile("notes.docx", document.getvalue())})

    assert offered(response) == [("takeaway", "Trust grows with calls.", "2")]


@pytest.mark.parametrize(
    ("post", "complaint"),
    [
        ({}, "Paste your notes or choose a document."),
        ({"notes": " \n "}, "Paste your notes or choose a document."),
        ({"notes": "Well."}, "nothing in it that could be a takeaway"),
        ({"document": SimpleUploadedFile("a.pdf", b"%PDF-1.7")}, "This is a PDF"),
        ({"document": SimpleUploadedFile("a.docx", b"PK\x03\x04 no zip")}, ""),
        ({"document": SimpleUploadedFile("a.txt", b"")}, "This file is empty."),
        ({"document": SimpleUploadedFile("a.docx", b"words")}, "not a Word document"),
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_is_lost(desk, group, post, complaint):
    if post.get("document"):
        post["document"].seek(0)

    response = desk.post(paste_url(group), {"notes": "Kept all the same."} | post if "document" in post else post)

    body = response.content.decode()
    assert response.status_code == 422
    assert "There is a problem" in body
    assert complaint.replace("'", "&#x27;") in body
    if "document" in post:
        assert "Kept all the same." in body


def test_a_file_that_is_too_large_is_not_even_read(desk, group, monkeypatch):
    monkeypatch.setattr("outcomes.forms.MAX_FILE", 10)

    response = desk.post(paste_url(group), {"document": SimpleUploadedFile("a.txt", b"Takeaways\n- Trust grows.")})

    assert MAX_FILE == 20 * 1024 * 1024
    assert response.status_code == 422
    assert "larger than 20 MB" in response.content.decode()


def test_odd_fields_are_passed_over(desk, group):
    odd = {"step": "decide", "accept": "all", "text-0": "No key.", "text-1": "Odd key.", "key-1": "\x00", "text-": "x"}
    odd |= {"text-2": "Good.", "key-2": str(uuid.uuid4()), "kind-2": "decree", "line-2": "\x00" * 9, "dismiss": ""}

    response = desk.post(paste_url(group), odd)

    assert response.status_code == 302
    assert filed() == [("takeaway", "Good.", "draft")]


def test_words_are_never_markup(desk, group):
    response = desk.post(paste_url(group), {"notes": "Takeaways\n- <script>alert(1)</script> is a takeaway"})

    assert "<script>alert(1)" not in response.content.decode()


def test_pasting_changes_nothing_for_others(client, other_rapporteur, group):
    client.force_login(other_rapporteur)

    assert client.post(paste_url(group), {"notes": NOTES}).status_code == 404
    assert client.get(paste_url(group)).status_code == 404
