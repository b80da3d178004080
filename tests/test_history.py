"""The history of curated records: every change of a person leaves a line, and there is a way back."""

import pytest
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, models, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events.history import last_changes, lines_about, lines_of, lines_visible_to
from events.models import Participation, Quote, Session
from events.workflow import release
from outcomes.models import Outcome
from participants import history
from participants.groups import ADMINISTRATORS, EDITORS
from participants.history_pages import WithHistory
from participants.models import Change
from tests.factories import (
    ActionFactory,
    EventFactory,
    EventPartnerFactory,
    OrganisationFactory,
    ParticipationFactory,
    PersonFactory,
    RoleFactory,
    TakeawayFactory,
    ThemeFactory,
)
from tests.staff import save, saved

pytestmark = pytest.mark.django_db


def lines(record=None):
    """Every line there is (or those of `record`), the oldest first: person, kind, values."""
    found = Change.objects.of(record) if record else Change.objects.all()
    return [(line.by, line.kind, line.values) for line in found.order_by("pk")]


def test_save_in_the_admin_leaves_a_line_with_both_values_for_the_record_and_for_what_stands_in_its_form(
    client, editor, event
):
    partner = EventPartnerFactory(event=event, position=1)
    client.force_login(editor)
    address = reverse("admin:events_event_change", args=[event.pk])

    assert saved(save(client, address, title="Another title", **{"event_partners-0-position": "2"}))

    assert lines() == [
        (editor, "changed", {"title": ["Dialogue on made-up matters", "Another title"]}),
        (editor, "changed", {"position": [1, 2]}),
    ]
    assert lines(partner) == [(editor, "changed", {"position": [1, 2]})]
    assert {line.event_key for line in Change.objects.all()} == {event.pk}
    words = client.get(reverse("admin:events_event_history", args=[event.pk])).content.decode()
    assert "<del>Dialogue on made-up matters</del>" in words
    assert "<ins>Another title</ins>" in words
    assert "Ed Itor" in words


def test_saving_without_a_change_and_a_refused_form_leave_no_line(client, editor, event):
    client.force_login(editor)
    address = reverse("admin:events_event_change", args=[event.pk])

    assert saved(save(client, address))
    assert save(client, address, title="").status_code == 200

    assert not Change.objects.exists()


def test_adding_and_deleting_in_the_admin_leave_lines_also_for_what_goes_along(client, administrator, event):
    client.force_login(administrator)
    address = reverse("admin:events_session_add") + f"?event={event.pk}"
    assert saved(save(client, address, event=event.pk, title="Opening", kind="plenary"))
    role = RoleFactory(participation__event=event, session=Session.objects.get(title="Opening"))
    participation = role.participation

    client.post(reverse("admin:events_participation_delete", args=[participation.pk]), {"post": "yes"})

    assert [(line.kind, line.record, line.key, line.by) for line in Change.objects.order_by("pk")] == [
        ("added", "events.session", role.session_id, administrator),
        ("deleted", "events.participation", participation.pk, administrator),
        ("deleted", "events.role", role.pk, administrator),
    ]
    assert not Participation.objects.filter(pk=participation.pk).exists()


def test_review_leaves_the_wording_and_the_status_and_nothing_that_the_machine_keeps(client, editor, event):
    outcome = TakeawayFactory(event=event, text="States report.", status="submitted", text_submitted="States report.")
    client.force_login(editor)

    client.post(
        reverse("admin:outcomes_outcome_review", args=[outcome.pk]),
        {"text": "States report yearly.", "version": outcome.version, "move": "approve_and_publish"},
    )

    assert Outcome.objects.public().filter(pk=outcome.pk).exists()
    assert sorted(lines(outcome), key=str) == sorted(
        [
            (editor, "changed", {"status": ["submitted", "approved"]}),
            (editor, "changed", {"status": ["approved", "published"]}),
            (editor, "changed", {"text": ["States report.", "States report yearly."]}),
        ],
        key=str,
    )


def test_draft_has_no_line_while_it_is_typed_and_one_for_each_time_it_is_handed_in(client, rapporteur, group):
    theme = ThemeFactory()
    client.force_login(rapporteur)
    new = reverse("outcomes:desk-session-new", args=[group.code])
    typed = {"kind": "takeaway", "request_key": "0f2f8f3e-7a43-4d0e-9a5b-0d3b7f6c1c11"}
    client.post(new, typed | {"text": "States rep"})
    outcome = Outcome.objects.get()
    edit = reverse("outcomes:desk-outcome", args=[outcome.code])
    client.post(edit, {"kind": "takeaway", "version": 1, "text": "States report.", "themes": [theme.pk]})
    assert not Change.objects.exists()

    client.post(reverse("outcomes:outcome-submit", args=[outcome.code]), {"version": 2})

    (by, kind, values), status = (line for line in reversed(lines()))
    assert (by, kind) == (rapporteur, "added")
    assert values["text"] == [None, "States report."]
    assert values["themes"] == [None, [theme.pk]]
    assert status == (rapporteur, "changed", {"status": ["draft", "submitted"]})

    outcome.refresh_from_db()
    outcome.take_back(by=rapporteur)
    outcome.revise(version=outcome.version, text="States report yearly.", saved_by=rapporteur)
    outcome.submit(by=rapporteur)
    assert lines()[-1] == (rapporteur, "changed", {"text": ["States report.", "States report yearly."]})


