"""Participants out of lists as institutions send them; everybody here is made up."""

import pytest

from events.models import Participation, Role
from participants import history
from participants.models import Import, Person
from tests.factories import (
    EventFactory,
    EventPartnerFactory,
    OrganisationFactory,
    ParticipationFactory,
    PersonFactory,
    SessionFactory,
    UserFactory,
)
from tests.importing import address, correct, decide, preview, states, undo, upload

LIST = """Participants of the dialogue;;;;;
Name;Organisation;Job title;E-mail;Role;Attendance
H.E. Ms Ana Example;Institute of Made-up Affairs;Director;Ana@Example.org;Moderator (Plenary);in person
د. سعيد مثال;;;s@example.org;;online
山田太郎先生;;;;Speaker; Panellist (Second room);
-Dash;'=Sum & Co;;;;
Mononym;;;;;
"""


@pytest.fixture
def secretary(client, editor):
    client.force_login(editor)
    return client


@pytest.fixture
def sessions(event):
    return [SessionFactory(event=event, title=title) for title in ("Plenary", "Second room")]


def test_list_becomes_participants_and_the_same_list_again_changes_nothing(secretary, event, sessions, editor):
    institute = OrganisationFactory(name="Institute of Made-up Affairs")
    text = LIST.replace("Speaker; Panellist (Second room)", '"Speaker; Panellist (Second room)"')

    source = preview(secretary, "participants", text, target=event)
    assert states(source) == [(3, "new"), (4, "new"), (5, "new"), (6, "new"), (7, "new")]
    assert Participation.objects.count() == 0
    decide(secretary, source)

    assert (source.state, source.applied_by) == ("applied", editor)
    there = {one.person.name: one for one in event.participations.select_related("person")}
    ana = there["Ana Example"]
    assert (ana.person.honorific, ana.person.email) == ("H.E. Ms", "ana@example.org")
    assert (ana.organisation, ana.affiliation, ana.position) == (institute, institute.name, "Director")
    assert (ana.attendance, ana.listing, ana.recorded_under) == ("in_person", "hidden", "non_attributed")
    assert there["سعيد مثال"].person.honorific == "د."
    assert there["سعيد مثال"].attendance == "remote"
    assert there["-Dash"].affiliation == "=Sum & Co"
    assert "Mononym" in there
    roles = Role.objects.values_list("participation__person__name", "role", "session__title", "recorded_under")
    assert set(roles) == {
        ("Ana Example", "moderator", "Plenary", "non_attributed"),
        ("山田太郎", "speaker", None, "non_attributed"),
        ("山田太郎", "panellist", "Second room", "non_attributed"),
    }
    again = preview(secretary, "participants", text, target=event)
    assert {state for _, state in states(again)} == {"unchanged"}
    decide(secretary, again)
    assert Person.objects.count() == 5

    undo(secretary, source)
    assert source.state == "undone"
    assert not Participation.objects.exists()
    assert not Person.objects.exists()


def test_names_in_parts_are_joined_and_never_split(secretary, event):
    text = "Civilité,Nom,Prénom,Institution\nMme,EXEMPLE,Anne-Marie,Institut\n,von Muster,Max,\n"

    source = preview(secretary, "participants", text, target=event)
    decide(secretary, source)

    assert set(Person.objects.values_list("honorific", "name", "sort_name")) == {
        ("Mme", "Anne-Marie EXEMPLE", "EXEMPLE, Anne-Marie"),
        ("", "Max von Muster", "von Muster, Max"),
    }


