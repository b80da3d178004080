from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connections
from hypothesis import given
from hypothesis import strategies as st

from events.models import Event, EventSeries
from outcomes.models import ReportSection, Theme
from participants.slugs import RESERVED, unique_slug
from tests.factories import EventFactory, OrganisationFactory, ReportFactory, ReportSectionFactory, ThemeFactory


@pytest.mark.django_db
@pytest.mark.parametrize(
    "title, slug",
    [
        ("Cyber diplomacy: what next?", "cyber-diplomacy-what-next"),
        ("核軍縮に関する対話", "核軍縮に関する対話"),
        ("حوار حول نزع السلاح", "حوار-حول-نزع-السلاح"),
        ("Égalité & désarmement", "égalité-désarmement"),
        ("…?!", "event"),
        ("Export", "export-2"),
        ("Report", "report-2"),
        ("x" * 500, "x" * 80),
        ("word " * 40, "word-" * 15 + "word"),
    ],
)
def test_slug_is_made_from_a_title_in_any_script(title, slug):
    event = EventFactory(title=title)

    event.full_clean()
    assert event.slug == slug


@pytest.mark.django_db
def test_slugs_of_the_same_title_are_counted():
    assert [EventFactory(title="Dialogue").slug for _ in range(3)] == ["dialogue", "dialogue-2", "dialogue-3"]


@pytest.mark.django_db
def test_slug_does_not_follow_a_new_title():
    event = EventFactory(title="Before")

    event.title = "After"
    event.save()

    assert event.slug == "before"


@pytest.mark.django_db
def test_slug_is_saved_with_other_fields_when_it_was_missing():
    event = EventFactory()
    Event.objects.update(slug="")
    event.refresh_from_db()

    event.title = "Found again"
    event.save(update_fields=["title"])

    assert Event.objects.get().slug == "found-again"


@pytest.mark.django_db
@pytest.mark.parametrize("slug", sorted(RESERVED))
def test_slug_of_the_site_itself_is_refused(slug):
    with pytest.raises(ValidationError, match="address of the site itself"):
        ThemeFactory.build(slug=slug).full_clean()


@pytest.mark.django_db
def test_slugs_are_made_for_every_model_with_an_address():
    assert OrganisationFactory(name="Institute X").slug == "institute-x"
    assert ThemeFactory(name="Confidence building").slug == "confidence-building"
    assert EventSeries.objects.create(name="A series").slug == "a-series"


@pytest.mark.django_db
def test_sections_are_counted_within_their_report():
    first, second = ReportFactory(), ReportFactory()
    for report in (first, first, second):
        ReportSectionFactory(report=report, title="Summary")

    slugs = list(ReportSection.objects.order_by("pk").values_list("slug", flat=True))
    assert slugs == ["summary", "summary-2", "summary"]


@pytest.mark.django_db
def test_saving_is_refused_for_other_reasons_as_ever():
    ThemeFactory(name="Once")

    with pytest.raises(IntegrityError):
        ThemeFactory(name="Once")


@pytest.mark.django_db
@given(st.text(max_size=500))
def test_every_text_has_a_slug_that_a_form_takes(text):
    slug = unique_slug(Theme.objects.all(), text)

    Theme._meta.get_field("slug").clean(slug, None)


@pytest.mark.django_db(transaction=True)
def test_slugs_made_at_once_differ():
    def create(_):
        try:
            return EventFactory(title="At once").slug
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        slugs = list(pool.map(create, range(6)))

    assert sorted(slugs) == ["at-once", *(f"at-once-{number}" for number in range(2, 7))]