def test_decision_about_a_rule_leaves_a_line(editor, event):
    event.attribution = "on_record"
    event.save()
    participation = ParticipationFactory(event=event, recorded_under="chatham_house")

    release(type(participation).objects.filter(pk=participation.pk), by=editor)

    assert lines(participation) == [(editor, "changed", {"recorded_under": ["chatham_house", "on_record"]})]


def test_command_says_its_name_and_a_person_is_never_left_out(event):
    with pytest.raises(ValueError, match="say who"), history.watch(event, by=None):
        pass

    with history.watch(Session.objects.filter(event=event), by=None, how="import_agenda"):
        Session.objects.bulk_create([Session(event=event, title="A"), Session(event=event, title="B")])

    assert [(line.by, line.how, line.name) for line in Change.objects.order_by("pk")] == [
        (None, "import_agenda", "A"),
        (None, "import_agenda", "B"),
    ]


# Append-only


def test_line_is_altered_by_nobody_and_emptied_for_good(editor, event):
    with history.watch(event, by=editor):
        type(event).objects.filter(pk=event.pk).update(title="Secret")
    line = Change.objects.get()

    for refused in (line.save, line.delete, Change.objects.all().delete, lambda: Change.objects.update(name="x")):
        with pytest.raises(TypeError):
            refused()
    for column, value in (("key", 999_999), ("how", "x"), ("name", "x"), ("values", {"title": ["a", "b"]})):
        with pytest.raises(DatabaseError), transaction.atomic():
            models.QuerySet(Change).filter(pk=line.pk).update(**{column: value})  # past the model's own refusal

    assert Change.objects.filter(pk=line.pk).empty() == 1
    line.refresh_from_db()
    assert (line.values, line.name, line.by) == ({}, "", None)


def test_nobody_may_add_change_or_delete_a_line(editor, administrator):
    for user in (editor, administrator):
        assert user.groups.filter(name__in=[EDITORS, ADMINISTRATORS]).exists()
        assert [user.has_perm(f"participants.{what}_change") for what in ("add", "change", "delete", "view")] == [
            False,
            False,
            False,
            True,
        ]


def test_every_admin_of_what_has_a_history_writes_it():
    pages = [admin.site._registry[model] for model in history.kept_models() if model in admin.site._registry]

    assert len(pages) >= 10
    assert [page for page in pages if not isinstance(page, WithHistory)] == []


# Who reads it


def test_log_is_for_staff_and_finds_by_event_person_kind_and_day(client, editor, outsider, event):
    other = EventFactory(title="Elsewhere")
    for one, title in ((event, "First title"), (other, "Second title")):
        with history.watch(one, by=editor):
            type(one).objects.filter(pk=one.pk).update(title=title)
    with history.watch(by=editor) as more:
        more.append(PersonFactory(name="Somebody Invented"))
    client.force_login(editor)
    log = reverse("admin:participants_change_changelist")

    def found(**asked):
        return [line.change.key for line in client.get(log, asked).context["lines"]]

    assert len(found()) == 3
    assert found(event="MU1") == [event.pk]
    assert found(words="second", person="ed it", record="events.event") == [other.pk]
    assert found(person="nobody of that name") == found(first="2020-01-01", last="2020-01-02") == []
    assert client.get(log, {"first": "nonsense", "record": "x"}).status_code == 200
    assert not lines_visible_to(outsider).exists()
    assert [line.change.key for line in last_changes(editor, event=event)] == [event.pk]
    assert set(lines_of(other, editor).values_list("key", flat=True)) == {other.pk}


def test_log_costs_as_much_for_many_lines_as_for_one(client, editor, event, django_assert_num_queries):
    client.force_login(editor)
    log = reverse("admin:participants_change_changelist")

    def change(number):
        for n in range(number):
            participation = ParticipationFactory(event=event)
            with history.watch(participation, by=editor):
                type(participation).objects.filter(pk=participation.pk).update(
                    position=f"Position {n}", organisation=OrganisationFactory()
                )

    change(1)
    with CaptureQueriesContext(connection) as one:
        client.get(log)
    change(20)
    with django_assert_num_queries(len(one)):
        client.get(log)


# Back again


def changed_twice(editor, **fields):
    """Return an outcome that was published and reworded twice."""
    outcome = TakeawayFactory(published=True, text="First words.", themes=[ThemeFactory(name="Old theme")], **fields)
    for words, name in (("Second words.", "Second theme"), ("Third words.", "Third theme")):
        with history.watch(outcome, by=editor):
            outcome.revise(version=outcome.version, text=words)
            outcome.tag([ThemeFactory(name=name)])
    return outcome


