from collections import Counter
from itertools import batched

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Q, QuerySet

from events.attribution import Rule, stricter_than
from events.models import Recorded, RecordedQuerySet
from events.models.generation import bump_generation
from events.search import Searchable, is_whole, rebuild
from outcomes.models import Outcome, OutcomeCount, OutcomeTheme
from outcomes.models.count import Key, keys_of

BATCH = 1000


class Command(BaseCommand):
    help = (
        "Compare the columns that only make public pages fast with what is true: stamps of the rule of attribution, "
        "tags, counts, and the words of the search. Exits with 1 and the numbers where they differ; --repair brings "
        "them to the truth."
    )

    def add_arguments(self, parser):
        parser.add_argument("--repair", action="store_true", help="write the truth into what differs")

    def handle(self, *, repair, **options):
        with transaction.atomic():
            wrong = self.compare(repair)
        for what, number in wrong.items():
            self.stdout.write(f"{what}: {number} {'repaired' if repair else 'wrong'}")
        if not any(wrong.values()):
            self.stdout.write("Everything public is as it should be.")
        elif not repair:
            raise CommandError("What makes public pages fast is not the truth. Run check_public --repair.")

    def compare(self, repair: bool) -> dict[str, int]:
        """Return how much is wrong, by what it is; repaired on the way where that is wanted, stamps first."""
        wrong = {}
        for model in Recorded.concrete():
            loose = looser_than_now(model.objects.all())
            wrong[f"stamps of {model._meta.verbose_name_plural}"] = loose.count()
            if repair:
                model.objects.all().tighten()
        listed = list(Outcome.objects.unsettled().values_list("pk", flat=True))
        tags = list(OutcomeTheme.objects.unsettled().values_list("pk", flat=True))
        wrong |= {"listed outcomes": len(listed), "tags": len(tags)}
        if repair and (listed or tags):
            Outcome.objects.filter(pk__in=listed).settle()
            OutcomeTheme.objects.filter(pk__in=tags).settle()
            bump_generation()
        for searched in Searchable.concrete():
            name = searched._meta.verbose_name_plural
            wrong[f"words of {name}"] = searched.reindex() if repair else sum(1 for _ in searched.astray())
            wrong[f"index of {name}"] = 0 if is_whole(searched) else 1
            if repair and wrong[f"index of {name}"]:
                rebuild(searched)
        wrong["outcomes counted as something else"], truth = self.recount(repair)
        wrong["counts"] = self.compare_counts(truth, repair)
        return wrong

    def recount(self, repair: bool) -> tuple[int, Counter[Key]]:
        """Return how many outcomes are not counted as what they are, and the counts as they should be."""
        wrong: dict[int, dict | None] = {}
        truth: Counter[Key] = Counter()
        outcomes = Outcome.objects.order_by("pk").values_list("pk", "counted").iterator(BATCH)
        for rows in batched(outcomes, BATCH):
            facts = Outcome.objects.filter(pk__in=[pk for pk, _ in rows]).facts()
            for found in facts.values():
                truth.update(keys_of(found))
            wrong |= {pk: facts.get(pk) for pk, counted in rows if counted != facts.get(pk)}
        if repair:
            for pk, right in wrong.items():
                Outcome.objects.filter(pk=pk).update(counted=right)
        return len(wrong), truth

    def compare_counts(self, truth: Counter[Key], repair: bool) -> int:
        """Return how many of the kept numbers differ from `truth`."""
        kept = Counter({Key(*key): number for *key, number in OutcomeCount.objects.values_list(*Key._fields, "number")})
        differences = {key: truth[key] - kept[key] for key in truth.keys() | kept.keys() if truth[key] != kept[key]}
        if repair:
            OutcomeCount.objects.add(differences)
        return len(differences)


def looser_than_now(items: RecordedQuerySet) -> QuerySet:
    """Return those of `items` whose stamp is looser than the rule in force; an empty stamp counts as closed."""
    stricter = Q()
    for rule in Rule:
        stricter |= Q(recorded_under=rule, rule__in=stricter_than(rule))
    return items.with_rule().filter(stricter)
