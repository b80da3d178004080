"""From the secretariat's invitation to a rapporteur's first page, on a phone, by as few taps as it takes."""

import datetime as dt
import re
import time
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from participants.models import OutgoingMail
from tests.browser.conftest import PHONE
from tests.factories import (
    BreakoutGroupFactory,
    EventFactory,
    ParticipationFactory,
    PersonFactory,
    RoleFactory,
    SessionFactory,
    UserFactory,
)
from tests.staff import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def event():
    return EventFactory(
        title="Exercise Lighthouse",
        time_zone="America/Santiago",
        outcomes_due_on=timezone.localdate() + dt.timedelta(days=10),
    )


@pytest.fixture
def group(event):
    plenary = SessionFactory(event=event, title="The first night")
    return BreakoutGroupFactory(event=event, parent=plenary, title="Hotlines and who answers them", number="1")


def taps(page):
    """Count clicks from now on, over every page that follows."""
    page.context.expose_function("tapped", lambda: counted.append(1))
    page.context.add_init_script("addEventListener('click', () => window.tapped(), true)")
    counted: list[int] = []
    return counted


def sideways(page):
    """How many pixels the page is wider than the window."""
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")


def test_an_invited_rapporteur_is_at_their_session_after_three_taps(open_browser, violations, mailoutbox, event, group):
    lea = ParticipationFactory(event=event, person=PersonFactory(name="Lea Invented", email="lea@example.org"))
    RoleFactory(rapporteur=True, participation=lea, session=group)
    nobody = ParticipationFactory(event=event, person=PersonFactory(name="No Address"))
    RoleFactory(rapporteur=True, participation=nobody)

    staff = open_browser(PHONE, signed_in=sign_in(Client(), UserFactory(editor=True)))
    staff.goto(f"/admin/events/event/{event.pk}/change/")
    staff.get_by_role("link", name="Invite rapporteurs").click()
    found, wide = [violations(staff)], [sideways(staff)]
    assert staff.get_by_label("Lea Invented").is_checked()
    assert staff.get_by_label("No Address").count() == 0
    staff.get_by_role("button", name="Send invitations to those ticked").click()
    staff.get_by_text("1 invitation is on the way.").wait_for()
    found.append(violations(staff))
    wide.append(sideways(staff))
    assert OutgoingMail.objects.get().subject == "Invitation to report on “Exercise Lighthouse”"
    call_command("worker", batch=True)
    link = urlsplit(re.search(r"http\S+/desk/invitation/\S+", mailoutbox[0].body)[0]).path

    phone = open_browser(PHONE)
    tapped, began = taps(phone), time.monotonic()
    phone.goto(link)
    phone.get_by_text("Breakout group 1: Hotlines and who answers them (The first night)").wait_for()
    found.append(violations(phone))
    wide.append(sideways(phone))
    phone.get_by_role("button", name="Send me the code").click()
    phone.wait_for_url("**/sign-in/code/")
    found.append(violations(phone))
    wide.append(sideways(phone))
    call_command("worker", batch=True)
    code = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", mailoutbox[1].body)[0]
    phone.get_by_label("Code").click()
    phone.keyboard.insert_text(code)
    phone.get_by_role("button", name="Sign in", exact=True).click()
    phone.wait_for_url(f"**/desk/sessions/{group.code}/")

    assert len(tapped) == 3  # the button, the field, the button
    assert time.monotonic() - began < 60
    assert phone.get_by_role("heading", level=1).inner_text() == "Breakout group 1: Hotlines and who answers them"
    assert found == [{}] * 4
    assert wide == [0] * 4

    staff.reload()
    staff.get_by_text("link used").wait_for()
    staff.get_by_text("Last signed in").wait_for()


def test_pages_that_say_no_and_pages_that_end_something_are_readable(open_browser, violations, event, group):
    lea = ParticipationFactory(event=event, person=PersonFactory(user=UserFactory(email="lea@example.org")))
    RoleFactory(rapporteur=True, participation=lea, session=group)
    phone = open_browser(PHONE)

    phone.goto(urlsplit(lea.reminder_choice_url).path)
    found, wide = [violations(phone)], [sideways(phone)]
    phone.get_by_role("button", name="No more reminders").click()
    phone.get_by_role("heading", name="You get no more reminders").wait_for()
    found.append(violations(phone))
    phone.get_by_role("button", name="Remind me after all").click()
    phone.get_by_role("heading", name="Get no more reminders?").wait_for()
    gone = phone.request.get("/desk/invitation/too-old/")
    phone.set_content(gone.text())
    wide.append(sideways(phone))

    signed_in = Client()
    signed_in.force_login(lea.person.user)
    desk = open_browser(PHONE, signed_in=signed_in)
    desk.goto("/desk/")
    desk.get_by_role("link", name="Sign out everywhere").click()
    found.append(violations(desk))
    wide.append(sideways(desk))
    desk.get_by_role("button", name="Sign out everywhere").click()
    desk.wait_for_url("**/sign-in/")

    assert gone.status == 404
    assert found == [{}] * 3
    assert wide == [0] * 3
