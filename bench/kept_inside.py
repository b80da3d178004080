"""The part of bench.kept that knows the site's models: fills the site, and withdraws what everybody is reading."""

import json
import sys
import time

import django

WORD = "halyardine"  # stands nowhere else


def main() -> None:
    """`prepare` prints the addresses; `withdraw CODE` prints when that was committed, in seconds since 1970."""
    django.setup()
    from django.urls import reverse

    from outcomes.demo.load import load
    from outcomes.models import Outcome
    from participants.models import User

    command, *arguments = sys.argv[1:]
    if command == "prepare":
        load()
        outcome = Outcome.objects.public().exclude(themes=None).first()
        outcome.revise(version=outcome.version, text=f"{outcome.text} {WORD.capitalize()}.")
        theme = outcome.themes.first()
        pages = {
            "Home": reverse("home"),
            "Outcomes": reverse("outcomes:outcome-list"),
            "Theme": theme.get_absolute_url(),
            "Event": outcome.event.get_absolute_url(),
            "Outcome": outcome.get_absolute_url(),
            "Search": f"{reverse('outcomes:search')}?q={WORD}",
        }
        print(json.dumps({"code": outcome.code, "pages": pages}))
    else:
        outcome = Outcome.objects.get(code=arguments[0])
        outcome.withdraw(by=User.objects.create_superuser("withdraws@example.org"))
        print(time.time())


if __name__ == "__main__":
    main()
