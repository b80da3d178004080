from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from outcomes.models import Outcome
from tests.factories import BreakoutGroupFactory, EventFactory, SessionFactory, UserFactory

pytestmark = pytest.mark.django_db

DOCUMENT = """A dialogue on made-up matters

Takeaways

• The importance of talking
  to neighbours.
• It should be make clear who decides.

Actions

• To write things down.

Rap Porteur
Institute of Made-up Affairs | June 2026
"""


@pytest.fixture
def document(tmp_path):
    path = tmp_path / "next-steps.txt"
    path.write_text(DOCUMENT, encoding="utf-8")
    return path


def run(*args) -> str:
    out = StringIO()
    call_command("import_outcomes", *args, stdout=out)
    return out.getvalue()


def test_preview_shows_lines_and_stores_nothing(document, event):
    printed = run(document, "--event", event.slug)

    assert "Takeaways proposed: 2" in printed
    assert "line    5  The importance of talking to neighbours." in printed
    assert "Actions proposed: 1" in printed
    assert "line   11  To write things down." in printed
    assert "Institute of Made-up Affairs | June 2026" in printed.partition("Not placed")[2]
    assert "Nothing was stored" in printed
    assert not Outcome.objects.exists()


def test_apply_writes_drafts_in_the_documents_order_and_words(document, event):
    run(document, "--event", event.slug, "--apply")

    drafts = Outcome.objects.order_by("position")
    assert [(draft.kind, draft.text, draft.status) for draft in drafts] == [
        ("takeaway", "The importance of talking to neighbours.", "draft"),
        ("takeaway", "It should be make clear who decides.", "draft"),
        ("action", "To write things down.", "draft"),
    ]
    assert {draft.heading for draft in drafts} == {"Takeaways", "Actions"}
    assert not Outcome.objects.public().exists()


def test_apply_twice_writes_nothing_twice(document, event):
    run(document, "--event", event.slug, "--apply")

    printed = run(document, "--event", event.slug, "--apply")

    assert printed.count("[is there already]") == 3
    assert "0 drafts written" in printed
    assert Outcome.objects.count() == 3


def test_drafts_belong_to_session_and_author(document, event, group):
    author = UserFactory(email="writer@example.org")

    run(document, "--event", event.slug, "--session", group.code, "--by", "Writer@Example.org", "--apply")

    assert {(draft.session_id, draft.author) for draft in Outcome.objects.all()} == {(group.pk, author)}


def test_one_that_cannot_be_stored_stops_all(tmp_path, event):
    path = tmp_path / "long.txt"
    path.write_text(f"Takeaways\n\n• A short one.\n• {'word ' * 500}\n", encoding="utf-8")

    with pytest.raises(CommandError, match=r"Line 4: .* Nothing was stored"):
        run(path, "--event", event.slug, "--apply")

    assert not Outcome.objects.exists()


def test_document_without_lists_proposes_nothing_and_says_what_was_seen(tmp_path, event):
    path = tmp_path / "recap.txt"
    path.write_text("A recap\n\nSignature Panel\n\nIt was said that much remains to be done.\n", encoding="utf-8")

    printed = run(path, "--event", event.slug, "--apply")

    assert "Takeaways proposed: 0" in printed
    assert "Actions proposed: 0" in printed
    assert "Signature Panel" in printed
    assert not Outcome.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--event", "nowhere"), "No event has the address “nowhere”"),
        (("--event", "here", "--session", "aaaaaaaa"), "no session with the code aaaaaaaa"),
        (("--event", "here", "--by", "nobody@example.org"), "Nobody has the address nobody@example.org"),
    ],
)
def test_what_is_not_there_is_named(document, arguments, message):
    EventFactory(slug="here")

    with pytest.raises(CommandError, match=message):
        run(document, *arguments)


def test_session_of_another_event_is_refused(document, event):
    elsewhere = BreakoutGroupFactory(parent=SessionFactory(event=EventFactory()))

    with pytest.raises(CommandError, match="no session"):
        run(document, "--event", event.slug, "--session", elsewhere.code)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("missing.txt", None, "cannot be read"),
        ("empty.txt", b"", "empty.txt"),
        ("report.pdf", b"%PDF-1.7 x", "report.pdf"),
        ("nul.txt", b"Takeaways\n\n\x00", "nul.txt"),
    ],
)
def test_file_that_cannot_be_read_is_named_in_plain_words(tmp_path, event, name, content, message):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(CommandError, match=message):
        run(path, "--event", event.slug)
