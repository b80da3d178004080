"""What runs inside Django, one database a process: `python -m bench.inside fill|measure SIZE [ROUNDS]`."""

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
django.setup()

from bench.fill import fill  # noqa: E402
from bench.pages import measure  # noqa: E402

if __name__ == "__main__":
    what, size, *rounds = sys.argv[1:]
    if what == "fill":
        fill(int(size))
    else:
        json.dump(measure(int(size), *map(int, rounds)), sys.stdout)
