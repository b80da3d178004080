"""One mail of every kind that is ever sent, and the links in them, for tests."""

import datetime as dt
import re
import uuid

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from events.invitations import invite
from outcomes import comments
from outcomes.nudges import nudge
from outcomes.publishing import carry_out, set_publication
from outcomes.reminders import remind_of
from participants import notices
from tests.conftest import reports_on
from tests.factories import (
    BreakoutGroupFactory,
    EventFactory,
    ParticipationFactory,
    PersonFactory,
    RoleFactory,
    SessionFactory,
    TakeawayFactory,
    UserFactory,
)

MORNING = dt.datetime(2026, 3, 3, 11, tzinfo=dt.UTC)  # eight o'clock in Santiago, three days before the due day


def cause_every_kind(clock) -> None:
    """Let everything happen that sends a mail, beginning at `MORNING`, and let the worker send it; for `mailoutbox`."""
    clock.move_to(MORNING, tick=False)
    editor = UserFactory(email="writer@example.org", editor=True)
    event = EventFactory(title="Dialogue", time_zone="America/Santiago", outcomes_due_on=dt.date(2026, 3, 6))
    group = BreakoutGroupFactory(event=event, title="Rivers", parent=SessionFactory(event=event, title="Plenary"))
    lea = reports_on(group, email="lea@example.org", name="Lea Invented")
    guest = ParticipationFactory(event=event, person=PersonFactory(name="Guest Invented", email="guest@example.org"))
    RoleFactory(rapporteur=True, participation=guest, session=group)

    for address in (lea.email, editor.email):
        Client().post("/sign-in/", {"email": address})
    remind_of(event.pk, timezone.now())
    nudge(event, None, by=editor)
    invite(event, [guest.pk], by=editor, sending=uuid.uuid4())
    TakeawayFactory(event=event, session=group, author=lea, submitted=True).send_back(by=editor, note="Shorter, please")
    TakeawayFactory(event=event, session=group, author=lea, approved=True).publish(by=editor)
    talked_of = TakeawayFactory(event=event, session=group, author=lea, submitted=True)
    comments.write(talked_of, by=editor, text="Which river?", by_staff=True)
    comments.write(talked_of, by=lea, text="The long one.", by_staff=False)
    for what in notices.What:
        notices.tell(editor, what, device="Firefox on Linux")
    approved = TakeawayFactory(event=event, approved=True)
    publication = set_publication(
        event,
        {approved.pk: approved.version},
        with_event=False,
        by=editor,
        due_at=timezone.now() + dt.timedelta(minutes=5),
    )
    approved.revise(version=approved.version, text="Other words")
    call_command("worker", batch=True)
    clock.shift(600)
    carry_out(publication.pk)
    call_command("worker", batch=True)


def links(mails) -> set[str]:
    """Every address in these mails, in their text and where mail programs look for it."""
    found = set()
    for mail in mails:
        texts = [mail.body, *(str(value) for value in mail.extra_headers.values())]
        found |= {link.rstrip(".,;)") for text in texts for link in re.findall(r"https?://[^\s<>\"]+", text)}
    return found


def everything_stored() -> dict[str, list]:
    """Every row of every table, whatever made it; but for the cache, where allauth counts visits for a minute."""
    with connection.cursor() as cursor:
        stored = {}
        for table in sorted(set(connection.introspection.table_names(cursor)) - {"readout_cache"}):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - names of our tables
            stored[table] = sorted(map(repr, cursor.fetchall()))
    return stored
