"""Themes out of a table; for administrators alone."""

import pytest
from django.urls import reverse

from outcomes.exports import ThemeExport
from outcomes.models import OutcomeCount, Theme
from participants.exporting.text import write
from tests.factories import TakeawayFactory, ThemeFactory
from tests.importing import address, decide, preview, states, undo

TABLE = """Theme,Parent,Description,Slug
Cyber,,What is connected,
Norms,cyber,,norms-of-behaviour
Water,,,
"""


@pytest.fixture
def keeper(client, administrator):
    client.force_login(administrator)
    return client


def test_table_becomes_themes_of_two_levels_and_again_changes_nothing(keeper):
    ThemeFactory(name="Water", slug="water")

    source = preview(keeper, "themes", TABLE)
    decide(keeper, source)

    assert states(source) == [(2, "new"), (3, "new"), (4, "unchanged")]
    norms = Theme.objects.get(slug="norms-of-behaviour")
    assert (norms.name, norms.parent.name, norms.parent.description) == ("Norms", "Cyber", "What is connected")
    assert {state for _, state in states(preview(keeper, "themes", TABLE))} == {"unchanged"}
    undo(keeper, source)
    assert [theme.name for theme in Theme.objects.all()] == ["Water"]


def test_what_is_exported_comes_back_unchanged(keeper, administrator):
    ThemeFactory(name="Norms", parent=ThemeFactory(name="=Cyber", description="+1", position=3))
    data = b"".join(write(ThemeExport.columns, ThemeExport.read(Theme.objects.all(), administrator)))

    assert {state for _, state in states(preview(keeper, "themes", data))} == {"unchanged"}


@pytest.mark.parametrize(
    "text, words",
    [
        ("Theme,Parent\nA,Nowhere\n", "Parent “Nowhere” is no theme"),
        ("Theme,Parent\nA,\nB,A\nC,B\n", "Themes have two levels"),
        ("Theme\nA\na\n", "Line 2 is called the same"),
        ("Theme,Slug\nA,new\n", "is an address of the site itself"),
        ("Theme,Position\nA,first\n", "is no number"),
    ],
)
def test_what_cannot_be_a_theme_is_an_error(keeper, text, words):
    source = preview(keeper, "themes", text)

    assert words in source.rows.get(state="error").why


def test_theme_that_moves_takes_its_outcomes_along_and_back(keeper, event):
    cyber, norms = ThemeFactory(name="Cyber", slug="cyber"), ThemeFactory(name="Norms", slug="norms")
    TakeawayFactory(event=event, themes=[norms], published=True)

    source = preview(keeper, "themes", "Theme,Parent\nNorms,Cyber\n")
    decide(keeper, source)

    def counted(theme):
        return OutcomeCount.objects.filter(theme=theme, number__gt=0).exists()

    assert source.rows.get().differences == [["Parent", "", "Cyber"]]
    assert counted(cyber)
    undo(keeper, source)
    norms.refresh_from_db()
    assert norms.parent is None
    assert not counted(cyber)


def test_theme_in_use_is_not_taken_back(keeper, event):
    source = preview(keeper, "themes", "Theme\nCyber\n")
    decide(keeper, source)
    TakeawayFactory(event=event, themes=[Theme.objects.get()])

    undo(keeper, source)

    assert source.state == "applied"
    assert "Cyber is in use since" in source.notice


def test_themes_are_for_administrators(client, keeper, editor):
    source = preview(keeper, "themes", "Theme\nCyber\n")
    client.force_login(editor)

    assert client.get(reverse("admin:participants_import_start", args=["themes"])).status_code == 403
    assert client.get(address(source)).status_code == 404
    assert client.post(address(source), {"do": "apply", "round": source.round}).status_code == 404
    assert not Theme.objects.exists()