@pytest.mark.parametrize(
    "name, honorific, bare",
    [
        ("H.E. Mr. Ana Example", "H.E. Mr.", "Ana Example"),
        ("S.E. M. Jean Exemple", "S.E. M.", "Jean Exemple"),
        ("Prof. Dr. Max Muster", "Prof. Dr.", "Max Muster"),
        ("Sra. Ana Ejemplo", "Sra.", "Ana Ejemplo"),
        ("Frau Erika Muster", "Frau", "Erika Muster"),
        ("Shri A. B. Udaharan", "Shri", "A. B. Udaharan"),
        ("山田太郎先生", "先生", "山田太郎"),
        ("د. سعيد مثال", "د.", "سعيد مثال"),
        ("Ambassador Ana Example", "Ambassador", "Ana Example"),
        ("Ambassador Example", "", "Ambassador Example"),
        ("Don Example", "", "Don Example"),
        ("M. Exemple", "", "M. Exemple"),
        ("He Wei", "", "He Wei"),
        ("Me Example", "", "Me Example"),
        ("Dr.", "", "Dr."),
        ("-Example", "", "-Example"),
    ],
)
def test_honorific_is_taken_off_only_where_it_is_certain(name, honorific, bare):
    from participants.importing.honorifics import take_off

    assert take_off(name) == (honorific, bare)


def test_errors_name_their_line_and_nothing_is_written_until_they_are_gone(secretary, event):
    text = "Name,E-mail,Role,Attendance\n,a@example.org,,\nAna,no address,,\nBo,,King,\nCy,,,perhaps\nDi,,,\n"

    source = preview(secretary, "participants", text, target=event)

    assert states(source) == [(2, "error"), (3, "error"), (4, "error"), (5, "error"), (6, "new")]
    page = secretary.get(address(source) + "?state=error").content.decode()
    for words in (
        "There is no name",
        "“no address” is no e-mail address",
        "The role “King” is not known",
        "none of: In",
    ):
        assert words in page
    answer = decide(secretary, source)
    assert source.state == "preview"
    assert not Person.objects.exists()
    assert "4 rows are still to be decided" in secretary.get(answer["Location"]).content.decode()

    fixed = text.replace("\n,a@", "\nEl,a@").replace("no address", "").replace("King", "Chair").replace("perhaps", "")
    correct(secretary, source, fixed)
    assert {state for _, state in states(source)} == {"new"}
    decide(secretary, source)
    assert set(Person.objects.values_list("name", flat=True)) == {"Ana", "Bo", "Cy", "Di", "El"}


def test_rows_with_errors_can_be_left_out(secretary, event):
    source = preview(secretary, "participants", "Name,E-mail\nAna,wrong\nBo,\n", target=event)

    decide(secretary, source, "all", what="skip_errors")
    decide(secretary, source)

    assert list(Person.objects.values_list("name", flat=True)) == ["Bo"]


def test_who_may_be_somebody_else_is_in_doubt_until_somebody_says(secretary, event):
    known = PersonFactory(name="Ana Example", email="ana@example.org")
    text = """Name,E-mail,Affiliation
Ana Example,,Institute
Bo Twice,one@example.org,Institute
Bo Twice,two@example.org,Ministry
Cy One and Di Two,,
Other Name,ana@example.org,
"""
    source = preview(secretary, "participants", text, target=event)

    assert states(source) == [(2, "doubt"), (3, "new"), (4, "doubt"), (5, "doubt"), (6, "doubt")]
    reasons = list(source.rows.values_list("why", flat=True))
    assert "May be known already: Ana Example (the same name)" in reasons[0]
    assert "Line 3 has the same name, with other details" in reasons[2]
    assert "several people" in reasons[3]
    assert "The address belongs to “Ana Example”" in reasons[4]
    first, _, third, _, _ = source.rows.all()
    decide(secretary, source, "keep", **{f"row-{first.pk}": f"p{known.pk}", f"row-{third.pk}": "new"})
    decide(secretary, source, "all", what="skip")
    decide(secretary, source)

    assert sorted(event.participations.values_list("person__name", "affiliation")) == [
        ("Ana Example", "Institute"),
        ("Bo Twice", "Institute"),
        ("Bo Twice", "Ministry"),
    ]
    assert event.participations.get(affiliation="Institute", person__name="Ana Example").person == known
    again = preview(
        secretary, "participants", text.replace("Cy One and Di Two,,\nOther Name,ana@example.org,\n", ""), target=event
    )
    assert [state for _, state in states(again)] == ["unchanged"] * 3


