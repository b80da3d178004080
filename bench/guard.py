"""How long the attribution guard takes for a wording of 2,000 characters in a room of 500: `python -m bench.guard`.

No database: the room is made up here. Building is what is done once for the texts of a session; reading is each text.
"""

import argparse
import os
import statistics
import time
from types import SimpleNamespace

import django

GIVEN = (
    "Amara Bjørn Celia Dario Élif Farid Greta Hamid Inês Jonas Keiko Lars Mina Noor Oskar Rosa Иван 小明 أحمد".split()
)
SOUNDS = ("ba", "den", "kor", "lim", "mas", "nel", "por", "ris", "sav", "tov")
COUNTRIES = "AR AU BR CA CL CN DE EG ES FR GB IN JP KE KR MX NG RU US ZA".split()
WORDS = (
    "The group concluded that States should keep channels open, since talks in May had shown what Young people expect. "
)


def rows(number: int):
    """Yield made-up participations as `Roll` reads them."""
    for index in range(number):
        family = "".join(SOUNDS[int(digit)] for digit in f"{index:03d}").title()
        yield {
            "person__name": f"{GIVEN[index % len(GIVEN)]} {family}",
            "person__sort_name": f"{family}, {GIVEN[index % len(GIVEN)]}",
            "affiliation": f"Institute of {family} Studies",
            "position": f"Director of {family} Affairs",
            "organisation": None,
            "organisation__name": None,
            "organisation__short_name": "",
            "organisation__country": COUNTRIES[index % len(COUNTRIES)],
            "listing": "hidden",
            "attendance": "in_person",
            "recorded_under": "",
            "roles": [],
        }


def measure(call, times: int) -> str:
    spent = []
    for _ in range(times):
        began = time.process_time()
        call()
        spent.append((time.process_time() - began) * 1000)
    return f"median {statistics.median(spent):.1f} ms, slowest {max(spent):.1f} ms of CPU"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--characters", type=int, default=2000)
    parser.add_argument("--times", type=int, default=50)
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("DEBUG", "on")
    django.setup()
    from events.naming import NameCheck

    roll = SimpleNamespace(rows=list(rows(asked.people)), partners=set())
    event = SimpleNamespace(attribution="chatham_house")
    text = (WORDS * (asked.characters // len(WORDS) + 1))[: asked.characters - 60]
    text += " So said Greta Badenkor; my delegation and the Chilean delegate agreed."
    check = NameCheck(event, None, "", roll)
    print(f"{asked.people} participants, {len(text)} characters, {len(check.find(text))} marks")
    print(f"Building: {measure(lambda: NameCheck(event, None, '', roll), max(asked.times // 10, 3))}")
    print(f"Reading:  {measure(lambda: check.find(text), asked.times)}")


if __name__ == "__main__":
    main()
