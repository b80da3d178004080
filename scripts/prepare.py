"""Bring the database up to date: migrations, then the cache's table where it is one. Harmless when done again.

Pages of the release before are not shown by this one.
"""

import os
import sys
from pathlib import Path

import django
from django.core.management import call_command

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

if __name__ == "__main__":
    django.setup()  # one start for both commands: the demo is waiting
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)

    from events.models import bump_generation

    bump_generation()