def test_row_is_not_given_to_somebody_it_does_not_offer(secretary, event):
    stranger = PersonFactory(name="Entirely Other")
    PersonFactory(name="Ana Example")
    source = preview(secretary, "participants", "Name\nAna Example\n", target=event)
    row = source.rows.get()

    decide(secretary, source, "keep", **{f"row-{row.pk}": f"p{stranger.pk}"})

    row.refresh_from_db()
    assert row.decision == ""


def test_changes_are_shown_in_words_empty_cells_change_nothing_and_who_is_missing_stays(secretary, event):
    ana = ParticipationFactory(
        event=event,
        person__name="Ana Example",
        person__email="ana@example.org",
        affiliation="Institute",
        position="Head",
    )
    ParticipationFactory(event=event, person__name="Not Listed")
    text = "Name,E-mail,Affiliation,Position,Listing\nAna Example,ana@example.org,Ministry,,public\n"

    source = preview(secretary, "participants", text, target=event)

    row = source.rows.get()
    assert (row.state, row.differences) == (
        "changed",
        [["Affiliation", "Institute", "Ministry"], ["Listing", "Hidden", "Public"]],
    )
    assert source.missing == ["Not Listed"]
    decide(secretary, source)
    ana.refresh_from_db()
    assert (ana.affiliation, ana.position, ana.listing) == ("Ministry", "Head", "public")
    undo(secretary, source)
    ana.refresh_from_db()
    assert (ana.affiliation, ana.position, ana.listing) == ("Institute", "Head", "hidden")
    assert event.participations.count() == 2


def test_undoing_is_refused_once_somebody_changed_or_used_what_was_made(secretary, event, administrator):
    source = preview(secretary, "participants", "Name,Position\nAna Example,Head\nBo Other,\n", target=event)
    decide(secretary, source)
    ana = Participation.objects.filter(person__name="Ana Example")
    with history.watch(ana, by=administrator):
        ana.update(position="Director")
    ParticipationFactory(person=Person.objects.get(name="Bo Other"), event=EventFactory())

    page = secretary.get(address(source, "undo")).content.decode()
    undo(secretary, source)

    assert "can no longer be undone" in page
    assert "Ana Example has been changed since (position), by Ad Ministrator." in page
    assert "Bo Other is in use since: participation" in page
    assert source.state == "applied"
    assert "Nothing was undone" in source.notice
    assert Person.objects.count() == 2


def test_preview_is_made_anew_where_the_database_changed_since(secretary, event):
    source = preview(secretary, "participants", "Name,E-mail\nAna Example,ana@example.org\nBo Other,\n", target=event)
    shown = source.round
    PersonFactory(name="Ana Example", email="ana@example.org")

    decide(secretary, source)

    assert (source.state, source.round) == ("preview", shown + 1)
    assert "what is different: line 2" in source.notice
    assert not event.participations.exists()
    answer = secretary.post(address(source), {"do": "apply", "round": shown}, follow=True)
    assert "made anew since this page was opened" in answer.content.decode()
    decide(secretary, source)
    assert event.participations.count() == 2
    assert Person.objects.count() == 2


def test_second_click_applies_nothing_twice(secretary, event):
    source = preview(secretary, "participants", "Name\nAna Example\n", target=event)
    shown = source.round

    for _ in range(2):
        secretary.post(address(source), {"do": "apply", "round": shown})

    assert Person.objects.count() == 1
    assert Import.objects.get(pk=source.pk).changes.count() == 2


