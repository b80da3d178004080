"""The part of bench.round that knows the site's models: sets a round up, and says what it has."""

import json
import sys

import django


def main() -> None:
    """`prepare PHONES` prints the code of a new round; `stored CODE` prints its [takeaway, device_hash] pairs."""
    django.setup()
    from django.utils import timezone

    from events.models import Event, Session
    from outcomes.models import Round

    command, argument = sys.argv[1:]
    if command == "prepare":
        now = timezone.now()
        event = Event.objects.create(title="A room", status="published", published_at=now)
        session = Session.objects.create(event=event, title="Closing round")
        round_ = Round.objects.create(event=event, session=session, opens_at=now, max_contributions=int(argument))
        print(round_.code)
    else:
        kept = Round.objects.get(code=argument).contributions
        print(json.dumps(list(kept.values_list("takeaway", "device_hash"))))


if __name__ == "__main__":
    main()