SECOND = ("Second words.", "Second theme")


@pytest.mark.parametrize(
    "whole, first, text, theme",
    [(False, False, *SECOND), (True, True, *SECOND), (False, True, "First words.", "Old theme")],
)
def test_change_is_undone_and_an_earlier_version_brought_back(client, editor, whole, first, text, theme):
    outcome = changed_twice(editor)
    before = Outcome.objects.get(pk=outcome.pk)
    older, newer = Change.objects.of(outcome).order_by("pk")
    client.force_login(editor)
    address = reverse("admin:participants_change_back", args=[(older if first else newer).pk])
    address += "?whole=1" if whole else ""
    page = client.get(address)

    answer = client.post(address, {"seen": page.context["seen"]})

    assert answer.status_code == 302
    outcome.refresh_from_db()
    assert (outcome.text, [str(one) for one in outcome.themes.all()]) == (text, [theme])
    assert (outcome.status, outcome.number, outcome.published_at) == (
        before.status,
        before.number,
        before.published_at,
    )
    assert outcome.version == before.version + 1
    assert outcome.reworded_at > before.reworded_at
    line = Change.objects.of(outcome).first()
    assert (line.by, line.how, line.values["text"]) == (editor, "changed back", ["Third words.", text])


def test_going_back_is_refused_when_somebody_was_faster_and_when_the_model_refuses(client, editor):
    outcome = changed_twice(editor)
    newest = Change.objects.of(outcome).first()
    client.force_login(editor)
    address = reverse("admin:participants_change_back", args=[newest.pk])
    seen = client.get(address).context["seen"]
    outcome.revise(version=outcome.version, text="Fourth words.")

    answer = client.post(address, {"seen": seen})

    assert answer.status_code == 409
    assert "Fourth words." in answer.content.decode()
    outcome.refresh_from_db()
    assert outcome.text == "Fourth words."
    with pytest.raises(ValidationError):
        history.put_back(outcome, {}, {"text": ""}, by=editor)


def test_status_rule_and_address_are_not_changed_back(client, editor, event):
    event.withdraw(by=editor)
    with history.watch(event, by=editor):
        type(event).objects.filter(pk=event.pk).update(attribution="on_record", slug="else", title="New")
    client.force_login(editor)

    for change in Change.objects.of(event):
        now, then = history.as_it_was(change, whole=False)
        assert set(then) <= {"title"}, now


def test_what_a_person_wished_is_not_changed_back():
    assert {"listing", "wants_reminders"}.isdisjoint(history.revertible(Participation))
    assert "affiliation" in history.revertible(Participation)
    assert "consent" not in history.revertible(Quote)


@pytest.mark.parametrize("role", ["outsider", "rapporteur"])
def test_way_back_is_for_who_may_change_the_record(request, client, editor, role):
    user = request.getfixturevalue(role)
    outcome = changed_twice(editor)
    client.force_login(user)

    answer = client.post(reverse("admin:participants_change_back", args=[Change.objects.first().pk]), {"seen": "x"})

    assert (answer.status_code == 302 and "sign-in" in answer.url) or answer.status_code in (302, 403, 404)
    outcome.refresh_from_db()
    assert outcome.text == "Third words."


def test_withdrawn_outcome_is_not_changed_back(client, editor):
    outcome = changed_twice(editor)
    newest = Change.objects.of(outcome).first()
    outcome.withdraw(by=editor, note="Mistake")
    client.force_login(editor)

    assert client.get(reverse("admin:participants_change_back", args=[newest.pk])).status_code == 403


def test_names_of_people_are_not_in_the_lines(editor, event):
    owner = PersonFactory(name="Somebody Invented")
    action = ActionFactory(event=event)
    with history.watch(action, action.owners.all(), by=editor):
        action.owners.create(person=owner)

    (line,) = Change.objects.of(action)

    assert "Invented" not in f"{line.name} {line.values}"
    assert "Somebody Invented" in history.in_words([line])[0].record


def test_what_is_said_about_a_person_is_found_to_be_erased_also_after_it_is_deleted(editor, event):
    person, other = PersonFactory(name="Somebody Invented"), PersonFactory()
    with history.watch(by=editor) as more:
        participations = [ParticipationFactory(event=event, person=one) for one in (person, other)]
        more += [person, *participations]
    with history.watch(participations[0], by=editor):
        type(participations[0]).objects.filter(pk=participations[0].pk).update(affiliation="Embassy")
    with history.watch(participations[0], by=editor):
        participations[0].delete()

    assert lines_about(person).count() == 4

    lines_about(person).empty()

    assert "Embassy" not in str(list(Change.objects.values_list("values", "name")))
    assert Change.objects.count() == 5
    assert Change.objects.filter(key=participations[1].pk, record="events.participation").get().values != {}
