"""Outcomes, actions, themes, organisations and reports in the API."""

from functools import partial
from typing import Any

import django_filters
from django.db.models import F
from django.http import Http404
from django.shortcuts import redirect
from django.utils.functional import cached_property

from events.api.cursors import Place, day, moment, read_in_turn
from events.api.problems import Refused, Wrong, open_to_all
from events.api.resources import Many, One, Row, keyed, withdrawn
from events.filters import PublicFilter
from events.search import RANKED
from outcomes.api import rows
from outcomes.api.serializers import (
    ActionInList,
    OrganisationInList,
    OutcomeAlone,
    OutcomeInList,
    ReportInList,
    ReportWithSections,
    ThemeInList,
)
from outcomes.filters import OutcomeFilter
from outcomes.models import ActionUpdate, Outcome, Report, ReportSection
from outcomes.organisations import public_organisations
from outcomes.tracker import ActionFilter
from outcomes.views.outcome import OnePublicOutcome, public_outcome
from outcomes.views.report import ReportSectionDetail
from outcomes.vocabulary import Vocabulary
from participants.models import ActorType, FormerAddress, Organisation


class _OfThemes:
    """Mixed into the filter of a page: all that lists are narrowed by is read where a value has to be one of it."""

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return super().vocabulary if self._has_to_be_one else Vocabulary.of_themes()

    def choices(self):
        return super().choices() if self._has_to_be_one else {}

    @property
    def _has_to_be_one(self) -> bool:
        return any(self.data.getlist(name) for name in ("theme", "year", "series", "organisation", "event"))


class OutcomeQuery(_OfThemes, OutcomeFilter):
    """The filter of the list of outcomes."""


class ActionQuery(_OfThemes, ActionFilter):
    """The filter of the tracker."""


class OutcomeList(Many):
    """The public takeaways and actions, the newest first, or as well as they answer where words were asked for."""

    serializer_class = OutcomeInList
    filterset_class = OutcomeQuery

    @property
    def order(self):
        return self.filterset.order

    def read(self, after: Place | None, number: int) -> tuple[list[Row], bool]:
        if self.request.GET.get("sort") == "relevance" and "q" not in self.request.GET:
            raise Refused.because([Wrong("sort", "“relevance” is the order of what has the words “q” asks for.")])
        if self.order == "relevance":
            keys = self._ranked(after)[: number + 1]
        else:
            keys = list(self.filterset.keys((moment(after[0]), after[1]) if after else None)[0 : number + 1])
        return keyed(keys, number, partial(rows.outcomes, vocabulary=self.filterset.vocabulary))

    def _ranked(self, after: Place | None) -> list[int]:
        """Return the keys of the hits that are ranked, those behind the outcome that a page ended with."""
        found = list(self.filterset.keys().values_list("pk", "code")[:RANKED])
        codes = [code for _, code in found]
        start = codes.index(after[1]) + 1 if after and after[1] in codes else len(codes) if after else 0
        return [key for key, _ in found[start:]]

    def place(self, row):
        return [row["published_at"].isoformat(), row["code"]]


class OutcomeDetail(One):
    """One takeaway or action with all that its page says; one merged into another leads there."""

    serializer_class = OutcomeAlone

    def find(self, code: str) -> Row | None:
        outcome = public_outcome(code)
        return rows.outcome_alone(outcome) if outcome else None

    def missing(self, code: str):
        if survivor := OnePublicOutcome.merged_into(code):
            return _leads_to("api:outcome-detail", code=survivor.code)
        gone = OnePublicOutcome.tombstone(code)
        if gone is None:
            raise Http404
        raise withdrawn(*gone)


class ActionList(Many):
    """The public actions with who answers for them and what became of them."""

    serializer_class = ActionInList
    filterset_class = ActionQuery
    without = ("kind",)

    @property
    def order(self):
        return self.filterset.order

    def read(self, after, number):
        found = self.filterset
        tell = partial(rows.actions, vocabulary=found.vocabulary)
        if self.order == "newest":
            keys = list(found.keys((moment(after[0]), after[1]) if after else None)[0 : number + 1])
            return keyed(keys, number, tell)
        listed: Any = found.listed(found.chosen.keys() - {"sort"})
        if self.order == "due":
            parts = listed.due_after(day(after[0]), after[1]) if after else (listed,)
            lists = [part.soonest_due().values_list("pk", flat=True) for part in parts]
        else:
            told: Any = ActionUpdate.objects
            last = told.last_words_after(listed.order_by(), *((day(after[0]), after[1]) if after else (None, "")))
            lists = [last.values_list("action", flat=True)]
        return keyed(read_in_turn(number + 1, *lists), number, tell)

    def place(self, row):
        at = {"newest": "published_at", "due": "due_on", "updated": "updated_on"}[self.order]
        return [row[at].isoformat() if row[at] else "", row["code"]]


