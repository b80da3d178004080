"""Compare a sample of what was filled in bulk with what the site itself makes of it."""

import random
import sys

from django.db.models import Count

from bench.names import ASLEEP, ASLEEP_ABOVE, COMMON, COMMON_WORD, RARE, RARE_WORD, SHOWCASE
from events.attribution import strictest
from events.models import Event, Session
from events.search import indexed
from outcomes.models import Outcome, OutcomeCount, OutcomeTheme, Theme

SAMPLE = 400


def check(size: int) -> None:
    """Exit with one line for each thing that is not as it should be."""
    wrong = [*_of_sample(size), *_of_counts(), *_of_showcase(), *_of_search(size)]
    if wrong:
        sys.exit("\n".join(f"The bench filled it wrongly: {line}" for line in wrong))


def _of_sample(size: int):
    pks = random.Random(size).sample(range(1, size + 1), min(size, SAMPLE))
    sample = Outcome.objects.filter(pk__in=pks)
    if Outcome.objects.count() != size or len(sample) != len(pks):
        yield f"{Outcome.objects.count()} outcomes instead of {size}"
    facts = sample.facts()
    if not facts:
        yield "nothing is public"
    for outcome in sample.with_rule():
        if outcome.counted != facts.get(outcome.pk):
            yield f"{outcome.pk} is counted as {outcome.counted} and is {facts.get(outcome.pk)}"
        if outcome.search_text != indexed(f"{outcome.heading} {outcome.text}"):
            yield f"the words of {outcome.pk} are not those of its text"
        if strictest(outcome.rule, outcome.recorded_under) != outcome.recorded_under:
            yield f"{outcome.pk} has the stamp {outcome.recorded_under} under the rule {outcome.rule}"
    for outcome in sample.unsettled():
        yield f"{outcome.pk} is public since {outcome.public_at}"
    for tag in OutcomeTheme.objects.filter(outcome__in=pks).unsettled():
        yield f"the tag {tag} has {tag.kind} since {tag.public_at}"


def _of_counts():
    public, facet = Outcome.objects.public(), OutcomeCount.Facet
    kept = OutcomeCount.objects.filter(theme=None)
    true = dict(public.order_by().values_list("kind").annotate(Count("pk")))
    if dict(kept.filter(facet=facet.TOTAL).values_list("kind", "number")) != true:
        yield f"the totals are not {true}"
    for slug in (RARE, ASLEEP, ASLEEP_ABOVE, COMMON):
        theme = Theme.objects.get(slug=slug)
        family = [theme.pk, *theme.children.values_list("pk", flat=True)]
        true = OutcomeTheme.objects.public().filter(theme__in=family).values("outcome").distinct().count()
        numbers = [
            sum(kept.filter(facet=facet.THEME, value=str(theme.pk)).values_list("number", flat=True)),
            sum(OutcomeCount.objects.filter(theme=theme, facet=facet.TOTAL).values_list("number", flat=True)),
        ]
        if numbers != [true, true]:
            yield f"{slug} has {true} outcomes and is counted as {numbers}"


def _of_showcase():
    event = Event.objects.public().get(slug=SHOWCASE)
    if (found := (Session.objects.public().filter(event=event).count(), event.outcomes.public().count())) != (30, 60):
        yield f"the event to measure has {found} sessions and outcomes"


def _of_search(size: int):
    for word, least, most in ((RARE_WORD, 1, max(size // 20_000, 5)), (COMMON_WORD, size // 10, size)):
        found = Outcome.objects.matching(word).count()
        if not least <= found <= most:
            yield f"“{word}” is found {found} times"
