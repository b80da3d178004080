"""Both events, once a module: each test is undone."""

import pytest
from django.test import Client

from tests.matrix.world import build


@pytest.fixture(scope="module")
def _built(scenery):
    with scenery():
        yield build()


@pytest.fixture
def world(_built, db):
    return _built


@pytest.fixture
def clients(world):
    """A browser of everybody who works on `world.mine`, signed in."""
    signed_in = {}
    for role, user in world.cast.items():
        signed_in[role] = Client()
        signed_in[role].force_login(user)
    return signed_in