class ActionDetail(OutcomeDetail):
    """One action with all that its page says."""

    def find(self, code):
        outcome = public_outcome(code)
        return rows.outcome_alone(outcome) if outcome and outcome.is_action else None

    def missing(self, code):
        if Outcome.objects.exclude(kind=Outcome.Kind.ACTION).filter(code=code).exists():
            raise Http404
        return super().missing(code)


class ThemeList(Many):
    """The vocabulary: each theme of the first level followed by those under it."""

    serializer_class = ThemeInList

    def read(self, after, number):
        found = rows.themes()
        slugs = [row["slug"] for row in found]
        start = slugs.index(after[0]) + 1 if after and after[0] in slugs else len(slugs) if after else 0
        return found[start : start + number], len(found) > start + number

    def place(self, row):
        return [row["slug"]]


class ThemeDetail(One):
    """One theme."""

    serializer_class = ThemeInList

    def find(self, slug: str) -> Row | None:
        return next((row for row in rows.themes() if row["slug"] == slug), None)


class OrganisationFilter(PublicFilter):
    """Organisations by what kind of actor they are."""

    actor_type = django_filters.MultipleChoiceFilter(label="Type of actor", choices=ActorType.choices, distinct=False)

    class Meta:
        model = Organisation
        fields = []

    @property
    def qs(self):
        """What the filter leaves of the organisations that the public may know of."""
        self.queryset, self._of_all_that_is_public = public_organisations(), False
        return super().qs


class OrganisationList(Many):
    """The organisations behind public dialogues and actions, by their slugs."""

    serializer_class = OrganisationInList
    filterset_class = OrganisationFilter

    def read(self, after, number):
        found = self.filterset.qs.order_by("slug").values(*rows.ORGANISATION_COLUMNS)
        found = list((found.filter(slug__gt=after[0]) if after else found)[0 : number + 1])
        return [rows.organisation(row) for row in found[:number]], len(found) > number

    def place(self, row):
        return [row["slug"]]


class OrganisationDetail(One):
    """One organisation; one that became part of another leads there."""

    serializer_class = OrganisationInList

    def find(self, slug: str) -> Row | None:
        row = public_organisations().filter(slug=slug).values(*rows.ORGANISATION_COLUMNS).first()
        return rows.organisation(row) if row else None

    def missing(self, slug: str):
        former = FormerAddress.objects.filter(slug=slug, was_public=True, organisation__in=public_organisations())
        now = former.values_list("organisation__slug", flat=True).first()
        if now is None:
            raise Http404
        return _leads_to("api:organisation-detail", slug=now)


class ReportList(Many):
    """The published reports, the newest first."""

    serializer_class = ReportInList

    def read(self, after, number):
        found: Any = Report.objects.public().order_by(F("published_at").desc(), F("pk").desc())
        if after:
            at, this = moment(after[0]), Report.objects.filter(event__slug=after[1]).values("pk")[:1]
            found = found.filter(published_at__lte=at).exclude(published_at=at, pk__gte=this)
        found = list(found.values(*rows.REPORT_COLUMNS, **rows.OF_AUTHOR)[0 : number + 1])
        return [rows.report(row) for row in found[:number]], len(found) > number

    def place(self, row):
        return [row["published_at"].isoformat(), row["event"]["slug"]]


class ReportDetail(One):
    """The report of a dialogue with its sections, by the slug of the dialogue."""

    serializer_class = ReportWithSections

    def find(self, slug: str) -> Row | None:
        reports: Any = Report.objects.public().filter(event__slug=slug)
        row = reports.values(*rows.REPORT_COLUMNS, **rows.OF_AUTHOR).first()
        return rows.report_with_sections(row) if row else None

    def missing(self, slug: str):
        section = ReportSection.objects.tombstones().filter(report__event__slug=slug).values_list("slug").first()
        gone = ReportSectionDetail.tombstone(slug, section[0]) if section else None
        if gone is None:
            raise Http404
        raise withdrawn(gone)


def _leads_to(name: str, **kwargs: str):
    response = redirect(f"api:{name.removeprefix('api:')}", permanent=True, **kwargs)
    response.headers["Cache-Control"] = "no-cache"  # they may be parted again, or withdrawn
    return open_to_all(response)
