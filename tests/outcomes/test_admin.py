"""Outcomes, themes and reports in the admin: lists, forms that overwrite nobody, and many at once."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from outcomes.models import Action, Outcome, OutcomeTheme, Report, Takeaway, Theme
from tests.factories import (
    ActionFactory,
    ActionOwnerFactory,
    ActionUpdateFactory,
    AddresseeFactory,
    EventFactory,
    OrganisationFactory,
    ParticipationFactory,
    ReportFactory,
    ReportSectionFactory,
    SessionFactory,
    TakeawayFactory,
    ThemeFactory,
    UserFactory,
)
from tests.staff import filled, save, saved, sign_in


@pytest.fixture
def desk(client, editor):
    """The browser of an editor."""
    return sign_in(client, editor)


def change(outcome):
    return f"/admin/outcomes/{outcome._meta.model_name}/{outcome.pk}/change/"


# Lists


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize(
    "model, queries", [("outcome", 8), ("takeaway", 8), ("action", 8), ("theme", 8), ("report", 9)]
)
def test_list_costs_the_same_at_any_length(desk, django_assert_num_queries, model, queries, rows):
    for _ in range(rows):
        session = SessionFactory()
        themes = [ThemeFactory(parent=ThemeFactory())]
        TakeawayFactory(event=session.event, session=session, themes=themes, published=True)
        ActionFactory(event=session.event, session=session, themes=themes, submitted=True)
        ReportFactory(event=session.event, author=ParticipationFactory(event=session.event))

    with django_assert_num_queries(queries):
        response = desk.get(f"/admin/outcomes/{model}/")

    assert len(response.context["cl"].result_list) == {"outcome": min(50, 2 * rows), "theme": 2 * rows}.get(model, rows)


def test_list_of_one_event(desk, event):
    mine = TakeawayFactory(event=event)
    TakeawayFactory()

    assert list(desk.get(f"/admin/outcomes/takeaway/?event={event.pk}").context["cl"].result_list) == [mine]


@pytest.mark.parametrize("words", ["verification", "VERIFICATION money", "MU1-T4", "mu1-t4", "{code}"])
def test_search_by_words_code_or_reference(desk, event, words):
    found = TakeawayFactory(event=event, text="Verification needs money.", published=True, number=4)
    ActionFactory(event=event, text="Something else.", published=True, number=4)

    response = desk.get("/admin/outcomes/outcome/", {"q": words.format(code=found.code)})

    assert [row.pk for row in response.context["cl"].result_list] == [found.pk]


@pytest.mark.parametrize("words", ['"', "a:b", "AND", "*", "-", "''", "%", "x" * 5000])
def test_odd_searches_are_no_error(desk, event, words):
    TakeawayFactory(event=event)

    assert desk.get("/admin/outcomes/outcome/", {"q": words}).status_code == 200


# Forms


def test_takeaway_is_added_as_a_draft_of_ones_own(desk, editor, event):
    theme = ThemeFactory()
    url = f"/admin/outcomes/takeaway/add/?event={event.pk}"
    data = filled(desk.get(url)) | {
        "text": "Talks need a table. ",
        "outcome_themes-TOTAL_FORMS": "1",
        "outcome_themes-0-theme": theme.pk,
    }

    assert saved(desk.post(url, data))

    outcome = Takeaway.objects.get()
    assert (outcome.text, outcome.status, outcome.author) == ("Talks need a table.", "draft", editor)
    assert list(outcome.themes.all()) == [theme]


def test_action_is_added_with_what_only_actions_have(desk, editor, event):
    owner = OrganisationFactory()
    url = f"/admin/outcomes/action/add/?event={event.pk}"
    data = filled(desk.get(url)) | {
        "text": "Build the table.",
        "nature": "pledge",
        "due_text": "second quarter 2027",
        "addressees-TOTAL_FORMS": "1",
        "addressees-0-actor_type": "state",
        "owners-TOTAL_FORMS": "1",
        "owners-0-organisation": owner.pk,
        "owners-0-is_lead": "on",
        "updates-TOTAL_FORMS": "1",
        "updates-0-on": "01/06/2026",
        "updates-0-text": "Wood was bought.",
        "updates-0-progress": "in_progress",
        "updates-0-verification": "confirmed",
    }

    assert saved(desk.post(url, data))

    action = Action.objects.get()
    assert (action.progress, action.nature, action.due_text) == ("proposed", "pledge", "second quarter 2027")
    assert [addressee.actor_type for addressee in action.addressees.all()] == ["state"]
    assert action.owners.get().organisation == owner
    assert (action.updates.get().by, action.updates.get().text) == (editor, "Wood was bought.")


def test_an_owner_is_one_or_the_other(desk, event):
    action = ActionFactory(event=event)

    response = save(desk, change(action), **{"owners-TOTAL_FORMS": "1", "owners-0-response": "noted"})

    assert response.status_code == 200
    assert "An owner is either an organisation or a person." in response.content.decode()


def test_a_takeaway_has_no_follow_up(desk, event):
    form = desk.get(change(TakeawayFactory(event=event))).context["adminform"].form

    assert set(form.fields) == {"version_read", "session", "text", "heading", "position"}


def test_status_and_event_are_no_fields(desk, event):
    outcome = TakeawayFactory(event=event)

    assert saved(save(desk, change(outcome), status="published", event=EventFactory().pk, number="9", author=""))

    outcome.refresh_from_db()
    assert (outcome.status, outcome.event, outcome.number) == ("draft", event, None)


def test_session_of_another_event_is_refused(desk, event):
    outcome, elsewhere = TakeawayFactory(event=event), SessionFactory()

    response = save(desk, change(outcome), session=elsewhere.pk)

    assert list(response.context["adminform"].form.errors) == ["session"]


@pytest.mark.parametrize("text", ["", "  ", "nul \x00", "bell \x07", "x" * 2001])
def test_a_wording_that_cannot_be_is_refused(desk, event, text):
    response = save(desk, change(TakeawayFactory(event=event)), text=text)

    assert list(response.context["adminform"].form.errors) == ["text"]


def test_a_save_counts_a_version_and_can_be_found_by_its_new_words(desk, event):
    outcome = TakeawayFactory(event=event, text="Old wording.")

    assert saved(save(desk, change(outcome), text="Brandnew wording."))

    outcome.refresh_from_db()
    assert (outcome.text, outcome.version) == ("Brandnew wording.", 2)
    assert list(Outcome.objects.matching("brandnew")) == [Outcome.objects.get()]


def test_a_stale_save_is_refused_with_both_texts_and_nothing_lost(desk, event):
    outcome = TakeawayFactory(event=event, text="Talks need a table.")
    opened = filled(desk.get(change(outcome)))
    outcome.revise(version=1, text="Talks need a chair.")

    response = desk.post(change(outcome), opened | {"text": "Talks need a desk.", "heading": "My heading"})

    body = response.content.decode()
    form = response.context["adminform"].form
    outcome.refresh_from_db()
    assert (outcome.text, outcome.heading, outcome.version) == ("Talks need a chair.", "", 2)
    assert "it differs in: Wording, Heading" in str(form.errors)
    assert "Talks need a<del> chair</del>." in body
    assert "Talks need a<ins> desk</ins>." in body
    assert (form["text"].value(), form["heading"].value()) == ("Talks need a desk.", "My heading")

    again = opened | {"text": "Talks need a desk.", "version_read": form["version_read"].value()}
    assert saved(desk.post(change(outcome), again))
    outcome.refresh_from_db()
    assert (outcome.text, outcome.version) == ("Talks need a desk.", 3)


def test_a_save_without_its_version_is_refused(desk, event):
    outcome = TakeawayFactory(event=event)
    opened = filled(desk.get(change(outcome)))
    del opened["version_read"]

    assert desk.post(change(outcome), opened | {"text": "Anything"}).status_code == 200
    outcome.refresh_from_db()
    assert outcome.version == 1


def test_retagging_what_is_public_shows_at_once(desk, event):
    old, new = ThemeFactory(), ThemeFactory()
    outcome = TakeawayFactory(event=event, themes=[old], published=True)

    assert saved(save(desk, change(outcome), **{"outcome_themes-0-theme": new.pk}))

    assert list(Outcome.objects.public().newest_about(new)) == [Outcome.objects.get()]
    assert list(Outcome.objects.public().newest_about(old)) == []
    assert OutcomeTheme.objects.get().public_at == outcome.published_at


def test_moving_to_a_closed_session_hides_at_once(desk, event):
    theme, closed = ThemeFactory(), SessionFactory(event=event, closed=True)
    outcome = TakeawayFactory(event=event, themes=[theme], published=True)

    assert saved(save(desk, change(outcome), session=closed.pk))

    outcome.refresh_from_db()
    assert outcome.recorded_under == "closed"
    assert list(Outcome.objects.public()) == []
    assert OutcomeTheme.objects.get().public_at is None


def test_an_upload_that_is_no_document_is_refused(desk, event):
    update = {
        "updates-TOTAL_FORMS": "1",
        "updates-0-on": "01/06/2026",
        "updates-0-text": "See the file.",
        "updates-0-progress": "done",
        "updates-0-verification": "confirmed",
        "updates-0-evidence_file": SimpleUploadedFile("picture.svg", b"<svg/>"),
    }

    response = save(desk, change(ActionFactory(event=event)), **update)

    assert "Choose a document" in response.content.decode()


@pytest.mark.parametrize("trait", ["submitted", "approved", "published", "withdrawn"])
def test_from_the_record_to_its_review(desk, event, trait):
    outcome = TakeawayFactory(event=event, **{trait: True})

    response = desk.get(change(outcome))

    assert f"/admin/outcomes/outcome/{outcome.pk}/review/" in response.content.decode()


def test_what_is_withdrawn_is_not_rewritten(desk, event):
    outcome = TakeawayFactory(event=event, withdrawn=True, text="As it was.")

    assert desk.post(change(outcome), {"text": "Changed", "version": 1}).status_code == 403
    outcome.refresh_from_db()
    assert outcome.text == "As it was."


def test_what_was_public_cannot_be_deleted(client, administrator, event):
    desk = sign_in(client, administrator)
    public, draft = TakeawayFactory(event=event, withdrawn=True), TakeawayFactory(event=event)

    assert desk.post(f"/admin/outcomes/takeaway/{public.pk}/delete/", {"post": "yes"}).status_code == 403
    assert desk.post(f"/admin/outcomes/takeaway/{draft.pk}/delete/", {"post": "yes"}).status_code == 302
    assert list(Takeaway.objects.all()) == [public]


def test_submitting_a_draft_of_the_staff(desk, editor, event):
    outcome = TakeawayFactory(event=event, author=editor)

    desk.post(f"/admin/outcomes/takeaway/{outcome.pk}/submit/", {"note": ""})

    outcome.refresh_from_db()
    assert (outcome.status, outcome.text_submitted) == ("submitted", outcome.text)


# Many at once


def bulk(client, action, outcomes, **extra):
    data = {"action": action, "_selected_action": [outcome.pk for outcome in outcomes]} | extra
    return client.post("/admin/outcomes/outcome/", data, follow=True)


def read(outcomes):
    return [f"{outcome.pk}:{outcome.version}" for outcome in outcomes]


def messages(response):
    return [str(message) for message in response.context["messages"]]


def test_bulk_approval_shows_what_it_would_do_first(desk, event):
    ready = TakeawayFactory.create_batch(2, event=event, submitted=True)
    draft = TakeawayFactory(event=event)

    response = bulk(desk, "approve_selected", [*ready, draft])

    assert [item.pk for item in response.context["items"]] == [outcome.pk for outcome in ready]
    assert "1 of the selected are left as they are: not submitted." in response.content.decode()
    assert Outcome.objects.filter(status="approved").count() == 0


def test_bulk_approval_says_how_many_and_why_not_the_others(desk, editor, event):
    others = TakeawayFactory.create_batch(2, event=event, submitted=True)
    own = TakeawayFactory(event=event, author=editor, submitted=True)

    response = bulk(desk, "approve_selected", [*others, own], confirmed="yes", read=read([*others, own]))

    assert messages(response) == [
        "2 approved.",
        f"1 left as they were ({own}). Nobody reviews their own text: ask a colleague.",
    ]
    assert list(Outcome.objects.filter(status="approved").order_by("pk")) == [
        Outcome.objects.get(pk=one.pk) for one in others
    ]


def test_bulk_publication_gives_each_its_number(desk, event):
    ready = [
        *TakeawayFactory.create_batch(2, event=event, approved=True),
        *ActionFactory.create_batch(2, event=event, approved=True),
    ]

    response = bulk(desk, "publish_selected", ready, confirmed="yes", read=read(ready))

    assert messages(response) == ["4 published."]
    assert {outcome.reference for outcome in Outcome.objects.public()} == {"MU1-T1", "MU1-T2", "MU1-A1", "MU1-A2"}


def test_bulk_leaves_what_was_rewritten_meanwhile(desk, event):
    outcome = TakeawayFactory(event=event, submitted=True)
    shown = read([outcome])
    outcome.revise(version=1, text="Other words.")

    response = bulk(desk, "approve_selected", [outcome], confirmed="yes", read=shown)

    outcome.refresh_from_db()
    assert outcome.status == "submitted"
    assert messages(response) == [f"1 left as they were ({outcome}). Rewritten or moved by somebody else meanwhile."]


def test_showing_outcomes_under_todays_rule(desk, event):
    outcome = TakeawayFactory(event=event, published=True)
    Outcome.objects.update(recorded_under="closed")

    bulk(desk, "show_under_todays_rule", [outcome], confirmed="yes")

    assert list(Outcome.objects.public()) == [Outcome.objects.get()]


# Reports and themes


def test_report_is_published_with_the_disclaimer(desk, event):
    report = ReportFactory(event=event)

    desk.post(f"/admin/outcomes/report/{report.pk}/publish/", {"note": ""})

    assert list(Report.objects.public()) == [report]


def test_author_of_a_report_is_of_its_event(desk, event):
    report, elsewhere = ReportFactory(event=event), ParticipationFactory()

    response = save(desk, f"/admin/outcomes/report/{report.pk}/change/", author=elsewhere.pk)

    assert list(response.context["adminform"].form.errors) == ["author"]


def test_sections_of_a_report(desk, event):
    report = ReportFactory(event=event)

    assert saved(
        save(
            desk,
            f"/admin/outcomes/report/{report.pk}/change/",
            **{
                "sections-TOTAL_FORMS": "1",
                "sections-0-title": "What was said",
                "sections-0-kind": "text",
                "sections-0-position": "0",
            },
        )
    )

    assert report.sections.get().slug == "what-was-said"


def test_themes_are_for_administrators(client, desk, administrator):
    assert desk.get("/admin/outcomes/theme/").status_code == 200
    assert desk.get("/admin/outcomes/theme/add/").status_code == 403

    desk = sign_in(client, administrator)
    assert saved(desk.post("/admin/outcomes/theme/add/", {"name": "Confidence building", "position": "0"}))
    assert Theme.objects.get().slug == "confidence-building"


@pytest.mark.parametrize("make", [TakeawayFactory, ActionFactory, ReportFactory])
def test_every_form_opens_and_saves_as_it_is(desk, event, make):
    item = make(event=event)
    if make is ActionFactory:
        ActionOwnerFactory(action=item)
        ActionUpdateFactory(action=item, by=UserFactory())
        AddresseeFactory(action=item)
    if make is ReportFactory:
        ReportSectionFactory(report=item)

    assert saved(save(desk, change(item)))
    if make is not ReportFactory:
        assert saved(save(desk, f"/admin/outcomes/outcome/{item.pk}/change/"))
    assert desk.get(f"/admin/outcomes/{item._meta.model_name}/{item.pk}/history/").status_code == 200
    assert desk.get(f"/admin/outcomes/{item._meta.model_name}/add/").status_code == 200


def test_contributions_and_histories_have_no_pages(desk):
    for model in ("contribution", "statementgroup", "placement", "statuschange", "reportstatuschange"):
        assert desk.get(f"/admin/outcomes/{model}/").status_code == 404


def test_theme_in_use_is_not_deleted_and_says_why_in_few_queries(client, administrator, django_assert_max_num_queries):
    theme = ThemeFactory()
    for _ in range(3):
        TakeawayFactory(themes=[theme])
    office = sign_in(client, administrator)

    with django_assert_max_num_queries(10):
        body = office.get(f"/admin/outcomes/theme/{theme.pk}/delete/").content.decode()
    office.post(f"/admin/outcomes/theme/{theme.pk}/delete/", {"post": "yes"})

    assert "3 outcomes under it" in body
    assert Theme.objects.filter(pk=theme.pk).exists()
