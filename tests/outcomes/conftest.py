"""The rapporteur at work: their browser, and a first draft of theirs."""

import pytest

from tests.factories import TakeawayFactory


@pytest.fixture
def desk(client, rapporteur):
    """The rapporteur's browser."""
    client.force_login(rapporteur)
    return client


@pytest.fixture
def draft(group, rapporteur):
    return TakeawayFactory(event=group.event, session=group, author=rapporteur, text="The first wording.")
