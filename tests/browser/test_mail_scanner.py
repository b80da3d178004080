"""Some scanners of mail open links in a browser, run what is there and wait: that uses nothing up either."""

import pytest

from tests.mails import cause_every_kind, everything_stored, links

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_browser_that_opens_every_link_of_every_mail_changes_no_row(
    open_browser, live_server, settings, time_machine, mailoutbox
):
    settings.SITE_URL = live_server.url
    cause_every_kind(time_machine)
    before = everything_stored()
    page = open_browser()

    found = sorted(links(mailoutbox))
    for link in found:
        page.goto(link, wait_until="networkidle")
        assert page.locator("h1").count() == 1, link

    assert len(found) >= 10
    assert everything_stored() == before
