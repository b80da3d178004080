from django.core.management.base import BaseCommand

from events.search import Searchable, install, rebuild


class Command(BaseCommand):
    help = "Write the words of everything that is searched anew, and the index from them."

    def handle(self, **options):
        install()
        for model in Searchable.concrete():
            wrong = model.reindex()
            rebuild(model)
            self.stdout.write(f"{model._meta.verbose_name_plural}: indexed, {wrong} had other words")
