"""Nothing that tells who spoke becomes public before somebody says why it may; the models see to it, not the forms."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from events.models import Allowance, NotAllowed, Unanswered
from events.workflow import set_attribution
from outcomes import lineage, publishing
from outcomes.models import Outcome
from participants.models import Change
from tests.events.importing.agendas import frab, frab_event
from tests.factories import (
    ParticipationFactory,
    PersonFactory,
    QuoteFactory,
    ReportFactory,
    ReportSectionFactory,
    SessionFactory,
    TakeawayFactory,
    ThemeFactory,
)
from tests.importing import preview
from tests.staff import sign_in

pytestmark = pytest.mark.django_db

NAMED = "As Ms Lukasiewicz said, talks need a table."
PLAIN = "Talks need a table."
WHY = "She is the public chair."


@pytest.fixture
def event(event, editor):
    set_attribution(event, "chatham_house", by=editor)
    ParticipationFactory(event=event, person=PersonFactory(name="Zoë Łukasiewicz"))
    return event


def approved(event, text=NAMED, **fields):
    return TakeawayFactory(event=event, approved=True, text=text, **fields)


def asked(call, *args, **kwargs):
    """Whether the guard refuses; nothing may have changed then."""
    before = list(Outcome.objects.order_by("pk").values())
    with pytest.raises(Unanswered) as refused:
        call(*args, **kwargs)
    assert "Lukasiewicz" not in str(refused.value)
    assert list(Outcome.objects.order_by("pk").values()) == before
    return [one.words for one in refused.value.marks]


# The verbs


@pytest.mark.parametrize("field", ["text", "heading"])
def test_publishing_asks_for_other_words_or_a_reason(event, editor, field):
    outcome = approved(event, **({"text": PLAIN, "heading": "Łukasiewicz"} if field == "heading" else {}))

    assert asked(outcome.publish, by=editor) == ["Łukasiewicz" if field == "heading" else "Ms Lukasiewicz"]
    outcome.refresh_from_db()
    outcome.let_stand(WHY, by=editor)
    outcome.publish(by=editor)

    assert Outcome.objects.public().get() == outcome
    assert Allowance.objects.of(outcome).get().by == editor
    change = Change.objects.of_record(outcome).get(values__has_key="stands_as_worded_because")
    assert (change.values, change.by) == ({"stands_as_worded_because": [None, WHY]}, editor)


def test_a_reason_holds_for_that_wording_those_marks_and_that_rule_alone(event, editor):
    outcome = approved(event)
    outcome.let_stand(WHY, by=editor)
    assert outcome.unanswered() == []

    assert outcome.unanswered(text=f"{NAMED} Again.")
    ParticipationFactory(event=event, person=PersonFactory(name="Ada Tableau"))
    assert outcome.unanswered() == []  # nobody of that name stands in it
    Outcome.objects.filter(pk=outcome.pk).update(text=f"{NAMED} So did Mühlhaus.", version=2)
    outcome.refresh_from_db()
    outcome.let_stand(WHY, by=editor)
    assert outcome.unanswered() == []
    ParticipationFactory(event=event, person=PersonFactory(name="Jürgen Mühlhaus"))
    assert [one.words for one in outcome.unanswered()] == ["Ms Lukasiewicz", "Mühlhaus"]
    outcome.let_stand(WHY, by=editor)
    set_attribution(event, "closed", by=editor)
    outcome.refresh_from_db()
    assert outcome.unanswered()


def test_who_may_not_publish_gives_no_reason(event, rapporteur, editor):
    outcome = approved(event)
    outcome.author = editor
    outcome.save()

    for user in (rapporteur, editor):  # who wrote it reviews it no more than anybody without the right
        with pytest.raises(NotAllowed):
            outcome.let_stand(WHY, by=user)
    assert not Allowance.objects.exists()


def test_a_published_wording_is_revised_and_withdrawn_and_published_again_under_the_guard(event, editor, administrator):
    outcome = approved(event, PLAIN)
    outcome.publish(by=editor)

    assert asked(outcome.revise, version=outcome.version, text=NAMED)
    outcome.refresh_from_db()
    outcome.revise(version=outcome.version, text=f"{PLAIN} And chairs.")
    outcome.withdraw(by=editor)
    outcome.revise(version=outcome.version, text=NAMED)
    assert asked(outcome.publish, by=editor)
    assert asked(outcome.say_why, "Ms Łukasiewicz asked us to.", by=editor)
    outcome.refresh_from_db()
    outcome.say_why("It was printed in error.", by=editor)


def test_merging_and_splitting_what_is_public_pass_the_guard(event, editor):
    public, other = approved(event, PLAIN), TakeawayFactory(event=event, submitted=True, text="Tables need talks.")
    public.publish(by=editor)

    assert asked(lineage.merge, public, {other.pk: other.version}, version=public.version, text=NAMED, by=editor)
    first, second = ({"text": text, "themes": []} for text in (NAMED, PLAIN))
    assert asked(lineage.split, public, version=public.version, first=first, second=second, by=editor)
    beside = lineage.split(public, version=public.version, first=second, second=first, by=editor)
    assert (beside.status, beside.text) == ("submitted", NAMED)  # it is asked when it is published
    beside.approve(by=editor)
    assert asked(beside.publish, by=editor)


def test_what_a_stricter_rule_of_a_part_forbids_is_asked_when_they_become_one(event, editor):
    set_attribution(event, "on_record", by=editor)
    set_attribution(session := SessionFactory(event=event), "non_attributed", by=editor)
    public = approved(event, "My delegation will host it.")
    public.publish(by=editor)
    other = TakeawayFactory(event=event, session=session, submitted=True)

    assert asked(
        lineage.merge, public, {other.pk: other.version}, version=public.version, text=public.text, by=editor
    ) == ["My delegation"]


def test_many_at_once_leave_out_what_was_not_answered_and_name_it(event, editor, django_assert_max_num_queries):
    plain = [approved(event, PLAIN) for _ in range(3)]
    telling = approved(event)
    read = {one.pk: one.version for one in (*plain, telling)}

    assert list(publishing.against_publishing([*plain, telling], event, editor).values())[:3] == ["", "", ""]
    with django_assert_max_num_queries(130):
        done = publishing.set_publication(event, read, with_event=False, by=editor)

    assert done.left_out == [[telling.code, str(Unanswered([1]))]]
    assert Outcome.objects.public().count() == 3


def test_a_set_time_asks_again_at_that_time(event, editor):
    outcome = approved(event, f"{NAMED} So did Mühlhaus.")
    outcome.let_stand(WHY, by=editor)
    later = timezone.now() + dt.timedelta(hours=1)
    read = {outcome.pk: outcome.version}
    set_ = publishing.set_publication(event, read, with_event=False, by=editor, due_at=later)
    ParticipationFactory(event=event, person=PersonFactory(name="Jürgen Mühlhaus"))

    publishing.carry_out(set_.pk)

    set_.refresh_from_db()
    assert set_.left_out == [[outcome.code, str(Unanswered([1, 2]))]]
    assert not Outcome.objects.public().exists()


@pytest.mark.parametrize("what", ["summary", "session", "quote"])
def test_an_event_is_published_with_what_it_shows(event, editor, what):
    event.withdraw(by=editor)
    if what == "summary":
        event.summary = NAMED
        event.save()
    elif what == "session":
        SessionFactory(event=event, body=NAMED)
        SessionFactory(event=event, body=NAMED, attribution="closed")  # is not shown
    else:
        QuoteFactory(event=event, text=NAMED, consent="given")
        QuoteFactory(event=event, text=NAMED, consent="refused")  # is not shown

    assert asked(event.publish, by=editor) == ["Ms Lukasiewicz"]
    for record in event.guarded_records():
        record.let_stand(WHY, by=editor)
    event.refresh_from_db()
    event.publish(by=editor)


def test_a_report_is_published_with_its_sections(event, editor):
    section = ReportSectionFactory(report=ReportFactory(event=event, status="draft", published_at=None), body=NAMED)

    assert asked(section.report.publish, by=editor) == ["Ms Lukasiewicz"]
    section.body = PLAIN
    section.save()
    section.report.publish(by=editor)


# The pages


@pytest.fixture
def office(client, editor):
    return sign_in(client, editor)


def test_the_page_that_publishes_a_report_and_its_preview_tell_what_has_to_be_answered(office, event):
    section = ReportSectionFactory(report=ReportFactory(event=event), title="What was heard", body=NAMED)
    report, address = section.report, reverse("admin:outcomes_report_publish", args=[section.report_id])
    document = reverse("admin:events_event_workspace_document", args=[event.pk])
    marked = 'What was heard</span>: <bdi class="names__words">Ms Lukasiewicz</bdi>'

    for page in (address, document):
        body = office.get(page).content.decode()
        assert marked in body
        assert "Has to be answered." in body
    assert 'name="reason"' in office.get(address).content.decode()
    refused = office.post(address, {"note": ""})
    report.refresh_from_db()
    assert (refused.status_code, report.status) == (422, "draft")
    assert marked in refused.content.decode()
    assert office.post(address, {"note": "", "reason": WHY}).status_code == 302
    report.refresh_from_db()

    assert report.status == "published"
    assert Allowance.objects.get(record="outcomes.reportsection").reason == WHY
    assert "A reason was given." in office.get(document).content.decode()


def press(client, outcome, move, text, **data):
    address = reverse("admin:outcomes_outcome_review", args=[outcome.pk])
    return client.post(address, {"version": outcome.version, "text": text, "note": "", "move": move} | data)


def test_the_review_publishes_once_a_reason_was_typed(office, event):
    outcome = approved(event)
    seen = {"seen": ["Ms Lukasiewicz"]}

    first = press(office, outcome, "publish", NAMED, **seen)
    outcome.refresh_from_db()
    between = outcome.status
    press(office, outcome, "publish", NAMED, reason=WHY, **seen)
    outcome.refresh_from_db()
    page = office.get(reverse("admin:outcomes_outcome_review", args=[outcome.pk])).content.decode()

    assert (first.status_code, between, outcome.status) == (422, "approved", "published")
    assert "These words may tell who spoke or took part: “Ms Lukasiewicz”." in first.content.decode()
    assert 'name="reason"' in first.content.decode()
    assert "It stands as worded because:" in page
    assert WHY in page


def reworded(form, **typed):
    """What a page that asks again sends back: the fields it shows with what was typed in them, and `typed`."""
    shown = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    return shown | typed


def test_the_page_of_a_merge_takes_a_reason_and_loses_nothing(office, event, editor):
    set_attribution(event, "on_record", by=editor)
    set_attribution(session := SessionFactory(event=event), "non_attributed", by=editor)
    public, other = approved(event, PLAIN), TakeawayFactory(event=event, session=session, submitted=True)
    public.publish(by=editor)
    address = reverse("admin:outcomes_outcome_merge")
    versions = {f"version-{row.pk}": row.version for row in (public, other)}
    sent = {"outcome": [public.pk, other.pk], "stays": public.pk, "text": NAMED, "seen": ["Ms Lukasiewicz"], **versions}

    assert 'name="reason"' not in office.get(address, {"outcome": [public.pk, other.pk]}).content.decode()
    first = office.post(address, sent)
    page = first.content.decode()
    assert (first.status_code, other.changes.count()) == (422, 0)
    assert "These words may tell who spoke or took part: “Ms Lukasiewicz”." in page
    assert 'name="reason"' in page
    assert NAMED in page
    assert not Allowance.objects.exists()
    long = office.post(address, sent | {"reason": "x" * 501})
    assert (long.status_code, "x" * 501 in long.content.decode()) == (422, True)
    done = office.post(address, sent | reworded(first.context["form"], reason=WHY))

    assert done.status_code == 302
    public.refresh_from_db()
    assert (public.text, public.recorded_under) == (NAMED, "non_attributed")
    assert set(Allowance.objects.of(public).values_list("reason", "by")) == {(WHY, editor.pk)}
    assert public.unanswered() == []


def test_the_page_of_a_split_takes_a_reason_and_loses_nothing(office, event, editor):
    public, theme = approved(event, f"{PLAIN} And chairs."), ThemeFactory(name="Furniture")
    public.publish(by=editor)
    address = reverse("admin:outcomes_outcome_split", args=[public.pk])
    sent = {"version": public.version, "first": NAMED, "second": "And chairs.", "second_themes": [theme.pk]}

    assert 'name="reason"' not in office.get(address).content.decode()
    first = office.post(address, sent)
    page = first.content.decode()
    assert (first.status_code, Outcome.objects.count()) == (422, 1)
    assert 'name="reason"' in page
    assert NAMED in page
    assert "checked" in page
    done = office.post(address, reworded(first.context["form"], reason=WHY))

    assert done.status_code == 302
    public.refresh_from_db()
    beside = Outcome.objects.exclude(pk=public.pk).get()
    assert (public.text, beside.text, list(beside.themes.all())) == (NAMED, "And chairs.", [theme])
    assert Allowance.objects.of(public).get().reason == WHY
    assert not Allowance.objects.of(beside).exists()


def test_the_form_of_a_public_wording_keeps_what_was_typed(office, event, editor):
    outcome = approved(event, PLAIN)
    outcome.publish(by=editor)
    address = reverse("admin:outcomes_takeaway_change", args=[outcome.pk])
    inlines = {"outcome_themes-TOTAL_FORMS": 0, "outcome_themes-INITIAL_FORMS": 0}
    typed = {"version_read": outcome.version, "text": NAMED, "heading": "", "position": 0, "session": ""}

    answer = office.post(address, typed | inlines)

    outcome.refresh_from_db()
    page = answer.content.decode()
    assert (answer.status_code, outcome.text) == (200, PLAIN)
    assert "These words may tell who spoke or took part" in page
    assert NAMED in page


def test_the_form_of_a_session_that_everybody_reads_asks_for_a_reason(office, event):
    session = SessionFactory(event=event, title="Plenary")
    address = reverse("admin:events_session_change", args=[session.pk])
    typed = {"kind": "plenary", "title": "Plenary", "body": NAMED, "attribution": "", "position": 0}
    typed |= {"groups-TOTAL_FORMS": 0, "groups-INITIAL_FORMS": 0}

    first = office.post(address, typed)
    session.refresh_from_db()
    between = session.body
    second = office.post(address, typed | {"stands_because": WHY})
    session.refresh_from_db()

    assert (first.status_code, between) == (200, "")
    assert 'name="stands_because"' in first.content.decode()
    assert (second.status_code, session.body) == (302, NAMED)
    assert Allowance.objects.of(session).get().reason == WHY


def test_the_button_of_an_event_asks_for_a_reason(office, event, editor):
    event.withdraw(by=editor)
    event.summary = NAMED
    event.save()
    address = reverse("admin:events_event_publish", args=[event.pk])

    first = office.post(address, {"note": ""})
    second = office.post(address, {"note": "", "reason": WHY})
    event.refresh_from_db()

    assert (first.status_code, second.status_code, event.status) == (422, 302, "published")
    assert 'name="reason"' in first.content.decode()


def test_what_is_public_already_is_asked_about_only_when_it_is_reworded(event, editor):
    outcome = approved(event, "So did Mühlhaus.")
    outcome.publish(by=editor)
    ParticipationFactory(event=event, person=PersonFactory(name="Jürgen Mühlhaus"))

    outcome.revise(version=outcome.version, text=outcome.text, position=3)
    assert asked(outcome.revise, version=outcome.version, text="So did Mühlhaus, and others.") == ["Mühlhaus"]


# Files


def test_a_file_brings_nothing_telling_straight_to_a_public_page(office, event):
    data = frab(frab_event(guid="one", title=NAMED), frab_event(guid="two", title="Plain talks"))

    source = preview(office, "agenda", data, target=event, name="schedule.json")

    assert ["may tell who spoke" in row.why for row in source.rows.order_by("line")] == [True, False]