def test_columns_are_remembered_for_the_institution(secretary, event):
    EventPartnerFactory(event=event, role="convener")
    _, source = upload(secretary, "participants", "Who,Whence\nAna Example,Institute\n", target=event)
    secretary.post(address(source, "columns"), {"do": "check", "column-0": "name", "column-1": "affiliation"})

    next_event = EventFactory()
    EventPartnerFactory(event=next_event, role="convener", organisation=event.event_partners.get().organisation)
    _, same = upload(secretary, "participants", "Whence,Who\nInstitute,Bo\n", target=next_event)
    _, other = upload(secretary, "participants", "Whence,Who\nInstitute,Bo\n", target=EventFactory())

    values = [
        [field.value() for field in secretary.get(address(one, "columns")).context["form"]] for one in (same, other)
    ]
    assert values == [["affiliation", "name"], ["", ""]]


def test_column_of_the_name_is_needed_and_no_field_is_given_twice(secretary, event):
    _, source = upload(secretary, "participants", "Who,Whence\nAna,Institute\n", target=event)

    nothing = secretary.post(address(source, "columns"), {"do": "check"})
    twice = secretary.post(address(source, "columns"), {"do": "check", "column-0": "name", "column-1": "name"})

    assert nothing.status_code == twice.status_code == 422
    assert "Say which column is the name" in nothing.content.decode()
    assert "Two columns are said to be “Name”" in twice.content.decode()


def test_how_a_file_is_read_can_be_changed(secretary, event):
    text = "Name,E-mail\nAna Example,a@example.org\nMüller Example,\n".encode("mac-roman")
    _, source = upload(secretary, "participants", text, target=event)
    page = secretary.get(address(source, "columns")).content.decode()
    assert "Windows, Western European, header on line 1" in page

    reading = {"do": "read", "encoding": "mac-roman", "delimiter": ",", "header_line": 1, "header_rows": 1}
    secretary.post(address(source, "columns"), reading)

    assert "M\N{LATIN SMALL LETTER U WITH DIAERESIS}ller" in secretary.get(address(source, "columns")).content.decode()
    wrong = secretary.post(address(source, "columns"), reading | {"encoding": "utf-8"})
    assert wrong.status_code == 422
    assert "cannot be read as UTF-8" in wrong.content.decode()


def test_file_that_cannot_be_read_says_so_and_makes_no_import(secretary, event):
    answer, source = upload(secretary, "participants", b"%PDF-1.7", target=event)

    assert answer.status_code == 422
    assert "This is a PDF" in answer.content.decode()
    assert source is None


def test_import_is_the_affair_of_who_may_change_the_event(client, event, rapporteur, secretary):
    source = preview(secretary, "participants", "Name\nSECRET PERSON\n", target=event)
    assert "SECRET PERSON" in secretary.get(address(source)).content.decode()

    client.force_login(rapporteur)
    for name in ("preview", "columns", "file", "undo", "discard"):
        for method in ("get", "post"):
            assert getattr(client, method)(address(source, name)).status_code == 302
    source.refresh_from_db()
    assert source.state == "preview"


def test_addresses_of_people_one_does_not_invite_are_not_told(client, event):
    institution = OrganisationFactory()
    EventPartnerFactory(event=event, organisation=institution, role="convener")
    client.force_login(UserFactory(editor_of_some=True, institutions=[institution]))
    PersonFactory(name="SECRET NAME", email="known@example.org")
    other = PersonFactory(name="Ana Example", email="secret@example.org")
    text = "Name,E-mail\nSomebody Else,known@example.org\nAna Example,ana@example.org\n"

    source = preview(client, "participants", text, target=event)

    assert states(source) == [(2, "doubt"), (3, "doubt")]
    assert source.rows.first().why == "The address belongs to somebody of another name."
    assert source.rows.first().candidates == []
    ana = source.rows.get(line=3)
    decide(client, source, "keep", **{f"row-{ana.pk}": f"p{other.pk}"})
    page = client.get(address(source) + "?state=all").content.decode()
    assert "SECRET" not in page
    assert "secret@example.org" not in page
    decide(client, source, "all", what="skip")
    decide(client, source)
    other.refresh_from_db()
    assert other.email == "secret@example.org"
    assert event.participations.get().person == other
