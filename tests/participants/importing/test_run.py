"""An import from step to step: long ones by the worker, twice if need be; kept for a while; for who may."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from outcomes.models import Theme
from participants.importing import run
from participants.models import Import, ImportRow, Person
from tests.constraints import assert_names
from tests.factories import (
    EventFactory,
    EventPartnerFactory,
    ImportChangeFactory,
    ImportFactory,
    ImportRowFactory,
    KnownColumnFactory,
    OrganisationFactory,
    UserFactory,
)
from tests.importing import address, confirm_columns, decide, preview, undo, upload


@pytest.fixture
def secretary(client, editor):
    client.force_login(editor)
    return client


def people(number):
    return "Name,E-mail\n" + "".join(f"Person {n} Invented{n},p{n}@example.org\n" for n in range(number))


@pytest.mark.django_db(transaction=True)
def test_many_rows_are_compared_applied_and_undone_by_the_worker(secretary, event):
    _, source = upload(secretary, "participants", people(301), target=event)
    confirm_columns(secretary, source)
    assert source.state == "checking"
    page = secretary.get(address(source)).content.decode()
    assert "0 of 301 rows" in page
    assert 'http-equiv="refresh"' in page

    for do, state in ((None, "preview"), ("apply", "applied"), ("undo", "undone")):
        if do == "apply":
            decide(secretary, source)
        elif do == "undo":
            undo(secretary, source)
        assert source.state != state
        call_command("worker", batch=True)
        source.refresh_from_db()
        assert source.state == state, source.notice
        assert Person.objects.count() == (301 if state == "applied" else 0)


def test_job_that_runs_twice_does_nothing_the_second_time(secretary, event, editor):
    source = preview(secretary, "participants", people(2), target=event)
    shown = list(source.rows.values_list("pk", flat=True))
    run.check.call(source.pk, editor.pk)  # not at this step any more
    assert list(source.rows.values_list("pk", flat=True)) == shown

    decide(secretary, source)
    run.apply.call(source.pk, editor.pk)
    assert Person.objects.count() == 2
    undo(secretary, source)
    run.undo.call(source.pk, editor.pk)
    source.refresh_from_db()
    assert source.state == "undone"


def test_job_that_was_killed_begins_anew_and_loses_and_doubles_nothing(secretary, event, editor):
    source = preview(secretary, "participants", people(2), target=event)
    Import.objects.filter(pk=source.pk).update(state="applying")  # and then the worker died

    run.apply.call(source.pk, editor.pk)

    source.refresh_from_db()
    assert source.state == "applied"
    assert Person.objects.count() == 2


def test_job_that_broke_off_is_started_again_by_hand(secretary, event):
    source = preview(secretary, "participants", people(2), target=event)
    job = DBTaskResult.objects.create(
        status=TaskResultStatus.FAILED,
        task_path="participants.importing.run.apply",
        args_kwargs={"args": [], "kwargs": {}},
        backend_name="default",
    )
    Import.objects.filter(pk=source.pk).update(state="applying", task=str(job.pk))

    page = secretary.get(address(source)).content.decode()
    assert "It broke off" in page
    secretary.post(address(source), {"do": "again"})

    source.refresh_from_db()
    assert (source.state, source.broke_off) == ("applying", False)


def test_nothing_is_written_where_a_late_row_is_refused(client, administrator):
    client.force_login(administrator)
    source = preview(client, "themes", "Name,Parent\nFirst,\nSecond,\nUnder,Second\n")
    second = source.rows.get(line=3)

    decide(client, source, **{f"row-{second.pk}": "skip"})

    assert source.state == "preview"
    assert source.notice == "Nothing was changed. Line 4: its parent was left out."
    assert not Theme.objects.exists()


def test_file_rows_and_changes_are_forgotten_in_time(secretary, event):
    old = preview(secretary, "participants", "Name\nSECRET PERSON\n", target=event)
    decide(secretary, old)
    new = preview(secretary, "participants", "Name\nAnother Person\n", target=event)
    Import.objects.filter(pk=old.pk).update(changed_at=timezone.now() - dt.timedelta(days=31))

    run.forget_imports.call()

    old.refresh_from_db()
    assert (old.content, old.file_name, old.rows.count(), old.changes.count()) == (None, "", 0, 0)
    assert (old.state, old.total) == ("applied", 1)
    assert new.rows.count() == 1
    page = secretary.get(address(old)).content.decode()
    assert "SECRET PERSON" not in page
    assert "Its file and rows are deleted" in page
    assert "no longer known" in secretary.get(address(old, "undo")).content.decode()
    undo(secretary, old)
    assert old.state == "applied"


def test_import_that_is_discarded_is_forgotten_at_once(secretary, event):
    source = preview(secretary, "participants", "Name\nSECRET PERSON\n", target=event)

    secretary.post(address(source, "discard"))

    source.refresh_from_db()
    assert (source.state, source.content, source.rows.count()) == ("discarded", None, 0)
    decide(secretary, source)
    assert not Person.objects.exists()


def test_import_into_an_event_of_others_is_not_there(client, secretary, event):
    source = preview(secretary, "participants", "Name\nSECRET PERSON\n", target=event)
    mine = EventFactory()
    institution = OrganisationFactory()
    EventPartnerFactory(event=mine, organisation=institution, role="convener")
    colleague = UserFactory(editor=True, works_on="institutions")
    colleague.institutions.add(institution)
    client.force_login(colleague)

    for name in ("preview", "columns", "file", "undo", "discard"):
        for method in ("get", "post"):
            assert getattr(client, method)(address(source, name)).status_code == 404
    assert upload(client, "participants", "Name\nA B\n", target=event)[0].status_code == 404
    assert upload(client, "participants", "Name\nA B\n", target=mine)[0].status_code == 302
    listed = client.get("/admin/participants/import/").content.decode()
    assert str(mine) in listed
    assert str(event) not in listed


@pytest.mark.parametrize("number", [1, 45])
def test_preview_costs_the_same_at_any_length(secretary, event, number, django_assert_max_num_queries):
    source = preview(secretary, "participants", people(number), target=event)

    with django_assert_max_num_queries(13):
        assert secretary.get(address(source)).status_code == 200


BROKEN = {
    "import_applied_at_iff_applied": lambda: ImportFactory(state="applied"),
    "import_undone_at_iff_undone": lambda: ImportFactory(state="undone", applied_at=timezone.now()),
    "import_row_decided_only_where_in_doubt": lambda: ImportRowFactory(state="new", decision="p1"),
    "import_change_of_new_has_no_before": lambda: ImportChangeFactory(before={"name": "x"}),
    "known_column_once_without_institution": lambda: [KnownColumnFactory(header="name") for _ in range(2)],
    "known_column_once_an_institution": lambda: [
        KnownColumnFactory(header="name", organisation=organisation) for organisation in [OrganisationFactory()] * 2
    ],
}


@pytest.mark.django_db
@pytest.mark.parametrize("constraint", BROKEN)
def test_constraint_refuses(constraint):
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        BROKEN[constraint]()

    assert_names(refused.value, constraint)


def test_rows_say_what_may_be_decided():
    new, error = ImportRow(state="new"), ImportRow(state="error")

    assert [key for key, _ in new.choices] == [key for key, _ in error.choices] == ["", "skip"]
