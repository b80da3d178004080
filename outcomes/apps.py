from django.apps import AppConfig
from django.db.models.signals import post_migrate


class OutcomesConfig(AppConfig):
    name = "outcomes"
    verbose_name = "Outcomes"

    def ready(self):
        from outcomes import search  # models are not loaded before now

        post_migrate.connect(search.install, sender=self, dispatch_uid="outcomes.search.install")
