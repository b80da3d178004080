"""A rapporteur's phone with the page of their group, and a colleague who reports on it too."""

import re

import pytest

from tests.browser.conftest import PHONE
from tests.browser.desk.steps import FIRST, open_place
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


class Unexpected(list):
    """What a browser says in its console about a bad connection is expected here: the page says it to people."""

    EXPECTED = re.compile(r"ERR_INTERNET_DISCONNECTED|ERR_FAILED|with a status of (403|404|409|422|50[03])")

    def append(self, complaint):
        if not self.EXPECTED.search(complaint):
            super().append(complaint)


@pytest.fixture
def complaints():
    return Unexpected()


@pytest.fixture
def group():
    event = EventFactory(title="Exercise Lighthouse", reference="LH26", time_zone="America/Santiago")
    plenary = SessionFactory(event=event, title="The first night")
    return BreakoutGroupFactory(event=event, parent=plenary, title="Hotlines and who answers them", number="1")


@pytest.fixture
def rapporteur(client, group):
    """Who reports on the group; `client` is signed in as them."""
    account = reports_on(group, email="rapporteur@example.org", name="Rap Porteur")
    client.force_login(account)
    return account


@pytest.fixture
def phone(open_browser, client, rapporteur, group):
    """Their phone, with the page of the group."""
    page = open_browser(PHONE, signed_in=client, has_touch=True, is_mobile=True)
    open_place(page, group)
    return page


@pytest.fixture
def colleague(group):
    """A second rapporteur of the same group."""
    account = UserFactory(email="second@example.org", name="Lena Madeup")
    person = PersonFactory(name=account.name, user=account)
    RoleFactory(rapporteur=True, session=group, participation=ParticipationFactory(event=group.event, person=person))
    return account


@pytest.fixture
def draft(group, rapporteur):
    return TakeawayFactory(event=group.event, session=group, author=rapporteur, text=FIRST)
