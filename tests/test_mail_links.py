"""Scanners of mail open every link before the reader does: that changes nothing and uses nothing up."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

from events.models import Participation
from participants import mail
from tests.mails import cause_every_kind, everything_stored, links

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(monkeypatch, time_machine, mailoutbox):
    """Every kind of mail, sent, and the templates that they were written with."""
    written = set()

    def render(template, context):
        written.add(template)
        return rendered(template, context)

    rendered = mail.render_to_string
    monkeypatch.setattr(mail, "render_to_string", render)
    cause_every_kind(time_machine)
    return mailoutbox, written


def path_of(link):
    parts = urlsplit(link)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def test_what_scanners_do_with_any_link_of_any_mail_changes_no_row_and_uses_nothing_up(sent):
    every = {f"emails/{path.name}" for path in Path(settings.BASE_DIR, "templates/emails").iterdir()}
    mails, written = sent
    found = links(mails)
    before = everything_stored()

    for link in sorted(found):
        for method in ("head", "get", "options"):
            scanner = Client(headers={"user-agent": "Scanner"})
            answer = getattr(scanner, method)(path_of(link), follow=True)
            assert answer.status_code in {200, 405}, (method, link)

    assert written == every  # whoever adds a mail adds its cause to tests/mails.py
    assert all(link.startswith(settings.SITE_URL) for link in found)
    assert len(found) >= 10
    assert everything_stored() == before

    # What was sent is still good for whom it was sent to.
    invitation = next(link for link in found if "/desk/invitation" in link or "/invitation" in link)
    assert Client().post(path_of(invitation)).url == "/sign-in/code/"
    choice = next(link for link in found if "reminders" in link)
    assert Client().post(path_of(choice), {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert Participation.objects.filter(wants_reminders=False).count() == 1


def test_no_mail_holds_a_link_that_signs_in_or_a_code_beside_a_link_to_type_it(sent):
    for one in sent[0]:
        assert not re.search(r"[?&](code|token|key|sesame)=", one.body), one.subject
