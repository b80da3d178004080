from django.apps import AppConfig
from django.db.models.signals import post_migrate


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = "Events"

    def ready(self):
        from events import search  # models are not loaded before now

        post_migrate.connect(search.install, sender=self, dispatch_uid="events.search.install")
