"""The text of a report out of a document."""

import pytest

from outcomes.importing.report import escaped
from outcomes.models import Report, ReportSection
from tests.factories import ReportFactory, ReportSectionFactory
from tests.importing import decide, preview, states, undo

PAGE = b"""<html><body><h1>Report of the dialogue</h1><p>What it was about.</p>
<h2>Background</h2><p>A first paragraph with *stars*.</p><p>A second one.</p>
<h2>Findings</h2><h3>On trust</h3><ul><li>Trust is slow.</li><li>Words matter.</li></ul><p>And <b>so</b> on.</p>
</body></html>"""
FINDINGS = "### On trust\n\n- Trust is slow.\n- Words matter.\n\nAnd so on."


@pytest.fixture
def secretary(client, editor):
    client.force_login(editor)
    return client


def test_headings_become_sections_of_a_draft_and_again_change_nothing(secretary, event):
    source = preview(secretary, "report", PAGE, target=event, name="report.html")
    assert states(source) == [(1, "new"), (2, "new"), (3, "new")]
    decide(secretary, source)

    report = Report.objects.get(event=event)
    assert (report.status, report.title) == ("draft", event.title)
    assert list(report.sections.values_list("title", "body")) == [
        ("Introduction", "What it was about."),
        ("Background", "A first paragraph with \\*stars\\*.\n\nA second one."),
        ("Findings", FINDINGS),
    ]
    again = preview(secretary, "report", PAGE, target=event, name="report.html")
    assert {state for _, state in states(again)} == {"unchanged"}
    undo(secretary, source)
    assert source.state == "undone", source.notice
    assert not Report.objects.exists()


def test_section_that_is_public_changes_only_where_somebody_says_so(secretary, event):
    report = ReportFactory(event=event, published=True)
    background = ReportSectionFactory(report=report, title="Background", body="As it was.")
    ReportSectionFactory(report=report, title="Findings", body=FINDINGS)

    source = preview(secretary, "report", PAGE, target=event, name="report.html")

    assert states(source) == [(1, "doubt"), (2, "doubt"), (3, "unchanged")]
    decide(secretary, source, "all", what="suggested")
    decide(secretary, source, "all", what="skip")
    decide(secretary, source)
    background.refresh_from_db()
    assert background.body.startswith("A first paragraph")
    assert ReportSection.objects.matching("paragraph").exists()
    undo(secretary, source)
    background.refresh_from_db()
    assert background.body == "As it was."
    assert not ReportSection.objects.matching("paragraph").exists()


@pytest.mark.parametrize(
    "text, written",
    [
        ("# no heading", "\\# no heading"),
        ("1. no list", "1\\. no list"),
        ("- no bullet", "\\- no bullet"),
        ("<b>[x](y)`", "\\<b>\\[x](y)\\`"),
        ("snake_case and _so_", "snake_case and \\_so\\_"),
        ("5 - 3 = 2", "5 - 3 = 2"),
    ],
)
def test_words_stay_words(text, written):
    assert escaped(text) == written
