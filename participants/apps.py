from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class ParticipantsConfig(AppConfig):
    name = "participants"
    verbose_name = "People and organisations"

    def ready(self):
        from participants import admin_log, audit, history  # models are not loaded before now
        from participants.groups import grant_permissions

        post_migrate.connect(grant_permissions, dispatch_uid="participants.grant_permissions")
        post_migrate.connect(history.install, sender=self, dispatch_uid="participants.history.install")
        post_migrate.connect(admin_log.install, sender=self, dispatch_uid="participants.admin_log.install")
        audit.listen()
        autodiscover_modules("merging")  # how the rows of each app move when two people or organisations become one
        autodiscover_modules("erasing")  # and what becomes of them when a person is erased
