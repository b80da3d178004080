from django.core.management.base import BaseCommand
from django.utils import timezone

from outcomes import retention


class Command(BaseCommand):
    """Deletes what is past its time; the worker does the same every hour."""

    help = "Delete contributions to closing rounds that were kept long enough (CONTRIBUTIONS_KEPT_DAYS)."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="Say what would be deleted and delete nothing.")

    def handle(self, *, dry_run, **options):
        if dry_run:
            found = [(one, one.contributions.count()) for one in retention.past_their_time(timezone.now())]
        else:
            found = retention.purge()
        for one, number in found:
            self.stdout.write(f"{one.code}: {number} ({one.event})")
        total = sum(number for _, number in found)
        self.stdout.write(f"{total} contributions {'would be' if dry_run else 'were'} deleted.")
