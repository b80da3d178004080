"""The command says what it would do, and does it for somebody who may."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from participants.models import Import
from tests.events.importing.test_agenda_import import TABLE, event, shown, two
from tests.factories import SessionFactory

__all__ = ["event"]


def run(tmp_path, event, data, name="schedule.json", **options):
    file = tmp_path / name
    file.write_bytes(data if isinstance(data, bytes) else data.encode())
    out = StringIO()
    call_command("import_agenda", str(file), event=event.slug, stdout=out, **options)
    return out.getvalue()


def test_command_shows_first_and_writes_once(tmp_path, editor, event):
    said = run(tmp_path, event, two())
    assert "New            line    1  Opening of the forum" in said
    assert "2 new.\nNothing was stored." in said
    assert not event.sessions.exists()
    assert not Import.objects.exists()

    assert "Applied to Made-up forum, by Ed Itor." in run(tmp_path, event, two(), apply=True, by="Editor@example.org")
    said = run(tmp_path, event, two(), apply=True, by="editor@example.org")

    assert "2 unchanged." in said
    assert len(shown(event)) == 2
    assert set(Import.objects.values_list("state", "applied_by")) == {("applied", editor.pk)}


def test_command_reads_tables(tmp_path, editor, event):
    assert "6 new." in run(tmp_path, event, TABLE, "agenda.csv", apply=True, by=editor.email)

    assert len(shown(event)) == 6


def test_command_applies_nothing_in_doubt_unless_told(tmp_path, editor, event):
    SessionFactory(event=event, title="Panel on water")

    with pytest.raises(CommandError, match="Line 2 is still to be decided"):
        run(tmp_path, event, two(), apply=True, by=editor.email)
    assert event.sessions.count() == 1
    assert not Import.objects.exists()

    run(tmp_path, event, two(), apply=True, by=editor.email, doubtful="skip")
    assert sorted(shown(event)) == ["Opening of the forum", "Panel on water"]


@pytest.mark.parametrize(
    "options, says",
    [
        ({"apply": True}, "whose act it is"),
        ({"by": "nobody@example.org"}, "Nobody has the address"),
        ({"by": "outsider@example.org", "apply": True}, "No event that they may change"),
    ],
)
def test_command_writes_for_nobody_who_may_not(tmp_path, outsider, event, options, says):
    with pytest.raises(CommandError, match=says):
        run(tmp_path, event, two(), **options)

    assert not event.sessions.exists()


def test_command_says_why_a_file_cannot_be_read(tmp_path, event):
    with pytest.raises(CommandError, match=r"schedule.json: This file is empty\."):
        run(tmp_path, event, b" ")
    with pytest.raises(CommandError, match="cannot be read as JSON"):
        run(tmp_path, event, b"{ ")
