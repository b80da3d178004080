from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from outcomes.demo import round as made_up
from outcomes.demo.load import PASSWORD, load
from outcomes.models import Round


class Command(BaseCommand):
    help = "Load the demo's dialogues and accounts; what is there already stays as it is."

    def handle(self, **options):
        if not settings.DEBUG:
            raise CommandError(
                "The demo has accounts whose password everybody knows: it loads only while DEBUG is on. "
                "For a real portal run `manage.py createsuperuser` instead."
            )
        cast = load()
        site = settings.SITE_URL
        opened = Round.objects.filter(event__slug=made_up.EVENT["slug"]).order_by("pk").first()
        closing = f"\n  Closing round    {opened.address} (made up; run it from the desk)" if opened else ""
        self.stdout.write(f"""
Readout: {site}/

  Public site      {site}/
  Desk             {site}/desk/    {cast["rapporteur"].email}: asks for a code, which appears in this terminal
  Admin            {site}/admin/   {cast["editor"].email}, password {PASSWORD}
                   {site}/admin/   {cast["administrator"].email}, password {PASSWORD}{closing}
""")
