"""The cast. Scenery is built in each test, or once in a module whose tests all look at it."""

from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from events import shelf
from events.models.generation import forget_generation
from tests.factories import (
    BreakoutGroupFactory,
    EventFactory,
    EventPartnerFactory,
    ParticipationFactory,
    PersonFactory,
    RoleFactory,
    SessionFactory,
    UserFactory,
)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, tmp_path_factory):
    """SQLite in a file, as on a real site: in memory, threads lock each other out of whole tables at once.

    PostgreSQL need not wait for its disk: the database is dropped at the end.
    """
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")
        operations = type(connection.ops)  # of every connection: beside a browser's event loop Django makes another
        empty = operations.sql_flush  # PostgreSQL truncates, which no trigger of a row hears of

        def without_trigger(*args, **kwargs):
            return ["DROP TRIGGER IF EXISTS django_admin_log_kept", *empty(*args, **kwargs)]  # `migrate` makes it again

        operations.sql_flush = without_trigger
    else:
        connection.settings_dict["OPTIONS"]["options"] = "-c synchronous_commit=off"


@pytest.fixture(autouse=True)
def _fast_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _one_factor(settings):
    """`client.force_login` is enough to be staff; the tests of the second factor ask for it."""
    settings.REQUIRE_SECOND_FACTOR = False


@pytest.fixture(autouse=True)
def _static_files_as_they_are(settings):
    """Pages name their style sheets without `collectstatic` having run."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch):
    """Pages are made anew at each visit, so that a test sees what they are made of; see `as_served`."""
    monkeypatch.setattr("events.caching.KEEPS", False)


@pytest.fixture(autouse=True)
def _nothing_counted(monkeypatch):
    """The API answers as often as a test asks; those of its limits turn them on."""
    monkeypatch.setattr("events.api.limits.COUNTS", False)


@pytest.fixture
def as_served(monkeypatch, settings, tmp_path):
    """Pages and numbers are kept as in production; what this process changes itself is seen at once.

    The generation is not asked for again because time passes, so that a slow machine counts the same queries. The
    transaction around a test is none of ours.
    """
    pages = {**settings.CACHES["pages"], "LOCATION": tmp_path / "pages"}
    settings.CACHES = {**settings.CACHES, "pages": pages}
    around = len(connection.savepoint_ids)
    monkeypatch.setattr("events.caching.within_transaction", lambda: len(connection.savepoint_ids) > around)
    monkeypatch.setattr("events.caching.KEEPS", True)
    monkeypatch.setattr("events.models.generation.TRUSTED", 3600)
    monkeypatch.setattr("events.caching._remembered", {})
    forget_generation()
    shelf.clear()
    yield
    forget_generation()
    shelf.clear()


@pytest.fixture(scope="module")
def scenery(django_db_setup, django_db_blocker):
    """Let a module whose tests all look at the same rows build them once: `with scenery(): …` in a fixture of its own.

    They stand in a transaction around the module. Each test has its own inside it, and leaves them as it found them.
    """
    around = transaction.atomic()

    @contextmanager
    def building():
        with django_db_blocker.unblock():
            yield

    with building():
        around.__enter__()
    yield building
    with building():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


@pytest.fixture
def editor(db):
    return UserFactory(email="editor@example.org", name="Ed Itor", editor=True)


@pytest.fixture
def institution(event):
    """The organisation that convenes the event."""
    return EventPartnerFactory(event=event, organisation__name="Institute of Conveners", role="convener").organisation


@pytest.fixture
def own_editor(institution):
    """An editor of the institution that convenes the event, and of no other."""
    return UserFactory(
        email="own-editor@example.org", name="Own Editor", editor_of_some=True, institutions=[institution]
    )


@pytest.fixture
def foreign_editor(event):
    """An editor of another institution, which has a part in the event but does not run it."""
    partner = EventPartnerFactory(event=event, organisation__name="Funding Institute", role="funder").organisation
    return UserFactory(
        email="foreign-editor@example.org", name="Foreign Editor", editor_of_some=True, institutions=[partner]
    )


@pytest.fixture
def reviewer(institution):
    """A reviewer of the institution that convenes the event."""
    return UserFactory(email="reviewer@example.org", name="Re Viewer", reviewer=True, institutions=[institution])


@pytest.fixture
def administrator(db):
    return UserFactory(email="administrator@example.org", name="Ad Ministrator", administrator=True)


@pytest.fixture
def outsider(db):
    """Somebody with an account and no role anywhere."""
    return UserFactory(email="outsider@example.org", name="Out Sider")


@pytest.fixture
def event(db):
    return EventFactory(title="Dialogue on made-up matters", reference="MU1")


@pytest.fixture
def group(event):
    """A breakout group of the event; `rapporteur` reports on it."""
    return BreakoutGroupFactory(event=event, title="First group", parent=SessionFactory(event=event, title="Plenary"))


def reports_on(session, **user):
    """Return a user who is the rapporteur of `session`."""
    account = UserFactory(**user)
    person = PersonFactory(name=account.name, user=account)
    RoleFactory(
        rapporteur=True, session=session, participation=ParticipationFactory(event=session.event, person=person)
    )
    return account


@pytest.fixture
def rapporteur(group):
    return reports_on(group, email="rapporteur@example.org", name="Rap Porteur")


@pytest.fixture
def other_rapporteur(event):
    """The rapporteur of another session of the same event."""
    session = SessionFactory(event=event, title="Another session")
    return reports_on(session, email="other@example.org", name="Other Rapporteur")
