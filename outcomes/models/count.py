from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.db import models
from django.db.models import F, Q

from events.models.generation import bump_generation
from outcomes.models.theme import Theme


class Key(NamedTuple):
    """What one number counts: public outcomes of a kind, about a theme (None: any), with a value of a facet."""

    theme: int | None
    facet: str
    value: str
    kind: str


class OutcomeCountQuerySet(models.QuerySet):
    def under(self, theme: Theme | None = None) -> dict[str, dict[str, Counter]]:
        """Return the numbers of all outcomes, or of those about `theme`: {facet: {value: {kind: number}}}."""
        numbers: dict[str, dict[str, Counter]] = defaultdict(lambda: defaultdict(Counter))
        rows = self.filter(theme=theme, number__gt=0).values_list("facet", "value", "kind", "number")
        for facet, value, kind, number in rows:
            numbers[facet][value][kind] = number
        return numbers

    def add(self, differences: Mapping[Key, int]) -> None:
        """Add to each number, in a few statements however many outcomes changed."""
        differences = {key: number for key, number in differences.items() if number}
        if not differences:
            return
        bump_generation()  # whoever else adds waits for this row, so that no two lock each other's numbers
        columns = [dict(zip(("theme_id", *Key._fields[1:]), key, strict=True)) for key in differences]
        self.bulk_create([self.model(**column) for column in columns], ignore_conflicts=True)
        themes = {key.theme for key in differences}
        rows = self.filter(Q(theme__in=themes - {None}) | Q(theme=None, facet__in={key.facet for key in differences}))
        alike = defaultdict(list)
        for pk, *key in rows.values_list("pk", *Key._fields):
            alike[differences.get(Key(*key), 0)].append(pk)
        for number, pks in alike.items():
            if number:
                self.filter(pk__in=pks).update(number=F("number") + number)


class OutcomeCount(models.Model):
    """How many public outcomes there are, for every value of every facet, of all and under each theme.

    Lists, themes and the tracker read their totals here instead of counting rows. The numbers change in the transaction
    that changes what is public, by the difference between what an outcome is now and what it was counted as.
    """

    class Facet(models.TextChoices):
        TOTAL = "total", "All"
        THEME = "theme", "Theme"
        YEAR = "year", "Year of the dialogue"
        SERIES = "series", "Series"
        ORGANISATION = "organisation", "Convener or partner"
        PROGRESS = "progress", "Progress"
        ADDRESSED_TO = "addressed_to", "Addressed to"

    theme = models.ForeignKey(Theme, on_delete=models.CASCADE, null=True, related_name="+")
    facet = models.CharField(max_length=20, choices=Facet)
    value = models.CharField(max_length=30, blank=True, help_text="A year, a choice, or the key of a row.")
    kind = models.CharField(max_length=10)
    number = models.IntegerField(default=0)

    objects = OutcomeCountQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(number__gte=0), name="outcome_count_is_not_negative"),
            models.UniqueConstraint("theme", "facet", "value", "kind", name="outcome_count_once_under_a_theme"),
            models.UniqueConstraint(
                "facet", "value", "kind", condition=Q(theme=None), name="outcome_count_once_under_any_theme"
            ),
        ]

    def __str__(self):
        return f"{self.facet} {self.value} {self.kind}: {self.number}"


def keys_of(facts: Mapping[str, Any] | None) -> Iterator[Key]:
    """Yield every number in which an outcome with `facts` stands; none for one that is not public (None)."""
    if facts is None:
        return
    facet, kind = OutcomeCount.Facet, facts["kind"]
    values = [(facet.TOTAL, ""), (facet.YEAR, facts["year"] or "")]
    values += [(facet.SERIES, facts["series"])] if facts["series"] else []
    values += [(facet.PROGRESS, facts["progress"])] if facts["progress"] else []
    values += [(facet.ORGANISATION, organisation) for organisation in facts["organisations"]]
    values += [(facet.ADDRESSED_TO, actor_type) for actor_type in facts["addressed_to"]]
    for theme in (None, *facts["themes"]):
        for name, value in values:
            yield Key(theme, name.value, str(value), kind)
    for theme in facts["themes"]:
        yield Key(None, facet.THEME.value, str(theme), kind)
